//! What reports say of workflows as graphs of jobs.

mod support;

use std::fmt::Write as _;
use support::judge;
use tollgate::model::{JobNode, Report};

fn report(files: &[(&str, &str)]) -> Report {
    report_by("recommended", files)
}

fn report_by(pack: &str, files: &[(&str, &str)]) -> Report {
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    judge(&files, &format!("version: 1\nextends: [{pack}]\n"))
}

const CI: &str = r#"
name: ci
on: [push, pull_request]
jobs:
  Build:
    name: Build it
    runs-on: [self-hosted, linux]
    container: { image: "rust:1.90" }
    timeout-minutes: 15
    strategy: { matrix: { os: [a, b, c], v: [1, 2], exclude: [{ os: a, v: 1 }] } }
    steps:
      - uses: actions/cache@v4
        with: { path: "~/.cargo\ntarget", key: x }
      - uses: actions/setup-node@v4
        with: { cache: npm }
      - uses: docker/build-push-action@v6
        with: { cache-from: type=gha, cache-to: "type=gha,mode=max" }
      - uses: actions/upload-artifact@v4
        with: { name: "bin-${{ matrix.os }}-${{ matrix.v }}", path: target }
  test:
    needs: [build, gone]
    if: ${{ github.ref == 'x' }}
    runs-on: ubuntu-24.04
    services:
      db: { image: "postgres:17", options: --health-cmd pg_isready }
      bare: { image: "example/queue:1" }
      open: { image: "${{ matrix.image }}" }
    steps:
      - uses: actions/download-artifact@v4
        with: { name: bin-b-2 }
      - uses: actions/download-artifact@v4
        with: { pattern: bin-* }
      - uses: actions/download-artifact@v4
        with: { name: bin-a-1 }
      - uses: actions/upload-artifact@v4
        with: { path: report.xml }
      - run: docker compose -f deploy/compose.yml up -d --wait
  live:
    needs: test
    environment: { name: production }
    runs-on: x
    steps:
      - uses: actions/download-artifact@v4
      - uses: actions/download-artifact@v4
        with: { name: other, run-id: 1 }
  called:
    uses: ./.github/workflows/part.yml
  dynamic:
    runs-on: x
    strategy: { matrix: { v: "${{ fromJSON(inputs.v) }}" } }
    steps: [{ uses: actions/upload-artifact@v4, with: { name: "report-${{ matrix.v }}" } }]
  gather:
    needs: [dynamic]
    runs-on: x
    steps:
      - { uses: actions/download-artifact@v4, with: { pattern: "report-*" } }
      - { uses: actions/download-artifact@v4, with: { pattern: "report-1" } }
"#;

#[test]
fn jobs_are_told_with_all_that_their_workflow_says() {
    let report = report(&[
        (".github/workflows/ci.yml", CI),
        (".github/workflows/part.yml", "on: workflow_call\njobs: { a: { runs-on: x, steps: [{ run: ls }] } }\n"),
        ("deploy/compose.yml", "services: { web: { image: 'x:1' } }\n"),
    ]);
    let workflow = &report.workflows[0];
    assert_eq!(
        (workflow.name.as_str(), &*workflow.events),
        ("ci", &["push".to_owned(), "pull_request".to_owned()][..])
    );
    let ids: Vec<&str> = workflow.graph.iter().map(|job| job.id.as_str()).collect();
    assert_eq!(ids, workflow.jobs);
    let [build, test, live, called, dynamic, gather] = workflow.graph.as_slice() else { panic!("{ids:?}") };

    assert_eq!((build.name.as_str(), build.line, build.container.as_str()), ("Build it", 5, "rust:1.90"));
    assert_eq!((build.legs, build.timeout_minutes.as_str(), build.steps), (Some(5), "15", 4));
    assert_eq!((&*build.matrix, &*build.runs_on), (&words(&["os", "v"])[..], &words(&["self-hosted", "linux"])[..]));
    assert_eq!(build.caches, ["cache: ~/.cargo, …", "setup-node: npm", "image layers: gha"]);
    assert_eq!(build.uploads, ["bin-${{ matrix.os }}-${{ matrix.v }}"]);

    assert_eq!((&*test.needs, test.condition.as_str()), (&words(&["Build", "gone"])[..], "github.ref == 'x'"));
    let checks: Vec<_> = test.services.iter().map(|s| (s.name.as_str(), s.healthcheck)).collect();
    assert_eq!(checks, [("db", Some(true)), ("bare", Some(false)), ("open", None)]);
    assert_eq!(from(test), [("bin-b-2", words(&["Build"])), ("bin-*", words(&["Build"])), ("bin-a-1", vec![])]);
    assert_eq!((&*test.uploads, &*test.compose), (&words(&["artifact"])[..], &words(&["deploy/compose.yml"])[..]));

    assert_eq!(live.environment, "production");
    assert_eq!(from(live), [("", words(&["Build", "test"]))], "what another run uploads comes from no job of this one");
    assert_eq!(
        (called.calls.as_str(), called.calls_file.as_str()),
        ("./.github/workflows/part.yml", ".github/workflows/part.yml")
    );
    assert_eq!((dynamic.legs, &*dynamic.matrix), (None, &words(&["v"])[..]));
    assert_eq!(from(gather), [("report-*", words(&["dynamic"])), ("report-1", vec![])]);
}

#[test]
fn a_run_names_the_workflow_that_it_is_of() {
    let run = |workflow: &str| {
        format!(
            r#"{{"total_count":1,"jobs":[{{"id":1,"run_id":7,"workflow_name":"{workflow}","name":"a","status":"completed",
            "conclusion":"success","started_at":"2026-01-01T00:00:00Z","completed_at":"2026-01-01T00:01:00Z","steps":[]}}]}}"#
        )
    };
    let workflow = "name: ci\non: push\njobs: { a: { runs-on: x, steps: [{ run: ls }] } }\n";
    for (name, expected) in [("ci", Some(".github/workflows/ci.yml")), ("other", None)] {
        let report = report(&[(".github/workflows/ci.yml", workflow), ("jobs.json", &run(name))]);
        assert_eq!(report.runs[0].workflow_file.as_deref(), expected, "{name}");
    }
}

#[test]
fn hundreds_of_jobs_that_take_all_artifacts_are_drawn_in_a_moment() {
    let mut text = "on: push\njobs:\n".to_owned();
    for at in 0..2_000 {
        let needs = if at == 0 { String::new() } else { format!("needs: [j{}], ", at - 1) };
        writeln!(
            text,
            "  j{at}: {{ {needs}runs-on: x, steps: [{{ uses: actions/upload-artifact@v4, with: {{ name: n{at} }} }}, \
             {{ uses: actions/download-artifact@v4 }}, {{ uses: actions/download-artifact@v4, with: {{ pattern: 'n*' }} }}] }}"
        )
        .unwrap();
    }
    let report = report(&[(".github/workflows/ci.yml", &text)]);
    let graph = &report.workflows[0].graph;
    assert_eq!(graph.len(), 2_000);
    assert_eq!(graph[1].downloads[0].from, ["j0"]);
    assert!(graph.iter().flat_map(|job| &job.downloads).all(|download| download.from.len() <= 100));
}

#[test]
fn a_mechanical_fix_comes_as_a_diff_that_hides_what_the_report_hides() {
    // In two parts, so that no scanner takes it for a real one.
    let token = format!("ghp_{}", "q7Zt2mWv9KxRfbLs8YpNUcJdXHgFkaEu5TiO");
    let text = format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n    services:\n      db:\n        image: postgres:17\n    \
         env: {{ TOKEN: {token} }}\n    steps: [{{ run: make }}]\n"
    );
    let report = report_by("strict", &[(".github/workflows/ci.yml", &text)]);
    let diff = &report.findings.iter().find(|f| f.rule == "service-without-healthcheck").unwrap().diff;
    assert!(diff.starts_with("--- a/.github/workflows/ci.yml\n+++ b/.github/workflows/ci.yml\n@@ -"), "{diff}");
    assert!(diff.contains("\n         image: postgres:17\n+        options: >-\n"), "{diff}");
    assert!(diff.contains("TOKEN: ghp_****"), "{diff}");
    assert!(!serde_json::to_string(&report).unwrap().contains(&token));
}

fn from(job: &JobNode) -> Vec<(&str, Vec<String>)> {
    job.downloads.iter().map(|download| (download.name.as_str(), download.from.clone())).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
