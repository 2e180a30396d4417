//! Scripts inside scripts: `sh -c '…'`.

use super::{Command, Script, Word, parse};
use crate::model::Span;

/// A command together with where it really stands.
#[derive(Debug, Clone)]
pub struct DeepCommand {
    /// The command. Spans are in the outermost script: exact where the inner script stands there byte for byte, else
    /// the word that holds it. `scope` and `link` are those of the script that it was read from.
    pub command: Command,
    /// Index in the outermost [`Script::commands`] of the command itself or of the one that runs it.
    pub host: usize,
    /// How many `sh -c` are around it.
    pub depth: usize,
}

impl Script {
    /// All commands, and after each one the commands of the script in its argument, up to `limit` levels down.
    pub fn commands_deep(&self, limit: usize) -> Vec<DeepCommand> {
        let mut found = Vec::new();
        for (host, command) in self.commands.iter().enumerate() {
            collect(command, host, 0, limit, &mut found);
        }
        found
    }
}

fn collect(command: &Command, host: usize, depth: usize, limit: usize, found: &mut Vec<DeepCommand>) {
    found.push(DeepCommand { command: command.clone(), host, depth });
    if depth >= limit {
        return;
    }
    let Some(word) = command.inner_script() else { return };
    for inner in parse(&word.text).commands {
        collect(&rebase(inner, word), host, depth + 1, limit, found);
    }
}

/// Moves a command out of the text of a word.
fn rebase(mut command: Command, host: &Word) -> Command {
    let moved = |span: Span| match host.text_offset {
        Some(offset) => Span { offset: span.offset + offset, length: span.length },
        None => host.span,
    };
    let word = |word: &mut Word| {
        word.span = moved(word.span);
        word.text_offset = word.text_offset.and_then(|offset| Some(offset + host.text_offset?));
    };
    command.span = moved(command.span);
    command.words.iter_mut().for_each(word);
    command.assignments.iter_mut().map(|a| &mut a.value).for_each(word);
    for redirect in &mut command.redirects {
        redirect.span = moved(redirect.span);
        word(&mut redirect.target);
        redirect.heredoc = redirect.heredoc.map(moved);
    }
    command
}
