//! The rule `wide-secret-scope`.

use crate::evidence::Evidence;
use crate::parse::expression;
use crate::parse::workflow::{Step, Workflow};
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// # What it checks
    ///
    /// No secret stands in the `env` of a whole workflow or job while a single step names the variable.
    ///
    /// Not judged: the token of the run (`secrets.GITHUB_TOKEN`); variables that no step names, or that several do;
    /// variables that programs look up by themselves (`GH_TOKEN`, `NODE_AUTH_TOKEN`, `AWS_SECRET_ACCESS_KEY`); jobs of
    /// one step.
    ///
    /// # Why it matters
    ///
    /// Every step of the scope, and every action and package that runs in one, can read the secret from its
    /// environment.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/release.yml
    /// on: push
    /// jobs:
    ///   release:
    ///     runs-on: ubuntu-24.04
    ///     env:
    ///       UPLOAD_KEY: ${{ secrets.UPLOAD_KEY }}
    ///     steps:
    ///       - run: npm ci
    ///       - run: ./upload.sh --key "$UPLOAD_KEY"
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/release.yml
    /// on: push
    /// jobs:
    ///   release:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: npm ci
    ///       - env:
    ///           UPLOAD_KEY: ${{ secrets.UPLOAD_KEY }}
    ///         run: ./upload.sh --key "$UPLOAD_KEY"
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// A program in another step reads the variable without the workflow naming it.
    pub struct WideSecretScope;
    id: "wide-secret-scope",
    family: Security,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Every other step, and every package that it runs, can read the secret from its environment.";

/// Beginnings of the names of variables that programs look up by themselves.
const LOOKED_UP: [&str; 24] = [
    "ACTIONS_",
    "ARM_",
    "AWS_",
    "AZURE_",
    "CARGO_",
    "CODECOV_",
    "CYPRESS_",
    "DATABASE_",
    "DOCKER_",
    "GH_",
    "GITHUB_",
    "GOOGLE_",
    "GRADLE_",
    "HF_",
    "MAVEN_",
    "NODE_AUTH_",
    "NPM_",
    "NX_",
    "ORG_GRADLE_",
    "PULUMI_",
    "SENTRY_",
    "SONAR_",
    "TF_",
    "TURBO_",
];

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut secrets = 0;
    for workflow in &evidence.workflows {
        let named = named(&workflow.value);
        let owners = [None].into_iter().chain((0..workflow.jobs.len()).map(Some));
        for owner in owners {
            let job = owner.and_then(|at| workflow.jobs.get(at));
            let scope = job.map_or("the workflow".to_owned(), |job| format!("job `{}`", job.id));
            for (key, name, value) in secrets_of(job.map_or(workflow.node, |job| job.node)) {
                secrets += 1;
                let jobs = || workflow.jobs.iter().enumerate().filter(|(at, _)| owner.is_none_or(|own| own == *at));
                let steps: usize = jobs().map(|(_, job)| job.steps.len()).sum();
                let places = named.get(&name.to_ascii_lowercase()).into_iter().flatten();
                let mut places = places.filter(|place| owner.is_none_or(|own| own == place.0));
                let (Some((_, Some(step))), None) = (places.next(), places.next()) else { continue };
                if steps < 2 || jobs().any(|(_, job)| job.uses.is_some()) || is_looked_up(name) {
                    continue;
                }
                let title = step.title();
                spots.push(Spot {
                    file: workflow.file,
                    span: key.span(),
                    path: value.path(),
                    message: format!(
                        "all {steps} steps of {scope} have the secret `{name}` in their environment, and only step `{title}` names it"
                    ),
                    detail: fix(step, name, value),
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(evidence.jobs().count());
    let secrets = count(secrets, "secret");
    sink.fact(format!("{secrets} in the environment of workflows and jobs, {} for a single step", spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} secrets are in the environment of more steps than the one that names them", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

fn is_looked_up(name: &str) -> bool {
    LOOKED_UP.iter().any(|prefix| name.to_ascii_uppercase().starts_with(prefix))
}

/// Variables of an `env` that hold secrets: key, name and value.
fn secrets_of(owner: Node<'_>) -> impl Iterator<Item = (Node<'_>, &str, Node<'_>)> {
    let own = owner.get("env").into_iter().flat_map(Node::entries);
    own.filter(|(key, value)| value.span().offset >= key.span().offset && holds_secret(*value))
        .filter_map(|(key, value)| Some((key, key.text()?, value)))
}

/// A job, and one of its steps or none.
type Naming<'e> = (usize, Option<&'e Step<'e>>);

/// Where the secret variables of a workflow are named, by their names in lower case.
fn named<'e>(workflow: &'e Workflow<'e>) -> BTreeMap<String, Vec<Naming<'e>>> {
    let owners = [workflow.node].into_iter().chain(workflow.jobs.iter().map(|job| job.node));
    let names = owners.flat_map(secrets_of).map(|(_, name, _)| (name.to_ascii_lowercase(), Vec::new()));
    let mut found: BTreeMap<String, Vec<Naming<'_>>> = names.collect();
    if found.is_empty() {
        return found;
    }
    for (at, job) in workflow.jobs.iter().enumerate() {
        let mut note = |node: Node<'_>, own: &str, step: Option<&'e Step<'e>>| {
            for word in words(node) {
                if let Some(places) = found.get_mut(&word).filter(|_| word != own) {
                    places.push((at, step));
                }
            }
        };
        for (key, value) in job.node.entries() {
            match key.text() {
                Some("steps") => {}
                Some("env") => value.entries().for_each(|(key, value)| {
                    note(value, &key.text().unwrap_or_default().to_ascii_lowercase(), None);
                }),
                _ => note(value, "", None),
            }
        }
        job.steps.iter().for_each(|step| note(step.node, "", Some(step)));
    }
    found
}

/// The words of all texts in a node, in lower case.
fn words(node: Node<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        let words =
            node.text().into_iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
        found.extend(words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase));
        let own = |value: &Node<'_>| value.span().offset >= node.span().offset;
        waiting.extend(node.items().filter(own));
        waiting.extend(node.entries().map(|(_, value)| value).filter(own));
    }
    found
}

fn holds_secret(value: Node<'_>) -> bool {
    expression::templates(value).iter().filter_map(|template| template.expr.as_ref().ok()).any(|expr| {
        expr.contexts().iter().any(|read| {
            read.is("secrets") && !read.name(0).is_some_and(|name| name.eq_ignore_ascii_case("GITHUB_TOKEN"))
        })
    })
}

fn fix(step: &Step<'_>, name: &str, value: Node<'_>) -> String {
    let value = value.text().unwrap_or_default();
    format!("Set it for step `{}` alone:\n\n    env:\n      {name}: {value}\n", step.title())
}
