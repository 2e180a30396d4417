//! Keeps secrets out of reports: what a rule has found must not be shown by its own finding or by that of another rule.

use crate::model::{Finding, Outcome, Place};
use std::collections::BTreeSet;

/// Bytes by which a secret is known again. It is masked from there to its end, also where a line was cut inside it.
const HEAD: usize = 8;
/// Bytes of a secret that stay readable, so that its owner knows which one is meant.
const SHOWN: usize = 4;

/// Texts that no report may show.
#[derive(Debug, Default)]
pub struct Hidden {
    heads: BTreeSet<[u8; HEAD]>,
}

impl Hidden {
    /// Adds a text. One of fewer than eight bytes is no secret that could be told from other text.
    pub fn add(&mut self, text: &str) {
        self.heads.extend(text.as_bytes().first_chunk::<HEAD>());
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: Self) {
        self.heads.extend(other.heads);
    }

    /// Masks them in all texts of a finding. Its fingerprint stays: it is a hash, and made of the place.
    pub fn conceal_finding(&self, finding: &mut Finding) {
        if self.heads.is_empty() {
            return;
        }
        self.mask(&mut finding.message);
        self.mask(&mut finding.fix.text);
        self.mask(&mut finding.diff);
        self.conceal_place(&mut finding.place);
        for related in &mut finding.related {
            self.mask(&mut related.message);
            self.conceal_place(&mut related.place);
        }
    }

    /// Masks them in the facts of an outcome.
    pub fn conceal_outcome(&self, outcome: &mut Outcome) {
        for fact in &mut outcome.facts {
            self.mask(fact);
        }
    }

    fn conceal_place(&self, place: &mut Place) {
        self.mask(&mut place.path);
        for line in place.excerpt.iter_mut().flat_map(|excerpt| &mut excerpt.lines) {
            self.mask(line);
        }
    }

    /// The same number of characters, so that columns stay right.
    fn mask(&self, text: &mut String) {
        let found = |at: usize| text.as_bytes().get(at..).and_then(|rest| rest.first_chunk::<HEAD>());
        if self.heads.is_empty() || !(0..text.len()).any(|at| found(at).is_some_and(|h| self.heads.contains(h))) {
            return;
        }
        let mut masked = String::with_capacity(text.len());
        let mut from = None;
        for (at, character) in text.char_indices() {
            let inside = !character.is_whitespace() && !matches!(character, '"' | '\'' | '`' | '\\' | '@' | '…');
            if !inside {
                from = None;
            } else if from.is_none() && found(at).is_some_and(|head| self.heads.contains(head)) {
                from = Some(at);
            }
            let hide = from.is_some_and(|from| at >= from + SHOWN);
            masked.push(if hide { '*' } else { character });
        }
        *text = masked;
    }
}

#[cfg(test)]
mod tests {
    use super::Hidden;

    #[test]
    fn secrets_are_masked_to_their_end_and_columns_stay() {
        let mut hidden = Hidden::default();
        hidden.add("s3cr3t-value-0");
        hidden.add("short");
        for (text, expected) in [
            ("KEY: s3cr3t-value-0 # é", "KEY: s3cr********** # é"),
            ("a=\"s3cr3t-value-0\" b='s3cr3t-value-0'", "a=\"s3cr**********\" b='s3cr**********'"),
            ("cut: s3cr3t-va", "cut: s3cr*****"),
            ("short s3cr3t", "short s3cr3t"),
            ("é s3cr3t-value-0", "é s3cr**********"),
            ("", ""),
        ] {
            let mut masked = text.to_owned();
            hidden.mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }
}
