//! Reads the JSON that is sent to Coveralls: for each of `source_files` an array with one entry a line, null where there
//! is no code, and a flat list of branches, four numbers each: line, block, branch, hits.

use super::gather::{Branches, Files};
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource, Line};
use crate::model::Ratio;
use crate::parse::Parsed;

/// Reads a report. There is a document when there is an array `source_files`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::default();
    let problems = json::walk(text, &mut reader);
    let what = "there is no array `source_files`, so this is no report for Coveralls";
    json::finish(problems, reader.recognized, what, CoverageReport::default(), reader.files)
}

#[derive(Default)]
struct Reader {
    files: Files,
    recognized: bool,
    name: String,
    draft: CoveredSource,
    branches: Branches,
    /// Line, block and branch of the branch that is read.
    row: [u64; 3],
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        match path {
            ["source_files"] => true,
            ["source_files", _, key] => matches!(*key, "name" | "coverage" | "branches" | "functions"),
            ["source_files", _, "functions", _, key] => *key == "exec",
            _ => false,
        }
    }

    fn value(&mut self, path: &[&str], index: usize, value: Scalar<'_>) -> bool {
        match path {
            ["source_files", _, "name"] => {
                let Scalar::Text(name) = value else { return false };
                name.clone_into(&mut self.name);
            }
            ["source_files", _, "coverage", "#"] if value == Scalar::Null => {}
            ["source_files", _, "coverage", "#"] => {
                let (Some(hits), Ok(number)) = (value.hits(), u32::try_from(index + 1)) else { return false };
                self.draft.lines.push(Line::new(number, hits));
            }
            ["source_files", _, "branches", "#"] => {
                let Some(number) = value.hits() else { return false };
                let [line, block, branch] = self.row;
                if let Some(cell) = self.row.get_mut(index % 4) {
                    *cell = number;
                } else {
                    let line = u32::try_from(line).unwrap_or(u32::MAX);
                    self.branches.add(line, (block << 32) | (branch & 0xFFFF_FFFF), number > 0);
                }
            }
            // What grcov adds in its format `coveralls+`.
            ["source_files", _, "functions", _, "exec"] => {
                let Scalar::Bool(ran) = value else { return false };
                self.draft.functions += Ratio { covered: ran.into(), total: 1 };
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            ["source_files"] => self.recognized = true,
            ["source_files", _] => {
                self.recognized = true;
                let mut draft = std::mem::take(&mut self.draft);
                self.branches.settle(&mut draft);
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

    #[test]
    fn lines_count_from_one_and_branches_are_groups_of_four() {
        let text = r#"{"service_name": "x", "repo_token": "secret", "git": {"head": {"id": "1"}}, "source_files": [
            {"name": "a.c", "source_digest": "d", "coverage": [null, 3, 0, null],
             "branches": [2, 0, 0, 1, 2, 0, 1, 0, 2, 0, 1, 5, 3, 1], "functions": [{"name": "f", "start": 2, "exec": true}]},
            {"coverage": [1], "name": "b.c"}]}"#;
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let ratio = |covered, total| Ratio { covered, total };
        let totals = report.totals();
        assert_eq!((totals.line, totals.branch, totals.function), (ratio(2, 3), ratio(2, 2), ratio(1, 1)));
        assert_eq!(report.files[0].lines.branches_at(2), Some(ratio(2, 2)));
    }

    #[test]
    fn what_is_cut_or_something_else_is_told() {
        let cut = parse(r#"{"source_files": [{"name": "a", "coverage": [1]}, {"name": "b", "coverage": [1"#);
        assert_eq!((cut.document.unwrap().files.len(), cut.problems.len()), (1, 1));
        for text in ["{}", "{\"source_files\": 1}", ""] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
    }
}
