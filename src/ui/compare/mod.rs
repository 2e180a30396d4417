//! A report beside another one: what is new, gone, slower or less covered.

use super::components::{Icon, icon, inline};
use super::policy::finding_list;
use super::words::percent;
use super::{Bench, Ports, Shared, words};
use crate::compare::{self, Pair};
use crate::model::{CaseRecord, GoneFinding, Ratio, Report, Status, TestCounts};
use yew::{Html, html};

/// Rows of a table that are shown; the others are counted.
const SHOWN: usize = 50;

pub(super) fn view(report: &Shared, bench: &Bench, ports: &Ports) -> Html {
    html! {
        <div class="compare">
            { head(report, bench, ports) }
            if let Some(other) = &bench.other { { told(&other.report, report) } }
        </div>
    }
}

fn head(report: &Report, bench: &Bench, ports: &Ports) -> Html {
    let uncompare = ports.uncompare.clone();
    html! {
        <section class="panel compare-head" aria-labelledby="compare-title">
            <h2 id="compare-title">{ "Compare" }</h2>
            { match &bench.other {
                Some(other) => {
                    let (was, is) = (words::verdict(&other.report), words::verdict(report));
                    html! {
                        <>
                            <p>{ "Before: " }<strong>{ words::visible(&other.name) }</strong>{ ". Now: what this page shows." }</p>
                            <p class="change-verdict">
                                <span class={yew::classes!("tint", was.tone)}>{ icon(was.icon) }{ " " }<strong>{ was.word }</strong></span>
                                <span aria-label="became">{ " → " }</span>
                                <span class={yew::classes!("tint", is.tone)}>{ icon(is.icon) }{ " " }<strong>{ is.word }</strong></span>
                            </p>
                            { other_policy(&other.report, report) }
                        </>
                    }
                }
                None => html! { <p>{ "Choose an earlier " }<code>{ "report.json" }</code>{ " or " }<code>{ "report.html" }</code>{ ", or the files of an earlier run: what is new, gone, slower or less covered since then is told here." }</p> },
            } }
            if !bench.refused.is_empty() { <p class="tint bad" role="alert">{ icon(Icon::Cross) }{ " " }{ inline(&words::visible(&bench.refused)) }</p> }
            <div class="pickers">
                <span class="picker"><input type="file" id="compare-files" data-give="compare" multiple=true /><label for="compare-files" class="button small">{ "Compare with a report or files…" }</label></span>
                <span class="picker"><input type="file" id="compare-folder" data-give="compare" webkitdirectory=true multiple=true /><label for="compare-folder" class="button small">{ "Compare with a folder…" }</label></span>
                if bench.other.is_some() {
                    <button type="button" class="button small" onclick={move |_| uncompare.emit(())}>{ "Stop comparing" }</button>
                }
            </div>
        </section>
    }
}

/// Findings by different policies differ for a reason that is not in the files.
fn other_policy(before: &Report, after: &Report) -> Html {
    if before.policy == after.policy {
        return Html::default();
    }
    html! { <p class="notice warn">{ icon(Icon::Triangle) }<span>{ format!("The two were judged by different policies, {} and {}: a rule that only one of them asks for has its findings on one side only.", words::visible(&before.policy.name), words::visible(&after.policy.name)) }</span></p> }
}

fn told(before: &Report, after: &Report) -> Html {
    html! {
        <>
            { findings(before, after) }
            { tests(before, after) }
            { coverage(before, after) }
            { runs(before, after) }
        </>
    }
}

fn findings(before: &Report, after: &Report) -> Html {
    let changes = compare::changes(before, after);
    // Where the files were judged beside the other report, that judgement tells places, not only findings.
    let (new, gone) = match &after.baseline {
        Some(baseline) => {
            let standing = |status: Status| {
                let numbers = after.findings.iter().enumerate().filter(move |(_, finding)| finding.status == status);
                numbers.map(|(number, _)| number).collect::<Vec<_>>()
            };
            (standing(Status::New), Some(&baseline.gone))
        }
        None => (changes.appeared, None),
    };
    let known = after.findings.iter().filter(|finding| finding.status != Status::Waived).count() - new.len();
    let gone_count = gone.map_or(changes.gone.len(), Vec::len);
    html! {
        <section class="panel" aria-labelledby="compare-findings">
            <h2 id="compare-findings">{ "Findings" }</h2>
            <p>{ format!("{} new, {} known, {} gone.", words::number(new.len() as u64), words::number(known as u64), words::number(gone_count as u64)) }</p>
            { finding_list("is new", "are new", "bad", after, &new) }
            { match gone {
                Some(gone) => gone_list(gone),
                None => finding_list("is gone", "are gone", "good", before, &changes.gone),
            } }
        </section>
    }
}

fn gone_list(gone: &[GoneFinding]) -> Html {
    if gone.is_empty() {
        return Html::default();
    }
    let item = |finding: &GoneFinding| {
        let places = if finding.places < finding.of {
            format!(" ({} of {} places)", finding.places, finding.of)
        } else {
            String::new()
        };
        html! { <li><span class="tint good">{ icon(Icon::Check) }</span><div><p>{ inline(&words::visible(&finding.message)) }{ places }</p><p class="quiet"><code>{ &finding.rule }</code>{ " " }<code>{ words::visible(&finding.file) }</code></p></div></li> }
    };
    html! {
        <>
            <h3 class="tint good">{ format!("{} gone", words::count(gone.len(), "finding is", "findings are")) }</h3>
            <ul class="first">{ for gone.iter().take(SHOWN).map(item) }</ul>
            { rest(gone.len()) }
        </>
    }
}

fn tests(before: &Report, after: &Report) -> Html {
    let (Some(old), Some(new)) = (&before.tests, &after.tests) else {
        return absent("Tests", before.tests.is_some(), after.tests.is_some(), "test results");
    };
    let changes = compare::tests(old, new);
    let cases = |numbers: &[usize], cases: &[CaseRecord], tone: &'static str, title: String| {
        if numbers.is_empty() {
            return Html::default();
        }
        let item = |number: &usize| {
            let Some(case) = cases.get(*number) else { return Html::default() };
            html! { <li><span class={yew::classes!("tint", tone)}>{ icon(if tone == "bad" { Icon::Cross } else { Icon::Check }) }</span><div><p>{ words::visible(&compare::name(case)) }</p>if !case.message.is_empty() { <p class="quiet">{ words::visible(&case.message) }</p> }</div></li> }
        };
        html! { <><h3 class={yew::classes!("tint", tone)}>{ title }</h3><ul class="first">{ for numbers.iter().take(SHOWN).map(item) }</ul>{ rest(numbers.len()) }</> }
    };
    let counts = |pair: &Pair<TestCounts>| {
        let one =
            |counts: Option<TestCounts>| counts.map_or_else(|| "–".to_owned(), |counts| words::number(counts.total));
        (
            one(pair.before),
            one(pair.after),
            match (pair.before, pair.after) {
                (Some(_), None) => ("gone", "bad"),
                (None, Some(_)) => ("new", "good"),
                (Some(old), Some(new)) if new.total < old.total => ("fewer", "bad"),
                _ => ("more", "good"),
            },
        )
    };
    html! {
        <section class="panel" aria-labelledby="compare-tests">
            <h2 id="compare-tests">{ "Tests" }</h2>
            <p>{ format!("{} tests before, {} now; {} failed before, {} now; {} before, {} now.", words::number(old.counts.total), words::number(new.counts.total), words::number(old.counts.failed + old.counts.errors), words::number(new.counts.failed + new.counts.errors), words::seconds(old.counts.seconds), words::seconds(new.counts.seconds)) }</p>
            { cases(&changes.failing, &new.failures, "bad", words::count(changes.failing.len(), "test fails now", "tests fail now")) }
            { cases(&changes.mended, &old.failures, "good", words::count(changes.mended.len(), "test fails no more", "tests fail no more")) }
            { table("Suites with more or fewer tests", "Suite", changes.suites.iter().map(|pair| (pair.name.as_str(), counts(pair))).collect()) }
            { table("Slower by a tenth and more, among the slowest of both", "Test", changes.slower.iter().map(|pair| (pair.name.as_str(), seconds(pair))).collect()) }
        </section>
    }
}

fn coverage(before: &Report, after: &Report) -> Html {
    let (Some(old), Some(new)) = (&before.coverage, &after.coverage) else {
        return absent("Coverage", before.coverage.is_some(), after.coverage.is_some(), "coverage");
    };
    let rows = compare::coverage(old, new);
    let shares = |pair: &Pair<Ratio>| {
        let one = |ratio: Option<Ratio>| ratio.map_or_else(|| "–".to_owned(), percent);
        (
            one(pair.before),
            one(pair.after),
            match (pair.before, pair.after) {
                (Some(_), None) => ("gone", "plain"),
                (None, Some(_)) => ("new", "plain"),
                (Some(old), Some(new)) if compare::is_lower(new, old) => ("lower", "bad"),
                _ => ("higher", "good"),
            },
        )
    };
    let (definition, lines) =
        (old.definition != new.definition, format!("Lines: {} before, {} now.", percent(old.line), percent(new.line)));
    html! {
        <section class="panel" aria-labelledby="compare-coverage">
            <h2 id="compare-coverage">{ "Coverage" }</h2>
            <p>{ lines }</p>
            if definition { <p class="notice warn">{ icon(Icon::Triangle) }<span>{ format!("The two count differently ({}; {}), so a difference is not a loss.", old.definition, new.definition) }</span></p> }
            { table("Files with other coverage, the greatest fall first", "File", rows.iter().map(|pair| (pair.name.as_str(), shares(pair))).collect()) }
        </section>
    }
}

fn runs(before: &Report, after: &Report) -> Html {
    if before.runs.is_empty() || after.runs.is_empty() {
        return absent("Run times", !before.runs.is_empty(), !after.runs.is_empty(), "records of runs");
    }
    let rows = compare::runs(&before.runs, &after.runs);
    html! {
        <section class="panel" aria-labelledby="compare-runs">
            <h2 id="compare-runs">{ "Run times" }</h2>
            { table("Workflows and jobs", "Workflow or job", rows.iter().map(|pair| (pair.name.as_str(), seconds(pair))).collect()) }
        </section>
    }
}

/// Nothing where neither report has it; a sentence where only one has.
fn absent(title: &'static str, before: bool, after: bool, what: &str) -> Html {
    let side = match (before, after) {
        (true, false) => "Only the report before",
        (false, true) => "Only the report now",
        _ => return Html::default(),
    };
    html! { <section class="panel"><h2>{ title }</h2><p class="quiet">{ format!("{side} has {what}, so there is nothing to compare.") }</p></section> }
}

/// What stood before, what stands now, and the word and tone for what happened.
type Row = (String, String, (&'static str, &'static str));

fn table(caption: &'static str, head: &'static str, rows: Vec<(&str, Row)>) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    let count = rows.len();
    let row = |(name, (before, after, (word, tone))): (&str, Row)| {
        html! {
            <tr><th scope="row">{ words::visible(name) }</th><td class="size">{ before }</td><td class="size">{ after }</td>
                <td><span class={yew::classes!("tint", tone)}>{ word }</span></td></tr>
        }
    };
    html! {
        <>
            <table class="compare-table">
                <caption>{ caption }</caption>
                <thead><tr><th scope="col">{ head }</th><th scope="col" class="size">{ "Before" }</th><th scope="col" class="size">{ "Now" }</th><th scope="col"><span class="unseen">{ "What happened" }</span></th></tr></thead>
                <tbody>{ for rows.into_iter().take(SHOWN).map(row) }</tbody>
            </table>
            { rest(count) }
        </>
    }
}

fn seconds(pair: &Pair<f64>) -> Row {
    let one = |seconds: Option<f64>| seconds.map_or_else(|| "–".to_owned(), words::seconds);
    let word = match (pair.before, pair.after) {
        (Some(_), None) => ("gone", "plain"),
        (None, Some(_)) => ("new", "plain"),
        (Some(old), Some(new)) if new > old => ("slower", "warn"),
        (Some(old), Some(new)) if new < old => ("faster", "good"),
        _ => ("same", "plain"),
    };
    (one(pair.before), one(pair.after), word)
}

fn rest(all: usize) -> Html {
    if all <= SHOWN {
        Html::default()
    } else {
        html! { <p class="quiet">{ format!("and {} more", all - SHOWN) }</p> }
    }
}
