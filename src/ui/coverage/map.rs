use super::list::{items, missed, ratios};
use super::open;
use crate::model::{Coverage, Ratio, Report};
use crate::ui::components::Tree;
use crate::ui::query::{self, Query};
use crate::ui::{State, words};
use yew::{Html, classes, html};

/// Most areas of a picture; smaller ones would not be seen.
const MOST: usize = 120;

/// A part of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

struct Item {
    name: String,
    line: Ratio,
    /// Where a click leads.
    state: State,
    folder: bool,
}

/// The files of a folder as areas: as large as they have lines, and in the colour and pattern of their share.
pub(super) fn view(report: &Report, coverage: &Coverage, state: &State) -> Html {
    let mut tree = Tree::new(&items(report, &|path| path.split_inclusive('/').collect()));
    tree.sort(&|sums| u64::MAX - ratios(sums)[0].total);
    let here = find(&tree, &state.path);
    let words = Query::new(&state.query, &query::RECORDS);
    let kept = tree.kept(&|at| coverage.files.get(at).is_some_and(|file| words.fits(&[&file.path], &[])));
    let mut items: Vec<Item> = Vec::new();
    for at in inside(&tree, here).iter().filter(|at| kept.get(**at) == Some(&true)) {
        items.extend(item(coverage, &tree, *at, state).filter(|item| item.line.total > 0));
    }
    let beyond = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    let line = here.and_then(|at| line(&tree, at)).unwrap_or(coverage.line);
    html! {
        <>
            <h2 id="list-title" class="unseen">{ "Map of the covered files" }</h2>
            <div class="list-head map-head">
                { crumbs(&tree, here, state) }
                <p class="quiet" role="status">{ format!("{} of {} lines", words::percent(line), words::number(line.total)) }</p>
            </div>
            if items.is_empty() { <p class="quiet">{ "Nothing with lines is here." }</p> } else {
                { legend() }
                { picture(&items, 1000.0, 520.0, "map wide") }
                { picture(&items, 340.0, 460.0, "map narrow") }
                <details class="map-list">
                    <summary>{ "The same as a table" }</summary>
                    <table>
                        <thead><tr><th scope="col">{ "Path" }</th><th scope="col">{ "Share" }</th><th scope="col">{ "Lines" }</th></tr></thead>
                        <tbody>{ for items.iter().map(|item| html! {
                            <tr><th scope="row"><a href={item.state.link()}>{ words::visible(&item.name) }</a></th><td>{ words::percent(item.line) }</td><td>{ words::number(item.line.total) }</td></tr>
                        }) }</tbody>
                    </table>
                </details>
            }
            if beyond > 0 { <p class="quiet">{ format!("{} smaller ones are not drawn; they are in the list of files.", words::number(beyond as u64)) }</p> }
        </>
    }
}

/// The folder that a path names.
fn find(tree: &Tree, path: &str) -> Option<usize> {
    if path.is_empty() {
        return None;
    }
    (0..tree.nodes.len())
        .find(|at| tree.nodes.get(*at).is_some_and(|node| !node.children.is_empty()) && tree.path(*at) == path)
}

/// What lies in a folder; at the top a folder that is alone there is left out.
fn inside(tree: &Tree, here: Option<usize>) -> &[usize] {
    match (here, tree.within(None)) {
        (None, [only]) if !tree.within(Some(*only)).is_empty() => tree.within(Some(*only)),
        _ => tree.within(here),
    }
}

fn line(tree: &Tree, at: usize) -> Option<Ratio> {
    let [line, ..] = ratios(&tree.nodes.get(at)?.sums);
    Some(line)
}

fn item(coverage: &Coverage, tree: &Tree, at: usize, state: &State) -> Option<Item> {
    let node = tree.nodes.get(at)?;
    let folder = !node.children.is_empty();
    let path = match node.items.first().filter(|_| !folder) {
        Some(file) => coverage.files.get(*file)?.path.clone(),
        None => tree.path(at),
    };
    Some(Item { name: node.name.clone(), line: line(tree, at)?, state: open(state, &path), folder })
}

fn crumbs(tree: &Tree, here: Option<usize>, state: &State) -> Html {
    let mut way = Vec::new();
    let mut at = here;
    while let Some(node) = at.and_then(|at| Some((at, tree.nodes.get(at)?))) {
        way.push(node.0);
        at = node.1.parent;
    }
    let link = |at: &usize| {
        let name = tree.nodes.get(*at).map(|node| words::visible(&node.name)).unwrap_or_default();
        if Some(*at) == here {
            html! { <li><span aria-current="location">{ name }</span></li> }
        } else {
            html! { <li><a href={open(state, &tree.path(*at)).link()}>{ name }</a></li> }
        }
    };
    html! {
        <nav class="crumbs" aria-label="Folders of the map"><ol>
            if here.is_none() { <li><span aria-current="location">{ "All files" }</span></li> } else { <li><a href={open(state, "").link()}>{ "All files" }</a></li> }
            { for way.iter().rev().map(link) }
        </ol></nav>
    }
}

/// The steps of the colours, each with a pattern of its own: the more is missed, the denser.
const STEPS: [(&str, &str, &str); 4] = [
    ("none", "bad", "under 50\u{a0}%"),
    ("some", "warn", "50 to 80\u{a0}%"),
    ("most", "good", "80 to 95\u{a0}%"),
    ("all", "good", "95\u{a0}% and more"),
];

fn step(line: Ratio) -> (&'static str, &'static str, &'static str) {
    let [none, some, most, all] = STEPS;
    match words::share(line, 100) {
        Some(0..50) | None => none,
        Some(50..80) => some,
        Some(80..95) => most,
        Some(_) => all,
    }
}

fn legend() -> Html {
    html! {
        <ul class="map-legend" aria-label="Colours and patterns">
            { for STEPS.into_iter().map(|(name, tone, word)| html! {
                <li><svg class={classes!("swatch", tone)} width="22" height="14" viewBox="0 0 22 14" aria-hidden="true">{ patterns("legend-") }<rect width="22" height="14" fill={format!("url(#legend-{name})")} /></svg>{ word }</li>
            }) }
        </ul>
    }
}

fn patterns(prefix: &'static str) -> Html {
    let id = |name: &str| format!("{prefix}{name}");
    html! {
        <defs>
            <pattern id={id("none")} class="bad" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="soft" width="5" height="5" /><path class="hatch" d="M-1 1 1 -1M0 5 5 0M4 6 6 4" /></pattern>
            <pattern id={id("some")} class="warn" width="10" height="10" patternUnits="userSpaceOnUse"><rect class="soft" width="10" height="10" /><path class="hatch" d="M-1 1 1 -1M0 10 10 0M9 11 11 9" /></pattern>
            <pattern id={id("most")} class="good" width="12" height="12" patternUnits="userSpaceOnUse"><rect class="soft" width="12" height="12" /><circle class="dot" cx="6" cy="6" r="1.2" /></pattern>
            <pattern id={id("all")} class="good" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="soft" width="4" height="4" /></pattern>
        </defs>
    }
}

fn picture(items: &[Item], width: f64, height: f64, class: &'static str) -> Html {
    let sizes: Vec<f64> = items.iter().map(|item| wide(item.line.total)).collect();
    let areas = squarify(&sizes, Area { x: 0.0, y: 0.0, width, height });
    let prefix = if class.ends_with("wide") { "wide-" } else { "narrow-" };
    html! {
        <svg {class} viewBox={format!("0 0 {} {}", whole(width), whole(height))} role="group" aria-label="Files by their number of lines; each is a link">
            { patterns(prefix) }
            { for items.iter().zip(areas).map(|(item, area)| drawn(item, area, prefix)) }
        </svg>
    }
}

fn drawn(item: &Item, area: Area, prefix: &str) -> Html {
    let (pattern, tone, _) = step(item.line);
    let name = words::visible(&item.name);
    let share = words::percent(item.line);
    let label = format!(
        "{name}{}: {share} of {} lines, {} uncovered",
        if item.folder { " (folder)" } else { "" },
        words::number(item.line.total),
        words::number(missed(item.line))
    );
    // What a letter takes, about; a name that does not fit is cut, and a mere beginning left out.
    let room = whole((area.width - 12.0) / 7.4);
    let text: String = match name.chars().count() {
        n if n <= room => name,
        _ if room >= 6 => name.chars().take(room - 1).chain(['…']).collect(),
        _ => String::new(),
    };
    let (x, y) = (whole(area.x) + 6, whole(area.y));
    html! {
        <a href={item.state.link()} class={classes!("area", tone)} aria-label={label.clone()}>
            <title>{ label }</title>
            <rect x={tenths(area.x)} y={tenths(area.y)} width={tenths(area.width)} height={tenths(area.height)} fill={format!("url(#{prefix}{pattern})")} />
            if area.height >= 20.0 && !text.is_empty() { <text x={x.to_string()} y={(y + 15).to_string()} aria-hidden="true">{ text }</text> }
            if area.height >= 38.0 && room >= 6 { <text class="share" x={x.to_string()} y={(y + 31).to_string()} aria-hidden="true">{ share }</text> }
        </a>
    }
}

/// Lays areas of these sizes, largest first, into a frame, as near to squares as it goes: rows along the shorter side,
/// each as long as its worst part gets better by another (Bruls, Huizing and van Wijk, "Squarified Treemaps").
fn squarify(sizes: &[f64], mut frame: Area) -> Vec<Area> {
    let mut areas = Vec::with_capacity(sizes.len());
    let mut rest: f64 = sizes.iter().sum();
    let mut at = 0;
    while at < sizes.len() && rest > 0.0 {
        let scale = frame.width * frame.height / rest;
        let side = frame.width.min(frame.height);
        let (mut end, mut sum) = (at, 0.0);
        let mut worst = f64::INFINITY;
        while let Some(size) = sizes.get(end) {
            let longer = sum + size;
            let largest = sizes.get(at).copied().unwrap_or(*size);
            let next = aspect(largest * scale, *size * scale, longer * scale, side);
            if next > worst {
                break;
            }
            (worst, sum) = (next, longer);
            end += 1;
        }
        let depth = if side > 0.0 { sum * scale / side } else { 0.0 };
        let across = frame.width >= frame.height;
        let mut offset = 0.0;
        for size in sizes.get(at..end).unwrap_or_default() {
            let length = if depth > 0.0 { size * scale / depth } else { 0.0 };
            areas.push(if across {
                Area { x: frame.x, y: frame.y + offset, width: depth, height: length }
            } else {
                Area { x: frame.x + offset, y: frame.y, width: length, height: depth }
            });
            offset += length;
        }
        if across {
            (frame.x, frame.width) = (frame.x + depth, (frame.width - depth).max(0.0));
        } else {
            (frame.y, frame.height) = (frame.y + depth, (frame.height - depth).max(0.0));
        }
        rest -= sum;
        at = end.max(at + 1);
    }
    areas
}

/// How far the least square part of a row is from a square; 1 is one.
fn aspect(largest: f64, smallest: f64, sum: f64, side: f64) -> f64 {
    let (side, sum) = (side * side, sum * sum);
    (side * largest / sum).max(sum / (side * smallest))
}

#[expect(clippy::cast_precision_loss, reason = "a size on the screen")]
fn wide(lines: u64) -> f64 {
    lines as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn whole(length: f64) -> usize {
    length.max(0.0) as usize
}

/// A length with one digit, without the formatting of floats.
fn tenths(length: f64) -> String {
    let tenths = whole(length * 10.0);
    format!("{}.{}", tenths / 10, tenths % 10)
}
