//! Reads the markup that the components' renderer writes: names as they were given, values in double quotes, and `<`,
//! `>` and `&` of texts and values as references.

/// A piece of markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'m> {
    Text(&'m str),
    Open(Tag<'m>),
    Close(&'m str),
}

/// An opening tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag<'m> {
    pub(super) name: &'m str,
    pub(super) attributes: Vec<(&'m str, Option<&'m str>)>,
}

/// The pieces of a markup, in order.
pub(super) struct Pieces<'m>(&'m str);

impl<'m> Pieces<'m> {
    pub(super) fn of(markup: &'m str) -> Self {
        Self(markup)
    }
}

impl<'m> Iterator for Pieces<'m> {
    type Item = Piece<'m>;

    fn next(&mut self) -> Option<Piece<'m>> {
        let rest = self.0;
        if let Some(after) = rest.strip_prefix("</") {
            let (name, after) = after.split_once('>')?;
            self.0 = after;
            return Some(Piece::Close(name));
        }
        if let Some(after) = rest.strip_prefix('<') {
            let (tag, after) = tag(after)?;
            self.0 = after;
            return Some(Piece::Open(tag));
        }
        let (text, after) = rest.split_at_checked(rest.find('<').unwrap_or(rest.len()))?;
        self.0 = after;
        (!text.is_empty()).then_some(Piece::Text(text))
    }
}

impl<'m> Tag<'m> {
    /// The value of an attribute.
    pub(super) fn value(&self, name: &str) -> Option<&'m str> {
        self.attributes.iter().find(|(key, _)| *key == name).and_then(|(_, value)| *value)
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.value("class").is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == class))
    }

    /// Whether there is neither content nor an end.
    pub(super) fn is_void(&self) -> bool {
        matches!(self.name, "br" | "col" | "hr" | "img" | "input" | "wbr")
    }
}

/// A tag without its `<`, and what follows its `>`.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let (name, mut rest) = text.split_at_checked(text.find([' ', '>'])?)?;
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((Tag { name, attributes }, after));
        }
        let (key, after) = rest.split_at_checked(rest.find(['=', ' ', '>'])?)?;
        if let Some((value, after)) = after.strip_prefix("=\"").and_then(|after| after.split_once('"')) {
            attributes.push((key, Some(value)));
            rest = after;
        } else {
            attributes.push((key, None));
            rest = after.strip_prefix('=').unwrap_or(after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Pieces, Tag};

    #[test]
    fn markup_is_read_piece_by_piece() {
        let pieces: Vec<Piece<'_>> = Pieces::of("<p class=\"a b\" hidden>x &lt;<br></p> ").collect();
        let attributes = vec![("class", Some("a b")), ("hidden", None)];
        let expected = vec![
            Piece::Open(Tag { name: "p", attributes }),
            Piece::Text("x &lt;"),
            Piece::Open(Tag { name: "br", attributes: Vec::new() }),
            Piece::Close("p"),
            Piece::Text(" "),
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn what_ends_early_ends_the_pieces() {
        for broken in ["<p", "</p", "<p class=\"a", "<", "<p class"] {
            assert_eq!(Pieces::of(broken).next(), None, "{broken}");
        }
    }
}
