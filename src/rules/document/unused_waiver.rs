//! The rule `unused-waiver`.

use crate::evidence::Evidence;
use crate::model::WaiverState;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// Every waiver takes something out, where its rule is on and looked at what the waiver names. Of waivers in the
    /// policy only those of the policy's own file count, not those of files and packs that it extends; a waiver for a file
    /// that is not in the input counts when the whole tree was given. Waivers that are over are a matter of
    /// `expired-waiver`.
    ///
    /// The rule is on wherever there are waivers, unless the policy turns it off.
    ///
    /// # Why it matters
    ///
    /// What was waived is repaired, or has moved. A waiver that stays behind will take out the next finding there, which
    /// nobody has looked at.
    ///
    /// # Example
    ///
    /// ```yaml tollgate.yml
    /// version: 1
    /// rules: { unpinned-image: error, unused-waiver: error }
    /// waivers:
    ///   - rule: unpinned-image
    ///     where: { file: compose.yml, path: services.seed }
    ///     reason: the registry has one tag only
    ///     expires: 2027-03-31
    /// ```
    ///
    /// ```yaml compose.yml
    /// services:
    ///   seed: { image: "example/seed:1.4" }
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml tollgate.yml
    /// version: 1
    /// rules: { unpinned-image: error, unused-waiver: error }
    /// waivers:
    ///   - rule: unpinned-image
    ///     where: { file: compose.yml, path: services.seed }
    ///     reason: the registry has one tag only
    ///     expires: 2027-03-31
    /// ```
    ///
    /// ```yaml compose.yml
    /// services:
    ///   seed: { image: example/seed }
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Never: it cannot be waived. Take the waiver out, or correct its address.
    pub struct UnusedWaiver;
    id: "unused-waiver",
    family: Document,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A waiver that stays behind takes out the next finding there, which nobody has looked at.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let judged = || evidence.waivers.iter().filter(|w| matches!(w.state, WaiverState::Used | WaiverState::Unused));
    sink.subjects(judged().count());
    let mut unused = 0;
    for waiver in judged().filter(|waiver| waiver.state == WaiverState::Unused) {
        unused += 1;
        let rule = &waiver.rule;
        let message = format!("the waiver of `{rule}` takes nothing out");
        let fix = "Take it out; if the finding has moved, correct the address.".to_owned();
        sink.finding_at(waiver.place.clone(), &format!("{rule} {}", waiver.reason), message, WHY, fix);
    }
    if judged().next().is_some() {
        sink.fact(format!("{}, {unused} unused", count(judged().count(), "waiver")));
    }
}
