//! The rule `cache-scope-collision`.

use crate::evidence::{Evidence, File, paths};
use crate::model::Span;
use crate::parse::workflow::is_dynamic;
use crate::rules::support::builds::{ImageBuild, Setting, image_builds};
use crate::rules::support::words::count;
use crate::rules::{NoParams, Sink, Spot, rule};
use std::collections::BTreeMap;

rule! {
    /// # What it checks
    ///
    /// Image builds of different contexts or Dockerfiles write their GitHub caches (`cache-to: type=gha`) under different
    /// scopes. Without a `scope` it is `buildkit` for all builds of a repository. A build whose context, Dockerfile,
    /// target or platform comes from a matrix has the matrix in its scope.
    ///
    /// Not judged: scopes, contexts and Dockerfiles that other expressions make; bake files, which may set a scope for each
    /// target.
    ///
    /// # Why it matters
    ///
    /// The last build to write a scope replaces what the others wrote, so all but one of them start from nothing in the
    /// next run.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   images:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-buildx-action@v3
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           context: api
    ///           cache-to: type=gha,mode=max
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           context: web
    ///           cache-to: type=gha,mode=max
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   images:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-buildx-action@v3
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           context: api
    ///           cache-from: type=gha,scope=api
    ///           cache-to: type=gha,scope=api,mode=max
    ///       - uses: docker/build-push-action@v6
    ///         with:
    ///           context: web
    ///           cache-from: type=gha,scope=web
    ///           cache-to: type=gha,scope=web,mode=max
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// The builds share nearly all of their layers, or the two never run on one branch.
    pub struct CacheScopeCollision;
    id: "cache-scope-collision",
    family: Caching,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str = "The last build to write a scope replaces what the others wrote, so all but one of them start from nothing in \
                   the next run.";

/// The first build seen under a scope.
struct First<'e> {
    file: &'e File<'e>,
    span: Span,
    source: String,
}

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut firsts: BTreeMap<(&str, String), First<'_>> = BTreeMap::new();
    let (mut caches, mut open) = (0, 0);
    for at in evidence.steps() {
        for build in image_builds(evidence, at) {
            for cache in build.cache_to.iter().filter(|cache| cache.kind() == "gha") {
                // A variable elsewhere in the text may bring a scope.
                if cache.is_dynamic() {
                    open += 1;
                    continue;
                }
                let scope = cache.field("scope").unwrap_or("buildkit").to_owned();
                let spot = |why: String| Spot {
                    file: at.file,
                    span: cache.span,
                    path: build.path.clone(),
                    message: format!("{} writes the cache scope `{scope}` {why}", at.title()),
                    detail: detail(cache, &build),
                    edits: Vec::new(),
                };
                if let Some((what, value)) = by_matrix(&build) {
                    caches += 1;
                    spots.push(spot(format!("as does every leg of the matrix that gives its {what} (`{value}`)")));
                    continue;
                }
                let Some(source) = source(&build) else {
                    open += 1;
                    continue;
                };
                caches += 1;
                match firsts.get(&(at.root(), scope.clone())) {
                    Some(first) if first.source != source => {
                        let place = if std::ptr::eq(first.file, at.file) {
                            String::new()
                        } else {
                            format!(" of {}", first.file.path())
                        };
                        let line = first.file.line(first.span.offset);
                        spots.push(spot(format!(
                            "for `{source}`, as does the build of `{}` in line {line}{place}",
                            first.source
                        )));
                    }
                    Some(_) => {}
                    None => {
                        firsts.insert((at.root(), scope.clone()), First { file: at.file, span: cache.span, source });
                    }
                }
            }
        }
    }
    sink.subjects(caches);
    sink.fact(format!(
        "{} written, {} under the scope of another build",
        count(caches, "GitHub cache of image layers"),
        spots.len()
    ));
    if open > 0 {
        sink.fact(format!("not judged: {} that an expression makes", count(open, "cache")));
    }
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} image builds write a cache scope of another build; the first: {first}", group.len())
        },
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

/// The input that a matrix gives.
fn by_matrix<'e>(build: &ImageBuild<'e>) -> Option<(&'static str, &'e str)> {
    let inputs = [
        ("context", build.context_text),
        ("Dockerfile", build.file_text),
        ("target", build.target),
        ("platform", build.platforms),
    ];
    let of_matrix = |text: &str| {
        text.split("${{").skip(1).any(|after| after.split("}}").next().is_some_and(|e| e.trim().starts_with("matrix.")))
    };
    inputs.into_iter().find_map(|(what, text)| text.filter(|text| of_matrix(text)).map(|text| (what, text)))
}

/// What is built, by the Dockerfile's path; `None` where an expression decides.
fn source(build: &ImageBuild<'_>) -> Option<String> {
    let known = [build.context_text, build.file_text]
        .into_iter()
        .flatten()
        .all(|text| !is_dynamic(text) && !text.contains('$'));
    let context = build.context.clone().filter(|_| known)?;
    let folder = if context.is_empty() { ".".to_owned() } else { context };
    Some(match build.file_text {
        // A Dockerfile that is named as the one that would be found is the same.
        Some(file) if paths::join("", file) != paths::join(&folder, "Dockerfile") => format!("{file} in {folder}"),
        _ => folder,
    })
}

fn detail(cache: &Setting, build: &ImageBuild<'_>) -> String {
    let name = match by_matrix(build) {
        Some((_, value)) => value.to_owned(),
        None => build.context_text.map_or("<image>", |context| context.trim_matches(['.', '/'])).to_owned(),
    };
    let name = if name.is_empty() { "<image>" } else { &name };
    let mode = cache.field("mode").map_or(String::new(), |mode| format!(",mode={mode}"));
    format!(
        "Give each image a scope of its own:\n\n    cache-from: type=gha,scope={name}\n    cache-to: type=gha,scope={name}{mode}\n"
    )
}
