//! `cargo xtask bench fleet`: time and memory for the overview of many repositories.
//!
//! The reports are what `tollgate check` says of the sample, each with figures of its own, a report for people beside
//! every fourth, and one in a thousand torn off. The overview has to find all of that before its time counts.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::measure::{self, Sample};
use super::positive;
use crate::process::{command, run as run_command};
use crate::{Outcome, root};

/// One torn report in so many.
const TORN: usize = 1_000;

/// How many repositories, and whether the program is built first.
pub(crate) struct FleetOptions {
    repositories: usize,
    build: bool,
}

impl FleetOptions {
    pub(crate) fn parse(arguments: &[&str]) -> Outcome<Self> {
        let mut options = Self { repositories: 10_000, build: true };
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            match argument {
                "--no-build" => options.build = false,
                "--repositories" => {
                    let value = arguments.next().ok_or("--repositories needs a value")?;
                    options.repositories = positive(argument, value)?;
                }
                other => {
                    return Err(format!("bench fleet does not know {other}; `cargo xtask help` lists its options"));
                }
            }
        }
        Ok(options)
    }
}

/// Measures a tenth and all of the repositories, so that what one more costs can be seen; `false` when the overview did
/// not find what is in the reports.
pub(crate) fn run(options: &FleetOptions) -> Outcome<bool> {
    let root = root();
    if options.build {
        println!("building the release binary");
        run_command(command("cargo", &root).args(["build", "--quiet", "--release", "--package", "tollgate"]))?;
    }
    let program = root.join("target/release").join(format!("tollgate{}", std::env::consts::EXE_SUFFIX));
    let folder = root.join("target/bench/fleet");
    let sample = sample(&program, &root)?;
    let mut right = true;
    for repositories in [options.repositories / 10, options.repositories] {
        if repositories == 0 {
            continue;
        }
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| format!("cannot empty {}: {error}", folder.display()))?;
        }
        let made = make(&sample, repositories, &folder)
            .map_err(|error| format!("cannot write reports to {}: {error}", folder.display()))?;
        let site = folder.join("site");
        let mut overview = Command::new(&program);
        overview.arg("fleet").arg(folder.join("reports")).arg("--output").arg(&site);
        let (taken, code) = measure::child(&mut overview, &folder.join("out"))?;
        let expected = if made.torn > 0 { 3 } else { 0 };
        let found = found(&site)?;
        if code != Some(expected) || found != made.facts() {
            eprintln!("wrong: ends with {code:?} and finds {found:?}, not {:?}", made.facts());
            right = false;
        }
        println!("{}", line(&made, taken, &site)?);
    }
    fs::remove_dir_all(&folder).map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
    Ok(right)
}

/// What `tollgate check` says of the sample.
fn sample(program: &Path, root: &Path) -> Outcome<Value> {
    let output = Command::new(program)
        .args(["check", "samples/shop", "--format", "json", "--today", "2026-01-01"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    serde_json::from_slice(&output.stdout).map_err(|error| format!("the sample's report cannot be read: {error}"))
}

/// What was made, as the overview has to find it.
#[derive(Default)]
struct Made {
    bytes: u64,
    read: usize,
    torn: usize,
    failed: usize,
    errors: usize,
    tests: usize,
}

impl Made {
    fn facts(&self) -> Vec<Option<u64>> {
        [self.read, self.torn, self.failed, self.errors, self.tests].map(|fact| Some(fact as u64)).into()
    }
}

fn make(sample: &Value, repositories: usize, folder: &Path) -> std::io::Result<Made> {
    let mut made = Made::default();
    let mut report = sample.clone();
    for at in 0..repositories {
        let home = folder.join(format!("reports/team-{:02}/service-{at:05}", at % 40));
        fs::create_dir_all(&home)?;
        // Figures that differ, and are the same in every run.
        let (errors, tests) = (at * 7 % 23, at * 31 % 2_000);
        let verdict = if errors > 0 { "fail" } else { "pass" };
        set(&mut report, "/verdict", json!(verdict));
        set(&mut report, "/summary/errors", json!(errors));
        set(&mut report, "/tests/total", json!(tests));
        set(&mut report, "/coverage/line/covered", json!(at * 13 % 1_000));
        set(&mut report, "/coverage/line/total", json!(1_000));
        let mut text = report.to_string();
        if at % TORN == TORN - 1 {
            text.truncate(text.len() / 2);
            made.torn += 1;
        } else {
            made.read += 1;
            made.failed += usize::from(errors > 0);
            made.errors += errors;
            made.tests += tests;
        }
        made.bytes += text.len() as u64;
        fs::write(home.join("report.json"), text)?;
        if at % 4 == 0 {
            fs::write(home.join("report.html"), "<!DOCTYPE html><title>report</title>")?;
        }
    }
    Ok(made)
}

fn set(report: &mut Value, pointer: &str, value: Value) {
    if let Some(field) = report.pointer_mut(pointer) {
        *field = value;
    }
}

fn found(site: &Path) -> Outcome<Vec<Option<u64>>> {
    let path = site.join("fleet.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let figures: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let facts = ["repositories", "unreadable", "fail", "errors", "tests"];
    Ok(facts.iter().map(|fact| figures.pointer(&format!("/summary/{fact}"))?.as_u64()).collect())
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files stay far below 2^52")]
fn line(made: &Made, taken: Sample, site: &Path) -> Outcome<String> {
    let index = site.join("index.html");
    let page = fs::metadata(&index).map_err(|error| format!("{}: {error}", index.display()))?.len();
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    Ok(format!(
        "{:>6} reports, {:>6.1} MB: {:>6.2} s wall, {:>6.2} s CPU, {:>4.0} MB/s, peak {:>5.1} MB, page {:.2} MB",
        made.read + made.torn,
        megabytes(made.bytes),
        taken.wall.as_secs_f64(),
        taken.cpu.as_secs_f64(),
        megabytes(made.bytes) / taken.cpu.as_secs_f64().max(1e-9),
        megabytes(taken.peak),
        megabytes(page),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_nonsense_is_refused() {
        let options = FleetOptions::parse(&["--repositories", "50", "--no-build"]).unwrap();
        assert_eq!((options.repositories, options.build), (50, false));
        for wrong in [&["--repositories"][..], &["--repositories", "0"], &["--rounds", "1"]] {
            assert!(FleetOptions::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn reports_are_made_with_known_figures() {
        let folder = tempfile::tempdir().unwrap();
        let sample = json!({ "verdict": "pass", "summary": { "errors": 0 }, "tests": { "total": 1 } });
        let made = make(&sample, 3, folder.path()).unwrap();
        assert_eq!(made.facts(), [3, 0, 2, 21, 93].map(Some));
        let text = fs::read_to_string(folder.path().join("reports/team-01/service-00001/report.json")).unwrap();
        assert_eq!(text, r#"{"summary":{"errors":7},"tests":{"total":31},"verdict":"fail"}"#);
    }
}
