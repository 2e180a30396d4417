//! Workflows as graphs of their jobs, with what was measured of them and what is wrong with them.

mod detail;
mod draw;
mod facts;
mod layout;
mod table;

use super::components::{badge, inline};
use super::state::Within;
use super::{Action, Choices, Ports, Shared, State, View, words};
use crate::model::{PathBy, Report, RunInfo, Status};
use facts::{Facts, Pin};
use web_sys::HtmlSelectElement;
use yew::{Event, Html, TargetCast, html};

pub(super) fn view(report: &Shared, state: &State, ports: &Ports) -> Html {
    let Some(facts) = Facts::of(report, state) else {
        return html! {
            <div class="empty"><p>{ "No workflow was given. Drop a repository, or the files of its " }<code>{ ".github/workflows" }</code>{ " folder." }</p></div>
        };
    };
    html! {
        <div class="pipeline">
            <section class="pipeline-head" aria-labelledby="workflow-title">
                <h2 id="workflow-title">{ words::visible(&facts.workflow.name) }</h2>
                { pickers(report, &facts, ports) }
                { about(report, &facts) }
            </section>
            if facts.jobs.is_empty() {
                <div class="empty"><p>{ "No job of this workflow could be read." }</p></div>
            } else {
                { circles(&facts) }
                { measured(&facts) }
                <div class="pipeline-body">
                    { draw::graph(&facts, state, ports) }
                    { detail::detail(report, &facts, state) }
                </div>
                { legend() }
                { table::table(&facts, state, ports) }
            }
        </div>
    }
}

fn pickers(report: &Report, facts: &Facts<'_>, ports: &Ports) -> Html {
    let value = |event: Event| event.target_unchecked_into::<HtmlSelectElement>().value();
    html! {
        <p class="pickers-row">
            if report.workflows.len() > 1 {
                <label class="policy-choice">{ "Workflow " }
                    <select onchange={ports.act.reform(move |event| Action::Workflow(value(event)))}>
                        { for report.workflows.iter().map(|workflow| html! {
                            <option value={workflow.file.clone()} selected={workflow.file == facts.workflow.file}>
                                { format!("{}: {}", words::visible(&workflow.name), words::count(workflow.jobs.len(), "job", "jobs")) }
                            </option>
                        }) }
                    </select>
                </label>
            }
            if facts.runs.len() > 1 {
                <label class="policy-choice">{ "Times of run " }
                    <select onchange={ports.act.reform(move |event| Action::Run(value(event).parse().ok()))}>
                        { for facts.runs.iter().filter_map(|number| Some((number, report.runs.get(*number)?))).map(|(number, run)| html! {
                            <option value={number.to_string()} selected={facts.run == Some(run)}>{ run_name(run) }</option>
                        }) }
                    </select>
                </label>
            }
        </p>
    }
}

fn run_name(run: &RunInfo) -> String {
    let name = run.id.map_or_else(|| words::visible(&run.file), |id| format!("#{id}"));
    let started = run.started.as_deref().map_or(String::new(), |started| format!(", {started}"));
    format!("{name}{started}")
}

/// File, events and the findings that belong to no job.
fn about(report: &Report, facts: &Facts<'_>) -> Html {
    let whole = Within { file: facts.workflow.file.clone(), path: String::new() };
    let all = facts::count_in(report, &whole);
    let events: Vec<String> =
        facts.workflow.events.iter().map(|event| format!("`{}`", words::visible(event))).collect();
    html! {
        <p class="quiet">
            <code>{ words::visible(&facts.workflow.file) }</code>
            if !events.is_empty() { { ", starts on " }{ inline(&words::list(&events)) } }
            { ". " }
            if all > 0 {
                <a href={findings_link(whole)}>{ words::count(all, "finding", "findings") }</a>
                if facts.outside.all() > 0 { { format!(", {} of them in no job", facts.outside.all()) } }
            } else {
                { "No findings" }
            }
            { "." }
        </p>
    }
}

/// Jobs that wait for each other: GitHub refuses such a workflow.
fn circles(facts: &Facts<'_>) -> Html {
    let (needs, _) = facts.edges();
    let circular = layout::circular(facts.jobs.len(), &needs);
    let ids: Vec<String> = facts
        .jobs
        .iter()
        .zip(circular)
        .filter(|(_, circular)| *circular)
        .map(|(job, _)| format!("`{}`", words::visible(&job.node.id)))
        .collect();
    let missing: Vec<String> = facts
        .jobs
        .iter()
        .flat_map(|job| job.node.needs.iter().map(move |id| (job, id)))
        .filter(|(_, id)| !facts.workflow.jobs.contains(id))
        .take(20)
        .map(|(job, id)| format!("`{}` waits for `{}`", words::visible(&job.node.id), words::visible(id)))
        .collect();
    html! {
        <>
            if !ids.is_empty() {
                <p class="notice bad"><span>{ inline(&format!("{} wait for each other in a circle, so GitHub refuses this workflow.", words::list(&ids))) }</span></p>
            }
            if !missing.is_empty() {
                <p class="notice bad"><span>{ inline(&format!("{}, which is no job of this workflow.", words::list(&missing))) }</span></p>
            }
        </>
    }
}

/// The run in words: how long, and what decided that.
fn measured(facts: &Facts<'_>) -> Html {
    let Some(run) = facts.run else {
        return html! {
            <p class="quiet">{ "No record of a run was given, so there are no times. Drop the answer of " }<code>{ "gh api repos/OWNER/REPO/actions/runs/ID/jobs" }</code>{ " as well." }</p>
        };
    };
    let path: Vec<(&str, Option<f64>)> = run
        .critical_path
        .iter()
        .map(|name| (name.as_str(), run.jobs.iter().find(|job| job.name == *name).and_then(|job| job.seconds)))
        .collect();
    let by = match run.critical_path_by {
        PathBy::Needs => "along what jobs wait for",
        PathBy::Times => "by times alone",
    };
    html! {
        <div class="panel run">
            <p>
                { "Run " }<strong>{ run_name(run) }</strong>
                if let Some(conclusion) = &run.conclusion { { " " }{ conclusion_badge(conclusion) } }
                if let Some(seconds) = run.seconds {
                    { if run.complete { " took " } else { " took at least " } }<strong>{ words::seconds(seconds) }</strong>
                }
                if let Some(queue) = run.queue_seconds.filter(|queue| *queue >= 1.0) { { format!(", after {} in the queue", words::seconds(queue)) } }
                { "." }
            </p>
            if !path.is_empty() {
                <p>{ format!("Critical path, {by}: ") }</p>
                <ol class="path-steps">{ for path.iter().map(|(name, seconds)| html! {
                    <li><strong>{ words::visible(name) }</strong>{ seconds.map(|seconds| format!(" {}", words::seconds(seconds))) }</li>
                }) }</ol>
            }
            { for run.notes.iter().map(|note| html! { <p class="quiet">{ inline(&words::visible(note)) }{ "." }</p> }) }
        </div>
    }
}

fn conclusion_badge(conclusion: &str) -> Html {
    let kind = match conclusion {
        "success" => crate::model::OutcomeKind::Passed,
        "skipped" | "neutral" => crate::model::OutcomeKind::NotApplicable,
        _ => crate::model::OutcomeKind::Failed,
    };
    let sign = words::outcome(kind);
    match conclusion {
        "success" | "failure" => badge(sign),
        other => html! { <span class={yew::classes!("badge", sign.tone)}>{ words::visible(other) }</span> },
    }
}

fn legend() -> Html {
    use super::components::{Icon, icon};
    let item = |picture, tone: &'static str, word: &'static str| html! { <li><span class={yew::classes!("tint", tone)}>{ icon(picture) }</span>{ word }</li> };
    html! {
        <ul class="legend" aria-label="Signs of the graph">
            { item(Icon::Heart, "good", "service with a health check") }
            { item(Icon::Triangle, "warn", "service without one") }
            { item(Icon::Container, "plain", "container or Compose file") }
            { item(Icon::Cache, "plain", "cache") }
            { item(Icon::Up, "plain", "uploads") }
            { item(Icon::Down, "plain", "downloads") }
            { item(Icon::Package, "plain", "artifacts go this way") }
            <li><span class="key-critical"></span>{ "critical path" }</li>
        </ul>
    }
}

/// The findings of a place that are not waived.
fn findings_link(within: Within) -> String {
    let mut statuses = Choices::only(Status::New);
    statuses.toggle(Status::Known);
    State { statuses, within, ..State::of(View::Findings) }.link()
}

/// `2 errors and 1 warning`.
fn pin_words(pin: Pin) -> String {
    let mut parts = Vec::new();
    for (n, one, many) in
        [(pin.errors, "error", "errors"), (pin.warnings, "warning", "warnings"), (pin.infos, "note", "notes")]
    {
        if n > 0 {
            parts.push(words::count(n, one, many));
        }
    }
    words::list(&parts)
}
