//! Scalars by the YAML 1.2 core schema (section 10.3.2), and where their text stands in the source.

use serde_json::{Number, Value};

pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number beyond 2^52 is no timeout, count or percentage")]
pub(super) fn number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(|n| n as f64);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return u64::from_str_radix(octal, 8).ok().map(|n| n as f64);
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    let first = unsigned.bytes().find(|b| *b != b'.')?;
    let shape = unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'));
    if first.is_ascii_digit() && shape { text.parse().ok() } else { None }
}

pub(super) fn json_number(text: &str) -> Option<Value> {
    text.parse::<i64>().map(Number::from).ok().or_else(|| Number::from_f64(number(text)?)).map(Value::Number)
}

/// Offset in the file of an offset in a literal scalar's decoded text, where `first` is any offset between the scalar's
/// header line and its first character that is not white space: line by line, since a literal keeps its lines and loses
/// only their indentation.
pub(super) fn literal_offset(text: &str, first: usize, value: &str, decoded: usize) -> Option<usize> {
    let before = value.get(..decoded)?;
    let line = before.matches('\n').count();
    let column = decoded - before.rfind('\n').map_or(0, |at| at + 1);
    let header_end = text.get(..first)?.trim_end().len();
    let mut start = header_end;
    for _ in 0..=line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let decoded_line = value.split('\n').nth(line)?.trim_end_matches('\r');
    let source_line = text.get(start..)?.split('\n').next()?.trim_end_matches('\r');
    let indent = source_line.len().saturating_sub(decoded_line.len());
    Some(start + indent + column.min(source_line.len()))
}
