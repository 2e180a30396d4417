//! Baselines: earlier reports that a report is compared with.

use crate::model::{Baseline, BaselineInfo, Finding, GoneFinding, SCHEMA, Status};
use std::collections::BTreeMap;

impl Baseline {
    /// Reads a report of this program. `file` is its name for readers.
    pub fn read(file: &str, text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let baseline: Self = match serde_json::from_str(text) {
            Ok(baseline) => baseline,
            Err(error) if error.is_data() => return Err(format!("is no report of Tollgate: {error}")),
            Err(error) => return Err(format!("is not valid JSON: {error}")),
        };
        if baseline.schema != SCHEMA {
            let schema = baseline.schema.chars().take(40).collect::<String>();
            return Err(format!("has the schema `{schema}`, and only `{SCHEMA}` can be compared with"));
        }
        Ok(Self { file: file.to_owned(), ..baseline })
    }

    /// How often it has each fingerprint. Findings that were waived are not among them: a waiver that is over must not
    /// live on in a baseline.
    pub fn known(&self) -> BTreeMap<String, usize> {
        let mut known = BTreeMap::new();
        for fingerprint in self.standing().flat_map(fingerprints) {
            *known.entry(fingerprint.clone()).or_default() += 1;
        }
        known
    }

    /// What a report says of it. `left` are the fingerprints that were not met, with how often.
    pub fn info(&self, mut left: BTreeMap<String, usize>) -> BaselineInfo {
        let mut gone = Vec::new();
        // Of several that are the same the last are gone.
        for finding in self.standing().collect::<Vec<_>>().into_iter().rev() {
            let mut places = 0;
            for fingerprint in fingerprints(finding) {
                if let Some(left) = left.get_mut(fingerprint).filter(|left| **left > 0) {
                    *left -= 1;
                    places += 1;
                }
            }
            if places > 0 {
                gone.push(GoneFinding {
                    rule: finding.rule.clone(),
                    message: finding.message.clone(),
                    file: finding.place.file.clone(),
                    path: finding.place.path.clone(),
                    places,
                    of: fingerprints(finding).count(),
                });
            }
        }
        gone.reverse();
        BaselineInfo { file: self.file.clone(), places: self.standing().flat_map(fingerprints).count(), gone }
    }

    fn standing(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.status != Status::Waived)
    }
}

fn fingerprints(finding: &Finding) -> impl Iterator<Item = &String> {
    std::iter::once(&finding.fingerprint).chain(&finding.other_fingerprints)
}
