use crate::evidence::Evidence;
use crate::model::CoveredLines;
use crate::parse::coverage::CoveredSource;
use std::collections::BTreeMap;

/// The lines of all covered files, as runs.
#[derive(Debug)]
pub struct CoveredTable(BTreeMap<String, CoveredLines>);

impl CoveredTable {
    /// Keeps what the coverage reports say of each file.
    pub fn new(evidence: &Evidence<'_>) -> Self {
        let lines = |(path, source): (&String, &CoveredSource)| {
            let changed = evidence.changed.as_ref().and_then(|changed| changed.get(path)).cloned();
            let lines = CoveredLines {
                path: path.clone(),
                runs: runs(source),
                branches: branches(source),
                changed: changed.unwrap_or_default(),
                source: evidence.source_file(path).map(|file| file.path().to_owned()),
            };
            (path.clone(), lines)
        };
        Self(evidence.covered.iter().map(|(path, source)| lines((path, source))).collect())
    }

    /// The lines of one file, by the path that the report has.
    pub fn get(&self, path: &str) -> Option<&CoveredLines> {
        self.0.get(path)
    }
}

fn runs(source: &CoveredSource) -> Vec<(u32, u32, u64)> {
    let mut runs: Vec<(u32, u32, u64)> = Vec::new();
    for line in source.lines.iter() {
        match runs.last_mut() {
            Some((_, last, hits)) if last.checked_add(1) == Some(line.number) && *hits == line.hits() => {
                *last = line.number;
            }
            _ => runs.push((line.number, line.number, line.hits())),
        }
    }
    runs
}

fn branches(source: &CoveredSource) -> Vec<(u32, u32, u64)> {
    source.lines.with_branches().map(|(number, taken, total)| (number, taken, total.into())).collect()
}
