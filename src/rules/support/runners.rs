//! The runners that a job may get.

use crate::model::Span;
use crate::parse::expression::{self, Expr, Kind};
use crate::parse::workflow::{Job, is_dynamic};
use crate::parse::yaml::Node;

/// A label that a job asks for.
#[derive(Debug, Clone)]
pub struct Label<'t> {
    /// Its text.
    pub text: String,
    /// Its bytes, where it is written: in `runs-on`, or in the matrix.
    pub span: Span,
    /// The scalar that it is written in.
    pub node: Node<'t>,
    /// Whether other labels are asked for together with it.
    pub together: bool,
}

/// The labels that `runs-on` may ask for, and whether these are all.
pub fn labels<'t>(job: &Job<'t>) -> (Vec<Label<'t>>, bool) {
    let mut found = Vec::new();
    let Some(runs_on) = job.runs_on() else { return (found, false) };
    let mut complete = runs_on.group.is_none();
    let together = runs_on.labels.len() > 1;
    for node in runs_on.labels {
        complete &= label(job, node, together, &mut found);
    }
    (found, complete)
}

/// Whether every runner that a job may get is one of GitHub's own, by its label.
pub fn is_hosted(job: &Job<'_>) -> bool {
    let (labels, complete) = labels(job);
    let hosted = |label: &Label<'_>| {
        let system = label.text.split_once('-').map(|(system, _)| system.to_ascii_lowercase());
        !label.together && matches!(system.as_deref(), Some("ubuntu" | "macos" | "windows"))
    };
    complete && !labels.is_empty() && labels.iter().all(hosted)
}

/// Whether no runner that a job may get has Windows, as far as its labels tell.
pub fn is_posix(job: &Job<'_>) -> bool {
    let (labels, complete) = labels(job);
    let windows = |label: &Label<'_>| label.text.to_ascii_lowercase().split('-').any(|part| part.starts_with("win"));
    complete && !labels.iter().any(windows)
}

/// Adds what a scalar may come to; whether that is all.
fn label<'t>(job: &Job<'t>, node: Node<'t>, together: bool, found: &mut Vec<Label<'t>>) -> bool {
    let Some(text) = node.text() else { return false };
    if !is_dynamic(text) {
        found.push(Label { text: text.to_owned(), span: node.span(), node, together });
        return true;
    }
    let templates = expression::templates(node);
    match templates.as_slice() {
        [only] if only.whole => only.expr.as_ref().is_ok_and(|expr| value(job, node, expr, together, found)),
        _ => false,
    }
}

fn value<'t>(job: &Job<'t>, node: Node<'t>, expr: &Expr, together: bool, found: &mut Vec<Label<'t>>) -> bool {
    match &expr.kind {
        Kind::Text(text) => {
            found.push(Label { text: text.clone(), span: expr.span, node, together });
            true
        }
        // `a && b || c` comes to `b` or `c`; what comes to nothing is no label.
        Kind::And(parts) => parts.last().is_some_and(|last| value(job, node, last, together, found)),
        Kind::Or(parts) => {
            let complete = parts.iter().map(|part| value(job, node, part, together, found));
            complete.fold(true, |all, one| all & one)
        }
        _ => match expr.contexts().as_slice() {
            [read] if read.is("matrix") && read.span == expr.span => {
                let names: Option<Vec<&str>> = (0..read.parts.len()).map(|part| read.name(part)).collect();
                names.is_some_and(|names| of_matrix(job, &names, together, found))
            }
            _ => false,
        },
    }
}

/// Most values of a matrix that are looked at; GitHub makes no more jobs of one.
const MAX_VALUES: usize = 256;

/// Adds the values of `matrix.a.b`; whether these are all.
fn of_matrix<'t>(job: &Job<'t>, names: &[&str], together: bool, found: &mut Vec<Label<'t>>) -> bool {
    let (Some(matrix), Some((axis, rest))) = (job.matrix(), names.split_first()) else { return false };
    let is_axis = |key: Node<'_>| key.text().is_some_and(|key| key.eq_ignore_ascii_case(axis));
    let own = matrix.axes.iter().filter(|(key, _)| is_axis(*key)).map(|(_, values)| *values);
    let mut complete = matrix.node.is_mapping() && matrix.include.is_none_or(Node::is_sequence);
    let mut values = Vec::new();
    for axis in own {
        complete &= axis.is_sequence();
        values.extend(axis.items().take(MAX_VALUES));
    }
    let included = matrix.include.into_iter().flat_map(Node::items).take(MAX_VALUES).flat_map(Node::entries);
    values.extend(included.filter(|(key, _)| is_axis(*key)).map(|(_, value)| value));
    complete &= !values.is_empty();
    for value in values {
        let Some(inner) = value.at(rest) else {
            complete = false;
            continue;
        };
        let many = together || inner.items().nth(1).is_some();
        for node in inner.one_or_many().take(MAX_VALUES) {
            match node.text().filter(|text| !is_dynamic(text)) {
                Some(text) => found.push(Label { text: text.to_owned(), span: node.span(), node, together: many }),
                None => complete = false,
            }
        }
    }
    complete
}

#[cfg(test)]
mod tests {
    use super::{is_hosted, is_posix, labels};
    use crate::parse::workflow::Workflow;
    use crate::parse::yaml::Tree;

    #[test]
    fn labels_are_found_where_they_are_written() {
        for (job, expected, complete) in [
            ("runs-on: ubuntu-24.04", "ubuntu-24.04", true),
            ("runs-on: [self-hosted, linux]", "self-hosted linux", true),
            ("runs-on: { group: big, labels: x }", "x", false),
            (
                "runs-on: '${{ matrix.os }}', strategy: { matrix: { os: [a, b], include: [{ OS: c }, { x: y }] } }",
                "a b c",
                true,
            ),
            (
                "runs-on: '${{ matrix.on.label }}', strategy: { matrix: { on: [{ label: a }, { label: b }] } }",
                "a b",
                true,
            ),
            ("runs-on: '${{ matrix.os }}', strategy: { matrix: { os: '${{ fromJSON(vars.x) }}' } }", "", false),
            (
                "runs-on: '${{ matrix.os }}', strategy: { matrix: { os: [a], include: '${{ fromJSON(vars.x) }}' } }",
                "a",
                false,
            ),
            ("runs-on: \"${{ github.ref == 'x' && 'a' || 'b' }}\"", "a b", true),
            ("runs-on: \"${{ inputs.os || 'b' }}\"", "b", false),
            ("runs-on: '${{ matrix.os }}-latest', strategy: { matrix: { os: [a] } }", "", false),
            ("runs-on: '${{ inputs.os }}'", "", false),
        ] {
            let text = format!("on: push\njobs: {{ a: {{ {job}, steps: [{{ run: x }}] }} }}\n");
            let tree = Tree::parse(&text).document.unwrap();
            let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
            let (found, all) = labels(workflow.jobs.first().unwrap());
            let texts: Vec<&str> = found.iter().map(|label| label.text.as_str()).collect();
            assert_eq!((texts.join(" ").as_str(), all), (expected, complete), "{job}");
        }
    }

    #[test]
    fn hosted_runners_are_told_by_their_label() {
        for (runs_on, hosted, posix) in [
            ("ubuntu-24.04", true, true),
            ("Windows-latest", true, false),
            ("[self-hosted, ubuntu-x]", false, true),
            ("my-runner", false, true),
            ("'${{ inputs.os }}'", false, false),
        ] {
            let text = format!("on: push\njobs: {{ a: {{ runs-on: {runs_on}, steps: [{{ run: x }}] }} }}\n");
            let tree = Tree::parse(&text).document.unwrap();
            let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
            let job = workflow.jobs.first().unwrap();
            assert_eq!((is_hosted(job), is_posix(job)), (hosted, posix), "{runs_on}");
        }
    }
}
