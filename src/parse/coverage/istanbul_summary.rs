//! Reads Istanbul's `coverage-summary.json`: for each file, and for `total`, how many lines, statements, functions and
//! branches are covered. Which ones is not said, so reports of one file are merged by the larger counts.

use super::gather::{Files, part};
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource};
use crate::model::Ratio;
use crate::parse::Parsed;

/// Reads a report. There is a document when there is a `total` or a file with counts.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::default();
    let problems = json::walk(text, &mut reader);
    let what = "nothing has counts of lines, so this is no summary of Istanbul";
    json::finish(problems, reader.recognized, what, reader.report, reader.files)
}

#[derive(Default)]
struct Reader {
    report: CoverageReport,
    files: Files,
    recognized: bool,
    metric: (Option<u64>, Option<u64>),
    draft: Draft,
}

#[derive(Default)]
struct Draft {
    line: Option<Ratio>,
    statement: Option<Ratio>,
    function: Option<Ratio>,
    branch: Option<Ratio>,
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        match path {
            [_] => true,
            [_, metric] => matches!(*metric, "lines" | "statements" | "functions" | "branches"),
            [_, _, key] => matches!(*key, "total" | "covered"),
            _ => false,
        }
    }

    fn value(&mut self, path: &[&str], _: usize, value: Scalar<'_>) -> bool {
        let field = match path {
            [_, _, "covered"] => &mut self.metric.0,
            [_, _, "total"] => &mut self.metric.1,
            _ => return true,
        };
        *field = value.count();
        field.is_some()
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            [_, metric] => {
                let (Some(covered), Some(total)) = std::mem::take(&mut self.metric) else { return };
                let field = match *metric {
                    "lines" => &mut self.draft.line,
                    "statements" => &mut self.draft.statement,
                    "functions" => &mut self.draft.function,
                    _ => &mut self.draft.branch,
                };
                *field = Some(part(covered, total));
            }
            [file] => {
                let draft = std::mem::take(&mut self.draft);
                if draft.line.is_none() && draft.statement.is_none() {
                    return;
                }
                self.recognized = true;
                if *file == "total" {
                    let declared = &mut self.report.declared;
                    declared.line = draft.line;
                    declared.statement = draft.statement;
                    declared.function = draft.function;
                    declared.branch = draft.branch;
                    self.report.declared_whole = true;
                    return;
                }
                let source = CoveredSource {
                    claimed_lines: draft.line,
                    statements: draft.statement.unwrap_or_default(),
                    functions: draft.function.unwrap_or_default(),
                    branches: draft.branch.unwrap_or_default(),
                    ..CoveredSource::default()
                };
                self.files.add(file, source);
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
    fn counts_are_those_of_total_and_the_files_have_their_own() {
        let metric =
            |covered: &str, total: u32| format!(r#"{{"total":{total},"covered":{covered},"skipped":0,"pct":1}}"#);
        let text = format!(
            r#"{{"total":{{"lines":{},"statements":{},"functions":{},"branches":{},
            "branchesTrue":{{"total":0,"covered":0,"pct":"Unknown"}}}},"/a.js":{{"lines":{},"functions":{}}}}}"#,
            metric("3", 5),
            metric("4", 6),
            metric("1", 2),
            metric("0", 0),
            metric("2.9", 4),
            metric("9", 2)
        );
        let parsed = parse(&text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let ratio = |covered, total| Ratio { covered, total };
        let totals = report.totals();
        assert_eq!((totals.line, totals.statement, totals.function), (ratio(3, 5), ratio(4, 6), ratio(1, 2)));
        assert_eq!((report.files[0].line(), report.files[0].functions), (ratio(2, 4), ratio(2, 2)));
        assert_eq!(report.unplaced().line, ratio(1, 1));
    }

    #[test]
    fn files_are_summed_up_where_there_is_no_total() {
        let text = r#"{"a": {"lines": {"total": 2, "covered": 1}}, "b": {"lines": {"total": 2, "covered": 2}}}"#;
        assert_eq!(parse(text).document.unwrap().totals().line, Ratio { covered: 3, total: 4 });
        for text in ["{}", "{\"total\": 1}", "x"] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
    }
}
