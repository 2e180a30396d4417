//! The report as one HTML file: complete, inert, self-contained and bounded.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "tests run the program and stop at what they did not expect"
)]

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;
use tollgate::model::{Finding, Report};
use tollgate::render::html;

/// What ends texts, attributes, elements, scripts and comments, runs, loads, steers terminals and turns text around.
const HOSTILE: &str = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\" onclick='alert(1)' \
                       </style><style>*{background:url(//x.example)}</style>&lt;&#60; \0\u{1b}[31m\u{9b}\u{202e}\u{ffff}\u{1ffff}";

fn program(format: &str) -> String {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/shop");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.current_dir(sample).args(["check", ".", "--today", "2026-11-24", "--format", format]);
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

fn sample() -> Report {
    serde_json::from_str(&program("json")).unwrap()
}

/// An element's name and attributes, and the text up to the next tag.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The opening tags of a document, read as a browser reads them: what `script` and `style` hold is text up to their end.
fn elements(document: &str) -> Vec<Element> {
    let mut elements = Vec::new();
    let mut rest = document;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with(['/', '!']) {
            let text = rest.split_once('>').unwrap().1;
            let text = &text[..text.find('<').unwrap_or(text.len())];
            if let Some(element) = elements.last_mut() {
                let element: &mut Element = element;
                element.text.push_str(&plain(text));
            }
            continue;
        }
        let name_end = rest.find(|c: char| c.is_whitespace() || "/>".contains(c)).unwrap();
        let name = rest[..name_end].to_ascii_lowercase();
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "<{name}");
        rest = &rest[name_end..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break;
            }
            let end = rest.find(|c: char| c.is_whitespace() || "=>".contains(c)).unwrap();
            let key = rest[..end].to_owned();
            rest = &rest[end..];
            let mut value = String::new();
            if let Some(after) = rest.strip_prefix("=\"") {
                let (inside, after) = after.split_once('"').unwrap();
                value = plain(inside);
                rest = after;
            }
            attributes.push((key, value));
        }
        let text = match name.as_str() {
            "script" | "style" => rest.split_once(&format!("</{name}")).unwrap().0.to_owned(),
            _ => plain(&rest[..rest.find('<').unwrap_or(rest.len())]),
        };
        if matches!(name.as_str(), "script" | "style") {
            rest = &rest[text.len()..];
        }
        elements.push(Element { name, attributes, text });
    }
    elements
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}

/// The words that a reader sees, without markup and with one blank between them.
fn words(document: &str) -> String {
    let elements = elements(document);
    let seen = elements.iter().filter(|e| !matches!(e.name.as_str(), "script" | "style"));
    squeezed(&seen.map(|e| e.text.as_str()).collect::<String>())
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Backticks mark code, when they come in pairs.
fn without_marks(text: &str) -> String {
    let marks = text.matches('`').count();
    squeezed(&if marks.is_multiple_of(2) { text.replace('`', "") } else { text.to_owned() })
}

fn data(document: &str) -> Option<Value> {
    let found = elements(document).into_iter().find(|e| e.value("id") == Some("tollgate-report"))?;
    assert_eq!(found.value("type"), Some("application/json"));
    Some(serde_json::from_str(&found.text).unwrap())
}

/// A report with a hostile text wherever a file, a policy or a workflow can put one.
fn hostile(mut value: Value) -> Value {
    fn walk(value: &mut Value, key: &str) {
        match value {
            Value::String(text) => {
                let of_tollgate = ["schema", "verdict", "level", "family", "outcome", "status", "kind", "fingerprint"];
                let counted = ["sha256", "until", "started", "by", "critical_path_by", "cause", "unit"];
                if !of_tollgate.contains(&key) && !counted.contains(&key) {
                    text.push_str(HOSTILE);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, key)),
            Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| walk(value, key)),
            _ => {}
        }
    }
    walk(&mut value, "");
    value
}

fn hostile_report() -> Report {
    serde_json::from_value(hostile(serde_json::from_str(&program("json")).unwrap())).unwrap()
}

#[test]
fn everything_of_every_finding_is_there_without_scripts() {
    let report = sample();
    let seen = words(&html(&report));
    assert!(report.findings.len() > 10, "the sample has findings");
    for finding in &report.findings {
        assert!(seen.contains(&without_marks(&finding.message)), "{}", finding.message);
        assert!(seen.contains(&without_marks(&finding.why)), "{}", finding.why);
        for line in finding.fix.text.lines() {
            assert!(seen.contains(&without_marks(line)), "{line}");
        }
        for line in finding.place.excerpt.iter().flat_map(|excerpt| &excerpt.lines) {
            assert!(seen.contains(&squeezed(line)), "{line}");
        }
    }
    for outcome in &report.outcomes {
        assert!(seen.contains(&outcome.rule), "{}", outcome.rule);
        for fact in &outcome.facts {
            assert!(seen.contains(&without_marks(fact)), "{fact}");
        }
    }
    for file in &report.files {
        assert!(seen.contains(&file.path), "{}", file.path);
    }
}

#[test]
fn the_program_writes_the_same_bytes_each_time() {
    let document = program("html");
    assert!(document == program("html"), "two runs differ");
    assert!(document == html(&sample()), "the program and the function differ");
}

#[test]
fn the_report_in_it_is_the_report() {
    for report in [program("json"), serde_json::to_string(&hostile_report()).unwrap()] {
        let document = html(&serde_json::from_str(&report).unwrap());
        assert_eq!(data(&document), Some(serde_json::from_str(&report).unwrap()));
    }
}

#[test]
fn no_text_becomes_markup() {
    let (tame, wild) = (html(&sample()), html(&hostile_report()));
    assert!(words(&wild).contains("alert(1)"), "the texts are shown");
    let names = |document: &str| elements(document).into_iter().map(|e| e.name).collect::<BTreeSet<_>>();
    assert!(names(&wild).is_subset(&names(&tame)), "{:?}", names(&wild).difference(&names(&tame)).collect::<Vec<_>>());
    for element in elements(&wild) {
        for (key, _) in &element.attributes {
            assert!(!key.starts_with("on") && key != "style" && key != "src", "<{} {key}>", element.name);
        }
    }
    let count = |name: &str| elements(&wild).iter().filter(|e| e.name == name).count();
    assert_eq!((count("script"), count("style")), (2, 1));
    let control = wild.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(control, None);
    assert!(!wild.contains(['\u{202e}', '\u{ffff}', '\u{1ffff}']), "text is turned around");
}

#[test]
fn nothing_is_loaded_and_every_link_leads_to_a_place_in_the_file() {
    for document in [html(&sample()), html(&hostile_report())] {
        let elements = elements(&document);
        let ids: Vec<&str> = elements.iter().filter_map(|e| e.value("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "ids are there once");
        for element in &elements {
            for (key, value) in &element.attributes {
                match key.as_str() {
                    "href" if element.name == "link" => assert!(value.starts_with("data:image/svg+xml,"), "{value}"),
                    "href" => assert!(unique.contains(value.strip_prefix('#').unwrap()), "{value}"),
                    "aria-labelledby" | "aria-describedby" | "aria-controls" => {
                        assert!(value.split(' ').all(|id| unique.contains(id)), "{key}={value}");
                    }
                    "xlink:href" | "action" | "srcset" | "data" | "poster" | "ping" | "target" => panic!("{key}"),
                    _ => {}
                }
            }
            if element.name == "style" {
                assert!(!element.text.contains("url(") && !element.text.contains("@import"), "the style sheet loads");
            }
        }
        let policy = elements.iter().find(|e| e.value("http-equiv").is_some()).and_then(|e| e.value("content"));
        assert!(policy.is_some_and(|policy| policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe")));
    }
}

#[test]
fn what_only_a_page_could_answer_is_left_out() {
    let document = html(&sample());
    let script = elements(&document).pop().unwrap();
    for element in elements(&document) {
        if matches!(element.name.as_str(), "button" | "input" | "select" | "textarea" | "dialog") {
            let id = element.value("id").unwrap_or_else(|| panic!("a <{}> that nothing answers to", element.name));
            assert!(script.text.contains(&format!("'{id}'")), "{id}");
        }
    }
    assert!(document.contains("id=\"still-tools\" hidden"), "the script's tools are not seen without it");
}

#[test]
fn it_looks_as_the_page_does() {
    let page = include_str!("../index.html");
    let document = html(&sample());
    let style = elements(&document).into_iter().find(|e| e.name == "style").unwrap().text;
    let mut sheets = 0;
    for element in elements(page) {
        let Some(href) = element.value("href") else { continue };
        match element.value("rel") {
            Some("stylesheet") => {
                let path = format!("{}/{}", env!("CARGO_MANIFEST_DIR"), href.trim_start_matches("./"));
                assert!(style.contains(&std::fs::read_to_string(path).unwrap()), "{href} is not in the file");
                sheets += 1;
            }
            Some("icon") => assert!(document.contains(href), "the icon differs"),
            _ => {}
        }
    }
    assert!(sheets > 0);
    let mark = |text: &str| {
        let svg = text.split_once("<svg class=\"brand-mark\"").unwrap().1;
        squeezed(&svg[..svg.find("</svg>").unwrap()])
    };
    assert_eq!(mark(page), mark(&document));
}

#[test]
fn a_huge_report_is_cut_and_says_so_but_counts_everything() {
    let mut report = sample();
    let model = report.findings.clone();
    let finding = |number: usize| {
        let mut finding: Finding = model[number % model.len()].clone();
        finding.place.file = format!("{:02}/{}", number % 60, finding.place.file);
        finding.message = format!("{} ({number})", finding.message);
        finding
    };
    report.findings = (0..50_000).map(finding).collect();
    report.summary.errors = 50_000;
    let file = report.files[0].clone();
    report.files =
        (0..30_000).map(|n| tollgate::model::FileRecord { path: format!("{n}.yml"), ..file.clone() }).collect();
    let document = html(&report);
    assert!(document.len() < 4 << 20, "{} bytes", document.len());
    let seen = words(&document);
    for said in [
        "300 of 50\u{202f}000 findings",
        "300 of 30\u{202f}000 files",
        "49\u{202f}700 not shown",
        "29\u{202f}700 not shown",
        "The report is too large to be within this file",
    ] {
        assert!(seen.contains(&squeezed(said)), "{said}");
    }
    assert_eq!(data(&document), None);
    assert_eq!(elements(&document).iter().filter(|e| e.name == "article").count(), 300);
}

#[test]
fn one_enormous_text_does_not_make_the_file_enormous() {
    let mut report = sample();
    report.findings[0].message = "x".repeat(6 << 20);
    let document = html(&report);
    assert!(document.len() < 5 << 20, "{} bytes", document.len());
    assert!(words(&document).contains("The rest of this part is left out"));
}
