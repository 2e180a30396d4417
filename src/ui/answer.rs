use super::{Ports, Question, Shared};
use std::cell::Cell;
use std::rc::Rc;
use yew::{AttrValue, Callback, hook, use_context, use_effect_with, use_state};

/// The answer to a question about the files of a report: JSON text, or why there is none; `None` until it is there. It is
/// asked anew when one of the arguments changes, and not at all where the kind is empty; for another report the last answer
/// stays until the next is there.
#[hook]
pub fn use_answer(kind: &'static str, argument: &str, report: &Shared) -> Option<Result<Rc<str>, String>> {
    let ports = use_context::<Ports>();
    let answer = use_state(|| None::<Answer>);
    let setter = answer.setter();
    use_effect_with((kind, argument.to_owned(), report.clone()), move |(kind, argument, _)| {
        let wanted = Rc::new(Cell::new(true));
        let done = {
            let (wanted, asked) = (Rc::clone(&wanted), (*kind, argument.clone()));
            Callback::from(move |told| {
                if wanted.get() {
                    setter.set(Some(Answer { asked: asked.clone(), told }));
                }
            })
        };
        if let Some(ports) = ports.filter(|_| !kind.is_empty()) {
            ports.ask.emit(Question { kind: AttrValue::Static(kind), argument: argument.clone(), done });
        }
        move || wanted.set(false)
    });
    let fits = |answer: &&Answer| answer.asked.0 == kind && answer.asked.1 == argument;
    (*answer).as_ref().filter(fits).map(|answer| answer.told.clone())
}

struct Answer {
    /// Kind and argument.
    asked: (&'static str, String),
    told: Result<Rc<str>, String>,
}
