//! Whether the input is a whole tree, so that what is missing is really missing.

use crate::evidence::{Evidence, File};
use crate::model::FileKind;

/// Whether a whole tree was given: workflows at their places, and a file beside them that no selection of CI files holds.
pub(in crate::rules) fn is_whole(evidence: &Evidence<'_>) -> bool {
    evidence.has_tree() && evidence.files.iter().any(is_source)
}

fn is_source(file: &File<'_>) -> bool {
    let extension = file.name().rsplit_once('.').map_or("", |(_, extension)| extension);
    let selected = matches!(extension, "yml" | "yaml" | "json" | "xml" | "md" | "txt");
    file.source.kind == FileKind::Other && !selected && !file.path().split('/').any(|part| part == ".github")
}
