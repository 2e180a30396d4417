//! The rule `update-bot-missing`.

use crate::evidence::{Evidence, File};
use crate::input::Origin;
use crate::model::{FileKind, FileStatus, Fix, Span};
use crate::parse::dockerfile::{Base, Stage};
use crate::parse::update_bot::Ecosystem;
use crate::parse::workflow::{Target, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::support::tree::is_whole;
use crate::rules::{Hit, Sink, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// Dependabot or Renovate is told to update what the pipeline is made of: the actions of the workflows and the base images
    /// of the Dockerfiles, each where the repository has some; on demand also the images of the compose files.
    ///
    /// Not judged: input that is no whole tree of a repository, configuration that could not be read, and what the presets
    /// of Renovate decide that only Renovate knows. A workflow that runs Renovate, or another bot, by itself counts as one
    /// that looks after everything.
    ///
    /// # Why it matters
    ///
    /// An action or an image that nobody updates keeps its known holes, and stops working on the day when GitHub or a
    /// registry drops what it needs.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: actions/checkout@v4
    ///       - run: make test
    /// ```
    ///
    /// ```make Makefile
    /// test:
    /// 	go test ./...
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
    ///       - uses: actions/checkout@v4
    ///       - run: make test
    /// ```
    ///
    /// ```make Makefile
    /// test:
    /// 	go test ./...
    /// ```
    ///
    /// ```yaml .github/dependabot.yml
    /// version: 2
    /// updates:
    ///   - package-ecosystem: github-actions
    ///     directory: /
    ///     schedule: { interval: weekly }
    /// ```
    ///
    /// # Options
    ///
    /// - `ecosystems`: what has to be looked after where the repository has files of that kind, of `github-actions`, `docker`
    ///   (Dockerfiles) and `docker-compose` (default `[github-actions, docker]`).
    ///
    /// # When to waive
    ///
    /// Updates are made by a bot that is configured outside the repository.
    pub struct UpdateBotMissing;
    id: "update-bot-missing",
    family: Monitoring,
    level: Warning,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    ecosystems: Vec<Name>,
}

impl Default for Params {
    fn default() -> Self {
        Self { ecosystems: vec![Name::GithubActions, Name::Docker] }
    }
}

/// An ecosystem, as Dependabot calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Name {
    GithubActions,
    Docker,
    DockerCompose,
}

const WHY: &str = "An action or an image that nobody updates keeps its known holes, and stops working on the day when GitHub \
                   or a registry drops what it needs.";

/// Actions that run a bot with a configuration of their own.
const RUNNERS: [&str; 3] = ["renovatebot/github-action", "updatecli/updatecli-action", "dependabot/cli"];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    if !is_whole(evidence) {
        sink.fact("not judged: no whole tree of a repository was given");
        return;
    }
    let mut used = Vec::new();
    for name in &params.ecosystems {
        let file = match name {
            Name::GithubActions => actions(evidence),
            Name::Docker => dockerfile(evidence),
            Name::DockerCompose => compose(evidence),
        };
        if let Some(file) = file.filter(|_| !used.iter().any(|(known, _)| known == name)) {
            used.push((*name, file));
        }
    }
    let unread = evidence
        .readings
        .iter()
        .find(|reading| reading.file.source.kind == FileKind::UpdateBot && reading.status != FileStatus::Read);
    if let Some(unread) = unread {
        sink.fact(format!("not judged: {} could not be read whole", unread.file.path()));
        return;
    }
    let runs_itself = evidence.steps().any(|at| at.step.uses.as_ref().is_some_and(|uses| uses.is_any(&RUNNERS)));
    if runs_itself {
        sink.fact("not judged: a workflow runs a bot by itself");
        return;
    }
    let (mut missing, mut unknown) = (Vec::new(), Vec::new());
    for (name, file) in &used {
        let said: Vec<Option<bool>> = evidence.update_bots.iter().map(|bot| bot.covers(name.ecosystem())).collect();
        if said.contains(&Some(true)) {
            continue;
        }
        if said.contains(&None) { unknown.push(name.word()) } else { missing.push((*name, *file)) }
    }
    sink.subjects(used.len() - unknown.len());
    let bots: Vec<&str> = evidence.update_bots.iter().map(|bot| bot.file.path()).collect();
    let bots = if bots.is_empty() { "no update bot".to_owned() } else { bots.join(", ") };
    sink.fact(format!(
        "{bots}: {} of {} looked after",
        used.len() - unknown.len() - missing.len(),
        ecosystems(used.len())
    ));
    if !unknown.is_empty() {
        sink.fact(format!("not judged: presets decide about {}", unknown.join(", ")));
    }
    if let Some((_, first)) = missing.first() {
        let bot = evidence.update_bots.first();
        let words: Vec<&str> = missing.iter().map(|(name, _)| name.what()).collect();
        let message = match bot {
            Some(bot) => format!("{} is not told to update {}", bot.bot.name(), list(&words)),
            None => format!("no update bot looks after {}", list(&words)),
        };
        sink.finding(Hit {
            file: bot.map_or(*first, |bot| bot.file),
            span: Span::default(),
            path: String::new(),
            message,
            why: WHY,
            fix: Fix { text: fix(missing.iter().map(|(name, _)| name.word())), edits: Vec::new() },
            related: missing
                .iter()
                .map(|(name, file)| (*file, Span::default(), format!("one of the files with {}", name.what())))
                .collect(),
        });
    }
}

impl Name {
    const fn ecosystem(self) -> Ecosystem {
        match self {
            Self::GithubActions => Ecosystem::GithubActions,
            Self::Docker => Ecosystem::Docker,
            Self::DockerCompose => Ecosystem::DockerCompose,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::GithubActions => "github-actions",
            Self::Docker => "docker",
            Self::DockerCompose => "docker-compose",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::GithubActions => "the actions of the workflows",
            Self::Docker => "the base images of the Dockerfiles",
            Self::DockerCompose => "the images of the compose files",
        }
    }
}

fn fix<'n>(missing: impl Iterator<Item = &'n str>) -> String {
    let entries = missing.map(|name| {
        format!("      - package-ecosystem: {name}\n        directory: /\n        schedule: {{ interval: weekly }}\n")
    });
    format!(
        "Tell Dependabot, in `.github/dependabot.yml`:\n\n    version: 2\n    updates:\n{}",
        entries.collect::<String>()
    )
}

fn ecosystems(n: usize) -> String {
    if n == 1 { "1 ecosystem".to_owned() } else { format!("{n} ecosystems") }
}

fn list(words: &[&str]) -> String {
    match words {
        [first, middle @ .., last] => {
            let mut text = (*first).to_owned();
            for word in middle {
                text.push_str(", ");
                text.push_str(word);
            }
            text + " and " + last
        }
        one => one.concat(),
    }
}

/// A workflow that uses an action of another repository.
fn actions<'e>(evidence: &'e Evidence<'e>) -> Option<&'e File<'e>> {
    let used = evidence.steps().find(|at| {
        let remote = at.step.uses.as_ref().is_some_and(|uses| matches!(uses.target, Target::Remote { .. }));
        remote && at.job.is_some() && in_tree(at.file)
    });
    used.map(|at| at.file)
}

/// A Dockerfile that builds on an image of a registry.
fn dockerfile<'e>(evidence: &'e Evidence<'e>) -> Option<&'e File<'e>> {
    let builds_on = |stage: &Stage| matches!(stage.base.kind, Base::Image(_)) && stage.base.resolved.is_some();
    evidence.dockerfiles.iter().find(|doc| in_tree(doc.file) && doc.stages.iter().any(builds_on)).map(|doc| doc.file)
}

/// A compose file that names an image which it does not build.
fn compose<'e>(evidence: &'e Evidence<'e>) -> Option<&'e File<'e>> {
    let pulls = |service: Node<'_>| {
        let image = service.get("image").and_then(Node::text);
        image.is_some_and(|image| !image.contains('$') && !is_dynamic(image)) && service.get("build").is_none()
    };
    let found = evidence.trees.iter().find(|tree| {
        let services = || tree.value.root().and_then(|root| root.get("services"));
        tree.file.source.kind == FileKind::Compose
            && in_tree(tree.file)
            && services().is_some_and(|services| services.entries().any(|(_, service)| pulls(service)))
    });
    found.map(|tree| tree.file)
}

fn in_tree(file: &File<'_>) -> bool {
    file.source.origin == Origin::Tree
}
