//! Configuration that carries coverage thresholds, and update bots: what is read of it, and what is said of the rest.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail and tell what it saw")]

use proptest::prelude::*;
use std::fmt::Write as _;
use tollgate::engine;
use tollgate::input::{Content, Limits, Origin, RawFile};
use tollgate::model::{FileKind, FileStatus};
use tollgate::parse::config::{self, Config, Demand, Effect, Scope, Threshold};
use tollgate::parse::update_bot::{Ecosystem, UpdateBot};

/// One line for each threshold: the text it stands at and what it means.
fn told(path: &str, text: &str) -> String {
    let parsed = config::parse(path, text);
    let mut out = String::new();
    for config in parsed.document.iter().flat_map(|config: &Config| &config.coverage) {
        let inherits =
            if config.inherits.is_empty() { String::new() } else { format!(" on {}", config.inherits.join(" ")) };
        let _ = writeln!(out, "{}{inherits}", config.tool.name());
        for threshold in &config.thresholds {
            let _ = writeln!(out, "{}", line(threshold, text));
        }
    }
    for problem in &parsed.problems {
        let at = problem.span.offset.min(text.len());
        let line = text.get(..at).unwrap().matches('\n').count() + 1;
        let _ = writeln!(out, "! {line}: {}", problem.message);
    }
    out
}

fn line(threshold: &Threshold, text: &str) -> String {
    let demand = match threshold.demand {
        Demand::Percent(percent) => format!("{percent}%"),
        Demand::Uncovered(count) => format!("at most {count}"),
        Demand::Auto => "auto".to_owned(),
        Demand::Unknown => "unknown".to_owned(),
    };
    let scope = match &threshold.scope {
        Scope::Project => String::new(),
        Scope::Patch => " of the patch".to_owned(),
        Scope::PerFile => " of each file".to_owned(),
        Scope::Part(name) => format!(" of {name}"),
    };
    let leniency = threshold.leniency.map(|points| format!(" -{points}")).unwrap_or_default();
    let effect = match threshold.effect {
        Effect::Fails => "",
        Effect::OnDemand => " on demand",
        Effect::Nothing => " for nothing",
    };
    let written = text.get(threshold.span.range()).unwrap();
    format!("{} `{written}`: {} {demand}{leniency}{scope}{effect}", threshold.key, threshold.measure.word())
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let told = told(path, text);
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "{path}:\n{text}");
}

#[test]
fn coverage_py_counts_lines_or_lines_and_branches() {
    for (path, text, expected) in [
        (".coveragerc", "[report]\nfail_under = 80\n", &["coverage.py", "fail_under `80`: lines 80%"][..]),
        (
            ".coveragerc",
            "[run]\nbranch = True\n[report]\nfail_under: 79.5\nprecision = 1\n",
            &["coverage.py", "fail_under `79.5`: lines and branches 79.5%"],
        ),
        (".coveragerc", "[coverage:report]\nfail_under=1\n", &["coverage.py", "fail_under `1`: lines 1%"]),
        (".coveragerc", "[run]\nbranch = yes\n", &["coverage.py"]),
        (".coveragerc", "[report]\nfail_under = 0\n", &["coverage.py", "fail_under `0`: lines 0% for nothing"]),
        (
            ".coveragerc",
            "[report]\nfail_under = ${MIN-70}\n",
            &["coverage.py", "fail_under `${MIN-70}`: lines unknown"],
        ),
        ("setup.cfg", "[report]\nfail_under = 80\n", &[]),
        ("setup.cfg", "[coverage:report]\nFail_Under = 80\n", &["coverage.py", "fail_under `80`: lines 80%"]),
        (
            "tox.ini",
            "[tox]\nenvlist =\n    py312\n    # not = this\n    lint\n[coverage:run]\nbranch=1\n[coverage:report]\nfail_under = 91\n",
            &["coverage.py", "fail_under `91`: lines and branches 91%"],
        ),
        (
            "pyproject.toml",
            "[project]\nname = \"a\"\nreleased = 2024-01-02\n[tool.coverage]\nrun.branch = true\nreport.fail_under = 95.5\n",
            &["coverage.py", "fail_under `95.5`: lines and branches 95.5%"],
        ),
        (
            "pyproject.toml",
            "[tool.coverage.report]\nfail_under = \"80\"\n",
            &["coverage.py", "fail_under `\"80\"`: lines 80%"],
        ),
        (".coveragerc.toml", "[report]\nfail_under = 8_0\n", &["coverage.py", "fail_under `8_0`: lines 80%"]),
        (".coveragerc.toml", "[tool.coverage.report]\nfail_under = 1\n", &["coverage.py", "fail_under `1`: lines 1%"]),
    ] {
        check(path, text, expected);
    }
}

#[test]
fn toml_comes_in_many_shapes() {
    for text in [
        "\u{feff}[tool.coverage.report]\r\nfail_under = 80 # percent\r\n",
        "tool.coverage.report.fail_under = 80",
        "[tool]\ncoverage = { report = { fail_under = 80, exclude_also = [\"x\", {a = 1}] } }\n",
        "[ tool . 'coverage' . \"report\" ]\n\"fail_under\" = +80.0\n",
        "[[tool.a]]\nx = 1\n[tool.a.b]\nx = 1\n[[tool.a]]\nx = 1\n[tool.a.b]\nx = 1\n[tool.coverage.report]\nfail_under = 80\n",
        "x = [[1, 2], [{y = 1}, {y = 2}]]\nz = {a.b = 1, a.c = 2}\n[tool.coverage.report]\nfail_under = 80\nskip = true\n",
        "d = 1979-05-27T07:32:00Z\nt = 07:32:00\n[tool.coverage]\n[tool.coverage.report]\nfail_under = 80\n",
        "a = \'\'\'\n[tool.coverage.report]\nfail_under = 1\n\'\'\'\n[tool.coverage.report]\nfail_under = 80\n",
    ] {
        let parsed = config::parse("pyproject.toml", text);
        assert!(parsed.problems.is_empty(), "{text} {:?}", parsed.problems);
        let config = &parsed.document.unwrap().coverage[0];
        let [threshold] = config.thresholds.as_slice() else { panic!("{text} {config:?}") };
        assert_eq!(threshold.demand, Demand::Percent(80.0), "{text}");
        assert!(text.get(threshold.span.range()).unwrap().contains("80"), "{text}");
    }
    for (text, line) in [
        ("[tool.coverage]\nx = 1\n[tool.coverage]\n", 3),
        ("[tool.coverage.report]\nfail_under = 8O\n", 2),
        ("[tool.coverage.report\nfail_under = 80\n", 1),
        ("tool.coverage.report.fail_under = 80\n[tool.coverage.report]\nfail_under = 90\n", 3),
    ] {
        let told = told("pyproject.toml", text);
        assert!(told.starts_with(&format!("! {line}: not valid TOML")), "{text}: {told}");
    }
}

#[test]
fn pytest_may_carry_the_threshold_in_its_options() {
    for (path, text, expected) in [
        (
            "pytest.ini",
            "[pytest]\naddopts = -q --cov=app\n    --cov-branch\n    --cov-fail-under=70\n",
            &["coverage.py", "--cov-fail-under `70`: lines and branches 70%"][..],
        ),
        (
            "setup.cfg",
            "[tool:pytest]\naddopts = --cov-fail-under 60 --cov-fail-under=\"65\"\n[coverage:report]\nfail_under = 50\n",
            &["coverage.py", "--cov-fail-under `65`: lines 65%", "fail_under `50`: lines 50%"],
        ),
        ("tox.ini", "[pytest]\naddopts = -q\n", &[]),
        ("tox.ini", "[pytest]\naddopts = --cov\n", &["coverage.py"]),
        ("tox.ini", "[pytest]\n# addopts = --cov-fail-under=70\n", &[]),
    ] {
        check(path, text, expected);
    }
    for text in [
        "[tool.pytest.ini_options]\naddopts = [\"-q\", \"--cov-fail-under=70\"]\n",
        "[tool.pytest.ini_options]\naddopts = \"\"\"\n-q\n--cov-fail-under 70\n\"\"\"\n",
        "[tool.pytest]\naddopts = [\"--cov-fail-under\", \"70\"]\n",
    ] {
        let found = config::parse("pyproject.toml", text).document.unwrap();
        assert_eq!(found.coverage[0].thresholds[0].demand, Demand::Percent(70.0), "{text}");
    }
}

#[test]
fn nyc_and_c8_compare_only_when_told_to_check() {
    for (path, text, expected) in [
        (
            ".nycrc",
            r#"{"check-coverage": true, "lines": 80, "branches": 70.5}"#,
            &["nyc", "lines `80`: lines 80%", "branches `70.5`: branches 70.5%"][..],
        ),
        (".nycrc.json", r#"{"lines": 80}"#, &["nyc", "lines `80`: lines 80% on demand"]),
        (
            ".nycrc.yml",
            "extends: '@istanbuljs/nyc-config-typescript'\ninclude: [src/**/*.ts]\ncheckCoverage: true\nperFile: true\nfunctions: 5\n",
            &[
                "nyc on @istanbuljs/nyc-config-typescript",
                "checkCoverage `true`: lines 90% of each file",
                "functions `5`: functions 5% of each file",
            ],
        ),
        (
            ".c8rc.json",
            r#"{"100": true}"#,
            &[
                "c8",
                "100 `true`: lines 100%",
                "100 `true`: branches 100%",
                "100 `true`: functions 100%",
                "100 `true`: statements 100%",
            ],
        ),
        (".nycrc", r#"{"100": true}"#, &["nyc"]),
        (
            "package.json",
            r#"{"name": "a", "nyc": {"check-coverage": false, "lines": 1}, "c8": {"lines": "many"}}"#,
            &["nyc", "nyc.lines `1`: lines 1% on demand", "c8", "c8.lines `\"many\"`: lines unknown on demand"],
        ),
    ] {
        check(path, text, expected);
    }
}

#[test]
fn jest_and_vitest_take_parts_and_counts() {
    for (path, text, expected) in [
        (
            "jest.config.json",
            "{\n\t\"preset\": \"ts-jest\",\n\t\"coverageThreshold\": {\n\t\t\"global\": {\"lines\": 80, \"statements\": -10},\n\t\t\"./src/api/\": {\"branches\": 100}\n\t}\n}\n",
            &[
                "Jest on ts-jest",
                "coverageThreshold.global.lines `80`: lines 80%",
                "coverageThreshold.global.statements `-10`: statements at most 10",
                "coverageThreshold../src/api/.branches `100`: branches 100% of ./src/api/",
            ][..],
        ),
        ("package.json", r#"{"jest": {"collectCoverage": true}}"#, &["Jest"]),
        ("package.json", r#"{"jest": "./jest.json"}"#, &[]),
        (
            "vitest.config.json",
            r#"{"test": {"coverage": {"thresholds": {"lines": 80, "functions": -3, "perFile": true, "autoUpdate": true, "src/**.ts": {"100": true}, "lib/*": {"branches": 9}}}}}"#,
            &[
                "Vitest",
                "test.coverage.thresholds.lines `80`: lines 80% of each file",
                "test.coverage.thresholds.functions `-3`: functions at most 3 of each file",
                "test.coverage.thresholds.src/**.ts.100 `true`: lines 100% of src/**.ts",
                "test.coverage.thresholds.src/**.ts.100 `true`: branches 100% of src/**.ts",
                "test.coverage.thresholds.src/**.ts.100 `true`: functions 100% of src/**.ts",
                "test.coverage.thresholds.src/**.ts.100 `true`: statements 100% of src/**.ts",
                "test.coverage.thresholds.lib/*.branches `9`: branches 9% of lib/*",
            ],
        ),
        (
            "package.json",
            r#"{"vitest": {"coverage": {"thresholds": {"100": false, "lines": 1}}}}"#,
            &["Vitest", "vitest.coverage.thresholds.lines `1`: lines 1%"],
        ),
    ] {
        check(path, text, expected);
    }
}

#[test]
fn codecov_tells_statuses_that_fail_from_those_that_inform() {
    let text = "\
codecov:
  require_ci_to_pass: yes
coverage:
  status:
    default_rules:
      flag_coverage_not_uploaded_behavior: include
    project:
      default:
        target: 80%
        threshold: 1%
      api:
        target: 90.5
        flags: [api]
      docs: off
    patch:
      default:
        target: auto
        informational: true
    changes: yes
flag_management:
  default_rules:
    statuses:
    - type: project
      target: auto
  individual_flags:
  - name: web
    statuses:
    - {type: patch, target: 70%}
";
    check(
        "codecov.yml",
        text,
        &[
            "Codecov",
            "coverage.status.project.default.target `80%`: lines 80% -1",
            "coverage.status.project.api.target `90.5`: lines 90.5% of api",
            "coverage.status.patch.default.target `auto`: lines auto of the patch for nothing",
            "flag_management.default_rules.statuses.0.target `auto`: lines auto of each of flag_management",
            "flag_management.individual_flags.0.statuses.0.target `70%`: lines 70% of the patch",
        ],
    );
    for (text, expected) in [
        ("", &["Codecov"][..]),
        ("comment: false\n", &["Codecov"]),
        ("coverage: {status: off}\n", &["Codecov"]),
        ("coverage: {status: {project: no, patch: false}}\n", &["Codecov"]),
        ("coverage: {status: {patch: on}}\n", &["Codecov", "coverage.status.patch `patch`: lines auto of the patch"]),
        ("- a\n", &["! 1: settings of Codecov are a mapping, but this is a list"]),
    ] {
        check(".github/codecov.yml", text, expected);
    }
}

#[test]
fn json_may_be_odd_and_still_be_json() {
    for text in [
        "\u{feff}{\"jest\":{\"coverageThreshold\":{\"global\":{\"lines\":80}}}}",
        "{\r\n\t\"a\": \"\\u0041\\/\\ud83d\\ude00\",\r\n\t\"jest\":\t{\"coverageThreshold\"\t:\n{\"global\":\n{\"lines\"\n: 80}}}}",
        "{\"huge\": 1e400, \"big\": 123456789012345678901234567890, \"no\": null, \"jest\": {\"coverageThreshold\": {\"global\": {\"lines\": 8.0e1}}}}",
        "{\"jest\": {}, \"jest\": {\"coverageThreshold\": {\"global\": {\"lines\": 70, \"lines\": 80}}}}",
        "{\"a: b\": \"# no comment\", \"&x\": \"*y\", \"url\": \"https://example.org\", \"jest\": {\"coverageThreshold\": {\"global\": {\"lines\": 80}}}} // end",
        "{/* a */\"jest\":{\"coverageThreshold\":{\"global\":{\"lines\":80}}}}",
        "{\"jest\":{\"coverageThreshold\":{\"global\":{\"lines\":80}}},\"\":[],\"x\":[[],{}]}",
    ] {
        let parsed = config::parse("package.json", text);
        assert!(parsed.problems.is_empty(), "{text} {:?}", parsed.problems);
        let found = parsed.document.unwrap();
        assert_eq!(found.coverage[0].thresholds[0].demand, Demand::Percent(80.0), "{text}");
    }
}

fn bot(path: &str, text: &str) -> UpdateBot {
    let parsed = config::parse(path, text);
    assert!(parsed.problems.is_empty(), "{text} {:?}", parsed.problems);
    parsed.document.unwrap().bot.unwrap()
}

#[test]
fn update_bots_tell_what_they_look_after() {
    use Ecosystem::{Docker, DockerCompose, GithubActions};
    let all = [GithubActions, Docker, DockerCompose];
    for (path, text, expected) in [
        ("dependabot.yml", "version: 2\nupdates: []\n", [Some(false); 3]),
        (
            ".github/dependabot.yml",
            "version: 2\nupdates:\n- package-ecosystem: github-actions\n  directory: /\n  schedule: {interval: weekly}\n- package-ecosystem: \"docker\"\n  directories: [/a, /b]\n  open-pull-requests-limit: 0\n",
            [Some(true), Some(false), Some(false)],
        ),
        (
            ".github/dependabot.yaml",
            "version: 2\nupdates:\n- &a {package-ecosystem: docker, open-pull-requests-limit: 0}\n- <<: *a\n  open-pull-requests-limit: 5\n",
            [Some(false), Some(true), Some(false)],
        ),
        ("renovate.json", "{}", [Some(true); 3]),
        ("renovate.json", r#"{"enabled": false}"#, [Some(false); 3]),
        ("renovate.json", r#"{"extends": ["config:recommended", ":semanticCommits"]}"#, [Some(true); 3]),
        (".renovaterc", r#"{"extends": ["github>acme/presets"]}"#, [None; 3]),
        (".github/renovate.json", r#"{"extends": ["docker:disable"]}"#, [Some(true), Some(false), Some(false)]),
        (".renovaterc.json", r#"{"enabledManagers": ["npm", "dockerfile"]}"#, [Some(false), Some(true), Some(false)]),
        (
            "renovate.json5",
            "// why\n{extends: ['config:base'], 'github-actions': {enabled: false},}\n",
            [Some(false), Some(true), Some(true)],
        ),
        (
            "renovate.json",
            r#"{"packageRules": [{"matchManagers": ["docker-compose"], "enabled": false}, {"matchManagers": ["dockerfile"], "matchUpdateTypes": ["major"], "enabled": false}]}"#,
            [Some(true), Some(true), Some(false)],
        ),
        (
            "renovate.json",
            r#"{"packageRules": [{"matchPackageNames": ["*"], "enabled": false}, {"matchManagers": ["github-actions"], "enabled": true}]}"#,
            [Some(true), None, None],
        ),
        (
            "renovate.json",
            r#"{"packageRules": [{"matchPackageNames": ["node"], "enabled": false}, {"matchPackageNames": ["*"], "matchUpdateTypes": ["major"], "enabled": false}]}"#,
            [Some(true); 3],
        ),
        ("renovate.json", r#"{"extends": [":onlyNpm"]}"#, [None; 3]),
        ("package.json", r#"{"renovate": {"extends": ["config:js-lib"]}}"#, [Some(true); 3]),
    ] {
        let bot = bot(path, text);
        assert_eq!(all.map(|ecosystem| bot.covers(ecosystem)), expected, "{path}: {text}");
    }
}

/// Kind, status and note of one file of a tree.
fn inspected(path: &str, text: &str) -> (FileKind, FileStatus, String) {
    let file =
        RawFile { path: path.to_owned(), content: Content::Bytes(text.as_bytes().to_vec()), origin: Origin::Tree };
    engine::inspect(vec![file], &Limits::default(), |_, records| {
        (records[0].kind, records[0].status, records[0].note.clone())
    })
}

#[test]
fn broken_files_have_a_place_and_shared_ones_without_settings_are_left_alone() {
    use FileStatus::{Ignored, PartlyRead, Read, Unreadable};
    let (config, bot) = (FileKind::CoverageConfig, FileKind::UpdateBot);
    for (path, text, kind, status, note) in [
        (".coveragerc", "[report]\nfail_under = 80\n", config, Read, ""),
        (".coveragerc", "", config, Ignored, "has no settings for coverage"),
        (".coveragerc", "fail_under = 80\n", config, Unreadable, "1:1: no section header"),
        (
            ".coveragerc",
            "[report]\nfail_under = 80\nfail_under = 90\n",
            config,
            PartlyRead,
            "3:1: `fail_under` comes twice",
        ),
        (".coveragerc", "[report]\n[run]\n [report]\n", config, PartlyRead, "3:2: the section `[report]` comes twice"),
        (
            ".coveragerc",
            "[report]\nfail_under = most\n",
            config,
            PartlyRead,
            "2:14: `fail_under` is `most`, not a number",
        ),
        (".coveragerc", "[report]\nfail_under\n", config, PartlyRead, "2:1: neither a section"),
        ("pyproject.toml", "[tool.coverage.report]\nfail_under = \n", config, Unreadable, "2:14: not valid TOML"),
        ("pyproject.toml", "[tool.coverage.report]\na = 1\na = 2\n", config, Unreadable, "3:1: not valid TOML"),
        ("pyproject.toml", "[tool.black]\nx = \n", FileKind::Other, Ignored, "`pyproject.toml` without settings"),
        (
            "pyproject.toml",
            "[project]\ndependencies = [\"pytest\"]\n",
            FileKind::Other,
            Ignored,
            "`pyproject.toml` without",
        ),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\naddopts = \"-q\"\n",
            FileKind::Other,
            Ignored,
            "`pyproject.toml` without",
        ),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\nmarkers = [\"--cov\"]\n",
            config,
            Ignored,
            "has no settings for coverage",
        ),
        ("tox.ini", "[tox]\nenvlist = py\n", FileKind::Other, Ignored, "`tox.ini` without settings"),
        (
            "package.json",
            "{\"name\": \"jest\", \"scripts\": {\"jest\": \"jest\"}",
            FileKind::Other,
            Ignored,
            "`package.json` without",
        ),
        ("package.json", "{\"jest\": {\n", config, Unreadable, "1:10: not valid JSON: unclosed"),
        ("package.json", "{\"renovate\": {}}", bot, Read, ""),
        (".nycrc", "[]", config, Unreadable, "1:1: settings are an object"),
        ("codecov.yml", "coverage:\n\tx: 1\n", config, Unreadable, "2:"),
        (
            ".github/dependabot.yml",
            "version: 1\nupdate_configs: []\n",
            bot,
            PartlyRead,
            "1:10: `version` is `1`, not 2 (and 1 more)",
        ),
        (".github/dependabot.yml", "", bot, Unreadable, "1:1: settings of Dependabot are a mapping"),
        (".github/dependabot.yml", "version: 2\nupdates:\n- directory: /\n", bot, PartlyRead, "3:"),
        ("docs/dependabot.yml", "version: 2\n", FileKind::Other, Ignored, "YAML"),
        (
            "jest.config.js",
            "module.exports = {}",
            config,
            Ignored,
            "`jest.config.js` is code; thresholds in it are not read",
        ),
        ("a/vite.config.mts", "", config, Ignored, "`vite.config.mts` is code"),
        (".simplecov", "SimpleCov.start", config, Ignored, "`.simplecov` is code"),
    ] {
        let (found_kind, found_status, found_note) = inspected(path, text);
        assert_eq!((found_kind, found_status), (kind, status), "{path}: {text}: {found_note}");
        assert!(
            found_note.starts_with(note) && note.is_empty() == found_note.is_empty(),
            "{path}: {text}: {found_note}"
        );
    }
}

#[test]
fn hostile_files_end_quickly() {
    for (path, unit) in [
        ("pyproject.toml", "["),
        ("pyproject.toml", "a=["),
        ("pyproject.toml", "[tool.coverage.report]\n"),
        ("pyproject.toml", "a.a."),
        ("pyproject.toml", "[a]\nb={c={"),
        ("package.json", "{\"jest\":"),
        ("package.json", "/*"),
        ("setup.cfg", "[coverage:report]\na\n"),
        (".coveragerc", "[report]\n a\n"),
        ("codecov.yml", "coverage: {"),
    ] {
        let text = unit.repeat(50_000);
        let parsed = config::parse(path, &text);
        assert!(parsed.problems.len() < 200_000, "{path}: {unit}");
    }
}

proptest! {
    #[test]
    fn anything_at_all_is_survived(text in "[\\[\\]{}:=#;/*a-c\"'\\\\ \\t\\n\u{feff}é.0-9-]{0,200}") {
        for path in [".coveragerc", "setup.cfg", "pyproject.toml", "package.json", "codecov.yml", "renovate.json5", "dependabot.yml"] {
            let parsed = config::parse(path, &text);
            for problem in &parsed.problems {
                prop_assert!(!problem.message.is_empty());
            }
        }
    }
}
