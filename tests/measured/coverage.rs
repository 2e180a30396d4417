use super::measure;
use tollgate::model::{Coverage, CoverageMetric, FileKind, FileStatus, PatchedFile, PathMapping, Ratio, Report};

const WORKFLOW: &str = "on: push\njobs: { t: { runs-on: x, steps: [{ run: make }] } }\n";

fn lcov(path: &str, lines: &str) -> String {
    let lines = lines.split_whitespace().map(|line| format!("DA:{line}\n"));
    format!("SF:{path}\n{}end_of_record\n", lines.collect::<String>())
}

fn files(coverage: &Coverage) -> Vec<(&str, u64, u64)> {
    coverage.files.iter().map(|file| (file.path.as_str(), file.line.covered, file.line.total)).collect()
}

fn note<'r>(report: &'r Report, path: &str) -> &'r str {
    &report.files.iter().find(|file| file.path == path).unwrap().note
}

#[test]
fn reports_of_one_run_in_different_places_merge_by_the_files_of_the_tree() {
    let unit = lcov("/home/runner/work/shop/shop/src/cart.py", "1,1 2,0 3,0");
    let container = lcov("/app/src/cart.py", "2,4 3,0 9,1");
    let windows = lcov("D:\\a\\shop\\src\\cart.py", "3,0");
    let report = measure(&[
        (".github/workflows/ci.yml", WORKFLOW),
        ("src/cart.py", ""),
        ("out/unit.info", &unit),
        ("out/e2e.info", &container),
        ("out/windows.info", &windows),
    ]);
    let coverage = report.coverage.unwrap();
    assert_eq!(files(&coverage), [("src/cart.py", 3, 4)]);
    assert_eq!(coverage.paths, Some(PathMapping { matched: 3, unmatched: 0, ambiguous: 0 }));
}

#[test]
fn without_a_tree_paths_stay_as_the_reports_name_them() {
    let (one, two) = (lcov("/a/src/cart.py", "1,1"), lcov("/b/src/cart.py", "1,0"));
    let coverage = measure(&[("one.info", &one), ("two.info", &two)]).coverage.unwrap();
    assert_eq!(files(&coverage), [("/a/src/cart.py", 1, 1), ("/b/src/cart.py", 0, 1)]);
    assert_eq!(coverage.paths, None);
}

#[test]
fn a_path_that_may_be_several_files_stays_and_is_told() {
    let cobertura = "<coverage line-rate='1'><sources><source>/work/core</source><source>/work/web</source></sources>\
        <packages><package name='p'><classes><class filename='page.py'><lines><line number='1' hits='1'/></lines></class>\
        <class filename='cart.py'><lines><line number='1' hits='0'/></lines></class></classes></package></packages></coverage>";
    let report = measure(&[
        (".github/workflows/ci.yml", WORKFLOW),
        ("core/page.py", ""),
        ("web/page.py", ""),
        ("core/cart.py", ""),
        ("coverage.xml", cobertura),
    ]);
    let said = note(&report, "coverage.xml");
    assert_eq!(said, "paths that may be several files of the tree: page.py (core/page.py, web/page.py)");
    let coverage = report.coverage.unwrap();
    assert_eq!(files(&coverage), [("core/cart.py", 0, 1), ("page.py", 1, 1)]);
    assert_eq!(coverage.paths, Some(PathMapping { matched: 1, unmatched: 0, ambiguous: 1 }));
}

#[test]
fn a_library_whose_path_ends_alike_is_no_file_of_the_tree() {
    let own = lcov("/work/shop/src/utils/text.py", "1,0");
    let library = lcov("/usr/lib/python3/requests/utils/text.py", "1,1");
    let report = measure(&[
        (".github/workflows/ci.yml", WORKFLOW),
        ("src/utils/text.py", ""),
        ("lcov.info", &format!("{own}{library}")),
    ]);
    let coverage = report.coverage.unwrap();
    assert_eq!(files(&coverage), [("/usr/lib/python3/requests/utils/text.py", 1, 1), ("src/utils/text.py", 0, 1)]);
}

#[test]
fn a_tree_in_an_archive_folder_and_go_and_java_paths_are_matched_too() {
    let go = "mode: set\nexample.org/shop/cart/cart.go:1.1,3.2 2 1\n";
    let jacoco = "<report name='r'><package name='com/acme'><sourcefile name='Cart.java'><line nr='3' mi='0' ci='2' mb='0' \
        cb='0'/></sourcefile></package></report>";
    for root in ["", "shop.zip/shop-main/"] {
        let path = |path: &str| format!("{root}{path}");
        let (workflow, go_file, java) =
            (path(".github/workflows/ci.yml"), path("cart/cart.go"), path("src/main/java/com/acme/Cart.java"));
        let tree = [(workflow.as_str(), WORKFLOW), (&go_file, ""), (&java, "")];
        let coverage = measure(&[&tree[..], &[("cover.out", go)]].concat()).coverage.unwrap();
        assert_eq!(coverage.files[0].path, "cart/cart.go", "{root}");
        let coverage = measure(&[&tree[..], &[("jacoco.xml", jacoco)]].concat()).coverage.unwrap();
        assert_eq!(coverage.files[0].path, "src/main/java/com/acme/Cart.java", "{root}");
    }
}

const DIFF: &str = "diff --git a/src/cart.py b/src/cart.py\n--- a/src/cart.py\n+++ b/src/cart.py\n\
    @@ -1,2 +1,6 @@\n one\n+two\n+three\n+four\n+five\n six\n\
    diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -0,0 +1 @@\n+x\n\
    diff --git a/old.py b/old.py\ndeleted file mode 100644\n--- a/old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";

#[test]
fn a_diff_tells_the_coverage_of_its_added_lines() {
    let lines = lcov("/ci/shop/src/cart.py", "1,0 2,0 3,0 5,7 6,0");
    for tree in [&[][..], &[(".github/workflows/ci.yml", WORKFLOW), ("src/cart.py", ""), ("README.md", "")]] {
        let report = measure(&[tree, &[("pr.diff", DIFF), ("lcov.info", lines.as_str())]].concat());
        let patch = report.coverage.unwrap().patch.unwrap();
        assert_eq!((patch.changed, patch.line), (5, Ratio { covered: 1, total: 3 }));
        let readme = PatchedFile { path: "README.md".to_owned(), changed: 1, line: None, missing: vec![] };
        let cart = PatchedFile {
            path: "src/cart.py".to_owned(),
            changed: 4,
            line: Some(Ratio { covered: 1, total: 3 }),
            missing: vec![(2, 3)],
        };
        assert_eq!(patch.files, [readme, cart]);
    }
}

#[test]
fn two_formats_do_not_add_up_on_a_changed_line_and_the_lower_counts() {
    let lcov = lcov("src/cart.py", "2,1 3,1");
    let cobertura = "<coverage line-rate='1'><packages><package name='p'><classes><class filename='src/cart.py'><lines>\
        <line number='2' hits='1'/><line number='3' hits='0'/></lines></class></classes></package></packages></coverage>";
    let report = measure(&[("pr.diff", DIFF), ("lcov.info", &lcov), ("coverage.xml", cobertura)]);
    let patch = report.coverage.unwrap().patch.unwrap();
    assert_eq!((patch.line, &*patch.files[1].missing), (Ratio { covered: 1, total: 2 }, &[(3, 3)][..]));
}

#[test]
fn patches_that_a_repository_keeps_are_not_the_change() {
    let lines = lcov("src/cart.py", "2,0");
    let report = measure(&[("patches/lib.patch", DIFF), ("lcov.info", &lines)]);
    let kept = report.files.iter().find(|file| file.path == "patches/lib.patch").unwrap();
    assert_eq!((kept.kind, kept.status), (FileKind::Other, FileStatus::Ignored));
    assert_eq!(report.coverage.unwrap().patch, None);
}

#[test]
fn the_limits_of_the_policy_stand_beside_what_was_measured() {
    let lcov = "SF:src/core/a.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\nend_of_record\nSF:src/b.py\nDA:1,0\nend_of_record\n";
    let files = [("lcov.info".to_owned(), lcov.to_owned())];
    let policy = "version: 1\nrules:\n  coverage-below-threshold:\n    level: error\n    line: 60\n    function: 50\n    \
        groups: { core: { paths: ['src/core/**'], line: 75.01 } }\n  \
        file-coverage-below-threshold: { level: error, line: 50, min_lines: 1 }\n";
    let limits = super::judge(&files, policy).coverage.unwrap().limits;
    let said: Vec<_> = limits
        .iter()
        .map(|l| (l.metric, l.group.as_deref(), l.measured.map(|r| (r.covered, r.total)), l.met))
        .collect();
    assert_eq!(
        said,
        [
            (CoverageMetric::Line, None, Some((3, 5)), Some(true)),
            (CoverageMetric::Function, None, None, None),
            (CoverageMetric::Line, Some("core"), Some((3, 4)), Some(false)),
            (CoverageMetric::File, None, Some((1, 2)), Some(false)),
        ]
    );
    assert!(super::judge(&files, "version: 1\nrules:\n  unreadable-file: error\n").coverage.unwrap().limits.is_empty());
}
