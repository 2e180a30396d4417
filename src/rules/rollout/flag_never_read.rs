//! The rule `flag-never-read`.

use crate::evidence::{Evidence, File};
use crate::parse::yaml::Node;
use crate::rules::support::inputs::input_reads;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// Every input that a workflow (`workflow_dispatch`, `workflow_call`) or a composite action declares is read by some
    /// expression in the same file: `inputs.NAME`, `inputs['NAME']`, `github.event.inputs.NAME`, `toJSON(inputs)`.
    ///
    /// Not judged: actions that a program or an image runs, which read their inputs themselves; inputs that are marked
    /// with `deprecationMessage`; `plan` of a called workflow, which cargo-dist passes to all of its own; files in which a script reads the event (`$GITHUB_EVENT_PATH`,
    /// `context.payload.inputs`), or in which an expression decides which input is read.
    ///
    /// # Why it matters
    ///
    /// Somebody sets the flag, believes in it, and nothing happens.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       dry-run:
    ///         description: Only show what would happen
    ///         type: boolean
    ///         default: true
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./deploy.sh
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on:
    ///   workflow_dispatch:
    ///     inputs:
    ///       dry-run:
    ///         description: Only show what would happen
    ///         type: boolean
    ///         default: true
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: ./deploy.sh
    ///         env:
    ///           DRY_RUN: ${{ inputs.dry-run }}
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The input is kept for callers that still pass it.
    pub struct FlagNeverRead;
    id: "flag-never-read",
    family: Rollout,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "Somebody sets the flag, believes in it, and nothing happens.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut declared = 0;
    for workflow in &evidence.workflows {
        let inputs = workflow
            .triggers
            .iter()
            .filter(|trigger| matches!(trigger.event, "workflow_dispatch" | "workflow_call"))
            .filter_map(|trigger| Some((trigger.event, trigger.options?.get("inputs")?)));
        let inputs: Vec<_> =
            inputs.flat_map(|(event, inputs)| inputs.entries().map(move |entry| (event, entry))).collect();
        declared += inputs.len();
        judge(workflow.file, workflow.node, &inputs, &mut spots);
    }
    for action in evidence.actions.iter().filter(|action| action.using.eq_ignore_ascii_case("composite")) {
        let inputs = action.node.get("inputs").into_iter().flat_map(Node::entries);
        let inputs: Vec<_> = inputs.map(|entry| ("action", entry)).collect();
        declared += inputs.len();
        judge(action.file, action.node, &inputs, &mut spots);
    }
    sink.subjects(declared);
    sink.fact(format!("{}, {} read", count(declared, "declared input"), declared - spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let names: Vec<&str> = group.iter().map(|spot| spot.detail.as_str()).collect();
            format!("{} inputs are declared and never read: {}", group.len(), names.join(", "))
        },
        |group| {
            let name = group.first().map_or("", |spot| spot.detail.trim_matches('`'));
            format!("Read the input where it should make a difference, or delete it:\n\n    ${{{{ inputs.{name} }}}}\n")
        },
    );
}

fn judge<'e>(
    file: &'e File<'e>,
    document: Node<'e>,
    inputs: &[(&str, (Node<'e>, Node<'e>))],
    spots: &mut Vec<Spot<'e>>,
) {
    if inputs.is_empty() {
        return;
    }
    let reads = input_reads(document);
    for (event, (key, input)) in inputs {
        let Some(name) = key.text() else { continue };
        // cargo-dist passes its plan to every workflow that it calls.
        if (*event == "workflow_call" && name == "plan")
            || reads.reads(name)
            || input.get("deprecationMessage").is_some()
        {
            continue;
        }
        let of = if *event == "action" { "the action".to_owned() } else { format!("`{event}`") };
        spots.push(Spot {
            file,
            span: key.span(),
            path: input.path(),
            message: format!("the input `{name}` of {of} is declared, and nothing reads it"),
            detail: format!("`{name}`"),
            edits: Vec::new(),
        });
    }
}
