use std::rc::Rc;
use web_sys::{Element, HtmlElement};
use yew::{
    AttrValue, Callback, Html, KeyboardEvent, NodeRef, Properties, classes, component, html, use_effect_with,
    use_node_ref, use_state_eq,
};

/// What [`Rows`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub(in crate::ui) struct Props {
    /// Begins the ids of the rows, and must be the only one of its name in the page.
    pub(in crate::ui) id: &'static str,
    /// What the list is called.
    pub(in crate::ui) label: AttrValue,
    /// The class that has its columns.
    pub(in crate::ui) kind: &'static str,
    /// The names of the columns, see [`heads`].
    pub(in crate::ui) head: Html,
    /// How many rows there are.
    pub(in crate::ui) count: usize,
    /// Makes the cells of one row, see [`cell`].
    pub(in crate::ui) row: Callback<usize, Row>,
    /// For a tree, what each row is in it.
    #[prop_or_default]
    pub(in crate::ui) tree: Option<Rc<[Twig]>>,
    /// Told what the reader does with a row.
    #[prop_or_default]
    pub(in crate::ui) act: Callback<(usize, RowAct)>,
    /// Told which rows are shown: the first, and the one after the last.
    #[prop_or_default]
    pub(in crate::ui) seen: Callback<(usize, usize)>,
    /// The row to go to. The second number changes when the reader is to be taken there again.
    #[prop_or_default]
    pub(in crate::ui) at: Option<(usize, u32)>,
}

/// A row of [`Rows`].
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::ui) struct Row {
    pub(in crate::ui) cells: Html,
    pub(in crate::ui) class: &'static str,
}

/// What a row is in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) struct Twig {
    /// From 1.
    pub(in crate::ui) level: usize,
    /// Whether the rows below it are shown; `None` where there are none.
    pub(in crate::ui) open: Option<bool>,
}

/// What the reader does with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum RowAct {
    /// Looks into it.
    Enter,
    /// Shows or hides the rows below it.
    Fold,
}

/// Rows up to which all are in the page, so that the browser's own search finds them.
const WHOLE: usize = 100;
/// Rows beside those in view that are in the page, so that a quick scroll meets no gap.
const MARGIN: usize = 8;
/// The window moves in steps, so that not every scroll event draws.
const STEP: usize = 8;
/// Rows that fit into the tallest element that browsers lay out.
const MOST: usize = 400_000;

/// What of the list is in view.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sight {
    first: usize,
    rows: usize,
    /// Of a row, in pixels; 0 before it is known.
    height: usize,
}

/// A list of any length, of which only what is in view is in the page: a grid of rows of one height, in which the
/// keyboard moves by row.
#[component]
pub(in crate::ui) fn Rows(props: &Props) -> Html {
    let (frame, ruler) = (use_node_ref(), use_node_ref());
    let sight = use_state_eq(|| Sight { first: 0, rows: 40, height: 0 });
    let active = use_state_eq(|| 0_usize);
    let count = props.count.min(MOST);
    let look = {
        let (frame, ruler, setter) = (frame.clone(), ruler.clone(), sight.setter());
        move || {
            if let Some(seen) = look(&frame, &ruler) {
                setter.set(seen);
            }
        }
    };
    {
        let look = look.clone();
        use_effect_with(count, move |_| look());
    }
    let (from, to) = if count <= WHOLE {
        (0, count)
    } else {
        let from = sight.first.min(count.saturating_sub(1));
        (from.saturating_sub(MARGIN), (from + sight.rows + STEP + MARGIN).min(count))
    };
    {
        let seen = props.seen.clone();
        use_effect_with((from, to), move |window| seen.emit(*window));
    }
    {
        let (frame, ruler, active) = (frame.clone(), ruler.clone(), active.setter());
        use_effect_with(props.at, move |at| {
            if let Some((at, _)) = at {
                active.set(*at);
                bring(&frame, &ruler, *at, true);
            }
        });
    }
    let onkeydown = {
        let (props, active, frame, ruler) = (props.clone(), active.clone(), frame.clone(), ruler.clone());
        move |event: KeyboardEvent| {
            let page = sight_of(&frame, &ruler).map_or(10, |(_, shown)| shown.saturating_sub(1).max(1));
            match key(&event, &props, *active, page) {
                None => return,
                Some(Step::To(to)) => {
                    active.set(to);
                    bring(&frame, &ruler, to, false);
                }
                Some(Step::Act(act)) => props.act.emit((*active, act)),
            }
            event.prevent_default();
        }
    };
    let now = (*active).min(count.saturating_sub(1));
    let space = |rows: usize| {
        html! { <svg class="space" width="1" height={(rows * sight.height).to_string()} aria-hidden="true"></svg> }
    };
    let row = |at: usize| {
        let Row { cells, class } = props.row.emit(at);
        let twig = props.tree.as_ref().and_then(|tree| tree.get(at));
        let onclick = {
            let (act, active) = (props.act.clone(), active.setter());
            move |_| {
                active.set(at);
                act.emit((at, RowAct::Enter));
            }
        };
        html! {
            <div key={at} role="row" id={format!("{}-{at}", props.id)} aria-rowindex={(at + 2).to_string()}
                class={classes!("row", class, (at == now).then_some("active"), twig.map(level))}
                aria-level={twig.map(|twig| twig.level.to_string())}
                aria-expanded={twig.and_then(|twig| twig.open).map(|open| open.to_string())} {onclick}>
                { cells }
            </div>
        }
    };
    let scroll = look.clone();
    html! {
        <div ref={frame} class={classes!("rows", props.kind)} role={if props.tree.is_some() { "treegrid" } else { "grid" }}
            aria-label={props.label.clone()} aria-rowcount={(props.count + 1).to_string()} tabindex="0"
            aria-activedescendant={(count > 0 && (from..to).contains(&now)).then(|| format!("{}-{now}", props.id))}
            onscroll={move |_| scroll()} onfocus={move |_| look()} {onkeydown}>
            <div role="rowgroup" class="rows-head" ref={ruler}><div role="row" class="row" aria-rowindex="1">{ props.head.clone() }</div></div>
            <div role="rowgroup">
                { space(from) }
                { for (from..to).map(row) }
                { space(count - to) }
            </div>
        </div>
    }
}

/// Cells that name columns, each with its class.
pub(in crate::ui) fn heads(columns: &[(&'static str, &'static str)]) -> Html {
    let head = |(class, word): &(&'static str, &'static str)| html! { <div role="columnheader" class={*class}>{ *word }</div> };
    html! { <>{ for columns.iter().map(head) }</> }
}

/// A cell of a row.
pub(in crate::ui) fn cell(class: &'static str, inner: Html) -> Html {
    html! { <div role="gridcell" {class}>{ inner }</div> }
}

/// Indentation, which a style attribute may not give.
fn level(twig: &Twig) -> &'static str {
    const LEVELS: [&str; 9] =
        ["level-1", "level-2", "level-3", "level-4", "level-5", "level-6", "level-7", "level-8", "level-9"];
    LEVELS.get(twig.level.saturating_sub(1)).copied().unwrap_or("level-9")
}

enum Step {
    To(usize),
    Act(RowAct),
}

fn key(event: &KeyboardEvent, props: &Props, now: usize, page: usize) -> Option<Step> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let last = props.count.min(MOST).checked_sub(1)?;
    let twig = |at: usize| props.tree.as_ref().and_then(|tree| tree.get(at)).copied();
    let to = match event.key().as_str() {
        "ArrowDown" => now + 1,
        "ArrowUp" => now.saturating_sub(1),
        "PageDown" => now + page,
        "PageUp" => now.saturating_sub(page),
        "Home" => 0,
        "End" => last,
        "Enter" | " " => return Some(Step::Act(RowAct::Enter)),
        "ArrowRight" => {
            if !twig(now)?.open? {
                return Some(Step::Act(RowAct::Fold));
            }
            now + 1
        }
        "ArrowLeft" => {
            let own = twig(now)?;
            if own.open == Some(true) {
                return Some(Step::Act(RowAct::Fold));
            }
            (0..now).rev().find(|at| twig(*at).is_some_and(|twig| twig.level < own.level))?
        }
        _ => return None,
    };
    Some(Step::To(to.min(last)))
}

/// The height of a row and how many are in view, below the head, which stays.
fn sight_of(frame: &NodeRef, ruler: &NodeRef) -> Option<(usize, usize)> {
    let height = usize::try_from(ruler.cast::<HtmlElement>()?.offset_height()).ok().filter(|height| *height > 0)?;
    let room = usize::try_from(frame.cast::<Element>()?.client_height()).ok()?;
    Some((height, (room / height).saturating_sub(1)))
}

fn look(frame: &NodeRef, ruler: &NodeRef) -> Option<Sight> {
    let (height, shown) = sight_of(frame, ruler)?;
    let top = usize::try_from(frame.cast::<Element>()?.scroll_top()).unwrap_or(0);
    Some(Sight { first: top / height / STEP * STEP, rows: shown.next_multiple_of(STEP), height })
}

/// Scrolls no further than it takes to show a row, or into the middle.
fn bring(frame: &NodeRef, ruler: &NodeRef, row: usize, middle: bool) {
    let Some(((height, shown), element)) = sight_of(frame, ruler).zip(frame.cast::<Element>()) else { return };
    let top = usize::try_from(element.scroll_top()).unwrap_or(0);
    let own = row * height;
    let room = usize::try_from(element.client_height()).unwrap_or(0).saturating_sub(height);
    let to = if own >= top && own + height <= top + room {
        return;
    } else if middle {
        own.saturating_sub(shown / 2 * height)
    } else if own < top {
        own
    } else {
        (own + height).saturating_sub(room)
    };
    element.set_scroll_top(i32::try_from(to).unwrap_or(i32::MAX));
}
