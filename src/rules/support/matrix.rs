//! The legs of a matrix, as far as they are written down.

use crate::parse::workflow::{Job, is_dynamic};
use crate::parse::yaml::Node;
use std::collections::BTreeMap;

/// The values of one leg by their keys. A value that is no scalar is told apart by where it stands in the file.
pub type Leg<'t> = BTreeMap<&'t str, String>;

/// GitHub starts no more legs than this.
const MAX_LEGS: usize = 256;

/// A matrix with more keys is not looked at.
const MAX_KEYS: usize = 64;

/// The legs of a job's matrix; `None` without a matrix, or where an expression decides.
pub fn legs<'t>(job: &Job<'t>) -> Option<Vec<Leg<'t>>> {
    let matrix = job.node.at(&["strategy", "matrix"]).filter(|matrix| matrix.is_mapping())?;
    let mut legs: Vec<Leg<'t>> = vec![Leg::new()];
    let mut keys = Vec::new();
    for (key, values) in matrix.entries() {
        let key = key.text()?;
        if matches!(key, "include" | "exclude") {
            continue;
        }
        keys.push(key);
        if keys.len() > MAX_KEYS {
            return None;
        }
        let values: Vec<String> =
            if values.is_sequence() { values.items().map(value).collect::<Option<_>>()? } else { return None };
        if legs.len().checked_mul(values.len())? > MAX_LEGS {
            return None;
        }
        let grown = legs.iter().flat_map(|leg| {
            values.iter().map(move |value| {
                let mut leg = leg.clone();
                leg.insert(key, value.clone());
                leg
            })
        });
        legs = grown.collect();
    }
    if keys.is_empty() {
        legs.clear();
    }
    let excluded = entries(matrix.get("exclude"))?;
    legs.retain(|leg| !excluded.iter().any(|entry| entry.iter().all(|(key, value)| leg.get(key) == Some(value))));
    let original = legs.len();
    for entry in entries(matrix.get("include"))? {
        // It extends every leg whose own values it does not change; values that an earlier entry brought may change.
        let fits = |leg: &&mut Leg<'t>| {
            entry.iter().all(|(key, value)| !keys.contains(key) || leg.get(key).is_some_and(|known| known == value))
        };
        let mut extended = false;
        for leg in legs.iter_mut().take(original).filter(fits) {
            extended = true;
            leg.extend(entry.iter().map(|(key, value)| (*key, value.clone())));
        }
        if !extended {
            legs.push(entry);
        }
        if legs.len() > MAX_LEGS {
            return None;
        }
    }
    Some(legs)
}

fn entries<'t>(list: Option<Node<'t>>) -> Option<Vec<Leg<'t>>> {
    let Some(list) = list.filter(|list| !list.is_null()) else { return Some(Vec::new()) };
    if !list.is_sequence() {
        return None;
    }
    let entry = |item: Node<'t>| item.entries().map(|(key, node)| Some((key.text()?, value(node)?))).collect();
    list.items().map(entry).collect()
}

fn value(node: Node<'_>) -> Option<String> {
    match node.text() {
        Some(text) if is_dynamic(text) => None,
        Some(text) => Some(text.to_owned()),
        None => Some(format!("\0{}", node.span().offset)),
    }
}

/// A text with the values of a leg for its `${{ matrix.KEY }}`; `None` where it reads anything else that can differ
/// between legs. What is the same in the whole run (`github`, `inputs`, `needs`, `vars`) stays as it is written.
pub fn on_leg(text: &str, leg: &Leg<'_>) -> Option<String> {
    let mut parts = text.split("${{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once("}}")?;
        let expression = expression.trim();
        let plain = expression.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        match expression.split_once('.') {
            Some(("matrix", key)) if plain && !key.contains('.') => {
                // A key that this leg does not have is empty.
                let value = leg.get(key).map_or("", String::as_str);
                if value.starts_with('\0') {
                    return None;
                }
                out.push_str(value);
            }
            Some(("github" | "inputs" | "needs" | "vars", _)) if plain => {
                out.push_str("${{ ");
                out.push_str(expression);
                out.push_str(" }}");
            }
            _ => return None,
        }
        out.push_str(rest);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{legs, on_leg};
    use crate::parse::workflow::Workflow;
    use crate::parse::yaml::Tree;

    /// The names that the legs of a matrix make.
    fn names(matrix: &str, text: &str) -> Option<Vec<Option<String>>> {
        let text_of = format!(
            "on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix: {matrix}\n    steps: [{{ run: x }}]\n"
        );
        let tree = Tree::parse(&text_of).document.unwrap();
        let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
        Some(legs(&workflow.jobs[0])?.iter().map(|leg| on_leg(text, leg)).collect())
    }

    #[test]
    fn legs_are_multiplied_excluded_and_included() {
        for (matrix, expected) in [
            ("{ os: [a, b], v: [1, 2] }", Some(vec!["a-1", "a-2", "b-1", "b-2"])),
            ("{ os: [a, b], v: [1, 2], exclude: [{ os: a, v: 2 }, { v: 1 }] }", Some(vec!["b-2"])),
            ("{ os: [a, b], include: [{ os: a, v: 1 }, { os: c, v: 2 }] }", Some(vec!["a-1", "b-", "c-2"])),
            ("{ os: [a, b], include: [{ v: 1 }, { v: 2, os: a }] }", Some(vec!["a-2", "b-1"])),
            ("{ include: [{ os: a, v: 1 }, { os: b }] }", Some(vec!["a-1", "b-"])),
            ("{ os: [a, '${{ inputs.os }}'] }", None),
            ("'${{ fromJSON(needs.x.outputs.y) }}'", None),
            ("{ os: '${{ fromJSON(needs.x.outputs.y) }}' }", None),
        ] {
            let found = names(matrix, "${{ matrix.os }}-${{matrix.v}}");
            let found = found.map(|names| names.into_iter().map(Option::unwrap).collect::<Vec<_>>());
            assert_eq!(found, expected.map(|names| names.into_iter().map(str::to_owned).collect()), "{matrix}");
        }
    }

    #[test]
    fn a_text_that_reads_what_may_differ_is_not_known() {
        for (text, expected) in [
            ("x", Some("x")),
            ("x-${{ github.sha }}", Some("x-${{ github.sha }}")),
            ("x-${{ runner.os }}", None),
            ("x-${{ env.NAME }}", None),
            ("x-${{ matrix.os || 'a' }}", None),
            ("x-${{ strategy.job-index }}", None),
            ("x-${{ matrix.os", None),
        ] {
            assert_eq!(names("{ os: [a] }", text).unwrap()[0].as_deref(), expected, "{text}");
        }
    }
}
