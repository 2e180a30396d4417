use super::inline::{code, one_line, prose};
use crate::model::{Coverage, Family, FileStatus, Outcome, OutcomeKind, Report, RunInfo};
use crate::render::words::{counts_in_words, number, plural, ratio_in_words};
use std::fmt::{self, Write as _};

/// Runs with a row of their own; the others are counted.
const RUNS: usize = 5;
/// Jobs of a critical path that are named.
const PATH: usize = 5;
/// Characters of a name.
const NAME: usize = 80;

/// What was measured: tests, coverage, run times, and what was read.
pub(super) fn write(out: &mut String, report: &Report) -> fmt::Result {
    out.push_str("### Figures\n\n| | |\n| --- | --- |\n");
    if let Some(tests) = &report.tests {
        writeln!(out, "| Tests | {} |", counts_in_words(&tests.counts))?;
    }
    if let Some(coverage) = &report.coverage {
        coverage_rows(out, coverage)?;
    }
    for run in report.runs.iter().take(RUNS) {
        writeln!(out, "| Run time | {} |", in_words(run))?;
    }
    if report.runs.len() > RUNS {
        writeln!(out, "| | {} |", plural(report.runs.len() - RUNS, "more run", "more runs"))?;
    }
    if !report.builds.is_empty() {
        let (steps, cached) = report.builds.iter().fold((0, 0), |(s, c), build| (s + build.steps, c + build.cached));
        let builds = plural(report.builds.len(), "build", "builds");
        let steps = plural(steps, "step", "steps");
        writeln!(out, "| Images | {builds}, {} of {steps} from the cache |", number(cached as u64))?;
    }
    if !report.workflows.is_empty() {
        let jobs: usize = report.workflows.iter().map(|workflow| workflow.jobs.len()).sum();
        let workflows = plural(report.workflows.len(), "workflow", "workflows");
        writeln!(out, "| CI | {workflows} with {} |", plural(jobs, "job", "jobs"))?;
    }
    let count = |status| report.files.iter().filter(|file| file.status == status).count();
    let mut parts = Vec::new();
    for (status, word) in [
        (FileStatus::Read, "read"),
        (FileStatus::PartlyRead, "partly read"),
        (FileStatus::Unreadable, "unreadable"),
        (FileStatus::Ignored, "not needed"),
    ] {
        if count(status) > 0 {
            parts.push(format!("{} {word}", number(count(status) as u64)));
        }
    }
    let parts = if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
    writeln!(out, "| Files | {parts} |\n")
}

fn coverage_rows(out: &mut String, coverage: &Coverage) -> fmt::Result {
    let metrics = [("lines", Some(coverage.line)), ("branches", coverage.branch), ("functions", coverage.function)];
    let parts: Vec<String> =
        metrics.into_iter().filter_map(|(name, ratio)| Some(format!("{name} {}", ratio_in_words(ratio?)))).collect();
    writeln!(out, "| Coverage | {} |", parts.join(", "))?;
    if let Some(patch) = &coverage.patch {
        writeln!(out, "| Coverage of the change | lines {} |", ratio_in_words(patch.line))?;
    }
    Ok(())
}

fn in_words(run: &RunInfo) -> String {
    let name = if run.workflow.is_empty() { &run.file } else { &run.workflow };
    let mut text = code(&one_line(name, NAME));
    match run.seconds {
        Some(seconds) if run.complete => {
            let _ = write!(text, " {}", duration(seconds));
        }
        Some(seconds) => {
            let _ = write!(text, " at least {}", duration(seconds));
        }
        None => text.push_str(" not known"),
    }
    if let Some(conclusion) = &run.conclusion {
        let _ = write!(text, ", {}", prose(&one_line(conclusion, NAME)));
    }
    if run.critical_path.len() > 1 {
        let jobs: Vec<String> = run.critical_path.iter().take(PATH).map(|job| code(&one_line(job, NAME))).collect();
        let more = if run.critical_path.len() > PATH { " → …" } else { "" };
        let _ = write!(text, "; longest chain {}{more}", jobs.join(" → "));
    }
    text
}

/// `1 h 5 min`, `5 min 3 s`, `12.3 s`.
fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round();
    let (hours, minutes, rest) = ((whole / 3600.0).floor(), (whole % 3600.0 / 60.0).floor(), whole % 60.0);
    if hours >= 1.0 { format!("{hours} h {minutes} min") } else { format!("{minutes} min {rest} s") }
}

/// Rules by family and outcome.
pub(super) fn families(out: &mut String, outcomes: &[Outcome]) -> fmt::Result {
    const COLUMNS: [(&str, OutcomeKind); 5] = [
        ("failed", OutcomeKind::Failed),
        ("no evidence", OutcomeKind::NoEvidence),
        ("waived", OutcomeKind::Waived),
        ("passed", OutcomeKind::Passed),
        ("not applicable", OutcomeKind::NotApplicable),
    ];
    out.push_str("| family |");
    for (title, _) in COLUMNS {
        write!(out, " {title} |")?;
    }
    writeln!(out, "\n| --- |{}", " ---: |".repeat(COLUMNS.len()))?;
    for family in Family::ALL {
        let of: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.family == family).collect();
        if of.is_empty() {
            continue;
        }
        write!(out, "| {family} |")?;
        for (_, kind) in COLUMNS {
            match of.iter().filter(|outcome| outcome.outcome == kind).count() {
                0 => out.push_str(" |"),
                count => write!(out, " {count} |")?,
            }
        }
        out.push('\n');
    }
    out.push('\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn times_are_told_in_the_units_of_people() {
        for (seconds, expected) in
            [(0.0, "0.0 s"), (59.94, "59.9 s"), (60.0, "1 min 0 s"), (303.4, "5 min 3 s"), (7_260.0, "2 h 1 min")]
        {
            assert_eq!(duration(seconds), expected);
        }
    }
}
