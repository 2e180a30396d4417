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
