//! The facts of the graph as a table, for small screens and for those who hear the page.

use super::draw::health;
use super::facts::{Facts, Job};
use super::{findings_link, pin_words};
use crate::ui::components::{badge, icon, more};
use crate::ui::{Ports, State, words};
use yew::{Html, classes, html};

pub(super) fn table(facts: &Facts<'_>, state: &State, ports: &Ports) -> Html {
    let timed = facts.run.is_some();
    html! {
        <section class="panel jobs" aria-labelledby="jobs-title">
            <h3 id="jobs-title">{ "Jobs" }</h3>
            <table class="files job-table">
                <thead><tr>
                    <th scope="col">{ "Job" }</th><th scope="col">{ "Waits for" }</th><th scope="col">{ "Runs in" }</th>
                    <th scope="col">{ "Services" }</th><th scope="col">{ "Artifacts and caches" }</th>
                    if timed { <th scope="col" class="size">{ "Time" }</th> }
                    <th scope="col">{ "Findings" }</th>
                </tr></thead>
                <tbody>{ for facts.jobs.iter().take(state.rows).map(|job| row(facts, state, job, timed)) }</tbody>
            </table>
            { more(ports, facts.jobs.len().saturating_sub(state.rows)) }
        </section>
    }
}

fn row(facts: &Facts<'_>, state: &State, job: &Job<'_>, timed: bool) -> Html {
    let node = job.node;
    let to = State { job: node.id.clone(), ..state.clone() }.link();
    let selected = node.id == state.job;
    html! {
        <tr class={classes!(selected.then_some("selected"))}>
            <th scope="row">
                <a href={to} aria-current={selected.then_some("true")}>{ words::visible(job.title()) }</a>
                if let Some(times) = job.times() { { " " }<span class="count">{ times }</span> }
                if job.critical { <span class="path-mark">{ "critical path" }</span> }
            </th>
            <td data-name="Waits for">{ words::visible(&node.needs.join(", ")) }</td>
            <td data-name="Runs in">{ runs_in(job) }</td>
            <td data-name="Services">{ for node.services.iter().map(|service| {
                let (picture, says, tone) = health(service.healthcheck);
                html! { <span class="job-service"><span class={classes!("tint", tone)}>{ icon(picture) }</span>{ words::visible(&service.name) }<span class="unseen">{ format!(", {says}") }</span></span> }
            }) }</td>
            <td data-name="Artifacts and caches">{ goods(job) }</td>
            if timed {
                <td class="size" data-name="Time">
                    { job.seconds().map(words::seconds) }
                    if let Some(queue) = job.queue_seconds().filter(|queue| *queue >= 1.0) { <span class="file-note">{ format!("queued {}", words::seconds(queue)) }</span> }
                </td>
            }
            <td data-name="Findings">{ pin(facts, job) }</td>
        </tr>
    }
}

fn runs_in(job: &Job<'_>) -> Html {
    let node = job.node;
    let text = if !node.calls.is_empty() {
        format!("calls {}", node.calls)
    } else if node.container.is_empty() {
        node.runs_on.join(", ")
    } else {
        format!("{} on {}", node.container, node.runs_on.join(", "))
    };
    let mut notes = Vec::new();
    if !node.environment.is_empty() {
        notes.push(format!("environment {}", words::visible(&node.environment)));
    }
    if !node.timeout_minutes.is_empty() {
        notes.push(format!("stops after {} min", words::visible(&node.timeout_minutes)));
    }
    html! {
        <><span class="path">{ words::visible(&text) }</span>
        if !notes.is_empty() { <span class="file-note">{ notes.join(", ") }</span> }</>
    }
}

fn goods(job: &Job<'_>) -> Html {
    let node = job.node;
    let mut lines = Vec::new();
    lines.extend(node.caches.iter().map(|cache| words::visible(cache)));
    lines.extend(node.uploads.iter().map(|name| format!("up {}", words::visible(name))));
    for download in &node.downloads {
        let name = if download.name.is_empty() { "all".to_owned() } else { words::visible(&download.name) };
        lines.push(format!("down {name}"));
    }
    html! { <>{ for lines.into_iter().map(|line| html! { <span class="file-note">{ line }</span> }) }</> }
}

fn pin(facts: &Facts<'_>, job: &Job<'_>) -> Html {
    let Some(level) = job.pin.worst() else { return html! { <span class="quiet">{ "none" }</span> } };
    let sign = words::level(level);
    let link = findings_link(job.within(&facts.workflow.file));
    html! {
        <a href={link} aria-label={format!("{} in {}", pin_words(job.pin), words::visible(job.title()))}>{ badge(words::Sign { word: "", ..sign }) }{ job.pin.all() }</a>
    }
}
