//! Bots that propose updates of dependencies: what their configuration says they look after.

mod dependabot;
mod renovate;

pub(super) use dependabot::dependabot;
pub(super) use renovate::renovate;

use crate::model::Span;

/// What an update bot is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateBot {
    /// Which one.
    pub bot: Bot,
    /// What it is told about single ecosystems. For Renovate in the order in which it applies: the last one counts.
    pub updates: Vec<Update>,
    /// What it does about an ecosystem that `updates` does not name.
    pub others: Others,
    /// Configurations that this one builds on and that only the bot knows; they may turn ecosystems on or off.
    pub presets: Vec<String>,
}

/// A bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bot {
    /// GitHub's own.
    Dependabot,
    /// Renovate.
    Renovate,
}

/// What a bot does about ecosystems that are not named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Others {
    /// It updates them.
    Updated,
    /// It leaves them alone.
    Left,
    /// Some rule may turn them off.
    Unknown,
}

/// One ecosystem in the words of the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// `github-actions`, `docker`, `npm`; Renovate calls them managers.
    pub ecosystem: String,
    /// Whether versions are updated (and not only security fixes, or nothing).
    pub on: bool,
    /// Folders from the root of the repository, as written; empty for all.
    pub directories: Vec<String>,
    /// Where it is named.
    pub span: Span,
}

/// What the pipeline itself consists of, and a bot can keep fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ecosystem {
    /// Actions in workflows.
    GithubActions,
    /// Images in Dockerfiles.
    Docker,
    /// Images in compose files.
    DockerCompose,
}

impl UpdateBot {
    /// Whether the bot updates an ecosystem anywhere; `None` where its presets, or rules about packages, decide.
    pub fn covers(&self, ecosystem: Ecosystem) -> Option<bool> {
        let names: &[&str] = match (self.bot, ecosystem) {
            (_, Ecosystem::GithubActions) => &["github-actions"],
            (Bot::Dependabot, Ecosystem::Docker) => &["docker"],
            // `docker` turns all managers of images on or off at once.
            (Bot::Renovate, Ecosystem::Docker) => &["dockerfile", "docker"],
            (Bot::Dependabot, Ecosystem::DockerCompose) => &["docker-compose"],
            (Bot::Renovate, Ecosystem::DockerCompose) => &["docker-compose", "docker"],
        };
        let said: Vec<bool> =
            self.updates.iter().filter(|u| names.contains(&u.ecosystem.as_str())).map(|u| u.on).collect();
        match (self.bot, said.as_slice()) {
            // One folder that is updated is enough.
            (Bot::Dependabot, said) => Some(said.contains(&true)),
            (Bot::Renovate, [.., last]) => Some(*last),
            (Bot::Renovate, []) if !self.presets.is_empty() => None,
            (Bot::Renovate, []) => match self.others {
                Others::Updated => Some(true),
                Others::Left => Some(false),
                Others::Unknown => None,
            },
        }
    }
}

impl Bot {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dependabot => "Dependabot",
            Self::Renovate => "Renovate",
        }
    }
}
