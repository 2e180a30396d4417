use super::{Icon, icon};
use crate::ui::{Action, Ports, Theme};
use yew::{Html, Properties, component, html, use_context};

/// What [`ThemeSwitch`] shows.
#[derive(Debug, Clone, PartialEq, Eq, Properties)]
pub struct Props {
    /// The theme in force.
    pub theme: Theme,
}

/// The choice of colours.
#[component]
pub fn ThemeSwitch(props: &Props) -> Html {
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    let button = |theme: Theme| {
        let (picture, word) = match theme {
            Theme::System => (Icon::Screen, "System"),
            Theme::Light => (Icon::Sun, "Light"),
            Theme::Dark => (Icon::Moon, "Dark"),
        };
        html! {
            <button type="button" title={word} aria-pressed={(props.theme == theme).to_string()}
                onclick={ports.act.reform(move |_| Action::Theme(theme))}>
                { icon(picture) }<span class="unseen">{ word }</span>
            </button>
        }
    };
    html! { <div class="themes" role="group" aria-label="Colours">{ for Theme::ALL.into_iter().map(button) }</div> }
}
