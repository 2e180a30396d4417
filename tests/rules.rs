//! Every rule: its documentation, its examples, and the cases of `tests/rules/<id>.md`.
//!
//! A case is a heading `## fires: …` or `## silent: …`, files in fenced blocks, and lines
//! `at: PATH:LINE` (places of findings, all of them), `params: {…}`, `outcome: WORD`. A rule about missing evidence fires
//! by its outcome, without a place. A `tollgate.yml` among the files is the policy.
#![allow(
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests look at files and stop at what they did not expect"
)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use support::{blocks, fix_all, judge};
use tollgate::model::{Outcome, OutcomeKind, Report};
use tollgate::rules::{HEADINGS, REGISTRY};

fn policy(id: &str, params: &str) -> String {
    let params = params.trim().strip_prefix('{').and_then(|p| p.strip_suffix('}')).unwrap_or(params).trim();
    let comma = if params.is_empty() { "" } else { ", " };
    format!("version: 1\nrules:\n  {id}: {{ level: error{comma}{params} }}\n")
}

/// The documentation's text under each heading.
fn sections(docs: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in docs.lines() {
        // Doc comments keep the blank after the slashes.
        let line = line.strip_prefix(' ').unwrap_or(line);
        match (line.strip_prefix("# "), found.last_mut()) {
            (Some(heading), _) => found.push((heading.to_owned(), String::new())),
            (None, Some((_, text))) => *text += &format!("{line}\n"),
            (None, None) => assert!(line.is_empty(), "text before the first heading: {line}"),
        }
    }
    found
}

fn outcome<'r>(report: &'r Report, id: &str) -> &'r Outcome {
    report.outcomes.iter().find(|outcome| outcome.rule == id).unwrap()
}

fn findings(report: &Report, id: &str) -> Vec<String> {
    let of_rule = report.findings.iter().filter(|f| f.rule == id);
    of_rule.map(|f| format!("{}:{}", f.place.file, f.place.line)).collect()
}

#[test]
fn the_registry_is_sorted_and_each_file_is_named_after_its_rule() {
    let ids: Vec<&str> = REGISTRY.iter().map(|rule| rule.meta.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
    for rule in REGISTRY {
        let meta = rule.meta;
        let file = format!("src/rules/{}/{}.rs", meta.family.word(), meta.id.replace('-', "_"));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(text.contains(&format!("id: \"{}\"", meta.id)), "{file} declares another rule");
    }
}

#[test]
fn every_rule_is_documented_under_all_headings() {
    for rule in REGISTRY {
        let headings: Vec<String> = sections(rule.meta.docs).into_iter().map(|(heading, _)| heading).collect();
        assert_eq!(headings, HEADINGS, "{}", rule.meta.id);
        for (heading, text) in sections(rule.meta.docs) {
            assert!(!text.trim().is_empty(), "{}: nothing under {heading}", rule.meta.id);
        }
    }
}

#[test]
fn every_example_fires_and_every_instead_is_silent() {
    for rule in REGISTRY {
        let id = rule.meta.id;
        for (heading, text) in sections(rule.meta.docs) {
            let report = match heading.as_str() {
                "Example" | "Instead" => judge(&blocks(&text), &policy(id, "")),
                _ => continue,
            };
            let outcome = outcome(&report, id).outcome;
            if heading == "Example" {
                let proved = matches!(outcome, OutcomeKind::Failed | OutcomeKind::NoEvidence);
                assert!(proved, "{id}: the example gives {outcome:?}");
            } else {
                assert_eq!(outcome, OutcomeKind::Passed, "{id}: {:#?}", report.findings);
            }
        }
    }
}

#[test]
fn edits_of_an_example_s_fix_silence_the_rule() {
    let mut fixed = 0;
    for rule in REGISTRY {
        let id = rule.meta.id;
        let text = sections(rule.meta.docs).into_iter().find(|(heading, _)| heading == "Example").unwrap().1;
        let mended = fix_all(&blocks(&text), &policy(id, ""));
        if !mended.files.is_empty() {
            fixed += 1;
            assert_eq!(findings(&mended.report, id), Vec::<String>::new(), "{id}: {:#?}", mended.files);
        }
    }
    assert!(fixed > 0, "some rule has a mechanical fix");
}

#[test]
fn every_case_ends_as_its_heading_says() {
    for rule in REGISTRY {
        let id = rule.meta.id;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/rules/{id}.md"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut kinds = BTreeSet::new();
        for case in text.split("\n## ").skip(1) {
            let title = case.lines().next().unwrap_or_default();
            let (kind, _) = title.split_once(": ").unwrap_or_else(|| panic!("{id}: {title}"));
            kinds.insert(kind.to_owned());
            let said = |key: &str| case.lines().filter_map(|l| l.strip_prefix(key)).map(str::trim).collect::<Vec<_>>();
            let params = said("params:").first().copied().unwrap_or("{}").to_owned();
            let report = judge(&blocks(case), &policy(id, &params));
            let places = findings(&report, id);
            match kind {
                "fires" => {
                    let missing = outcome(&report, id).outcome == OutcomeKind::NoEvidence;
                    assert!(!places.is_empty() || missing, "{id}: {title}: {:?}", outcome(&report, id));
                }
                "silent" => assert!(places.is_empty(), "{id}: {title}: {:#?}", report.findings),
                other => panic!("{id}: a case fires or is silent, not `{other}`"),
            }
            let at = said("at:");
            if !at.is_empty() {
                assert_eq!(places, at, "{id}: {title}: {:#?}", report.findings);
            }
            for word in said("outcome:") {
                let outcome = outcome(&report, id);
                assert_eq!(outcome.outcome.word(), word, "{id}: {title}: {outcome:?}");
            }
        }
        assert!(kinds.contains("fires") && kinds.contains("silent"), "{id} needs cases of both kinds: {kinds:?}");
    }
}

#[test]
fn a_secret_that_is_found_stands_nowhere_in_the_report() {
    let token = ["ghp_", "q7Zt0bX9vKc2LmR5wYhJ8nPdF3sGaE6uT1iO"].concat();
    let value = "Kq3vX8mZ2pL9wR5tY7nB";
    let key = "MHcCAQEEIO7q7Zt0bX9vKc2LmR5wYhJ8nPdF3sGaE6uT1iOoWx4Bz9VrC0kQyMjN";
    let workflow = format!(
        "on: push\nenv:\n  API_TOKEN: {value}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          pytest \
         --token {token} || true\n          curl https://x:{token}@get.example.com/{value}/install.sh | sh\n      - uses: a/b@{value}\n        \
         with:\n          key: \"-----BEGIN EC PRIVATE KEY-----\\n{key}\\n{key}\\n-----END EC PRIVATE KEY-----\"\n"
    );
    let files = [
        (".github/workflows/a.yml".to_owned(), workflow),
        (
            "Dockerfile".to_owned(),
            format!("FROM debian\nENV {} {value}\nRUN curl https://a.io/{value} | sh\n", "API_TOKEN"),
        ),
    ];
    let report = judge(&files, "version: 1\nextends: [strict]\n");
    let text = serde_json::to_string(&report).unwrap();
    assert!(report.findings.iter().filter(|finding| finding.rule == "secret-in-plain-text").count() == 2);
    assert!(report.findings.len() > 8, "other rules look at the same lines");
    for secret in [token.as_str(), value, key] {
        let tail = secret.get(4..12).unwrap();
        assert!(!text.contains(tail), "{}", text.get(text.find(tail).unwrap_or(0).saturating_sub(200)..).unwrap());
    }
}
