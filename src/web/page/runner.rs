//! The page's side of the worker, as the protocol of `src/web/message.rs` says: orders, their answers, and a new worker
//! after a crash.

use super::Page;
use super::intake::GivenFile;
use crate::input::Origin;
use crate::session::Choice;
use crate::web::message::{field, message};
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker};
use yew::Callback;

/// What the worker tells.
#[derive(Debug)]
pub(super) enum Told {
    /// Is at a file.
    Progress { done: usize, all: usize, name: String },
    /// The report as JSON text.
    Report(String),
    /// What was asked for.
    Answer(String),
    /// It cannot be done, for a reason that is the user's to change; what is wrong with the policy as a JSON list, empty
    /// where it is something else.
    Refused { reason: String, problems: String },
    /// Broke; worker and session are lost. The file in work is empty where it is not known.
    Broken { failure: String, file: String },
}

/// Something for the worker to do.
pub(super) enum Order<'o> {
    /// Read and judge files.
    Open { files: &'o [GivenFile], policy: &'o Choice, baseline: Option<&'o Other> },
    /// Judge the files of the session again.
    Rejudge { policy: &'o Choice, baseline: Option<&'o Other> },
    /// A question about the files.
    Details { kind: &'o str, argument: &'o str },
    /// Write a report, given as JSON, in another format.
    Render { format: &'o str, report: &'o str },
}

/// Another report, to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Other {
    /// What it is called.
    pub(super) name: String,
    /// Its JSON.
    pub(super) text: Rc<str>,
}

impl Other {
    /// As a message has it.
    pub(super) fn message(&self) -> JsValue {
        message(&[("name", (&self.name).into()), ("text", (*self.text).into())])
    }
}

/// Has orders carried out.
pub(super) struct Runner {
    page: Page,
    office: Rc<Office>,
    /// Number of the latest order.
    latest: Cell<u32>,
}

struct Office {
    /// Told when a worker broke, after those who wait.
    lost: Callback<()>,
    worker: RefCell<Option<Employed>>,
    /// Whether the worker was given files.
    open: Cell<bool>,
    /// Those who wait for an answer, by the number of their order. Answers to others are not listened to.
    waiting: RefCell<Vec<(u32, Callback<Told>)>>,
}

/// A worker and what listens to it, which must live as long.
struct Employed {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Runner {
    /// `lost` hears when a worker broke and its session is lost.
    pub(super) fn new(page: Page, lost: Callback<()>) -> Self {
        let office = Office { lost, worker: RefCell::default(), open: Cell::new(false), waiting: RefCell::default() };
        Self { page, office: Rc::new(office), latest: Cell::new(0) }
    }

    /// Whether there is a worker that has the session of the latest [`Order::Open`].
    pub(super) fn is_open(&self) -> bool {
        self.office.open.get()
    }

    /// Posts an order; `told` hears of it until its answer. New files give up what is in work.
    pub(super) fn order(&self, order: &Order<'_>, told: Callback<Told>) {
        if matches!(order, Order::Open { .. }) && !self.office.waiting.borrow().is_empty() {
            self.stop();
        }
        if matches!(order, Order::Open { .. }) {
            self.office.open.set(true);
        }
        let id = self.latest.get() + 1;
        self.latest.set(id);
        self.office.waiting.borrow_mut().push((id, told));
        let posted = {
            let mut worker = self.office.worker.borrow_mut();
            let employed = worker.get_or_insert_with(|| hire(&self.page, &self.office));
            employed.worker.post_message(&written(order, id))
        };
        if posted.is_err() {
            self.office.broken("the files could not be handed to the worker", "");
        }
    }

    /// Gives up all that is in work. The worker cannot be made to listen, so it goes too, and its session with it.
    pub(super) fn stop(&self) {
        self.office.waiting.take();
        self.office.dismiss();
    }
}

impl Office {
    fn hear(&self, data: &JsValue) {
        let id = field(data, "id").as_f64();
        let at = self.waiting.borrow().iter().position(|(number, _)| Some(f64::from(*number)) == id);
        let Some(at) = at else { return };
        match read(data) {
            Told::Broken { failure, file } => self.broken(&failure, &file),
            told @ Told::Progress { .. } => {
                let listener = self.waiting.borrow().get(at).map(|(_, listener)| listener.clone());
                if let Some(listener) = listener {
                    listener.emit(told);
                }
            }
            told => {
                let (_, listener) = self.waiting.borrow_mut().remove(at);
                listener.emit(told);
            }
        }
    }

    /// Whoever waits is told that they wait in vain. The worker goes first: they may order anew.
    fn broken(&self, failure: &str, file: &str) {
        self.dismiss();
        for (_, listener) in self.waiting.take() {
            listener.emit(Told::Broken { failure: failure.to_owned(), file: file.to_owned() });
        }
        self.lost.emit(());
    }

    fn dismiss(&self) {
        self.open.set(false);
        if let Some(employed) = self.worker.borrow_mut().take() {
            employed.worker.set_onmessage(None);
            employed.worker.set_onerror(None);
            employed.worker.terminate();
        }
    }
}

fn hire(page: &Page, office: &Rc<Office>) -> Employed {
    let worker = page.hire();
    let hears = Rc::downgrade(office);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(office) = hears.upgrade() {
            office.hear(&event.data());
        }
    });
    let hears = Rc::downgrade(office);
    let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
        if let Some(office) = hears.upgrade() {
            office.broken(&event.message(), "");
        }
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    Employed { worker, _message: on_message, _error: on_error }
}

fn written(order: &Order<'_>, id: u32) -> JsValue {
    let id = ("id", id.into());
    match order {
        Order::Open { files, policy, baseline } => {
            let files: Array = files
                .iter()
                .map(|f| Array::of3(&f.path.as_str().into(), &f.file, &(f.origin == Origin::Evidence).into()))
                .collect();
            let fields =
                [id, ("ask", "open".into()), ("files", files.into()), chosen(policy), ("baseline", other(*baseline))];
            message(&fields)
        }
        Order::Rejudge { policy, baseline } => {
            message(&[id, ("ask", "rejudge".into()), chosen(policy), ("baseline", other(*baseline))])
        }
        Order::Details { kind, argument } => {
            message(&[id, ("ask", "details".into()), ("kind", (*kind).into()), ("argument", (*argument).into())])
        }
        Order::Render { format, report } => {
            message(&[id, ("ask", "render".into()), ("format", (*format).into()), ("report", (*report).into())])
        }
    }
}

fn chosen(policy: &Choice) -> (&'static str, JsValue) {
    let fields = match policy {
        Choice::Own => message(&[]),
        Choice::Pack(pack) => message(&[("pack", pack.into())]),
        Choice::Text { name, text } => message(&[("name", name.into()), ("text", text.into())]),
    };
    ("policy", fields)
}

fn other(baseline: Option<&Other>) -> JsValue {
    baseline.map_or(JsValue::NULL, Other::message)
}

fn read(data: &JsValue) -> Told {
    let text = |name: &str| field(data, name).as_string();
    let number = |name: &str| {
        let number = field(data, name).as_f64().unwrap_or(0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "counts of files, from our own worker"
        )]
        let number = number as usize;
        number
    };
    if let Some(report) = text("report") {
        Told::Report(report)
    } else if let Some(answer) = text("answer") {
        Told::Answer(answer)
    } else if let Some(reason) = text("refused") {
        Told::Refused { reason, problems: text("problems").unwrap_or_default() }
    } else if let Some(failure) = text("failure") {
        Told::Broken { failure, file: text("file").unwrap_or_default() }
    } else {
        Told::Progress { done: number("done"), all: number("all"), name: text("name").unwrap_or_default() }
    }
}
