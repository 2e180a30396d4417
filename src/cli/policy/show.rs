//! `tollgate policy show`: what is in force, and where each value comes from.

use crate::model::{Date, Level, PolicyPlace, PolicySource};
use crate::policy::{Demand, Policy};
use crate::render::document;
use crate::render::text::{Colors, shown};
use crate::rules;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A policy as it is shown.
#[derive(Serialize)]
struct Shown<'p> {
    name: &'p str,
    sources: &'p [PolicySource],
    rules: Vec<ShownRule<'p>>,
    checks: Vec<ShownCheck<'p>>,
    waivers: Vec<ShownWaiver<'p>>,
}

#[derive(Serialize)]
struct ShownRule<'p> {
    #[serde(rename = "rule")]
    id: &'p str,
    level: &'p str,
    from: &'p PolicyPlace,
    parameters: BTreeMap<&'p str, Parameter<'p>>,
}

#[derive(Serialize)]
struct ShownCheck<'p> {
    #[serde(rename = "check")]
    id: &'p str,
    level: Level,
    from: PolicyPlace,
}

#[derive(Serialize)]
struct Parameter<'p> {
    value: &'p Value,
    from: &'p PolicyPlace,
}

#[derive(Serialize)]
struct ShownWaiver<'p> {
    rule: &'p str,
    file: Option<&'p str>,
    path: Option<&'p str>,
    reason: &'p str,
    owner: &'p str,
    expires: Date,
    from: PolicyPlace,
}

/// As JSON. A rule that is off has the level `off`.
pub(super) fn json(policy: &Policy) -> String {
    let rules = all(policy).into_iter().map(|(demand, level)| ShownRule {
        id: &demand.rule,
        level: level.map_or("off", Level::word),
        from: origin(demand, "level"),
        parameters: demand
            .params
            .iter()
            .map(|(name, value)| (name.as_str(), Parameter { value, from: origin(demand, name) }))
            .collect(),
    });
    let checks = policy.checks.iter().map(|check| ShownCheck {
        id: &check.id,
        level: check.level,
        from: PolicyPlace { file: check.place.file.clone(), line: check.place.line },
    });
    let waivers = policy.waivers.iter().map(|waiver| ShownWaiver {
        rule: &waiver.rule,
        file: waiver.file.as_deref(),
        path: waiver.path.as_deref(),
        reason: &waiver.reason,
        owner: &waiver.owner,
        expires: waiver.expires,
        from: PolicyPlace { file: waiver.place.file.clone(), line: waiver.place.line },
    });
    let (rules, checks, waivers) = (rules.collect(), checks.collect(), waivers.collect());
    document(&Shown { name: &policy.info.name, sources: &policy.info.sources, rules, checks, waivers })
}

/// For people.
pub(super) fn text(policy: &Policy, colors: Colors) -> String {
    let styles = colors.styles();
    let (bold, dim) = (styles.bold, styles.dim);
    let mut out = format!("{bold}Policy {}{bold:#}\n", shown(&policy.info.name));
    for PolicySource { file, pack } in &policy.info.sources {
        let _ = writeln!(out, "  {} {dim}{}{dim:#}", shown(file), if *pack { "(pack)" } else { "(file)" });
    }
    let all = all(policy);
    let checks = policy.checks.iter().map(|check| check.id.len());
    let width = all.iter().map(|(demand, _)| demand.rule.len()).chain(checks).max().unwrap_or(0);
    let mut family = None;
    for (demand, level) in all {
        let own = rules::find(&demand.rule).map(|rule| rule.meta.family);
        if own != family {
            family = own;
            let _ = writeln!(out, "\n{bold}{}{bold:#}", own.map_or("other", crate::model::Family::word));
        }
        let style = match level {
            Some(Level::Error) => styles.bad,
            Some(_) => styles.open,
            None => dim,
        };
        let (rule, word) = (shown(&demand.rule), level.map_or("off", Level::word));
        let _ = writeln!(
            out,
            "  {rule:<width$}  {style}{word:<7}{style:#}  {dim}{}{dim:#}",
            place(origin(demand, "level"))
        );
        for (name, value) in &demand.params {
            let set = shown(&format!("{name}: {value}"));
            let _ = writeln!(out, "    {set:<0$}  {dim}{1}{dim:#}", width + 7, place(origin(demand, name)));
        }
    }
    if !policy.checks.is_empty() {
        let _ = writeln!(out, "\n{bold}checks{bold:#}");
    }
    for check in &policy.checks {
        let style = if check.level == Level::Error { styles.bad } else { styles.open };
        let from = PolicyPlace { file: check.place.file.clone(), line: check.place.line };
        let (level, from) = (check.level.word(), place(&from));
        let _ = writeln!(out, "  {:<width$}  {style}{level:<7}{style:#}  {dim}{from}{dim:#}", shown(&check.id));
    }
    if !policy.waivers.is_empty() {
        let _ = writeln!(out, "\n{bold}waivers{bold:#}");
    }
    for waiver in &policy.waivers {
        let whose = if waiver.owner.is_empty() { String::new() } else { format!(", owned by {}", waiver.owner) };
        let address: Vec<&str> = [&waiver.file, &waiver.path].into_iter().flatten().map(String::as_str).collect();
        let _ = writeln!(
            out,
            "  {} at {}, until {}{}  {dim}{}:{}{dim:#}\n      {}",
            waiver.rule,
            shown(&address.join(" ")),
            waiver.expires,
            shown(&whose),
            shown(&waiver.place.file),
            waiver.place.line,
            shown(&waiver.reason)
        );
    }
    out
}

/// All rules that a layer names with their levels, by family and id; `None` for off.
fn all(policy: &Policy) -> Vec<(&Demand, Option<Level>)> {
    let on = policy.rules.iter().map(|demand| (demand, Some(demand.level)));
    let mut all: Vec<_> = on.chain(policy.off.iter().map(|demand| (demand, None))).collect();
    all.sort_by_key(|(demand, _)| (rules::find(&demand.rule).map(|rule| rule.meta.family), &demand.rule));
    all
}

/// Where a value comes from.
fn origin<'d>(demand: &'d Demand, name: &str) -> &'d PolicyPlace {
    demand.origins.get(name).unwrap_or(&demand.place)
}

fn place(place: &PolicyPlace) -> String {
    format!("{}:{}", shown(&place.file), place.line)
}
