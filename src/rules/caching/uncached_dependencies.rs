//! The rule `uncached-dependencies`.

use crate::evidence::{Evidence, StepRef, paths};
use crate::model::{Edit, Span};
use crate::parse::workflow::{Step, Target, Uses, is_dynamic};
use crate::parse::yaml::Node;
use crate::parse::yaml::edit::{self, Entry};
use crate::rules::support::conditions::runs_only_for_releases;
use crate::rules::support::installs::{Install, Wanted, install};
use crate::rules::support::publish::publishes;
use crate::rules::support::test_runs::{is_github_hosted, steps_of};
use crate::rules::support::versions::major;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// A job that sets up a language by an action and installs the project's dependencies keeps them from run to run: by
    /// the action's own cache (`cache` of `actions/setup-node`, `setup-python`, `setup-java` and `setup-go`,
    /// `bundler-cache` of `ruby/setup-ruby`, `enable-cache` of `astral-sh/setup-uv`), or by `actions/cache` of the
    /// manager's folder. Dependencies are those of a lock file or a requirements file (`npm ci`, `pip install -r …`);
    /// a build by Maven or Gradle, and by Go, fetches them too.
    ///
    /// Not judged: a cache input that is an expression or is switched off in words; actions that cache by themselves
    /// (`setup-go` from version 4 on, `setup-uv` from 5 on, `setup-node` from 5 on, which decides by `package.json`, and
    /// an action whose version cannot be told); jobs that use a cache action which is not known, or a local action
    /// that is not in the input; `npm install`, which needs no lock file to find a cache by; runners that are not
    /// GitHub's own, which may keep their files; workflows that run only for releases and tags and jobs that publish, where a
    /// cache is a way to poison what is published.
    ///
    /// # Why it matters
    ///
    /// A runner starts empty, so every run fetches all packages again: slower, and broken whenever the package
    /// registry is.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - uses: actions/setup-python@v5
    ///         with:
    ///           python-version: "3.13"
    ///       - run: pip install -r requirements.txt
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
    ///       - uses: actions/checkout@v4
    ///       - uses: actions/setup-python@v5
    ///         with:
    ///           python-version: "3.13"
    ///           cache: pip
    ///       - run: pip install -r requirements.txt
    /// ```
    ///
    /// # Options
    ///
    /// - `managers`: which are judged (default `npm`, `yarn`, `pnpm`, `pip`, `pipenv`, `poetry`, `uv`, `maven`, `gradle`,
    ///   `go`, `bundler`). `nuget` can be added: `actions/setup-dotnet` caches only with a `packages.lock.json`.
    ///
    /// # When to waive
    ///
    /// The job is there to prove that everything installs from nothing, or its dependencies are a few small packages.
    pub struct UncachedDependencies;
    id: "uncached-dependencies",
    family: Caching,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    managers: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        let managers = ["npm", "yarn", "pnpm", "pip", "pipenv", "poetry", "uv", "maven", "gradle", "go", "bundler"];
        Self { managers: managers.map(str::to_owned).into() }
    }
}

const WHY: &str = "A runner starts empty, so every run fetches all packages again: slower, and broken whenever the package \
                   registry is.";

/// A package manager and the action that sets up its language.
struct Setup {
    manager: &'static str,
    action: &'static str,
    /// The input that switches the action's cache on.
    input: &'static str,
    /// What to write for it.
    value: &'static str,
    /// From this major version on the action caches, or may cache, without being told.
    by_itself: u32,
    /// Words of paths and keys by which a cache of the manager is known.
    kept: &'static [&'static str],
}

const NEVER: u32 = u32::MAX;

const fn setup(
    manager: &'static str,
    action: &'static str,
    (input, value): (&'static str, &'static str),
    by_itself: u32,
    kept: &'static [&'static str],
) -> Setup {
    Setup { manager, action, input, value, by_itself, kept }
}

const NODE: &str = "actions/setup-node";
const PYTHON: &str = "actions/setup-python";
const JAVA: &str = "actions/setup-java";
const PYTHON_KEPT: &[&str] = &["pip", "venv", "virtualenv", "site-packages", "python", "poetry", "wheel"];

const SETUPS: [Setup; 12] = [
    setup("npm", NODE, ("cache", "npm"), 5, &["npm", "node_modules", "node-modules"]),
    // From version 6 on it caches by itself for npm only.
    setup("yarn", NODE, ("cache", "yarn"), 5, &["yarn", "node_modules", "node-modules"]),
    setup("pnpm", NODE, ("cache", "pnpm"), 5, &["pnpm", "node_modules", "node-modules"]),
    setup("pip", PYTHON, ("cache", "pip"), NEVER, PYTHON_KEPT),
    setup("pipenv", PYTHON, ("cache", "pipenv"), NEVER, PYTHON_KEPT),
    setup("poetry", PYTHON, ("cache", "poetry"), NEVER, PYTHON_KEPT),
    setup("maven", JAVA, ("cache", "maven"), NEVER, &[".m2", "maven", "mvn"]),
    setup("gradle", JAVA, ("cache", "gradle"), NEVER, &["gradle"]),
    setup("go", "actions/setup-go", ("cache", "true"), 4, &["go"]),
    setup("bundler", "ruby/setup-ruby", ("bundler-cache", "true"), NEVER, &["bundle", "gem"]),
    setup("uv", "astral-sh/setup-uv", ("enable-cache", "true"), 5, &["uv", "venv"]),
    setup("nuget", "actions/setup-dotnet", ("cache", "true"), NEVER, &["nuget"]),
];

/// What is known of a manager's packages in a job.
enum Kept<'e> {
    Yes,
    No(StepRef<'e>, &'e Uses<'e>),
    Open,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots: Vec<Spot<'_>> = Vec::new();
    let mut seen: BTreeSet<(&str, Span)> = BTreeSet::new();
    let (mut jobs, mut open) = (0, 0);
    for job in evidence.jobs() {
        let steps = steps_of(evidence, job);
        let exempt = !is_github_hosted(job.job)
            || runs_only_for_releases(job.workflow)
            || steps.iter().any(|at| publishes(evidence, *at).is_some());
        for setup in SETUPS.iter().filter(|setup| params.managers.iter().any(|name| name == setup.manager)) {
            let Some((installed, by)) = installs(&steps, setup.manager) else { continue };
            match kept(&steps, setup) {
                None => {}
                Some(Kept::Yes) => jobs += 1,
                Some(Kept::Open) => open += 1,
                Some(Kept::No(..)) if exempt => open += 1,
                Some(Kept::No(at, uses)) => {
                    jobs += 1;
                    // An action that several jobs use is one place.
                    if !seen.insert((at.file.path(), uses.node.span())) {
                        continue;
                    }
                    spots.push(Spot {
                        file: at.file,
                        span: uses.node.span(),
                        path: at.step.node.path(),
                        message: format!(
                            "job `{}` installs dependencies (`{}`), and neither `{}` nor a cache step keeps them",
                            job.job.id, installed.label, uses.text
                        ),
                        detail: fix(setup, uses),
                        edits: cache_input(evidence, at, by, uses, setup).into_iter().collect(),
                    });
                }
            }
        }
    }
    sink.subjects(jobs);
    sink.fact(format!(
        "{}, {} with a cache",
        count(jobs, "installation of dependencies"),
        jobs - spots.len().min(jobs)
    ));
    if open > 0 {
        sink.fact(format!("not judged: {} whose cache is not known or not due", count(open, "installation")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} jobs install dependencies without a cache; the first: {first}", group.len())
        },
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

/// The input that lets the action keep the packages, where the file that it makes the cache's key of is known to be there:
/// without it the action fails.
fn cache_input(
    evidence: &Evidence<'_>,
    at: StepRef<'_>,
    installed_by: StepRef<'_>,
    uses: &Uses<'_>,
    setup: &Setup,
) -> Option<Edit> {
    let job = at.job?.job;
    let is_checkout = |step: &Step<'_>| {
        let uses = step.uses.as_ref().is_some_and(|uses| uses.is_any(&["actions/checkout"]));
        uses && step.condition().is_none() && ["path", "repository"].iter().all(|input| step.input(input).is_none())
    };
    let certain = evidence.has_tree()
        && major(uses).is_some_and(|version| version >= 3)
        && job.node.get("container").is_none()
        && at.step.input("cache-dependency-path").is_none()
        && at.steps.iter().take_while(|step| step.index < at.step.index).any(is_checkout);
    let root = paths::root(at.job?.file.path());
    let below = |path: &str| -> Option<String> {
        let path = path.strip_prefix(root)?;
        Some(path.trim_start_matches('/').to_owned())
    };
    let named = |names: &[&str], at_root: bool| {
        let mut files = evidence.files.iter().filter_map(|file| below(file.path()));
        files.any(|path| {
            let name = path.rsplit('/').next().unwrap_or_default();
            (!at_root || name.len() == path.len()) && !path.contains(".zip/") && names.contains(&name)
        })
    };
    let has_key = match setup.manager {
        "npm" => named(&["package-lock.json", "npm-shrinkwrap.json"], true),
        "pip" => named(&["requirements.txt"], false),
        "maven" => named(&["pom.xml"], false),
        "gradle" => named(&["build.gradle", "build.gradle.kts", "gradle-wrapper.properties"], false),
        _ => false,
    };
    if !certain || !has_key {
        return None;
    }
    // A cache folder that nothing was put into is an error for some of the actions; `pip` may be told to keep none.
    let always = installed_by.step.condition().is_none() && at.step.condition().is_none();
    let patch = edit::append_below(at.step.node, "with", &[Entry::line(setup.input, setup.value)], "uses")?;
    Some(patch.edit(at.file.path(), always && setup.manager != "pip"))
}

fn fix(setup: &Setup, uses: &Uses<'_>) -> String {
    if setup.manager == "go" {
        return "Use a version that caches by itself (4 or later):\n\n    - uses: actions/setup-go@v5\n".to_owned();
    }
    let extra = match (setup.manager, major(uses)) {
        ("bundler", _) => " and leave `bundle install` to the action",
        ("pip", _) => " (and name the files in `cache-dependency-path`, where they lie elsewhere than at the root)",
        _ => "",
    };
    format!(
        "Let the action keep the packages{extra}:\n\n    - uses: {}\n      with:\n        {}: {}\n",
        uses.text, setup.input, setup.value
    )
}

/// The command that installs a manager's dependencies, and the step that runs it.
fn installs<'e>(steps: &[StepRef<'e>], manager: &str) -> Option<(Install, StepRef<'e>)> {
    steps.iter().find_map(|at| {
        let commands = &at.step.run.as_ref()?.script.commands;
        let found = commands.iter().filter_map(|command| install(&command.words));
        let mut due = found.filter(|found| found.manager == manager && fetches_project(found));
        Some((due.next()?, *at))
    })
}

/// Whether the project's own dependencies are fetched, with something in the repository that a cache is found by.
fn fetches_project(found: &Install) -> bool {
    match found.from {
        Wanted::Lock => true,
        Wanted::Manifest => found.manager != "npm",
        Wanted::Source => matches!(found.manager, "maven" | "gradle" | "go"),
        Wanted::Names => false,
    }
}

/// `None` where the job does not set the language up by the action.
fn kept<'e>(steps: &[StepRef<'e>], setup: &Setup) -> Option<Kept<'e>> {
    let mut found = None;
    let mut open = false;
    for at in steps {
        let Some(uses) = &at.step.uses else { continue };
        match (uses.target, uses.action().as_deref()) {
            (_, Some(action)) if action == setup.action => match of_setup(*at, uses, setup) {
                Kept::Yes => return Some(Kept::Yes),
                Kept::Open => open = true,
                Kept::No(..) => found = found.or(Some((*at, uses))),
            },
            (_, Some(action)) if keeps(at.step, action, setup) => return Some(Kept::Yes),
            // What a local action does that is not in the input is not known.
            (Target::Local(_) | Target::Unknown, _) => open = true,
            _ => {}
        }
    }
    let (at, uses) = found?;
    Some(if open { Kept::Open } else { Kept::No(at, uses) })
}

fn of_setup<'e>(at: StepRef<'e>, uses: &'e Uses<'e>, setup: &Setup) -> Kept<'e> {
    let input = at.step.input(setup.input).filter(|node| !node.is_null()).and_then(Node::text).map(str::trim);
    match input {
        // Switched off in words, or by an expression.
        Some("false" | "") => return Kept::Open,
        Some(text) if is_dynamic(text) => return Kept::Open,
        // One action caches for one manager.
        Some(text) if text != setup.value && text != "true" && setup.input == "cache" => return Kept::Open,
        Some(_) => return Kept::Yes,
        None => {}
    }
    if at.step.input("package-manager-cache").is_some() {
        return Kept::Open;
    }
    match major(uses) {
        None if setup.by_itself != NEVER => Kept::Open,
        Some(version) if version >= setup.by_itself => {
            let node = setup.action == NODE;
            // `setup-node` looks into `package.json`, and from version 6 on for npm only.
            if !node {
                Kept::Yes
            } else if setup.manager != "npm" && version >= 6 {
                Kept::No(at, uses)
            } else {
                Kept::Open
            }
        }
        _ => Kept::No(at, uses),
    }
}

/// Whether an action keeps a manager's packages.
fn keeps(step: &Step<'_>, action: &str, setup: &Setup) -> bool {
    let name = action.rsplit('/').next().unwrap_or_default();
    let text = |name| step.input(name).and_then(Node::text).unwrap_or_default();
    if action.starts_with("actions/cache") {
        let (path, key) = (text("path"), text("key"));
        let whole = is_dynamic(path) && !path.contains('/');
        return whole || setup.kept.iter().any(|word| path.contains(word) || key.contains(word));
    }
    // `gradle/actions/setup-gradle` and its like, `pnpm/action-setup` with `cache`, and whatever calls itself a cache.
    (setup.manager == "gradle" && name.contains("gradle"))
        || (setup.manager == "pnpm" && name.contains("setup") && !text("cache").is_empty())
        || action.contains("cache")
}
