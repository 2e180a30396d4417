//! What a shell command asks of Docker: compose calls, image builds, container runs.

use crate::parse::shell::{Command, Word};

/// `docker compose …` or `docker-compose …` (Podman's too).
#[derive(Debug, Clone)]
pub struct ComposeCall<'s> {
    /// `-f` files, as written.
    pub files: Vec<&'s Word>,
    /// `--project-directory`.
    pub directory: Option<&'s Word>,
    /// `--profile` values.
    pub profiles: Vec<&'s str>,
    /// The subcommand (`up`); empty where there is none.
    pub verb: &'s str,
    /// The words after the subcommand.
    pub args: &'s [Word],
}

/// A command that builds images.
#[derive(Debug, Clone)]
pub struct BuildCall<'s> {
    /// Which program.
    pub tool: BuildTool,
    /// The words after the subcommand.
    pub args: &'s [Word],
}

/// A program that builds images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildTool {
    /// `docker build`, `docker image build`, `docker builder build`.
    Build,
    /// `docker buildx build`.
    Buildx,
    /// `docker buildx bake`.
    Bake,
    /// `docker compose build`.
    Compose,
}

/// Options of `docker` that take a value as the next word.
const DOCKER_VALUES: [&str; 8] = ["--config", "-c", "--context", "-H", "--host", "-l", "--log-level", "--tlscacert"];
/// Options of `docker compose` before the subcommand that take a value as the next word.
const COMPOSE_VALUES: [&str; 9] =
    ["--ansi", "--env-file", "-f", "--file", "--parallel", "--profile", "--progress", "--project-directory", "-p"];
/// Options of `docker compose up`, `run` and `exec` that take a value as the next word.
const VERB_VALUES: [&str; 30] = [
    "--abort-on-container-exit-code",
    "--attach",
    "--exit-code-from",
    "--no-attach",
    "--pull",
    "--scale",
    "-t",
    "--timeout",
    "--wait-timeout",
    "-e",
    "--env",
    "--env-from-file",
    "--entrypoint",
    "--name",
    "-l",
    "--label",
    "-p",
    "--publish",
    "-u",
    "--user",
    "-v",
    "--volume",
    "-w",
    "--workdir",
    "--index",
    "--cap-add",
    "--cap-drop",
    "--build-arg",
    "--ssh",
    "-m",
];

/// The words after a program's own options, `values` being those that take the next word.
fn after_options<'s>(mut words: &'s [Word], values: &[&str]) -> &'s [Word] {
    while let Some((first, rest)) = words.split_first() {
        if !first.text.starts_with('-') || first.text == "-" {
            break;
        }
        let takes = values.contains(&first.text.as_str());
        words = rest.get(usize::from(takes)..).unwrap_or(&[]);
    }
    words
}

/// The words after `docker` (or `podman`) and its options.
pub fn docker_words(command: &Command) -> Option<&[Word]> {
    matches!(command.name()?, "docker" | "podman").then(|| after_options(command.args(), &DOCKER_VALUES))
}

/// Reads a compose call.
pub fn compose_call(command: &Command) -> Option<ComposeCall<'_>> {
    let mut words = match command.name()? {
        "docker-compose" | "podman-compose" => command.args(),
        _ => match docker_words(command)?.split_first()? {
            (first, rest) if first.text == "compose" => rest,
            _ => return None,
        },
    };
    let mut call = ComposeCall { files: Vec::new(), directory: None, profiles: Vec::new(), verb: "", args: &[] };
    while let Some((first, rest)) = words.split_first() {
        let text = first.text.as_str();
        if !text.starts_with('-') {
            call.verb = text;
            call.args = rest;
            break;
        }
        let takes = COMPOSE_VALUES.contains(&text) || text == "--project-name";
        if let (true, Some(value)) = (takes, rest.first()) {
            match text {
                "-f" | "--file" => call.files.push(value),
                "--project-directory" => call.directory = Some(value),
                "--profile" => call.profiles.push(&value.text),
                _ => {}
            }
        } else if text.starts_with("--file=") {
            call.files.push(first);
        } else if let Some(profile) = text.strip_prefix("--profile=") {
            call.profiles.push(profile);
        }
        words = rest.get(usize::from(takes)..).unwrap_or(&[]);
    }
    Some(call)
}

impl<'s> ComposeCall<'s> {
    /// Whether an option stands among the words after the subcommand, alone or with `=`.
    pub fn has(&self, options: &[&str]) -> bool {
        has_option(self.args, options)
    }

    /// The words after the subcommand that are no options: names of services; for `run` and `exec` the service and its
    /// command.
    pub fn operands(&self) -> Vec<&'s Word> {
        let mut words = self.args;
        let mut found = Vec::new();
        while !words.is_empty() {
            words = after_options(words, &VERB_VALUES);
            let Some((first, rest)) = words.split_first() else { break };
            found.push(first);
            if matches!(self.verb, "run" | "exec") {
                found.extend(rest);
                break;
            }
            words = rest;
        }
        found
    }

    /// Whether it starts services and returns while they run: `up -d`, `start`, `up --wait`.
    pub fn starts_in_background(&self) -> bool {
        match self.verb {
            "up" => self.has(&["-d", "--detach", "--wait"]) || has_short_flag(self.args, 'd'),
            "start" | "restart" => true,
            _ => false,
        }
    }
}

/// Reads an image build.
pub fn build_call(command: &Command) -> Option<BuildCall<'_>> {
    if let Some(call) = compose_call(command) {
        let builds = call.verb == "build" || (matches!(call.verb, "up" | "run") && call.has(&["--build"]));
        return builds.then_some(BuildCall { tool: BuildTool::Compose, args: call.args });
    }
    let words = docker_words(command)?;
    let (first, rest) = words.split_first()?;
    let second = rest.split_first();
    let call = |tool, args| Some(BuildCall { tool, args });
    match (first.text.as_str(), second) {
        ("build", _) => call(BuildTool::Build, rest),
        ("image" | "builder", Some((verb, args))) if verb.text == "build" => call(BuildTool::Build, args),
        ("buildx", _) => {
            let (verb, args) = after_options(rest, &["--builder"]).split_first()?;
            match verb.text.as_str() {
                "build" | "b" => call(BuildTool::Buildx, args),
                "bake" | "f" => call(BuildTool::Bake, args),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `docker buildx bake`.
#[derive(Debug, Clone, Default)]
pub struct BakeCall<'s> {
    /// `-f` files.
    pub files: Vec<&'s str>,
    /// `--set` overrides.
    pub sets: Vec<&'s str>,
    /// Targets and groups.
    pub targets: Vec<&'s str>,
    /// Some of them have variables in them.
    pub dynamic: bool,
}

/// Reads the words of a bake call; `None` for another build, and where the definition is fetched from elsewhere.
pub fn bake_call<'s>(call: &BuildCall<'s>) -> Option<BakeCall<'s>> {
    const VALUES: [&str; 9] = [
        "--allow",
        "--builder",
        "--call",
        "--list",
        "--metadata-file",
        "--progress",
        "--provenance",
        "--sbom",
        "--var",
    ];
    if call.tool != BuildTool::Bake {
        return None;
    }
    let mut found = BakeCall::default();
    let mut words = call.args.iter();
    while let Some(word) = words.next() {
        let (name, value) = word.text.split_once('=').map_or((&*word.text, None), |(name, value)| (name, Some(value)));
        let takes = matches!(name, "-f" | "--file" | "--set");
        if takes || VALUES.contains(&name) {
            let next = if value.is_none() { words.next() } else { None };
            let value = value.or(next.map(|next| &*next.text)).filter(|_| takes);
            found.dynamic |= takes && next.unwrap_or(word).dynamic;
            if name == "--set" { &mut found.sets } else { &mut found.files }.extend(value);
        } else if !word.text.starts_with('-') {
            if word.text.contains("://") || word.text.starts_with("git@") {
                return None;
            }
            found.dynamic |= word.dynamic;
            found.targets.push(&word.text);
        }
    }
    Some(found)
}

/// The image and the command of `docker run IMAGE [COMMAND…]`, or the container and the command of `docker exec`.
pub fn container_call(command: &Command) -> Option<(&str, Vec<&Word>)> {
    let (verb, mut words) = docker_words(command)?.split_first()?;
    let mut verb = verb.text.as_str();
    if verb == "container" {
        let (inner, rest) = words.split_first()?;
        verb = inner.text.as_str();
        words = rest;
    }
    matches!(verb, "run" | "exec" | "create" | "start").then(|| (verb, words.iter().collect()))
}

/// Whether one of the options stands among words, alone or with `=`.
pub fn has_option(words: &[Word], options: &[&str]) -> bool {
    words.iter().any(|word| {
        let name = word.text.split_once('=').map_or(word.text.as_str(), |(name, _)| name);
        options.contains(&name)
    })
}

/// Whether a one-letter flag stands among words, alone or bundled (`-td`).
pub fn has_short_flag(words: &[Word], flag: char) -> bool {
    words.iter().any(|word| {
        word.text.strip_prefix('-').is_some_and(|letters| {
            !letters.starts_with('-') && letters.chars().all(|c| c.is_ascii_alphabetic()) && letters.contains(flag)
        })
    })
}

/// The value of an option, as the next word or after `=`.
pub fn option_value<'s>(words: &'s [Word], options: &[&str]) -> Option<&'s str> {
    words.iter().enumerate().find_map(|(at, word)| match word.text.split_once('=') {
        Some((name, value)) if options.contains(&name) => Some(value),
        _ if options.contains(&word.text.as_str()) => words.get(at + 1).map(|next| next.text.as_str()),
        _ => None,
    })
}
