//! From the paths that coverage reports name to the files of the tree.
//!
//! Reports name files as the machine saw them that ran the tests: `/home/runner/work/shop/shop/src/a.py`,
//! `C:\build\src\a.cs`, `/app/src/a.py`, `example.org/shop/cart/a.go`, `com/acme/Cart.java`. A path belongs to the file of
//! the tree with which it has the longest tail in common, if no other file has one as long. A tail counts when it is the
//! whole of one of the two paths, or, for absolute paths, when it has two parts at least: a name alone is no proof.

use std::cmp::Ordering;

/// The files of a tree, to be found by the ends of their paths.
#[derive(Debug, Default)]
pub(super) struct SourcePaths<'t> {
    /// Sorted from their last part on.
    paths: Vec<&'t str>,
}

/// Which file a path is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found<'t> {
    /// This one.
    File(&'t str),
    /// One of several: the first two.
    Ambiguous(&'t str, &'t str),
    /// None.
    Nothing,
}

/// A file that a path may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match<'t> {
    /// Parts at the end that they have in common.
    pub(super) parts: usize,
    /// The file.
    pub(super) found: Found<'t>,
}

impl<'t> SourcePaths<'t> {
    /// Of files with relative paths.
    pub(super) fn new(paths: impl Iterator<Item = &'t str>) -> Self {
        let mut paths: Vec<&str> = paths.collect();
        paths.sort_unstable_by(|a, b| by_tail(a, b));
        paths.dedup();
        Self { paths }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The file that a path of a report means, with the folders that the report names as roots.
    pub(super) fn find(&self, path: &str, roots: &[String]) -> Match<'t> {
        let path = clean(path);
        let mut best = self.best(&path);
        for root in roots.iter().take(MAX_ROOTS).filter(|_| !is_absolute(&path)) {
            let joined = clean(&format!("{root}/{path}"));
            let other = self.best(&joined);
            match other.parts.cmp(&best.parts) {
                Ordering::Greater => best = other,
                Ordering::Equal => best.found = agreed(best.found, other.found),
                Ordering::Less => {}
            }
        }
        best
    }

    fn best(&self, path: &str) -> Match<'t> {
        let nothing = Match { parts: 0, found: Found::Nothing };
        let at = self.paths.partition_point(|file| by_tail(file, path) == Ordering::Less);
        // The longest tail in common is that of a neighbour in this order.
        let neighbours = [at.checked_sub(1), Some(at)].into_iter().flatten().filter_map(|at| self.paths.get(at));
        let Some(parts) = neighbours.map(|file| common(file, path)).max().filter(|parts| *parts > 0) else {
            return nothing;
        };
        // A whole path of the tree at the end of another is nearer than a part of a longer one.
        let end: Vec<&str> = tail(path).take(parts).collect();
        let whole = self.paths.binary_search_by(|file| tail(file).cmp(end.iter().copied()));
        if let Some(file) = whole.ok().and_then(|at| self.paths.get(at)) {
            return Match { parts, found: Found::File(file) };
        }
        if parts < tail(path).count() && (parts == 1 || !is_absolute(path)) {
            return nothing;
        }
        let same = |file: &&&str| common(file, path) == parts;
        let before = self.paths.get(..at).unwrap_or_default().iter().rev().take_while(same).take(2);
        let after = self.paths.get(at..).unwrap_or_default().iter().take_while(same).take(2);
        let mut candidates: Vec<&'t str> = before.chain(after).copied().collect();
        candidates.sort_unstable();
        let found = match candidates.as_slice() {
            [] => return nothing,
            [file] => Found::File(file),
            [first, second, ..] => Found::Ambiguous(first, second),
        };
        Match { parts, found }
    }
}

/// Most roots of a report that are tried for each of its paths.
const MAX_ROOTS: usize = 16;

/// What two roots of one report say.
fn agreed<'t>(one: Found<'t>, other: Found<'t>) -> Found<'t> {
    match (one, other) {
        (Found::File(a), Found::File(b)) if a != b => Found::Ambiguous(a.min(b), a.max(b)),
        (Found::Nothing, found) | (found, Found::Nothing) => found,
        (ambiguous @ Found::Ambiguous(..), _) | (_, ambiguous @ Found::Ambiguous(..)) => ambiguous,
        (found, _) => found,
    }
}

/// A path of a report with `/` between its parts, and without `.`, `..` and `file://`.
pub(super) fn clean(path: &str) -> String {
    let slashes = path.replace('\\', "/");
    let path = slashes.strip_prefix("file://").unwrap_or(&slashes);
    if !path.split('/').any(|part| matches!(part, "." | "..")) && !path.contains("//") {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.get(1..3) == Some(":/")
}

fn tail(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit('/').filter(|part| !part.is_empty())
}

/// Orders paths from their last part on.
fn by_tail(a: &str, b: &str) -> Ordering {
    tail(a).cmp(tail(b))
}

/// Parts at the end that two paths have in common.
fn common(a: &str, b: &str) -> usize {
    tail(a).zip(tail(b)).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::Found::{Ambiguous, File, Nothing};
    use super::{SourcePaths, clean};

    #[test]
    fn a_path_is_the_file_with_the_longest_tail_in_common() {
        let tree = SourcePaths::new(
            [
                "main.go",
                "src/a.py",
                "src/pkg/__init__.py",
                "src/other/__init__.py",
                "backend/app/cart.py",
                "frontend/app/cart.ts",
                "core/src/main/java/com/acme/Cart.java",
                "web/src/main/java/com/acme/Page.java",
                "core/src/main/java/com/acme/Page.java",
                "lib/src/a.py",
                "one/x.c",
                "two/x.c",
            ]
            .into_iter(),
        );
        for (path, expected) in [
            ("src/a.py", File("src/a.py")),
            ("./src/a.py", File("src/a.py")),
            ("/home/runner/work/shop/shop/src/a.py", File("src/a.py")),
            ("/home/runner/work/shop/shop/lib/src/a.py", File("lib/src/a.py")),
            ("C:\\build\\shop\\src\\a.py", File("src/a.py")),
            ("file:///x/src/a.py", File("src/a.py")),
            ("/x/y/../src/./a.py", File("src/a.py")),
            ("/app/app/cart.py", File("backend/app/cart.py")),
            ("example.org/shop/main.go", File("main.go")),
            ("com/acme/Cart.java", File("core/src/main/java/com/acme/Cart.java")),
            ("Cart.java", File("core/src/main/java/com/acme/Cart.java")),
            (
                "com/acme/Page.java",
                Ambiguous("core/src/main/java/com/acme/Page.java", "web/src/main/java/com/acme/Page.java"),
            ),
            ("pkg/__init__.py", File("src/pkg/__init__.py")),
            ("__init__.py", Ambiguous("src/other/__init__.py", "src/pkg/__init__.py")),
            // A name alone proves nothing.
            ("/usr/lib/python3/cart.py", Nothing),
            ("vendored/cart.py", Nothing),
            ("/usr/lib/json/__init__.py", Nothing),
            ("/three/x.c", Nothing),
            ("none.py", Nothing),
            ("", Nothing),
            ("/", Nothing),
        ] {
            assert_eq!(tree.find(path, &[]).found, expected, "{path}");
        }
    }

    #[test]
    fn roots_of_a_report_stand_before_its_paths() {
        let tree = SourcePaths::new(["api/cart.py", "web/cart.py", "api/x.py", "web/y.py"].into_iter());
        let both = ["/work/api".to_owned(), "/work/web".to_owned()];
        assert_eq!(tree.find("cart.py", &both[..1]).found, File("api/cart.py"));
        assert_eq!(tree.find("cart.py", &both).found, Ambiguous("api/cart.py", "web/cart.py"));
        assert_eq!(tree.find("x.py", &both).found, File("api/x.py"));
        assert_eq!(tree.find("y.py", &both).found, File("web/y.py"));
        assert_eq!(tree.find("/work/web/cart.py", &both).found, File("web/cart.py"));
    }

    #[test]
    fn cleaned_paths_have_no_detours() {
        for (path, expected) in
            [("a/../b", "b"), ("../a", "../a"), ("/a//b/.", "/a/b"), ("a\\b", "a/b"), ("./a", "a"), ("", "")]
        {
            assert_eq!(clean(path), expected, "{path}");
        }
    }
}
