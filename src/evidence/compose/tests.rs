use super::{Project, Started};
use crate::evidence::container_tests::with_evidence;

/// Reads files and hands the only project on.
fn with_project(files: &[(&str, &str)], check: impl FnOnce(&Project<'_>)) {
    with_evidence(files, |evidence| {
        let projects = evidence.compose_projects();
        assert_eq!(projects.len(), 1, "{projects:#?}");
        check(projects.first().unwrap());
    });
}

fn gaps(project: &Project<'_>) -> Vec<String> {
    let line =
        |gap: &super::Gap<'_>| format!("{}:{}: {}", gap.file.path(), gap.file.line(gap.span.offset), gap.message);
    project.gaps.iter().map(line).collect()
}

#[test]
fn override_files_merge_by_the_rules_of_compose() {
    let base = "services:\n  web:\n    image: a:1\n    build: ./web\n    command: [one, two]\n    ports: ['80:80', '127.0.0.1:90:90']\n    \
                environment: {A: '1', B: '2'}\n    volumes: ['./x:/x', 'data:/data']\n    depends_on: [db]\n    profiles: [p]\n    \
                healthcheck: {test: [CMD, one], interval: 5s}\n    labels: [a]\n  db: {image: 'db:1'}\n  gone: {image: 'x:1'}\n";
    let over = "services:\n  web:\n    image: a:2\n    build: {target: dev}\n    command: [three]\n    ports: ['80:80', '81:81']\n    \
                environment: ['B=3', 'C', 'D=${D:-4}', 'E=${E}']\n    volumes: [{type: bind, source: ./y, target: /x, read_only: true}]\n    \
                depends_on: {db: {condition: service_healthy}}\n    healthcheck: {test: other}\n    labels: !override [b]\n  gone: !reset null\n";
    with_project(&[("d/compose.yml", base), ("d/compose.override.yml", over)], |project| {
        let names: Vec<&str> = project.services.iter().map(|s| s.name).collect();
        assert_eq!(names, ["web", "db"]);
        let web = project.service("web").unwrap();
        let (image, text) = web.image().unwrap();
        assert_eq!((image.file.path(), text.as_str()), ("d/compose.override.yml", "a:2"));
        assert_eq!(web.file().path(), "d/compose.yml");
        let build = web.build().unwrap();
        assert_eq!(build.dockerfile.as_deref(), Some("d/web/Dockerfile"));
        assert_eq!(build.target.unwrap().text, "dev");
        let command = web.value.get("command").unwrap();
        assert_eq!(command.strongest().unwrap().node.items().count(), 1);
        let ports: Vec<String> =
            web.ports().into_iter().map(|(_, port)| format!("{}>{}", port.published, port.target)).collect();
        assert_eq!(ports, ["80>80", "90>90", "81>81"]);
        let volumes: Vec<String> =
            web.volumes().into_iter().map(|(_, m)| format!("{}>{} {}", m.source, m.target, m.read_only)).collect();
        assert_eq!(volumes, ["./y>/x true", "data>/data false"]);
        let environment = web.environment();
        let environment: Vec<_> = environment.iter().map(|(k, v)| (k.as_str(), v.as_deref())).collect();
        assert_eq!(environment, [("A", Some("1")), ("B", Some("3")), ("C", None), ("D", Some("4")), ("E", None)]);
        let dependencies = web.depends_on();
        let [db] = dependencies.as_slice() else { panic!("one dependency: {dependencies:?}") };
        assert_eq!((db.service.as_str(), db.short), ("db", false));
        assert_eq!(db.condition.as_ref().unwrap().node.text(), Some("service_healthy"));
        assert!(web.is_checked());
        let check = web.value.get("healthcheck").unwrap();
        assert_eq!((check.known("test").as_deref(), check.known("interval").as_deref()), (Some("other"), Some("5s")));
        let labels = web.value.get("labels").unwrap().unique(|part| part.node.text().unwrap().to_owned());
        assert_eq!(labels.len(), 1);
    });
}

#[test]
fn extends_and_include_are_followed_with_their_own_folders() {
    let files = [
        (
            "compose.yml",
            "include:\n  - infra/db.yml\n  - path: [infra/mq.yml, infra/mq.local.yml]\n    project_directory: other\nx-base: &base {restart: \
             always}\nservices:\n  web:\n    <<: *base\n    extends: {file: common/base.yml, service: app}\n    image: web:1\n  \
             worker: {extends: web}\n",
        ),
        (
            "common/base.yml",
            "services:\n  root: {build: ., healthcheck: {test: [CMD, x]}}\n  app: {extends: {service: root}}\n",
        ),
        ("infra/db.yml", "services:\n  db: {image: '${DB}:${TAG:-1}', build: ./db}\n"),
        ("infra/.env", "DB=postgres\n"),
        ("infra/mq.yml", "services:\n  mq: {image: 'mq:1', build: ./mq}\n"),
        ("infra/mq.local.yml", "services:\n  mq: {image: 'mq:2'}\n"),
    ];
    with_project(&files, |project| {
        assert_eq!(gaps(project), Vec::<String>::new());
        let service = |name| project.service(name).unwrap();
        for name in ["web", "worker"] {
            assert!(service(name).is_checked(), "{name}");
            assert_eq!(service(name).build().unwrap().dockerfile.as_deref(), Some("common/Dockerfile"), "{name}");
            assert_eq!(service(name).value.known("restart").as_deref(), Some("always"), "{name}");
        }
        assert_eq!(service("db").image().unwrap().1, "postgres:1");
        assert_eq!(service("db").build().unwrap().dockerfile.as_deref(), Some("infra/db/Dockerfile"));
        assert_eq!(service("mq").image().unwrap().1, "mq:2");
        assert_eq!(service("mq").build().unwrap().context.as_deref(), Some("other/mq"));
    });
}

#[test]
fn circles_and_missing_files_are_told_with_their_place() {
    let files = [
        (
            "compose.yml",
            "include: [a.yml, gone.yml]\nservices:\n  a: {extends: b}\n  b: {extends: a}\n  c: {extends: {file: no.yml, service: x}}\n  d: \
             {extends: nobody}\n  e: {image: 'e:1'}\n",
        ),
        ("a.yml", "include:\n  - compose.yml\nservices:\n  z: {image: 'z:1'}\n"),
    ];
    with_project(&files, |project| {
        let expected = [
            "a.yml:2: `include` goes in a circle: compose.yml → a.yml → compose.yml",
            "compose.yml:1: this includes `gone.yml`, which is not in the input",
            "compose.yml:4: `b` extends `a`, which extends it in turn",
            "compose.yml:3: `a` extends `b`, which extends it in turn",
            "compose.yml:5: this extends a service of `no.yml`, which is not in the input",
            "compose.yml:6: `d` extends `nobody`, which is no service there",
        ];
        assert_eq!(gaps(project), expected);
        let complete: Vec<&str> = project.services.iter().filter(|s| s.complete).map(|s| s.name).collect();
        assert_eq!(complete, ["z", "e"]);
    });
}

#[test]
fn a_call_starts_what_it_names_and_what_its_profiles_say() {
    let text = "services:\n  web: {image: w, depends_on: [db]}\n  db: {image: d}\n  opt: {image: o, depends_on: {db: {condition: \
                service_started, required: false}, extra: {condition: service_started}}, profiles: [opt]}\n  extra: {image: x, \
                profiles: [more]}\n";
    with_project(&[("compose.yml", text)], |project| {
        let starts = |services: &[&str], profiles: &[&str]| {
            let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            let started = Started { services: own(services), profiles: own(profiles).into_iter().collect() };
            project.starts(&started).into_iter().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(starts(&[], &[]), "db web");
        assert_eq!(starts(&["web"], &["opt"]), "db web");
        assert_eq!(starts(&["opt"], &[]), "extra opt");
        assert_eq!(starts(&[], &["opt"]), "db extra opt web");
        assert_eq!(starts(&[], &["*"]), "db extra opt web");
    });
}

#[test]
fn calls_say_which_files_belong_together_and_which_variables_are_set() {
    let workflow = "on: push\nenv: {COMPOSE_FILE: 'a.yml:b.yml', TAG: '7', OTHER: '${{ matrix.x }}'}\njobs:\n  t:\n    runs-on: \
                    ubuntu-24.04\n    steps:\n      - run: NAME=box COMPOSE_PROFILES=p,q docker compose --profile r up -d one\n      \
                    - run: docker compose -f c.yml build\n";
    let files = [
        (".github/workflows/ci.yml", workflow),
        ("a.yml", "services:\n  one: {image: '${NAME}:${TAG:-1}${OTHER:-x}'}\n"),
        ("b.yml", "services:\n  one: {build: ., healthcheck: {test: x}}\n"),
        ("c.yml", "services:\n  two: {build: .}\n"),
    ];
    with_evidence(&files, |evidence| {
        let projects = evidence.compose_projects();
        let [call, left] = projects.as_slice() else { panic!("two projects: {projects:#?}") };
        assert_eq!(call.files.iter().map(|file| file.path()).collect::<Vec<_>>(), ["a.yml", "b.yml"]);
        let one = call.service("one").unwrap();
        assert_eq!((one.image().unwrap().1.as_str(), one.is_checked()), ("box:7${OTHER:-x}", true));
        let [started] = call.started.as_slice() else { panic!("one call") };
        assert_eq!(started.services, ["one"]);
        assert_eq!(started.profiles.iter().map(String::as_str).collect::<Vec<_>>(), ["p", "q", "r"]);
        assert_eq!(left.root, "c.yml");
    });
}

#[test]
fn hostile_projects_end() {
    let many = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let chain = format!("services:\n{}", many(20_000, &|i| format!("  s{i}: {{extends: s{}}}\n", i + 1)));
    let doubled = format!("services:\n{}", many(40, &|i| format!("  s{i}: {{extends: s{}}}\n", i + 1)));
    let doubled = format!("{doubled}---\n{doubled}");
    let names: Vec<String> = (0..20).map(|i| format!("f{i}.yml")).collect();
    let texts: Vec<String> = (1..=20).map(|i| format!("include: [f{i}.yml, f{i}.yml]\n")).collect();
    let including: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    let bomb = "a: &a {x: 1}\nb: &b {<<: [*a, *a]}\nc: &c {<<: [*b, *b]}\nservices: {s: {<<: [*c, *c], image: x}}\n";
    for files in
        [vec![("compose.yml", &*chain)], vec![("compose.yml", &*doubled)], including, vec![("compose.yml", bomb)]]
    {
        with_evidence(&files, |evidence| {
            for project in evidence.compose_projects() {
                for service in &project.services {
                    service.is_checked();
                }
            }
        });
    }
}
