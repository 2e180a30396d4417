//! Waivers from outside: what they take out, until when, and what is said of them.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests look at files and stop at what they did not expect"
)]

mod support;

use support::{judge, raw, today};
use tollgate::engine::{self, Request, load_policy};
use tollgate::input::Limits;
use tollgate::model::{Level, OutcomeKind, Report, Status, Verdict, WaiverState};

const COMPOSE: &str = "services:\n  a: { image: redis }\n  b: { image: mysql }\n";

fn file(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

/// Under `unpinned-image: error` and one waiver of it.
fn waived(place: &str, expires: &str, files: &[(String, String)]) -> Report {
    let policy = format!(
        "version: 1\nrules: {{ unpinned-image: error }}\nwaivers:\n  - {{ rule: unpinned-image, where: {place}, reason: r, expires: {expires} }}\n"
    );
    judge(files, &policy)
}

/// Line and status of each finding of a rule.
fn statuses(report: &Report, rule: &str) -> Vec<(usize, Status)> {
    let findings = report.findings.iter().filter(|finding| finding.rule == rule);
    findings.map(|finding| (finding.place.line, finding.status)).collect()
}

#[test]
fn a_waiver_takes_out_what_it_names_and_nothing_else() {
    let (new, out) = (Status::New, Status::Waived);
    for (place, expires, expected) in [
        ("{ file: compose.yml, path: services.a }", "2026-11-23", vec![(2, out), (3, new)]),
        ("{ file: compose.yml, path: services.a }", "2026-11-22", vec![(2, new)]),
        ("{ path: services.b }", "2027-01-01", vec![(2, new), (3, out)]),
        ("{ path: services.* }", "2027-01-01", vec![(2, out)]),
        ("{ file: '*.yml' }", "2027-01-01", vec![(2, out)]),
        ("{ file: other.yml, path: services.a }", "2027-01-01", vec![(2, new)]),
        ("{ path: services.ab }", "2027-01-01", vec![(2, new)]),
    ] {
        let report = waived(place, expires, &[file("compose.yml", COMPOSE)]);
        assert_eq!(statuses(&report, "unpinned-image"), expected, "{place} {expires}");
    }
}

#[test]
fn a_rule_whose_findings_are_all_waived_is_waived_and_passes() {
    let all = waived("{ file: compose.yml }", "2027-01-01", &[file("compose.yml", COMPOSE)]);
    let outcome = all.outcomes.iter().find(|outcome| outcome.rule == "unpinned-image").unwrap();
    assert_eq!((all.verdict, outcome.outcome), (Verdict::Pass, OutcomeKind::Waived));
    assert!(outcome.facts.contains(&"2 of 2 waived".to_owned()), "{:?}", outcome.facts);
    assert_eq!((all.summary.waived, all.summary.errors, all.summary.outcomes.waived), (1, 0, 1));
    assert_eq!(
        (all.waivers[0].state, all.waivers[0].findings, all.waivers[0].days_left),
        (WaiverState::Used, 2, Some(39))
    );

    let part = waived("{ path: services.a }", "2027-01-01", &[file("compose.yml", COMPOSE)]);
    assert_eq!((part.verdict, part.summary.waived, part.summary.errors), (Verdict::Fail, 1, 1));
}

#[test]
fn evidence_that_is_missing_cannot_be_waived() {
    let policy = "version: 1\nrules: { test-report-missing: error }\nwaivers:\n  - { rule: test-report-missing, where: { file: '**' }, reason: r, expires: 2027-01-01 }\n";
    let report = judge(&[file("compose.yml", COMPOSE)], policy);
    assert_eq!(report.verdict, Verdict::Incomplete);
}

#[test]
fn a_comment_waives_its_line_or_the_next() {
    let (new, out) = (Status::New, Status::Waived);
    let waiver = "# tollgate: allow[unpinned-image] until 2027-02-28 one tag only";
    for (path, text, expected) in [
        ("compose.yml", format!("services:\n  {waiver}\n  a: {{ image: redis }}\n"), vec![(3, out)]),
        ("compose.yml", format!("services:\n  a: {{ image: redis }} {waiver}\n"), vec![(2, out)]),
        ("compose.yml", format!("services:\n  {waiver}\n  # and more\n  a: {{ image: redis }}\n"), vec![(4, out)]),
        ("compose.yml", format!("services:\n  {waiver}\n\n  a: {{ image: redis }}\n"), vec![(4, new)]),
        ("compose.yml", format!("services:\n  a: {{ image: redis }}\n  {waiver}\n"), vec![(2, new)]),
        ("compose.yml", format!("services:\n  a: {{ image: redis, labels: ['{waiver}'] }}\n"), vec![(2, new)]),
        ("compose.yml", format!("services: # {waiver}\n  a: {{ image: redis }}\n"), vec![(2, new)]),
        ("Dockerfile", format!("{waiver}\nFROM redis\n"), vec![(2, out)]),
        ("Dockerfile", format!("FROM \\\n{waiver}\n  redis\n"), vec![(3, out)]),
        ("Dockerfile", format!("{waiver}\nFROM \\\n  redis\n"), vec![(3, out)]),
        ("Dockerfile", format!("FROM mysql:8\nRUN <<E\n{waiver}\nE\nFROM redis\n"), vec![(5, new)]),
    ] {
        let report = judge(&[file(path, &text)], "version: 1\nrules: { unpinned-image: error }\n");
        assert_eq!(statuses(&report, "unpinned-image"), expected, "{text}");
    }
}

#[test]
fn within_a_script_the_comment_stands_where_the_script_begins() {
    let waiver = "# tollgate: allow[sleep-as-wait] until 2027-02-28 slow hardware";
    let script = "\n          docker compose up -d\n          sleep 30\n          docker compose exec -T web pytest\n";
    for (run, expected) in [
        (format!("      - run: | {waiver}{script}"), Status::Waived),
        (format!("      {waiver}\n      - run: |{script}"), Status::Waived),
        (format!("      - name: a\n        {waiver}\n        run: |{script}"), Status::Waived),
        (format!("      - run: |{}", script.replace("sleep 30", &format!("sleep 30 {waiver}"))), Status::New),
        (format!("      - run: make\n      {waiver}\n      - run: make\n      - run: |{script}"), Status::New),
    ] {
        let text = format!("on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n{run}");
        let report = judge(&[file(".github/workflows/ci.yml", &text)], "version: 1\nrules: { sleep-as-wait: error }\n");
        let found: Vec<Status> = statuses(&report, "sleep-as-wait").into_iter().map(|(_, status)| status).collect();
        assert_eq!(found, [expected], "{text}");
    }
}

#[test]
fn the_rules_about_waivers_come_with_the_first_waiver_unless_the_policy_says_otherwise() {
    let compose = "services:\n  # tollgate: allow[unpinned-image]\n  a: { image: 'x:1' }\n";
    for (policy, text, expected) in [
        ("rules: { unpinned-image: error }", COMPOSE, vec![]),
        ("rules: { unpinned-image: error }", compose, vec![("bad-waiver", Level::Warning)]),
        ("rules: { unpinned-image: error, bad-waiver: error }", compose, vec![("bad-waiver", Level::Error)]),
        ("rules: { unpinned-image: error, bad-waiver: off }", compose, vec![]),
        ("levels: { document: info }\nrules: { unpinned-image: error }", compose, vec![("bad-waiver", Level::Info)]),
        ("levels: { document: off }\nrules: { unpinned-image: error }", compose, vec![]),
    ] {
        let report = judge(&[file("compose.yml", text)], &format!("version: 1\n{policy}\n"));
        let found = report.findings.iter().filter(|finding| finding.rule != "unpinned-image");
        assert_eq!(found.map(|f| (f.rule.as_str(), f.level)).collect::<Vec<_>>(), expected, "{policy}");
        let asked = report.outcomes.iter().find(|outcome| outcome.rule == "expired-waiver").map(|o| o.policy.clone());
        let bare = policy.starts_with("rules") && text == compose;
        assert_eq!(
            asked.map(|place| (place.file, place.line)),
            bare.then(|| ("compose.yml".to_owned(), 2))
                .or((policy.contains("document: info")).then(|| ("compose.yml".to_owned(), 2))),
            "{policy}"
        );
    }
}

#[test]
fn waivers_of_extended_files_hold_and_are_not_called_unused() {
    let own = "version: 1\nextends: [./org.yml]\nrules: { unpinned-image: error }\n";
    let org = "version: 1\nwaivers:\n  - { rule: unpinned-image, where: { path: services.a }, reason: r, expires: 2027-01-01 }\n  - { rule: unpinned-image, where: { path: services.z }, reason: r, expires: 2027-01-01 }\n";
    let policy = load_policy("tollgate.yml", Some(own), &|path| (path == "org.yml").then(|| org.to_owned())).unwrap();
    let files = vec![raw("compose.yml", COMPOSE)];
    let request = Request { files, limits: Limits::default(), fail_on: Level::Error, today: today(), baseline: None };
    let report = engine::analyze(request, &policy);
    assert_eq!(statuses(&report, "unpinned-image"), [(2, Status::Waived), (3, Status::New)]);
    let states: Vec<WaiverState> = report.waivers.iter().map(|waiver| waiver.state).collect();
    assert_eq!(states, [WaiverState::Used, WaiverState::Idle]);
    assert!(report.findings.iter().all(|finding| finding.rule == "unpinned-image"), "{:#?}", report.findings);
}

#[test]
fn a_waiver_that_is_wrong_stops_the_policy_with_its_place() {
    let whole = "rule: unpinned-image, where: { file: a }, reason: r, expires: 2027-01-01";
    for (waiver, column, message) in [
        (whole.replace("unpinned-image", "unpined-image"), 13, "no rule `unpined-image`"),
        (whole.replace("unpinned-image", "bad-waiver"), 13, "cannot be waived"),
        (whole.replace("reason: r", "reason: ''"), 57, "`reason` is a value, not a text"),
        (whole.replace("reason: r, ", ""), 5, "`reason` is missing"),
        (whole.replace(", expires: 2027-01-01", ""), 5, "`expires` is missing"),
        (whole.replace("2027-01-01", "2027-13-01"), 69, "not a date"),
        (whole.replace("{ file: a }", "{}"), 29, "neither a file nor a path"),
        (whole.replace("{ file: a }", "{ line: 3 }"), 38, "no address of a waiver `line`"),
        (whole.replace("where: { file: a }, ", ""), 5, "no `where`"),
        (format!("{whole}, owners: me"), 81, "no key of a waiver `owners`"),
    ] {
        let text = format!("version: 1\nwaivers:\n  - {{ {waiver} }}\n");
        let errors = load_policy("p.yml", Some(&text), &|_| None).unwrap_err();
        assert_eq!(errors.len(), 1, "{waiver}: {errors:?}");
        let place = &errors[0].place;
        assert_eq!((place.line, place.column), (3, column), "{waiver}: {}", errors[0]);
        assert!(errors[0].message.contains(message), "{waiver}: {}", errors[0]);
    }
}

#[test]
fn a_flood_of_waivers_is_cut_off_and_told() {
    let waiver = "# tollgate: allow[unpinned-image] until 2027-02-28 x\n";
    let text = format!("{}FROM redis\n", waiver.repeat(50_000));
    let report = judge(&[file("Dockerfile", &text)], "version: 1\nrules: { unpinned-image: error }\n");
    let of = |state| report.waivers.iter().filter(|waiver| waiver.state == state).count();
    assert_eq!((of(WaiverState::Used), of(WaiverState::Bad)), (1_000, 1));
}

#[test]
fn checks_of_the_policy_are_waived_as_rules_are() {
    let policy = |reason: &str| {
        format!(
            "version: 1\nchecks:\n  no-redis:\n    each: composes.services as service\n    assert: service.image != \"redis\"\nwaivers:\n  - {{ rule: {reason}, where: {{ path: services.a }}, reason: r, expires: 2027-01-01 }}\n"
        )
    };
    let compose = "services:\n  a: { image: redis }\n  # tollgate: allow[no-redis] until 2027-01-01 r\n  b: { image: redis }\n  c: { image: redis }\n";
    let report = judge(&[file("compose.yml", compose)], &policy("no-redis"));
    assert_eq!(statuses(&report, "no-redis"), [(2, Status::Waived), (4, Status::Waived), (5, Status::New)]);
    assert!(report.findings.iter().all(|finding| finding.rule == "no-redis"), "{:#?}", report.findings);
    let errors = load_policy("p.yml", Some(&policy("no-redi")), &|_| None).unwrap_err();
    assert_eq!((errors.len(), errors[0].hint.as_str()), (1, "did you mean `no-redis`?"));
}

#[test]
fn what_is_waived_hides_nothing_among_more_findings_than_are_listed() {
    let waived: Vec<String> = (0..600).map(|n| format!("  a{n}: {{ image: redis }}\n")).collect();
    let policy = "version: 1\nchecks:\n  no-redis: { each: composes.services as service, assert: 'service.image != \"redis\"' }\nwaivers:\n  - { rule: no-redis, where: { file: a/compose.yml }, reason: r, expires: 2027-01-01 }\n";
    let files = [
        file("a/compose.yml", &format!("services:\n{}", waived.concat())),
        file("b/compose.yml", "services: { b: { image: redis } }\n"),
    ];
    let report = judge(&files, policy);
    let outcome = report.outcomes.iter().find(|outcome| outcome.rule == "no-redis").unwrap();
    assert_eq!((report.verdict, report.summary.new, outcome.failing), (Verdict::Fail, 1, 601));
    assert!(outcome.facts.contains(&"600 of 601 waived".to_owned()), "{:?}", outcome.facts);
}
