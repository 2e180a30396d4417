//! The rule `unpinned-action`.

use crate::evidence::{Evidence, File, paths};
use crate::parse::workflow::{Target, Uses, is_dynamic};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// Every action and every reusable workflow of another repository is named with a version (`min: tag`) or with the
    /// full hash of a commit (`min: hash`). A version is a reference with a number in the place where versions have one:
    /// `v4`, `1.2.3`, `release/v1`, `codeql-bundle-v2.20.0`. A name like `main` or `latest` is none.
    ///
    /// Not judged: actions of the repository itself (`./path`), container images (`docker://…`, see `unpinned-image`),
    /// references that an expression makes, and, under `min: tag`, tools that are chosen by reference
    /// (`dtolnay/rust-toolchain@stable`, `taiki-e/install-action@nextest`).
    ///
    /// # Why it matters
    ///
    /// A branch is whatever was pushed to it last. The same commit of yours may pass today and fail tomorrow, and
    /// whoever may push to that branch runs code with your token.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@main
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v5
    /// ```
    ///
    /// # Options
    ///
    /// - `min`: `tag` (default) or `hash`. Versions can be moved to another commit, hashes cannot.
    /// - `allow_tags_from`: owners whose versions are enough under `min: hash` (`["actions", "my-*"]`).
    /// - `ignore`: actions that are not judged (`["my-org/**"]`).
    ///
    /// # When to waive
    ///
    /// The action is your own and has no releases on purpose.
    pub struct UnpinnedAction;
    id: "unpinned-action",
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
    min: Min,
    allow_tags_from: Vec<String>,
    ignore: Vec<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Min {
    #[default]
    Tag,
    Hash,
}

const WHY: &str =
    "A reference that moves runs other code tomorrow than today, with your token and without a change of yours.";

/// Actions whose references choose what they install, as their documentation says.
const CHOSEN_BY_REFERENCE: [&str; 2] = ["dtolnay/rust-toolchain", "taiki-e/install-action"];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let of_jobs = evidence.jobs().filter_map(|job| Some((job.file, job.job.uses.as_ref()?)));
    let of_steps = evidence.steps().filter_map(|step| Some((step.file, step.step.uses.as_ref()?)));
    let mut spots = Vec::new();
    let (mut references, mut unknown) = (0, 0);
    for (file, uses) in of_jobs.chain(of_steps) {
        let Target::Remote { owner, repo, path, reference } = uses.target else {
            unknown += usize::from(uses.target == Target::Unknown);
            continue;
        };
        let name = if path.is_empty() { format!("{owner}/{repo}") } else { format!("{owner}/{repo}/{path}") };
        if paths::matches_any(params.ignore.iter().map(String::as_str), &name) {
            continue;
        }
        if is_dynamic(reference) {
            unknown += 1;
            continue;
        }
        references += 1;
        if is_commit(reference) {
            continue;
        }
        let version = is_version(reference) || is_choice(&name, reference);
        let version_is_enough =
            params.min == Min::Tag || paths::matches_any(params.allow_tags_from.iter().map(String::as_str), owner);
        if !(version && version_is_enough) {
            spots.push(spot(file, uses, &name, reference, version));
        }
    }
    sink.subjects(references);
    sink.fact(format!("{}, {} pinned", count(references, "reference to other repositories"), references - spots.len()));
    if unknown > 0 {
        sink.fact(format!("not judged: {} that an expression makes", count(unknown, "reference")));
    }
    let by_hash = params.min == Min::Hash;
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let demand = if by_hash { "the full hash of a commit" } else { "a version" };
            format!("{} references to other repositories are not pinned to {demand}", group.len())
        },
        |group| group.first().map_or(String::new(), |spot| fix(&spot.detail, by_hash)),
    );
}

fn spot<'e>(file: &'e File<'e>, uses: &'e Uses<'e>, name: &str, reference: &str, version: bool) -> Spot<'e> {
    let message = if reference.is_empty() {
        format!("`{name}` is used without a version")
    } else if version {
        format!("`{name}@{reference}` is a version, which can be moved, and not the full hash of a commit")
    } else {
        format!("`{name}@{reference}` is neither a version nor the full hash of a commit")
    };
    Spot {
        file,
        span: uses.reference_span(),
        path: uses.node.path(),
        message,
        detail: name.to_owned(),
        edits: Vec::new(),
    }
}

fn fix(name: &str, by_hash: bool) -> String {
    let hash = format!("\n\n    uses: {name}@<40 hex digits> # v1.2.3\n");
    if by_hash {
        format!(
            "Name the commit that the version stands for, and the version in a comment, so that update bots keep both:{hash}"
        )
    } else {
        format!("Name a released version, or better its commit with the version in a comment:{hash}")
    }
}

/// A SHA-1 or SHA-256 object name in full.
fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a reference is named after a version: some part of it is a number, or `v` and a number.
fn is_version(reference: &str) -> bool {
    let number = |part: &str| {
        let digits = part.strip_prefix(['v', 'V']).unwrap_or(part);
        digits.starts_with(|c: char| c.is_ascii_digit())
    };
    // GitHub finds no commit by the beginning of its hash.
    let cut_hash = reference.len() >= 7 && reference.bytes().all(|b| b.is_ascii_hexdigit());
    if cut_hash && reference.bytes().any(|b| b.is_ascii_alphabetic()) {
        return false;
    }
    // `v1-beta` and `1.x` begin with the number; in `fix/issue-12` the last part does not stand for a version, so a dash
    // divides only where a `v` follows.
    reference.split('/').any(number)
        || reference.split(['/', '-', '_', '@']).any(|part| part.starts_with(['v', 'V']) && number(part))
}

fn is_choice(name: &str, reference: &str) -> bool {
    reference != "main" && CHOSEN_BY_REFERENCE.iter().any(|action| name.eq_ignore_ascii_case(action))
}

#[cfg(test)]
mod tests {
    use super::{is_commit, is_version};

    #[test]
    fn versions_are_told_from_branches() {
        for version in ["v4", "1", "1.2.3", "v1.2.3-rc.1", "release/v1", "codeql-bundle-v2.20.0", "releases/2.x", "4.x"]
        {
            assert!(is_version(version), "{version}");
        }
        for branch in
            ["main", "master", "latest", "stable", "develop", "fix/issue-12", "vnext", "feature/v-neck", "8f4b7f8", ""]
        {
            assert!(!is_version(branch), "{branch}");
        }
        assert!(is_commit("0123456789abcdef0123456789ABCDEF01234567"));
        assert!(!is_commit("0123456789abcdef") && !is_commit("0123456789abcdef0123456789abcdef0123456g"));
    }
}
