//! `tollgate check`.
#![expect(clippy::disallowed_methods, reason = "the only use of the clock: the default of --today")]

use super::args::{CheckArgs, ReportFormat};
use super::output::Output;
use super::places::from_root;
use super::policy;
use super::progress::Progress;
use super::walk::collect;
use super::{Exit, output};
use crate::engine::{self, Request};
use crate::input::Limits;
use crate::model::{Baseline, Date, Report, Verdict};
use crate::render::text::{self, Colors};
use crate::render::{self, Room, RuleText};
use crate::rules;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) fn run(args: &CheckArgs) -> Exit {
    if let Some(twice) = twice(&args.outputs) {
        output::error(&format!("--output {}: is given twice; give each report a file of its own", twice.display()));
        return Exit::Usage;
    }
    let mut progress = Progress::start(args.quiet, args.verbose);
    progress.phase("collecting");
    let limits = args.input.limits();
    let mut collected = collect(&args.input.paths, &args.input.evidence, &limits);
    if let Some(diff) = &args.input.diff {
        collected.add_diff(diff, &limits);
    }
    progress.pause();
    progress.phase("policy");
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
    progress.resume();
    let report = engine::analyze_watched(request, &policy, &|step| progress.step(step));
    progress.phase("writing");
    let exit = match report.verdict {
        Verdict::Pass => Exit::Holds,
        Verdict::Fail => Exit::Fails,
        Verdict::Incomplete => Exit::Incomplete,
    };
    progress.pause();
    let exit = deliver(&report, &collected.on_disk, args, exit);
    progress.finish();
    exit
}

/// A file that two reports would be written to.
fn twice(outputs: &[Output]) -> Option<&Path> {
    let mut paths: Vec<&Path> = outputs.iter().map(|output| output.path.as_path()).collect();
    paths.sort_unstable();
    paths.windows(2).find_map(|pair| match pair {
        [first, second] if first == second && !is_device(first) => Some(*first),
        _ => None,
    })
}

/// A terminal, a pipe or a device takes one report after the other.
fn is_device(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Writes all outputs; a report that does not arrive is an error of its own, for somebody waits for it.
fn deliver(report: &Report, on_disk: &BTreeMap<String, PathBuf>, args: &CheckArgs, exit: Exit) -> Exit {
    let mut exit = exit;
    let formats = args.outputs.iter().map(|output| output.format).chain([args.format]);
    let from_root = formats.into_iter().any(is_for_a_host).then(|| from_root(report, on_disk, &args.input.paths));
    let as_it_wants = |format| from_root.as_ref().filter(|_| is_for_a_host(format)).unwrap_or(report);
    for file in &args.outputs {
        let rendered = rendered(as_it_wants(file.format), file.format, Colors::Plain);
        if let Err(error) = output::write(&file.path, &rendered) {
            output::error(&output::not_written(&file.path, &error));
            exit = Exit::Usage;
        }
    }
    let colors = output::colors(args.color);
    let printed = match args.format {
        ReportFormat::Text if args.quiet => text::verdict(report, colors),
        format => rendered(as_it_wants(format), format, colors),
    };
    output::finish(&printed, exit)
}

/// Whether the reader looks for files from the root of the repository on.
const fn is_for_a_host(format: ReportFormat) -> bool {
    matches!(format, ReportFormat::Sarif | ReportFormat::Github)
}

pub(super) fn rendered(report: &Report, format: ReportFormat, colors: Colors) -> String {
    match format {
        ReportFormat::Text => text::text(report, colors),
        ReportFormat::Json => render::json(report),
        ReportFormat::Sarif => render::sarif(report, &rule_text),
        ReportFormat::Github => render::github(report),
        ReportFormat::Markdown => render::markdown(report, Room::Summary),
        ReportFormat::Comment => render::markdown(report, Room::Comment),
        ReportFormat::Junit => render::junit(report),
        ReportFormat::Html => render::html(report),
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
