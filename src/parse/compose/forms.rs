//! Short forms of compose's lists: `8080:80`, `./data:/data:ro`, `NAME=value`.

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// Address of the host; `0.0.0.0` where none is written.
    pub host: String,
    /// Port or range of the host; empty where the engine chooses.
    pub published: String,
    /// Port or range of the container.
    pub target: String,
    /// `tcp` where none is written.
    pub protocol: String,
}

/// A mounted volume or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Volume or path of the host; empty for an anonymous volume.
    pub source: String,
    /// Path in the container.
    pub target: String,
    /// Cannot be written.
    pub read_only: bool,
}

/// Reads `[[HOST:]PUBLISHED:]TARGET[/PROTOCOL]`.
pub fn port(text: &str) -> Port {
    let (text, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (before, target) = text.rsplit_once(':').unwrap_or(("", text));
    // An address of IPv6 stands in brackets and has colons of its own.
    let (host, published) = match before.rsplit_once(':') {
        Some((host, published)) => (host, published),
        None if before.ends_with(']') => (before, ""),
        None => ("", before),
    };
    let host = if host.is_empty() { "0.0.0.0" } else { host.trim_matches(['[', ']']) };
    let own = str::to_owned;
    Port { host: own(host), published: own(published), target: own(target), protocol: own(protocol) }
}

/// Reads `[SOURCE:]TARGET[:OPTIONS]`.
pub fn mount(text: &str) -> Mount {
    // The colon after a drive's letter divides nothing.
    let windows = |text: &str| {
        let mut bytes = text.bytes();
        bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
            && bytes.next() == Some(b':')
            && bytes.next().is_some_and(|b| matches!(b, b'\\' | b'/'))
    };
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = text;
    loop {
        let skip = if windows(rest) { 2 } else { 0 };
        let Some(at) = rest.get(skip..).and_then(|tail| tail.find(':')) else { break };
        parts.extend(rest.get(..skip + at));
        rest = rest.get(skip + at + 1..).unwrap_or_default();
    }
    parts.push(rest);
    let (source, target, options) = match parts.as_slice() {
        [target] => ("", *target, ""),
        [source, target] => (*source, *target, ""),
        [source, target, options, ..] => (*source, *target, *options),
        [] => ("", "", ""),
    };
    let read_only = options.split(',').any(|option| option == "ro");
    Mount { source: source.to_owned(), target: target.to_owned(), read_only }
}

/// Takes `NAME=value` or `NAME` apart.
pub fn name_value(text: &str) -> (&str, Option<&str>) {
    text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)))
}

#[cfg(test)]
mod tests {
    use super::{mount, port};

    #[test]
    fn ports_are_taken_apart() {
        for (text, host, published, target, protocol) in [
            ("80", "0.0.0.0", "", "80", "tcp"),
            ("8080:80", "0.0.0.0", "8080", "80", "tcp"),
            ("127.0.0.1:8080-8090:80-90/udp", "127.0.0.1", "8080-8090", "80-90", "udp"),
            ("127.0.0.1::80", "127.0.0.1", "", "80", "tcp"),
            ("[::1]:6001:6001", "::1", "6001", "6001", "tcp"),
        ] {
            let found = port(text);
            let found = (&*found.host, &*found.published, &*found.target, &*found.protocol);
            assert_eq!(found, (host, published, target, protocol), "{text}");
        }
    }

    #[test]
    fn mounts_are_taken_apart() {
        for (text, source, target, read_only) in [
            ("/data", "", "/data", false),
            ("db:/var/lib", "db", "/var/lib", false),
            ("./a:/b:ro,z", "./a", "/b", true),
            (r"C:\data:/data:rw", r"C:\data", "/data", false),
            ("", "", "", false),
        ] {
            let found = mount(text);
            assert_eq!((&*found.source, &*found.target, found.read_only), (source, target, read_only), "{text}");
        }
    }
}
