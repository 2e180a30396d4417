//! Reads Dockerfiles, after the Dockerfile reference and `BuildKit`'s parser: directives, continuation lines with
//! comments between them, here-documents, stages, flags, JSON and shell forms.
//!
//! Whatever is broken is a [`Problem`](crate::parse::Problem), and the rest of the file is still read.

mod expand;
mod instruction;
mod lines;
mod mapped;
mod stages;
#[cfg(test)]
mod tests;
mod typed;

pub use mapped::Mapped;
pub use typed::{Mount, Timing};

use crate::model::Span;
use crate::parse::Parsed;
use crate::parse::image::ImageRef;

/// Reads a Dockerfile. There is always a document.
pub fn parse(text: &str) -> Parsed<Dockerfile> {
    let lines = lines::read(text);
    let mut problems = lines.problems;
    let mut document = stages::build(lines.directives, lines.instructions, &mut problems);
    document.comments = lines.comments;
    problems.sort_by_key(|p| p.span);
    problems.truncate(MAX_PROBLEMS);
    Parsed { document: Some(document), problems }
}

/// Most problems that are kept.
const MAX_PROBLEMS: usize = 100;

/// A Dockerfile.
#[derive(Debug, Clone, Default)]
pub struct Dockerfile {
    /// `# syntax=`, `# escape=` and `# check=` at the top.
    pub directives: Vec<Directive>,
    /// `ARG`s before the first `FROM`, in order.
    pub global_args: Vec<Instruction>,
    /// The stages, in order.
    pub stages: Vec<Stage>,
    /// Other instructions before the first `FROM`, each also a problem.
    pub misplaced: Vec<Instruction>,
    /// The comments, those between continuation lines included, in text order: from the `#` to the end of the line.
    pub comments: Vec<Span>,
}

/// A parser directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// In lower case.
    pub name: String,
    /// Without blanks around it.
    pub value: String,
    /// The whole line.
    pub span: Span,
}

/// A `FROM` and what follows it.
#[derive(Debug, Clone)]
pub struct Stage {
    /// After `AS`, as written; stages are looked up without regard to case.
    pub name: Option<String>,
    /// What it builds upon.
    pub base: BaseImage,
    /// The `FROM` itself.
    pub from: Instruction,
    /// The instructions after it.
    pub instructions: Vec<Instruction>,
}

/// What a stage builds upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseImage {
    /// As written, variables included.
    pub raw: String,
    /// With global `ARG`s' defaults put in; `None` when a variable has no default or uses an unknown operator.
    pub resolved: Option<String>,
    /// What it names.
    pub kind: Base,
    /// Where the name stands.
    pub span: Span,
    /// `--platform`, as written.
    pub platform: Option<String>,
}

/// What a `FROM` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing: `scratch`.
    Scratch,
    /// An earlier stage: index into [`Dockerfile::stages`].
    Stage(usize),
    /// An image; with variables in it where they cannot be resolved.
    Image(ImageRef),
    /// Not a name.
    Unknown,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// In upper case.
    pub keyword: String,
    /// From the keyword to the end of the last line, here-documents not included.
    pub span: Span,
    /// The keyword.
    pub keyword_span: Span,
    /// `--name=value` after the keyword.
    pub flags: Vec<Flag>,
    /// The words after the flags, or the strings of the JSON form.
    pub arguments: Vec<Argument>,
    /// How the arguments are written.
    pub form: Form,
    /// What stands after the flags, continuation lines joined.
    pub body: Mapped,
    /// `NAME=value` of `ENV`, `LABEL` and `ARG`, the legacy form `ENV NAME value` included.
    pub pairs: Vec<Pair>,
    /// Here-documents of `RUN`, `COPY` and `ADD`.
    pub heredocs: Vec<Heredoc>,
    /// The instruction after `ONBUILD`, and the `CMD` of `HEALTHCHECK`.
    pub inner: Option<Box<Instruction>>,
    /// `None`, unless the only argument of `RUN` is a here-document: its body.
    script: Option<Mapped>,
}

/// A flag of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Without the dashes.
    pub name: String,
    /// After the `=`.
    pub value: Option<String>,
    /// Flag and value.
    pub span: Span,
}

/// A word of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Quotes and escapes removed, variables as written.
    pub text: String,
    /// As written.
    pub span: Span,
}

/// How an instruction's arguments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Words, for instructions that run nothing.
    Words,
    /// Text for a shell: `RUN`, `CMD` and `ENTRYPOINT` without brackets.
    Shell,
    /// A JSON array.
    Exec,
}

/// `NAME=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Before the `=`.
    pub name: String,
    /// After it, quotes and escapes removed, variables as written; `None` for `ARG NAME`.
    pub value: Option<String>,
    /// Both.
    pub span: Span,
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// Its delimiter without quotes.
    pub name: String,
    /// Variables in it are expanded: the delimiter is not quoted.
    pub expands: bool,
    /// `<<-`: leading tabs are removed.
    pub strips_tabs: bool,
    /// The body without its closing line.
    pub body: Span,
}

impl Instruction {
    /// The first flag of this name.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|f| f.name == name)
    }

    /// The text that a shell runs, for `RUN`, `CMD`, `ENTRYPOINT` and the `CMD` of `HEALTHCHECK` in shell form: joined
    /// lines, here-documents after them; for `RUN <<EOF` the body. Its offsets lead back to the file.
    pub fn run_script(&self) -> Option<&Mapped> {
        (self.form == Form::Shell).then(|| self.script.as_ref().unwrap_or(&self.body))
    }
}

impl Dockerfile {
    /// A stage by name (without regard to case), as `--target` and `COPY --from` find it: the last of that name.
    pub fn stage_by_name(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().rev().find(|s| s.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)))
    }

    /// The stage that is built when none is asked for.
    pub fn final_stage(&self) -> Option<&Stage> {
        self.stages.last()
    }

    /// The stage and the earlier stages that it builds upon, from it down.
    pub fn lineage<'d>(&'d self, stage: &'d Stage) -> impl Iterator<Item = &'d Stage> {
        // A base is always an earlier stage, so this ends.
        std::iter::successors(Some(stage), |s| match s.base.kind {
            Base::Stage(index) => self.stages.get(index),
            _ => None,
        })
    }

    /// The last instruction of a kind (upper case) in the stage or, failing that, in the stages that it builds upon:
    /// what holds for `USER`, `CMD`, `ENTRYPOINT` and `WORKDIR`.
    pub fn effective<'d>(&'d self, stage: &'d Stage, keyword: &str) -> Option<&'d Instruction> {
        self.lineage(stage).find_map(|s| s.instructions.iter().rev().find(|i| i.keyword == keyword))
    }

    /// The `HEALTHCHECK` that holds for a stage, `HEALTHCHECK NONE` included. The base image may have another.
    pub fn healthcheck<'d>(&'d self, stage: &'d Stage) -> Option<&'d Instruction> {
        self.effective(stage, "HEALTHCHECK")
    }

    /// The words of the `SHELL` in force at an instruction of a stage; `None` for the default (`/bin/sh -c`).
    pub fn shell_at<'d>(&'d self, stage: &'d Stage, instruction: usize) -> Option<&'d [Argument]> {
        let own = stage.instructions.iter().take(instruction).rev().find(|i| i.keyword == "SHELL");
        let inherited =
            || self.lineage(stage).skip(1).find_map(|s| s.instructions.iter().rev().find(|i| i.keyword == "SHELL"));
        own.or_else(inherited).map(|i| i.arguments.as_slice())
    }
}
