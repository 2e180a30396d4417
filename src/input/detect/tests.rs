use super::*;

const WORKFLOW: &str = "on: push\njobs:\n  a:\n    runs-on: x\n";
const COMPOSE: &str = "services:\n  web:\n    image: nginx\n";
const DOCKERFILE: &str = "# syntax=x\nFROM scratch\n";

#[test]
fn files_are_recognised_by_path_then_content() {
    use FileKind::{
        Action, Cobertura, Compose, Ctrf, Dockerfile, GoTestJson, Junit, Lcov, Markdown, Nunit, Other, Policy, Sarif,
        Testng, Trx, Workflow, WorkflowBackup, Xunit,
    };
    for (path, text, expected) in [
        // Paths that decide alone: a broken file stays in sight.
        (".github/workflows/ci.yml", "\t{broken", Workflow),
        ("a/b/.github/workflows/ci.yaml", "", Workflow),
        ("owner__repo__.github__workflows__ci.yml", "jobs: {}", Workflow),
        (".github/workflows/docker-compose.yml", COMPOSE, Workflow),
        (".github/actions/setup/action.yml", "", Action),
        ("tollgate.yml", WORKFLOW, Policy),
        (".github/tollgate.yml", "", Policy),
        (".github/workflows/tollgate.yml", "", Workflow),
        ("README.md", WORKFLOW, Markdown),
        ("docs/ROLLBACK.MARKDOWN", "", Markdown),
        // Workflows by content.
        ("workflows/ci.yml", WORKFLOW, Workflow),
        ("ci.yml", "'on': push\n\"jobs\": {}\n", Workflow),
        ("docker-compose-test.yml", WORKFLOW, Workflow),
        ("ci.yml", "jobs:\n  on: x\n", Other),
        ("chart/ci.yml", "{{- if x }}\non: push\njobs: {}\n", Other),
        // Kept copies.
        (".github/workflows/ci.yml.backup", "", WorkflowBackup),
        ("ci.yml.bak", WORKFLOW, WorkflowBackup),
        ("ci.yaml.orig", WORKFLOW, WorkflowBackup),
        ("ci.yml~", WORKFLOW, WorkflowBackup),
        (".github/backup_flows/ci.yml", WORKFLOW, WorkflowBackup),
        (".github/workflows.bak/ci.yml", WORKFLOW, WorkflowBackup),
        (".github/workflows/backup/ci.yml", "broken", WorkflowBackup),
        ("owner__repo__backup_flows__ci.yaml", WORKFLOW, WorkflowBackup),
        (".github/backup/dependabot.yml", "version: 2", Other),
        ("docker-compose.yml.bak", COMPOSE, Other),
        ("backup_db/ci.yml", WORKFLOW, Workflow),
        // Actions.
        ("action.yml", "name: x\nruns:\n  using: node20\n", Action),
        ("action.yml", "name: x\n", Other),
        // Compose files.
        ("compose.yaml", "", Compose),
        ("compose.prod.yml", "include: [x]", Compose),
        ("docker-compose-test.yml", "not: {valid", Compose),
        ("dev.compose.yml", "", Compose),
        ("stack.yml", COMPOSE, Compose),
        ("compose.yaml", "apiVersion: v1\nkind: Pod\n", Other),
        ("composer.yml", "a: b", Other),
        ("charts/values.yaml", COMPOSE, Other),
        ("api.yaml", "openapi: 3.0.0\nservices:\n  a:\n    image: x\n", Other),
        (".woodpecker.yml", "steps: {}\nservices:\n  a:\n    image: x\n", Other),
        // Dockerfiles.
        ("Dockerfile", "", Dockerfile),
        ("a/Dockerfile.dev", "", Dockerfile),
        ("a/api.Dockerfile", "", Dockerfile),
        ("a/api.dockerfile", "", Dockerfile),
        ("Containerfile", "", Dockerfile),
        ("DockerfileRelease", "", Dockerfile),
        ("x__y__Dockerfile-alpine", "", Dockerfile),
        ("Dockerfile.go", DOCKERFILE, Dockerfile),
        ("dockerfile.go", "package main\n", Other),
        ("Dockerfile.md", DOCKERFILE, Markdown),
        ("Dockerfile.j2", DOCKERFILE, Other),
        ("Dockerfile.bak", DOCKERFILE, Other),
        ("Dockerfile.dockerignore", "x", FileKind::Dockerignore),
        ("a/.dockerignore", "x", FileKind::Dockerignore),
        ("notes.dockerignore", "x", Other),
        ("docker-bake.hcl", "", FileKind::Bake),
        ("docker-bake.override.json", "{", FileKind::Bake),
        ("images.hcl", "variable \"A\" {}\ntarget \"app\" {\n}\n", FileKind::Bake),
        ("main.hcl", "job \"a\" {\n  group \"b\" {}\n}\n", Other),
        ("bake.json", r#"{"target": {"app": {"dockerfile": "D"}}}"#, FileKind::Bake),
        (".env", "A=1", FileKind::EnvFile),
        (".env.example", "A=1", Other),
        ("dockerfiles", "", Other),
        // Reports by content, whatever their names are.
        ("a.xml", "<?xml version='1.0'?><testsuites/>", Junit),
        ("x", "<testsuite tests='1'>", Junit),
        ("coverage.xml", "<testsuite/>", Junit),
        ("junit.xml", "<coverage line-rate='1'/>", Cobertura),
        ("a.xml", "<coverage><packages/></coverage>", Cobertura),
        ("a.txt", "TN:\nSF:a.rs\nDA:1,1\nend_of_record\n", Lcov),
        ("x.info", "# made by x\n\nSF:a.rs\nDA:1,1\n", Lcov),
        ("x.info", "SF: Symphony\nconcerts\n", Other),
        ("pom.xml", "<project/>", Other),
        ("a.xml", "<testrun><testsuite/></testrun>", Junit),
        ("a.trx", "<TestRun id='1'/>", Trx),
        ("a.xml", "<TestRun/>", Trx),
        ("a.trx", "", Trx),
        ("a.trx", "<html/>", Trx),
        ("a.xml", "<test-run/>", Nunit),
        ("TestResult.xml", "<test-run", Nunit),
        ("TestResult.xml", "<test-results/>", FileKind::Foreign),
        ("a.xml", "<assemblies/>", Xunit),
        ("a.xml", "<assembly run-date='x'/>", Xunit),
        ("a.xml", "<assembly><id>bin</id></assembly>", Other),
        ("testng-results.xml", "<?xml", Testng),
        ("a.xml", "<testng-results/>", Testng),
        ("a.json", r#"{"results": {"tool": {}, "tests": []}}"#, Ctrf),
        ("a.json", r#"{"reportFormat": "CTRF", "results": {}}"#, Ctrf),
        ("ctrf-report.json", "{\"resu", Ctrf),
        ("a.json", r#"{"results": [{"tool": 1}]}"#, Other),
        ("a.json", r#"{"numTotalTests": 1, "testResults": []}"#, FileKind::Jest),
        ("a.json", r#"{"testResults": [{"assertionResults": []}]}"#, FileKind::Jest),
        ("a.json", r#"{"testResults": []}"#, Other),
        ("a.json", r#"{"Time":"t","Action":"start","Package":"p"}"#, GoTestJson),
        ("a.log", "go: downloading x\n{\"Action\":\"start\",\"Package\":\"p\"}\n", GoTestJson),
        ("a.log", "x\n{\"Action\":\"start\"}\n", Other),
        ("a.json", r#"{"version": "2.1.0", "runs": []}"#, Sarif),
        ("a.json", r#"{"runs": [{"tool": {}}], "version": "2.1.0"}"#, Sarif),
        ("a.json", r#"{"runs": [1, 2]}"#, Other),
        // A diff is the change under judgement only at the root.
        ("pr.diff", "diff --git a/x b/x\n", FileKind::Diff),
        ("a.patch", "From 1\n--- a/x\n+++ b/x\n", FileKind::Diff),
        ("run.zip/pr.diff", "diff --git a/x b/x\n", FileKind::Diff),
        ("patches/left-pad.patch", "diff --git a/x b/x\n", Other),
        ("a.diff", "hello\n", Other),
        ("a.txt", "diff --git a/x b/x\n", Other),
        // Reports that break off are what their names say.
        ("zizmor.sarif", "{\"vers", Sarif),
        ("trivy.sarif.json", "", Sarif),
        ("junit.xml", "", Junit),
        ("TEST-a.xml", "<?xml version=", Junit),
        ("test-results.xml", "<testsui", Junit),
        ("cov/coverage.xml", "<!DOCTYPE cov", Cobertura),
        ("cobertura-2.xml", "", Cobertura),
        ("lcov.info", "", Lcov),
        ("junit.xml", "<html><body>502", Junit),
        ("search-results.xml", "<feed/>", Other),
        ("a.xml", "", Other),
    ] {
        assert_eq!(kind(path, text).kind, expected, "{path}: {text:?}");
    }
}

#[test]
fn coverage_is_told_apart_by_its_structure() {
    use FileKind::{
        Clover, CodeClimate, Codecov, CoveragePy, Coveralls, DotCover, Gcovr, GoCover, Istanbul, IstanbulSummary,
        Jacoco, JacocoCsv, LlvmCov, OpenCover, Other, SimpleCov, SonarCoverage, VsCoverage,
    };
    for (path, text, expected) in [
        ("a.xml", "<!DOCTYPE report PUBLIC '-//JACOCO//DTD Report 1.1//EN' 'report.dtd'><report name='x'/>", Jacoco),
        ("a.xml", "<report name='x'><sessioninfo/></report>", Jacoco),
        ("coverage.xml", "<report name='x'><group/></report>", Jacoco),
        ("a.xml", "<report><page/></report>", Other),
        ("clover.xml", "<coverage generated='1'><project/></coverage>", Clover),
        ("coverage.xml", "<coverage><testproject/></coverage>", Clover),
        ("coverage.xml", "<coverage version='1'><file path='x'/></coverage>", SonarCoverage),
        ("coverage.xml", "<coverage version='1'/>", SonarCoverage),
        ("a.xml", "<CoverageSession/>", OpenCover),
        ("a.xml", "<Root CoveredStatements='1' TotalStatements='2' ReportType='Xml'/>", DotCover),
        ("a.xml", "<Root xmlns='x'/>", Other),
        ("a.xml", "<results><modules/></results>", VsCoverage),
        ("a.xml", "<results><result/></results>", Other),
        ("c.json", r#"{"/a.js": {"path": "/a.js", "statementMap": {}}}"#, Istanbul),
        ("c.json", r#"{"/a.js": {"path": "/a.js", "s": {}, "b": {}, "f": {}}}"#, Istanbul),
        ("c.json", r#"{"total": {"lines": {"total": 1, "pct": 1}, "statements": {"pct": 1}}}"#, IstanbulSummary),
        ("c.json", r#"{"meta": {"version": "7"}, "files": {}}"#, CoveragePy),
        ("c.json", r#"{"gcovr/format_version": "0.5", "files": []}"#, Gcovr),
        ("c.json", r#"{"data": [{"files": []}], "type": "llvm.coverage.json.export"}"#, LlvmCov),
        (".resultset.json", r#"{"RSpec": {"coverage": {}}}"#, SimpleCov),
        ("r.json", r#"{"RSpec": {"coverage": {"/a.rb": {"lines": []}}, "timestamp": 1}}"#, SimpleCov),
        ("coverage.json", r#"{"meta": {}, "coverage": {"/a.rb": {"lines": [1]}}, "groups": {}}"#, SimpleCov),
        ("coverage.json", r#"{"coverage": {"a.rs": {"1": 1}}}"#, Codecov),
        ("c.json", r#"{"source_files": [{"name": "a", "coverage": [1]}]}"#, Coveralls),
        ("c.json", r#"{"ci_service": {}, "source_files": [{"name": "a", "coverage": [1]}]}"#, CodeClimate),
        ("cover.out", "mode: atomic\nx.go:1.1,2.2 1 1\n", GoCover),
        ("a.csv", "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,X\n", JacocoCsv),
        ("coverage.json", r#"{"other": 1}"#, Other),
        ("package.json", r#"{"name": "x", "files": []}"#, Other),
        // Reports that break off are what their names say.
        ("jacocoTestReport.xml", "", Jacoco),
        ("clover.xml", "<?xml", Clover),
        ("coverage.opencover.xml", "", OpenCover),
        ("coverage-final.json", "", Istanbul),
        ("coverage-summary.json", "{", IstanbulSummary),
        ("coverage-summary.json", "{\"a\": 1}", Other),
        (".resultset.json", "", SimpleCov),
        ("coverage.out", "", GoCover),
    ] {
        assert_eq!(kind(path, text).kind, expected, "{path}: {text}");
    }
}

#[test]
fn known_formats_that_are_not_read_are_named() {
    for (path, text, expected) in [
        ("TestResult.xml", "<test-results/>", "NUnit 2 XML"),
        ("a.xml", "<testExecutions version='1'/>", "SonarQube generic test execution XML"),
        ("a.xml", "<BugCollection/>", "SpotBugs XML"),
        ("a.xml", "<root><CoverageSession/></root>", "several OpenCover reports in one file"),
        ("c.json", r#"{"/a.js": {"lineData": [null, 1]}}"#, "JSCover JSON"),
        ("c.json", r#"{"instrumentation": "x", "sloc": 1, "coverage": 70.1}"#, "JSCoverage JSON"),
    ] {
        let detected = kind(path, text);
        assert_eq!(detected, Detected::foreign(expected), "{path}: {text}");
    }
}

#[test]
fn what_may_be_broken_evidence_is_told_from_what_is_of_no_interest() {
    for (path, text, doubt) in [
        ("a.yml", "a: b: c", Doubt::Alone),
        (".travis.yml", "steps: -", Doubt::Alone),
        ("ci.yml.bak", "a: b: c", Doubt::Alone),
        ("tools/x/action.yml", "name: a: b", Doubt::Anywhere),
        ("tools/x/action.yml", "runs: {}", Doubt::No),
        ("chart/templates/a.yaml", "{{ if x }}\na: b\n{{ end }}", Doubt::No),
        ("chart/templates/b.yaml", "apiVersion: v1\nname: {{ x }}\n", Doubt::No),
        ("a.json", "{\"a\": [", Doubt::Alone),
        ("a.xml", "<?xml", Doubt::Alone),
        ("a.xml", "<note>", Doubt::No),
        ("a.txt", "a: b: c", Doubt::No),
    ] {
        assert_eq!(kind(path, text).doubt, doubt, "{path}");
    }
    for (path, text, note) in [
        ("a.yml", "\u{feff}\n", "an empty file"),
        ("a.xml", "", "an empty file"),
        (
            "a.yml",
            "name: a\n---\non: push\njobs: {}\n",
            "several YAML documents, of which the first is neither a workflow, an action nor a compose file",
        ),
        ("a.yml", "---\nname: a\n...\n", "YAML, but neither a workflow, an action nor a compose file"),
    ] {
        assert_eq!(kind(path, text).note, note, "{text:?}");
    }
}

#[test]
fn names_that_no_format_has_are_not_wanted() {
    for (path, expected) in [
        (".github/workflows/ci.yml", true),
        ("ci.yml.bak", true),
        ("Dockerfile", true),
        ("Dockerfile.go", true),
        ("junit.xml", true),
        ("lcov.info", true),
        ("coverage-final.json", true),
        ("cover.out", true),
        ("artifact.ZIP", true),
        ("docs/rollback.md", true),
        ("pr.diff", true),
        ("patches/left-pad.patch", false),
        ("logo.png", false),
        ("main.rs", false),
        ("package.json", true),
        (".coveragerc", true),
        ("a/jest.config.ts", true),
        (".simplecov", true),
        ("package-lock.json", false),
        ("pnpm-lock.yaml", false),
        ("Cargo.lock", false),
        (".dockerignore", true),
        (".env", true),
        ("docker-bake.json", true),
        ("images.hcl", true),
        ("notes.txt", false),
        ("a.tar.gz", false),
        ("", false),
    ] {
        assert_eq!(wanted(path), expected, "{path}");
    }
}

#[test]
fn archives_other_than_zip_are_named_with_advice() {
    let mut tar = vec![0; 512];
    tar.splice(257..262, *b"ustar");
    for (path, bytes, format) in [
        ("x", tar.as_slice(), "tar archive"),
        ("a.tar", b"", "tar archive"),
        ("a.tgz", b"", "gzip file"),
        ("x", b"\x1F\x8B\x08", "gzip file"),
    ] {
        let note = foreign_archive(path, bytes).unwrap().note;
        assert!(note.starts_with(format) && note.ends_with("give the unpacked files or a zip"), "{note}");
    }
    assert_eq!(foreign_archive("a.yml", b"on: push"), None);
}

#[test]
fn a_file_without_content_keeps_the_kind_of_its_name() {
    for (path, expected) in [
        (".github/workflows/ci.yml", FileKind::Workflow),
        ("docker-compose.yml", FileKind::Compose),
        ("Dockerfile", FileKind::Dockerfile),
        ("action.yml", FileKind::Action),
        ("a.zip", FileKind::Archive),
        ("junit.xml", FileKind::Junit),
        ("coverage.xml", FileKind::Cobertura),
        ("lcov.info", FileKind::Lcov),
        ("values.yml", FileKind::Other),
    ] {
        assert_eq!(by_name(path), expected, "{path}");
    }
}
