//! All that is known of the chosen job, in words.

use super::draw::health;
use super::facts::{Facts, Job};
use super::{conclusion_badge, findings_link, pin_words};
use crate::model::Report;
use crate::ui::components::{Icon, icon, inline};
use crate::ui::state::Within;
use crate::ui::{State, View, select, sort, words};
use yew::{Html, classes, html};

/// Findings and steps of a job that are named.
const FIRST: usize = 5;

pub(super) fn detail(report: &Report, facts: &Facts<'_>, state: &State) -> Html {
    let Some(job) = facts.jobs.iter().find(|job| job.node.id == state.job) else {
        return html! { <section class="panel job-detail" aria-label="Job"><p class="quiet">{ "Choose a job in the graph or in the table to see all that is known of it." }</p></section> };
    };
    let close = State { job: String::new(), ..state.clone() }.link();
    html! {
        <section class="panel job-detail" aria-labelledby="job-title">
            <div class="job-head">
                <h3 id="job-title">{ words::visible(job.title()) }</h3>
                <a class="button small" href={close}>{ icon(Icon::Cross) }<span class="unseen">{ "Close" }</span></a>
            </div>
            <dl class="job-facts">{ rows(report, facts, job) }</dl>
            { findings(report, facts, job) }
        </section>
    }
}

fn row(name: &'static str, value: Html) -> Html {
    html! { <div><dt>{ name }</dt><dd>{ value }</dd></div> }
}

fn code(text: &str) -> Html {
    html! { <code>{ words::visible(text) }</code> }
}

fn list(items: Vec<Html>) -> Html {
    html! { <ul>{ for items.into_iter().map(|item| html! { <li>{ item }</li> }) }</ul> }
}

fn rows(report: &Report, facts: &Facts<'_>, job: &Job<'_>) -> Html {
    let node = job.node;
    let mut rows = Vec::new();
    let mut add = |name, text: &str| {
        if !text.is_empty() {
            rows.push(row(name, code(text)));
        }
    };
    if !node.name.is_empty() {
        add("Id", &node.id);
    }
    rows.push(row(
        "Line",
        html! { <code>{ format!("{}:{}", words::visible(&facts.workflow.file), node.line) }</code> },
    ));
    rows.extend(times(job));
    let mut add = |name, text: &str| {
        if !text.is_empty() {
            rows.push(row(name, code(text)));
        }
    };
    add("If", &node.condition);
    add("Runs on", &node.runs_on.join(", "));
    if !node.needs.is_empty() {
        let link = |id: &String| {
            if facts.workflow.jobs.contains(id) {
                html! { <a href={link(facts, id)}>{ words::visible(id) }</a> }
            } else {
                html! { <>{ code(id) }{ ", which is no job" }</> }
            }
        };
        rows.push(row("Waits for", list(node.needs.iter().map(link).collect())));
    }
    if !node.matrix.is_empty() || node.legs.is_some() {
        let legs =
            node.legs.map_or("as often as an expression says".to_owned(), |legs| words::count(legs, "time", "times"));
        let over =
            if node.matrix.is_empty() { String::new() } else { format!(", over `{}`", node.matrix.join("`, `")) };
        rows.push(row("Matrix", inline(&words::visible(&format!("runs {legs}{over}")))));
    }
    if !node.calls.is_empty() {
        let called = report.workflows.iter().any(|workflow| workflow.file == node.calls_file);
        let to = State { workflow: node.calls_file.clone(), ..State::of(View::Pipeline) }.link();
        rows.push(row(
            "Calls",
            if called {
                html! { <a href={to}>{ words::visible(&node.calls) }</a> }
            } else {
                code(&node.calls)
            },
        ));
    }
    if !node.container.is_empty() {
        rows.push(row("Container", code(&node.container)));
    }
    if !node.services.is_empty() {
        let service = |service: &crate::model::ServiceNode| {
            let (picture, says, tone) = health(service.healthcheck);
            html! { <><span class={classes!("tint", tone)}>{ icon(picture) }<span class="unseen">{ says }{ " " }</span></span>{ " " }{ words::visible(&service.name) }{ " " }{ code(&service.image) }</> }
        };
        rows.push(row("Services", list(node.services.iter().map(service).collect())));
    }
    if !node.compose.is_empty() {
        let file = |path: &String| {
            let within = Within { file: path.clone(), path: String::new() };
            let count = super::facts::count_in(report, &within);
            html! { <>{ code(path) }if count > 0 { { " " }<a href={findings_link(within)}>{ words::count(count, "finding", "findings") }</a> }</> }
        };
        rows.push(row("Compose", list(node.compose.iter().map(file).collect())));
    }
    let plain = |texts: &[String]| list(texts.iter().map(|text| code(text)).collect());
    if !node.caches.is_empty() {
        rows.push(row("Caches", plain(&node.caches)));
    }
    if !node.uploads.is_empty() {
        rows.push(row("Uploads", plain(&node.uploads)));
    }
    if !node.downloads.is_empty() {
        let download = |download: &crate::model::DownloadNode| {
            let from: Vec<String> = download.from.iter().map(|id| format!("`{}`", words::visible(id))).collect();
            let name = if download.name.is_empty() {
                html! { "all artifacts" }
            } else {
                code(&download.name)
            };
            html! { <>{ name }if !from.is_empty() { { " from " }{ inline(&words::list(&from)) } }</> }
        };
        rows.push(row("Downloads", list(node.downloads.iter().map(download).collect())));
    }
    if !node.environment.is_empty() {
        rows.push(row("Environment", code(&node.environment)));
    }
    if node.calls.is_empty() {
        let timeout = match node.timeout_minutes.as_str() {
            "" => html! { "not set" },
            minutes => html! { { format!("{} min", words::visible(minutes)) } },
        };
        rows.push(row("Timeout", timeout));
        rows.push(row("Steps", html! { { node.steps } }));
    }
    html! { <>{ for rows }</> }
}

fn link(facts: &Facts<'_>, id: &str) -> String {
    State { workflow: facts.workflow.file.clone(), job: id.to_owned(), ..State::of(View::Pipeline) }.link()
}

/// What the run says of the job.
fn times(job: &Job<'_>) -> Vec<Html> {
    let mut rows = Vec::new();
    if let Some(conclusion) = job.conclusion() {
        rows.push(row("Came to", conclusion_badge(conclusion)));
    }
    if let Some(seconds) = job.seconds() {
        let of =
            if job.measured.len() > 1 { format!(", the longest of {}", job.measured.len()) } else { String::new() };
        let path = if job.critical { ", on the critical path" } else { "" };
        rows.push(row("Took", html! { { format!("{}{of}{path}", words::seconds(seconds)) } }));
    }
    if let Some(queue) = job.queue_seconds() {
        rows.push(row("Queued", html! { { words::seconds(queue) } }));
    }
    let steps: Vec<_> = job.measured.iter().flat_map(|job| &job.steps).collect();
    #[expect(clippy::cast_possible_truncation, reason = "a key for sorting; saturates")]
    let longest = |seconds: f64| (-1_000.0 * seconds) as i64;
    let mut keys = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        keys.extend(step.seconds.filter(|seconds| *seconds >= 1.0).map(|seconds| (longest(seconds), at)));
    }
    let named = sort::by_number(keys).into_iter().take(FIRST).filter_map(|at| steps.get(at)).map(|step| {
        html! { { format!("{} {}", words::visible(&step.name), step.seconds.map(words::seconds).unwrap_or_default()) } }
    });
    let named: Vec<Html> = named.collect();
    if !named.is_empty() {
        rows.push(row("Slowest steps", list(named)));
    }
    rows
}

fn findings(report: &Report, facts: &Facts<'_>, job: &Job<'_>) -> Html {
    if job.findings.is_empty() {
        return html! { <p class="quiet">{ "No findings." }</p> };
    }
    let within = job.within(&facts.workflow.file);
    let keys = job.findings.iter().filter_map(|number| Some((select::weight(report.findings.get(*number)?), *number)));
    let numbers = sort::by_number(keys.collect());
    let item = |number: &usize| {
        let Some(finding) = report.findings.get(*number) else { return Html::default() };
        let sign = words::level(finding.level);
        let to = State { selected: Some(*number), within: within.clone(), ..State::of(View::Findings) }.link();
        html! {
            <li>
                <span class={classes!("tint", sign.tone)} title={sign.word}>{ icon(sign.icon) }<span class="unseen">{ sign.word }</span></span>
                <a href={to}>{ inline(&words::visible(&finding.message)) }</a>
            </li>
        }
    };
    html! {
        <>
            <h4>{ pin_words(job.pin) }</h4>
            <ol class="first">{ for numbers.iter().take(FIRST).map(item) }</ol>
            if numbers.len() > FIRST {
                <p><a href={findings_link(within.clone())}>{ format!("All {} findings of this job", numbers.len()) }</a></p>
            }
        </>
    }
}
