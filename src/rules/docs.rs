//! What can be read out of a rule's documentation.

/// What a rule's documentation says of a parameter: the item of its list of options that begins with the name, alone or
/// among others.
pub fn option(docs: &str, name: &str) -> Option<String> {
    let lines = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    let mut options = lines.skip_while(|line| *line != "# Options").skip(1).take_while(|line| !line.starts_with("# "));
    let first = options.by_ref().find_map(|line| {
        let (names, text) = line.strip_prefix("- ")?.split_once(':')?;
        names.split(',').any(|one| one.trim().trim_matches('`') == name).then(|| text.trim().to_owned())
    })?;
    let rest = options.take_while(|line| line.starts_with("  "));
    Some(rest.fold(first, |text, line| format!("{text} {}", line.trim())))
}

/// The number that a parameter has where no policy sets it, as its documentation says: `(default 80)`.
pub fn default_number(docs: &str, name: &str) -> Option<f64> {
    let text = option(docs, name)?;
    let (_, rest) = text.split_once("(default ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest.get(..end)?.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{default_number, option};

    #[test]
    fn an_option_is_told_with_its_default() {
        let docs = " # Options\n\n - `line`: lowest, in percent (default\n   80).\n - `a`, `b`: both (default 0.5 days, or more).\n - `c`: none.\n\n # When to waive\n - `d`: (default 1)\n";
        for (name, text, default) in [
            ("line", Some("lowest, in percent (default 80)."), Some(80.0)),
            ("b", Some("both (default 0.5 days, or more)."), Some(0.5)),
            ("c", Some("none."), None),
            ("d", None, None),
        ] {
            assert_eq!((option(docs, name).as_deref(), default_number(docs, name)), (text, default), "{name}");
        }
    }
}
