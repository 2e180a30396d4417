use super::CopyButton;
use yew::{Html, html};

/// A text of the report: paragraphs, and code as fenced or indented lines, each with a button that copies it.
pub(in crate::ui) fn prose(text: &str) -> Html {
    let block = |block: Block| match block {
        Block::Words(text) => html! { <p>{ inline(&text) }</p> },
        Block::Code(text) => html! {
            <div class="snippet">
                <pre tabindex="0" role="group" aria-label="Code to write"><code>{ text.clone() }</code></pre>
                <CopyButton {text} what="the code" />
            </div>
        },
    };
    html! { <>{ for blocks(text).into_iter().map(block) }</> }
}

/// A line of text with `code` between backticks.
pub(in crate::ui) fn inline(text: &str) -> Html {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks is not markup but an unmatched one: the text is shown as it is.
    if parts.len().is_multiple_of(2) {
        return html! { { text } };
    }
    let part = |(at, part): (usize, &&str)| {
        if at % 2 == 1 {
            html! { <code>{ *part }</code> }
        } else {
            html! { { *part } }
        }
    };
    html! { <>{ for parts.iter().enumerate().map(part) }</> }
}

enum Block {
    Words(String),
    Code(String),
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    let mut code: Vec<&str> = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            close(&mut blocks, &mut words, &mut code);
            fenced = !fenced;
        } else if fenced || line.starts_with("  ") || line.starts_with('\t') {
            if code.is_empty() {
                close(&mut blocks, &mut words, &mut code);
            }
            code.push(line);
        } else if line.trim().is_empty() && !code.is_empty() {
            // Belongs to the code if more follows; `close` drops it otherwise.
            code.push("");
        } else {
            if !code.is_empty() || line.trim().is_empty() {
                close(&mut blocks, &mut words, &mut code);
            }
            words.push(line);
        }
    }
    close(&mut blocks, &mut words, &mut code);
    blocks
}

fn close(blocks: &mut Vec<Block>, words: &mut Vec<&str>, code: &mut Vec<&str>) {
    let text = words.join(" ");
    if !text.trim().is_empty() {
        blocks.push(Block::Words(text.trim().to_owned()));
    }
    words.clear();
    while code.last().is_some_and(|line| line.is_empty()) {
        code.pop();
    }
    if !code.is_empty() {
        let blank = |line: &&str| !line.trim().is_empty();
        let indent = code.iter().filter(|l| blank(l)).map(|l| l.len() - l.trim_start_matches(' ').len()).min();
        let cut: Vec<&str> = code.iter().map(|l| l.get(indent.unwrap_or(0)..).unwrap_or_default()).collect();
        blocks.push(Block::Code(cut.join("\n")));
    }
    code.clear();
}
