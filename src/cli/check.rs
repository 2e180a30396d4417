//! `tollgate check`.
#![expect(clippy::disallowed_methods, reason = "the only use of the clock: the default of --today")]

use super::args::{CheckArgs, ReportFormat};
use super::policy;
use super::walk::collect;
use super::{Exit, output};
use crate::engine::{self, Request};
use crate::input::Limits;
use crate::model::{Baseline, Date, Report, Verdict};
use crate::render::text::{self, Colors};
use crate::render::{self, Room, RuleText};
use crate::rules;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) fn run(args: &CheckArgs) -> Exit {
    let limits = args.input.limits();
    let mut collected = collect(&args.input.paths, &args.input.evidence, &limits);
    if let Some(diff) = &args.input.diff {
        collected.add_diff(diff, &limits);
    }
    for error in &collected.errors {
        output::error(error);
    }
    let Some(policy) = policy::load_or_say(args.policy.as_deref(), &args.input.paths, &collected, args.color) else {
        return Exit::Usage;
    };
    let Some(today) = today(args.today) else { return Exit::Usage };
    let baseline = match args.baseline.as_deref().map(|path| baseline(path, &limits)).transpose() {
        Ok(baseline) => baseline,
        Err(message) => {
            output::error(&message);
            return Exit::Usage;
        }
    };
    let request = Request { files: collected.files, limits, fail_on: args.fail_on, today, baseline };
    let report = engine::analyze(request, &policy);
    let exit = match report.verdict {
        Verdict::Pass => Exit::Holds,
        Verdict::Fail => Exit::Fails,
        Verdict::Incomplete => Exit::Incomplete,
    };
    deliver(&report, args, exit)
}

/// Writes all outputs; a report that does not arrive is an error of its own, for somebody waits for it.
fn deliver(report: &Report, args: &CheckArgs, exit: Exit) -> Exit {
    let mut exit = exit;
    for file in &args.outputs {
        let rendered = rendered(report, file.format, Colors::Plain);
        if let Err(error) = output::write(&file.path, &rendered) {
            output::error(&format!("{}: cannot be written: {error}", file.path.display()));
            exit = Exit::Usage;
        }
    }
    let colors = output::colors(args.color);
    let printed = match args.format {
        ReportFormat::Text if args.quiet => text::verdict(report, colors),
        format => rendered(report, format, colors),
    };
    output::finish(&printed, exit)
}

fn rendered(report: &Report, format: ReportFormat, colors: Colors) -> String {
    match format {
        ReportFormat::Text => text::text(report, colors),
        ReportFormat::Json => render::json(report),
        ReportFormat::Sarif => render::sarif(report, &rule_text),
        ReportFormat::Github => render::github(report),
        ReportFormat::Markdown => render::markdown(report, Room::Summary),
        ReportFormat::Comment => render::markdown(report, Room::Comment),
        ReportFormat::Junit => render::junit(report),
    }
}

fn rule_text(id: &str) -> Option<RuleText<'static>> {
    rules::find(id).map(|rule| RuleText { level: rule.meta.level, docs: rule.meta.docs })
}

/// An earlier report; one that cannot be read stops the work, for everything would look new.
fn baseline(path: &Path, limits: &Limits) -> Result<Baseline, String> {
    let shown = path.display().to_string();
    let shown = if cfg!(windows) { shown.replace('\\', "/") } else { shown };
    policy::read(path, limits.file_bytes)
        .and_then(|text| Baseline::read(&shown, &text))
        .map_err(|reason| format!("baseline {shown}: {reason}"))
}

/// The day that was given, or else the system's date in UTC; where there is none, that is said.
pub(super) fn today(given: Option<Date>) -> Option<Date> {
    let by_clock = || {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        Date::from_days(i64::try_from(seconds / 86_400).ok()?)
    };
    let today = given.or_else(by_clock);
    if today.is_none() {
        output::error("this machine's clock shows no usable date; give one with --today");
    }
    today
}
