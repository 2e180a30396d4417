mod measured;

use super::components::{Icon, bar, icon, inline, place_label};
use super::{Choices, Shared, State, View, select, words};
use crate::model::{Coverage, Family, FileStatus, Level, OutcomeKind, Ratio, Report, Tests};
use yew::{Html, classes, html};

/// Findings that are named on the overview.
const FIRST: usize = 6;

pub(super) fn view(report: &Shared) -> Html {
    html! {
        <div class="overview">
            if report.files.iter().all(|f| f.status == FileStatus::Ignored) { { nothing_read(report) } }
            { figures(report) }
            <div class="columns">
                <div class="main-column">
                    { families(report) }
                    { measured::budgets(report) }
                </div>
                <div class="side-column">
                    { first(report) }
                    if let Some(baseline) = &report.baseline { { measured::baseline(report, baseline) } }
                    { policy(report) }
                    { inputs(report) }
                </div>
            </div>
        </div>
    }
}

fn nothing_read(report: &Report) -> Html {
    let title = match report.files.len() {
        1 => "The file is not of a kind that Tollgate reads.".to_owned(),
        n => format!("None of the {n} files is of a kind that Tollgate reads."),
    };
    html! {
        <div class="notice warn">
            { icon(Icon::Question) }
            <div>
                <p><strong>{ title }</strong></p>
                <p>{ "It knows files by name and content: workflows under " }<code>{ ".github/workflows/" }</code>{ ", Compose files, Dockerfiles, JUnit and Cobertura XML, LCOV, and zips of these. The " }<a href={State::of(View::Files).link()}>{ "list of files" }</a>{ " says for each why it was left out." }</p>
            </div>
        </div>
    }
}

fn figures(report: &Report) -> Html {
    let summary = &report.summary;
    let level = |level: Level, n: usize, many: &'static str, below: &'static str| {
        let sign = words::level(level);
        let link = State { levels: Choices::only(level), ..State::of(View::Findings) }.link();
        let tone = if n == 0 { "plain" } else { sign.tone };
        figure(
            many,
            html! { <>{ icon(sign.icon) }{ words::number(n as u64) }</> },
            tone,
            Some(link),
            html! { { below } },
        )
    };
    html! {
        <section class="figures" aria-label="Figures">
            { level(Level::Error, summary.errors, "Errors", "break the policy") }
            { level(Level::Warning, summary.warnings, "Warnings", "worth changing") }
            { level(Level::Info, summary.infos, "Notes", "worth knowing") }
            { tests(report.tests.as_ref()) }
            { coverage(report, report.coverage.as_ref()) }
            { run_time(report) }
            { image_build(report) }
        </section>
    }
}

fn figure(name: &'static str, value: Html, tone: &'static str, link: Option<String>, below: Html) -> Html {
    let inner = html! {
        <><span class="figure-name">{ name }</span><span class="figure-value">{ value }</span><span class="figure-below">{ below }</span></>
    };
    let class = classes!("figure", tone);
    match link {
        Some(href) => html! { <a {class} {href}>{ inner }</a> },
        None => html! { <div {class}>{ inner }</div> },
    }
}

fn tests(tests: Option<&Tests>) -> Html {
    let Some(tests) = tests else {
        return figure("Tests", html! { "–" }, "plain", None, html! { "no report given" });
    };
    let counts = tests.counts;
    let bad = counts.failed + counts.errors;
    let mut below = Vec::new();
    for (n, word) in
        [(counts.failed, "failed"), (counts.errors, "errors"), (counts.flaky, "flaky"), (counts.skipped, "skipped")]
    {
        if n > 0 {
            below.push(format!("{} {word}", words::number(n)));
        }
    }
    if below.is_empty() {
        below.push("all passed".to_owned());
    }
    let value = html! {
        <>{ icon(if bad > 0 { Icon::Cross } else { Icon::Check }) }{ words::number(counts.passed) }<small>{ format!(" of {}", words::number(counts.total)) }</small></>
    };
    let tone = if bad > 0 { "bad" } else { "good" };
    let link = State::of(View::Tests).link();
    figure("Tests passed", value, tone, Some(link), html! { { below.join(", ") } })
}

fn coverage(report: &Report, coverage: Option<&Coverage>) -> Html {
    let Some(coverage) = coverage else {
        return figure("Coverage", html! { "–" }, "plain", None, html! { "no report given" });
    };
    // The threshold is a parameter of the policy; what became of it is an outcome.
    let threshold = report.outcomes.iter().find(|o| o.rule == "coverage-below-threshold").map(|o| o.outcome);
    let (tone, picture) = match threshold {
        Some(OutcomeKind::Failed) => ("bad", Some(Icon::Cross)),
        Some(OutcomeKind::Passed) => ("good", Some(Icon::Check)),
        _ => ("plain", None),
    };
    let value = html! {
        <>if let Some(picture) = picture { { icon(picture) } }{ words::percent(coverage.line) }<small>{ " of lines" }</small></>
    };
    let part = |name: &str, ratio: Option<Ratio>| ratio.map(|r| format!("{name} {}", words::percent(r)));
    let below: Vec<String> = [
        match threshold {
            Some(OutcomeKind::Failed) => Some("below the threshold".to_owned()),
            Some(OutcomeKind::Passed) => Some("meets the threshold".to_owned()),
            _ => None,
        },
        part("branches", coverage.branch),
        part("functions", coverage.function),
    ]
    .into_iter()
    .flatten()
    .collect();
    let link = State::of(View::Coverage).link();
    figure("Coverage", value, tone, Some(link), html! { <>{ bar(coverage.line) }{ below.join(", ") }</> })
}

/// The longest run that is known whole.
fn run_time(report: &Report) -> Html {
    let mut longest: Option<(f64, usize)> = None;
    let mut runs = 0;
    for (number, run) in report.runs.iter().enumerate() {
        if let Some(seconds) = run.seconds.filter(|_| run.complete) {
            runs += 1;
            if longest.is_none_or(|(known, _)| seconds > known) {
                longest = Some((seconds, number));
            }
        }
    }
    let Some((seconds, number)) = longest else { return Html::default() };
    let budget = report.outcomes.iter().find(|o| o.rule == "run-over-budget").map(|o| o.outcome);
    let (tone, below) = match budget {
        Some(OutcomeKind::Failed) => ("bad", "a run is over its budget"),
        Some(OutcomeKind::Passed) => ("good", "within the budget"),
        _ => ("plain", "no budget is set"),
    };
    let of = if runs > 1 { format!("the longest of {}; ", words::count(runs, "run", "runs")) } else { String::new() };
    let workflow = report.runs.get(number).and_then(|run| run.workflow_file.clone());
    let link = workflow.map(|workflow| State { workflow, run: Some(number), ..State::of(View::Pipeline) }.link());
    let picture = match tone {
        "bad" => Icon::Cross,
        "good" => Icon::Check,
        _ => Icon::Clock,
    };
    figure(
        "Run time",
        html! { <>{ icon(picture) }{ words::seconds(seconds) }</> },
        tone,
        link,
        html! { { format!("{of}{below}") } },
    )
}

/// The longest build of an image that a record tells of.
fn image_build(report: &Report) -> Html {
    let longest = report.builds.iter().filter(|build| build.seconds.is_some());
    let longest = longest.reduce(|known, build| if build.seconds > known.seconds { build } else { known });
    let Some((build, seconds)) = longest.and_then(|build| Some((build, build.seconds?))) else {
        return Html::default();
    };
    let below = match (build.steps, build.failed) {
        (0, _) => "the record has no steps".to_owned(),
        (steps, 0) => format!("{} of {steps} steps from the cache", build.cached),
        (steps, failed) => format!("{failed} of {steps} steps failed"),
    };
    figure("Image build", html! { { words::seconds(seconds) } }, "note", None, html! { { below } })
}

/// What became of the rules, family by family.
fn families(report: &Report) -> Html {
    let present: Vec<Family> =
        Family::ALL.into_iter().filter(|family| report.outcomes.iter().any(|o| o.family == *family)).collect();
    if present.is_empty() {
        return Html::default();
    }
    html! {
        <section class="panel" aria-labelledby="families">
            <h2 id="families">{ "Gates by family" }</h2>
            <table class="matrix">
                <thead>
                    <tr>
                        <th scope="col">{ "Family" }</th>
                        { for words::OUTCOMES.into_iter().map(|o| {
                            let sign = words::outcome(o);
                            html! { <th scope="col" class={classes!("cell", sign.tone)}>{ icon(sign.icon) }<span>{ sign.word }</span></th> }
                        }) }
                    </tr>
                </thead>
                <tbody>{ for present.into_iter().map(|family| family_row(report, family)) }</tbody>
            </table>
        </section>
    }
}

fn family_row(report: &Report, family: Family) -> Html {
    let count =
        |outcome: OutcomeKind| report.outcomes.iter().filter(|o| o.family == family && o.outcome == outcome).count();
    // The outcomes come worst first.
    let gate = words::OUTCOMES.into_iter().find(|outcome| count(*outcome) > 0).unwrap_or(OutcomeKind::NotApplicable);
    let gate = words::outcome(gate);
    let link = |outcomes: Option<OutcomeKind>| {
        State {
            families: Choices::only(family),
            outcomes: outcomes.map(Choices::only).unwrap_or_default(),
            ..State::of(View::Rules)
        }
        .link()
    };
    let cell = |outcome: OutcomeKind| {
        let (sign, n) = (words::outcome(outcome), count(outcome));
        if n == 0 {
            return html! { <td class="cell none"><span aria-hidden="true">{ "·" }</span><span class="unseen">{ "0" }</span></td> };
        }
        let label = format!("{} {}: {n} {}", family.word(), "rules", sign.word);
        html! { <td class="cell"><a class={classes!("tally", sign.tone)} href={link(Some(outcome))} aria-label={label}>{ icon(sign.icon) }{ n }<span class="tally-word">{ sign.word }</span></a></td> }
    };
    html! {
        <tr>
            <th scope="row"><span class={classes!("tint", gate.tone)} title={gate.word}>{ icon(gate.icon) }<span class="unseen">{ gate.word }{ ": " }</span></span>{ " " }<a href={link(None)}>{ family.word() }</a><span class="family-words">{ words::family(family) }</span></th>
            { for words::OUTCOMES.into_iter().map(cell) }
        </tr>
    }
}

/// The findings to begin with.
fn first(report: &Report) -> Html {
    let state = State { group: super::Group::Level, ..State::of(View::Findings) };
    let numbers = select::displayed_findings(report, &state);
    if numbers.is_empty() {
        return html! {
            <section class="panel" aria-labelledby="first">
                <h2 id="first">{ "Findings" }</h2>
                <p class="quiet">{ "None." }</p>
            </section>
        };
    }
    let item = |number: &usize| {
        let Some(finding) = report.findings.get(*number) else { return Html::default() };
        let sign = words::level(finding.level);
        let link = State { selected: Some(*number), ..State::of(View::Findings) }.link();
        html! {
            <li>
                <span class={classes!("tint", sign.tone)} title={sign.word}>{ icon(sign.icon) }<span class="unseen">{ sign.word }</span></span>
                <div><a href={link}>{ inline(&words::visible(&finding.message)) }</a>
                <p class="quiet"><code>{ place_label(&finding.place) }</code></p></div>
            </li>
        }
    };
    html! {
        <section class="panel" aria-labelledby="first">
            <h2 id="first">{ "Begin here" }</h2>
            <ol class="first">{ for numbers.iter().take(FIRST).map(item) }</ol>
            if numbers.len() > FIRST {
                <p><a href={State::of(View::Findings).link()}>{ format!("All {}", words::count(numbers.len(), "finding", "findings")) }</a></p>
            }
        </section>
    }
}

fn policy(report: &Report) -> Html {
    let source = |source: &crate::model::PolicySource| {
        html! { <li><code>{ words::visible(&source.file) }</code>{ if source.pack { " pack that comes with Tollgate" } else { " from your files" } }</li> }
    };
    html! {
        <section class="panel" aria-labelledby="policy">
            <h2 id="policy">{ "Policy" }</h2>
            <ul class="plain-list">{ for report.policy.sources.iter().map(source) }</ul>
            <p class="quiet">{ format!("{} on.", words::count(report.outcomes.len(), "rule is", "rules are")) }</p>
        </section>
    }
}

fn not_whole() -> Choices<FileStatus> {
    let mut choices = Choices::only(FileStatus::Unreadable);
    choices.toggle(FileStatus::PartlyRead);
    choices
}

fn inputs(report: &Report) -> Html {
    let read = report.files.iter().filter(|f| f.status != FileStatus::Ignored).count();
    let problem =
        report.files.iter().filter(|f| matches!(f.status, FileStatus::Unreadable | FileStatus::PartlyRead)).count();
    let workflow = |w: &crate::model::WorkflowInfo| {
        let link = State { workflow: w.file.clone(), ..State::of(View::Pipeline) }.link();
        html! { <li><a href={link}><strong>{ words::visible(&w.name) }</strong></a>{ " " }<code>{ words::visible(&w.file) }</code><span class="quiet">{ format!(" {}", words::count(w.jobs.len(), "job", "jobs")) }</span></li> }
    };
    html! {
        <section class="panel" aria-labelledby="inputs">
            <h2 id="inputs">{ "What was read" }</h2>
            <p>
                <a href={State::of(View::Files).link()}>{ format!("{} of {}", words::number(read as u64), words::count(report.files.len(), "file", "files")) }</a>
                if problem > 0 { { ", " }<a href={State { files: not_whole(), ..State::of(View::Files) }.link()}>{ format!("{problem} not whole") }</a> }
            </p>
            if !report.workflows.is_empty() {
                <h3>{ "Workflows" }</h3>
                <ul class="plain-list">{ for report.workflows.iter().take(12).map(workflow) }</ul>
                if report.workflows.len() > 12 { <p class="quiet">{ format!("and {} more", report.workflows.len() - 12) }</p> }
            }
            if let Some(coverage) = &report.coverage { <p class="quiet">{ "Coverage is " }{ &coverage.definition }{ "." }</p> }
        </section>
    }
}
