//! The figures of many repositories as pages for a browser: one for each order, so that they need no script. Nothing is
//! loaded; the only styles are those whose hash the content security policy names.

use super::sarif::base64;
use super::words::{number, shown};
use crate::fleet::{Fleet, FleetRule, Order, Repository};
use crate::model::{Level, Ratio, Verdict};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Rules and unreadable reports that a page lists; `fleet.json` has all of them.
const RULES: usize = 30;
const UNREADABLE: usize = 100;

/// The orders, the file of each, and what its link says.
const PAGES: [(Order, &str, &str); 5] = [
    (Order::Worst, "index.html", "worst first"),
    (Order::Name, "by-name.html", "by name"),
    (Order::Coverage, "by-coverage.html", "lowest coverage"),
    (Order::Tests, "by-tests.html", "most failed tests"),
    (Order::Time, "by-time.html", "longest run"),
];

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--bad:#b3261e;--open:#8a5300;--good:#1b6e3c}\
@media(prefers-color-scheme:dark){:root{--bad:#ff8a80;--open:#ffb95c;--good:#7ddb9c}}\
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:90rem;padding:1rem}\
table{border-collapse:collapse;width:100%}caption{font-size:1.25rem;font-weight:600;padding:1rem 0 .5rem;text-align:start}\
th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:start;vertical-align:top}\
th[scope=col]{background:Canvas;position:sticky;top:0}\
.n{font-variant-numeric:tabular-nums;text-align:end;white-space:nowrap}\
tbody th{font-weight:400;max-width:30rem;overflow-wrap:anywhere}td{overflow-wrap:anywhere}\
.scroll{overflow-x:auto}\
.fail,.error{color:var(--bad);font-weight:600}.incomplete,.warning{color:var(--open);font-weight:600}.pass{color:var(--good)}\
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0}\
";

/// The names of the pages, `index.html` first.
pub fn fleet_pages() -> impl Iterator<Item = (Order, &'static str)> {
    PAGES.into_iter().map(|(order, file, _)| (order, file))
}

/// The page with the repositories in an order.
pub fn fleet(fleet: &Fleet, order: Order) -> String {
    let mut repositories: Vec<&Repository> = fleet.repositories.iter().collect();
    repositories.sort_by(|a, b| a.in_order(b, order));
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = page(&mut out, fleet, &repositories, order);
    out
}

fn page(out: &mut String, fleet: &Fleet, repositories: &[&Repository], order: Order) -> std::fmt::Result {
    let hash = base64(&Sha256::digest(STYLE.as_bytes()));
    let all = &fleet.summary;
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Tollgate: {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{}</h1>\n\
         <p><span class=\"pass\">{} pass</span>, <span class=\"fail\">{} fail</span>, \
         <span class=\"incomplete\">{} incomplete</span>; {} errors, {} warnings, {} tests{}.</p>\n",
        count(all.repositories, "repository", "repositories"),
        count(all.repositories, "repository", "repositories"),
        number(all.pass as u64),
        number(all.fail as u64),
        number(all.incomplete as u64),
        number(all.errors as u64),
        number(all.warnings as u64),
        number(all.tests),
        match all.unreadable {
            0 => String::new(),
            some => format!("; <a href=\"#unreadable\">{} could not be read</a>", count(some, "report", "reports")),
        },
    )?;
    rules(out, &fleet.rules)?;
    out.push_str("<nav aria-label=\"Order of the repositories\">\n<ul>\n");
    for (other, file, words) in PAGES {
        let current = if other == order { " aria-current=\"page\"" } else { "" };
        writeln!(out, "<li><a href=\"{file}\"{current}>{words}</a></li>")?;
    }
    out.push_str("</ul>\n</nav>\n");
    table(out, repositories, order)?;
    unreadable(out, fleet)?;
    writeln!(
        out,
        "</main>\n<footer><p>Written by Tollgate {}. The same for programs: <a href=\"fleet.json\">fleet.json</a>.</p>\
         </footer>\n</body>\n</html>",
        escaped(&fleet.tool.version)
    )
}

fn rules(out: &mut String, rules: &[FleetRule]) -> std::fmt::Result {
    if rules.is_empty() {
        return Ok(());
    }
    let more = match rules.len().checked_sub(RULES) {
        Some(more @ 1..) => format!(" ({} more in fleet.json)", number(more as u64)),
        _ => String::new(),
    };
    write!(
        out,
        "<div class=\"scroll\">\n<table>\n<caption>Rules that most repositories break{more}</caption>\n<thead><tr>\
         <th scope=\"col\">Rule</th><th scope=\"col\">Level</th><th scope=\"col\" class=\"n\">Repositories</th>\
         <th scope=\"col\" class=\"n\">Without evidence</th><th scope=\"col\" class=\"n\">Things</th></tr></thead>\n\
         <tbody>\n"
    )?;
    for rule in rules.iter().take(RULES) {
        let level = rule.level.word();
        let class = if rule.level == Level::Info { String::new() } else { format!(" class=\"{level}\"") };
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td{class}>{level}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td></tr>",
            escaped(&rule.rule),
            number(rule.failed as u64),
            number(rule.without_evidence as u64),
            number(rule.failing as u64),
        )?;
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    Ok(())
}

fn table(out: &mut String, repositories: &[&Repository], order: Order) -> std::fmt::Result {
    let words = PAGES.iter().find(|(other, ..)| *other == order).map_or("", |(.., words)| *words);
    write!(
        out,
        "<div class=\"scroll\">\n<table>\n<caption>Repositories, {words}</caption>\n<thead><tr>\
         <th scope=\"col\">Repository</th><th scope=\"col\">Verdict</th><th scope=\"col\" class=\"n\">Errors</th>\
         <th scope=\"col\" class=\"n\">Warnings</th><th scope=\"col\" class=\"n\">Rules failed</th>\
         <th scope=\"col\" class=\"n\">No evidence</th><th scope=\"col\" class=\"n\">Lines covered</th>\
         <th scope=\"col\" class=\"n\">Tests</th><th scope=\"col\" class=\"n\">Tests failed</th>\
         <th scope=\"col\" class=\"n\">Longest run</th><th scope=\"col\">Policy</th></tr></thead>\n<tbody>\n"
    )?;
    for repository in repositories {
        row(out, repository)?;
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    Ok(())
}

fn row(out: &mut String, repository: &Repository) -> std::fmt::Result {
    let name = escaped(&repository.name);
    let name = match &repository.page {
        Some(page) => format!("<a href=\"{}\">{name}</a>", escaped(page)),
        None => name,
    };
    let verdict = match repository.verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Incomplete => "incomplete",
    };
    let none = || "<span title=\"not measured\">–</span>".to_owned();
    let coverage = repository.coverage.and_then(Ratio::percent).map_or_else(none, |share| format!("{share:.2} %"));
    let tests = repository.tests.map_or_else(none, |tests| number(tests.total));
    let bad = repository.tests.map_or_else(none, |tests| number(tests.bad()));
    let time = repository.run_seconds.map_or_else(none, duration);
    writeln!(
        out,
        "<tr><th scope=\"row\">{name}</th><td class=\"{verdict}\">{verdict}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{coverage}</td>\
         <td class=\"n\">{tests}</td><td class=\"n\">{bad}</td><td class=\"n\">{time}</td><td>{}</td></tr>",
        number(repository.errors as u64),
        number(repository.warnings as u64),
        number(repository.failed_rules as u64),
        number(repository.without_evidence as u64),
        escaped(&repository.policy),
    )
}

fn unreadable(out: &mut String, fleet: &Fleet) -> std::fmt::Result {
    if fleet.unreadable.is_empty() {
        return Ok(());
    }
    out.push_str("<section id=\"unreadable\">\n<h2>Reports that could not be read</h2>\n<ul>\n");
    for one in fleet.unreadable.iter().take(UNREADABLE) {
        writeln!(out, "<li><code>{}</code> {}</li>", escaped(&one.report), escaped(&one.reason))?;
    }
    if let Some(more @ 1..) = fleet.unreadable.len().checked_sub(UNREADABLE) {
        writeln!(out, "<li>and {} more, in fleet.json</li>", number(more as u64))?;
    }
    out.push_str("</ul>\n</section>\n");
    Ok(())
}

fn count(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count as u64), if count == 1 { one } else { many })
}

/// `1 h 2 min`, `4 min 20 s`, `12.5 s`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match (whole / 3_600, whole / 60 % 60, whole % 60) {
        (0, 0, _) => format!("{seconds:.1} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{} h {minutes} min", number(hours)),
    }
}

/// A text of a report as text of the page, in one line, with nothing in it that turns its direction.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in shown(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn times_are_told_in_the_units_that_fit() {
        for (seconds, expected) in
            [(12.5, "12.5 s"), (59.96, "1 min 0 s"), (260.2, "4 min 20 s"), (3_725.0, "1 h 2 min")]
        {
            assert_eq!(duration(seconds), expected);
        }
    }
}
