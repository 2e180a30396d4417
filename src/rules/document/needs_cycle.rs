//! The rule `needs-cycle`.

use crate::evidence::{Evidence, File};
use crate::model::Fix;
use crate::parse::workflow::Workflow;
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// No job waits for itself, neither at once nor by way of the jobs it needs.
    ///
    /// # Why it matters
    ///
    /// Such jobs could never start, so GitHub refuses the workflow and nothing of it runs.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   build:
    ///     needs: test
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make
    ///   test:
    ///     needs: build
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make
    ///   test:
    ///     needs: build
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Never in a file that runs.
    pub struct NeedsCycle;
    id: "needs-cycle",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Jobs that wait for each other can never start, so GitHub refuses the workflow.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let (mut jobs, mut cycles) = (0, 0);
    for workflow in &evidence.workflows {
        jobs += workflow.jobs.iter().filter(|job| job.needs().next().is_some()).count();
        for cycle in cycles_of(workflow) {
            cycles += 1;
            report(workflow.file, workflow, &cycle, sink);
        }
    }
    sink.subjects(jobs);
    sink.fact(format!("{} with `needs`, {}", count(jobs, "job"), count(cycles, "cycle")));
}

/// The jobs of each cycle in the order in which they wait, as positions; no job is in two of them.
///
/// Goes from job to needed job until it comes back to one on its way (a cycle) or to one that is done.
fn cycles_of<'t>(workflow: &Workflow<'t>) -> Vec<Vec<(usize, Node<'t>)>> {
    let ids: BTreeMap<String, usize> =
        workflow.jobs.iter().enumerate().map(|(at, job)| (job.id.to_ascii_lowercase(), at)).collect();
    let needs: Vec<Vec<(usize, Node<'t>)>> = workflow
        .jobs
        .iter()
        .map(|job| {
            let needed = |node: Node<'t>| Some((*ids.get(&node.text()?.to_ascii_lowercase())?, node));
            job.needs().filter_map(needed).collect()
        })
        .collect();
    let mut done = vec![false; needs.len()];
    let mut on_way = vec![false; needs.len()];
    let mut found = Vec::new();
    for start in 0..needs.len() {
        // Each job on the way and how many of its needs were followed.
        let mut way = vec![(start, 0)];
        while let Some((job, next)) = way.last_mut() {
            let job = *job;
            let followed = needs.get(job).and_then(|needs| needs.get(*next)).copied();
            *next += 1;
            if let Some(flag) = on_way.get_mut(job) {
                *flag = true;
            }
            match followed {
                Some((needed, _)) if done.get(needed) == Some(&true) => {}
                Some((needed, _)) if on_way.get(needed) == Some(&true) => {
                    let first = way.iter().position(|(job, _)| *job == needed).unwrap_or(0);
                    let members = way.get(first..).unwrap_or_default();
                    let link = |(job, next): &(usize, usize)| {
                        let (_, node) = needs.get(*job)?.get(next.checked_sub(1)?)?;
                        Some((*job, *node))
                    };
                    found.push(members.iter().filter_map(link).collect());
                    for (job, _) in members {
                        if let Some(flag) = done.get_mut(*job) {
                            *flag = true;
                        }
                    }
                    way.truncate(first);
                }
                Some((needed, _)) => way.push((needed, 0)),
                None => {
                    if let Some(flag) = done.get_mut(job) {
                        *flag = true;
                    }
                    way.pop();
                }
            }
        }
    }
    found
}

fn report(file: &File<'_>, workflow: &Workflow<'_>, cycle: &[(usize, Node<'_>)], sink: &mut Sink<'_>) {
    let id = |at: usize| workflow.jobs.get(at).map_or("", |job| job.id);
    let Some(((first, place), others)) = cycle.split_first() else { return };
    let message = if others.is_empty() {
        format!("job `{}` needs itself", id(*first))
    } else {
        let ids = cycle.iter().map(|(at, _)| *at).chain([*first]);
        let way = ids.map(|at| format!("`{}`", id(at))).collect::<Vec<_>>().join(" needs ");
        format!("these jobs wait for each other: {way}")
    };
    let related = others.iter().map(|(at, node)| (file, node.span(), format!("job `{}` waits here", id(*at))));
    sink.finding(Hit {
        file,
        span: place.span(),
        path: place.path(),
        message,
        why: WHY,
        fix: Fix {
            text:
                "Take the `needs` out that does not stand for an order of work; what both jobs need goes into a third \
                   that both name."
                    .to_owned(),
            edits: Vec::new(),
        },
        related: related.take(20).collect(),
    });
}
