//! The rule `report-trapped-in-container`.

use crate::evidence::docker::{compose_call, container_call, has_option};
use crate::evidence::{Evidence, StepRef};
use crate::parse::shell::{Command, Word};
use crate::rules::support::test_runs::{TestRun, test_runs};
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// Where tests write a report or coverage inside a container (`--junitxml`, `-coverprofile`, `--cov-report=xml`,
    /// `--outputFile` and the like), the container shares a path with the runner, or something copies the file out.
    /// `docker run`, `docker compose run` and `docker compose exec` are looked at, the latter two with the volumes of the
    /// service in the compose files that they read.
    ///
    /// Not judged: any volume, bind mount or `--volumes-from`, since it may hold the report; `docker cp`, `docker compose
    /// cp`, `docker exec` and the like later in the job, while the container is still there (no `--rm`); compose files that
    /// are not in the input; `docker exec`, whose container may have been started anywhere.
    ///
    /// # Why it matters
    ///
    /// The report is deleted with its container, and nothing says so.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build -t app .
    ///       - run: docker run --rm app pytest --junitxml=report/junit.xml
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build -t app .
    ///       - run: docker run --rm -v "$PWD/report:/app/report" app pytest --junitxml=report/junit.xml
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The tests send their results somewhere by themselves, and nobody needs the file.
    pub struct ReportTrappedInContainer;
    id: "report-trapped-in-container",
    family: Artifacts,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The report is deleted with its container, and nothing says so.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut judged, mut open) = (0, 0);
    for at in evidence.steps() {
        let Some(run) = &at.step.run else { continue };
        for test in test_runs(at, &[]).iter().filter(|test| test.contained) {
            let (Some(option), Some(command)) = (written(test), run.script.commands.get(test.host)) else { continue };
            match is_trapped(evidence, at, test, command) {
                None => open += 1,
                Some(trapped) => {
                    judged += 1;
                    if trapped {
                        spots.push(Spot {
                            file: at.file,
                            span: test.place(run),
                            path: run.node.path(),
                            message: format!(
                                "{}: `{}` writes a report (`{option}`) inside a container that shares no path with the \
                                 runner",
                                at.title(),
                                test.label
                            ),
                            detail: String::new(),
                            edits: Vec::new(),
                        });
                    }
                }
            }
        }
    }
    sink.subjects(judged);
    sink.fact(format!(
        "{}, {} of them within reach",
        if judged == 1 {
            "1 report written in a container".to_owned()
        } else {
            format!("{judged} reports written in containers")
        },
        judged - spots.len()
    ));
    if open > 0 {
        sink.fact(format!("{open} not judged: the container or its compose file is not known"));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} reports are left in their containers; the first: {first}", group.len())
        },
        |_| {
            "Mount the folder of the report, or copy it out before the container is removed:\n\n    docker run --rm -v \
             \"$PWD/report:/app/report\" app pytest --junitxml=report/junit.xml\n"
                .to_owned()
        },
    );
}

/// Options that write a file wherever the tests run.
const WRITING: [&str; 15] = [
    "--junitxml",
    "--junit-xml",
    "--junitfile",
    "--junit",
    "--log-junit",
    "--coverage-clover",
    "--coverage-cobertura",
    "--coverage-html",
    "--coverage-xml",
    "--outputFile",
    "--coverprofile",
    "-coverprofile",
    "--cov-report",
    "--results-directory",
    "--reporter-options",
];

/// The option by which a test command writes a report into a file.
fn written(test: &TestRun) -> Option<&str> {
    let words = test.words.iter().map(String::as_str);
    let next = test.words.iter().skip(1).map(String::as_str).chain([""]);
    words.zip(next).find_map(|(word, next)| {
        let (name, value) = word.split_once('=').unwrap_or((word, next));
        // What is only shown, or goes to the standard output, leaves the container by itself.
        let to_file = !value.starts_with("term") && !value.starts_with("/dev/") && !matches!(value, "-" | "");
        (WRITING.contains(&name) && to_file && !value.contains("${{")).then_some(word)
    })
}

/// `None` where it cannot be told.
fn is_trapped(evidence: &Evidence<'_>, at: StepRef<'_>, test: &TestRun, command: &Command) -> Option<bool> {
    let removed = |words: &[Word]| has_option(words, &["--rm"]);
    let shares = |words: &[Word]| {
        let named = has_option(words, &["-v", "--volume", "--mount", "--volumes-from", "--tmpfs"]);
        named || words.iter().any(|word| word.dynamic && !word.quoted || word.text.starts_with("-v"))
    };
    if let Some(call) = compose_call(command) {
        if shares(call.args) {
            return Some(false);
        }
        let service = call.operands().first().filter(|word| !word.dynamic)?.text.clone();
        let files = evidence.compose_files(at, &call)?;
        let services: Vec<_> = files.iter().filter_map(|file| file.service(&service)).collect();
        if services.is_empty() {
            return None;
        }
        if services
            .iter()
            .any(|s| ["volumes", "extends", "volumes_from"].iter().any(|key| s.node.merged(key).is_some()))
        {
            return Some(false);
        }
        let gone = call.verb == "run" && removed(call.args);
        return Some(gone || !is_copied_later(at, test));
    }
    let (verb, words) = container_call(command)?;
    if verb != "run" {
        return None;
    }
    let words: Vec<Word> = words.into_iter().cloned().collect();
    // What stands behind the program of the tests are its own options.
    let own = words.iter().position(|word| test.words.first().is_some_and(|first| *first == word.text));
    let own = words.get(..own.unwrap_or(words.len())).unwrap_or(&words);
    if shares(own) {
        return Some(false);
    }
    Some(removed(own) || !is_copied_later(at, test))
}

/// Most commands after the tests that are searched.
const MAX_SEARCH: usize = 1_000;

/// Whether a later command of the job may fetch something out of a container.
fn is_copied_later(at: StepRef<'_>, test: &TestRun) -> bool {
    let fetches = |command: &Command| {
        let compose = compose_call(command).is_some_and(|call| matches!(call.verb, "cp" | "exec" | "run" | "export"));
        let name = matches!(command.name(), Some("docker" | "podman"));
        let docker =
            || command.args().iter().any(|word| matches!(word.text.as_str(), "cp" | "exec" | "export" | "commit"));
        compose || (name && docker())
    };
    let here = at.step.run.iter().flat_map(|run| run.script.commands.iter().skip(test.host + 1));
    let later = at.later().iter().filter_map(|step| step.run.as_ref()).flat_map(|run| &run.script.commands);
    // An action may do it too, but none is known to.
    here.chain(later).take(MAX_SEARCH).any(fetches)
}
