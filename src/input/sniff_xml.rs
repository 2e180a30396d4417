//! Looks at the head of an XML text: its root element and the first elements below it. Not a parser: it decides what
//! a file is, never what is in it.

/// Bytes looked at.
const HEAD: usize = 64 * 1024;
/// Names of children kept.
const CHILDREN: usize = 8;

/// The head of an XML text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct XmlHead {
    /// Local name of the root element; empty when the text ends, or turns into something else, before it.
    pub(crate) root: String,
    /// Attributes of the root element, with their prefixes, values as written.
    pub(crate) attributes: Vec<(String, String)>,
    /// Local names of the first elements below the root.
    pub(crate) children: Vec<String>,
    /// What stands between `<!DOCTYPE` and its `>`.
    pub(crate) doctype: String,
}

impl XmlHead {
    /// Whether the root element has this attribute.
    pub(crate) fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|(name, _)| name == attribute)
    }

    /// Whether the first elements below the root include this one.
    pub(crate) fn has_child(&self, name: &str) -> bool {
        self.children.iter().any(|child| child == name)
    }
}

/// Reads the head. `None` when the text does not begin with markup at all.
pub(crate) fn head(text: &str) -> Option<XmlHead> {
    let text = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    if !rest.starts_with('<') {
        return None;
    }
    let mut head = XmlHead::default();
    let mut depth = 0_usize;
    while let Some(open) = rest.find('<') {
        let (between, markup) = rest.split_at(open);
        if depth == 0 && !between.trim().is_empty() {
            break;
        }
        let after = if let Some(body) = markup.strip_prefix("<?") {
            past(body, "?>")
        } else if let Some(body) = markup.strip_prefix("<!--") {
            past(body, "-->")
        } else if let Some(body) = markup.strip_prefix("<![CDATA[") {
            past(body, "]]>")
        } else if let Some(body) = markup.strip_prefix("<!") {
            let end = declaration_end(body);
            if depth == 0 && head.doctype.is_empty() {
                head.doctype = body.get(..end.unwrap_or(body.len())).unwrap_or_default().to_owned();
            }
            end.and_then(|end| body.get(end + 1..))
        } else if let Some(body) = markup.strip_prefix("</") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                break;
            }
            past(body, ">")
        } else {
            let body = markup.strip_prefix('<').unwrap_or_default();
            let Some((name, tag)) = name(body) else { break };
            if depth == 0 {
                local(name).clone_into(&mut head.root);
            } else if depth == 1 {
                head.children.push(local(name).to_owned());
            }
            let (tail, empty) = attributes(tag, |name, value| {
                if depth == 0 {
                    head.attributes.push((name.to_owned(), value.to_owned()));
                }
            });
            if !empty {
                depth += 1;
            }
            if depth == 0 || head.children.len() == CHILDREN {
                break;
            }
            tail
        };
        let Some(after) = after else { break };
        rest = after;
    }
    Some(head)
}

fn past<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    text.split_once(end).map(|(_, after)| after)
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Index of the `>` that ends a declaration, jumping over quotes and the internal subset in brackets.
fn declaration_end(body: &str) -> Option<usize> {
    let (mut brackets, mut quote) = (0_usize, None);
    for (at, c) in body.char_indices() {
        match (quote, c) {
            (Some(open), _) => quote = (open != c).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => brackets += 1,
            (None, ']') => brackets = brackets.saturating_sub(1),
            (None, '>') if brackets == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// An element's name and what follows it. `None` unless a delimiter proves that the name is whole.
fn name(body: &str) -> Option<(&str, &str)> {
    let end = body.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<' | '='))?;
    let (name, rest) = body.split_at_checked(end)?;
    let starts_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (starts_well && !rest.starts_with(['<', '='])).then_some((name, rest))
}

/// Hands out a tag's attributes; gives what follows the tag (`None` when it is not closed) and whether it is empty.
fn attributes<'a>(tag: &'a str, mut each: impl FnMut(&'a str, &'a str)) -> (Option<&'a str>, bool) {
    let mut rest = tag;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return (Some(after), true);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (Some(after), false);
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '/' | '>'));
        let Some((name, after)) = end.and_then(|end| rest.split_at_checked(end)) else {
            return (None, false);
        };
        if name.is_empty() {
            // A stray `/` or `=`.
            let mut chars = rest.chars();
            chars.next();
            rest = chars.as_str();
            continue;
        }
        rest = after.trim_start();
        let Some(value) = rest.strip_prefix('=').map(str::trim_start) else { continue };
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            rest = value;
            continue;
        };
        let Some((value, after)) = value.get(1..).and_then(|value| value.split_once(quote)) else {
            return (None, false);
        };
        each(name, value);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_and_children(text: &str) -> Option<(String, Vec<String>)> {
        head(text).map(|head| (head.root, head.children))
    }

    #[test]
    fn the_root_is_found_behind_every_kind_of_prologue() {
        for text in [
            "<r><a/><b>x</b></r>",
            "\u{feff}<?xml version='1.0'?>\n<r ><a></a><b/></r>",
            "<!-- <x> --><r k='>'><!-- <y/> --><a/><b/>",
            "<!DOCTYPE r [<!ENTITY e \"]>\">]><r><![CDATA[<z>]]><a><deep/></a><b",
            "<?xml-stylesheet href='x'?><p:r xmlns:p='u'><p:a/><p:b/></p:r>",
        ] {
            let (root, children) = root_and_children(text).unwrap();
            assert_eq!(root, "r", "{text}");
            let whole = if text.ends_with("<b") { vec!["a"] } else { vec!["a", "b"] };
            assert_eq!(children, whole, "{text}");
        }
    }

    #[test]
    fn attributes_survive_a_cut_tag() {
        let head = head("<coverage line-rate=\"1\" branch-rate = '0.5' lines-va").unwrap();
        assert_eq!(head.root, "coverage");
        assert!(head.has("line-rate") && head.has("branch-rate") && !head.has("lines-va"));
    }

    #[test]
    fn a_text_that_ends_early_has_no_root() {
        for text in [
            "<?xml version=\"1.0\"",
            "<!-- open",
            "<testsui",
            "<",
            "<!DOCTYPE x [",
            "< testsuite>",
            "<!ENTITY % a 'b'>",
        ] {
            assert_eq!(root_and_children(text), Some((String::new(), vec![])), "{text}");
        }
        for text in ["", "  \n", "on: push", "{}"] {
            assert_eq!(head(text), None, "{text}");
        }
    }

    #[test]
    fn a_huge_comment_is_not_read_to_its_end() {
        let text = format!("<!--{}--><r/>", "x".repeat(HEAD));
        assert_eq!(head(&text).unwrap().root, "");
    }
}
