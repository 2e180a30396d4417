use super::CopyButton;
use crate::model::Finding;
use crate::rules::ABOUT_WAIVERS;
use std::fmt::Write as _;
use yew::{Html, html};

/// How a finding is waived: the entry for the policy, with what only a person can know left open.
pub(in crate::ui) fn waiver(finding: &Finding) -> Html {
    let Some(text) = entry(finding) else { return Html::default() };
    html! {
        <details class="waiver">
            <summary>{ "Waive it" }</summary>
            <p>{ "Somebody answers for it, until a day. Put this into " }<code>{ "tollgate.yml" }</code>{ " and fill in the reason, who answers for it, and the last day on which it holds, at most 180 days from now: without them the policy is not valid." }</p>
            <div class="snippet">
                <pre tabindex="0" role="group" aria-label="Waiver"><code>{ text.clone() }</code></pre>
                <CopyButton {text} what="the waiver" />
            </div>
        </details>
    }
}

/// One entry for each place; `None` where there is nothing that a waiver could name.
fn entry(finding: &Finding) -> Option<String> {
    if finding.place.file.is_empty() || ABOUT_WAIVERS.contains(&finding.rule.as_str()) {
        return None;
    }
    let related = finding.related.iter().map(|related| &related.place).filter(|place| !place.path.is_empty());
    let mut places: Vec<(&str, &str)> = Vec::new();
    for place in std::iter::once(&finding.place).chain(related) {
        let place = (&*place.file, &*place.path);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let mut out = "waivers:\n".to_owned();
    for (file, path) in places {
        out.push_str("  - rule: ");
        out.push_str(&scalar(&finding.rule));
        out.push_str("\n    where:\n      file: ");
        out.push_str(&scalar(&pattern(file)));
        if !path.is_empty() {
            out.push_str("\n      path: ");
            out.push_str(&scalar(path));
        }
        out.push_str("\n    reason: \n    owner: \n    expires: \n");
    }
    Some(out)
}

/// A path as a pattern that fits it alone.
fn pattern(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '!' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A text as a YAML scalar: in quotes unless it is certainly plain.
fn scalar(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || (byte == b'.' && text.len() > 3));
    if starts && text.bytes().all(is_plain) && !matches!(text, "true" | "false" | "null") {
        return text.to_owned();
    }
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
