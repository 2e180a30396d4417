//! What is too large for the report, made when it is asked for first.

use crate::engine::{self, CaseTable, CoveredTable};
use crate::input::SourceFile;
use crate::model::{CaseQuery, FileKind};
use crate::render::document;
use std::cell::OnceCell;

#[derive(Debug, Default)]
pub(super) struct Tables {
    cases: OnceCell<CaseTable>,
    covered: OnceCell<CoveredTable>,
}

impl Tables {
    pub(super) fn cases(&self, sources: &[SourceFile], argument: &str) -> Result<String, String> {
        let query: CaseQuery = serde_json::from_str(argument).map_err(|error| format!("no question: {error}"))?;
        let table = self.cases.get_or_init(|| engine::look_at(sources, FileKind::is_test_report, CaseTable::new));
        Ok(document(&table.answer(&query)))
    }

    pub(super) fn covered(&self, sources: &[SourceFile], path: &str) -> Result<String, String> {
        // Workflows tell where the root of the tree is, by which paths are matched.
        let wanted = |kind: FileKind| kind.is_coverage() || matches!(kind, FileKind::Diff | FileKind::Workflow);
        let table = self.covered.get_or_init(|| engine::look_at(sources, wanted, CoveredTable::new));
        table.get(path).map(document).ok_or_else(|| "no coverage report tells the lines of this file".to_owned())
    }
}
