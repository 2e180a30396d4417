//! The rule `inherited-secrets`.

use crate::evidence::{Evidence, paths};
use crate::parse::expression::{Expr, Kind, Operator, Reference};
use crate::parse::workflow::{Secrets, Target, Workflow};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No job gives all of its secrets (`secrets: inherit`) to a reusable workflow of another repository.
    ///
    /// Not judged: workflows of the repository itself (`./.github/workflows/…`), and those of the same owner where a
    /// condition of the workflow says who that is (`github.repository == 'shop/api'`).
    ///
    /// # Why it matters
    ///
    /// The other repository gets every secret of this one and of its organisation, those it has no use for too, and
    /// whoever may change it there, or the tag that is named here, can read them.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/release.yml
    /// on: push
    /// jobs:
    ///   publish:
    ///     uses: shared/workflows/.github/workflows/publish.yml@v2
    ///     secrets: inherit
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/release.yml
    /// on: push
    /// jobs:
    ///   publish:
    ///     uses: shared/workflows/.github/workflows/publish.yml@v2
    ///     secrets:
    ///       token: ${{ secrets.PUBLISH_TOKEN }}
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: workflows that may have all secrets, as patterns (`["my-org/**"]`).
    ///
    /// # When to waive
    ///
    /// The other repository is the owner's own; better say so once with `allow`.
    pub struct InheritedSecrets;
    id: "inherited-secrets",
    family: Security,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    allow: Vec<String>,
}

const WHY: &str = "Another repository gets every secret of this one, and whoever may change it there can read them.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut calls = 0;
    for job in evidence.jobs() {
        let Some(uses) = &job.job.uses else { continue };
        let Target::Remote { owner, repo, path, .. } = uses.target else { continue };
        calls += 1;
        let name = format!("{owner}/{repo}/{path}");
        let allowed = paths::matches_any(params.allow.iter().map(String::as_str), &name);
        if allowed || !matches!(job.job.secrets(), Some(Secrets::Inherit)) || is_own(job.workflow, owner) {
            continue;
        }
        let Some((key, value)) = job.job.node.entry("secrets") else { continue };
        spots.push(Spot {
            file: job.file,
            span: crate::model::Span::between(key.span().offset, value.span().end().max(key.span().end())),
            path: value.path(),
            message: format!("job `{}` gives all secrets to `{owner}/{repo}`", job.job.id),
            detail: String::new(),
            edits: Vec::new(),
        });
    }
    sink.subjects(calls);
    let calls = count(calls, "call of workflows in other repositories");
    sink.fact(format!("{calls}, {} with all secrets", spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} jobs give all secrets to workflows of other repositories", group.len()),
        |_| FIX.to_owned(),
    );
}

/// Whether a condition of the workflow says that the repository is this owner's.
fn is_own(workflow: &Workflow<'_>, owner: &str) -> bool {
    let expressions = workflow.expressions();
    let conditions = expressions.iter().filter(|found| found.site.is_condition());
    conditions.filter_map(|found| found.template.expr.as_ref().ok()).flat_map(Expr::all).any(|expr| {
        let Kind::Compare(Operator::Equal, left, right) = &expr.kind else { return false };
        [(left, right), (right, left)].iter().any(|(read, value)| {
            let Kind::Text(value) = &value.kind else { return false };
            let path = read.contexts().first().map(Reference::path).unwrap_or_default();
            match path.as_str() {
                "github.repository" => value.split('/').next().is_some_and(|own| own.eq_ignore_ascii_case(owner)),
                "github.repository_owner" => value.eq_ignore_ascii_case(owner),
                _ => false,
            }
        })
    })
}

const FIX: &str = "Name the secrets that the workflow needs:

    secrets:
      token: ${{ secrets.PUBLISH_TOKEN }}
";
