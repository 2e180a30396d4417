//! Which documents are about rolling back.

use crate::evidence::{Doc, Evidence, File, paths};
use crate::parse::markdown::{Block, Document};
use std::collections::BTreeSet;

/// What the input has of rollback documents.
#[derive(Debug)]
pub(super) struct Found<'e> {
    /// Those that can be read.
    pub(super) documents: Vec<&'e Doc<'e, &'e Document>>,
    /// Those in other formats, which are known by their names only.
    pub(super) unread: Vec<&'e File<'e>>,
}

/// Formats of documents that are not read.
const UNREAD: [&str; 8] = ["adoc", "asciidoc", "docx", "html", "org", "pdf", "rst", "txt"];

/// What a document about rolling back calls itself after the word.
const KINDS: [&str; 17] = [
    "checklist",
    "documentation",
    "guide",
    "handbook",
    "instructions",
    "manual",
    "plan",
    "playbook",
    "policy",
    "procedure",
    "procedures",
    "process",
    "runbook",
    "steps",
    "strategies",
    "strategy",
    "workflow",
];

/// The rollback documents: those at `patterns`, or, where there are none, those that say by their name or first heading
/// that they are about rolling back. A document that only mentions it is none.
pub(super) fn find<'e>(evidence: &'e Evidence<'e>, patterns: &[String]) -> Found<'e> {
    let patterns: Vec<String> = patterns.iter().map(|pattern| pattern.to_lowercase()).collect();
    // A tree may lie in an archive or in a folder of its own.
    let roots: BTreeSet<&str> = evidence.workflows.iter().map(|workflow| paths::root(workflow.file.path())).collect();
    let by_path = |file: &File<'_>| {
        let path = file.path().to_lowercase();
        if patterns.is_empty() {
            return is_about(&words(stem(&path))) || paths::matches_any(["{docs,**/docs}/rollback*/**"], &path);
        }
        let inner = roots.iter().find_map(|root| file.path().strip_prefix(root)?.strip_prefix('/'));
        let patterns = || patterns.iter().map(String::as_str);
        paths::matches_any(patterns(), &path)
            || inner.is_some_and(|inner| paths::matches_any(patterns(), &inner.to_lowercase()))
    };
    let by_heading = |document: &Document| {
        let first = document.headings().next().filter(|heading| heading.level == 1);
        patterns.is_empty() && first.is_some_and(|heading| is_about(&words(&heading.text.text)))
    };
    let documents = evidence.documents.iter().filter(|doc| by_path(doc.file) || by_heading(doc.value)).collect();
    let is_unread = |file: &&File<'_>| {
        let name = file.name().to_ascii_lowercase();
        name.rsplit_once('.').is_some_and(|(_, extension)| UNREAD.contains(&extension))
    };
    let unread = evidence.files.iter().filter(is_unread).filter(|file| by_path(file)).collect();
    Found { documents, unread }
}

/// Whether a document says anything besides its headings.
pub(super) fn says_something(document: &Document) -> bool {
    document.sections.iter().flat_map(|section| &section.blocks).any(|block| match block {
        Block::Prose(text) | Block::Item(text) => !text.text.trim().is_empty(),
        Block::Row { .. } | Block::Code(_) => true,
    })
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Words of a text in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whether words that name a document make rolling back its subject: it comes first, or with the kind of document.
fn is_about(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let topic = match words.as_slice() {
        ["how", "to", rest @ ..] | ["runbook" | "playbook" | "ci", rest @ ..] => rest,
        all => all,
    };
    match topic {
        [first, ..] if first.starts_with("rollback") => return true,
        ["roll" | "rolling", "back", ..] => return true,
        _ => {}
    }
    words.windows(2).any(|pair| matches!(pair, ["rollback" | "back", kind] if KINDS.contains(kind)))
        && !words.starts_with(&["back"])
}

#[cfg(test)]
mod tests {
    use super::{is_about, words};

    #[test]
    fn documents_about_rolling_back_are_told_from_those_that_mention_it() {
        for name in [
            "ROLLBACK",
            "rollback_strategy",
            "RollbackStrategy",
            "Roll back a deployment",
            "How to roll back",
            "Schema Registry Rollback Plan",
            "Runbook: Rollback",
            "CI-roll-back-procedure",
        ] {
            assert!(is_about(&words(name)), "{name}");
        }
        for name in
            ["The power of rollbacks", "1234-fix-rollback", "Executing and reverting", "Back plan", "README", ""]
        {
            assert!(!is_about(&words(name)), "{name}");
        }
    }
}
