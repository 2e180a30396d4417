//! Splits a POSIX or bash script into its commands, as far as a static reader can.
//!
//! The grammar is that of POSIX.1-2024 ("Shell Command Language") with bash's additions (`[[ ]]`, `(( ))`, arrays,
//! `$'…'`, `<<<`, `|&`, `&>`, process substitution, `function`, `coproc`, `select`). GitHub's `${{ … }}` may stand
//! anywhere and is one opaque piece of a word with an unknown value.
//!
//! A [`Script`] is a tree in flat tables: [`Script::commands`] holds every simple command in source order, wherever it
//! stands; a command belongs to a [`Pipeline`], a pipeline to a [`Scope`] (a place where a list of commands can stand),
//! and a scope to a [`Construct`] (the loop, the `if`, the subshell …), which is itself a member of a pipeline.
//! Whoever wants to know what becomes of an exit status climbs that way; [`Script::fate`] does it.
//!
//! Broken text never stops the reader: a [`Problem`] says what is wrong, and the commands before it are kept. Work is
//! linear in the text; nesting beyond [`MAX_NESTING`], or more than [`MAX_COMMANDS`] commands, ends the reading with a
//! problem.

mod assemble;
mod constructs;
mod deep;
mod facts;
mod fate;
mod lexer;
mod names;
mod options;
mod parser;
mod quotes;
mod simple;
#[cfg(test)]
mod tests;
mod words;

pub use deep::DeepCommand;
pub use fate::{Fate, Loss};
pub use names::{inner_script, peel};
pub use options::ShellOptions;

use crate::model::Span;
use crate::parse::Problem;

/// Deepest nesting of constructs, substitutions and expansions that is read.
pub const MAX_NESTING: usize = 64;

/// Most commands and constructs that are read.
pub const MAX_COMMANDS: usize = 100_000;

/// Splits a script. Spans are byte offsets into `script`.
pub fn parse(script: &str) -> Script {
    parser::Parser::new(script).run()
}

/// A script as commands, and how they hang together.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// All simple commands in source order, those inside constructs and substitutions too.
    pub commands: Vec<Command>,
    /// All constructs in the order in which they begin.
    pub constructs: Vec<Construct>,
    /// All pipelines in the order in which they begin; a lone command is a pipeline of one.
    pub pipelines: Vec<Pipeline>,
    /// All places where a list of commands stands; the first is the script itself.
    pub scopes: Vec<Scope>,
    /// What could not be read, in text order.
    pub problems: Vec<Problem>,
    /// Whether a limit of this reader ended the reading; the last problem says which.
    pub cut_off: bool,
    facts: facts::Facts,
}

/// A simple command: assignments, words and redirections. `[[ … ]]` and `(( … ))` are commands whose first and last
/// words are the brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// From its first to its last character, here-document bodies not included.
    pub span: Span,
    /// `NAME=value` before the words; an array's value is its source text with the parentheses.
    pub assignments: Vec<Assignment>,
    /// Name and arguments as written; see [`Command::name`] for the program behind wrappers.
    pub words: Vec<Word>,
    /// Redirections in source order.
    pub redirects: Vec<Redirect>,
    /// The list that the command stands in: an index into [`Script::scopes`].
    pub scope: usize,
    /// Its place in its pipeline.
    pub link: Link,
}

/// `NAME=value` or `NAME+=value` before a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The variable, with its subscript if it has one (`a[0]`).
    pub name: String,
    /// The value.
    pub value: Word,
}

/// One word after quote removal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// Quotes and escapes removed; expansions as written (`$NAME`, `${NAME:-x}`, `$(date)`, `${{ github.ref }}`), but a
    /// substitution longer than 1 KiB as `$(…)`.
    pub text: String,
    /// As written, quotes included.
    pub span: Span,
    /// Has an expansion, a substitution or an expression, so `text` is not its value.
    pub dynamic: bool,
    /// Some part of it is quoted or escaped.
    pub quoted: bool,
    /// Where `text` begins in the script, when it stands there byte for byte.
    pub text_offset: Option<usize>,
}

/// A redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The operator, from its descriptor to its target.
    pub span: Span,
    /// Descriptor or `{name}` before the operator, if written.
    pub descriptor: Option<String>,
    /// `>`, `>>`, `<`, `<>`, `>|`, `>&`, `<&`, `&>`, `&>>`, `<<`, `<<-` or `<<<`.
    pub op: &'static str,
    /// File, descriptor, here-string, or delimiter of the here-document.
    pub target: Word,
    /// Body of the here-document without its delimiter line; `None` for other operators.
    pub heredoc: Option<Span>,
}

/// The place of a command or construct in its pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Link {
    /// Index into [`Script::pipelines`].
    pub pipeline: usize,
    /// Position in the pipeline, from 0.
    pub position: usize,
    /// The operator before it: of the pipeline for its first member, else the pipe.
    pub before: Option<Operator>,
    /// The operator after it: of the pipeline for its last member, else the pipe.
    pub after: Option<Operator>,
}

/// What stands between two commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;`
    Semicolon,
    /// End of the line.
    Newline,
    /// `&`
    Background,
    /// `|`
    Pipe,
    /// `|&`
    PipeBoth,
}

/// A member of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// Index into [`Script::commands`].
    Command(usize),
    /// Index into [`Script::constructs`].
    Construct(usize),
}

/// Commands connected by pipes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// The list that it stands in.
    pub scope: usize,
    /// Its members, at least one unless the text is broken.
    pub members: Vec<Node>,
    /// `!` before it.
    pub negated: bool,
    /// The operator between the pipeline before it in its list and it; `None` for the first.
    pub before: Option<Operator>,
    /// The operator after it, even when nothing comes after that; `None` at the end of the text or the list.
    pub after: Option<Operator>,
}

/// A place where a list of commands stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Which part of its construct it is.
    pub kind: ScopeKind,
    /// The construct; `None` for the script itself and for substitutions.
    pub construct: Option<usize>,
    /// The scope around it; `None` for the script itself.
    pub parent: Option<usize>,
    /// For a substitution: the command one of whose words or redirections it is part of.
    pub owner: Option<usize>,
    /// Its pipelines in source order.
    pub pipelines: Vec<usize>,
}

/// Which list of a construct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeKind {
    /// The script itself.
    Script,
    /// Between `while`/`until` and `do`.
    LoopCondition,
    /// Between `do` and `done`.
    LoopBody,
    /// Between `if`/`elif` and `then`.
    IfCondition,
    /// After `then`.
    IfBody,
    /// After `else`.
    ElseBody,
    /// A branch of `case`, with its patterns as text.
    CaseArm(Vec<String>),
    /// The body of a function, with the function's name.
    Function(String),
    /// `( … )`
    Subshell,
    /// `{ …; }`
    Group,
    /// `$( … )` or backticks.
    CommandSubstitution,
    /// `<( … )` or `>( … )`
    ProcessSubstitution,
}

/// What kind of construct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstructKind {
    /// `while … do … done`
    While,
    /// `until … do … done`
    Until,
    /// `for … do … done`, with words or with `(( ))`.
    For,
    /// `select … do … done`
    Select,
    /// `if … fi`
    If,
    /// `case … esac`
    Case,
    /// A function's definition (its body runs elsewhere).
    Function,
    /// `( … )`
    Subshell,
    /// `{ …; }`
    Group,
}

impl ConstructKind {
    /// Repeats its body.
    pub const fn is_loop(self) -> bool {
        matches!(self, Self::While | Self::Until | Self::For | Self::Select)
    }
}

/// A construct that holds lists of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Construct {
    /// What it is.
    pub kind: ConstructKind,
    /// From its first word to its last, redirections included.
    pub span: Span,
    /// The list that it stands in.
    pub scope: usize,
    /// Its place in its pipeline.
    pub link: Link,
    /// `for`/`select`: the variable, then the words after `in`, or the one text between `((` and `))`. `case`: its
    /// subject. `function`: its name. Otherwise empty.
    pub words: Vec<Word>,
    /// Its lists in source order: indices into [`Script::scopes`].
    pub parts: Vec<usize>,
    /// Redirections after it.
    pub redirects: Vec<Redirect>,
}

impl Command {
    /// Base name of the program that runs, with wrappers such as `sudo -E`, `env A=b` or `timeout 5m` peeled off;
    /// `None` for a command of assignments or redirections only.
    pub fn name(&self) -> Option<&str> {
        peel(&self.words).first().map(names::base_name)
    }

    /// The words after [`Command::name`].
    pub fn args(&self) -> &[Word] {
        peel(&self.words).get(1..).unwrap_or_default()
    }

    /// The script text of `sh -c TEXT` (any usual shell, options before and after) and `eval TEXT`.
    pub fn inner_script(&self) -> Option<&Word> {
        inner_script(&self.words)
    }

    /// The value assigned to a variable before the command, the last if there are several.
    pub fn assignment(&self, name: &str) -> Option<&Word> {
        self.assignments.iter().rev().find(|a| a.name == name).map(|a| &a.value)
    }
}

impl Script {
    /// One command from words that no shell reads, such as the JSON form of Dockerfile instructions and compose's
    /// `command: [...]`. Spans are the caller's.
    pub fn from_exec(words: impl IntoIterator<Item = (String, Span)>) -> Self {
        assemble::from_exec(words.into_iter())
    }

    /// The scopes around a scope, from itself to the script.
    pub fn enclosing(&self, scope: usize) -> impl Iterator<Item = &Scope> {
        // A parent always has a smaller index, so this ends.
        std::iter::successors(self.scopes.get(scope), |s| self.scopes.get(s.parent?))
    }

    /// The loops around a command, from the innermost out. A function's body ends the search: where it is called is not
    /// known.
    pub fn loops(&self, command: usize) -> impl Iterator<Item = &Construct> {
        let scope = self.commands.get(command).map_or(usize::MAX, |c| c.scope);
        self.enclosing(scope)
            .take_while(|s| !matches!(s.kind, ScopeKind::Function(_)))
            .filter_map(|s| self.constructs.get(s.construct?))
            .filter(|c| c.kind.is_loop())
    }

    /// The innermost loop around a command that waits for something: `while`/`until` with a command in its condition
    /// that can fail, or any loop out of which a command breaks, exits or returns.
    pub fn polling_loop(&self, command: usize) -> Option<&Construct> {
        self.loops(command).find(|construct| {
            let conditions = construct.parts.iter().filter_map(|p| self.scopes.get(*p));
            let conditions = conditions.filter(|s| s.kind == ScopeKind::LoopCondition).flat_map(|s| &s.pipelines);
            let mut members = conditions.filter_map(|p| self.pipelines.get(*p)).flat_map(|p| &p.members);
            let waits = members.any(|node| match node {
                Node::Command(index) => {
                    let name = self.commands.get(*index).and_then(Command::name);
                    name.is_some_and(|name| !matches!(name, "true" | "false" | ":" | "sleep"))
                }
                Node::Construct(_) => true,
            });
            waits || self.within(construct.span).iter().any(|c| matches!(c.name(), Some("break" | "exit" | "return")))
        })
    }

    /// The command or construct's pipeline: its members, negation and operators.
    pub fn pipeline(&self, link: Link) -> Option<&Pipeline> {
        self.pipelines.get(link.pipeline)
    }

    /// The pipeline after this one in the same list.
    pub fn next_pipeline(&self, pipeline: usize) -> Option<usize> {
        let scope = self.scopes.get(self.pipelines.get(pipeline)?.scope)?;
        // Indices grow in source order, so the list is sorted.
        scope.pipelines.get(scope.pipelines.partition_point(|p| *p <= pipeline)).copied()
    }

    /// The commands directly or anywhere inside a member of a pipeline, substitutions included, in source order.
    pub fn commands_of(&self, node: Node) -> &[Command] {
        let span = match node {
            Node::Command(index) => self.commands.get(index).map(|c| c.span),
            Node::Construct(index) => self.constructs.get(index).map(|c| c.span),
        };
        self.within(span.unwrap_or_default())
    }

    fn within(&self, span: Span) -> &[Command] {
        let from = self.commands.partition_point(|c| c.span.offset < span.offset);
        let to = self.commands.partition_point(|c| c.span.offset < span.end());
        self.commands.get(from..to).unwrap_or_default()
    }

    /// What `set` has switched when this command begins; everything `None` before the first `set`.
    pub fn options_at(&self, command: usize) -> ShellOptions {
        self.facts.options.get(command).copied().unwrap_or_default()
    }
}
