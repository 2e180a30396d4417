//! Whether a condition can hold for an outsider.

use crate::parse::expression::{Expr, Kind, Operator, Reference, Value};

/// Who asks: somebody without rights, by an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outsider<'c> {
    /// The event.
    pub(super) event: &'c str,
    /// What of it they write, in lower case with dots.
    pub(super) path: &'c str,
    /// Whether that is code, which somebody with rights has merged or not.
    pub(super) names_code: bool,
}

/// What is known of a value.
enum Known {
    Value(Value),
    /// A name, an id or a repository of the outsider's own: nothing that a condition asks for.
    Own,
    /// What the outsider writes, to do harm with it.
    Written,
}

/// What the condition comes to; `None` where that is open.
pub(super) fn holds(expr: &Expr, outsider: Outsider<'_>) -> Option<bool> {
    match &expr.kind {
        Kind::Not(inner) => holds(inner, outsider).map(|truth| !truth),
        Kind::And(parts) => decided(parts, false, outsider),
        Kind::Or(parts) => decided(parts, true, outsider),
        Kind::Compare(Operator::Equal, left, right) => equal(left, right, outsider),
        Kind::Compare(Operator::NotEqual, left, right) => equal(left, right, outsider).map(|same| !same),
        Kind::Call(function, arguments) => match (function.name, arguments.as_slice()) {
            ("contains", [list, item]) => contains(list, item, outsider),
            ("startsWith", [read, part]) if path_of(read).as_deref() == Some("github.ref") => {
                let Kind::Text(part) = &part.kind else { return None };
                let begin = begin_of_ref(outsider.event)?;
                let may = begin.starts_with(part.as_str()) || part.starts_with(begin);
                if may { None } else { Some(false) }
            }
            ("startsWith" | "endsWith", [text, _]) if matches!(known(text, outsider), Some(Known::Own)) => Some(false),
            _ => expr.truth(),
        },
        _ => match known(expr, outsider)? {
            Known::Value(value) => Some(value.truth()),
            Known::Own | Known::Written => None,
        },
    }
}

fn decided(parts: &[Expr], by: bool, outsider: Outsider<'_>) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match holds(part, outsider) {
            Some(truth) if truth == by => return Some(by),
            Some(_) => {}
            None => open = true,
        }
    }
    (!open).then_some(!by)
}

fn equal(left: &Expr, right: &Expr, outsider: Outsider<'_>) -> Option<bool> {
    let never = |read: &Expr, value: &Expr| is_act_of_a_maintainer(read, value) || is_other_ref(read, value, outsider);
    if never(left, right) || never(right, left) {
        return Some(false);
    }
    match (known(left, outsider), known(right, outsider)) {
        (Some(Known::Own), Some(Known::Own)) => None,
        (Some(Known::Own), _)
        | (_, Some(Known::Own))
        | (Some(Known::Written), Some(Known::Value(_)))
        | (Some(Known::Value(_)), Some(Known::Written)) => Some(false),
        (Some(Known::Value(left)), Some(Known::Value(right))) => same(&left, &right),
        _ => None,
    }
}

/// `github.event.action == 'labeled'`: only people with rights do that.
fn is_act_of_a_maintainer(read: &Expr, value: &Expr) -> bool {
    let Kind::Text(action) = &value.kind else { return false };
    path_of(read).as_deref() == Some("github.event.action") && ACTS_OF_MAINTAINERS.contains(&action.as_str())
}

/// How `github.ref` begins in runs for an event; `None` where people with rights choose it.
fn begin_of_ref(event: &str) -> Option<&'static str> {
    match event {
        "push" => None,
        "pull_request" | "pull_request_review" | "pull_request_review_comment" => Some("refs/pull/"),
        _ => Some("refs/heads/"),
    }
}

/// `github.ref == 'refs/tags/v1'`, `github.ref_name == 'main'` and the like, where the run is for something else.
fn is_other_ref(read: &Expr, value: &Expr, outsider: Outsider<'_>) -> bool {
    let (Kind::Text(value), Some(begin)) = (&value.kind, begin_of_ref(outsider.event)) else { return false };
    match path_of(read).as_deref() {
        Some("github.ref") => !value.starts_with(begin),
        Some("github.ref_name") => begin == "refs/pull/" && !value.ends_with("/merge"),
        Some("github.ref_type") => value == "tag",
        _ => false,
    }
}

/// Types of events about pull requests and issues that only people with rights bring about.
pub(super) const ACTS_OF_MAINTAINERS: [&str; 11] = [
    "labeled",
    "unlabeled",
    "assigned",
    "unassigned",
    "milestoned",
    "demilestoned",
    "locked",
    "unlocked",
    "pinned",
    "unpinned",
    "transferred",
];

fn same(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.eq_ignore_ascii_case(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left == right),
        _ => None,
    }
}

fn contains(list: &Expr, item: &Expr, outsider: Outsider<'_>) -> Option<bool> {
    // Only people with rights put labels on pull requests and issues.
    if path_of(list).is_some_and(|path| path.ends_with(".labels.*.name")) {
        return Some(false);
    }
    let item = known(item, outsider);
    if let Some(items) = constant_list(list) {
        return match item? {
            Known::Own | Known::Written => Some(false),
            Known::Value(item) => Some(items.iter().any(|other| same(other, &item) == Some(true))),
        };
    }
    match (known(list, outsider)?, item) {
        (Known::Own, _) | (Known::Value(_), Some(Known::Own | Known::Written)) => Some(false),
        (Known::Value(Value::Text(text)), Some(Known::Value(Value::Text(part)))) => {
            Some(text.to_lowercase().contains(&part.to_lowercase()))
        }
        _ => None,
    }
}

/// The items of `fromJSON('["a", "b"]')`.
fn constant_list(list: &Expr) -> Option<Vec<Value>> {
    let Kind::Call(function, arguments) = &list.kind else { return None };
    let Some(Kind::Text(text)) = arguments.first().map(|argument| &argument.kind) else { return None };
    if function.name != "fromJSON" {
        return None;
    }
    let items: Vec<String> = serde_json::from_str(text).ok()?;
    Some(items.into_iter().map(Value::Text).collect())
}

fn path_of(expr: &Expr) -> Option<String> {
    reference(expr).map(|reference| reference.path())
}

/// The read that an expression is, and not one that holds others.
fn reference(expr: &Expr) -> Option<Reference<'_>> {
    let is_read = matches!(expr.kind, Kind::Context(_) | Kind::Member(..) | Kind::Index(..) | Kind::Star(_));
    is_read.then(|| expr.contexts().into_iter().next()).flatten().filter(|read| read.span == expr.span)
}

fn known(expr: &Expr, outsider: Outsider<'_>) -> Option<Known> {
    let text = |text: &str| Some(Known::Value(Value::Text(text.to_owned())));
    let Some(path) = path_of(expr) else { return expr.eval().map(Known::Value) };
    let Some(path) = path.strip_prefix("github.").filter(|_| path != outsider.path) else {
        return (path == outsider.path).then_some(Known::Written);
    };
    match path {
        "event_name" => text(outsider.event),
        "event.workflow_run.event" => text("pull_request"),
        "event.pull_request.head.repo.fork" | "event.workflow_run.head_repository.fork" => {
            Some(Known::Value(Value::Bool(true)))
        }
        "event.pull_request.merged" if outsider.names_code => Some(Known::Value(Value::Bool(false))),
        "actor" | "actor_id" | "triggering_actor" | "event.label.name" => Some(Known::Own),
        _ if path.ends_with(".author_association") => text("NONE"),
        _ => OWN.iter().any(|own| path.ends_with(own)).then_some(Known::Own),
    }
}

/// Ends of the paths of what is the outsider's own.
const OWN: [&str; 15] = [
    ".user.login",
    ".user.id",
    ".user.type",
    ".sender.login",
    ".sender.id",
    ".sender.type",
    ".actor.login",
    ".actor.id",
    ".triggering_actor.login",
    ".head.label",
    ".head.repo.full_name",
    ".head.repo.owner.login",
    ".head.repo.id",
    ".head_repository.full_name",
    ".head_repository.owner.login",
];

#[cfg(test)]
mod tests {
    use super::{Outsider, holds};
    use crate::parse::expression;

    #[test]
    fn conditions_that_shut_outsiders_out_are_known() {
        let outsider = Outsider { event: "pull_request_target", path: "github.head_ref", names_code: true };
        for (condition, expected) in [
            ("github.event.pull_request.head.repo.full_name == github.repository", Some(false)),
            ("github.repository == github.event.pull_request.head.repo.full_name && always()", Some(false)),
            ("github.event.pull_request.head.repo.full_name != github.repository", Some(true)),
            ("!github.event.pull_request.head.repo.fork", Some(false)),
            ("github.event.pull_request.head.repo.fork == false", Some(false)),
            ("github.event_name == 'push' || github.event_name == 'schedule'", Some(false)),
            ("github.event_name != 'pull_request_target'", Some(false)),
            ("contains(fromJSON('[\"push\", \"pull_request_target\"]'), github.event_name)", Some(true)),
            ("contains(fromJSON('[\"OWNER\", \"MEMBER\"]'), github.event.comment.author_association)", Some(false)),
            ("github.event.comment.author_association != 'NONE'", Some(false)),
            ("github.actor == 'dependabot[bot]'", Some(false)),
            ("github.actor != 'dependabot[bot]'", Some(true)),
            ("endsWith(github.actor, '[bot]')", Some(false)),
            ("github.actor == github.event.pull_request.user.login", None),
            ("contains(github.event.pull_request.labels.*.name, 'safe')", Some(false)),
            ("github.event.label.name == 'safe'", Some(false)),
            ("github.event.action == 'labeled'", Some(false)),
            ("github.event.action == 'opened'", None),
            ("github.head_ref == 'release'", Some(false)),
            ("startsWith(github.head_ref, 'release/')", None),
            ("github.event.workflow_run.event == 'push'", Some(false)),
            ("github.event.workflow_run.conclusion == 'success'", None),
            ("needs.changes.outputs.docs == 'true'", None),
            ("github.repository == 'shop/shop'", None),
            ("github.event.pull_request.merged == true", Some(false)),
            ("startsWith(github.ref, 'refs/tags/')", Some(false)),
            ("startsWith(github.ref, 'refs/heads/')", None),
            ("github.ref == 'refs/heads/main'", None),
            ("github.ref_type == 'tag'", Some(false)),
            ("github.ref_name == 'main'", None),
        ] {
            let expr = expression::parse(condition, 0).unwrap();
            assert_eq!(holds(&expr, outsider), expected, "{condition}");
        }
    }

    #[test]
    fn runs_for_pull_requests_have_no_branch() {
        let outsider = Outsider { event: "pull_request", path: "", names_code: true };
        for (condition, expected) in [
            ("github.ref == 'refs/heads/main'", Some(false)),
            ("github.ref != 'refs/heads/main'", Some(true)),
            ("github.ref_name == 'main'", Some(false)),
            ("startsWith(github.ref, 'refs/pull/')", None),
            ("startsWith(github.ref, 'refs/heads/')", Some(false)),
        ] {
            let expr = expression::parse(condition, 0).unwrap();
            assert_eq!(holds(&expr, outsider), expected, "{condition}");
        }
    }
}
