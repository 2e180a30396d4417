/// Longer than any test: the number is then in another unit than seconds.
const DAY: f64 = 86_400.0;

/// What a time attribute says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Time {
    /// Nothing: absent or empty.
    Absent,
    /// In seconds.
    Seconds(f64),
    /// No number, negative, or too long to be in seconds.
    Doubtful,
}

impl Time {
    /// The seconds, if there are any.
    pub(super) fn seconds(self) -> Option<f64> {
        if let Self::Seconds(seconds) = self { Some(seconds) } else { None }
    }
}

/// Reads a time as producers of all locales write it: `1.5`, `1,234.5`, `0,5`, `1.7e-05`, `0.`.
pub(super) fn time(written: Option<&str>) -> Time {
    let written = written.map_or("", str::trim);
    if written.is_empty() {
        return Time::Absent;
    }
    let seconds = if written.bytes().any(|byte| byte == b',') { with_comma(written) } else { plain(written) };
    match seconds {
        Some(seconds) if (0.0..=DAY).contains(&seconds) => Time::Seconds(seconds),
        _ => Time::Doubtful,
    }
}

/// Reads the time of .NET: `[days.]hours:minutes:seconds`, the seconds with a fraction.
pub(super) fn clock(written: Option<&str>) -> Time {
    let written = written.map_or("", str::trim);
    if written.is_empty() {
        return Time::Absent;
    }
    let seconds = clock_seconds(written);
    seconds.filter(|seconds| (0.0..=DAY).contains(seconds)).map_or(Time::Doubtful, Time::Seconds)
}

/// Reads milliseconds.
pub(super) fn milliseconds(number: Option<f64>) -> Time {
    let Some(number) = number else { return Time::Absent };
    let seconds = number / 1000.0;
    if (0.0..=DAY).contains(&seconds) { Time::Seconds(seconds) } else { Time::Doubtful }
}

fn clock_seconds(written: &str) -> Option<f64> {
    let mut parts = written.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let whole = |text: &str| text.parse::<u32>().ok().map(f64::from);
    Some(whole(days)? * DAY + whole(hours)? * 3600.0 + whole(minutes)? * 60.0 + plain(seconds)?)
}

fn plain(written: &str) -> Option<f64> {
    if let Some(seconds) = short(written) {
        return Some(seconds);
    }
    // Rust's grammar has words too (`inf`, `NaN`), which no producer means as a time.
    if written.bytes().any(|b| b.is_ascii_alphabetic() && !b.eq_ignore_ascii_case(&b'e')) {
        return None;
    }
    written.parse().ok()
}

/// Digits with at most one dot between them, as nearly all times are: below 2^53 and over a power of ten below 10^22, so
/// that the division rounds as reading the whole text would.
fn short(written: &str) -> Option<f64> {
    let bytes = written.as_bytes();
    let (mut digits, mut scale) = (0_u32, None);
    for (index, byte) in bytes.iter().take(16).enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?,
            b'.' if scale.is_none() && index > 0 => scale = Some(index + 1),
            _ => return None,
        }
    }
    let decimals = scale.map_or(0, |scale| bytes.len() - scale);
    let power = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].get(decimals)?;
    (bytes.len() <= 16 && !bytes.is_empty()).then(|| f64::from(digits) / power)
}

/// With a dot, or with several commas, the commas group thousands. A single one is a decimal comma: `0,500` is what a
/// locale prints with three digits, and `1,234` alone cannot be told from it, so the shorter time is taken only where
/// the part before the comma cannot begin a group.
fn with_comma(written: &str) -> Option<f64> {
    let (before, after) = written.split_once(',')?;
    let grouping = written.contains('.') || after.contains(',');
    if grouping {
        return plain(&written.replace(',', ""));
    }
    let ambiguous = after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
    if ambiguous { None } else { plain(&written.replace(',', ".")) }
}

#[cfg(test)]
mod tests {
    use super::{Time, clock, milliseconds, time};

    #[test]
    fn times_of_all_locales_are_read_and_doubtful_ones_left_out() {
        for (written, expected) in [
            ("1.5", Time::Seconds(1.5)),
            (" 3 ", Time::Seconds(3.0)),
            ("0.", Time::Seconds(0.0)),
            (".25", Time::Seconds(0.25)),
            ("1.7e-05", Time::Seconds(1.7e-5)),
            ("1E1", Time::Seconds(10.0)),
            ("2,503.1", Time::Seconds(2503.1)),
            ("1,234,567", Time::Doubtful),
            ("0,5", Time::Seconds(0.5)),
            ("0,512", Time::Seconds(0.512)),
            ("1,234", Time::Doubtful),
            ("12,25", Time::Seconds(12.25)),
            ("-1", Time::Doubtful),
            ("999638317", Time::Doubtful),
            ("inf", Time::Doubtful),
            ("NaN", Time::Doubtful),
            ("1e999", Time::Doubtful),
            ("five", Time::Doubtful),
            (",", Time::Doubtful),
            ("", Time::Absent),
        ] {
            assert_eq!(time(Some(written)), expected, "{written}");
        }
        assert_eq!(time(None), Time::Absent);
    }

    #[test]
    fn clock_times_and_milliseconds_are_read() {
        for (written, expected) in [
            ("00:00:00.5000000", Time::Seconds(0.5)),
            ("01:02:03", Time::Seconds(3723.0)),
            ("0.01:00:00", Time::Seconds(3600.0)),
            ("2.00:00:00", Time::Doubtful),
            ("-00:00:01", Time::Doubtful),
            ("12.5", Time::Doubtful),
            ("1:2:3:4", Time::Doubtful),
            ("", Time::Absent),
        ] {
            assert_eq!(clock(Some(written)), expected, "{written}");
        }
        assert_eq!(milliseconds(Some(1500.0)), Time::Seconds(1.5));
        assert_eq!(milliseconds(Some(-1.0)), Time::Doubtful);
        assert_eq!(milliseconds(Some(f64::NAN)), Time::Doubtful);
        assert_eq!(milliseconds(None), Time::Absent);
    }
}
