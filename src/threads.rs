//! Work on all processors, where there are several.

/// What becomes of each item, in the order of the items, whichever was done first. `weight` is the number of bytes that an
/// item stands for: little work is not worth a thread. `begin` is told of the items that the caller's own thread begins
/// with, and of their positions. A panic goes on in the caller.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn map_watched<'t, T: Sync, U: Send>(
    items: &'t [T],
    weight: fn(&T) -> usize,
    work: impl Fn(&'t T) -> U + Sync,
    begin: &dyn Fn(usize, &T),
) -> Vec<U> {
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Bytes that are worth a thread.
    const WORTH: usize = 1 << 20;

    let bytes = items.iter().fold(0, |sum: usize, item| sum.saturating_add(weight(item)));
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(items.len()).min(bytes / WORTH);
    let own = |(at, item): (usize, &'t T)| {
        begin(at, item);
        work(item)
    };
    if threads < 2 {
        return items.iter().enumerate().map(own).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        Some((at, items.get(at)?))
    };
    let mut done = std::thread::scope(|scope| {
        let all = || std::iter::from_fn(take).map(|(at, item)| (at, work(item))).collect::<Vec<_>>();
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(all)).collect();
        let mut done: Vec<_> = std::iter::from_fn(take).map(|(at, item)| (at, own((at, item)))).collect();
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
pub(crate) fn map_watched<'t, T, U>(
    items: &'t [T],
    _: fn(&T) -> usize,
    work: impl Fn(&'t T) -> U,
    begin: &dyn Fn(usize, &T),
) -> Vec<U> {
    let own = |(at, item)| {
        begin(at, item);
        work(item)
    };
    items.iter().enumerate().map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::map_watched;

    fn map<'t, T: Sync, U: Send>(items: &'t [T], weight: fn(&T) -> usize, work: impl Fn(&'t T) -> U + Sync) -> Vec<U> {
        map_watched(items, weight, work, &|_, _| {})
    }

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        let doubled: Vec<u32> = items.iter().map(|item| item * 2).collect();
        assert_eq!(map(&items, |_| 0, |item| item * 2), doubled);
        assert_eq!(map(&items, |_| 1 << 20, |item| item * 2), doubled);
        assert_eq!(map(&[], |_: &u32| 1, |item| *item), Vec::<u32>::new());
    }

    #[test]
    #[should_panic(expected = "the third")]
    fn a_panic_goes_on_in_the_caller() {
        map(&[1, 2, 3, 4], |_| 1 << 20, |item| assert!(*item != 3, "the third"));
    }
}
