//! `tollgate merge`.

use super::args::{MergeArgs, ReportFormat};
use super::{Exit, check, output, policy};
use crate::input::Limits;
use crate::merge;
use crate::model::{Report, Verdict};
use crate::render::text::{self, Colors};
use std::path::Path;

pub(super) fn run(args: &MergeArgs) -> Exit {
    let mut reports = Vec::new();
    for path in &args.reports {
        match read(path) {
            Ok(report) => reports.push(report),
            Err(reason) => output::error(&format!("{}: {reason}", path.display())),
        }
    }
    // A merged report that lacks a shard would say too much.
    let merged = (reports.len() == args.reports.len()).then(|| merge::merge(reports, args.fail_on)).flatten();
    let Some(report) = merged else {
        output::error("nothing was merged; every report has to be read");
        return Exit::Usage;
    };
    let mut exit = match report.verdict {
        Verdict::Pass => Exit::Holds,
        Verdict::Fail => Exit::Fails,
        Verdict::Incomplete => Exit::Incomplete,
    };
    for file in &args.outputs {
        let rendered = check::rendered(&report, file.format, Colors::Plain);
        if let Err(error) = output::write(&file.path, &rendered) {
            output::error(&output::not_written(&file.path, &error));
            exit = Exit::Usage;
        }
    }
    let colors = output::colors(args.color);
    let printed = match args.format {
        ReportFormat::Text if args.quiet => text::verdict(&report, colors),
        format => check::rendered(&report, format, colors),
    };
    output::finish(&printed, exit)
}

fn read(path: &Path) -> Result<Report, String> {
    merge::read(&policy::read(path, Limits::default().file_bytes)?)
}
