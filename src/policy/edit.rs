//! Changes one value in the text of a policy, and leaves all else as it is written.

use super::layer::LEVEL;
use crate::parse::yaml::Tree;
use crate::parse::yaml::edit::{Entry, Patch, append, append_below, replace};

/// Sets a rule's level or one of its parameters. `value` is YAML on one line. `None` where the text is not valid YAML or
/// the place is written in a way that cannot be edited safely.
pub fn set(text: &str, rule: &str, name: &str, value: &str) -> Option<String> {
    let parsed = Tree::parse(text);
    let tree = parsed.document.as_ref().filter(|_| parsed.problems.is_empty())?;
    let edit = patch(tree, rule, name, value)?.edit("", true);
    let mut text = text.to_owned();
    // Both ends are ends of YAML tokens.
    text.is_char_boundary(edit.offset).then_some(())?;
    text.replace_range(edit.offset..edit.offset.checked_add(edit.length)?, &edit.text);
    Some(text)
}

fn patch(tree: &Tree<'_>, rule: &str, name: &str, value: &str) -> Option<Patch> {
    let root = tree.root()?;
    let one = Entry::line(name, value);
    let whole = if name == LEVEL { value.to_owned() } else { format!("{{ {name}: {value} }}") };
    let Some(setting) = root.get("rules").and_then(|rules| rules.get(rule)) else {
        let (last, _) = root.entries().next_back()?;
        return append_below(root, "rules", &[Entry::line(rule, &whole)], last.text()?);
    };
    if !setting.is_mapping() {
        let level = setting.text().unwrap_or_default();
        let both = format!("{{ level: {level}, {name}: {value} }}");
        return replace(setting, if name == LEVEL { value } else { &both });
    }
    match setting.get(name) {
        Some(old) => replace(old, value),
        None => append(setting, &[one]),
    }
}

#[cfg(test)]
mod tests {
    use super::set;

    #[test]
    fn one_value_changes_and_all_else_stays() {
        for (text, name, expected) in [
            (
                "rules:\n  r: { level: error, line: 80 } # why\n",
                "line",
                "rules:\n  r: { level: error, line: 5 } # why\n",
            ),
            ("rules:\n  r:\n    line: 80 # why\nz: 1\n", "line", "rules:\n  r:\n    line: 5 # why\nz: 1\n"),
            ("rules:\n  r: { level: error }\n", "line", "rules:\n  r: { line: 5, level: error }\n"),
            ("rules:\n  r:\n    level: error\n", "line", "rules:\n  r:\n    level: error\n    line: 5\n"),
            ("rules:\n  r: error\n", "line", "rules:\n  r: { level: error, line: 5 }\n"),
            ("rules:\n  r: error\n", "level", "rules:\n  r: 5\n"),
            ("rules:\n  r: { line: 1 }\n", "level", "rules:\n  r: { level: 5, line: 1 }\n"),
            ("rules:\n  a: error\n", "line", "rules:\n  a: error\n  r: { line: 5 }\n"),
            ("version: 1\nextends: [a]\n", "line", "version: 1\nextends: [a]\nrules:\n  r: { line: 5 }\n"),
            ("version: 1\nextends: [a]\n", "level", "version: 1\nextends: [a]\nrules:\n  r: 5\n"),
        ] {
            assert_eq!(set(text, "r", name, "5").as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_edited_safely_is_left_alone() {
        for text in ["", "- a\n", "rules: [\n", "o: &o { line: 1 }\nrules:\n  r: *o\n", "rules:\n  r: |\n    error\n"] {
            assert_eq!(set(text, "r", "line", "5"), None, "{text}");
        }
    }
}
