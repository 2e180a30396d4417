//! What the edits of rules make of real and of odd files: the finding is gone, all else is as it was.
//!
//! Real files lie in the folder that `TOLLGATE_CORPUS` names.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests look at files and stop at what they did not expect"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use support::{fix_all, raw, today};
use tollgate::cli::walk;
use tollgate::engine::{self, Request};
use tollgate::fix::{self, Fixes, Scope};
use tollgate::input::{Limits, RawFile};
use tollgate::model::{Level, Report};
use tollgate::parse::yaml::{Node, Tree};
use tollgate::rules::REGISTRY;

const CI: &str = ".github/workflows/ci.yml";

/// One file of several, after the fixes of one rule.
#[track_caller]
fn becomes(rule: &str, files: &[(&str, &str)], path: &str, expected: &str) {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let mended = fix_all(&files, &format!("version: 1\nrules:\n  {rule}: error\n"));
    let before = &files.iter().find(|file| file.0 == path).unwrap().1;
    let after = mended.files.iter().find(|file| file.path == path).map_or(before, |file| &file.after);
    assert_eq!(after, expected, "{rule}");
    if before != expected {
        assert!(mended.report.findings.iter().all(|finding| finding.rule != rule), "{:#?}", mended.report.findings);
    }
}

fn job(steps: &str) -> String {
    format!("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n{steps}")
}

#[test]
fn a_timeout_stands_behind_runs_on() {
    let text = "on: push\njobs:\n    a:\n        steps: [{ run: x }]\n        runs-on: # any\n        - ubuntu\n        - arm # of them\n";
    let expected = format!("{text}        timeout-minutes: 15\n");
    becomes("job-without-timeout", &[(CI, text)], CI, &expected);
    let flow = "on: push\njobs: {a: {runs-on: x, steps: [{run: y}]}}";
    becomes("job-without-timeout", &[(CI, flow)], CI, &flow.replace("{runs", "{timeout-minutes: 15, runs"));
}

#[test]
fn an_image_build_gets_the_cache_of_github_where_a_builder_knows_it() {
    let rule = "uncached-image-build";
    let setup = "      - uses: docker/setup-buildx-action@v3\n";
    let build = "      - uses: docker/build-push-action@v6 # by digest?\n";
    let cached = "        with:\n          cache-from: type=gha\n          cache-to: type=gha,mode=max\n";
    let text = job(&format!("{setup}{build}"));
    becomes(rule, &[(CI, &text)], CI, &format!("{text}{cached}"));
    let with = "        with: { push: true }\n";
    let text = job(&format!("{setup}{build}{with}"));
    let expected = text.replace("{ push", "{ cache-from: type=gha, cache-to: \"type=gha,mode=max\", push");
    becomes(rule, &[(CI, &text)], CI, &expected);
    for steps in [
        build.to_owned(),
        format!("{setup}        with: {{ driver: docker }}\n{build}"),
        format!("{setup}{build}{build}"),
        format!("{setup}{build}        with: {{ no-cache: true }}\n"),
    ] {
        let text = job(&steps);
        becomes(rule, &[(CI, &text)], CI, &text);
    }
}

#[test]
fn packages_are_cached_where_the_lock_file_is_there() {
    let rule = "uncached-dependencies";
    let steps = "      - uses: actions/setup-node@v4\n        with:\n          node-version: 22\n      - run: npm ci\n";
    let text = job(steps);
    let expected = text.replace("22\n", "22\n          cache: npm\n");
    becomes(rule, &[(CI, &text), ("package-lock.json", "{}")], CI, &expected);
    becomes(rule, &[(CI, &text), ("web/package-lock.json", "{}")], CI, &text);
    let early = text.replace("      - uses: actions/checkout@v4\n", "");
    becomes(rule, &[(CI, &early), ("package-lock.json", "{}")], CI, &early);
}

#[test]
fn services_of_known_servers_say_how_they_are_asked() {
    let rule = "service-without-healthcheck";
    let text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    services:\n      db:\n        image: postgres:16 # why 16\n    steps:\n      - run: make test\n";
    let options = "        options: >-\n          --health-cmd \"pg_isready -U postgres\"\n          --health-interval 5s\n          --health-timeout 3s\n          --health-retries 10\n";
    becomes(rule, &[(CI, text)], CI, &text.replace("    steps", &format!("{options}    steps")));
    let other = text.replace("        image: postgres:16", "        options: --name db\n        image: postgres:16");
    becomes(rule, &[(CI, &other)], CI, &other);

    let compose = "services:\r\n  db:\r\n    image: redis:7\r\n    ports: ['6379']\r\n";
    let check = "    healthcheck:\r\n      test: [\"CMD-SHELL\", \"redis-cli ping\"]\r\n      interval: 5s\r\n      timeout: 3s\r\n      retries: 10\r\n    ports";
    becomes(rule, &[("compose.yml", compose)], "compose.yml", &compose.replace("    ports", check));
}

#[test]
fn a_start_of_services_waits_for_all_of_them_or_is_left_alone() {
    let rule = "compose-up-without-wait";
    let text = job("      - run: |\n          docker compose up -d db\n          pytest\n");
    let db = "services:\n  db:\n    image: postgres:16\n    healthcheck: { test: pg_isready }\n";
    becomes(rule, &[(CI, &text), ("compose.yml", db)], CI, &text.replace("-d", "-d --wait"));
    let once = format!("{db}    depends_on: [seed]\n  seed:\n    image: busybox:1\n");
    becomes(rule, &[(CI, &text), ("compose.yml", &once)], CI, &text);
}

#[test]
fn a_dependency_waits_for_health_where_there_is_a_check() {
    let rule = "depends-on-without-health";
    let text = "services:\n  web:\n    image: web:1\n    depends_on:\n    - db # first\n    - mail\n  db:\n    image: postgres:16\n    healthcheck: { test: pg_isready }\n  mail:\n    image: mail:1\n";
    let long = "    depends_on:\n      db: # first\n        condition: service_healthy\n      mail:\n        condition: service_started\n";
    let expected = text.replace("    depends_on:\n    - db # first\n    - mail\n", long);
    becomes(rule, &[("compose.yml", text)], "compose.yml", &expected);
    let started = expected.replace("service_healthy", "'service_started'");
    becomes(rule, &[("compose.yml", &started)], "compose.yml", &expected);
    let unchecked = text.replace("    healthcheck: { test: pg_isready }\n", "");
    becomes(rule, &[("compose.yml", &unchecked)], "compose.yml", &unchecked);
}

/// All rules, so that whatever can be edited is.
fn policy() -> String {
    REGISTRY.iter().fold("version: 1\nrules:\n".to_owned(), |mut text, rule| {
        let _ = writeln!(text, "  {}: warning", rule.meta.id);
        text
    })
}

fn judged(files: Vec<RawFile>) -> Report {
    let policy = engine::load_policy("p.yml", Some(&policy()), &|_| None).unwrap();
    let request = Request { files, limits: Limits::default(), fail_on: Level::Error, today: today() };
    engine::analyze(request, &policy)
}

fn fixed(files: Vec<RawFile>, scope: Scope) -> Fixes {
    let policy = engine::load_policy("p.yml", Some(&policy()), &|_| None).unwrap();
    let request = Request { files, limits: Limits::default(), fail_on: Level::Error, today: today() };
    fix::fix(request, &policy, scope)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().map(|e| e.unwrap().path()).collect();
    found.sort();
    found
}

/// Compares two trees: the second may have more entries in mappings; every other difference is told.
fn compare(before: Node<'_>, after: Node<'_>, more: &mut BTreeMap<String, usize>, other: &mut Vec<String>) {
    if before.is_mapping() && after.is_mapping() {
        let mut old = before.entries().peekable();
        for (key, value) in after.entries() {
            match old.next_if(|(old, _)| old.text() == key.text()) {
                Some((_, old)) => compare(old, value, more, other),
                None => *more.entry(key.text().unwrap_or("?").to_owned()).or_default() += 1,
            }
        }
        other.extend(old.next().map(|(key, _)| format!("lost {:?}", key.text())));
    } else if before.is_sequence() && after.is_sequence() && before.items().count() == after.items().count() {
        for (old, new) in before.items().zip(after.items()) {
            compare(old, new, more, other);
        }
    } else if before.kind_word() != after.kind_word() || !before.is_scalar() {
        other.push(format!("{}: {} -> {}", before.path(), before.kind_word(), after.kind_word()));
    } else if before.text() != after.text() || before.style() != after.style() || before.tag() != after.tag() {
        other.push(format!("{}: {:?} -> {:?}", before.path(), before.text(), after.text()));
    }
}

/// What the safe fixes may add.
const ADDED: [&str; 8] =
    ["if", "retention-days", "if-no-files-found", "shell", "cache", "cache-from", "cache-to", "with"];

#[test]
#[ignore = "reads the folder that TOLLGATE_CORPUS names"]
fn fixes_of_real_files_change_nothing_else() {
    let corpus = std::env::var_os("TOLLGATE_CORPUS").map(PathBuf::from).unwrap();
    let mut trees: Vec<(String, Vec<RawFile>)> = Vec::new();
    for folder in ["workflows", "compose"] {
        for path in entries(&corpus.join(folder)) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let inside = if folder == "workflows" { format!(".github/workflows/{name}") } else { name.clone() };
            trees.push((name, vec![raw(&inside, std::fs::read(&path).unwrap())]));
        }
    }
    for path in entries(&corpus.join("repos")) {
        trees.push((path.display().to_string(), walk::collect(&[path], &[], &Limits::default()).files));
    }
    for scope in [Scope::Safe, Scope::All] {
        let (mut edits, mut more) = (BTreeMap::<String, usize>::new(), BTreeMap::new());
        let (mut other, mut left) = (Vec::new(), BTreeMap::<String, usize>::new());
        let mut changed = 0;
        for (name, files) in &trees {
            let fixes = fixed(files.clone(), scope);
            let mut again = files.clone();
            for file in &fixes.files {
                changed += 1;
                for (rule, count) in &file.edits {
                    *edits.entry(rule.clone()).or_default() += count;
                }
                let (old, new) = (Tree::parse(&file.before), Tree::parse(&file.after));
                assert_eq!(old.problems.len(), new.problems.len(), "{name}: {}", file.path);
                let (Some(old), Some(new)) = (old.document, new.document) else { panic!("{name}: {}", file.path) };
                let comments = |tree: &Tree<'_>| tree.comments().iter().map(|c| c.text.to_string()).collect::<Vec<_>>();
                assert_eq!(comments(&old), comments(&new), "{name}: {}", file.path);
                assert_eq!(file.before.ends_with('\n'), file.after.ends_with('\n'), "{name}: {}", file.path);
                assert_eq!(file.before.contains("\r\n"), file.after.contains("\r\n"), "{name}: {}", file.path);
                compare(old.root().unwrap(), new.root().unwrap(), &mut more, &mut other);
                again.retain(|raw| raw.path != file.path);
                again.push(raw(&file.path, file.after.as_str()));
            }
            // Each edit mends at least one place of its rule.
            let before = judged(files.clone());
            for (rule, count) in fixes.files.iter().flat_map(|file| &file.edits) {
                let failing = |report: &Report| report.outcomes.iter().find(|o| o.rule == *rule).unwrap().failing;
                assert!(failing(&fixes.report) + count <= failing(&before), "{name}: {rule}");
            }
            let offered = fixes
                .report
                .findings
                .iter()
                .filter(|finding| finding.fix.edits.iter().any(|edit| edit.safe || scope == Scope::All));
            for finding in offered {
                *left.entry(finding.rule.clone()).or_default() += 1;
                println!("left: {name} {}:{} {}", finding.place.file, finding.place.line, finding.rule);
            }
            let second: Vec<String> = fixed(again, scope).files.into_iter().map(|file| file.path).collect();
            assert!(second.is_empty(), "{name}: a second run changes {second:?}");
        }
        println!("{scope:?}: {changed} files of {} trees, edits {edits:#?}, added {more:#?}", trees.len());
        assert!(left.is_empty(), "{left:?}");
        let expected = |line: &&String| line.contains(",mode=max");
        if scope == Scope::Safe {
            assert!(more.keys().all(|key| ADDED.contains(&key.as_str())), "{more:?}");
            assert!(other.iter().all(|line| expected(&line)), "{other:#?}");
        } else {
            println!("other changes: {other:#?}");
        }
    }
}
