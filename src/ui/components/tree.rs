use super::Twig;
use std::cmp::Ordering;
use std::rc::Rc;

/// Numbers that add up over a tree; what each means is known to whoever fills them.
pub(in crate::ui) type Sums = [u64; 6];

/// What a tree is made of.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Item<'r> {
    /// Its name, in parts, which are shown one after the other without anything between.
    pub(in crate::ui) parts: Vec<&'r str>,
    pub(in crate::ui) sums: Sums,
}

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
    /// Of its items and all below it.
    pub(in crate::ui) sums: Sums,
}

impl Tree {
    /// Of items in any order.
    pub(in crate::ui) fn new(items: &[Item<'_>]) -> Self {
        let parts = |at: usize| items.get(at).map_or(&[][..], |item| &item.parts);
        let mut order: Vec<usize> = (0..items.len()).collect();
        sort(&mut order, &|a, b| parts(a).cmp(parts(b)));
        let mut tree = Self::default();
        // What is in one node stands together now, so each item shares with the one before it all that it shares.
        let mut way: Vec<usize> = Vec::new();
        let mut last: &[&str] = &[];
        for item in order {
            let own = parts(item);
            let common = own.iter().zip(last).take_while(|(a, b)| a == b).count();
            way.truncate(common);
            for part in own.get(common..).unwrap_or_default() {
                let parent = way.last().copied();
                let node = tree.nodes.len();
                tree.nodes.push(TreeNode { name: (*part).to_owned(), parent, ..TreeNode::default() });
                match parent.and_then(|at| tree.nodes.get_mut(at)) {
                    Some(parent) => parent.children.push(node),
                    None => tree.roots.push(node),
                }
                way.push(node);
            }
            if let Some((node, item_of)) = way.last().and_then(|at| tree.nodes.get_mut(*at)).zip(items.get(item)) {
                node.items.push(item);
                add(&mut node.sums, &item_of.sums);
            }
            last = own;
        }
        for at in (0..tree.nodes.len()).rev() {
            let Some((parent, sums)) = tree.nodes.get(at).and_then(|node| Some((node.parent?, node.sums))) else {
                continue;
            };
            if let Some(parent) = tree.nodes.get_mut(parent) {
                add(&mut parent.sums, &sums);
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

    /// Sorts the nodes in each node by a rank, smallest first, and by name where it is the same.
    pub(in crate::ui) fn sort(&mut self, rank: &dyn Fn(&Sums) -> u64) {
        let keys: Vec<(u64, String)> = self.nodes.iter().map(|node| (rank(&node.sums), node.name.clone())).collect();
        let order = |a: usize, b: usize| keys.get(a).cmp(&keys.get(b));
        sort(&mut self.roots, &order);
        for node in &mut self.nodes {
            sort(&mut node.children, &order);
        }
    }

    /// The nodes that are shown and what each is: the roots, and those in open nodes. With a filter only what it keeps,
    /// with all that this is in; those are open.
    pub(in crate::ui) fn rows(&self, open: &[bool], kept: Option<&[bool]>) -> (Vec<usize>, Rc<[Twig]>) {
        let is = |list: &[bool], at: usize| list.get(at).copied().unwrap_or(false);
        let (mut rows, mut twigs) = (Vec::new(), Vec::new());
        let mut waiting: Vec<(usize, usize)> = self.roots.iter().rev().map(|at| (*at, 1)).collect();
        while let Some((at, level)) = waiting.pop() {
            let Some(node) = self.nodes.get(at).filter(|_| kept.is_none_or(|kept| is(kept, at))) else { continue };
            let shows = kept.is_some() || is(open, at);
            rows.push(at);
            twigs.push(Twig { level, open: (!node.children.is_empty()).then_some(shows) });
            if shows {
                for child in node.children.iter().rev() {
                    waiting.push((*child, level + 1));
                }
            }
        }
        (rows, twigs.into())
    }

    /// What a filter over items keeps: nodes with such an item, in which such a node is.
    pub(in crate::ui) fn kept(&self, fits: &dyn Fn(usize) -> bool) -> Vec<bool> {
        let mut kept = vec![false; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let fits = kept.get(at) == Some(&true) || node.items.iter().any(|item| fits(*item));
            for at in [Some(at), node.parent].into_iter().flatten().filter(|_| fits) {
                if let Some(kept) = kept.get_mut(at) {
                    *kept = true;
                }
            }
        }
        kept
    }

    /// The roots and, while they are few, what is in them: what is open before the reader chooses.
    pub(in crate::ui) fn first_open(&self) -> Vec<bool> {
        const FEW: usize = 24;
        let mut open = vec![false; self.nodes.len()];
        let mut shown = self.roots.len();
        let mut next = self.roots.clone();
        while !next.is_empty() {
            let mut below = Vec::new();
            for at in next {
                let children = self.nodes.get(at).map_or(&[][..], |node| &node.children);
                if !children.is_empty()
                    && (shown + children.len() <= FEW || self.roots == [at])
                    && let Some(open) = open.get_mut(at)
                {
                    *open = true;
                    shown += children.len();
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

fn add(sums: &mut Sums, others: &Sums) {
    for (sum, other) in sums.iter_mut().zip(others) {
        *sum = sum.saturating_add(*other);
    }
}

/// One sort for all lists: each kind of element that is sorted would be kilobytes of the page.
fn sort(list: &mut [usize], order: &dyn Fn(usize, usize) -> Ordering) {
    list.sort_unstable_by(|a, b| order(*a, *b).then(a.cmp(b)));
}
