//! The figures as tables and sentences.

use std::fmt::Write as _;

use super::artifacts::{Facts, Format};
use super::measure::Sample;
use super::runners::Role;

/// One line of the table of a format.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) sample: Sample,
    /// How what it found differs from what there is; empty where it does not.
    pub(super) differs: String,
}

/// All about one artifact.
pub(super) struct Section {
    pub(super) format: Format,
    pub(super) bytes: u64,
    pub(super) facts: Facts,
    pub(super) rows: Vec<Row>,
    /// Of the page: bytes of its memory.
    pub(super) page_memory: Option<u64>,
}

/// What the product promises for an artifact of fifty megabytes.
struct Target {
    /// Megabytes for each second of CPU time.
    speed: f64,
    /// Bytes held at once.
    peak: Option<u64>,
}

/// How many times the native time the page may take.
const PAGE_RATIO: f64 = 2.0;

const fn target(format: Format) -> Target {
    match format {
        Format::Junit => Target { speed: 400.0, peak: Some(120_000_000) },
        Format::Cobertura | Format::Lcov => Target { speed: 300.0, peak: None },
    }
}

impl Section {
    /// The tables in Markdown, and below them how each promise fares.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "### {}: {:.1} MB\n\nIt holds {}.\n\n",
            self.format.title(),
            megabytes(self.bytes),
            facts(&self.facts)
        );
        let cpu = |role| self.rows.iter().find(|row| row.role == role).map(|row| row.sample.cpu.as_secs_f64());
        let (inspect, check) = (cpu(Role::Inspect), cpu(Role::Check));
        let mut table = vec![
            ["program", "MB/s", "CPU s", "wall s", "peak MB", "to inspect", "to check"].map(str::to_owned).to_vec(),
        ];
        for row in &self.rows {
            let seconds = row.sample.cpu.as_secs_f64();
            let ratio = |base: Option<f64>| base.map_or_else(String::new, |base| format!("{:.2}", seconds / base));
            let same_work = matches!(row.role, Role::Check | Role::Page);
            table.push(vec![
                row.name.clone(),
                format!("{:.0}", self.speed(&row.sample)),
                format!("{seconds:.3}"),
                format!("{:.3}", row.sample.wall.as_secs_f64()),
                format!("{:.0}", megabytes(row.sample.peak)),
                ratio(inspect),
                if same_work { ratio(check) } else { String::new() },
            ]);
        }
        text.push_str(&markdown(&table));
        for row in self.rows.iter().filter(|row| !row.differs.is_empty()) {
            let _ = write!(text, "\n{} counts otherwise: {}.\n", row.name, row.differs);
        }
        if let Some(memory) = self.page_memory {
            let _ = write!(text, "\nThe page's own memory (of the wasm alone) came to {:.0} MB.\n", megabytes(memory));
        }
        text
    }

    /// One line for each promise.
    pub(super) fn promises(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut tell = |what: String, kept: bool| {
            lines.push(format!("{}: {}: {what}", if kept { "kept  " } else { "MISSED" }, self.format.title()));
        };
        let row = |role| self.rows.iter().find(|row| row.role == role).map(|row| row.sample);
        let Target { speed, peak } = target(self.format);
        if let Some(sample) = row(Role::Inspect) {
            let measured = self.speed(&sample);
            tell(format!("inspect at {measured:.0} MB/s of CPU time, at least {speed:.0}"), measured >= speed);
            if let Some(peak) = peak {
                let (most, measured) = (megabytes(peak), megabytes(sample.peak));
                tell(format!("inspect with a peak of {measured:.0} MB, at most {most:.0}"), sample.peak <= peak);
            }
        }
        if let (Some(page), Some(check)) = (self.rows.iter().rfind(|row| row.role == Role::Page), row(Role::Check)) {
            let ratio = page.sample.cpu.as_secs_f64() / check.cpu.as_secs_f64();
            tell(
                format!("the page takes {ratio:.2} of the native CPU time, at most {PAGE_RATIO}"),
                ratio <= PAGE_RATIO,
            );
        }
        lines
    }

    fn speed(&self, sample: &Sample) -> f64 {
        megabytes(self.bytes) / sample.cpu.as_secs_f64()
    }
}

/// What was found otherwise than it is, in words.
pub(super) fn differences(facts: &Facts, found: &Facts) -> String {
    let differing = found.iter().filter_map(|(name, found)| {
        let expected = facts.get(name).copied().unwrap_or(0);
        (expected != *found).then(|| format!("{} {} instead of {}", words(name), grouped(*found), grouped(expected)))
    });
    differing.collect::<Vec<_>>().join(", ")
}

fn facts(facts: &Facts) -> String {
    let known: Vec<_> = facts.iter().map(|(name, count)| format!("{} {}", grouped(*count), words(name))).collect();
    known.join(", ")
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Millions of bytes.
#[expect(clippy::cast_precision_loss, reason = "shown to three places at most")]
pub(super) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}

/// A table that reads well as text too; all columns but the first are numbers.
fn markdown(table: &[Vec<String>]) -> String {
    let columns = table.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = table.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(4)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for (index, row) in table.iter().enumerate() {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = if column == 0 { write!(out, "| {cell:<width$}") } else { write!(out, " | {cell:>width$}") };
        }
        out.push_str(" |\n");
        if index == 0 {
            for (column, width) in widths.iter().enumerate() {
                let line = "-".repeat(width - 1);
                let _ = if column == 0 { write!(out, "| -{line}") } else { write!(out, " | {line}:") };
            }
            out.push_str(" |\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn row(name: &str, role: Role, milliseconds: u64, peak: u64) -> Row {
        let time = Duration::from_millis(milliseconds);
        let sample = Sample { cpu: time, wall: time, peak };
        Row { name: name.to_owned(), role, sample, differs: String::new() }
    }

    fn section() -> Section {
        Section {
            format: Format::Junit,
            bytes: 50_000_000,
            facts: Facts::from([("tests", 212_300), ("skipped", 7)]),
            rows: vec![
                row("ours", Role::Inspect, 100, 121_000_000),
                row("our check", Role::Check, 200, 121_000_000),
                row("page, first", Role::Page, 900, 1),
                row("page, steady", Role::Page, 300, 1),
                Row { differs: "skipped 0 instead of 7".to_owned(), ..row("other", Role::Other, 250, 1) },
            ],
            page_memory: Some(130_000_000),
        }
    }

    #[test]
    fn each_program_is_set_in_relation_to_ours() {
        let text = section().text();
        assert!(text.contains("It holds 7 skipped, 212,300 tests."), "{text}");
        assert!(
            text.contains("| other        |  200 | 0.250 |  0.250 |       0 |       2.50 |          |\n"),
            "{text}"
        );
        assert!(
            text.contains("| page, steady |  167 | 0.300 |  0.300 |       0 |       3.00 |     1.50 |\n"),
            "{text}"
        );
        assert!(text.contains("other counts otherwise: skipped 0 instead of 7.\n"), "{text}");
    }

    #[test]
    fn promises_are_held_against_what_was_measured() {
        assert_eq!(
            section().promises(),
            [
                "kept  : JUnit XML: inspect at 500 MB/s of CPU time, at least 400",
                "MISSED: JUnit XML: inspect with a peak of 121 MB, at most 120",
                "kept  : JUnit XML: the page takes 1.50 of the native CPU time, at most 2",
            ]
        );
    }

    #[test]
    fn only_what_differs_is_told() {
        let facts = Facts::from([("tests", 1_212_300), ("skipped", 7)]);
        assert_eq!(differences(&facts, &Facts::from([("tests", 1_212_300)])), "");
        let found = Facts::from([("tests", 1), ("skipped", 7)]);
        assert_eq!(differences(&facts, &found), "tests 1 instead of 1,212,300");
    }
}
