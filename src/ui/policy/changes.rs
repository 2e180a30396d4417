//! What a changed policy changes.

use crate::compare::{self, Changes, RuleChange};
use crate::model::{OutcomeKind, Report};
use crate::ui::components::{Icon, badge, icon, inline, place_label};
use crate::ui::words::{self, Sign};
use crate::ui::{Bench, Shared};
use yew::{Html, classes, html};

/// Entries of a list that are shown; the others are counted.
const SHOWN: usize = 12;

pub(super) fn view(report: &Shared, bench: &Bench) -> Html {
    let before = bench.before.as_ref().filter(|_| bench.draft.is_some());
    html! {
        <section class="panel changes" aria-labelledby="changes-title">
            <h2 id="changes-title">{ "What changes" }</h2>
            <div role="status">
                { match before {
                    None => html! { <p class="quiet">{ "Move a number, change a level or edit the text: what that does to the verdict, the rules and the findings is told here." }</p> },
                    Some(before) => told(before, report, &compare::changes(before, report)),
                } }
            </div>
        </section>
    }
}

fn told(before: &Report, after: &Report, changes: &Changes) -> Html {
    let (was, is) = (words::verdict(before), words::verdict(after));
    let nothing = was == is && *changes == Changes::default();
    html! {
        <>
            <p class="change-verdict">
                if was == is {
                    { sign(is) }<span class="quiet">{ " as before" }</span>
                } else {
                    { sign(was) }<span aria-label="becomes">{ " → " }</span>{ sign(is) }
                }
            </p>
            if nothing { <p class="quiet">{ "Nothing else: the same rules hold and the same findings stand." }</p> }
            if !changes.rules.is_empty() {
                <h3>{ words::count(changes.rules.len(), "rule with another outcome", "rules with another outcome") }</h3>
                <ul class="change-list">{ for changes.rules.iter().take(SHOWN).map(rule) }</ul>
                { rest(changes.rules.len()) }
            }
            { finding_list("appears", "appear", "warn", after, &changes.appeared) }
            { finding_list("goes away", "go away", "good", before, &changes.gone) }
            { finding_list("has another level", "have another level", "note", after, &changes.relevelled) }
        </>
    }
}

fn sign(sign: Sign) -> Html {
    html! { <span class={classes!("tint", sign.tone)}>{ icon(sign.icon) }{ " " }<strong>{ sign.word }</strong></span> }
}

fn rule(change: &RuleChange) -> Html {
    let one = |outcome: Option<OutcomeKind>| match outcome {
        Some(outcome) => badge(words::outcome(outcome)),
        None => html! { <span class="badge plain">{ icon(Icon::Dash) }<span>{ "not judged" }</span></span> },
    };
    html! { <li><code>{ &change.rule }</code><span>{ one(change.before) }<span aria-label="becomes">{ " → " }</span>{ one(change.after) }</span></li> }
}

fn rest(all: usize) -> Html {
    if all <= SHOWN {
        Html::default()
    } else {
        html! { <p class="quiet">{ format!("and {} more", all - SHOWN) }</p> }
    }
}

/// Findings that share a fate, by their numbers in a report; nothing where there are none.
pub(in crate::ui) fn finding_list(
    one: &str,
    many: &str,
    tone: &'static str,
    report: &Report,
    numbers: &[usize],
) -> Html {
    if numbers.is_empty() {
        return Html::default();
    }
    let item = |number: &usize| {
        let Some(finding) = report.findings.get(*number) else { return Html::default() };
        let sign = words::level(finding.level);
        html! {
            <li>
                <span class={classes!("tint", sign.tone)} title={sign.word}>{ icon(sign.icon) }<span class="unseen">{ sign.word }</span></span>
                <div><p>{ inline(&words::visible(&finding.message)) }</p><p class="quiet"><code>{ &finding.rule }</code>{ " " }<code>{ place_label(&finding.place) }</code></p></div>
            </li>
        }
    };
    let count = numbers.len();
    html! {
        <>
            <h3 class={classes!("tint", tone)}>{ format!("{} {}", words::count(count, "finding", "findings"), if count == 1 { one } else { many }) }</h3>
            <ul class="first">{ for numbers.iter().take(SHOWN).map(item) }</ul>
            { rest(count) }
        </>
    }
}
