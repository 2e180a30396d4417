//! What can be done with a report: another policy, files to keep, a link, paper.

use super::browser;
use super::desk::{Desk, Sheet};
use crate::policy::PACKS;
use crate::ui::Copy;
use std::rc::Rc;
use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, MouseEvent, TargetCast, html};

/// Format, name of the file, media type, and the words for it.
type Format = (&'static str, &'static str, &'static str, &'static str);

const FORMATS: [Format; 7] = [
    ("sarif", "report.sarif", "application/sarif+json", "SARIF, for code scanning"),
    ("markdown", "report.md", "text/markdown", "Markdown"),
    ("junit", "report.xml", "application/xml", "JUnit XML, a test for each rule"),
    ("csv-findings", "findings.csv", CSV, "Findings as CSV"),
    ("csv-tests", "tests.csv", CSV, "Test suites as CSV"),
    ("csv-coverage", "coverage.csv", CSV, "Coverage by file as CSV"),
    ("csv-files", "files.csv", CSV, "Files as CSV"),
];
const CSV: &str = "text/csv";

pub(super) fn report_tools(desk: &Rc<Desk>, sheet: &Sheet, open: bool) -> Html {
    let onclick = {
        let raw = Rc::clone(&sheet.raw);
        move |_| browser::offer("report.json", "application/json", &raw)
    };
    html! {
        <>
            if open { { policy_choice(desk, sheet) } }
            <button type="button" class="button small" {onclick}>{ "Download report.json" }</button>
            <details class="menu">
                <summary class="button small">{ "More" }<span class="unseen">{ " ways to keep or share the report" }</span></summary>
                <ul>
                    { for FORMATS.into_iter().map(|format| save_as(desk, sheet, format)) }
                    <li><button type="button" onclick={copy_link()}>{ "Copy the link to this view" }<span class="quiet">{ " (holds nothing of your files)" }</span></button></li>
                    <li><button type="button" onclick={|_| browser::print()}>{ "Print" }</button></li>
                </ul>
            </details>
        </>
    }
}

fn policy_choice(desk: &Rc<Desk>, sheet: &Sheet) -> Html {
    let (policy, report) = (desk.pack(), &sheet.report);
    let own = match report.policy.sources.iter().any(|source| !source.pack) {
        _ if !policy.is_empty() => "policy of the files, or default".to_owned(),
        true => format!("{} of the files", report.policy.name),
        false => format!("{} pack (default)", report.policy.name),
    };
    let onchange = {
        let desk = Rc::clone(desk);
        move |event: Event| desk.judge_by(event.target_unchecked_into::<HtmlSelectElement>().value())
    };
    html! {
        <label class="policy-choice">{ "Judged by " }
            <select {onchange}>
                <option value="" selected={policy.is_empty()}>{ own }</option>
                { for PACKS.into_iter().map(|(pack, _)| html! {
                    <option value={pack} selected={policy == pack}>{ format!("{pack} pack") }</option>
                }) }
            </select>
        </label>
    }
}

fn save_as(desk: &Rc<Desk>, sheet: &Sheet, (format, name, kind, words): Format) -> Html {
    let (desk, raw) = (Rc::clone(desk), Rc::clone(&sheet.raw));
    html! { <li><button type="button" onclick={move |_| desk.save_as(format, name, kind, &raw)}>{ words }</button></li> }
}

fn copy_link() -> Callback<MouseEvent> {
    Callback::from(|_| browser::copy(Copy { text: browser::address(), done: Callback::noop() }))
}
