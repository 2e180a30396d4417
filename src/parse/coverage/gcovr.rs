//! Reads gcovr's JSON (`--json`) and its summary (`--json-summary`).
//!
//! Lines marked `gcovr/excluded` or `gcovr/noncode`, and functions so marked, are left out. A line has an entry for each
//! function that it belongs to (instances of a template): it is one line, hit when one of them is. The summary has only
//! counts, so reports of one file are merged by the larger ones.

use super::gather::{Files, part};
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource, Line};
use crate::model::Ratio;
use crate::parse::Parsed;
use std::collections::BTreeMap;

/// Reads a report. There is a document when one of gcovr's format versions is named.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::default();
    let problems = json::walk(text, &mut reader);
    let mut report = CoverageReport { producer: "gcovr".to_owned(), ..CoverageReport::default() };
    report.declared.line = reader.totals.line.ratio();
    report.declared.branch = reader.totals.branch.ratio();
    report.declared.function = reader.totals.function.ratio();
    let what = "there is no `gcovr/format_version`, so this is no report of gcovr";
    json::finish(problems, reader.recognized, what, report, reader.files)
}

#[derive(Default)]
struct Reader {
    files: Files,
    recognized: bool,
    totals: Summary,
    name: String,
    draft: CoveredSource,
    summary: Summary,
    functions: BTreeMap<(String, u32), bool>,
    function: Entry,
    line: Entry,
    branch: Entry,
    /// Branches of the open line.
    branches: (u32, u32),
}

/// A line, branch or function that is read.
#[derive(Default)]
struct Entry {
    name: String,
    number: Option<u32>,
    hits: Option<u64>,
    left_out: bool,
}

#[derive(Default)]
struct Summary {
    line: Count,
    branch: Count,
    function: Count,
}

#[derive(Default)]
struct Count {
    covered: Option<u64>,
    total: Option<u64>,
}

impl Count {
    fn ratio(&self) -> Option<Ratio> {
        Some(part(self.covered?, self.total?))
    }
}

impl Summary {
    fn set(&mut self, key: &str, value: Scalar<'_>) -> bool {
        let Some((metric, field)) = key.split_once('_') else { return true };
        let count = match metric {
            "line" => &mut self.line,
            "branch" => &mut self.branch,
            "function" => &mut self.function,
            _ => return true,
        };
        let field = match field {
            "covered" => &mut count.covered,
            "total" => &mut count.total,
            _ => return true,
        };
        *field = value.count();
        field.is_some()
    }
}

impl Entry {
    fn set(&mut self, key: &str, value: Scalar<'_>) -> bool {
        match (key, value) {
            ("name", Scalar::Text(name)) => name.clone_into(&mut self.name),
            ("line_number" | "lineno", _) => self.number = value.line(),
            ("count" | "execution_count", _) => {
                self.hits = value.hits();
                return self.hits.is_some();
            }
            ("gcovr/excluded" | "gcovr/noncode", Scalar::Bool(true)) => self.left_out = true,
            _ => {}
        }
        true
    }
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        match path {
            [key] | ["files", _, key] => !matches!(*key, "root" | "gcovr/data_sources"),
            ["files", _, "lines" | "functions", _, key] => !key.contains("data_sources") && *key != "conditions",
            ["files", _, "lines", _, "branches", _, _] => true,
            _ => false,
        }
    }

    fn value(&mut self, path: &[&str], _: usize, value: Scalar<'_>) -> bool {
        match path {
            ["gcovr/format_version" | "gcovr/summary_format_version"] => self.recognized = true,
            [key] => return self.totals.set(key, value),
            ["files", _, "file" | "filename"] => {
                let Scalar::Text(name) = value else { return false };
                name.clone_into(&mut self.name);
            }
            ["files", _, key] => return self.summary.set(key, value),
            ["files", _, "lines", _, key] => return self.line.set(key, value),
            ["files", _, "lines", _, "branches", _, key] => return self.branch.set(key, value),
            ["files", _, "functions", _, key] => return self.function.set(key, value),
            _ => {}
        }
        true
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            ["files", _, "lines", _, "branches", _] => {
                let branch = std::mem::take(&mut self.branch);
                if let Some(hits) = branch.hits.filter(|_| !branch.left_out) {
                    self.branches.0 += u32::from(hits > 0);
                    self.branches.1 += 1;
                }
            }
            ["files", _, "lines", _] => {
                let line = std::mem::take(&mut self.line);
                let (branches_taken, branches) = std::mem::take(&mut self.branches);
                if let (Some(number), Some(hits), false) = (line.number, line.hits, line.left_out) {
                    self.draft.lines.push_with(Line::new(number, hits), branches_taken, branches);
                }
            }
            ["files", _, "functions", _] => {
                let function = std::mem::take(&mut self.function);
                if let (Some(hits), false) = (function.hits, function.left_out) {
                    let key = (function.name, function.number.unwrap_or(0));
                    *self.functions.entry(key).or_default() |= hits > 0;
                }
            }
            ["files", _] => {
                let (mut draft, summary) = (std::mem::take(&mut self.draft), std::mem::take(&mut self.summary));
                for ran in std::mem::take(&mut self.functions).into_values() {
                    draft.functions += Ratio { covered: ran.into(), total: 1 };
                }
                draft.claimed_lines = summary.line.ratio();
                if draft.claimed_lines.is_some() {
                    draft.branches = summary.branch.ratio().unwrap_or_default();
                    draft.functions = summary.function.ratio().unwrap_or_default();
                }
                self.files.add(&std::mem::take(&mut self.name), draft);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    #[test]
    fn excluded_lines_do_not_count_and_instances_of_a_template_are_one_line() {
        let text = r#"{"gcovr/format_version": "0.13", "files": [{"file": "a.cpp", "lines": [
            {"line_number": 1, "function_name": "f<int>", "count": 0, "branches": [], "gcovr/md5": "x"},
            {"line_number": 1, "function_name": "f<char>", "count": 2, "branches": [
                {"count": 1, "fallthrough": true, "throw": false}, {"count": 0, "fallthrough": false, "throw": false}]},
            {"line_number": 2, "count": 0, "branches": [{"count": 0}], "gcovr/excluded": true},
            {"line_number": 3, "count": 0, "branches": [], "gcovr/noncode": true},
            {"line_number": 4, "count": 0, "branches": [], "conditions": [{"count": 2, "covered": 2}]}],
            "functions": [{"name": "_Z1f", "lineno": 1, "execution_count": 2}, {"name": "g", "lineno": 4,
            "execution_count": 0}, {"name": "h", "lineno": 9, "execution_count": 0, "gcovr/excluded": true}]}]}"#;
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let totals = parsed.document.unwrap().totals();
        assert_eq!((totals.line, totals.branch, totals.function), (ratio(1, 2), ratio(1, 2), ratio(1, 2)));
    }

    #[test]
    fn a_summary_has_counts_only() {
        let text = r#"{"gcovr/summary_format_version": "0.6", "root": ".", "line_covered": 3, "line_total": 4,
            "branch_covered": 0, "branch_total": 0, "line_percent": 75.0, "files": [{"filename": "a.c",
            "line_covered": 3, "line_total": 4, "line_percent": 75.0, "branch_covered": 0, "branch_total": 0,
            "branch_percent": null, "function_covered": 1, "function_total": 1, "function_percent": 100.0}]}"#;
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        assert_eq!((report.totals().line, report.totals().function), (ratio(3, 4), ratio(1, 1)));
        assert_eq!(report.declared.line, Some(ratio(3, 4)));
    }

    #[test]
    fn what_names_no_version_is_no_report() {
        for text in ["{\"files\": []}", "", "[]"] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
        let cut = parse(r#"{"gcovr/format_version": "0.5", "files": [{"file": "a", "lines": []}, {"file": "b""#);
        assert_eq!((cut.document.unwrap().files.len(), cut.problems.len()), (1, 1));
    }
}
