use super::settle::{Settle, Wrong};
use super::{Hidden, Meta};
use crate::evidence::File;
use crate::model::{
    Date, Edit, Family, FileKind, Finding, Fix, Level, Outcome, OutcomeKind, Place, PolicyPlace, Related, Span, Status,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
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
    settle: Option<&'s Settle<'s>>,
    /// Things that do not hold and that a waiver takes out.
    waived: usize,
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

/// What a finding says.
#[derive(Debug)]
pub(super) struct Words {
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
            settle: None,
            waived: 0,
            hidden: Hidden::default(),
        }
    }

    /// With waivers and a baseline.
    #[must_use]
    pub fn settled_by(self, settle: &'s Settle<'s>) -> Self {
        Self { settle: Some(settle), ..self }
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
        let Hit { file, span, path, message, why, fix, related } = hit;
        let related = related
            .into_iter()
            .map(|(file, span, message)| Related { place: file.place(span, String::new()), message })
            .collect();
        let settled = self.settle(file, span, &path, "");
        let place = file.place(span, path);
        self.push(place, settled, Vec::new(), Words { message, why: why.to_owned(), fix, related });
    }

    /// Reports a finding about a place that is no part of the input. `text` is what it is about: findings of one place
    /// with the same text are the same.
    pub fn finding_at(&mut self, place: Place, text: &str, message: String, why: &'static str, fix: String) {
        let settled = self.unsettled(&place, text);
        let fix = Fix { text: fix, edits: Vec::new() };
        self.push(place, settled, Vec::new(), Words { message, why: why.to_owned(), fix, related: Vec::new() });
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
            let mut parts: BTreeMap<Status, (Vec<Spot<'e>>, Vec<Settled>)> = BTreeMap::new();
            for spot in group {
                let settled = self.settle(spot.file, spot.span, &spot.path, &spot.detail);
                let (spots, all) = parts.entry(settled.status).or_default();
                spots.push(spot.clone());
                all.push(settled);
            }
            // What is waived or known must not hide among what is new, nor the other way round.
            for (spots, settled) in parts.into_values() {
                self.cause(&spots, settled, why, &message, &fix);
            }
        }
    }

    /// Reports the spots of one file that are the same to the reader.
    fn cause<'e>(
        &mut self,
        group: &[Spot<'e>],
        settled: Vec<Settled>,
        why: &'static str,
        message: impl Fn(&[Spot<'e>]) -> String,
        fix: impl Fn(&[Spot<'e>]) -> String,
    ) {
        let mut settled = settled.into_iter();
        let (Some((first, others)), Some(own)) = (group.split_first(), settled.next()) else { return };
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
        let others = settled.map(|settled| settled.fingerprint).collect();
        let place = first.file.place(first.span, first.path.clone());
        self.push(place, own, others, Words { message: text, why: why.to_owned(), fix, related });
    }

    /// What a place is to waivers and baselines. `name` is what a place of a report is about: its text holds times.
    fn settle(&self, file: &File<'_>, span: Span, path: &str, name: &str) -> Settled {
        let text = if is_measured(file.source.kind) { name } else { file.source.text.get(span.range()).unwrap_or("") };
        self.status(file.path(), file.line(span.offset), path, text)
    }

    /// The same for a place that is made; `text` is what is wrong there.
    pub(super) fn settle_place(&self, place: &Place, text: &str) -> Settled {
        self.status(&place.file, place.line, &place.path, text)
    }

    /// What is new whatever waivers and baselines say.
    pub(super) fn unsettled(&self, place: &Place, text: &str) -> Settled {
        Settled { fingerprint: fingerprint(self.rule, &place.file, &place.path, text), status: Status::New }
    }

    fn status(&self, file: &str, line: usize, path: &str, text: &str) -> Settled {
        let fingerprint = fingerprint(self.rule, file, path, text);
        let wrong = Wrong { rule: self.rule, file, line, path, fingerprint: &fingerprint };
        let status = self.settle.map_or(Status::New, |settle| settle.status(wrong));
        Settled { fingerprint, status }
    }

    /// Reports a finding whose places are made; `failing` things share it.
    pub(super) fn made(&mut self, place: Place, settled: Settled, words: Words, failing: usize) {
        self.failing(failing.saturating_sub(1), settled.status);
        self.push(place, settled, Vec::new(), words);
    }

    /// Counts things that fail and are told elsewhere.
    pub(super) fn failing(&mut self, count: usize, status: Status) {
        self.failing += count;
        if status == Status::Waived {
            self.waived += count;
        }
    }

    fn push(&mut self, place: Place, settled: Settled, others: Vec<String>, words: Words) {
        self.failing(1 + others.len(), settled.status);
        self.findings.push(Finding {
            rule: self.rule.to_owned(),
            family: self.family,
            level: self.level,
            status: settled.status,
            message: words.message,
            why: words.why,
            fix: words.fix,
            diff: String::new(),
            place,
            related: words.related,
            fingerprint: settled.fingerprint,
            other_fingerprints: others,
        });
    }

    /// The outcome and the findings.
    pub fn finish(self) -> (Outcome, Vec<Finding>) {
        let stands = self.findings.iter().any(|finding| finding.status != Status::Waived);
        let outcome = if stands {
            OutcomeKind::Failed
        } else if self.missing {
            // What is not there cannot be waived with what is.
            OutcomeKind::NoEvidence
        } else if !self.findings.is_empty() {
            OutcomeKind::Waived
        } else if self.subjects == 0 {
            OutcomeKind::NotApplicable
        } else {
            OutcomeKind::Passed
        };
        let mut facts = self.facts;
        if self.waived > 0 {
            facts.push(format!("{} of {} waived", self.waived, self.failing));
        }
        let outcome = Outcome {
            rule: self.rule.to_owned(),
            family: self.family,
            level: self.level,
            outcome,
            subjects: self.subjects,
            failing: self.failing,
            facts,
            policy: self.policy,
        };
        (outcome, self.findings)
    }
}

/// What a place is to waivers and baselines.
#[derive(Debug)]
pub(super) struct Settled {
    fingerprint: String,
    pub(super) status: Status,
}

/// Whether a file is written anew by every run, times and all.
pub(super) fn is_measured(kind: FileKind) -> bool {
    let measured = [
        FileKind::Sarif,
        FileKind::GithubRun,
        FileKind::BuildMetadata,
        FileKind::BuildProgress,
        FileKind::Archive,
        FileKind::Diff,
    ];
    kind.is_test_report() || kind.is_coverage() || measured.contains(&kind)
}

/// Sixteen hex digits over rule, file, address and text, all white space alike: no line number, so that edits above a
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
