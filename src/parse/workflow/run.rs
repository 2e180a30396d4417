use crate::model::Span;
use crate::parse::shell::{self, Script};
use crate::parse::yaml::Node;

/// A script of a step.
#[derive(Debug)]
pub struct Run<'t> {
    /// The scalar.
    pub node: Node<'t>,
    /// Its text.
    pub text: &'t str,
    /// What runs it.
    pub shell: Shell,
    /// Its commands; empty where the shell is not of the POSIX kind.
    pub script: Script,
}

/// What runs a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// No `shell` on a runner that is not Windows: `bash -e`, or `sh -e` where there is no bash. A pipe's exit status is
    /// that of its last command.
    Default,
    /// `shell: bash`, which GitHub starts with `-eo pipefail`.
    Bash,
    /// `shell: sh`, or a POSIX shell with options of its own.
    Posix,
    /// PowerShell, cmd, Python, an expression, or anything else: not read.
    Other,
}

impl Shell {
    /// The shell of a job's steps: what `defaults` say, or that of the runner.
    pub(super) fn of_job(default: Option<Node<'_>>, runs_on: Option<Node<'_>>) -> Self {
        match default.and_then(Node::text) {
            Some(text) => Self::named(text),
            None if runs_on.is_some_and(is_windows) => Self::Other,
            None => Self::Default,
        }
    }

    /// The shell that a `shell` key names.
    pub(super) fn named(text: &str) -> Self {
        let mut words = text.split_whitespace();
        match (words.next(), words.next()) {
            (Some("bash"), None) => Self::Bash,
            (Some("sh"), None) => Self::Posix,
            (Some("bash" | "sh" | "zsh" | "dash" | "/bin/bash" | "/bin/sh"), Some(_)) => {
                // A template such as `bash -leo pipefail {0}` says itself what it sets.
                if text.contains("pipefail") { Self::Bash } else { Self::Posix }
            }
            _ => Self::Other,
        }
    }

    /// Whether the script is read as commands.
    pub fn is_posix(self) -> bool {
        self != Self::Other
    }
}

fn is_windows(runs_on: Node<'_>) -> bool {
    let labels = runs_on.get("labels").unwrap_or(runs_on);
    labels.one_or_many().filter_map(Node::text).any(|label| label.to_ascii_lowercase().starts_with("windows"))
}

impl<'t> Run<'t> {
    pub(super) fn read(node: Node<'t>, shell: Option<Node<'t>>, default: Shell) -> Option<Self> {
        let text = node.text()?;
        let shell = shell.and_then(Node::text).map_or(default, Shell::named);
        let script = if shell.is_posix() { shell::parse(text) } else { Script::default() };
        Some(Self { node, text, shell, script })
    }

    /// The bytes in the file of a part of the script.
    pub fn span(&self, inner: Span) -> Span {
        self.node.inner_span(inner)
    }
}
