use super::{Registered, register};
use super::{
    artifacts, caching, container, coverage, document, health, image, monitoring, rollback, rollout, security, tests,
    time,
};
use crate::policy::RuleSpec;

/// All rules, by id.
pub const REGISTRY: &[Registered] = &[
    register::<artifacts::artifact_name_collision::ArtifactNameCollision>(),
    register::<artifacts::artifact_retention::ArtifactRetention>(),
    register::<rollback::backup_unusable::BackupUnusable>(),
    register::<document::bad_expression::BadExpression>(),
    register::<image::cache_busting_copy::CacheBustingCopy>(),
    register::<caching::cache_in_release::CacheInRelease>(),
    register::<caching::cache_key_without_hash::CacheKeyWithoutHash>(),
    register::<caching::cache_mode_min::CacheModeMin>(),
    register::<caching::cache_scope_collision::CacheScopeCollision>(),
    register::<caching::cache_without_buildx::CacheWithoutBuildx>(),
    register::<health::compose_up_without_wait::ComposeUpWithoutWait>(),
    register::<coverage::coverage_below_threshold::CoverageBelowThreshold>(),
    register::<coverage::coverage_report_missing::CoverageReportMissing>(),
    register::<coverage::coverage_summary_mismatch::CoverageSummaryMismatch>(),
    register::<coverage::coverage_threshold_below_policy::CoverageThresholdBelowPolicy>(),
    register::<health::depends_on_without_health::DependsOnWithoutHealth>(),
    register::<rollout::deploy_without_environment::DeployWithoutEnvironment>(),
    register::<document::duplicate_key::DuplicateKey>(),
    register::<time::duplicate_runs::DuplicateRuns>(),
    register::<document::duplicate_step_id::DuplicateStepId>(),
    register::<artifacts::expected_artifact_missing::ExpectedArtifactMissing>(),
    register::<monitoring::failure_not_alerted::FailureNotAlerted>(),
    register::<rollout::feature_flag_workflow_missing::FeatureFlagWorkflowMissing>(),
    register::<coverage::file_coverage_below_threshold::FileCoverageBelowThreshold>(),
    register::<rollout::flag_never_read::FlagNeverRead>(),
    register::<rollout::flag_without_default::FlagWithoutDefault>(),
    register::<health::healthcheck_always_passes::HealthcheckAlwaysPasses>(),
    register::<health::healthcheck_too_slow::HealthcheckTooSlow>(),
    register::<image::image_without_healthcheck::ImageWithoutHealthcheck>(),
    register::<container::inconsistent_test_environment::InconsistentTestEnvironment>(),
    register::<time::job_without_timeout::JobWithoutTimeout>(),
    register::<image::leftover_package_lists::LeftoverPackageLists>(),
    register::<tests::lost_exit_code::LostExitCode>(),
    register::<image::missing_dockerignore::MissingDockerignore>(),
    register::<document::missing_needs::MissingNeeds>(),
    register::<time::needless_full_history::NeedlessFullHistory>(),
    register::<document::needs_cycle::NeedsCycle>(),
    register::<time::no_cancel_in_progress::NoCancelInProgress>(),
    register::<tests::no_tests_ran::NoTestsRan>(),
    register::<coverage::patch_coverage_below_threshold::PatchCoverageBelowThreshold>(),
    register::<artifacts::report_trapped_in_container::ReportTrappedInContainer>(),
    register::<security::reported_finding::ReportedFinding>(),
    register::<rollback::rollback_document_missing::RollbackDocumentMissing>(),
    register::<rollback::rollback_drill_overdue::RollbackDrillOverdue>(),
    register::<rollback::rollback_not_automated::RollbackNotAutomated>(),
    register::<rollback::rollback_objective::RollbackObjective>(),
    register::<rollback::rollback_section_missing::RollbackSectionMissing>(),
    register::<rollout::rollout_not_gradual::RolloutNotGradual>(),
    register::<monitoring::schedule_missing::ScheduleMissing>(),
    register::<security::secret_in_plain_text::SecretInPlainText>(),
    register::<time::serial_tests::SerialTests>(),
    register::<health::service_without_healthcheck::ServiceWithoutHealthcheck>(),
    register::<image::single_platform_image::SinglePlatformImage>(),
    register::<health::sleep_as_wait::SleepAsWait>(),
    register::<tests::slow_test::SlowTest>(),
    register::<tests::test_failed::TestFailed>(),
    register::<tests::test_report_missing::TestReportMissing>(),
    register::<artifacts::test_report_not_uploaded::TestReportNotUploaded>(),
    register::<tests::test_time_over_budget::TestTimeOverBudget>(),
    register::<tests::tests_ignored::TestsIgnored>(),
    register::<container::tests_outside_container::TestsOutsideContainer>(),
    register::<time::timeout_over_budget::TimeoutOverBudget>(),
    register::<tests::too_many_skipped::TooManySkipped>(),
    register::<security::unapproved_action::UnapprovedAction>(),
    register::<security::unapproved_base_image::UnapprovedBaseImage>(),
    register::<health::unbounded_wait::UnboundedWait>(),
    register::<caching::uncached_dependencies::UncachedDependencies>(),
    register::<caching::uncached_image_build::UncachedImageBuild>(),
    register::<document::undefined_reference::UndefinedReference>(),
    register::<document::unknown_key::UnknownKey>(),
    register::<document::unknown_step_id::UnknownStepId>(),
    register::<security::unpinned_action::UnpinnedAction>(),
    register::<security::unpinned_image::UnpinnedImage>(),
    register::<image::unpinned_packages::UnpinnedPackages>(),
    register::<document::unreadable_file::UnreadableFile>(),
    register::<artifacts::upload_lost_on_failure::UploadLostOnFailure>(),
    register::<artifacts::upload_tolerates_missing::UploadToleratesMissing>(),
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
