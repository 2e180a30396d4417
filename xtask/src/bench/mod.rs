//! `cargo xtask bench`: how fast artifacts are read, beside other readers of the same files.
//!
//! Every program has to find what is in the files before it is timed; ours must find all of it. Then all of them run in
//! turns, so that a busy moment of the machine meets them all, and the median of the rounds counts.

mod artifacts;
pub(crate) mod fleet;
mod measure;
mod report;
mod runners;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::process::{command, output, run as run_command};
use crate::{Outcome, root, site};
use artifacts::{Format, Made};
use measure::Sample;
use report::{Row, Section};
use runners::{Role, Runner};

/// What to measure, and how long.
pub(crate) struct Options {
    /// Size of each artifact, in millions of bytes.
    megabytes: u64,
    rounds: usize,
    /// Builds what is measured first.
    build: bool,
    /// Writes `docs/benchmarks.md`.
    write: bool,
    /// The day that stands there.
    date: Option<String>,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Outcome<Self> {
        let mut options = Self { megabytes: 50, rounds: 7, build: true, write: false, date: None };
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match argument {
                "artifacts" => {}
                "--megabytes" => options.megabytes = positive(argument, value()?)?,
                "--rounds" => options.rounds = positive(argument, value()?)?,
                "--no-build" => options.build = false,
                "--write" => options.write = true,
                "--date" => options.date = Some((*value()?).to_owned()),
                other => return Err(format!("bench does not know {other}; `cargo xtask help` lists its options")),
            }
        }
        Ok(options)
    }
}

fn positive<T: std::str::FromStr + Default + PartialEq>(name: &str, value: &str) -> Outcome<T> {
    let number = value.parse().ok().filter(|number| *number != T::default());
    number.ok_or_else(|| format!("{name} needs a number from 1, not {value}"))
}

/// Measures; `false` when ours did not find what is in the files.
pub(crate) fn run(options: &Options) -> Outcome<bool> {
    if options.build {
        build()?;
    }
    let folder = root().join("target/bench");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let (runners, missing) = runners::all(&Format::ALL, &folder);
    for reason in &missing {
        println!("left out: {reason}");
    }
    let mut sections = Vec::new();
    for format in Format::ALL {
        let file = folder.join(format.file_name());
        println!("making {}", file.display());
        let made = artifacts::make(format, options.megabytes * 1_000_000, &file)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        let runners: Vec<&Runner> = runners.iter().filter(|runner| runner.format == format).collect();
        sections.push(measured(format, made, &file, &runners, options.rounds)?);
    }
    for section in &sections {
        println!("\n{}", section.text());
    }
    let promises: Vec<String> = sections.iter().flat_map(Section::promises).collect();
    println!("{}", promises.join("\n"));
    if options.write {
        let path = root().join("docs/benchmarks.md");
        write(&path, &page(options, &sections, &missing))?;
        println!("wrote {}", path.display());
    }
    let ours_differ = |row: &&Row| row.role != Role::Other && !row.differs.is_empty();
    let wrong: Vec<&Row> = sections.iter().flat_map(|section| &section.rows).filter(ours_differ).collect();
    for row in &wrong {
        eprintln!("wrong: {}: {}", row.name, row.differs);
    }
    Ok(wrong.is_empty())
}

fn build() -> Outcome {
    let root = root();
    println!("building the release binary and the page");
    run_command(
        command("cargo", &root)
            .args(["build", "--quiet", "--release", "--package", "tollgate", "--bin", "tollgate"])
            .args(["--example", "bare_xml", "--target-dir"])
            .arg(root.join("target")),
    )?;
    site::build()
}

/// Checks what each program finds, which warms the caches as well, and then measures all of them in turns.
fn measured(format: Format, made: Made, file: &Path, runners: &[&Runner], rounds: usize) -> Outcome<Section> {
    let mut section = Section { format, bytes: made.bytes, facts: made.facts, rows: Vec::new(), page_memory: None };
    let mut taken: Vec<Taken<'_>> = Vec::new();
    for runner in runners {
        println!("checking {} on {}", runner.name, format.file_name());
        match runner.run(file) {
            Ok(run) => {
                let differs = report::differences(&section.facts, &run.found);
                taken.push(Taken { runner, differs, samples: Vec::new(), first: Vec::new() });
            }
            Err(error) if runner.role == Role::Other => println!("left out: {error}"),
            Err(error) => return Err(error),
        }
    }
    for round in 1..=rounds {
        println!("{} round {round} of {rounds}", format.file_name());
        for one in &mut taken {
            let run = one.runner.run(file)?;
            one.samples.push(run.sample);
            one.first.extend(run.first);
            if one.runner.role == Role::Page {
                section.page_memory = section.page_memory.max(Some(run.memory));
            }
        }
    }
    for Taken { runner, differs, samples, first } in taken {
        let row = |name: String, samples: &[Sample]| Row {
            name,
            role: runner.role,
            sample: measure::median(samples),
            differs: differs.clone(),
        };
        if first.is_empty() {
            section.rows.push(row(runner.name.clone(), &samples));
        } else {
            section.rows.push(row(format!("{}, first run", runner.name), &first));
            section.rows.push(row(format!("{}, steady", runner.name), &samples));
        }
    }
    Ok(section)
}

struct Taken<'r> {
    runner: &'r Runner,
    differs: String,
    samples: Vec<Sample>,
    first: Vec<Sample>,
}

/// The document about it.
fn page(options: &Options, sections: &[Section], missing: &[String]) -> String {
    let version = |program: &str, argument: &str| {
        output(std::process::Command::new(program).arg(argument)).unwrap_or_else(|| format!("no {program}"))
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let mut text = format!(
        "# Benchmarks\n\n\
         How fast artifacts are read, and with how much memory, beside other readers of the same files. This page is written \
         by\n\n```sh\ncargo xtask bench --write\n```\n\n\
         which makes the files (the same bytes every time, with known contents), checks that each program finds what is in \
         them, and only then measures: all programs in turns, {} rounds, the median of each figure.\n\n\
         - MB are millions of bytes. MB/s is the size of the file over the CPU time of the whole process, user and system, \
         start and reading the file included.\n\
         - \"to inspect\" and \"to check\" are CPU times in relation to `tollgate inspect` and to `tollgate check`. The page \
         does what `check` does, with the pack `recommended`, so that is what it is compared with.\n\
         - `tollgate inspect` builds the whole model and hashes the file (SHA-256). The bare loop builds nothing: it is the \
         floor that the XML reader sets.\n\
         - The page's checker runs under Node, as its worker runs it in a browser. The first run has the compilation of the \
         wasm in it; steady is the median of the last {} of {} runs in one process. Its peak is that of the Node process.\n\
         - junitparser and test-results-parser read the whole file and count the cases; pycobertura counts lines, \
         lcov lines, functions and branches.\n\n",
        options.rounds,
        runners::STEADY_RUNS,
        runners::PAGE_RUNS,
    );
    let date = options.date.as_deref().map_or_else(String::new, |date| format!("Measured on {date}, "));
    let place = format!(
        "{date}{} {}, {cores} cores; {}; Node {}; {}.\n\n",
        std::env::consts::OS,
        std::env::consts::ARCH,
        version("rustc", "--version"),
        version("node", "--version"),
        version("python3", "--version"),
    );
    text.push_str(&place);
    for section in sections {
        text.push_str(&section.text());
        text.push('\n');
    }
    if !missing.is_empty() {
        text.push_str("### Left out\n\n");
        for reason in missing {
            let _ = writeln!(text, "- {reason}");
        }
    }
    text.trim_end().to_owned() + "\n"
}

fn write(path: &Path, text: &str) -> Outcome {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_nonsense_is_refused() {
        let options = Options::parse(&["artifacts", "--megabytes", "5", "--rounds", "2", "--no-build"]).unwrap();
        assert_eq!((options.megabytes, options.rounds, options.build, options.write), (5, 2, false, false));
        for wrong in [&["--rounds"][..], &["--rounds", "0"], &["--megabytes", "x"], &["--fast"]] {
            assert!(Options::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
