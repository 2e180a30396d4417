use crate::model::Date;
use std::fmt;

const DAY: i64 = 86_400_000;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Reads an RFC 3339 date and time. Fractions are cut to milliseconds; a leap second is the next minute's first.
    /// `None` for what is no such text, or no such time.
    pub fn parse(text: &str) -> Option<Self> {
        let date: Date = text.get(..10)?.parse().ok()?;
        let rest = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
        let (hour, minute, second) = (two(rest, 0, 23)?, two(rest, 3, 59)?, two(rest, 6, 60)?);
        if rest.get(2..3) != Some(":") || rest.get(5..6) != Some(":") {
            return None;
        }
        let rest = rest.get(8..)?;
        let (milliseconds, zone) = match rest.strip_prefix('.') {
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
                let (digits, zone) = rest.split_at(end);
                let digits = digits.chars().chain("000".chars()).take(3);
                (digits.filter_map(|c| c.to_digit(10)).fold(0, |sum, digit| sum * 10 + i64::from(digit)), zone)
            }
            None => (0, rest),
        };
        let minutes = hour * 60 + minute - offset_minutes(zone)?;
        Some(Self(date.days() * DAY + (minutes * 60 + second) * 1000 + milliseconds))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, negative before.
    pub const fn milliseconds(self) -> i64 {
        self.0
    }

    /// Milliseconds from an earlier point to this one; `None` when it is a later one.
    pub fn since(self, earlier: Self) -> Option<u64> {
        u64::try_from(self.0.checked_sub(earlier.0)?).ok()
    }
}

/// In UTC, with a fraction where there is one.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, of_day) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let (seconds, fraction) = (of_day / 1000, of_day % 1000);
        match Date::from_days(days) {
            Some(date) => write!(f, "{date}T")?,
            // An offset can push the first and last day of the calendar out of it.
            None => return write!(f, "{} ms", self.0),
        }
        write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        if fraction > 0 {
            write!(f, ".{fraction:03}")?;
        }
        f.write_str("Z")
    }
}

/// Two digits at a byte, up to a greatest value.
fn two(text: &str, at: usize, most: i64) -> Option<i64> {
    let digits = text.get(at..at + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok().filter(|number| *number <= most)
}

fn offset_minutes(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, zone.strip_prefix('-')?),
    };
    let minutes = two(rest, 0, 23)? * 60 + two(rest, 3, 59)?;
    (rest.len() == 5 && rest.get(2..3) == Some(":")).then_some(sign * minutes)
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn times_of_all_offsets_and_fractions_are_read() {
        for (written, milliseconds, normal) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"),
            ("2026-02-28T23:59:60Z", 1_772_323_200_000, "2026-03-01T00:00:00Z"),
            ("2025-03-20T22:53:16.448246532+01:00", 1_742_507_596_448, "2025-03-20T21:53:16.448Z"),
            ("2025-03-20t21:53:16.4-00:30", 1_742_509_396_400, "2025-03-20T22:23:16.400Z"),
            ("2024-02-29 00:00:00z", 1_709_164_800_000, "2024-02-29T00:00:00Z"),
        ] {
            let time = Timestamp::parse(written);
            assert_eq!(time.map(Timestamp::milliseconds), Some(milliseconds), "{written}");
            assert_eq!(time.unwrap().to_string(), normal);
        }
    }

    #[test]
    fn impossible_times_are_refused() {
        for written in [
            "",
            "2026-02-29T00:00:00Z",
            "2026-02-28T24:00:00Z",
            "2026-02-28T00:60:00Z",
            "2026-02-28T00:00:61Z",
            "2026-02-28T00:00:00",
            "2026-02-28T00:00:00.Z",
            "2026-02-28T00:00:00+24:00",
            "2026-02-28T00:00:00+0100",
            "2026-02-28T00:00:00Zx",
            "2026-02-28",
            "2026-02-28T0:00:00Z",
            "2026-02-28T+1:00:00Z",
            "éééééééééééééééééééé",
            "yesterday at noon or so",
        ] {
            assert_eq!(Timestamp::parse(written), None, "{written}");
        }
    }

    #[test]
    fn only_the_later_of_two_points_has_a_distance() {
        let at = |text| Timestamp::parse(text).unwrap();
        let (early, late) = (at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:01.5Z"));
        assert_eq!((late.since(early), early.since(late), early.since(early)), (Some(1500), None, Some(0)));
    }
}
