//! Reads `JaCoCo` XML.
//!
//! Counters stand at every level, down to the method. A source file has its lines, and counters of branches, methods and
//! instructions; classes without debug information are in no source file, so the totals are the outermost counters that
//! there are. A line is covered when an instruction on it ran, also with others missed.

use super::elements::{self, Elements, count, covered_missed, line};
use super::gather::{Files, Flaws};
use super::{CoverageReport, CoveredSource, Line};
use crate::model::Ratio;
use crate::parse::Parsed;
use crate::parse::xml::{Reader, decode};

/// Reads a report. There is a document when the root is `report` and something of `JaCoCo` is in it.
pub fn parse(text: &str) -> Parsed<CoverageReport> {
    let mut builder = Builder::default();
    let walked = elements::walk(text, "report", &mut builder);
    // What an early end of the file leaves open still counts.
    while builder.open.len() > 1 {
        builder.close();
    }
    let mut report = CoverageReport { declared_whole: true, ..CoverageReport::default() };
    if let Some(root) = builder.open.pop() {
        let [line, branch, method, instruction] = root.counters();
        let declared = &mut report.declared;
        (declared.line, declared.branch, declared.function, declared.instruction) = (line, branch, method, instruction);
    }
    report.files = builder.files.finish();
    let what = "the root is no `report` with packages or counters, so this is no JaCoCo XML";
    walked.finish(builder.recognized, what, builder.flaws.into_problems(), report)
}

/// Kinds of counters that are read, by their place in all arrays here.
const KINDS: [&str; 4] = ["LINE", "BRANCH", "METHOD", "INSTRUCTION"];

type Counters = [Option<Ratio>; KINDS.len()];

#[derive(Default)]
struct Builder {
    files: Files,
    flaws: Flaws,
    recognized: bool,
    package: String,
    /// Open groups, packages, classes, methods and source files; the root first.
    open: Vec<Level>,
}

#[derive(Default)]
struct Level {
    /// Its own counters.
    own: Counters,
    /// Sums of the levels below.
    below: Counters,
    /// Sums of the source files below, which show the same code as the classes do.
    sources: Counters,
    /// The source file that this is.
    source: Option<CoveredSource>,
}

impl Level {
    /// Its own counters, or where it has none the sums of what lies below it.
    fn counters(&self) -> Counters {
        let mut counters = self.own;
        for ((own, below), source) in counters.iter_mut().zip(self.below).zip(self.sources) {
            *own = own.or(below.into_iter().chain(source).max_by_key(|ratio| ratio.total));
        }
        counters
    }
}

fn add(sums: &mut Counters, counters: Counters) {
    for (sum, counter) in sums.iter_mut().zip(counters) {
        if let Some(counter) = counter {
            *sum.get_or_insert_default() += counter;
        }
    }
}

impl Builder {
    fn close(&mut self) {
        let Some(level) = self.open.pop() else { return };
        let mut counters = level.counters();
        let is_source = level.source.is_some();
        if let Some(mut source) = level.source {
            let [line, branch, method, instruction] = counters;
            let path = std::mem::take(&mut source.path);
            source.functions = method.unwrap_or_default();
            source.instructions = instruction.unwrap_or_default();
            if source.lines.is_empty() {
                source.claimed_lines = line;
                source.branches = branch.unwrap_or_default();
            } else {
                let mut lines = Files::default();
                lines.add("", source.clone());
                if let Some(merged) = lines.finish().pop() {
                    source.lines = merged.lines;
                    source.branches = branch.unwrap_or(merged.branches);
                }
                counters = [line.or(Some(source.line())), Some(source.branches), method, instruction];
            }
            self.files.add(&path, source);
        }
        if let Some(parent) = self.open.last_mut() {
            add(if is_source { &mut parent.sources } else { &mut parent.below }, counters);
        }
    }
}

impl Elements for Builder {
    fn start(&mut self, name: &str, at: &Reader<'_>) {
        match name {
            "report" | "group" | "class" | "method" => self.open.push(Level::default()),
            "package" => {
                self.package = decode(at.raw("name").unwrap_or("")).into_owned();
                self.open.push(Level::default());
            }
            "sourcefile" => {
                let name = decode(at.raw("name").unwrap_or(""));
                let path = if self.package.is_empty() { name.into_owned() } else { format!("{}/{name}", self.package) };
                let source = CoveredSource { path, ..CoveredSource::default() };
                self.open.push(Level { source: Some(source), ..Level::default() });
            }
            "counter" => {
                let Some(level) = self.open.last_mut() else { return };
                let kind = KINDS.iter().position(|kind| at.raw("type") == Some(kind));
                let Some(own) = kind.and_then(|kind| level.own.get_mut(kind)) else { return };
                *own = covered_missed(at, "covered", "missed");
                if own.is_none() {
                    self.flaws.tell(at.span(), "a counter whose numbers cannot be read; it was left out");
                }
            }
            "line" => {
                let Some(source) = self.open.last_mut().and_then(|level| level.source.as_mut()) else { return };
                let Some(number) = line(at, "nr") else {
                    self.flaws.tell(at.span(), "a line without a number; it was left out");
                    return;
                };
                let branches = |name| count(at, name).map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX));
                let taken = branches("cb");
                // Not how often, but how much of it ran: all that the format tells.
                let hits = count(at, "ci").unwrap_or(0);
                source.lines.push_with(Line::new(number, hits), taken, taken.saturating_add(branches("mb")));
            }
            _ => {}
        }
        self.recognized |= matches!(name, "sessioninfo" | "counter" | "group" | "package");
        // The root may be empty: a run without classes.
        self.recognized |= name == "report" && at.doctype().to_ascii_lowercase().contains("jacoco");
    }

    fn end(&mut self, name: &str) {
        if matches!(name, "group" | "package" | "class" | "method" | "sourcefile") {
            self.close();
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

    const SOURCE: &str = "<sourcefile name='A.java'><line nr='3' mi='0' ci='2' mb='1' cb='1'/>\
        <line nr='4' mi='5' ci='0' mb='0' cb='0'/><line nr='5' mi='1' ci='1'/>\
        <counter type='INSTRUCTION' missed='6' covered='3'/><counter type='BRANCH' missed='1' covered='1'/>\
        <counter type='METHOD' missed='1' covered='2'/><counter type='COMPLEXITY' missed='9' covered='9'/></sourcefile>";

    #[test]
    fn lines_come_from_the_source_files_and_totals_from_the_outermost_counters() {
        let text = format!(
            "<!DOCTYPE report PUBLIC '-//JACOCO//DTD Report 1.1//EN' 'report.dtd'><report name='x'>\
             <group name='g'><package name='com/x'><class name='com/x/A' sourcefilename='A.java'><method name='m' desc='()V'>\
             <counter type='LINE' missed='9' covered='9'/></method></class>{SOURCE}</package></group>\
             <counter type='LINE' missed='2' covered='2'/></report>"
        );
        let parsed = parse(&text);
        assert_eq!(parsed.problems, []);
        let report = parsed.document.unwrap();
        let totals = report.totals();
        assert_eq!((totals.line, totals.branch), (ratio(2, 4), ratio(1, 2)));
        assert_eq!((totals.function, totals.instruction), (ratio(2, 3), ratio(3, 9)));
        let file = &report.files[0];
        assert_eq!((file.path.as_str(), file.line()), ("com/x/A.java", ratio(2, 3)));
        assert_eq!(file.lines.branches_at(3), Some(ratio(1, 2)));
        assert_eq!(report.unplaced().line, ratio(0, 1), "a class without a source file");
    }

    #[test]
    fn counters_of_the_nearest_level_stand_in_for_missing_ones() {
        for (inside, expected) in [
            ("<counter type='INSTRUCTION' missed='1' covered='2'/>", ratio(2, 3)),
            ("<group><counter type='INSTRUCTION' missed='1' covered='2'/></group>", ratio(2, 3)),
            (
                "<group><package name='p'><counter type='INSTRUCTION' missed='1' covered='2'/></package></group>",
                ratio(2, 3),
            ),
            (
                "<package name='p'><class><method><counter type='INSTRUCTION' missed='1' covered='2'/></method>\
                 <method><counter type='INSTRUCTION' missed='1' covered='0'/></method></class></package>",
                ratio(2, 4),
            ),
        ] {
            let report = parse(&format!("<report>{inside}</report>")).document.unwrap();
            assert_eq!(report.totals().instruction, expected, "{inside}");
        }
    }

    #[test]
    fn a_line_that_comes_twice_is_one_line() {
        let text = "<report><package name=''><sourcefile name='a.kt'><line nr='1' ci='0' mi='1' mb='2'/>\
                    <line nr='1' ci='3' cb='1' mb='1'/></sourcefile></package></report>";
        let report = parse(text).document.unwrap();
        assert_eq!((report.totals().line, report.totals().branch), (ratio(1, 1), ratio(1, 2)));
        assert_eq!(report.files[0].path, "a.kt");
    }

    #[test]
    fn truncated_reports_keep_what_was_read() {
        let text =
            format!("<report><package name='p'>{SOURCE}<sourcefile name='B.java'><line nr='x'/><line nr='1' ci='1'/>");
        let parsed = parse(&text);
        assert_eq!(parsed.problems.len(), 2);
        assert_eq!(parsed.document.unwrap().totals().line, ratio(3, 4));
    }

    #[test]
    fn other_reports_have_no_document() {
        assert!(parse("<!DOCTYPE report PUBLIC '-//JACOCO//DTD'><report/>").document.is_some());
        for text in ["", "<report><item/></report>", "<coverage><package/></coverage>"] {
            let parsed = parse(text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty(), "{text}");
        }
    }
}
