//! What of an event is written by people who have no right to write to the repository.
//!
//! Source: "Webhook events and payloads" and "Script injections" of GitHub's documentation. Left out, because nobody can
//! put code into them: numbers, hashes, ids, dates, logins, names of repositories (letters, digits, `-`, `_`, `.`) and
//! addresses made of these; and what only people with rights set: labels, milestones, base branches, tags, inputs of
//! `workflow_dispatch`.

use crate::parse::expression::{Part, Reference};

/// What can stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Name of a branch: no blanks and no line breaks, but quotes, `$( )` and `;`.
    Name,
    /// One line of anything.
    Line,
    /// Anything.
    Text,
}

/// A field of an event that an outsider writes.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// In lower case with dots; `*` stands for any item of a list.
    pub path: &'static str,
    /// Events that carry it.
    pub events: &'static [&'static str],
    /// What it may hold.
    pub content: Content,
    /// Whether it names code, which is not the outsider's any more once it is merged.
    pub names_code: bool,
}

const PULL: &[&str] = &["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"];
const HEAD: &[&str] = &["pull_request", "pull_request_target"];
const ISSUE: &[&str] = &["issues", "issue_comment"];
const COMMENT: &[&str] = &["issue_comment", "commit_comment", "discussion_comment", "pull_request_review_comment"];
const DISCUSSION: &[&str] = &["discussion", "discussion_comment"];
const RUN: &[&str] = &["workflow_run"];
const PUSH: &[&str] = &["push"];

const fn field(path: &'static str, events: &'static [&'static str], content: Content) -> Field {
    Field { path, events, content, names_code: false }
}

/// All texts that outsiders write.
const TEXTS: [Field; 30] = [
    field("github.head_ref", HEAD, Content::Name),
    field("github.event.pull_request.title", PULL, Content::Line),
    field("github.event.pull_request.body", PULL, Content::Text),
    field("github.event.pull_request.head.ref", PULL, Content::Name),
    field("github.event.pull_request.head.label", PULL, Content::Name),
    field("github.event.pull_request.head.repo.default_branch", PULL, Content::Name),
    field("github.event.pull_request.head.repo.description", PULL, Content::Line),
    field("github.event.pull_request.head.repo.homepage", PULL, Content::Line),
    field("github.event.changes.title.from", &["issues", "pull_request", "pull_request_target"], Content::Line),
    field("github.event.changes.body.from", &["issues", "issue_comment", "pull_request_target"], Content::Text),
    field("github.event.issue.title", ISSUE, Content::Line),
    field("github.event.issue.body", ISSUE, Content::Text),
    field("github.event.comment.body", COMMENT, Content::Text),
    field("github.event.review.body", &["pull_request_review"], Content::Text),
    field("github.event.discussion.title", DISCUSSION, Content::Line),
    field("github.event.discussion.body", DISCUSSION, Content::Text),
    field("github.event.pages.*.page_name", &["gollum"], Content::Line),
    field("github.event.pages.*.title", &["gollum"], Content::Line),
    field("github.event.head_commit.message", PUSH, Content::Text),
    field("github.event.head_commit.author.name", PUSH, Content::Line),
    field("github.event.head_commit.author.email", PUSH, Content::Line),
    field("github.event.commits.*.message", PUSH, Content::Text),
    field("github.event.commits.*.author.name", PUSH, Content::Line),
    field("github.event.commits.*.author.email", PUSH, Content::Line),
    field("github.event.workflow_run.head_branch", RUN, Content::Name),
    field("github.event.workflow_run.display_title", RUN, Content::Line),
    field("github.event.workflow_run.head_commit.message", RUN, Content::Text),
    field("github.event.workflow_run.head_commit.author.name", RUN, Content::Line),
    field("github.event.workflow_run.head_commit.author.email", RUN, Content::Line),
    field("github.event.workflow_run.head_repository.description", RUN, Content::Line),
];

/// What names a commit of a fork. `workflow_run.pull_requests` is none of it: it lists no pull requests of forks.
const COMMITS: [Field; 10] = [
    field("github.head_ref", HEAD, Content::Name),
    field("github.event.pull_request.head.ref", PULL, Content::Name),
    field("github.event.pull_request.head.sha", PULL, Content::Name),
    field("github.event.pull_request.head.repo.full_name", PULL, Content::Name),
    field("github.event.pull_request.head.repo.clone_url", PULL, Content::Name),
    field("github.event.pull_request.merge_commit_sha", PULL, Content::Name),
    field("github.event.workflow_run.head_sha", RUN, Content::Name),
    field("github.event.workflow_run.head_branch", RUN, Content::Name),
    field("github.event.workflow_run.head_commit.id", RUN, Content::Name),
    field("github.event.workflow_run.head_repository.full_name", RUN, Content::Name),
];

/// The number of a pull request, as part of `refs/pull/…/head`.
const NUMBERS: [Field; 3] = [
    field("github.event.number", HEAD, Content::Name),
    field("github.event.pull_request.number", PULL, Content::Name),
    field("github.event.issue.number", &["issue_comment"], Content::Name),
];

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Texts.
    Texts,
    /// Names of commits of pull requests.
    Commits,
    /// Numbers of pull requests.
    Numbers,
}

impl Wanted {
    /// The fields that a read gives. A read of a whole object gives them only as JSON (`toJSON(github.event)`), where
    /// line breaks are escaped.
    pub fn fields(self, reference: &Reference<'_>, as_json: bool) -> Vec<Field> {
        let table = match self {
            Self::Texts => &TEXTS[..],
            Self::Commits => &COMMITS[..],
            Self::Numbers => &NUMBERS[..],
        };
        let names_code = self != Self::Texts;
        let fields = table.iter().filter_map(|field| match covers(reference, field.path)? {
            0 => Some(Field { names_code, ..*field }),
            _ if as_json => Some(Field { content: field.content.min(Content::Line), names_code, ..*field }),
            _ => None,
        });
        fields.collect()
    }
}

/// How many parts of the path are left when a read ends on its way; `None` where it reads something else.
fn covers(reference: &Reference<'_>, path: &str) -> Option<usize> {
    let mut wanted = path.split('.');
    if !reference.is(wanted.next()?) {
        return None;
    }
    for part in &reference.parts {
        let name = wanted.next()?;
        let same = match part {
            Part::Name(own) => own.eq_ignore_ascii_case(name),
            Part::Star | Part::Dynamic(_) => name == "*",
        };
        if !same {
            return None;
        }
    }
    Some(wanted.count())
}

#[cfg(test)]
mod tests {
    use super::{Content, Wanted};
    use crate::parse::expression;

    #[test]
    fn texts_of_outsiders_are_told_from_the_rest_of_an_event() {
        for (text, json, expected) in [
            ("github.event.issue.title", false, Some(Content::Line)),
            ("GitHub.event['issue'].BODY", false, Some(Content::Text)),
            ("github.head_ref", false, Some(Content::Name)),
            ("github.event.commits[0].message", false, Some(Content::Text)),
            ("github.event.commits.*.author.email", false, Some(Content::Line)),
            ("github.event.issue", true, Some(Content::Line)),
            ("github.event.issue", false, None),
            ("github.event.issue.number", false, None),
            ("github.event.issue.user.login", true, None),
            ("github.event.pull_request.head.sha", false, None),
            ("github.event.pull_request.base.ref", false, None),
            ("github.ref_name", false, None),
            ("github.event.inputs.title", false, None),
            ("env.title", false, None),
        ] {
            let expr = expression::parse(text, 0).unwrap();
            let found = Wanted::Texts.fields(&expr.contexts()[0], json);
            assert_eq!(found.first().map(|field| field.content), expected, "{text}");
        }
    }
}
