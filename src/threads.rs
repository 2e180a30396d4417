//! Work on all processors, where there are several.

/// What becomes of each item, in the order of the items, whichever was done first. `weight` is the number of bytes that an
/// item stands for: little work is not worth a thread. `next` is told which item the caller's own thread begins. A panic
/// goes on in the caller.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn map<'t, T: Sync, U: Send>(
    items: &'t [T],
    weight: fn(&T) -> usize,
    next: &dyn Fn(usize),
    work: impl Fn(&'t T) -> U + Sync,
) -> Vec<U> {
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Bytes that are worth a thread.
    const WORTH: usize = 1 << 20;

    let bytes = items.iter().fold(0, |sum: usize, item| sum.saturating_add(weight(item)));
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(items.len()).min(bytes / WORTH);
    if threads < 2 {
        return one_by_one(items, next, work);
    }
    let taken = AtomicUsize::new(0);
    let take = |next: &dyn Fn(usize)| {
        let mut done = Vec::new();
        loop {
            let at = taken.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            next(at);
            done.push((at, work(item)));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| take(&|_| {}))).collect();
        let mut done = take(next);
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A browser's worker is one thread.
#[cfg(target_arch = "wasm32")]
pub(crate) fn map<'t, T, U>(
    items: &'t [T],
    _: fn(&T) -> usize,
    next: &dyn Fn(usize),
    work: impl Fn(&'t T) -> U,
) -> Vec<U> {
    one_by_one(items, next, work)
}

fn one_by_one<'t, T, U>(items: &'t [T], next: &dyn Fn(usize), work: impl Fn(&'t T) -> U) -> Vec<U> {
    let mut done = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        next(at);
        done.push(work(item));
    }
    done
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        let doubled: Vec<u32> = items.iter().map(|item| item * 2).collect();
        assert_eq!(map(&items, |_| 0, &|_| {}, |item| item * 2), doubled);
        assert_eq!(map(&items, |_| 1 << 20, &|_| {}, |item| item * 2), doubled);
        assert_eq!(map(&[], |_: &u32| 1, &|_| {}, |item| *item), Vec::<u32>::new());
    }

    #[test]
    #[should_panic(expected = "the third")]
    fn a_panic_goes_on_in_the_caller() {
        map(&[1, 2, 3, 4], |_| 1 << 20, &|_| {}, |item| assert!(*item != 3, "the third"));
    }
}
