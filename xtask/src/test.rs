//! All checks, in the order of their cost, with a table at the end.

use std::time::{Duration, Instant};

use crate::process::{command, run as run_command};
use crate::{Outcome, root, site, tools};

struct Step {
    name: &'static str,
    part: &'static str,
    /// The step whose result this one works on.
    after: Option<&'static str>,
    run: fn() -> Outcome,
}

const STEPS: [Step; 6] = [
    Step { name: "format", part: "native", after: None, run: format },
    Step { name: "lint", part: "native", after: None, run: lint },
    Step { name: "tests", part: "native", after: None, run: tests },
    Step { name: "lint-wasm", part: "wasm", after: None, run: lint_wasm },
    Step { name: "site", part: "page", after: None, run: site::build },
    Step { name: "browser", part: "page", after: Some("site"), run: browser },
];

#[derive(Clone, Copy, PartialEq)]
enum End {
    Passed,
    Failed,
    /// The step that it works on has not passed.
    NotRun,
}

/// Runs the steps that these names choose (all when there are none), prints how each ended and tells whether all passed.
///
/// # Errors
/// When a name is unknown.
pub(crate) fn run(names: &[&str]) -> Outcome<bool> {
    let mut results: Vec<(&Step, End, Duration)> = Vec::new();
    for step in choose(names)? {
        let blocked = results.iter().any(|(earlier, end, _)| step.after == Some(earlier.name) && *end != End::Passed);
        if blocked {
            results.push((step, End::NotRun, Duration::ZERO));
            continue;
        }
        println!("==> {}", step.name);
        let start = Instant::now();
        let end = match (step.run)() {
            Ok(()) => End::Passed,
            Err(message) => {
                eprintln!("==> {} failed: {message}", step.name);
                End::Failed
            }
        };
        results.push((step, end, start.elapsed()));
    }
    print!("{}", summary(&results));
    Ok(results.iter().all(|(_, end, _)| *end == End::Passed))
}

fn choose(names: &[&str]) -> Outcome<Vec<&'static Step>> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name && step.part != **name))
    {
        let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!(
            "no step or part is named {unknown}; there are native, wasm, page and {}",
            known.join(", ")
        ));
    }
    let chosen = |step: &&Step| names.is_empty() || names.contains(&step.name) || names.contains(&step.part);
    Ok(STEPS.iter().filter(chosen).collect())
}

/// The table of the steps, what to run again, and the counts as the last line.
fn summary(results: &[(&Step, End, Duration)]) -> String {
    let mut lines = vec![String::new(), format!("{:<12} {:<8} {:>8}", "step", "result", "seconds")];
    for (step, end, time) in results {
        let word = match end {
            End::Passed => "passed",
            End::Failed => "FAILED",
            End::NotRun => "not run",
        };
        lines.push(format!("{:<12} {word:<8} {:>8.1}", step.name, time.as_secs_f64()));
    }
    let again: Vec<_> = results.iter().filter(|(_, end, _)| *end != End::Passed).map(|(step, ..)| step.name).collect();
    if !again.is_empty() {
        lines.push(format!("run again with: cargo xtask test {}", again.join(" ")));
    }
    // A step that was not run has not passed: it counts among the failed.
    lines.push(format!("{} passed, {} failed\n", results.len() - again.len(), again.len()));
    lines.join("\n")
}

fn format() -> Outcome {
    tools::component("rustfmt", "fmt")?;
    run_command(command("cargo", &root()).args(["fmt", "--all", "--check"]))
}

fn lint() -> Outcome {
    tools::component("clippy", "clippy")?;
    run_command(command("cargo", &root()).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn tests() -> Outcome {
    tools::jq()?;
    run_command(command("cargo", &root()).args(["test", "--workspace"]))
}

fn lint_wasm() -> Outcome {
    tools::component("clippy", "clippy")?;
    tools::wasm_target()?;
    for part in ["", "page", "views"] {
        run_command(
            command("cargo", &root())
                .args(["clippy", "--package", "tollgate", "--lib", "--target", "wasm32-unknown-unknown"])
                .args(["--features", part, "--", "-D", "warnings"]),
        )?;
    }
    Ok(())
}

fn browser() -> Outcome {
    let chromium = tools::chromium()?;
    tools::page_packages()?;
    // The page's report is held against the command line's.
    let target = root().join("target");
    run_command(
        command("cargo", &root()).args(["build", "--quiet", "--bin", "tollgate", "--target-dir"]).arg(&target),
    )?;
    run_command(
        command("npx", &root().join("tests/page"))
            .args(["--no-install", "playwright", "test"])
            .env("TOLLGATE_CHROMIUM", chromium)
            .env("TOLLGATE_BINARY", target.join("debug/tollgate")),
    )
}

#[cfg(test)]
mod unit {
    use super::*;

    fn names(arguments: &[&str]) -> Vec<&'static str> {
        choose(arguments).unwrap().iter().map(|step| step.name).collect()
    }

    #[test]
    fn parts_and_steps_are_chosen_in_the_order_of_their_cost() {
        assert_eq!(names(&[]).len(), STEPS.len());
        assert_eq!(names(&["native"]), ["format", "lint", "tests"]);
        assert_eq!(names(&["page", "format"]), ["format", "site", "browser"]);
        assert!(choose(&["natve"]).is_err_and(|message| message.contains("natve")));
    }

    #[test]
    fn a_failure_and_what_waited_for_it_are_to_be_run_again() {
        let [_, _, _, _, site, browser] = &STEPS;
        let results = [(site, End::Failed, Duration::ZERO), (browser, End::NotRun, Duration::ZERO)];
        let text = summary(&results);
        assert!(text.ends_with("run again with: cargo xtask test site browser\n0 passed, 2 failed\n"), "{text}");
        let text = summary(&[(site, End::Passed, Duration::from_millis(1_300))]);
        assert!(text.ends_with("site         passed        1.3\n1 passed, 0 failed\n"), "{text}");
    }
}
