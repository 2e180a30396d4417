use super::facts::{
    ActionFacts, BakeFacts, ComposeFacts, Counted, CoverageFacts, DockerfileFacts, DockerignoreFacts, Facts, TestFacts,
    WorkflowFacts,
};
use super::{Inspected, Inspection};
use crate::model::{FileKind, FileStatus, Ratio};
use crate::render::text::{Colors, Styles, counts_in_words, number, plural, ratio_in_words, shown, wrapped};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// Some lines for each file that is something; the others are counted by their reason.
pub(super) fn text(inspection: &Inspection, colors: Colors) -> String {
    let mut out = String::new();
    let styles = colors.styles();
    // Writing into a string cannot fail.
    let _ = write_all(&mut out, inspection, styles);
    out
}

fn write_all(out: &mut String, inspection: &Inspection, styles: Styles) -> fmt::Result {
    let mut unneeded: BTreeMap<&str, usize> = BTreeMap::new();
    let mut known = 0_usize;
    for file in &inspection.files {
        if file.status == FileStatus::Ignored && file.kind == FileKind::Other {
            *unneeded.entry(&file.note).or_default() += 1;
            continue;
        }
        known += 1;
        write_file(out, file, styles)?;
    }
    if known > 0 {
        writeln!(out)?;
    }
    writeln!(out, "{}", plural(known, "file is of a known kind", "files are of a known kind"))?;
    let mut reasons: Vec<(&str, usize)> = unneeded.into_iter().collect();
    reasons.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    for (reason, count) in reasons {
        writeln!(out, "{} not needed: {}", number(count as u64), shown(reason))?;
    }
    Ok(())
}

fn write_file(out: &mut String, file: &Inspected, styles: Styles) -> fmt::Result {
    let Styles { bold, dim, bad, open, .. } = styles;
    let producer = if file.producer.is_empty() { String::new() } else { format!(" by {}", shown(&file.producer)) };
    let size = number(file.bytes);
    writeln!(out, "{bold}{}{bold:#}  {}{producer}  {dim}{size} bytes{dim:#}", shown(&file.path), file.kind)?;
    for line in file.facts.iter().flat_map(lines) {
        for line in wrapped(&line).lines() {
            writeln!(out, "    {line}")?;
        }
    }
    let (style, word) = match file.status {
        FileStatus::Read => (dim, "note"),
        FileStatus::PartlyRead => (open, "partly read"),
        FileStatus::Unreadable => (bad, "unreadable"),
        FileStatus::Ignored => (dim, "not read"),
    };
    if !file.note.is_empty() || file.status != FileStatus::Read {
        writeln!(out, "    {style}{word}{style:#}: {}", shown(&file.note))?;
    }
    Ok(())
}

fn lines(facts: &Facts) -> Vec<String> {
    match facts {
        Facts::Tests(facts) => tests(facts),
        Facts::Coverage(facts) => coverage(facts),
        Facts::Workflow(facts) => workflow(facts),
        Facts::Action(facts) => action(facts),
        Facts::Compose(facts) => compose(facts),
        Facts::Dockerfile(facts) => dockerfile(facts),
        Facts::Bake(facts) => bake(facts),
        Facts::Dockerignore(facts) => dockerignore(facts),
    }
}

fn tests(facts: &TestFacts) -> Vec<String> {
    let mut lines = vec![format!("tests: {}", counts_in_words(&facts.counts))];
    if let Some(declared) = &facts.declared {
        let differs: Vec<String> = [
            ("tests", declared.tests, facts.tests),
            ("failures", declared.failures, facts.failures),
            ("errors", declared.errors, facts.errors),
            ("skipped", declared.skipped, facts.skipped),
        ]
        .into_iter()
        .filter_map(|(name, declared, counted)| {
            let declared = declared.filter(|declared| *declared != counted)?;
            Some(format!("{name} {} instead of {}", number(declared), number(counted)))
        })
        .collect();
        if !differs.is_empty() {
            lines.push(format!("the report declares other counts: {}", differs.join(", ")));
        }
    }
    lines
}

fn coverage(facts: &CoverageFacts) -> Vec<String> {
    let metrics = &facts.metrics;
    let mut parts = vec![plural(facts.files, "source file", "source files")];
    for (name, counted) in [
        ("lines", metrics.line),
        ("branches", metrics.branch),
        ("functions", metrics.function),
        ("statements", metrics.statement),
        ("instructions", metrics.instruction),
        ("regions", metrics.region),
    ] {
        parts.extend(
            counted.map(|Counted { covered, total }| format!("{name} {}", ratio_in_words(Ratio { covered, total }))),
        );
    }
    let mut lines = vec![parts.join(", ")];
    let declared = &facts.declared.metrics;
    for (name, counted, declared) in [
        ("lines", metrics.line, declared.line),
        ("branches", metrics.branch, declared.branch),
        ("functions", metrics.function, declared.function),
        ("statements", metrics.statement, declared.statement),
        ("instructions", metrics.instruction, declared.instruction),
        ("regions", metrics.region, declared.region),
    ] {
        if let (Some(counted), Some(declared)) = (counted, declared)
            && (counted.covered, counted.total) != (declared.covered, declared.total)
        {
            lines.push(format!(
                "the report declares {} of {} {name}",
                number(declared.covered),
                number(declared.total)
            ));
        }
    }
    lines
}

fn workflow(facts: &WorkflowFacts) -> Vec<String> {
    let mut lines = vec![format!(
        "on {}: {} with {}",
        listed(&facts.triggers, "nothing"),
        plural(facts.jobs, "job", "jobs"),
        plural(facts.steps, "step", "steps")
    )];
    if !facts.services.is_empty() {
        lines.push(format!("services: {}", facts.services.join(", ")));
    }
    lines.extend(uses(&facts.uses));
    lines
}

fn action(facts: &ActionFacts) -> Vec<String> {
    let using = if facts.using.is_empty() { "nothing" } else { &facts.using };
    let steps = if facts.steps > 0 { format!(", {}", plural(facts.steps, "step", "steps")) } else { String::new() };
    let mut lines = vec![format!("runs using {using}{steps}")];
    lines.extend(uses(&facts.uses));
    lines
}

fn compose(facts: &ComposeFacts) -> Vec<String> {
    let mut lines = vec![
        format!("services: {}", listed(&facts.services, "none")),
        format!("{} with a healthcheck, {} built here", facts.with_healthcheck, facts.with_build),
    ];
    lines.extend(facts.unresolved.iter().map(|gap| shown(gap)));
    lines
}

fn bake(facts: &BakeFacts) -> Vec<String> {
    let named = |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")));
    let lines = [("targets", &facts.targets), ("groups", &facts.groups), ("variables", &facts.variables)];
    lines.into_iter().filter_map(|(what, names)| named(what, names)).collect()
}

fn dockerignore(facts: &DockerignoreFacts) -> Vec<String> {
    vec![format!(
        "{} out, {} in again",
        plural(facts.excludes, "pattern leaves files", "patterns leave files"),
        plural(facts.includes, "pattern takes files", "patterns take files")
    )]
}

fn dockerfile(facts: &DockerfileFacts) -> Vec<String> {
    let mut lines = vec![format!(
        "{} with {}",
        plural(facts.stages.len(), "stage", "stages"),
        plural(facts.instructions.len(), "instruction", "instructions")
    )];
    let stages = facts.stages.iter().map(|stage| match &stage.name {
        Some(name) => format!("{name} from {}", stage.from),
        None => format!("from {}", stage.from),
    });
    let stages: Vec<String> = stages.collect();
    lines.extend((!stages.is_empty()).then(|| stages.join(", ")));
    lines
}

fn uses(uses: &[String]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in uses {
        *counts.entry(name).or_default() += 1;
    }
    let times =
        |(name, count): (&str, usize)| if count > 1 { format!("{name} ({count} times)") } else { name.to_owned() };
    let named: Vec<String> = counts.into_iter().map(times).collect();
    (!named.is_empty()).then(|| format!("uses: {}", named.join(", ")))
}

fn listed(names: &[String], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(", ") }
}
