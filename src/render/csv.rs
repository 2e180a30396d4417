use crate::model::{Ratio, Report, Status};

/// The tables that a report can be written as.
pub const TABLES: [&str; 4] = ["findings", "tests", "coverage", "files"];

/// One table of a report as CSV (RFC 4180, with a heading); `None` where there is no such table.
///
/// A field that a spreadsheet would take for a formula begins with an apostrophe instead, because names in it come from
/// files that anybody may have written.
pub fn csv(report: &Report, table: &str) -> Option<String> {
    let mut out = String::new();
    match table {
        "findings" => {
            row(&mut out, &["level", "status", "rule", "family", "file", "line", "column", "path", "message", "fix"]);
            for finding in &report.findings {
                let place = &finding.place;
                let status = match finding.status {
                    Status::New => "new",
                    Status::Known => "known",
                    Status::Waived => "waived",
                };
                row(
                    &mut out,
                    &[
                        finding.level.word(),
                        status,
                        &finding.rule,
                        finding.family.word(),
                        &place.file,
                        &place.line.to_string(),
                        &place.column.to_string(),
                        &place.path,
                        &finding.message,
                        &finding.fix.text,
                    ],
                );
            }
        }
        "tests" => {
            row(&mut out, &["suite", "file", "tests", "passed", "failed", "errors", "skipped", "flaky", "seconds"]);
            for suite in report.tests.iter().flat_map(|tests| &tests.suites) {
                let counts = suite.counts;
                let numbers = [counts.total, counts.passed, counts.failed, counts.errors, counts.skipped, counts.flaky];
                let numbers = numbers.map(|number| number.to_string());
                let mut fields = vec![suite.name.as_str(), suite.file.as_str()];
                fields.extend(numbers.iter().map(String::as_str));
                let seconds = counts.seconds.to_string();
                fields.push(&seconds);
                row(&mut out, &fields);
            }
        }
        "coverage" => {
            row(&mut out, &["file", "lines", "lines hit", "branches", "branches hit", "functions", "functions hit"]);
            for file in report.coverage.iter().flat_map(|coverage| &coverage.files) {
                let [lines, branches, functions] = [Some(file.line), file.branch, file.function].map(both);
                row(&mut out, &[&file.path, &lines.0, &lines.1, &branches.0, &branches.1, &functions.0, &functions.1]);
            }
        }
        "files" => {
            row(&mut out, &["path", "kind", "producer", "bytes", "sha256", "status", "note"]);
            for file in &report.files {
                let bytes = file.bytes.to_string();
                let status = file.status.word();
                row(
                    &mut out,
                    &[&file.path, file.kind.word(), &file.producer, &bytes, &file.sha256, status, &file.note],
                );
            }
        }
        _ => return None,
    }
    Some(out)
}

/// All and hit; empty where it was not measured.
fn both(ratio: Option<Ratio>) -> (String, String) {
    ratio.map_or_else(Default::default, |ratio| (ratio.total.to_string(), ratio.covered.to_string()))
}

fn row(out: &mut String, fields: &[&str]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if formula || field.contains(['"', ',', '\n', '\r']) {
            out.push('"');
            if formula {
                out.push('\'');
            }
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn fields_are_quoted_where_they_must_be_and_are_never_formulas() {
        for (field, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=cmd|'/c calc'!A0", "\"'=cmd|'/c calc'!A0\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\tx", "\"'\tx\""),
            ("", ""),
        ] {
            let mut out = String::new();
            row(&mut out, &[field, "z"]);
            assert_eq!(out, format!("{expected},z\r\n"));
        }
    }
}
