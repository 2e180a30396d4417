//! Which reports are attempts of one run, by their paths.

/// A path without its marks of an attempt, and the number of the attempt, from 1.
///
/// A mark is a whole word (between `/`, `.`, `-`, `_` and blanks) of `attempt`, `rerun` or `retry`, with its number behind
/// it or joined to it: `results-attempt-2.xml`, `rerun/TEST-a.xml`, `junit_retry1.xml`. Attempts count from 1 and reruns
/// from the second attempt on. Nothing else makes a report an attempt: a second report of the same tests may just as well
/// come from another browser, and then its success does not excuse a failure.
pub(super) fn slot(path: &str) -> (String, u32) {
    let mut slot = String::with_capacity(path.len());
    let mut attempt = 1;
    let mut words = Words(path).peekable();
    while let Some((word, end)) = words.next() {
        let Some((first, number)) = mark(word) else {
            slot.push_str(word);
            slot.extend(end);
            continue;
        };
        let mut end = end;
        let mut number = number;
        if number.is_none()
            && matches!(end, Some('-' | '_' | '.' | ' '))
            && let Some((next, after)) = words.peek().copied()
            && let Some(found) = digits(next)
        {
            (number, end) = (Some(found), after);
            words.next();
        }
        attempt = attempt.max(number.map_or(2, |number| number.saturating_add(first)));
        // One of the two signs around the mark goes with it; a folder of its own goes with its slash.
        if end == Some('/') {
            if slot.ends_with(['-', '_', '.', ' ']) {
                slot.pop();
                slot.push('/');
            }
        } else if let Some(end) = end {
            if slot.ends_with(['-', '_', '.', ' ']) {
                slot.pop();
                slot.push(end);
            }
        } else if slot.ends_with(['-', '_', '.', ' ']) {
            slot.pop();
        }
    }
    (slot, attempt)
}

/// Whether a word marks an attempt: what to add to its number, and the number if it is joined to the word.
fn mark(word: &str) -> Option<(u32, Option<u32>)> {
    const MARKS: [(&str, u32); 5] = [("attempt", 0), ("rerun", 1), ("reruns", 1), ("retry", 1), ("retries", 1)];
    MARKS.iter().find_map(|(mark, first)| {
        let (head, rest) = word.split_at_checked(mark.len())?;
        if !head.eq_ignore_ascii_case(mark) {
            return None;
        }
        if rest.is_empty() { Some((*first, None)) } else { digits(rest).map(|number| (*first, Some(number))) }
    })
}

fn digits(word: &str) -> Option<u32> {
    (word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit())).then(|| word.parse().ok()).flatten()
}

/// The words of a path, each with the sign behind it.
struct Words<'p>(&'p str);

impl<'p> Iterator for Words<'p> {
    type Item = (&'p str, Option<char>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let at = self.0.find(['/', '.', '-', '_', ' ']);
        let (word, rest) = self.0.split_at_checked(at.unwrap_or(self.0.len()))?;
        let mut rest = rest.chars();
        let end = rest.next();
        self.0 = rest.as_str();
        Some((word, end))
    }
}

#[cfg(test)]
mod tests {
    use super::slot;

    #[test]
    fn attempts_are_told_by_whole_words() {
        for (path, expected, attempt) in [
            ("report/results.xml", "report/results.xml", 1),
            ("results-attempt-1.xml", "results.xml", 1),
            ("results-attempt-2.xml", "results.xml", 2),
            ("results_attempt2.xml", "results.xml", 2),
            ("attempt-2/results.xml", "results.xml", 2),
            ("a/attempt_3/b/results.xml", "a/b/results.xml", 3),
            ("junit-rerun.xml", "junit.xml", 2),
            ("junit.rerun.xml", "junit.xml", 2),
            ("rerun/TEST-a.xml", "TEST-a.xml", 2),
            ("target/surefire-reports-rerun-2/TEST-a.xml", "target/surefire-reports/TEST-a.xml", 3),
            ("test-results-attempt-2.zip/junit.xml", "test-results.zip/junit.xml", 2),
            ("retry-1-junit.xml", "junit.xml", 2),
            ("retryable-client/junit.xml", "retryable-client/junit.xml", 1),
            ("TEST-RetryTest.xml", "TEST-RetryTest.xml", 1),
            ("junit-2.xml", "junit-2.xml", 1),
            ("", "", 1),
        ] {
            assert_eq!(slot(path), (expected.to_owned(), attempt), "{path}");
        }
    }
}
