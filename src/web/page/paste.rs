//! Pasted text has no name, and names are how CI files are known.

/// The name that a text would have as a file, from its structure.
pub(super) fn name(text: &str) -> &'static str {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return match root_element(text) {
            "coverage" => "pasted/coverage.xml",
            _ => "pasted/junit.xml",
        };
    }
    let keys: Vec<&str> = text.lines().filter_map(top_level_key).collect();
    if keys.contains(&"jobs") {
        ".github/workflows/pasted.yml"
    } else if keys.contains(&"runs") {
        "pasted/action.yml"
    } else if keys.contains(&"rules") || keys.contains(&"extends") || keys.contains(&"checks") {
        "tollgate.yml"
    } else if keys.contains(&"services") {
        "compose.yml"
    } else if text.lines().any(|line| first_word(line).eq_ignore_ascii_case("FROM")) {
        "Dockerfile"
    } else if text.lines().any(|line| line.starts_with("SF:")) {
        "pasted/lcov.info"
    } else if text.starts_with("# ") {
        "pasted/ROLLBACK.md"
    } else {
        "pasted/pasted.txt"
    }
}

/// `jobs` of a line `jobs:`, also quoted; not of an indented one.
fn top_level_key(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let plain = !line.starts_with([' ', '\t', '#', '-']) && (rest.is_empty() || rest.starts_with([' ', '\r']));
    plain.then(|| key.trim_matches(['"', '\'']))
}

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}

/// The name of the first element, past the declaration, comments and document type.
fn root_element(text: &str) -> &str {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if after.starts_with(['?', '!']) {
            rest = after;
        } else {
            return after.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next().unwrap_or_default();
        }
    }
    ""
}
