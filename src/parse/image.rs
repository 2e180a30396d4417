//! Names of container images, after the grammar of `distribution/reference`.

/// A container image's name taken apart: `ghcr.io/a/b:1.2@sha256:…`.
///
/// Parts may hold variables (`${VERSION:-1}`, `$TAG`, `${{ inputs.tag }}`) as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRef {
    /// Host and port, if written: the first path part when it has a `.` or `:`, or is `localhost`.
    pub registry: Option<String>,
    /// The path without the registry: `node`, `library/node`, `a/b`.
    pub repository: String,
    /// After the `:`.
    pub tag: Option<String>,
    /// After the `@`, with its algorithm.
    pub digest: Option<String>,
}

impl ImageRef {
    /// Takes a name apart; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let mask = mask(text)?;
        let (name_end, digest) = match mask.find('@') {
            Some(at) => (at, Some(at + 1..mask.len())),
            None => (mask.len(), None),
        };
        let name = mask.get(..name_end)?;
        let last_part = name.rfind('/').map_or(0, |at| at + 1);
        let (path_end, tag) = match name.get(last_part..)?.find(':') {
            Some(at) => (last_part + at, Some(last_part + at + 1..name_end)),
            None => (name_end, None),
        };
        let path_start = match name.get(..path_end)?.split_once('/') {
            Some((first, _)) if first == "localhost" || first.contains(['.', ':']) => first.len() + 1,
            _ => 0,
        };
        let registry = path_start.checked_sub(1).map(|end| 0..end);
        let valid = registry.clone().is_none_or(|range| mask.get(range).is_some_and(is_host))
            && mask.get(path_start..path_end)?.split('/').all(is_path_part)
            && tag.clone().is_none_or(|range| mask.get(range).is_some_and(is_tag))
            && digest.clone().is_none_or(|range| mask.get(range).is_some_and(|d| is_digest(d, text.contains('$'))));
        let own = |range: std::ops::Range<usize>| text.get(range).map(str::to_owned);
        valid.then_some(Self {
            registry: registry.and_then(own),
            repository: own(path_start..path_end)?,
            tag: tag.and_then(own),
            digest: digest.and_then(own),
        })
    }

    /// One of Docker Hub's official images: `node`, `library/node`, `docker.io/library/node`.
    pub fn is_official(&self) -> bool {
        let hub = matches!(self.registry.as_deref(), None | Some("docker.io" | "index.docker.io"));
        let name = self.repository.strip_prefix("library/").unwrap_or(&self.repository);
        hub && !name.contains(['/', '$'])
    }

    /// The last part of the path: `postgres` of `bitnami/postgres`.
    pub fn family(&self) -> &str {
        let mask = mask(&self.repository).unwrap_or_default();
        let from = mask.rfind('/').map_or(0, |at| at + 1);
        self.repository.get(from..).unwrap_or_default()
    }

    /// Some part of it is a variable.
    pub fn is_dynamic(&self) -> bool {
        let parts = [Some(&self.repository), self.registry.as_ref(), self.tag.as_ref(), self.digest.as_ref()];
        parts.into_iter().flatten().any(|part| part.contains('$'))
    }
}

/// The text with every byte of a variable replaced by a letter, so that what is inside does not divide the name.
/// `None` when a variable is not closed, or something else cannot be in a name.
fn mask(text: &str) -> Option<String> {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (plain, variable) = rest.split_at_checked(at)?;
        masked.push_str(plain);
        let length = variable_length(variable)?;
        masked.extend(std::iter::repeat_n('x', length));
        rest = variable.get(length..)?;
    }
    masked.push_str(rest);
    masked.is_ascii().then_some(masked)
}

fn variable_length(text: &str) -> Option<usize> {
    if text.starts_with("${{") {
        return text.find("}}").map(|at| at + 2);
    }
    if text.starts_with("${") {
        let mut depth = 0_usize;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 1 => return Some(at + 1),
                b'}' => depth -= 1,
                _ => {}
            }
        }
        return None;
    }
    let name = text.bytes().skip(1).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    (name > 0).then_some(name + 1)
}

fn is_host(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    // A variable may stand for the port, so letters are taken.
    let port = port.is_none_or(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit() || b == b'x'));
    let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    port && (host.split('.').all(label) || host.starts_with('[') && host.ends_with(']'))
}

/// Lower-case letters and digits, divided by `.`, `_`, `__` or any number of `-`.
fn is_path_part(text: &str) -> bool {
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let divided = text.as_bytes().split(alphanumeric);
    let separators = divided.filter(|s| !s.is_empty());
    text.bytes().next().is_some_and(|b| alphanumeric(&b))
        && text.bytes().next_back().is_some_and(|b| alphanumeric(&b))
        && separators.into_iter().all(|s| matches!(s, b"." | b"_" | b"__") || s.iter().all(|b| *b == b'-'))
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(text: &str, dynamic: bool) -> bool {
    match text.split_once(':') {
        Some((algorithm, hex)) => {
            let hex_digits = hex.len() >= 32 && hex.bytes().all(|b| b.is_ascii_hexdigit());
            algorithm.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
                && (hex_digits || dynamic && !hex.is_empty())
        }
        None => dynamic && !text.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::ImageRef;

    #[test]
    fn names_are_taken_apart_as_docker_does() {
        let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let pinned = format!("ghcr.io/a/b:1.2@{digest}");
        let cases = [
            ("node", None, "node", None, None),
            ("node:18-alpine", None, "node", Some("18-alpine"), None),
            ("library/node", None, "library/node", None, None),
            ("docker.io/library/node:1", Some("docker.io"), "library/node", Some("1"), None),
            ("localhost/x", Some("localhost"), "x", None, None),
            ("localhost:5000/x/y:z", Some("localhost:5000"), "x/y", Some("z"), None),
            ("a.b:5000/x", Some("a.b:5000"), "x", None, None),
            (pinned.as_str(), Some("ghcr.io"), "a/b", Some("1.2"), Some(digest)),
            ("a__b/c-----d.e", None, "a__b/c-----d.e", None, None),
            ("node:${V:-18}-x", None, "node", Some("${V:-18}-x"), None),
            ("$REG/app:$TAG", None, "$REG/app", Some("$TAG"), None),
            ("ghcr.io/${{ github.repository }}:1", Some("ghcr.io"), "${{ github.repository }}", Some("1"), None),
            ("${A:-${B:-c/d:e}}/f", None, "${A:-${B:-c/d:e}}/f", None, None),
        ];
        for (text, registry, repository, tag, digest) in cases {
            let image = ImageRef::parse(text).unwrap_or_else(|| panic!("{text} is a name"));
            let found = (image.registry.as_deref(), image.repository.as_str(), image.tag.as_deref());
            assert_eq!(found, (registry, repository, tag), "{text}");
            assert_eq!(image.digest.as_deref(), digest, "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "x".repeat(129);
        let tag = format!("a:{long}");
        for text in [
            "",
            "Node",
            "a b",
            "a:",
            ":1",
            "a/",
            "/a",
            "a//b",
            "a..b",
            "-a",
            "a_",
            "a___b",
            "a@sha256:12",
            "a@",
            "ä",
            "a:-x",
            "a:b:c",
            "a.b:x/c:y z",
            "${A",
            "$",
            "https://a/b",
            tag.as_str(),
        ] {
            assert_eq!(ImageRef::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn families_and_official_images_are_known() {
        let cases = [
            ("node:18", "node", true),
            ("library/node", "node", true),
            ("docker.io/library/node", "node", true),
            ("docker.io/node", "node", true),
            ("bitnami/postgresql", "postgresql", false),
            ("ghcr.io/node", "node", false),
            ("$IMAGE", "$IMAGE", false),
            ("${R:-a/b}/c", "c", false),
        ];
        for (text, family, official) in cases {
            let image = ImageRef::parse(text).unwrap();
            assert_eq!((image.family(), image.is_official()), (family, official), "{text}");
            assert_eq!(image.is_dynamic(), text.contains('$'), "{text}");
        }
    }
}
