//! Which inputs of a workflow or composite action its expressions read.

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

    fn take(&mut self, expression: &str) {
        let code = expression.to_ascii_lowercase();
        // `toJSON(github.event)` and `toJSON(github)` hold the inputs too.
        let whole = ["github", "github.event"].iter().any(|context| is_taken_whole(&code, context));
        self.all |= whole;
        let mut rest = code.as_str();
        while let Some(at) = rest.find("inputs") {
            let before = rest.get(..at).and_then(|text| text.chars().next_back());
            let after = rest.get(at + "inputs".len()..).unwrap_or_default();
            rest = after;
            if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                continue;
            }
            let after = after.trim_start();
            if let Some(name) = after.strip_prefix('.') {
                let name = name.trim_start();
                let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
                match name.get(..end) {
                    Some(name) if !name.is_empty() => self.names.extend([name.to_owned()]),
                    _ => self.all = true,
                }
            } else if let Some(index) = after.strip_prefix('[') {
                let name = index.trim_start().strip_prefix('\'').and_then(|name| name.split_once('\''));
                match name {
                    Some((name, close)) if close.trim_start().starts_with(']') => self.names.extend([name.to_owned()]),
                    _ => self.all = true,
                }
            } else if !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
                self.all = true;
            }
        }
    }
}

/// Whether a context is used and not one of its properties.
fn is_taken_whole(code: &str, context: &str) -> bool {
    code.match_indices(context).any(|(at, _)| {
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        let after = code.get(at + context.len()..).and_then(|text| text.trim_start().chars().next());
        let begins = before.is_none_or(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.' | '/' | '\''));
        begins && after.is_none_or(|c| matches!(c, ')' | ',' | '}' | '[' | '|' | '&'))
    })
}

/// What the document reads: in `${{ }}`, in `if`, and in scripts that look at the event by themselves.
pub fn input_reads(document: Node<'_>) -> InputReads {
    let mut reads = InputReads::default();
    let mut waiting = vec![(document, "")];
    for _ in 0..MAX_NODES {
        let Some((node, key)) = waiting.pop() else { return reads };
        if let Some(text) = node.text() {
            for part in text.split("${{").skip(1) {
                reads.take(part.split_once("}}").map_or(part, |(expression, _)| expression));
            }
            if matches!(key, "if") && !text.contains("${{") {
                reads.take(text);
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
