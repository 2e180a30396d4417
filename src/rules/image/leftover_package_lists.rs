//! The rule `leftover-package-lists`.

use super::layers::{Layer, layer};
use crate::evidence::Evidence;
use crate::parse::dockerfile::{Base, Dockerfile, Stage};
use crate::parse::shell::Command;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A `RUN` that fetches the lists of packages (`apt-get update`, `apk update`) removes them in the same instruction:
    /// `rm -rf /var/lib/apt/lists/*`, `apk add --no-cache`. What a later instruction removes stays in the image.
    ///
    /// Not judged: folders that `--mount=type=cache` or `type=tmpfs` keeps out of the image; stages of which only
    /// files are taken; scripts that clean up in a file of their own.
    ///
    /// # Why it matters
    ///
    /// The lists are tens of megabytes that every pull of the image transfers and nothing reads again.
    ///
    /// # Example
    ///
    /// ```dockerfile Dockerfile
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl
    /// ```
    ///
    /// # Instead
    ///
    /// ```dockerfile Dockerfile
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y --no-install-recommends curl \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// Packages are installed while the image runs, as in one for development.
    pub struct LeftoverPackageLists;
    id: "leftover-package-lists",
    family: Image,
    level: Info,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The lists are tens of megabytes that every pull of the image transfers and nothing reads again.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut updates = 0;
    for dockerfile in &evidence.dockerfiles {
        let Some(result) = dockerfile.final_stage() else { continue };
        // Instructions of stages that only files are taken from are in no image.
        for stage in dockerfile.lineage(result) {
            for (at, instruction) in stage.instructions.iter().enumerate() {
                let Some(layer) = layer(dockerfile, stage, at, instruction) else { continue };
                let Some((command, folder, fix)) = fetches(&layer, dockerfile, stage) else { continue };
                updates += 1;
                if is_removed(&layer, folder) {
                    continue;
                }
                spots.push(Spot {
                    file: dockerfile.file,
                    span: layer.span(command.span),
                    path: String::new(),
                    message: format!("the lists of packages that this fetches stay in the layer (`{folder}`)"),
                    detail: fix.to_owned(),
                    edits: Vec::new(),
                });
            }
        }
    }
    sink.subjects(updates);
    sink.fact(format!("{}, {} left behind", count(updates, "download of package lists"), spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} layers keep the lists of packages", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

/// The command that fetches lists, the folder that they lie in, and what to write.
fn fetches<'l>(
    layer: &'l Layer<'_>,
    dockerfile: &Dockerfile,
    stage: &Stage,
) -> Option<(&'l Command, &'static str, &'static str)> {
    layer.script.commands.iter().find_map(|command| {
        let has = |word: &str| command.args().iter().any(|arg| arg.text == word);
        match command.name()? {
            "apt-get" | "apt" if has("update") => Some((
                command,
                "/var/lib/apt/lists",
                "Remove them in the same instruction:\n\n    && rm -rf /var/lib/apt/lists/*\n",
            )),
            "apk" if has("update") || has("--update") || has("-U") => {
                (!has("--no-cache") && is_alpine(dockerfile, stage)).then_some((
                    command,
                    "/var/cache/apk",
                    "Let `apk` keep none, without an update before it:\n\n    apk add --no-cache …\n",
                ))
            }
            _ => None,
        }
    })
}

/// Other systems have an `apk` of their own.
fn is_alpine(dockerfile: &Dockerfile, stage: &Stage) -> bool {
    let first = dockerfile.lineage(stage).last();
    first.is_some_and(|first| matches!(&first.base.kind, Base::Image(image) if image.family() != "wolfi-base"))
}

fn is_removed(layer: &Layer<'_>, folder: &str) -> bool {
    let parent = folder.rsplit_once('/').map_or(folder, |(parent, _)| parent);
    let covers = |path: &str| {
        let path = path.trim_end_matches(['*', '/']);
        path == folder || path == parent || (path.len() > 4 && folder.starts_with(path)) || path.starts_with(folder)
    };
    let mounted = layer.run.flags.iter().filter(|flag| flag.name == "mount").any(|flag| {
        let fields: Vec<&str> = flag.value.as_deref().unwrap_or_default().split(',').collect();
        let kept_out = fields.iter().any(|field| matches!(*field, "type=cache" | "type=tmpfs"));
        let target = fields.iter().find_map(|field| {
            let (name, value) = field.split_once('=')?;
            matches!(name, "target" | "dst" | "destination").then_some(value)
        });
        kept_out && target.is_some_and(covers)
    });
    mounted
        || layer.script.commands.iter().any(|command| {
            let mut args = command.args().iter();
            match command.name() {
                Some("rm" | "find") => args.any(|word| covers(&word.text)),
                // `apt-get dist-clean` removes the lists, `apt-get clean` does not.
                Some("apt-get" | "apt") => args.any(|word| word.text == "dist-clean" || word.text == "distclean"),
                Some("apk") => {
                    args.any(|word| word.text == "cache")
                        || folder.contains("apk") && command.args().iter().any(|word| word.text == "clean")
                }
                _ => false,
            }
        })
}
