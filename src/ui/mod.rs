//! What a reader sees of a report: components that are functions of the report and the [`State`].
//!
//! Rendering touches no browser: what needs one (copying, downloads, focus) is asked for through [`Ports`] from event
//! handlers, so that the same components can be rendered natively.

mod answer;
mod compare;
mod components;
mod coverage;
mod files;
mod findings;
mod json;
mod later;
mod overview;
mod pipeline;
mod policy;
mod ports;
mod query;
mod report_view;
mod rules;
mod select;
mod sort;
mod state;
mod still;
mod tests;
mod words;

pub use answer::use_answer;
pub use components::{Fault, FaultView, HelpView, PaletteView, ProgressView, ThemeSwitch, finding_id};
pub use json::read_json;
pub use later::{LaterView, Props as LaterProps};
pub use ports::{Bench, Copy, Edit, Other, Ports, Question, Save, Shared};
pub use report_view::ReportView;
pub use rules::{family_id, rule_id};
pub use select::displayed_findings;
pub use state::{Action, Choices, Group, Part, Sort, State, Theme, View, Within};
pub use still::{Props as StillProps, Still, page_title, pages, title};
pub use words::number;
