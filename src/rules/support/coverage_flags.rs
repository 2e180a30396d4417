//! Coverage thresholds on command lines.

use crate::model::Span;
use crate::parse::config::{CoverageTool, Measure};
use crate::parse::shell::Word;

/// A threshold that an option sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// Name of the tool.
    pub tool: &'static str,
    /// The option, without its value.
    pub option: &'static str,
    /// What is counted.
    pub measure: Measure,
    /// In percent; `None` where it is known only when it runs.
    pub percent: Option<f64>,
    /// The word with the value, in the script.
    pub span: Span,
}

/// A program and its options.
struct Program {
    names: &'static [&'static str],
    /// The subcommand that it needs, if it needs one.
    subcommand: &'static [&'static str],
    /// Options that look at a part of the project only.
    part: &'static [&'static str],
    tool: &'static str,
    options: &'static [(&'static str, Measure)],
}

const COVERAGE_PY: &str = CoverageTool::CoveragePy.name();
const ISTANBUL: [(&str, Measure); 3] =
    [("--lines", Measure::Line), ("--branches", Measure::Branch), ("--functions", Measure::Function)];

const PROGRAMS: [Program; 7] = [
    Program {
        names: &["pytest", "py.test"],
        subcommand: &[],
        part: &[],
        tool: COVERAGE_PY,
        options: &[("--cov-fail-under", Measure::Line)],
    },
    Program {
        names: &["coverage", "coverage3"],
        subcommand: &["report", "html", "xml", "json", "lcov"],
        part: &["--include"],
        tool: COVERAGE_PY,
        options: &[("--fail-under", Measure::Line)],
    },
    Program { names: &["nyc"], subcommand: &[], part: &[], tool: CoverageTool::Nyc.name(), options: &ISTANBUL },
    Program { names: &["c8"], subcommand: &[], part: &[], tool: CoverageTool::C8.name(), options: &ISTANBUL },
    Program {
        names: &["cargo", "cargo-llvm-cov"],
        subcommand: &["llvm-cov"],
        part: &["-p", "--package"],
        tool: "cargo-llvm-cov",
        options: &[("--fail-under-lines", Measure::Line), ("--fail-under-functions", Measure::Function)],
    },
    Program {
        names: &["cargo", "cargo-tarpaulin"],
        subcommand: &["tarpaulin"],
        part: &["-p", "--package"],
        tool: "tarpaulin",
        options: &[("--fail-under", Measure::Line)],
    },
    Program {
        names: &["gcovr"],
        subcommand: &[],
        part: &["-f", "--filter"],
        tool: "gcovr",
        options: &[
            ("--fail-under-line", Measure::Line),
            ("--fail-under-branch", Measure::Branch),
            ("--fail-under-function", Measure::Function),
        ],
    },
];

/// Programs that only show their words, or look for them.
const SHOWS: [&str; 7] = ["echo", "printf", "cat", "grep", "sed", "awk", "test"];

/// The thresholds that a command's options set for all that was measured. The program may stand behind any launcher (`uv run`, `npx`,
/// `docker compose exec web`); nyc and c8 compare only with `check-coverage`.
pub fn flags(words: &[Word]) -> Vec<Flag> {
    let name = |word: &Word| word.text.rsplit('/').next().unwrap_or_default().to_owned();
    if words.first().is_none_or(|first| SHOWS.contains(&name(first).as_str())) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for program in &PROGRAMS {
        let Some(at) = words.iter().position(|word| program.names.contains(&name(word).as_str())) else { continue };
        let args = words.get(at + 1..).unwrap_or_default();
        let has = |wanted: &[&str]| args.iter().any(|word| wanted.contains(&word.text.as_str()));
        let first = args.iter().find(|word| !word.text.starts_with(['-', '+']));
        let called = first.is_some_and(|word| program.subcommand.contains(&word.text.as_str()));
        if !program.subcommand.is_empty() && !called {
            continue;
        }
        let is_part = |word: &Word| {
            let (option, _) = word.text.split_once('=').unwrap_or((&word.text, ""));
            program.part.contains(&option)
        };
        if args.iter().any(is_part) {
            continue;
        }
        let istanbul = program.options == ISTANBUL.as_slice();
        if istanbul && !has(&["--check-coverage", "--check-coverage=true", "check-coverage"]) {
            continue;
        }
        for (option, measure) in program.options {
            // The last one counts.
            let value = args.iter().enumerate().rev().find_map(|(at, word)| {
                let rest = word.text.strip_prefix(option)?;
                match rest.strip_prefix('=') {
                    Some(value) => Some((value, word)),
                    None if rest.is_empty() => args.get(at + 1).map(|next| (next.text.as_str(), next)),
                    None => None,
                }
            });
            let Some((value, word)) = value else { continue };
            let mixed = program.tool == COVERAGE_PY && has(&["--cov-branch", "--branch"]);
            found.push(Flag {
                tool: program.tool,
                option,
                measure: if mixed { Measure::LinesAndBranches } else { *measure },
                percent: value.parse().ok().filter(|number: &f64| number.is_finite() && !word.dynamic),
                span: word.span,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Flag, flags};
    use crate::parse::config::Measure;
    use crate::parse::shell;

    fn all(script: &str) -> Vec<Flag> {
        shell::parse(script).commands.iter().flat_map(|command| flags(&command.words)).collect()
    }

    #[test]
    fn options_of_the_programs_are_thresholds() {
        for (script, tool, measure, percent) in [
            ("pytest --cov=app --cov-fail-under=70", "coverage.py", Measure::Line, Some(70.0)),
            (
                "uv run pytest --cov-branch --cov-fail-under 70.5 tests",
                "coverage.py",
                Measure::LinesAndBranches,
                Some(70.5),
            ),
            ("python -m pytest --cov-fail-under=1 --cov-fail-under=2", "coverage.py", Measure::Line, Some(2.0)),
            (
                "docker compose run --rm web coverage report -m --fail-under=90",
                "coverage.py",
                Measure::Line,
                Some(90.0),
            ),
            ("pytest -p no:randomly --cov-fail-under=3", "coverage.py", Measure::Line, Some(3.0)),
            ("coverage report --fail-under=$MIN", "coverage.py", Measure::Line, None),
            ("npx nyc check-coverage --lines 80", "nyc", Measure::Line, Some(80.0)),
            ("c8 --check-coverage --branches=70 npm test", "c8", Measure::Branch, Some(70.0)),
            ("cargo llvm-cov nextest --fail-under-lines 75", "cargo-llvm-cov", Measure::Line, Some(75.0)),
            ("cargo tarpaulin --out xml --fail-under 60", "tarpaulin", Measure::Line, Some(60.0)),
            ("gcovr -r . --fail-under-line 50", "gcovr", Measure::Line, Some(50.0)),
        ] {
            let found = all(script);
            let found: Vec<_> = found.iter().map(|flag| (flag.tool, flag.measure, flag.percent)).collect();
            assert_eq!(found, [(tool, measure, percent)], "{script}");
        }
    }

    #[test]
    fn other_words_are_none() {
        for script in [
            "echo pytest --cov-fail-under=70",
            "nyc --lines 80 npm test",
            "coverage run --fail-under=3",
            "cargo test --fail-under 3",
            "pytest --cov",
            "cargo llvm-cov report -p core --fail-under-lines 70",
            "cargo llvm-cov report --package=core --fail-under-lines 70",
            "coverage report --include='src/*' --fail-under=70",
            "grep -- --cov-fail-under=70 pytest",
            "my-pytest --cov-fail-under=70",
        ] {
            assert_eq!(all(script), [], "{script}");
        }
    }
}
