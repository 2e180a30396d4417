//! The rule `bad-waiver`.

use crate::evidence::Evidence;
use crate::model::WaiverState;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// A comment that is meant as a waiver, `# tollgate: allow[rule-id] until YYYY-MM-DD reason`, names rules that exist,
    /// a last day and a reason. Looked at are the comments of workflows, actions, compose files and Dockerfiles. Other
    /// comments may begin with `tollgate:` as well; what is no waiver and does not look like one is nothing.
    ///
    /// The rule is on wherever there are waivers, unless the policy turns it off. Waivers of the policy file are held
    /// against the same demands when it is loaded.
    ///
    /// # Why it matters
    ///
    /// A waiver without a reason and an end is a rule turned off for good. Such a comment takes nothing out.
    ///
    /// # Example
    ///
    /// ```yaml compose.yml
    /// services:
    ///   # tollgate: allow[unpinned-image] the registry has one tag only
    ///   seed: { image: example/seed }
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml compose.yml
    /// services:
    ///   # tollgate: allow[unpinned-image] until 2027-02-28 the registry has one tag only
    ///   seed: { image: example/seed }
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Never: it cannot be waived. Write the waiver whole, or take it out.
    pub struct BadWaiver;
    id: "bad-waiver",
    family: Document,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A waiver without a rule, an end and a reason takes nothing out, though its author believes so.";
const FIX: &str = "Write it whole, on the line of the finding or above it:\n\n    # tollgate: allow[rule-id] until YYYY-MM-DD \
                   why it may stay\n";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    sink.subjects(evidence.waivers.len());
    let mut bad = 0;
    for waiver in evidence.waivers.iter().filter(|waiver| waiver.state == WaiverState::Bad) {
        bad += 1;
        let message = format!("this comment is no waiver: {}", waiver.problem);
        sink.finding_at(waiver.place.clone(), &waiver.rule, message, WHY, FIX.to_owned());
    }
    if !evidence.waivers.is_empty() {
        sink.fact(format!("{}, {bad} of them none", count(evidence.waivers.len(), "waiver")));
    }
}
