//! How much of the code the tests reach: the shares against their limits, the files by folder, as a list or as areas, and
//! the lines of each.

mod file;
mod folders;
mod list;
mod map;
mod summary;

use super::components::{Facet, Icon, facet, icon, search};
use super::query::Query;
use super::{Action, Part, Ports, Shared, Sort, State, View, words};
use crate::model::{Coverage, CoveredFile, Ratio};
use file::FileLines;
use folders::Folders;
use list::List;
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
                    { match part {
                        Part::Flat => html! { <List report={report.clone()} state={state.clone()} act={ports.act.clone()} /> },
                        Part::Map => map::view(coverage, state),
                        _ => html! { <Folders report={report.clone()} state={state.clone()} act={ports.act.clone()} /> },
                    } }
                </section>
            </div>
        </div>
    }
}

/// What files come to together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sum {
    line: Ratio,
    branch: Ratio,
    function: Ratio,
}

impl std::ops::AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.line += other.line;
        self.branch += other.branch;
        self.function += other.function;
    }
}

impl Sum {
    fn of(file: &CoveredFile) -> Self {
        let CoveredFile { line, branch, function, .. } = file;
        Self { line: *line, branch: branch.unwrap_or_default(), function: function.unwrap_or_default() }
    }

    /// What a list is sorted by, smallest first. What has no lines is last.
    fn rank(&self, sort: Sort) -> (bool, u128) {
        let missed = self.missed();
        match sort {
            // Finer than what is shown, so that what looks equal still stands in order.
            Sort::Worst => (self.line.total == 0, words::share(self.line, 1_000_000).unwrap_or(0)),
            Sort::Most => (self.line.total == 0, u128::from(u64::MAX - missed)),
            Sort::Name => (false, 0),
        }
    }

    fn missed(&self) -> u64 {
        self.line.total.saturating_sub(self.line.covered)
    }
}

/// The link that opens a file.
fn open(state: &State, path: &str) -> State {
    State { path: path.to_owned(), selected: None, view: View::Coverage, ..state.clone() }
}

fn fits(words: &Query, file: &CoveredFile) -> bool {
    words.fits(&[&file.path], &[])
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

/// What stands over a list.
fn shown(coverage: &Coverage, shown: usize) -> Html {
    let all = coverage.files.len();
    let text = if shown == all {
        words::count(all, "file", "files")
    } else {
        format!("{} of {}", words::number(shown as u64), words::count(all, "file", "files"))
    };
    html! { <div class="list-head"><p class="quiet" role="status">{ text }</p></div> }
}
