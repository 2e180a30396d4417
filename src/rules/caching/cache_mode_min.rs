//! The rule `cache-mode-min`.

use crate::evidence::Evidence;
use crate::model::Edit;
use crate::parse::dockerfile::{Dockerfile, Stage};
use crate::rules::support::builds::image_builds;
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// An image build that takes files from another stage writes its cache with `mode=max`. The mode that holds when none
    /// is named, `min`, keeps only the layers of the stage that is the result. Looked at are `cache-to` of
    /// `docker/build-push-action` and `--cache-to` of `docker build` and `docker buildx build`.
    ///
    /// Not judged: a `mode` that is named; Dockerfiles whose result takes nothing from a stage that runs something, and
    /// those that are not in the input; `type=inline`, which has no other mode; caches that an expression makes.
    ///
    /// # Why it matters
    ///
    /// The stages that compile and install are the slow ones, and with `min` none of their layers is in the cache.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-buildx-action@v3
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           context: .
    ///           cache-from: type=gha
    ///           cache-to: type=gha
    /// ```
    ///
    /// ```dockerfile Dockerfile
    /// FROM golang:1.25 AS build
    /// COPY . /src
    /// RUN go build -C /src -o /shop
    /// FROM gcr.io/distroless/static
    /// COPY --from=build /shop /shop
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: pull_request
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-buildx-action@v3
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           context: .
    ///           cache-from: type=gha
    ///           cache-to: type=gha,mode=max
    /// ```
    ///
    /// ```dockerfile Dockerfile
    /// FROM golang:1.25 AS build
    /// COPY . /src
    /// RUN go build -C /src -o /shop
    /// FROM gcr.io/distroless/static
    /// COPY --from=build /shop /shop
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The layers of the other stages are larger than what their build costs. Then say it with `mode=min`.
    pub struct CacheModeMin;
    id: "cache-mode-min",
    family: Caching,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "The stages that compile and install are the slow ones, and with `min` none of their layers is in the cache.";

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let (mut caches, mut open) = (0, 0);
    for at in evidence.steps() {
        for build in image_builds(evidence, at) {
            for cache in build.cache_to.iter().filter(|cache| has_modes(cache.kind())) {
                if cache.field("mode").is_some() {
                    caches += 1;
                    continue;
                }
                let Some(dockerfile) = build.dockerfile.filter(|_| !cache.is_dynamic()) else {
                    open += 1;
                    continue;
                };
                caches += 1;
                let Some(stage) = taken_stage(dockerfile, build.target) else { continue };
                let edits = (cache.can_grow && cache.kind() == "gha").then(|| Edit {
                    file: at.file.path().to_owned(),
                    offset: cache.span.end(),
                    length: 0,
                    text: ",mode=max".to_owned(),
                    safe: true,
                });
                spots.push(Spot {
                    file: at.file,
                    span: cache.span,
                    path: build.path.clone(),
                    message: format!(
                        "{} writes the cache `{}` without `mode=max`, so the layers of stage {stage} are not in it",
                        at.title(),
                        cache.text
                    ),
                    detail: cache.text.clone(),
                    edits: edits.into_iter().collect(),
                });
            }
        }
    }
    sink.subjects(caches);
    sink.fact(format!("{}, {} that leave out stages", count(caches, "cache of image layers"), spots.len()));
    if open > 0 {
        sink.fact(format!("not judged: {} whose Dockerfile or cache is not known", count(open, "cache")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} image builds keep only the layers of their last stage", group.len()),
        |group| {
            let text = group.first().map_or("type=gha", |spot| spot.detail.as_str());
            format!("Keep the layers of all stages:\n\n    {text},mode=max\n")
        },
    );
}

/// Whether a backend can keep the layers of all stages.
fn has_modes(kind: &str) -> bool {
    matches!(kind, "gha" | "registry" | "local" | "s3" | "azblob")
}

/// The stage, not one of those that the result builds upon, that runs something and gives files to the result.
fn taken_stage(dockerfile: &Dockerfile, target: Option<&str>) -> Option<String> {
    let result = match target {
        Some(name) => dockerfile.stage_by_name(name)?,
        None => dockerfile.final_stage()?,
    };
    let own: Vec<&Stage> = dockerfile.lineage(result).collect();
    let instructions = own.iter().flat_map(|stage| &stage.instructions);
    let names = instructions.filter(|i| i.keyword == "COPY").filter_map(|i| i.flag("from")?.value.as_deref());
    let by_name = |name: &str| {
        let by_number = name.parse().ok().and_then(|number: usize| dockerfile.stages.get(number));
        dockerfile.stage_by_name(name).or(by_number).map(|stage| (name.to_owned(), stage))
    };
    let mut others = names.filter_map(by_name).filter(|(_, stage)| !own.iter().any(|own| std::ptr::eq(*own, *stage)));
    others.find(|(_, stage)| runs_something(dockerfile, stage)).map(|(name, _)| format!("`{name}`"))
}

fn runs_something(dockerfile: &Dockerfile, stage: &Stage) -> bool {
    dockerfile.lineage(stage).any(|stage| stage.instructions.iter().any(|i| i.keyword == "RUN"))
}
