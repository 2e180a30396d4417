//! What a single key does.

use crate::model::Report;
use crate::ui::{Action, State, Theme, View, displayed_findings};

/// What follows from a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Change the state.
    Act(Action),
    /// Put the keyboard into the filter, in a view that has one.
    Filter(Option<View>),
}

/// `None` where the key means nothing.
pub(super) fn deed(key: &str, state: &State, report: Option<&Report>) -> Option<Deed> {
    let act = match key {
        "?" => Action::Help(!state.help),
        "t" => Action::Theme(match state.theme {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }),
        _ => return in_report(key, state, report?),
    };
    Some(Deed::Act(act))
}

fn in_report(key: &str, state: &State, report: &Report) -> Option<Deed> {
    let act = match key {
        "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" => {
            let number: usize = key.parse().ok()?;
            Action::Show(*View::of(report).get(number - 1)?)
        }
        "c" => Action::Clear,
        "/" => {
            return Some(Deed::Filter(matches!(state.view, View::Overview | View::Pipeline).then_some(View::Findings)));
        }
        "Escape" if state.selected.is_some() => Action::Select(None),
        "Escape" if !state.job.is_empty() => Action::Job(String::new()),
        "j" | "k" => return step(key == "j", state, report).map(Deed::Act),
        _ => return None,
    };
    Some(Deed::Act(act))
}

/// The next or previous finding of the list; from another view, the first.
fn step(forward: bool, state: &State, report: &Report) -> Option<Action> {
    if state.view != View::Findings {
        let first = displayed_findings(report, &State::of(View::Findings)).first().copied()?;
        return Some(Action::Fragment(State { selected: Some(first), ..State::of(View::Findings) }.fragment()));
    }
    let shown = displayed_findings(report, state);
    let at = state.selected.and_then(|selected| shown.iter().position(|number| *number == selected));
    let next = match (at, forward) {
        (None, _) => 0,
        (Some(at), true) => (at + 1).min(shown.len().saturating_sub(1)),
        (Some(at), false) => at.saturating_sub(1),
    };
    Some(Action::Select(Some(*shown.get(next)?)))
}
