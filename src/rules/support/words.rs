//! Numbers and nouns.

/// "1 service", "2 services", "0 dependencies".
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        return format!("1 {noun}");
    }
    // The noun proper comes before any "of" or "on": "dependency on a server".
    let (head, tail) = match noun.find(" of ").or_else(|| noun.find(" on ")).or_else(|| noun.find(" to ")) {
        Some(at) => noun.split_at(at),
        None => (noun, ""),
    };
    match head.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{n} {stem}ies{tail}"),
        _ => format!("{n} {head}s{tail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(count(1, "service"), "1 service");
        assert_eq!(count(0, "service"), "0 services");
        assert_eq!(count(2, "dependency on a server"), "2 dependencies on a server");
        assert_eq!(count(2, "kept copy of a workflow"), "2 kept copies of a workflow");
        assert_eq!(count(2, "key"), "2 keys");
    }
}
