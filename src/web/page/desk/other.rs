//! Reports that were given: opened as they are, or compared with.

use super::super::browser;
use super::super::intake::Given;
use super::super::runner::{self, Order, Runner, Told};
use super::{Asked, Desk, Screen, Sheet, Work};
use crate::model::{Report, SCHEMA};
use crate::ui::{Action, Fault, Shared, View, read_json};
use std::rc::Rc;
use yew::Callback;
use yew::platform::spawn_local;

/// A report that was given as a file.
#[derive(Debug, Clone)]
pub(in crate::web::page) struct Written {
    pub(in crate::web::page) name: String,
    text: Rc<str>,
    report: Shared,
}

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        self.report == other.report
    }
}

impl Written {
    /// Reads JSON text. What is wrong is told in words that go on after the name of the file.
    fn read(name: &str, text: String) -> Result<Self, String> {
        #[derive(serde::Deserialize)]
        struct Head {
            schema: String,
        }
        let head: Head = read_json(&text).map_err(|error| format!("is no report of Tollgate: {error}"))?;
        if head.schema != SCHEMA {
            let schema: String = head.schema.chars().take(40).collect();
            return Err(format!("has the schema `{schema}`, and this page shows `{SCHEMA}` only"));
        }
        let report: Report = read_json(&text).map_err(|error| format!("is damaged: {error}"))?;
        Ok(Self { name: name.to_owned(), text: text.into(), report: Shared::new(report) })
    }
}

impl Desk {
    /// What a single file is: a report of this program, as JSON or inside the HTML that it writes; `None` for all else.
    pub(super) async fn report_in(given: &Given) -> Option<Result<Written, String>> {
        let [only] = &given.files[..] else { return None };
        let name = only.path.rsplit('/').next().unwrap_or_default();
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
        let text = match extension.as_str() {
            "json" => browser::report_json(&only.file).await?,
            "html" | "htm" => browser::embedded_report(&only.file).await?,
            _ => return None,
        };
        Some(text.and_then(|text| Written::read(name, text)).map_err(|reason| format!("{name} {reason}")))
    }

    /// Takes a report: into an empty page at once, otherwise the reader is asked what it is for.
    pub(super) fn take_report(&self, read: Result<Written, String>, compare: bool) {
        self.outlets.work.set(None);
        match read {
            Ok(written) if compare => self.compare_with(written),
            Ok(written) if self.reported.get() => self.outlets.asked.set(Some(Asked::Report(written))),
            Ok(written) => self.open_report(written),
            Err(reason) if compare || self.reported.get() => self.refuse_other(&reason),
            Err(reason) => self.fault(Fault {
                title: "The report cannot be opened".to_owned(),
                advice: "It looks like a report of Tollgate, but it is one of another version or is damaged. Make it anew on the command line, with check --format json, or drop the files that it is about.".to_owned(),
                details: reason,
            }),
        }
    }

    /// Shows a report as it is, without the files that it is about.
    pub(in crate::web::page) fn open_report(&self, written: Written) {
        self.outlets.asked.set(None);
        self.runner.stop();
        self.forget();
        self.reported.set(true);
        self.outlets.state.dispatch(Action::Show(View::Overview));
        let subject = self.turn.get() + 1;
        self.turn.set(subject);
        self.subject.set(subject);
        self.outlets.screen.set(Screen::Report(Sheet { report: written.report, raw: written.text, subject }));
    }

    /// Compares with a report: the files are judged again beside it, where they are at hand.
    pub(in crate::web::page) fn compare_with(&self, written: Written) {
        self.outlets.asked.set(None);
        let Written { name, text, .. } = written;
        self.change_beside(|beside| {
            beside.other = Some(runner::Other { name, text });
            beside.refused.clear();
        });
        self.outlets.state.dispatch(Action::Show(View::Compare));
        self.judge_again();
    }

    /// Compares with nothing.
    pub(in crate::web::page) fn uncompare(&self) {
        self.change_beside(|beside| beside.other = None);
        self.judge_again();
    }

    /// Judges other files by themselves, in a worker of their own, and compares with what comes out.
    pub(super) fn compare_with_files(&self, given: &Given) {
        let Some(me) = self.me.upgrade() else { return };
        let other = Rc::new(Runner::new(self.page.clone(), Callback::noop()));
        self.outlets.work.set(Some(Work { all: given.files.len(), ..Work::default() }));
        let name = match given.files.as_slice() {
            [only] => only.path.clone(),
            files => format!("{} other files", files.len()),
        };
        let told = {
            let other = Rc::clone(&other);
            Callback::from(move |told| {
                let end = match told {
                    Told::Progress { done, all, name } => {
                        return me.outlets.work.set(Some(Work { done, all, name: name.into() }));
                    }
                    Told::Report(text) => Written::read(&name, text),
                    Told::Refused { reason, .. } => Err(format!("cannot be judged: {reason}")),
                    Told::Broken { failure, .. } => Err(format!("broke the checker: {failure}")),
                    Told::Answer(_) => return,
                };
                let (me, other, name) = (Rc::clone(&me), Rc::clone(&other), name.clone());
                // Not within the worker's own message: its listener goes with it.
                spawn_local(async move {
                    other.stop();
                    me.other.take();
                    me.take_report(end.map_err(|reason| format!("{name} {reason}")), true);
                });
            })
        };
        other.order(&Order::Open { files: &given.files, policy: &self.choice_in_force(), baseline: None }, told);
        self.other.replace(Some(other));
    }

    /// The reason is shown where comparisons are.
    pub(super) fn refuse_other(&self, reason: &str) {
        self.outlets.work.set(None);
        self.change_beside(|beside| reason.clone_into(&mut beside.refused));
        self.outlets.state.dispatch(Action::Show(View::Compare));
    }

    fn judge_again(&self) {
        if self.runner.is_open() {
            self.rejudge(Self::told_of_draft);
        }
    }
}
