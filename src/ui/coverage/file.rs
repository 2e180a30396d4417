use super::Sum;
use crate::model::{CoveredFile, CoveredLines, Ratio};
use crate::ui::components::{Icon, Row, Rows, bar, cell, heads, icon};
use crate::ui::{Shared, json, use_answer, words};
use serde::Deserialize;
use std::rc::Rc;
use yew::{
    Callback, Html, KeyboardEvent, Properties, classes, component, html, use_effect_with, use_memo, use_node_ref,
    use_state_eq,
};

/// What [`FileLines`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) report: Shared,
    pub(super) path: String,
    /// Whether single keys do anything.
    pub(super) keys: bool,
    /// Back to the list.
    pub(super) back: String,
}

/// Places without a source that are named.
const SHOWN: usize = 300;

/// One covered file: its shares, and its lines where its text was given.
#[component]
pub(super) fn FileLines(props: &Props) -> Html {
    let title = use_node_ref();
    {
        let title = title.clone();
        use_effect_with((), move |()| {
            if let Some(title) = title.cast::<web_sys::HtmlElement>() {
                // Refused only for what is not on the page any more.
                let _ = title.focus();
            }
        });
    }
    let answer = use_answer("coverage-file", &props.path, &props.report);
    let lines = use_memo(answer, |answer| match answer {
        None => None,
        Some(Err(reason)) => Some(Err(reason.clone())),
        Some(Ok(text)) => Some(json::from_str::<CoveredLines>(text).map(Rc::new).map_err(|e| e.to_string())),
    });
    let files = props.report.coverage.as_ref().map_or(&[][..], |coverage| &coverage.files);
    let file = files.iter().find(|file| file.path == props.path);
    html! {
        <section class="covered-file" aria-labelledby="file-title">
            <p><a href={props.back.clone()}>{ "← All covered files" }</a></p>
            <h2 id="file-title" class="path-title" tabindex="-1" ref={title}>{ words::visible(&props.path) }</h2>
            { file.map_or_else(|| html! { <p class="quiet">{ "The coverage reports do not name this file." }</p> }, shares) }
            { match &*lines {
                None => html! { <p class="quiet" role="status">{ "Reading the coverage reports…" }</p> },
                Some(Err(reason)) => html! { <p class="notice note">{ icon(Icon::Info) }<span>{ "Its lines are not in the report; the checker has them, and says: " }{ reason.clone() }</span></p> },
                Some(Ok(lines)) => html! { <Source report={props.report.clone()} lines={Lines(Rc::clone(lines))} keys={props.keys} /> },
            } }
        </section>
    }
}

fn shares(file: &CoveredFile) -> Html {
    let sum = Sum::of(file);
    let part = |name: &'static str, ratio: Ratio| {
        html! {
            if ratio.total > 0 {
                <div class={super::tone(ratio)}>
                    <dt>{ name }</dt>
                    <dd><strong>{ words::percent(ratio) }</strong><span class="quiet">{ format!(" {} of {}", words::number(ratio.covered), words::number(ratio.total)) }</span>{ bar(ratio) }</dd>
                </div>
            }
        }
    };
    html! { <dl class="file-shares">{ part("Lines", sum.line) }{ part("Branches", sum.branch) }{ part("Functions", sum.function) }</dl> }
}

/// Lines, compared by identity.
#[derive(Debug, Clone)]
struct Lines(Rc<CoveredLines>);

impl PartialEq for Lines {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Debug, Clone, PartialEq, Properties)]
struct SourceProps {
    report: Shared,
    lines: Lines,
    keys: bool,
}

#[derive(Debug, Deserialize)]
struct Text {
    text: String,
    cut: bool,
}

/// The text of the file with what is known of each line; without it, the places that were not run.
#[component]
fn Source(props: &SourceProps) -> Html {
    let lines = &props.lines.0;
    let answer = use_answer("source", lines.source.as_deref().unwrap_or_default(), &props.report);
    let text = use_memo(answer, |answer| match answer {
        Some(Ok(text)) => json::from_str::<Text>(text).ok(),
        _ => None,
    });
    let marks = use_memo(props.lines.clone(), |lines| Rc::new(Marks::of(&lines.0)));
    let at = use_state_eq(|| None::<(usize, u32)>);
    let place = use_state_eq(|| None::<usize>);
    let go = {
        let (at, place, marks) = (at.clone(), place.clone(), Rc::clone(&marks));
        Callback::from(move |forward: bool| {
            let Some(last) = marks.missed.len().checked_sub(1) else { return };
            let next = match (*place, forward) {
                (None, true) => 0,
                (None, false) => last,
                (Some(now), true) => {
                    if now == last {
                        0
                    } else {
                        now + 1
                    }
                }
                (Some(now), false) => now.checked_sub(1).unwrap_or(last),
            };
            if let Some((first, _)) = marks.missed.get(next) {
                place.set(Some(next));
                at.set(Some((*first as usize - 1, at.map_or(0, |(_, turn)| turn + 1))));
            }
        })
    };
    let missed = marks.missed.len();
    let unrun = marks.runs.iter().filter(|(.., hits)| *hits == 0);
    let count: u64 = unrun.map(|(first, last, _)| u64::from(last - first) + 1).sum();
    let said = match missed {
        0 => "Every line that is instrumented was run.".to_owned(),
        _ => format!(
            "{} not run, in {}",
            words::count(usize::try_from(count).unwrap_or(usize::MAX), "line was", "lines were"),
            words::count(missed, "place", "places")
        ),
    };
    let now = (*place).map(|now| format!("Place {} of {missed}", now + 1));
    let onkeydown = {
        let (go, keys) = (go.clone(), props.keys);
        move |event: KeyboardEvent| {
            if !keys || event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            match event.key().as_str() {
                "n" => go.emit(true),
                "p" => go.emit(false),
                _ => return,
            }
            event.prevent_default();
        }
    };
    let step = |forward: bool, word: &'static str, key: &'static str| {
        let go = go.clone();
        html! { <button type="button" class="button small" onclick={move |_| go.emit(forward)}>{ word }<kbd aria-hidden="true">{ key }</kbd></button> }
    };
    let (asked, known) = (lines.source.is_some(), text.is_some());
    html! {
        <div class="source" {onkeydown}>
            <div class="list-head source-head">
                <p role="status">{ said }{ now.map(|now| html! { <span class="quiet">{ " · " }{ now }</span> }) }</p>
                if missed > 0 && known { { step(true, "Next uncovered", "n") }{ step(false, "Previous", "p") } }
            </div>
            { match &*text {
                Some(text) => {
                    let source: Rc<[String]> = text.text.lines().map(words::visible).collect();
                    let (count, all, marks) = (source.len(), Rc::clone(&source), Rc::clone(&marks));
                    let row = Callback::from(move |at: usize| line(at, all.get(at).map_or("", |line| line), &marks));
                    let head = heads(&[("number", "Line"), ("hits", "Runs"), ("branch", "Branches"), ("text", "Source")]);
                    html! {
                        <>
                            <Rows id="line" label={format!("Source of {}", words::visible(&lines.path))} kind="code-rows" {head} {count} {row} at={*at} />
                            if text.cut { <p class="quiet">{ "The file is longer than what is shown of it." }</p> }
                        </>
                    }
                }
                None => places(lines, &marks, asked),
            } }
        </div>
    }
}

/// What is known of lines, for looking up one.
struct Marks {
    runs: Vec<(u32, u32, u64)>,
    branches: Vec<(u32, u32, u32)>,
    changed: Vec<(u32, u32)>,
    /// Places that were not run: instrumented lines without a hit, with nothing instrumented between them.
    missed: Vec<(u32, u32)>,
}

impl Marks {
    fn of(lines: &CoveredLines) -> Self {
        let mut missed: Vec<(u32, u32)> = Vec::new();
        let mut open = false;
        for (first, last, hits) in lines.runs.iter().filter(|(first, ..)| *first > 0) {
            if *hits > 0 {
                open = false;
                continue;
            }
            match missed.last_mut().filter(|_| open) {
                Some((_, end)) => *end = *last,
                None => missed.push((*first, *last)),
            }
            open = true;
        }
        let CoveredLines { runs, branches, changed, .. } = lines.clone();
        Self { runs, branches, changed, missed }
    }

    fn hits(&self, line: u32) -> Option<u64> {
        let at = self.runs.partition_point(|(_, last, _)| *last < line);
        self.runs.get(at).filter(|(first, ..)| *first <= line).map(|(.., hits)| *hits)
    }

    fn branch(&self, line: u32) -> Option<(u32, u32)> {
        let at = self.branches.binary_search_by_key(&line, |(number, ..)| *number).ok()?;
        self.branches.get(at).map(|(_, taken, all)| (*taken, *all))
    }

    fn changed(&self, line: u32) -> bool {
        let at = self.changed.partition_point(|(_, last)| *last < line);
        self.changed.get(at).is_some_and(|(first, _)| *first <= line)
    }
}

fn line(at: usize, text: &str, marks: &Marks) -> Row {
    let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
    let hits = marks.hits(number);
    let branch = marks.branch(number);
    let partly = branch.is_some_and(|(taken, all)| taken < all);
    let class = match hits {
        None => "",
        Some(0) => "miss bad",
        Some(_) if partly => "partly warn",
        Some(_) => "hit good",
    };
    let said = match hits {
        None => Html::default(),
        Some(0) => html! { <>{ icon(Icon::Cross) }<span class="unseen">{ "not run" }</span></> },
        Some(hits) => html! { <>{ icon(Icon::Check) }{ short(hits) }<span class="unseen">{ " times" }</span></> },
    };
    Row {
        class,
        cells: html! {
            <>
                { cell("number", html! { <>if marks.changed(number) { <span class="added" title="added by the change">{ "+" }<span class="unseen">{ "added " }</span></span> }{ number }</> }) }
                { cell("hits", said) }
                { cell("branch", match branch {
                    None => Html::default(),
                    Some((taken, all)) => html! { <span class={classes!(partly.then_some("partly"))} title={format!("{taken} of {all} branches taken")}>{ format!("{taken}/{all}") }</span> },
                }) }
                { cell("text", html! { { if text.is_empty() { " ".to_owned() } else { text.to_owned() } } }) }
            </>
        },
    }
}

/// A count that fits into a narrow column.
fn short(hits: u64) -> String {
    match hits {
        0..10_000 => hits.to_string(),
        10_000..10_000_000 => format!("{}k", hits / 1_000),
        _ => format!("{}M", hits / 1_000_000),
    }
}

/// Without the text: the places by their numbers.
fn places(lines: &CoveredLines, marks: &Marks, asked: bool) -> Html {
    let place = |(first, last): &(u32, u32)| match last - first {
        0 => html! { <li>{ format!("line {first}") }</li> },
        _ => html! { <li>{ format!("lines {first}–{last}") }</li> },
    };
    let partly: Vec<&(u32, u32, u32)> = lines.branches.iter().filter(|(_, taken, all)| taken < all).collect();
    html! {
        <>
            <p class="notice note">{ icon(Icon::Info) }<span>{ if asked {
                "Its text could not be read from what you dropped."
            } else {
                "Its source was not dropped. Drop the repository together with the report to see the lines here."
            } }</span></p>
            if !marks.missed.is_empty() {
                <h3>{ "Not run" }</h3>
                <ol class="places">{ for marks.missed.iter().take(SHOWN).map(place) }</ol>
                if marks.missed.len() > SHOWN { <p class="quiet">{ format!("and {} more", marks.missed.len() - SHOWN) }</p> }
            }
            if !partly.is_empty() {
                <h3>{ "Branches not taken" }</h3>
                <ol class="places">{ for partly.iter().take(SHOWN).map(|(line, taken, all)| html! { <li>{ format!("line {line}: {taken} of {all}") }</li> }) }</ol>
            }
        </>
    }
}
