use super::{owner, unnamed};
use crate::model::{CaseOrder, CaseQuery, CaseRow, CaseRows};
use crate::ui::components::{CopyButton, Icon, Row, RowAct, Rows, badge, cell, heads, icon};
use crate::ui::{Part, Question, Shared, Sort, State, View, read_json, words};
use std::rc::Rc;
use yew::{Callback, Component, Context, Html, Properties, html};

/// Rows that are asked for at once.
const BLOCK: usize = 200;
/// Blocks that are kept, the latest.
const KEPT: usize = 24;

/// What [`AllTests`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) report: Shared,
    /// Which tests, without a window.
    pub(super) query: CaseQuery,
    pub(super) ask: Callback<Question>,
}

/// All tests, by the checker's answers: the report does not hold them.
pub(super) struct AllTests {
    /// With their numbers, the latest last: what was answered to the query of this turn.
    blocks: Vec<(usize, Rc<CaseRows>)>,
    /// Cases that the query wants, once it is known.
    shown: Option<usize>,
    refused: Option<String>,
    /// Counts the queries: answers to earlier ones are not listened to.
    turn: u32,
    /// Whether a question is on its way. There is never more than one, so that a quick scroll leaves no queue behind.
    busy: bool,
    /// The blocks in view.
    wanted: (usize, usize),
    opened: Option<CaseDetail>,
}

/// A case that the reader looks into.
struct CaseDetail {
    row: CaseRow,
    suite: String,
    class: String,
    file: String,
}

pub(super) enum Told {
    Seen(usize, usize),
    Answer(u32, usize, Result<Rc<str>, String>),
    Enter(usize),
}

/// The question that a state asks.
pub(super) fn query(state: &State) -> CaseQuery {
    CaseQuery {
        statuses: words::CASES.into_iter().filter(|status| state.cases.has(*status)).collect(),
        text: state.query.clone(),
        order: match state.sort {
            Sort::Worst => CaseOrder::Worst,
            Sort::Most => CaseOrder::Slowest,
            Sort::Name => CaseOrder::Name,
        },
        from: 0,
        count: 0,
    }
}

impl Component for AllTests {
    type Message = Told;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let mut new =
            Self { blocks: Vec::new(), shown: None, refused: None, turn: 0, busy: false, wanted: (0, 1), opened: None };
        new.ask(ctx);
        new
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if (&ctx.props().query, &ctx.props().report) != (&old.query, &old.report) {
            self.blocks.clear();
            self.turn += 1;
            self.wanted = (0, 1);
            self.opened = None;
            self.refused = None;
            self.ask(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, told: Told) -> bool {
        match told {
            Told::Seen(from, to) => {
                self.wanted = (from / BLOCK, to.div_ceil(BLOCK).max(1));
                self.ask(ctx);
                false
            }
            Told::Answer(turn, block, answer) => {
                self.busy = false;
                if turn == self.turn {
                    self.take(block, answer);
                }
                self.ask(ctx);
                turn == self.turn
            }
            Told::Enter(at) => {
                self.opened = row_of(&self.blocks, at).map(|(rows, row)| CaseDetail {
                    row: row.clone(),
                    suite: rows.suites.get(row.suite).cloned().unwrap_or_default(),
                    class: rows.classes.get(row.class).cloned().unwrap_or_default(),
                    file: rows.files.get(row.file).cloned().unwrap_or_default(),
                });
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let link = ctx.link();
        let props = ctx.props();
        if let Some(refused) = &self.refused {
            return html! {
                <>
                    <h2 id="list-title" class="unseen">{ "All tests" }</h2>
                    <div class="empty">{ icon(Icon::Question) }<p>{ "The list of all tests is not in the report; the checker has it, and says: " }{ refused }</p></div>
                </>
            };
        }
        let all = props.report.tests.as_ref().map_or(0, |tests| tests.counts.total);
        let said = match self.shown {
            None => "Reading the test reports…".to_owned(),
            Some(0) => "No test fits these filters.".to_owned(),
            Some(n) if n as u64 == all => format!("All {} tests", words::number(all)),
            Some(n) => format!("{} of {} tests", words::number(n as u64), words::number(all)),
        };
        let blocks = self.blocks.clone();
        let row =
            Callback::from(move |at: usize| row_of(&blocks, at).map_or_else(absent, |(rows, row)| test(rows, row)));
        let head = heads(&[("status", "Status"), ("name", "Test"), ("time", "Time")]);
        let count = self.shown.unwrap_or(0);
        html! {
            <>
                <h2 id="list-title" class="unseen">{ "All tests" }</h2>
                <div class="list-head"><p class="quiet" role="status">{ said }</p></div>
                if count > 0 {
                    <Rows key={self.turn} id="case" label="All tests" kind="cases" {head} {count} {row}
                        seen={link.callback(|(from, to)| Told::Seen(from, to))}
                        act={link.callback(|(at, _): (usize, RowAct)| Told::Enter(at))} />
                }
                if let Some(opened) = &self.opened { { opened.view() } }
            </>
        }
    }
}

impl AllTests {
    /// Asks for the first block that is in view and not there.
    fn ask(&mut self, ctx: &Context<Self>) {
        if self.busy || self.refused.is_some() {
            return;
        }
        let (from, to) = self.wanted;
        let Some(block) = (from..to).find(|block| !self.blocks.iter().any(|(known, _)| known == block)) else { return };
        let query = CaseQuery { from: block * BLOCK, count: BLOCK, ..ctx.props().query.clone() };
        let Ok(argument) = serde_json::to_string(&query) else { return };
        self.busy = true;
        let turn = self.turn;
        let done = ctx.link().callback(move |answer| Told::Answer(turn, block, answer));
        ctx.props().ask.emit(Question { kind: "cases".into(), argument, done });
    }

    fn take(&mut self, block: usize, answer: Result<Rc<str>, String>) {
        let rows = answer.and_then(|text| read_json::<CaseRows>(&text).map_err(|error| error.to_string()));
        match rows {
            Ok(rows) => {
                self.shown = Some(rows.shown);
                self.blocks.push((block, Rc::new(rows)));
                if self.blocks.len() > KEPT {
                    self.blocks.remove(0);
                }
            }
            Err(reason) => self.refused = Some(reason),
        }
    }
}

fn row_of(blocks: &[(usize, Rc<CaseRows>)], at: usize) -> Option<(&CaseRows, &CaseRow)> {
    let (_, rows) = blocks.iter().find(|(block, _)| *block == at / BLOCK)?;
    Some((rows, rows.rows.get(at % BLOCK)?))
}

impl CaseDetail {
    fn view(&self) -> Html {
        let row = &self.row;
        let bad = matches!(row.status, crate::model::CaseStatus::Failed | crate::model::CaseStatus::Error);
        let failures = State { part: Part::Failures, query: row.name.clone(), ..State::of(View::Tests) };
        html! {
            <section class="panel case-detail" aria-label="The chosen test" aria-live="polite">
                <h3>{ badge(words::case(row.status)) }<span class="case-name">{ unnamed(&row.name) }</span></h3>
                <dl>
                    <div><dt>{ "Suite" }</dt><dd>{ words::visible(&self.suite) }</dd></div>
                    if !self.class.is_empty() { <div><dt>{ "Class" }</dt><dd>{ words::visible(&self.class) }</dd></div> }
                    <div><dt>{ "Report" }</dt><dd><code>{ format!("{}:{}", words::visible(&self.file), row.line) }</code></dd></div>
                    if let Some(seconds) = row.seconds { <div><dt>{ "Time" }</dt><dd>{ words::seconds(seconds) }</dd></div> }
                    if !row.message.is_empty() { <div><dt>{ "Message" }</dt><dd><pre class="message">{ words::visible_lines(&row.message) }</pre></dd></div> }
                </dl>
                <p>
                    <CopyButton text={row.name.clone()} what="the name of the test" />
                    if bad { { " " }<a href={failures.link()}>{ "Its trace, among the failures" }</a> }
                </p>
            </section>
        }
    }
}

fn test(rows: &CaseRows, row: &CaseRow) -> Row {
    let of = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
    Row {
        class: "",
        cells: html! {
            <>
                { cell("status", badge(words::case(row.status))) }
                { cell("name", html! { <><span class="case-name">{ unnamed(&row.name) }</span><span class="case-owner">{ owner(&of(&rows.suites, row.suite), &of(&rows.classes, row.class)) }</span></> }) }
                { cell("time", html! { { row.seconds.map_or_else(String::new, words::seconds) } }) }
            </>
        },
    }
}

/// A row on its way.
fn absent() -> Row {
    Row {
        class: "absent",
        cells: html! { <>{ cell("status", html! { "…" }) }{ cell("name", Html::default()) }{ cell("time", Html::default()) }</> },
    }
}
