//! Shares and their limits, and where a finding about a whole report stands.

use crate::model::Ratio;
use serde::Deserialize;

/// A number from 0 to 100.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
pub(super) struct Percent(pub(super) f64);

impl TryFrom<f64> for Percent {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        let valid = (0.0..=100.0).contains(&number);
        if valid { Ok(Self(number)) } else { Err(format!("{number} is no percentage; write a number from 0 to 100")) }
    }
}

/// Two digits that never reach a limit which the number itself does not reach.
pub(super) fn rounded_down(percent: f64) -> String {
    format!("{:.2}", (percent * 100.0).floor() / 100.0)
}

/// The smallest number that has to be covered in addition for the limit to hold.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts stay far below 2^52, and the product is neither negative nor larger than the count"
)]
pub(super) fn needed(sum: Ratio, percent: f64) -> u64 {
    let goal = (sum.total as f64 * percent / 100.0).ceil() as u64;
    goal.min(sum.total).saturating_sub(sum.covered).max(1)
}

/// The offset of the first element of an XML report; 0 in other texts.
pub(super) fn root(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
        let rest = rest.get(blank..).unwrap_or_default();
        let end = match rest.as_bytes() {
            [b'<', b'?', ..] => "?>",
            [b'<', b'!', b'-', ..] => "-->",
            [b'<', b'!', ..] => ">",
            [b'<', ..] => return at + blank,
            _ => return 0,
        };
        match rest.find(end) {
            Some(length) => at += blank + length + end.len(),
            None => return 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{needed, root, rounded_down};
    use crate::model::Ratio;

    #[test]
    fn what_is_shown_never_reaches_a_limit_that_is_missed() {
        assert_eq!(rounded_down(79.999_9), "79.99");
        assert_eq!(rounded_down(80.0), "80.00");
    }

    #[test]
    fn what_is_needed_reaches_the_limit_and_no_more() {
        for (covered, total, percent, expected) in
            [(1, 3, 80.0, 2), (79, 100, 80.0, 1), (799_999, 1_000_000, 80.0, 1), (0, 7, 100.0, 7), (5, 10, 50.1, 1)]
        {
            assert_eq!(needed(Ratio { covered, total }, percent), expected, "{covered} of {total}, {percent} %");
        }
    }

    #[test]
    fn the_first_element_stands_behind_the_prolog() {
        let prolog = "\u{feff}<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE coverage>\n";
        assert_eq!(root(&format!("{prolog}<coverage/>")), prolog.len());
        for text in ["<coverage/>", "SF:a\n", "<?xml", ""] {
            assert_eq!(root(text), 0, "{text}");
        }
    }
}
