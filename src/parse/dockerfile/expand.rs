//! Variables in `FROM`.

use std::collections::BTreeMap;

/// Longest text that expansion makes; `ARG B=$A$A` doubles with each line.
const MAX_LENGTH: usize = 4096;
/// Deepest nesting of defaults in defaults.
const MAX_DEPTH: usize = 16;

/// Puts variables in: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+other}`, `${NAME+other}`,
/// `${NAME:?error}`, `${NAME#pattern}`, `${NAME%pattern}`, `${NAME/pattern/other}`.
/// `None` when a variable is unknown and has no default, or the text is broken.
pub(super) fn expand(text: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    expand_at(text, variables, 0)
}

fn expand_at(text: &str, variables: &BTreeMap<String, String>, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('$') {
        out.push_str(plain);
        if let Some(braced) = after.strip_prefix('{') {
            let end = closing_brace(braced)?;
            out.push_str(&substitute(braced.get(..end)?, variables, depth)?);
            rest = braced.get(end + 1..)?;
        } else {
            let end = name_length(after);
            out.push_str(variables.get(after.get(..end)?)?);
            rest = after.get(end..)?;
        }
        if out.len() > MAX_LENGTH {
            return None;
        }
    }
    out.push_str(rest);
    (out.len() <= MAX_LENGTH).then_some(out)
}

fn substitute(inner: &str, variables: &BTreeMap<String, String>, depth: usize) -> Option<String> {
    let end = name_length(inner);
    let (name, operation) = inner.split_at_checked(end)?;
    let value = variables.get(name);
    // With a colon an empty value counts as none.
    let set = |colon: bool| value.filter(|v| !(colon && v.is_empty()));
    let (colon, operation) = operation.strip_prefix(':').map_or((false, operation), |rest| (true, rest));
    if operation.is_empty() {
        return value.filter(|_| !colon).cloned();
    }
    if let Some(default) = operation.strip_prefix('-') {
        return set(colon).cloned().or_else(|| expand_at(default, variables, depth + 1));
    }
    if let Some(other) = operation.strip_prefix('+') {
        return if set(colon).is_some() { expand_at(other, variables, depth + 1) } else { Some(String::new()) };
    }
    if operation.starts_with('?') {
        return set(colon).cloned();
    }
    if colon { None } else { edit(value?, operation) }
}

/// `#pattern`, `##pattern`, `%pattern`, `%%pattern`, `/pattern/other`, `//pattern/other`; `None` for patterns that are not
/// literal up to one `*` at the side that is cut from, which is how they are written.
fn edit(value: &str, operation: &str) -> Option<String> {
    let literal = |pattern: &str| !pattern.contains(['*', '?', '[', '\\', '$']);
    let (kind, pattern) = operation.split_at_checked(1)?;
    let (twice, pattern) = pattern.strip_prefix(kind).map_or((false, pattern), |rest| (true, rest));
    let edited = match kind {
        "#" => match pattern.strip_prefix('*') {
            Some(rest) if literal(rest) && !rest.is_empty() => {
                let at = if twice { value.rfind(rest) } else { value.find(rest) };
                at.and_then(|at| value.get(at + rest.len()..)).unwrap_or(value).to_owned()
            }
            None if literal(pattern) => value.strip_prefix(pattern).unwrap_or(value).to_owned(),
            _ => return None,
        },
        "%" => match pattern.strip_suffix('*') {
            Some(rest) if literal(rest) && !rest.is_empty() => {
                let at = if twice { value.find(rest) } else { value.rfind(rest) };
                at.and_then(|at| value.get(..at)).unwrap_or(value).to_owned()
            }
            None if literal(pattern) => value.strip_suffix(pattern).unwrap_or(value).to_owned(),
            _ => return None,
        },
        "/" => {
            let (pattern, other) = pattern.split_once('/').unwrap_or((pattern, ""));
            if pattern.is_empty() || !literal(pattern) || !literal(other) || other.len() > MAX_LENGTH {
                return None;
            }
            if twice { value.replace(pattern, other) } else { value.replacen(pattern, other, 1) }
        }
        _ => return None,
    };
    (edited.len() <= MAX_LENGTH).then_some(edited)
}

fn name_length(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// Where the brace that is open before the text is closed.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::expand;
    use std::collections::BTreeMap;

    #[test]
    fn variables_and_defaults_are_put_in() {
        let variables = BTreeMap::from([
            ("A".to_owned(), "1".to_owned()),
            ("E".to_owned(), String::new()),
            ("V".to_owned(), "v1.2.3".to_owned()),
        ]);
        let cases = [
            ("x", Some("x")),
            ("n:$A-x", Some("n:1-x")),
            ("n:${A}", Some("n:1")),
            ("${A:-2}${B:-2}${E:-3}${E-4}", Some("123")),
            ("${B:-${C:-d}}", Some("d")),
            ("${A:+y}${B:+y}${E+z}", Some("yz")),
            ("$B", None),
            ("${B}", None),
            ("${V#v}-${V##*.}-${V#*.}", Some("1.2.3-3-2.3")),
            ("${V%.*}-${V%%.*}-${V%.3}", Some("v1.2-v1-v1.2")),
            ("${V/./_}-${V//./_}-${V//./}", Some("v1_2.3-v1_2_3-v123")),
            ("${A:?no}${A?no}", Some("11")),
            ("${B:?no}", None),
            ("${V#[0-9]*}${V#?}", None),
            ("${B#x}", None),
            ("${A", None),
            ("$", None),
        ];
        for (text, expected) in cases {
            assert_eq!(expand(text, &variables).as_deref(), expected, "{text}");
        }
        assert_eq!(expand(&"$A".repeat(5000), &variables), None);
        assert_eq!(expand(&format!("{}{}", "${B:-".repeat(50), "}".repeat(50)), &variables), None);
    }
}
