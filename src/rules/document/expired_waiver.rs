//! The rule `expired-waiver`.

use crate::evidence::Evidence;
use crate::model::WaiverState;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// No waiver, in the policy or in a comment, is past its last day. The last day itself still counts, in UTC.
    ///
    /// The rule is on wherever there are waivers, unless the policy turns it off.
    ///
    /// # Why it matters
    ///
    /// A waiver that is over takes nothing out: its findings are back, and whoever promised to see to them should know.
    ///
    /// # Example
    ///
    /// ```yaml compose.yml
    /// services:
    ///   # tollgate: allow[unpinned-image] until 2026-03-31 the registry has one tag only
    ///   seed: { image: example/seed }
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml compose.yml
    /// services:
    ///   # tollgate: allow[unpinned-image] until 2027-03-31 the registry has one tag only
    ///   seed: { image: example/seed }
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Never: it cannot be waived. Take the waiver out, or give it a new last day if its reason still holds.
    pub struct ExpiredWaiver;
    id: "expired-waiver",
    family: Document,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A waiver that is over takes nothing out, and what it stood for was not done.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let waivers = || evidence.waivers.iter().filter(|waiver| waiver.state != WaiverState::Bad);
    sink.subjects(waivers().count());
    let mut expired = 0;
    for waiver in waivers().filter(|waiver| waiver.state == WaiverState::Expired) {
        let (Some(day), Some(left)) = (waiver.expires, waiver.days_left) else { continue };
        expired += 1;
        let rule = &waiver.rule;
        let days = count(usize::try_from(left.unsigned_abs()).unwrap_or(usize::MAX), "day");
        let owner = if waiver.owner.is_empty() { String::new() } else { format!(", owned by {}", waiver.owner) };
        let message =
            format!("the waiver of `{rule}` ended on {day}, {days} ago{owner} (its reason: {})", waiver.reason);
        let fix = format!(
            "See to what `{rule}` finds and take the waiver out; if the reason still holds, give it a new last day."
        );
        sink.finding_at(waiver.place.clone(), &format!("{rule} {}", waiver.reason), message, WHY, fix);
    }
    if waivers().next().is_some() {
        sink.fact(format!("{}, {expired} of them over", count(waivers().count(), "waiver")));
    }
}
