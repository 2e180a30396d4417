//! `.dockerignore` files: which files of a context folder a build does not get.
//!
//! Source: the Dockerfile reference, "`.dockerignore` file", and moby's `patternmatcher` for the order of patterns.

use super::{Parsed, Problem};
use crate::model::Span;

/// A `.dockerignore` file.
#[derive(Debug, Clone, Default)]
pub struct Dockerignore {
    /// In text order; the last that matches decides.
    pub patterns: Vec<Pattern>,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Cleaned, without `!` and a slash at the start.
    pub text: String,
    /// Written with `!`: takes in again what an earlier pattern leaves out.
    pub includes: bool,
    /// The line without blanks around it.
    pub span: Span,
}

/// Reads a file. There is always a document.
pub fn parse(text: &str) -> Parsed<Dockerignore> {
    let mut ignore = Dockerignore::default();
    let mut problems = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let content = line.trim_start_matches('\u{feff}');
        // Only a `#` at the very start of a line makes a comment.
        if content.starts_with('#') || content.trim().is_empty() {
            continue;
        }
        let lead = line.len() - content.trim_start().len();
        let written = content.trim();
        let span = Span { offset: start + lead, length: written.len() };
        let (includes, pattern) = written.strip_prefix('!').map_or((false, written), |rest| (true, rest.trim()));
        if pattern.is_empty() {
            problems.push(Problem::new(span, "`!` has no pattern"));
            continue;
        }
        ignore.patterns.push(Pattern { text: clean(pattern), includes, span });
    }
    Parsed { document: Some(ignore), problems }
}

impl Dockerignore {
    /// Whether a path, seen from the context folder, is left out. A pattern that matches a folder matches all that is in
    /// it.
    pub fn excludes(&self, path: &str) -> bool {
        let path = clean(path);
        let parents: Vec<&str> = path.match_indices('/').filter_map(|(at, _)| path.get(..at)).collect();
        let matches = |pattern: &str| {
            let one = |path: &str| fast_glob::glob_match(pattern, path);
            one(&path) || parents.iter().any(|parent| one(parent))
        };
        let mut excluded = false;
        for pattern in &self.patterns {
            // What is decided already need not be matched.
            if pattern.includes == excluded && matches(&literal_braces(&pattern.text)) {
                excluded = !pattern.includes;
            }
        }
        excluded
    }
}

/// Without a slash at either end, and with `.` and `..` taken out, as Go's `filepath.Clean` does.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    // At the root there is nothing above.
    parts.into_iter().skip_while(|part| *part == "..").collect::<Vec<_>>().join("/")
}

/// Braces mean nothing in these patterns, but they do to the matcher; a `!` at the start likewise.
fn literal_braces(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    for (at, c) in pattern.char_indices() {
        if matches!(c, '{' | '}') || (c == '!' && at == 0) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_last_pattern_that_matches_decides() {
        // The file, what it leaves out, what it does not.
        let cases: [(&str, &[&str], &[&str]); 10] = [
            ("# comment\n\n  \n*.md\n!README.md\n", &["a.md"], &["README.md", "docs/a.md", "a.mdx"]),
            ("*.md\n!README.md\nREADME.md", &["README.md"], &["x"]),
            ("/target/\nnode_modules", &["target/a/b", "node_modules/x", "target"], &["a/target", "a/node_modules/x"]),
            ("**/*.log\n", &["a.log", "x/y/a.log"], &["a.log.txt"]),
            ("*/temp*\n*/*/temp*", &["a/temp.txt", "a/b/tempx/c"], &["temp.txt", "a/b/c/temp"]),
            ("*\n!src\n!Cargo.*\nsrc/**/tests", &["README", "src/a/tests/x", "b/src"], &["src/lib.rs", "Cargo.toml"]),
            ("temp?", &["tempa", "tempb/x"], &["temp", "tempab"]),
            ("./a/../b/", &["b/c"], &["a"]),
            (" #x\n! keep\nkeep\n!keep", &["#x"], &["keep"]),
            ("a{b,c}\n[ab].txt\n\\#y", &["a{b,c}", "a.txt", "#y"], &["ab", "c.txt"]),
        ];
        for (text, out, kept) in cases {
            let parsed = parse(text);
            assert!(parsed.problems.is_empty());
            let ignore = parsed.document.unwrap();
            for path in out {
                assert!(ignore.excludes(path), "{text:?} leaves out {path}");
            }
            for path in kept {
                assert!(!ignore.excludes(path), "{text:?} keeps {path}");
            }
        }
    }

    #[test]
    fn every_pattern_knows_its_place() {
        let text = "\u{feff}# c\r\n  *.md  \r\n!\r\n!a/\r\n";
        let parsed = parse(text);
        let found: Vec<_> =
            parsed.document.unwrap().patterns.into_iter().map(|p| (p.text, p.includes, p.span)).collect();
        let places: Vec<_> = found.iter().map(|(.., span)| text.get(span.range()).unwrap()).collect();
        assert_eq!(places, ["*.md", "!a/"]);
        assert!(matches!(found.as_slice(), [(md, false, _), (a, true, _)] if md == "*.md" && a == "a"));
        assert!(matches!(parsed.problems.as_slice(), [p] if text.get(p.span.range()) == Some("!")));
    }
}
