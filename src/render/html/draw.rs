//! Has the page's components rendered to text.

use crate::ui::{Shared, State, Still, StillProps};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake};
use yew::LocalServerRenderer;

/// A page of the report, or without one the verdict and the names of all.
pub(super) fn draw(report: &Shared, page: Option<State>) -> String {
    let props = StillProps { report: report.clone(), page };
    finish(LocalServerRenderer::<Still>::with_props(props).hydratable(false).render()).unwrap_or_default()
}

/// Runs what waits for nothing but itself. Components draw without a runtime as long as none of them waits for an
/// answer, and what sleeps without having been woken would sleep for ever.
fn finish<T>(future: impl Future<Output = T>) -> Option<T> {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Arc::clone(&woken).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    while woken.0.swap(false, Ordering::Relaxed) {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return Some(value);
        }
    }
    None
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::finish;
    use std::task::Poll;

    #[test]
    fn what_wakes_itself_ends_and_what_sleeps_is_given_up() {
        let mut rounds = 0;
        let busy = std::future::poll_fn(|context| {
            rounds += 1;
            context.waker().wake_by_ref();
            if rounds == 3 { Poll::Ready(rounds) } else { Poll::Pending }
        });
        assert_eq!(finish(busy), Some(3));
        assert_eq!(finish(std::future::pending::<()>()), None);
    }
}
