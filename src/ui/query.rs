//! The small language of the filters: words that must occur, `key:value` for one field, `"…"` for words with blanks, and a
//! `-` before any of them for what must not.

use super::words;

/// A field that a key names.
pub(super) struct Field {
    /// The key, in lower case.
    pub(super) key: &'static str,
    /// The values that the field can have; empty for free text.
    pub(super) values: &'static [&'static str],
}

const LEVELS: &[&str] = &["error", "warning", "info"];
const FAMILIES: &[&str] = &[
    "container",
    "caching",
    "health",
    "coverage",
    "tests",
    "artifacts",
    "time",
    "rollback",
    "rollout",
    "monitoring",
    "security",
    "image",
    "document",
    "custom",
];

const fn field(key: &'static str, values: &'static [&'static str]) -> Field {
    Field { key, values }
}

/// What findings can be asked for; their values come in this order.
pub(super) const FINDINGS: [Field; 6] = [
    field("rule", &[]),
    field("file", &[]),
    field("at", &[]),
    field("level", LEVELS),
    field("family", FAMILIES),
    field("status", &["new", "known", "waived"]),
];
/// The same for rules.
pub(super) const RULES: [Field; 5] = [
    field("rule", &[]),
    field("family", FAMILIES),
    field("level", LEVELS),
    field("outcome", &["failed", "no-evidence", "waived", "passed", "not-applicable"]),
    field("policy", &[]),
];
/// The same for files.
pub(super) const FILES: [Field; 3] =
    [field("file", &[]), field("kind", &[]), field("status", &["read", "partly-read", "unreadable", "ignored"])];
/// The same for what stands in reports: test cases, suites, covered files.
pub(super) const RECORDS: [Field; 1] = [field("file", &[])];

/// A query that was read.
pub(super) struct Query {
    fields: &'static [Field],
    terms: Vec<Term>,
    /// What the reader should know of what they wrote.
    pub(super) remarks: Vec<String>,
}

struct Term {
    wanted: bool,
    /// Position of the field; `None` for all of them.
    field: Option<usize>,
    /// In lower case.
    text: String,
}

impl Query {
    pub(super) fn new(text: &str, fields: &'static [Field]) -> Self {
        let mut query = Self { fields, terms: Vec::new(), remarks: Vec::new() };
        for (wanted, key, text) in tokens(text) {
            query.add(wanted, &key, text.to_lowercase());
        }
        query
    }

    fn add(&mut self, wanted: bool, key: &str, text: String) {
        let field = self.fields.iter().position(|field| field.key.eq_ignore_ascii_case(key));
        let Some(at) = field else {
            let is_word = key.len() > 1 && key.bytes().all(|byte| byte.is_ascii_alphabetic());
            if is_word && !key.eq_ignore_ascii_case("https") && !key.eq_ignore_ascii_case("http") {
                let keys: Vec<String> = self.fields.iter().map(|field| format!("`{}:`", field.key)).collect();
                self.remarks.push(format!(
                    "`{key}:` is no filter here, so `{key}:{text}` is looked for as it stands. There are {}.",
                    words::list(&keys)
                ));
            }
            let text = if key.is_empty() { text } else { format!("{}:{text}", key.to_lowercase()) };
            if !text.is_empty() {
                self.terms.push(Term { wanted, field: None, text });
            }
            return;
        };
        // A key that is still being written hides nothing.
        if text.is_empty() {
            return;
        }
        let values = self.fields.get(at).map_or(&[][..], |field| field.values);
        if !values.is_empty() && !values.iter().any(|value| value.starts_with(text.as_str())) {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            self.remarks.push(format!("No {key} is called `{text}`. There are {}.", words::list(&values)));
        }
        self.terms.push(Term { wanted, field: Some(at), text });
    }

    /// Whether something has what is asked for: `values` are those of the fields, `others` are looked at by plain words
    /// only. Of several values that are asked of one field, one is enough.
    pub(super) fn fits(&self, values: &[&str], others: &[&str]) -> bool {
        let mut asked = 0_u32;
        let mut met = 0_u32;
        for term in &self.terms {
            let found = match term.field {
                Some(at) => {
                    let closed = self.fields.get(at).is_some_and(|field| !field.values.is_empty());
                    let value = values.get(at).copied().unwrap_or_default();
                    if closed { value.starts_with(term.text.as_str()) } else { has(value, &term.text) }
                }
                None => values.iter().chain(others).any(|text| has(text, &term.text)),
            };
            match (term.wanted, term.field) {
                (false, _) if found => return false,
                (true, None) if !found => return false,
                (true, Some(at)) => {
                    asked |= 1 << at;
                    met |= u32::from(found) << at;
                }
                _ => {}
            }
        }
        asked == met
    }
}

/// Whether a text holds another one, which is in lower case, without regard to the case of ASCII letters; of others only
/// where either is written as asked for.
fn has(text: &str, wanted: &str) -> bool {
    let wanted = wanted.as_bytes();
    text.as_bytes().windows(wanted.len().max(1)).any(|window| window.eq_ignore_ascii_case(wanted))
        || (!wanted.is_ascii() && text.to_lowercase().as_bytes().windows(wanted.len()).any(|window| window == wanted))
}

/// The terms of a query: whether they are wanted, key and text. What stands in quotes has no key.
fn tokens(text: &str) -> Vec<(bool, String, String)> {
    let mut found = Vec::new();
    let mut rest = text.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(first) = rest.peek() else { return found };
        let wanted = *first != '-';
        if !wanted {
            rest.next();
        }
        let (mut key, mut text, mut quoted, mut was_quoted) = (None, String::new(), false, false);
        while let Some(c) = rest.next_if(|c| quoted || !c.is_whitespace()) {
            match c {
                '"' => (quoted, was_quoted) = (!quoted, true),
                ':' if key.is_none() && !was_quoted => key = Some(std::mem::take(&mut text)),
                c => text.push(c),
            }
        }
        if key.is_some() || !text.is_empty() {
            found.push((wanted, key.unwrap_or_default(), text));
        } else if !wanted && !was_quoted {
            found.push((true, String::new(), "-".to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FINDINGS, Query};

    const VALUES: [&str; 6] =
        ["sleep-as-wait", ".github/workflows/ci.yml", "jobs.test.steps.0", "error", "health", "new"];

    #[test]
    fn what_is_asked_for_is_found() {
        for (query, expected) in [
            ("", true),
            ("sleep", true),
            ("SLEEP ci.yml", true),
            ("sleep nothing", false),
            ("-nothing", true),
            ("-sleep", false),
            ("rule:sleep", true),
            ("rule:ci.yml", false),
            ("file:ci.yml level:err", true),
            ("file:\"workflows/ci\"", true),
            ("level:warning", false),
            ("level:warning level:error", true),
            ("level:warning -rule:x", false),
            ("-level:warning", true),
            ("-file:ci.yml", false),
            ("status:new family:health at:jobs.test", true),
            ("status:n", true),
            ("\"two words\"", true),
            ("\"two  words\"", false),
            ("-\"two words\"", false),
            ("Größe", true),
            ("grösse", false),
            ("postgres:17", true),
            ("\"level:error\"", false),
            ("level:", true),
            ("-", true),
            ("\"", true),
        ] {
            let found = Query::new(query, &FINDINGS).fits(&VALUES, &["has two words - postgres:17 GRÖßE"]);
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for (query, expected) in [
            ("rule:x -level:error word", 0),
            ("levle:error", 1),
            ("level:fatal", 1),
            ("postgres:17 level:warn", 1),
            ("\"postgres:17\"", 0),
            ("https://example.org", 0),
            ("a:b", 0),
        ] {
            assert_eq!(Query::new(query, &FINDINGS).remarks.len(), expected, "{query}");
        }
        let told = Query::new("levle:error", &FINDINGS).remarks;
        assert!(
            told[0].contains("`levle:error` is looked for as it stands") && told[0].contains("`level:`"),
            "{told:?}"
        );
    }
}
