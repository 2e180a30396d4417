use annotate_snippets::Renderer;
use anstyle::{AnsiColor, Style};

/// Whether the text carries colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// Plain text.
    Plain,
    /// ANSI escape codes.
    Ansi,
}

/// The styles of what is not drawn around an excerpt.
#[derive(Debug, Clone, Copy, Default)]
pub struct Styles {
    /// Headings, names.
    pub bold: Style,
    /// What matters less.
    pub dim: Style,
    /// Holds.
    pub good: Style,
    /// Does not hold.
    pub bad: Style,
    /// In between, or open.
    pub open: Style,
}

/// Excerpts wider than this are cut around the marked part.
const WIDTH: usize = 120;

impl Colors {
    /// The styles to write with.
    pub fn styles(self) -> Styles {
        match self {
            Self::Plain => Styles::default(),
            Self::Ansi => Styles {
                bold: Style::new().bold(),
                dim: Style::new().dimmed(),
                good: AnsiColor::Green.on_default().bold(),
                bad: AnsiColor::BrightRed.on_default().bold(),
                open: AnsiColor::Yellow.on_default().bold(),
            },
        }
    }

    pub(super) fn renderer(self) -> Renderer {
        match self {
            Self::Plain => Renderer::plain(),
            Self::Ansi => Renderer::styled(),
        }
        .term_width(WIDTH)
    }
}
