use crate::model::{FileRecord, FileStatus, Place, Report};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What relative paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// The files that were read or should have been, as SARIF's artifacts.
pub(super) struct Files<'r> {
    records: Vec<&'r FileRecord>,
    index: BTreeMap<&'r str, usize>,
}

impl<'r> Files<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let records: Vec<_> = report.files.iter().filter(|file| file.status != FileStatus::Ignored).collect();
        let index = records.iter().enumerate().map(|(at, file)| (file.path.as_str(), at)).collect();
        Self { records, index }
    }

    pub(super) fn artifacts(&self) -> impl Iterator<Item = Value> {
        self.records.iter().map(|file| {
            let mut artifact = Map::new();
            artifact.insert("location".to_owned(), artifact_location(&file.path));
            artifact.insert("length".to_owned(), json!(file.bytes));
            if !file.sha256.is_empty() {
                artifact.insert("hashes".to_owned(), json!({ "sha-256": file.sha256 }));
            }
            let mut properties = Map::new();
            properties.insert("kind".to_owned(), json!(file.kind.word()));
            if !file.producer.is_empty() {
                properties.insert("producer".to_owned(), json!(file.producer));
            }
            artifact.insert("properties".to_owned(), Value::Object(properties));
            Value::Object(artifact)
        })
    }

    /// Where a file is, with its number among the artifacts.
    pub(super) fn location(&self, path: &str) -> Value {
        let mut location = artifact_location(path);
        if let (Some(at), Some(map)) = (self.index.get(path), location.as_object_mut()) {
            map.insert("index".to_owned(), json!(at));
        }
        location
    }
}

pub(super) fn bases() -> Value {
    json!({ ROOT: { "description": { "text": "The folder that was judged; paths given beside it are relative to the working directory." } } })
}

/// A place; its message says what it has to do with the result, empty for the place of the result itself.
pub(super) fn location(place: &Place, message: &str) -> Value {
    let line = place.line.max(1);
    let column = place.column.max(1);
    let end_line = place.end_line.max(line);
    let end_column = if end_line == line { place.end_column.max(column) } else { place.end_column.max(1) };
    let mut region = json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column });
    // Without an excerpt it is a line of a report or a whole file, whose bytes were not counted.
    if let (Some(_), Some(region)) = (&place.excerpt, region.as_object_mut()) {
        region.insert("byteOffset".to_owned(), json!(place.offset));
        region.insert("byteLength".to_owned(), json!(place.length));
    }
    let mut location =
        json!({ "physicalLocation": { "artifactLocation": artifact_location(&place.file), "region": region } });
    if let Some(location) = location.as_object_mut() {
        if !place.path.is_empty() {
            location.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": place.path }]));
        }
        if !message.is_empty() {
            location.insert("message".to_owned(), super::message(message));
        }
    }
    location
}

/// A path as a URI: relative to the root, unless it is absolute or leads out of it.
pub(super) fn artifact_location(path: &str) -> Value {
    if let Some((drive, rest)) = path.split_once(':')
        && drive.len() == 1
        && drive.starts_with(|c: char| c.is_ascii_alphabetic())
        && rest.starts_with('/')
    {
        return json!({ "uri": format!("file:///{drive}:{}", encoded(rest)) });
    }
    if path.starts_with('/') {
        return json!({ "uri": format!("file://{}", encoded(path)) });
    }
    let uri = if path.is_empty() { ".".to_owned() } else { encoded(path) };
    if path.split('/').any(|part| part == "..") {
        return json!({ "uri": uri });
    }
    json!({ "uri": uri, "uriBaseId": ROOT })
}

/// Everything but letters, digits, `-._~` and `/` as `%XX` of its bytes.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::artifact_location;
    use serde_json::json;

    #[test]
    fn paths_are_uris_whatever_they_hold() {
        for (path, uri, relative) in [
            (".github/workflows/ci.yml", ".github/workflows/ci.yml", true),
            ("a b/ü#?%.yml", "a%20b/%C3%BC%23%3F%25.yml", true),
            ("javascript:alert(1)", "javascript%3Aalert%281%29", true),
            ("results.zip/a\nb.xml", "results.zip/a%0Ab.xml", true),
            ("/tmp/x.zip/junit.xml", "file:///tmp/x.zip/junit.xml", false),
            ("//host/x", "file:////host/x", false),
            ("C:/x y", "file:///C:/x%20y", false),
            ("../x", "../x", false),
            ("..x/y", "..x/y", true),
            ("", ".", true),
        ] {
            let expected =
                if relative { json!({ "uri": uri, "uriBaseId": "%SRCROOT%" }) } else { json!({ "uri": uri }) };
            assert_eq!(artifact_location(path), expected, "{path}");
        }
    }
}
