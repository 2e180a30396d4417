//! The rule `unpinned-packages`.

use super::layers::layer;
use crate::evidence::Evidence;
use crate::parse::shell::Word;
use crate::rules::support::installs::{Wanted, install};
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// A Dockerfile says itself what it installs: `apt-get install` takes no more than the packages that are named
    /// (`--no-install-recommends`), and packages of `pip`, `npm install -g` and `gem` have a version.
    ///
    /// Not judged: packages that a variable names, files and addresses; `pip`, `setuptools` and `wheel`, which are
    /// brought up to date before an installation; an `apt-get` that is set up by a file in `/etc/apt/apt.conf.d`.
    ///
    /// # Why it matters
    ///
    /// What else comes along, or comes newer, changes from build to build: images grow, and one that was built yesterday
    /// cannot be built again today.
    ///
    /// # Example
    ///
    /// ```dockerfile Dockerfile
    /// FROM python:3.13
    /// RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
    /// RUN pip install gunicorn
    /// ```
    ///
    /// # Instead
    ///
    /// ```dockerfile Dockerfile
    /// FROM python:3.13
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
    /// RUN pip install gunicorn==23.0.0
    /// ```
    ///
    /// # Options
    ///
    /// - `managers`: which are judged (default `apt`, `pip`, `npm`, `gem`).
    ///
    /// # When to waive
    ///
    /// The image is there to try the newest packages.
    pub struct UnpinnedPackages;
    id: "unpinned-packages",
    family: Image,
    level: Info,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    managers: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self { managers: ["apt", "pip", "npm", "gem"].map(str::to_owned).into() }
    }
}

const WHY: &str = "What else comes along, or comes newer, changes from build to build, so an image that was built yesterday \
                   cannot be built again today.";

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut installs = 0;
    for dockerfile in &evidence.dockerfiles {
        for stage in &dockerfile.stages {
            for (at, instruction) in stage.instructions.iter().enumerate() {
                let Some(layer) = layer(dockerfile, stage, at, instruction) else { continue };
                for command in &layer.script.commands {
                    let found = install(&command.words).filter(|found| found.from == Wanted::Names);
                    let Some(found) = found.filter(|found| params.managers.iter().any(|m| m == found.manager)) else {
                        continue;
                    };
                    let flaw = if found.manager == "apt" {
                        let configured = layer
                            .script
                            .commands
                            .iter()
                            .any(|c| c.redirects.iter().any(|r| r.target.text.starts_with("/etc/apt/apt.conf.d")));
                        (!configured && takes_recommended(command.args())).then(|| {
                            (
                                format!("`{}` also installs what the packages recommend", found.label),
                                format!("{} --no-install-recommends …", found.label),
                            )
                        })
                    } else {
                        unpinned(found.manager, command.args()).map(|package| {
                            let version = if found.manager == "pip" { "==1.2.3" } else { "@1.2.3" };
                            let version = if found.manager == "gem" { " -v 1.2.3" } else { version };
                            (
                                format!("`{}` takes whatever version of `{package}` is the newest", found.label),
                                format!("{} {package}{version}", found.label),
                            )
                        })
                    };
                    installs += 1;
                    let Some((message, fix)) = flaw else { continue };
                    spots.push(Spot {
                        file: dockerfile.file,
                        span: layer.span(command.span),
                        path: String::new(),
                        message,
                        detail: format!("Say what is installed, and no more:\n\n    {fix}\n"),
                        edits: Vec::new(),
                    });
                }
            }
        }
    }
    sink.subjects(installs);
    sink.fact(format!("{}, {} left open", count(installs, "installation of packages"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} installations do not say what they install; the first: {first}", group.len())
        },
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

fn takes_recommended(args: &[Word]) -> bool {
    let refused = |text: &str| {
        text == "--no-install-recommends" || text.to_ascii_lowercase().contains("apt::install-recommends=")
    };
    // Options may come from a variable, and a file that is at hand is what it is.
    !args.iter().any(|word| refused(&word.text) || (word.dynamic && !word.quoted) || word.text.contains('/'))
}

/// The first package without a version.
fn unpinned<'w>(manager: &str, args: &'w [Word]) -> Option<&'w str> {
    let values: &[&str] = match manager {
        "pip" => &[
            "-i",
            "--index-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "-t",
            "--target",
            "-c",
            "--constraint",
            "--root",
            "--prefix",
            "--src",
            "--timeout",
            "--retries",
            "--trusted-host",
            "--cache-dir",
            "--platform",
            "--python-version",
            "--no-binary",
            "--only-binary",
            "--root-user-action",
            "--progress-bar",
            "--proxy",
        ],
        "gem" => &["-v", "--version", "-i", "--install-dir", "-n", "--bindir", "-s", "--source", "-P"],
        _ => &["--prefix", "--registry", "-C", "--loglevel", "--cache"],
    };
    if args.iter().any(|word| word.dynamic && !word.quoted && word.text.starts_with('$')) {
        return None;
    }
    // A constraint names the versions, and so does one option for all of them.
    let bound = |word: &Word| {
        let name = word.text.split('=').next().unwrap_or_default();
        (manager == "pip" && matches!(name, "-c" | "--constraint" | "--no-index" | "--require-hashes"))
            || (manager == "gem" && matches!(name, "-v" | "--version"))
    };
    if args.iter().any(bound) {
        return None;
    }
    let verb = args.iter().position(|word| matches!(word.text.as_str(), "install" | "i" | "add"))?;
    let mut rest = args.get(verb + 1..)?.iter();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if text.starts_with('-') {
            if values.contains(&text) {
                rest.next();
            }
            continue;
        }
        let free = match manager {
            "pip" => {
                let tool = matches!(text, "pip" | "setuptools" | "wheel");
                !tool && !text.contains(['=', '<', '>', '~', '/', '@', '!']) && !is_archive(text)
            }
            "gem" => !text.contains([':', '/']) && !is_archive(text),
            // `@scope/name@1.2.3`; a folder, an address or a file is what it is.
            _ => {
                let name = text.strip_prefix('@').unwrap_or(text);
                let scoped = text.starts_with('@');
                let tag = name.split_once('@').map(|(_, tag)| tag);
                tag.is_none_or(|tag| tag == "latest")
                    && (scoped || !name.contains('/'))
                    && !name.contains(':')
                    && name != "."
            }
        };
        if free && !word.dynamic {
            return Some(text);
        }
    }
    None
}

fn is_archive(text: &str) -> bool {
    [".whl", ".gz", ".zip", ".gem", ".txt"].iter().any(|ending| text.ends_with(ending)) || text.starts_with('.')
}
