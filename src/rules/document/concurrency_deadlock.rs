//! The rule `concurrency-deadlock`.

use crate::evidence::{Doc, Evidence, File};
use crate::model::Fix;
use crate::parse::expression;
use crate::parse::workflow::{Concurrency, Workflow};
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// No job waits for the concurrency group that its own run holds: a job does not name the group of its workflow, and a
    /// called workflow of the repository does not name the group of the workflow or job that calls it. Groups are compared
    /// as they are written; in a called workflow `github.workflow` and `github.ref` are those of the caller, so that the
    /// same text is the same group.
    ///
    /// Not judged: groups that read anything but `github` and `vars` in a called workflow, since inputs differ from call to
    /// call; workflows that are not in the input.
    ///
    /// # Why it matters
    ///
    /// The run waits for itself, and GitHub cancels the job ("a deadlock was detected").
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// concurrency: ci-${{ github.ref }}
    /// jobs:
    ///   deploy:
    ///     concurrency: ci-${{ github.ref }}
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make deploy
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// concurrency: ci-${{ github.ref }}
    /// jobs:
    ///   deploy:
    ///     concurrency: deploy-${{ github.ref }}
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
    /// The job or the call never happens in the runs that hold the group.
    pub struct ConcurrencyDeadlock;
    id: "concurrency-deadlock",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The run waits for a group that it holds itself, and GitHub cancels the job.";

/// Deepest calls of workflows by workflows that are followed; GitHub allows ten.
const MAX_DEPTH: usize = 10;

/// A group that a run holds.
#[derive(Clone, Copy)]
struct Held<'e> {
    file: &'e File<'e>,
    group: Node<'e>,
    text: &'e str,
    /// Who holds it, in words.
    by: &'static str,
}

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let mut search = Search { evidence, groups: 0, found: BTreeSet::new(), hits: Vec::new(), visited: 0 };
    for workflow in &evidence.workflows {
        let mut held = Vec::new();
        search.workflow(workflow, &mut held, 0);
    }
    sink.subjects(search.groups);
    sink.fact(format!("{}, {} in itself", count(search.groups, "concurrency group"), search.hits.len()));
    for hit in search.hits {
        sink.finding(hit);
    }
}

struct Search<'e> {
    evidence: &'e Evidence<'e>,
    groups: usize,
    /// Where groups were told already.
    found: BTreeSet<(&'e str, usize)>,
    hits: Vec<Hit<'e>>,
    /// Jobs of called workflows that were looked at, so that workflows that all call each other end.
    visited: usize,
}

/// Most jobs of called workflows that are looked at.
const MAX_VISITED: usize = 50_000;

impl<'e> Search<'e> {
    /// Looks at a workflow in a run that holds groups already; `depth` is the number of calls on the way to it.
    fn workflow(&mut self, workflow: &'e Doc<'e, Workflow<'e>>, held: &mut Vec<Held<'e>>, depth: usize) {
        let called = depth > 0;
        let before = held.len();
        let by = if called { "the calling workflow" } else { "the workflow" };
        self.group(workflow.file, workflow.concurrency(), held, called, by);
        for job in &workflow.jobs {
            let outer = held.len();
            self.group(workflow.file, job.concurrency(), held, called, "the calling job");
            let called_one = job.uses.as_ref().and_then(|uses| self.evidence.called_workflow(workflow.file, uses));
            if let Some(inner) =
                called_one.filter(|_| depth < MAX_DEPTH && self.visited < MAX_VISITED && !held.is_empty())
            {
                self.visited += inner.jobs.len().max(1);
                self.workflow(inner, held, depth + 1);
            }
            held.truncate(outer);
        }
        held.truncate(before);
    }

    /// Compares a group with those that are held, and takes it among them.
    fn group(
        &mut self,
        file: &'e File<'e>,
        concurrency: Option<Concurrency<'e>>,
        held: &mut Vec<Held<'e>>,
        called: bool,
        by: &'static str,
    ) {
        let Some(group) = concurrency.and_then(|concurrency| concurrency.group) else { return };
        let Some(text) = group.text().map(str::trim).filter(|text| !text.is_empty()) else { return };
        if !called {
            self.groups += 1;
        }
        // Names of groups know no case.
        let same = held.iter().find(|other| {
            other.text.eq_ignore_ascii_case(text) && (std::ptr::eq(other.file, file) || is_of_run(group))
        });
        if let Some(other) = same.copied()
            && self.found.insert((file.path(), group.span().offset))
        {
            let holder = if std::ptr::eq(other.file, file) { "the workflow" } else { other.by };
            self.hits.push(Hit {
                file,
                span: group.span(),
                path: group.path(),
                message: format!("the group `{text}` is held by {holder} already, so this waits for itself"),
                why: WHY,
                fix: Fix {
                    text: "Give each of the two a group of its own, or take one of them away:\n\n    concurrency:\n      group: \
                           deploy-${{ github.ref }}\n"
                        .to_owned(),
                    edits: Vec::new(),
                },
                related: vec![(other.file, other.group.span(), "the group is taken here".to_owned())],
            });
        }
        held.push(Held { file, group, text, by });
    }
}

/// Whether a group is the same in all workflows of a run: it reads `github` and `vars` only, and nothing there that
/// tells jobs apart.
fn is_of_run(group: Node<'_>) -> bool {
    expression::templates(group).iter().all(|template| {
        template.expr.as_ref().is_ok_and(|expr| {
            expr.contexts().iter().all(|read| {
                read.is("vars")
                    || (read.is("github") && read.name(0).is_some_and(|name| !name.eq_ignore_ascii_case("job")))
            })
        })
    })
}
