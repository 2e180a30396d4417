//! The rule `image-runs-as-root`.

use crate::evidence::{Doc, Evidence, paths};
use crate::model::{Fix, Span};
use crate::parse::dockerfile::{Base, Dockerfile, Form, Stage};
use crate::parse::image::ImageRef;
use crate::parse::shell;
use crate::parse::yaml::Node;
use crate::rules::image::layers::layer;
use crate::rules::support::images;
use crate::rules::support::words::count;
use crate::rules::{Hit, NoParams, Sink, rule};
use std::collections::BTreeSet;

rule! {
    /// # What it checks
    ///
    /// The image that a Dockerfile makes, its final stage, runs its `ENTRYPOINT` or `CMD` as a user other than root.
    ///
    /// Not judged: images without `ENTRYPOINT` and `CMD` of their own, which are tools or folders of files; images whose
    /// base is neither an official image that is known to run as root nor `scratch`, for the base may have set a user;
    /// servers of official images (`postgres`, `redis`), whose start scripts change the user themselves, as do those that
    /// install or call `gosu`, `su-exec`, `setpriv` or `runuser`; users that a variable without a default names; Docker
    /// actions, which GitHub wants to run as root; and `.devcontainer`.
    ///
    /// # Why it matters
    ///
    /// Whoever breaks into the program is root in the container, may change all that is in it, and is one hole in the
    /// kernel or one mounted folder away from the machine.
    ///
    /// # Example
    ///
    /// ```dockerfile Dockerfile
    /// FROM python:3.13-slim
    /// COPY app /app
    /// CMD ["python", "-m", "app"]
    /// ```
    ///
    /// # Instead
    ///
    /// ```dockerfile Dockerfile
    /// FROM python:3.13-slim
    /// COPY app /app
    /// RUN useradd --system app
    /// USER app
    /// CMD ["python", "-m", "app"]
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The program manages the machine or opens raw sockets, or whatever runs the image sets the user.
    pub struct ImageRunsAsRoot;
    id: "image-runs-as-root",
    family: Security,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "Whoever breaks into the program is root in the container, and one mounted folder away from the machine.";

/// Official images whose own user is root and stays it: systems, languages and tools.
const ROOT: [&str; 36] = [
    "almalinux",
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "bash",
    "buildpack-deps",
    "busybox",
    "centos",
    "clojure",
    "dart",
    "debian",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "gcc",
    "golang",
    "groovy",
    "haskell",
    "julia",
    "maven",
    "node",
    "openjdk",
    "oraclelinux",
    "perl",
    "php",
    "pypy",
    "python",
    "rockylinux",
    "ruby",
    "rust",
    "swift",
    "tomcat",
    "ubuntu",
    "ibmjava",
];

/// Programs by which a start script gives root up.
const CHANGERS: [&str; 6] = ["gosu", "su-exec", "setpriv", "runuser", "s6-setuidgid", "chpst"];

/// What is known of the user of an image.
enum User<'d> {
    /// Root: the instruction that says so, or nothing does.
    Root(Option<(Span, &'d str)>),
    Other,
    Unknown,
}

fn check(evidence: &Evidence<'_>, _params: &NoParams, sink: &mut Sink<'_>) {
    let of_actions = docker_actions(evidence);
    let (mut images, mut as_root, mut unknown) = (0, 0, 0);
    for dockerfile in &evidence.dockerfiles {
        let path = dockerfile.file.path();
        let Some(stage) = dockerfile.final_stage() else { continue };
        let container = path.split('/').any(|part| part == ".devcontainer");
        if of_actions.contains(path) || container || !starts_something(dockerfile.value, stage) {
            continue;
        }
        match user(dockerfile.value, stage) {
            User::Unknown => unknown += 1,
            User::Other => images += 1,
            User::Root(by) => {
                images += 1;
                as_root += 1;
                sink.finding(hit(dockerfile, stage, by));
            }
        }
    }
    sink.subjects(images);
    sink.fact(format!("{}, {as_root} as root", count(images, "image that starts a program")));
    if unknown > 0 {
        sink.fact(format!("not judged: {} whose user is not known", count(unknown, "image")));
    }
}

fn hit<'e>(dockerfile: &Doc<'e, &'e Dockerfile>, stage: &'e Stage, by: Option<(Span, &str)>) -> Hit<'e> {
    let (span, message) = match by {
        Some((span, text)) => (span, format!("the image runs as root: its last `USER` is `{text}`")),
        None => (stage.base.span, "the image runs as root: neither it nor its base sets a `USER`".to_owned()),
    };
    Hit {
        file: dockerfile.file,
        span,
        path: String::new(),
        message,
        why: WHY,
        fix: Fix {
            text: "Make a user, give it what the program writes, and change to it before `CMD`:\n\n    RUN useradd --system --uid \
                   10001 app\n    USER 10001\n"
                .to_owned(),
            edits: Vec::new(),
        },
        related: Vec::new(),
    }
}

/// The Dockerfiles of actions.
fn docker_actions<'e>(evidence: &'e Evidence<'e>) -> BTreeSet<String> {
    let images = evidence.actions.iter().filter(|action| action.using.eq_ignore_ascii_case("docker"));
    images
        .filter_map(|action| {
            let image = action.node.at(&["runs", "image"]).and_then(Node::text)?;
            paths::join(action.file.folder(), image)
        })
        .collect()
}

/// Whether a stage, or one that it builds upon, says what is run.
fn starts_something(dockerfile: &Dockerfile, stage: &Stage) -> bool {
    ["ENTRYPOINT", "CMD"]
        .iter()
        .any(|keyword| dockerfile.effective(stage, keyword).is_some_and(|found| !found.arguments.is_empty()))
}

fn user<'d>(dockerfile: &'d Dockerfile, stage: &'d Stage) -> User<'d> {
    for own in dockerfile.lineage(stage) {
        let last = own.instructions.iter().enumerate().rev().find(|(_, instruction)| instruction.keyword == "USER");
        let Some((at, instruction)) = last else { continue };
        let Some(argument) = instruction.arguments.first() else { return User::Unknown };
        let name = argument.text.split(':').next().unwrap_or_default();
        let name = match name.strip_prefix('$') {
            Some(variable) => {
                let variable = variable.trim_start_matches('{').trim_end_matches('}');
                match dockerfile.variables_at(own, at).remove(variable) {
                    Some(value) => value,
                    None => return User::Unknown,
                }
            }
            None => name.to_owned(),
        };
        if name.contains('$') {
            return User::Unknown;
        }
        return if matches!(name.as_str(), "root" | "0") {
            if changes_user(dockerfile, stage) {
                User::Unknown
            } else {
                User::Root(Some((instruction.span, &argument.text)))
            }
        } else {
            User::Other
        };
    }
    let base = dockerfile.lineage(stage).last().map(|last| &last.base);
    let root = base.is_some_and(|base| match (&base.kind, &base.resolved) {
        (Base::Scratch, _) => true,
        (Base::Image(image), Some(_)) => runs_as_root(image),
        _ => false,
    });
    if root && !changes_user(dockerfile, stage) { User::Root(None) } else { User::Unknown }
}

fn runs_as_root(image: &ImageRef) -> bool {
    let name = image.repository.strip_prefix("library/").unwrap_or(&image.repository);
    images::is_known_official(image) && ROOT.contains(&name)
}

/// Whether a program that changes the user is called, installed or copied.
fn changes_user(dockerfile: &Dockerfile, stage: &Stage) -> bool {
    let is_changer = |text: &str| {
        let name = text.rsplit('/').next().unwrap_or(text);
        CHANGERS.contains(&name.split(['=', '-']).next().unwrap_or(name)) || CHANGERS.contains(&name)
    };
    dockerfile.lineage(stage).any(|own| {
        own.instructions.iter().enumerate().any(|(at, instruction)| {
            let words = || instruction.arguments.iter().any(|argument| is_changer(&argument.text));
            match instruction.keyword.as_str() {
                "ENTRYPOINT" | "CMD" if instruction.form == Form::Shell => {
                    let script = instruction.run_script().map(|text| shell::parse(&text.text)).unwrap_or_default();
                    script.commands.iter().flat_map(|command| &command.words).any(|word| is_changer(&word.text))
                }
                "ENTRYPOINT" | "CMD" | "COPY" | "ADD" => words(),
                "RUN" => layer(dockerfile, own, at, instruction).is_some_and(|layer| {
                    layer.script.commands.iter().flat_map(|command| &command.words).any(|word| is_changer(&word.text))
                }),
                _ => false,
            }
        })
    })
}
