//! The report: plain data, the same for the command line and the page.
//!
//! Field names are the schema `tollgate-report/1` and do not change; fields may be added.

mod baseline;
mod coverage;
mod date;
mod details;
mod finding;
mod level;
mod merged;
mod place;
mod policy_error;
mod policy_in_force;
mod report;
mod runs;
mod tests;
mod waiver;

pub use baseline::{Baseline, BaselineInfo, GoneFinding};
pub use coverage::{
    Coverage, CoverageLimit, CoverageMetric, CoveredFile, PatchCoverage, PatchedFile, PathMapping, Ratio,
};
pub use date::Date;
pub use details::{CaseOrder, CaseQuery, CaseRow, CaseRows, CoveredLines};
pub use finding::{Edit, Finding, Fix, Related, Status};
pub use level::{Family, Level};
pub use merged::{Look, Merged, MergedReport, MergedTests};
pub use place::{Excerpt, LineIndex, Place, Span};
pub use policy_error::PolicyError;
pub use policy_in_force::{NumberInForce, ParameterInForce, PolicyInForce, RuleInForce, Unit};
pub use report::{
    FileKind, FileRecord, FileStatus, Outcome, OutcomeCounts, OutcomeKind, PolicyInfo, PolicyPlace, PolicySource,
    Report, SCHEMA, Summary, Tool, Verdict, WorkflowInfo,
};
pub use runs::{BuildInfo, JobInfo, PathBy, RunInfo, StepInfo};
pub use tests::{
    CaseRecord, CaseStatus, DeclaredCounts, RepeatRecord, ResultRecord, SuiteRecord, TestCounts, TestReportRecord,
    Tests, TimeBucket,
};
pub use waiver::{WaiverRecord, WaiverState};
