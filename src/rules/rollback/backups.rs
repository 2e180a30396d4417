//! Which kept copy belongs to which workflow.

use crate::evidence::{Evidence, File, paths};
use crate::model::FileKind;
use std::collections::BTreeMap;

/// Workflows that GitHub runs: those in `.github/workflows` itself, by the root of their tree and their file name.
pub(super) fn current<'e>(evidence: &'e Evidence<'e>) -> BTreeMap<(&'e str, &'e str), &'e File<'e>> {
    let files = evidence.files.iter().filter(|file| file.source.kind == FileKind::Workflow);
    let in_place = files.filter(|file| file.folder().ends_with(".github/workflows"));
    in_place.map(|file| ((paths::root(file.path()), file.name()), file)).collect()
}

/// Whether a file is a kept copy of a workflow.
pub(super) fn is_copy(file: &File<'_>) -> bool {
    file.source.kind == FileKind::WorkflowBackup
}

/// The name that a copy has where it runs: `ci.yml` of `ci.yml.backup`, `ci.yml~` and `backup/ci.yml`.
pub(super) fn original<'f>(file: &File<'f>) -> &'f str {
    let name = file.name();
    let end = [".yaml", ".yml"].iter().find_map(|extension| Some(name.rfind(extension)? + extension.len()));
    end.and_then(|end| name.get(..end)).unwrap_or(name)
}
