//! Reads `SimpleCov`'s `.resultset.json` and the `coverage.json` of its JSON formatter.
//!
//! Each file has an array with one entry a line: null for a line without code, otherwise how often it ran. Results of
//! several suites are added up by `SimpleCov`'s own rule, in which null and zero are null: a file that a suite did not
//! load has zeros on lines that hold no code.

use super::gather::{Branches, Files};
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource, Line};
use crate::model::Ratio;
use crate::parse::Parsed;
use std::collections::BTreeMap;

/// Reads a report. There is a document when there is an object `coverage`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::default();
    let problems = json::walk(text, &mut reader);
    let mut files = Files::default();
    for (path, source) in reader.sources {
        files.add(&path, source.finish());
    }
    let what = "there is no object `coverage`, so this is no report of SimpleCov";
    json::finish(problems, reader.recognized, what, reader.report, files)
}

#[derive(Default)]
struct Reader {
    report: CoverageReport,
    recognized: bool,
    sources: BTreeMap<String, Source>,
    draft: Draft,
}

/// One file in one suite.
#[derive(Default)]
struct Draft {
    lines: Vec<Option<u64>>,
    /// Line and hits by what the branch is called.
    branches: Vec<(String, u32, u64)>,
    /// Line and hits of a branch of the JSON formatter.
    branch: (Option<u32>, Option<u64>),
    methods: Vec<(String, u64)>,
}

/// One file over all suites.
#[derive(Default)]
struct Source {
    suites: u32,
    lines: Vec<Sum>,
    branches: BTreeMap<String, (u32, u64)>,
    methods: BTreeMap<String, u64>,
}

#[derive(Default, Clone, Copy)]
struct Sum {
    hits: u64,
    /// Suites that have a count for the line.
    counted: u32,
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        match path {
            [key] => !matches!(*key, "groups" | "total" | "$schema"),
            [_, "coverage", ..] | ["coverage", ..] => true,
            ["meta", key] => *key == "simplecov_version",
            _ => false,
        }
    }

    fn value(&mut self, path: &[&str], _: usize, value: Scalar<'_>) -> bool {
        let draft = &mut self.draft;
        match path {
            ["meta", "simplecov_version"] => {
                if let Scalar::Text(version) = value {
                    self.report.producer = format!("SimpleCov {version}");
                }
            }
            [_, "coverage", _, "#"] | [_, "coverage", _, "lines", "#"] | ["coverage", _, "lines", "#"] => {
                // Text is `ignored`: a line between `:nocov:` marks.
                let known = matches!(value, Scalar::Null | Scalar::Text("ignored"));
                draft.lines.push(value.hits());
                return known || value.hits().is_some();
            }
            [_, "coverage", _, "branches", condition, branch] => {
                let Some(hits) = value.hits() else { return false };
                draft.branches.push((format!("{condition} {branch}"), line_of(condition).unwrap_or(0), hits));
            }
            ["coverage", _, "branches", _, "coverage"] => draft.branch.1 = value.hits(),
            ["coverage", _, "branches", _, "report_line"] => draft.branch.0 = value.line(),
            ["coverage", _, "branches", _, "start_line"] => {
                draft.branch.0 = draft.branch.0.or(value.line());
            }
            [_, "coverage", _, "methods", method] => {
                let Some(hits) = value.hits() else { return false };
                draft.methods.push(((*method).to_owned(), hits));
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            ["coverage", _, "branches", _] => {
                if let (line, Some(hits)) = std::mem::take(&mut self.draft.branch) {
                    let name = self.draft.branches.len().to_string();
                    self.draft.branches.push((name, line.unwrap_or(0), hits));
                }
            }
            ["coverage"] | [_, "coverage"] => self.recognized = true,
            ["coverage", file] | [_, "coverage", file] => {
                self.recognized = true;
                let draft = std::mem::take(&mut self.draft);
                self.sources.entry((*file).to_owned()).or_default().add(draft);
            }
            _ => {}
        }
    }
}

impl Source {
    fn add(&mut self, draft: Draft) {
        self.suites = self.suites.saturating_add(1);
        if self.lines.len() < draft.lines.len() {
            self.lines.resize(draft.lines.len(), Sum::default());
        }
        for (sum, hits) in self.lines.iter_mut().zip(draft.lines) {
            if let Some(hits) = hits {
                sum.hits = sum.hits.saturating_add(hits);
                sum.counted = sum.counted.saturating_add(1);
            }
        }
        for (name, line, hits) in draft.branches {
            let branch = self.branches.entry(name).or_insert((line, 0));
            branch.1 = branch.1.saturating_add(hits);
        }
        for (name, hits) in draft.methods {
            let sum = self.methods.entry(name).or_default();
            *sum = sum.saturating_add(hits);
        }
    }

    fn finish(self) -> CoveredSource {
        let mut source = CoveredSource::default();
        for (number, sum) in (1..).zip(&self.lines) {
            if sum.hits > 0 || sum.counted == self.suites {
                source.lines.push(Line::new(number, sum.hits));
            }
        }
        for hits in self.methods.values() {
            source.functions += Ratio { covered: (*hits > 0).into(), total: 1 };
        }
        let mut branches = Branches::default();
        for (line, hits) in self.branches.values() {
            branches.push(*line, *hits > 0);
        }
        branches.settle(&mut source);
        source
    }
}

/// The first line of a condition, which is written `[:if, 0, 3, 6, 3, 20]`: kind, number, lines and columns.
fn line_of(condition: &str) -> Option<u32> {
    condition.split(',').nth(2)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn suites_are_added_up_by_line_and_branch() {
        let text = r#"{"RSpec": {"coverage": {"/a.rb": {"lines": [null, 1, 0, 0, null],
            "branches": {"[:if, 0, 3, 4, 5, 7]": {"[:then, 1, 4, 6, 4, 9]": 0, "[:else, 2, 3, 4, 5, 7]": 2}},
            "methods": {"[\"A\", :x, 1, 2, 3, 4]": 0}}}, "timestamp": 1},
            "Cucumber": {"coverage": {"/a.rb": {"lines": [0, 1, 0, 2, null],
            "branches": {"[:if, 0, 3, 4, 5, 7]": {"[:then, 1, 4, 6, 4, 9]": 0, "[:else, 2, 3, 4, 5, 7]": 0}}},
            "/old.rb": [1, 0, null]}, "timestamp": 2}}"#;
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let lines: Vec<_> = report.files[0].lines.iter().map(|line| (line.number, line.hits())).collect();
        assert_eq!(lines, [(2, 2), (3, 0), (4, 2)], "null and zero are null");
        assert_eq!(report.files[0].lines.branches_at(3), Some(ratio(1, 2)));
        assert_eq!((report.files[1].line(), report.totals().function), (ratio(1, 2), ratio(0, 1)));
    }

    #[test]
    fn the_json_formatter_is_read_too() {
        let text = r#"{"meta": {"simplecov_version": "0.22.0"}, "coverage": {"/a.rb": {
            "lines": [null, 1, 0, "ignored"], "branches": [
            {"type": "then", "start_line": 3, "end_line": 3, "coverage": 1, "inline": false, "report_line": 2},
            {"type": "else", "start_line": 5, "end_line": 5, "coverage": 0, "inline": false, "report_line": 2}]}},
            "groups": {"x": {"lines": {"covered_percent": 1}}}}"#;
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        assert_eq!(report.producer, "SimpleCov 0.22.0");
        assert_eq!((report.totals().line, report.totals().branch), (ratio(1, 2), ratio(1, 2)));
        assert_eq!(report.files[0].lines.branches_at(2), Some(ratio(1, 2)));
    }

    #[test]
    fn what_is_cut_or_something_else_is_told() {
        let cut = parse(r#"{"RSpec": {"coverage": {"/a.rb": [1], "/b.rb": [1, nul"#);
        assert_eq!((cut.document.unwrap().files.len(), cut.problems.len()), (1, 1));
        let odd = parse(r#"{"RSpec": {"coverage": {"/a.rb": [1, "x"]}}}"#);
        assert_eq!((odd.document.unwrap().totals().line, odd.problems.len()), (ratio(1, 1), 1));
        for text in ["{}", "[]", "{\"a\": 1}"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
    }
}
