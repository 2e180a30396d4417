use crate::ui::words::Sign;
use yew::{Html, classes, html};

/// A picture that stands beside a word, never instead of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Icon {
    Check,
    Cross,
    Triangle,
    Info,
    Question,
    Pause,
    Dash,
    Copy,
    File,
    Search,
    Sun,
    Moon,
    Screen,
    Heart,
    Clock,
    Container,
    Cache,
    Package,
    Up,
    Down,
    Call,
    Globe,
}

impl Icon {
    pub(in crate::ui) const fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Triangle => "M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2",
            Self::Info => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 7.2v3.8M8 4.9v.2",
            Self::Question => {
                "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM6.2 6.4a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.2M8 11.3v.2"
            }
            Self::Pause => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM6.5 5.8v4.4M9.5 5.8v4.4",
            Self::Dash => "M4 8h8",
            Self::Copy => "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
            Self::File => "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3",
            Self::Search => "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3 14 14",
            Self::Sun => {
                "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M13 3l-1.2 1.2M4.2 11.8 3 13"
            }
            Self::Moon => "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
            Self::Screen => "M2 3h12v8H2zM6 14h4M8 11v3",
            Self::Heart => "M8 13.5C3 9.8 2 8 2 6a3 3 0 0 1 6-.8A3 3 0 0 1 14 6c0 2-1 3.8-6 7.5z",
            Self::Clock => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.8V8l2.2 1.6",
            Self::Container => "M2 4.5h12v8H2zM5 4.5v8M8 4.5v8M11 4.5v8",
            Self::Cache => "M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3",
            Self::Package => "M8 1.8 14 5v6l-6 3.2L2 11V5zM2 5l6 3 6-3M8 8v6",
            Self::Up => "M8 10.5V2.5M4.8 5.5 8 2.3l3.2 3.2M2.5 10v3.5h11V10",
            Self::Down => "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 10v3.5h11V10",
            Self::Call => "M2.5 8h9M8 4l4 4-4 4M14 3v10",
            Self::Globe => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM2 8h12M8 2c-4.5 4-4.5 8 0 12M8 2c4.5 4 4.5 8 0 12",
        }
    }
}

/// The picture alone, hidden from those who hear the page.
pub(in crate::ui) fn icon(icon: Icon) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d={icon.path()} /></svg>
    }
}

/// Picture and word in the colour of their meaning.
pub(in crate::ui) fn badge(sign: Sign) -> Html {
    html! { <span class={classes!("badge", sign.tone)}>{ icon(sign.icon) }<span>{ sign.word }</span></span> }
}
