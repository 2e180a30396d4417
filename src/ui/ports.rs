use super::Action;
use crate::model::Report;
use std::ops::Deref;
use std::rc::Rc;
use yew::Callback;

/// What components may ask of whoever shows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ports {
    /// Changes the state.
    pub act: Callback<Action>,
    /// Puts text on the clipboard.
    pub copy: Callback<Copy>,
    /// Scrolls a list to the element with this id.
    pub reveal: Callback<String>,
    /// Asks about the files.
    pub ask: Callback<Question>,
    /// Has the files read again, where [`Bench::lost`] says that it is needed.
    pub reopen: Callback<()>,
}

/// A question about the files that the report is about. What can be asked is told at `session::Session::details`.
#[derive(Debug)]
pub struct Question {
    /// What is asked.
    pub kind: &'static str,
    /// What it is asked about.
    pub argument: String,
    /// Told the answer, JSON text, or why there is none.
    pub done: Callback<Result<Rc<str>, String>>,
}

/// What whoever shows a report has beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bench {
    /// Whether the files are there, so that they can be judged again and asked about.
    pub open: bool,
    /// Whether they were there and have to be read again.
    pub lost: bool,
}

/// Text for the clipboard.
#[derive(Debug)]
pub struct Copy {
    /// The text.
    pub text: String,
    /// Told whether it arrived there.
    pub done: Callback<bool>,
}

/// A report that is compared by identity: two renders of the same report must not compare ten thousand findings.
#[derive(Debug, Clone)]
pub struct Shared(Rc<Report>);

impl Shared {
    /// Shares a report.
    pub fn new(report: Report) -> Self {
        Self(Rc::new(report))
    }
}

impl Deref for Shared {
    type Target = Report;

    fn deref(&self) -> &Report {
        &self.0
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
