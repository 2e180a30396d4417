use crate::model::{Level, Outcome, Report};
use crate::render::RuleText;
use crate::render::words::{cut, first_sentence};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Characters that GitHub takes of a description.
const DESCRIPTION: usize = 1024;

/// The rules that were asked, by id, as SARIF describes them.
pub(super) fn descriptors<'r, 't>(
    report: &'r Report,
    texts: &dyn Fn(&str) -> Option<RuleText<'t>>,
) -> Vec<(&'r str, Value)> {
    let asked = report.outcomes.iter().map(|outcome| (outcome.rule.as_str(), outcome));
    let rules: BTreeMap<&str, &Outcome> = asked.collect();
    rules.into_iter().map(|(id, outcome)| (id, descriptor(outcome, texts(id)))).collect()
}

fn descriptor(outcome: &Outcome, text: Option<RuleText<'_>>) -> Value {
    let level = text.map_or(outcome.level, |text| text.level);
    let docs = text.map(|text| text.docs).filter(|docs| !docs.trim().is_empty());
    let asked = format!("{}:{}", outcome.policy.file, outcome.policy.line);
    let (short, full, help) = if let Some(docs) = docs {
        (first_sentence(docs), what(docs), help(docs))
    } else {
        let text = format!("The rule `{}`, as {asked} asks for it.", outcome.rule);
        (text.clone(), text.clone(), text)
    };
    let severity = match outcome.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "recommendation",
    };
    json!({
        "id": outcome.rule,
        "shortDescription": { "text": cut(&short, DESCRIPTION) },
        "fullDescription": { "text": cut(&full, DESCRIPTION) },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": super::level(level) },
        "properties": { "tags": [outcome.family], "problem.severity": severity, "policy": asked },
    })
}

/// The kinds of notifications.
pub(super) fn notifications() -> Value {
    let kinds = [
        ("left-out", "There are more findings than GitHub takes in a file."),
        ("no-evidence", "A rule of the policy demands evidence that was not given."),
        ("partly-read", "A file could be read up to an error, or around it."),
        ("unreadable", "A file could not be read."),
    ];
    let text = |text| json!({ "text": text });
    let descriptor = |(id, what)| json!({ "id": id, "shortDescription": text(what), "fullDescription": text(what), "help": text(what) });
    kinds.into_iter().map(descriptor).collect()
}

/// The first section of the documentation, in one line.
fn what(docs: &str) -> String {
    let lines = lines(docs).skip_while(|line| line.is_empty() || line.starts_with("# "));
    let section: Vec<&str> = lines.take_while(|line| !line.starts_with("# ")).collect();
    section.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The documentation, its headings one deeper: the reader has one of his own above.
fn help(docs: &str) -> String {
    let mut fence: Option<usize> = None;
    let mut out = String::with_capacity(docs.len());
    for line in lines(docs) {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(opened) if ticks >= opened && line.trim_end().len() == ticks => fence = None,
            None if ticks >= 3 => fence = Some(ticks),
            None if line.starts_with("# ") => out.push('#'),
            _ => {}
        }
        out.push_str(line);
        out.push('\n');
    }
    out.trim().to_owned()
}

/// Doc comments keep the blank after the slashes.
fn lines(docs: &str) -> impl Iterator<Item = &str> {
    docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line))
}
