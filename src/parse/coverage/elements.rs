//! Walks an XML text for the readers of coverage formats, and reads the counts in attributes.

use super::CoverageReport;
use crate::model::{Ratio, Span};
use crate::parse::xml::{Event, Reader};
use crate::parse::{Parsed, Problem};

/// Listens to the elements of a format; the depth of the root is 1.
pub(super) trait Elements {
    /// An element begins; its attributes are in the reader.
    fn start(&mut self, name: &str, at: &Reader<'_>);

    /// An element ends. What a truncated file leaves open does not end.
    fn end(&mut self, name: &str);
}

/// What came of a walk.
pub(super) struct Walked {
    root: Span,
    /// Whether the root element is that of the format.
    right_root: bool,
    problems: Vec<Problem>,
}

/// Walks a text whose root element must have this name.
pub(super) fn walk(text: &str, root: &str, elements: &mut dyn Elements) -> Walked {
    let mut reader = Reader::new(text);
    let mut walked = Walked { root: Span::default(), right_root: false, problems: Vec::new() };
    while let Some(event) = reader.read() {
        match event {
            Event::Start(name) => {
                if reader.depth() == 1 {
                    walked.root = reader.span();
                    walked.right_root = name == root;
                    if !walked.right_root {
                        break;
                    }
                }
                elements.start(name, &reader);
            }
            Event::Text(_) => {}
            Event::End(name) => elements.end(name),
        }
    }
    walked.problems = reader.into_problems();
    walked
}

impl Walked {
    /// The document, when the text is in the format; otherwise a problem at the root that says what is missing.
    pub(super) fn finish(
        self,
        recognized: bool,
        what: &str,
        flaws: Vec<Problem>,
        report: CoverageReport,
    ) -> Parsed<CoverageReport> {
        let mut problems = self.problems;
        problems.extend(flaws);
        if !(recognized && self.right_root) {
            problems.push(Problem::new(self.root, what));
        }
        problems.sort_by_key(|problem| problem.span.offset);
        Parsed { document: (recognized && self.right_root).then_some(report), problems }
    }
}

/// A whole number in an attribute.
pub(super) fn count(at: &Reader<'_>, name: &str) -> Option<u64> {
    at.raw(name)?.trim_ascii().parse().ok()
}

/// A line number in an attribute.
pub(super) fn line(at: &Reader<'_>, name: &str) -> Option<u32> {
    at.raw(name)?.trim_ascii().parse().ok()
}

/// So many of so many.
pub(super) fn ratio(at: &Reader<'_>, covered: &str, total: &str) -> Option<Ratio> {
    let total = count(at, total)?;
    Some(Ratio { covered: count(at, covered)?.min(total), total })
}

/// So many, and so many left out.
pub(super) fn covered_missed(at: &Reader<'_>, covered: &str, missed: &str) -> Option<Ratio> {
    let covered = count(at, covered)?;
    Some(Ratio { covered, total: covered.saturating_add(count(at, missed)?) })
}
