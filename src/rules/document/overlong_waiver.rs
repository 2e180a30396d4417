//! The rule `overlong-waiver`.

use crate::evidence::Evidence;
use crate::model::{Date, WaiverState};
use crate::rules::support::words::count;
use crate::rules::{Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No waiver, in the policy or in a comment, holds longer than the policy allows, counted from the day of the
    /// judgement. Until that is corrected the waiver holds all the same.
    ///
    /// The rule is on wherever there are waivers, unless the policy turns it off.
    ///
    /// # Why it matters
    ///
    /// A waiver for years is a rule turned off. A date that comes near makes somebody look again.
    ///
    /// # Example
    ///
    /// ```yaml compose.yml
    /// services:
    ///   # tollgate: allow[unpinned-image] until 2039-12-31 the registry has one tag only
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
    /// - `max_days`: most days from today to the last day of a waiver (default 180).
    ///
    /// # When to waive
    ///
    /// Never: it cannot be waived. Choose an earlier last day, or turn the rule that is waived off.
    pub struct OverlongWaiver;
    id: "overlong-waiver",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_days: u32,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_days: 180 }
    }
}

const WHY: &str = "A waiver for years is a rule turned off; a date that comes near makes somebody look again.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let most = i64::from(params.max_days);
    let waivers = || evidence.waivers.iter().filter(|waiver| waiver.state != WaiverState::Bad);
    sink.subjects(waivers().count());
    let mut longest = 0;
    for waiver in waivers() {
        let (Some(day), Some(left)) = (waiver.expires, waiver.days_left) else { continue };
        longest = left.max(longest);
        if left <= most {
            continue;
        }
        let rule = &waiver.rule;
        let message = format!("the waiver of `{rule}` holds until {day}, for {left} days; {most} are allowed");
        let latest = Date::from_days(day.days().saturating_sub(left).saturating_add(most));
        let fix = latest.map_or_else(String::new, |latest| format!("Let it end on {latest} at the latest."));
        sink.finding_at(waiver.place.clone(), &format!("{rule} {}", waiver.reason), message, WHY, fix);
    }
    if waivers().next().is_some() {
        let days = count(usize::try_from(longest).unwrap_or(usize::MAX), "day");
        sink.fact(format!("{}, the longest for {days}, {most} allowed", count(waivers().count(), "waiver")));
    }
}
