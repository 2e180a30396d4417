//! The text of the policy.

use crate::model::{PolicyError, PolicyInForce};
use crate::ui::components::{CopyButton, Icon, icon, inline};
use crate::ui::{Bench, Edit, Ports, Save, words};
use yew::{Html, InputEvent, TargetCast, classes, html};

pub(super) fn view(policy: &PolicyInForce, bench: &Bench, ports: &Ports) -> Html {
    let text = bench.draft.as_deref().unwrap_or(&policy.text).to_owned();
    let oninput = ports
        .edit
        .reform(|event: InputEvent| Edit::Text(event.target_unchecked_into::<web_sys::HtmlTextAreaElement>().value()));
    let save = {
        let text = text.clone();
        ports.save.reform(move |_| Save {
            name: "tollgate.yml".to_owned(),
            kind: "application/yaml",
            text: text.clone(),
        })
    };
    let pack = (policy.pack && bench.draft.is_none()).then(|| {
        let text =
            format!("version: 1\nextends: [{}]\n\nrules:\n  # What is to be different comes here.\n", policy.name);
        ports.edit.reform(move |_| Edit::Text(text.clone()))
    });
    let wrong = !bench.problems.is_empty();
    html! {
        <section class="panel policy-text" aria-labelledby="policy-title">
            <div class="policy-head">
                <h2 id="policy-title">{ words::visible(&policy.name) }</h2>
                <p class="quiet">{ origin(policy, bench) }</p>
            </div>
            <label class="unseen" for="policy-text">{ "Text of the policy" }</label>
            <textarea id="policy-text" class={classes!(wrong.then_some("wrong"))} value={text.clone()} {oninput} rows="24"
                spellcheck="false" autocomplete="off" autocapitalize="off" wrap="off"
                aria-invalid={wrong.to_string()} aria-describedby="policy-problems" />
            <div id="policy-problems" class="problems" aria-live="polite">{ problems(bench) }</div>
            <div class="policy-buttons">
                <button type="button" class="button small" onclick={save}>{ "Download tollgate.yml" }</button>
                <CopyButton text={text} what="the policy" />
                if let Some(onclick) = pack {
                    <button type="button" class="button small" {onclick}>{ "Extend the pack instead" }</button>
                }
                if bench.draft.is_some() {
                    <button type="button" class="button small" onclick={ports.edit.reform(|_| Edit::Reset)}>{ "Reset" }</button>
                }
            </div>
        </section>
    }
}

fn origin(policy: &PolicyInForce, bench: &Bench) -> &'static str {
    if bench.draft.is_some() {
        "Changed in this page only. Download it to keep it."
    } else if policy.pack {
        "A pack that comes with Tollgate. Change it here and see what follows; your copy stays yours."
    } else {
        "From your files. Change it here and see what follows; the file itself stays as it is."
    }
}

fn problems(bench: &Bench) -> Html {
    if !bench.problems.is_empty() {
        return html! {
            <>
                <p class="tint bad">{ icon(Icon::Cross) }{ " " }{ words::count(bench.problems.len(), "thing is", "things are") }{ " wrong, so the report is still by the last text that was right." }</p>
                <ul>{ for bench.problems.iter().take(SHOWN).map(problem) }</ul>
                if bench.problems.len() > SHOWN { <p>{ format!("and {} more", bench.problems.len() - SHOWN) }</p> }
            </>
        };
    }
    if !bench.refused.is_empty() {
        return html! { <p class="tint warn">{ icon(Icon::Triangle) }{ " " }{ inline(&bench.refused) }</p> };
    }
    if bench.judging {
        return html! { <p class="quiet">{ "Judging…" }</p> };
    }
    if bench.draft.is_some() {
        return html! { <p class="tint good">{ icon(Icon::Check) }{ " Valid, and judged." }</p> };
    }
    Html::default()
}

/// Problems that are shown; one more makes nobody wiser.
const SHOWN: usize = 20;

fn problem(error: &PolicyError) -> Html {
    let place = &error.place;
    let excerpt = place.excerpt.as_ref().and_then(|excerpt| {
        let at = place.line.checked_sub(excerpt.line)?;
        excerpt.lines.get(at).map(|line| line.trim().to_owned())
    });
    html! {
        <li>
            <span class="problem-place">{ format!("line {}, column {}", place.line, place.column) }</span>
            <span>{ inline(&words::visible(&error.message)) }
                if !error.hint.is_empty() { { "; " }<strong>{ inline(&words::visible(&error.hint)) }</strong> }
            </span>
            if let Some(line) = excerpt.filter(|line| !line.is_empty()) { <code class="problem-line">{ words::visible(&line) }</code> }
        </li>
    }
}
