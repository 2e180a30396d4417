//! Coverage over all reports, counted from the lines.

use super::Doc;
use super::patch::{self, ChangedLines};
use super::source_paths::{Found, SourcePaths, clean};
use crate::model::{Coverage, CoveredFile, FileKind, PathMapping, Ratio};
use crate::parse::coverage::{CoverageReport, CoveredSource};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

/// What the reports say together of each source file: borrowed from the only report that has it, or merged.
pub(super) type Sources<'r> = BTreeMap<String, Cow<'r, CoveredSource>>;

/// Coverage and, for each report in order, what is worth knowing of its paths.
pub(super) struct Measured<'r> {
    pub(super) coverage: Option<Coverage>,
    /// What it was counted from.
    pub(super) sources: Sources<'r>,
    /// The format that it was counted from.
    pub(super) format: Option<FileKind>,
    pub(super) notes: Vec<String>,
}

/// Most ambiguous paths that a note names.
const NAMED_PATHS: usize = 3;

/// Reports of one format are merged by path and line. Formats are not mixed: they number branches and name paths in
/// different ways, and two formats are mostly two views of one run; the lower of them is the answer.
pub(super) fn measure<'r>(
    reports: &[Doc<'_, &'r CoverageReport>],
    tree: &SourcePaths<'_>,
    changed: Option<&ChangedLines>,
) -> Measured<'r> {
    let mut formats: BTreeMap<FileKind, (Sources<'r>, Vec<&CoverageReport>)> = BTreeMap::new();
    let mut mapping = PathMapping::default();
    let mut notes = Vec::new();
    for report in reports {
        let mapped = Mapped::of(report.value, tree);
        mapping.matched += mapped.mapping.matched;
        mapping.unmatched += mapped.mapping.unmatched;
        mapping.ambiguous += mapped.mapping.ambiguous;
        let (sources, read) = formats.entry(report.file.source.kind).or_default();
        for (source, path) in report.value.files.iter().zip(mapped.paths) {
            match sources.entry(path.into_owned()) {
                Entry::Occupied(mut known) => known.get_mut().to_mut().merge(source),
                Entry::Vacant(new) => {
                    new.insert(Cow::Borrowed(source));
                }
            }
        }
        read.push(report.value);
        notes.push(mapped.note);
    }
    let patch = changed.map(|changed| {
        let sources: Vec<&Sources<'_>> = formats.values().map(|(sources, _)| sources).collect();
        patch::coverage(changed, &sources, mapping.matched > 0)
    });
    let count = formats.len();
    let merged = formats.into_iter().map(|(kind, (sources, reports))| (kind, sum(&sources, &reports), sources));
    // A format that counts no lines cannot be the lowest in lines.
    let percent = |c: &Coverage| c.line.percent().unwrap_or(f64::INFINITY);
    let lowest = merged.min_by(|a, b| percent(&a.1).total_cmp(&percent(&b.1)));
    let Some((kind, mut coverage, sources)) = lowest else {
        return Measured { coverage: None, sources: Sources::new(), format: None, notes };
    };
    "lines hit / lines instrumented, merged by path and line".clone_into(&mut coverage.definition);
    if count > 1 {
        coverage.definition = format!("{}; of {count} formats the lowest, {kind}", coverage.definition);
    }
    coverage.paths = (!tree.is_empty()).then_some(mapping);
    coverage.patch = patch;
    Measured { coverage: Some(coverage), sources, format: Some(kind), notes }
}

/// The paths of a report's files, in order, as files of the tree.
struct Mapped<'t> {
    paths: Vec<Cow<'t, str>>,
    mapping: PathMapping,
    note: String,
}

impl<'t> Mapped<'t> {
    /// A file of the tree is what the path with the longest tail means; a shorter one of the same report (a library's
    /// `utils/text.py`) is another file that only ends alike.
    fn of(report: &CoverageReport, tree: &SourcePaths<'t>) -> Self {
        let mut mapping = PathMapping::default();
        if tree.is_empty() {
            let paths = report.files.iter().map(|source| Cow::Owned(clean(&source.path))).collect();
            return Self { paths, mapping, note: String::new() };
        }
        let matches: Vec<_> = report.files.iter().map(|source| tree.find(&source.path, &report.sources)).collect();
        let mut longest: BTreeMap<&str, usize> = BTreeMap::new();
        for found in &matches {
            if let Found::File(file) = found.found {
                let parts = longest.entry(file).or_default();
                *parts = found.parts.max(*parts);
            }
        }
        let mut named = Vec::new();
        let paths = report.files.iter().zip(matches).map(|(source, found)| match found.found {
            Found::File(file) if longest.get(file) == Some(&found.parts) => {
                mapping.matched += 1;
                Cow::Borrowed(file)
            }
            Found::Ambiguous(first, second) => {
                mapping.ambiguous += 1;
                if named.len() < NAMED_PATHS {
                    named.push(format!("{} ({first}, {second})", source.path));
                }
                Cow::Owned(clean(&source.path))
            }
            _ => {
                mapping.unmatched += 1;
                Cow::Owned(clean(&source.path))
            }
        });
        let paths = paths.collect();
        let mut note = String::new();
        if mapping.ambiguous > 0 {
            let _ = write!(note, "paths that may be several files of the tree: {}", named.join(", "));
            if let Some(more @ 1..) = mapping.ambiguous.checked_sub(named.len()) {
                let _ = write!(note, " and {more} more");
            }
        }
        Self { paths, mapping, note }
    }
}

fn sum(sources: &Sources, reports: &[&CoverageReport]) -> Coverage {
    let mut coverage = Coverage {
        definition: String::new(),
        line: Ratio::default(),
        branch: None,
        function: None,
        files: Vec::new(),
        paths: None,
        patch: None,
        limits: Vec::new(),
    };
    for (path, source) in sources {
        let (path, line) = (path.clone(), source.line());
        let (branch, function) = (source.branches, source.functions);
        coverage.line += line;
        add(&mut coverage.branch, branch);
        add(&mut coverage.function, function);
        let measured = |ratio: Ratio| (ratio.total > 0).then_some(ratio);
        coverage.files.push(CoveredFile { path, line, branch: measured(branch), function: measured(function) });
    }
    // Code without a source file is in no path; that of several reports is taken for different code.
    for unplaced in reports.iter().map(|report| report.unplaced()) {
        coverage.line += unplaced.line;
        add(&mut coverage.branch, unplaced.branch);
        add(&mut coverage.function, unplaced.function);
    }
    coverage
}

fn add(sum: &mut Option<Ratio>, ratio: Ratio) {
    if ratio.total > 0 {
        *sum.get_or_insert_default() += ratio;
    }
}
