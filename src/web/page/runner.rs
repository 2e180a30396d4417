//! The page's side of the worker: one check at a time, and a new worker after a crash.

use super::Page;
use super::intake::GivenFile;
use crate::input::Origin;
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
    /// Is done: the report as JSON text.
    Report(String),
    /// The files or the policy cannot be judged, for a reason that is the user's to change.
    Refused(String),
    /// Broke; the worker is gone. The file in work is empty where it is not known.
    Broken { failure: String, file: String },
}

/// Runs checks.
pub(super) struct Runner {
    page: Page,
    told: Callback<Told>,
    worker: RefCell<Option<Employed>>,
    /// Number of the check in work; messages of earlier ones are not listened to.
    check: Rc<Cell<Option<u32>>>,
    /// Number of the latest check.
    latest: Cell<u32>,
}

/// A worker and what listens to it, which must live as long.
struct Employed {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Runner {
    pub(super) fn new(page: Page, told: Callback<Told>) -> Self {
        Self { page, told, worker: RefCell::default(), check: Rc::default(), latest: Cell::new(0) }
    }

    /// Judges files; what is in work is given up.
    pub(super) fn start(&self, files: &[GivenFile], policy: &str) {
        self.stop_if_busy();
        let check = self.latest.get() + 1;
        self.latest.set(check);
        self.check.set(Some(check));
        let list: Array = files
            .iter()
            .map(|f| Array::of3(&f.path.as_str().into(), &f.file, &(f.origin == Origin::Evidence).into()))
            .collect();
        let policy = if policy.is_empty() { JsValue::UNDEFINED } else { policy.into() };
        let order = message(&[("id", check.into()), ("files", list.into()), ("policy", policy)]);
        let mut worker = self.worker.borrow_mut();
        let employed = worker.get_or_insert_with(|| self.hire());
        if employed.worker.post_message(&order).is_err() {
            self.told.emit(Told::Broken {
                failure: "the files could not be handed to the worker".to_owned(),
                file: String::new(),
            });
        }
    }

    /// Gives the check in work up. Its worker cannot be made to listen, so it goes too.
    pub(super) fn stop(&self) {
        self.check.set(None);
        if let Some(employed) = self.worker.borrow_mut().take() {
            employed.worker.set_onmessage(None);
            employed.worker.set_onerror(None);
            employed.worker.terminate();
        }
    }

    /// Gives up what is in work, if anything is.
    pub(super) fn stop_if_busy(&self) {
        if self.check.get().is_some() {
            self.stop();
        }
    }

    /// The check in work is over; its worker is ready for the next.
    pub(super) fn finish(&self) {
        self.check.set(None);
    }

    fn hire(&self) -> Employed {
        let worker = self.page.hire();
        let (told, check) = (self.told.clone(), Rc::clone(&self.check));
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            if check.get().is_some_and(|check| field(&data, "id").as_f64() == Some(f64::from(check))) {
                told.emit(read(&data));
            }
        });
        let (told, check) = (self.told.clone(), Rc::clone(&self.check));
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            if check.get().is_some() {
                told.emit(Told::Broken { failure: event.message(), file: String::new() });
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Employed { worker, _message: on_message, _error: on_error }
    }
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
    } else if let Some(refused) = text("refused") {
        Told::Refused(refused)
    } else if let Some(failure) = text("failure") {
        Told::Broken { failure, file: text("file").unwrap_or_default() }
    } else {
        Told::Progress { done: number("done"), all: number("all"), name: text("name").unwrap_or_default() }
    }
}
