//! The rule `unfinished-script`.

use crate::evidence::Evidence;
use crate::model::Fix;
use crate::parse::workflow::{Job, Shell};
use crate::rules::support::runners;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};

rule! {
    /// # What it checks
    ///
    /// Every script of a POSIX shell can be read to its end: quotes, parentheses and `$(` are closed, `if` has its `fi`,
    /// `do` its `done`, and a here-document its last line. One finding a script, at the first problem.
    ///
    /// Not judged: scripts of other shells, and scripts without `shell` where the runner may have Windows.
    ///
    /// # Why it matters
    ///
    /// The shell stops there with a syntax error, often after the commands before it were run, or it takes the commands that
    /// follow for text and goes on.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: |
    ///           if [ -f Makefile ]; then
    ///             make test
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
    ///       - run: |
    ///           if [ -f Makefile ]; then
    ///             make test
    ///           fi
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The shell reads something that POSIX shells and bash do not.
    pub struct UnfinishedScript;
    id: "unfinished-script",
    family: Document,
    level: Error,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "The shell stops there with a syntax error, after the commands before it were run, or takes what follows for text.";

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let (mut scripts, mut wrong, mut open) = (0, 0, 0);
    // Steps come job by job, and a matrix may be long.
    let mut posix: Option<(&Job<'_>, bool)> = None;
    for at in evidence.steps() {
        let Some(run) = at.step.run.as_ref().filter(|run| run.shell.is_posix()) else { continue };
        if let Some(job) = at.job.map(|at| at.job).filter(|_| run.shell == Shell::Default) {
            let known = posix.filter(|(of, _)| std::ptr::eq(*of, job));
            let (_, known) = *posix.insert(known.unwrap_or_else(|| (job, runners::is_posix(job))));
            if !known {
                open += 1;
                continue;
            }
        }
        scripts += 1;
        // A limit of the reader is no fault of the script.
        let limits = usize::from(run.script.cut_off);
        let Some(problem) = run.script.problems.iter().rev().skip(limits).next_back() else { continue };
        wrong += 1;
        sink.finding(Hit {
            file: at.file,
            span: run.span(problem.span),
            path: run.node.path(),
            message: format!("{}: {}", at.title(), problem.message),
            why: WHY,
            fix: Fix {
                text: "Close what is open, or put quotes around what is meant as text.".to_owned(),
                edits: Vec::new(),
            },
            related: Vec::new(),
        });
    }
    sink.subjects(scripts);
    sink.fact(format!("{}, {wrong} that cannot be read to the end", count(scripts, "script")));
    if open > 0 {
        sink.fact(format!("{} not judged: the shell is not known", count(open, "script")));
    }
}
