use super::{Ports, Question, Shared};
use std::cell::Cell;
use std::rc::Rc;
use yew::{Callback, hook, use_context, use_effect_with, use_state};

/// The answer to a question about the files of a report: JSON text, or why there is none; `None` until it is there. It is
/// asked anew when one of the arguments changes, and not at all where the kind is empty.
#[hook]
pub fn use_answer(kind: &'static str, argument: &str, report: &Shared) -> Option<Result<Rc<str>, String>> {
    let ports = use_context::<Ports>();
    let answer = use_state(|| None);
    let setter = answer.setter();
    use_effect_with((kind, argument.to_owned(), report.clone()), move |(kind, argument, _)| {
        setter.set(None);
        let wanted = Rc::new(Cell::new(true));
        let done = {
            let wanted = Rc::clone(&wanted);
            Callback::from(move |told| {
                if wanted.get() {
                    setter.set(Some(told));
                }
            })
        };
        if let Some(ports) = ports.filter(|_| !kind.is_empty()) {
            ports.ask.emit(Question { kind, argument: argument.clone(), done });
        }
        move || wanted.set(false)
    });
    (*answer).clone()
}
