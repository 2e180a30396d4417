//! What is looked up about a whole script, found once.

use std::collections::BTreeMap;

use super::{ScopeKind, Script, ShellOptions, options};

#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// For each command, the options in force where it begins.
    pub(super) options: Vec<ShellOptions>,
    /// Last command that reads `PIPESTATUS`.
    pub(super) pipestatus: Option<usize>,
    /// Last `wait`.
    pub(super) wait: Option<usize>,
    /// Commands that call each function that the script defines.
    pub(super) calls: BTreeMap<String, Vec<usize>>,
}

impl Facts {
    pub(super) fn of(script: &Script) -> Self {
        let defined = script.scopes.iter().filter_map(|scope| match &scope.kind {
            ScopeKind::Function(name) => Some((name.clone(), Vec::new())),
            _ => None,
        });
        let mut facts = Self { options: options::of_commands(script), calls: defined.collect(), ..Self::default() };
        for (index, command) in script.commands.iter().enumerate() {
            if command.texts().any(|text| text.contains("PIPESTATUS")) {
                facts.pipestatus = Some(index);
            }
            let Some(name) = command.name() else { continue };
            if name == "wait" {
                facts.wait = Some(index);
            }
            if let Some(calls) = facts.calls.get_mut(name) {
                calls.push(index);
            }
        }
        facts
    }
}
