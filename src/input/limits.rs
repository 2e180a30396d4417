//! Every limit on what is taken in, with its default, its unit and its name on the command line.

use std::fmt::Write as _;

/// What is taken in at most. A limit that is hit is told: in the note of the file that hit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Files, members of archives included. Default: 200,000.
    pub files: u64,
    /// Bytes of one file or member, unpacked. Default: 256 MiB.
    pub file_bytes: u64,
    /// Bytes unpacked from all archives together. Default: 1 GiB.
    pub unpacked_bytes: u64,
    /// Bytes unpacked for each packed byte of a member; judged above [`RATIO_FREE_BYTES`] only. Default: 200.
    pub archive_ratio: u64,
    /// Members of all archives together, wanted or not. Default: 100,000.
    pub archive_entries: u64,
    /// Archives within archives; 1 opens the given ones, 0 none. Default: 3.
    pub archive_depth: u64,
}

/// Unpacked size up to which a member's compression ratio is not judged: short texts may well be mostly blank.
pub const RATIO_FREE_BYTES: u64 = 1 << 20;

/// Steps that one of a policy's own checks may take for all of its nodes together; well under a second.
pub const CHECK_STEPS: u64 = 5_000_000;

/// Archives are opened by recursion, and some contain themselves.
const MOST_DEPTH: u64 = 16;

const MIB: u64 = 1 << 20;

/// Name, whether it counts bytes, what it limits.
const NAMES: [(&str, bool, &str); 6] = [
    ("files", false, "files, members of archives included"),
    ("file_bytes", true, "bytes of one file or member"),
    ("unpacked_bytes", true, "bytes unpacked from all archives together"),
    ("archive_ratio", false, "bytes unpacked for each packed byte of a member"),
    ("archive_entries", false, "members of all archives together"),
    ("archive_depth", false, "archives within archives"),
];

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 200_000,
            file_bytes: 256 * MIB,
            unpacked_bytes: 1024 * MIB,
            archive_ratio: 200,
            archive_entries: 100_000,
            archive_depth: 3,
        }
    }
}

impl Limits {
    /// Sets a limit by name. Sizes may carry a unit (`64MiB`, `1GB`, `500kB`), digits may be grouped with `_`.
    ///
    /// Errors: an unknown name (with the nearest known one), or a value that is no number or not above zero
    /// (`archive_depth` is 0 to 16).
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let Some((known, bytes, _)) = NAMES.into_iter().find(|(known, ..)| *known == name) else {
            return Err(unknown(name));
        };
        let number = if bytes { size(value) } else { count(value) };
        let number = number.ok_or_else(|| {
            let example = if bytes { "`64MiB`, `1GB` or `1048576`" } else { "`1000`" };
            format!("limit `{known}`: `{value}` is not a number such as {example}")
        })?;
        if number == 0 && known != "archive_depth" {
            return Err(format!("limit `{known}` must be above zero"));
        }
        if known == "archive_depth" && number > MOST_DEPTH {
            return Err(format!("limit `{known}` must not be above {MOST_DEPTH}"));
        }
        let field = match known {
            "files" => &mut self.files,
            "file_bytes" => &mut self.file_bytes,
            "unpacked_bytes" => &mut self.unpacked_bytes,
            "archive_ratio" => &mut self.archive_ratio,
            "archive_entries" => &mut self.archive_entries,
            _ => &mut self.archive_depth,
        };
        *field = number;
        Ok(())
    }

    /// What a file's note says when this limit is hit: ``over the limit `files` (200000)``.
    pub(crate) fn exceeded(&self, name: &str) -> String {
        let value = match name {
            "files" => self.files.to_string(),
            "file_bytes" => bytes_in_words(self.file_bytes),
            "unpacked_bytes" => bytes_in_words(self.unpacked_bytes),
            "archive_ratio" => format!("{}:1", self.archive_ratio),
            "archive_entries" => self.archive_entries.to_string(),
            _ => self.archive_depth.to_string(),
        };
        format!("over the limit `{name}` ({value})")
    }

    /// Each limit's name and what it limits.
    pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
        NAMES.into_iter().map(|(name, _, what)| (name, what))
    }
}

/// A size as people write it: `256 MiB`, `1 GiB`, `513 bytes`. Whole units only, so that nothing is rounded.
fn bytes_in_words(bytes: u64) -> String {
    for (unit, factor) in [("GiB", 1024 * MIB), ("MiB", MIB), ("KiB", 1024)] {
        if bytes >= factor && bytes.is_multiple_of(factor) {
            return format!("{} {unit}", bytes / factor);
        }
    }
    if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") }
}

fn unknown(name: &str) -> String {
    let mut message = format!("unknown limit `{name}`");
    let nearest = NAMES
        .into_iter()
        .map(|(known, ..)| (strsim::jaro_winkler(known, name), known))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, known)) if likeness > 0.7 => {
            let _ = write!(message, ", did you mean `{known}`?");
        }
        _ => {
            let all: Vec<_> = Limits::names().map(|(name, _)| name).collect();
            let _ = write!(message, "; known are {}", all.join(", "));
        }
    }
    message
}

fn count(text: &str) -> Option<u64> {
    let digits = text.trim().replace('_', "");
    // `u64::from_str` takes a plus sign, which no number of files has.
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(unit_at)?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1024,
        "mib" => MIB,
        "gib" => 1024 * MIB,
        _ => return None,
    };
    count(number)?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_take_units() {
        for (text, expected) in [
            ("64MiB", Some(64 * MIB)),
            ("1GB", Some(1_000_000_000)),
            ("1 gib", Some(1024 * MIB)),
            ("500kB", Some(500_000)),
            ("1048576", Some(MIB)),
            ("1_000", Some(1000)),
            ("12B", Some(12)),
            ("", None),
            ("MiB", None),
            ("1.5GiB", None),
            ("-1", None),
            ("+1", None),
            ("12 parsecs", None),
            ("99999999999GiB", None),
        ] {
            assert_eq!(size(text), expected, "{text}");
        }
    }

    #[test]
    fn every_name_sets_its_own_field() {
        for (name, _) in Limits::names() {
            let mut limits = Limits::default();
            limits.set(name, "7").unwrap();
            assert_ne!(limits, Limits::default(), "{name}");
            let debug = format!("{limits:?}");
            assert!(debug.contains(&format!("{name}: 7")), "{debug}");
        }
    }

    #[test]
    fn a_typo_is_answered_with_the_nearest_name() {
        let error = Limits::default().set("file_byte", "1").unwrap_err();
        assert_eq!(error, "unknown limit `file_byte`, did you mean `file_bytes`?");
        let error = Limits::default().set("xyzzy", "1").unwrap_err();
        assert!(error.contains("known are files, file_bytes"), "{error}");
    }

    #[test]
    fn values_have_bounds() {
        assert!(Limits::default().set("archive_depth", "17").is_err());
        assert!(Limits::default().set("files", "0").is_err());
        assert!(Limits::default().set("archive_depth", "0").is_ok());
        assert!(Limits::default().set("files", "1MiB").is_err(), "a count has no unit");
    }

    #[test]
    fn sizes_in_words_are_exact() {
        for (bytes, words) in [(256 * MIB, "256 MiB"), (1024 * MIB, "1 GiB"), (1, "1 byte"), (1500, "1500 bytes")] {
            assert_eq!(bytes_in_words(bytes), words);
        }
    }
}
