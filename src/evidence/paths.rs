//! Paths as texts with `/` between their parts.

/// `path` seen from `folder`, with `.` and `..` taken out; `None` when it leaves the tree or is absolute.
pub fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~']) {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder of the repository that a file belongs to: what stands before its `.github`; empty at the root. A tree may
/// lie in an archive or in a folder of its own.
pub fn root(path: &str) -> &str {
    if path.starts_with(".github/") {
        return "";
    }
    path.split_once("/.github/").map_or("", |(root, _)| root)
}

/// Whether a path matches one of the patterns: `*` within a part, `**` over parts.
pub fn matches_any<'p>(patterns: impl IntoIterator<Item = &'p str>, path: &str) -> bool {
    patterns.into_iter().any(|pattern| fast_glob::glob_match(pattern, path))
}

#[cfg(test)]
mod tests {
    use super::{join, root};

    #[test]
    fn the_root_of_a_tree_is_what_stands_before_its_github_folder() {
        for (path, expected) in [
            (".github/workflows/ci.yml", ""),
            ("shop.zip/shop-main/.github/workflows/ci.yml", "shop.zip/shop-main"),
            ("action.yml", ""),
        ] {
            assert_eq!(root(path), expected);
        }
    }

    #[test]
    fn joined_paths_stay_in_the_tree() {
        for (folder, path, expected) in [
            ("", "./a/b", Some("a/b")),
            ("deploy", "../compose.yml", Some("compose.yml")),
            ("deploy", "../../x", None),
            ("a/b", ".", Some("a/b")),
            ("", "/etc/x", None),
            ("a", "b//c/./d", Some("a/b/c/d")),
        ] {
            assert_eq!(join(folder, path).as_deref(), expected, "{folder} + {path}");
        }
    }
}
