use super::{Item, Row, RowAct, Rows, Sums, Tree, heads};
use crate::model::Report;
use crate::ui::report_view::empty;
use crate::ui::select::Words;
use crate::ui::{Action, Ports, Shared, Sort, State, words};
use std::rc::Rc;
use yew::{Callback, Html, Properties, component, html, use_context, use_effect_with, use_memo, use_state};

/// What [`TreeList`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub(in crate::ui) struct Props {
    pub(in crate::ui) report: Shared,
    pub(in crate::ui) state: State,
    pub(in crate::ui) kind: &'static TreeKind,
}

/// What a tree of the report is about.
#[derive(Debug)]
pub(in crate::ui) struct TreeKind {
    /// Begins the ids of its rows.
    pub(in crate::ui) id: &'static str,
    pub(in crate::ui) title: &'static str,
    /// The class that has its columns, which [`TreeKind::columns`] names.
    pub(in crate::ui) class: &'static str,
    pub(in crate::ui) columns: &'static [(&'static str, &'static str)],
    /// One and many of what it holds.
    pub(in crate::ui) nouns: (&'static str, &'static str),
    pub(in crate::ui) items: fn(&Report) -> Vec<Item<'_>>,
    /// What the nodes in a node are sorted by, smallest first.
    pub(in crate::ui) rank: fn(&Sums, Sort) -> u64,
    /// The cells of a node: its name, its sums, the largest ones at the top of the tree, and whether it is open where it
    /// has anything in it.
    pub(in crate::ui) row: fn(&str, &Sums, &Sums, Option<bool>) -> Row,
    /// What a filter is held against.
    pub(in crate::ui) text: fn(&Report, usize) -> String,
    /// Where an item leads.
    pub(in crate::ui) enter: fn(&Report, &State, usize) -> Option<State>,
}

impl PartialEq for TreeKind {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// A part of the report as a tree with sums, or as a list where the items have one part each.
#[component]
pub(in crate::ui) fn TreeList(props: &Props) -> Html {
    let Props { report, state, kind } = props;
    let grown = use_memo((report.clone(), state.sort, *kind), |(report, sort, kind)| {
        let mut tree = Tree::new(&(kind.items)(report));
        tree.sort(&|sums| (kind.rank)(sums, *sort));
        tree
    });
    let open = use_state(|| (Vec::new(), 0));
    {
        let (open, grown) = (open.setter(), Rc::clone(&grown));
        // Numbers of nodes mean nothing in another report or another order of items.
        use_effect_with((report.clone(), *kind), move |_| open.set((grown.first_open(), grown.nodes.len())));
    }
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    let all = grown.nodes.iter().map(|node| node.items.len()).sum::<usize>();
    let mut shown = all;
    let filtered = !state.query.trim().is_empty();
    let kept = filtered.then(|| {
        let words = Words::new(&state.query);
        let fits: Vec<bool> = (0..all)
            .map(|at| {
                let text = (kind.text)(report, at);
                words.fit(&[&text], "", &text)
            })
            .collect();
        shown = fits.iter().filter(|fits| **fits).count();
        grown.kept(&|at| fits.get(at) == Some(&true))
    });
    // Before the effect has run, and natively.
    let first = (open.1 != grown.nodes.len()).then(|| grown.first_open());
    let (rows, twigs) = grown.rows(first.as_ref().unwrap_or(&open.0), kept.as_deref());
    let is_tree = twigs.iter().any(|twig| twig.open.is_some());
    let count = rows.len();
    let rows: Rc<[usize]> = rows.into();
    let mut whole = Sums::default();
    // What all is in is no measure for what is in it.
    let top = match grown.within(None) {
        [only] if !grown.within(Some(*only)).is_empty() => grown.within(Some(*only)),
        roots => roots,
    };
    for at in top {
        if let Some(node) = grown.nodes.get(*at) {
            for (sum, own) in whole.iter_mut().zip(node.sums) {
                *sum = own.max(*sum);
            }
        }
    }
    let row = {
        let (grown, rows, twigs, kind) = (Rc::clone(&grown), Rc::clone(&rows), Rc::clone(&twigs), *kind);
        Callback::from(move |at: usize| {
            let node = rows.get(at).and_then(|node| grown.nodes.get(*node));
            let opens = twigs.get(at).and_then(|twig| twig.open);
            node.map(|node| (kind.row)(&node.name, &node.sums, &whole, opens)).unwrap_or_default()
        })
    };
    let act = {
        let (grown, open, props, act) = (Rc::clone(&grown), open.clone(), props.clone(), ports.act.clone());
        let opened = first.unwrap_or_else(|| open.0.clone());
        Callback::from(move |(at, _): (usize, RowAct)| {
            let Some((number, node)) = rows.get(at).and_then(|at| Some((*at, grown.nodes.get(*at)?))) else { return };
            if node.children.is_empty() {
                let item = node.items.first();
                if let Some(state) = item.and_then(|item| (props.kind.enter)(&props.report, &props.state, *item)) {
                    act.emit(Action::Fragment(state.fragment()));
                }
            } else if !filtered {
                let mut next = opened.clone();
                if let Some(open) = next.get_mut(number) {
                    *open = !*open;
                }
                open.set((next, grown.nodes.len()));
            }
        })
    };
    let (one, many) = kind.nouns;
    let said = if shown == all {
        words::count(all, one, many)
    } else {
        format!("{} of {}", words::number(shown as u64), words::count(all, one, many))
    };
    html! {
        <>
            <h2 id="list-title" class="unseen">{ kind.title }</h2>
            <div class="list-head"><p class="quiet" role="status">{ said }</p></div>
            if count == 0 { { empty(state, &ports, "The reports hold none.", "Nothing fits this filter.") } } else {
                <Rows key={format!("{}{}{}", kind.id, state.sort.word(), state.query)} id={kind.id} label={kind.title} kind={kind.class}
                    head={heads(kind.columns)} {count} {row} tree={is_tree.then_some(twigs)} {act} />
            }
        </>
    }
}

/// The mark before the name of a node that can be opened.
pub(in crate::ui) fn twist(open: Option<bool>) -> Html {
    let class = match open {
        None => "twist",
        Some(false) => "twist shut",
        Some(true) => "twist open",
    };
    html! { <span {class} aria-hidden="true"></span> }
}
