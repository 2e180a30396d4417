//! Reads `JaCoCo`'s CSV: one row a class, with counts only. The path of a file is that of its class, without the ending;
//! reports of one class are merged by the larger counts.

use super::gather::{Files, Flaws};
use super::{CoverageReport, CoveredSource};
use crate::model::{Ratio, Span};
use crate::parse::{Parsed, Problem};

const ODD_ROW: &str = "a row that has other columns than the first, or no numbers in them; it was left out";

/// Reads a report. There is a document when the first row names the columns `CLASS` and `INSTRUCTION_MISSED`.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut flaws = Flaws::default();
    let mut files = Files::default();
    let mut columns: Option<Vec<String>> = None;
    let mut offset = text.len() - text.trim_start_matches('\u{feff}').len();
    for line in text.get(offset..).unwrap_or("").split('\n') {
        let row = line.trim_ascii_end();
        let span = Span { offset, length: row.len() };
        offset += line.len() + 1;
        if row.is_empty() {
            continue;
        }
        let cells = cells(row);
        let Some(columns) = &columns else {
            let named = |name: &str| cells.iter().any(|cell| cell == name);
            if !(named("CLASS") && named("INSTRUCTION_MISSED")) {
                break;
            }
            columns = Some(cells);
            continue;
        };
        match source(columns, &cells) {
            Some((path, source)) if cells.len() == columns.len() => {
                files.add(&path, source);
            }
            _ => flaws.tell(span, ODD_ROW),
        }
    }
    let mut problems = flaws.into_problems();
    if columns.is_none() {
        let what = "the first row does not name JaCoCo's columns, so this is no JaCoCo CSV";
        problems.push(Problem::new(Span::default(), what));
        return Parsed { document: None, problems };
    }
    let report = CoverageReport { files: files.finish(), ..CoverageReport::default() };
    Parsed { document: Some(report), problems }
}

fn source(columns: &[String], cells: &[String]) -> Option<(String, CoveredSource)> {
    let cell = |name: &str| {
        let index = columns.iter().position(|column| column == name)?;
        cells.get(index).map(String::as_str)
    };
    let counter = |missed: &str, covered: &str| -> Option<Ratio> {
        let (missed, covered) = (cell(missed)?.trim().parse::<u64>().ok()?, cell(covered)?.trim().parse::<u64>().ok()?);
        Some(Ratio { covered, total: covered.saturating_add(missed) })
    };
    let class = cell("CLASS")?;
    let path = match cell("PACKAGE").filter(|package| !package.is_empty()) {
        Some(package) => format!("{}/{class}", package.replace('.', "/")),
        None => class.to_owned(),
    };
    let source = CoveredSource {
        instructions: counter("INSTRUCTION_MISSED", "INSTRUCTION_COVERED")?,
        branches: counter("BRANCH_MISSED", "BRANCH_COVERED")?,
        claimed_lines: Some(counter("LINE_MISSED", "LINE_COVERED")?),
        functions: counter("METHOD_MISSED", "METHOD_COVERED")?,
        ..CoveredSource::default()
    };
    Some((path, source))
}

/// The cells of a row; one in quotes may hold commas, and a quote in it is doubled.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut characters = row.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                push(&mut cells, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => push(&mut cells, character),
        }
    }
    cells
}

fn push(cells: &mut [String], character: char) {
    if let Some(cell) = cells.last_mut() {
        cell.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Ratio;

    fn ratio(covered: u64, total: u64) -> Ratio {
        Ratio { covered, total }
    }

    const HEAD: &str = "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,LINE_MISSED,\
                        LINE_COVERED,COMPLEXITY_MISSED,COMPLEXITY_COVERED,METHOD_MISSED,METHOD_COVERED";

    #[test]
    fn rows_are_added_up() {
        let text = format!(
            "{HEAD}\r\nx,org.a,\"A.new B() {{,\"\"}}\",5,107,0,6,1,33,0,13,0,7\r\nx,org.a,C,0,0,2,2,0,1,0,1,1,0\n\
             x,org.a,C,1,1,0,0,1,1,0,0,0,1\n"
        );
        let parsed = parse(&text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let totals = report.totals();
        assert_eq!((totals.instruction, totals.branch), (ratio(108, 114), ratio(8, 10)));
        assert_eq!((totals.line, totals.function), (ratio(35, 37), ratio(8, 9)));
        let paths: Vec<_> = report.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["org/a/A.new B() {,\"}", "org/a/C"]);
    }

    #[test]
    fn broken_rows_are_left_out_with_a_place() {
        let text = format!("{HEAD}\nx,p,A,1,1,1,1,1,1,1,1,1,1\nx,p,B,1\nx,p,C,1,x,1,1,1,1,1,1,1,1\n");
        let parsed = parse(&text);
        let places: Vec<_> = parsed.problems.iter().filter_map(|problem| text.get(problem.span.range())).collect();
        assert_eq!(places, ["x,p,B,1", "x,p,C,1,x,1,1,1,1,1,1,1,1"]);
        assert_eq!(parsed.document.unwrap().totals().line, ratio(1, 2));
        for text in ["", "a,b,c\n1,2,3\n"] {
            assert!(parse(text).document.is_none(), "{text}");
        }
    }
}
