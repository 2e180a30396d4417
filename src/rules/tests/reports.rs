//! Which test reports can be relied on.

use crate::evidence::Evidence;
use crate::model::FileStatus;
use crate::rules::Sink;

/// Paths of the test reports of which a part, or all, could not be read, sorted.
pub(super) fn cut_off<'e>(evidence: &'e Evidence<'_>) -> Vec<&'e str> {
    let reports = evidence.readings.iter().filter(|reading| reading.file.source.kind.is_test_report());
    let cut = reports.filter(|reading| matches!(reading.status, FileStatus::PartlyRead | FileStatus::Unreadable));
    cut.map(|reading| reading.file.path()).collect()
}

/// Says that what was not read may hold anything, so that no rule passes on the rest.
pub(super) fn admit_gaps(evidence: &Evidence<'_>, sink: &mut Sink<'_>) {
    match cut_off(evidence).as_slice() {
        [] => {}
        [one] => sink.no_evidence(format!("the test report {one} could not be read whole")),
        [first, others @ ..] => {
            sink.no_evidence(format!("the test report {first} and {} more could not be read whole", others.len()));
        }
    }
}
