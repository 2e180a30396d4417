//! Reads coverage.py's JSON report (`coverage json`).
//!
//! How many lines there are is said by each file's `summary`, for `executed_lines` also names lines that ran and are no
//! statements (docstrings); which lines ran is said by the lists. A branch is a pair of `executed_branches` or
//! `missing_branches`, on the line where it leaves; old versions have only the counts of branches.

use super::gather::{Branches, Files, part};
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource, Line};
use crate::model::Ratio;
use crate::parse::Parsed;

/// Reads a report. There is a document when there is an object `files`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::default();
    let problems = json::walk(text, &mut reader);
    let mut report = reader.report;
    report.declared.line = reader.totals.line();
    report.declared.branch = reader.totals.branch();
    let what = "there is no object `files`, so this is no report of coverage.py";
    json::finish(problems, reader.recognized, what, report, reader.files)
}

#[derive(Default)]
struct Reader {
    report: CoverageReport,
    files: Files,
    recognized: bool,
    totals: Summary,
    draft: CoveredSource,
    branches: Branches,
    summary: Summary,
}

#[derive(Default)]
struct Summary {
    covered_lines: Option<u64>,
    num_statements: Option<u64>,
    covered_branches: Option<u64>,
    num_branches: Option<u64>,
}

impl Summary {
    fn set(&mut self, key: &str, value: Scalar<'_>) -> bool {
        let field = match key {
            "covered_lines" => &mut self.covered_lines,
            "num_statements" => &mut self.num_statements,
            "covered_branches" => &mut self.covered_branches,
            "num_branches" => &mut self.num_branches,
            _ => return true,
        };
        *field = value.count();
        field.is_some()
    }

    fn line(&self) -> Option<Ratio> {
        Some(part(self.covered_lines?, self.num_statements?))
    }

    fn branch(&self) -> Option<Ratio> {
        Some(part(self.covered_branches?, self.num_branches?))
    }
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        match path {
            ["meta" | "files" | "totals"] | ["files" | "totals", _] | ["files", _, "summary", _] => true,
            ["meta", key] => *key == "version",
            ["files", _, key] => matches!(
                *key,
                "executed_lines" | "missing_lines" | "executed_branches" | "missing_branches" | "summary"
            ),
            _ => false,
        }
    }

    fn value(&mut self, path: &[&str], index: usize, value: Scalar<'_>) -> bool {
        match (path, value) {
            (["meta", ..], Scalar::Text(version)) => self.report.producer = format!("coverage.py {version}"),
            (["totals", key], _) => return self.totals.set(key, value),
            (["files", _, "summary", key], _) => return self.summary.set(key, value),
            (["files", _, list @ ("executed_lines" | "missing_lines"), _], _) => {
                let Some(number) = value.line() else { return false };
                self.draft.lines.push(Line::new(number, (*list == "executed_lines").into()));
            }
            // The line where the branch goes to is negative when that is the end of the function.
            (["files", _, list @ ("executed_branches" | "missing_branches"), _, _], _) if index == 0 => {
                let Some(number) = value.line() else { return false };
                self.branches.push(number, *list == "executed_branches");
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            ["files"] => self.recognized = true,
            ["files", file] => {
                let (mut draft, summary) = (std::mem::take(&mut self.draft), std::mem::take(&mut self.summary));
                self.branches.settle(&mut draft);
                if draft.branches.total == 0 {
                    draft.branches = summary.branch().unwrap_or_default();
                }
                draft.claimed_lines = summary.line();
                self.recognized = true;
                self.files.add(file, draft);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    #[test]
    fn counts_of_lines_come_from_the_summary_and_branches_from_the_lists() {
        let text = r#"{"meta": {"version": "7.6.1", "format": 3}, "files": {"src/a.py": {
            "executed_lines": [1, 2, 5], "missing_lines": [3], "excluded_lines": [9],
            "summary": {"covered_lines": 2, "num_statements": 3, "covered_branches": 9, "num_branches": 9},
            "executed_branches": [[2, 5]], "missing_branches": [[2, -1], [7, 8]],
            "functions": {"f": {"executed_lines": [1, 2], "summary": {"num_branches": 4}}}},
            "b.py": {"executed_lines": [], "missing_lines": [],
            "summary": {"covered_lines": 0, "num_statements": 4, "covered_branches": 1, "num_branches": 2}}},
            "totals": {"covered_lines": 3, "num_statements": 8, "covered_branches": 2, "num_branches": 5}}"#;
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        assert_eq!(report.producer, "coverage.py 7.6.1");
        let totals = report.totals();
        assert_eq!((totals.line, totals.branch), (Ratio { covered: 2, total: 7 }, Ratio { covered: 2, total: 5 }));
        assert_eq!(report.files[1].lines.len(), 4);
        assert_eq!(report.declared.branch, Some(Ratio { covered: 2, total: 5 }));
        assert_eq!(report.files[1].lines.branches_at(2), Some(Ratio { covered: 1, total: 2 }));
    }

    #[test]
    fn the_file_in_which_a_report_breaks_off_is_left_out() {
        let text = r#"{"files": {"a.py": {"executed_lines": [1]}, "b.py": {"executed_lines": [1, 2"#;
        let parsed = parse(text);
        assert_eq!(parsed.problems.len(), 1);
        let files: Vec<_> = parsed.document.unwrap().files.into_iter().map(|file| file.path).collect();
        assert_eq!(files, ["a.py"]);
        for text in ["", "[]", "{\"meta\": {}}"] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
    }

    #[test]
    fn values_of_another_kind_are_told() {
        let parsed = parse(r#"{"files": {"a.py": {"executed_lines": [1, "x"]}}}"#);
        assert!(parsed.problems[0].message.contains("files › a.py › executed_lines › #"), "{:?}", parsed.problems);
        assert_eq!(parsed.document.unwrap().totals().line, Ratio { covered: 1, total: 1 });
    }
}
