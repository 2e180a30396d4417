//! What the policy demands of coverage, for the report: the limits of the rules that judge by one.

use super::{coverage_below_threshold, file_coverage_below_threshold, patch_coverage_below_threshold};
use crate::model::{Coverage, CoverageLimit, CoverageMetric, Ratio};
use crate::policy::Demand;
use crate::rules::{Rule, params};

/// The limits in force and what they are held against, in the order of the demands.
pub(crate) fn in_force(demands: &[Demand], coverage: &Coverage) -> Vec<CoverageLimit> {
    let mut limits = Vec::new();
    for demand in demands {
        let of_rule = of::<coverage_below_threshold::CoverageBelowThreshold>(demand)
            .map(|params| coverage_below_threshold::in_force(&params, coverage))
            .or_else(|| {
                of::<file_coverage_below_threshold::FileCoverageBelowThreshold>(demand)
                    .map(|params| vec![file_coverage_below_threshold::in_force(&params, coverage)])
            })
            .or_else(|| {
                of::<patch_coverage_below_threshold::PatchCoverageBelowThreshold>(demand)
                    .map(|params| vec![patch_coverage_below_threshold::in_force(&params, coverage)])
            });
        limits.extend(of_rule.into_iter().flatten());
    }
    limits
}

/// The parameters of a rule where the demand is for it.
fn of<R: Rule>(demand: &Demand) -> Option<R::Params> {
    (demand.rule == R::META.id).then(|| params::<R>(&demand.params).unwrap_or_default())
}

/// A limit of a rule and what was measured.
pub(super) fn limit<R: Rule>(metric: CoverageMetric, percent: f64, measured: Option<Ratio>) -> CoverageLimit {
    let measured = measured.filter(|ratio| ratio.total > 0);
    CoverageLimit {
        rule: R::META.id.to_owned(),
        metric,
        group: None,
        percent,
        measured,
        met: measured.and_then(Ratio::percent).map(|measured| measured >= percent),
    }
}
