//! Patterns of the filters `branches`, `tags` and `paths`.
//!
//! Source: "Workflow syntax for GitHub Actions", section "Filter pattern cheat sheet": `*` is any text without a slash,
//! `**` any text, `?` makes the sign before it optional, `+` lets it repeat, `[]` is one of some signs, `\` takes the
//! meaning from the next sign, `!` at the beginning takes back what earlier patterns took.

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterPattern {
    /// Whether it takes back (`!`).
    pub negative: bool,
    parts: Vec<(Part, Count)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// One of these ranges of signs.
    One(Vec<(char, char)>),
    /// `*`
    Name,
    /// `**`, with the slash after it, since that may match no folder at all.
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    Once,
    Optional,
    Repeated,
}

impl FilterPattern {
    /// Reads a pattern, or says why GitHub cannot.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (negative, body) = text.strip_prefix('!').map_or((false, text), |body| (true, body));
        if body.is_empty() {
            return Err(if negative { "nothing stands after `!`" } else { "it is empty" }.to_owned());
        }
        let mut parts: Vec<(Part, Count)> = Vec::new();
        let mut signs = body.chars().peekable();
        while let Some(sign) = signs.next() {
            let part = match sign {
                '*' if signs.next_if_eq(&'*').is_some() => {
                    while signs.next_if_eq(&'*').is_some() {}
                    let at_folder = parts.is_empty() || ends_in_slash(&parts);
                    if at_folder {
                        signs.next_if_eq(&'/');
                    }
                    Part::Any
                }
                '*' => Part::Name,
                '?' | '+' => {
                    let count = if sign == '?' { Count::Optional } else { Count::Repeated };
                    match parts.last_mut() {
                        Some((Part::One(_), last @ Count::Once)) => *last = count,
                        _ => return Err(format!("`{sign}` has no sign before it to which it could belong")),
                    }
                    continue;
                }
                '[' => Part::One(set(&mut signs)?),
                '\\' => {
                    let escaped = signs.next_if(|next| "[]?*+!\\".contains(*next)).unwrap_or('\\');
                    Part::One(vec![(escaped, escaped)])
                }
                sign => Part::One(vec![(sign, sign)]),
            };
            parts.push((part, Count::Once));
        }
        Ok(Self { negative, parts })
    }

    /// Whether it matches all of a text. Takes time in proportion to the pattern times the text.
    pub fn matches(&self, text: &str) -> bool {
        let mut states = vec![false; self.parts.len() + 1];
        if let Some(first) = states.first_mut() {
            *first = true;
        }
        self.skip_optional(&mut states);
        for sign in text.chars() {
            let mut next = vec![false; states.len()];
            for (at, (part, count)) in self.parts.iter().enumerate() {
                if states.get(at) != Some(&true) {
                    continue;
                }
                let (stays, goes) = match part {
                    Part::Any => (true, false),
                    Part::Name => (sign != '/', false),
                    Part::One(ranges) => {
                        let fits = ranges.iter().any(|(from, to)| (*from..=*to).contains(&sign));
                        (fits && *count == Count::Repeated, fits)
                    }
                };
                for (to, set) in [(at, stays), (at + 1, goes)] {
                    if let Some(state) = next.get_mut(to) {
                        *state |= set;
                    }
                }
            }
            self.skip_optional(&mut next);
            states = next;
            if !states.contains(&true) {
                return false;
            }
        }
        states.last() == Some(&true)
    }

    /// Goes past parts that may match nothing.
    fn skip_optional(&self, states: &mut [bool]) {
        for (at, (part, count)) in self.parts.iter().enumerate() {
            let nothing = !matches!(part, Part::One(_)) || *count == Count::Optional;
            if nothing
                && states.get(at) == Some(&true)
                && let Some(next) = states.get_mut(at + 1)
            {
                *next = true;
            }
        }
    }
}

fn ends_in_slash(parts: &[(Part, Count)]) -> bool {
    matches!(parts.last(), Some((Part::One(ranges), _)) if ranges.as_slice() == [('/', '/')])
}

/// The signs after `[` up to `]`.
fn set(signs: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Vec<(char, char)>, String> {
    let mut ranges = Vec::new();
    loop {
        let from = match signs.next() {
            None => return Err("`[` is not closed by `]`".to_owned()),
            Some(']') if ranges.is_empty() => return Err("nothing stands between `[` and `]`".to_owned()),
            Some(']') => return Ok(ranges),
            Some(sign) => sign,
        };
        let mut to = from;
        if signs.next_if_eq(&'-').is_some() {
            to = match signs.next() {
                None => return Err("`[` is not closed by `]`".to_owned()),
                Some(']') => return Err(format!("the range after `{from}-` has no end")),
                Some(sign) => sign,
            };
        }
        if from > to {
            return Err(format!("the range `{from}-{to}` runs backwards"));
        }
        ranges.push((from, to));
    }
}

#[cfg(test)]
mod tests {
    use super::FilterPattern;

    #[test]
    fn patterns_match_as_in_the_documentation() {
        for (pattern, yes, no) in [
            ("feature/*", &["feature/x"][..], &["feature/x/y", "feature"][..]),
            ("feature/**", &["feature/x", "feature/x/y"], &["features/x"]),
            ("main", &["main"], &["mainly", "a/main"]),
            ("*feature", &["feature", "my-feature"], &["a/feature"]),
            ("v2*", &["v2", "v2.0"], &["v3"]),
            ("v[12].[0-9]+.[0-9]+", &["v1.10.1", "v2.0.0"], &["v3.0.0", "v1..0"]),
            ("*.jsx?", &["page.js", "page.jsx"], &["page.ts", "a/page.js"]),
            ("**.js", &["index.js", "src/js/app.js"], &["index.ts"]),
            ("**/docs/**", &["docs/a.md", "a/docs/b/c.md"], &["docs"]),
            ("docs/**/*.md", &["docs/a.md", "docs/x/y/a.md"], &["a.md"]),
            ("**/*src/**", &["a/src/app.js", "my-src/code.js"], &["srcs"]),
            ("!README.md", &["README.md"], &["README"]),
            ("a\\*", &["a*"], &["ab"]),
            ("**", &["a/b"], &[]),
        ] {
            let read = FilterPattern::parse(pattern).unwrap();
            assert!(yes.iter().all(|text| read.matches(text)), "{pattern} {yes:?}");
            assert!(!no.iter().any(|text| read.matches(text)), "{pattern} {no:?}");
        }
    }

    #[test]
    fn broken_patterns_are_refused() {
        for pattern in ["", "!", "+x", "?", "a/*?", "a++", "v[0-", "v[0", "[]", "[9-0]", "[a-]", "**+"] {
            assert!(FilterPattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn a_hostile_pattern_takes_no_longer_than_its_length() {
        let pattern = FilterPattern::parse(&"**a".repeat(300)).unwrap();
        assert!(!pattern.matches(&"a".repeat(299)));
        assert!(pattern.matches(&"a".repeat(301)));
    }
}
