//! The rule `missing-needs`.

use crate::evidence::Evidence;
use crate::model::Fix;
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// Every job that a `needs` names is a job of the same workflow. Ids of jobs know no case.
    ///
    /// # Why it matters
    ///
    /// GitHub refuses a workflow whose jobs wait for a job that is not there; nothing of it runs. It mostly happens when
    /// a job is renamed or taken out.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make
    ///   deploy:
    ///     needs: [build, test]
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make deploy
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
    ///   deploy:
    ///     needs: [build]
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make deploy
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Never in a file that runs.
    pub struct MissingNeeds;
    id: "missing-needs",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "GitHub refuses a workflow that waits for a job which is not there, so nothing of it runs.";

/// Most names that a fix lists.
const SHOWN: usize = 12;

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let (mut needs, mut missing) = (0, 0);
    for workflow in &evidence.workflows {
        // Of the mapping itself: jobs that could not be read are there all the same.
        let names: Vec<&str> =
            workflow.node.get("jobs").into_iter().flat_map(Node::entries).filter_map(|(key, _)| key.text()).collect();
        let known: BTreeSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        for job in &workflow.jobs {
            for (node, need) in job.needs().filter_map(|node| Some((node, node.text()?))) {
                needs += 1;
                if known.contains(&need.to_ascii_lowercase()) || is_dynamic(need) {
                    continue;
                }
                missing += 1;
                let listed = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let more = if names.len() > SHOWN { ", …" } else { "" };
                sink.finding(Hit {
                    file: workflow.file,
                    span: node.span(),
                    path: node.path(),
                    message: format!("job `{}` needs `{need}`, but the workflow has no such job", job.id),
                    why: WHY,
                    fix: Fix {
                        text: format!("Name the job that is meant, or take `{need}` out. The jobs are {listed}{more}."),
                        edits: Vec::new(),
                    },
                    related: Vec::new(),
                });
            }
        }
    }
    sink.subjects(needs);
    sink.fact(format!("{}, {missing} of them missing", count(needs, "needed job")));
}
