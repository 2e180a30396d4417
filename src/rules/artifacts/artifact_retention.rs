//! The rule `artifact-retention`.

use crate::evidence::Evidence;
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use crate::rules::support::uploads::{add_input, step_groups, upload};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// Every `actions/upload-artifact` says with `retention-days` how long the artifact is kept, and the number is within
    /// the bounds. `0` leaves it to the settings of the repository, as no number does. A number that an expression decides
    /// is not judged.
    ///
    /// # Why it matters
    ///
    /// What is kept too long costs storage and may leak; what is kept too short is gone when a failure is looked into.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/upload-artifact@v4
    ///         with:
    ///           name: dist
    ///           path: dist
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/upload-artifact@v4
    ///         with:
    ///           name: dist
    ///           path: dist
    ///           retention-days: 14
    /// ```
    ///
    /// # Options
    ///
    /// - `min`: fewest days (default 1).
    /// - `max`: most days (default 90, GitHub's own limit for public repositories).
    /// - `required`: whether the number has to be there (default true).
    ///
    /// # When to waive
    ///
    /// The settings of the repository say how long, and that is looked after elsewhere.
    pub struct ArtifactRetention;
    id: "artifact-retention",
    family: Artifacts,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    min: u32,
    max: u32,
    required: bool,
}

impl Default for Params {
    fn default() -> Self {
        Self { min: 1, max: 90, required: true }
    }
}

const WHY: &str =
    "What is kept too long costs storage and may leak; what is kept too short is gone when a failure is looked into.";

const INPUT: &str = "retention-days";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut judged, mut open) = (0, 0);
    for at in step_groups(evidence).into_iter().flatten() {
        let Some(uses) = upload(at.step) else { continue };
        let set = at.step.input(INPUT).filter(|node| !node.is_null());
        if set.and_then(Node::text).is_some_and(is_dynamic) {
            open += 1;
            continue;
        }
        judged += 1;
        let (node, what, edit) =
            match set.map(|node| (node, node.text().and_then(|text| text.trim().parse::<f64>().ok()))) {
                Some((node, Some(days))) if days != 0.0 => {
                    if days < f64::from(params.min) {
                        (node, format!("for {days} days only, less than {}", params.min), None)
                    } else if days > f64::from(params.max) {
                        (node, format!("for {days} days, more than {}", params.max), None)
                    } else {
                        continue;
                    }
                }
                Some((node, None)) => (node, "for a time that is no number".to_owned(), None),
                _ if !params.required => continue,
                Some((node, _)) => {
                    (node, "for as long as the repository's settings say (`retention-days: 0`)".to_owned(), None)
                }
                None => {
                    // The longest time that is allowed takes away nothing that somebody may want.
                    let days = params.max.min(90).max(params.min).to_string();
                    let what = "for as long as the repository's settings say (no `retention-days`)".to_owned();
                    (uses.node, what, add_input(at.file, at.step, INPUT, &days))
                }
            };
        spots.push(Spot {
            file: at.file,
            span: node.span(),
            path: at.step.node.path(),
            message: format!("{} keeps its artifact {what}", at.title()),
            detail: String::new(),
            edits: edit.into_iter().collect(),
        });
    }
    sink.subjects(judged);
    sink.fact(format!("{}, {} kept for a time within the bounds", count(judged, "upload"), judged - spots.len()));
    if open > 0 {
        sink.fact(format!("{} not judged: an expression says how long", count(open, "upload")));
    }
    let bounds = if params.min == params.max {
        format!("{} days", params.max)
    } else {
        format!("{} to {} days", params.min, params.max)
    };
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            format!("{} uploads keep their artifacts for a time that is not said, or not within {bounds}", group.len())
        },
        |_| {
            format!(
                "Say how long it is wanted, {bounds}:\n\n    retention-days: {}\n",
                14.clamp(params.min.min(params.max), params.max)
            )
        },
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::support::repair::repaired;

    #[test]
    fn the_edit_says_the_longest_time_that_is_allowed() {
        let text = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/upload-artifact@v4\n        with:\n          path: dist\n";
        let expected = format!("{text}          retention-days: 90\n");
        assert_eq!(repaired("artifact-retention", text), expected);
    }
}
