//! Policies: how layers are laid over each other, and what is said of one that is wrong.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests look at files and stop at what they did not expect"
)]

use std::collections::BTreeMap;
use tollgate::engine::load_policy;
use tollgate::model::Level;
use tollgate::policy::{PACKS, Policy, PolicyError};
use tollgate::rules::REGISTRY;

fn load(files: &[(&str, &str)]) -> Result<Policy, Vec<PolicyError>> {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    load_policy("ci/tollgate.yml", Some(files["ci/tollgate.yml"]), &|path| files.get(path).map(|t| (*t).to_owned()))
}

fn levels(policy: &Policy) -> BTreeMap<&str, Level> {
    policy.rules.iter().map(|demand| (demand.rule.as_str(), demand.level)).collect()
}

#[test]
fn the_shipped_packs_load_and_docker_ci_holds_all_of_recommended() {
    let packs = PACKS.map(|(name, _)| (name, load_policy(name, None, &|_| None).unwrap()));
    let by_name: BTreeMap<_, _> = packs.into_iter().collect();
    let (docker, recommended) = (levels(&by_name["docker-ci"]), levels(&by_name["recommended"]));
    assert!(recommended.keys().all(|rule| docker.contains_key(rule)));
    assert!(docker.len() > recommended.len());
    assert_eq!(by_name["docker-ci"].info.sources.len(), 2);
    assert!(by_name["docker-ci"].info.sources.iter().all(|source| source.pack));
}

/// Rules that no pack turns on: they need something that only a policy of one's own can say, or come by themselves with
/// the waivers and the baseline that they judge.
const IN_NO_PACK: [&str; 12] = [
    "bad-waiver",
    "coverage-regressed",
    "expired-waiver",
    "overlong-waiver",
    "patch-coverage-below-threshold",
    "reported-finding",
    "run-record-missing",
    "run-slower-than-baseline",
    "schedule-missing",
    "single-platform-image",
    "tests-disappeared",
    "unused-waiver",
];

#[test]
fn every_rule_is_in_the_pack_strict_or_off_on_purpose() {
    let strict = load_policy("strict", None, &|_| None).unwrap();
    let strict = levels(&strict);
    let left: Vec<&str> = REGISTRY.iter().map(|rule| rule.meta.id).filter(|id| !strict.contains_key(id)).collect();
    assert_eq!(left, IN_NO_PACK);
    for (name, _) in PACKS {
        let pack = load_policy(name, None, &|_| None).unwrap();
        for (rule, level) in levels(&pack) {
            assert!(strict.get(rule) >= Some(&level), "`{rule}` is `{level:?}` in {name}, and less in strict");
        }
    }
}

#[test]
fn a_later_layer_wins_and_in_one_layer_the_rule_wins_over_its_family() {
    let policy = load(&[
        ("ci/tollgate.yml", "version: 1\nextends: [recommended, ../org.yml]\nlevels: { health: info }\nrules:\n  sleep-as-wait: warning\n  test-failed: off\n  job-without-timeout: on\n"),
        ("org.yml", "version: 1\nlevels: { tests: warning }\nrules:\n  unpinned-action: { level: error, min: hash }\n  sleep-as-wait: { max_seconds: 9 }\n"),
    ])
    .unwrap();
    let levels = levels(&policy);
    assert_eq!(levels.get("sleep-as-wait"), Some(&Level::Warning));
    assert_eq!(levels.get("depends-on-without-health"), Some(&Level::Info));
    assert_eq!(levels.get("no-tests-ran"), Some(&Level::Warning));
    assert_eq!(levels.get("test-failed"), None);
    assert_eq!(levels.get("job-without-timeout"), Some(&Level::Warning), "on means the rule's own level");
    let demand = |rule: &str| policy.rules.iter().find(|demand| demand.rule == rule).unwrap();
    assert_eq!(demand("sleep-as-wait").params["max_seconds"], 9, "parameters of earlier layers stay");
    assert_eq!(demand("unpinned-action").params["min"], "hash");
    assert_eq!(
        (demand("sleep-as-wait").place.file.as_str(), demand("sleep-as-wait").place.line),
        ("ci/tollgate.yml", 5)
    );
    assert_eq!(demand("unpinned-action").place.file, "org.yml");
    let sources: Vec<&str> = policy.info.sources.iter().map(|s| s.file.as_str()).collect();
    assert_eq!(sources, ["recommended", "org.yml", "ci/tollgate.yml"]);
}

#[test]
fn a_family_level_turns_nothing_on() {
    let policy =
        load(&[("ci/tollgate.yml", "version: 1\nlevels: { security: error }\nrules: { duplicate-key: error }\n")]);
    assert_eq!(levels(&policy.unwrap()).keys().collect::<Vec<_>>(), [&"duplicate-key"]);
}

#[test]
fn required_evidence_turns_its_rule_on_and_optional_evidence_turns_it_off() {
    let policy = load(&[(
        "ci/tollgate.yml",
        "version: 1\nextends: [docker-ci]\nevidence: { tests: required, coverage: optional, run: required }\n",
    )]);
    let policy = policy.unwrap();
    let levels = levels(&policy);
    assert_eq!(levels.get("test-report-missing"), Some(&Level::Error));
    assert_eq!(levels.get("coverage-report-missing"), None);
    assert_eq!(levels.get("run-record-missing"), Some(&Level::Error));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_likely_intent() {
    let base = "version: 1\nextends: [recommended]\n";
    for (text, place, message, hint) in [
        ("extend: [recommended]\nversion: 1\n".to_owned(), "1:1", "no key `extend`", "`extends`"),
        ("version: 2\n".to_owned(), "1:10", "not 1", "version: 1"),
        ("extends: [recommended]\n".to_owned(), "1:1", "no `version`", "version: 1"),
        ("- a\n".to_owned(), "1:1", "not a mapping", "version: 1"),
        (format!("{base}rules: {{ sleep-as-wiat: error }}\n"), "3:10", "no rule `sleep-as-wiat`", "`sleep-as-wait`"),
        (format!("{base}rules:\n  sleep-as-wait: eror\n"), "4:18", "no level `eror`", "`error`"),
        (
            format!("{base}rules:\n  step-over-budget: {{ match: {{ use: x }} }}\n"),
            "4:30",
            "wrong `match`: unknown field `use`",
            "",
        ),
        (
            format!("{base}rules:\n  run-over-budget: {{ max_seconds: 5 minutes }}\n"),
            "4:35",
            "\"5 minutes\" is no duration",
            "",
        ),
        (
            format!("{base}rules:\n  sleep-as-wait: {{ level: error, max_second: 3 }}\n"),
            "4:34",
            "no parameter `max_second`",
            "`max_seconds`",
        ),
        (format!("{base}rules:\n  sleep-as-wait: {{ max_seconds: soon }}\n"), "4:33", "wrong `max_seconds`", ""),
        (format!("{base}rules:\n  duplicate-key: {{ x: 1 }}\n"), "4:20", "no parameter `x`", "no parameters"),
        (format!("{base}levels: {{ secruity: error }}\n"), "3:11", "no family `secruity`", "`security`"),
        (format!("{base}levels: {{ security: on }}\n"), "3:21", "not `on`", ""),
        (format!("{base}evidence: {{ test: required }}\n"), "3:13", "no kind of evidence `test`", "`tests`"),
        (format!("{base}evidence: {{ tests: requird }}\n"), "3:20", "no demand `requird`", "`required`"),
        (format!("{base}rules: [sleep-as-wait]\n"), "3:8", "`rules` is a list", "rule-id: level"),
        (format!("{base}rules:\n  sleep-as-wait:\n"), "4:3", "a level, not nothing", ""),
        ("version: 1\nextends: [recomended]\n".to_owned(), "2:11", "no such pack", "`recommended`"),
        ("version: 1\nextends: [./gone.yml]\n".to_owned(), "2:11", "cannot be read", "relative"),
        ("version: 1\nextends: [./tollgate.yml]\n".to_owned(), "2:11", "extends itself", ""),
        ("version: 1\nversion: 1\n".to_owned(), "2:1", "written twice", ""),
        ("version: 1\nrules: [\n".to_owned(), "2:8", "not valid YAML", ""),
    ] {
        let errors = load(&[("ci/tollgate.yml", &text)]).expect_err(&text);
        let error = &errors[0];
        assert_eq!(errors.len(), 1, "{text}{errors:?}");
        assert_eq!(format!("{}:{}", error.place.line, error.place.column), place, "{text}{error}");
        assert!(error.message.contains(message), "{text}{error}");
        assert!(error.hint.contains(hint), "{text}{error}");
        assert_eq!(error.place.file, "ci/tollgate.yml");
    }
}

#[test]
fn a_cycle_over_two_files_is_an_error_at_the_place_that_closes_it() {
    let errors = load(&[
        ("ci/tollgate.yml", "version: 1\nextends: [./a.yml]\n"),
        ("ci/a.yml", "version: 1\nextends: [tollgate.yml]\n"),
    ])
    .unwrap_err();
    assert_eq!((errors[0].place.file.as_str(), errors[0].place.line), ("ci/a.yml", 2));
    assert!(errors[0].message.contains("ci/tollgate.yml → ci/a.yml → ci/tollgate.yml"), "{}", errors[0]);
}

#[test]
fn every_value_knows_the_line_that_it_comes_from() {
    let policy = load(&[
        ("ci/tollgate.yml", "version: 1\nextends: [../org.yml]\nlevels: { health: info }\nrules:\n  unpinned-image:\n    level: error\n    ignore: [a]\n  test-failed: off\nevidence:\n  tests: required\n"),
        ("org.yml", "version: 1\nrules:\n  sleep-as-wait: { level: error,\n    max_seconds: 9 }\n  unpinned-image: { require: digest }\n"),
    ])
    .unwrap();
    let from = |rule: &str, name: &str| {
        let place = &policy.rules.iter().find(|demand| demand.rule == rule).unwrap().origins[name];
        (place.file.clone(), place.line)
    };
    for (rule, name, file, line) in [
        ("sleep-as-wait", "level", "ci/tollgate.yml", 3),
        ("sleep-as-wait", "max_seconds", "org.yml", 4),
        ("unpinned-image", "level", "ci/tollgate.yml", 6),
        ("unpinned-image", "ignore", "ci/tollgate.yml", 7),
        ("unpinned-image", "require", "org.yml", 5),
        ("test-report-missing", "level", "ci/tollgate.yml", 10),
    ] {
        assert_eq!(from(rule, name), (file.to_owned(), line), "{rule} {name}");
    }
    let off: Vec<_> = policy.off.iter().map(|demand| (demand.rule.as_str(), demand.place.line)).collect();
    assert_eq!(off, [("test-failed", 8)]);
}

#[test]
fn what_nobody_names_keeps_the_level_that_its_family_gives_it() {
    let text = "version: 1\nlevels: { coverage: warning, tests: off }\nrules: { run-slower-than-baseline: off }\n";
    let policy = load(&[("ci/tollgate.yml", text)]).unwrap();
    assert_eq!(policy.unsaid.get("coverage-regressed"), Some(&Level::Warning));
    assert_eq!(policy.unsaid.get("tests-disappeared"), None);
    assert_eq!(policy.unsaid.get("run-slower-than-baseline"), None);
    assert_eq!(policy.unsaid.get("overlong-waiver"), Some(&Level::Error));
}

#[test]
fn a_test_that_is_wrong_stops_the_policy_with_its_place() {
    let whole = "name: n, given: { a: b }, expect: [{ rule: test-failed, line: 3 }]";
    for (test, column, message) in [
        (whole.replace("test-failed", "test-faild"), 50, "no rule `test-faild`"),
        (whole.replace("name: n, ", ""), 5, "`name` is missing"),
        (whole.replace("given: { a: b }, ", ""), 5, "no `given`"),
        (whole.replace("{ a: b }", "{ a: [b] }"), 25, "text of a file"),
        (whole.replace(", expect: [{ rule: test-failed, line: 3 }]", ""), 5, "no `expect`"),
        (whole.replace("line: 3", "line: 0"), 69, "no line number"),
        (whole.replace("line: 3", "lines: 3"), 63, "no key of an expectation `lines`"),
        (whole.replace("line: 3", "outcome: pass"), 72, "no outcome `pass`"),
        (whole.replace("line: 3", "line: 3, outcome: passed"), 81, "has no place"),
        (format!("{whole}, today: soon"), 82, "not a date"),
        (format!("{whole}, expected: []"), 75, "no key of a test `expected`"),
    ] {
        let text = format!("version: 1\ntests:\n  - {{ {test} }}\n");
        let errors = load(&[("ci/tollgate.yml", &text)]).expect_err(&text);
        assert_eq!(errors.len(), 1, "{test}: {errors:?}");
        let place = &errors[0].place;
        assert_eq!((place.line, place.column), (3, column), "{test}: {}", errors[0]);
        assert!(errors[0].message.contains(message), "{test}: {}", errors[0]);
    }
}
