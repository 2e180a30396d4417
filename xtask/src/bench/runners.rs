//! Who reads the artifacts: how each program is started, and what it says it found.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::artifacts::{Facts, Format};
use super::measure::{self, Sample};
use crate::process::{find, output};
use crate::{Outcome, root, site, tools};

/// Runs of the checker in one process: the first has the compilation in it, the last ones none.
pub(super) const PAGE_RUNS: usize = 8;
pub(super) const STEADY_RUNS: usize = 4;
/// Any day does; the policy has no waivers.
const DAY: &str = "2026-01-01";

const CHECKER: &str = include_str!("checker.mjs");

/// What is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `tollgate inspect`, which all others are compared with.
    Inspect,
    /// `tollgate check`, which does what the page does.
    Check,
    Page,
    Floor,
    Other,
}

/// Reads what a program printed.
type Found = fn(&str) -> Option<Facts>;

/// A program that reads one artifact.
pub(super) struct Runner {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) format: Format,
    program: PathBuf,
    arguments: Vec<String>,
    /// `check` ends with 1 where the policy does not hold, which is no failure here.
    exits: &'static [i32],
    found: Found,
}

/// What a run took and found.
pub(super) struct Run {
    pub(super) sample: Sample,
    /// Of the page: its first run.
    pub(super) first: Option<Sample>,
    pub(super) found: Facts,
    /// Of the page: bytes of its memory.
    pub(super) memory: u64,
}

impl Runner {
    pub(super) fn run(&self, file: &Path) -> Outcome<Run> {
        let stdout = file.with_extension("out");
        let mut command = Command::new(&self.program);
        command.args(
            self.arguments.iter().map(
                |argument| {
                    if argument == FILE { file.as_os_str().to_owned() } else { argument.into() }
                },
            ),
        );
        let (sample, code) = measure::child(&mut command, &stdout)?;
        let text = fs::read_to_string(&stdout).map_err(|error| format!("cannot read {}: {error}", stdout.display()))?;
        if !code.is_some_and(|code| self.exits.contains(&code)) {
            return Err(format!("{} ended with {code:?}", self.name));
        }
        let unreadable = || format!("{} printed nothing that could be understood; see {}", self.name, stdout.display());
        let mut run = Run { sample, first: None, found: (self.found)(&text).ok_or_else(unreadable)?, memory: 0 };
        if self.role == Role::Page {
            let page = page(&text).ok_or_else(unreadable)?;
            run.first = page.took.first().map(|first| Sample { peak: sample.peak, ..*first });
            let steady = page.took.get(page.took.len().saturating_sub(STEADY_RUNS)..).unwrap_or_default();
            run.sample = Sample { peak: sample.peak, ..measure::median(steady) };
            run.memory = page.memory;
        }
        Ok(run)
    }
}

/// Stands for the artifact's path among the arguments.
const FILE: &str = "FILE";

/// The programs for an artifact, and why others are left out.
pub(super) fn all(formats: &[Format], folder: &Path) -> (Vec<Runner>, Vec<String>) {
    let mut runners = Vec::new();
    let mut missing = Vec::new();
    for &format in formats {
        runners.extend(ours(format));
    }
    match checker(folder) {
        Ok(node) => runners.extend(formats.iter().map(|&format| page_runner(&node, folder, format))),
        Err(reason) => missing.push(format!("the page under Node: {reason}")),
    }
    match tools::python_readers() {
        Ok(python) => {
            for (package, version, format, script, found) in PYTHON {
                if formats.contains(&format) {
                    runners.push(Runner {
                        name: format!("{package} {version}"),
                        role: Role::Other,
                        format,
                        program: python.clone(),
                        arguments: ["-c", script, FILE].map(str::to_owned).to_vec(),
                        exits: &[0],
                        found,
                    });
                }
            }
        }
        Err(reason) => missing.push(format!("junitparser, test-results-parser, pycobertura: {reason}")),
    }
    if formats.contains(&Format::Lcov) {
        match lcov() {
            Ok(runner) => runners.push(runner),
            Err(reason) => missing.push(format!("lcov: {reason}")),
        }
    }
    (runners, missing)
}

fn ours(format: Format) -> Vec<Runner> {
    let release = root().join("target/release");
    let runner = |name: &str, role, program: &str, arguments: &[&str], exits, found| Runner {
        name: name.to_owned(),
        role,
        format,
        program: release.join(program),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        exits,
        found,
    };
    let tests = format == Format::Junit;
    let check = ["check", FILE, "--policy", "recommended", "--today", DAY, "--format", "json"];
    let mut runners = vec![
        runner(
            "tollgate inspect",
            Role::Inspect,
            "tollgate",
            &["inspect", FILE, "--format", "json"],
            &[0],
            if tests { inspected_tests } else { inspected_coverage },
        ),
        runner(
            "tollgate check",
            Role::Check,
            "tollgate",
            &check,
            &[0, 1],
            if tests { reported_tests } else { reported_coverage },
        ),
    ];
    let element: Option<(&str, Found)> = match format {
        Format::Junit => Some(("testcase", |text| Some(Facts::from([("tests", text.trim().parse().ok()?)])))),
        Format::Cobertura => Some(("line", |text| Some(Facts::from([("lines", text.trim().parse().ok()?)])))),
        Format::Lcov => None,
    };
    if let Some((element, found)) = element {
        runners.push(runner("bare quick-xml loop", Role::Floor, "examples/bare_xml", &[FILE, element], &[0], found));
    }
    runners
}

/// Lays the built checker out for Node, under a name that Node takes for a module.
fn checker(folder: &Path) -> Outcome<PathBuf> {
    let node = find("node").ok_or("Node.js is missing; install version 20 or newer")?;
    let package = site::package()?;
    for (from, to) in [("checker.js", "checker.mjs"), ("checker_bg.wasm", "checker_bg.wasm")] {
        let from = package.join(from);
        fs::copy(&from, folder.join(to)).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
    }
    let script = folder.join("run.mjs");
    fs::write(&script, CHECKER).map_err(|error| format!("cannot write {}: {error}", script.display()))?;
    Ok(node)
}

fn page_runner(node: &Path, folder: &Path, format: Format) -> Runner {
    let script = folder.join("run.mjs");
    let runs = PAGE_RUNS.to_string();
    Runner {
        name: "the page's checker (wasm, Node)".to_owned(),
        role: Role::Page,
        format,
        program: node.to_owned(),
        arguments: [&script.to_string_lossy(), &*folder.to_string_lossy(), FILE, DAY, &runs]
            .map(str::to_owned)
            .to_vec(),
        exits: &[0],
        found: if format == Format::Junit { reported_tests } else { reported_coverage },
    }
}

type PythonReader = (&'static str, &'static str, Format, &'static str, Found);

/// Each reads the whole file and counts from the cases and lines, as `inspect` does, not from declared totals.
const PYTHON: [PythonReader; 3] = [
    (
        "junitparser",
        tools::JUNITPARSER,
        Format::Junit,
        "import sys, junitparser\n\
         x = junitparser.JUnitXml.fromfile(sys.argv[1])\n\
         x.update_statistics()\n\
         print('tests', x.tests, 'failures', x.failures, 'errors', x.errors, 'skipped', x.skipped)",
        words,
    ),
    (
        "test-results-parser",
        tools::TEST_RESULTS_PARSER,
        Format::Junit,
        "import sys, test_results_parser as t\n\
         with open(sys.argv[1], 'rb') as file: runs = t.parse_junit_xml(file.read()).testruns\n\
         kinds = [run.outcome for run in runs]\n\
         count = lambda kind: sum(1 for one in kinds if one == kind)\n\
         print('tests', len(kinds), 'failures', count(t.Outcome.Failure), 'errors', count(t.Outcome.Error),\n\
         'skipped', count(t.Outcome.Skip))",
        words,
    ),
    (
        "pycobertura",
        tools::PYCOBERTURA,
        Format::Cobertura,
        "import sys, pycobertura\n\
         c = pycobertura.Cobertura(sys.argv[1])\n\
         print('files', len(c.files()), 'lines', c.total_statements(), 'lines_hit', c.total_hits())",
        words,
    ),
];

fn lcov() -> Outcome<Runner> {
    let program = tools::lcov()?;
    let version = output(Command::new(&program).arg("--version")).unwrap_or_default();
    let version = version.rsplit(' ').next().unwrap_or("").to_owned();
    let branches = if version.starts_with("1.") { "lcov_branch_coverage=1" } else { "branch_coverage=1" };
    Ok(Runner {
        name: format!("lcov {version} --summary"),
        role: Role::Other,
        format: Format::Lcov,
        program,
        arguments: ["--rc", branches, "--summary", FILE].map(str::to_owned).to_vec(),
        exits: &[0],
        found: lcov_summary,
    })
}

/// The name by which a fact is known that was read as a word.
fn known(name: &str) -> Option<&'static str> {
    ["tests", "failures", "errors", "skipped", "files", "lines", "lines_hit"].into_iter().find(|known| *known == name)
}

/// `tests 7 failures 0`
fn words(text: &str) -> Option<Facts> {
    let mut words = text.split_whitespace();
    let mut facts = Facts::new();
    while let Some(name) = words.next() {
        facts.insert(known(name)?, words.next()?.parse().ok()?);
    }
    (!facts.is_empty()).then_some(facts)
}

/// `  lines......: 79.8% (15865 of 19893 lines)`
fn lcov_summary(text: &str) -> Option<Facts> {
    let mut facts = Facts::new();
    for line in text.lines() {
        let names = match line.trim_start() {
            line if line.starts_with("lines.") => ("lines", "lines_hit"),
            line if line.starts_with("functions.") => ("functions", "functions_hit"),
            line if line.starts_with("branches.") => ("branches", "branches_hit"),
            _ => continue,
        };
        let Some((hit, all)) = line.rsplit_once('(').and_then(|(_, counts)| counts.split_once(" of ")) else {
            continue;
        };
        facts.insert(names.0, all.split(' ').next()?.parse().ok()?);
        facts.insert(names.1, hit.parse().ok()?);
    }
    (!facts.is_empty()).then_some(facts)
}

fn facts_of(value: &Value, names: &[(&'static str, &str)]) -> Option<Facts> {
    names.iter().map(|(name, pointer)| Some((*name, value.pointer(pointer)?.as_u64()?))).collect()
}

/// Seconds as a report states them, in whole milliseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, and the sum is small")]
fn milliseconds(value: &Value, pointer: &str) -> Option<u64> {
    Some((value.pointer(pointer)?.as_f64()? * 1000.0).round() as u64)
}

fn inspected_tests(text: &str) -> Option<Facts> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut facts = facts_of(
        &value,
        &[
            ("tests", "/files/0/facts/tests"),
            ("failures", "/files/0/facts/failures"),
            ("errors", "/files/0/facts/errors"),
            ("skipped", "/files/0/facts/skipped"),
            ("flaky", "/files/0/facts/flaky"),
        ],
    )?;
    facts.insert("milliseconds", milliseconds(&value, "/files/0/facts/seconds")?);
    Some(facts)
}

fn inspected_coverage(text: &str) -> Option<Facts> {
    let value: Value = serde_json::from_str(text).ok()?;
    facts_of(
        &value,
        &[
            ("lines", "/files/0/facts/line/total"),
            ("lines_hit", "/files/0/facts/line/covered"),
            ("branches", "/files/0/facts/branch/total"),
            ("branches_hit", "/files/0/facts/branch/covered"),
            ("files", "/files/0/facts/files"),
        ],
    )
}

fn reported_tests(text: &str) -> Option<Facts> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut facts = facts_of(
        &value,
        &[
            ("tests", "/tests/total"),
            ("failures", "/tests/failed"),
            ("errors", "/tests/errors"),
            ("skipped", "/tests/skipped"),
            ("flaky", "/tests/flaky"),
        ],
    )?;
    facts.insert("milliseconds", milliseconds(&value, "/tests/seconds")?);
    Some(facts)
}

fn reported_coverage(text: &str) -> Option<Facts> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut facts = facts_of(
        &value,
        &[
            ("lines", "/coverage/line/total"),
            ("lines_hit", "/coverage/line/covered"),
            ("branches", "/coverage/branch/total"),
            ("branches_hit", "/coverage/branch/covered"),
        ],
    )?;
    facts.insert("files", value.pointer("/coverage/files")?.as_array()?.len() as u64);
    Some(facts)
}

struct Page {
    took: Vec<Sample>,
    memory: u64,
}

fn page(text: &str) -> Option<Page> {
    let value: Value = serde_json::from_str(text).ok()?;
    let micros = |run: &Value, name| Some(Duration::from_micros(run.get(name)?.as_u64()?));
    let took = value.get("took")?.as_array()?.iter();
    let took = took.map(|run| Some(Sample { cpu: micros(run, "cpu")?, wall: micros(run, "wall")?, peak: 0 }));
    Some(Page { took: took.collect::<Option<_>>()?, memory: value.get("memory")?.as_u64()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_print_is_read() {
        assert_eq!(words("tests 7 skipped 0\n"), Some(Facts::from([("skipped", 0), ("tests", 7)])));
        assert_eq!((words("tests x"), words("rubbish 7"), words("")), (None, None, None));
        let summary = "Reading tracefile a\nSummary coverage rate:\n  lines......: 79.8% (15865 of 19893 lines)\n  \
                       functions..: no data found\n  branches...: 41.0% (2449 of 5980 branches)\n";
        let expected = [("branches", 5980), ("branches_hit", 2449), ("lines", 19893), ("lines_hit", 15865)];
        assert_eq!(lcov_summary(summary), Some(Facts::from(expected)));
        assert_eq!(lcov_summary("ERROR: (inconsistent)"), None);
    }

    #[test]
    fn what_the_page_took_is_read() {
        let page = page(r#"{"took":[{"cpu":1500,"wall":900},{"cpu":1000,"wall":800}],"memory":65536}"#).unwrap();
        assert_eq!(page.took.first().map(|run| run.cpu), Some(Duration::from_micros(1500)));
        assert_eq!((page.took.len(), page.memory), (2, 65536));
    }
}
