//! What the schema of SARIF 2.1.0 demands of the objects that are written here, and GitHub beyond it: names, types and
//! what must be there. The schema allows no other properties, and neither does this.

use serde_json::Value;

/// Name, whether it must be there, and type: a plain one, an object of [`OBJECTS`], a list `[…]` or a mapping `{…}` of
/// either, or words to choose from.
type Property = (&'static str, bool, &'static str);

const OBJECTS: &[(&str, &[Property])] = &[
    ("log", &[("$schema", true, "uri"), ("version", true, "2.1.0"), ("runs", true, "[run]")]),
    (
        "run",
        &[
            ("tool", true, "tool"),
            ("columnKind", true, "unicodeCodePoints"),
            ("originalUriBaseIds", true, "{artifactLocation}"),
            ("invocations", true, "[invocation]"),
            ("properties", true, "bag"),
            ("artifacts", true, "[artifact]"),
            ("results", true, "[result]"),
        ],
    ),
    ("tool", &[("driver", true, "toolComponent")]),
    (
        "toolComponent",
        &[
            ("name", true, "text"),
            ("version", true, "text"),
            ("semanticVersion", true, "text"),
            ("notifications", true, "[reportingDescriptor]"),
            ("rules", true, "[reportingDescriptor]"),
        ],
    ),
    (
        "reportingDescriptor",
        &[
            ("id", true, "text"),
            ("shortDescription", true, "multiformatMessageString"),
            ("fullDescription", true, "multiformatMessageString"),
            ("help", true, "multiformatMessageString"),
            ("defaultConfiguration", false, "reportingConfiguration"),
            ("properties", false, "bag"),
        ],
    ),
    ("reportingConfiguration", &[("level", true, "none|note|warning|error")]),
    ("multiformatMessageString", &[("text", true, "text"), ("markdown", false, "text")]),
    ("message", &[("text", true, "text")]),
    ("invocation", &[("executionSuccessful", true, "bool"), ("toolExecutionNotifications", true, "[notification]")]),
    (
        "notification",
        &[
            ("level", true, "none|note|warning|error"),
            ("descriptor", true, "reference"),
            ("associatedRule", false, "reference"),
            ("message", true, "message"),
            ("locations", false, "[location]"),
        ],
    ),
    ("reference", &[("id", true, "text")]),
    (
        "artifact",
        &[
            ("location", true, "artifactLocation"),
            ("length", true, "count"),
            ("hashes", false, "{text}"),
            ("properties", true, "bag"),
        ],
    ),
    (
        "artifactLocation",
        &[
            ("uri", false, "uri"),
            ("uriBaseId", false, "text"),
            ("index", false, "count"),
            ("description", false, "message"),
        ],
    ),
    (
        "result",
        &[
            ("ruleId", true, "text"),
            ("ruleIndex", true, "count"),
            ("level", true, "none|note|warning|error"),
            ("message", true, "message"),
            ("locations", true, "[location]"),
            ("relatedLocations", false, "[location]"),
            ("partialFingerprints", true, "{text}"),
            ("suppressions", false, "[suppression]"),
            ("baselineState", false, "new|unchanged|updated|absent"),
            ("fixes", false, "[fix]"),
            ("properties", true, "bag"),
        ],
    ),
    (
        "location",
        &[
            ("physicalLocation", true, "physicalLocation"),
            ("logicalLocations", false, "[logicalLocation]"),
            ("message", false, "message"),
        ],
    ),
    ("physicalLocation", &[("artifactLocation", true, "artifactLocation"), ("region", false, "region")]),
    ("logicalLocation", &[("fullyQualifiedName", true, "text")]),
    (
        "region",
        &[
            ("startLine", false, "place"),
            ("startColumn", false, "place"),
            ("endLine", false, "place"),
            ("endColumn", false, "place"),
            ("byteOffset", false, "count"),
            ("byteLength", false, "count"),
        ],
    ),
    (
        "suppression",
        &[
            ("kind", true, "inSource|external"),
            ("status", true, "accepted|underReview|rejected"),
            ("justification", false, "text"),
        ],
    ),
    ("fix", &[("description", true, "message"), ("artifactChanges", true, "[artifactChange]")]),
    ("artifactChange", &[("artifactLocation", true, "artifactLocation"), ("replacements", true, "[replacement]")]),
    ("replacement", &[("deletedRegion", true, "region"), ("insertedContent", true, "artifactContent")]),
    ("artifactContent", &[("text", true, "any text"), ("binary", true, "any text")]),
];

#[track_caller]
pub(crate) fn valid(text: &str) {
    let log: Value = serde_json::from_str(text).unwrap();
    if let Err(error) = is(&log, "log") {
        panic!("{error}");
    }
    for run in log["runs"].as_array().unwrap() {
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        assert!(rules.len() <= 25_000 && results.len() <= 25_000);
        for rule in rules {
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10, "{rule}");
            for name in ["shortDescription", "fullDescription"] {
                assert!(rule[name]["text"].as_str().unwrap().chars().count() <= 1024, "{rule}");
            }
        }
        for result in results {
            assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], result["ruleId"]);
            let related = result["relatedLocations"].as_array().map_or(0, Vec::len);
            assert_eq!(result["locations"].as_array().unwrap().len(), 1);
            assert!(related < 1_000);
            let region = &result["locations"][0]["physicalLocation"]["region"];
            let place = |line: &str, column: &str| (region[line].as_u64().unwrap(), region[column].as_u64().unwrap());
            assert!(place("startLine", "startColumn") <= place("endLine", "endColumn"), "{region}");
        }
    }
}

fn is(value: &Value, kind: &str) -> Result<(), String> {
    let wrong = || Err(format!("no {kind}: {value}"));
    let all = |values: Vec<&Value>, kind: &str| values.into_iter().try_for_each(|value| is(value, kind));
    if let Some(inner) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        return value.as_array().map_or_else(wrong, |list| all(list.iter().collect(), inner));
    }
    if let Some(inner) = kind.strip_prefix('{').and_then(|kind| kind.strip_suffix('}')) {
        return value.as_object().map_or_else(wrong, |map| all(map.values().collect(), inner));
    }
    if let Some((_, properties)) = OBJECTS.iter().find(|(name, _)| *name == kind) {
        let Some(map) = value.as_object() else { return wrong() };
        for (name, must, _) in *properties {
            if *must && !map.contains_key(*name) {
                return Err(format!("{kind} without {name}: {value}"));
            }
        }
        return map.iter().try_for_each(|(key, value)| {
            let property = properties.iter().find(|(name, ..)| name == key);
            property.map_or_else(|| Err(format!("{kind} has no {key}: {value}")), |(_, _, kind)| is(value, kind))
        });
    }
    let right = match kind {
        "text" => value.as_str().is_some_and(|text| !text.is_empty()),
        "any text" => value.is_string(),
        "uri" => value.as_str().is_some_and(is_uri),
        "bool" => value.is_boolean(),
        "count" => value.is_u64(),
        "place" => value.as_u64().is_some_and(|number| number >= 1),
        "bag" => value.is_object(),
        words => value.as_str().is_some_and(|word| words.split('|').any(|known| known == word)),
    };
    if right { Ok(()) } else { wrong() }
}

/// A reference of RFC 3986 that has no scheme, or `file` or `https`.
fn is_uri(uri: &str) -> bool {
    let rest = uri.strip_prefix("file://").or_else(|| uri.strip_prefix("https://")).unwrap_or(uri);
    let mut bytes = rest.bytes();
    let drive = uri.strip_prefix("file:///").is_some_and(|path| path.get(1..3) == Some(":/"));
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                if !(0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())) {
                    return false;
                }
            }
            b':' if drive => {}
            b'-' | b'.' | b'_' | b'~' | b'/' => {}
            byte if byte.is_ascii_alphanumeric() => {}
            _ => return false,
        }
    }
    !uri.is_empty()
}
