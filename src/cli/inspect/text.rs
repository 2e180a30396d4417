use super::facts::{
    ActionFacts, BakeFacts, ComposeFacts, ConfigFacts, Counted, CoverageFacts, DiffFacts, DockerfileFacts,
    DockerignoreFacts, Facts, RunFacts, SarifFacts, TestFacts, ThresholdFacts, ToolRunFacts, WorkflowFacts,
};
use super::{Inspected, Inspection};
use crate::model::{BuildInfo, FileKind, FileStatus, PathBy, Ratio, RunInfo};
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
        Facts::Sarif(facts) => sarif(facts),
        Facts::Runs(facts) => runs(facts),
        Facts::Config(facts) => config(facts),
        Facts::Diff(facts) => diff(facts),
        Facts::Bake(facts) => bake(facts),
        Facts::Dockerignore(facts) => dockerignore(facts),
    }
}

fn sarif(facts: &SarifFacts) -> Vec<String> {
    let line = |run: &ToolRunFacts| {
        let tool = if run.tool.is_empty() { "an unnamed tool" } else { &run.tool };
        let version = if run.version.is_empty() { String::new() } else { format!(" {}", run.version) };
        let mut parts = vec![
            plural(run.rules, "rule", "rules"),
            plural(run.errors, "error", "errors"),
            plural(run.warnings, "warning", "warnings"),
            plural(run.notes, "note", "notes"),
        ];
        for (count, what) in [(run.suppressed, "suppressed"), (run.others, "no problem")] {
            if count > 0 {
                parts.push(format!("{} {what}", number(count as u64)));
            }
        }
        if !run.complete {
            parts.push("did not run to its end".to_owned());
        }
        format!("{}{}: {}", shown(tool), shown(&version), parts.join(", "))
    };
    facts.runs.iter().map(line).collect()
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

fn diff(facts: &DiffFacts) -> Vec<String> {
    let added = format!("{} added", plural(usize::try_from(facts.added).unwrap_or(usize::MAX), "line", "lines"));
    let mut lines = vec![format!("{} changed, {added}", plural(facts.files, "file", "files"))];
    lines.extend(facts.line.map(|Counted { covered, total }| {
        format!("coverage of the added lines: {}", ratio_in_words(Ratio { covered, total }))
    }));
    lines
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

/// Most runs of one file that are told in full.
const SHOWN_RUNS: usize = 20;

fn runs(facts: &RunFacts) -> Vec<String> {
    let mut lines: Vec<String> = facts.runs.iter().take(SHOWN_RUNS).flat_map(run).collect();
    lines.extend(facts.builds.iter().take(SHOWN_RUNS).map(build));
    let shown = facts.runs.len().min(SHOWN_RUNS) + facts.builds.len().min(SHOWN_RUNS);
    let known = facts.found.saturating_sub(facts.runs.len() + facts.builds.len());
    let more = facts.found.saturating_sub(shown + known);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines.extend((known > 0).then(|| format!("{known} told of by another file as well, and counted there")));
    lines
}

fn run(run: &RunInfo) -> Vec<String> {
    let name = if run.workflow.is_empty() { "a workflow" } else { &run.workflow };
    let id = run.id.map_or_else(String::new, |id| format!(" #{id}"));
    let attempt = run.attempt.filter(|attempt| *attempt > 1).map_or_else(String::new, |n| format!(", attempt {n}"));
    let conclusion = run.conclusion.as_deref().unwrap_or(if run.complete { "no conclusion" } else { "not complete" });
    let steps = run.jobs.iter().map(|job| job.steps.len()).sum();
    let mut lines = vec![format!(
        "run of {}{id}{attempt}: {conclusion}, {} with {}",
        shown(name),
        plural(run.jobs.len(), "job", "jobs"),
        plural(steps, "step", "steps")
    )];
    let took = |seconds: Option<f64>| seconds.map_or("an unknown time".to_owned(), |s| format!("{s} s"));
    let least = if run.complete || run.seconds.is_none() { "" } else { "at least " };
    lines.push(format!("took {least}{}, after {} in the queue", took(run.seconds), took(run.queue_seconds)));
    let mut conclusions: BTreeMap<&str, usize> = BTreeMap::new();
    for job in &run.jobs {
        *conclusions.entry(job.conclusion.as_deref().unwrap_or("not over")).or_default() += 1;
    }
    if conclusions.len() > 1 {
        let counts: Vec<String> = conclusions.iter().map(|(word, count)| format!("{count} {}", shown(word))).collect();
        lines.push(format!("jobs: {}", counts.join(", ")));
    }
    if !run.critical_path.is_empty() {
        let by = if run.critical_path_by == PathBy::Needs { "needs" } else { "times" };
        lines.push(format!("critical path by {by}: {}", shown(&run.critical_path.join(" → "))));
    }
    lines.extend(run.notes.iter().map(|note| shown(note)));
    lines
}

fn build(build: &BuildInfo) -> String {
    let target = if build.target.is_empty() { String::new() } else { format!(" of {}", shown(&build.target)) };
    let took = build.seconds.map_or("took an unknown time".to_owned(), |seconds| format!("took {seconds} s"));
    let steps = match build.steps {
        0 => String::new(),
        steps => {
            format!(", {}, {} from the cache, {} failed", plural(steps, "step", "steps"), build.cached, build.failed)
        }
    };
    format!("build{target}: {took}{steps}")
}

fn config(facts: &ConfigFacts) -> Vec<String> {
    let mut lines = Vec::new();
    for config in &facts.coverage {
        let thresholds: Vec<String> = config.thresholds.iter().map(threshold).collect();
        lines.push(format!("{}: {}", config.tool, listed(&thresholds, "no threshold")));
        lines.extend((!config.inherits.is_empty()).then(|| format!("builds on {}", config.inherits.join(", "))));
    }
    if let Some(bot) = &facts.bot {
        let others = if bot.others { "all that it knows" } else { "nothing" };
        lines.push(format!("{} updates {}", bot.name, listed(&bot.updates, others)));
        lines.extend((!bot.off.is_empty()).then(|| format!("but not {}", bot.off.join(", "))));
        lines.extend((!bot.presets.is_empty()).then(|| format!("builds on {}", bot.presets.join(", "))));
    }
    lines
}

fn threshold(facts: &ThresholdFacts) -> String {
    let demand = match (facts.percent, facts.uncovered) {
        (Some(percent), _) => format!("{percent} %"),
        (_, Some(count)) => format!("at most {count} uncovered"),
        _ if facts.auto => "as before".to_owned(),
        _ => "unknown".to_owned(),
    };
    let scope = if facts.scope == "project" { String::new() } else { format!(" ({})", facts.scope) };
    let leniency = facts.leniency.map(|points| format!(" less {points}")).unwrap_or_default();
    let effect = if facts.effect == "fails" { String::new() } else { format!(", fails {}", facts.effect) };
    format!("{} {demand}{leniency}{scope}{effect}", facts.measure)
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
