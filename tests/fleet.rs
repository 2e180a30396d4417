//! The overview of many repositories: its figures, its order, what it says of broken reports, and hostile names.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests run the program and stop at what they did not expect"
)]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use tollgate::fleet::{Fleet, Order};
use tollgate::render::{fleet, fleet_pages};

/// A report with what the overview reads, and something that it passes over.
fn report(verdict: &str, errors: usize, coverage: Option<(u64, u64)>, tests: Option<(u64, u64)>) -> Value {
    let outcome = |rule: &str, outcome: &str| {
        json!({ "rule": rule, "family": "health", "level": "error", "outcome": outcome, "subjects": 9, "failing": errors,
                "facts": [], "policy": { "file": "p", "line": 1 } })
    };
    json!({
        "schema": "tollgate-report/1", "tool": { "name": "tollgate", "version": "0.1.0" }, "verdict": verdict,
        "policy": { "name": "strict", "sources": [] },
        "summary": { "errors": errors, "warnings": 1, "infos": 0, "waived": 0, "new": 0, "known": 0, "outcomes":
            { "passed": 1, "failed": 1, "waived": 0, "not_applicable": 0, "no_evidence": 0 } },
        "outcomes": [
            outcome("sleep-as-wait", if errors > 0 { "failed" } else { "passed" }),
            outcome("test-report-missing", if verdict == "incomplete" { "no-evidence" } else { "passed" }),
        ],
        "findings": [{ "anything": ["that", "may", { "come": null }] }],
        "tests": tests.map(|(total, failed)| json!({ "total": total, "passed": total - failed, "failed": failed,
            "errors": 0, "skipped": 0, "flaky": 0, "seconds": 1.0, "suites": [] })),
        "coverage": coverage.map(|(covered, total)| json!({ "definition": "d", "line":
            { "covered": covered, "total": total, "percent": 0.0 }, "files": [] })),
        "runs": [{ "seconds": 100.0 }, { "seconds": 260.0 }, {}],
        "workflows": [], "files": [],
    })
}

fn folder(files: &[(&str, String)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn tollgate(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.current_dir(folder).args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output().unwrap()
}

fn figures(root: &TempDir, output: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root.path().join(output).join("fleet.json")).unwrap()).unwrap()
}

fn names(figures: &Value) -> Vec<&str> {
    figures["repositories"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn the_worst_come_first_and_the_page_has_all_figures() {
    let root = folder(&[
        ("in/acme/good/report.json", report("pass", 0, Some((9, 10)), Some((10, 0))).to_string()),
        ("in/acme/bad/report.json", report("fail", 2, Some((1, 3)), Some((10, 4))).to_string()),
        ("in/acme/bad/report.html", "<p>".to_owned()),
        ("in/acme/worse.json", report("fail", 12_345, None, None).to_string()),
        ("in/open.json", report("incomplete", 0, None, None).to_string()),
        ("in/notes.txt", "no report".to_owned()),
    ]);
    let output = tollgate(root.path(), &["fleet", "in", "--output", "site"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told, "4 repositories: 1 pass, 2 fail, 1 incomplete\nwrote site/index.html\n");
    let figures = figures(&root, "site");
    assert_eq!(names(&figures), ["acme/worse", "acme/bad", "open", "acme/good"]);
    let bad = &figures["repositories"][1];
    assert_eq!((&bad["page"], &bad["run_seconds"]), (&json!("../in/acme/bad/report.html"), &json!(260.0)));
    assert_eq!((&bad["tests"]["failed"], &bad["coverage"]["covered"]), (&json!(4), &json!(1)));
    let sleeps =
        json!({ "rule": "sleep-as-wait", "level": "error", "failed": 2, "without_evidence": 0, "failing": 12_347 });
    assert_eq!(figures["rules"][0], sleeps);
    assert_eq!(figures["rules"][1]["without_evidence"], json!(1));

    let page = fs::read_to_string(root.path().join("site/index.html")).unwrap();
    for part in [
        "<a href=\"../in/acme/bad/report.html\">acme/bad</a>",
        "<td class=\"fail\">fail</td><td class=\"n\">12,345</td>",
        "33.33 %",
        "4 min 20 s",
        "<a href=\"index.html\" aria-current=\"page\">worst first</a>",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    let places: Vec<_> = ["acme/worse", "acme/bad", "open", "acme/good"].map(|name| page.find(name)).into();
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
}

#[test]
fn every_order_has_a_page_with_all_repositories() {
    let mut all = Fleet::default();
    for (name, report) in [
        ("a", report("pass", 0, Some((9, 10)), Some((5, 0)))),
        ("b", report("fail", 1, Some((5, 10)), Some((9, 3)))),
        ("c", report("incomplete", 0, None, None)),
    ] {
        all.add(name, name, None, &report.to_string());
    }
    all.finish();
    let expected = [
        (Order::Worst, ["b", "c", "a"]),
        (Order::Name, ["a", "b", "c"]),
        (Order::Coverage, ["b", "a", "c"]),
        (Order::Tests, ["b", "c", "a"]),
        (Order::Time, ["a", "b", "c"]),
    ];
    for ((order, file), (same, names)) in fleet_pages().zip(expected) {
        assert_eq!(order, same);
        let page = fleet(&all, order);
        let rows: Vec<_> = names.map(|name| page.find(&format!("<th scope=\"row\">{name}</th>")).unwrap()).into();
        assert!(rows.is_sorted(), "{file}: {rows:?}");
    }
}

#[test]
fn what_cannot_be_read_is_listed_and_leaves_the_answer_open() {
    let good = report("pass", 0, None, None).to_string();
    let root = folder(&[
        ("in/good.json", good.clone()),
        ("in/future.json", good.replace("tollgate-report/1", "tollgate-report/9")),
        ("in/half.json", good[..good.len() / 2].to_owned()),
        ("in/other.json", "{\"a\": 1}".to_owned()),
        ("in/verdict.json", good.replace("\"pass\"", "\"perhaps\"")),
        ("empty/readme.md", String::new()),
    ]);
    let output = tollgate(root.path(), &["fleet", "in", "missing.json", "--output", "site"]);
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8(output.stderr).unwrap();
    for part in [
        "error: in/future.json: has the schema `tollgate-report/9`",
        "error: in/half.json: is not valid JSON",
        "error: in/other.json: is no report of Tollgate",
        "error: in/verdict.json: is no report of Tollgate",
        "error: missing.json: there is no such file",
    ] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
    let figures = figures(&root, "site");
    assert_eq!((names(&figures), figures["unreadable"].as_array().unwrap().len()), (vec!["good"], 5));
    assert!(fs::read_to_string(root.path().join("site/index.html")).unwrap().contains("5 reports could not be read"));
    // Nothing at all is no answer either.
    assert_eq!(tollgate(root.path(), &["fleet", "empty"]).status.code(), Some(3));
    assert_eq!(tollgate(root.path(), &["fleet"]).status.code(), Some(2));
    assert_eq!(tollgate(root.path(), &["fleet", "in", "--name", "x"]).status.code(), Some(2));
}

#[test]
fn a_second_run_over_its_own_folder_finds_the_same() {
    let root = folder(&[("site/shop/report.json", report("pass", 0, None, None).to_string())]);
    for _ in 0..2 {
        let output = tollgate(root.path(), &["fleet", "site", "--output", "site"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(names(&figures(&root, "site")), ["shop"]);
    }
}

#[test]
fn a_name_can_be_given() {
    let root = folder(&[("a.json", report("pass", 0, None, None).to_string())]);
    let output = tollgate(root.path(), &["fleet", "--name", "acme/shop=a.json", "--output", "site"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(names(&figures(&root, "site")), ["acme/shop"]);
}

#[test]
fn hostile_names_are_text() {
    let mut hostile = report("fail", 1, None, None);
    hostile["policy"]["name"] = json!("\"><script>alert(1)</script>\u{1b}[31m\u{202e}");
    hostile["outcomes"][0]["rule"] = json!(format!("<img src=x onerror=alert(1)>{}", "r".repeat(100_000)));
    hostile["tool"]["version"] = json!("'\"<b>");
    hostile["tests"] = json!({ "total": u64::MAX, "failed": u64::MAX, "errors": 7, "skipped": 0, "flaky": 0 });
    hostile["summary"]["errors"] = json!(u64::MAX);
    hostile["runs"] = json!([{ "seconds": 1e308 }, { "seconds": -5.0 }]);
    let name = format!("<script>alert(2)</script>\u{1b}[2J{}", "n".repeat(100_000));
    let mut all = Fleet::default();
    for _ in 0..2 {
        all.add(&name, "a&b<i>.json", Some("javascript%3A/report.html".to_owned()), &hostile.to_string());
    }
    all.add("x", "<u>.json", None, "{\"schema\": \"<script>alert(3)</script>\u{7f}\"}");
    all.finish();
    for (order, _) in fleet_pages() {
        let page = fleet(&all, order);
        for part in ["<script", "<img", "<b>", "<i>", "<u>", "\u{1b}", "\u{202e}", "\u{7f}"] {
            assert!(!page.contains(part), "{part:?} is in\n{page}");
        }
        assert!(page.contains("&lt;script&gt;alert(2)"));
        assert!(page.len() < 20_000, "{} bytes", page.len());
    }
}

#[test]
#[cfg(unix)]
fn hostile_folders_are_linked_as_paths() {
    let name = "javascript:alert(1)\"><script>/report.json";
    let root = folder(&[(&format!("in/{name}"), report("pass", 0, None, None).to_string())]);
    fs::write(root.path().join("in").join(name).with_extension("html"), "").unwrap();
    let output = tollgate(root.path(), &["fleet", "in", "--output", "in"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let page = fs::read_to_string(root.path().join("in/index.html")).unwrap();
    assert!(page.contains("href=\"javascript%3Aalert%281%29%22%3E%3Cscript%3E/report.html\""), "{page}");
    assert!(!page.contains("<script"));
}

#[test]
fn the_policy_of_the_page_lets_nothing_in_but_its_own_styles() {
    let page = fleet(&Fleet::default(), Order::Worst);
    let (_, rest) = page.split_once("Content-Security-Policy\" content=\"").unwrap();
    let (policy, _) = rest.split_once('"').unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.ends_with("='; base-uri 'none'; form-action 'none'"), "{policy}");
    assert!(!page.contains("style=") && !page.contains("http:") && !page.contains("https:"), "{page}");
}
