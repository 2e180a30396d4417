//! Configuration that carries coverage thresholds, each format turned into one model, and that of update bots.

mod codecov;
mod coverage_py;
mod ini;
mod javascript;
mod json;
mod model;
mod toml;

pub use model::{CoverageConfig, CoverageTool, Demand, Effect, Measure, Scope, Threshold};

use super::update_bot::{self, UpdateBot};
use super::yaml::{Node, Tree};
use super::{Parsed, Problem};
use crate::input::detect::ConfigFormat;
use crate::model::Span;
use std::borrow::Cow;

/// What one configuration file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// Settings for coverage, one for each tool.
    pub coverage: Vec<CoverageConfig>,
    /// Settings of an update bot.
    pub bot: Option<UpdateBot>,
}

impl Config {
    fn of(coverage: Option<CoverageConfig>) -> Self {
        Self { coverage: coverage.into_iter().collect(), bot: None }
    }

    /// Whether the file says nothing about either.
    pub const fn is_empty(&self) -> bool {
        self.coverage.is_empty() && self.bot.is_none()
    }
}

/// Largest text, in bytes.
pub const MAX_BYTES: usize = 4 << 20;

/// Reads a configuration file; nothing for a name that belongs to none, and for code.
pub fn parse(path: &str, text: &str) -> Parsed<Config> {
    let Some(format) = ConfigFormat::of(path) else { return Parsed { document: None, problems: Vec::new() } };
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; configuration is read up to {MAX_BYTES}", text.len());
        return Parsed { document: None, problems: vec![Problem::new(Span::default(), message)] };
    }
    match format {
        ConfigFormat::CoverageRc | ConfigFormat::SharedIni => {
            let own = format == ConfigFormat::CoverageRc;
            let Parsed { document, mut problems } = ini::Ini::parse(text);
            let coverage = document.map(|ini| coverage_py::ini(&ini, own, &mut problems));
            Parsed { document: coverage.map(Config::of), problems }
        }
        ConfigFormat::CoverageToml | ConfigFormat::PyProject => {
            let own = format == ConfigFormat::CoverageToml;
            let Parsed { document, mut problems } = toml::parse(text);
            let coverage = document.map(|toml| coverage_py::toml(&toml, own, &mut problems));
            Parsed { document: coverage.map(Config::of), problems }
        }
        ConfigFormat::Codecov => {
            let Parsed { document, mut problems } = Tree::parse(text);
            let coverage = document.and_then(|tree| codecov::codecov(&tree, &mut problems));
            Parsed { document: coverage.map(|coverage| Config::of(Some(coverage))), problems }
        }
        ConfigFormat::Dependabot => {
            let Parsed { document, mut problems } = Tree::parse(text);
            let bot = document.and_then(|tree| update_bot::dependabot(&tree, &mut problems));
            Parsed { document: bot.map(|bot| Config { coverage: Vec::new(), bot: Some(bot) }), problems }
        }
        ConfigFormat::Code => Parsed { document: None, problems: Vec::new() },
        _ => {
            // In YAML `src/**/*.js` needs no quotes.
            let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[', '/']);
            let text = if is_json { json::without_comments(text) } else { Cow::Borrowed(text) };
            let Parsed { document, mut problems } = Tree::parse(&text);
            for problem in problems.iter_mut().filter(|_| is_json) {
                problem.message = problem.message.replacen("not valid YAML", "not valid JSON", 1);
            }
            let config = document.and_then(|tree| data(format, tree.root(), &mut problems));
            Parsed { document: config, problems }
        }
    }
}

/// Reads JSON, or the YAML that some tools take in its place.
fn data(format: ConfigFormat, root: Option<Node<'_>>, problems: &mut Vec<Problem>) -> Option<Config> {
    let Some(root) = root.filter(|root| root.is_mapping()) else {
        let span = root.map_or_else(Span::default, Node::span);
        let what = root.map_or("nothing", Node::kind_word);
        problems.push(Problem::new(span, format!("settings are an object, but this is {what}")));
        return None;
    };
    let one = |config| Config { coverage: vec![config], bot: None };
    Some(match format {
        ConfigFormat::Nyc => one(javascript::istanbul(CoverageTool::Nyc, root, "")),
        ConfigFormat::C8 => one(javascript::istanbul(CoverageTool::C8, root, "")),
        ConfigFormat::Jest => one(javascript::jest(root, "")),
        ConfigFormat::Vitest => one(javascript::vitest(root, "")),
        ConfigFormat::Renovate => Config { coverage: Vec::new(), bot: Some(update_bot::renovate(root)) },
        _ => {
            // In place of settings a text may name the file that has them.
            let section = |key| root.get(key).filter(|section| section.is_mapping());
            let mut coverage = Vec::new();
            coverage.extend(section("nyc").map(|node| javascript::istanbul(CoverageTool::Nyc, node, "nyc.")));
            coverage.extend(section("c8").map(|node| javascript::istanbul(CoverageTool::C8, node, "c8.")));
            coverage.extend(section("jest").map(|node| javascript::jest(node, "jest.")));
            coverage.extend(section("vitest").map(|node| javascript::vitest(node, "vitest.")));
            coverage.sort_by_key(|config| config.span);
            Config { coverage, bot: section("renovate").map(update_bot::renovate) }
        }
    })
}
