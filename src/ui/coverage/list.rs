use super::tone;
use crate::model::{CoveredFile, Ratio, Report};
use crate::ui::components::{Item, Row, Sums, TreeKind, bar, cell, twist};
use crate::ui::{Sort, State, words};
use yew::{Html, classes, html};

const COLUMNS: [(&str, &str); 5] = [
    ("name", "Path"),
    ("lines", "Lines"),
    ("missed", "Uncovered"),
    ("branches", "Branches"),
    ("functions", "Functions"),
];

/// The covered files in their folders, with what these come to together.
pub(super) static FOLDERS: TreeKind = TreeKind {
    id: "folder",
    title: "Covered folders",
    class: "covered",
    columns: &COLUMNS,
    nouns: ("file", "files"),
    items: |report| items(report, &|path| path.split_inclusive('/').collect()),
    rank,
    row,
    text,
    enter,
};

/// All covered files.
pub(super) static FILES: TreeKind = TreeKind {
    id: "file",
    title: "Covered files",
    class: "covered",
    columns: &COLUMNS,
    nouns: ("file", "files"),
    items: |report| items(report, &|path| vec![path]),
    rank,
    row,
    text,
    enter,
};

pub(super) fn items<'r>(report: &'r Report, parts: &dyn Fn(&'r str) -> Vec<&'r str>) -> Vec<Item<'r>> {
    let files = files(report);
    files.iter().map(|file| Item { parts: parts(&file.path), sums: sums(file) }).collect()
}

fn files(report: &Report) -> &[CoveredFile] {
    report.coverage.as_ref().map_or(&[], |coverage| &coverage.files)
}

/// Covered and all lines, branches and functions.
pub(super) fn sums(file: &CoveredFile) -> Sums {
    let (line, branch, function) = (file.line, file.branch.unwrap_or_default(), file.function.unwrap_or_default());
    [line.covered, line.total, branch.covered, branch.total, function.covered, function.total]
}

pub(super) fn ratios(sums: &Sums) -> [Ratio; 3] {
    let [line, lines, branch, branches, function, functions] = *sums;
    [(line, lines), (branch, branches), (function, functions)].map(|(covered, total)| Ratio { covered, total })
}

fn rank(sums: &Sums, sort: Sort) -> u64 {
    let [line, ..] = ratios(sums);
    match sort {
        // What has no lines is last.
        Sort::Worst => u64::try_from(words::share(line, 1_000_000).unwrap_or(u128::MAX)).unwrap_or(u64::MAX),
        Sort::Most => u64::MAX - missed(line),
        Sort::Name => 0,
    }
}

pub(super) fn missed(ratio: Ratio) -> u64 {
    ratio.total.saturating_sub(ratio.covered)
}

fn text(report: &Report, at: usize) -> String {
    files(report).get(at).map(|file| file.path.clone()).unwrap_or_default()
}

fn enter(report: &Report, state: &State, at: usize) -> Option<State> {
    files(report).get(at).map(|file| super::open(state, &file.path))
}

fn row(name: &str, sums: &Sums, _: &Sums, open: Option<bool>) -> Row {
    let name = words::visible(name);
    let [line, branch, function] = ratios(sums);
    let part = |class: &'static str, ratio: Ratio| {
        cell(
            class,
            if ratio.total > 0 {
                html! { { words::percent(ratio) } }
            } else {
                Html::default()
            },
        )
    };
    Row {
        class: "",
        cells: html! {
            <>
                { cell("name", html! { <>{ twist(open) }<span class="path-name" title={name.clone()}>{ name.clone() }</span></> }) }
                { cell("lines", html! { <span class={classes!("lines-in", tone(line))}><span>{ words::percent(line) }</span>{ bar(line) }</span> }) }
                { cell("missed", html! { <>{ words::number(missed(line)) }<span class="quiet">{ format!(" of {}", words::number(line.total)) }</span></> }) }
                { part("branches", branch) }
                { part("functions", function) }
            </>
        },
    }
}
