use super::{Sum, fits, open, shown, tone};
use crate::model::CoveredFile;
use crate::ui::components::{Row, RowAct, Rows, bar, cell, heads};
use crate::ui::query::{self, Query};
use crate::ui::report_view::empty;
use crate::ui::{Action, Ports, Shared, Sort, State, words};
use std::rc::Rc;
use yew::{Callback, Html, Properties, classes, component, html, use_context, use_memo};

/// What [`List`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) report: Shared,
    pub(super) state: State,
    pub(super) act: Callback<Action>,
}

/// All covered files.
#[component]
pub(super) fn List(props: &Props) -> Html {
    let order =
        use_memo((props.report.clone(), props.state.sort, props.state.query.clone()), |(report, sort, query)| {
            report.coverage.as_ref().map(|coverage| self::order(&coverage.files, *sort, query)).unwrap_or_default()
        });
    let (Some(coverage), Some(ports)) = (&props.report.coverage, use_context::<Ports>()) else {
        return Html::default();
    };
    let count = order.len();
    let row = {
        let (report, order) = (props.report.clone(), Rc::clone(&order));
        Callback::from(move |at: usize| {
            let files = report.coverage.as_ref().map_or(&[][..], |coverage| &coverage.files);
            let file = order.get(at).and_then(|at| files.get(*at));
            file.map(|file| self::row(&file.path, Sum::of(file), None)).unwrap_or_default()
        })
    };
    let act = {
        let (report, state, act) = (props.report.clone(), props.state.clone(), props.act.clone());
        let order = Rc::clone(&order);
        Callback::from(move |(at, _): (usize, RowAct)| {
            let files = report.coverage.as_ref().map_or(&[][..], |coverage| &coverage.files);
            if let Some(file) = order.get(at).and_then(|at| files.get(*at)) {
                act.emit(Action::Fragment(open(&state, &file.path).fragment()));
            }
        })
    };
    html! {
        <>
            <h2 id="list-title" class="unseen">{ "Covered files" }</h2>
            { shown(coverage, count) }
            if count == 0 { { empty(&props.state, &ports, "The reports name no file.", "No file fits these filters.") } } else {
                <Rows key={format!("{:?}{}", props.state.sort, props.state.query)} id="file" label="Covered files" kind="covered" head={columns()} {count} {row} {act} />
            }
        </>
    }
}

fn order(files: &[CoveredFile], sort: Sort, query: &str) -> Vec<usize> {
    let words = Query::new(query, &query::RECORDS);
    let mut order: Vec<usize> =
        files.iter().enumerate().filter(|(_, file)| fits(&words, file)).map(|(at, _)| at).collect();
    // Files come by path, which stays where they rank the same.
    order.sort_by_cached_key(|at| files.get(*at).map(|file| Sum::of(file).rank(sort)));
    order
}

pub(super) fn columns() -> Html {
    heads(&[
        ("name", "Path"),
        ("lines", "Lines"),
        ("missed", "Uncovered"),
        ("branches", "Branches"),
        ("functions", "Functions"),
    ])
}

/// The row of a file or of a folder, which is open or shut.
pub(super) fn row(name: &str, sum: Sum, folder: Option<bool>) -> Row {
    let name = words::visible(name);
    let part = |ratio: crate::model::Ratio| if ratio.total > 0 { words::percent(ratio) } else { String::new() };
    Row {
        class: "",
        cells: html! {
            <>
                { cell("name", html! { <>
                    <span class={classes!("twist", folder.map(|open| if open { "open" } else { "shut" }))} aria-hidden="true"></span>
                    <span class="path-name" title={name.clone()}>{ name.clone() }</span>
                </> }) }
                { cell("lines", html! { <span class={classes!("lines-in", tone(sum.line))}><span>{ words::percent(sum.line) }</span>{ bar(sum.line) }</span> }) }
                { cell("missed", html! { <>{ words::number(sum.missed()) }<span class="quiet">{ format!(" of {}", words::number(sum.line.total)) }</span></> }) }
                { cell("branches", html! { { part(sum.branch) } }) }
                { cell("functions", html! { { part(sum.function) } }) }
            </>
        },
    }
}
