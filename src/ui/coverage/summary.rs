use crate::model::{Coverage, CoverageLimit, CoverageMetric, PatchCoverage, PatchedFile, Ratio};
use crate::ui::components::{Icon, bar_with, icon};
use crate::ui::{Part, State, View, words};
use yew::{Html, classes, html};

/// Changed files that are named before the reader asks for the others.
const FEW: usize = 8;

pub(super) fn view(coverage: &Coverage) -> Html {
    let limit =
        |metric: CoverageMetric| coverage.limits.iter().find(|limit| limit.metric == metric && limit.group.is_none());
    let groups: Vec<&CoverageLimit> =
        coverage.limits.iter().filter(|l| l.group.is_some() || l.metric == CoverageMetric::File).collect();
    html! {
        <div class="coverage-summary">
            <section class="panel measures" aria-labelledby="measures">
                <h2 id="measures">{ "What the tests reach" }</h2>
                { measure("Lines", &coverage.definition, Some(coverage.line), limit(CoverageMetric::Line)) }
                { measure("Branches", "branches taken / branches instrumented, merged by path and line", coverage.branch, limit(CoverageMetric::Branch)) }
                { measure("Functions", "functions entered / functions instrumented, merged by path", coverage.function, limit(CoverageMetric::Function)) }
                if !groups.is_empty() {
                    <h3>{ "Limits for parts" }</h3>
                    <ul class="limits">{ for groups.into_iter().map(group) }</ul>
                }
                { paths(coverage) }
            </section>
            if let Some(patch) = &coverage.patch { { self::patch(patch, limit(CoverageMetric::Patch)) } }
        </div>
    }
}

/// A share as a bar with the line of its limit, in words below.
fn measure(name: &'static str, definition: &str, measured: Option<Ratio>, limit: Option<&CoverageLimit>) -> Html {
    let Some(ratio) = measured else {
        return html! {
            if let Some(limit) = limit {
                <div class="measure warn"><p><strong>{ name }</strong>{ " " }<span class="verdict-word">{ icon(Icon::Question) }{ format!("{} is demanded, and no report measures it", words::limit(limit.percent)) }</span></p></div>
            }
        };
    };
    let (tone, verdict) = met(limit);
    html! {
        <div class={classes!("measure", tone)}>
            <p>
                <strong>{ name }</strong>
                <span class="measure-value">{ words::percent(ratio) }</span>
                <span class="quiet">{ format!("{} of {}", words::number(ratio.covered), words::number(ratio.total)) }</span>
                { verdict }
            </p>
            { bar_with(ratio, limit.map(|limit| limit.percent)) }
            <p class="definition">{ definition.to_owned() }</p>
        </div>
    }
}

fn met(limit: Option<&CoverageLimit>) -> (&'static str, Html) {
    let Some(limit) = limit else { return ("note", Html::default()) };
    let (tone, picture, word) = match limit.met {
        Some(true) => ("good", Icon::Check, "reached"),
        Some(false) => ("bad", Icon::Cross, "not reached"),
        None => ("warn", Icon::Question, "not measured"),
    };
    let said = html! { <span class={classes!("verdict-word", tone)}>{ icon(picture) }{ format!("{} demanded, {word}", words::limit(limit.percent)) }</span> };
    (tone, said)
}

fn group(limit: &CoverageLimit) -> Html {
    let (_, verdict) = met(Some(limit));
    let word = match limit.metric {
        CoverageMetric::Line | CoverageMetric::Patch => "lines",
        CoverageMetric::Branch => "branches",
        CoverageMetric::Function => "functions",
        CoverageMetric::File => "files",
    };
    let name = match (&limit.group, limit.metric) {
        (Some(name), _) => html! { <code>{ words::visible(name) }</code> },
        (None, _) => html! { "Each file" },
    };
    let measured = limit.measured.map(|ratio| match limit.metric {
        CoverageMetric::File => format!(
            "{} of {} reach it",
            words::number(ratio.covered),
            words::count(usize::try_from(ratio.total).unwrap_or(usize::MAX), "file", "files")
        ),
        _ => format!("{} of {word}", words::percent(ratio)),
    });
    html! { <li>{ name }{ " " }{ measured.unwrap_or_default() }{ " " }{ verdict }</li> }
}

/// How many paths of the reports are files of the tree.
fn paths(coverage: &Coverage) -> Html {
    let Some(paths) = coverage.paths else {
        return html! { <p class="quiet">{ "No tree was given: the paths are those that the reports name." }</p> };
    };
    let mut said = vec![format!("{} found in the tree", words::number(paths.matched as u64))];
    if paths.unmatched > 0 {
        said.push(format!("{} not there", words::number(paths.unmatched as u64)));
    }
    if paths.ambiguous > 0 {
        said.push(format!("{} that could be several files", words::number(paths.ambiguous as u64)));
    }
    let odd = paths.unmatched + paths.ambiguous > 0;
    html! {
        <p class="paths">
            if odd { <span class="tint warn">{ icon(Icon::Triangle) }{ " " }</span> }
            { "Paths of the reports: " }{ words::list(&said) }{ "." }
            if odd { { " What was not found keeps the path that the report names." } }
            if paths.ambiguous > 0 { { " " }<a href={State::of(View::Files).link()}>{ "The list of files" }</a>{ " names those that could be several." } }
        </p>
    }
}

fn patch(patch: &PatchCoverage, limit: Option<&CoverageLimit>) -> Html {
    let missing: Vec<&PatchedFile> =
        patch.files.iter().filter(|file| !file.missing.is_empty() || file.line.is_none()).collect();
    let (few, rest) = missing.split_at(missing.len().min(FEW));
    html! {
        <section class="panel patch" aria-labelledby="patch">
            <h2 id="patch">{ "The change" }</h2>
            if patch.line.total > 0 {
                { measure("Changed lines", "added lines hit / added lines instrumented", Some(patch.line), limit) }
            } else {
                <p class="quiet">{ "None of its lines is instrumented." }</p>
            }
            <p class="quiet">{ format!("{} added in {}.", words::count(usize::try_from(patch.changed).unwrap_or(usize::MAX), "line is", "lines are"), words::count(patch.files.len(), "file", "files")) }</p>
            if !missing.is_empty() {
                <ul class="patched">{ for few.iter().map(|file| patched(file)) }</ul>
                if !rest.is_empty() {
                    <details>
                        <summary>{ words::count(rest.len(), "more file", "more files") }</summary>
                        <ul class="patched">{ for rest.iter().map(|file| patched(file)) }</ul>
                    </details>
                }
            }
        </section>
    }
}

fn patched(file: &PatchedFile) -> Html {
    let href = State { part: Part::Flat, path: file.path.clone(), ..State::of(View::Coverage) }.link();
    let run = |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    match file.line {
        None => {
            html! { <li><code>{ words::visible(&file.path) }</code><span class="quiet">{ " no report names it" }</span></li> }
        }
        Some(line) => {
            let runs: Vec<String> = file.missing.iter().take(12).map(run).collect();
            let more = file.missing.len().saturating_sub(runs.len());
            html! {
                <li><a {href}><code>{ words::visible(&file.path) }</code></a><span class="quiet">{ format!(" {} covered; not run: lines {}", words::percent(line), runs.join(", ")) }{ if more > 0 { format!(" and {more} more") } else { String::new() } }</span></li>
            }
        }
    }
}
