//! `tollgate rules`.

use super::args::{ListFormat, RulesArgs};
use super::{Exit, output};
use crate::engine;
use crate::model::{Family, Level};
use crate::policy::PACKS;
use crate::render::text::Colors;
use crate::render::{document, first_sentence};
use crate::rules::{Meta, REGISTRY};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A rule as it is listed.
#[derive(Debug, Serialize)]
struct Listed {
    id: &'static str,
    family: Family,
    level: Level,
    packs: Vec<&'static str>,
    since: &'static str,
    summary: String,
}

pub(super) fn run(args: &RulesArgs) -> Exit {
    let packs = packs();
    let mut rules: Vec<Listed> = REGISTRY.iter().map(|rule| listed(&rule.meta, &packs)).collect();
    rules.sort_by_key(|rule| (rule.family, rule.id));
    let printed = match args.format {
        ListFormat::Text => table(&rules, output::colors(args.color)),
        ListFormat::Json => document(&serde_json::json!({ "rules": rules })),
        ListFormat::Markdown => markdown(&rules),
    };
    output::finish(&printed, Exit::Holds)
}

/// The packs that turn each rule on.
pub(super) fn packs() -> BTreeMap<String, Vec<&'static str>> {
    let mut packs: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (pack, _) in PACKS {
        for demand in engine::load_policy(pack, None, &|_| None).map_or_else(|_| Vec::new(), |policy| policy.rules) {
            packs.entry(demand.rule).or_default().push(pack);
        }
    }
    packs
}

fn listed(meta: &Meta, packs: &BTreeMap<String, Vec<&'static str>>) -> Listed {
    let packs = packs.get(meta.id).cloned().unwrap_or_default();
    Listed {
        id: meta.id,
        family: meta.family,
        level: meta.level,
        packs,
        since: meta.since,
        summary: first_sentence(meta.docs),
    }
}

fn table(rules: &[Listed], colors: Colors) -> String {
    let styles = colors.styles();
    let (bold, dim) = (styles.bold, styles.dim);
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for group in rules.chunk_by(|a, b| a.family == b.family) {
        let family = group.first().map_or("", |rule| rule.family.word());
        let _ = writeln!(out, "{bold}{family}{bold:#}");
        for Listed { id, level, packs, summary, .. } in group {
            let packs = if packs.is_empty() { "no pack".to_owned() } else { packs.join(", ") };
            let style = if *level == Level::Error { styles.bad } else { styles.open };
            let _ = writeln!(out, "  {id:<width$}  {style}{level:<7}{style:#}  {dim}{packs}{dim:#}");
            for line in crate::render::text::wrapped(summary).lines() {
                let _ = writeln!(out, "      {line}");
            }
        }
        out.push('\n');
    }
    let _ = writeln!(out, "`tollgate explain RULE` tells more. Levels are those that hold where a policy says none.");
    out
}

fn markdown(rules: &[Listed]) -> String {
    let mut out = String::from(
        "| rule | family | level | packs | since | what it checks |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for Listed { id, family, level, packs, since, summary } in rules {
        let (packs, summary) = (packs.join(", "), summary.replace('|', "\\|"));
        let _ = writeln!(out, "| `{id}` | {family} | {level} | {packs} | {since} | {summary} |");
    }
    out
}
