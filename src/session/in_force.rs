//! The policy that was judged by, as it is shown.

use crate::model::{Family, Level, NumberInForce, ParameterInForce, PolicyInForce, PolicyPlace, RuleInForce, Unit};
use crate::policy::{Demand, Policy, RuleSpec};
use crate::rules::support::params::Duration;
use crate::rules::{self, docs};
use serde_json::Value;

/// What is in force by a policy with this text.
pub(super) fn of(policy: &Policy, text: &str, pack: bool) -> PolicyInForce {
    let specs = rules::specs();
    let on = policy.rules.iter().map(|demand| (demand, Some(demand.level)));
    let mut shown: Vec<RuleInForce> = on
        .chain(policy.off.iter().map(|demand| (demand, None)))
        .map(|(demand, level)| rule(demand, level, &specs))
        .collect();
    shown.sort_by(|a, b| (a.family, &a.rule).cmp(&(b.family, &b.rule)));
    shown.extend(policy.checks.iter().map(|check| RuleInForce {
        rule: check.id.clone(),
        family: Family::Custom,
        level: Some(check.level),
        from: PolicyPlace { file: check.place.file.clone(), line: check.place.line },
        about: String::new(),
        parameters: Vec::new(),
    }));
    PolicyInForce { name: policy.info.name.clone(), text: text.to_owned(), pack, rules: shown }
}

fn rule(demand: &Demand, level: Option<Level>, specs: &[RuleSpec]) -> RuleInForce {
    let docs = rules::find(&demand.rule).map_or("", |rule| rule.meta.docs);
    let spec = specs.iter().find(|spec| spec.id == demand.rule);
    let origin = |name: &str| demand.origins.get(name).unwrap_or(&demand.place).clone();
    let parameter = |spec: &RuleSpec, name: String| {
        let value = demand.params.get(&name);
        let number = number(spec, &name, value, docs);
        (value.is_some() || number.is_some()).then(|| ParameterInForce {
            about: docs::option(docs, &name).unwrap_or_default(),
            value: value.map(Value::to_string),
            from: value.map(|_| origin(&name)),
            number,
            name,
        })
    };
    RuleInForce {
        rule: demand.rule.clone(),
        family: spec.map_or(Family::Custom, |spec| spec.family),
        level,
        from: origin("level"),
        about: crate::render::first_sentence(docs),
        parameters: spec.map_or_else(Vec::new, |spec| {
            spec.parameters().into_iter().filter_map(|name| parameter(spec, name)).collect()
        }),
    }
}

/// Of a parameter that takes numbers, and not everything: what it says of itself by what it takes.
fn number(spec: &RuleSpec, name: &str, value: Option<&Value>, docs: &str) -> Option<NumberInForce> {
    if !spec.takes(name, 7) || spec.takes(name, true) {
        return None;
    }
    let is_time = spec.takes(name, "5m");
    let at_most_hundred = !spec.takes(name, 101);
    let unit = if at_most_hundred || name.ends_with("_percent") {
        Unit::Percent
    } else if is_time {
        Unit::Time
    } else if name.ends_with("_seconds") {
        Unit::Seconds
    } else if name.ends_with("minutes") {
        Unit::Minutes
    } else if name.ends_with("_days") {
        Unit::Days
    } else {
        Unit::Plain
    };
    let set = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        time => serde_json::from_value::<Duration>(time.clone()).ok().map(Duration::seconds),
    };
    let value = value.map_or_else(|| docs::default_number(docs, name), set);
    let (high, step) = range(value.unwrap_or_default(), unit, at_most_hundred, spec.takes(name, 0.5));
    Some(NumberInForce {
        value: value.map(|value| value.to_string()),
        unit,
        high: high.to_string(),
        step: step.to_string(),
    })
}

/// The end and the steps of a scale on which a value stands at half at most.
fn range(value: f64, unit: Unit, at_most_hundred: bool, parts: bool) -> (f64, f64) {
    if at_most_hundred {
        return (100.0, 1.0);
    }
    let ends: &[f64] = match unit {
        Unit::Time | Unit::Seconds => &[10.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 14_400.0],
        _ => &[10.0, 20.0, 60.0, 100.0, 200.0, 400.0, 1000.0],
    };
    let end = ends.iter().copied().find(|end| *end >= value * 2.0).unwrap_or(value * 2.0);
    let step = if end >= 300.0 && matches!(unit, Unit::Time | Unit::Seconds) {
        5.0
    } else if end <= 20.0 && parts {
        0.5
    } else {
        1.0
    };
    // A value between two steps could not be kept.
    (end, if (value / step).fract() > 0.0 { if parts { 0.1 } else { 1.0 } } else { step })
}
