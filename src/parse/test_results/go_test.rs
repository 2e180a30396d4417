//! Reads the events of `go test -json` (test2json, one JSON object a line).
//!
//! Source: `go doc test2json` and `go help buildjson`. A package is a suite. Each test, subtest, fuzz test and example
//! that ran counts, parents of subtests as well, as in the totals of gotestsum and in the `JUnit` XML that it writes of the
//! same run. A test that began and never ended (a panic, an exit, a timeout) is an error. A package that failed without
//! a failed test (it was not built, or `TestMain` exited) is an error outside the cases.
//!
//! Where a package ran again later in the stream (gotestsum's `--rerun-fails`), its tests are further attempts of those
//! before; where a test ran again inside one run of its package (`-count`), it is another case of the same identity.
//! Lines that begin no object are what the go command printed beside the events.

use super::gather::{Gather, Verdict};
use super::json::problem;
use super::time::Time;
use super::{Case, Said, SuiteError, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::{Parsed, Problem};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Problems of single lines that are told one by one.
const MAX_PROBLEMS: usize = 20;

/// Reads a stream. There is a document when there is at least one event.
pub fn parse(text: &str) -> Parsed<TestReport<'_>> {
    let mut builder = Builder { gather: Gather::new(text), ..Builder::default() };
    let mut problems = Vec::new();
    let mut unreadable = 0_usize;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let written = line.trim_start_matches('\u{feff}').trim_ascii();
        let at = offset + (line.len() - line.trim_start_matches('\u{feff}').trim_ascii_start().len());
        offset += line.len();
        if !written.starts_with('{') {
            continue;
        }
        match serde_json::from_str::<Event<'_>>(written) {
            Ok(event) => builder.event(&event, Span { offset: at, length: written.len() }),
            Err(error) => {
                unreadable += 1;
                if problems.len() < MAX_PROBLEMS {
                    problems.push(problem(written, at, &error));
                }
            }
        }
    }
    if unreadable > problems.len() {
        let end = Span { offset: text.len(), length: 0 };
        problems.push(Problem::new(end, format!("{} more lines are no events", unreadable - problems.len())));
    }
    let found = builder.found;
    if !found && problems.is_empty() {
        problems.push(Problem::new(Span::default(), "there is no event of `go test -json`"));
    }
    builder.finish(text.len(), &mut problems);
    builder.gather.parsed(found, problems)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'t> {
    #[serde(borrow, default)]
    action: Cow<'t, str>,
    #[serde(borrow, default)]
    package: Cow<'t, str>,
    #[serde(borrow, default)]
    import_path: Cow<'t, str>,
    #[serde(borrow, default)]
    test: Cow<'t, str>,
    #[serde(borrow, default)]
    output: Cow<'t, str>,
    #[serde(borrow, default)]
    failed_build: Cow<'t, str>,
    elapsed: Option<f64>,
}

#[derive(Debug, Default)]
struct Builder<'t> {
    gather: Gather<'t>,
    found: bool,
    packages: BTreeMap<Arc<str>, Package>,
    /// Packages in order of their first event.
    order: Vec<Arc<str>>,
    builds: BTreeMap<Box<str>, Build>,
}

#[derive(Debug, Default)]
struct Package {
    span: Span,
    cases: Vec<Case<'static>>,
    /// Indices of the cases of each test, in the order of its repetitions in one run of the package.
    tests: BTreeMap<Box<str>, Vec<usize>>,
    /// How often each test began in the current run of the package.
    begun: BTreeMap<Box<str>, usize>,
    running: BTreeMap<Box<str>, Running>,
    /// What the package itself printed in the current run.
    said: Said<'static>,
    started: bool,
    ended: bool,
    failed_in_run: bool,
    seconds: Option<f64>,
    error: Option<SuiteError>,
}

#[derive(Debug)]
struct Running {
    case: Case<'static>,
    said: Said<'static>,
}

#[derive(Debug, Default)]
struct Build {
    said: Said<'static>,
    failed: bool,
    told: bool,
    span: Span,
}

impl Builder<'_> {
    fn event(&mut self, event: &Event<'_>, span: Span) {
        if event.action.is_empty() {
            return;
        }
        self.found = true;
        if event.action.starts_with("build-") {
            let build = self.builds.entry((*event.import_path).into()).or_default();
            build.span = span;
            build.failed |= event.action == "build-fail";
            if !event.output.starts_with("# ") {
                build.said.add_trace(&event.output);
            }
            return;
        }
        if !self.packages.contains_key(&*event.package) {
            let name: Arc<str> = (*event.package).into();
            self.order.push(Arc::clone(&name));
            self.packages.insert(name, Package { span, ..Package::default() });
        }
        let Some(package) = self.packages.get_mut(&*event.package) else { return };
        // A package that goes on after its end is run again; `start` came with Go 1.20.
        if package.ended {
            if event.action == "output" {
                return;
            }
            package.again(span);
        }
        if event.test.is_empty() {
            let build = self.builds.get_mut(&*event.failed_build);
            package.own_event(event, build, span);
        } else {
            package.test_event(event, span);
        }
    }

    fn finish(&mut self, end: usize, problems: &mut Vec<Problem>) {
        let mut unfinished = 0_usize;
        for name in std::mem::take(&mut self.order) {
            let Some(mut package) = self.packages.remove(&name) else { continue };
            if !package.ended {
                unfinished += 1;
                if unfinished <= MAX_PROBLEMS {
                    let shown = super::gather::clipped(&name, 200);
                    let message = format!("the stream ends before the package `{shown}` does");
                    problems.push(Problem::new(Span { offset: end, length: 0 }, message));
                }
                package.end_of_run();
            }
            self.package(&name, package);
        }
        for (name, build) in std::mem::take(&mut self.builds) {
            if build.failed
                && !build.told
                && let Some(suite) = self.gather.named(&name, build.span)
            {
                suite.errors_outside_cases.push(build.said.of_suite(CaseStatus::Error, build.span));
            }
        }
    }

    fn package(&mut self, name: &str, mut package: Package) {
        for case in &mut package.cases {
            case.seconds = case.seconds.and_then(|seconds| self.gather.seconds(elapsed(seconds), case.span));
        }
        let seconds = package.seconds.and_then(|seconds| self.gather.seconds(elapsed(seconds), package.span));
        if let Some(suite) = self.gather.named(name, package.span) {
            suite.seconds = seconds;
            suite.cases = package.cases;
            suite.cases.shrink_to_fit();
            suite.errors_outside_cases.extend(package.error);
        }
    }
}

impl Package {
    /// Forgets the state of a run, but for its cases.
    fn again(&mut self, span: Span) {
        let (cases, tests) = (std::mem::take(&mut self.cases), std::mem::take(&mut self.tests));
        *self = Self { span, cases, tests, ..Self::default() };
    }

    fn test_event(&mut self, event: &Event<'_>, span: Span) {
        self.started = true;
        let verdict = match &*event.action {
            "pass" | "bench" => Verdict::PASSED,
            "fail" => Verdict::FAILED,
            "skip" => Verdict::NOT_RUN,
            "run" => {
                self.run(&event.test, span);
                return;
            }
            "output" => {
                if let Some(running) = self.running.get_mut(&*event.test) {
                    let marker = event.output.trim_start();
                    if !marker.starts_with("=== ") && !marker.starts_with("--- ") {
                        running.said.add_trace(&event.output);
                    }
                }
                return;
            }
            _ => return,
        };
        if !self.running.contains_key(&*event.test) {
            // Output of an old or a filtered stream, in which tests only end.
            self.run(&event.test, span);
        }
        let Some(mut running) = self.running.remove(&*event.test) else { return };
        running.case.seconds = event.elapsed;
        running.case.set(verdict);
        self.done(running);
    }

    fn run(&mut self, test: &str, span: Span) {
        if let Some(mut unended) = self.running.remove(test) {
            unended.case.set(Verdict::ERROR);
            self.done(unended);
        }
        let mut case = Case::at(span);
        case.name = test.to_owned().into();
        self.running.insert(test.into(), Running { case, said: Said::default() });
    }

    fn done(&mut self, running: Running) {
        let Running { mut case, said } = running;
        case.failed_with(said);
        self.failed_in_run |= case.status >= CaseStatus::Failed;
        let begun = self.begun.entry((*case.name).into()).or_default();
        let indices = self.tests.entry((*case.name).into()).or_default();
        let known = indices.get(*begun).and_then(|index| self.cases.get_mut(*index));
        if let Some(known) = known {
            case.attempts = known.attempts.saturating_add(1);
            case.span = known.span;
            let failed_before = matches!(known.status, CaseStatus::Failed | CaseStatus::Error | CaseStatus::Flaky);
            if failed_before && case.status == CaseStatus::Passed {
                case.status = CaseStatus::Flaky;
            }
            *known = case;
        } else {
            indices.push(self.cases.len());
            self.cases.push(case);
        }
        *begun += 1;
    }

    fn own_event(&mut self, event: &Event<'_>, build: Option<&mut Build>, span: Span) {
        match &*event.action {
            "start" => self.started = true,
            "output" => self.said.add_trace(&event.output),
            "pass" | "skip" => {
                self.seconds = event.elapsed;
                self.end_of_run();
            }
            "fail" => {
                self.seconds = event.elapsed;
                self.end_of_run();
                if !self.failed_in_run {
                    let mut said = std::mem::take(&mut self.said);
                    if let Some(build) = build {
                        build.told = true;
                        said = Said::default();
                        said.add_trace(&build.said.trace);
                    }
                    self.error = Some(said.of_suite(CaseStatus::Error, span));
                }
            }
            _ => {}
        }
    }

    /// Tests that did not end are errors.
    fn end_of_run(&mut self) {
        self.ended = true;
        let mut running: Vec<Running> = std::mem::take(&mut self.running).into_values().collect();
        running.sort_by_key(|running| running.case.span.offset);
        for mut unended in running {
            unended.case.set(Verdict::ERROR);
            if unended.said.trace.is_empty() {
                unended.said.add_message("the test began and never ended");
            }
            self.done(unended);
        }
    }
}

/// `Elapsed` is in seconds, and has no limit: the timeout of `go test` can be switched off.
fn elapsed(seconds: f64) -> Time {
    if seconds >= 0.0 && seconds.is_finite() { Time::Seconds(seconds) } else { Time::Doubtful }
}
