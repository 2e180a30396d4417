use crate::model::{Finding, Report, Status};
use std::cmp::Reverse;

/// The findings, what fails the gate first: new before known before waived, errors before warnings, and otherwise as the
/// report has them.
pub(super) fn worst_first(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| (rank(finding.status), Reverse(finding.level)));
    findings
}

const fn rank(status: Status) -> u8 {
    match status {
        Status::New => 0,
        Status::Known => 1,
        Status::Waived => 2,
    }
}
