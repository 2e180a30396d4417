//! Which version of an action a step uses.

use crate::parse::workflow::{Target, Uses};

/// The major version of an action: of its tag (`v4`, `4.1.0`, `v4.x`), of the comment after a commit hash (`# v4.1.0`), as
/// update bots write it, and the newest there is (`u32::MAX`) for the main branch; `None` where it cannot be told.
pub fn major(uses: &Uses<'_>) -> Option<u32> {
    let Target::Remote { reference, .. } = uses.target else { return None };
    if matches!(reference, "main" | "master") {
        return Some(u32::MAX);
    }
    if matches!(reference.len(), 40 | 64) && reference.bytes().all(|b| b.is_ascii_hexdigit()) {
        let rest = uses.node.tree().text().get(uses.node.span().end()..)?;
        let (_, comment) = rest.lines().next()?.split_once('#')?;
        return comment.split_whitespace().find_map(|word| number(word.rsplit('@').next().unwrap_or(word)));
    }
    number(reference)
}

fn number(text: &str) -> Option<u32> {
    let digits = text.strip_prefix(['v', 'V']).unwrap_or(text);
    digits.split('.').next()?.parse().ok().filter(|major| *major < 1_000)
}

#[cfg(test)]
mod tests {
    use super::major;
    use crate::parse::workflow::Workflow;
    use crate::parse::yaml::Tree;
    use crate::rules::support::uploads::upload;

    #[test]
    fn versions_are_read_from_tags_and_from_comments_behind_hashes() {
        let hash = "65462800fd760344b1a7b4382951275a0abb4808";
        for (text, expected) in [
            ("v4".to_owned(), Some(4)),
            ("v4.3.1".to_owned(), Some(4)),
            ("4.0.0".to_owned(), Some(4)),
            ("main".to_owned(), Some(u32::MAX)),
            (format!("{hash} # v3.1.3"), Some(3)),
            (format!("{hash} # pin@v4"), Some(4)),
            (format!("{hash} # tag: v5"), Some(5)),
            (hash.to_owned(), None),
            ("releases/v1".to_owned(), None),
        ] {
            let text = format!(
                "on: push\njobs: \n  a:\n    runs-on: x\n    steps:\n      - uses: actions/upload-artifact@{text}\n"
            );
            let tree = Tree::parse(&text).document.unwrap();
            let workflow = Workflow::read(&tree, &mut Vec::new()).unwrap();
            assert_eq!(major(upload(&workflow.jobs[0].steps[0]).unwrap()), expected, "{text}");
        }
    }
}
