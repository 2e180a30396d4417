//! The program from outside: arguments, exit codes, outputs and their layout.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests run the program and stop at what they did not expect"
)]

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

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
const WAITS: &str = "on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: docker compose up -d --wait
";
const POLICY: &str = "version: 1\nrules:\n  sleep-as-wait: error\n";
const JUNIT: &str = r#"<testsuite name="s" tests="9">
  <testcase classname="c" name="a" time="0.5"/>
  <testcase classname="c" name="b"><failure message="no"/></testcase>
  <testcase classname="c" name="c"><skipped/></testcase>
</testsuite>"#;
const CI: &str = ".github/workflows/ci.yml";

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
    command.current_dir(folder).args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("CI");
    command
}

fn tollgate(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Exit codes mean the same in every format.
#[track_caller]
fn exits(folder: &Path, args: &[&str], code: i32) {
    for format in ["text", "json"] {
        let output = tollgate(folder, &[args, &["--format", format]].concat());
        assert_eq!(output.status.code(), Some(code), "{args:?} {format}\n{}{}", out(&output), err(&output));
    }
}

#[test]
fn exit_codes_follow_the_verdict() {
    let root = tree(&[
        ("good/tollgate.yml", POLICY),
        (&format!("good/{CI}"), WAITS),
        ("bad/.github/tollgate.yml", POLICY),
        (&format!("bad/{CI}"), SLEEPS),
        ("tests/tollgate.yml", "version: 1\nevidence: { tests: required }\n"),
        (&format!("tests/{CI}"), WAITS),
        ("empty/tollgate.yml", POLICY),
        ("wrong/tollgate.yml", "version: 2\n"),
        ("warns/tollgate.yml", "version: 1\nrules: { sleep-as-wait: warning }\n"),
        (&format!("warns/{CI}"), SLEEPS),
    ]);
    for (args, code) in [
        (&["check", "good"][..], 0),
        (&["check", "bad"], 1),
        (&["check", "wrong"], 2),
        (&["check", "good", "--policy", "no-such-pack"], 2),
        (&["check", "good", "--policy", "no/such/file.yml"], 2),
        (&["check", "tests"], 3),
        (&["check", "empty"], 3),
        (&["check", "missing", "--policy", "good/tollgate.yml"], 3),
        (&["check", "warns"], 0),
        (&["check", "warns", "--fail-on", "warning"], 1),
    ] {
        exits(root.path(), args, code);
    }
    for args in [
        &["frobnicate"][..],
        &["check", "--no-such-option"],
        &["check", "--format", "yaml"],
        &["check", "--today", "tomorrow"],
        &["check", "--limit", "fils=1"],
        &["check", "--output", "report.xyz"],
        &["check", "--fail-on", "fatal"],
        &["explain", "no-such-rule"],
        &[],
    ] {
        let output = tollgate(root.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(out(&output), "", "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
    let output = tollgate(root.path(), &["--version"]);
    assert_eq!(out(&output), concat!("tollgate ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_path_that_does_not_exist_is_named_and_leaves_the_verdict_open() {
    let root = tree(&[("tollgate.yml", "version: 1\nrules: { unreadable-file: error }\n"), (CI, WAITS)]);
    let output = tollgate(root.path(), &["check", ".", "--evidence", "lost/junit.xml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(err(&output), "error: lost/junit.xml: does not exist\n");
    let report = json(&output);
    let files = report["files"].as_array().unwrap();
    let lost = files.iter().find(|file| file["path"] == "lost/junit.xml").unwrap();
    assert_eq!((&lost["status"], &lost["note"]), (&"unreadable".into(), &"does not exist".into()));
}

#[test]
fn a_finding_is_laid_out_as_compilers_do() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, SLEEPS)]);
    let output = tollgate(root.path(), &["check"]);
    let text = out(&output);
    let layout = "\
 --> .github/workflows/ci.yml:8:11
  |
8 |           sleep 30
  |           ^^^^^^^^
  |
  = why: A fixed wait is too short";
    assert!(text.starts_with("error[sleep-as-wait]: job `test`"), "{text}");
    assert!(text.contains(layout), "{text}");
    for part in [
        "  = fix: ",
        "             docker compose up -d --wait",
        "  = policy: tollgate.yml:3\n",
        "\nFAIL  1 error  (policy tollgate.yml)\n",
        "\nRules that do not hold\n  error    sleep-as-wait  (tollgate.yml:3)\n",
        "\nRules by family   failed  no evidence   passed  not applicable\n  health               1",
        "\n  CI        1 workflow with 1 job\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert_eq!(err(&output), "");
    assert!(text.lines().all(|line| line == line.trim_end()), "blanks at the end of a line:\n{text}");
}

#[test]
fn the_reason_is_given_where_a_rule_fires_first() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, SLEEPS), (".github/workflows/other.yml", SLEEPS)]);
    let output = tollgate(root.path(), &["check"]);
    assert_eq!(out(&output).matches("= why: ").count(), 1);
    assert_eq!(out(&output).matches("= fix: ").count(), 2);
    assert_eq!(out(&output).matches("= fix: as above\n").count(), 1);
}

#[test]
fn quiet_leaves_the_verdict_line() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, SLEEPS)]);
    let output = tollgate(root.path(), &["check", "--quiet"]);
    assert_eq!(out(&output), "FAIL  1 error  (policy tollgate.yml)\n");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_json_has_the_fields_of_the_schema_and_does_not_depend_on_the_run() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, SLEEPS), ("junit.xml", JUNIT)]);
    let output = tollgate(root.path(), &["check", "--format", "json", "--today", "2026-11-23"]);
    let report = json(&output);
    let text = out(&output);
    let places = [
        "schema",
        "tool",
        "verdict",
        "policy",
        "summary",
        "outcomes",
        "findings",
        "tests",
        "coverage",
        "runs",
        "workflows",
        "files",
    ]
    .map(|key| text.find(&format!("\n  \"{key}\": ")).unwrap_or_else(|| panic!("no `{key}`")));
    assert!(places.is_sorted(), "the fields stand in the order of the schema");
    assert_eq!(report["schema"], "tollgate-report/1");
    assert_eq!(report["verdict"], "fail");
    assert_eq!(report["tests"]["total"], 3);
    assert_eq!(report["findings"][0]["place"]["line"], 8);
    assert!(out(&output).ends_with("}\n"));
    let again = tollgate(root.path(), &["check", "--format", "json", "--today", "2026-11-23"]);
    assert_eq!(output.stdout, again.stdout);
}

#[test]
fn several_outputs_come_from_one_run_and_are_written_whole() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, SLEEPS), ("out/old.json", "old"), ("out/keep", "")]);
    let output = tollgate(
        root.path(),
        &["check", "--quiet", "--output", "out/old.json", "--output", "text=out/report.log", "--color", "always"],
    );
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let report: Value = serde_json::from_str(&fs::read_to_string(root.path().join("out/old.json")).unwrap()).unwrap();
    assert_eq!(report["verdict"], "fail");
    let text = fs::read_to_string(root.path().join("out/report.log")).unwrap();
    assert!(text.contains("error[sleep-as-wait]") && !text.contains('\u{1b}'), "{text}");
    let mut names: Vec<_> = fs::read_dir(root.path().join("out")).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["keep", "old.json", "report.log"], "nothing else is left behind");

    let output = tollgate(root.path(), &["check", "--output", "no/such/folder/report.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).starts_with("error: no/such/folder/report.json: cannot be written: "), "{}", err(&output));
    assert!(out(&output).contains("FAIL"), "the result is shown nevertheless");
}

#[test]
fn colours_are_off_in_pipes_and_on_when_asked() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, SLEEPS)]);
    for (args, variable, coloured) in [
        (&["check"][..], None, false),
        (&["check", "--color", "always"], None, true),
        (&["check", "--color", "never"], Some("CLICOLOR_FORCE"), false),
        (&["check"], Some("CLICOLOR_FORCE"), true),
        (&["check"], Some("NO_COLOR"), false),
    ] {
        let mut command = command(root.path(), args);
        command.envs(variable.map(|name| (name, "1")));
        let output = command.output().unwrap();
        assert_eq!(out(&output).contains('\u{1b}'), coloured, "{args:?} {variable:?}");
    }
}

#[test]
fn a_wrong_policy_is_shown_at_its_place_with_a_hint() {
    for (policy, place, message, hint) in [
        ("version: 1\nrulez: {}\n", "2:1", "no key `rulez`", "did you mean `rules`?"),
        (
            "version: 1\nrules: { sleep-as-wiat: error }\n",
            "2:10",
            "no rule `sleep-as-wiat`",
            "did you mean `sleep-as-wait`?",
        ),
        (
            "version: 1\nrules:\n  sleep-as-wait: { max_second: 3 }\n",
            "3:20",
            "no parameter `max_second`",
            "did you mean `max_seconds`?",
        ),
        ("version: 1\nrules: { sleep-as-wait: eror }\n", "2:25", "no level `eror`", "did you mean `error`?"),
        ("version: 1\nextends: [recomended]\n", "2:11", "no such pack", "did you mean the pack `recommended`?"),
        (
            "version: 1\nextends: [./org.yml]\n",
            "2:11",
            "`./org.yml`: the file cannot be read",
            "relative to the policy",
        ),
        ("version: 1\nrules: {}\nrules: {}\n", "3:1", "`rules` is written twice", ""),
        ("version: 1\nlevels: { helth: error }\n", "2:11", "no family `helth`", "did you mean `health`?"),
        ("rules: {}\n", "1:1", "has no `version`", "version: 1"),
    ] {
        let root = tree(&[("tollgate.yml", policy), (CI, WAITS)]);
        let output = tollgate(root.path(), &["check"]);
        assert_eq!(output.status.code(), Some(2), "{policy}");
        assert_eq!(out(&output), "", "{policy}");
        let text = err(&output).replace("\n          ", " ");
        for part in [&format!("--> tollgate.yml:{place}\n"), message, hint, "nothing was judged"] {
            assert!(text.contains(part), "{part:?} is not in\n{text}\nfor\n{policy}");
        }
    }
}

#[test]
fn a_policy_extends_files_relative_to_its_own_folder() {
    let root = tree(&[
        ("repo/.github/tollgate.yml", "version: 1\nextends: [../ci/base.yml]\n"),
        ("repo/ci/base.yml", POLICY),
        (&format!("repo/{CI}"), SLEEPS),
        ("else/where.yml", "version: 1\nextends: [./deeper/base.yml]\n"),
        ("else/deeper/base.yml", POLICY),
    ]);
    let output = tollgate(root.path(), &["check", "repo", "--format", "json"]);
    let files = |report: &Value| -> Vec<String> {
        let sources = report["policy"]["sources"].as_array().unwrap();
        sources.iter().map(|source| source["file"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(files(&json(&output)), ["ci/base.yml", ".github/tollgate.yml"], "{}", err(&output));
    let output = tollgate(root.path(), &["check", "repo", "--format", "json", "--policy", "else/where.yml"]);
    assert_eq!(files(&json(&output)), ["else/deeper/base.yml", "else/where.yml"], "{}", err(&output));
    assert_eq!(output.status.code(), Some(1));
}

/// A zip with one stored member, as small as it gets.
fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let crc = content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 })
    });
    let (length, name_length) = (u32::try_from(content.len()).unwrap(), u16::try_from(name.len()).unwrap());
    let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    common.extend((!crc).to_le_bytes());
    common.extend(length.to_le_bytes());
    common.extend(length.to_le_bytes());
    common.extend(name_length.to_le_bytes());
    common.extend([0, 0]);
    let mut zip = b"PK\x03\x04".to_vec();
    zip.extend(&common);
    zip.extend(name.as_bytes());
    zip.extend(content);
    let directory = u32::try_from(zip.len()).unwrap();
    zip.extend(b"PK\x01\x02\x14\x00");
    zip.extend(&common);
    zip.extend([0; 14]);
    zip.extend(name.as_bytes());
    let size = u32::try_from(zip.len()).unwrap() - directory;
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(size.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend([0, 0]);
    zip
}

#[test]
fn a_zip_is_read_from_standard_input() {
    let root = tree(&[]);
    let mut child = command(root.path(), &["inspect", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&zip("junit.xml", JUNIT.as_bytes())).unwrap();
    let output = child.wait_with_output().unwrap();
    let files = &json(&output)["files"];
    assert_eq!((&files[0]["path"], &files[0]["kind"]), (&"stdin".into(), &"archive".into()));
    assert_eq!(files[1]["path"], "stdin/junit.xml");
    assert_eq!(files[1]["facts"]["tests"], 3);
}

#[test]
fn a_closed_pipe_is_no_panic_and_does_not_change_the_exit_code() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, SLEEPS)]);
    for number in 0..400 {
        fs::write(root.path().join(format!(".github/workflows/w{number}.yml")), SLEEPS).unwrap();
    }
    let mut child = command(root.path(), &["check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err(&output), "");
}

#[test]
fn nothing_in_a_file_can_steer_the_terminal() {
    let service = "on: push\njobs:\n  \"t\\e[31m\\x9b2J\":\n    runs-on: x\n    steps:\n      - run: \"docker compose up -d\\nsleep 30\\npytest\" # \u{1b}]0;x\u{7} \u{9b}2J \u{202e}\n";
    let junit = "<testsuite><testcase name=\"a&#x9b;31m\"><failure message=\"&#x9b;31m\"/></testcase></testsuite>";
    let root = tree(&[
        ("tollgate.yml", "version: 1\nrules: { sleep-as-wait: error, test-failed: error, unreadable-file: error }\n"),
        (CI, service),
        ("junit.xml", junit),
        ("policy.yml", "version: 1\n\"\u{202e}\\e[31m\": 1\n"),
    ]);
    for args in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--policy", "policy.yml"],
        &["check", "no\u{1b}[31m"],
        &["inspect"],
        &["inspect", "--format", "json"],
        &["explain", "no\u{1b}[31m"],
    ] {
        let output = tollgate(root.path(), args);
        for text in [out(&output), err(&output)] {
            let steering = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(steering), "{args:?}: {text:?}");
        }
    }
}

#[test]
fn inspect_tells_what_each_file_holds() {
    let lcov = "SF:src/a.rs\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n";
    let compose = "services:\n  web: { build: . }\n  db: { image: postgres, healthcheck: { test: x } }\n";
    let root = tree(&[
        (
            CI,
            "on: push\njobs:\n  t:\n    runs-on: x\n    services: { db: { image: postgres } }\n    steps:\n      - uses: actions/checkout@v4\n      - run: make\n",
        ),
        ("compose.yml", compose),
        ("Dockerfile", "ARG V=1\nFROM rust:1 AS build\nRUN make\nFROM scratch\n"),
        ("junit.xml", JUNIT),
        ("copy/junit.xml", JUNIT),
        ("lcov.info", lcov),
        ("logo.png", "x"),
    ]);
    let output = tollgate(root.path(), &["inspect", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let inspection = json(&output);
    let files = inspection["files"].as_array().unwrap();
    let file = |path: &str| files.iter().find(|file| file["path"] == path).unwrap();
    for (path, kind, facts) in [
        (
            CI,
            "workflow",
            r#"{"triggers":["push"],"jobs":1,"steps":2,"services":["db"],"uses":["actions/checkout@v4"]}"#,
        ),
        ("compose.yml", "compose", r#"{"services":["db","web"],"with_healthcheck":1,"with_build":1}"#),
        (
            "Dockerfile",
            "dockerfile",
            r#"{"stages":[{"name":"build","from":"rust:1"},{"name":null,"from":"scratch"}],"instructions":["ARG","FROM","RUN","FROM"]}"#,
        ),
        (
            "junit.xml",
            "junit",
            r#"{"tests":3,"failures":1,"errors":0,"skipped":1,"flaky":0,"seconds":0.5,"declared":{"tests":9}}"#,
        ),
        (
            "lcov.info",
            "lcov",
            r#"{"format":"lcov","line":{"covered":1,"total":2},"branch":{"covered":0,"total":0},"function":{"covered":0,"total":0},"declared":{"line":{"covered":1,"total":2}},"files":1}"#,
        ),
    ] {
        assert_eq!(file(path)["kind"], kind);
        assert_eq!(file(path)["facts"], serde_json::from_str::<Value>(facts).unwrap(), "{path}");
    }
    assert_eq!(file("copy/junit.xml")["facts"], file("junit.xml")["facts"], "a copy has its facts too");
    assert_eq!(file("logo.png")["status"], "ignored");

    let output = tollgate(root.path(), &["inspect"]);
    for part in [
        "junit.xml  junit  ",
        "    tests: 3 total, 1 passed, 1 failed, 1 skipped, 0 flaky; 0.50 s\n",
        "    the report declares other counts: tests 9 instead of 3\n",
        "    2 stages with 4 instructions\n    build from rust:1, from scratch\n",
        "1 not needed: no format that Tollgate reads has this name\n",
    ] {
        assert!(out(&output).contains(part), "{part:?} is not in\n{}", out(&output));
    }
    let output = tollgate(root.path(), &["inspect", "logo.png"]);
    assert_eq!(output.status.code(), Some(3), "nothing could be read");
}

#[test]
fn rules_are_listed_in_every_format() {
    let root = tree(&[]);
    let listed = json(&tollgate(root.path(), &["rules", "--format", "json"]));
    let rules = listed["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "sleep-as-wait").unwrap();
    let keys: BTreeSet<&str> = rule.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(Vec::from_iter(keys), ["family", "id", "level", "packs", "since", "summary"]);
    assert_eq!((&rule["family"], &rule["level"]), (&"health".into(), &"error".into()));
    assert_eq!(rule["summary"], "No `sleep` of two seconds or more stands between starting a service and using it.");
    let text = tollgate(root.path(), &["rules"]);
    let markdown = tollgate(root.path(), &["rules", "--format", "markdown"]);
    assert_eq!(out(&markdown).lines().count(), rules.len() + 2);
    for rule in rules {
        let id = rule["id"].as_str().unwrap();
        assert!(out(&text).contains(&format!("\n  {id} ")), "{id}");
        assert!(out(&markdown).contains(&format!("\n| `{id}` | ")), "{id}");
    }
}

#[test]
fn explain_shows_the_documentation_of_a_rule() {
    let root = tree(&[]);
    let output = tollgate(root.path(), &["explain", "sleep-as-wait"]);
    assert_eq!(output.status.code(), Some(0));
    let text = out(&output);
    assert!(text.starts_with("sleep-as-wait\nhealth · error · "), "{text}");
    for part in [
        "\nWhat it checks\n\nNo `sleep`",
        "\n  .github/workflows/ci.yml\n    on: push\n    jobs:\n      test:\n",
        "\nOptions\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(!text.contains("```") && !text.contains("\n# "), "{text}");
    let coloured = tollgate(root.path(), &["explain", "sleep-as-wait", "--color", "always"]);
    assert!(out(&coloured).contains("\u{1b}[1mWhat it checks\u{1b}[0m\n"));
    for (typo, hint) in [("sleep-as-wiat", "did you mean `sleep-as-wait`?"), ("zzzzzzz", "`tollgate rules` lists them")]
    {
        let output = tollgate(root.path(), &["explain", typo]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(err(&output), format!("error: there is no rule `{typo}`; {hint}\n"));
    }
}

#[test]
fn limits_are_set_by_name_and_told_when_hit() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, WAITS), ("junit.xml", JUNIT)]);
    let output = tollgate(root.path(), &["inspect", "--limit", "file_bytes=120"]);
    assert!(out(&output).contains("unreadable: over the limit `file_bytes` (120 bytes)"), "{}", out(&output));
    let output = tollgate(root.path(), &["check", "--limit", "file_byte=1"]);
    assert!(err(&output).contains("did you mean `file_bytes`?"), "{}", err(&output));
}

#[test]
fn the_help_shows_examples_and_exit_codes() {
    let root = tree(&[]);
    let output = tollgate(root.path(), &["check", "--help"]);
    for part in ["tollgate check . --evidence artifacts.zip", "Exit codes:", "archive_depth", "[default: error]"] {
        assert!(out(&output).contains(part), "{part}");
    }
}

#[test]
fn inspect_tells_what_runs_and_builds_took() {
    let jobs = r#"{"total_count": 2, "jobs": [
        {"id": 1, "run_id": 7, "run_attempt": 1, "workflow_name": "CI", "name": "lint", "status": "completed",
         "conclusion": "success", "created_at": "2026-03-01T00:00:00Z", "started_at": "2026-03-01T00:00:02Z",
         "completed_at": "2026-03-01T00:00:12Z", "steps": [{"name": "Set up job", "number": 1}]},
        {"id": 2, "run_id": 7, "run_attempt": 1, "workflow_name": "CI", "name": "test", "status": "completed",
         "conclusion": "failure", "created_at": "2026-03-01T00:00:13Z", "started_at": "2026-03-01T00:00:14Z",
         "completed_at": "2026-03-01T00:01:02.5Z", "steps": []}]}"#;
    let build = r#"{"vertexes": [{"digest": "sha256:1", "name": "[1/1] FROM x", "started": "2026-03-01T00:00:00Z",
        "completed": "2026-03-01T00:00:01Z", "cached": true}]}"#;
    let root = tree(&[
        ("jobs.json", jobs),
        ("build.json", &build.replace('\n', "")),
        ("run-again.json", &format!("{jobs}\n")),
    ]);
    let files = json(&tollgate(root.path(), &["inspect", "--format", "json"]))["files"].clone();
    let run = &files[1]["facts"]["runs"][0];
    assert_eq!((run["workflow"].as_str(), run["id"].as_u64()), (Some("CI"), Some(7)));
    assert_eq!((run["seconds"].as_f64(), run["queue_seconds"].as_f64()), (Some(60.5), Some(2.0)));
    assert_eq!(run["critical_path"], serde_json::json!(["lint", "test"]));
    assert_eq!(
        (files[0]["facts"]["builds"][0]["seconds"].as_f64(), files[2]["facts"]["found"].as_u64()),
        (Some(1.0), Some(1))
    );
    let output = tollgate(root.path(), &["inspect"]);
    let text = out(&output);
    for line in [
        "build: took 1 s, 1 step, 1 from the cache, 0 failed",
        "run of CI #7: no conclusion, 2 jobs with 1 step",
        "took 60.5 s, after 2 s in the queue",
        "jobs: 1 failure, 1 success",
        "critical path by times: lint → test",
        "1 told of by another file as well, and counted there",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn a_diff_is_judged_by_any_name_and_shown_with_its_coverage() {
    let root = tree(&[
        (CI, WAITS),
        ("src/cart.js", ""),
        ("out/lcov.info", "SF:/build/src/cart.js\nDA:1,1\nDA:2,0\nend_of_record\n"),
        ("out/change.txt", "--- a/src/cart.js\n+++ b/src/cart.js\n@@ -0,0 +1,2 @@\n+one\n+two\n"),
        ("policy.yml", "version: 1\nrules:\n  patch-coverage-below-threshold: error\n"),
    ]);
    let check = |line: &[&str]| tollgate(root.path(), &[&["check", "--policy", "policy.yml"], line].concat());
    assert_eq!(check(&[]).status.code(), Some(0), "without a diff there is nothing to judge");
    let output = check(&["--diff", "out/change.txt", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"][0]["place"]["file"], "out/change.txt");
    let line = serde_json::json!({ "covered": 1, "total": 2, "percent": 50.0 });
    assert_eq!(report["coverage"]["patch"]["line"], line);
    assert_eq!(report["coverage"]["patch"]["files"][0]["missing"], serde_json::json!([[2, 2]]));

    let missing = check(&["--diff", "no.diff"]);
    assert_eq!(missing.status.code(), Some(3), "a diff that is not there is no pass");
    assert!(String::from_utf8(missing.stderr).unwrap().contains("no.diff: does not exist"));

    let shown = tollgate(root.path(), &["inspect", "--diff", "out/change.txt"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("1 file changed, 2 lines added"), "{shown}");
    assert!(shown.contains("coverage of the added lines"), "{shown}");
}

/// Two tests that pass and prove two rules, and rules that no test proves.
const PROVED: &str = "version: 1
extends: [./org.yml]
rules: { sleep-as-wait: error, test-report-missing: error, unpinned-image: error }
tests:
  - name: a sleep before use is caught
    given:
      .github/workflows/ci.yml: |
        on: push
        jobs:
          t:
            runs-on: x
            steps:
              - run: |
                  docker compose up -d
                  sleep 30
                  docker compose exec -T web pytest
    expect: [{ rule: sleep-as-wait, file: .github/workflows/ci.yml, line: 8, path: jobs.t.steps.0.run }]
  - { name: no report is no pass, given: {}, expect: [{ rule: test-report-missing, outcome: no-evidence }] }
  - { name: nothing in nothing, given: {}, expect: [] }
  - { name: silence is no proof, given: {}, expect: [{ rule: unpinned-image, outcome: not-applicable }] }
";

#[test]
fn the_tests_of_a_policy_are_run_and_each_rule_is_turned_off_to_see_who_misses_it() {
    let root = tree(&[
        ("tollgate.yml", PROVED),
        ("org.yml", "version: 1\nrules: { test-failed: error }\n"),
        ("bad.yml", &PROVED.replace("line: 8", "line: 7").replace("expect: []", "expect: [{ rule: test-failed }]")),
        ("none.yml", POLICY),
        ("wrong.yml", "version: 2\n"),
    ]);
    let output = tollgate(root.path(), &["policy", "test"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", out(&output), err(&output));
    assert_eq!(
        out(&output),
        "ok    a sleep before use is caught\nok    no report is no pass\nok    nothing in nothing\nok    silence is no proof\n
4 tests\nNo test misses these rules of tollgate.yml when they are off: unpinned-image\nNor 1 rule of what it extends.\n"
    );
    let output = tollgate(root.path(), &["policy", "test", "bad.yml"]);
    assert_eq!(output.status.code(), Some(1));
    for part in [
        "FAIL  a sleep before use is caught  (bad.yml:5)\n      sleep-as-wait: not found where it was expected; found: .github/workflows/ci.yml:8 (jobs.t.steps.0.run)\n",
        "FAIL  nothing in nothing  (bad.yml:19)\n      test-failed: not found where it was expected; found: nothing\n",
        "\n4 tests, 2 failed\n",
        "when they are off: sleep-as-wait,",
    ] {
        assert!(out(&output).contains(part), "{part}\n{}", out(&output));
    }
    assert_eq!(tollgate(root.path(), &["policy", "test", "none.yml"]).status.code(), Some(3));
    assert_eq!(tollgate(root.path(), &["policy", "test", "wrong.yml"]).status.code(), Some(2));
}

#[test]
fn a_policy_is_checked_without_judging_anything() {
    let root = tree(&[
        ("a/.github/tollgate.yml", PROVED),
        ("a/.github/org.yml", "version: 1\n"),
        ("b/tollgate.yml", "version: 1\nrules: { slep-as-wait: error }\n"),
        ("c/README.md", ""),
    ]);
    let check =
        |folder: &str, args: &[&str]| tollgate(&root.path().join(folder), &[&["policy", "check"], args].concat());
    let output = check("a", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(out(&output), ".github/tollgate.yml is valid: 3 rules on, 0 off, 0 waivers, 4 tests\n");
    let output = check("b", &["--color", "never"]);
    assert_eq!((output.status.code(), out(&output)), (Some(2), ""));
    assert!(
        err(&output).starts_with("error: there is no rule `slep-as-wait`\n --> tollgate.yml:2:10\n"),
        "{}",
        err(&output)
    );
    assert!(err(&output).ends_with("error: the policy is wrong\n"), "{}", err(&output));
    assert_eq!(check("c", &[]).status.code(), Some(2));
    assert_eq!(check("c", &["docker-ci"]).status.code(), Some(0));
}

#[test]
fn a_policy_is_shown_with_the_origin_of_every_value() {
    let root = tree(&[
        (
            "tollgate.yml",
            "version: 1\nextends: [./org.yml]\nrules: { test-failed: off, sleep-as-wait: warning }\nwaivers:\n  - { rule: sleep-as-wait, where: { file: a.yml }, reason: r, owner: me, expires: 2027-01-01 }\n",
        ),
        ("org.yml", "version: 1\nrules:\n  sleep-as-wait: { level: error, max_seconds: 9 }\n"),
    ]);
    let output = tollgate(root.path(), &["policy", "show"]);
    assert_eq!(
        out(&output),
        "Policy tollgate.yml\n  org.yml (file)\n  tollgate.yml (file)\n
health\n  sleep-as-wait  warning  tollgate.yml:3\n    max_seconds: 9        org.yml:3\n
tests\n  test-failed    off      tollgate.yml:3\n
waivers\n  sleep-as-wait at a.yml, until 2027-01-01, owned by me  tollgate.yml:5\n      r\n"
    );
    let shown = json(&tollgate(root.path(), &["policy", "show", "--format", "json"]));
    assert_eq!(shown["sources"][0], serde_json::json!({ "file": "org.yml", "pack": false }));
    assert_eq!(
        shown["rules"][0],
        serde_json::json!({ "rule": "sleep-as-wait", "level": "warning", "from": { "file": "tollgate.yml", "line": 3 },
            "parameters": { "max_seconds": { "value": 9, "from": { "file": "org.yml", "line": 3 } } } })
    );
    assert_eq!((&shown["rules"][1]["level"], &shown["waivers"][0]["owner"]), (&"off".into(), &"me".into()));
}

#[test]
fn the_schema_in_the_repository_is_that_of_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = tollgate(root, &["policy", "schema"]);
    let kept = fs::read_to_string(root.join("policies/tollgate.schema.json")).unwrap();
    assert!(out(&output) == kept, "write it anew: cargo run -- policy schema > policies/tollgate.schema.json");
    let schema = json(&output);
    let rules = schema["properties"]["rules"]["properties"].as_object().unwrap();
    let fields = |rule: &Value| rule["anyOf"][1]["properties"].as_object().unwrap().clone();
    for (rule, setting) in rules {
        for (name, parameter) in fields(setting).iter().filter(|(name, _)| *name != "level") {
            assert!(parameter["description"].is_string(), "the options of `{rule}` do not tell of `{name}`");
        }
    }
    assert_eq!(fields(&rules["unpinned-image"])["require"]["enum"], serde_json::json!(["tag", "digest"]));
}

#[test]
fn only_what_is_new_fails_against_a_baseline() {
    let root = tree(&[
        ("tollgate.yml", POLICY),
        (CI, SLEEPS),
        ("b/report.txt", "no JSON"),
        ("b/old.json", "{\"schema\": \"tollgate-report/0\", \"findings\": []}"),
    ]);
    assert_eq!(tollgate(root.path(), &["check", "--output", "b/report.json"]).status.code(), Some(1));
    let output = tollgate(root.path(), &["check", "--baseline", "b/report.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    for part in [
        "(known: it is in the baseline)",
        "PASS  1 error, 1 known",
        "\nCompared with b/report.json\n  0 new, 1 known, 0 gone\n",
    ] {
        assert!(out(&output).contains(part), "{part}\n{}", out(&output));
    }
    fs::write(root.path().join(CI), WAITS).unwrap();
    let output = tollgate(root.path(), &["check", "--baseline", "b/report.json"]);
    assert!(
        out(&output).contains("  0 new, 0 known, 1 gone\n  gone: .github/workflows/ci.yml: job `test`"),
        "{}",
        out(&output)
    );
    for (file, reason) in [
        ("b/report.txt", "is not valid JSON"),
        ("b/old.json", "has the schema `tollgate-report/0`"),
        ("b/none.json", "there is no such file"),
    ] {
        let output = tollgate(root.path(), &["check", "--baseline", file]);
        assert_eq!((output.status.code(), out(&output)), (Some(2), ""));
        assert!(err(&output).starts_with(&format!("error: baseline {file}: {reason}")), "{}", err(&output));
    }
}

#[test]
fn the_policies_of_the_reference_are_valid_and_their_tests_pass() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md")).unwrap();
    let blocks = support::blocks(&text);
    let policies: Vec<&String> =
        blocks.iter().filter(|(path, _)| path == "tollgate.yml").map(|(_, text)| text).collect();
    assert_eq!(policies.len(), 2);
    for policy in policies {
        let root = tree(&[("tollgate.yml", policy)]);
        let output = tollgate(root.path(), &["policy", "test", "--today", "2026-11-23"]);
        assert_eq!(output.status.code(), Some(0), "{policy}\n{}{}", out(&output), err(&output));
    }
    let waived = blocks.iter().find(|(path, _)| path == "compose.yml").unwrap();
    let root = tree(&[("compose.yml", &waived.1), ("tollgate.yml", "version: 1\nrules: { unpinned-image: error }\n")]);
    let output = tollgate(root.path(), &["check", "--today", "2026-11-23"]);
    assert!(out(&output).contains("PASS  1 waived"), "{}", out(&output));
}
