//! The graph of a workflow in SVG. Boxes are links that the keyboard reaches: one of them by Tab, the others by arrows.

use super::facts::{Facts, Handover, Job};
use super::layout::{Edge, Layout, Route, WIDTH, layout};
use crate::ui::components::Icon;
use crate::ui::{Action, Ports, State, words};
use std::fmt::Write as _;
use yew::{Callback, Html, KeyboardEvent, classes, html};

/// Height of the name's line, and of each line below it.
const HEAD: i32 = 34;
const LINE: i32 = 19;
/// Most services that a box names.
const MAX_SERVICES: usize = 4;
/// Characters that fit a line of a box: letters of the same width, and of the name.
const FACT_WIDTH: usize = 30;
const NAME_WIDTH: usize = 26;
/// Larger graphs are not drawn: nobody can follow them.
const MAX_JOBS: usize = 600;
const MAX_EDGES: usize = 6_000;

/// A line of a box.
struct Line {
    icon: Icon,
    text: String,
    /// What the picture says, for the whole line's title.
    says: &'static str,
    tone: Option<&'static str>,
}

fn line(icon: Icon, says: &'static str, text: impl Into<String>) -> Line {
    Line { icon, text: text.into(), says, tone: None }
}

/// The graph, or why there is none.
pub(super) fn graph(facts: &Facts<'_>, state: &State, ports: &Ports) -> Html {
    let (needs, handovers) = facts.edges();
    if facts.jobs.len() > MAX_JOBS || needs.len() + handovers.len() > MAX_EDGES {
        return html! {
            <p class="notice note">{ format!("{} are more than a drawing can show. The table below has all of them.", words::count(facts.jobs.len(), "job", "jobs")) }</p>
        };
    }
    let lines: Vec<Vec<Line>> = facts.jobs.iter().map(lines).collect();
    let heights: Vec<i32> =
        lines.iter().map(|lines| HEAD + 10 + LINE * i32::try_from(lines.len()).unwrap_or(0)).collect();
    let others: Vec<Edge> = handovers.iter().map(|handover| handover.edge).collect();
    let plan = layout(&heights, &needs, &others);
    let selected = facts.jobs.iter().position(|job| job.node.id == state.job);
    // Without a choice, Tab leads to the first box.
    let first = plan.layers.first().and_then(|layer| layer.first()).copied();
    let tabbed = selected.or(first);
    let size = (plan.width, plan.height);
    let boxes = facts.jobs.iter().zip(&lines).enumerate().map(|(at, (job, lines))| {
        let (x, y) = plan.spots.get(at).copied().unwrap_or_default();
        let height = heights.get(at).copied().unwrap_or_default();
        let circular = plan.circular.get(at) == Some(&true);
        node(
            facts,
            state,
            job,
            lines,
            &Frame { x, y, height, circular, selected: selected == Some(at), tabbed: tabbed == Some(at) },
        )
    });
    let onkeydown = steps(facts, &plan, tabbed, ports);
    html! {
        <div class="graph-scroll">
            <svg id="graph" class="graph" width={size.0.to_string()} height={size.1.to_string()} viewBox={format!("0 0 {} {}", size.0, size.1)}
                role="group" aria-label={format!("Graph of the jobs of {}; arrow keys go from job to job", words::visible(&facts.workflow.name))} {onkeydown}>
                <g aria-hidden="true">{ for plan.routes.iter().map(|route| edge(facts, route, &handovers)) }</g>
                { for boxes }
            </svg>
        </div>
    }
}

/// Where a box stands and how it is shown.
struct Frame {
    x: i32,
    y: i32,
    height: i32,
    circular: bool,
    selected: bool,
    tabbed: bool,
}

fn node(facts: &Facts<'_>, state: &State, job: &Job<'_>, lines: &[Line], frame: &Frame) -> Html {
    let href = State { job: job.node.id.clone(), ..state.clone() }.link();
    let tone = match job.conclusion() {
        Some("success") => Some("good"),
        Some("skipped" | "neutral") | None => None,
        Some(_) => Some("bad"),
    };
    let class = classes!(
        "node",
        frame.selected.then_some("selected"),
        job.critical.then_some("critical"),
        frame.circular.then_some("circular"),
    );
    let title = words::visible(job.title());
    let times = job.times();
    let taken = times.as_ref().map_or(0, |times| times.chars().count() + 2) + if tone.is_some() { 3 } else { 0 };
    let name = fit(&title, NAME_WIDTH - taken);
    let mut y = HEAD + 10;
    let rows = lines.iter().map(|line| {
        y += LINE;
        html! {
            <g class={classes!("fact", line.tone)}>
                <title>{ format!("{}: {}", line.says, line.text) }</title>
                { picture(line.icon, 12, y - LINE - 2) }
                <text x="32" y={(y - 9).to_string()}>{ fit(&line.text, FACT_WIDTH) }</text>
            </g>
        }
    });
    let sign = tone.map(|tone| html! { <g class={tone}>{ picture(if tone == "good" { Icon::Check } else { Icon::Cross }, 12, 13) }</g> });
    let left = if sign.is_some() { "32" } else { "12" };
    html! {
        <g {class} transform={format!("translate({} {})", frame.x, frame.y)}>
            <a {href} id={frame.selected.then_some("graph-job")} tabindex={if frame.tabbed { "0" } else { "-1" }}
                aria-label={spoken(job, lines, frame.circular)} aria-current={frame.selected.then_some("true")}>
                <rect class="box" width={WIDTH.to_string()} height={frame.height.to_string()} rx="7" />
                <title>{ title }</title>
                // Cuts off what is too long all the same.
                <svg width={(WIDTH - 8).to_string()} height={frame.height.to_string()}>
                    { for sign }
                    <text class="name" x={left} y="25">{ name }</text>
                    if let Some(times) = times { <text class="times" x={(WIDTH - 12).to_string()} y="25" text-anchor="end">{ times }</text> }
                    <path class="rule-off" d={format!("M12 {HEAD}h{}", WIDTH - 32)} />
                    { for rows }
                </svg>
            </a>
            { pin(facts, job) }
        </g>
    }
}

/// The number of findings at the corner of a box.
fn pin(facts: &Facts<'_>, job: &Job<'_>) -> Html {
    let Some(level) = job.pin.worst() else { return Html::default() };
    let sign = words::level(level);
    let text = job.pin.all().to_string();
    let width = 30 + 8 * i32::try_from(text.len()).unwrap_or(1);
    let href = super::findings_link(job.within(&facts.workflow.file));
    // The list of facts has the same link for the keyboard.
    html! {
        <a class={classes!("pin", sign.tone)} {href} tabindex="-1" aria-hidden="true" transform={format!("translate({} -11)", WIDTH - width - 10)}>
            <title>{ super::pin_words(job.pin) }</title>
            <rect width={width.to_string()} height="22" rx="11" />
            { picture(sign.icon, 8, 5) }
            <text x="24" y="15.5">{ text }</text>
        </a>
    }
}

fn edge(facts: &Facts<'_>, route: &Route, handovers: &[Handover<'_>]) -> Html {
    let critical = |at: usize| facts.jobs.get(at).is_some_and(|job| job.critical);
    let carried = handovers.iter().find(|handover| handover.edge == route.edge);
    let class = classes!(
        "edge",
        (critical(route.edge.0) && critical(route.edge.1) && route.needed).then_some("critical"),
        (!route.needed).then_some("beside"),
        (route.back && route.needed).then_some("circular"),
    );
    let (Some(start), Some(end)) = (route.points.first(), route.points.last()) else { return Html::default() };
    let label = carried.map(|handover| {
        let (x, y) = (end.0 - 24, end.1 - 8);
        html! {
            <g class="carries" transform={format!("translate({x} {y})")}>
                <title>{ carries(handover) }</title>
                <rect width="16" height="16" rx="4" />{ picture(Icon::Package, 2, 2) }
            </g>
        }
    });
    html! {
        <g {class}>
            <path class="wire" d={path(&route.points, *start)} />
            <path class="tip" d={format!("M{} {}l-7 -4v8z", end.0, end.1)} />
            { for label }
        </g>
    }
}

pub(super) fn carries(handover: &Handover<'_>) -> String {
    let names: Vec<String> = handover
        .names
        .iter()
        .map(|name| if name.is_empty() { "all artifacts".to_owned() } else { words::visible(name) })
        .collect();
    format!("artifacts: {}", words::list(&names))
}

/// Curves between layers, and straight through those that are passed.
fn path(points: &[(i32, i32)], start: (i32, i32)) -> String {
    let mut out = format!("M{} {}", start.0, start.1);
    let mut last = start;
    for (at, (x, y)) in points.iter().enumerate().skip(1) {
        if at % 2 == 0 {
            let _ = write!(out, "L{x} {y}");
        } else {
            // What leads back leaves to the right and comes from the left.
            let reach = ((x - last.0) / 2).abs().clamp(24, 90);
            let _ = write!(out, "C{} {} {} {y} {x} {y}", last.0 + reach, last.1, x - reach);
        }
        last = (*x, *y);
    }
    out
}

/// What arrow keys lead to: along the edges, and up and down the layer.
fn steps(facts: &Facts<'_>, plan: &Layout, current: Option<usize>, ports: &Ports) -> Callback<KeyboardEvent> {
    let Some(current) = current else { return Callback::noop() };
    let layer = plan.layers.iter().find(|layer| layer.contains(&current));
    let beside = |step: isize| {
        let layer = layer?;
        let at = layer.iter().position(|job| *job == current)?.checked_add_signed(step)?;
        layer.get(at).copied()
    };
    let ends = |forth: bool| {
        let of = plan.routes.iter().filter(|route| route.needed && !route.back);
        of.filter_map(move |route| match (route.edge, forth) {
            ((from, to), true) if from == current => Some(to),
            ((from, to), false) if to == current => Some(from),
            _ => None,
        })
    };
    let id = |at: Option<usize>| at.and_then(|at| facts.jobs.get(at)).map(|job| job.node.id.clone());
    let targets = [
        ("ArrowRight", id(ends(true).next())),
        ("ArrowLeft", id(ends(false).next())),
        ("ArrowUp", id(beside(-1))),
        ("ArrowDown", id(beside(1))),
    ];
    let act = ports.act.clone();
    Callback::from(move |event: KeyboardEvent| {
        let key = event.key();
        if let Some((_, id)) = targets.iter().find(|(name, _)| *name == key) {
            event.prevent_default();
            if let Some(id) = id {
                act.emit(Action::Job(id.clone()));
            }
        }
    })
}

fn lines(job: &Job<'_>) -> Vec<Line> {
    let node = job.node;
    let mut lines = Vec::new();
    if let Some(seconds) = job.seconds() {
        let queue = job.queue_seconds().filter(|queue| *queue >= 1.0);
        let queue = queue.map_or(String::new(), |queue| format!(", queued {}", words::seconds(queue)));
        lines.push(line(Icon::Clock, "Measured", format!("{}{queue}", words::seconds(seconds))));
    }
    if !node.runs_on.is_empty() {
        lines.push(line(Icon::Screen, "Runs on", words::visible(&node.runs_on.join(", "))));
    }
    if !node.calls.is_empty() {
        lines.push(line(Icon::Call, "Calls", short(&words::visible(&node.calls))));
    }
    if !node.container.is_empty() {
        lines.push(line(Icon::Container, "Container", words::visible(&node.container)));
    }
    for service in node.services.iter().take(MAX_SERVICES) {
        let (icon, says, tone) = health(service.healthcheck);
        lines.push(Line { icon, text: words::visible(&service.name), says, tone: Some(tone) });
    }
    if let Some(more) = node.services.len().checked_sub(MAX_SERVICES).filter(|more| *more > 0) {
        lines.push(line(Icon::Dash, "Services", format!("{more} more services")));
    }
    let mut several = |icon, says, list: &[String], whole: &dyn Fn(&str) -> String| {
        let more = if list.len() > 1 { format!(" +{}", list.len() - 1) } else { String::new() };
        if let Some(first) = list.first() {
            lines.push(line(icon, says, format!("{}{more}", whole(first))));
        }
    };
    several(Icon::Container, "Compose file", &node.compose, &|path| short(&words::visible(path)));
    several(Icon::Cache, "Cache", &node.caches, &words::visible);
    let downloads: Vec<String> = node
        .downloads
        .iter()
        .map(|download| if download.name.is_empty() { "all artifacts".to_owned() } else { download.name.clone() })
        .collect();
    several(Icon::Down, "Downloads", &downloads, &words::visible);
    several(Icon::Up, "Uploads", &node.uploads, &words::visible);
    if !node.environment.is_empty() {
        lines.push(line(Icon::Globe, "Environment", words::visible(&node.environment)));
    }
    if !node.timeout_minutes.is_empty() {
        lines.push(line(Icon::Pause, "Timeout", format!("stops after {} min", words::visible(&node.timeout_minutes))));
    }
    lines
}

/// Picture, words and tone of a service's health check.
pub(super) const fn health(check: Option<bool>) -> (Icon, &'static str, &'static str) {
    match check {
        Some(true) => (Icon::Heart, "Service with a health check", "good"),
        Some(false) => (Icon::Triangle, "Service without a health check", "warn"),
        None => (Icon::Question, "Service whose health check is not known", "plain"),
    }
}

/// The last part of a path.
fn short(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// A box for those who hear it.
fn spoken(job: &Job<'_>, lines: &[Line], circular: bool) -> String {
    let mut parts = vec![format!("Job {}", words::visible(job.title()))];
    if let Some(conclusion) = job.conclusion() {
        parts.push(words::visible(conclusion));
    }
    if circular {
        parts.push("waits for itself through other jobs".to_owned());
    } else if !job.node.needs.is_empty() {
        parts.push(format!("waits for {}", words::visible(&words::list(&job.node.needs))));
    }
    if job.critical {
        parts.push("on the critical path".to_owned());
    }
    if job.pin.all() > 0 {
        parts.push(super::pin_words(job.pin));
    }
    parts.extend(lines.iter().map(|line| format!("{}: {}", line.says, line.text)));
    parts.join(", ")
}

fn picture(icon: Icon, x: i32, y: i32) -> Html {
    html! {
        <svg class="icon" x={x.to_string()} y={y.to_string()} width="12" height="12" viewBox="0 0 16 16"><path d={icon.path()} /></svg>
    }
}

/// A text cut to so many narrow characters; wide ones count twice.
fn fit(text: &str, width: usize) -> String {
    let wide =
        |c: char| if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffdc}' | '\u{1f000}'..) { 2 } else { 1 };
    let all: usize = text.chars().map(wide).sum();
    if all <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += wide(c);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}
