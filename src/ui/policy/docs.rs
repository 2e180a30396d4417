//! The documentation of a rule.

use crate::ui::components::{inline, prose};
use crate::ui::{Shared, read_json, use_answer};
use yew::{Html, Properties, component, html};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) rule: String,
    pub(super) report: Shared,
}

/// What `tollgate explain` says of a rule.
#[component]
pub(super) fn RuleDocs(props: &Props) -> Html {
    let docs = match use_answer("rule", &props.rule, &props.report) {
        None => return html! { <p class="quiet" role="status">{ "Asking the checker…" }</p> },
        Some(Err(reason)) => return html! { <p>{ reason }</p> },
        Some(Ok(json)) => read_json::<String>(&json).unwrap_or_default(),
    };
    html! { <div class="rule-docs">{ for sections(&docs).into_iter().map(section) }</div> }
}

/// A heading, and the lines below it.
type Section<'d> = (&'d str, Vec<&'d str>);

fn sections(docs: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut fence = None;
    for line in docs.lines() {
        // Doc comments keep the blank after the slashes.
        let line = line.strip_prefix(' ').unwrap_or(line);
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(opened) if ticks >= opened && line.trim_end().len() == ticks => fence = None,
            None if ticks >= 3 => fence = Some(ticks),
            _ => {}
        }
        match (line.strip_prefix("# "), fence) {
            (Some(title), None) => sections.push((title, Vec::new())),
            _ => {
                if let Some((_, lines)) = sections.last_mut() {
                    lines.push(line);
                }
            }
        }
    }
    sections
}

fn section((title, lines): Section<'_>) -> Html {
    let (list, rest): (Vec<&str>, Vec<&str>) = items(&lines);
    html! {
        <>
            <h4>{ title }</h4>
            { prose(&rest.join("\n")) }
            if !list.is_empty() { <ul>{ for list.join("\n").split("\n- ").map(|item| html! { <li>{ inline(&item.trim_start_matches("- ").replace('\n', " ")) }</li> }) }</ul> }
        </>
    }
}

/// The lines of the list that begins a section, and all others.
fn items<'d>(lines: &[&'d str]) -> (Vec<&'d str>, Vec<&'d str>) {
    let mut inside = false;
    lines.iter().partition(|line| {
        inside = line.starts_with("- ") || (inside && line.starts_with("  "));
        inside
    })
}
