//! The two sorts of the page. Each further type that is sorted would bring its own copy of the sort into the wasm.

/// Positions by their keys, equal keys in the order of the positions.
pub(super) fn by_number(mut keys: Vec<(i64, usize)>) -> Vec<usize> {
    sort(&mut keys);
    keys.into_iter().map(|(_, position)| position).collect()
}

/// Positions by their keys, equal keys in the order of the positions.
pub(super) fn by_text(keys: &mut [(&str, usize)]) {
    keys.sort_unstable();
}

#[inline(never)]
fn sort(keys: &mut [(i64, usize)]) {
    keys.sort_unstable();
}

/// A count as a key that puts the greatest first.
pub(super) fn descending(count: usize) -> i64 {
    -i64::try_from(count).unwrap_or(i64::MAX)
}
