//! Which steps give something to others: packages, images, releases.

use super::builds::image_builds;
use crate::evidence::{Evidence, StepRef};
use crate::parse::shell::Command;
use crate::parse::workflow::Uses;

const ACTIONS: [&str; 14] = [
    "actions/create-release",
    "actions/upload-release-asset",
    "cycjimmy/semantic-release-action",
    "goreleaser/goreleaser-action",
    "gradle/publish-plugin",
    "js-devtools/npm-publish",
    "marvinpinto/action-automatic-releases",
    "ncipollo/release-action",
    "pypa/gh-action-pypi-publish",
    "rubygems/release-gem",
    "softprops/action-gh-release",
    "svenstaro/upload-release-action",
    "helm/chart-releaser-action",
    "katyo/publish-crates",
];

/// What a step publishes with ("`npm publish`", "`pypa/gh-action-pypi-publish`"); `None` where it publishes nothing that
/// is known. An image build whose `push` is an expression is taken for none.
pub fn publishes<'e>(evidence: &'e Evidence<'e>, at: StepRef<'e>) -> Option<String> {
    if let Some(action) = at.step.uses.as_ref().and_then(Uses::action).filter(|a| ACTIONS.contains(&a.as_str())) {
        return Some(format!("`{action}`"));
    }
    let of_script = || at.step.run.as_ref()?.script.commands.iter().find_map(publishing);
    of_script().or_else(|| {
        let build = image_builds(evidence, at).into_iter().find(|build| build.pushes == Some(true))?;
        Some(format!("a push by `{}`", build.tool))
    })
}

fn publishing(command: &Command) -> Option<String> {
    let name = command.name()?;
    let args: Vec<&str> = command.args().iter().map(|word| word.text.as_str()).collect();
    if args.iter().any(|arg| matches!(*arg, "--dry-run" | "--help")) {
        return None;
    }
    let mut operands = args.iter().copied().filter(|arg| !arg.starts_with('-'));
    let first = operands.next().unwrap_or_default();
    let second = operands.next().unwrap_or_default();
    let found = match name {
        "npm" | "pnpm" | "cargo" | "poetry" | "uv" | "flit" | "hatch" | "vsce" | "ovsx" => first == "publish",
        "yarn" => first == "publish" || (first, second) == ("npm", "publish"),
        "twine" => first == "upload",
        "python" | "python3" => args.starts_with(&["-m", "twine", "upload"]),
        "gem" | "docker" | "podman" | "helm" => first == "push",
        "gh" => first == "release" && matches!(second, "create" | "upload"),
        "goreleaser" => first == "release" && !args.contains(&"--snapshot"),
        "mvn" | "mvnw" => args.contains(&"deploy"),
        "gradle" | "gradlew" => args.iter().any(|arg| arg.starts_with("publish") && !arg.ends_with("MavenLocal")),
        "dotnet" => (first, second) == ("nuget", "push"),
        "semantic-release" => true,
        _ => false,
    };
    let two = matches!(name, "gh" | "dotnet") || (name, first) == ("yarn", "npm");
    found.then(|| if two { format!("`{name} {first} {second}`") } else { format!("`{name} {first}`") })
}
