//! What the content of a file tells where its path does not decide.

use super::names::Name;
use super::{Detected, FileKind};
use crate::input::sniff_json::{self, JsonHead};
use crate::input::sniff_xml::{self, XmlHead};
use crate::input::sniff_yaml;

/// A YAML file, or a kept copy of one.
pub(super) fn yaml(name: &Name<'_>, head: &str) -> Detected {
    let outline = sniff_yaml::outline(head);
    let copy = name.is_workflow_copy() || name.in_backup_folder();
    let workflow = outline.has("on") && outline.has("jobs") && !outline.template;
    if copy && (workflow || name.in_workflows()) {
        return Detected::is(FileKind::WorkflowBackup);
    }
    if name.is_workflow_copy() {
        return Detected::other("a kept copy of a YAML file that is no workflow");
    }
    if workflow {
        return Detected::is(FileKind::Workflow);
    }
    if outline.has("runs") && (name.is_action() || name.in_actions()) {
        return Detected::is(FileKind::Action);
    }
    let elsewhere = [
        ("Kubernetes manifest", outline.has("apiVersion") && outline.has("kind")),
        ("OpenAPI description", outline.has("openapi") || outline.has("swagger")),
        ("configuration of another CI service", ["steps", "pipeline", "stages"].iter().any(|key| outline.has(key))),
    ];
    if let Some((what, _)) = elsewhere.into_iter().find(|(_, is)| *is) {
        return Detected::other(format!("YAML: {what}"));
    }
    if name.is_compose() {
        return Detected::is(FileKind::Compose);
    }
    if outline.template {
        return Detected::other("a template of a YAML file");
    }
    if outline.services_run_containers && !name.is_helm() {
        return Detected::is(FileKind::Compose);
    }
    if is_empty(head) {
        return Detected::other(EMPTY);
    }
    if outline.several {
        return Detected::other(
            "several YAML documents, of which the first is neither a workflow, an action nor a compose file",
        );
    }
    Detected::other("YAML, but neither a workflow, an action nor a compose file")
}

/// Whether a YAML text of no known kind may have been one before it broke: it is none of those that are known to be of
/// no interest.
pub(super) fn may_be_broken(head: &str) -> bool {
    let outline = sniff_yaml::outline(head);
    !outline.template && !outline.has("apiVersion") && !outline.has("openapi") && !outline.has("swagger")
}

/// Whether the root element of an XML text was seen, which names the format.
pub(super) fn has_root(head: &str) -> bool {
    sniff_xml::head(head).is_some_and(|xml| !xml.root.is_empty())
}

const EMPTY: &str = "an empty file";

fn is_empty(head: &str) -> bool {
    head.trim_start_matches('\u{feff}').trim().is_empty()
}

/// Whether the first instruction is one that a Dockerfile can begin with.
pub(super) fn is_dockerfile(head: &str) -> bool {
    let first = head
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    let word = first.and_then(|line| line.split_whitespace().next()).unwrap_or_default();
    word.eq_ignore_ascii_case("from") || word.eq_ignore_ascii_case("arg")
}

/// Anything else: a report, by its content; by its name only where the content says nothing.
pub(super) fn report(name: &Name<'_>, head: &str) -> Detected {
    if let Some(xml) = sniff_xml::head(head) {
        return by_root(name, &xml);
    }
    if name.has_extension(&["hcl"]) {
        let bake = head.lines().any(|line| ["target \"", "group \""].iter().any(|start| line.starts_with(start)));
        if bake {
            return Detected::is(FileKind::Bake);
        }
    }
    if is_lcov(head) {
        return Detected::is(FileKind::Lcov);
    }
    if name.is_diff() {
        let diff = head.lines().any(|line| line.starts_with("diff --git ") || line.starts_with("+++ "));
        let note = "no unified diff";
        return if diff { Detected::is(FileKind::Diff) } else { Detected::other(note) };
    }
    if let Some(detected) = text(head) {
        return detected;
    }
    if let Some(json) = sniff_json::head(head).filter(|json| !json.is_empty()) {
        let by_name = || name.report().filter(|_| json.breaks_off()).map(|(kind, _)| Detected::is(kind));
        let detected = by_keys(name, &json).or_else(by_name);
        return detected.unwrap_or_else(|| Detected::other("JSON, no report that Tollgate knows"));
    }
    // The go command prints builds and downloads between the events of `go test -json`, often before the first.
    let events = head.split_once("\n{").and_then(|(_, rest)| head.get(head.len() - rest.len() - 1..));
    if events.and_then(sniff_json::head).is_some_and(|json| json_results(&json) == Some(FileKind::GoTestJson)) {
        return Detected::is(FileKind::GoTestJson);
    }
    // buildx prints warnings between the events of `--progress=rawjson`.
    if events.and_then(sniff_json::head).is_some_and(|json| json.has(1, "vertexes") && json.has(3, "digest")) {
        return Detected::is(FileKind::BuildProgress);
    }
    // Whatever it is, it is not what its name promises; the reader of that format will say so.
    if let Some((kind, _)) = name.report() {
        return Detected::is(kind);
    }
    if is_empty(head) {
        return Detected::other(EMPTY);
    }
    Detected::other("no format that Tollgate reads has this name or content")
}

/// Test results in JSON.
fn json_results(json: &JsonHead) -> Option<FileKind> {
    let ctrf = json.has(1, "results") && (json.has(1, "reportFormat") || (json.has(2, "tool") && json.has(2, "tests")));
    let event = json.has(1, "Action") && ["Package", "Test", "ImportPath"].iter().any(|key| json.has(1, key));
    let jest = json.has(1, "testResults") && (json.has(1, "numTotalTests") || json.has(3, "assertionResults"));
    if ctrf {
        Some(FileKind::Ctrf)
    } else if jest {
        Some(FileKind::Jest)
    } else {
        event.then_some(FileKind::GoTestJson)
    }
}

fn by_root(name: &Name<'_>, xml: &XmlHead) -> Detected {
    match xml.root.as_str() {
        "testsuites" | "testsuite" | "testcase" => return Detected::is(FileKind::Junit),
        "TestRun" => return Detected::is(FileKind::Trx),
        "test-run" => return Detected::is(FileKind::Nunit),
        "assemblies" => return Detected::is(FileKind::Xunit),
        "assembly" if xml.has("run-date") || xml.has("test-framework") => return Detected::is(FileKind::Xunit),
        "testng-results" => return Detected::is(FileKind::Testng),
        // A wrapper around suites, such as Eclipse's `testrun`.
        _ if xml.has_child("testsuite") || xml.has_child("testsuites") => return Detected::is(FileKind::Junit),
        "coverage" => return coverage(xml),
        "" => {
            let note = "XML that ends before its root element";
            return name.report().map_or_else(|| Detected::other(note), |(kind, _)| Detected::is(kind));
        }
        _ => {}
    }
    let format = XML_FORMATS
        .iter()
        .find(|(root, child, _)| *root == xml.root && (child.is_empty() || xml.has_child(child) || xml.has(child)));
    if let Some((.., format)) = format {
        return Detected::foreign(format);
    }
    let coverage = XML_COVERAGE
        .iter()
        .find(|(root, child, _)| *root == xml.root && (child.is_empty() || xml.has_child(child) || xml.has(child)));
    if let Some((.., kind)) = coverage {
        return Detected::is(*kind);
    }
    if xml.root == "report" && xml.doctype.to_ascii_lowercase().contains("jacoco") {
        return Detected::is(FileKind::Jacoco);
    }
    match name.report() {
        Some((kind, true)) => Detected::is(kind),
        _ => Detected::other(format!("XML with the root element <{}>, no report that Tollgate knows", xml.root)),
    }
}

/// Three formats share the root element `coverage`.
fn coverage(xml: &XmlHead) -> Detected {
    let cobertura = ["line-rate", "branch-rate", "lines-valid", "lines-covered"].iter().any(|name| xml.has(name))
        || xml.has_child("packages")
        || xml.has_child("sources");
    if cobertura {
        Detected::is(FileKind::Cobertura)
    } else if xml.has("clover") || xml.has("generated") || xml.has_child("project") || xml.has_child("testproject") {
        Detected::is(FileKind::Clover)
    } else if xml.has_child("file") || (xml.attributes.len() == 1 && xml.has("version") && xml.children.is_empty()) {
        Detected::is(FileKind::SonarCoverage)
    } else {
        Detected::is(FileKind::Cobertura)
    }
}

/// Root element, a child or attribute that it must have (empty: none), kind.
const XML_COVERAGE: &[(&str, &str, FileKind)] = &[
    ("report", "sessioninfo", FileKind::Jacoco),
    ("report", "counter", FileKind::Jacoco),
    ("report", "group", FileKind::Jacoco),
    ("report", "package", FileKind::Jacoco),
    ("CoverageSession", "", FileKind::OpenCover),
    ("Root", "DotCoverVersion", FileKind::DotCover),
    ("Root", "CoveredStatements", FileKind::DotCover),
    ("results", "modules", FileKind::VsCoverage),
];

/// Root element, a child or attribute that it must have (empty: none), format that is known but not read.
const XML_FORMATS: &[(&str, &str, &str)] = &[
    ("root", "CoverageSession", "several OpenCover reports in one file"),
    ("root", "Root", "several dotCover reports in one file"),
    ("test-results", "", "NUnit 2 XML"),
    ("testExecutions", "", "SonarQube generic test execution XML"),
    ("testrun", "", "Eclipse test run XML"),
    ("test-suite", "", "Allure 1 XML"),
    ("robot", "", "Robot Framework XML"),
    ("Catch", "", "Catch2 XML"),
    ("Catch2TestRun", "", "Catch2 XML"),
    ("TestLog", "", "Boost.Test XML"),
    ("TestResult", "", "Boost.Test XML"),
    ("TestCase", "Environment", "Qt Test XML"),
    ("Site", "Testing", "CTest XML"),
    ("CUNIT_TEST_RUN_REPORT", "", "CUnit XML"),
    ("phpunit", "project", "PHPUnit coverage XML"),
    ("checkstyle", "", "Checkstyle XML"),
    ("pmd", "", "PMD XML"),
    ("BugCollection", "", "SpotBugs XML"),
    ("scoverage", "", "Scoverage XML"),
    ("mutations", "", "PIT XML"),
];

/// A JSON file by its keys.
fn by_keys(name: &Name<'_>, json: &JsonHead) -> Option<Detected> {
    let has_all = |keys: &[(usize, &str)]| keys.iter().all(|(depth, key)| json.has(*depth, key));
    if let Some(kind) = json_results(json) {
        return Some(Detected::is(kind));
    }
    if is_sarif(json) {
        return Some(Detected::is(FileKind::Sarif));
    }
    if let Some((kind, _)) = JSON_RUNS.iter().find(|(_, keys)| has_all(keys)) {
        return Some(Detected::is(*kind));
    }
    if let Some((format, _)) = JSON_FORMATS.iter().find(|(_, keys)| has_all(keys)) {
        return Some(Detected::foreign(format));
    }
    if let Some((kind, _)) = JSON_COVERAGE.iter().find(|(_, keys)| has_all(keys)) {
        return Some(Detected::is(*kind));
    }
    // SimpleCov's suites have any name, so its name must help where the files are bare arrays.
    let resultset = json.has(2, "coverage") && (name.is_simplecov() || json.has(2, "timestamp"));
    resultset.then(|| Detected::is(FileKind::SimpleCov))
}

/// Kinds, and keys with their depths that tell them, the more special first.
const JSON_COVERAGE: &[(FileKind, &[(usize, &str)])] = &[
    (FileKind::Gcovr, &[(1, "gcovr/format_version")]),
    (FileKind::Gcovr, &[(1, "gcovr/summary_format_version")]),
    (FileKind::LlvmCov, &[(1, "data"), (3, "files")]),
    (FileKind::CoveragePy, &[(1, "meta"), (1, "files")]),
    (FileKind::CodeClimate, &[(1, "ci_service"), (1, "source_files")]),
    (FileKind::CodeClimate, &[(1, "line_counts"), (1, "source_files")]),
    (FileKind::Coveralls, &[(1, "source_files"), (3, "coverage")]),
    (FileKind::Istanbul, &[(2, "statementMap")]),
    (FileKind::Istanbul, &[(2, "s"), (2, "b"), (2, "f")]),
    (FileKind::Istanbul, &[(2, "path"), (2, "s")]),
    (FileKind::IstanbulSummary, &[(2, "lines"), (2, "statements"), (3, "pct")]),
    (FileKind::SimpleCov, &[(1, "coverage"), (3, "lines")]),
    (FileKind::Codecov, &[(1, "coverage")]),
    (FileKind::Bake, &[(1, "target"), (3, "dockerfile")]),
];

/// A log of SARIF: its keys, or those of its first run where the others stand at its end.
fn is_sarif(json: &JsonHead) -> bool {
    let beside = ["version", "$schema"].iter().any(|key| json.has(1, key));
    json.has(1, "runs") && (beside || ["tool", "results"].iter().any(|key| json.has(3, key)))
}
/// Records of runs and builds, and keys with their depths that tell them.
const JSON_RUNS: &[(FileKind, &[(usize, &str)])] = &[
    // A page of jobs, empty or not; several of them in an array.
    (FileKind::GithubRun, &[(1, "total_count"), (1, "jobs")]),
    (FileKind::GithubRun, &[(2, "total_count"), (2, "jobs")]),
    (FileKind::GithubRun, &[(1, "total_count"), (1, "workflow_runs")]),
    (FileKind::GithubRun, &[(2, "total_count"), (2, "workflow_runs")]),
    (FileKind::GithubRun, &[(1, "jobs"), (3, "run_id"), (3, "started_at")]),
    // A run, or a list of them.
    (FileKind::GithubRun, &[(1, "run_started_at"), (1, "workflow_id")]),
    (FileKind::GithubRun, &[(2, "run_started_at"), (2, "workflow_id")]),
    (FileKind::GithubRun, &[(1, "jobs"), (3, "databaseId"), (3, "startedAt")]),
    (FileKind::GithubRun, &[(1, "workflowName"), (1, "startedAt")]),
    (FileKind::GithubRun, &[(2, "workflowName"), (2, "startedAt")]),
    // A job, or a list of them.
    (FileKind::GithubRun, &[(1, "run_id"), (1, "started_at"), (1, "steps")]),
    (FileKind::GithubRun, &[(2, "run_id"), (2, "started_at"), (2, "steps")]),
    (FileKind::GithubRun, &[(2, "databaseId"), (2, "startedAt"), (2, "steps")]),
    (FileKind::BuildMetadata, &[(1, "buildx.build.ref")]),
    (FileKind::BuildMetadata, &[(2, "buildx.build.ref")]),
    (FileKind::BuildMetadata, &[(1, "buildx.build.provenance")]),
    (FileKind::BuildMetadata, &[(2, "buildx.build.provenance")]),
    (FileKind::BuildMetadata, &[(1, "containerimage.digest")]),
    (FileKind::BuildMetadata, &[(2, "containerimage.digest")]),
    (FileKind::BuildProgress, &[(1, "vertexes"), (3, "digest")]),
];

/// Formats that are known but not read, and keys with their depths that tell them.
const JSON_FORMATS: &[(&str, &[(usize, &str)])] = &[
    ("JSCoverage JSON", &[(1, "instrumentation"), (1, "sloc")]),
    ("JSCover JSON", &[(2, "lineData")]),
    ("Mocha JSON", &[(1, "stats"), (1, "tests")]),
    ("Playwright JSON", &[(1, "config"), (1, "suites")]),
];

/// An LCOV tracefile: records from the first line on, and a source file among them.
fn is_lcov(head: &str) -> bool {
    const RECORDS: [&str; 12] =
        ["DA:", "FN:", "FNL:", "FNA:", "FNDA:", "FNF:", "BRDA:", "BRF:", "LF:", "LH:", "VER:", "end_of_record"];
    let mut lines = head
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(first) = lines.next() else { return false };
    let is_record = |line: &str| RECORDS.iter().any(|record| line.starts_with(record));
    if first.starts_with("TN:") {
        return lines.next().is_none_or(|line| line.starts_with("SF:") || is_record(line));
    }
    first.starts_with("SF:") && lines.next().is_none_or(is_record)
}

/// Other formats that are neither XML nor JSON, by their first line.
fn text(head: &str) -> Option<Detected> {
    let first = head.trim_start_matches('\u{feff}').lines().map(str::trim).find(|line| !line.is_empty())?;
    match first {
        "mode: set" | "mode: count" | "mode: atomic" => return Some(Detected::is(FileKind::GoCover)),
        _ => {}
    }
    if first.starts_with("GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED") {
        return Some(Detected::is(FileKind::JacocoCsv));
    }
    if first.starts_with("TAP version ") {
        return Some(Detected::foreign("TAP"));
    }
    let hcl = first.strip_prefix("workflow \"").is_some_and(|rest| rest.trim_end().ends_with('{'));
    hcl.then(|| Detected::foreign("GitHub Actions workflow in HCL, which GitHub no longer runs"))
}
