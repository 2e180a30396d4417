//! Properties of the readers of shell scripts, Dockerfiles and image names on any text.

use proptest::prelude::*;
use tollgate::model::Span;
use tollgate::parse::dockerfile::{self, Instruction};
use tollgate::parse::image::ImageRef;
use tollgate::parse::shell::{self, Command, Redirect, Script, ShellOptions, Word};

/// Pieces that mean something to one of the readers, so that random texts reach deep.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "\r\n",
    "\\\n",
    "\\",
    "\t",
    "'",
    "\"",
    "`",
    "$",
    "$(",
    "$((",
    "((",
    "))",
    "(",
    ")",
    "${",
    "}",
    "{ ",
    "${{ ",
    " }}",
    "<<A",
    "<<-'A'",
    "A\n",
    "<<<",
    "<(",
    ">",
    "2>&1",
    "&>",
    "|",
    "||",
    "|&",
    "&",
    "&&",
    ";",
    ";;",
    "!",
    "#",
    "a",
    "é",
    "if ",
    "then ",
    "elif ",
    "else ",
    "fi",
    "while ",
    "until ",
    "for ",
    "in ",
    "do ",
    "done",
    "case ",
    "esac",
    "f() ",
    "function ",
    "time ",
    "coproc ",
    "[[ ",
    " ]]",
    "x=",
    "x=(",
    "$x",
    "$'",
    "@(",
    "set -e",
    "exit 0",
    "true",
    "sh -c ",
    "sudo ",
    "env ",
    "FROM ",
    "RUN ",
    "COPY ",
    "ENV ",
    "ARG ",
    "HEALTHCHECK ",
    "ONBUILD ",
    "CMD ",
    "SHELL ",
    "--x=y ",
    " AS ",
    "[\"",
    "\", \"",
    "\"]",
    "# escape=`\n",
    "`\n",
    ":",
    "@",
    "/",
    "=",
    "\u{feff}",
    "\0",
    "\u{2003}",
];

fn texts() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat());
    prop_oneof![4 => pieces, 1 => any::<String>()]
}

fn check_span(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} is not in {text:?}");
}

fn check_word(text: &str, word: &Word) {
    check_span(text, word.span);
    if let Some(offset) = word.text_offset {
        assert_eq!(text.get(offset..offset + word.text.len()), Some(word.text.as_str()), "in {text:?}");
    }
}

fn check_redirect(text: &str, redirect: &Redirect) {
    check_span(text, redirect.span);
    check_word(text, &redirect.target);
    redirect.heredoc.into_iter().for_each(|body| check_span(text, body));
}

fn check_command(text: &str, command: &Command) {
    check_span(text, command.span);
    command.words.iter().for_each(|word| check_word(text, word));
    command.assignments.iter().for_each(|a| check_word(text, &a.value));
    command.redirects.iter().for_each(|redirect| check_redirect(text, redirect));
}

fn check_script(text: &str, script: &Script) {
    for command in &script.commands {
        check_command(text, command);
    }
    assert!(script.commands.is_sorted_by_key(|c| c.span.offset), "source order in {text:?}");
    for construct in &script.constructs {
        check_span(text, construct.span);
        construct.words.iter().for_each(|word| check_word(text, word));
        construct.redirects.iter().for_each(|redirect| check_redirect(text, redirect));
    }
    for scope in 0..script.scopes.len() {
        assert!(script.enclosing(scope).count() <= script.scopes.len());
    }
    script.problems.iter().for_each(|p| check_span(text, p.span));
    for command in 0..script.commands.len() {
        script.fate(command, ShellOptions::default());
        script.fate(command, ShellOptions { errexit: Some(true), pipefail: Some(true) });
        script.polling_loop(command);
    }
    script.commands_deep(3).iter().for_each(|deep| check_command(text, &deep.command));
}

fn check_instruction(text: &str, instruction: &Instruction) {
    check_span(text, instruction.span);
    check_span(text, instruction.keyword_span);
    let parts = instruction.arguments.iter().map(|a| a.span).chain(instruction.flags.iter().map(|f| f.span));
    let parts =
        parts.chain(instruction.pairs.iter().map(|p| p.span)).chain(instruction.heredocs.iter().map(|h| h.body));
    parts.for_each(|span| check_span(text, span));
    if let Some(script) = instruction.run_script() {
        let parsed = shell::parse(&script.text);
        parsed.commands.iter().for_each(|command| check_span(text, script.span(command.span)));
        parsed.problems.iter().for_each(|problem| check_span(text, script.span(problem.span)));
    }
    instruction.inner.iter().for_each(|inner| check_instruction(text, inner));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_as_a_script_with_true_places(text in texts()) {
        check_script(&text, &shell::parse(&text));
    }

    #[test]
    fn any_text_is_read_as_a_dockerfile_with_true_places(text in texts(), start in any::<bool>()) {
        let text = if start { format!("FROM x\nRUN {text}") } else { text };
        let parsed = dockerfile::parse(&text);
        let document = parsed.document.unwrap();
        parsed.problems.iter().for_each(|p| check_span(&text, p.span));
        document.directives.iter().for_each(|d| check_span(&text, d.span));
        let outside = document.global_args.iter().chain(&document.misplaced);
        let stages = document.stages.iter().flat_map(|s| std::iter::once(&s.from).chain(&s.instructions));
        outside.chain(stages).for_each(|instruction| check_instruction(&text, instruction));
        for stage in &document.stages {
            check_span(&text, stage.base.span);
            prop_assert!(document.lineage(stage).count() <= document.stages.len());
        }
    }

    #[test]
    fn any_image_name_is_put_together_again(text in texts()) {
        if let Some(image) = ImageRef::parse(&text) {
            let registry = image.registry.as_ref().map(|r| format!("{r}/")).unwrap_or_default();
            let tag = image.tag.as_ref().map(|t| format!(":{t}")).unwrap_or_default();
            let digest = image.digest.as_ref().map(|d| format!("@{d}")).unwrap_or_default();
            prop_assert_eq!(format!("{registry}{}{tag}{digest}", image.repository), text);
            prop_assert!(!image.family().is_empty());
        }
    }
}
