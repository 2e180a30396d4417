//! What the `RUN` instructions of a Dockerfile do.

use crate::model::Span;
use crate::parse::dockerfile::{Dockerfile, Form, Instruction, Stage};
use crate::parse::shell::{self, Script};

/// The commands of a `RUN`.
pub(in crate::rules) struct Layer<'d> {
    /// The instruction.
    pub(in crate::rules) run: &'d Instruction,
    /// Its commands.
    pub(in crate::rules) script: Script,
}

impl Layer<'_> {
    /// The bytes in the file of a part of the script.
    pub(in crate::rules) fn span(&self, inner: Span) -> Span {
        // The words of the JSON form bring their own places.
        self.run.run_script().map_or(inner, |text| text.span(inner))
    }

    /// Whether a folder is kept from build to build by `--mount=type=cache`.
    pub(in crate::rules) fn has_cache_mount(&self) -> bool {
        let mut mounts = self.run.flags.iter().filter(|flag| flag.name == "mount");
        mounts.any(|flag| flag.value.as_deref().unwrap_or_default().split(',').any(|field| field == "type=cache"))
    }
}

/// The commands of an instruction, where it is a `RUN` for a POSIX shell.
pub(in crate::rules) fn layer<'d>(
    dockerfile: &Dockerfile,
    stage: &Stage,
    at: usize,
    run: &'d Instruction,
) -> Option<Layer<'d>> {
    if run.keyword != "RUN" {
        return None;
    }
    let script = if run.form == Form::Exec {
        Script::from_exec(run.arguments.iter().map(|word| (word.text.clone(), word.span)))
    } else {
        let shell = dockerfile.shell_at(stage, at).and_then(|words| words.first()).map(|word| word.text.as_str());
        let program = shell.map_or("sh", |shell| shell.rsplit('/').next().unwrap_or(shell));
        if !matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh") {
            return None;
        }
        shell::parse(&run.run_script()?.text)
    };
    Some(Layer { run, script })
}

/// `COPY . …` or `ADD . …` from the context.
pub(in crate::rules) fn copies_everything(instruction: &Instruction) -> bool {
    if !matches!(instruction.keyword.as_str(), "COPY" | "ADD") || instruction.flag("from").is_some() {
        return false;
    }
    let Some((_, sources)) = instruction.arguments.split_last() else { return false };
    sources.iter().any(|source| matches!(source.text.as_str(), "." | "./" | "/"))
}
