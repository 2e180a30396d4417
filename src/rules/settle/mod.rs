//! What becomes of a finding: taken out by a waiver, known from the baseline, or new.

mod inline;

use crate::evidence::Evidence;
use crate::model::{Date, Outcome, OutcomeKind, PolicyPlace, Status, WaiverRecord, WaiverState};
use crate::policy::{Policy, Waiver};
use inline::Comments;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Decides what findings are to the reader. The only place where waivers and baselines are matched.
#[derive(Debug)]
pub struct Settle<'p> {
    today: Date,
    policy: &'p Policy,
    comments: Comments,
    /// Findings that each waiver took out: those of the policy, then those of comments.
    taken: Vec<Cell<usize>>,
    /// How often each fingerprint of the baseline is still to be met.
    known: RefCell<BTreeMap<String, usize>>,
}

/// A place that is wrong, as waivers and baselines know it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wrong<'w> {
    pub(super) rule: &'w str,
    pub(super) file: &'w str,
    pub(super) line: usize,
    pub(super) path: &'w str,
    pub(super) fingerprint: &'w str,
}

impl<'p> Settle<'p> {
    /// Under the waivers of the policy and of comments. `rules` are the ids that a waiver may name; `known` says how often
    /// the baseline has each fingerprint.
    pub fn new(
        policy: &'p Policy,
        evidence: &Evidence<'_>,
        today: Date,
        rules: &[&str],
        known: BTreeMap<String, usize>,
    ) -> Self {
        let comments = Comments::read(evidence, rules);
        let taken = vec![Cell::new(0); policy.waivers.len() + comments.records.len()];
        Self { today, policy, comments, taken, known: RefCell::new(known) }
    }

    /// What a place that is wrong is to the reader. Each is asked for once: the baseline has it so often and no oftener.
    pub(super) fn status(&self, wrong: Wrong<'_>) -> Status {
        let mut waived = false;
        let mut take = |at: usize| {
            if let Some(taken) = self.taken.get(at) {
                taken.set(taken.get() + 1);
                waived = true;
            }
        };
        for (at, waiver) in self.policy.waivers.iter().enumerate() {
            let fits = waiver.rule == wrong.rule
                && waiver.expires >= self.today
                && waiver.holds_for_path(wrong.path)
                && waiver.holds_for_file(wrong.file);
            if fits {
                take(at);
            }
        }
        for at in self.comments.near(wrong.file, wrong.line) {
            let holds = |record: &&WaiverRecord| record.expires.is_some_and(|day| day >= self.today);
            if self.comments.records.get(at).filter(holds).is_some_and(|record| record.rule == wrong.rule) {
                take(self.policy.waivers.len() + at);
            }
        }
        let mut known = self.known.borrow_mut();
        let known = known.get_mut(wrong.fingerprint).filter(|left| **left > 0);
        let is_known = known.is_some();
        if let Some(left) = known {
            *left -= 1;
        }
        match (waived, is_known && !always_new(wrong.rule)) {
            (true, _) => Status::Waived,
            (false, true) => Status::Known,
            (false, false) => Status::New,
        }
    }

    /// What is left of the baseline: fingerprints that were not met, with how often.
    pub fn gone(&self) -> BTreeMap<String, usize> {
        self.known.borrow().iter().filter(|(_, left)| **left > 0).map(|(id, left)| (id.clone(), *left)).collect()
    }

    /// The line that brings the rules about waivers where no policy names them: the first waiver's.
    pub fn first_waiver(&self) -> Option<PolicyPlace> {
        let of_policy = self.policy.waivers.first().map(|waiver| &waiver.place);
        let place = of_policy.or_else(|| self.comments.records.first().map(|record| &record.place))?;
        Some(PolicyPlace { file: place.file.clone(), line: place.line })
    }

    /// All waivers, and what became of them under the outcomes of all rules that can be waived.
    pub fn waivers<'o>(
        &self,
        evidence: &Evidence<'_>,
        outcomes: impl IntoIterator<Item = &'o Outcome>,
    ) -> Vec<WaiverRecord> {
        let outcomes = outcomes.into_iter().map(|outcome| (outcome.rule.as_str(), outcome.outcome));
        let outcomes: BTreeMap<&str, OutcomeKind> = outcomes.collect();
        let looked = |rule: &str| outcomes.get(rule).copied();
        let mut records: Vec<WaiverRecord> = Vec::new();
        for waiver in &self.policy.waivers {
            let named = waiver.file.is_none() || evidence.files.iter().any(|file| waiver.holds_for_file(file.path()));
            let judged = match looked(&waiver.rule) {
                None | Some(OutcomeKind::NoEvidence) => false,
                Some(OutcomeKind::NotApplicable) => named,
                Some(_) => named || evidence.has_tree(),
            };
            // A policy that several repositories extend may well hold waivers for others.
            let own = waiver.place.file == self.policy.info.name;
            let state = if judged && own { WaiverState::Unused } else { WaiverState::Idle };
            records.push(of_policy(waiver, state));
        }
        for record in &self.comments.records {
            let judged = looked(&record.rule).is_some_and(|outcome| outcome != OutcomeKind::NoEvidence);
            let mut record = record.clone();
            if record.state != WaiverState::Bad {
                record.state = if judged { WaiverState::Unused } else { WaiverState::Idle };
            }
            records.push(record);
        }
        for (record, taken) in records.iter_mut().zip(&self.taken) {
            record.findings = taken.get();
            record.days_left = record.expires.map(|day| day.days() - self.today.days());
            if record.state != WaiverState::Bad && record.expires.is_some_and(|day| day < self.today) {
                record.state = WaiverState::Expired;
            } else if record.findings > 0 {
                record.state = WaiverState::Used;
            }
        }
        records
    }
}

/// Rules whose findings are never old: they compare with the baseline, or say that something could not be read, which
/// says nothing about what is in it this time.
fn always_new(rule: &str) -> bool {
    rule == super::UNREADABLE || super::ABOUT_BASELINE.contains(&rule)
}

fn of_policy(waiver: &Waiver, state: WaiverState) -> WaiverRecord {
    WaiverRecord {
        rule: waiver.rule.clone(),
        state,
        findings: 0,
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        expires: Some(waiver.expires),
        days_left: None,
        problem: String::new(),
        place: waiver.place.clone(),
    }
}
