//! Reads what a build with `BuildKit` tells of itself: `docker buildx build --metadata-file` and `--progress=rawjson`.
//!
//! Source: `buildx build` and `buildx bake` in Docker's reference; the SLSA provenance predicates 0.2 and 1, of which the
//! metadata holds one for each platform; `client.SolveStatus` of `BuildKit`. Times stand in the metadata only where buildx
//! was told to keep them (`BUILDX_METADATA_PROVENANCE=max`).

use super::json::{Broken, Cursor, Notes};
use super::{BuildRecord, RunReport, Timestamp, Vertex};
use crate::model::Span;
use crate::parse::{Parsed, Problem};
use std::collections::BTreeMap;

const PRODUCER: &str = "buildx";
const PROVENANCE: &str = "buildx.build.provenance";

/// Reads the metadata of one build, or those of the targets of a bake file.
pub fn metadata(text: &str) -> Parsed<RunReport> {
    let mut notes = Notes::default();
    let mut builds = Vec::new();
    let mut cursor = Cursor::new(text, 0);
    let mut whole = BuildRecord::default();
    let mut read = cursor.object(&mut |key, cursor| {
        if is_of_build(key) {
            return member(key, cursor, &mut whole, &mut notes);
        }
        if cursor.peek() != Some(b'{') {
            return cursor.skip();
        }
        let mut build = BuildRecord { target: key.into(), ..BuildRecord::default() };
        let mut found = false;
        let read = cursor.object(&mut |key, cursor| {
            found |= is_of_build(key);
            if is_of_build(key) { member(key, cursor, &mut build, &mut notes) } else { cursor.skip() }
        });
        if found {
            build.span = read.as_ref().ok().copied().flatten().unwrap_or_default();
            check(&build, &mut notes);
            builds.push(build);
        }
        read.map(drop)
    });
    if read.is_ok() && cursor.peek().is_some() {
        read = Err(cursor.unexpected("the end of the text"));
    }
    let is_plain = !(whole.reference.is_empty() && whole.digest.is_empty() && whole.started.is_none());
    if is_plain {
        whole.span = read.as_ref().ok().copied().flatten().unwrap_or_default();
        check(&whole, &mut notes);
        builds.push(whole);
    }
    if let Err(problem) = read {
        notes.push(problem);
    }
    finish(text, builds, notes, "there is no metadata of a build")
}

/// Reads the events of `--progress=rawjson`, one object a line. Lines that begin no object are what was printed beside
/// them.
pub fn progress(text: &str) -> Parsed<RunReport> {
    let mut notes = Notes::default();
    let mut build = BuildRecord { span: Span::between(0, text.len()), ..BuildRecord::default() };
    let mut known: BTreeMap<Box<str>, usize> = BTreeMap::new();
    let mut found = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let mut cursor = Cursor::new(text.get(..end).unwrap_or(text), start);
        start = end;
        if cursor.peek() != Some(b'{') {
            continue;
        }
        let read = cursor.object(&mut |key, cursor| {
            if key != "vertexes" {
                return cursor.skip();
            }
            found |= cursor.peek() == Some(b'[');
            cursor.array(&mut |cursor| event(cursor, &mut build.vertices, &mut known, &mut notes)).map(drop)
        });
        match read {
            Err(problem) => notes.push(problem),
            Ok(_) if cursor.peek().is_some() => notes.push(cursor.unexpected("the end of the line")),
            Ok(_) => {}
        }
    }
    build.vertices.retain(|vertex| vertex.started.is_some() || vertex.cached);
    build.started = build.vertices.iter().filter_map(|vertex| vertex.started).min();
    let ended = |vertex: &Vertex| vertex.completed.is_some() || vertex.cached;
    if build.vertices.iter().all(ended) {
        build.completed = build.vertices.iter().filter_map(|vertex| vertex.completed).max();
    }
    check(&build, &mut notes);
    let builds = if found { vec![build] } else { Vec::new() };
    finish(text, builds, notes, "there is no event of a build")
}

fn finish(text: &str, builds: Vec<BuildRecord>, mut notes: Notes, nothing: &str) -> Parsed<RunReport> {
    if builds.is_empty() {
        notes.add(Span::default(), nothing);
        return Parsed { document: None, problems: notes.finish(text) };
    }
    let document = Some(RunReport { producer: PRODUCER, runs: Vec::new(), builds });
    Parsed { document, problems: notes.finish(text) }
}

/// Keys of a build; every other key of a bake's metadata is the name of a target.
fn is_of_build(key: &str) -> bool {
    key.starts_with("buildx.build.") || key.starts_with("containerimage.") || key == "image.name"
}

fn member(key: &str, cursor: &mut Cursor<'_>, build: &mut BuildRecord, notes: &mut Notes) -> Broken {
    match key {
        "buildx.build.ref" => build.reference = cursor.text()?.unwrap_or_default().into(),
        "containerimage.digest" => build.digest = cursor.text()?.unwrap_or_default().into(),
        // One for each platform: `buildx.build.provenance/linux/arm64`.
        _ if key.strip_prefix(PROVENANCE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) => {
            cursor.object(&mut |key, cursor| match key {
                "metadata" => times(cursor, "buildStartedOn", "buildFinishedOn", build, notes),
                "runDetails" => cursor
                    .object(&mut |key, cursor| {
                        if key == "metadata" {
                            times(cursor, "startedOn", "finishedOn", build, notes)
                        } else {
                            cursor.skip()
                        }
                    })
                    .map(drop),
                _ => cursor.skip(),
            })?;
        }
        _ => cursor.skip()?,
    }
    Ok(())
}

/// The times of one platform's provenance: the build begins with the first and ends with the last.
fn times(cursor: &mut Cursor<'_>, start: &str, finish: &str, build: &mut BuildRecord, notes: &mut Notes) -> Broken {
    cursor
        .object(&mut |key, cursor| {
            if key == start {
                let time = cursor.time(notes)?;
                build.started = build.started.into_iter().chain(time).min();
            } else if key == finish {
                build.completed = build.completed.max(cursor.time(notes)?);
            } else {
                cursor.skip()?;
            }
            Ok(())
        })
        .map(drop)
}

/// A vertex is announced, begins and ends, and may do so again; each event tells all that is known of it by then. One
/// that several targets share has one digest and several names.
fn event(
    cursor: &mut Cursor<'_>,
    vertices: &mut Vec<Vertex>,
    known: &mut BTreeMap<Box<str>, usize>,
    notes: &mut Notes,
) -> Broken {
    let mut digest = String::new();
    let mut now = Vertex::default();
    let span = cursor.object(&mut |key, cursor| {
        match key {
            "digest" => digest = cursor.text()?.unwrap_or_default(),
            "name" => now.name = cursor.text()?.unwrap_or_default().into(),
            "started" => now.started = cursor.time(notes)?,
            "completed" => now.completed = cursor.time(notes)?,
            "cached" => now.cached = cursor.raw()?.0 == "true",
            "error" => now.error = cursor.text()?.unwrap_or_default().into(),
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    let Some(span) = span else { return Ok(()) };
    now.span = span;
    if let Some(vertex) = known.get(digest.as_str()).and_then(|at| vertices.get_mut(*at)) {
        vertex.started = earlier(vertex.started, now.started);
        // Begun again, it is not over.
        let goes_on = now.started.is_some() && now.completed.is_none() && now.started > vertex.completed;
        vertex.completed = if goes_on { None } else { vertex.completed.max(now.completed) };
        vertex.cached |= now.cached;
        if !now.error.is_empty() {
            vertex.error = now.error;
        }
    } else {
        known.insert(digest.into(), vertices.len());
        vertices.push(now);
    }
    Ok(())
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    a.into_iter().chain(b).min()
}

fn check(build: &BuildRecord, notes: &mut Notes) {
    if let (Some(started), Some(completed)) = (build.started, build.completed)
        && completed < started
    {
        let message = format!("the build ends at {completed}, before it starts at {started}: its time is unknown");
        notes.push(Problem::new(build.span, message));
    }
}
