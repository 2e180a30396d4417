use super::list::{Props, columns, row};
use super::{Sum, fits, open, shown};
use crate::model::Coverage;
use crate::ui::Action;
use crate::ui::components::{RowAct, Rows, Tree};
use crate::ui::query::{self, Query};
use crate::ui::report_view::empty;
use crate::ui::{Ports, Sort};
use std::rc::Rc;
use yew::{Callback, Html, component, html, use_context, use_effect_with, use_memo, use_state};

/// The covered files in their folders, with what these come to together.
#[component]
pub(super) fn Folders(props: &Props) -> Html {
    let grown = use_memo((props.report.clone(), props.state.sort), |(report, sort)| {
        report.coverage.as_ref().map(|coverage| grow(coverage, *sort)).unwrap_or_default()
    });
    let unfolded = {
        let grown = Rc::clone(&grown);
        use_state(move || grown.0.first_open())
    };
    {
        let (unfolded, grown) = (unfolded.setter(), Rc::clone(&grown));
        // Numbers of nodes mean nothing in another report.
        use_effect_with(props.report.clone(), move |_| unfolded.set(grown.0.first_open()));
    }
    let (Some(coverage), Some(ports)) = (&props.report.coverage, use_context::<Ports>()) else {
        return Html::default();
    };
    let (tree, _) = &*grown;
    let words = Query::new(&props.state.query, &query::RECORDS);
    let fit = |at: usize| coverage.files.get(at).is_some_and(|file| fits(&words, file));
    let kept = (!props.state.query.trim().is_empty()).then(|| tree.kept(fit));
    let files =
        if kept.is_some() { (0..coverage.files.len()).filter(|at| fit(*at)).count() } else { coverage.files.len() };
    let (rows, twigs) = tree.rows(&unfolded, kept.as_deref());
    let rows = Rc::new(rows);
    let count = rows.len();
    let row = {
        let (grown, rows, twigs) = (Rc::clone(&grown), Rc::clone(&rows), Rc::clone(&twigs));
        Callback::from(move |at: usize| {
            let folder = twigs.get(at).and_then(|twig| twig.open);
            let node = rows.get(at).and_then(|node| Some((grown.0.nodes.get(*node)?, *grown.1.get(*node)?)));
            node.map(|(node, sum)| row(&node.name, sum, folder)).unwrap_or_default()
        })
    };
    let act = {
        let (grown, unfolded, props) = (Rc::clone(&grown), unfolded.clone(), props.clone());
        let filtered = kept.is_some();
        Callback::from(move |(at, _): (usize, RowAct)| {
            let Some(node) = rows.get(at) else { return };
            let Some(TreeItem { is_folder, item }) = TreeItem::of(&grown.0, *node) else { return };
            if is_folder && !filtered {
                let mut next = (*unfolded).clone();
                if !next.remove(node) {
                    next.insert(*node);
                }
                unfolded.set(next);
            } else if let Some(file) = item.and_then(|item| props.report.coverage.as_ref()?.files.get(item)) {
                props.act.emit(Action::Fragment(open(&props.state, &file.path).fragment()));
            }
        })
    };
    html! {
        <>
            <h2 id="list-title" class="unseen">{ "Covered folders" }</h2>
            { shown(coverage, files) }
            if count == 0 { { empty(&props.state, &ports, "The reports name no file.", "No file fits these filters.") } } else {
                <Rows key={format!("{:?}{}", props.state.sort, props.state.query)} id="folder" label="Covered folders" kind="covered" head={columns()} {count} {row} tree={twigs} {act} />
            }
        </>
    }
}

struct TreeItem {
    is_folder: bool,
    item: Option<usize>,
}

impl TreeItem {
    fn of(tree: &Tree, node: usize) -> Option<Self> {
        let node = tree.nodes.get(node)?;
        Some(Self { is_folder: !node.children.is_empty(), item: node.items.first().copied() })
    }
}

type Grown = (Tree, Vec<Sum>);

fn grow(coverage: &Coverage, sort: Sort) -> Grown {
    let (mut tree, sums) = self::tree(coverage);
    let rank = |at: usize| sums.get(at).copied().unwrap_or_default().rank(sort);
    tree.sort(rank);
    (tree, sums)
}

/// The files by folder, each part of a path with the slash behind it.
pub(super) fn tree(coverage: &Coverage) -> Grown {
    let tree = Tree::new(coverage.files.iter().map(|file| file.path.split_inclusive('/').collect()));
    let sums = tree.sums(|at| coverage.files.get(at).map(Sum::of).unwrap_or_default());
    (tree, sums)
}
