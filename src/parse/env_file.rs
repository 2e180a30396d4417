//! `.env` files, from which compose and others take variables.
//!
//! Source: the Compose documentation, "Syntax for environment files".

/// The names and values of a text, in order; `None` for a value that other variables are put into. Lines that set nothing
/// are passed over, and a quoted value may have several lines.
pub fn parse(text: &str) -> Vec<(&str, Option<String>)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let (from, mut next) = (rest, after);
        let entry = line.trim();
        let entry = entry.strip_prefix("export ").unwrap_or(entry).trim_start();
        let assignment =
            entry.find(['=', ':']).and_then(|at| Some((entry.get(..at)?.trim_end(), entry.get(at + 1..)?)));
        if let Some((name, written)) = assignment.filter(|(name, _)| is_name(name)) {
            let written = written.trim_start();
            let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
            let value = match quote {
                // Counted from the end of the line: what stands before is trimmed, what comes after is not.
                Some(quote) => {
                    let trimmed = line.len() - line.trim_end().len();
                    let at = line.len() - trimmed - written.len() + 1;
                    let (value, end) = quoted(from.get(at..).unwrap_or_default(), quote);
                    let end = from.get(at + end..).unwrap_or_default();
                    next = end.split_once('\n').map_or("", |(_, after)| after);
                    value
                }
                None => written.split(" #").next().unwrap_or_default().trim_end().to_owned(),
            };
            let dynamic = value.contains('$') && quote != Some('\'');
            found.push((name, (!dynamic).then_some(value)));
        }
        rest = next;
    }
    found
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        && text.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}

/// A value up to its closing quote, and the offset of that.
fn quoted(text: &str, quote: char) -> (String, usize) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            _ if c == quote => return (value, at),
            '\\' if quote == '"' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, other)) => value.push(other),
                None => {}
            },
            _ => value.push(c),
        }
    }
    (value, text.len())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_way_to_write_a_value_is_read() {
        let text = "\u{feff}# a comment\nA=1\r\nexport B = two words # not this\nC='$x #'\nD=\"a\\\"b\nc\" # x\nE=${A}\nF=\nnonsense\n\
                    9=x\nG: yes\nH=\"open\nI=1";
        let found = parse(text);
        let found: Vec<_> = found.iter().map(|(name, value)| (*name, value.as_deref())).collect();
        let expected = [
            ("A", Some("1")),
            ("B", Some("two words")),
            ("C", Some("$x #")),
            ("D", Some("a\"b\nc")),
            ("E", None),
            ("F", Some("")),
            ("G", Some("yes")),
            ("H", Some("open\nI=1")),
        ];
        assert_eq!(found, expected);
    }
}
