//! The report as one file that needs nothing else: drawn by the page's own components, complete without scripts, and
//! with the report in it, so that the page can open it again.

mod data;
mod draw;
mod markup;
mod settle;
mod text;

use crate::model::Report;
use crate::ui::{self, Shared, State, View};
use settle::{Part, Targets};
use std::fmt::Write as _;
use text::{number, push_escaped, source};

/// Rows of each list that are shown.
const ROWS: usize = 300;
/// Bytes of markup that each view may take; enough for its rows, unless their texts are enormous.
const PART_BYTES: usize = 4 << 20;
/// Bytes of the report within the file.
const DATA_BYTES: usize = 16 << 20;

/// The page's style sheets, as `index.html` links them, and then the file's own.
const STYLES: [&str; 8] = [
    include_str!("../../../www/style.css"),
    include_str!("../../../www/tests.css"),
    include_str!("../../../www/coverage.css"),
    include_str!("../../../www/policy.css"),
    include_str!("../../../www/compare.css"),
    include_str!("../../../www/pipeline.css"),
    include_str!("../../../www/findings.css"),
    include_str!("still.css"),
];
/// Narrows the findings down. The file is complete without it.
const SCRIPT: &str = include_str!("still.js");
/// The same as in `index.html`, as is the mark.
const ICON: &str = include_str!("icon.txt");
const BRAND: &str = include_str!("brand.svg");
/// Shown and made to work by the script.
const TOOLS: &str = include_str!("tools.html");

/// The report as a self-contained HTML document. It loads nothing, whether opened from a disk or a server, and its
/// content security policy holds it to that. Lists are cut at 300 rows and views at 4 MiB, and say so; figures always
/// count everything. The element `tollgate-report` holds the report as JSON of the schema `tollgate-report/1`, unless
/// that takes more than 16 MiB, which the document says as well.
pub fn html(report: &Report) -> String {
    let styles = STYLES.concat();
    let shared = Shared::new(report.clone());
    let pages = ui::pages(report, ROWS);
    let names = names(&pages);
    let mut targets = Targets::new(names.iter().cloned().chain(["main", "tollgate-report"].map(str::to_owned)));
    let drawn: Vec<String> = pages.iter().map(|page| draw::draw(&shared, Some(page.clone()))).collect();
    let head = draw::draw(&shared, None);
    let head = Part::read("head", &head, &mut targets);
    let parts: Vec<Part<'_>> =
        drawn.iter().zip(&names).map(|(markup, name)| Part::read(name, markup, &mut targets)).collect();
    let data = data::data(report, DATA_BYTES);

    let mut out = String::new();
    push_head(report, &styles, &mut out);
    head.write(&targets, PART_BYTES, &mut out);
    out.push_str("<div class=\"view\">\n");
    push_limits(report, data.is_some(), &mut out);
    for ((part, page), name) in parts.iter().zip(&pages).zip(&names) {
        let title = ui::page_title(page);
        let _ = writeln!(
            out,
            "<details class=\"part\" id=\"{name}\" open><summary><h2 id=\"{name}-name\">{title}</h2></summary>"
        );
        if page.view == View::Findings && !report.findings.is_empty() {
            out.push_str(TOOLS);
        }
        if !part.write(&targets, PART_BYTES, &mut out) {
            push_notice("The rest of this part is left out: its texts are too large for this file.", &mut out);
        }
        out.push_str("</details>\n");
    }
    push_end(report, data.as_deref(), &mut out);
    out
}

/// An id for each page: the word of its view, and after the view's first page of its list.
fn names(pages: &[State]) -> Vec<String> {
    let name = |(at, page): (usize, &State)| {
        let is_first = pages.iter().take(at).all(|other| other.view != page.view);
        if is_first { page.view.word().to_owned() } else { settle::list_name(page) }
    };
    pages.iter().enumerate().map(name).collect()
}

fn push_head(report: &Report, styles: &str, out: &mut String) {
    let (style, script) = (source(styles), source(SCRIPT));
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {style}; script-src {script}; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{} – Tollgate report</title>\n<link rel=\"icon\" href=\"{}\">\n<style>{styles}</style>\n</head>\n\
         <body class=\"still\">\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
         <header class=\"top\">\n<p class=\"brand\">{BRAND}<span>Tollgate</span></p>\n<p class=\"quiet\">Policy <strong>",
        ui::title(report),
        ICON.trim_end(),
    );
    push_escaped(&report.policy.name, out);
    out.push_str("</strong></p>\n</header>\n<main id=\"main\" tabindex=\"-1\">\n<div class=\"report\">\n");
}

/// What is not shown, said before anybody looks for it.
fn push_limits(report: &Report, whole: bool, out: &mut String) {
    let cut = [("findings, the worst first", report.findings.len()), ("files", report.files.len())];
    let cut: Vec<String> = cut
        .iter()
        .filter(|(_, count)| *count > ROWS)
        .map(|(what, count)| format!("{} of {} {what}", number(ROWS), number(*count)))
        .collect();
    if !cut.is_empty() {
        let open = if whole { " The page of Tollgate, where this file can be opened, shows all." } else { "" };
        let cut = cut.join("; ");
        push_notice(&format!("This file shows {cut}. All figures count everything.{open}"), out);
    }
    if !whole {
        let text = "The report is too large to be within this file, so the page cannot open it again. \
                    Write it beside with --output report.json.";
        push_notice(text, out);
    }
}

fn push_notice(text: &str, out: &mut String) {
    out.push_str("<p class=\"notice note\"><span>");
    push_escaped(text, out);
    out.push_str("</span></p>\n");
}

fn push_end(report: &Report, data: Option<&str>, out: &mut String) {
    out.push_str("</div>\n</div>\n</main>\n<footer class=\"foot\">\n<p>Made by ");
    push_escaped(&report.tool.name, out);
    out.push(' ');
    push_escaped(&report.tool.version, out);
    out.push_str(". This file needs no network and sends nothing.</p>\n");
    if data.is_some() {
        out.push_str("<p>Drop it on the page of Tollgate to filter, compare and judge further.</p>\n");
    }
    out.push_str("</footer>\n");
    if let Some(data) = data {
        out.push_str("<script type=\"application/json\" id=\"tollgate-report\">");
        out.push_str(data);
        out.push_str("</script>\n");
    }
    let _ = write!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
}
