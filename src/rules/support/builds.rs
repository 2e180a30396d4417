//! Image builds of steps: what they are made from and where they keep their layers.

use crate::evidence::docker::{BuildCall, BuildTool, build_call, has_option, option_value};
use crate::evidence::{Doc, Evidence, File, StepRef, paths};
use crate::model::Span;
use crate::parse::dockerfile::Dockerfile;
use crate::parse::shell::Word;
use crate::parse::workflow::{Run, is_dynamic};
use crate::parse::yaml::{Node, Style};
use crate::rules::support::test_runs::placed;

/// An image build by `docker/build-push-action`, `docker build` or `docker buildx build`. Bake files and compose files say
/// themselves what they build and are not among them.
#[derive(Debug)]
pub struct ImageBuild<'e> {
    /// What builds, for messages.
    pub tool: &'static str,
    /// Its file.
    pub file: &'e File<'e>,
    /// The action's name, or the command.
    pub span: Span,
    /// Structural address.
    pub path: String,
    /// The context, as a folder of the tree; `None` where it is not known or not in the repository.
    pub context: Option<String>,
    /// Context, as written.
    pub context_text: Option<&'e str>,
    /// Dockerfile, as written.
    pub file_text: Option<&'e str>,
    /// Target stage, as written.
    pub target: Option<&'e str>,
    /// Platforms, as written.
    pub platforms: Option<&'e str>,
    /// The Dockerfile, when it is in the input.
    pub dockerfile: Option<&'e Doc<'e, &'e Dockerfile>>,
    /// Sources of the cache.
    pub cache_from: Vec<Setting>,
    /// Where the cache is written to.
    pub cache_to: Vec<Setting>,
    /// Whether the image goes to a registry; `None` where an expression decides.
    pub pushes: Option<bool>,
    /// Its outputs, as written.
    pub outputs: Option<&'e str>,
    /// A builder is named.
    pub named_builder: bool,
}

/// One cache or output: `type=gha,mode=max`.
#[derive(Debug, Clone)]
pub struct Setting {
    /// As written, without blanks around it.
    pub text: String,
    /// Where it stands in the file.
    pub span: Span,
    /// Whether text put at its end is read as a part of it, whatever the text is.
    pub can_grow: bool,
}

impl Setting {
    /// Whether a variable or an expression makes part of it.
    pub fn is_dynamic(&self) -> bool {
        self.text.contains('$')
    }

    /// The value of one of its fields.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.text.split(',').find_map(|part| part.trim().split_once('=').filter(|(n, _)| *n == name)).map(|(_, v)| v)
    }

    /// Its type; a bare reference is a registry.
    pub fn kind(&self) -> &str {
        self.field("type").unwrap_or("registry")
    }
}

/// The image builds of a step.
pub fn image_builds<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Vec<ImageBuild<'e>> {
    if let Some(run) = &at.step.run {
        let calls = run.script.commands.iter().filter_map(|command| Some((command.span, build_call(command)?)));
        return calls.filter_map(|(span, call)| of_command(evidence, at, run, span, &call)).collect();
    }
    let builds = at.step.uses.as_ref().is_some_and(|uses| uses.is_any(&["docker/build-push-action"]));
    if builds { of_action(evidence, at).into_iter().collect() } else { Vec::new() }
}

fn of_action<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Option<ImageBuild<'e>> {
    let node = at.step.uses.as_ref()?.node;
    let input = |name| at.step.input(name).filter(|node| !node.is_null());
    let text = |name| input(name).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
    if text("call").is_some_and(|call| call != "build") {
        return None;
    }
    let (context, file) = (text("context"), text("file"));
    let folder = paths::join(at.root(), context.unwrap_or(".")).filter(|folder| is_plain(folder));
    let dockerfile = match file {
        Some(file) => find_dockerfile(evidence, at.root(), file),
        None => folder.as_ref().and_then(|folder| find_dockerfile(evidence, folder, "Dockerfile")),
    };
    let outputs = text("outputs").or_else(|| text("output"));
    let pushed = match text("push") {
        Some(push) if is_dynamic(push) => None,
        Some("true") => Some(true),
        _ => Some(outputs.is_some_and(writes_registry)),
    };
    Some(ImageBuild {
        tool: "docker/build-push-action",
        file: at.file,
        span: node.span(),
        path: at.step.node.path(),
        context: folder,
        context_text: context,
        file_text: file,
        target: text("target"),
        platforms: text("platforms"),
        dockerfile,
        cache_from: settings(at.step.input("cache-from")),
        cache_to: settings(at.step.input("cache-to")),
        pushes: pushed,
        outputs,
        named_builder: text("builder").is_some(),
    })
}

fn of_command<'e>(
    evidence: &'e Evidence<'e>,
    at: StepRef<'e>,
    run: &'e Run<'e>,
    span: Span,
    call: &BuildCall<'e>,
) -> Option<ImageBuild<'e>> {
    let tool = match call.tool {
        BuildTool::Build => "docker build",
        BuildTool::Buildx => "docker buildx build",
        BuildTool::Bake | BuildTool::Compose => return None,
    };
    if has_option(call.args, &["--help", "--print", "--check", "--call"]) {
        return None;
    }
    let context = call.args.last().filter(|word| !word.text.starts_with('-'));
    let folder =
        context.filter(|word| !word.dynamic).and_then(|word| paths::join(&at.working_directory()?, &word.text));
    let of = |options: &[&str]| option_value(call.args, options);
    let outputs = of(&["-o", "--output"]);
    Some(ImageBuild {
        tool,
        file: at.file,
        span: placed(run, span),
        path: run.node.path(),
        context: folder.filter(|folder| is_plain(folder)),
        context_text: context.map(|word| word.text.as_str()),
        file_text: of(&["-f", "--file"]),
        target: of(&["--target"]),
        platforms: of(&["--platform"]),
        dockerfile: built_dockerfile(evidence, at, call),
        cache_from: options(run, call.args, "--cache-from"),
        cache_to: options(run, call.args, "--cache-to"),
        pushes: Some(has_option(call.args, &["--push"]) || outputs.is_some_and(writes_registry)),
        outputs,
        named_builder: has_option(call.args, &["--builder"]),
    })
}

/// Whether a folder is one of the repository: no expression, no address.
fn is_plain(folder: &str) -> bool {
    !folder.contains(['$', ':', '{'])
}

fn writes_registry(outputs: &str) -> bool {
    outputs.lines().any(|line| {
        let has = |field: &str| line.split(',').any(|part| part.trim() == field);
        has("type=registry") || (has("type=image") && has("push=true"))
    })
}

/// Most lines of an input that are read.
const MAX_SETTINGS: usize = 100;

/// The lines of an input, comments left out.
fn settings(node: Option<Node<'_>>) -> Vec<Setting> {
    let node = node.filter(|node| !node.is_null());
    let Some((node, text)) = node.and_then(|node| Some((node, node.text()?))) else { return Vec::new() };
    let mut found = Vec::new();
    let mut offset = 0;
    // To find a place takes time that grows with what stands before it.
    for line in text.split_inclusive('\n').take(MAX_SETTINGS) {
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            let start = offset + (line.len() - line.trim_start().len());
            let span = node.inner_span(Span { offset: start, length: trimmed.len() });
            found.push(Setting { text: trimmed.to_owned(), span, can_grow: can_grow(node, trimmed, span) });
        }
        offset += line.len();
    }
    found
}

/// Whether a part of a scalar stands in the file as it is read, and no comma ends it: in `{…}` and `[…]` it does.
fn can_grow(node: Node<'_>, text: &str, span: Span) -> bool {
    let mut around = std::iter::successors(node.parent(), |node| node.parent());
    let plain = node.style() == Some(Style::Plain);
    node.tree().text().get(span.range()) == Some(text) && !(plain && around.any(Node::is_flow))
}

/// The values of an option of a command.
fn options(run: &Run<'_>, words: &[Word], option: &str) -> Vec<Setting> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (word, skip) = if word.text == option {
            let Some(next) = words.next() else { break };
            (next, 0)
        } else if word.text.strip_prefix(option).is_some_and(|rest| rest.starts_with('=')) {
            (word, option.len() + 1)
        } else {
            continue;
        };
        let text = word.text.get(skip..).unwrap_or_default().to_owned();
        let span = match word.text_offset {
            Some(offset) => Span { offset: offset + skip, length: text.len() },
            None => word.span,
        };
        let span = placed(run, span);
        found.push(Setting { can_grow: can_grow(run.node, &text, span), text, span });
    }
    found
}

/// The Dockerfile that a command builds, when it is in the input.
pub fn built_dockerfile<'e>(
    evidence: &'e Evidence<'e>,
    at: StepRef<'_>,
    call: &BuildCall<'_>,
) -> Option<&'e Doc<'e, &'e Dockerfile>> {
    let folder = at.working_directory()?;
    if let Some(file) = option_value(call.args, &["-f", "--file"]) {
        return find_dockerfile(evidence, &folder, file);
    }
    let context = call.args.last().filter(|word| !word.dynamic)?;
    find_dockerfile(evidence, &paths::join(&folder, &context.text)?, "Dockerfile")
}

/// A Dockerfile of the input by its path below a folder.
pub fn find_dockerfile<'e>(
    evidence: &'e Evidence<'e>,
    folder: &str,
    file: &str,
) -> Option<&'e Doc<'e, &'e Dockerfile>> {
    let path = paths::join(folder, file)?;
    evidence.dockerfiles.iter().find(|doc| doc.file.path() == path)
}

#[cfg(test)]
mod tests {
    use super::settings;
    use crate::parse::yaml::Tree;

    #[test]
    fn settings_stand_where_they_are_written_and_grow_where_no_comma_ends_them() {
        for (text, expected) in [
            ("cache-to: type=gha\n", &[("type=gha", true)][..]),
            ("cache-to: \"type=gha\" # kept\n", &[("type=gha", true)]),
            ("{ cache-to: type=gha }", &[("type=gha", false)]),
            ("{ cache-to: 'type=gha,scope=a' }", &[("type=gha,scope=a", true)]),
            ("cache-to: |\n  type=gha\n  # no\n  type=inline\n", &[("type=gha", true), ("type=inline", true)]),
            ("cache-to: >-\n  type=gha\n", &[("type=gha", true)]),
            ("cache-to: \"type=\\x67ha\"\n", &[("type=gha", false)]),
            ("cache-to:\n", &[]),
        ] {
            let parsed = Tree::parse(text);
            let tree = parsed.document.unwrap();
            let found = settings(tree.root().unwrap().get("cache-to"));
            let found: Vec<_> = found.iter().map(|setting| (setting.text.as_str(), setting.can_grow)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
