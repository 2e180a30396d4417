//! Reads Codecov's custom JSON: for each file its lines by number, or an array whose entry 0 is unused.
//!
//! A count is a number of hits and null is a line without code. A share such as `"1/2"`, or `true` in old reports, is a
//! partial line, which Codecov counts apart from hits; so here it is a line that is not covered.

use super::gather::{Files, hits};
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource, Line};
use crate::parse::Parsed;

/// Reads a report. There is a document when there is an object `coverage`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::default();
    let problems = json::walk(text, &mut reader);
    let what = "there is no object `coverage`, so this is no report for Codecov";
    json::finish(problems, reader.recognized, what, CoverageReport::default(), reader.files)
}

#[derive(Default)]
struct Reader {
    files: Files,
    recognized: bool,
    draft: CoveredSource,
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        path.first() == Some(&"coverage") && path.len() <= 3
    }

    fn value(&mut self, path: &[&str], index: usize, value: Scalar<'_>) -> bool {
        let number = match path {
            ["coverage", _, "#"] => u32::try_from(index).ok(),
            ["coverage", _, number] => number.parse().ok(),
            _ => return path.len() != 1,
        };
        let hits = match value {
            Scalar::Null => return true,
            Scalar::Bool(true) => Some(0),
            Scalar::Text(share) => match share.split_once('/') {
                Some((taken, all)) => whole(taken, all),
                None => hits(share),
            },
            _ => value.hits(),
        };
        let (Some(number), Some(hits)) = (number, hits) else { return false };
        self.draft.lines.push(Line::new(number, hits));
        true
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            ["coverage"] => self.recognized = true,
            ["coverage", file] => {
                self.recognized = true;
                self.files.add(file, std::mem::take(&mut self.draft));
            }
            _ => {}
        }
    }
}

/// One hit when all of a line ran.
fn whole(taken: &str, all: &str) -> Option<u64> {
    let (taken, all) = (taken.trim().parse::<u64>().ok()?, all.trim().parse::<u64>().ok()?);
    Some((taken > 0 && taken >= all).into())
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    #[test]
    fn partial_lines_are_not_covered_and_both_shapes_are_read() {
        let text = r#"{"coverage": {"a.rs": {"1": 0, "2": 3, "3": "1/2", "4": "2/2", "6": null, "9": "0/1", "10": "5"},
            "b.py": [null, 1, 0, null, true, 7]}, "messages": {"b.py": {"1": "x"}}}"#;
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let lines = |index: usize| -> Vec<_> {
            report.files[index].lines.iter().filter(|line| line.is_hit()).map(|line| line.number).collect()
        };
        assert_eq!((lines(0), lines(1)), (vec![2, 4, 10], vec![1, 5]));
        assert_eq!(report.totals().line, Ratio { covered: 5, total: 10 });
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let parsed = parse(r#"{"coverage": {"a": {"x": 1, "2": "half", "3": 1}}}"#);
        assert_eq!(parsed.problems.len(), 1);
        assert_eq!(parsed.document.unwrap().totals().line, Ratio { covered: 1, total: 1 });
        for text in ["{}", "{\"coverage\": 70.3}", "[]", ""] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
    }
}
