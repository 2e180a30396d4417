//! What holds of the whole way from bytes to the report, whatever the input is.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(clippy::disallowed_methods, reason = "the sample is read from its folder")]

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use support::{raw, today};
use tollgate::engine::{self, Request};
use tollgate::fix::{self, Scope};
use tollgate::input::{Content, Limits, Origin, RawFile};
use tollgate::model::{FileStatus, Level, Report, Verdict};
use tollgate::render;

/// The sample repository, as given files.
fn sample() -> Vec<RawFile> {
    let mut files = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/shop"), "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn gather(folder: &Path, prefix: &str, files: &mut Vec<RawFile>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            gather(&entry.path(), &format!("{path}/"), files);
        } else {
            files.push(raw(&path, fs::read(entry.path()).unwrap()));
        }
    }
}

fn analyze(files: Vec<RawFile>, policy: &str) -> Report {
    engine::analyze(request(files), &engine::load_policy(policy, None, &|_| None).unwrap())
}

fn request(files: Vec<RawFile>) -> Request {
    Request { files, limits: Limits::default(), fail_on: Level::Error, today: today(), baseline: None }
}

fn bytes(file: &RawFile) -> Vec<u8> {
    let Content::Bytes(bytes) = &file.content else { unreachable!("the sample is given as bytes") };
    bytes.clone()
}

/// A change of a file: bytes from a place on are taken out, and others put in.
fn edit() -> impl Strategy<Value = (prop::sample::Index, prop::sample::Index, usize, Vec<u8>)> {
    let pieces = prop::sample::select(vec![
        "\n",
        "  ",
        "\t",
        ":",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "|",
        ">",
        "&a",
        "*a",
        "<<: ",
        "${{ ",
        " }}",
        "<",
        "/>",
        "\0",
        "\u{feff}",
        "999999999999999999999",
        "-1",
        "é",
        "#",
        "%",
        "\\",
        "!!",
        "---\n",
        "]]>",
        "&x;",
        "$(",
        "`",
        "<<EOF\n",
    ]);
    let inserted = prop_oneof![pieces.prop_map(|text| text.as_bytes().to_vec()), vec(any::<u8>(), 0..4)];
    (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..40_usize, inserted)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_files_does_not_change_the_report(files in Just(sample()).prop_shuffle()) {
        let sorted = analyze(sample(), "recommended");
        prop_assert_eq!(render::json(&analyze(files, "recommended")), render::json(&sorted));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_tree_is_judged_without_a_panic_and_every_file_has_a_status(edits in vec(edit(), 1..8)) {
        let mut files = sample();
        for (which, at, length, inserted) in edits {
            let file = which.get(&files).clone();
            let mut text = bytes(&file);
            let from = if text.is_empty() { 0 } else { at.index(text.len()) };
            let to = text.len().min(from + length);
            text.splice(from..to, inserted);
            let index = files.iter().position(|other| other.path == file.path).unwrap();
            files[index].content = Content::Bytes(text);
        }
        let count = files.len();
        let report = analyze(files, "strict");
        prop_assert_eq!(report.files.len(), count);
        prop_assert!(!render::json(&report).is_empty());
    }

    #[test]
    fn a_report_that_was_cut_off_never_makes_the_answer_green(which in 0..2_usize, at in any::<prop::sample::Index>()) {
        let mut files = vec![raw("reports/junit.xml", GREEN_TESTS), raw("reports/coverage.xml", GREEN_COVERAGE)];
        let whole = bytes(&files[which]);
        let cut = at.index(whole.trim_ascii_end().len());
        files[which].content = Content::Bytes(whole[..cut].to_vec());
        let path = files[which].path.clone();
        let report = analyze(files, "recommended");
        prop_assert!(report.files.iter().any(|file| file.path == path && file.status != FileStatus::Read));
        prop_assert_ne!(report.verdict, Verdict::Pass);
    }
}

const GREEN_TESTS: &str = r#"<?xml version="1.0"?>
<testsuites><testsuite name="cart" tests="2" failures="0"><testcase classname="cart" name="adds" time="0.1"/>
<testcase classname="cart" name="removes" time="0.2"><system-out>bye</system-out></testcase></testsuite></testsuites>
"#;

const GREEN_COVERAGE: &str = r#"<?xml version="1.0"?>
<coverage line-rate="1" version="7"><packages><package name="."><classes><class name="cart" filename="cart.py">
<lines><line number="1" hits="1"/><line number="2" hits="3"/></lines></class></classes></package></packages></coverage>
"#;

#[test]
fn what_is_green_whole_is_green() {
    let files = vec![raw("reports/junit.xml", GREEN_TESTS), raw("reports/coverage.xml", GREEN_COVERAGE)];
    assert_eq!(analyze(files, "recommended").verdict, Verdict::Pass);
}

#[test]
fn fixing_what_was_fixed_changes_nothing() {
    let policy = engine::load_policy("strict", None, &|_| None).unwrap();
    let fixed = fix::fix(request(sample()), &policy, Scope::All);
    assert!(!fixed.files.is_empty());
    let files = sample().into_iter().map(|mut file| {
        if let Some(changed) = fixed.files.iter().find(|changed| changed.path == file.path) {
            file.content = Content::Bytes(changed.after.clone().into_bytes());
        }
        RawFile { origin: Origin::Tree, ..file }
    });
    let again = fix::fix(request(files.collect()), &policy, Scope::All);
    assert!(again.files.is_empty(), "{:?}", again.files.iter().map(|file| &file.path).collect::<Vec<_>>());
}
