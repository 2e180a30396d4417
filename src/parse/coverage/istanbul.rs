//! Reads Istanbul's `coverage-final.json`: for each file the places of its statements, functions and branches, and how
//! often each ran.
//!
//! As in istanbul-lib-coverage a line is one where a statement starts, hit as often as the one of them that ran most;
//! each way of each branch counts, and lies where the branch does.

use super::gather::{Branches, Files};
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource, Line};
use crate::model::Ratio;
use crate::parse::Parsed;
use std::collections::BTreeMap;

/// Reads a report. There is a document when at least one file has counts.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::default();
    let problems = json::walk(text, &mut reader);
    let what = "no file has the counts `s`, `f` and `b`, so this is no report of Istanbul";
    json::finish(problems, reader.recognized, what, CoverageReport::default(), reader.files)
}

#[derive(Default)]
struct Reader {
    files: Files,
    recognized: bool,
    draft: Draft,
}

/// One file; places and counts come in any order and are joined by their keys.
#[derive(Default)]
struct Draft {
    has_counts: bool,
    statement_lines: BTreeMap<String, u32>,
    statements: Vec<(String, u64)>,
    branch_lines: BTreeMap<String, u32>,
    branches: Vec<(String, bool)>,
    functions: Ratio,
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        match path {
            [_] | [_, "s" | "f" | "b" | "statementMap" | "branchMap", _] => true,
            [_, key] => matches!(*key, "statementMap" | "branchMap" | "s" | "f" | "b"),
            [_, "statementMap", _, key] | [_, "branchMap", _, "loc", key] => *key == "start",
            [_, "branchMap", _, key] => matches!(*key, "loc" | "line"),
            [_, "statementMap", _, "start", key] | [_, "branchMap", _, "loc", "start", key] => *key == "line",
            _ => false,
        }
    }

    fn value(&mut self, path: &[&str], _: usize, value: Scalar<'_>) -> bool {
        let draft = &mut self.draft;
        match path {
            // Places that a source map could not find are null.
            [_, "statementMap" | "branchMap", ..] if value == Scalar::Null => {}
            [_, "statementMap", id, "start", "line"] => {
                let Some(line) = value.line() else { return false };
                draft.statement_lines.insert((*id).to_owned(), line);
            }
            [_, "branchMap", id, "line"] => {
                let Some(line) = value.line() else { return false };
                draft.branch_lines.entry((*id).to_owned()).or_insert(line);
            }
            [_, "branchMap", id, "loc", "start", "line"] => {
                let Some(line) = value.line() else { return false };
                draft.branch_lines.insert((*id).to_owned(), line);
            }
            [_, "s", id] => {
                let Some(hits) = value.hits() else { return false };
                draft.statements.push(((*id).to_owned(), hits));
            }
            [_, "f", _] => {
                let Some(hits) = value.hits() else { return false };
                draft.functions += Ratio { covered: (hits > 0).into(), total: 1 };
            }
            [_, "b", id, "#"] => {
                let Some(hits) = value.hits() else { return false };
                draft.branches.push(((*id).to_owned(), hits > 0));
            }
            _ => {}
        }
        true
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            [_, "s" | "f" | "b"] => self.draft.has_counts = true,
            [file] => {
                let draft = std::mem::take(&mut self.draft);
                if draft.has_counts {
                    self.recognized = true;
                    self.files.add(file, draft.source());
                }
            }
            _ => {}
        }
    }
}

impl Draft {
    fn source(self) -> CoveredSource {
        let mut source = CoveredSource { functions: self.functions, ..CoveredSource::default() };
        for (id, hits) in &self.statements {
            source.statements += Ratio { covered: (*hits > 0).into(), total: 1 };
            if let Some(number) = self.statement_lines.get(id) {
                source.lines.push(Line::new(*number, *hits));
            }
        }
        let mut branches = Branches::default();
        for (id, taken) in &self.branches {
            branches.push(self.branch_lines.get(id).copied().unwrap_or(0), *taken);
        }
        branches.settle(&mut source);
        source
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    #[test]
    fn statements_lines_functions_and_branches_are_counted_apart() {
        let place = |line: u32| format!(r#"{{"start":{{"line":{line},"column":0}},"end":{{"line":9,"column":1}}}}"#);
        let text = format!(
            r#"{{"/a.js":{{"path":"/a.js","s":{{"0":3,"1":0,"2":0,"3":1}},
            "statementMap":{{"0":{},"1":{},"2":{},"3":{{"start":{{"line":null}}}}}},
            "fnMap":{{"0":{{"name":"f","line":1}}}},"f":{{"0":1,"1":0}},
            "branchMap":{{"0":{{"loc":{},"line":99,"locations":[{}]}},"1":{{"line":4}}}},"b":{{"0":[1,0],"1":[0,0,2]}},
            "inputSourceMap":{{"sources":["a"]}},"hash":"x"}}}}"#,
            place(1),
            place(1),
            place(4),
            place(4),
            place(7)
        );
        let parsed = parse(&text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let totals = report.totals();
        let ratio = |covered, total| Ratio { covered, total };
        assert_eq!((totals.statement, totals.line), (ratio(2, 4), ratio(1, 2)));
        assert_eq!((totals.function, totals.branch), (ratio(1, 2), ratio(2, 5)));
        assert_eq!(report.files[0].lines.branches_at(4), Some(ratio(2, 5)));
        assert_eq!(report.files[0].at(1).unwrap().hits(), 3);
    }

    #[test]
    fn what_has_no_counts_is_no_report() {
        for text in [r#"{"a": {"path": "a"}}"#, r#"{"a.js": {"lineData": [null, 1]}}"#, "{}", "[]", "{"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
        let cut = parse(r#"{"a": {"s": {"0": 1}}, "b": {"s": {"0": 1"#);
        assert_eq!((cut.document.unwrap().files.len(), cut.problems.len()), (1, 1));
    }
}
