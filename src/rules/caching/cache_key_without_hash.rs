//! The rule `cache-key-without-hash`.

use crate::evidence::{Evidence, StepRef};
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// The `key` of `actions/cache` and `actions/cache/save` changes when what is kept changes: it has `hashFiles`, or
    /// another part that varies (a commit, a run, an output of a step, an input).
    ///
    /// Parts that do not vary are texts and `runner.*`, `github.workflow`, `github.job`, `github.repository` and the
    /// event's name; for a folder of dependencies (`~/.npm`, `node_modules`, `~/.m2`, …) the matrix too, and a version
    /// that somebody wrote into the key.
    ///
    /// Not judged: a key with a number of a version where something else is kept, such as a tool; workflows that delete
    /// their caches (`gh cache delete`); `actions/cache/restore`.
    ///
    /// # Why it matters
    ///
    /// A cache is written once for each key and never again, so such a key keeps the packages of its first run for ever:
    /// every later run fetches what was added since.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/cache@v4
    ///         with:
    ///           path: ~/.npm
    ///           key: ${{ runner.os }}-npm
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
    ///       - uses: actions/cache@v4
    ///         with:
    ///           path: ~/.npm
    ///           key: ${{ runner.os }}-npm-${{ hashFiles('package-lock.json') }}
    ///           restore-keys: ${{ runner.os }}-npm-
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// What is kept never changes, such as a set of test data.
    pub struct CacheKeyWithoutHash;
    id: "cache-key-without-hash",
    family: Caching,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "A cache is written once for each key and never again, so such a key keeps the content of its first run for \
                   ever.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    // By file: whether it deletes caches.
    let mut deleting: BTreeMap<&str, bool> = BTreeMap::new();
    let (mut keys, mut open) = (0, 0);
    for at in evidence.steps() {
        let Some(uses) = at.step.uses.as_ref().filter(|uses| uses.is_any(&["actions/cache", "actions/cache/save"]))
        else {
            continue;
        };
        let Some(node) = at.step.input("key").filter(|node| !node.is_null()) else { continue };
        let Some(key) = node.text().filter(|key| !key.trim().is_empty()) else { continue };
        if *deleting.entry(at.file.path()).or_insert_with(|| deletes_caches(at)) {
            open += 1;
            continue;
        }
        keys += 1;
        let path = at.step.input("path").and_then(Node::text).unwrap_or_default();
        if varies(key, path) {
            continue;
        }
        let kept = path.split_whitespace().next().unwrap_or("it");
        spots.push(Spot {
            file: at.file,
            span: node.span(),
            path: node.path(),
            message: format!(
                "{} keeps `{kept}` under the key `{}`, which never changes with its content",
                at.title(),
                key.trim()
            ),
            detail: fix(uses.text, key.trim(), path),
            edits: Vec::new(),
        });
    }
    sink.subjects(keys);
    sink.fact(format!("{}, {} with a part that varies", count(keys, "cache key"), keys - spots.len()));
    if open > 0 {
        sink.fact(format!("not judged: {} in workflows that delete caches", count(open, "cache key")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} cache keys never change with what they keep", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

fn fix(uses: &str, key: &str, path: &str) -> String {
    let (what, part) = match folder_of(path) {
        Some(lock) => ("follow the file that decides what is kept", format!("hashFiles('{lock}')")),
        None => ("change with every commit", "github.sha".to_owned()),
    };
    format!(
        "Let the key {what}, and begin with the newest cache of that name:\n\n    - uses: {uses}\n      with:\n        key: \
         {key}-${{{{ {part} }}}}\n        restore-keys: {key}-\n"
    )
}

/// Folders of dependencies, by a part of their path, and the file that decides what is in them.
const DEPENDENCIES: [(&str, &str); 19] = [
    (".npm", "**/package-lock.json"),
    ("node_modules", "**/package-lock.json"),
    (".yarn", "**/yarn.lock"),
    (".pnpm-store", "**/pnpm-lock.yaml"),
    ("pip", "**/requirements*.txt"),
    (".venv", "**/requirements*.txt"),
    ("venv", "**/requirements*.txt"),
    ("pypoetry", "**/poetry.lock"),
    ("uv", "**/uv.lock"),
    (".m2", "**/pom.xml"),
    (".gradle", "**/*.gradle*"),
    (".cargo", "**/Cargo.lock"),
    ("target", "**/Cargo.lock"),
    ("mod", "**/go.sum"),
    ("bundle", "**/Gemfile.lock"),
    ("composer", "**/composer.lock"),
    ("vendor", "**/composer.lock"),
    (".nuget", "**/packages.lock.json"),
    (".ivy2", "**/build.sbt"),
];

fn folder_of(path: &str) -> Option<&'static str> {
    let mut parts = path.split(['/', '\\', '\n', ' ']);
    parts.find_map(|part| DEPENDENCIES.iter().find(|(folder, _)| *folder == part)).map(|(_, lock)| *lock)
}

/// Whether a key has a part that changes.
fn varies(key: &str, path: &str) -> bool {
    let dependencies = folder_of(path).is_some();
    let mut rest = key;
    while let Some((literal, after)) = rest.split_once("${{") {
        let (expression, tail) = after.split_once("}}").unwrap_or((after, ""));
        if (!dependencies && names_version(literal)) || !is_constant(expression, dependencies) {
            return true;
        }
        rest = tail;
    }
    // Where something else than dependencies is kept, whoever changes it also changes the version in its key.
    (!dependencies && names_version(rest)) || (is_dynamic(path) && !is_dynamic(key))
}

fn names_version(literal: &str) -> bool {
    literal.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether an expression is one context value that stays the same from commit to commit.
fn is_constant(expression: &str, dependencies: bool) -> bool {
    let expression = expression.trim();
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let text = expression.strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
    if text.is_some_and(|text| !text.contains('\'')) {
        return true;
    }
    match expression.split_once('.') {
        Some(("runner", name)) => plain(name),
        Some(("matrix", name)) => plain(name) && (dependencies || name == "os"),
        Some(("github", name)) => {
            matches!(name, "workflow" | "job" | "repository" | "repository_owner" | "repository_id" | "event_name")
        }
        _ => false,
    }
}

/// Whether the workflow deletes its caches by itself, so that a key can be written again.
fn deletes_caches(at: StepRef<'_>) -> bool {
    let jobs = at.job.map(|job| job.workflow.jobs.iter().flat_map(|job| &job.steps));
    let scripts = jobs.into_iter().flatten().chain(at.steps).filter_map(|step| step.run.as_ref());
    let mut commands = scripts.flat_map(|run| &run.script.commands);
    commands.any(|command| {
        let words: Vec<&str> = command.args().iter().map(|word| word.text.as_str()).take(2).collect();
        command.name() == Some("gh") && matches!(words.as_slice(), ["cache" | "actions-cache", "delete"])
    })
}

#[cfg(test)]
mod tests {
    use super::varies;

    #[test]
    fn a_key_varies_by_what_changes_with_the_commit() {
        for (key, path, expected) in [
            ("npm", "~/.npm", false),
            ("${{ runner.os }}-npm-${{ runner.arch }}", "~/.npm", false),
            ("${{ runner.os }}-${{ matrix.node }}-v2", "node_modules", false),
            ("${{ 'npm' }}", "~/.npm", false),
            ("${{ github.workflow }}", "~/.cache/pip", false),
            ("${{ runner.os }}-tool", "~/bin/tool", false),
            ("${{ runner.os }}-tool-1.4.2", "~/bin/tool", true),
            ("llvm-${{ matrix.llvm }}", "./llvm", true),
            ("ccache-${{ matrix.os }}", ".ccache", false),
            ("npm-${{ hashFiles('**/package-lock.json') }}", "~/.npm", true),
            ("npm-${{ github.sha }}", "~/.npm", true),
            ("npm-${{ github.ref }}", "~/.npm", true),
            ("npm-${{ steps.date.outputs.date }}", "~/.npm", true),
            ("npm-${{ env.WEEK }}", "~/.npm", true),
            ("${{ inputs.key }}", "~/.npm", true),
            ("${{ format('{0}', runner.os) }}", "~/.npm", true),
            ("kept", "${{ inputs.path }}", true),
        ] {
            assert_eq!(varies(key, path), expected, "{key} for {path}");
        }
    }
}
