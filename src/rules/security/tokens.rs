//! Credentials that can be told by their form alone, and values that look as if somebody had them made at random.

use crate::model::Span;

/// A credential in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is, with its article.
    pub(super) kind: &'static str,
    /// Its bytes; for a private key its first line.
    pub(super) span: Span,
    /// What must not be shown.
    pub(super) hidden: Vec<Span>,
}

/// How a credential begins, and what follows.
struct Format {
    kind: &'static str,
    prefix: &'static str,
    /// Fewest and most bytes after the prefix.
    length: (usize, usize),
    /// Signs besides letters and digits.
    signs: &'static str,
    /// What must stand somewhere in it.
    marker: &'static str,
}

const fn format(
    kind: &'static str,
    prefix: &'static str,
    length: (usize, usize),
    signs: &'static str,
    marker: &'static str,
) -> Format {
    Format { kind, prefix, length, signs, marker }
}

/// As the services document them.
const FORMATS: &[Format] = &[
    format("a GitHub token", "ghp_", (36, 36), "", ""),
    format("a GitHub token", "gho_", (36, 36), "", ""),
    format("a GitHub token", "ghu_", (36, 36), "", ""),
    format("a GitHub token", "ghs_", (36, 36), "", ""),
    format("a GitHub token", "ghr_", (36, 76), "", ""),
    format("a GitHub token", "github_pat_", (82, 82), "_", "_"),
    format("a GitLab token", "glpat-", (20, 60), "-_.", ""),
    format("a Slack token", "xoxb-", (30, 100), "-", "-"),
    format("a Slack token", "xoxp-", (30, 100), "-", "-"),
    format("a Slack token", "xoxa-", (30, 100), "-", "-"),
    format("a Slack token", "xoxs-", (30, 100), "-", "-"),
    format("a Slack app token", "xapp-", (40, 120), "-", "-"),
    format("the address of a Slack webhook", "https://hooks.slack.com/services/T", (40, 60), "/", "/B"),
    format("a Stripe live key", "sk_live_", (24, 247), "", ""),
    format("a Stripe live key", "rk_live_", (24, 247), "", ""),
    format("an npm token", "npm_", (36, 36), "", ""),
    format("a PyPI token", "pypi-AgE", (80, 400), "-_", ""),
    format("a Google API key", "AIza", (35, 35), "-_", ""),
    format("a SendGrid key", "SG.", (66, 66), "-_.", "."),
    format("a Docker Hub token", "dckr_pat_", (27, 27), "-_", ""),
    format("a Hugging Face token", "hf_", (34, 34), "", ""),
    format("an Anthropic key", "sk-ant-", (80, 120), "-_", ""),
    format("an OpenAI key", "sk-", (40, 200), "-_", "T3BlbkFJ"),
    format("a DigitalOcean token", "dop_v1_", (64, 64), "", ""),
    format("a Shopify token", "shpat_", (32, 32), "", ""),
];

/// Most bytes of a private key that are looked at.
const KEY_BYTES: usize = 8192;
/// Most bytes of anything else.
const RUN_BYTES: usize = 512;
/// Most bytes between the two halves of an AWS key.
const AWS_DISTANCE: usize = 200;

/// The credentials of a text, in order.
pub(super) fn find(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let begins = at == 0 || bytes.get(at - 1).is_some_and(|b| !is_word(*b));
        let token = match byte {
            b'-' => private_key(text, at),
            b'A' if begins => aws_secret(text, at).or_else(|| by_prefix(text, at)),
            b'd' | b'g' | b'h' | b'n' | b'p' | b'r' | b's' | b'x' | b'A' | b'S' if begins => by_prefix(text, at),
            b':' => in_address(text, at),
            _ => None,
        };
        at = token.as_ref().map_or(at + 1, |token| token.span.end().max(at + 1));
        found.extend(token);
    }
    found
}

/// Whether nobody would write a text by hand: it changes between small letters, capitals and digits as chance does, and
/// is neither words, nor a sequence, nor a stand-in.
pub(super) fn is_random(text: &str) -> bool {
    changes(text) && text.len() >= 16 && !is_stand_in(text)
}

/// Whether a text is a password that somebody thought of: shorter, but still no word.
pub(super) fn is_password(text: &str) -> bool {
    let has = |class: fn(&u8) -> bool| text.as_bytes().iter().any(class);
    (8..=256).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic())
        && has(u8::is_ascii_digit)
        && (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) || has(u8::is_ascii_punctuation))
        && !text.contains(['$', '<', '>', '{', '}', '(', ')', '/', ':', ','])
        && !is_stand_in(text)
}

/// Words of values that only hold a place, or that belong to a service which lives as long as the run.
const STAND_INS: [&str; 36] = [
    "example",
    "test",
    "dummy",
    "fake",
    "mock",
    "sample",
    "demo",
    "change",
    "replace",
    "placeholder",
    "your",
    "secret",
    "passw",
    "passphrase",
    "token",
    "insecure",
    "default",
    "local",
    "postgres",
    "mysql",
    "maria",
    "mongo",
    "redis",
    "rabbit",
    "minio",
    "admin",
    "root",
    "user",
    "guest",
    "xxxx",
    "0000",
    "1234",
    "abcd",
    "qwert",
    "invalid",
    "redacted",
];

fn is_stand_in(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    STAND_INS.iter().any(|word| lower.contains(word))
        || is_sequence(lower.bytes().filter(u8::is_ascii_alphabetic))
        || is_sequence(lower.bytes().filter(u8::is_ascii_digit))
}

/// Six signs that follow one another (`a1b2c3d4e5f6`), or that are the same.
fn is_sequence(bytes: impl Iterator<Item = u8>) -> bool {
    let mut runs = [1, 1];
    let mut last: Option<u8> = None;
    for byte in bytes {
        for (run, step) in runs.iter_mut().zip([0, 1]) {
            *run = if last.is_some_and(|last| last + step == byte) { *run + 1 } else { 1 };
        }
        if runs.iter().any(|run| *run >= 6) {
            return true;
        }
        last = Some(byte);
    }
    false
}

/// A quarter of the neighbours are of two kinds, of which one is digits, and there are many different signs.
fn changes(text: &str) -> bool {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => Some(0_u8),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        _ => None,
    };
    let mut signs = [false; 128];
    let (mut last, mut pairs, mut changed, mut count) = (None, 0_usize, 0_usize, 0_usize);
    for byte in text.bytes() {
        if let Some(sign) = signs.get_mut(usize::from(byte)) {
            *sign = true;
        }
        let now = kind(byte);
        count += usize::from(now.is_some());
        if let (Some(last), Some(now)) = (last, now) {
            pairs += 1;
            changed += usize::from(last != now);
        }
        last = now;
    }
    let different = signs.iter().filter(|sign| **sign).count();
    text.bytes().any(|b| b.is_ascii_digit()) && count >= 14 && different >= 10 && changed * 4 >= pairs
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The text from an offset on, as far as it has only letters, digits and these signs, and no longer than is looked at.
fn run<'t>(text: &'t str, at: usize, signs: &str) -> &'t str {
    let rest = text.get(at..).unwrap_or_default();
    let fits = |b: &u8| b.is_ascii_alphanumeric() || signs.as_bytes().contains(b);
    rest.get(..rest.bytes().take(RUN_BYTES).take_while(fits).count()).unwrap_or_default()
}

fn whole(kind: &'static str, span: Span) -> Token {
    Token { kind, span, hidden: vec![span] }
}

fn by_prefix(text: &str, at: usize) -> Option<Token> {
    let rest = text.get(at..)?;
    FORMATS.iter().filter(|format| rest.starts_with(format.prefix)).find_map(|format| {
        let start = at + format.prefix.len();
        let body = run(text, start, format.signs);
        let body = body.trim_end_matches(['-', '.', '/']);
        let next = text.as_bytes().get(start + body.len());
        let right = (format.length.0..=format.length.1).contains(&body.len())
            && next.is_none_or(|b| !is_word(*b))
            && body.contains(format.marker)
            && changes(body)
            && !is_stand_in(body);
        right.then(|| whole(format.kind, Span::between(at, start + body.len())))
    })
}

/// The secret half of an AWS key, which can be told where the other half stands near it.
fn aws_secret(text: &str, at: usize) -> Option<Token> {
    let id = run(text, at, "");
    let right = id.len() == 20 && (id.starts_with("AKIA") || id.starts_with("ASIA"));
    if !right || id.ends_with("EXAMPLE") || id.bytes().any(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let end = at + id.len();
    let (mut from, last) = (end, end + AWS_DISTANCE);
    while from < last && from < text.len() {
        let word = run(text, from, "/+");
        let mixed = word.bytes().any(|b| b.is_ascii_lowercase()) && word.bytes().any(|b| b.is_ascii_uppercase());
        if word.len() == 40 && mixed && changes(word) && !word.ends_with("EXAMPLEKEY") {
            return Some(whole("the secret of an AWS key", Span::between(from, from + 40)));
        }
        from += word.len().max(1);
    }
    None
}

/// `-----BEGIN … PRIVATE KEY-----` with a key after it.
fn private_key(text: &str, at: usize) -> Option<Token> {
    let rest = text.get(at..)?.strip_prefix("-----BEGIN ")?;
    let (name, after) = rest.split_at_checked(rest.bytes().take(40).position(|b| b == b'-')?)?;
    let body = after.strip_prefix("-----").filter(|_| name.ends_with("PRIVATE KEY"))?;
    let start = text.len() - body.len();
    let window = body.as_bytes().get(..KEY_BYTES).unwrap_or(body.as_bytes());
    let end = window.windows(8).position(|w| w == b"-----END").unwrap_or(window.len());
    let mut hidden = Vec::new();
    let mut from = start;
    while from < start + end {
        let line = run(text, from, "/+=");
        // After `\n` in a quoted text the key's line begins with the n.
        let escape = usize::from(line.starts_with('n') && text.as_bytes().get(from.wrapping_sub(1)) == Some(&b'\\'));
        if line.len() >= 16 {
            hidden.push(Span::between(from + escape, from + line.len()));
        }
        from += line.len().max(1);
    }
    let bytes: usize = hidden.iter().map(|span| span.length).sum();
    let real = |span: &Span| text.get(span.range()).is_some_and(|line| changes(line) || line.len() > 40);
    let is_key = bytes >= 100 && hidden.iter().all(real);
    is_key.then(|| Token { kind: "a private key", span: Span::between(at, start), hidden })
}

/// The password of `scheme://user:password@host`, where it is none that somebody made up for a test.
fn in_address(text: &str, at: usize) -> Option<Token> {
    let rest = text.get(at..)?.strip_prefix("://")?;
    let user = run(rest, 0, "-._%+");
    let password = rest.get(user.len()..)?.strip_prefix(':')?;
    let password = run(password, 0, "-._~%+!*=");
    let start = at + 3 + user.len() + 1;
    let host = text.get(start + password.len()..)?.strip_prefix('@')?;
    let host = run(host, 0, "-.");
    // A name without a dot is that of a container beside.
    let outside = host.contains('.') && !host.starts_with("127.") && host.rsplit('.').next() != Some("local");
    (outside && is_random(password)).then(|| whole("a password", Span::between(start, start + password.len())))
}

#[cfg(test)]
mod tests {
    use super::{find, is_password, is_random};

    const RANDOM: &str = "q7Zt0bX9vKc2LmR5wYhJ8nPdF3sGaE6uT1iOoWx4Bz9VrC0kQyMjN5lHpS7eDfA2gU8tZq3XbKv6LcRm1Yw4Gj0Wn9Ub";

    #[test]
    fn credentials_are_told_by_their_form() {
        // Put together here, so that nobody's scanner takes this file for a leak.
        let body = |length: usize| RANDOM.get(..length).unwrap();
        for (text, expected) in [
            (format!("x: {}{}", "ghp_", body(36)), Some("a GitHub token")),
            (format!("x={}{}", "gho_", body(36)), Some("a GitHub token")),
            (format!("{}{}_{}", "github_pat_", body(22), RANDOM.get(20..79).unwrap()), Some("a GitHub token")),
            (format!("\"{}{}\"", "glpat-", body(20)), Some("a GitLab token")),
            (format!("{}984710263518-{}", "xoxb-", body(24)), Some("a Slack token")),
            (
                format!("{}{}/B{}/{}", "https://hooks.slack.com/services/T", "0K7Q2M9X4", "5T8R3W1ZP", body(24)),
                Some("the address of a Slack webhook"),
            ),
            (format!("{}{}", "sk_live_", body(24)), Some("a Stripe live key")),
            (format!("{}{}", "npm_", body(36)), Some("an npm token")),
            (format!("{}{}", "pypi-AgE", body(85)), Some("a PyPI token")),
            (format!("{}{}", "AIza", body(35)), Some("a Google API key")),
            (format!("AKIA{}\n  secret: {}", "Q3EGRIWMJ5KLZ2TX", body(40)), Some("the secret of an AWS key")),
            (format!("url: postgres://app:{}@db.shop.io/x", body(20)), Some("a password")),
            (format!("{}{}", "ghp_", body(35)), None),
            (format!("{}{}", "ghp_", body(37)), None),
            (format!("{}{}", "xghp_", body(36)), None),
            (format!("{}{}", "sk_test_", body(24)), None),
            ("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned(), None),
            ("ghp_1a2b3c4d5e6f7g8h9i0j1k2l3m4n5o6p7q8r".to_owned(), None),
            ("AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(), None),
            ("postgres://postgres:postgres@localhost:5432/test".to_owned(), None),
            (format!("postgres://app:{}@db:5432/x", body(20)), None),
            ("https://example.com:8080/a@b".to_owned(), None),
            ("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----".to_owned(), None),
            ("-----BEGIN PUBLIC KEY-----".to_owned(), None),
            ("-".to_owned(), None),
            ("A".to_owned(), None),
        ] {
            let found = find(&text);
            assert_eq!(found.first().map(|token| token.kind), expected, "{text}");
        }
    }

    #[test]
    fn the_lines_of_a_private_key_are_hidden_however_it_is_written() {
        let line = RANDOM.get(..64).unwrap();
        for end in ["\n  ", "\\n", "\r\n"] {
            let text = format!(
                "k: {}{end}{line}{end}{line}{end}-----END RSA PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----"
            );
            let found = find(&text);
            let hidden: Vec<&str> =
                found.iter().flat_map(|token| &token.hidden).map(|span| text.get(span.range()).unwrap()).collect();
            assert_eq!(hidden, [line, line], "{text}");
            assert_eq!(text.get(found[0].span.range()).unwrap(), "-----BEGIN RSA PRIVATE KEY-----");
        }
    }

    #[test]
    fn random_values_are_told_from_what_people_write() {
        for text in [
            "9f3e2c4b7a1d4e0f8b3c5a7e9d1f2b4c",
            "Kq3vX8mZ2pL9wR5tY7nB",
            "3f29c1d8-77ab-4e0f-9c55-d1e8b2a6f047",
            "Zm9vYmFyQ2F0OTlEb2cx",
        ] {
            assert!(is_random(text), "{text}");
        }
        for text in [
            "postgres",
            "test-secret-key-for-ci",
            "a1b2c3d4e5f6a7b8c9d0e1f2",
            "0123456789abcdef0123456789abcdef",
            "00000000-0000-0000-0000-000000000000",
            "my-long-but-quite-readable-value-2024",
            "projects/123456789/locations/global/workloadIdentityPools/pool",
            "deadbeefdeadbeefdeadbeefdeadbeef",
            "insecure9X8w7Vu6Ts5Rq4Po3",
            "short1A",
            "",
        ] {
            assert!(!is_random(text), "{text}");
        }
        assert!(is_password("Tr0ub4dor&3") && is_password("hunter-2026") && is_password("S0mething"));
        assert!(
            !is_password("something")
                && !is_password("Passw0rd")
                && !is_password("v1.2.3")
                && !is_password("test-2026")
        );
    }
}
