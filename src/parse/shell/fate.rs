//! What becomes of a command's exit status.

use super::{Command, Link, Node, Operator, Pipeline, Scope, ScopeKind, Script, ShellOptions};

/// Most steps that one question takes; a longer way is [`Fate::Unknown`].
const MAX_STEPS: usize = 256;

/// What becomes of the exit status of a command that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The script fails.
    Kept,
    /// The script goes on as if nothing had happened.
    Lost(Loss),
    /// The script looks at it: a condition, `!`, `rc=$?`, a handler, `wait`.
    Tested,
    /// Cannot be told from the text.
    Unknown,
}

/// Why an exit status is lost. Indices are into [`Script::commands`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// `|| true`, `|| echo …`: this command succeeds in its place.
    Replaced(usize),
    /// This `exit 0` ends the script.
    Exited(usize),
    /// Not the last of its pipeline, and `pipefail` is not set.
    Piped,
    /// Runs in the background and nothing waits for it.
    Background,
    /// Neither `errexit` nor anything after it looks at it, and it is not the last command; in a loop, not in the last
    /// turn.
    Unchecked,
    /// In a substitution, whose own status the command around it replaces.
    Substituted,
}

/// What a handler after `||` does.
enum Handler {
    Succeeds(usize),
    ExitsZero(usize),
    /// Ends the shell with a failure.
    Fails,
    /// Notes the failure or steers by it.
    Captures,
    Unknown,
}

impl Script {
    /// What becomes of the status of a command when it fails. `defaults` are the options that the shell was started
    /// with (GitHub's `shell: bash` has both, its default on Unix only `errexit`); what they leave open is off.
    pub fn fate(&self, command: usize, defaults: ShellOptions) -> Fate {
        let pipefail = self.options_at(command).or(defaults).pipefail == Some(true);
        let mut node = Node::Command(command);
        let mut errexit = self.errexit_at(command, defaults);
        // The shell itself has ended, so nothing in it looks at the status any more.
        let mut ended = false;
        for _ in 0..MAX_STEPS {
            let Some((scope, id, pipeline, position)) = self.locate(node) else { return Fate::Unknown };
            if position + 1 < pipeline.members.len() && !pipefail {
                let read_later = self.facts.pipestatus.is_some_and(|at| at > command);
                return if read_later { Fate::Tested } else { Fate::Lost(Loss::Piped) };
            }
            // Each member of a pipeline is a shell of its own.
            if ended && pipeline.members.len() > 1 {
                ended = false;
                errexit = self.first_command(node).is_some_and(|first| self.errexit_at(first, defaults));
            }
            if ended {
                if pipeline.after == Some(Operator::Background) {
                    return self.in_background(command);
                }
            } else if pipeline.negated {
                return Fate::Tested;
            } else {
                match self.through_list(id, command, errexit) {
                    Ok(ends) => ended = ends,
                    Err(fate) => return fate,
                }
                if !ended && scope.kind == ScopeKind::LoopBody {
                    // The next turn's status takes its place.
                    return Fate::Lost(Loss::Unchecked);
                }
            }
            node = match self.leave(scope, ended) {
                Ok(node) => node,
                Err(fate) => return fate,
            };
            // A subshell that ended ends only itself; its own status is judged like any other.
            if matches!(scope.kind, ScopeKind::Subshell | ScopeKind::CommandSubstitution) {
                ended = false;
            }
            if !ended {
                // What failed while `errexit` did not look does not end the shell when a `{ }` passes it on.
                let own_shell = matches!(scope.kind, ScopeKind::Subshell | ScopeKind::CommandSubstitution);
                errexit = (own_shell || errexit)
                    && self.first_command(node).is_some_and(|first| self.errexit_at(first, defaults));
            }
        }
        Fate::Unknown
    }

    fn errexit_at(&self, command: usize, defaults: ShellOptions) -> bool {
        self.options_at(command).or(defaults).errexit == Some(true) && !self.errexit_ignored(command)
    }

    fn in_background(&self, command: usize) -> Fate {
        let waited = self.facts.wait.is_some_and(|at| at > command);
        if waited { Fate::Tested } else { Fate::Lost(Loss::Background) }
    }

    fn locate(&self, node: Node) -> Option<(&Scope, usize, &Pipeline, usize)> {
        let (scope, link) = match node {
            Node::Command(index) => self.commands.get(index).map(|c| (c.scope, c.link))?,
            Node::Construct(index) => self.constructs.get(index).map(|c| (c.scope, c.link))?,
        };
        Some((self.scopes.get(scope)?, link.pipeline, self.pipelines.get(link.pipeline)?, link.position))
    }

    fn first_command(&self, node: Node) -> Option<usize> {
        match node {
            Node::Command(index) => Some(index),
            Node::Construct(index) => {
                let start = self.constructs.get(index)?.span.offset;
                let at = self.commands.partition_point(|c| c.span.offset < start);
                (at < self.commands.len()).then_some(at)
            }
        }
    }

    /// Whether a construct around the command is a condition, negated, or before `&&` or `||`: the shell then ignores
    /// `errexit` inside it, subshells included.
    fn errexit_ignored(&self, command: usize) -> bool {
        let mut next = self.commands.get(command).map(|c| c.scope);
        for _ in 0..MAX_STEPS {
            let Some(scope) = next.and_then(|index| self.scopes.get(index)) else { return false };
            next = match &scope.kind {
                ScopeKind::LoopCondition | ScopeKind::IfCondition => return true,
                ScopeKind::CommandSubstitution | ScopeKind::ProcessSubstitution => return false,
                ScopeKind::Function(name) => match self.facts.calls.get(name).map(Vec::as_slice) {
                    Some([call]) => {
                        let Some(call) = self.commands.get(*call) else { return false };
                        if self.shields(call.link) {
                            return true;
                        }
                        Some(call.scope)
                    }
                    _ => return false,
                },
                _ => scope.parent,
            };
            let construct = scope.construct.and_then(|c| self.constructs.get(c));
            if construct.is_some_and(|c| self.shields(c.link)) {
                return true;
            }
        }
        false
    }

    /// Whether the shell ignores `errexit` inside a member of this pipeline.
    fn shields(&self, link: Link) -> bool {
        self.pipeline(link).is_some_and(|p| p.negated || matches!(p.after, Some(Operator::And | Operator::Or)))
    }

    /// From a failing pipeline to the end of its list, which then fails too: whether the shell ends there.
    fn through_list(&self, id: usize, command: usize, errexit: bool) -> Result<bool, Fate> {
        let mut current = id;
        let mut errexit = errexit;
        let mut success = None;
        for _ in 0..MAX_STEPS {
            let Some(pipeline) = self.pipelines.get(current) else { return Err(Fate::Unknown) };
            let next = self.next_pipeline(current);
            match (pipeline.after, next) {
                (Some(Operator::Background), _) => return Err(self.in_background(command)),
                (Some(operator @ (Operator::And | Operator::Or)), Some(next)) => {
                    // `errexit` looks only at the last pipeline of such a list.
                    errexit = false;
                    let runs = (operator == Operator::Or) == success.is_none();
                    match self.handler(next) {
                        Handler::Succeeds(by) if runs => success = Some(by),
                        Handler::ExitsZero(by) if runs => return Err(Fate::Lost(Loss::Exited(by))),
                        Handler::Fails if runs => return Ok(true),
                        Handler::Unknown if runs => return Err(Fate::Unknown),
                        // Skipping it is the point: `pytest && exit 0`, `pytest && break`, `pytest && ok=1`.
                        Handler::Captures | Handler::ExitsZero(_) => return Err(Fate::Tested),
                        _ => {}
                    }
                    current = next;
                }
                (_, next) => {
                    return match (success, next) {
                        (Some(by), _) => Err(Fate::Lost(Loss::Replaced(by))),
                        (None, Some(next)) if !errexit => self.unchecked(next),
                        _ => Ok(errexit),
                    };
                }
            }
        }
        Err(Fate::Unknown)
    }

    /// The status is there when the next list begins: does that look at it?
    fn unchecked(&self, next: usize) -> Result<bool, Fate> {
        let first = self.pipelines.get(next).and_then(|p| p.members.first().copied());
        let command = first.and_then(|node| self.commands.get(self.first_command(node)?));
        if command.is_none_or(|c| c.texts().any(|text| text.contains("$?") || text.contains("${?"))) {
            return Err(Fate::Tested);
        }
        match self.handler(next) {
            Handler::ExitsZero(by) => Err(Fate::Lost(Loss::Exited(by))),
            Handler::Fails => Ok(true),
            _ => Err(Fate::Lost(Loss::Unchecked)),
        }
    }

    /// From a failing list to the construct or command that it is part of.
    fn leave(&self, scope: &Scope, ended: bool) -> Result<Node, Fate> {
        match &scope.kind {
            ScopeKind::Script => Err(Fate::Kept),
            ScopeKind::LoopCondition | ScopeKind::IfCondition if !ended => Err(Fate::Tested),
            ScopeKind::ProcessSubstitution => Err(Fate::Lost(Loss::Substituted)),
            ScopeKind::CommandSubstitution => match scope.owner {
                Some(owner) if self.commands.get(owner).is_some_and(|c| c.words.is_empty()) => Ok(Node::Command(owner)),
                _ => Err(Fate::Lost(Loss::Substituted)),
            },
            ScopeKind::Function(name) => match self.facts.calls.get(name).map(Vec::as_slice) {
                Some([call]) => Ok(Node::Command(*call)),
                _ => Err(Fate::Unknown),
            },
            _ => scope.construct.map(Node::Construct).ok_or(Fate::Unknown),
        }
    }

    /// What a pipeline does that runs because another failed.
    fn handler(&self, pipeline: usize) -> Handler {
        let Some(pipeline) = self.pipelines.get(pipeline) else { return Handler::Unknown };
        match (pipeline.members.as_slice(), pipeline.negated) {
            ([Node::Command(index)], false) => {
                self.commands.get(*index).map_or(Handler::Unknown, |c| c.handles(*index))
            }
            ([Node::Construct(index)], false) => self.group_handler(*index),
            _ => Handler::Unknown,
        }
    }

    /// `{ echo …; exit 1; }`: only plain sequences of known commands are judged.
    fn group_handler(&self, construct: usize) -> Handler {
        let scope = self.constructs.get(construct).and_then(|c| self.scopes.get(*c.parts.first()?));
        let Some(scope) = scope.filter(|s| matches!(s.kind, ScopeKind::Group | ScopeKind::Subshell)) else {
            return Handler::Unknown;
        };
        let subshell = scope.kind == ScopeKind::Subshell;
        let mut last = Handler::Unknown;
        for id in scope.pipelines.iter().take(MAX_STEPS) {
            let Some(pipeline) = self.pipelines.get(*id) else { return Handler::Unknown };
            let plain = !matches!(pipeline.after, Some(Operator::And | Operator::Or));
            let ([Node::Command(index)], true, false) = (pipeline.members.as_slice(), plain, pipeline.negated) else {
                return Handler::Unknown;
            };
            last = self.commands.get(*index).map_or(Handler::Unknown, |c| c.handles(*index));
            match last {
                Handler::ExitsZero(by) if subshell => return Handler::Succeeds(by),
                Handler::ExitsZero(_) | Handler::Fails | Handler::Captures => return last,
                Handler::Succeeds(_) | Handler::Unknown => {}
            }
        }
        last
    }
}

impl Command {
    /// What the command alone does to a failing status.
    fn handles(&self, index: usize) -> Handler {
        let argument = self.args().first();
        match self.name() {
            // `rc=$?`, `failed=1`
            None if !self.assignments.is_empty() => Handler::Captures,
            Some("true" | ":" | "echo" | "printf") => Handler::Succeeds(index),
            Some("break" | "continue") => Handler::Captures,
            Some("exit") => match argument {
                Some(word) if word.text == "0" => Handler::ExitsZero(index),
                Some(word) if word.dynamic && word.text != "$?" => Handler::Unknown,
                _ => Handler::Fails,
            },
            Some("return") if argument.is_some_and(|word| word.text == "0") => Handler::ExitsZero(index),
            _ => Handler::Unknown,
        }
    }

    /// The texts of all its words and assigned values.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.assignments.iter().map(|a| &a.value).chain(&self.words).map(|w| w.text.as_str())
    }
}
