//! TEMP until merged
/// x
#[derive(Debug, Clone)]
pub struct ImageRef {
    /// x
    pub registry: Option<String>,
    /// x
    pub repository: String,
    /// x
    pub tag: Option<String>,
    /// x
    pub digest: Option<String>,
}
impl ImageRef {
    /// x
    pub fn parse(text: &str) -> Option<Self> {
        let (name, digest) = text.split_once('@').map_or((text, None), |(a, b)| (a, Some(b.to_owned())));
        let (name, tag) = match name.rsplit_once(':') {
            Some((n, t)) if !t.contains('/') => (n, Some(t.to_owned())),
            _ => (name, None),
        };
        Some(Self { registry: None, repository: name.to_owned(), tag, digest })
    }
}
