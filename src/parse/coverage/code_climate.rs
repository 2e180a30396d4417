//! Reads the JSON of Code Climate's test reporter (`format-coverage`): for each of `source_files` the coverage, one entry a
//! line, null where there is no code. The reporter writes it as the text of a JSON array, `ReportGenerator` as the array.
//!
//! `line_counts` declares covered and missed lines; its `total` is left alone, for some writers count in it every line of
//! the file.

use super::gather::Files;
use super::json::{self, Listener, Scalar};
use super::{CoverageReport, CoveredSource, Line};
use crate::model::Ratio;
use crate::parse::Parsed;

/// Reads a report. There is a document when there is an array `source_files`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut reader = Reader::default();
    let problems = json::walk(text, &mut reader);
    let mut report = CoverageReport::default();
    if let [Some(covered), Some(missed)] = reader.counts {
        report.declared.line = Some(Ratio { covered, total: covered.saturating_add(missed) });
    }
    let what = "there is no array `source_files`, so this is no coverage for Code Climate";
    json::finish(problems, reader.recognized, what, report, reader.files)
}

#[derive(Default)]
struct Reader {
    files: Files,
    recognized: bool,
    name: String,
    draft: CoveredSource,
    /// Lines that are covered and that are missed, as declared for all files.
    counts: [Option<u64>; 2],
}

impl Reader {
    fn line(&mut self, index: usize, value: Scalar<'_>) -> bool {
        if value == Scalar::Null {
            return true;
        }
        let (Some(hits), Ok(number)) = (value.hits(), u32::try_from(index + 1)) else { return false };
        self.draft.lines.push(Line::new(number, hits));
        true
    }
}

impl Listener for Reader {
    fn wants(&self, path: &[&str]) -> bool {
        match path {
            ["source_files" | "line_counts"] => true,
            ["line_counts", key] => matches!(*key, "covered" | "missed"),
            ["source_files", _, key] => matches!(*key, "name" | "coverage"),
            _ => false,
        }
    }

    fn value(&mut self, path: &[&str], index: usize, value: Scalar<'_>) -> bool {
        match path {
            ["line_counts", key] => {
                let [covered, missed] = &mut self.counts;
                *if *key == "covered" { covered } else { missed } = value.count();
                value.count().is_some()
            }
            ["source_files", _, "name"] => {
                let Scalar::Text(name) = value else { return false };
                name.clone_into(&mut self.name);
                true
            }
            ["source_files", _, "coverage", "#"] => self.line(index, value),
            ["source_files", _, "coverage"] => {
                let Scalar::Text(text) = value else { return value == Scalar::Null };
                let Ok(hits) = serde_json::from_str::<Vec<Option<u64>>>(text) else { return false };
                let lines = hits.into_iter().zip(1..);
                self.draft.lines.extend(lines.filter_map(|(hits, number)| Some(Line::new(number, hits?))));
                true
            }
            _ => true,
        }
    }

    fn end(&mut self, path: &[&str]) {
        match path {
            ["source_files"] => self.recognized = true,
            ["source_files", _] => {
                self.recognized = true;
                self.files.add(&std::mem::take(&mut self.name), std::mem::take(&mut self.draft));
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
    fn lines_are_an_array_or_its_text_and_the_total_of_all_lines_is_not_believed() {
        for coverage in ["[null, 3, 0, null]", "\"[null,3,0,null]\""] {
            let text = format!(
                r#"{{"ci_service": {{}}, "line_counts": {{"missed": 1, "covered": 1, "total": 4}}, "source_files": [
                {{"blob_id": "1", "coverage": {coverage}, "line_counts": {{"total": 4}}, "name": "a.rb"}}]}}"#
            );
            let parsed = parse(&text);
            assert_eq!(parsed.problems, [], "{coverage}");
            let report = parsed.document.unwrap();
            let line = Ratio { covered: 1, total: 2 };
            assert_eq!((report.totals().line, report.declared.line), (line, Some(line)), "{coverage}");
            assert_eq!(report.files[0].lines.iter().map(|l| l.number).collect::<Vec<_>>(), [2, 3], "{coverage}");
        }
    }

    #[test]
    fn what_is_cut_or_something_else_is_told() {
        for (text, files) in [
            (r#"{"source_files": [{"name": "a", "coverage": [1]}, {"name": "b", "coverage": [1"#, Some(1)),
            (r#"{"source_files": [{"name": "a", "coverage": "[1, x]"}]}"#, Some(1)),
            (r#"{"source_files": [{"name": "a", "coverage": {}}]}"#, Some(1)),
            ("{\"ci_service\": {}}", None),
        ] {
            let parsed = parse(text);
            assert_eq!(parsed.document.map(|report| report.files.len()), files, "{text}");
            assert!(!parsed.problems.is_empty() || text.contains("{}}]"), "{text}");
        }
    }
}
