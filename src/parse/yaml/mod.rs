//! The located YAML tree, and the only place that touches the YAML library.
//!
//! Every document is read once into an arena of nodes that know their byte span and their parent. Aliases stay
//! references, so a bomb of aliases costs nothing; scalars are resolved lazily by the YAML 1.2 core schema, where `on`
//! and `no` are strings. A text with a syntax error gives no tree: half a workflow would be judged wrongly.

mod build;
pub mod edit;
mod locate;
mod node;
mod scalar;

pub use locate::Locator;
pub use node::{Comment, Duplicate, Node, Style};

use super::{Parsed, Problem};
use crate::model::Span;
use node::Data;

/// Deepest nesting of collections.
pub const MAX_DEPTH: usize = 100;
/// Largest text, in bytes.
pub const MAX_BYTES: usize = 16 << 20;
/// Most nodes in a tree.
pub const MAX_NODES: usize = 2_000_000;

/// One YAML text as a tree.
#[derive(Debug)]
pub struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Data<'t>>,
    roots: Vec<u32>,
    comments: Vec<Comment<'t>>,
    duplicates: Vec<(u32, u32)>,
    /// Targets of aliases, sorted.
    aliased: Vec<u32>,
}

impl<'t> Tree<'t> {
    /// Reads all documents of a text.
    ///
    /// Problems that leave a tree: an alias without an anchor, a merge key that merges no mapping. Every other problem
    /// is a syntax error or a limit, and there is no tree.
    pub fn parse(text: &'t str) -> Parsed<Self> {
        if text.len() > MAX_BYTES {
            let message = format!("the file has {} bytes; YAML is read up to {MAX_BYTES}", text.len());
            return Parsed { document: None, problems: vec![Problem::new(Span::default(), message)] };
        }
        build::build(text)
    }

    /// The text that was read.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The root of the first document; `None` for a text of comments and white space only.
    pub fn root(&'t self) -> Option<Node<'t>> {
        self.roots().next()
    }

    /// The roots of all documents.
    pub fn roots(&'t self) -> impl Iterator<Item = Node<'t>> {
        self.roots.iter().map(|id| Node::new(self, *id))
    }

    /// Keys that occur twice in one mapping, in text order of the second.
    pub fn duplicates(&'t self) -> impl Iterator<Item = Duplicate<'t>> {
        self.duplicates
            .iter()
            .map(|(first, second)| Duplicate { first: Node::new(self, *first), second: Node::new(self, *second) })
    }

    /// All comments in text order.
    pub fn comments(&self) -> &[Comment<'t>] {
        &self.comments
    }

    /// The scalars that are written over several lines, those in blocks from their `|` or `>` on.
    pub fn long_scalars(&self) -> impl Iterator<Item = Span> {
        self.nodes.iter().filter_map(|data| {
            let node::Kind::Scalar(_, style) = data.kind else { return None };
            let start = match style {
                // Whatever follows the mark on its line, only blanks and line ends lie between that line and the text.
                Style::Literal | Style::Folded => self.text.get(..data.span.offset)?.rfind(['|', '>'])?,
                _ => data.span.offset,
            };
            let span = Span::between(start, data.span.end());
            self.text.get(span.range()).is_some_and(|text| text.contains('\n')).then_some(span)
        })
    }

    /// The comment to the right of an offset on its line, or else the one that fills the line above.
    pub fn comment_near(&self, offset: usize) -> Option<&Comment<'t>> {
        let before = self.text.get(..offset)?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text.get(offset..)?.find('\n').map_or(self.text.len(), |at| offset + at);
        let above_end = line_start.saturating_sub(1);
        let above_start = self.text.get(..above_end)?.rfind('\n').map_or(0, |at| at + 1);
        let fills_line =
            |c: &Comment<'_>| self.text.get(above_start..c.span.offset).is_some_and(|indent| indent.trim().is_empty());
        self.comments.iter().find(|c| (line_start..line_end).contains(&c.span.offset)).or_else(|| {
            self.comments.iter().find(|c| (above_start..above_end).contains(&c.span.offset) && fills_line(c))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, Tree};
    use crate::model::Span;
    use std::fmt::Write as _;

    fn with_root(text: &str, check: impl FnOnce(Node<'_>)) {
        let parsed = Tree::parse(text);
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let tree = parsed.document.unwrap();
        check(tree.root().unwrap());
    }

    fn slice(text: &str, span: Span) -> &str {
        text.get(span.range()).unwrap()
    }

    #[test]
    fn keys_and_values_know_their_bytes() {
        let text = "on: push # every push\njobs:\n  täst:\n    steps:\n    - run: |\n        make\n        make test\n    - {uses: 'a/b@v1', with: [1, \"x\"]}\n\nname: last\n";
        with_root(text, |root| {
            assert_eq!(slice(text, root.get("on").unwrap().span()), "push");
            let steps = root.get("jobs").unwrap().get("täst").unwrap().get("steps").unwrap();
            let (key, job) = root.get("jobs").unwrap().entries().next().unwrap();
            assert_eq!((slice(text, key.span()), job.path().as_str()), ("täst", "jobs.täst"));
            let run = steps.items().next().unwrap().get("run").unwrap();
            assert_eq!(run.path(), "jobs.täst.steps.0.run");
            assert_eq!(run.text(), Some("make\nmake test\n"));
            assert!(slice(text, run.span()).ends_with("make test"), "{:?}", slice(text, run.span()));
            assert_eq!(slice(text, run.inner_span(Span { offset: 5, length: 9 })), "make test");
            let flow = steps.items().nth(1).unwrap();
            assert_eq!(slice(text, flow.get("uses").unwrap().span()), "'a/b@v1'");
            assert_eq!(slice(text, flow.get("uses").unwrap().inner_span(Span { offset: 4, length: 2 })), "v1".trim());
            assert_eq!(slice(text, flow.span()), "{uses: 'a/b@v1', with: [1, \"x\"]}");
            assert!(slice(text, steps.span()).starts_with("- run"), "{:?}", slice(text, steps.span()));
            assert!(slice(text, steps.span()).ends_with("]}"));
        });
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        let text = "a: yes\nb: true\nc: 'true'\nd: 0755\ne: 1_000\nf: ~\ng:\nh: 1.5e3\ni: .inf\nj: !!str 5\n";
        with_root(text, |root| {
            let get = |k: &str| root.get(k).unwrap();
            assert_eq!(get("a").as_bool(), None);
            assert_eq!(get("b").as_bool(), Some(true));
            assert_eq!(get("c").as_bool(), None);
            assert_eq!(get("d").as_f64(), Some(755.0));
            assert_eq!(get("e").as_f64(), None);
            assert!(get("f").is_null() && get("g").is_null() && !get("a").is_null());
            assert_eq!(get("h").as_f64(), Some(1500.0));
            assert_eq!(get("j").as_f64(), None);
        });
    }

    #[test]
    fn aliases_and_merge_keys_are_followed_and_bombs_cost_nothing() {
        let text = "x: &x {image: a, tty: true}\ny:\n  <<: *x\n  image: b\nz: *x\nl:\n  <<: [*x, {cpu: 1}]\n";
        with_root(text, |root| {
            let y = root.get("y").unwrap();
            assert_eq!(y.get("tty").map(Node::path), None, "merge keys are merged only on demand");
            let merged: Vec<_> = y.merged_entries().into_iter().map(|(k, v)| (k.text(), v.text())).collect();
            assert_eq!(merged, [(Some("image"), Some("b")), (Some("tty"), Some("true"))]);
            assert_eq!(root.get("z").unwrap().get("image").unwrap().text(), Some("a"));
            assert_eq!(root.get("l").unwrap().merged_entries().len(), 3);
        });
        let mut bomb = "a0: &a0 [x, x]\n".to_owned();
        for n in 1..60 {
            let before = n - 1;
            let _ = writeln!(bomb, "a{n}: &a{n} [*a{before}, *a{before}]");
        }
        with_root(&bomb, |root| {
            assert_eq!(root.entries().count(), 60);
            assert!(root.to_json(1000).is_none(), "a copy has a budget");
        });
    }

    #[test]
    fn a_node_that_contains_itself_ends() {
        let parsed = Tree::parse("a: &a\n  <<: *a\n  b: 1\n  c: *a\n");
        let tree = parsed.document.unwrap();
        let a = tree.root().unwrap().get("a").unwrap();
        assert!(a.merged_entries().len() >= 2);
        assert!(tree.root().unwrap().to_json(100).is_none());
    }

    #[test]
    fn broken_texts_give_a_place_and_no_tree() {
        for (text, line) in [
            ("a: b: c\n", 1),
            ("a:\n\t- b\n", 2),
            ("a: [1, 2\nb: 3\n", 3),
            ("a: 'x\n", 2),
            ("a: 1\n b: 2\n", 2),
            ("{{ x }}: 1\n- y\n", 2),
        ] {
            let parsed = Tree::parse(text);
            assert!(parsed.document.is_none(), "{text:?}");
            let problem = &parsed.problems[0];
            let at = text.get(..problem.span.offset.min(text.len())).unwrap().matches('\n').count() + 1;
            assert!(at <= line, "{text:?} {problem:?}");
        }
    }

    #[test]
    fn hostile_texts_end_quickly_with_a_problem() {
        let deep = |unit: &str| unit.repeat(100_000);
        for text in [deep("["), deep("{a: "), deep("- "), deep("? "), deep("&a [")] {
            let parsed = Tree::parse(&text);
            assert!(parsed.document.is_none() && !parsed.problems.is_empty());
        }
        let nested = (0..3000).fold(String::new(), |text, n| text + &" ".repeat(n) + "a:\n");
        assert!(Tree::parse(&nested).document.is_none());
        assert!(Tree::parse("").document.unwrap().root().is_none());
        assert!(Tree::parse("a: \u{7}\n").document.is_none());
    }

    #[test]
    fn a_comment_right_behind_a_bracket_or_a_quote_is_a_comment() {
        let text = "a: [x, y]#, ö]\nb: \"q\"# c\nd: e#f\n";
        with_root(text, |root| {
            assert_eq!(root.get("a").unwrap().items().count(), 2);
            assert_eq!(root.get("b").unwrap().text(), Some("q"));
            assert_eq!(slice(text, root.get("d").unwrap().span()), "e#f");
        });
    }

    #[test]
    fn duplicate_keys_are_told_with_both_places() {
        let text = "a: 1\nb: {c: 1, c: 2}\na: 3\n";
        let parsed = Tree::parse(text);
        let tree = parsed.document.unwrap();
        let found: Vec<_> = tree.duplicates().map(|d| (d.second.text(), d.second.span().offset)).collect();
        assert_eq!(found, [(Some("c"), 15), (Some("a"), 21)]);
    }

    #[test]
    fn pages_of_comments_before_a_key_or_an_entry_are_read() {
        let many = "# out\n".repeat(5_000);
        let text = format!("a:\n{many}  b:\n{many}  - 1\n{many}  - 2\n{many}c: {{}}\n{many}");
        let tree = Tree::parse(&text).document.unwrap();
        let keys: Vec<_> = tree.root().unwrap().entries().filter_map(|(key, _)| key.text()).collect();
        assert_eq!((keys, tree.comments().len()), (vec!["a", "c"], 25_000));
    }

    #[test]
    fn comments_are_kept_and_found_near_a_node() {
        let text = "# head\na: 1 # right\n# above\nb: 2\n";
        let tree = Tree::parse(text).document.unwrap();
        let near = |offset| tree.comment_near(offset).map(|c| c.text.trim());
        assert_eq!(near(7), Some("right"));
        assert_eq!(near(text.find("b:").unwrap()), Some("above"));
        assert_eq!(tree.comments().len(), 3);
    }

    #[test]
    fn parts_of_a_literal_are_found_behind_blank_and_indented_lines() {
        let text = "a: |2-\n\n    one\n\n   two # x\n\nb: >\n  folded\n  text\nc: \"q\\tq\"\n";
        with_root(text, |root| {
            let a = root.get("a").unwrap();
            let at = |node: Node<'_>, part: &str| {
                let offset = node.text().unwrap().find(part).unwrap();
                slice(text, node.inner_span(Span { offset, length: part.len() })).to_owned()
            };
            assert_eq!(at(a, "one"), "one");
            assert_eq!(at(a, "two # x"), "two # x");
            assert_eq!(at(root.get("b").unwrap(), "text"), "folded\n  text");
            assert_eq!(at(root.get("c").unwrap(), "q"), "\"q\\tq\"");
        });
    }

    #[test]
    fn a_byte_order_mark_and_crlf_change_nothing_but_offsets() {
        let text = "\u{feff}a: |\r\n  one\r\n  two\r\nb: 1\r\n";
        with_root(text, |root| {
            let a = root.get("a").unwrap();
            assert_eq!(a.text(), Some("one\ntwo\n"));
            assert_eq!(slice(text, a.inner_span(Span { offset: 4, length: 3 })), "two");
        });
    }
}
