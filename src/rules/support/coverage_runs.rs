//! Commands that measure coverage, and what else may be done about it.

use super::words::words as parts;
use crate::parse::config::CoverageTool;
use crate::parse::shell::Word;

/// A command that measures coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collector {
    /// What it is called in messages.
    pub label: &'static str,
    /// The tools whose configuration may carry a threshold for it; none where only options do.
    pub tools: &'static [CoverageTool],
    /// How a threshold is written for it.
    pub threshold: &'static str,
}

const PYTEST: Collector = Collector {
    label: "pytest --cov",
    tools: &[CoverageTool::CoveragePy],
    threshold: "pytest --cov --cov-fail-under=80",
};
const COVERAGE_PY: Collector = Collector {
    label: "coverage run",
    tools: &[CoverageTool::CoveragePy],
    threshold: "coverage report --fail-under=80",
};
const JAVASCRIPT: &[CoverageTool] = &[CoverageTool::Nyc, CoverageTool::C8, CoverageTool::Jest, CoverageTool::Vitest];
const NYC: Collector =
    Collector { label: "nyc", tools: JAVASCRIPT, threshold: "npx nyc --check-coverage --lines 80 npm test" };
const C8: Collector =
    Collector { label: "c8", tools: JAVASCRIPT, threshold: "npx c8 --check-coverage --lines 80 npm test" };
const JEST: Collector = Collector {
    label: "--coverage",
    tools: JAVASCRIPT,
    threshold: "npx jest --coverage --coverageThreshold='{\"global\":{\"lines\":80}}'",
};
const VITEST: Collector = Collector {
    label: "vitest --coverage",
    tools: JAVASCRIPT,
    threshold: "npx vitest run --coverage --coverage.thresholds.lines=80",
};
const GO: Collector = Collector {
    label: "go test -cover",
    tools: &[],
    threshold: "total=$(go tool cover -func=cover.out | awk 'END { print int($3) }')\n    [ \"$total\" -ge 80 ] || exit 1",
};
const LLVM_COV: Collector =
    Collector { label: "cargo llvm-cov", tools: &[], threshold: "cargo llvm-cov --fail-under-lines 80" };

/// Words that make a command one that puts a program there, or asks for it, and does not run it.
const INSTALLS: [&str; 7] = ["install", "add", "i", "ci", "sync", "which", "uninstall"];

/// What a command measures coverage with. The program may stand behind any launcher (`uv run`, `npx`, `docker compose
/// run web`).
pub fn collector(words: &[Word]) -> Option<Collector> {
    let name = |word: &Word| word.text.rsplit('/').next().unwrap_or_default().to_owned();
    if words.first().is_none_or(|first| is_harmless(&name(first))) {
        return None;
    }
    for (at, word) in words.iter().enumerate() {
        let args = words.get(at + 1..).unwrap_or_default();
        let next = args.iter().map(|word| word.text.as_str()).find(|text| !text.starts_with('-'));
        let has = |start: &str| args.iter().any(|word| word.text.starts_with(start));
        let option = |name: &str| {
            args.iter()
                .any(|word| word.text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
        };
        let program = name(word);
        let found = match program.as_str() {
            "pytest" | "py.test" => option("--cov").then_some(PYTEST),
            "coverage" | "coverage3" => (next == Some("run")).then_some(COVERAGE_PY),
            "nyc" | "c8" if at > 0 || !args.is_empty() => {
                let other = matches!(next, None | Some("report" | "merge" | "instrument" | "check-coverage"));
                (!other).then_some(if program == "nyc" { NYC } else { C8 })
            }
            "vitest" => (option("--coverage") || has("--coverage.")).then_some(VITEST),
            "jest" => option("--coverage").then_some(JEST),
            "npm" | "yarn" | "pnpm" | "bun" if at == 0 => {
                let tests = args.iter().any(|word| parts(&word.text).iter().any(|part| part == "test"));
                (tests && option("--coverage")).then_some(JEST)
            }
            "go" => (next == Some("test") && (has("-cover") || has("--cover"))).then_some(GO),
            "gotestsum" => (has("-cover") || has("--cover")).then_some(GO),
            "cargo" | "cargo-llvm-cov" if next == Some("llvm-cov") => {
                let other =
                    ["report", "clean", "show-env"].iter().any(|verb| args.get(1).is_some_and(|w| w.text == *verb));
                (!other).then_some(LLVM_COV)
            }
            install if INSTALLS.contains(&install) => return None,
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a command only shows, moves or installs what it is told.
pub fn is_harmless(program: &str) -> bool {
    const SHOWS: [&str; 32] = [
        "echo", "printf", "cat", "ls", "mv", "cp", "rm", "mkdir", "tar", "zip", "unzip", "gzip", "chmod", "chown",
        "head", "tail", "tee", "sed", "find", "touch", "pwd", "cd", "export", "pip", "pip3", "apt-get", "apt", "brew",
        "genhtml", "grep", "true", "git",
    ];
    SHOWS.contains(&program)
}

/// Whether a text names coverage in one of its words.
pub fn names_coverage(text: &str) -> bool {
    parts(text).iter().any(|part| {
        ["cov", "coverage", "cover", "cobertura", "lcov", "jacoco", "codecov", "coveralls", "gocov"]
            .contains(&part.as_str())
    })
}

/// Whether a command only makes reports of what was measured: it compares nothing.
pub fn only_reports(words: &[Word]) -> bool {
    let texts: Vec<&str> = words.iter().map(|word| word.text.rsplit('/').next().unwrap_or_default()).collect();
    let installs = texts.iter().take(5).any(|text| INSTALLS.contains(text));
    let pair = |first: &str, second: &[&str]| {
        texts.windows(2).any(|pair| matches!(pair, [a, b] if *a == first && second.contains(b)))
    };
    installs
        || texts.first().is_some_and(|first| is_harmless(first))
        || pair("coverage", &["xml", "html", "report", "combine", "json", "lcov", "erase", "debug"])
        || pair("nyc", &["report", "merge"])
        || pair("c8", &["report"])
        || pair("llvm-cov", &["report", "clean", "show-env"])
        || pair("tool", &["cover"])
}

#[cfg(test)]
mod tests {
    use super::collector;
    use crate::parse::shell;

    #[test]
    fn coverage_is_measured_by_programs_and_their_options() {
        for (script, expected) in [
            ("pytest --cov=app", Some("pytest --cov")),
            ("uv run python -m pytest tests --cov", Some("pytest --cov")),
            ("docker compose run --rm web pytest --cov=app", Some("pytest --cov")),
            ("coverage run -m pytest", Some("coverage run")),
            ("npx nyc npm test", Some("nyc")),
            ("yarn test --coverage", Some("--coverage")),
            ("npm run test:unit -- --coverage=true", Some("--coverage")),
            ("npx vitest run --coverage", Some("vitest --coverage")),
            ("go test -race -coverprofile=c.out ./...", Some("go test -cover")),
            ("cargo llvm-cov nextest --lcov", Some("cargo llvm-cov")),
            ("pytest tests --cov-report=xml", None),
            ("pytest --no-cov", None),
            ("pip install pytest coverage", None),
            ("npm install nyc c8 --save-dev", None),
            ("npx nyc report --reporter=lcov", None),
            ("coverage xml", None),
            ("cargo llvm-cov report --lcov", None),
            ("go build -cover ./...", None),
            ("go tool cover -func=c.out", None),
            ("echo pytest --cov", None),
            ("npm run build -- --coverage", None),
        ] {
            let found = shell::parse(script).commands.iter().find_map(|command| collector(&command.words));
            assert_eq!(found.map(|found| found.label), expected, "{script}");
        }
    }
}
