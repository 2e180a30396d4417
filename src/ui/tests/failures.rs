use super::{fitting, owner, unnamed};
use crate::model::{CaseRecord, CaseStatus, Tests};
use crate::ui::components::{CopyButton, Icon, badge, icon, more, shown_of};
use crate::ui::report_view::empty;
use crate::ui::{Ports, State, View, words};
use yew::{Html, classes, html};

/// Failures that are shown at first: a screen is full with few, and each is dozens of elements.
const FIRST: usize = 60;

pub(super) fn view(tests: &Tests, state: &State, ports: &Ports) -> Html {
    let shown = fitting(&tests.failures, state);
    let rows = (state.rows + FIRST).saturating_sub(State::FIRST_ROWS);
    let bad = tests.counts.failed + tests.counts.errors;
    let left_out = bad.saturating_sub(tests.failures.len() as u64);
    let all = State {
        part: crate::ui::Part::All,
        cases: {
            let mut cases = crate::ui::Choices::only(CaseStatus::Failed);
            cases.toggle(CaseStatus::Error);
            cases
        },
        ..State::of(View::Tests)
    };
    html! {
        <>
            <h2 id="list-title" class="unseen">{ "Failures" }</h2>
            <div class="list-head">{ shown_of(state, ports, shown.len(), tests.failures.len(), "failure", "failures") }</div>
            if left_out > 0 {
                <p class="notice note">{ icon(Icon::Info) }<span>{ format!("Messages of the first {} are kept. ", words::number(tests.failures.len() as u64)) }<a href={all.link()}>{ format!("All {} that failed", words::number(bad)) }</a>{ " are in the list of all tests." }</span></p>
            }
            if shown.is_empty() { { empty(state, ports, "No test failed.", "No failure fits these filters.") } }
            { for shown.iter().take(rows).enumerate().map(|(at, case)| failure(at, case)) }
            { more(ports, shown.len().saturating_sub(rows)) }
        </>
    }
}

fn failure(at: usize, case: &CaseRecord) -> Html {
    let sign = words::case(case.status);
    let id = format!("failure-{at}");
    // Most producers begin the trace with the message.
    let trace = case.trace.trim_end();
    html! {
        <article class={classes!("failure", sign.tone)} aria-labelledby={id.clone()} key={at}>
            <header>
                <h3 {id}>{ badge(sign) }<span class="case-name">{ unnamed(&case.name) }</span></h3>
                <p class="place">
                    <span class="case-owner">{ owner(&case.suite, &case.class) }</span>
                    <code>{ format!("{}:{}", words::visible(&case.file), case.line) }</code>
                    if let Some(seconds) = case.seconds { <span>{ words::seconds(seconds) }</span> }
                </p>
            </header>
            if !case.message.is_empty() { <pre class="message">{ words::visible_lines(&case.message) }</pre> }
            if !trace.is_empty() {
                <details class="trace">
                    <summary>{ "Trace" }<span class="unseen">{ format!(" of {}", unnamed(&case.name)) }</span></summary>
                    <div class="snippet">
                        <pre tabindex="0" role="group" aria-label={format!("Trace of {}", unnamed(&case.name))}><code>{ words::visible_lines(trace) }</code></pre>
                        <CopyButton text={format!("{}\n{}\n{trace}", case.name, case.message)} what="name, message and trace" />
                    </div>
                </details>
            }
        </article>
    }
}
