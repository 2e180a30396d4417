use super::place_label;
use crate::model::Place;
use crate::ui::words;
use yew::{Html, classes, html};

/// The lines of a place with their numbers, its exact span marked in a tone.
pub(in crate::ui) fn excerpt(place: &Place, tone: &'static str) -> Html {
    let Some(excerpt) = &place.excerpt else { return Html::default() };
    let last = excerpt.line + excerpt.lines.len().saturating_sub(1);
    let beyond = place.end_line.saturating_sub(last);
    let width = last.to_string().len();
    html! {
        <div class="code" tabindex="0" role="group" aria-label={format!("Source, {}", place_label(place))}>
            <pre><code>{ for excerpt.lines.iter().enumerate().map(|(at, text)| line(place, excerpt.line + at, text, tone, width)) }</code></pre>
            if beyond > 0 {
                <p class="beyond">{ format!("and {}", words::count(beyond, "more line", "more lines")) }</p>
            }
        </div>
    }
}

fn line(place: &Place, number: usize, text: &str, tone: &'static str, width: usize) -> Html {
    let chars: Vec<char> = text.chars().collect();
    let part =
        |from: usize, to: usize| words::visible(&chars.get(from..to).unwrap_or_default().iter().collect::<String>());
    let (from, to) = marked(place, number, &chars);
    let inside = (place.line..=place.end_line).contains(&number);
    // Underlining whole blocks would hide what they say.
    let tone = classes!(tone, (place.end_line > place.line).then_some("block"));
    let cut = (chars.len() >= crate::model::LineIndex::EXCERPT_WIDTH).then_some("…");
    html! {
        <span class={classes!("line", inside.then_some("inside"))}>
            // Drawn by the style sheet, so that a copied excerpt is only source.
            <span class="number" data-number={format!("{number:>width$}")}></span>
            { part(0, from) }
            if to > from { <mark class={tone}>{ part(from, to) }</mark> }
            { part(to, chars.len()) }{ cut }{ "\n" }
        </span>
    }
}

/// The characters of a line that lie in the place; indentation of later lines is left out.
fn marked(place: &Place, number: usize, chars: &[char]) -> (usize, usize) {
    if !(place.line..=place.end_line).contains(&number) {
        return (0, 0);
    }
    let indent = chars.iter().take_while(|c| c.is_whitespace()).count();
    let from = if number == place.line { place.column.saturating_sub(1) } else { indent };
    let to = if number == place.end_line { place.end_column.saturating_sub(1) } else { chars.len() };
    let from = from.min(chars.len());
    (from, to.clamp(from, chars.len()))
}
