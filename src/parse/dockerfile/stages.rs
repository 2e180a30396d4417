//! Instructions to stages: `FROM`, its image, and the `ARG`s before it.

use std::collections::BTreeMap;

use super::expand::expand;
use super::instruction::shorten;
use super::{Base, BaseImage, Directive, Dockerfile, Instruction, Stage};
use crate::model::Span;
use crate::parse::Problem;
use crate::parse::image::ImageRef;

pub(super) fn build(
    directives: Vec<Directive>,
    instructions: Vec<Instruction>,
    problems: &mut Vec<Problem>,
) -> Dockerfile {
    let mut dockerfile = Dockerfile { directives, ..Dockerfile::default() };
    let mut variables = BTreeMap::new();
    // The last stage of each name, in lower case.
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for instruction in instructions {
        match (instruction.keyword.as_str(), dockerfile.stages.last_mut()) {
            ("FROM", _) => {
                let stage = stage(instruction, &variables, &names, problems);
                if let Some(name) = &stage.name {
                    names.insert(name.to_ascii_lowercase(), dockerfile.stages.len());
                }
                dockerfile.stages.push(stage);
            }
            (_, Some(stage)) => stage.instructions.push(instruction),
            ("ARG", None) => {
                for pair in &instruction.pairs {
                    let value = pair.value.as_deref().and_then(|value| expand(value, &variables));
                    match value {
                        Some(value) => variables.insert(pair.name.clone(), value),
                        None => variables.remove(&pair.name),
                    };
                }
                dockerfile.global_args.push(instruction);
            }
            (keyword, None) => {
                // An unknown word is reported already.
                if problems.iter().all(|p| p.span != instruction.keyword_span) {
                    let message = format!("`{}` stands before the first `FROM`", shorten(keyword));
                    report(problems, instruction.keyword_span, message);
                }
                dockerfile.misplaced.push(instruction);
            }
        }
    }
    if dockerfile.stages.is_empty() {
        problems.push(Problem::new(Span::default(), "there is no `FROM`"));
    }
    dockerfile
}

fn report(problems: &mut Vec<Problem>, span: Span, message: String) {
    if problems.len() < super::MAX_PROBLEMS {
        problems.push(Problem::new(span, message));
    }
}

fn stage(
    from: Instruction,
    variables: &BTreeMap<String, String>,
    names: &BTreeMap<String, usize>,
    problems: &mut Vec<Problem>,
) -> Stage {
    let name = match from.arguments.get(1..).unwrap_or_default() {
        [] => None,
        [as_word, name] if as_word.text.eq_ignore_ascii_case("as") => Some(name.text.clone()),
        _ => {
            let message = "`FROM` takes an image and, after `AS`, a name for the stage".to_owned();
            report(problems, from.span, message);
            None
        }
    };
    let written = from.arguments.first();
    let raw = written.map_or_else(String::new, |a| a.text.clone());
    let span = written.map_or(from.keyword_span, |a| a.span);
    let resolved = expand(&raw, variables).filter(|text| !text.is_empty());
    let shown = resolved.as_deref().unwrap_or(&raw);
    let kind = if shown == "scratch" {
        Base::Scratch
    } else if let Some(index) = names.get(&shown.to_ascii_lowercase()) {
        Base::Stage(*index)
    } else {
        ImageRef::parse(shown).map_or(Base::Unknown, Base::Image)
    };
    if kind == Base::Unknown && written.is_some() {
        report(problems, span, format!("`{}` is not the name of an image", shorten(shown)));
    }
    let platform = from.flag("platform").and_then(|f| f.value.clone());
    Stage { name, base: BaseImage { raw, resolved, kind, span, platform }, from, instructions: Vec::new() }
}
