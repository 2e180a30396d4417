//! Markdown as a reader of it sees it: only structure of ours, and texts that stay texts.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

const OURS: [&str; 7] =
    ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<!-- tollgate -->"];

#[track_caller]
pub(crate) fn inert(page: &str) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH;
    let mut in_code = 0;
    let mut open = 0_i32;
    let mut texts = String::new();
    for event in Parser::new_ext(page, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let mut rest = html.as_ref();
                while let Some(at) = rest.find('<') {
                    let ours = OURS.iter().find(|tag| rest[at..].starts_with(**tag));
                    let tag = ours.unwrap_or_else(|| panic!("foreign HTML: {}", &rest[at..]));
                    open += match *tag {
                        "<details>" => 1,
                        "</details>" => -1,
                        _ => 0,
                    };
                    in_code += match *tag {
                        "<code>" => 1,
                        "</code>" => -1,
                        _ => 0,
                    };
                    rest = &rest[at + tag.len()..];
                }
                assert!((0..=1).contains(&open), "details are not nested");
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => panic!("a link: {dest_url}"),
            Event::Start(Tag::Emphasis | Tag::Strikethrough | Tag::List(_) | Tag::BlockQuote(_))
                if texts.is_empty() || !texts.ends_with("left out here.") =>
            {
                // Only what we say of what is left out is emphasised.
                texts.push('\u{E000}');
            }
            Event::Start(Tag::CodeBlock(_)) => in_code += 1,
            Event::End(TagEnd::CodeBlock) => in_code -= 1,
            Event::InlineMath(math) | Event::DisplayMath(math) => panic!("mathematics: {math}"),
            Event::Text(text) => {
                if let Some(emphasis) = texts.pop().filter(|last| *last == '\u{E000}') {
                    let ours = text.contains("left out here.") || text.starts_with("What proves");
                    assert!(ours, "{emphasis} emphasised: {text}");
                }
                texts.clear();
                if in_code == 0 {
                    calls_nobody(&text);
                }
            }
            _ => {}
        }
    }
    assert_eq!((open, in_code), (0, 0), "everything that was opened is closed");
}

/// What GitHub makes links of in texts that are no code.
#[track_caller]
fn calls_nobody(text: &str) {
    for (at, _) in text.match_indices(['@', '#']) {
        let next = text[at + 1..].chars().next();
        assert!(!next.is_some_and(char::is_alphanumeric), "a mention or reference: {text}");
    }
    for link in ["://", "www.", "GH-1"] {
        assert!(!text.contains(link), "a link: {text}");
    }
}
