//! Variables in the values of compose files: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`,
//! `${NAME?error}`, `${NAME:+other}`, `${NAME+other}`, `$$`.
//!
//! Source: the Compose Specification, "Interpolation".

/// Deepest nesting of defaults in defaults.
const MAX_DEPTH: usize = 16;
/// Longest text that interpolation makes.
const MAX_LENGTH: usize = 64 * 1024;

/// What is known of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// Nothing that is known sets it.
    Unset,
    /// Set to this.
    Known(String),
    /// Set to something that an expression or a shell decides.
    Unknown,
}

/// A value with its variables put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpolated {
    /// The text; what is not known stands in it as written.
    pub text: String,
    /// Whether nothing was left as written.
    pub known: bool,
}

/// Puts variables in. One that nothing sets has its default, or else is not known: the machine that runs compose may set
/// it.
pub fn interpolate(text: &str, lookup: &dyn Fn(&str) -> Variable) -> Interpolated {
    let mut out = Interpolated { text: String::new(), known: true };
    expand(text, lookup, 0, &mut out);
    if out.text.len() > MAX_LENGTH {
        return Interpolated { text: text.to_owned(), known: false };
    }
    out
}

fn expand(text: &str, lookup: &dyn Fn(&str) -> Variable, depth: usize, out: &mut Interpolated) {
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('$') {
        if out.text.len() > MAX_LENGTH {
            return;
        }
        out.text.push_str(plain);
        if let Some(tail) = after.strip_prefix('$') {
            out.text.push('$');
            rest = tail;
            continue;
        }
        let inner = after.strip_prefix('{').and_then(|braced| braced.get(..closing_brace(braced)?));
        let (name, operation, length) = if let Some(inner) = inner {
            let (name, operation) = inner.split_at_checked(name_length(inner)).unwrap_or((inner, ""));
            (name, operation, inner.len() + 2)
        } else {
            let length = name_length(after);
            (after.get(..length).unwrap_or_default(), "", length)
        };
        let valid = !name.is_empty() && depth < MAX_DEPTH && substitute(name, operation, lookup, depth, out);
        if !valid {
            out.known = false;
            out.text.push('$');
            out.text.push_str(after.get(..length).unwrap_or_default());
        }
        rest = after.get(length..).unwrap_or_default();
    }
    out.text.push_str(rest);
}

/// Adds what a variable becomes; false where that is not known.
fn substitute(
    name: &str,
    operation: &str,
    lookup: &dyn Fn(&str) -> Variable,
    depth: usize,
    out: &mut Interpolated,
) -> bool {
    let variable = lookup(name);
    let (colon, operator) = operation.strip_prefix(':').map_or((false, operation), |rest| (true, rest));
    // With a colon an empty value counts as none.
    let set = match &variable {
        Variable::Known(value) => Some(value).filter(|value| !(colon && value.is_empty())),
        Variable::Unset => None,
        Variable::Unknown => return false,
    };
    let mut characters = operator.chars();
    let (kind, argument) = (characters.next(), characters.as_str());
    match (kind, set) {
        (None, _) if colon => false,
        (None | Some('?' | '-'), Some(value)) => {
            out.text.push_str(value);
            true
        }
        (Some('-'), None) | (Some('+'), Some(_)) => {
            expand(argument, lookup, depth + 1, out);
            true
        }
        (Some('+'), None) => true,
        _ => false,
    }
}

/// Names begin with a letter or `_`.
fn name_length(text: &str) -> usize {
    if text.bytes().next().is_some_and(|first| first.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count()
}

/// Where the `${` that is open before the text is closed. Only `${` nests, so `${A:-{}` ends at its first brace.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if before == b'$' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
        before = byte;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Interpolated, Variable, interpolate};

    fn put_in(text: &str) -> Interpolated {
        interpolate(text, &|name| match name {
            "A" => Variable::Known("1".to_owned()),
            "E" => Variable::Known(String::new()),
            "X" => Variable::Unknown,
            _ => Variable::Unset,
        })
    }

    #[test]
    fn every_form_of_a_variable_is_put_in_or_left_as_written() {
        let cases = [
            ("plain", "plain", true),
            ("n:$A-x ${A}", "n:1-x 1", true),
            ("${B:-2}${E:-3}${E-4}|${A:-5}", "23|1", true),
            ("${B:-${C:-d}}-${B-${A}}", "d-1", true),
            ("${A:+y}${B:+n}${E:+n}${E+z}", "yz", true),
            ("${A:?no}${A?no}", "11", true),
            ("$$A $${A} cost: 5$$", "$A ${A} cost: 5$", true),
            ("$B:$A", "$B:1", false),
            ("${B} ${B:?say it} ${X:-default}", "${B} ${B:?say it} ${X:-default}", false),
            ("${A:-x}}", "1}", true),
            ("${A", "${A", false),
            ("a $ b ${} ${1} ${A/x}", "a $ b ${} ${1} ${A/x}", false),
        ];
        for (text, expected, known) in cases {
            assert_eq!(put_in(text), Interpolated { text: expected.to_owned(), known }, "{text}");
        }
    }

    #[test]
    fn hostile_nesting_ends() {
        let deep = format!("{}{}", "${B:-".repeat(10_000), "}".repeat(10_000));
        assert!(!put_in(&deep).known);
        assert!(!put_in(&"${B:-".repeat(10_000)).known);
        let long = interpolate(&"$A".repeat(1_000), &|_| Variable::Known("x".repeat(1_000)));
        assert!(!long.known && long.text.len() < 10_000);
    }
}
