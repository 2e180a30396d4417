use super::is_dynamic;
use crate::model::Span;
use crate::parse::yaml::Node;

/// The value of a `uses` key.
#[derive(Debug)]
pub struct Uses<'t> {
    /// The scalar.
    pub node: Node<'t>,
    /// Its text.
    pub text: &'t str,
    /// What it points at.
    pub target: Target<'t>,
}

/// What a `uses` points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'t> {
    /// `owner/repo[/path]@reference`
    Remote {
        /// Owner of the repository.
        owner: &'t str,
        /// Name of the repository.
        repo: &'t str,
        /// Folder or file in the repository; empty for its root.
        path: &'t str,
        /// Branch, tag or commit; empty where it is missing.
        reference: &'t str,
    },
    /// `./path` or `$/path`, in the repository itself.
    Local(&'t str),
    /// `docker://image`
    Image(&'t str),
    /// An expression, or no valid form.
    Unknown,
}

impl<'t> Uses<'t> {
    pub(super) fn read(node: Node<'t>) -> Option<Self> {
        let text = node.text()?.trim();
        (!text.is_empty()).then(|| Self { node, text, target: target(text) })
    }

    /// `owner/repo` (`owner/repo/path`) of a remote action in lower case, for comparison.
    pub fn action(&self) -> Option<String> {
        let Target::Remote { owner, repo, path, .. } = self.target else { return None };
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        Some(format!("{owner}/{repo}{path}").to_ascii_lowercase())
    }

    /// Whether it is one of these actions (`owner/repo`, in lower case).
    pub fn is_any(&self, actions: &[&str]) -> bool {
        self.action().is_some_and(|action| actions.contains(&action.as_str()))
    }

    /// The bytes of the reference after `@`.
    pub fn reference_span(&self) -> Span {
        match (self.target, self.node.text()) {
            (Target::Remote { reference, .. }, Some(text)) if !reference.is_empty() => {
                let offset = text.trim_end().len() - reference.len();
                self.node.inner_span(Span { offset, length: reference.len() })
            }
            _ => self.node.span(),
        }
    }
}

fn target(text: &str) -> Target<'_> {
    if let Some(image) = text.strip_prefix("docker://") {
        return Target::Image(image);
    }
    if let Some(path) = text.strip_prefix("./").or_else(|| text.strip_prefix("$/")) {
        return Target::Local(path);
    }
    let (name, reference) = text.rsplit_once('@').unwrap_or((text, ""));
    let mut parts = name.splitn(3, '/');
    match (parts.next(), parts.next()) {
        (Some(owner), Some(repo)) if !owner.is_empty() && !repo.is_empty() && !is_dynamic(name) => {
            Target::Remote { owner, repo, path: parts.next().unwrap_or(""), reference }
        }
        _ => Target::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, target};

    #[test]
    fn targets_are_told_apart() {
        let remote = |owner, repo, path, reference| Target::Remote { owner, repo, path, reference };
        for (text, expected) in [
            ("actions/checkout@v4", remote("actions", "checkout", "", "v4")),
            ("a/b/c/d@main", remote("a", "b", "c/d", "main")),
            ("a/b/.github/workflows/x.yml@feature/y", remote("a", "b", ".github/workflows/x.yml", "feature/y")),
            ("a/b", remote("a", "b", "", "")),
            ("a/b@${{ matrix.v }}", remote("a", "b", "", "${{ matrix.v }}")),
            ("./x", Target::Local("x")),
            ("$/x", Target::Local("x")),
            ("docker://alpine:3", Target::Image("alpine:3")),
            ("${{ x }}/b@v1", Target::Unknown),
            ("checkout@v4", Target::Unknown),
        ] {
            assert_eq!(target(text), expected, "{text}");
        }
    }
}
