//! Records of runs and builds, from the text to the report.
#![expect(clippy::unwrap_used, clippy::panic, clippy::string_slice, reason = "a test that cannot be set up must fail")]

use proptest::prelude::*;
use tollgate::engine::{self, Request};
use tollgate::input::{Content, Limits, Origin, RawFile, detect};
use tollgate::model::{FileKind, FileStatus, JobInfo, Level, PathBy, Report, RunInfo};
use tollgate::parse::Parsed;
use tollgate::parse::runs::{RunReport, buildkit, github};

/// A workflow with a chain, a matrix, a call and a job beside them.
const WORKFLOW: &str = "\
name: CI
on: push
jobs:
  lint: {runs-on: ubuntu-latest, steps: [{run: make lint}]}
  test:
    needs: lint
    strategy: {matrix: {v: [1, 2]}}
    runs-on: ubuntu-latest
    steps: [{run: make test}]
  docs: {name: 'Docs for ${{ github.ref }}', runs-on: ubuntu-latest, steps: [{run: make docs}]}
  gate: {needs: test, if: false, runs-on: ubuntu-latest, steps: [{run: make gate}]}
  deploy: {needs: [gate], uses: ./.github/workflows/deploy.yml}
";

/// A time on the morning of the fixtures, as REST writes it; the seconds count from midnight.
fn at(seconds: u32) -> String {
    format!("2026-03-01T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A job of the REST API: id, name, attempt, created, started, ended, conclusion.
fn job(id: u32, name: &str, attempt: u32, times: [u32; 3], conclusion: &str) -> String {
    let [created, started, completed] = times.map(at);
    let steps = format!(
        r#"{{"name": "Set up job", "status": "completed", "conclusion": "success", "number": 1,
        "started_at": "{started}", "completed_at": "{completed}"}}"#
    );
    let steps = if conclusion == "skipped" { "" } else { &steps };
    format!(
        r#"{{"id": {id}, "run_id": 77, "run_url": "https://api.github.com/repos/o/r/actions/runs/77", "run_attempt": {attempt},
        "workflow_name": "CI", "head_branch": "main", "url": "https://api.github.com/repos/o/r/actions/jobs/{id}",
        "status": "completed", "conclusion": "{conclusion}", "created_at": "{created}", "started_at": "{started}",
        "completed_at": "{completed}", "name": "{name}", "labels": ["ubuntu-latest"], "runner_name": "GitHub Actions {id}",
        "steps": [{steps}]}}"#
    )
}

fn page(total: u32, jobs: &[String]) -> String {
    format!("{{\"total_count\": {total}, \"jobs\": [{}]}}", jobs.join(",\n"))
}

/// The jobs of [`WORKFLOW`]: 5 s in the queue, and 200 s along lint, test (1) and deploy.
fn ordinary() -> Vec<String> {
    vec![
        job(1, "lint", 1, [0, 5, 25], "success"),
        job(2, "test (1)", 1, [26, 28, 148], "success"),
        job(3, "test (2)", 1, [26, 29, 88], "success"),
        job(4, "Docs for refs/heads/main", 1, [0, 5, 149], "success"),
        job(5, "gate", 1, [150, 150, 149], "skipped"),
        job(6, "deploy / push", 1, [150, 151, 205], "success"),
    ]
}

fn report(files: &[(&str, &str)]) -> Report {
    let file = |(path, text): &(&str, &str)| RawFile {
        path: (*path).to_owned(),
        content: Content::Bytes(text.as_bytes().to_vec()),
        origin: Origin::Tree,
    };
    let request = Request {
        files: files.iter().map(file).collect(),
        limits: Limits::default(),
        fail_on: Level::Error,
        today: "2026-11-23".parse().unwrap(),
    };
    let policy = engine::load_policy("policy.yml", Some("version: 1\n"), &|_| None);
    engine::analyze(request, &policy.unwrap_or_else(|errors| panic!("{errors:?}")))
}

fn run(files: &[(&str, &str)]) -> RunInfo {
    let runs = report(files).runs;
    let [run] = runs.as_slice() else { panic!("{} runs", runs.len()) };
    run.clone()
}

fn job_of<'r>(run: &'r RunInfo, name: &str) -> &'r JobInfo {
    run.jobs.iter().find(|job| job.name == name).unwrap()
}

#[test]
fn a_page_of_jobs_becomes_a_run_with_its_times_and_its_path_along_needs() {
    let text = page(6, &ordinary());
    let run = run(&[("jobs.json", &text), (".github/workflows/ci.yml", WORKFLOW)]);
    assert_eq!((run.workflow.as_str(), run.id, run.attempt), ("CI", Some(77), Some(1)));
    assert_eq!((run.seconds, run.queue_seconds), (Some(200.0), Some(5.0)));
    assert_eq!((run.conclusion.as_deref(), run.complete), (Some("success"), true));
    assert_eq!(run.started.as_deref(), Some("2026-03-01T00:00:05Z"));
    assert_eq!(run.critical_path, ["lint", "test (1)", "deploy / push"]);
    assert_eq!((run.critical_path_by, run.notes.as_slice()), (PathBy::Needs, &[][..]));
    let ids: Vec<_> = run.jobs.iter().map(|job| job.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["lint", "test", "test", "docs", "gate", "deploy"]);
    let lint = job_of(&run, "lint");
    assert_eq!((lint.seconds, lint.queue_seconds, lint.line), (Some(20.0), Some(5.0), 1));
    assert_eq!((lint.steps[0].name.as_str(), lint.steps[0].seconds), ("Set up job", Some(20.0)));
    // A skipped job took no time, whatever its times say.
    let gate = job_of(&run, "gate");
    assert_eq!((gate.seconds, gate.queue_seconds, gate.conclusion.as_deref()), (None, None, Some("skipped")));
}

#[test]
fn jobs_and_steps_know_where_they_stand() {
    let text = format!("\u{feff}{}", page(6, &ordinary()));
    let parsed = github::parse(&text);
    assert_eq!(parsed.problems, []);
    for job in &parsed.document.unwrap().runs[0].jobs {
        let written: serde_json::Value = serde_json::from_str(&text[job.span.range()]).unwrap();
        assert_eq!(written["name"], *job.name);
        for step in &job.steps {
            let step: serde_json::Value = serde_json::from_str(&text[step.span.range()]).unwrap();
            assert_eq!(step["number"], 1);
        }
    }
}

#[test]
fn without_the_workflow_the_path_is_found_by_times() {
    let text = page(6, &ordinary());
    let path = |files: &[(&str, &str)]| {
        let run = run(files);
        (run.critical_path, run.critical_path_by, run.notes)
    };
    let by_times = vec!["Docs for refs/heads/main".to_owned(), "deploy / push".to_owned()];
    assert_eq!(path(&[("jobs.json", &text)]), (by_times.clone(), PathBy::Times, Vec::new()));
    let other = WORKFLOW.replace("name: CI", "name: Other");
    assert_eq!(path(&[("jobs.json", &text), ("ci.yml", &other)]), (by_times.clone(), PathBy::Times, Vec::new()));
    let two = path(&[("jobs.json", &text), ("a.yml", WORKFLOW), ("b.yml", WORKFLOW)]);
    let said = "a.yml and b.yml are both named `CI`; the critical path is by times";
    assert_eq!(two, (by_times.clone(), PathBy::Times, vec![said.to_owned()]));
    let unknown = WORKFLOW.replace("  lint:", "  check:").replace("needs: lint", "needs: check");
    let said = "`lint` fits no job of the workflow, or several; the critical path is by times";
    let got = path(&[("jobs.json", &text), ("ci.yml", &unknown)]);
    assert_eq!(got, (by_times, PathBy::Times, vec![said.to_owned()]));
}

#[test]
fn names_are_matched_to_jobs_by_their_structure() {
    let workflow = "\
name: CI
on: push
jobs:
  a: {runs-on: x, steps: [{run: x}]}
  ab: {runs-on: x, steps: [{run: x}]}
  m: {name: Unit, strategy: {matrix: {v: [1]}}, runs-on: x, steps: [{run: x}]}
  n: {name: Unit (special), runs-on: x, steps: [{run: x}]}
  o: {name: '${{ matrix.v }} on ${{ matrix.os }}', strategy: {matrix: {v: [1]}}, runs-on: x, steps: [{run: x}]}
  p: {name: Same, runs-on: x, steps: [{run: x}]}
  q: {name: Same, runs-on: x, steps: [{run: x}]}
  c: {name: Call, uses: ./x.yml}
  d: {strategy: {matrix: {v: [1]}}, uses: ./x.yml}
";
    for (name, id) in [
        ("a", Some("a")),
        ("ab", Some("ab")),
        ("abc", None),
        ("a (1)", None),
        ("a / b", None),
        ("Unit", Some("m")),
        ("Unit (1, x)", Some("m")),
        ("Unit (special)", Some("n")),
        ("m", None),
        ("1 on linux", Some("o")),
        ("Same", None),
        ("Call", Some("c")),
        ("Call / inner (1) / deep", Some("c")),
        ("d (1) / inner", Some("d")),
    ] {
        let text = page(1, &[job(1, name, 1, [0, 1, 2], "success")]);
        let run = run(&[("jobs.json", &text), ("ci.yml", workflow)]);
        assert_eq!(run.jobs[0].id.as_deref(), id, "{name}");
    }
}

#[test]
fn pages_are_one_run_however_they_are_put_together() {
    let jobs = ordinary();
    let (one, two) = (page(6, &jobs[..4]), page(6, &jobs[4..]));
    let whole = run(&[("jobs.json", &page(6, &jobs))]);
    for (what, files) in [
        ("one after the other", vec![("a.json", format!("{one}{two}"))]),
        ("lines", vec![("a.json", format!("{one}\n{two}\n"))]),
        ("an array", vec![("a.json", format!("[{one}, {two}]"))]),
        ("a bare list", vec![("a.json", format!("[{}]", jobs.join(",")))]),
        ("files", vec![("a.json", one.clone()), ("b.json", two.clone())]),
        ("files that overlap", vec![("a.json", one.clone()), ("b.json", page(6, &jobs[2..]))]),
    ] {
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let run = run(&files);
        assert_eq!((run.seconds, run.complete, run.jobs.len()), (Some(200.0), true, 6), "{what}");
        assert_eq!((&run.critical_path, &run.notes), (&whole.critical_path, &whole.notes), "{what}");
    }
    let alone = run(&[("a.json", &one)]);
    assert_eq!((alone.complete, alone.seconds, alone.conclusion), (false, Some(144.0), None));
    assert_eq!(alone.notes, ["the records hold 4 of 6 jobs"]);
}

#[test]
fn the_same_record_twice_counts_once() {
    let text = page(6, &ordinary());
    let report = report(&[("a/jobs.json", &text), ("b/jobs.json", &text)]);
    assert_eq!((report.runs.len(), report.runs[0].jobs.len()), (1, 6));
    assert_eq!(report.files[1].note, "the same content as another file; counted once");
}

const GH: &str = r#"{"attempt": 2, "conclusion": "failure", "createdAt": "2026-03-01T00:00:00Z", "databaseId": 77,
  "jobs": [
    {"completedAt": "2026-03-01T00:01:00Z", "conclusion": "success", "databaseId": 1, "name": "lint",
     "startedAt": "2026-03-01T00:00:30Z", "status": "completed", "steps": [],
     "url": "https://github.com/o/r/actions/runs/77/job/1"},
    {"completedAt": "2026-03-01T02:00:40.5Z", "conclusion": "failure", "databaseId": 2, "name": "test (1)",
     "startedAt": "2026-03-01T02:00:10Z", "status": "completed", "steps": [
       {"completedAt": "2026-03-01T02:00:12Z", "conclusion": "success", "name": "Set up job", "number": 1,
        "startedAt": "2026-03-01T02:00:10Z", "status": "completed"},
       {"completedAt": "0001-01-01T00:00:00Z", "conclusion": "", "name": "Run x", "number": 2, "startedAt": null,
        "status": "pending"}],
     "url": "https://github.com/o/r/actions/runs/77/job/2"}],
  "name": "CI", "startedAt": "2026-03-01T02:00:00Z", "status": "completed", "updatedAt": "2026-03-01T02:00:42Z",
  "workflowName": "CI"}"#;

#[test]
fn a_run_of_gh_is_read_and_its_times_are_those_of_the_latest_attempt() {
    let report = report(&[("run.json", GH)]);
    assert_eq!((report.files[0].kind, report.files[0].producer.as_str()), (FileKind::GithubRun, "gh"));
    let run = &report.runs[0];
    assert_eq!((run.id, run.attempt, run.conclusion.as_deref()), (Some(77), Some(2), Some("failure")));
    assert_eq!((run.seconds, run.queue_seconds, run.complete), (Some(30.5), Some(10.0), true));
    assert_eq!(run.notes, ["1 of 2 jobs ran in an earlier attempt; the times leave them out"]);
    let steps = &job_of(run, "test (1)").steps;
    assert_eq!((steps[0].seconds, steps[1].seconds, steps[1].conclusion.as_deref()), (Some(2.0), None, None));
}

#[test]
fn the_fields_that_were_asked_of_gh_are_enough() {
    let url = "https://github.com/o/r/actions/runs/9/job/1";
    let jobs = format!(
        r#"[{{"completedAt": "2026-03-01T00:01:00Z", "conclusion": "success", "databaseId": 1, "name": "lint",
        "startedAt": "2026-03-01T00:00:30Z", "status": "completed", "steps": [], "url": "{url}"}}]"#
    );
    for text in
        [format!("{{\"jobs\": {jobs}}}"), jobs.clone(), format!("{{\"conclusion\": \"success\", \"jobs\": {jobs}}}")]
    {
        let run = run(&[("run.json", &text)]);
        assert_eq!((run.id, run.seconds, run.queue_seconds), (Some(9), Some(30.0), None), "{text}");
        assert_eq!((run.conclusion.as_deref(), run.workflow.as_str()), (Some("success"), ""), "{text}");
    }
}

#[test]
fn runs_without_jobs_have_their_own_times() {
    let one = r#"{"id": 5, "name": "CI", "run_number": 3, "run_attempt": 1, "status": "completed", "conclusion": "cancelled",
        "workflow_id": 1, "created_at": "2026-03-01T00:00:00Z", "updated_at": "2026-03-01T00:10:00Z",
        "run_started_at": "2026-03-01T00:00:01Z", "head_repository": {"id": 1, "name": "r"}}"#;
    let two = one.replace("\"id\": 5", "\"id\": 6").replace("completed", "in_progress");
    let gh = r#"[{"conclusion": "success", "databaseId": 5, "startedAt": "2026-03-01T00:00:01Z", "status": "completed",
        "updatedAt": "2026-03-01T00:10:00Z", "workflowName": "CI"}]"#;
    assert_eq!(run(&[("run.json", one)]).seconds, Some(599.0));
    assert_eq!(run(&[("run.json", one)]).conclusion.as_deref(), Some("cancelled"));
    assert_eq!(run(&[("run.json", gh)]).seconds, Some(599.0));
    let list = format!("{{\"total_count\": 2, \"workflow_runs\": [{one}, {two}]}}");
    let runs = report(&[("runs.json", &list)]).runs;
    let told: Vec<_> = runs.iter().map(|run| (run.id, run.seconds, run.complete)).collect();
    assert_eq!(told, [(Some(5), Some(599.0), true), (Some(6), None, false)]);
    // With its jobs, the jobs tell.
    let jobs = page(1, &[job(1, "a", 1, [0, 5, 25], "success")]).replace("\"run_id\": 77", "\"run_id\": 5");
    let run = run(&[("jobs.json", &jobs), ("run.json", one)]);
    assert_eq!((run.seconds, run.queue_seconds, run.conclusion.as_deref()), (Some(20.0), Some(4.0), Some("cancelled")));
}

#[test]
fn of_several_attempts_the_latest_counts() {
    let jobs = [
        job(1, "a", 1, [0, 5, 25], "success"),
        job(2, "b", 1, [0, 5, 65], "failure"),
        // GitHub lists again what it took over, with the times of the first attempt.
        job(3, "a", 2, [3600, 5, 25], "success"),
        job(4, "b", 2, [3600, 3610, 3640], "success"),
    ];
    let run = run(&[("jobs.json", &page(4, &jobs))]);
    assert_eq!((run.attempt, run.seconds, run.queue_seconds), (Some(2), Some(30.0), Some(10.0)));
    assert_eq!(run.critical_path, ["b"]);
    assert_eq!((job_of(&run, "a").queue_seconds, job_of(&run, "b").earlier_attempts), (None, 1));
    let notes =
        ["2 earlier attempts of jobs are left out", "1 of 2 jobs ran in an earlier attempt; the times leave them out"];
    assert_eq!((run.notes.as_slice(), run.complete), (&notes.map(str::to_owned)[..], true));
}

#[test]
fn jobs_that_go_on_leave_the_run_open() {
    let going = job(2, "b", 1, [0, 6, 0], "")
        .replace("\"completed\", \"conclusion\": \"\"", "\"in_progress\", \"conclusion\": null");
    let going =
        going.replace(&format!("\"completed_at\": \"{}\", \"name\"", at(0)), "\"completed_at\": null, \"name\"");
    let queued = job(3, "c", 1, [0, 0, 0], "")
        .replace("\"completed\", \"conclusion\": \"\"", "\"queued\", \"conclusion\": null");
    let text = page(3, &[job(1, "a", 1, [0, 5, 25], "success"), going, queued]);
    let run = run(&[("jobs.json", &text)]);
    assert_eq!((run.complete, run.conclusion.as_deref()), (false, None));
    assert_eq!(job_of(&run, "b").seconds, None);
    assert!(run.notes.contains(&"2 of 3 jobs were not over".to_owned()), "{:?}", run.notes);
}

#[test]
fn impossible_times_are_problems_with_a_place_and_unknown() {
    for (from, to, message, seconds) in [
        (at(5), "2026-02-30T00:00:00Z".to_owned(), "is no point in time", None),
        (at(5), "soon".to_owned(), "is no point in time", None),
        (at(5), at(60), "before it starts", None),
        (at(5), "2026-03-01T01:00:05.250+01:00".to_owned(), "", Some(19.75)),
    ] {
        let text = page(1, &[job(1, "a", 1, [0, 5, 25], "success").replace(&from, &to)]);
        let parsed = github::parse(&text);
        let report = report(&[("jobs.json", &text)]);
        assert_eq!(report.runs[0].jobs[0].seconds, seconds, "{to}");
        if message.is_empty() {
            assert_eq!(parsed.problems, []);
            continue;
        }
        let problem = &parsed.problems[0];
        assert!(problem.message.contains(message), "{problem:?}");
        assert!(text[problem.span.range()].contains(&to), "{problem:?}");
        assert_eq!(report.files[0].status, FileStatus::PartlyRead, "{to}");
    }
}

const METADATA: &str = r#"{
  "buildx.build.provenance": {"buildType": "https://mobyproject.org/buildkit@v1", "materials": [],
    "metadata": {"buildInvocationID": "x", "buildStartedOn": "2026-03-01T00:00:00.25Z", "buildFinishedOn": "2026-03-01T00:01:00Z"}},
  "buildx.build.ref": "builder/builder0/x", "containerimage.digest": "sha256:1", "image.name": "app"
}"#;

#[test]
fn builds_are_read_from_their_metadata() {
    let v1 = METADATA.replace(
        "\"metadata\": {\"buildInvocationID\": \"x\", \"buildStartedOn\"",
        "\"runDetails\": {\"builder\": {}, \"metadata\": {\"invocationID\": \"x\", \"startedOn\"",
    );
    let v1 = v1.replace("buildFinishedOn", "finishedOn").replace("\"}},\n", "\"}}},\n");
    let platforms = METADATA.replace("provenance\":", "provenance/linux/amd64\":");
    let bake =
        format!("{{\"app\": {METADATA}, \"db\": {}, \"buildx.build.warnings\": []}}", METADATA.replace("0/x", "0/y"));
    let least = r#"{"buildx.build.provenance": {"buildType": "x"}, "buildx.build.ref": "b/b/z", "containerimage.digest": "sha256:1"}"#;
    for (what, text, expected) in [
        ("SLSA 0.2", METADATA, vec![("", Some(59.75))]),
        ("SLSA 1", &v1, vec![("", Some(59.75))]),
        ("a platform", &platforms, vec![("", Some(59.75))]),
        ("targets", &bake, vec![("app", Some(59.75)), ("db", Some(59.75))]),
        ("no times", least, vec![("", None)]),
    ] {
        let report = report(&[("metadata.json", text)]);
        assert_eq!(
            (report.files[0].kind, report.files[0].status),
            (FileKind::BuildMetadata, FileStatus::Read),
            "{what}"
        );
        let builds: Vec<_> = report.builds.iter().map(|build| (build.target.as_str(), build.seconds)).collect();
        assert_eq!(builds, expected, "{what}");
        assert_eq!(report.builds[0].digest, "sha256:1", "{what}");
        assert_eq!(report.files[0].note.contains("BUILDX_METADATA_PROVENANCE"), what == "no times", "{what}");
    }
}

const PROGRESS: &str = r#"WARNING: no output specified
{"vertexes":[{"digest":"sha256:a","name":"[1/3] FROM x","inputs":[]},{"digest":"sha256:b","name":"[2/3] RUN x"}]}
{"vertexes":[{"digest":"sha256:a","name":"[1/3] FROM x","started":"2026-03-01T00:00:00.1+01:00","completed":"2026-03-01T00:00:00.2+01:00","cached":true}]}
{"statuses":[{"id":"x","vertex":"sha256:b","current":0,"timestamp":"2026-03-01T00:00:00Z"}]}
{"vertexes":[{"digest":"sha256:b","name":"[2/3] RUN x","started":"2026-02-28T23:00:01Z"}]}
{"logs":[{"vertex":"sha256:b","stream":1,"data":"e30=","timestamp":"2026-03-01T00:00:00Z"}]}
{"vertexes":[{"digest":"sha256:b","name":"[2/3] RUN x","started":"2026-02-28T23:00:01Z","completed":"2026-02-28T23:00:09.6Z","error":"exit code: 1"}]}
{"vertexes":[{"digest":"sha256:b","name":"[other 2/3] RUN x","started":"2026-02-28T23:00:01Z","completed":"2026-02-28T23:00:09.6Z","error":"exit code: 1"}]}
ERROR: failed to solve
"#;

#[test]
fn builds_are_read_from_their_progress() {
    let report = report(&[("build.json", PROGRESS)]);
    assert_eq!((report.files[0].kind, report.files[0].status), (FileKind::BuildProgress, FileStatus::Read));
    let build = &report.builds[0];
    assert_eq!((build.seconds, build.steps, build.cached, build.failed), (Some(9.5), 2, 1, 1));
    assert_eq!(build.started.as_deref(), Some("2026-02-28T23:00:00.100Z"));
    let parsed = buildkit::progress(PROGRESS).document.unwrap();
    assert!(PROGRESS[parsed.builds[0].vertices[1].span.range()].contains("sha256:b"));
    // A step that never ended leaves the time open; a line that breaks off is told.
    let cut = &PROGRESS[..PROGRESS.find("{\"logs\"").unwrap() + 20];
    let parsed = buildkit::progress(cut);
    assert_eq!((parsed.document.unwrap().builds[0].milliseconds(), parsed.problems.len()), (None, 1));
}

/// All that is read as a format: what comes of it lies in the text, and silence means that it was whole.
fn check(text: &str, parse: fn(&str) -> Parsed<RunReport>) -> Option<RunReport> {
    let parsed = parse(text);
    for problem in &parsed.problems {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
    }
    assert!(parsed.document.is_some() || !parsed.problems.is_empty(), "nothing is said of {text:?}");
    parsed.document
}

#[test]
fn a_text_that_breaks_off_keeps_the_jobs_before_the_cut_and_is_never_silent() {
    let jobs = ordinary();
    let text = page(6, &jobs);
    let ends: Vec<usize> = jobs.iter().map(|job| text.find(job.as_str()).unwrap() + job.len()).collect();
    for cut in 0..text.len() {
        let Some(head) = text.get(..cut) else { continue };
        let known = check(head, github::parse).map_or(0, |report| report.runs.iter().map(|run| run.jobs.len()).sum());
        assert_eq!(known, ends.iter().filter(|end| **end <= cut).count(), "cut at {cut}");
        assert!(!github::parse(head).problems.is_empty(), "cut at {cut}");
    }
    for cut in (0..METADATA.len() - 1).chain(0..GH.len() - 1) {
        for (text, parse) in [(METADATA, buildkit::metadata as fn(&str) -> _), (GH, github::parse)] {
            let Some(head) = text.get(..cut).filter(|head| head.trim_end().len() < text.len() - 1) else { continue };
            check(head, parse);
            assert!(!parse(head).problems.is_empty(), "cut at {cut}: {head}");
        }
    }
    let cut = &text[..ends[1] + 10];
    let run = run(&[("jobs.json", cut)]);
    assert_eq!((run.jobs.len(), run.complete), (2, false));
    assert_eq!(report(&[("jobs.json", cut)]).files[0].status, FileStatus::PartlyRead);
}

#[test]
fn broken_and_hostile_texts_are_told_and_survived() {
    let deep = "[".repeat(300_000);
    let jobs = format!("{{\"total_count\": 1, \"jobs\": {}", "{\"jobs\": [".repeat(100_000));
    let nested = format!("{{\"total_count\": 1, \"jobs\": [{{\"name\": \"a\", \"steps\": {deep}");
    for text in [
        "",
        "{}",
        "[]",
        "null",
        "{\"jobs\": 5}",
        "{\"jobs\": [5, null, \"x\", {}]} x",
        "{\"jobs\": [{\"name\": 5, \"steps\": {}, \"started_at\": [], \"labels\": [1]}]}",
        "{\"jobs\": [{\"name\": \"\\ud800\", \"steps\": [1]}]",
        "{\"total_count\": -1, \"jobs\": [{\"id\": 1e99, \"steps\": []}]}}",
        "{\"vertexes\": [1, {}, {\"digest\": 5}]}\n{\"vertexes\": 1}\n{",
        "{\"a\": {\"buildx.build.ref\": 1}, \"b\": []",
        &deep,
        &jobs,
        &nested,
        &"{\"vertexes\":[\n".repeat(10_000),
        &"{\"a\":".repeat(100_000),
    ] {
        check(text, github::parse);
        check(text, buildkit::metadata);
        check(text, buildkit::progress);
    }
    let broken = page(2, &ordinary()[..2]).replace("\"id\": 2", "\"id\" 2");
    let parsed = github::parse(&broken);
    assert_eq!(parsed.document.unwrap().runs[0].jobs.len(), 1);
    assert_eq!(parsed.problems[0].message, "no JSON from here on (expected `:`); what stood before was read");
    assert!(broken[..parsed.problems[0].span.offset].ends_with("\"id\" "));
    assert_eq!(report(&[("jobs.json", "{\"jobs\": ")]).files[0].status, FileStatus::Unreadable);
}

#[test]
fn circles_of_needs_end() {
    let workflow = "name: CI\non: push\njobs:\n  a: {needs: [b, a], runs-on: x, steps: [{run: x}]}\n  b: {needs: [a, c], runs-on: x, steps: [{run: x}]}\n  c: {needs: [b], runs-on: x, steps: [{run: x}]}\n";
    let text = page(2, &[job(1, "a", 1, [0, 1, 2], "success"), job(2, "b", 1, [0, 3, 4], "success")]);
    let run = run(&[("jobs.json", &text), ("ci.yml", workflow)]);
    assert_eq!(run.critical_path, ["a", "b"]);
}

#[test]
fn a_choice_between_jobs_that_ended_together_is_told() {
    let text = page(
        3,
        &[
            job(1, "a", 1, [0, 1, 20], "success"),
            job(2, "b", 1, [0, 5, 20], "success"),
            job(3, "c", 1, [20, 21, 30], "success"),
        ],
    );
    let run = run(&[("jobs.json", &text)]);
    assert_eq!(run.critical_path, ["a", "c"]);
    assert_eq!(run.notes, ["another job ended together with `a`; the longer one is on the critical path"]);
}

#[test]
fn records_are_known_by_their_structure_and_others_are_left_alone() {
    let jobs = page(1, &[job(1, "a", 1, [0, 1, 2], "success")]);
    let long = format!("{{\"total_count\": 1, \"jobs\": [{{\"steps\": [{}", "{\"name\": \"x\"},".repeat(30_000));
    for (name, text, kind) in [
        ("x", jobs.as_str(), FileKind::GithubRun),
        ("x.txt", &format!("[{jobs},{jobs}]"), FileKind::GithubRun),
        ("x", GH, FileKind::GithubRun),
        ("x", &long, FileKind::GithubRun),
        ("x", "{\"total_count\": 0, \"jobs\": []}", FileKind::GithubRun),
        ("jobs.json", "{\"jo", FileKind::GithubRun),
        ("x", METADATA, FileKind::BuildMetadata),
        ("x", PROGRESS, FileKind::BuildProgress),
        ("jobs.json", "{\"jobs\": [{\"name\": \"cleaner\", \"cron\": \"* * * * *\"}]}", FileKind::Other),
        ("x.json", "{\"steps\": [], \"started_at\": \"x\"}", FileKind::Other),
        ("x.json", "{\"note\": \"buildx.build.ref jobs total_count\"}", FileKind::Other),
        ("run.json", "{\"vertexes\": 5}", FileKind::Other),
    ] {
        assert_eq!(detect::kind(name, text).kind, kind, "{name}: {}", text.get(..80).unwrap_or(text));
    }
    for name in
        ["jobs.json", "out/run-77.json", "gh_runs.json", "build-metadata.json", "timings.json", "progress.ndjson"]
    {
        assert!(detect::wanted(name), "{name}");
    }
    assert!(!detect::wanted("package-lock.json"));
}

proptest! {
    #[test]
    fn pieces_in_any_order_are_read_without_a_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60),
    ) {
        let text = pieces.concat();
        for parse in [github::parse, buildkit::metadata, buildkit::progress] {
            check(&text, parse);
        }
        let files = [("jobs.json", text.as_str()), ("metadata.json", &text), ("ci.yml", WORKFLOW)];
        let report = report(&files);
        for run in &report.runs {
            prop_assert!(run.critical_path.len() <= run.jobs.len());
            prop_assert!(run.seconds.is_none_or(|seconds| seconds >= 0.0));
        }
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "null",
    "1",
    "-1.5e300",
    "\"",
    "é",
    "\"x\"",
    "{\"total_count\":1,\"jobs\":[",
    "]}",
    "{\"run_id\":77,\"name\":\"lint\",\"workflow_name\":\"CI\",\"run_attempt\":1,\"conclusion\":\"success\",",
    "{\"run_id\":77,\"name\":\"test (1)\",\"run_attempt\":2,",
    "\"steps\":[{\"name\":\"a\",\"number\":1}],",
    "\"id\":5,",
    "\"created_at\":\"2026-03-01T00:00:00Z\",",
    "\"started_at\":\"2026-03-01T00:00:01Z\",",
    "\"status\":\"queued\",",
    "\"completed_at\":\"2026-03-01T00:00:09Z\"}",
    "\"completed_at\":\"2025-03-01T00:00:09+23:59\"}",
    "\"jobs\":[",
    "\"workflow_runs\":[",
    "{\"databaseId\":1,\"workflowName\":\"CI\",\"startedAt\":\"2026-03-01T00:00:01Z\",",
    "\"buildx.build.ref\":\"x\",",
    "\"buildx.build.provenance\":{\"metadata\":{\"buildStartedOn\":\"2026-03-01T00:00:01Z\"",
    "{\"vertexes\":[{\"digest\":\"a\",",
    "\"started\":\"2026-03-01T00:00:01Z\"}]}\n",
    "\"completed\":\"2026-03-01T00:00:00Z\",\"cached\":true}]}\n",
];
