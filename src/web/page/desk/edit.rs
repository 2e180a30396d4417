//! The policy as the reader changes it: judged a moment after the last change, one judgement at a time.

use super::super::runner::{Order, Told};
use super::Desk;
use crate::session::Choice;
use crate::ui::{Edit, read_json};
use gloo::timers::callback::Timeout;

/// Milliseconds without a change after which the draft is judged.
const PAUSE: u32 = 250;

impl Desk {
    /// Takes a change of the policy.
    pub(in crate::web::page) fn edit(&self, edit: Edit) {
        match &edit {
            Edit::Text(text) => self.change_beside(|beside| {
                beside.draft = Some(text.as_str().into());
                beside.judging = true;
            }),
            Edit::Set { .. } => self.change_beside(|beside| beside.judging = true),
            Edit::Reset => self.change_beside(|beside| {
                beside.draft = None;
                beside.problems = "".into();
                beside.refused.clear();
            }),
        }
        self.pending.replace(Some(edit));
        let me = self.me.clone();
        // The timer before is given up with its handle.
        self.timer.replace(Some(Timeout::new(PAUSE, move || {
            if let Some(desk) = me.upgrade() {
                desk.next_edit();
            }
        })));
    }

    /// Begins with the latest change, unless one is in work: that one asks again when it is done.
    fn next_edit(&self) {
        if self.editing.get() {
            return;
        }
        let Some(edit) = self.pending.take() else { return };
        if !self.runner.is_open() {
            self.change_beside(|beside| beside.judging = false);
            return self.lose();
        }
        self.editing.set(true);
        match edit {
            Edit::Text(_) | Edit::Reset => self.judge_draft(),
            Edit::Set { text, rule, name, value } => {
                let argument = serde_json::json!([text, rule, name, value]).to_string();
                let order = Order::Details { kind: "set", argument: &argument };
                self.runner.order(&order, self.hear(Self::told_of_set));
            }
        }
    }

    fn told_of_set(&self, told: Told) {
        match told {
            Told::Answer(json) => {
                let text: String = read_json(&json).unwrap_or_default();
                // What the reader typed meanwhile is newer.
                if !matches!(&*self.pending.borrow(), Some(Edit::Text(_))) {
                    self.change_beside(|beside| beside.draft = Some(text.into()));
                }
                self.judge_draft();
            }
            Told::Refused { reason, .. } => {
                self.change_beside(|beside| beside.refused = reason);
                self.edit_done();
            }
            Told::Broken { .. } => self.edit_done(),
            Told::Progress { .. } | Told::Report(_) => {}
        }
    }

    fn judge_draft(&self) {
        self.rejudge(Self::told_of_draft);
    }

    pub(super) fn told_of_draft(&self, told: Told) {
        match told {
            Told::Report(text) => {
                self.change_beside(|beside| {
                    beside.problems = "".into();
                    beside.refused.clear();
                });
                self.show(text);
            }
            Told::Refused { reason, problems } => self.change_beside(|beside| {
                beside.refused = if problems.is_empty() { reason } else { String::new() };
                beside.problems = problems.into();
            }),
            Told::Broken { .. } | Told::Answer(_) | Told::Progress { .. } => {}
        }
        self.edit_done();
    }

    fn edit_done(&self) {
        self.editing.set(false);
        let more = self.pending.borrow().is_some();
        self.change_beside(|beside| beside.judging = more);
        if let Some(edit) = self.pending.take() {
            // Its own timer may have run out meanwhile.
            self.edit(edit);
        }
    }

    /// The draft, or else what was chosen.
    pub(super) fn choice_in_force(&self) -> Choice {
        let beside = self.beside.borrow();
        let Some(draft) = &beside.draft else { return self.choice.borrow().clone() };
        let given = beside.before.as_ref().map_or("tollgate.yml", |before| before.report.policy.name.as_str());
        // What the report names must not be taken for the file that it names otherwise.
        Choice::Text { name: format!("{given} (edited)"), text: draft.to_string() }
    }

    /// Forgets all changes.
    pub(super) fn drop_draft(&self) {
        self.timer.take();
        self.pending.take();
        self.editing.set(false);
        self.change_beside(|beside| {
            beside.draft = None;
            beside.problems = "".into();
            beside.refused.clear();
            beside.judging = false;
        });
    }
}
