//! What the readers of all formats share: suites in work, texts of limited length.

use super::time::Time;
use super::{Case, DeclaredCounts, MAX_MESSAGE, MAX_TRACE, Said, Skip, Suite, SuiteError, TestReport};
use crate::model::{CaseStatus, Span};
use crate::parse::{Parsed, Problem, xml};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Marks a text that goes on in the report.
const CUT: &str = " … (cut)";
/// Bytes of a joined suite name.
pub(super) const MAX_NAME: usize = 1024;

/// A report in work.
#[derive(Debug, Default)]
pub(super) struct Gather<'t> {
    pub(super) report: TestReport<'t>,
    /// Indices of the open suites, outermost first.
    open: Vec<usize>,
    /// For cases that stand in no suite.
    loose: Option<usize>,
    /// Suites that are found by name, and not by nesting.
    named: BTreeMap<Arc<str>, usize>,
    /// Bytes that joined suite names may still take: joining repeats outer names, and must not multiply the file.
    names_left: usize,
    unknown_word: Option<Problem>,
    pub(super) classes: Shared<'t>,
    pub(super) files: Shared<'t>,
}

impl<'t> Gather<'t> {
    pub(super) fn new(text: &str) -> Self {
        Self { names_left: text.len().saturating_mul(2), ..Self::default() }
    }

    /// Opens a suite inside the current one. Its name is joined to the outer ones.
    pub(super) fn begin(&mut self, own_name: &str, suite: Suite<'t>) {
        let name = self.joined_name(own_name);
        self.open.push(self.report.suites.len());
        let nested = self.open.len() > 1;
        self.report.suites.push(Suite { name, nested, ..suite });
    }

    /// Closes the innermost open suite.
    pub(super) fn end(&mut self) {
        if let Some(suite) = self.open.pop().and_then(|index| self.report.suites.get_mut(index)) {
            suite.cases.shrink_to_fit();
        }
    }

    /// The innermost open suite, or else the one for what stands in none.
    pub(super) fn suite(&mut self, span: Span) -> Option<&mut Suite<'t>> {
        let index = if let Some(index) = self.open.last().copied().or(self.loose) {
            index
        } else {
            self.report.suites.push(Suite { span, ..Suite::default() });
            self.loose = Some(self.report.suites.len() - 1);
            self.report.suites.len() - 1
        };
        self.report.suites.get_mut(index)
    }

    /// The suite of a name, made when it is asked for first.
    pub(super) fn named(&mut self, name: &str, span: Span) -> Option<&mut Suite<'t>> {
        let name = clipped(name, MAX_NAME);
        let index = self.named.get(name).copied().unwrap_or_else(|| {
            let name: Arc<str> = name.into();
            self.report.suites.push(Suite { name: Arc::clone(&name), span, ..Suite::default() });
            self.named.insert(name, self.report.suites.len() - 1);
            self.report.suites.len() - 1
        });
        self.report.suites.get_mut(index)
    }

    /// Takes note of a word for an outcome that the format does not have; the first one is told.
    pub(super) fn unknown(&mut self, span: Span, attribute: &str, word: &str, format: &str) {
        if self.unknown_word.is_none() {
            let word = clipped(word, 60);
            let message = format!("`{attribute}` says `{word}`, which {format} does not have; taken as inconclusive");
            self.unknown_word = Some(Problem::new(span, message));
        }
    }

    /// The report, if there is one, and all that was wrong with it.
    pub(super) fn parsed(self, found: bool, mut problems: Vec<Problem>) -> Parsed<TestReport<'t>> {
        problems.extend(self.unknown_word);
        problems.sort_by_key(|problem| problem.span.offset);
        Parsed { document: found.then_some(self.report), problems }
    }

    /// Takes note of a doubtful time.
    pub(super) fn seconds(&mut self, time: Time, span: Span) -> Option<f64> {
        match time {
            Time::Seconds(seconds) => Some(seconds),
            Time::Absent => None,
            Time::Doubtful => {
                self.report.doubtful_times += 1;
                self.report.first_doubtful_time.get_or_insert(span);
                None
            }
        }
    }

    fn joined_name(&mut self, own: &str) -> Arc<str> {
        let outer = self.open.last().and_then(|index| self.report.suites.get(*index)).map(|suite| &suite.name);
        let Some(outer) = outer.filter(|outer| !outer.is_empty()) else {
            return clipped(own, MAX_NAME).into();
        };
        if own.is_empty() {
            return Arc::clone(outer);
        }
        let length = outer.len() + 3 + own.len();
        if length > self.names_left {
            return clipped(own, MAX_NAME).into();
        }
        self.names_left -= length;
        clipped(&format!("{outer} > {own}"), MAX_NAME).into()
    }
}

impl<'t> Said<'t> {
    pub(super) fn add_message(&mut self, piece: &str) {
        append(self.message.to_mut(), piece, MAX_MESSAGE);
    }

    pub(super) fn add_trace(&mut self, piece: &str) {
        append(self.trace.to_mut(), piece, MAX_TRACE);
    }

    /// Adds a piece of the file's own text to the message, without a copy where it stands alone.
    pub(super) fn quote_message(&mut self, piece: Cow<'t, str>) {
        quote(&mut self.message, piece, MAX_MESSAGE);
    }

    /// Adds a piece of the file's own text to the trace, without a copy where it stands alone.
    pub(super) fn quote_trace(&mut self, piece: Cow<'t, str>) {
        quote(&mut self.trace, piece, MAX_TRACE);
    }

    /// Takes the blank ends off, and the first line of the trace for a message that is missing.
    pub(super) fn tidy(mut self) -> Self {
        for text in [&mut self.message, &mut self.trace] {
            match text {
                Cow::Borrowed(text) => *text = text.trim(),
                Cow::Owned(text) => {
                    let trimmed = text.trim();
                    if trimmed.len() < text.len() {
                        *text = trimmed.to_owned();
                    }
                    text.shrink_to_fit();
                }
            }
        }
        if self.message.is_empty() {
            let first = |trace: &str| trace.lines().next().unwrap_or("").trim_end().len();
            match &self.trace {
                Cow::Borrowed(trace) => {
                    let first = trace.get(..first(trace)).unwrap_or("");
                    self.quote_message(Cow::Borrowed(first));
                }
                Cow::Owned(trace) => {
                    let first = trace.get(..first(trace)).unwrap_or("").to_owned();
                    self.quote_message(Cow::Owned(first));
                }
            }
        }
        self
    }

    /// As the failure of a suite.
    pub(super) fn of_suite(self, status: CaseStatus, span: Span) -> SuiteError {
        let Self { message, trace } = self.tidy();
        SuiteError { status, message: message.into_owned(), trace: trace.into_owned(), span }
    }
}

impl<'t> Case<'t> {
    /// A case of which nothing is known but its place.
    pub(super) fn at(span: Span) -> Self {
        Self {
            class: Arc::default(),
            name: Cow::default(),
            file: None,
            line: None,
            seconds: None,
            status: CaseStatus::Passed,
            skip: None,
            attempts: 1,
            said: None,
            span,
        }
    }

    pub(super) fn set(&mut self, Verdict(status, skip): Verdict) {
        self.status = status;
        self.skip = skip;
    }

    /// Keeps what was said where the case failed.
    pub(super) fn failed_with(&mut self, said: Said<'t>) {
        if self.status >= CaseStatus::Failed {
            self.said = Some(said.tidy()).filter(|said| *said != Said::default()).map(Box::new);
        }
    }
}

/// What a word of a format says about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict(pub(super) CaseStatus, pub(super) Option<Skip>);

impl Verdict {
    pub(super) const PASSED: Self = Self(CaseStatus::Passed, None);
    pub(super) const FAILED: Self = Self(CaseStatus::Failed, None);
    pub(super) const ERROR: Self = Self(CaseStatus::Error, None);
    pub(super) const NOT_RUN: Self = Self(CaseStatus::Skipped, Some(Skip::NotRun));
    pub(super) const DISABLED: Self = Self(CaseStatus::Skipped, Some(Skip::Disabled));
    pub(super) const EXPECTED_FAILURE: Self = Self(CaseStatus::Skipped, Some(Skip::ExpectedFailure));
    pub(super) const INCONCLUSIVE: Self = Self(CaseStatus::Skipped, Some(Skip::Inconclusive));
}

/// Texts that repeat from one case to the next, kept once.
#[derive(Debug, Default)]
pub(super) struct Shared<'t> {
    written: &'t str,
    kept: Option<Arc<str>>,
}

impl<'t> Shared<'t> {
    /// The decoded form of an attribute.
    pub(super) fn of(&mut self, written: &'t str) -> Arc<str> {
        if let Some(kept) = &self.kept
            && self.written == written
        {
            return Arc::clone(kept);
        }
        let kept: Arc<str> = xml::decode(written).into();
        self.written = written;
        self.kept = Some(Arc::clone(&kept));
        kept
    }
}

fn quote<'t>(out: &mut Cow<'t, str>, piece: Cow<'t, str>, limit: usize) {
    if out.is_empty() && piece.len() <= limit {
        *out = piece;
    } else {
        append(out.to_mut(), &piece, limit);
    }
}

/// Adds a piece to a text of limited length; the first piece that does not fit whole ends in the mark.
pub(super) fn append(out: &mut String, piece: &str, limit: usize) {
    if out.len() > limit || piece.is_empty() {
        return;
    }
    let room = limit - out.len();
    if piece.len() <= room {
        out.push_str(piece);
    } else {
        out.push_str(clipped(piece, room));
        out.push_str(CUT);
    }
}

/// The longest beginning of at most so many bytes.
pub(super) fn clipped(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or("")
}

/// A name without what stands before it in a full name: `Calls` of `Acme.Phone.Calls` in the class `Acme.Phone`.
pub(super) fn without_class<'n>(name: Cow<'n, str>, class: &str) -> Cow<'n, str> {
    let own = |name: &str| {
        let rest = name.strip_prefix(class).filter(|_| !class.is_empty())?.strip_prefix('.')?;
        (!rest.is_empty()).then_some(name.len() - rest.len())
    };
    let Some(start) = own(&name) else { return name };
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.get(start..).unwrap_or(name)),
        Cow::Owned(mut name) => {
            name.drain(..start);
            Cow::Owned(name)
        }
    }
}

/// The last part of a path of any system.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

impl DeclaredCounts {
    /// `None` where nothing is declared.
    pub(super) fn some(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }

    /// What two parts declare together; a count that one of them leaves out has no sum.
    pub(super) fn and(self, other: Self) -> Self {
        let add = |a: Option<u64>, b: Option<u64>| a.zip(b).map(|(a, b)| a.saturating_add(b));
        Self {
            tests: add(self.tests, other.tests),
            failures: add(self.failures, other.failures),
            errors: add(self.errors, other.errors),
            skipped: add(self.skipped, other.skipped),
            seconds: self.seconds.zip(other.seconds).map(|(a, b)| a + b),
        }
    }
}
