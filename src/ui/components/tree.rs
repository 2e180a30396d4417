use super::Twig;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Names with parts (paths, nested suites) as a tree. What has only one thing in it is one node with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::ui) struct Tree {
    /// A node stands before those in it.
    pub(in crate::ui) nodes: Vec<TreeNode>,
    roots: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::ui) struct TreeNode {
    /// Without the names of the nodes that it is in.
    pub(in crate::ui) name: String,
    pub(in crate::ui) parent: Option<usize>,
    pub(in crate::ui) children: Vec<usize>,
    /// The items that have just this name, by their number.
    pub(in crate::ui) items: Vec<usize>,
}

impl Tree {
    /// Of items, each as the parts of its name in order.
    pub(in crate::ui) fn new<'p>(items: impl Iterator<Item = Vec<&'p str>>) -> Self {
        let mut tree = Self::default();
        let mut known: BTreeMap<(Option<usize>, &'p str), usize> = BTreeMap::new();
        for (item, parts) in items.enumerate() {
            let mut at = None;
            for part in parts {
                let next = *known.entry((at, part)).or_insert(tree.nodes.len());
                if next == tree.nodes.len() {
                    tree.nodes.push(TreeNode { name: part.to_owned(), parent: at, ..TreeNode::default() });
                    match at.and_then(|at: usize| tree.nodes.get_mut(at)) {
                        Some(node) => node.children.push(next),
                        None => tree.roots.push(next),
                    }
                }
                at = Some(next);
            }
            if let Some(node) = at.and_then(|at| tree.nodes.get_mut(at)) {
                node.items.push(item);
            }
        }
        tree.join();
        tree
    }

    /// Takes each node that is alone in another, which has nothing else, into that one.
    fn join(&mut self) {
        for at in 0..self.nodes.len() {
            while let Some(TreeNode { children, items, .. }) = self.nodes.get(at)
                && let [only] = children.as_slice()
                && items.is_empty()
            {
                let only = *only;
                let only = self.nodes.get_mut(only).map(std::mem::take).unwrap_or_default();
                for child in &only.children {
                    if let Some(child) = self.nodes.get_mut(*child) {
                        child.parent = Some(at);
                    }
                }
                let Some(node) = self.nodes.get_mut(at) else { return };
                node.name.push_str(&only.name);
                (node.children, node.items) = (only.children, only.items);
            }
        }
    }

    /// Sums the values of the items over the nodes.
    pub(in crate::ui) fn sums<T: Copy + Default + std::ops::AddAssign>(&self, value: impl Fn(usize) -> T) -> Vec<T> {
        let mut sums: Vec<T> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let mut sum = T::default();
            for item in &node.items {
                sum += value(*item);
            }
            sums.push(sum);
        }
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let own = sums.get(at).copied().unwrap_or_default();
            if let Some(sum) = node.parent.and_then(|parent| sums.get_mut(parent)) {
                *sum += own;
            }
        }
        sums
    }

    /// Sorts the nodes in each node by a key, and by name where it is the same.
    pub(in crate::ui) fn sort<K: Ord>(&mut self, key: impl Fn(usize) -> K) {
        let names: Vec<String> = self.nodes.iter().map(|node| node.name.clone()).collect();
        let order = |list: &mut Vec<usize>| list.sort_by_cached_key(|at| (key(*at), names.get(*at).cloned()));
        order(&mut self.roots);
        for node in &mut self.nodes {
            order(&mut node.children);
        }
    }

    /// The nodes that are shown and what each is: the roots, and those in open nodes. With a filter only what it keeps,
    /// with all that this is in; those are open.
    pub(in crate::ui) fn rows(&self, open: &BTreeSet<usize>, keep: Option<&[bool]>) -> (Vec<usize>, Rc<[Twig]>) {
        let kept = |at: &usize| keep.is_none_or(|keep| keep.get(*at).copied().unwrap_or(false));
        let (mut rows, mut twigs) = (Vec::new(), Vec::new());
        let mut waiting: Vec<(usize, usize)> = self.roots.iter().rev().map(|at| (*at, 1)).collect();
        while let Some((at, level)) = waiting.pop() {
            let Some(node) = self.nodes.get(at).filter(|_| kept(&at)) else { continue };
            let shows = open.contains(&at) || keep.is_some();
            rows.push(at);
            twigs.push(Twig { level, open: (!node.children.is_empty()).then_some(shows) });
            if shows {
                waiting.extend(node.children.iter().rev().map(|child| (*child, level + 1)));
            }
        }
        (rows, twigs.into())
    }

    /// What a filter over items keeps: nodes with such an item, in which such a node is.
    pub(in crate::ui) fn kept(&self, item: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut kept: Vec<bool> = self.nodes.iter().map(|node| node.items.iter().any(|at| item(*at))).collect();
        for (at, node) in self.nodes.iter().enumerate().rev() {
            if kept.get(at) == Some(&true)
                && let Some(parent) = node.parent.and_then(|parent| kept.get_mut(parent))
            {
                *parent = true;
            }
        }
        kept
    }

    /// The roots and, while they are few, what is in them: what is open before the reader chooses.
    pub(in crate::ui) fn first_open(&self) -> BTreeSet<usize> {
        const FEW: usize = 24;
        let mut open = BTreeSet::new();
        let mut shown = self.roots.len();
        let mut next = self.roots.clone();
        while !next.is_empty() {
            let mut below = Vec::new();
            for at in next {
                let children = self.nodes.get(at).map_or(&[][..], |node| &node.children);
                if !children.is_empty() && (shown + children.len() <= FEW || self.roots == [at]) {
                    shown += children.len();
                    open.insert(at);
                    below.extend_from_slice(children);
                }
            }
            next = below;
        }
        open
    }

    /// The path of a node: its name behind those of the nodes that it is in.
    pub(in crate::ui) fn path(&self, at: usize) -> String {
        let mut names = Vec::new();
        let mut next = self.nodes.get(at);
        while let Some(node) = next {
            names.push(node.name.as_str());
            next = node.parent.and_then(|parent| self.nodes.get(parent));
        }
        names.reverse();
        names.concat()
    }

    /// What lies directly in a node, or at the top.
    pub(in crate::ui) fn within(&self, at: Option<usize>) -> &[usize] {
        match at {
            None => &self.roots,
            Some(at) => self.nodes.get(at).map_or(&[], |node| &node.children),
        }
    }
}
