//! Words: of names, and after numbers.

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

/// Words of a name in lower case: divided by what is no letter and no digit, and before a capital letter.
pub fn words(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (small && c.is_uppercase()) {
            found.push(String::new());
        }
        small = c.is_lowercase();
        if let (Some(last), true) = (found.last_mut(), c.is_alphanumeric()) {
            last.extend(c.to_lowercase());
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::{count, words};

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(count(1, "service"), "1 service");
        assert_eq!(count(0, "service"), "0 services");
        assert_eq!(count(2, "dependency on a server"), "2 dependencies on a server");
        assert_eq!(count(2, "kept copy of a workflow"), "2 kept copies of a workflow");
        assert_eq!(count(2, "key"), "2 keys");
    }

    #[test]
    fn names_fall_apart_at_marks_and_before_capital_letters() {
        assert_eq!(words("feature-flag_v2"), ["feature", "flag", "v2"]);
        assert_eq!(words("featureFlag"), ["feature", "flag"]);
        assert_eq!(words("TestResults.XML"), ["test", "results", "xml"]);
        assert!(words("--").is_empty());
    }
}
