use super::Action;
use crate::model::{PolicyError, Report};
use std::ops::Deref;
use std::rc::Rc;
use yew::{AttrValue, Callback};

/// What components may ask of whoever shows them. The default is nobody, who never answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ports {
    /// Changes the state.
    pub act: Callback<Action>,
    /// Puts text on the clipboard.
    pub copy: Callback<Copy>,
    /// Scrolls a list to the element with this id.
    pub reveal: Callback<String>,
    /// Asks about the files.
    pub ask: Callback<Question>,
    /// Changes the policy that the files are judged by.
    pub edit: Callback<Edit>,
    /// Offers a text as a file.
    pub save: Callback<Save>,
    /// Takes the report away that is compared with.
    pub uncompare: Callback<()>,
    /// Has the files read again, where they were lost.
    pub reopen: Callback<()>,
}

/// A question about the files that the report is about. What can be asked is told at `session::Session::details`.
#[derive(Debug)]
pub struct Question {
    /// What is asked.
    pub kind: AttrValue,
    /// What it is asked about.
    pub argument: String,
    /// Told the answer, JSON text, or why there is none.
    pub done: Callback<Result<Rc<str>, String>>,
}

/// A change of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Another text.
    Text(String),
    /// One value of a text.
    Set {
        /// The text.
        text: String,
        /// Id of the rule.
        rule: String,
        /// `level`, or the name of a parameter.
        name: String,
        /// The value as YAML.
        value: String,
    },
    /// The policy as it was given.
    Reset,
}

/// A text to be kept as a file.
#[derive(Debug)]
pub struct Save {
    /// Name of the file.
    pub name: String,
    /// Its media type.
    pub kind: &'static str,
    /// The text.
    pub text: String,
}

/// What whoever shows a report has beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bench {
    /// The policy as the reader has changed it; absent where it is as it was given.
    pub draft: Option<Rc<str>>,
    /// The report by the policy as it was given.
    pub before: Option<Shared>,
    /// What is wrong with the draft, so that the report is one by an earlier text.
    pub problems: Vec<PolicyError>,
    /// Why the latest change could not be made, where that is not the text's fault.
    pub refused: String,
    /// Whether the draft is being judged.
    pub judging: bool,
    /// What is compared with.
    pub other: Option<Other>,
}

/// Another report.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// What it is called.
    pub name: AttrValue,
    /// The report.
    pub report: Shared,
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
