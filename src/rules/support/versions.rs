//! Which version of an action a step uses.

use crate::evidence::File;
use crate::parse::workflow::{Target, Uses};

/// The major version that a reference names: that of `v4`, `4.1.0` or `v4.x`; for the full hash of a commit the one in the
/// comment after it (`# v4.1.0`), as update bots write it. `None` where neither says one.
pub fn major(file: &File<'_>, uses: &Uses<'_>) -> Option<u32> {
    let Target::Remote { reference, .. } = uses.target else { return None };
    if matches!(reference.len(), 40 | 64) && reference.bytes().all(|b| b.is_ascii_hexdigit()) {
        let rest = file.source.text.get(uses.node.span().end()..)?;
        let (_, comment) = rest.lines().next()?.split_once('#')?;
        let version = |word: &str| number(word.rsplit('@').next().unwrap_or(word));
        return comment.split_whitespace().find_map(version);
    }
    number(reference)
}

fn number(text: &str) -> Option<u32> {
    let digits = text.strip_prefix(['v', 'V']).unwrap_or(text);
    digits.split('.').next()?.parse().ok()
}
