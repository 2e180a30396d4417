//! coverage.py's `fail_under` and pytest-cov's `--cov-fail-under`.
//!
//! Source: the configuration reference of coverage.py and the documentation of pytest-cov. `fail_under` is compared with
//! the total that the report prints: lines alone, or lines and branches in one sum once `branch` is on. A file cannot
//! tell whether a command line turns branches on.

use super::ini::{Ini, Line};
use super::model::{CoverageConfig, CoverageTool, Demand, Effect, Measure, Scope, Threshold, number};
use super::toml::Settings as Toml;
use crate::model::Span;
use crate::parse::Problem;

/// What was found of the two tools in one file.
#[derive(Debug, Default)]
struct Settings<'t> {
    /// Where the first of their sections begins.
    at: Option<Span>,
    branch: bool,
    fail_under: Option<(&'t str, Span)>,
    /// Words of pytest's `addopts`.
    options: Vec<(&'t str, Span)>,
}

/// Reads INI; `own` for coverage.py's own file, whose sections need no prefix.
pub(super) fn ini(ini: &Ini<'_>, own: bool, problems: &mut Vec<Problem>) -> Option<CoverageConfig> {
    let mut settings = Settings::default();
    let prefixes: &[&str] = if own { &["coverage:", ""] } else { &["coverage:"] };
    for prefix in prefixes {
        if let Some(first) = ini.first(prefix) {
            settings.begins(first);
        }
        let value = |section: &str, key: &str| ini.section(&format!("{prefix}{section}"))?.value(key);
        settings.branch |= value("run", "branch").is_some_and(|line| is_true(line.text));
        let fail_under = value("report", "fail_under").map(|line| (line.text, line.span()));
        settings.fail_under = settings.fail_under.or(fail_under);
    }
    for name in ["tool:pytest", "pytest"] {
        if let Some(pytest) = ini.section(name) {
            settings.options.extend(pytest.lines("addopts").iter().flat_map(|line| words(*line)));
        }
    }
    settings.config(problems)
}

/// Reads TOML; `own` for coverage.py's own file, whose tables need no prefix.
pub(super) fn toml(toml: &Toml<'_>, own: bool, problems: &mut Vec<Problem>) -> Option<CoverageConfig> {
    let mut settings = Settings::default();
    let prefixes: &[&[&str]] = if own { &[&["tool", "coverage"], &[]] } else { &[&["tool", "coverage"]] };
    for prefix in prefixes {
        let value = |table: &str, key: &str| {
            let path: Vec<&str> = prefix.iter().copied().chain([table, key]).collect();
            toml.get(&path)?.values.first()
        };
        if let Some(first) = toml.first(prefix) {
            settings.begins(first);
        }
        settings.branch |= value("run", "branch").is_some_and(|(text, _)| is_true(text));
        let fail_under = value("report", "fail_under").map(|(text, span)| (text.as_ref(), *span));
        settings.fail_under = settings.fail_under.or(fail_under);
    }
    for path in [&["tool", "pytest", "ini_options", "addopts"][..], &["tool", "pytest", "addopts"]] {
        let Some(addopts) = toml.get(path) else { continue };
        for (text, span) in &addopts.values {
            if addopts.list {
                settings.options.push((text, *span));
            } else {
                settings.options.extend(words(Line { text, offset: 0 }).map(|(word, _)| (word, *span)));
            }
        }
    }
    settings.config(problems)
}

impl Settings<'_> {
    fn begins(&mut self, at: Span) {
        self.at = Some(self.at.map_or(at, |known| known.min(at)));
    }

    fn config(self, problems: &mut Vec<Problem>) -> Option<CoverageConfig> {
        const OPTION: &str = "--cov-fail-under";
        let branch = self.branch || self.options.iter().any(|(word, _)| *word == "--cov-branch");
        let measure = if branch { Measure::LinesAndBranches } else { Measure::Line };
        let mut options = self.options.iter();
        let mut asked = None;
        while let Some((word, span)) = options.next() {
            match word.strip_prefix(OPTION) {
                Some("") => asked = options.next().copied(),
                Some(value) => {
                    let Some(value) = value.strip_prefix('=') else { continue };
                    let value = value.trim_start_matches(['"', '\'']);
                    // A quoted text of several words has one place for all.
                    let exact = span.length == word.len();
                    let end = Span { offset: span.end().saturating_sub(value.len()), length: value.len() };
                    asked = Some((value, if exact { end } else { *span }));
                }
                None => {}
            }
        }
        let uses_cov = asked.is_some() || self.options.iter().any(|(word, _)| is_cov(word));
        let first = self.at.or_else(|| self.options.first().filter(|_| uses_cov).map(|(_, span)| *span))?;
        let mut config = CoverageConfig::new(CoverageTool::CoveragePy, first);
        for (key, (text, span)) in
            self.fail_under.map(|value| ("fail_under", value)).into_iter().chain(asked.map(|value| (OPTION, value)))
        {
            let value = number(text);
            // coverage.py puts environment variables in.
            if value.is_none() && !text.contains('$') {
                problems.push(Problem::new(span, format!("`{key}` is `{text}`, not a number")));
            }
            config.thresholds.push(Threshold {
                measure,
                scope: Scope::Project,
                demand: value.map_or(Demand::Unknown, Demand::Percent),
                leniency: None,
                effect: if value.is_some_and(|value| value <= 0.0) { Effect::Nothing } else { Effect::Fails },
                key: key.to_owned(),
                span,
            });
        }
        config.thresholds.sort_by_key(|threshold| threshold.span);
        Some(config)
    }
}

fn is_cov(word: &str) -> bool {
    word == "--cov" || word.starts_with("--cov=") || word.starts_with("--cov-")
}

/// The booleans of `configparser`.
fn is_true(text: &str) -> bool {
    ["1", "yes", "true", "on"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Words of a line, without quotes around them.
fn words(line: Line<'_>) -> impl Iterator<Item = (&str, Span)> {
    let mut offset = line.offset;
    line.text.split_inclusive(char::is_whitespace).filter_map(move |piece| {
        let start = offset;
        offset += piece.len();
        let word = piece.trim_end();
        let bare = word.trim_start_matches(['"', '\'']);
        let start = start + word.len() - bare.len();
        let bare = bare.trim_end_matches(['"', '\'']);
        (!bare.is_empty()).then_some((bare, Span { offset: start, length: bare.len() }))
    })
}
