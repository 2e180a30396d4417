//! Adds rows to the tables of a script.

use super::{Command, Link, Node, Operator, Pipeline, Scope, ScopeKind, Script, Word};
use crate::model::Span;

pub(super) fn scope(
    script: &mut Script,
    kind: ScopeKind,
    construct: Option<usize>,
    parent: Option<usize>,
    owner: Option<usize>,
) -> usize {
    script.scopes.push(Scope { kind, construct, parent, owner, pipelines: Vec::new() });
    let index = script.scopes.len() - 1;
    if let Some(construct) = construct.and_then(|c| script.constructs.get_mut(c)) {
        construct.parts.push(index);
    }
    index
}

pub(super) fn pipeline(script: &mut Script, scope: usize, before: Option<Operator>) -> usize {
    let index = script.pipelines.len();
    script.pipelines.push(Pipeline { scope, members: Vec::new(), negated: false, before, after: None });
    if let Some(scope) = script.scopes.get_mut(scope) {
        scope.pipelines.push(index);
    }
    index
}

/// Reserves a command's place in source order; its words follow.
pub(super) fn command(script: &mut Script, scope: usize, link: Link, start: usize) -> usize {
    let span = Span::between(start, start);
    script.commands.push(Command {
        span,
        assignments: Vec::new(),
        words: Vec::new(),
        redirects: Vec::new(),
        scope,
        link,
    });
    script.commands.len() - 1
}

pub(super) fn from_exec(words: impl Iterator<Item = (String, Span)>) -> Script {
    let words: Vec<Word> =
        words.map(|(text, span)| Word { text, span, dynamic: false, quoted: true, text_offset: None }).collect();
    let mut script = Script::default();
    let scope = scope(&mut script, ScopeKind::Script, None, None, None);
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        let span = Span::between(first.span.offset, last.span.end());
        let pipeline = pipeline(&mut script, scope, None);
        let index = command(&mut script, scope, Link { pipeline, ..Link::default() }, span.offset);
        if let Some(command) = script.commands.get_mut(index) {
            command.words = words;
            command.span = span;
        }
        if let Some(pipeline) = script.pipelines.get_mut(pipeline) {
            pipeline.members.push(Node::Command(index));
        }
    }
    script
}
