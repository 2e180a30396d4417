//! The rule `healthcheck-too-slow`.

use super::readiness::is_disabled;
use crate::evidence::Evidence;
use crate::parse::workflow::is_dynamic;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A health check gives up within its budget: interval × retries + start period. What is not written has Docker's
    /// defaults: an interval of 30 s, 3 retries, no start period. Looked at are `healthcheck` of compose services,
    /// `HEALTHCHECK` of Dockerfiles and the `--health-…` options of a job's services.
    ///
    /// Not judged: durations that a variable or an expression makes.
    ///
    /// # Why it matters
    ///
    /// That long a run waits for a service that will never answer, before it fails.
    ///
    /// # Example
    ///
    /// ```yaml compose.yml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck:
    ///       test: pg_isready -U postgres
    ///       interval: 30s
    ///       retries: 10
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml compose.yml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck:
    ///       test: pg_isready -U postgres
    ///       interval: 2s
    ///       retries: 30
    /// ```
    ///
    /// # Options
    ///
    /// - `max_seconds`: the budget (default 120).
    ///
    /// # When to waive
    ///
    /// The service really takes that long to start.
    pub struct HealthcheckTooSlow;
    id: "healthcheck-too-slow",
    family: Health,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    max_seconds: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { max_seconds: 120.0 }
    }
}

const WHY: &str = "That long a run waits for a service that will never answer, before it fails.";

/// The numbers of a health check, in seconds.
struct Times {
    interval: f64,
    retries: f64,
    start_period: f64,
}

impl Times {
    /// From what is written; `None` where something written is not known.
    fn read(written: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let seconds = |name, default| written(name).map_or(Some(default), |text| duration(&text));
        let retries = written("retries").map_or(Some(3.0), |text| text.trim().parse::<u32>().ok().map(f64::from))?;
        Some(Self {
            interval: seconds("interval", 30.0)?,
            // Docker takes none for its default.
            retries: if retries < 1.0 { 3.0 } else { retries },
            start_period: seconds("start-period", 0.0)?,
        })
    }

    fn total(&self) -> f64 {
        self.interval * self.retries + self.start_period
    }
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut checks, mut open) = (0, 0);
    let mut judge = |times: Option<Times>, who: String| {
        let Some(times) = times else {
            open += 1;
            return None;
        };
        checks += 1;
        let Times { interval, retries, start_period } = times;
        let start = if start_period > 0.0 { format!(" + {start_period} s") } else { String::new() };
        (times.total() > params.max_seconds).then(|| {
            format!(
                "{who} is given up after {} s ({interval} s × {retries} retries{start}), which is over the budget of {} s",
                times.total(),
                params.max_seconds
            )
        })
    };
    // A check may be part of several projects.
    let mut seen = BTreeSet::new();
    for project in evidence.compose_projects() {
        for service in &project.services {
            let Some(check) = service.value.get("healthcheck").filter(|check| !is_disabled(check)) else { continue };
            let Some(part) = check.strongest() else { continue };
            let place = part.node.key().unwrap_or(part.node).span();
            if !seen.insert((part.file.path(), place)) {
                continue;
            }
            let times = Times::read(|name| Some(check.text(&name.replace('-', "_"))?.text));
            spots.extend(judge(times, format!("service `{}`", service.name)).map(|message| Spot {
                file: part.file,
                span: place,
                path: format!("services.{}.healthcheck", service.name),
                message,
                detail: String::new(),
                edits: Vec::new(),
            }));
        }
    }
    for dockerfile in &evidence.dockerfiles {
        for stage in &dockerfile.stages {
            for instruction in stage.instructions.iter().filter(|i| i.keyword == "HEALTHCHECK" && i.inner.is_some()) {
                let times = Times::read(|name| instruction.flag(name).and_then(|flag| flag.value.clone()));
                spots.extend(judge(times, "a container of the image".to_owned()).map(|message| Spot {
                    file: dockerfile.file,
                    span: instruction.span,
                    path: String::new(),
                    message,
                    detail: String::new(),
                    edits: Vec::new(),
                }));
            }
        }
    }
    for job in evidence.jobs() {
        for service in &job.job.services {
            let Some((node, text)) = service.options.and_then(|node| Some((node, node.text()?))) else { continue };
            let words: Vec<&str> = text.split_whitespace().collect();
            let option = |name: &str| {
                let option = format!("--health-{name}");
                words.iter().enumerate().find_map(|(at, word)| match word.split_once('=') {
                    Some((name, value)) if name == option => Some(value),
                    _ if *word == option => words.get(at + 1).copied(),
                    _ => None,
                })
            };
            if option("cmd").is_none() || is_dynamic(text) {
                continue;
            }
            let times = Times::read(|name| option(name).map(|value| value.trim_matches(['"', '\'']).to_owned()));
            let who = format!("service `{}` of job `{}`", service.name, job.job.id);
            spots.extend(judge(times, who).map(|message| Spot {
                file: job.file,
                span: node.span(),
                path: node.path(),
                message,
                detail: String::new(),
                edits: Vec::new(),
            }));
        }
    }
    sink.subjects(checks);
    sink.fact(format!("{}, {} over {} s", count(checks, "health check"), spots.len(), params.max_seconds));
    if open > 0 {
        sink.fact(format!("not judged: {} whose times are not known", count(open, "health check")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} health checks are over their budget; the first: {first}", group.len())
        },
        |_| "Ask often, and give up in time:\n\n    interval: 2s\n    timeout: 2s\n    retries: 30\n".to_owned(),
    );
}

/// A duration as Docker writes it (`1m30s`, `500ms`), in seconds.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    let mut sum = 0.0;
    if rest == "0" {
        return Some(sum);
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest.get(..end)?.parse().ok()?;
        let unit = rest.get(end..)?;
        let length = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        sum += number
            * match unit.get(..length)? {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                _ => return None,
            };
        rest = unit.get(length..)?;
    }
    (!text.trim().is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("30s", Some(30.0)),
            ("1m30s", Some(90.0)),
            ("1.5m", Some(90.0)),
            ("500ms", Some(0.5)),
            ("1h", Some(3600.0)),
            ("0", Some(0.0)),
            ("30", None),
            ("", None),
            ("s", None),
            ("${INTERVAL:-5s}", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }
}
