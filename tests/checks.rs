//! Checks of a policy's own: what they find in files, what is refused when they are loaded, and their documentation.
#![allow(
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests look at files and stop at what they did not expect"
)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use support::{blocks, judge};
use tollgate::engine::load_policy;
use tollgate::model::{Family, Finding, Level, Outcome, OutcomeKind, Report, Verdict};
use tollgate::policy::cel::schema::{NODES, Type};
use tollgate::policy::{Policy, PolicyError};

const WORKFLOW: &str = "\
name: CI
on: [push, pull_request]
permissions: read-all
env: {LEVEL: 1}
concurrency: {group: a}
jobs:
  test:
    name: Tests
    needs: [build]
    if: ${{ always() }}
    runs-on: ubuntu-latest
    environment: {name: staging}
    timeout-minutes: 10
    continue-on-error: false
    container: node:22
    permissions: {contents: read}
    concurrency: c
    env: {A: b}
    strategy: {matrix: {os: [a, b]}}
    services:
      db: {image: 'postgres:17', options: --health-cmd pg_isready, env: {P: x}}
    steps:
      - id: checkout
        uses: actions/checkout@v4
        with: {fetch-depth: 0}
      - name: Unit
        id: unit
        if: success()
        shell: bash
        env: {A: 1}
        working-directory: app
        continue-on-error: true
        timeout-minutes: 5
        run: |
          # docker run app:prod
          echo start
          sudo docker run --rm app:prod pytest
  build:
    uses: ./.github/workflows/build.yml
    with: {image: app}
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: ./deploy
";

const JUNIT: &str = r#"<testsuites><testsuite name="s"><testcase classname="c" name="a" time="1"/><testcase classname="c" name="b" time="0.5"><failure message="no">trace</failure></testcase></testsuite></testsuites>"#;

const LCOV: &str = "SF:src/a.rs\nFN:1,f\nFNDA:1,f\nFNF:1\nFNH:1\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,1\nDA:5,1\nDA:6,0\nDA:7,0\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nBRF:2\nBRH:1\nLF:7\nLH:5\nend_of_record\n";

const RUN: &str = r#"{"total_count": 1, "jobs": [{
  "id": 5, "run_id": 77, "run_url": "https://api.github.com/repos/o/r/actions/runs/77", "run_attempt": 1, "workflow_name": "CI",
  "name": "Tests", "status": "completed", "conclusion": "success", "created_at": "2026-11-20T10:00:00Z",
  "started_at": "2026-11-20T10:00:10Z", "completed_at": "2026-11-20T10:02:10Z", "labels": [],
  "steps": [{"name": "Build", "status": "completed", "conclusion": "success", "number": 1,
    "started_at": "2026-11-20T10:00:10Z", "completed_at": "2026-11-20T10:01:40.5Z"}]}]}"#;

fn files() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        (".github/workflows/ci.yml", WORKFLOW),
        (
            "action.yml",
            "name: A\ndescription: b\nruns:\n  using: composite\n  steps:\n    - {run: make, shell: bash}\n",
        ),
        (
            "compose.yml",
            "services:\n  web:\n    image: app\n    build: {context: .}\n    healthcheck: {test: x}\n    depends_on: [db]\n    profiles: [ci]\n    environment: [A=1, B]\n    ports: ['80:80']\n    volumes: ['./a:/a']\n    privileged: true\n    user: app\n    restart: always\n    network_mode: host\n",
        ),
        (
            "Dockerfile",
            "ARG V=22\nFROM --platform=linux/amd64 node:$V AS base\nCOPY --chown=a . /app\nCMD [\"node\", \"x\"]\n",
        ),
        ("docs/ROLLBACK_STRATEGY.md", "# Rollback\n\n## Triggers\n"),
        ("junit.xml", JUNIT),
        ("lcov.info", LCOV),
        ("run.json", RUN),
    ])
}

fn judged(files: &BTreeMap<&str, &str>, policy: &str) -> Report {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    judge(&files, policy)
}

fn outcome<'r>(report: &'r Report, id: &str) -> &'r Outcome {
    report.outcomes.iter().find(|outcome| outcome.rule == id).unwrap_or_else(|| panic!("no outcome of {id}"))
}

fn findings<'r>(report: &'r Report, id: &str) -> Vec<&'r Finding> {
    report.findings.iter().filter(|finding| finding.rule == id).collect()
}

fn load(files: &[(&str, &str)]) -> Result<Policy, Vec<PolicyError>> {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    load_policy("tollgate.yml", Some(files["tollgate.yml"]), &|path| files.get(path).map(|t| (*t).to_owned()))
}

/// The two checks that the design shows.
const SHOWN: &str = r#"version: 1
checks:
  no-production-image-in-tests:
    level: warning
    each: workflows.jobs.steps as step      # binds a node, so the finding has its place for free
    when: step.job.id.startsWith("test") && has(step.run)
    assert: '!step.commands.exists(c, c.name == "docker" && c.args.exists(a, a.contains(":prod")))'
    at: step.run
    message: "step {step.name} tests against a production image"
    why: Tests must not depend on a moving image.
    fix: Use the image that this run built.
  deploy-needs-proof:                       # several kinds of evidence in one rule
    level: error
    each: workflows.jobs as job
    when: job.environment in ["production"]
    assert: coverage.line >= 80 && tests.failed == 0 && files.exists(f, f.path.endsWith("ROLLBACK_STRATEGY.md"))
    message: "job {job.id} deploys without complete proof"
"#;

#[test]
fn a_check_reports_as_built_in_rules_do() {
    let report = judged(&files(), SHOWN);
    let image = findings(&report, "no-production-image-in-tests");
    assert_eq!(image.len(), 1);
    let finding = image[0];
    assert_eq!((finding.family, finding.level), (Family::Custom, Level::Warning));
    assert_eq!((finding.place.file.as_str(), finding.place.line), (".github/workflows/ci.yml", 35));
    assert_eq!(finding.place.path, "jobs.test.steps.1.run");
    assert!(finding.message.starts_with("step Unit tests against a production image ("), "{}", finding.message);
    assert!(finding.message.contains("a = \"app:prod\""), "{}", finding.message);
    assert_eq!(finding.why, "Tests must not depend on a moving image.");
    assert_eq!(finding.fix.text, "Use the image that this run built.");
    assert_eq!(finding.related[0].place.line, 37, "the command that decided");
    let outcome = outcome(&report, "no-production-image-in-tests");
    assert_eq!((outcome.outcome, outcome.subjects, outcome.failing), (OutcomeKind::Failed, 1, 1));
    assert_eq!(outcome.facts, ["3 steps, 1 looked at"]);
    assert_eq!((outcome.policy.file.as_str(), outcome.policy.line), ("policy.yml", 3));

    let proof = findings(&report, "deploy-needs-proof");
    assert_eq!(proof[0].message, "job deploy deploys without complete proof (coverage.line = 71.43)");
    assert_eq!((proof[0].place.line, proof[0].place.path.as_str()), (41, "jobs.deploy"));
    assert_eq!(report.verdict, Verdict::Fail);
}

#[test]
fn what_is_missing_decides_nothing_unless_something_else_does() {
    let mut files = files();
    files.remove("lcov.info");
    let report = judged(&files, SHOWN);
    let finding = findings(&report, "deploy-needs-proof")[0];
    assert!(finding.message.contains("tests.failed = 1"), "{}", finding.message);

    files.insert("junit.xml", r#"<testsuite name="s"><testcase name="a"/></testsuite>"#);
    let report = judged(&files, SHOWN);
    assert!(findings(&report, "deploy-needs-proof").is_empty());
    let missing = outcome(&report, "deploy-needs-proof");
    assert_eq!(missing.outcome, OutcomeKind::NoEvidence);
    assert!(missing.facts.contains(&"coverage.line was not measured".to_owned()), "{:?}", missing.facts);

    files.insert("lcov.info", "SF:src/a.rs\nDA:1,1\nDA:2,1\nend_of_record\n");
    let report = judged(&files, SHOWN);
    assert_eq!(outcome(&report, "deploy-needs-proof").outcome, OutcomeKind::Passed);
}

#[test]
fn every_check_ends_as_it_should() {
    use OutcomeKind::{Failed, NoEvidence, NotApplicable, Passed};
    for (body, expected, says) in [
        // Without `each` a check stands for everything, and its facts are the proof.
        ("assert: coverage.line >= 70", Passed, "coverage.line = 71.43"),
        ("assert: coverage.line >= 80", Failed, "coverage.line = 71.43"),
        ("{ when: has(tests.total), assert: tests.total == 2 && tests.failed == 1 }", Passed, "tests.failed = 1"),
        ("{ when: tests.total == 0, assert: 'false' }", NotApplicable, ""),
        ("assert: coverage.files.all(f, f.line > 50.0)", Passed, "coverage.files: all 1"),
        ("assert: files.exists(f, f.path.glob(\"**/ROLLBACK*.md\"))", Passed, "f = `docs/ROLLBACK_STRATEGY.md`"),
        ("assert: '!files.exists(f, f.kind == \"junit\")'", Failed, "f = `junit.xml`"),
        (
            "assert: documents.exists(d, d.headings.exists(h, h.level == 2 && h.text == \"Triggers\"))",
            Passed,
            "h = heading `Triggers`",
        ),
        ("assert: size(tests.failures) == 0", Failed, "size(tests.failures) = 1"),
        // Places follow the node, and `at` moves them.
        (
            "{ each: workflows.jobs as j, assert: 'has(j.timeout_minutes) || has(j.uses)' }",
            Failed,
            "j.timeout_minutes is not set",
        ),
        ("{ each: workflows.jobs as j, assert: 'j.id != \"test\"', at: j.timeout_minutes }", Failed, "ci.yml:13"),
        (
            "{ each: workflows.jobs.steps as s, assert: '!(\"fetch-depth\" in s.with)', at: 's.with[\"fetch-depth\"]' }",
            Failed,
            "ci.yml:25",
        ),
        (
            "{ each: workflows.jobs.steps as s, assert: s.condition != \"success()\", at: s.condition }",
            Failed,
            "ci.yml:28",
        ),
        (
            "{ each: workflows.jobs.services as s, assert: s.image.endsWith(\"alpine\"), at: s.image }",
            Failed,
            "ci.yml:21",
        ),
        ("{ each: workflows.jobs.steps.commands as c, assert: c.name != \"docker\" }", Failed, "ci.yml:37"),
        ("{ each: composes.services as s, assert: s.privileged != true, at: s.privileged }", Failed, "compose.yml:11"),
        ("{ each: dockerfiles.stages as s, assert: s.image.startsWith(\"debian\") }", Failed, "Dockerfile:2"),
        (
            "{ each: dockerfiles.instructions as i, assert: 'i.keyword != \"COPY\" || i.args != [\".\", \"/app\"]' }",
            Failed,
            "Dockerfile:3",
        ),
        ("{ each: documents.headings as h, assert: h.text != \"Triggers\" }", Failed, "ROLLBACK_STRATEGY.md:3"),
        (
            "{ each: tests.failures as c, assert: 'false', message: 'case {c.name} of {c.suite}' }",
            Failed,
            "case b of s",
        ),
        ("{ each: coverage.files as f, assert: f.branch >= 60.0 }", Failed, "f.branch = 50"),
        // What is not there is null, and only evidence that was never given is missing.
        ("{ each: workflows.jobs as j, assert: j.environment != \"qa\" }", Passed, "3 jobs"),
        ("{ each: actions.steps as s, assert: s.job == null && s.run == \"make\" }", Passed, "1 step"),
        (
            "{ each: workflows.jobs as j, when: 'has(j.matrix)', assert: 'j.matrix.os == [\"a\", \"b\"]' }",
            Passed,
            "3 jobs, 1 looked at",
        ),
        ("{ each: composes as c, when: c.file == \"other.yml\", assert: 'false' }", NotApplicable, "1 compose"),
        // Times that were measured.
        ("{ each: runs as r, assert: 'r.complete && r.seconds <= 300' }", Passed, "1 run"),
        (
            "{ each: runs.jobs.steps as s, assert: s.seconds <= 60, message: '{s.name} of {s.job.run.workflow}' }",
            Failed,
            "Build of CI (s.seconds = 90.5)",
        ),
        // What cannot be decided is a finding, with the place in the policy.
        (
            "{ each: workflows.jobs as j, assert: j.timeout_minutes < 20 }",
            Failed,
            "`j.timeout_minutes < 20` at policy.yml:3:51: `<` compares what is not set",
        ),
        (
            "{ each: workflows.jobs as j, when: 'has(j.matrix)', assert: 'j.matrix.arch == []' }",
            Failed,
            "no key `arch`",
        ),
        ("assert: '[1, 2].all(a, coverage.files.map(f, f.path)[3] == \"x\")'", Failed, "no item 3 in a list of 1"),
        (
            "assert: files.all(a, files.all(b, files.all(c, files.all(d, files.all(e, files.all(f, files.all(g, files.all(h, true))))))))",
            Failed,
            "too many steps",
        ),
        ("assert: tests.seconds == 1.5 && tests.suites.all(s, s.seconds > 1.0)", Passed, ""),
    ] {
        let body = if body.starts_with('{') { body.to_owned() } else { format!("\n    {body}") };
        let policy = format!("version: 1\nchecks:\n  the-check: {body}\n");
        let report = judged(&files(), &policy);
        let outcome = outcome(&report, "the-check");
        assert_eq!(outcome.outcome, expected, "{policy}\n{outcome:?}\n{:?}", report.findings);
        let places = report.findings.iter().map(|f| format!("{}:{} {}", f.place.file, f.place.line, f.message));
        let said = places.chain(outcome.facts.iter().cloned()).collect::<Vec<_>>().join("\n");
        assert!(said.contains(says), "{policy}\n{said}");
    }
    let workflow_only = BTreeMap::from([(".github/workflows/ci.yml", WORKFLOW)]);
    for body in [
        "{ each: coverage.files as f, assert: f.line > 0.0 }",
        "{ each: runs as r, assert: r.seconds < 300 }",
        "{ assert: 'runs.all(r, r.seconds < 300)' }",
        "{ assert: '!(tests.failed > 0)' }",
        "{ assert: 'coverage.line != null' }",
    ] {
        let report = judged(&workflow_only, &format!("version: 1\nchecks:\n  c: {body}\n"));
        assert_eq!(outcome(&report, "c").outcome, NoEvidence, "{body}");
        assert_eq!(report.verdict, Verdict::Incomplete);
    }
}

#[test]
fn what_is_wrong_with_a_check_is_told_with_its_place_and_the_likely_intent() {
    let base = "version: 1\nchecks:\n";
    for (body, place, message, hint) in [
        ("  c: { assert: coverage.lin >= 80 }\n", "3:25", "a coverage has no field `lin`", "`line`"),
        ("  c: { assert: has(coverage.lne) }\n", "3:29", "no field `lne`", "`line`"),
        ("  c: { assert: covrage.line >= 80 }\n", "3:16", "no `covrage`", "`coverage`"),
        ("  c:\n    assert: workflows.jobs.exists(j, true)\n", "4:23", "a list of workflows", ".exists(x, x.jobs"),
        ("  c:\n    assert: workflows.all(w, w.nmae == \"x\")\n", "4:32", "no field `nmae`", "`name`"),
        (
            "  c: { each: workflows.jobs.stpes as s, assert: s.run == \"\" }\n",
            "3:29",
            "a job has no field `stpes`",
            "`steps`",
        ),
        ("  c: { each: workflow.jobs as j, assert: j.id == \"\" }\n", "3:14", "no `workflow`", "`workflows`"),
        ("  c: { each: workflows.jobs.id as j, assert: j == \"\" }\n", "3:29", "`id` is a string", ""),
        ("  c: { each: workflows.jobs, assert: j.id == \"\" }\n", "3:14", "a path and a name", "as step"),
        ("  c: { each: workflows as files, assert: files.name == \"\" }\n", "3:27", "cannot be a name", ""),
        ("  c: { each: workflows as w, assert: w.name }\n", "3:38", "a string, where true or false", ""),
        ("  c: { each: workflows as w, assert: '!w.name' }\n", "3:40", "where true or false is needed", "has("),
        ("  c: { each: workflows as w, assert: w.name == 5 }\n", "3:38", "never equal", ""),
        ("  c: { each: workflows as w, assert: w.name < 5 }\n", "3:38", "cannot compare a string with a int", ""),
        ("  c: { each: workflows as w, assert: 5 in w.events }\n", "3:38", "never among", ""),
        ("  c: { each: workflows as w, assert: '\"a\" in w.name' }\n", "3:39", "not into texts", "contains"),
        ("  c: { each: workflows as w, assert: w.events.contains(\"a\") }\n", "3:38", "wants a string", ""),
        (
            "  c: { each: workflows.jobs as j, assert: j.workflow == j.workflow }\n",
            "3:43",
            "nodes are not compared",
            "",
        ),
        ("  c: { each: workflows.jobs as j, assert: 'true', at: j.id.size() }\n", "3:55", "`at` names a node", ""),
        (
            "  c: { each: workflows.jobs as j, assert: 'true', message: \"x {j.idd}\" }\n",
            "3:66",
            "no field `idd`",
            "`id`",
        ),
        ("  c: { assert: 'true', message: 'a {' }\n", "3:37", "a value, not the end", ""),
        ("  c: { assert: 'true', message: 'a }' }\n", "3:36", "without its `{`", "}}"),
        ("  c: { assert: 'a = 1' }\n", "3:19", "no operator", "`==`"),
        ("  c:\n    assert: |\n      coverage.line > 1 &&\n        coverage.lines >\n", "6:25", "not the end", ""),
        (
            "  c:\n    assert: |\n      coverage.line > 1 &&\n        coverage.lien > 2\n",
            "6:18",
            "no field `lien`",
            "`line`",
        ),
        (
            "  c:\n    assert: >-\n      coverage.line > 1 &&\n      coverage.lien > 2\n",
            "6:16",
            "no field `lien`",
            "`line`",
        ),
        ("  c:\n    assert: coverage.line > 1 &&\n      coverage.lien > 2\n", "5:16", "no field `lien`", "`line`"),
        (
            "  c:\n    assert: \"documents.size() > 0 && \\\"é\\\" in \\\n      coverage.lien\"\n",
            "5:16",
            "no field `lien`",
            "`line`",
        ),
        ("  c:\n    assert: 'coverage.line == ''x'''\n", "4:14", "never equal", ""),
        ("  c: { asert: 'true' }\n", "3:8", "no key of a check `asert`", "`assert`"),
        ("  c: { level: error }\n", "3:3", "has no `assert`", ""),
        ("  c: { level: eror, assert: 'true' }\n", "3:15", "no level `eror`", "`error`"),
        ("  c: { assert: [a] }\n", "3:16", "a list, not a text", ""),
        ("  c:\n    assert:\n", "4:5", "nothing, not a text", ""),
        ("  c: 'true'\n", "3:3", "the check `c` is a value", "assert"),
        ("  No_Check: { assert: 'true' }\n", "3:3", "cannot be the id", "deploy-needs-proof"),
        ("  sleep-as-wait: { assert: 'true' }\n", "3:3", "built-in rule", "another id"),
        ("  c: { assert: 'true' }\nrules:\n  d: off\n", "5:3", "no rule `d`", ""),
        ("  my-check: { assert: 'true' }\nrules:\n  my-chekc: off\n", "5:3", "no rule `my-chekc`", "`my-check`"),
        ("  my-check: { assert: 'true' }\nrules:\n  my-check: { max: 1 }\n", "5:3", "no rule `my-check`", ""),
    ] {
        let text = format!("{base}{body}");
        let errors = load(&[("tollgate.yml", &text)]).expect_err(&text);
        let error = &errors[0];
        assert!(error.message.contains(message), "{text}{error}");
        assert_eq!(format!("{}:{}", error.place.line, error.place.column), place, "{text}{error}");
        assert!(error.hint.contains(hint), "{text}{error}");
    }
}

#[test]
fn layers_bring_checks_replace_them_and_set_their_levels() {
    let base = "version: 1\nchecks:\n  one: { level: warning, assert: 'true' }\n  two: { assert: 'true' }\n  three: { assert: 'true' }\n  four: { level: off, assert: 'true' }\n";
    let top = "version: 1\nextends: [./base.yml]\nchecks:\n  two: { level: info, assert: 'false' }\nrules: { three: off, one: error, four: on }\n";
    let policy = load(&[("tollgate.yml", top), ("base.yml", base)]).unwrap();
    let checks: Vec<(&str, Level, &str)> =
        policy.checks.iter().map(|check| (check.id.as_str(), check.level, check.place.file.as_str())).collect();
    assert_eq!(
        checks,
        [("four", Level::Error, "base.yml"), ("one", Level::Error, "base.yml"), ("two", Level::Info, "tollgate.yml")]
    );
    let family = "version: 1\nextends: [./base.yml]\nlevels: { custom: info }\n";
    let policy = load(&[("tollgate.yml", family), ("base.yml", base)]).unwrap();
    assert!(policy.checks.iter().all(|check| check.level == Level::Info));
}

#[test]
fn many_findings_are_counted_and_cut_and_one_reason_is_told_once_a_file() {
    let steps: String = (0..700).fold(String::new(), |text, n| format!("{text}      - run: echo {n}\n"));
    let text = format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}");
    let files = BTreeMap::from([(".github/workflows/a.yml", text.as_str())]);
    let policy = "version: 1\nchecks:\n  a: { each: workflows.jobs.steps as s, assert: 'false' }\n  b: { each: workflows.jobs.steps as s, assert: s.name.size() > 1 }\n";
    let report = judged(&files, policy);
    assert_eq!(findings(&report, "a").len(), 500);
    assert_eq!(outcome(&report, "a").failing, 700);
    assert!(outcome(&report, "a").facts.iter().any(|fact| fact.starts_with("200 more")));
    let undecided = findings(&report, "b");
    assert_eq!((undecided.len(), undecided[0].related.len(), outcome(&report, "b").failing), (1, 20, 700));
    assert!(undecided[0].message.contains("(700 places)"), "{}", undecided[0].message);
}

#[test]
fn a_finding_keeps_its_fingerprint_when_lines_move() {
    let policy = "version: 1\nchecks:\n  c: { each: workflows.jobs.steps as s, assert: 'false', at: s.run }\n";
    let moved = format!("# one more line\n{WORKFLOW}");
    let of = |text: &str| {
        let report = judged(&BTreeMap::from([(".github/workflows/ci.yml", text)]), policy);
        findings(&report, "c").iter().map(|finding| finding.fingerprint.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(WORKFLOW), of(&moved));
    let mut distinct = of(WORKFLOW);
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 3);
}

/// A path of `each` to every kind of node.
const PATHS: [(&str, &str); 22] = [
    ("workflow", "workflows"),
    ("job", "workflows.jobs"),
    ("service", "workflows.jobs.services"),
    ("step", "workflows.jobs.steps"),
    ("command", "workflows.jobs.steps.commands"),
    ("action", "actions"),
    ("compose", "composes"),
    ("compose_service", "composes.services"),
    ("dockerfile", "dockerfiles"),
    ("stage", "dockerfiles.stages"),
    ("instruction", "dockerfiles.instructions"),
    ("document", "documents"),
    ("heading", "documents.headings"),
    ("tests", "tests"),
    ("suite", "tests.suites"),
    ("case", "tests.failures"),
    ("coverage", "coverage"),
    ("covered_file", "coverage.files"),
    ("run", "runs"),
    ("run_job", "runs.jobs"),
    ("run_step", "runs.jobs.steps"),
    ("file", "files"),
];

#[test]
fn every_field_of_every_node_is_there_and_holds_what_it_says() {
    for node in NODES.iter().filter(|node| node.name != "evidence") {
        let (_, path) = PATHS.iter().find(|(name, _)| *name == node.name).unwrap_or_else(|| panic!("{}", node.name));
        for field in node.fields {
            let name = field.name;
            let word = match field.holds {
                Type::Int => "int",
                Type::Double => "double",
                Type::Text => "string",
                Type::Bool => "bool",
                Type::List(_) | Type::Nodes(_) => "list",
                Type::Map(_) => "map",
                _ => "",
            };
            let assert = if word.is_empty() {
                format!("dyn(n.{name}) != \"never\"")
            } else {
                format!("type(n.{name}) == {word} || type(n.{name}) == null_type")
            };
            let policy = format!(
                "version: 1\nchecks:\n  all: {{ each: {path} as n, assert: '{assert}' }}\n  some: {{ assert: '{}' }}\n",
                set_somewhere(path, name)
            );
            let report = judged(&files(), &policy);
            for id in ["all", "some"] {
                let outcome = outcome(&report, id);
                assert_eq!(outcome.outcome, OutcomeKind::Passed, "{policy}{outcome:?}{:?}", report.findings);
            }
        }
    }
}

/// That a field is set in at least one of the nodes of a path.
fn set_somewhere(path: &str, field: &str) -> String {
    let mut parts: Vec<&str> = path.split('.').collect();
    let lists = parts.iter().map(|part| !matches!(*part, "tests" | "coverage")).collect::<Vec<_>>();
    parts.push(field);
    let mut text = String::new();
    let mut here = parts[0].to_owned();
    let mut open = 0;
    for (at, part) in parts.iter().enumerate().skip(1) {
        if lists[at - 1] {
            let name = format!("x{at}");
            text += &format!("{here}.exists({name}, ");
            open += 1;
            here = name;
        }
        here = format!("{here}.{part}");
    }
    text += &format!("has({here})");
    text + &")".repeat(open)
}

fn docs_path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md")
}

/// The part of the documentation that the tables of the schema make.
fn fields_chapter() -> String {
    let mut out = String::new();
    for node in NODES {
        let (_, path) = PATHS.iter().find(|(name, _)| *name == node.name).unwrap_or(&("", ""));
        let path = if path.is_empty() { String::new() } else { format!(" `each: {path} as x`") };
        out += &format!(
            "\n### {}\n\n{}{path}\n\n| field | type | what it is |\n| --- | --- | --- |\n",
            node.name, node.doc
        );
        for field in node.fields {
            out += &format!("| `{}` | {} | {} |\n", field.name, field.holds.word(), field.doc.replace('|', "\\|"));
        }
    }
    out
}

/// With `TOLLGATE_UPDATE` set, the tables are written instead of compared.
#[test]
fn the_documentation_lists_every_field() {
    const MARKS: (&str, &str) = ("<!-- fields: made from src/policy/cel/schema.rs -->\n", "\n<!-- end of fields -->");
    let text = std::fs::read_to_string(docs_path()).unwrap();
    let (before, rest) = text.split_once(MARKS.0).unwrap();
    let (written, after) = rest.split_once(MARKS.1).unwrap();
    let made = fields_chapter();
    if std::env::var("TOLLGATE_UPDATE").is_ok() {
        std::fs::write(docs_path(), format!("{before}{}{made}{}{after}", MARKS.0, MARKS.1)).unwrap();
    } else {
        assert!(written == made, "docs/checks.md is behind: `TOLLGATE_UPDATE=1 cargo test --test checks` writes it");
    }
}

#[test]
fn every_example_of_the_documentation_ends_as_it_says() {
    let text = std::fs::read_to_string(docs_path()).unwrap();
    let mut count = 0;
    for section in text.split("\n## ").skip(1) {
        let blocks = blocks(section);
        let Some((_, policy)) = blocks.iter().find(|(path, _)| path == "tollgate.yml") else { continue };
        let files: Vec<(String, String)> = blocks.iter().filter(|(path, _)| path != "tollgate.yml").cloned().collect();
        let report = judge(&files, policy);
        let said: Vec<&str> =
            section.lines().filter(|line| line.starts_with("- `") && line.contains("` ends as ")).collect();
        assert_eq!(said.len(), report.outcomes.len(), "each check of an example is told: {section}");
        for line in said {
            let (id, rest) = line.trim_start_matches("- `").split_once("` ends as *").unwrap();
            let (word, rest) = rest.split_once('*').unwrap();
            assert_eq!(outcome(&report, id).outcome.word(), word, "{line}\n{:#?}", report.findings);
            if let Some((_, message)) = rest.split_once(": \u{201c}") {
                let message = message.trim_end_matches(['\u{201d}', '.']);
                assert!(
                    report.findings.iter().any(|f| f.rule == id && f.message == message),
                    "{line}\n{:#?}",
                    report.findings
                );
            }
            count += 1;
        }
    }
    assert!(count >= 6, "{count}");
}
