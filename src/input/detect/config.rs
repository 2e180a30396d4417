//! Configuration files whose names are certain, and which of the shared ones hold anything of interest.

use super::names::Name;
use super::{Detected, Doubt};
use crate::input::sniff_json;
use crate::model::FileKind;

/// The format of a configuration file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigFormat {
    /// `.coveragerc`: INI of coverage.py.
    CoverageRc,
    /// `.coveragerc.toml`.
    CoverageToml,
    /// `setup.cfg`, `tox.ini`, `pytest.ini`: INI that several tools share.
    SharedIni,
    /// `pyproject.toml`.
    PyProject,
    /// `package.json`.
    PackageJson,
    /// `.nycrc`, `.nycrc.json`, `.nycrc.yml`.
    Nyc,
    /// `.c8rc`, `.c8rc.json`.
    C8,
    /// `jest.config.json`.
    Jest,
    /// `vitest.config.json`.
    Vitest,
    /// `codecov.yml`, `.codecov.yml`.
    Codecov,
    /// `.github/dependabot.yml`.
    Dependabot,
    /// `renovate.json`, `renovate.json5`, `.renovaterc`.
    Renovate,
    /// `jest.config.js`, `.simplecov`: a program that makes a configuration.
    Code,
}

impl ConfigFormat {
    /// The format of a file with this path; a number that tells files of one path apart (`tox.ini#2`) is no part of it.
    pub fn of(path: &str) -> Option<Self> {
        let path = match path.rsplit_once('#') {
            Some((path, number)) if number.bytes().all(|b| b.is_ascii_digit()) => path,
            _ => path,
        };
        Self::of_name(&Name::new(path))
    }

    fn of_name(name: &Name<'_>) -> Option<Self> {
        Some(match name.file {
            ".coveragerc" => Self::CoverageRc,
            ".coveragerc.toml" => Self::CoverageToml,
            "setup.cfg" | "tox.ini" | "pytest.ini" | ".pytest.ini" => Self::SharedIni,
            "pyproject.toml" => Self::PyProject,
            "package.json" => Self::PackageJson,
            ".nycrc" | ".nycrc.json" | ".nycrc.yml" | ".nycrc.yaml" => Self::Nyc,
            ".c8rc" | ".c8rc.json" => Self::C8,
            "jest.config.json" => Self::Jest,
            "vitest.config.json" => Self::Vitest,
            "codecov.yml" | "codecov.yaml" | ".codecov.yml" | ".codecov.yaml" => Self::Codecov,
            // GitHub reads it from this folder alone; a file that is given by itself has no folder.
            "dependabot.yml" | "dependabot.yaml" if name.in_github() => Self::Dependabot,
            "renovate.json" | "renovate.json5" | ".renovaterc" | ".renovaterc.json" | ".renovaterc.json5" => {
                Self::Renovate
            }
            ".simplecov" => Self::Code,
            file => {
                let (stem, _) = file.rsplit_once('.')?;
                let code = matches!(stem, "jest.config" | "vitest.config" | "vite.config" | "nyc.config")
                    && name.has_extension(&["js", "mjs", "cjs", "ts", "mts", "cts"]);
                return code.then_some(Self::Code);
            }
        })
    }

    /// The kind of its files.
    pub const fn kind(self) -> FileKind {
        match self {
            Self::Dependabot | Self::Renovate => FileKind::UpdateBot,
            _ => FileKind::CoverageConfig,
        }
    }
}

/// What a configuration file is. Files that most projects have for other reasons count only if they have a section that
/// could be of interest.
pub(super) fn detect(name: &Name<'_>, head: &str) -> Option<Detected> {
    let format = ConfigFormat::of_name(name)?;
    let mut lines = head.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
    // pytest's options matter only with those of its plugin for coverage; which they are its reader finds out.
    let pytest_cov = head.contains("--cov");
    let interesting = match format {
        ConfigFormat::Code => {
            let note = format!("`{}` is code; thresholds in it are not read", name.file);
            return Some(Detected { kind: FileKind::CoverageConfig, note, doubt: Doubt::No });
        }
        ConfigFormat::PackageJson => {
            let keys = sniff_json::root(head);
            if !["nyc", "c8", "jest", "vitest"].iter().any(|key| keys.has(1, key)) && keys.has(1, "renovate") {
                return Some(Detected::is(FileKind::UpdateBot));
            }
            ["nyc", "c8", "jest", "vitest"].iter().any(|key| keys.has(1, key))
        }
        ConfigFormat::SharedIni => lines.any(|line| {
            line.starts_with("[coverage:")
                || (pytest_cov && (line.starts_with("[tool:pytest]") || line.starts_with("[pytest]")))
        }),
        ConfigFormat::PyProject => {
            lines.any(|line| is_tool(line, "coverage") || (pytest_cov && is_tool(line, "pytest")))
        }
        _ => true,
    };
    Some(if interesting {
        Detected::is(format.kind())
    } else {
        Detected::other(format!("`{}` without settings for coverage", name.file))
    })
}

/// Whether a line of TOML opens, or assigns to, the table of a tool. Blanks and quotes in keys mean nothing.
fn is_tool(line: &str, tool: &str) -> bool {
    let plain: String = line.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).take(32).collect();
    let rest = plain.strip_prefix('[').unwrap_or(&plain);
    let rest = rest.strip_prefix("tool.").unwrap_or(rest);
    rest.strip_prefix(tool).is_some_and(|rest| rest.starts_with(['.', ']', '=']))
}
