//! How much of the code the tests reach: the shares against their limits, the files by folder, as a list or as areas, and
//! the lines of each.

mod file;
mod list;
mod map;
mod summary;

use super::components::{Facet, Icon, TreeList, facet, icon, search};
use super::{Action, Part, Ports, Shared, Sort, State, View, words};
use crate::model::Ratio;
use file::FileLines;
use list::{FILES, FOLDERS};
use yew::{Html, html};

pub(super) fn view(report: &Shared, state: &State, ports: &Ports) -> Html {
    let Some(coverage) = &report.coverage else { return nothing() };
    let part = match state.part {
        Part::Flat | Part::Map => state.part,
        _ => Part::Tree,
    };
    let looks_into = !state.path.is_empty() && !state.path.ends_with('/');
    if looks_into {
        let back = State { path: String::new(), ..state.clone() }.link();
        return html! { <FileLines key={state.path.clone()} report={report.clone()} path={state.path.clone()} keys={state.keys} {back} /> };
    }
    let sorted = |sort: Sort, word: &str| Facet {
        word: word.to_owned(),
        sign: None,
        count: None,
        on: state.sort == sort,
        toggle: ports.act.reform(move |_| Action::Sort(sort)),
    };
    let sorts = match part {
        Part::Map => Vec::new(),
        _ => {
            vec![sorted(Sort::Worst, "lowest share"), sorted(Sort::Most, "uncovered lines"), sorted(Sort::Name, "name")]
        }
    };
    let link = |of: Part, word: &str| {
        let href = State { part: of, path: String::new(), selected: None, ..state.clone() }.link();
        html! { <li><a {href} aria-current={(part == of).then_some("true")}>{ word }</a></li> }
    };
    html! {
        <div class="coverage">
            { summary::view(coverage) }
            <nav class="parts" aria-label="Lists of covered files">
                <ul>{ link(Part::Tree, "Folders") }{ link(Part::Flat, "Files") }{ link(Part::Map, "Map") }</ul>
            </nav>
            <div class="with-filters">
                <aside class="filters" aria-label="Filters">
                    { search(state, ports, "Filter the files", "Filter by words") }
                    { facet("Sort by", sorts) }
                </aside>
                <section class="list" aria-labelledby="list-title">
                    if part == Part::Map {
                        { map::view(report, coverage, state) }
                    } else {
                        <TreeList report={report.clone()} state={state.clone()} kind={if part == Part::Flat { &FILES } else { &FOLDERS }} />
                    }
                </section>
            </div>
        </div>
    }
}

/// The link that opens a file.
fn open(state: &State, path: &str) -> State {
    State { path: path.to_owned(), selected: None, view: View::Coverage, ..state.clone() }
}

/// Shares in the tone of what they are, next to a word: colours are no thresholds.
fn tone(ratio: Ratio) -> &'static str {
    match words::share(ratio, 100) {
        None => "plain",
        Some(0..50) => "bad",
        Some(50..80) => "warn",
        Some(_) => "good",
    }
}

fn nothing() -> Html {
    html! {
        <div class="empty">
            { icon(Icon::File) }
            <h2>{ "No coverage report was given" }</h2>
            <p>{ "Drop what your coverage tool writes: Cobertura or JaCoCo XML, LCOV, Clover, Go’s " }<code>{ "-coverprofile" }</code>{ ", coverage.py’s or Istanbul’s JSON and eleven more, or the zip of the artifact that holds it. With the source files beside it their lines are shown, with a diff how much of the change is covered." }</p>
        </div>
    }
}
