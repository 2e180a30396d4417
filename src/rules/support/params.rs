//! Values that several rules take as parameters.

use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// A time, as a number of seconds or with units: `300`, `"90s"`, `"5m"`, `"1h30m"`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "Value")]
pub struct Duration(f64);

/// Patterns on names, one or a list of them. `*` stands for anything but a slash, `**` for anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Patterns(Vec<String>);

impl Duration {
    /// So many seconds.
    pub const fn of_seconds(seconds: f64) -> Self {
        Self(seconds)
    }

    /// In seconds.
    pub const fn seconds(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tenths are what clocks of CI can tell; a whole number is printed as one.
        write!(f, "{} s", (self.0 * 10.0).round() / 10.0)
    }
}

impl TryFrom<Value> for Duration {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let seconds = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => parse(text),
            _ => None,
        };
        seconds
            .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
            .map(Self)
            .ok_or_else(|| format!("{value} is no duration; write seconds (`300`) or units (`90s`, `5m`, `1h30m`)"))
    }
}

/// Numbers with `h`, `m` and `s`, each at most once and in this order; a bare number is seconds.
fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(seconds) = number(text) {
        return Some(seconds);
    }
    let (mut rest, mut sum) = (text, 0.0);
    for (unit, seconds) in [('h', 3600.0), ('m', 60.0), ('s', 1.0)] {
        if let Some((before, after)) = rest.split_once(unit) {
            sum += number(before)? * seconds;
            rest = after;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(sum)
}

/// Digits with an optional fraction; Rust's grammar also has signs, exponents and words.
fn number(text: &str) -> Option<f64> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.parse().ok().filter(|_| plain)
}

impl Patterns {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them fits a name.
    pub fn fit(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| fits(pattern, name))
    }
}

impl TryFrom<Value> for Patterns {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let told = || format!("{value} is neither a pattern nor a list of patterns");
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(told);
        match &value {
            Value::Array(list) => list.iter().map(text).collect::<Result<_, _>>().map(Self),
            one => text(one).map(|one| Self(vec![one])),
        }
    }
}

/// Whether a pattern fits a name. A name such as `test [3.13]` is also a pattern; as it stands it means itself.
pub fn fits(pattern: &str, name: &str) -> bool {
    pattern == name || fast_glob::glob_match(pattern, name)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Patterns};
    use serde_json::json;

    #[test]
    fn durations_are_seconds_or_numbers_with_units() {
        for (value, expected) in [
            (json!(300), Some(300.0)),
            (json!(1.5), Some(1.5)),
            (json!("300"), Some(300.0)),
            (json!("90s"), Some(90.0)),
            (json!("5m"), Some(300.0)),
            (json!("1h30m"), Some(5400.0)),
            (json!("1h5s"), Some(3605.0)),
            (json!("0.5m"), Some(30.0)),
            (json!(0), Some(0.0)),
            (json!(-1), None),
            (json!("-5m"), None),
            (json!("5 minutes"), None),
            (json!("30m1h"), None),
            (json!("5m3"), None),
            (json!("m"), None),
            (json!(""), None),
            (json!("inf"), None),
            (json!(true), None),
            (json!([1]), None),
        ] {
            let read: Result<Duration, _> = serde_json::from_value(value.clone());
            assert_eq!(read.as_ref().ok().map(|duration| duration.seconds()), expected, "{value}");
        }
        assert_eq!(Duration::of_seconds(300.0).to_string(), "300 s");
        assert_eq!(Duration::of_seconds(2.54).to_string(), "2.5 s");
    }

    #[test]
    fn patterns_are_one_or_several_and_names_mean_themselves() {
        let read = |value| serde_json::from_value::<Patterns>(value).ok();
        let one = read(json!("test*")).unwrap();
        assert!(one.fit("test (3.13)") && !one.fit("lint"));
        assert!(read(json!(["lint", "test [3.13]"])).unwrap().fit("test [3.13]"));
        assert!(Patterns::default().is_empty() && !Patterns::default().fit("x"));
        assert_eq!((read(json!([1])), read(json!(1))), (None, None));
    }
}
