//! What GitHub has switched off, and when.
//!
//! Sources: the announcements of actions/runner-images and the changelog of GitHub. A name that is not in these tables
//! is not judged.

/// The day of which the tables are.
pub const AS_OF: &str = "2026-09-20";

/// A label of GitHub's runners whose image is gone, or whose end is announced.
#[derive(Debug, Clone, Copy)]
pub struct Runner {
    /// The label, in lower case.
    pub label: &'static str,
    /// The day of its end, as announced.
    pub date: &'static str,
    /// Labels that take its place.
    pub instead: &'static str,
}

const fn runner(label: &'static str, date: &'static str, instead: &'static str) -> Runner {
    Runner { label, date, instead }
}

/// Labels that no runner has any more.
pub const RUNNERS: [Runner; 21] = [
    runner("macos-10.15", "2023-03-31", "macos-15-intel"),
    runner("macos-11", "2024-06-28", "macos-15-intel"),
    runner("macos-12", "2024-12-03", "macos-15-intel"),
    runner("macos-12-large", "2024-12-03", "macos-15-large"),
    runner("macos-12-xl", "2024-12-03", "macos-15-large"),
    runner("macos-12-xlarge", "2024-12-03", "macos-15-xlarge"),
    runner("macos-13", "2025-12-04", "macos-15-intel"),
    runner("macos-13-large", "2025-12-04", "macos-15-large"),
    runner("macos-13-xl", "2025-12-04", "macos-15-large"),
    runner("macos-13-xlarge", "2025-12-04", "macos-15-xlarge"),
    runner("macos-14", "2026-11-02", "macos-15"),
    runner("macos-14-large", "2026-11-02", "macos-15-large"),
    runner("macos-14-xlarge", "2026-11-02", "macos-15-xlarge"),
    runner("ubuntu-16.04", "2021-09-20", "ubuntu-24.04"),
    runner("ubuntu-18.04", "2023-04-03", "ubuntu-24.04"),
    runner("ubuntu-20.04", "2025-04-15", "ubuntu-24.04"),
    runner("vs2017-win2016", "2022-03-15", "windows-2025"),
    runner("windows-2016", "2022-03-15", "windows-2025"),
    runner("windows-2019", "2025-06-30", "windows-2025"),
    runner("windows-2019-large", "2025-06-30", "windows-2025"),
    runner("windows-2019-xlarge", "2025-06-30", "windows-2025"),
];

/// Labels that still have runners, and whose end is announced.
pub const ANNOUNCED: [Runner; 2] = [
    runner("ubuntu-22.04", "2027-04-17", "ubuntu-24.04"),
    runner("ubuntu-22.04-arm", "2027-04-17", "ubuntu-24.04-arm"),
];

/// Versions of an action that GitHub lets fail, or that cannot work any more.
#[derive(Debug, Clone, Copy)]
pub struct ActionVersions {
    /// `owner/repo`, in lower case.
    pub action: &'static str,
    /// The first version of each major line that still works: lines before the first entry are gone.
    pub working: &'static [(u32, u32)],
    /// The day of their end.
    pub date: &'static str,
    /// What to write instead.
    pub instead: &'static str,
}

/// Actions with versions that do not work any more on github.com.
pub const ACTIONS: [ActionVersions; 7] = [
    ActionVersions { action: "actions/cache", working: CACHE, date: "2025-03-01", instead: "v4" },
    ActionVersions { action: "actions/cache/restore", working: CACHE, date: "2025-03-01", instead: "v4" },
    ActionVersions { action: "actions/cache/save", working: CACHE, date: "2025-03-01", instead: "v4" },
    ActionVersions { action: "actions/deploy-pages", working: &[(4, 0)], date: "2025-01-30", instead: "v4" },
    ActionVersions { action: "actions/download-artifact", working: &[(4, 0)], date: "2025-01-30", instead: "v4" },
    ActionVersions { action: "actions/upload-artifact", working: &[(4, 0)], date: "2025-01-30", instead: "v4" },
    ActionVersions { action: "actions/upload-pages-artifact", working: &[(3, 0)], date: "2025-01-30", instead: "v3" },
];

const CACHE: &[(u32, u32)] = &[(3, 4), (4, 2)];

/// Runtimes of JavaScript actions that runners no longer have: they run such actions with a newer one.
pub const RUNTIMES: [(&str, &str); 2] = [("node12", "2023-06-14"), ("node16", "2024-11-12")];

impl ActionVersions {
    /// Whether a reference (`v3`, `v3.2.1`) names a version that is gone. A major version alone moves on to the last of
    /// its line; branches and commits are not known.
    pub fn refuses(&self, reference: &str) -> bool {
        let Some(version) = reference.strip_prefix('v').or(Some(reference)) else { return false };
        let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
        let (Some(Some(major)), minor) = (parts.next(), parts.next()) else { return false };
        if reference.len() > 12 || minor == Some(None) || parts.any(|part| part.is_none()) {
            return false;
        }
        let Some(first) = self.working.first() else { return false };
        let line = self.working.iter().find(|line| line.0 == major);
        major < first.0 || line.is_some_and(|line| minor.flatten().is_some_and(|minor| minor < line.1))
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, ANNOUNCED, RUNNERS};

    #[test]
    fn tables_are_sorted() {
        assert!(RUNNERS.is_sorted_by(|a, b| a.label < b.label));
        assert!(ANNOUNCED.is_sorted_by(|a, b| a.label < b.label));
        assert!(ACTIONS.is_sorted_by(|a, b| a.action < b.action));
    }

    #[test]
    fn versions_are_told_by_their_numbers() {
        let [cache, .., upload, _] = ACTIONS;
        for (reference, of_cache, of_upload) in [
            ("v1", true, true),
            ("2", true, true),
            ("v2.1.7", true, true),
            ("v3", false, true),
            ("v3.3.2", true, true),
            ("v3.4.0", false, true),
            ("v4", false, false),
            ("v4.0.2", true, false),
            ("v4.2.0", false, false),
            ("v5", false, false),
            ("main", false, false),
            ("v3-node20", false, false),
            ("v3.2.2-node20", false, false),
            ("releases/v1", false, false),
            ("1234567890123456789012345678901234567890", false, false),
            ("", false, false),
        ] {
            assert_eq!(cache.refuses(reference), of_cache, "cache {reference}");
            assert_eq!(upload.refuses(reference), of_upload, "upload {reference}");
        }
    }
}
