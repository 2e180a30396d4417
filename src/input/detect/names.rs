//! What a path alone tells.

use super::config::ConfigFormat;
use crate::model::FileKind;

/// What a path tells for sure or, failing that, what its name would be for. For files whose content could not be had.
pub fn by_name(path: &str) -> FileKind {
    let name = Name::new(path);
    if let Some(kind) = name.certain() {
        return kind;
    }
    if let Some(format) = ConfigFormat::of(path) {
        return format.kind();
    }
    if name.is_dockerfile() {
        return FileKind::Dockerfile;
    }
    if name.is_compose() {
        return FileKind::Compose;
    }
    if name.is_workflow_copy() && name.in_workflows() {
        return FileKind::WorkflowBackup;
    }
    if name.is_action() {
        return FileKind::Action;
    }
    if name.has_extension(&["zip"]) {
        return FileKind::Archive;
    }
    name.report().map_or(FileKind::Other, |(kind, _)| kind)
}

/// What the names of JSON files that may be read contain.
const JSON_WORDS: [&str; 15] = [
    "cov",
    "lcov",
    "istanbul",
    "resultset",
    "result",
    "report",
    "ctrf",
    "test",
    "sarif",
    "job",
    "run",
    "timing",
    "metadata",
    "build",
    "progress",
];

/// Whether any format may have such a name, so that a walker need not load images, sources and lock files. An economy,
/// not a verdict: a file that is given with its content is looked at whatever its name is.
pub fn wanted(path: &str) -> bool {
    let name = Name::new(path);
    if name.file == "pnpm-lock.yaml" {
        return false;
    }
    if ConfigFormat::of(path).is_some() {
        return true;
    }
    if name.is_yaml() || name.is_workflow_copy() || name.is_dockerfile() || name.dockerfile_with_extension().is_some() {
        return true;
    }
    if name.is_diff() || name.file == ".env" || name.is_bake() || name.is_dockerignore() {
        return true;
    }
    if name.has_extension(&["xml", "trx", "hcl", "md", "markdown", "zip", "info", "lcov", "sarif", "workflow", "tap"]) {
        return true;
    }
    // Formats that share an extension with everything else are wanted by the words that their producers use.
    let words: &[&str] = if name.has_extension(&["json", "jsonl", "ndjson"]) {
        &JSON_WORDS
    } else if name.has_extension(&["txt", "out", "dat", "csv", "cov", "profile"]) {
        &["cov", "jacoco"]
    } else {
        return false;
    };
    words.iter().any(|word| name.lower.contains(word))
}

/// A path taken apart. `__` counts as a separator too: people who collect files from several places flatten their
/// paths that way.
#[derive(Debug)]
pub(super) struct Name<'a> {
    folders: Vec<&'a str>,
    /// The last part.
    pub(super) file: &'a str,
    /// The last part in ASCII lower case.
    lower: String,
    /// Whether the last part of the path was itself a flattened path.
    flattened: bool,
}

/// What may follow a YAML extension in the name of a kept copy.
const COPY_WORDS: [&str; 6] = ["backup", "bak", "orig", "old", "save", "disabled"];

/// Endings that make `Dockerfile.x` a text about a Dockerfile or a program.
const NOT_DOCKERFILE: [&str; 10] =
    ["md", "markdown", "txt", "rst", "html", "dockerignore", "json", "xml", "yml", "yaml"];
/// Endings that may be a variant's name (`Dockerfile.go`) or a program's; the content decides.
const PERHAPS_DOCKERFILE: [&str; 14] =
    ["go", "py", "rs", "js", "ts", "rb", "java", "kt", "php", "c", "cpp", "sh", "snap", "golden"];
/// Endings of templates, which are Dockerfiles only after something filled them in.
const TEMPLATE: [&str; 7] = ["template", "tmpl", "tpl", "j2", "jinja", "erb", "in"];

impl<'a> Name<'a> {
    pub(super) fn new(path: &'a str) -> Self {
        let mut folders: Vec<&str> =
            path.split('/').flat_map(|part| part.split("__")).filter(|part| !part.is_empty()).collect();
        let file = folders.pop().unwrap_or_default();
        let flattened = path.rsplit('/').next().is_some_and(|last| last.contains("__"));
        Self { folders, file, lower: file.to_ascii_lowercase(), flattened }
    }

    /// The kind that only such a path has.
    pub(super) fn certain(&self) -> Option<FileKind> {
        if self.is_yaml() && self.folders.ends_with(&[".github", "workflows"]) {
            return Some(FileKind::Workflow);
        }
        if matches!(self.file, "tollgate.yml" | "tollgate.yaml") {
            return Some(FileKind::Policy);
        }
        if self.is_action() && self.in_actions() {
            return Some(FileKind::Action);
        }
        if self.has_extension(&["md", "markdown"]) {
            return Some(FileKind::Markdown);
        }
        if self.is_bake() {
            return Some(FileKind::Bake);
        }
        if self.is_dockerignore() {
            return Some(FileKind::Dockerignore);
        }
        if self.file == ".env" {
            return Some(FileKind::EnvFile);
        }
        None
    }

    /// `.dockerignore`, `.containerignore`, `Dockerfile.dockerignore`, `api.Dockerfile.dockerignore`.
    fn is_dockerignore(&self) -> bool {
        [".dockerignore", ".containerignore"].iter().any(|end| {
            let before = self.lower.strip_suffix(end);
            before.is_some_and(|stem| stem.is_empty() || stem.contains("dockerfile") || stem.contains("containerfile"))
        })
    }

    /// `docker-bake.hcl`, `docker-bake.override.json`.
    fn is_bake(&self) -> bool {
        self.lower.starts_with("docker-bake") && self.has_extension(&["hcl", "json"])
    }

    pub(super) fn has_extension(&self, extensions: &[&str]) -> bool {
        self.extension().is_some_and(|extension| extensions.contains(&extension))
    }

    fn extension(&self) -> Option<&str> {
        self.lower.rsplit_once('.').map(|(_, extension)| extension)
    }

    pub(super) fn is_yaml(&self) -> bool {
        self.has_extension(&["yml", "yaml"])
    }

    pub(super) fn is_action(&self) -> bool {
        matches!(self.file, "action.yml" | "action.yaml")
    }

    /// Whether the file lies anywhere below `.github/actions`.
    pub(super) fn in_actions(&self) -> bool {
        self.folders.windows(2).any(|pair| pair == [".github", "actions"])
    }

    /// Whether the file lies in `.github` itself, or has no folder at all.
    pub(super) fn in_github(&self) -> bool {
        self.folders.is_empty() || self.folders.ends_with(&[".github"])
    }

    /// `pr.diff` or `change.patch` at the root of what was given: the change under judgement. Repositories keep patches of
    /// other code in folders.
    pub(super) fn is_diff(&self) -> bool {
        self.has_extension(&["diff", "patch"])
            && self.folders.iter().all(|folder| Name::new(folder).has_extension(&["zip"]))
    }

    /// `.resultset.json`, which `SimpleCov` alone writes.
    pub(super) fn is_simplecov(&self) -> bool {
        self.lower.starts_with(".resultset")
    }

    /// Whether the file lies anywhere below `.github/workflows`.
    pub(super) fn in_workflows(&self) -> bool {
        self.folders.windows(2).any(|pair| pair == [".github", "workflows"])
    }

    /// `ci.yml.backup`, `ci.yaml.bak.2`, `ci.yml~`: a kept copy of some YAML file.
    pub(super) fn is_workflow_copy(&self) -> bool {
        [".yml", ".yaml"].iter().any(|extension| {
            let Some((_, after)) = self.lower.rsplit_once(extension) else { return false };
            after == "~"
                || after
                    .strip_prefix(['.', '_', '-'])
                    .is_some_and(|rest| COPY_WORDS.iter().any(|word| rest.starts_with(word)))
        })
    }

    /// Whether a folder below `.github` keeps copies: `.github/backup_flows`, `.github/workflows.bak`.
    pub(super) fn in_backup_folder(&self) -> bool {
        let github = self.folders.iter().position(|folder| *folder == ".github");
        // A flattened path may have lost its `.github`.
        let Some(from) = github.map(|at| at + 1).or(self.flattened.then_some(0)) else { return false };
        self.folders.iter().skip(from).map(|folder| folder.to_ascii_lowercase()).any(|folder| {
            let marked = |word| folder.strip_suffix(word).is_some_and(|rest| rest.ends_with(['.', '_', '-']));
            folder.starts_with("backup") || COPY_WORDS.iter().any(marked)
        })
    }

    /// `compose*.yml`, `docker-compose*.yaml`, `*.compose.yml`.
    pub(super) fn is_compose(&self) -> bool {
        if !self.is_yaml() {
            return false;
        }
        let stem = self.lower.rsplit_once('.').map_or("", |(stem, _)| stem);
        let variant = |rest: &str| rest.is_empty() || rest.starts_with(['.', '-', '_', '@']);
        ["docker-compose", "docker_compose", "compose", "podman-compose"]
            .iter()
            .any(|base| stem.strip_prefix(base).is_some_and(variant))
            || [".compose", ".docker-compose"].iter().any(|end| stem.ends_with(end))
    }

    /// Values of a Helm chart, which may well have services with images.
    pub(super) fn is_helm(&self) -> bool {
        self.lower.starts_with("values") || self.lower.starts_with("chart.")
    }

    /// `Dockerfile`, `Dockerfile.dev`, `api.Dockerfile`, `Containerfile`, `DockerfileRelease`.
    pub(super) fn is_dockerfile(&self) -> bool {
        self.is_named_like_dockerfile()
            && !self.has_extension(&NOT_DOCKERFILE)
            && !self.is_copy()
            && self.dockerfile_with_extension().is_none()
    }

    /// `Dockerfile.go`, `Dockerfile.j2`: named after a Dockerfile, but perhaps none. Whether it is a template.
    pub(super) fn dockerfile_with_extension(&self) -> Option<bool> {
        if !self.is_named_like_dockerfile() || self.lower.ends_with("file") {
            return None;
        }
        if self.has_extension(&TEMPLATE) {
            return Some(true);
        }
        self.has_extension(&PERHAPS_DOCKERFILE).then_some(false)
    }

    fn is_named_like_dockerfile(&self) -> bool {
        ["dockerfile", "containerfile"].iter().any(|base| {
            let Some(rest) = self.lower.strip_prefix(base) else {
                return self.lower.strip_suffix(base).is_some_and(|rest| rest.ends_with('.'));
            };
            let original = self.file.get(base.len()..).unwrap_or_default();
            rest.is_empty()
                || rest.starts_with(['.', '-', '_', '@'])
                || (self.file.starts_with(['D', 'C']) && original.starts_with(|c: char| c.is_ascii_uppercase()))
        })
    }

    fn is_copy(&self) -> bool {
        self.has_extension(&COPY_WORDS) || self.lower.ends_with('~')
    }

    /// The report that the name speaks of, and whether it speaks of nothing else.
    pub(super) fn report(&self) -> Option<(FileKind, bool)> {
        const XML: [(&str, FileKind); 4] = [
            ("jacoco", FileKind::Jacoco),
            ("clover", FileKind::Clover),
            ("opencover", FileKind::OpenCover),
            ("dotcover", FileKind::DotCover),
        ];
        const OTHER: [(&str, &[&str], FileKind); 6] = [
            ("coverage-final", &["json"], FileKind::Istanbul),
            ("coverage-summary", &["json"], FileKind::IstanbulSummary),
            (".resultset", &["json"], FileKind::SimpleCov),
            ("cover", &["out"], FileKind::GoCover),
            ("jacoco", &["csv"], FileKind::JacocoCsv),
            ("jobs", &["json"], FileKind::GithubRun),
        ];
        let stem = self.lower.rsplit_once('.').map_or(self.lower.as_str(), |(stem, _)| stem);
        let results = match self.lower.as_str() {
            "testng-results.xml" => Some(FileKind::Testng),
            "testresult.xml" => Some(FileKind::Nunit),
            _ if self.has_extension(&["trx"]) => Some(FileKind::Trx),
            _ if self.has_extension(&["sarif"]) || self.lower.ends_with(".sarif.json") => Some(FileKind::Sarif),
            _ if self.has_extension(&["json"]) && stem.contains("ctrf") => Some(FileKind::Ctrf),
            _ => None,
        };
        if let Some(kind) = results {
            return Some((kind, true));
        }
        if self.has_extension(&["xml"]) {
            if let Some((_, kind)) = XML.iter().find(|(word, _)| stem.contains(word)) {
                return Some((*kind, true));
            }
            let certain = stem == "coverage" || ["junit", "cobertura"].iter().any(|word| stem.starts_with(word));
            return if stem.contains("coverage") || stem.contains("cobertura") {
                Some((FileKind::Cobertura, certain))
            } else if stem.contains("junit") || stem.contains("results") || self.file.starts_with("TEST-") {
                Some((FileKind::Junit, certain || self.file.starts_with("TEST-")))
            } else {
                None
            };
        }
        let lcov = self.has_extension(&["lcov"]) || (self.has_extension(&["info"]) && stem.contains("lcov"));
        if lcov {
            return Some((FileKind::Lcov, true));
        }
        let other = OTHER.iter().find(|(word, ends, _)| self.has_extension(ends) && stem.starts_with(word));
        other.map(|(.., kind)| (*kind, true))
    }
}
