//! The pieces that several views are made of.

mod bar;
mod copy_button;
mod diff;
mod excerpt;
mod facet;
mod fault;
mod finding_card;
mod help;
mod icon;
mod palette;
mod progress;
mod prose;
mod rows;
mod search;
mod theme;
mod tree;
mod tree_list;
mod waiver;

pub(super) use bar::{bar, bar_with};
pub(super) use copy_button::CopyButton;
pub(super) use excerpt::excerpt;
pub(super) use facet::{Facet, facet};
pub use fault::{Fault, FaultView};
pub use finding_card::finding_id;
pub(super) use finding_card::{FindingCard, place_label};
pub use help::HelpView;
pub(super) use icon::{Icon, badge, icon};
pub use palette::PaletteView;
pub use progress::ProgressView;
pub(super) use prose::{inline, prose};
pub(super) use rows::{Row, RowAct, Rows, Twig, cell, heads};
pub(super) use search::{more, search, shown_of};
pub use theme::ThemeSwitch;
pub(super) use tree::{Item, Sums, Tree};
pub(super) use tree_list::{TreeKind, TreeList, twist};
