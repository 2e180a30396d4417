//! `tollgate explain`.

use super::args::ExplainArgs;
use super::{Exit, output, rules};
use crate::policy::did_you_mean;
use crate::render::text::Colors;
use crate::rules::{self as registry, Meta, REGISTRY};
use std::fmt::Write as _;

pub(super) fn run(args: &ExplainArgs) -> Exit {
    let Some(rule) = registry::find(&args.rule) else {
        let ids = || REGISTRY.iter().map(|rule| rule.meta.id);
        let near = did_you_mean(&args.rule, ids()).or_else(|| ids().find(|id| id.starts_with(&args.rule)));
        let hint = match near.filter(|_| !args.rule.is_empty()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tollgate rules` lists them".to_owned(),
        };
        output::error(&format!("there is no rule `{}`; {hint}", args.rule));
        return Exit::Usage;
    };
    let packs = rules::packs().remove(rule.meta.id).unwrap_or_default();
    output::finish(&page(&rule.meta, &packs, output::colors(args.color)), Exit::Holds)
}

/// A rule's documentation for a terminal: headings bold, code indented under the name of its file.
fn page(meta: &Meta, packs: &[&str], colors: Colors) -> String {
    let styles = colors.styles();
    let (bold, dim) = (styles.bold, styles.dim);
    let packs = if packs.is_empty() { "in no pack".to_owned() } else { format!("in {}", packs.join(", ")) };
    let mut out = format!("{bold}{}{bold:#}\n", meta.id);
    let _ = writeln!(out, "{dim}{} · {} · {packs} · since {}{dim:#}\n", meta.family, meta.level, meta.since);
    let mut fence = None;
    for line in meta.docs.lines() {
        // Doc comments keep the blank after the slashes.
        let line = line.strip_prefix(' ').unwrap_or(line);
        let ticks = line.len() - line.trim_start_matches('`').len();
        let _ = match fence {
            Some(opened) if ticks >= opened && line.trim_end().len() == ticks => {
                fence = None;
                Ok(())
            }
            Some(_) if line.is_empty() => writeln!(out),
            Some(_) => writeln!(out, "    {line}"),
            None if ticks >= 3 => {
                fence = Some(ticks);
                line.split_whitespace().nth(1).map_or(Ok(()), |file| writeln!(out, "  {dim}{file}{dim:#}"))
            }
            None => match line.strip_prefix("# ") {
                Some(heading) => writeln!(out, "{bold}{heading}{bold:#}"),
                None => writeln!(out, "{line}"),
            },
        };
    }
    out
}
