//! All expressions of a workflow or an action, with where they stand.

use super::{Action, Job, Step, Workflow};
use crate::parse::expression::{self, Template};
use crate::parse::yaml::Node;

/// An expression and where it stands.
#[derive(Debug)]
pub struct Expression<'w, 't> {
    /// The scalar it stands in: a value, or a key.
    pub node: Node<'t>,
    /// Where.
    pub site: Site<'w, 't>,
    /// The expression, or why it is none.
    pub template: Template,
}

/// Where an expression stands: the innermost of step, job and document, and the keys below that.
#[derive(Debug, Clone, Copy)]
pub struct Site<'w, 't> {
    /// The job; `None` outside of jobs and in actions.
    pub job: Option<&'w Job<'t>>,
    /// The step; `None` outside of steps.
    pub step: Option<&'w Step<'t>>,
    /// The key of the step, the job or the document: `run`, `with`, `strategy`, `concurrency`.
    pub key: &'t str,
    /// The key below, where there is one: an input of `with`, a variable of `env`, `matrix` of `strategy`.
    pub name: Option<&'t str>,
}

impl Site<'_, '_> {
    /// Whether it is the condition of a job, a step or a snapshot, or of what a JavaScript or Docker action does before
    /// and after.
    pub fn is_condition(&self) -> bool {
        match (self.key, self.name) {
            ("if", _) | ("snapshot", Some("if")) => true,
            ("runs", Some(name)) => matches!(name, "pre-if" | "post-if"),
            _ => false,
        }
    }
}

impl<'t> Workflow<'t> {
    /// All its expressions, in text order within the document, each job and each step; what aliases repeat comes once.
    ///
    /// `on` is evaluated only in the defaults of inputs and the values of outputs of `workflow_call`.
    pub fn expressions<'w>(&'w self) -> Vec<Expression<'w, 't>> {
        let mut found = Vec::new();
        for (key, value) in own_entries(self.node) {
            match key.text() {
                Some("name" | "description" | "jobs") | None => {}
                Some("on") => {
                    let call = value.get("workflow_call");
                    for (part, field) in [("inputs", "default"), ("outputs", "value")] {
                        let entries = call.and_then(|call| call.get(part)).into_iter().flat_map(own_entries);
                        for node in entries.filter_map(|(_, declared)| declared.get(field)) {
                            below(&mut found, node, Site { job: None, step: None, key: "on", name: Some(part) });
                        }
                    }
                }
                Some(name) => entry(&mut found, key, value, Site { job: None, step: None, key: name, name: None }),
            }
        }
        for job in &self.jobs {
            if job.node.span().offset < job.key.span().offset {
                continue;
            }
            for (key, value) in own_entries(job.node) {
                if let Some(name) = key.text().filter(|name| *name != "steps") {
                    entry(&mut found, key, value, Site { job: Some(job), step: None, key: name, name: None });
                }
            }
            of_steps(&mut found, Some(job), &job.steps, job.node);
        }
        found
    }
}

impl<'t> Action<'t> {
    /// All its expressions: of `runs`, of the defaults of inputs and of the values of outputs.
    pub fn expressions<'w>(&'w self) -> Vec<Expression<'w, 't>> {
        let mut found = Vec::new();
        for (part, field) in [("inputs", "default"), ("outputs", "value")] {
            let entries = self.node.get(part).into_iter().flat_map(own_entries);
            for (key, declared) in entries {
                if let Some(node) = declared.get(field) {
                    below(&mut found, node, Site { job: None, step: None, key: part, name: key.text() });
                }
            }
        }
        for (key, value) in self.node.get("runs").into_iter().flat_map(own_entries) {
            if key.text() != Some("steps") {
                entry(&mut found, key, value, Site { job: None, step: None, key: "runs", name: key.text() });
            }
        }
        of_steps(&mut found, None, &self.steps, self.node);
        found
    }
}

fn of_steps<'w, 't>(
    found: &mut Vec<Expression<'w, 't>>,
    job: Option<&'w Job<'t>>,
    steps: &'w [Step<'t>],
    owner: Node<'t>,
) {
    let mut last = owner.span().offset;
    for step in steps {
        let start = step.node.span().offset;
        if start < last {
            continue;
        }
        last = start;
        for (key, value) in own_entries(step.node) {
            // The steps of a group follow it.
            if let Some(name) = key.text().filter(|name| *name != "parallel") {
                entry(found, key, value, Site { job, step: Some(step), key: name, name: None });
            }
        }
    }
}

/// Entries whose value stands there itself: an alias points back, to text before its key.
fn own_entries(node: Node<'_>) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
    node.entries().filter(|(key, value)| value.span().offset >= key.span().offset)
}

/// The expressions of an entry of a step, a job or a document.
fn entry<'w, 't>(found: &mut Vec<Expression<'w, 't>>, key: Node<'t>, value: Node<'t>, site: Site<'w, 't>) {
    push(found, key, site, expression::templates(key));
    if !value.is_mapping() {
        return below(found, value, site);
    }
    for (name, value) in own_entries(value) {
        let site = Site { name: site.name.or(name.text()), ..site };
        push(found, name, site, expression::templates(name));
        below(found, value, site);
    }
}

/// The expressions of a value and of everything in it.
fn below<'w, 't>(found: &mut Vec<Expression<'w, 't>>, node: Node<'t>, site: Site<'w, 't>) {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if node.is_scalar() {
            let templates = if site.is_condition() { expression::condition(node) } else { expression::templates(node) };
            push(found, node, site, templates);
            continue;
        }
        let first = waiting.len();
        let mut last = 0;
        for item in node.items() {
            let start = item.span().offset;
            if start >= last {
                waiting.push(item);
                last = start;
            }
        }
        waiting.extend(own_entries(node).flat_map(|(key, value)| [key, value]));
        if let Some(added) = waiting.get_mut(first..) {
            added.reverse();
        }
    }
}

fn push<'w, 't>(found: &mut Vec<Expression<'w, 't>>, node: Node<'t>, site: Site<'w, 't>, templates: Vec<Template>) {
    // `${{ insert }}` as a key is no expression: it puts the value's entries in its place.
    let insert = || node.text().is_some_and(|text| super::strip_expression(text) == "insert");
    if templates.first().is_some_and(|template| template.whole) && insert() {
        return;
    }
    found.extend(templates.into_iter().map(|template| Expression { node, site, template }));
}

#[cfg(test)]
mod tests {
    use crate::parse::workflow::{Action, Workflow};
    use crate::parse::yaml::Tree;

    #[test]
    fn every_expression_knows_where_it_stands() {
        let text = "\
run-name: ${{ github.a }}
name: ${{ not.read }}
on:
  push: { branches: ['${{ not.read }}'] }
  workflow_call:
    inputs: { a: { type: string, description: '${{ not read }}', default: '${{ github.b }}' } }
    outputs: { o: { value: '${{ jobs.c.outputs.d }}' } }
env: &env { ONE: '${{ vars.e }}' }
jobs:
  build:
    if: needs.f.result
    env: *env
    runs-on: ${{ matrix.g }}
    snapshot: { image-name: x, if: matrix.h }
    strategy: { matrix: { g: [1, '${{ inputs.i }}'], '${{ insert }}': '${{ fromJSON(inputs.j) }}' } }
    steps: &steps
      - if: ${{ env.k }}
        run: |
          echo ${{ github.l }}
      - parallel:
          - uses: a/b@v1
            with: { x: '${{ env.m }} ${{ env.n }}' }
          - run: '${{ env.o }}'
  again: { runs-on: x, steps: *steps }
";
        let tree = Tree::parse(text).document.unwrap();
        let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
        let found: Vec<_> = workflow
            .expressions()
            .iter()
            .map(|e| {
                let site = e.site;
                let path = e.template.expr.as_ref().unwrap().contexts()[0].path();
                let place = format!(
                    "{} {} {}.{}",
                    site.job.map_or("", |job| job.id),
                    site.step.map_or(String::new(), |step| step.index.to_string()),
                    site.key,
                    site.name.unwrap_or("")
                );
                (path, place)
            })
            .collect();
        let expected = [
            ("github.a", "  run-name."),
            ("github.b", "  on.inputs"),
            ("jobs.c.outputs.d", "  on.outputs"),
            ("vars.e", "  env.ONE"),
            ("needs.f.result", "build  if."),
            ("matrix.g", "build  runs-on."),
            ("matrix.h", "build  snapshot.if"),
            ("inputs.i", "build  strategy.matrix"),
            ("inputs.j", "build  strategy.matrix"),
            ("env.k", "build 0 if."),
            ("github.l", "build 0 run."),
            ("env.m", "build 2 with.x"),
            ("env.n", "build 2 with.x"),
            ("env.o", "build 3 run."),
        ];
        let found: Vec<_> = found.iter().map(|(path, place)| (path.as_str(), place.as_str())).collect();
        assert_eq!(found, expected);
        assert!(workflow.jobs[0].steps[3].runs_beside() && !workflow.jobs[0].steps[0].runs_beside());
    }

    #[test]
    fn actions_are_read_where_they_are_evaluated() {
        let text = "\
name: x
description: use it with ${{ anything here }}
inputs: { a: { description: '${{ b c }}', default: '${{ github.token }}' } }
outputs: { o: { value: '${{ steps.s.outputs.o }}' } }
runs:
  using: composite
  steps:
    - { id: s, if: inputs.a, shell: bash, run: 'echo ${{ inputs.a }}' }
";
        let tree = Tree::parse(text).document.unwrap();
        let action = Action::read(&tree, &mut Vec::new()).unwrap();
        let expressions = action.expressions();
        let found: Vec<_> =
            expressions.iter().map(|e| e.template.expr.as_ref().unwrap().contexts()[0].path()).collect();
        assert_eq!(found, ["github.token", "steps.s.outputs.o", "inputs.a", "inputs.a"]);
        assert!(expressions[2].site.is_condition() && !expressions[3].site.is_condition());
    }
}
