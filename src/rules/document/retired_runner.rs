//! The rule `retired-runner`.

use crate::evidence::Evidence;
use crate::rules::support::retired::{ANNOUNCED, AS_OF, RUNNERS, Runner};
use crate::rules::support::runners;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No job asks for a runner image that GitHub has switched off, in `runs-on` or in the matrix that it reads (tables of
    /// 2026-09-20).
    ///
    /// Not judged: labels together with others (`[self-hosted, …]`) and runner groups, which name runners of one's own;
    /// labels that an input or a variable gives.
    ///
    /// # Why it matters
    ///
    /// No runner takes the job: it waits until GitHub cancels it after a day, or ends with an error.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     strategy:
    ///       matrix:
    ///         os: [ubuntu-20.04, ubuntu-24.04]
    ///     runs-on: ${{ matrix.os }}
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     strategy:
    ///       matrix:
    ///         os: [ubuntu-22.04, ubuntu-24.04]
    ///     runs-on: ${{ matrix.os }}
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// - `announced`: also labels whose end is announced for a later day (default `false`).
    ///
    /// # When to waive
    ///
    /// A runner of your own has this label.
    pub struct RetiredRunner;
    id: "retired-runner",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    announced: bool,
}

const WHY: &str = "No runner takes a job with such a label: it waits until it is cancelled, or ends with an error.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots: Vec<Spot<'_>> = Vec::new();
    let (mut jobs, mut open) = (0, 0);
    for at in evidence.jobs().filter(|at| at.job.uses.is_none()) {
        jobs += 1;
        let (labels, complete) = runners::labels(at.job);
        open += usize::from(!complete);
        for label in labels.iter().filter(|label| !label.together) {
            let Some((retired, over)) = find(&label.text, params) else { continue };
            let Runner { date, instead, .. } = retired;
            let message = if over {
                format!("no runner has the label `{}` any more: GitHub's date for its end was {date}", label.text)
            } else {
                format!("GitHub has announced the end of `{}` for {date}", label.text)
            };
            spots.push(Spot {
                file: at.file,
                span: label.span,
                path: label.node.path(),
                message,
                detail: format!("Take a newer image, `{instead}`, or one whose name moves on, `…-latest`."),
                edits: Vec::new(),
            });
        }
    }
    // Jobs may share a matrix by an alias.
    spots.sort_by(|a, b| (a.file.path(), a.span).cmp(&(b.file.path(), b.span)));
    spots.dedup_by(|a, b| a.file.path() == b.file.path() && a.span == b.span);
    sink.subjects(jobs);
    sink.fact(format!("{}, {} retired (as of {AS_OF})", count(jobs, "job"), count(spots.len(), "label")));
    if open > 0 {
        sink.fact(format!("{} with labels that only the run knows", count(open, "job")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} labels name runner images that are retired", group.len()),
        |group| group.first().map(|spot| spot.detail.clone()).unwrap_or_default(),
    );
}

/// A label of the tables, and whether its end has come.
fn find(label: &str, params: &Params) -> Option<(Runner, bool)> {
    let named = |runner: &&Runner| runner.label.eq_ignore_ascii_case(label.trim());
    let gone = RUNNERS.iter().find(named).map(|runner| (*runner, true));
    gone.or_else(|| ANNOUNCED.iter().filter(|_| params.announced).find(named).map(|runner| (*runner, false)))
}
