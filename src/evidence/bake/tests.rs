use super::Target;
use crate::evidence::compose::Variables;
use crate::evidence::container_tests::with_evidence;

fn targets(
    files: &[(&str, &str)],
    folder: &str,
    names: &[&str],
    sets: &[&str],
    check: impl FnOnce(Option<Vec<Target<'_>>>),
) {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    with_evidence(files, |evidence| {
        check(evidence.bake_targets(folder, &[], &own(names), &own(sets), &Variables::new()));
    });
}

const HCL: &str = "TAG = \"7\"\nvariable \"TAG\" { default = \"1\" }\nvariable \"NAME\" { default = \"shop-${TAG}\" }\n\
    group \"default\" { targets = [\"both\", \"app\"] }\ngroup \"both\" { targets = [\"app\", \"web\"] }\n\
    target \"base\" {\n  context = \"./src\"\n  args = { A = 1, B = 2 }\n  cache-from = [\"type=gha\"]\n  platforms = [\"linux/amd64\"]\n}\n\
    target \"app\" {\n  inherits = [\"base\"]\n  dockerfile = \"app.Dockerfile\"\n  tags = [\"${NAME}:${TAG}\"]\n  args = { B = 3 }\n\
    cache-from = [\"type=local,src=x\"]\n  platforms = [\"linux/arm64\"]\n}\n\
    target \"web\" { matrix = { v = [1, 2] }\n name = \"web-${v}\"\n target = v }\n\
    target \"a\" { inherits = [\"b\"] }\ntarget \"b\" { inherits = [\"a\"] }\n";

#[test]
fn groups_inheritance_and_variables_are_resolved() {
    targets(&[("d/docker-bake.hcl", HCL)], "d", &[], &[], |found| {
        let found = found.unwrap();
        let names: Vec<&str> = found.iter().map(|target| target.name.as_str()).collect();
        assert_eq!(names, ["app", "web"]);
        let [app, web] = found.as_slice() else { panic!("two targets") };
        assert_eq!(app.list("tags").unwrap(), ["shop-7:7"]);
        assert_eq!(app.list("cache-from").unwrap(), ["type=gha", "type=local,src=x"]);
        assert_eq!(app.list("platforms").unwrap(), ["linux/arm64"]);
        assert_eq!(app.text("args").as_deref(), Some("A=1,B=3"));
        assert_eq!(app.dockerfile().as_deref(), Some("d/src/app.Dockerfile"));
        assert_eq!(app.file.path(), "d/docker-bake.hcl");
        assert_eq!((web.text("target"), web.dockerfile().as_deref()), (None, Some("d/Dockerfile")));
    });
}

#[test]
fn overrides_change_what_the_files_say() {
    let over = "{\"target\": {\"app\": {\"tags\": [\"x\"], \"cache-from\": [\"type=s3\"]}}}";
    let files = [("docker-bake.hcl", HCL), ("docker-bake.override.json", over)];
    let sets = [
        "app.cache-from=type=gha,scope=a",
        "a*.cache-from=type=gha,scope=b",
        "web.target=z",
        "*.args.A=9",
        "app.platform=p",
    ];
    targets(&files, "", &["app"], &sets, |found| {
        let found = found.unwrap();
        let [app] = found.as_slice() else { panic!("one target") };
        assert_eq!(app.list("tags").unwrap(), ["x"]);
        assert_eq!(app.list("cache-from").unwrap(), ["type=gha,scope=a", "type=gha,scope=b"]);
        assert_eq!((app.text("target").as_deref(), app.list("platforms").unwrap()), (Some(""), vec!["p".to_owned()]));
        assert_eq!(app.text("args").as_deref(), Some("A=9,B=3"));
    });
}

#[test]
fn circles_and_unknown_targets_are_not_known() {
    for names in [["a"], ["b"], ["gone"]] {
        targets(&[("docker-bake.hcl", HCL)], "", &names, &[], |found| assert!(found.is_none(), "{names:?}"));
    }
    targets(&[("docker-bake.hcl", HCL)], "other", &["app"], &[], |found| assert!(found.is_none()));
}

#[test]
fn hostile_definitions_end() {
    let chain = |default: &dyn Fn(usize) -> String| {
        (0..200)
            .fold(String::new(), |text, i| text + &format!("variable \"V{}\" {{ default = {} }}\n", i + 1, default(i)))
    };
    let doubling = chain(&|i| format!("\"${{V{i}}}${{V{i}}}\""));
    let lists = chain(&|i| format!("[V{i}, V{i}]"));
    let text = format!("variable \"V0\" {{ default = \"x\" }}\n{doubling}target \"default\" {{ tags = [V200] }}\n");
    targets(&[("docker-bake.hcl", &text)], "", &[], &[], |_| {});
    let text = format!("variable \"V0\" {{ default = \"x\" }}\n{lists}target \"default\" {{ tags = [V200] }}\n");
    targets(&[("docker-bake.hcl", &text)], "", &[], &[], |_| {});
}
