use super::style::Styles;
use super::words::wrapped;
use crate::model::{Coverage, Family, FileStatus, Level, Outcome, OutcomeKind, Report, Summary, Verdict};
use crate::render::words::{counts_in_words, number, plural, ratio_in_words, shown};
use std::fmt::{self, Write as _};

/// Findings of a baseline that are listed as gone; the others are counted.
const SHOWN_GONE: usize = 10;

/// `FAIL  3 errors, 2 warnings`.
pub(super) fn verdict(report: &Report, styles: Styles) -> String {
    let (style, word) = match report.verdict {
        Verdict::Pass => (styles.good, "PASS"),
        Verdict::Fail => (styles.bad, "FAIL"),
        Verdict::Incomplete => (styles.open, "INCOMPLETE"),
    };
    let summary = &report.summary;
    let mut parts = Vec::new();
    for (count, one, many) in [
        (summary.errors, "error", "errors"),
        (summary.warnings, "warning", "warnings"),
        (summary.infos, "info", "infos"),
        (summary.known, "known", "known"),
        (summary.waived, "waived", "waived"),
    ] {
        if count > 0 {
            parts.push(plural(count, one, many));
        }
    }
    if parts.is_empty() {
        parts.push("no findings".to_owned());
    }
    let missing = summary.outcomes.no_evidence;
    if missing > 0 {
        parts.push(format!("{} without evidence", plural(missing, "rule", "rules")));
    }
    if !report.files.iter().any(|file| matches!(file.status, FileStatus::Read | FileStatus::PartlyRead)) {
        parts.push("nothing was given that Tollgate reads".to_owned());
    }
    format!("{style}{word}{style:#}  {}  (policy {})", parts.join(", "), shown(&report.policy.name))
}

/// Verdict, rules that do not hold, families, key figures, and files that were not read whole.
pub(super) fn write(out: &mut String, report: &Report, styles: Styles) {
    let mut summary = Writer { out, styles };
    let line = verdict(report, styles);
    // Writing into a string cannot fail.
    let _ = writeln!(summary.out, "{line}").and_then(|()| summary.sections(report));
}

struct Writer<'o> {
    out: &'o mut String,
    styles: Styles,
}

impl Writer<'_> {
    fn sections(&mut self, report: &Report) -> fmt::Result {
        self.rules("Rules that do not hold", OutcomeKind::Failed, &report.outcomes)?;
        self.rules(
            "Rules without evidence (--evidence takes what a run left behind)",
            OutcomeKind::NoEvidence,
            &report.outcomes,
        )?;
        self.baseline(report)?;
        self.families(&report.outcomes)?;
        self.figures(report)?;
        self.files(report)
    }

    fn heading(&mut self, text: &str) -> fmt::Result {
        let bold = self.styles.bold;
        writeln!(self.out, "\n{bold}{text}{bold:#}")
    }

    /// The rules of one outcome, errors first, each with its facts and the line of the policy that asked for it.
    fn rules(&mut self, title: &str, kind: OutcomeKind, outcomes: &[Outcome]) -> fmt::Result {
        let mut rules: Vec<&Outcome> = outcomes.iter().filter(|o| o.outcome == kind).collect();
        if rules.is_empty() {
            return Ok(());
        }
        rules.sort_by(|a, b| (b.level, b.failing, &a.rule).cmp(&(a.level, a.failing, &b.rule)));
        self.heading(title)?;
        for outcome in rules {
            let Styles { bad, open, dim, .. } = self.styles;
            let style = if outcome.level == Level::Error { bad } else { open };
            let (level, rule, policy) = (outcome.level.word(), shown(&outcome.rule), &outcome.policy);
            let asked = format!("{}:{}", shown(&policy.file), policy.line);
            writeln!(self.out, "  {style}{level:<7}{style:#}  {rule}  {dim}({asked}){dim:#}")?;
            for fact in &outcome.facts {
                for line in wrapped(fact).lines() {
                    writeln!(self.out, "           {line}")?;
                }
            }
        }
        Ok(())
    }

    fn baseline(&mut self, report: &Report) -> fmt::Result {
        let Some(baseline) = &report.baseline else { return Ok(()) };
        self.heading(&format!("Compared with {}", shown(&baseline.file)))?;
        let Summary { new, known, .. } = report.summary;
        let gone = baseline.gone.len();
        writeln!(
            self.out,
            "  {} new, {} known, {} gone",
            number(new as u64),
            number(known as u64),
            number(gone as u64)
        )?;
        for finding in baseline.gone.iter().take(SHOWN_GONE) {
            let places =
                if finding.of > 1 { format!(" ({} of {} places)", finding.places, finding.of) } else { String::new() };
            let (rule, file, message) = (shown(&finding.rule), shown(&finding.file), shown(&finding.message));
            writeln!(self.out, "  gone: {file}: {message} [{rule}]{places}")?;
        }
        if gone > SHOWN_GONE {
            writeln!(self.out, "  and {} more", number((gone - SHOWN_GONE) as u64))?;
        }
        Ok(())
    }

    fn families(&mut self, outcomes: &[Outcome]) -> fmt::Result {
        const COLUMNS: [(&str, OutcomeKind); 5] = [
            ("failed", OutcomeKind::Failed),
            ("no evidence", OutcomeKind::NoEvidence),
            ("waived", OutcomeKind::Waived),
            ("passed", OutcomeKind::Passed),
            ("not applicable", OutcomeKind::NotApplicable),
        ];
        let count = |family: Family, kind: OutcomeKind| {
            outcomes.iter().filter(|o| o.family == family && o.outcome == kind).count()
        };
        let used: Vec<_> = COLUMNS
            .into_iter()
            .filter(|(_, kind)| *kind != OutcomeKind::Waived || outcomes.iter().any(|o| o.outcome == *kind))
            .collect();
        if outcomes.is_empty() {
            return Ok(());
        }
        let (bold, dim) = (self.styles.bold, self.styles.dim);
        write!(self.out, "\n{bold}{:<12}", "Rules by family")?;
        for (title, _) in &used {
            write!(self.out, "  {title:>7}")?;
        }
        writeln!(self.out, "{bold:#}")?;
        for family in Family::ALL {
            if !outcomes.iter().any(|o| o.family == family) {
                continue;
            }
            write!(self.out, "  {:<13}", family.word())?;
            for (title, kind) in &used {
                let width = title.len().max(7);
                let style = match (count(family, *kind), kind) {
                    (0, _) | (_, OutcomeKind::NotApplicable) => dim,
                    (_, OutcomeKind::Failed) => self.styles.bad,
                    (_, OutcomeKind::Passed) => self.styles.good,
                    _ => self.styles.open,
                };
                let cell = match count(family, *kind) {
                    0 => "-".to_owned(),
                    count => count.to_string(),
                };
                write!(self.out, "  {style}{cell:>width$}{style:#}")?;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn figures(&mut self, report: &Report) -> fmt::Result {
        self.heading("What was read")?;
        if let Some(tests) = &report.tests {
            writeln!(self.out, "  tests     {}", counts_in_words(&tests.counts))?;
        }
        if let Some(coverage) = &report.coverage {
            writeln!(self.out, "  coverage  {}", coverage_in_words(coverage))?;
        }
        if !report.workflows.is_empty() {
            let jobs: usize = report.workflows.iter().map(|workflow| workflow.jobs.len()).sum();
            let workflows = plural(report.workflows.len(), "workflow", "workflows");
            writeln!(self.out, "  CI        {workflows} with {}", plural(jobs, "job", "jobs"))?;
        }
        let mut parts = Vec::new();
        for (status, word) in [
            (FileStatus::Read, "read"),
            (FileStatus::PartlyRead, "partly read"),
            (FileStatus::Unreadable, "unreadable"),
            (FileStatus::Ignored, "not needed"),
        ] {
            let count = report.files.iter().filter(|file| file.status == status).count();
            if count > 0 {
                parts.push(format!("{} {word}", number(count as u64)));
            }
        }
        let parts = if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
        writeln!(self.out, "  files     {parts}")
    }

    fn files(&mut self, report: &Report) -> fmt::Result {
        let odd = |status| matches!(status, FileStatus::PartlyRead | FileStatus::Unreadable);
        let mut files = report.files.iter().filter(|file| odd(file.status)).peekable();
        if files.peek().is_none() {
            return Ok(());
        }
        self.heading("Files that were not read whole")?;
        for file in files {
            let style = if file.status == FileStatus::Unreadable { self.styles.bad } else { self.styles.open };
            let word = if file.status == FileStatus::Unreadable { "unreadable" } else { "partly read" };
            writeln!(self.out, "  {style}{word:<11}{style:#}  {}: {}", shown(&file.path), shown(&file.note))?;
        }
        Ok(())
    }
}

fn coverage_in_words(coverage: &Coverage) -> String {
    let metrics = [("lines", Some(coverage.line)), ("branches", coverage.branch), ("functions", coverage.function)];
    let parts: Vec<String> =
        metrics.into_iter().filter_map(|(name, ratio)| Some(format!("{name} {}", ratio_in_words(ratio?)))).collect();
    parts.join(", ")
}
