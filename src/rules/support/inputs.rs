//! Which inputs of a workflow or composite action its expressions read.

use crate::parse::expression::{self, Expr};
use crate::parse::yaml::Node;
use std::collections::BTreeSet;

/// The inputs that something reads.
#[derive(Debug, Default)]
pub struct InputReads {
    /// Names in lower case: inputs are looked up without regard to case.
    names: BTreeSet<String>,
    /// Something takes all of them at once, or one whose name is not written down.
    all: bool,
}

/// Most nodes that a search visits; aliases can make a small document very large.
const MAX_NODES: usize = 200_000;

impl InputReads {
    /// Whether an input is read, or may be.
    pub fn reads(&self, name: &str) -> bool {
        self.all || self.names.contains(&name.to_ascii_lowercase())
    }

    /// Takes what an expression reads. `github` holds the inputs too, in its `event`.
    fn take(&mut self, expr: &Expr) {
        for read in expr.contexts() {
            let at = if read.is("inputs") {
                0
            } else if read.is("github") {
                let known = |part: usize| read.name(part).map(str::to_ascii_lowercase);
                match (known(0).as_deref(), known(1).as_deref()) {
                    (Some("event"), Some("inputs")) => 2,
                    (Some("event"), None) | (None, _) => {
                        self.all = true;
                        continue;
                    }
                    _ => continue,
                }
            } else {
                continue;
            };
            match read.name(at) {
                Some(name) => self.names.extend([name.to_ascii_lowercase()]),
                None => self.all = true,
            }
        }
    }
}

/// What the document reads: in `${{ }}`, in `if`, and in scripts that look at the event by themselves.
pub fn input_reads(document: Node<'_>) -> InputReads {
    let mut reads = InputReads::default();
    let mut waiting = vec![(document, "")];
    for _ in 0..MAX_NODES {
        let Some((node, key)) = waiting.pop() else { return reads };
        if let Some(text) = node.text() {
            let templates = if key == "if" { expression::condition(node) } else { expression::templates(node) };
            for template in &templates {
                match &template.expr {
                    Ok(expr) => reads.take(expr),
                    // What cannot be read may read anything.
                    Err(_) => reads.all = true,
                }
            }
            // The file of the event, the payload in a script's library, the variables of an action.
            if ["GITHUB_EVENT_PATH", "payload.inputs", "event.json", "github.event_path"]
                .iter()
                .any(|t| text.contains(t))
            {
                reads.all = true;
            }
            for name in text.split("INPUT_").skip(1) {
                let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
                let name = name.get(..end).unwrap_or_default().to_ascii_lowercase();
                reads.names.insert(name.replace('_', "-"));
                reads.names.insert(name);
            }
        }
        waiting.extend(node.items().map(|item| (item, key)));
        waiting.extend(node.entries().map(|(key, value)| (value, key.text().unwrap_or_default())));
        waiting.extend(node.entries().map(|(key, _)| (key, "")));
    }
    // Cut off: what was not seen may read anything.
    reads.all = true;
    reads
}

#[cfg(test)]
mod tests {
    use super::input_reads;
    use crate::parse::yaml::Tree;

    #[test]
    fn inputs_are_read_by_name_by_index_and_all_at_once() {
        for (text, expected) in [
            ("a: ${{ inputs.Dry-Run }}", true),
            ("a: ${{ github.event.inputs.dry-run == 'true' }}", true),
            ("a: ${{ inputs['dry-run'] }}", true),
            ("a: ${{ toJSON(inputs) }}", true),
            ("a: ${{ inputs[matrix.key] }}", true),
            ("a: ${{ toJSON(github.event) }}", true),
            ("a: ${{ toJson(github) }}", true),
            ("if: inputs.dry-run", true),
            ("if: ${{ !inputs.dry-run }}", true),
            ("run: echo $INPUT_DRY_RUN", true),
            ("run: jq .inputs $GITHUB_EVENT_PATH", true),
            ("script: context.payload.inputs.x", true),
            ("a: [{ b: '${{ inputs.dry-run }}' }]", true),
            ("a: ${{ inputs.dry-run-all }}", false),
            ("a: ${{ steps.inputs-of.outputs.dry-run }}", false),
            ("a: ${{ github.event.number }}", false),
            ("a: ${{ github.repository }}", false),
            ("run: echo inputs.dry-run", false),
            ("if: my-inputs.dry-run", false),
        ] {
            let tree = Tree::parse(text).document.unwrap();
            assert_eq!(input_reads(tree.root().unwrap()).reads("dry-run"), expected, "{text}");
        }
    }
}
