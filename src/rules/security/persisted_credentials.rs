//! The rule `persisted-credentials`.

use super::checkouts::{execution, folder, foreign, is_checkout, token_may_write};
use crate::evidence::{Evidence, JobRef};
use crate::parse::workflow::{Step, Target};
use crate::parse::yaml::Node;
use crate::rules::support::outsiders::Outsiders;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// No checkout leaves the token in `.git/config` where it gets out: into an artifact with the whole workspace and
    /// its hidden files, or to code of outsiders that the job runs after it.
    ///
    /// Not judged: other checkouts that keep the token, which `git push` needs and which ends with the job;
    /// `actions/upload-artifact` from v4.4 on without `include-hidden-files`, which leaves `.git` out;
    /// `actions/checkout` from v6 on for artifacts, which keeps the token outside of the workspace; actions named by a
    /// commit without a comment that says the version.
    ///
    /// # Why it matters
    ///
    /// An artifact can be fetched while the job still runs, and the token is good for as long as that.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: make
    ///       - uses: actions/upload-artifact@v4
    ///         with:
    ///           path: .
    ///           include-hidden-files: true
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   build:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///         with:
    ///           persist-credentials: false
    ///       - run: make
    ///       - uses: actions/upload-artifact@v4
    ///         with:
    ///           path: .
    ///           include-hidden-files: true
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// A step between the two takes the token out of `.git/config`.
    pub struct PersistedCredentials;
    id: "persisted-credentials",
    family: Security,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The token lies in the checked-out folder, and whoever gets that can use it until the job ends.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let outsiders = Outsiders::new(evidence);
    let mut spots = Vec::new();
    let (mut checkouts, mut kept) = (0, 0);
    for job in evidence.jobs() {
        let mut outside: Option<Option<String>> = None;
        for step in job.job.steps.iter().filter(|step| is_checkout(step)) {
            checkouts += 1;
            if step.input("persist-credentials").is_some_and(|node| node.as_bool() != Some(true)) {
                continue;
            }
            kept += 1;
            let leak = uploaded(job, step).or_else(|| outside.get_or_insert_with(|| run_by(&outsiders, job)).clone());
            let (Some(leak), Some(uses)) = (leak, &step.uses) else { continue };
            spots.push(Spot {
                file: job.file,
                span: uses.node.span(),
                path: step.node.path(),
                message: format!("the checkout in job `{}` keeps the token in the workspace, and {leak}", job.job.id),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(checkouts);
    sink.fact(format!("{}, {kept} keep the token, {} where it gets out", count(checkouts, "checkout"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} checkouts keep the token in the workspace, and it gets out", group.len()),
        |_| FIX.to_owned(),
    );
}

/// The step that runs code of outsiders, in words.
fn run_by<'e>(outsiders: &Outsiders<'e>, job: JobRef<'e>) -> Option<String> {
    if !token_may_write(job) {
        return None;
    }
    let execution = foreign(outsiders, job).iter().find_map(|foreign| execution(job, foreign))?;
    Some(format!("step `{}` runs code of outsiders beside it", execution.step.title()))
}

/// The upload of what a step checked out, hidden files included, in words.
fn uploaded(job: JobRef<'_>, checkout: &Step<'_>) -> Option<String> {
    if version(checkout).is_none_or(|version| version.0 >= 6) {
        return None;
    }
    let later = job.job.steps.get(checkout.index + 1..).unwrap_or(&[]);
    let upload = later.iter().find(|step| {
        let is_upload = step.uses.as_ref().is_some_and(|uses| uses.is_any(&["actions/upload-artifact"]));
        is_upload && takes_hidden_files(step) && step.input("path").is_some_and(|path| covers(path, folder(checkout)))
    })?;
    let path = upload.input("path").and_then(Node::text).unwrap_or_default();
    let path = path.lines().next().unwrap_or_default().trim();
    Some(format!("step `{}` uploads `{path}` with hidden files", upload.title()))
}

fn takes_hidden_files(step: &Step<'_>) -> bool {
    if let Some(said) = step.input("include-hidden-files") {
        return said.as_bool() == Some(true);
    }
    // v3 stands for 3.2, which leaves them out as well.
    version(step).is_some_and(|version| match version {
        (0..=2, _) => true,
        (3, minor) => minor.is_some_and(|minor| minor < 2),
        (4, minor) => minor.is_some_and(|minor| minor < 4),
        _ => false,
    })
}

/// Whether an upload's paths take in the `.git` of a folder of the workspace.
fn covers(path: Node<'_>, folder: &str) -> bool {
    let lines = path.text().unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty());
    let (without, with): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with('!'));
    let taken = with.iter().any(|line| {
        let line = line.strip_prefix("${{ github.workspace }}").unwrap_or(line);
        let line = line.trim_start_matches(['.', '/']).trim_end_matches("**").trim_end_matches('/');
        line.is_empty() || line == folder || (folder.is_empty() && with.contains(&".git"))
    });
    taken && !without.iter().any(|line| line.contains(".git"))
}

/// Major and minor version of a step's action, by its tag or by the comment behind its commit; the minor is missing
/// where the tag moves with it.
fn version(step: &Step<'_>) -> Option<(u32, Option<u32>)> {
    let uses = step.uses.as_ref()?;
    let Target::Remote { reference, .. } = uses.target else { return None };
    let start = uses.node.span().offset;
    let comment = uses.node.tree().comment_near(start).filter(|comment| comment.span.offset > start);
    let comment = comment.map(|comment| comment.text.as_ref());
    let numbers = |text: &str| {
        let text = text.trim_start_matches(['#', ' ']).split_whitespace().next()?;
        let mut parts = text.trim_start_matches('v').split('.');
        let major = parts.next().filter(|major| major.len() < 4)?.parse().ok()?;
        Some((major, parts.next().and_then(|minor| minor.parse().ok())))
    };
    numbers(reference).or_else(|| numbers(comment?))
}

const FIX: &str = "Do not keep the token, unless a later step pushes with it:

    - uses: actions/checkout@v5
      with:
        persist-credentials: false
";
