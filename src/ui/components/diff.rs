use super::CopyButton;
use crate::model::Finding;
use crate::ui::words;
use yew::{Html, classes, html};

/// Diffs of more lines are closed at first.
const OPEN_LINES: usize = 24;

/// The mechanical part of a fix as a patch, with a button that copies it.
pub(in crate::ui) fn diff(finding: &Finding) -> Html {
    if finding.diff.is_empty() {
        return Html::default();
    }
    let open = finding.diff.lines().count() <= OPEN_LINES;
    let safe = finding.fix.edits.iter().all(|edit| edit.safe);
    html! {
        <details class="patch" {open}>
            <summary>{ "As a patch" }</summary>
            if !safe { <p class="quiet">{ "Look at it before you apply it: some of it is a guess, or may fail for other reasons." }</p> }
            <div class="snippet">
                <pre tabindex="0" role="group" aria-label="Patch for git apply"><code>{ for finding.diff.split_inclusive('\n').map(line) }</code></pre>
                <CopyButton text={finding.diff.clone()} what="the patch" />
            </div>
        </details>
    }
}

fn line(line: &str) -> Html {
    let class = match line.as_bytes() {
        [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] | [b'@' | b'\\', ..] => "patch-head",
        [b'+', ..] => "patch-new",
        [b'-', ..] => "patch-old",
        _ => "",
    };
    let text = line.strip_suffix('\n').unwrap_or(line);
    html! { <span class={classes!("patch-line", class)}>{ words::visible(text) }{ "\n" }</span> }
}
