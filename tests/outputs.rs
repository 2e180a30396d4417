//! The outputs of `tollgate check` from outside: well formed, inert whatever the input says, within the limits of their
//! readers, and the same twice.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "tests run the program and stop at what they did not expect"
)]

#[path = "outputs/markdown.rs"]
mod markdown;
#[path = "outputs/runner.rs"]
mod runner;
#[path = "outputs/sarif.rs"]
mod sarif;

use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use tollgate::model::{Level, Report, Status};
use tollgate::render::{self, Room};

const FORMATS: [&str; 7] = ["text", "json", "sarif", "github", "markdown", "comment", "junit"];
const TODAY: &str = "2026-11-23";
const CI: &str = ".github/workflows/ci.yml";
const POLICY: &str = "version: 1\nrules:\n  sleep-as-wait: error\n  test-failed: error\n  unpinned-image: warning\n  \
                      job-without-timeout: info\n  unreadable-file: warning\nevidence: { coverage: required }\n";
const SLEEPS: &str = "on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          docker compose up -d
          sleep 30
          docker compose exec -T web pytest
";

/// What inputs may call a thing, in order to be more than a name.
const HOSTILE: [&str; 14] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</code></details></summary>",
    "a | b || c \\| d",
    "`code` ``` @octocat ` @octocat",
    "@octocat, octo/repo#12, fixes #13, GH-14",
    "[click](https://example.org) ![i](https://example.org/i.png) https://example.org www.example.org",
    "::error file=x::y",
    "##[add-mask]secret ##[group]x",
    "100%0A::set-output name=a::b, c: d%25",
    "\u{1b}[31mred\u{1b}]8;;http://example.org\u{7}link \u{202e}txt",
    "]]> &amp; &#60; <!-- --> <![CDATA[",
    "=HYPERLINK(\"http://example.org\")",
    "$x^2$ *b* _i_ ~~s~~ \\",
];

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.current_dir(folder).args(args).stdin(Stdio::null());
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("CI");
    command
}

fn tollgate(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn printed(folder: &Path, format: &str) -> String {
    let output = tollgate(folder, &["check", "--format", format, "--today", TODAY]);
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn report(folder: &Path) -> Report {
    serde_json::from_str(&printed(folder, "json")).unwrap()
}

fn xml(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A tree in which everything that can have a name has a hostile one.
fn hostile() -> TempDir {
    let mut jobs = String::from("on: push\njobs:\n");
    let mut cases = String::new();
    for (at, name) in HOSTILE.iter().enumerate() {
        let quoted = Value::from(*name);
        let _ = write!(
            jobs,
            "  job{at}:\n    runs-on: ubuntu-24.04\n    steps:\n      - name: {quoted}\n        run: |\n          docker \
             compose up -d\n          sleep 30\n          docker compose exec -T web pytest\n"
        );
        let name = xml(name);
        let _ = write!(
            cases,
            "<testcase classname=\"{name}\" name=\"{name}&#10;::error::x\"><failure message=\"{name}\">{name}&#10;\
             ::add-mask::x&#10;  ::stop-commands::x</failure></testcase>"
        );
    }
    let junit = format!("<testsuite name=\"s\">{cases}</testsuite>");
    let images: Vec<String> = HOSTILE
        .iter()
        .enumerate()
        .map(|(at, name)| format!("  s{at}:\n    image: {}\n", Value::from(format!("{name}:latest"))))
        .collect();
    let compose = format!("services:\n{}", images.concat());
    let root = tree(&[("tollgate.yml", POLICY), (CI, &jobs), ("junit.xml", &junit), ("compose.yml", &compose)]);
    if cfg!(unix) {
        for name in HOSTILE.iter().map(|name| name.replace('/', "\u{2215}")).chain(["a\n::error::b".to_owned()]) {
            let name = root.path().join(format!("{name} Dockerfile"));
            fs::create_dir_all(&name).unwrap();
            fs::write(name.join("Dockerfile"), "FROM alpine:latest\nset x\n").unwrap();
            fs::write(name.join("junit.xml"), junit.replace("</testsuite>", "<testcase")).unwrap();
        }
    }
    root
}

#[test]
fn nothing_in_an_input_steers_a_reader() {
    let root = hostile();
    let report = report(root.path());
    assert!(report.findings.len() > 3 * HOSTILE.len(), "{}", report.findings.len());
    for format in FORMATS {
        let text = printed(root.path(), format);
        for line in text.lines() {
            assert!(line.chars().all(|c| !c.is_control()), "{format}: {line:?}");
            assert!(!line.contains(['\u{202e}', '\u{2066}', '\u{2028}']), "{format}: {line:?}");
            assert!(format == "github" || runner::command(line).is_none(), "{format}: {line:?}");
            assert!(!line.contains("##["), "{format}: {line:?}");
        }
        match format {
            "json" => drop(serde_json::from_str::<Value>(&text).unwrap()),
            "sarif" => sarif::valid(&text),
            "github" => runner::valid(&text),
            "markdown" | "comment" => markdown::inert(&text),
            _ => {}
        }
        assert_eq!(text, printed(root.path(), format), "{format}: not the same twice");
    }
}

#[test]
fn outputs_of_the_sample_are_well_formed_and_the_same_twice() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/shop");
    sarif::valid(&printed(&sample, "sarif"));
    runner::valid(&printed(&sample, "github"));
    markdown::inert(&printed(&sample, "markdown"));
    markdown::inert(&printed(&sample, "comment"));
    for format in FORMATS {
        assert_eq!(printed(&sample, format), printed(&sample, format), "{format}");
    }
}

#[test]
fn exit_codes_do_not_depend_on_the_format() {
    let root = tree(&[
        ("good/tollgate.yml", "version: 1\nrules: { sleep-as-wait: error }\n"),
        (&format!("good/{CI}"), "on: push\njobs: { a: { runs-on: x, steps: [{ run: docker compose up --wait }] } }\n"),
        ("bad/tollgate.yml", "version: 1\nrules: { sleep-as-wait: error }\n"),
        (&format!("bad/{CI}"), SLEEPS),
        ("open/tollgate.yml", "version: 1\nevidence: { tests: required }\n"),
        (&format!("open/{CI}"), SLEEPS),
        ("wrong/tollgate.yml", "version: 2\n"),
    ]);
    for (folder, code) in [("good", 0), ("bad", 1), ("wrong", 2), ("open", 3)] {
        for format in FORMATS {
            let output = tollgate(root.path(), &["check", folder, "--format", format]);
            assert_eq!(output.status.code(), Some(code), "{folder} {format}");
            assert_eq!(output.stdout.is_empty(), code == 2, "{folder} {format}");
        }
    }
}

#[test]
fn one_run_writes_every_format() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, SLEEPS)]);
    let args = "check --today 2026-11-23 --output o.json --output o.sarif --output o.md --output o.xml --output o.txt \
                --output github=o.annotations --output comment=comment.md --quiet";
    let output = tollgate(root.path(), &args.split_whitespace().collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(1));
    for (file, format) in [
        ("o.json", "json"),
        ("o.sarif", "sarif"),
        ("o.md", "markdown"),
        ("o.xml", "junit"),
        ("o.txt", "text"),
        ("o.annotations", "github"),
        ("comment.md", "comment"),
    ] {
        // What was written before is no input of the second run.
        let written = fs::read_to_string(root.path().join(file)).unwrap();
        fs::remove_file(root.path().join(file)).unwrap();
        fs::create_dir_all(root.path().join(".git")).unwrap();
        fs::write(root.path().join(format!(".git/{file}")), &written).unwrap();
        assert!(!written.is_empty(), "{format}");
    }
    for (file, format) in [("o.json", "json"), ("o.md", "markdown"), ("o.xml", "junit"), ("o.txt", "text")] {
        let written = fs::read_to_string(root.path().join(format!(".git/{file}"))).unwrap();
        assert_eq!(written, printed(root.path(), format), "{format}");
    }
    let left: Vec<_> = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{left:?}");
}

#[test]
fn an_output_that_cannot_be_written_is_said_with_what_to_do() {
    let root = tree(&[("tollgate.yml", "version: 1\nrules: { sleep-as-wait: off }\n"), (CI, SLEEPS), ("d/x", "")]);
    let mut cases = vec![
        (vec!["no/such/o.json"], "no/such/o.json: cannot be written: there is no folder no/such; make it first"),
        (vec!["json=d"], "d: cannot be written: "),
        (vec!["o.json", "json=o.json"], "--output o.json: is given twice; give each report a file of its own"),
        (vec!["-"], "`-` is no file; --format says what is printed"),
        (
            vec!["o.pdf"],
            "write FORMAT=o.pdf, where FORMAT is one of text, json, sarif, github, markdown, comment, junit",
        ),
        (vec!["html5=o"], "there is no format `html5`; known are text, json, "),
    ];
    if Path::new("/dev/full").exists() {
        cases.push((vec!["json=/dev/full"], "make room, or write elsewhere"));
    }
    for (outputs, expected) in cases {
        let mut args = vec!["check"];
        for output in &outputs {
            args.extend(["--output", output]);
        }
        let output = tollgate(root.path(), &args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(expected), "{outputs:?}: {error}");
        assert_eq!(output.status.code(), Some(2), "{outputs:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_behind_standard_output_is_an_error_and_a_closed_pipe_is_none() {
    let root = tree(&[("tollgate.yml", "version: 1\nrules: { sleep-as-wait: error }\n"), (CI, SLEEPS)]);
    for format in FORMATS {
        if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
            let output = command(root.path(), &["check", "--format", format]).stdout(full).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{format}");
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(error.starts_with("error: standard output: cannot be written: "), "{error}");
        }
        let mut child =
            command(root.path(), &["check", "--format", format]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        drop(child.as_mut().unwrap().stdout.take());
        let output = child.unwrap().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
fn our_own_reader_counts_the_outcomes_in_junit() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/shop");
    for root in [sample.as_path(), hostile().path()] {
        let outcomes = report(root).summary.outcomes;
        let written = tempfile::tempdir().unwrap();
        fs::write(written.path().join("tollgate.xml"), printed(root, "junit")).unwrap();
        let output = tollgate(written.path(), &["inspect", "--format", "json"]);
        let inspected: Value = serde_json::from_slice(&output.stdout).unwrap();
        let file = &inspected["files"][0];
        assert_eq!((&file["kind"], &file["status"]), (&"junit".into(), &"read".into()), "{file}");
        let expected = [
            (
                "tests",
                outcomes.passed + outcomes.failed + outcomes.waived + outcomes.not_applicable + outcomes.no_evidence,
            ),
            ("failures", outcomes.failed),
            ("errors", outcomes.no_evidence),
            ("skipped", outcomes.waived + outcomes.not_applicable),
        ];
        for (name, count) in expected {
            assert_eq!(file["facts"][name], count, "{name}");
            assert_eq!(file["facts"]["declared"][name], count, "{name}");
        }
    }
}

#[test]
fn junit_of_an_open_answer_is_not_green() {
    let root = tree(&[("tollgate.yml", "version: 1\nrules: { sleep-as-wait: error }\n")]);
    let text = printed(root.path(), "junit");
    assert!(
        text.contains("<testsuites name=\"tollgate\" tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\">"),
        "{text}"
    );
}

#[test]
fn waived_known_and_new_findings_are_told_apart() {
    let waived = "version: 1\nrules: { sleep-as-wait: error, job-without-timeout: error, unpinned-image: error }\n\
                  waivers:\n  - rule: job-without-timeout\n    where: { file: .github/workflows/ci.yml }\n    reason: known slow\n    owner: ci\n    expires: 2026-12-01\n";
    let compose = "services: { db: { image: postgres } }\n";
    let root = tree(&[("tollgate.yml", waived), (CI, SLEEPS)]);
    let baseline = printed(root.path(), "json");
    fs::write(root.path().join("baseline.json"), baseline).unwrap();
    fs::write(root.path().join("compose.yml"), compose).unwrap();
    let run = |format: &str| {
        let args = ["check", "--format", format, "--baseline", "baseline.json", "--today", TODAY];
        String::from_utf8(tollgate(root.path(), &args).stdout).unwrap()
    };
    let log = run("sarif");
    sarif::valid(&log);
    let log: Value = serde_json::from_str(&log).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().find(|result| result["ruleId"] == rule).unwrap();
    assert_eq!(of("unpinned-image")["baselineState"], "new");
    assert_eq!(of("sleep-as-wait")["baselineState"], "unchanged");
    let waived = of("job-without-timeout");
    let suppression = serde_json::json!([{ "kind": "external", "status": "accepted", "justification": "known slow" }]);
    assert_eq!((&waived["suppressions"], waived.get("baselineState")), (&suppression, None));
    let without: Value = serde_json::from_str(&printed(root.path(), "sarif")).unwrap();
    let results = without["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().all(|result| result.get("baselineState").is_none()), "without a baseline nothing is new");

    let annotations = run("github");
    assert_eq!(annotations.matches("::error ").count(), 1, "{annotations}");
    assert!(
        annotations.contains("1 finding known from the baseline, not annotated; 1 finding waived"),
        "{annotations}"
    );
    let page = run("markdown");
    assert!(page.contains("❌ error (known) | `sleep-as-wait`"), "{page}");
    assert!(page.contains("compared with `baseline.json`: 1 new, 1 known, 0 gone · 1 waived"), "{page}");
    assert!(page.contains("| `job-without-timeout` | 1 | known slow | ci | 2026-12-01 |"), "{page}");
}

#[test]
fn hosts_are_told_paths_from_the_root_of_the_repository() {
    let policy = "version: 1\nrules: { sleep-as-wait: error }\nevidence: { tests: required }\n";
    let root = tree(&[
        (".git/HEAD", ""),
        ("shop/tollgate.yml", policy),
        (&format!("shop/{CI}"), SLEEPS),
        ("shop/out/junit.xml", "<testsuite name='s'/>"),
    ]);
    let paths = |folder: &str, args: &[&str]| {
        let args = [&["check", "--format", "sarif"], args].concat();
        let output = tollgate(&root.path().join(folder), &args);
        let log: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut paths: Vec<String> = Vec::new();
        for artifact in log["runs"][0]["artifacts"].as_array().unwrap() {
            assert_eq!(artifact["location"]["uriBaseId"], "%SRCROOT%");
            paths.push(artifact["location"]["uri"].as_str().unwrap().to_owned());
        }
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(place, "shop/.github/workflows/ci.yml");
        paths.sort();
        paths
    };
    let expected = ["shop/.github/workflows/ci.yml", "shop/out/junit.xml", "shop/tollgate.yml"];
    for (folder, args) in [
        ("", &["shop"][..]),
        ("shop", &[]),
        ("shop", &["."]),
        ("shop/out", &[".."]),
        ("", &["shop/.github", "shop/tollgate.yml", "--policy", "shop/tollgate.yml", "--evidence", "shop/out"]),
    ] {
        assert_eq!(paths(folder, args), expected, "{folder} {args:?}");
    }
    let output = tollgate(&root.path().join("shop"), &["check", "--policy", "tollgate.yml", "--format", "github"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("::error file=shop/.github/workflows/ci.yml,line=8,"), "{text}");
}

#[test]
fn times_are_told_on_demand_and_nothing_else_beside_a_pipe() {
    let root = tree(&[("tollgate.yml", "version: 1\nrules: { sleep-as-wait: error }\n"), (CI, SLEEPS)]);
    let quiet = tollgate(root.path(), &["check"]);
    assert_eq!(String::from_utf8_lossy(&quiet.stderr), "");
    let verbose = tollgate(root.path(), &["check", "--verbose"]);
    assert_eq!(quiet.stdout, verbose.stdout);
    let times = String::from_utf8(verbose.stderr).unwrap();
    let phases: Vec<&str> = times.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(phases, ["collecting", "policy", "opening", "reading", "linking", "judging", "writing", "all"]);
}

#[test]
fn shells_and_manuals_know_the_commands() {
    let here = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = tollgate(here.path(), &["completions", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.contains("tollgate") && script.contains("baseline"), "{shell}");
    }
    for (args, title) in [
        (&["man"][..], ".TH tollgate 1"),
        (&["man", "check"], ".TH tollgate-check 1"),
        (&["man", "policy", "show"], ".TH tollgate-policy-show 1"),
    ] {
        let page = String::from_utf8(tollgate(here.path(), args).stdout).unwrap();
        assert!(page.contains(title), "{args:?}: {page}");
    }
    let output = tollgate(here.path(), &["man", "chekc"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("known are check, fix, "));
}

/// A report with as many findings of the sample as wanted, each at a place of its own.
fn many(count: usize) -> Report {
    let mut report = report(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/shop"));
    let sample = std::mem::take(&mut report.findings);
    for (at, finding) in sample.iter().cycle().take(count).enumerate() {
        let mut finding = finding.clone();
        finding.place.line = at + 1;
        finding.place.end_line = at + 1;
        finding.fingerprint = format!("{at:064x}");
        if at % 10 == 9 {
            finding.status = Status::Known;
        }
        report.findings.push(finding);
    }
    report
}

#[test]
fn fifty_thousand_findings_fit_every_reader_and_are_all_counted() {
    let report = many(50_000);
    let errors = report.findings.iter().filter(|f| f.level == Level::Error && f.status == Status::New).count();

    let log = render::sarif(&report, &|_| None);
    let log: Value = serde_json::from_str(&log).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!((&run["properties"]["findings"], &run["properties"]["leftOut"]), (&50_000.into(), &25_000.into()));
    let kept = results.iter().filter(|result| result["level"] == "error").count();
    assert_eq!(kept, errors.min(25_000), "the worst are kept");
    let note = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(note.as_str().unwrap().starts_with("25,000 findings are left out"), "{note}");

    let text = render::github(&report);
    for (command, count) in [("::error ", 10), ("::warning ", 10), ("::notice ", 0)] {
        assert_eq!(text.lines().filter(|line| line.starts_with(command)).count(), count, "{command}");
    }
    let left_out = format!("left out, for GitHub shows 10 of a kind: {} errors", grouped(errors - 10));
    assert!(text.ends_with('\n') && text.lines().last().unwrap().contains(&left_out), "{left_out}");

    for (room, bytes) in [(Room::Summary, 1024 * 1024), (Room::Comment, 65_536)] {
        let page = render::markdown(&report, room);
        assert!(page.len() <= bytes, "{room:?}: {}", page.len());
        let ignored = report.findings.iter().filter(|finding| finding.rule == "tests-ignored").count();
        let row = format!("| `tests-ignored` | {} |", grouped(ignored));
        assert!(ignored > 1_000 && page.contains(&row), "{row}: the counts are those of all");
        markdown::inert(&page);
    }
    let suites = render::junit(&report);
    assert!(suites.len() < 2 * 1024 * 1024, "{}", suites.len());
    assert!(suites.matches(" more findings\n").count() > 10, "each rule lists some and counts the rest");
}

#[test]
fn a_page_gives_up_what_proves_the_least_first() {
    let sizes = [20, 400, 4_000, 50_000].map(|count| render::markdown(&many(count), Room::Comment));
    assert!(sizes[0].contains("nothing to look at</summary>"), "all of it");
    for (page, gone, kept) in [
        (&sizes[1], "found nothing to look at is left out here.", "### Findings"),
        (&sizes[3], "hold is left out here.", "### Figures"),
    ] {
        assert!(page.contains(gone) && page.contains(kept), "{gone}");
        assert!(page.starts_with("<!-- tollgate -->\n## ❌ Tollgate: the policy does not hold\n"));
    }
}

#[test]
fn long_names_and_lists_do_not_break_a_limit() {
    let mut report = many(300);
    for (at, finding) in report.findings.iter_mut().enumerate() {
        finding.rule = format!("rule-{at}");
        finding.message = "m`|<".repeat(20_000);
        finding.place.file = "d/".repeat(2_000);
        finding.fix.text = format!("    {}", "x".repeat(50_000));
        finding.related = vec![finding.related.first().cloned().into_iter().next(); 3].into_iter().flatten().collect();
    }
    let sample = report.outcomes[0].clone();
    report.outcomes.extend((0..300).map(|at| {
        let mut outcome = sample.clone();
        outcome.rule = format!("rule-{at}");
        outcome.outcome = tollgate::model::OutcomeKind::Failed;
        outcome.facts = vec!["f".repeat(10_000); 20];
        outcome
    }));
    for (room, bytes) in [(Room::Summary, 1024 * 1024), (Room::Comment, 65_536)] {
        let page = render::markdown(&report, room);
        assert!(page.len() <= bytes, "{room:?}: {}", page.len());
        markdown::inert(&page);
    }
    let text = render::github(&report);
    assert!(text.lines().all(|line| line.len() < 64 * 1024));
    runner::valid(&text);
}

fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
    if head.is_empty() { tail.to_owned() } else { format!("{head},{tail}") }
}
