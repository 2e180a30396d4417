use super::{Hidden, Meta};
use crate::evidence::File;
use crate::model::{
    Date, Edit, Family, Finding, Fix, Level, Outcome, OutcomeKind, Place, PolicyPlace, Related, Span, Status,
};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Takes what a rule says and makes findings and an outcome of it.
///
/// A finding cannot be made without a place, a reason and a fix.
#[derive(Debug)]
pub struct Sink<'s> {
    rule: &'s str,
    family: Family,
    level: Level,
    policy: PolicyPlace,
    today: Date,
    subjects: usize,
    failing: usize,
    facts: Vec<String>,
    missing: bool,
    findings: Vec<Finding>,
    hidden: Hidden,
}

/// A finding as a rule says it.
#[derive(Debug, Clone)]
pub struct Hit<'e> {
    /// The file it is in.
    pub file: &'e File<'e>,
    /// The bytes that are wrong.
    pub span: Span,
    /// Structural address; empty where the document has none.
    pub path: String,
    /// What is wrong, with the actual values.
    pub message: String,
    /// Why it matters, in one sentence.
    pub why: &'static str,
    /// What to do.
    pub fix: Fix,
    /// Other places, with what they have to do with it.
    pub related: Vec<(&'e File<'e>, Span, String)>,
}

/// One of several places in a file that have one cause.
#[derive(Debug, Clone)]
pub struct Spot<'e> {
    /// The file it is in.
    pub file: &'e File<'e>,
    /// The bytes that are wrong.
    pub span: Span,
    /// Structural address.
    pub path: String,
    /// What is wrong here, when it is the only place; a note when it is one of several.
    pub message: String,
    /// What the fix in words needs to know of this place.
    pub detail: String,
    /// Its part of the mechanical fix.
    pub edits: Vec<Edit>,
}

/// A finding whose places are made.
#[derive(Debug)]
pub(super) struct Made<'t> {
    pub(super) place: Place,
    /// The text at the place.
    pub(super) snippet: &'t str,
    pub(super) message: String,
    pub(super) why: String,
    pub(super) fix: Fix,
    pub(super) related: Vec<Related>,
}

/// Most related places of one finding; a report with ten thousand failures stays readable.
pub(super) const MAX_RELATED: usize = 20;

impl<'s> Sink<'s> {
    /// For one rule under one demand, judged for a day.
    pub fn new(meta: &'s Meta, level: Level, policy: PolicyPlace, today: Date) -> Self {
        Self::of(meta.id, meta.family, level, policy, today)
    }

    /// For one check of the policy's own, judged for a day.
    pub fn custom(rule: &'s str, level: Level, policy: PolicyPlace, today: Date) -> Self {
        Self::of(rule, Family::Custom, level, policy, today)
    }

    fn of(rule: &'s str, family: Family, level: Level, policy: PolicyPlace, today: Date) -> Self {
        Self {
            rule,
            family,
            level,
            policy,
            today,
            subjects: 0,
            failing: 0,
            facts: Vec::new(),
            missing: false,
            findings: Vec::new(),
            hidden: Hidden::default(),
        }
    }

    /// The day for which dates are judged.
    pub fn today(&self) -> Date {
        self.today
    }

    /// Counts things that were looked at.
    pub fn subjects(&mut self, count: usize) {
        self.subjects += count;
    }

    /// Says what supports the outcome ("4 services, 3 with a healthcheck").
    pub fn fact(&mut self, fact: impl Into<String>) {
        self.facts.push(fact.into());
    }

    /// Says that evidence which the policy demands is missing; never a pass.
    pub fn no_evidence(&mut self, fact: impl Into<String>) {
        self.missing = true;
        self.facts.push(fact.into());
    }

    /// Keeps a secret out of the report: it is masked in the texts and excerpts of all findings.
    pub fn hide(&mut self, secret: &str) {
        self.hidden.add(secret);
    }

    /// What [`Sink::hide`] was told.
    pub fn take_hidden(&mut self) -> Hidden {
        std::mem::take(&mut self.hidden)
    }

    /// Reports a finding.
    pub fn finding(&mut self, hit: Hit<'_>) {
        self.failing += 1;
        let Hit { file, span, path, message, why, fix, related } = hit;
        let related = related
            .into_iter()
            .map(|(file, span, message)| Related { place: file.place(span, String::new()), message })
            .collect();
        self.push(file, span, path, message, why, fix, related);
    }

    /// Reports spots as one finding a file: the first is its place, the others are related places. No more than
    /// [`MAX_RELATED`] are listed, and the message says how many are not; all of them count as failing.
    ///
    /// `message` makes the text for several spots; one alone speaks for itself.
    pub fn once_a_file<'e>(
        &mut self,
        spots: Vec<Spot<'e>>,
        why: &'static str,
        message: impl Fn(&[Spot<'e>]) -> String,
        fix: impl Fn(&[Spot<'e>]) -> String,
    ) {
        let mut spots = spots;
        spots.sort_by(|a, b| (&a.file.source.path, a.span).cmp(&(&b.file.source.path, b.span)));
        for group in spots.chunk_by(|a, b| std::ptr::eq(a.file, b.file)) {
            let Some((first, others)) = group.split_first() else { continue };
            self.failing += group.len();
            let mut text = if others.is_empty() { first.message.clone() } else { message(group) };
            if let Some(left @ 1..) = others.len().checked_sub(MAX_RELATED) {
                let _ = write!(text, " ({left} of them are not listed here)");
            }
            let edits = group.iter().flat_map(|spot| spot.edits.iter().cloned()).collect();
            let related = others
                .iter()
                .take(MAX_RELATED)
                .map(|s| Related { place: s.file.place(s.span, s.path.clone()), message: s.message.clone() })
                .collect();
            let fix = Fix { text: fix(group), edits };
            self.push(first.file, first.span, first.path.clone(), text, why, fix, related);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a finding, each said once by its two callers")]
    fn push(
        &mut self,
        file: &File<'_>,
        span: Span,
        path: String,
        message: String,
        why: &'static str,
        fix: Fix,
        related: Vec<Related>,
    ) {
        let snippet = file.source.text.get(span.range()).unwrap_or("");
        self.add(Made { place: file.place(span, path), snippet, message, why: why.to_owned(), fix, related });
    }

    /// Reports a finding whose places are made; `failing` things share it.
    pub(super) fn made(&mut self, made: Made<'_>, failing: usize) {
        self.failing += failing;
        self.add(made);
    }

    /// Counts things that fail and are told elsewhere.
    pub(super) fn failing(&mut self, count: usize) {
        self.failing += count;
    }

    fn add(&mut self, made: Made<'_>) {
        let Made { place, snippet, message, why, fix, related } = made;
        let fingerprint = fingerprint(self.rule, &place.file, &place.path, snippet);
        self.findings.push(Finding {
            rule: self.rule.to_owned(),
            family: self.family,
            level: self.level,
            status: Status::New,
            message,
            why,
            fix,
            place,
            related,
            fingerprint,
        });
    }

    /// The outcome and the findings.
    pub fn finish(self) -> (Outcome, Vec<Finding>) {
        let outcome = if !self.findings.is_empty() {
            OutcomeKind::Failed
        } else if self.missing {
            OutcomeKind::NoEvidence
        } else if self.subjects == 0 {
            OutcomeKind::NotApplicable
        } else {
            OutcomeKind::Passed
        };
        let outcome = Outcome {
            rule: self.rule.to_owned(),
            family: self.family,
            level: self.level,
            outcome,
            subjects: self.subjects,
            failing: self.failing,
            facts: self.facts,
            policy: self.policy,
        };
        (outcome, self.findings)
    }
}

/// Sixteen hex digits over rule, file, address and text without its white space: no line number, so that edits above a
/// finding leave it the same.
fn fingerprint(rule: &str, file: &str, path: &str, snippet: &str) -> String {
    let mut hash = Sha256::new();
    for part in [rule, file, path] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    for word in snippet.split_whitespace() {
        hash.update(word.as_bytes());
        hash.update([b' ']);
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
