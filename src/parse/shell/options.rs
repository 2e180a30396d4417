//! `set -e`, `set -o pipefail` and their opposites, followed through the script.

use std::collections::BTreeMap;

use super::{Command, ScopeKind, Script};

/// What a script says about the shell's options; `None` where it says nothing, so that the caller's default holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShellOptions {
    /// A failing command ends the script.
    pub errexit: Option<bool>,
    /// A pipeline fails when any of its members does.
    pub pipefail: Option<bool>,
}

impl ShellOptions {
    /// Options of a shell started with arguments, such as `bash --noprofile --norc -eo pipefail {0}`.
    pub fn from_arguments<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut options = Self::default();
        options.apply(arguments.into_iter());
        options
    }

    /// What the script says, and what it leaves open from the defaults.
    #[must_use]
    pub fn or(self, defaults: Self) -> Self {
        Self { errexit: self.errexit.or(defaults.errexit), pipefail: self.pipefail.or(defaults.pipefail) }
    }

    fn apply<'a>(&mut self, mut arguments: impl Iterator<Item = &'a str>) {
        while let Some(argument) = arguments.next() {
            let on = argument.starts_with('-');
            if argument.starts_with("--") {
                if argument == "--" {
                    return;
                }
                continue;
            }
            let Some(letters) = argument.strip_prefix(['-', '+']) else { return };
            for letter in letters.chars() {
                match letter {
                    'e' => self.errexit = Some(on),
                    'o' => match arguments.next() {
                        Some("errexit") => self.errexit = Some(on),
                        Some("pipefail") => self.pipefail = Some(on),
                        _ => {}
                    },
                    // What follows is a script, not an option.
                    'c' => return,
                    _ => {}
                }
            }
        }
    }

    fn follow(&mut self, command: &Command) {
        let mut texts = command.args().iter().map(|w| w.text.as_str());
        match command.name() {
            Some("set") => self.apply(texts),
            Some("shopt") => {
                let set = texts.clone().find_map(|t| t.strip_prefix('-').filter(|l| l.contains(['s', 'u'])));
                let (Some(set), true) = (set, texts.any(|t| t.starts_with('-') && t.contains('o'))) else { return };
                let on = set.contains('s');
                for name in command.args().iter().map(|w| w.text.as_str()) {
                    match name {
                        "errexit" => self.errexit = Some(on),
                        "pipefail" => self.pipefail = Some(on),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// The options in force where each command begins. Subshells and substitutions keep their changes to themselves; a
/// function's changes come when it is called, which is not followed.
pub(super) fn of_commands(script: &Script) -> Vec<ShellOptions> {
    let mut environments: BTreeMap<usize, ShellOptions> = BTreeMap::new();
    let mut options = Vec::with_capacity(script.commands.len());
    for command in &script.commands {
        let chain = environments_around(script, command.scope);
        // A new environment begins with what holds in the one around it.
        let mut current = ShellOptions::default();
        for environment in chain.iter().rev() {
            current = *environments.entry(*environment).or_insert(current);
        }
        options.push(current);
        current.follow(command);
        if let Some(innermost) = chain.first() {
            environments.insert(*innermost, current);
        }
    }
    options
}

/// The scopes with options of their own around a scope, innermost first.
fn environments_around(script: &Script, scope: usize) -> Vec<usize> {
    let mut chain = Vec::new();
    let mut next = Some(scope);
    while let Some(index) = next {
        let Some(scope) = script.scopes.get(index) else { break };
        let own = matches!(
            scope.kind,
            ScopeKind::Script
                | ScopeKind::Subshell
                | ScopeKind::CommandSubstitution
                | ScopeKind::ProcessSubstitution
                | ScopeKind::Function(_)
        );
        if own {
            chain.push(index);
        }
        next = scope.parent;
    }
    chain
}
