//! Which commands run tests.

use crate::parse::shell::{Word, peel};

/// What a test command is called in messages ("pytest", "npm test"), or `None` where the words run no tests.
///
/// `words` begin with the program; wrappers are peeled off. A command that only lists, compiles or describes tests
/// (`pytest --version`, `cargo test --no-run`) runs none.
pub fn test_command(words: &[Word]) -> Option<String> {
    let words = peel(words);
    let (program, args) = words.split_first()?;
    if program.dynamic {
        return None;
    }
    let name = program.text.rsplit('/').next().unwrap_or_default();
    let args: Vec<&str> = args.iter().map(|w| w.text.as_str()).collect();
    if runs_nothing(&args) {
        return None;
    }
    runner(name, &args)
}

/// Flags under which a test program runs no test.
fn runs_nothing(args: &[&str]) -> bool {
    let flags = [
        "--version",
        "--help",
        "-h",
        "-V",
        "--collect-only",
        "--co",
        "--no-run",
        "--list",
        "--listTests",
        "--dry-run",
        "--list-tests",
        "-skipTests",
        "-DskipTests",
        "-DskipTests=true",
        "-Dmaven.test.skip=true",
        "-Dmaven.test.skip",
        "--fixtures",
        "--markers",
        "--showconfig",
        "--benchmark-only",
    ];
    args.iter().any(|arg| flags.contains(arg))
}

fn runner(name: &str, args: &[&str]) -> Option<String> {
    let said = |text: &str| Some(text.to_owned());
    let first = operand(args);
    match name {
        "pytest" | "py.test" | "gotestsum" | "jest" | "vitest" | "mocha" | "rspec" | "phpunit" | "pest" | "ctest"
        | "ava" | "jasmine" | "karma" | "behave" | "nose2" | "nosetests" | "trial" | "bats" | "shellspec"
        | "minitest" | "paratest" | "codecept" | "behat" | "ginkgo" | "wtr" => said(name),
        "tox" | "nox" => (!args.iter().any(|a| is_lint_environment(a))).then(|| name.to_owned()),
        "python" | "python3" | "coverage" | "coverage3" => python(name, args),
        name if name.starts_with("python3.") => python(name, args),
        "go" if first == Some("test") => go_test(args),
        "cargo" => cargo(args),
        "cross" if first == Some("test") => said("cross test"),
        "npm" | "yarn" | "pnpm" | "bun" => node_manager(name, args),
        "npx" | "bunx" => from_package(name, args),
        "node" => args.contains(&"--test").then(|| "node --test".to_owned()),
        "deno" if first == Some("test") => said("deno test"),
        "playwright" if first == Some("test") => said("playwright test"),
        "cypress" if first == Some("run") => said("cypress run"),
        "mvn" | "mvnw" | "mvnd" => maven(name, args),
        "gradle" | "gradlew" => gradle(name, args),
        "dotnet" if matches!(first, Some("test" | "vstest")) => said("dotnet test"),
        "rake" | "rails" => args.iter().any(|a| is_target(a, &["test", "spec"])).then(|| format!("{name} test")),
        "bundle" if first == Some("exec") => after(args, "exec"),
        "bazel" | "bazelisk" if matches!(first, Some("test" | "coverage")) => said("bazel test"),
        "make" | "gmake" | "just" | "task" | "mage" | "invoke" => target(name, args),
        "mix" if first == Some("test") => said("mix test"),
        "sbt" => args.iter().any(|a| is_sbt_test(a)).then(|| "sbt test".to_owned()),
        "swift" | "zig" | "stack" | "cabal" | "dune" | "flutter" | "dart" | "lein" | "rebar3" | "gleam" | "forge"
            if matches!(first, Some("test" | "eunit" | "ct")) =>
        {
            Some(format!("{name} test"))
        }
        "poetry" | "pipenv" | "uv" | "hatch" | "pdm" | "rye" | "pixi" | "conda" | "mamba" | "micromamba"
            if first == Some("run") =>
        {
            python_manager(name, args)
        }
        "hatch" if first == Some("test") => said("hatch test"),
        "composer" => composer(args),
        "meson" if first == Some("test") => said("meson test"),
        "xcodebuild" if args.iter().any(|a| matches!(*a, "test" | "test-without-building")) => said("xcodebuild test"),
        _ => None,
    }
}

/// The first argument that is no option.
fn operand<'a>(args: &[&'a str]) -> Option<&'a str> {
    args.iter().copied().find(|a| !a.starts_with(['-', '+']))
}

/// The test command after a launcher's subcommand (`poetry run pytest`).
fn after(args: &[&str], verb: &str) -> Option<String> {
    let mut rest = args.iter().skip_while(|a| **a != verb).skip(1).skip_while(|a| a.starts_with('-')).copied();
    let program = rest.next()?;
    runner(program.rsplit('/').next().unwrap_or(program), &rest.collect::<Vec<_>>())
}

/// Options of `uv run`, `conda run` and the like that take the next word.
const RUN_VALUES: [&str; 16] = [
    "--directory",
    "--env-file",
    "--extra",
    "--group",
    "--name",
    "--no-group",
    "--only-group",
    "--package",
    "--prefix",
    "--project",
    "--python",
    "--with",
    "--with-requirements",
    "-e",
    "-n",
    "-p",
];

/// `uv run --with x pytest`, `uv run -m pytest`, `hatch run test:unit`.
fn python_manager(name: &str, args: &[&str]) -> Option<String> {
    let mut rest = args.get(args.iter().position(|a| *a == "run")? + 1..)?;
    while let Some((first, after)) = rest.split_first().filter(|(first, _)| first.starts_with('-')) {
        if matches!(*first, "-m" | "--module") {
            return python("python", &[&["-m"], after].concat());
        }
        rest = after.get(usize::from(RUN_VALUES.contains(first))..)?;
    }
    let (program, args) = rest.split_first()?;
    let own_scripts = matches!(name, "hatch" | "pdm" | "rye" | "pixi") && is_test_script(program);
    let label = runner(program.rsplit('/').next().unwrap_or(program), args);
    label.or_else(|| own_scripts.then(|| format!("{name} run {program}")))
}

fn python(name: &str, args: &[&str]) -> Option<String> {
    if name.starts_with("coverage") {
        let module = args.iter().position(|a| *a == "-m").and_then(|at| args.get(at + 1)).copied();
        let runs = operand(args) == Some("run");
        let tests = matches!(module, Some("pytest" | "unittest" | "nose2" | "behave")) || is_django_test(args);
        return (runs && tests).then(|| "coverage run".to_owned());
    }
    if is_django_test(args) {
        return Some("manage.py test".to_owned());
    }
    let at = args.iter().position(|a| *a == "-m")?;
    match *args.get(at + 1)? {
        module @ ("pytest" | "unittest" | "nose2" | "tox" | "nox" | "doctest") => {
            let rest = args.get(at + 2..).unwrap_or_default();
            let lint = matches!(module, "tox" | "nox") && rest.iter().any(|a| is_lint_environment(a));
            (!lint).then(|| format!("python -m {module}"))
        }
        "coverage" => python("coverage", args.get(at + 2..).unwrap_or_default()),
        _ => None,
    }
}

/// `manage.py test`.
fn is_django_test(args: &[&str]) -> bool {
    let at = args.iter().position(|a| a.rsplit('/').next() == Some("manage.py"));
    at.is_some_and(|at| args.get(at + 1) == Some(&"test"))
}

/// Environments of tox and nox that check or build and run no tests.
fn is_lint_environment(arg: &str) -> bool {
    let words =
        ["lint", "docs", "format", "fmt", "mypy", "flake8", "ruff", "black", "type", "pre-commit", "build", "dist"];
    let name = arg.trim_start_matches('-').trim_start_matches(['e', 's', '=', ' ']);
    words.iter().any(|word| name.split(['-', '_', ',', ':']).any(|part| part == *word || part == format!("{word}s")))
}

fn go_test(args: &[&str]) -> Option<String> {
    // `-run ^$` matches no test: the usual way to run benchmarks only, or to compile.
    let none = args.iter().enumerate().any(|(at, arg)| {
        let value = arg.split_once('=').map(|(_, v)| v).or_else(|| args.get(at + 1).copied());
        let name = arg.split_once('=').map_or(*arg, |(n, _)| n);
        matches!(name, "-run" | "--run") && matches!(value, Some("^$" | "XXX" | "NONE" | "^#" | "none"))
    });
    let compiles = args.contains(&"-c");
    (!none && !compiles).then(|| "go test".to_owned())
}

fn cargo(args: &[&str]) -> Option<String> {
    let verb = operand(args)?;
    match verb {
        "test" | "t" => Some("cargo test".to_owned()),
        "nextest" => args.contains(&"run").then(|| "cargo nextest run".to_owned()),
        "llvm-cov" | "tarpaulin" => {
            let other = args.iter().any(|a| matches!(*a, "report" | "clean" | "show-env" | "setup"));
            (!other).then(|| format!("cargo {verb}"))
        }
        "hack" | "careful" | "miri" => {
            args.iter().any(|a| matches!(*a, "test" | "nextest")).then(|| format!("cargo {verb} test"))
        }
        _ => None,
    }
}

fn node_manager(name: &str, args: &[&str]) -> Option<String> {
    let args = after_node_options(args);
    let mut rest = args.iter().copied().filter(|a| !a.starts_with('-'));
    let verb = rest.next()?;
    match verb {
        "test" | "t" | "tst" => Some(format!("{name} test")),
        "run" | "run-script" => {
            let script = rest.next()?;
            is_test_script(script).then(|| format!("{name} run {script}"))
        }
        "exec" | "dlx" | "x" => after(args, verb),
        "workspace" => rest.nth(1).filter(|s| is_test_script(s)).map(|script| format!("{name} workspace … {script}")),
        // yarn, pnpm and bun run a script by its bare name.
        script if name != "npm" && is_test_script(script) => Some(format!("{name} {script}")),
        program if name != "npm" => runner(program, &rest.collect::<Vec<_>>()),
        _ => None,
    }
}

/// The words from the subcommand on.
fn after_node_options<'a, 's>(args: &'a [&'s str]) -> &'a [&'s str] {
    let values =
        ["--filter", "-F", "--prefix", "-C", "--dir", "--cwd", "--workspace", "-w", "--loglevel", "--reporter"];
    let mut rest = args;
    while let Some((first, after)) = rest.split_first().filter(|(first, _)| first.starts_with('-')) {
        rest = after.get(usize::from(values.contains(first))..).unwrap_or_default();
    }
    rest
}

/// `test`, `test:unit`, `unit-test`, `e2e`; not `test:lint`, `pretest`, `build:test`.
fn is_test_script(script: &str) -> bool {
    let mut parts = script.split([':', '-', '_']);
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let other = ["lint", "types", "type", "tsc", "build", "format", "typecheck", "watch", "report", "install", "setup"];
    match first {
        "test" | "tests" | "e2e" => !rest.iter().any(|part| other.contains(part)),
        "unit" | "integration" | "it" | "ci" => rest.first().is_some_and(|part| matches!(*part, "test" | "tests")),
        "coverage" => rest.is_empty(),
        _ => false,
    }
}

fn from_package(name: &str, args: &[&str]) -> Option<String> {
    let at = args.iter().position(|a| !a.starts_with('-'))?;
    let program = args.get(at)?;
    let program = program.rsplit_once('@').map_or(*program, |(p, _)| if p.is_empty() { program } else { p });
    let rest = args.get(at + 1..).unwrap_or_default();
    match program {
        "hardhat" if operand(rest) == Some("test") => Some(format!("{name} hardhat test")),
        "nyc" | "c8" | "cross-env" | "dotenv" => after(args, program),
        "nx" | "turbo" | "lerna" => {
            rest.iter().any(|a| is_target(a, &["test", "e2e"])).then(|| format!("{name} {program} test"))
        }
        _ => runner(program, rest).map(|label| if label == program { format!("{name} {program}") } else { label }),
    }
}

fn maven(name: &str, args: &[&str]) -> Option<String> {
    let phases = ["test", "verify", "integration-test", "surefire:test", "failsafe:integration-test"];
    let phase = args.iter().find(|a| phases.contains(a))?;
    Some(format!("{} {phase}", name.trim_end_matches('w')))
}

fn gradle(name: &str, args: &[&str]) -> Option<String> {
    // `-x test` leaves the task out.
    let excluded: Vec<&str> =
        args.windows(2).filter(|w| w.first() == Some(&"-x")).filter_map(|w| w.get(1).copied()).collect();
    let is_test = |arg: &str| {
        let task = arg.rsplit(':').next().unwrap_or(arg);
        matches!(
            task,
            "test" | "check" | "integrationTest" | "connectedCheck" | "connectedAndroidTest" | "allTests" | "jvmTest"
        ) || (task.starts_with("test") && task.ends_with("UnitTest"))
    };
    let task = args.iter().find(|a| !a.starts_with('-') && is_test(a) && !excluded.contains(a))?;
    Some(format!("{} {task}", name.trim_end_matches('w')))
}

fn target(name: &str, args: &[&str]) -> Option<String> {
    // `make check` is a test suite by the GNU conventions; elsewhere, and as a part of a name, "check" is mostly a linter.
    let is_suite =
        |a: &str| is_target(a, &["test", "tests", "unittest", "e2e"]) || (a == "check" && name.ends_with("make"));
    args.iter().find(|a| is_suite(a)).map(|found| format!("{name} {found}"))
}

/// A build target named after tests: `test`, `test-unit`, `unit-test`, `docker.test`; not `test-lint`, `test-deps`.
fn is_target(arg: &str, names: &[&str]) -> bool {
    if arg.starts_with('-') || arg.contains('=') {
        return false;
    }
    let parts: Vec<&str> = arg.split(['-', '_', ':', '.', '/']).collect();
    let other = [
        "lint",
        "deps",
        "build",
        "image",
        "images",
        "setup",
        "install",
        "clean",
        "generate",
        "fmt",
        "format",
        "compile",
        "data",
        "env",
        "report",
        "up",
        "down",
        "db",
        "prepare",
        "start",
        "stop",
        "server",
        "license",
        "style",
        "style",
        "docs",
        "links",
        "tools",
        "push",
        "publish",
        "coverage-report",
        "results",
        "merge",
    ];
    parts.iter().any(|p| names.contains(p)) && !parts.iter().any(|p| other.contains(p))
}

fn is_sbt_test(arg: &str) -> bool {
    arg.split([' ', ';']).any(|task| {
        let task = task.rsplit(['/', ':']).next().unwrap_or(task);
        matches!(task, "test" | "testOnly" | "testQuick" | "coverageAggregate")
    })
}

fn composer(args: &[&str]) -> Option<String> {
    let mut rest = args.iter().copied().filter(|a| !a.starts_with('-'));
    match rest.next()? {
        "run" | "run-script" => rest.next().filter(|s| is_test_script(s)).map(|s| format!("composer run {s}")),
        "exec" => after(args, "exec"),
        script => is_test_script(script).then(|| format!("composer {script}")),
    }
}

#[cfg(test)]
mod tests {
    use super::test_command;
    use crate::parse::shell;

    fn label(script: &str) -> Option<String> {
        test_command(&shell::parse(script).commands.first()?.words)
    }

    #[test]
    fn test_commands_are_known_by_program_and_verb() {
        for (script, expected) in [
            ("pytest -q", "pytest"),
            ("sudo -E timeout 5m python3 -m pytest", "python -m pytest"),
            ("poetry run pytest tests", "pytest"),
            ("uv run --frozen pytest", "pytest"),
            ("uv run --extra lint --python 3.13 pytest -q", "pytest"),
            ("uv run -m pytest", "python -m pytest"),
            ("conda run -n test pytest", "pytest"),
            ("hatch run test:unit", "hatch run test:unit"),
            ("python manage.py test shop", "manage.py test"),
            ("coverage run ./manage.py test", "coverage run"),
            ("cross test --target x86_64-unknown-linux-musl", "cross test"),
            ("coverage run -m pytest", "coverage run"),
            ("python -m coverage run -m unittest", "coverage run"),
            ("go test ./...", "go test"),
            ("go test -race -coverprofile=c.out ./...", "go test"),
            ("cargo +nightly test --workspace", "cargo test"),
            ("cargo llvm-cov --lcov", "cargo llvm-cov"),
            ("npm test", "npm test"),
            ("npm run test:unit -- --ci", "npm run test:unit"),
            ("yarn test", "yarn test"),
            ("pnpm --filter web test", "pnpm test"),
            ("npx jest --ci", "npx jest"),
            ("npx playwright test", "playwright test"),
            ("./mvnw -B verify", "mvn verify"),
            ("./gradlew :app:testDebugUnitTest", "gradle :app:testDebugUnitTest"),
            ("bundle exec rspec", "rspec"),
            ("make test-unit", "make test-unit"),
            ("make check", "make check"),
            ("just test", "just test"),
            ("tox -e py312", "tox"),
            ("vendor/bin/phpunit", "phpunit"),
            ("bazel test //...", "bazel test"),
            ("sbt 'project core' test", "sbt test"),
            ("mix test", "mix test"),
        ] {
            assert_eq!(label(script).as_deref(), Some(expected), "{script}");
        }
    }

    #[test]
    fn commands_that_run_no_test_are_left_alone() {
        for script in [
            "echo pytest",
            "pytest --version",
            "cargo test --no-run",
            "go test -run '^$' -bench . ./...",
            "go vet ./...",
            "npm run test:lint",
            "npm run build",
            "npm ci",
            "mvn package -DskipTests",
            "gradle build -x test",
            "tox -e lint",
            "make test-deps",
            "make lint",
            "make tidy-check",
            "just check",
            "pip install pytest",
            "docker build -t test .",
            "cargo build",
            "python -m build",
            "yarn lint",
            "nox -s docs",
            "cargo llvm-cov report",
            "$RUNNER test",
            "uv run --with pytest ruff check",
            "hatch run lint:all",
            "python manage.py migrate",
            "pytest --benchmark-only",
            "task check",
        ] {
            assert_eq!(label(script), None, "{script}");
        }
    }
}
