//! `tollgate rules`.

use super::args::{ListFormat, RulesArgs};
use super::{Exit, output};
use crate::engine;
use crate::model::{Family, Level};
use crate::policy::PACKS;
use crate::render::document;
use crate::render::text::Colors;
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
        summary: summary(meta.docs),
    }
}

/// The first sentence of a rule's documentation.
pub(super) fn summary(docs: &str) -> String {
    let lines = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    let paragraph: Vec<&str> = lines
        .skip_while(|line| line.is_empty() || line.starts_with("# "))
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = paragraph.join(" ");
    // A point within code or an abbreviation is followed by no blank and capital letter.
    let end = paragraph
        .match_indices(". ")
        .map(|(at, _)| at + 1)
        .find(|end| paragraph.get(*end..).is_some_and(|rest| rest.trim_start().starts_with(char::is_uppercase)));
    paragraph.get(..end.unwrap_or(paragraph.len())).unwrap_or(&paragraph).to_owned()
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

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn the_summary_is_the_first_sentence() {
        for (docs, expected) in [
            (" # What it checks\n\n One. Two.\n", "One."),
            (" # What it checks\n\n Reads `a. b` and\n `ci.yml`. Then more.\n", "Reads `a. b` and `ci.yml`."),
            (" # What it checks\n\n No end\n\n Next.", "No end"),
        ] {
            assert_eq!(summary(docs), expected);
        }
    }
}
