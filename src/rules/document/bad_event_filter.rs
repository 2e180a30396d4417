//! The rule `bad-event-filter`.

use crate::evidence::{Doc, Evidence};
use crate::model::Fix;
use crate::parse::workflow::{Trigger, Workflow, is_dynamic};
use crate::parse::yaml::{Node, Style};
use crate::rules::support::filter_pattern::FilterPattern;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// The filters of an event are such that GitHub can read them and something passes them:
    ///
    /// - `branches` and `branches-ignore`, `tags` and `tags-ignore`, `paths` and `paths-ignore` do not stand together;
    /// - an event has only the filters that it knows: there are no `paths` of a `release`;
    /// - patterns are closed and not empty, and one of several does not begin with `!`;
    /// - paths begin at the root of the repository, without `./`;
    /// - `types` are those of the event (tables of 2026-08-05): a pull request is never `merged`;
    /// - `workflow_run` names its `workflows`.
    ///
    /// Not judged: types that no event of the tables has, since GitHub may have added them; events that are not known
    /// (see `unknown-key`).
    ///
    /// # Why it matters
    ///
    /// GitHub refuses the workflow, or starts it never, or always: a filter that an event does not have filters nothing.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on:
    ///   push:
    ///     branches: ['**']
    ///     branches-ignore: [docs]
    ///   pull_request:
    ///     types: [merged]
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make test
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on:
    ///   push:
    ///     branches: ['**', '!docs']
    ///   pull_request:
    ///     types: [closed]
    /// jobs:
    ///   test:
    ///     if: github.event_name == 'push' || github.event.pull_request.merged
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
    /// GitHub has added the filter or the type since.
    pub struct BadEventFilter;
    id: "bad-event-filter",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "GitHub refuses the workflow, never starts it, or starts it in cases that the filter was to keep out.";

/// The filters that some event has; under another one, they are this rule's.
pub(super) const FILTERS: [&str; 8] =
    ["branches", "branches-ignore", "paths", "paths-ignore", "tags", "tags-ignore", "types", "workflows"];

const PULL_REQUEST: &[&str] = &[
    "assigned",
    "auto_merge_disabled",
    "auto_merge_enabled",
    "closed",
    "converted_to_draft",
    "demilestoned",
    "dequeued",
    "edited",
    "enqueued",
    "labeled",
    "locked",
    "milestoned",
    "opened",
    "ready_for_review",
    "reopened",
    "review_request_removed",
    "review_requested",
    "synchronize",
    "unassigned",
    "unlabeled",
    "unlocked",
];
const ISSUES: &[&str] = &[
    "assigned",
    "closed",
    "deleted",
    "demilestoned",
    "edited",
    "labeled",
    "locked",
    "milestoned",
    "opened",
    "pinned",
    "reopened",
    "transferred",
    "typed",
    "unassigned",
    "unlabeled",
    "unlocked",
    "unpinned",
    "untyped",
];
const DISCUSSION: &[&str] = &[
    "answered",
    "category_changed",
    "closed",
    "created",
    "deleted",
    "edited",
    "labeled",
    "locked",
    "pinned",
    "reopened",
    "transferred",
    "unanswered",
    "unlabeled",
    "unlocked",
    "unpinned",
];
const CREATED_EDITED_DELETED: &[&str] = &["created", "deleted", "edited"];

/// The types of each event that has some.
const TYPES: [(&str, &[&str]); 21] = [
    ("branch_protection_rule", CREATED_EDITED_DELETED),
    ("check_run", &["completed", "created", "requested_action", "rerequested"]),
    // The last two are of apps and start no workflow.
    ("check_suite", &["completed", "requested", "rerequested"]),
    ("discussion", DISCUSSION),
    ("discussion_comment", CREATED_EDITED_DELETED),
    ("image_version", &["created", "deleted", "ready"]),
    ("issue_comment", CREATED_EDITED_DELETED),
    ("issues", ISSUES),
    ("label", CREATED_EDITED_DELETED),
    ("merge_group", &["checks_requested", "destroyed"]),
    ("milestone", &["closed", "created", "deleted", "edited", "opened"]),
    ("project", &["closed", "created", "deleted", "edited", "reopened"]),
    ("project_card", &["converted", "created", "deleted", "edited", "moved"]),
    ("project_column", &["created", "deleted", "moved", "updated"]),
    ("pull_request", PULL_REQUEST),
    ("pull_request_review", &["dismissed", "edited", "submitted"]),
    ("pull_request_review_comment", CREATED_EDITED_DELETED),
    ("pull_request_target", PULL_REQUEST),
    ("registry_package", &["published", "updated"]),
    ("release", &["created", "deleted", "edited", "prereleased", "published", "released", "unpublished"]),
    ("watch", &["started"]),
];
/// Types of `workflow_run`, which has other filters as well.
const WORKFLOW_RUN: &[&str] = &["completed", "in_progress", "requested"];

/// Words that are taken for types and are none of any event.
const MISTAKEN: [&str; 14] = [
    "approved",
    "change",
    "close",
    "create",
    "label",
    "merge",
    "merged",
    "open",
    "push",
    "pushed",
    "publish",
    "sync",
    "synchronized",
    "update",
];

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let (mut events, mut open) = (0, 0);
    for workflow in &evidence.workflows {
        for trigger in &workflow.triggers {
            let Some(known) = filters(trigger.event) else { continue };
            events += 1;
            let mut judge = Judge { workflow, trigger, open: &mut open, sink };
            judge.keys(known);
            judge.together();
            judge.patterns();
            judge.types();
            judge.workflows();
        }
    }
    sink.subjects(events);
    sink.fact(count(events, "event"));
    if open > 0 {
        sink.fact(format!("{} not known, and not judged", count(open, "type")));
    }
}

/// The filters of an event; `None` for an event that is not known, or one that has other keys.
fn filters(event: &str) -> Option<&'static [&'static str]> {
    match event {
        "push" => Some(&["branches", "branches-ignore", "paths", "paths-ignore", "tags", "tags-ignore"]),
        "pull_request" | "pull_request_target" => {
            Some(&["branches", "branches-ignore", "paths", "paths-ignore", "types"])
        }
        "merge_group" => Some(&["branches", "branches-ignore", "types"]),
        "workflow_run" => Some(&["branches", "branches-ignore", "types", "workflows"]),
        "create" | "delete" | "deployment" | "deployment_status" | "fork" | "gollum" | "page_build" | "public"
        | "status" | "workflow_call" | "workflow_dispatch" => Some(&[]),
        "repository_dispatch" => Some(&["types"]),
        _ => TYPES.iter().any(|(name, _)| *name == event).then_some(&["types"]),
    }
}

struct Judge<'j, 'e, 's, 'm> {
    workflow: &'e Doc<'e, Workflow<'e>>,
    trigger: &'e Trigger<'e>,
    open: &'j mut usize,
    sink: &'s mut Sink<'m>,
}

impl<'e> Judge<'_, 'e, '_, '_> {
    fn tell(&mut self, node: Node<'e>, message: String, fix: String, related: Option<Node<'e>>) {
        let file = self.workflow.file;
        let other = |node: Node<'_>| (file, node.span(), "stands together with this".to_owned());
        self.sink.finding(Hit {
            file,
            span: node.span(),
            path: node.path(),
            message,
            why: WHY,
            fix: Fix { text: fix, edits: Vec::new() },
            related: related.map(other).into_iter().collect(),
        });
    }

    fn entries(&self) -> impl Iterator<Item = (Node<'e>, Node<'e>)> + use<'e> {
        self.trigger.options.into_iter().flat_map(Node::entries)
    }

    /// Filters that the event does not have.
    fn keys(&mut self, known: &[&str]) {
        let event = self.trigger.event;
        for (key, _) in self.entries() {
            let Some(name) = key.text().filter(|name| FILTERS.contains(name) && !known.contains(name)) else {
                continue;
            };
            let fix = if known.is_empty() {
                "Take it out, and ask in the `if` of a job for what should be told apart.".to_owned()
            } else {
                format!("Take it out. The filters of `{event}` are {}.", listed(known))
            };
            self.tell(key, format!("`{event}` has no filter `{name}`, so nothing is kept out by it"), fix, None);
        }
    }

    /// A filter and its opposite.
    fn together(&mut self) {
        for (name, opposite) in [("branches", "branches-ignore"), ("tags", "tags-ignore"), ("paths", "paths-ignore")] {
            let Some(options) = self.trigger.options else { continue };
            let (Some((key, _)), Some((other, _))) = (options.entry(name), options.entry(opposite)) else { continue };
            let message = format!(
                "`{name}` and `{opposite}` stand together under `{}`, which GitHub refuses",
                self.trigger.event
            );
            let fix = format!(
                "Write what is left out as a pattern with `!` at the end of `{name}`:\n\n    {name}:\n      - '**'\n      - '!docs'\n"
            );
            self.tell(other, message, fix, Some(key));
        }
    }

    fn patterns(&mut self) {
        for name in FILTERS.iter().take(6) {
            let mut positive = 0;
            let mut last = None;
            let mut readable = true;
            for node in self.trigger.filter(name) {
                // An alias without its anchor (`*-dev` without quotes) has no text, and is told as what could not be read.
                let dangling = node.text() == Some("") && node.style() == Some(Style::Plain) && node.span().length > 0;
                let Some(text) = node.text().filter(|text| !is_dynamic(text) && !dangling) else {
                    readable = false;
                    continue;
                };
                last = Some(node);
                let wrong = match FilterPattern::parse(text) {
                    Ok(pattern) => {
                        positive += usize::from(!pattern.negative);
                        let path = text.strip_prefix('!').unwrap_or(text);
                        let outside = name.starts_with("paths") && (path.starts_with("./") || path.starts_with("../"));
                        outside.then(|| {
                            format!("`{text}` matches nothing: paths begin at the root of the repository, without `./`")
                        })
                    }
                    Err(why) => {
                        readable = false;
                        Some(format!("GitHub cannot read the pattern `{text}`: {why}"))
                    }
                };
                if let Some(message) = wrong {
                    let fix = "In patterns, `*` is any text without `/`, `**` any text, `?` makes the sign before it optional, `+` lets it \
                               repeat and `[]` is one of some signs; a `\\` before such a sign takes its meaning away.";
                    self.tell(node, message, fix.to_owned(), None);
                }
            }
            if let Some(node) = last.filter(|_| readable && positive == 0 && !name.ends_with("-ignore")) {
                let message = format!("every pattern of `{name}` begins with `!`, so nothing ever passes");
                let fix = format!(
                    "Say first what passes:\n\n    {name}:\n      - '**'\n      - '{}'\n",
                    node.text().unwrap_or_default()
                );
                self.tell(node, message, fix, None);
            }
        }
    }

    fn types(&mut self) {
        let event = self.trigger.event;
        let known = match event {
            "workflow_run" => WORKFLOW_RUN,
            _ => match TYPES.iter().find(|(name, _)| *name == event) {
                Some((_, known)) => known,
                None => return,
            },
        };
        for node in self.trigger.filter("types") {
            let Some(name) = node.text().filter(|name| !known.contains(name) && !is_dynamic(name)) else { continue };
            let of_others = TYPES.iter().any(|(_, types)| types.contains(&name)) || WORKFLOW_RUN.contains(&name);
            if !of_others && !MISTAKEN.contains(&name) {
                *self.open += 1;
                continue;
            }
            let fix = match name {
                "merged" | "merge" if event.starts_with("pull_request") => {
                    "Ask for closed pull requests, and leave out those that were not merged:\n\n    types: [closed]\n    …\n    if: \
                     github.event.pull_request.merged\n"
                        .to_owned()
                }
                _ => format!("Its types are {}.", listed(known)),
            };
            self.tell(
                node,
                format!("`{event}` has no type `{name}`, so the workflow does not start for it"),
                fix,
                None,
            );
        }
    }

    /// The workflows of `workflow_run`.
    fn workflows(&mut self) {
        if self.trigger.event == "workflow_run" && self.trigger.filter("workflows").next().is_none() {
            let fix = "Name the workflows whose runs start this one:\n\n    workflow_run:\n      workflows: [CI]\n      types: [completed]\n";
            self.tell(self.trigger.node, "`workflow_run` names no `workflows`".to_owned(), fix.to_owned(), None);
        }
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{FILTERS, TYPES};

    #[test]
    fn tables_are_sorted() {
        assert!(FILTERS.is_sorted());
        assert!(TYPES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(TYPES.iter().all(|(_, types)| types.is_sorted()));
    }
}
