use crate::model::{CoveredFile, CoveredLines, Ratio};
use crate::ui::components::{Icon, Row, Rows, bar, cell, heads, icon};
use crate::ui::{Shared, read_json, use_answer, words};
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
    let known = use_memo(answer, |answer| {
        let text = answer.clone()?;
        Some(text.and_then(|text| read_json(&text).map(Marks::of).map_err(|error| error.to_string())))
    });
    let source = match &*known {
        Some(Ok(marks)) => marks.source.as_deref(),
        _ => None,
    };
    let answer = use_answer(source.map_or("", |_| "source"), source.unwrap_or_default(), &props.report);
    let text = use_memo(answer, |answer| match answer {
        Some(Ok(text)) => read_json::<Text>(text).ok().map(|told| Source::of(&told)),
        _ => None,
    });
    let place = use_state_eq(|| None::<(usize, u32)>);
    let go = {
        let (place, known) = (place.clone(), Rc::clone(&known));
        Callback::from(move |forward: bool| {
            let Some(Ok(marks)) = &*known else { return };
            let Some(last) = marks.missed.len().checked_sub(1) else { return };
            let (now, turn) = place.map_or((None, 0), |(now, turn)| (Some(now), turn));
            let next = match (now, forward) {
                (Some(now), true) if now < last => now + 1,
                (_, true) => 0,
                (now, false) => now.and_then(|now| now.checked_sub(1)).unwrap_or(last),
            };
            place.set(Some((next, turn + 1)));
        })
    };
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
    let files = props.report.coverage.as_ref().map_or(&[][..], |coverage| &coverage.files);
    let file = files.iter().find(|file| file.path == props.path);
    let body = match &*known {
        None => html! { <p class="quiet" role="status">{ "Reading the coverage reports…" }</p> },
        Some(Err(reason)) => {
            html! { <p class="notice note">{ icon(Icon::Info) }<span>{ "Its lines are not in the report; the checker has them, and says: " }{ reason.clone() }</span></p> }
        }
        Some(Ok(marks)) => html! {
            <>
                { head(marks, *place, &go, text.is_some()) }
                { match &*text {
                    None => places(marks),
                    Some(source) => lines(&props.path, marks, source, *place),
                } }
            </>
        },
    };
    html! {
        <section class="covered-file" aria-labelledby="file-title" {onkeydown}>
            <p><a href={props.back.clone()}>{ "← All covered files" }</a></p>
            <h2 id="file-title" class="path-title" tabindex="-1" ref={title}>{ words::visible(&props.path) }</h2>
            { file.map_or_else(|| html! { <p class="quiet">{ "The coverage reports do not name this file." }</p> }, shares) }
            { body }
        </section>
    }
}

/// What was not run, and the way from one such place to the next.
fn head(marks: &Marks, place: Option<(usize, u32)>, go: &Callback<bool>, known: bool) -> Html {
    let missed = marks.missed.len();
    let said = match missed {
        0 => "Every line that is instrumented was run.".to_owned(),
        _ => format!(
            "{} not run, in {}",
            words::count(marks.unrun, "line was", "lines were"),
            words::count(missed, "place", "places")
        ),
    };
    let now = place.map(|(now, _)| format!(" · Place {} of {missed}", now + 1));
    let step = |forward: bool, word: &'static str, key: &'static str| {
        let go = go.clone();
        html! { <button type="button" class="button small" onclick={move |_| go.emit(forward)}>{ word }<kbd aria-hidden="true">{ key }</kbd></button> }
    };
    html! {
        <div class="list-head source-head">
            <p role="status">{ said }{ now }</p>
            if missed > 0 && known { { step(true, "Next uncovered", "n") }{ step(false, "Previous", "p") } }
        </div>
    }
}

fn lines(path: &str, marks: &Marks, source: &Source, place: Option<(usize, u32)>) -> Html {
    let at = place.and_then(|(place, turn)| {
        let (first, _) = marks.missed.get(place)?;
        Some(((*first as usize).checked_sub(1)?, turn))
    });
    let count = source.lines.len();
    let (all, marks) = (Rc::clone(&source.lines), marks.clone());
    let row = Callback::from(move |at: usize| line(at, all.get(at).map_or("", |line| line), &marks));
    let head = heads(&[("number", "Line"), ("hits", "Runs"), ("branch", "Branches"), ("text", "Source")]);
    html! {
        <>
            <Rows id="line" label={format!("Source of {}", words::visible(path))} kind="code-rows" {head} {count} {row} {at} />
            if source.cut { <p class="quiet">{ "The file is longer than what is shown of it." }</p> }
        </>
    }
}

fn shares(file: &CoveredFile) -> Html {
    let [line, branch, function] = super::list::ratios(&super::list::sums(file));
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
    html! { <dl class="file-shares">{ part("Lines", line) }{ part("Branches", branch) }{ part("Functions", function) }</dl> }
}

/// The text of a source file, as the checker tells it.
#[derive(Debug, Deserialize)]
struct Text {
    text: String,
    cut: bool,
}

/// The lines of a source file, ready to be shown.
struct Source {
    lines: Rc<[String]>,
    cut: bool,
}

impl Source {
    fn of(told: &Text) -> Self {
        Self { lines: told.text.lines().map(words::visible).collect(), cut: told.cut }
    }
}

/// What is known of lines, for looking up one.
#[derive(Debug, Clone)]
struct Marks {
    known: Rc<CoveredLines>,
    source: Option<String>,
    /// Places that were not run: instrumented lines without a hit, with nothing that was run between them.
    missed: Rc<[(u32, u32)]>,
    /// Lines in them that are instrumented.
    unrun: usize,
}

impl Marks {
    fn of(known: CoveredLines) -> Self {
        let mut missed: Vec<(u32, u32)> = Vec::new();
        let mut unrun = 0;
        let mut open = false;
        for (first, last, hits) in &known.runs {
            if *hits > 0 {
                open = false;
                continue;
            }
            match missed.last_mut().filter(|_| open) {
                Some((_, end)) => *end = *last,
                None => missed.push((*first, *last)),
            }
            unrun += (last - first) as usize + 1;
            open = true;
        }
        Self { source: known.source.clone(), missed: missed.into(), unrun, known: Rc::new(known) }
    }

    fn hits(&self, line: u32) -> Option<u64> {
        let at = self.known.runs.partition_point(|(_, last, _)| *last < line);
        self.known.runs.get(at).filter(|(first, ..)| *first <= line).map(|(.., hits)| *hits)
    }

    fn branch(&self, line: u32) -> Option<(u32, u64)> {
        let at = self.known.branches.binary_search_by_key(&line, |(number, ..)| *number).ok()?;
        self.known.branches.get(at).map(|(_, taken, all)| (*taken, *all))
    }

    fn changed(&self, line: u32) -> bool {
        let at = self.known.changed.partition_point(|(_, last)| *last < line);
        self.known.changed.get(at).is_some_and(|(first, _)| *first <= line)
    }
}

fn line(at: usize, text: &str, marks: &Marks) -> Row {
    let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
    let hits = marks.hits(number);
    let branch = marks.branch(number);
    let partly = branch.is_some_and(|(taken, all)| u64::from(taken) < all);
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
fn places(marks: &Marks) -> Html {
    let place = |(first, last): &(u32, u32)| match last - first {
        0 => format!("line {first}"),
        _ => format!("lines {first}–{last}"),
    };
    let mut missed: Vec<String> = marks.missed.iter().take(SHOWN).map(place).collect();
    let beyond = marks.missed.len() - missed.len();
    if beyond > 0 {
        missed.push(format!("and {beyond} more"));
    }
    let mut partly = Vec::new();
    for (line, taken, all) in marks.known.branches.iter().filter(|(_, taken, all)| u64::from(*taken) < *all).take(SHOWN)
    {
        partly.push(format!("line {line}: {taken} of {all}"));
    }
    html! {
        <>
            <p class="notice note">{ icon(Icon::Info) }<span>{ if marks.source.is_some() {
                "Its text could not be read from what you dropped."
            } else {
                "Its source was not dropped. Drop the repository together with the report to see the lines here."
            } }</span></p>
            { named("Not run", missed) }
            { named("Branches not taken", partly) }
        </>
    }
}

fn named(title: &'static str, places: Vec<String>) -> Html {
    if places.is_empty() {
        return Html::default();
    }
    html! { <><h3>{ title }</h3><ol class="places">{ for places.into_iter().map(|place| html! { <li>{ place }</li> }) }</ol></> }
}
