use super::{Registered, register};
use super::{artifacts, caching, container, coverage, document, health, rollback, security, tests, time};
use crate::policy::RuleSpec;

/// All rules, by id.
pub const REGISTRY: &[Registered] = &[
    register::<rollback::backup_unusable::BackupUnusable>(),
    register::<document::bad_expression::BadExpression>(),
    register::<coverage::coverage_below_threshold::CoverageBelowThreshold>(),
    register::<coverage::coverage_report_missing::CoverageReportMissing>(),
    register::<coverage::coverage_summary_mismatch::CoverageSummaryMismatch>(),
    register::<coverage::coverage_threshold_below_policy::CoverageThresholdBelowPolicy>(),
    register::<health::depends_on_without_health::DependsOnWithoutHealth>(),
    register::<document::duplicate_key::DuplicateKey>(),
    register::<document::duplicate_step_id::DuplicateStepId>(),
    register::<coverage::file_coverage_below_threshold::FileCoverageBelowThreshold>(),
    register::<time::job_without_timeout::JobWithoutTimeout>(),
    register::<document::missing_needs::MissingNeeds>(),
    register::<document::needs_cycle::NeedsCycle>(),
    register::<tests::no_tests_ran::NoTestsRan>(),
    register::<coverage::patch_coverage_below_threshold::PatchCoverageBelowThreshold>(),
    register::<security::reported_finding::ReportedFinding>(),
    register::<rollback::rollback_document_missing::RollbackDocumentMissing>(),
    register::<rollback::rollback_objective::RollbackObjective>(),
    register::<security::secret_in_plain_text::SecretInPlainText>(),
    register::<health::service_without_healthcheck::ServiceWithoutHealthcheck>(),
    register::<health::sleep_as_wait::SleepAsWait>(),
    register::<tests::test_failed::TestFailed>(),
    register::<tests::test_report_missing::TestReportMissing>(),
    register::<tests::tests_ignored::TestsIgnored>(),
    register::<container::tests_outside_container::TestsOutsideContainer>(),
    register::<time::timeout_over_budget::TimeoutOverBudget>(),
    register::<caching::uncached_image_build::UncachedImageBuild>(),
    register::<document::undefined_reference::UndefinedReference>(),
    register::<document::unknown_key::UnknownKey>(),
    register::<document::unknown_step_id::UnknownStepId>(),
    register::<security::unpinned_action::UnpinnedAction>(),
    register::<security::unpinned_image::UnpinnedImage>(),
    register::<document::unreadable_file::UnreadableFile>(),
    register::<artifacts::upload_lost_on_failure::UploadLostOnFailure>(),
    register::<rollback::workflow_without_backup::WorkflowWithoutBackup>(),
];

/// A rule by id.
pub fn find(id: &str) -> Option<&'static Registered> {
    REGISTRY.binary_search_by(|rule| rule.meta.id.cmp(id)).ok().and_then(|at| REGISTRY.get(at))
}

/// What policies may say of the rules.
pub fn specs() -> Vec<RuleSpec> {
    let spec = |rule: &Registered| RuleSpec {
        id: rule.meta.id,
        family: rule.meta.family,
        level: rule.meta.level,
        check_params: rule.check_params,
    };
    REGISTRY.iter().map(spec).collect()
}
