//! Which commands install packages, and what they need for it.

use crate::parse::shell::{Word, peel};

/// A command that installs packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// The package manager: `npm`, `pip`, `apt`, …
    pub manager: &'static str,
    /// What decides which packages.
    pub from: Wanted,
    /// The command in messages ("npm ci").
    pub label: String,
}

/// What decides which packages are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A lock file of the project.
    Lock,
    /// A manifest of the project, with or without a lock file.
    Manifest,
    /// The project's sources, which the command also builds.
    Source,
    /// Names on the command line.
    Names,
}

/// Packages of the system and not of the project.
pub fn is_system(manager: &str) -> bool {
    matches!(manager, "apt" | "apk" | "dnf")
}

/// What words install; `None` where they install nothing that is known. `words` begin with the program; wrappers are
/// peeled off.
pub fn install(words: &[Word]) -> Option<Install> {
    let (program, args) = peel(words).split_first()?;
    if program.dynamic {
        return None;
    }
    let name = program.text.rsplit('/').next().unwrap_or_default();
    let args: Vec<&str> = args.iter().map(|word| word.text.as_str()).collect();
    if args.iter().any(|arg| matches!(*arg, "--help" | "--version" | "-v" | "--dry-run" | "-version")) {
        return None;
    }
    let (manager, from) = installed(name, &args)?;
    let verb = args.iter().find(|arg| !arg.starts_with('-')).map_or(String::new(), |verb| format!(" {verb}"));
    let label = match from {
        Wanted::Names => format!("{name}{verb}"),
        _ => [name].into_iter().chain(args.iter().copied()).take(4).collect::<Vec<_>>().join(" "),
    };
    Some(Install { manager, from, label })
}

fn installed(name: &str, args: &[&str]) -> Option<(&'static str, Wanted)> {
    let mut operands = args.iter().copied().filter(|arg| !arg.starts_with('-'));
    let verb = operands.next();
    let named = operands.next().is_some() || args.iter().any(|arg| matches!(*arg, "-g" | "--global"));
    let unless_named = |from| if named { Wanted::Names } else { from };
    // Without a verb these two install.
    let alone = matches!(name, "yarn" | "bundle").then_some("install");
    match (name, verb.or(alone)?) {
        ("npm", "ci" | "clean-install") => Some(("npm", Wanted::Lock)),
        ("npm", "install" | "i" | "add") => Some(("npm", unless_named(Wanted::Manifest))),
        ("yarn", "install") => Some(("yarn", Wanted::Lock)),
        ("yarn", "add" | "global") => Some(("yarn", Wanted::Names)),
        ("pnpm", "install" | "i") => Some(("pnpm", unless_named(Wanted::Lock))),
        ("pnpm", "add") => Some(("pnpm", Wanted::Names)),
        ("bun", "install" | "i") => Some(("bun", unless_named(Wanted::Lock))),
        ("pip" | "pip3", "install") => Some(("pip", pip(args))),
        ("python" | "python3", "pip") if args.contains(&"-m") && named => {
            installed("pip", args.get(args.iter().position(|arg| *arg == "pip")? + 1..)?)
        }
        ("poetry", "install") => Some(("poetry", Wanted::Lock)),
        ("pipenv", "install" | "sync") => Some(("pipenv", unless_named(Wanted::Lock))),
        ("uv", "sync") => Some(("uv", Wanted::Lock)),
        ("uv", "pip") if args.contains(&"install") => Some(("uv", pip(args))),
        ("bundle" | "bundler", "install") => Some(("bundler", Wanted::Lock)),
        ("gem", "install") => Some(("gem", Wanted::Names)),
        ("composer" | "composer.phar", "install") => Some(("composer", Wanted::Lock)),
        ("go", "mod") if args.contains(&"download") => Some(("go", Wanted::Lock)),
        ("go", "install" | "run") if args.iter().any(|arg| arg.contains('@')) => Some(("go", Wanted::Names)),
        ("go", "build" | "test" | "vet" | "run" | "install") => Some(("go", Wanted::Source)),
        ("mvn" | "mvnw" | "mvnd", goal) => {
            let resolves = goal.starts_with("dependency:");
            Some(("maven", if resolves { Wanted::Manifest } else { Wanted::Source }))
        }
        ("gradle" | "gradlew", _) => Some(("gradle", Wanted::Source)),
        ("cargo", "fetch") => Some(("cargo", Wanted::Lock)),
        ("cargo", "build" | "test") => Some(("cargo", Wanted::Source)),
        ("dotnet", "restore") => Some(("nuget", Wanted::Manifest)),
        ("dotnet", "build" | "test" | "publish") => Some(("nuget", Wanted::Source)),
        ("apt-get" | "apt", _) if args.contains(&"install") => Some(("apt", Wanted::Names)),
        ("apk", _) if args.contains(&"add") => Some(("apk", Wanted::Names)),
        ("dnf" | "yum" | "microdnf", _) if args.contains(&"install") => Some(("dnf", Wanted::Names)),
        _ => None,
    }
}

fn pip(args: &[&str]) -> Wanted {
    // `-r FILE` may be written in one word.
    if args.iter().any(|arg| arg.starts_with("-r") || arg.starts_with("--requirement")) {
        return Wanted::Manifest;
    }
    let local = |arg: &&str| *arg == "." || arg.starts_with("./") || arg.starts_with(".[");
    if args.iter().any(local) { Wanted::Source } else { Wanted::Names }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, install};
    use crate::parse::shell;

    #[test]
    fn installs_are_known_by_manager_and_by_what_they_read() {
        for (script, expected) in [
            ("npm ci", Some(("npm", Wanted::Lock))),
            ("npm --prefix web ci", None),
            ("npm install", Some(("npm", Wanted::Manifest))),
            ("npm i -g serve", Some(("npm", Wanted::Names))),
            ("yarn install --frozen-lockfile", Some(("yarn", Wanted::Lock))),
            ("yarn --immutable", Some(("yarn", Wanted::Lock))),
            ("pnpm i", Some(("pnpm", Wanted::Lock))),
            ("sudo pip3 install -r requirements.txt", Some(("pip", Wanted::Manifest))),
            ("python -m pip install --upgrade pip", Some(("pip", Wanted::Names))),
            ("python3 -m pip install -rdev.txt", Some(("pip", Wanted::Manifest))),
            ("pip install -e .[dev]", Some(("pip", Wanted::Source))),
            ("uv pip install -r requirements.txt", Some(("uv", Wanted::Manifest))),
            ("./mvnw -B verify", Some(("maven", Wanted::Source))),
            ("mvn --version", None),
            ("go mod download", Some(("go", Wanted::Lock))),
            ("go mod tidy", None),
            ("go install honnef.co/go/tools/cmd/staticcheck@latest", Some(("go", Wanted::Names))),
            ("apt-get -y install curl", Some(("apt", Wanted::Names))),
            ("apt-get update", None),
            ("apk add --no-cache curl", Some(("apk", Wanted::Names))),
            ("echo npm ci", None),
            ("docker run node npm ci", None),
        ] {
            let parsed = shell::parse(script);
            let found = parsed.commands.first().and_then(|command| install(&command.words));
            assert_eq!(found.map(|found| (found.manager, found.from)), expected, "{script}");
        }
    }
}
