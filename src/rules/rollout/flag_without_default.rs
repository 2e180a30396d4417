//! The rule `flag-without-default`.

use super::flags::dispatch_inputs;
use crate::evidence::Evidence;
use crate::parse::yaml::Node;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// Every input of `workflow_dispatch` that is a switch (`type: boolean`, `type: choice`) has a `default`, and every
    /// input that is required has a `description`.
    ///
    /// Not judged: a switch that is required, as whoever starts the workflow has to decide; inputs of `workflow_call`,
    /// which other workflows set.
    ///
    /// # Why it matters
    ///
    /// What happens when nobody touches the switch is then up to GitHub: off, or the first of the options.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       environment:
    ///         type: choice
    ///         options: [production, staging]
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./deploy.sh "${{ inputs.environment }}"
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       environment:
    ///         description: Where to deploy
    ///         type: choice
    ///         options: [production, staging]
    ///         default: staging
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./deploy.sh "${{ inputs.environment }}"
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The first option, or off, is what everybody expects.
    pub struct FlagWithoutDefault;
    id: "flag-without-default",
    family: Rollout,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "What happens when nobody touches the switch is then up to GitHub: off, or the first of the options.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut judged = 0;
    for workflow in &evidence.workflows {
        for (key, input) in dispatch_inputs(workflow) {
            let Some(name) = key.text() else { continue };
            judged += 1;
            let required = input.get("required").and_then(Node::as_bool) == Some(true);
            let has = |key: &str| input.get(key).is_some_and(|node| !node.is_null());
            let described = input.get("description").and_then(Node::text).is_some_and(|text| !text.trim().is_empty());
            let kind = input.get("type").and_then(Node::text).unwrap_or("string");
            let message = match kind {
                "boolean" if !required && !has("default") => {
                    format!("the switch `{name}` has no `default`, so GitHub leaves it off")
                }
                "choice" if !required && !has("default") => {
                    let first = input.get("options").and_then(|options| options.items().next()).and_then(Node::text);
                    let first = first.map_or_else(String::new, |first| format!(", `{first}`"));
                    format!("the choice `{name}` has no `default`, so GitHub takes the first option{first}")
                }
                _ if required && !described => format!("the required input `{name}` has no `description`"),
                _ => continue,
            };
            spots.push(Spot {
                file: workflow.file,
                span: key.span(),
                path: input.path(),
                message,
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(judged);
    sink.fact(format!(
        "{}, {} that say what they mean",
        count(judged, "input of workflows that are started by hand"),
        judged - spots.len()
    ));
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} inputs leave open what they mean; the first: {first}", group.len())
        },
        |_| {
            "Say what happens when nobody decides, with the harmless value, and what the input is for:\n\n    \
             description: Where to deploy\n    default: staging\n"
                .to_owned()
        },
    );
}
