//! What happens between the reader's files and the screen.

mod edit;
mod other;

use super::intake::Given;
use super::runner::{self, Order, Runner, Told};
use super::{Page, browser};
use crate::model::Report;
use crate::session::Choice;
use crate::ui::{Action, Edit, Fault, Question, Shared, State, View, read_json};
use crate::web::message::field;
use gloo::timers::callback::Timeout;
use js_sys::Array;
pub(super) use other::Written;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::JsValue;
use yew::platform::spawn_local;
use yew::{AttrValue, Callback, UseReducerDispatcher, UseStateSetter};

/// What fills the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Screen {
    Landing,
    Fault(Fault),
    Report(Sheet),
}

/// A report on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet {
    pub(super) report: Shared,
    /// Its JSON.
    pub(super) raw: Rc<str>,
    /// Number of what it is about: when that changes, the reader begins at the top.
    pub(super) subject: u32,
}

/// What the page has beside a report.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Beside {
    /// Whether the files are there, so that they can be judged again and asked about.
    pub(super) open: bool,
    /// Whether they were there and have to be read again.
    pub(super) lost: bool,
    /// The policy as the reader has changed it; absent where it is as it was given.
    pub(super) draft: Option<Rc<str>>,
    /// The report by the policy as it was given.
    pub(super) before: Option<Sheet>,
    /// What is wrong with the draft, so that the report is one by an earlier text: a JSON list, empty where nothing is.
    pub(super) problems: Rc<str>,
    /// Why the latest change could not be made, where that is not the text's fault.
    pub(super) refused: String,
    /// Whether the draft is being judged.
    pub(super) judging: bool,
    /// What is compared with.
    pub(super) other: Option<runner::Other>,
}

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Work {
    pub(super) done: usize,
    pub(super) all: usize,
    pub(super) name: AttrValue,
}

/// Where the desk shows things.
#[derive(Debug)]
pub(super) struct Outlets {
    pub(super) screen: UseStateSetter<Screen>,
    pub(super) work: UseStateSetter<Option<Work>>,
    pub(super) beside: UseStateSetter<Beside>,
    /// What the reader is asked.
    pub(super) asked: UseStateSetter<Option<Asked>>,
    pub(super) state: UseReducerDispatcher<State>,
}

/// Something that is not done without the reader's word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asked {
    /// What a report is for, while another one is open.
    Report(Written),
    /// Whether files from another page are wanted.
    Posted { origin: String, files: u32, item: JsValue },
}

pub(super) struct Desk {
    /// Itself, for what is told later.
    me: Weak<Self>,
    page: Page,
    runner: Runner,
    /// Judges files that are compared with, as long as it does.
    other: RefCell<Option<Rc<Runner>>>,
    /// The latest change of the policy that was not begun with.
    pending: RefCell<Option<Edit>>,
    timer: RefCell<Option<Timeout>>,
    /// Whether a change is in work.
    editing: Cell<bool>,
    outlets: Outlets,
    beside: RefCell<Beside>,
    /// Kept to open a new session when one is lost; these are handles, not contents.
    given: RefCell<Rc<Given>>,
    choice: RefCell<Choice>,
    /// Number of the latest thing that the reader asked for; a listing that is overtaken is dropped.
    turn: Cell<u32>,
    /// Number of what is on the screen.
    subject: Cell<u32>,
    /// Whether a report is shown, whose view the next report does not take over.
    reported: Cell<bool>,
}

impl Desk {
    pub(super) fn new(page: Page, outlets: Outlets) -> Rc<Self> {
        Rc::new_cyclic(|me: &Weak<Self>| {
            let lost = {
                let me = me.clone();
                Callback::from(move |()| {
                    if let Some(desk) = me.upgrade() {
                        desk.lose();
                    }
                })
            };
            Self {
                me: me.clone(),
                runner: Runner::new(page.clone(), lost),
                page,
                other: RefCell::default(),
                pending: RefCell::default(),
                timer: RefCell::default(),
                editing: Cell::new(false),
                outlets,
                beside: RefCell::default(),
                given: RefCell::default(),
                choice: RefCell::new(Choice::Own),
                turn: Cell::new(0),
                subject: Cell::new(0),
                reported: Cell::new(false),
            }
        })
    }

    /// The pack that the reader chose, or nothing.
    pub(super) fn pack(&self) -> String {
        match &*self.choice.borrow() {
            Choice::Pack(pack) => pack.clone(),
            Choice::Own | Choice::Text { .. } => String::new(),
        }
    }

    /// Lists and judges an item that was dropped, chosen or pasted.
    pub(super) fn take_in(&self, item: JsValue) {
        if let Some(origin) = field(&item, "origin").as_string() {
            let files = Array::from(&field(&item, "posted")).length();
            return self.outlets.asked.set(Some(Asked::Posted { origin, files, item }));
        }
        self.list(item);
    }

    /// As [`Self::take_in`], for what the reader has agreed to.
    pub(super) fn list(&self, item: JsValue) {
        self.outlets.asked.set(None);
        self.outlets.work.set(Some(Work::default()));
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        let Some(desk) = self.me.upgrade() else { return };
        spawn_local(async move {
            let given = Given::list(&item).await;
            if desk.turn.get() != turn {
                return;
            }
            let compare = desk.reported.get() && field(&item, "compare").is_truthy();
            if let Ok(given) = &given
                && let Some(read) = Self::report_in(given).await
            {
                if desk.turn.get() == turn {
                    desk.take_report(read, compare);
                }
                return;
            }
            match given {
                Ok(given) if compare => {
                    if given.files.is_empty() {
                        desk.refuse_other("No file was found in what you gave.");
                    } else {
                        desk.compare_with_files(&given);
                    }
                }
                Ok(given) if given.files.is_empty() => desk.fault(Fault {
                    title: "There is nothing to check".to_owned(),
                    advice: format!("No file was found in what you gave. {}", given.notes.join(" ")),
                    details: String::new(),
                }),
                Ok(given) => {
                    desk.forget();
                    desk.given.replace(Rc::new(given));
                    desk.subject.set(turn);
                    if desk.reported.get() {
                        desk.outlets.state.dispatch(Action::Show(View::Overview));
                    }
                    desk.open();
                }
                Err(reason) => desk.fault(Fault {
                    title: "The files could not be listed".to_owned(),
                    advice: format!("{reason}. Try it with the buttons instead of dropping."),
                    details: String::new(),
                }),
            }
        });
    }

    /// Judges by a pack, or by the files' own policy where its name is empty.
    pub(super) fn judge_by(&self, pack: String) {
        self.choice.replace(if pack.is_empty() { Choice::Own } else { Choice::Pack(pack) });
        self.drop_draft();
        if self.runner.is_open() {
            let files = self.given.borrow().files.len();
            self.outlets.work.set(Some(Work { done: files, all: files, ..Work::default() }));
            self.rejudge(Self::told);
        } else {
            self.open();
        }
    }

    /// Reads the given files into a new session, and judges them.
    pub(super) fn open(&self) {
        let given = Rc::clone(&self.given.borrow());
        self.outlets.work.set(Some(Work { all: given.files.len(), ..Work::default() }));
        self.change_beside(|beside| beside.lost = false);
        let (policy, baseline) = (self.choice_in_force(), self.baseline());
        let order = Order::Open { files: &given.files, policy: &policy, baseline: baseline.as_ref() };
        self.runner.order(&order, self.hear(Self::told));
    }

    /// Judges the files of the session again.
    fn rejudge(&self, then: fn(&Self, Told)) {
        let (policy, baseline) = (self.choice_in_force(), self.baseline());
        self.runner.order(&Order::Rejudge { policy: &policy, baseline: baseline.as_ref() }, self.hear(then));
    }

    /// Answers a view's question.
    pub(super) fn ask(&self, question: Question) {
        let Question { kind, argument, done } = question;
        if self.given.borrow().files.is_empty() {
            return done.emit(Err("This report was opened without the files that it is about.".to_owned()));
        }
        if !self.runner.is_open() {
            self.lose();
            return done.emit(Err("The files have to be read again first.".to_owned()));
        }
        let told = Callback::from(move |told| match told {
            Told::Progress { .. } => {}
            Told::Answer(text) | Told::Report(text) => done.emit(Ok(text.into())),
            Told::Refused { reason, .. } => done.emit(Err(reason)),
            Told::Broken { failure, .. } => done.emit(Err(format!("The checker broke: {failure}"))),
        });
        self.runner.order(&Order::Details { kind: &kind, argument: &argument }, told);
    }

    /// Offers the report as a file, in another format.
    pub(super) fn save_as(&self, format: &'static str, name: &'static str, kind: &'static str, report: &str) {
        let me = self.me.clone();
        let told = Callback::from(move |told| {
            let failed = match told {
                Told::Answer(text) => browser::download(name, kind, &text).is_err().then(String::new),
                Told::Refused { reason, .. } => Some(reason),
                Told::Broken { failure, .. } => Some(failure),
                Told::Report(_) | Told::Progress { .. } => None,
            };
            if let Some((reason, desk)) = failed.zip(me.upgrade()) {
                desk.refuse_other(&format!("The report could not be written as {format}. {reason}"));
            }
        });
        self.runner.order(&Order::Render { format, report }, told);
    }

    /// A listener that forgets what comes after the desk is gone.
    fn hear(&self, then: fn(&Self, Told)) -> Callback<Told> {
        let me = self.me.clone();
        Callback::from(move |told| {
            if let Some(desk) = me.upgrade() {
                then(&desk, told);
            }
        })
    }

    fn told(&self, told: Told) {
        match told {
            Told::Progress { done, all, name } => self.outlets.work.set(Some(Work { done, all, name: name.into() })),
            Told::Report(text) => self.show(text),
            Told::Answer(_) => {}
            Told::Refused { reason, problems } => {
                let why = if problems.is_empty() {
                    "Something in the input is not valid."
                } else {
                    "The policy is not valid, and a wrong policy judges nothing."
                };
                self.fault(Fault {
                    title: "The files were not judged".to_owned(),
                    advice: format!("{why} Correct what is named below and drop the files again."),
                    details: reason,
                });
            }
            Told::Broken { failure, file } => {
                let file = if file.is_empty() { String::new() } else { format!("\nfile in work: {file}") };
                self.fault(Fault {
                    title: "The checker broke".to_owned(),
                    advice: "This is a fault of Tollgate, not of your files. Nothing was sent anywhere. You can go on: the next check starts with a fresh worker. The details hold no content of your files, except what the message itself quotes.".to_owned(),
                    details: format!("tollgate {} (page)\n{failure}{file}", env!("CARGO_PKG_VERSION")),
                });
            }
        }
    }

    fn show(&self, text: String) {
        match read_json::<Report>(&text) {
            Ok(report) => {
                self.outlets.work.set(None);
                self.reported.set(true);
                let sheet = Sheet { report: Shared::new(report), raw: text.into(), subject: self.subject.get() };
                self.change_beside(|beside| {
                    beside.open = true;
                    if beside.draft.is_none() {
                        beside.before = Some(sheet.clone());
                    }
                });
                self.outlets.screen.set(Screen::Report(sheet));
            }
            Err(error) => self.fault(Fault {
                title: "The report could not be read".to_owned(),
                advice: "The page and its worker are of different versions. Reload the page.".to_owned(),
                details: error.to_string(),
            }),
        }
    }

    fn fault(&self, fault: Fault) {
        self.outlets.work.set(None);
        self.reported.set(false);
        self.outlets.screen.set(Screen::Fault(fault));
    }

    /// The session is gone; the page says so and offers to read the files again.
    fn lose(&self) {
        self.change_beside(|beside| beside.lost = beside.open);
    }

    fn change_beside(&self, change: impl FnOnce(&mut Beside)) {
        let mut beside = self.beside.borrow_mut();
        change(&mut beside);
        self.outlets.beside.set(beside.clone());
    }

    /// What is compared with.
    fn baseline(&self) -> Option<runner::Other> {
        self.beside.borrow().other.clone()
    }

    pub(super) fn cancel(&self) {
        self.turn.set(self.turn.get() + 1);
        self.outlets.work.set(None);
        if let Some(other) = self.other.take() {
            return other.stop();
        }
        self.runner.stop();
        self.editing.set(false);
        self.lose();
    }

    /// All that belongs to what was given before.
    fn forget(&self) {
        self.drop_draft();
        self.given.take();
        self.change_beside(|beside| *beside = Beside::default());
    }

    /// Back to the landing section.
    pub(super) fn clear(&self) {
        self.cancel();
        self.reported.set(false);
        self.choice.replace(Choice::Own);
        self.forget();
        self.outlets.screen.set(Screen::Landing);
        self.outlets.state.dispatch(Action::Show(View::Overview));
        browser::set_fragment("", false);
        browser::focus("main");
    }

    pub(super) fn notes(&self) -> Vec<AttrValue> {
        self.given.borrow().notes.iter().cloned().map(AttrValue::from).collect()
    }
}
