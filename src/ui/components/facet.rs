use super::{Icon, icon};
use yew::{Callback, Html, MouseEvent, classes, html};

/// One choice of a filter.
pub(in crate::ui) struct Facet {
    pub(in crate::ui) word: String,
    pub(in crate::ui) sign: Option<(Icon, &'static str)>,
    /// What the list would show with this choice, where it is known.
    pub(in crate::ui) count: Option<usize>,
    pub(in crate::ui) on: bool,
    pub(in crate::ui) toggle: Callback<MouseEvent>,
}

/// A filter with its choices.
pub(in crate::ui) fn facet(title: &'static str, choices: Vec<Facet>) -> Html {
    if choices.is_empty() {
        return Html::default();
    }
    let choice = |facet: Facet| {
        html! {
            <button type="button" class="choice" aria-pressed={facet.on.to_string()} onclick={facet.toggle}>
                if let Some((picture, tone)) = facet.sign {
                    <span class={classes!("tint", tone)}>{ icon(picture) }</span>
                }
                <span class="choice-word">{ facet.word }</span>
                if let Some(count) = facet.count { <span class="choice-count">{ count }</span> }
            </button>
        }
    };
    html! {
        <div class="facet" role="group" aria-label={title}>
            <p class="facet-title" aria-hidden="true">{ title }</p>
            <div class="choices">{ for choices.into_iter().map(choice) }</div>
        </div>
    }
}
