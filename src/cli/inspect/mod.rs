//! `tollgate inspect`.

mod facts;
mod text;

use super::args::{Format, InspectArgs};
use super::walk::collect;
use super::{Exit, output};
use crate::engine;
use crate::model::{FileKind, FileRecord, FileStatus};
use crate::render::document;
use facts::Facts;
use serde::Serialize;

/// What each file is and holds.
#[derive(Debug, Serialize)]
struct Inspection {
    files: Vec<Inspected>,
}

/// A file.
#[derive(Debug, Serialize)]
struct Inspected {
    path: String,
    kind: FileKind,
    producer: String,
    status: FileStatus,
    note: String,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<Facts>,
}

pub(super) fn run(args: &InspectArgs) -> Exit {
    let limits = args.input.limits();
    let mut collected = collect(&args.input.paths, &args.input.evidence, &limits);
    if let Some(diff) = &args.input.diff {
        collected.add_diff(diff, &limits);
    }
    for error in &collected.errors {
        output::error(error);
    }
    let inspection = engine::inspect(collected.files, &limits, |evidence, records| {
        let mut facts = facts::gather(evidence, records);
        Inspection { files: records.iter().map(|record| inspected(record, facts.remove(&record.path))).collect() }
    });
    let read = |file: &Inspected| matches!(file.status, FileStatus::Read | FileStatus::PartlyRead);
    let exit = if inspection.files.iter().any(read) { Exit::Holds } else { Exit::Incomplete };
    let printed = match args.format {
        Format::Json => document(&inspection),
        Format::Text => text::text(&inspection, output::colors(args.color)),
    };
    output::finish(&printed, exit)
}

fn inspected(record: &FileRecord, facts: Option<Facts>) -> Inspected {
    Inspected {
        path: record.path.clone(),
        kind: record.kind,
        producer: record.producer.clone(),
        status: record.status,
        note: record.note.clone(),
        bytes: record.bytes,
        facts,
    }
}
