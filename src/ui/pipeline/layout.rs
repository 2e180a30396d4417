//! Where the jobs of a workflow are drawn: layers from left to right, so that every job stands right of those it needs.
//!
//! Whole numbers only, and a time that grows with jobs and edges: the longest path gives the layer, barycentres the
//! order within it, and least squares the height.

use crate::ui::sort;

/// Width of a box.
pub(super) const WIDTH: i32 = 236;
/// Between two layers.
const GAP: i32 = 56;
/// Between two boxes of a layer.
const SPACE: i32 = 22;
/// Around the drawing.
const MARGIN: i32 = 16;
/// Height of the lane in which an edge passes a layer.
const LANE: i32 = 6;
/// Most lanes; with more, edges go straight.
const MAX_LANES: usize = 3_000;
/// Columns of the jobs that nothing joins, at least.
const MIN_COLUMNS: usize = 3;
/// Times that the layers are put in order from left to right and back.
const SWEEPS: usize = 6;
/// Keeps the fractions of barycentres in whole numbers.
const SCALE: i64 = 1_024;

/// A pair of positions of jobs: the earlier one, and the one that waits for it.
pub(super) type Edge = (usize, usize);

/// A drawing.
#[derive(Debug)]
pub(super) struct Layout {
    /// Left upper corner of each job's box.
    pub(super) spots: Vec<(i32, i32)>,
    /// The jobs of each layer, from top to bottom.
    pub(super) layers: Vec<Vec<usize>>,
    /// The edges that are drawn.
    pub(super) routes: Vec<Route>,
    /// Whether each job is in a circle of jobs that need each other.
    pub(super) circular: Vec<bool>,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A drawn edge.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) edge: Edge,
    /// Whether it is one of `needs`.
    pub(super) needed: bool,
    /// Whether it closes a circle or goes against the order of the layers.
    pub(super) back: bool,
    /// Corners between which it is drawn: every second stretch passes a layer.
    pub(super) points: Vec<(i32, i32)>,
}

/// Lays out boxes of these heights. `others` are edges that no `needs` makes; of `needs`, those are not drawn that others
/// imply, unless they are among `others`.
pub(super) fn layout(heights: &[i32], needs: &[Edge], others: &[Edge]) -> Layout {
    let ranks = rank(heights.len(), needs);
    let (known, others) = (set_of(needs), set_of(others));
    let has = |edges: &[Edge], edge: &Edge| edges.binary_search(edge).is_ok();
    let implied = set_of(&implied(heights.len(), &known, &ranks));
    let drawn = known.iter().filter(|edge| !has(&implied, edge) || has(&others, edge)).map(|edge| (*edge, true));
    let extra = others.iter().filter(|edge| !has(&known, edge)).map(|edge| (*edge, false));
    let mut routes: Vec<Route> = drawn
        .chain(extra)
        .map(|(edge, needed)| {
            let back = ranks.layer(edge.0) >= ranks.layer(edge.1);
            Route { edge, needed, back, points: Vec::new() }
        })
        .collect();

    let mut alone = vec![true; heights.len()];
    for (from, to) in known.iter().chain(&others) {
        set(&mut alone, *from, false);
        set(&mut alone, *to, false);
    }
    let mut grid = Grid::new(heights, &ranks, &alone);
    let lanes: Vec<Vec<usize>> = routes.iter().map(|route| grid.add(route)).collect();
    grid.order();
    grid.place();
    let top = grid.layers.iter().flatten().map(|node| grid.top(*node)).min().unwrap_or(0);
    for y in &mut grid.tops {
        *y += MARGIN - top;
    }
    grid.place_alone(&alone);
    let left = |node: usize| MARGIN + grid.layer(node) * (WIDTH + GAP);
    for (route, lanes) in routes.iter_mut().zip(&lanes) {
        let (from, to) = route.edge;
        route.points.push((left(from) + WIDTH, grid.middle(from)));
        for lane in lanes {
            route.points.extend([(left(*lane), grid.middle(*lane)), (left(*lane) + WIDTH, grid.middle(*lane))]);
        }
        route.points.push((left(to), grid.middle(to)));
    }
    let bottom = (0..grid.tops.len()).map(|node| grid.top(node) + grid.size(node)).max().unwrap_or(0);
    let mut layers = grid.layers.clone();
    for layer in &mut layers {
        layer.retain(|node| *node < heights.len());
    }
    let count = i32::try_from(layers.len()).unwrap_or(i32::MAX);
    Layout {
        spots: (0..heights.len()).map(|node| (left(node), grid.top(node))).collect(),
        layers,
        routes,
        circular: circular(heights.len(), needs),
        width: (2 * MARGIN - GAP).saturating_add(count.saturating_mul(WIDTH + GAP)),
        height: bottom + MARGIN,
    }
}

/// Each edge once, in order.
fn set_of(edges: &[Edge]) -> Vec<Edge> {
    let number = |job: usize| i64::try_from(job).unwrap_or(0);
    let code = |edge: &Edge| number(edge.0) * (1 << 32) + number(edge.1);
    let order = sort::by_number(edges.iter().enumerate().map(|(at, edge)| (code(edge), at)).collect());
    let mut set: Vec<Edge> = order.into_iter().filter_map(|at| edges.get(at)).copied().collect();
    set.dedup();
    set
}

/// The layer of each job, and the order in which jobs can run.
struct Ranks {
    layers: Vec<usize>,
    order: Vec<usize>,
    /// Position of each job in `order`.
    turns: Vec<usize>,
}

impl Ranks {
    fn layer(&self, job: usize) -> usize {
        self.layers.get(job).copied().unwrap_or(0)
    }

    /// Whether an edge goes the way in which jobs run; in a circle at least one does not.
    fn forward(&self, edge: Edge) -> bool {
        self.turns.get(edge.0) < self.turns.get(edge.1)
    }
}

fn lists(count: usize, edges: impl Iterator<Item = Edge>) -> Vec<Vec<usize>> {
    let mut lists = vec![Vec::new(); count];
    for (from, to) in edges {
        if let Some(list) = lists.get_mut(from) {
            list.push(to);
        }
    }
    lists
}

/// The longest path to each job. Where only circles are left, the first job of the text runs as if it waited for none.
fn rank(count: usize, needs: &[Edge]) -> Ranks {
    let after = lists(count, needs.iter().copied());
    let mut waits = vec![0_usize; count];
    for (_, wait) in needs {
        if let Some(wait) = waits.get_mut(*wait) {
            *wait += 1;
        }
    }
    let mut ranks = Ranks { layers: vec![0; count], order: Vec::new(), turns: vec![usize::MAX; count] };
    let mut queue: Vec<usize> = (0..count).filter(|job| waits.get(*job) == Some(&0)).collect();
    let mut next_job = 0;
    let mut queued: Vec<bool> = waits.iter().map(|wait| *wait == 0).collect();
    let mut first = 0;
    loop {
        while let Some(job) = queue.get(next_job).copied() {
            next_job += 1;
            if let Some(turn) = ranks.turns.get_mut(job) {
                *turn = next_job;
            }
            let next = ranks.layer(job) + 1;
            for to in after.get(job).into_iter().flatten() {
                let (Some(wait), Some(queued), Some(layer)) =
                    (waits.get_mut(*to), queued.get_mut(*to), ranks.layers.get_mut(*to))
                else {
                    continue;
                };
                if *queued {
                    continue;
                }
                *layer = next.max(*layer);
                *wait -= 1;
                if *wait == 0 {
                    *queued = true;
                    queue.push(*to);
                }
            }
        }
        let Some(at) = queued.iter().skip(first).position(|queued| !queued) else {
            return Ranks { order: queue, ..ranks };
        };
        first += at;
        if let Some(queued) = queued.get_mut(first) {
            *queued = true;
        }
        queue.push(first);
    }
}

/// The edges between jobs that are joined through others as well.
fn implied(count: usize, needs: &[Edge], ranks: &Ranks) -> Vec<Edge> {
    let after = lists(count, needs.iter().copied().filter(|edge| ranks.forward(*edge)));
    let words = count.div_ceil(64);
    let mut reached: Vec<Vec<u64>> = vec![Vec::new(); count];
    let mut found = Vec::new();
    for from in ranks.order.iter().rev() {
        let mut all = vec![0_u64; words];
        let next = after.get(*from).map_or(&[][..], Vec::as_slice);
        for to in next {
            for (word, other) in all.iter_mut().zip(reached.get(*to).into_iter().flatten()) {
                *word |= other;
            }
        }
        for to in next {
            if all.get(to / 64).is_some_and(|word| word & (1 << (to % 64)) != 0) {
                found.push((*from, *to));
            }
        }
        for to in next {
            if let Some(word) = all.get_mut(to / 64) {
                *word |= 1 << (to % 64);
            }
        }
        if let Some(reached) = reached.get_mut(*from) {
            *reached = all;
        }
    }
    found
}

/// Whether each job needs itself through others: the strongly connected components by Tarjan, without recursion.
pub(super) fn circular(count: usize, needs: &[Edge]) -> Vec<bool> {
    let after = lists(count, needs.iter().copied());
    let mut found: Vec<bool> = vec![false; count];
    for (from, to) in needs {
        if from == to
            && let Some(found) = found.get_mut(*from)
        {
            *found = true;
        }
    }
    let mut numbers = vec![0_usize; count];
    let mut lows = vec![0_usize; count];
    let mut held = vec![false; count];
    let (mut stack, mut next) = (Vec::new(), 1);
    for root in 0..count {
        let mut path = vec![(root, 0)];
        while let Some((job, edge)) = path.pop() {
            if edge == 0 {
                if numbers.get(job) != Some(&0) {
                    continue;
                }
                set(&mut numbers, job, next);
                set(&mut lows, job, next);
                set(&mut held, job, true);
                stack.push(job);
                next += 1;
            }
            let low = |lows: &[usize], job: usize| lows.get(job).copied().unwrap_or(0);
            if let Some(to) = after.get(job).and_then(|after| after.get(edge)).copied() {
                path.push((job, edge + 1));
                if numbers.get(to) == Some(&0) {
                    path.push((to, 0));
                } else if held.get(to) == Some(&true) {
                    let value = low(&lows, job).min(low(&numbers, to));
                    set(&mut lows, job, value);
                }
            } else {
                if let Some((before, _)) = path.last() {
                    let value = low(&lows, *before).min(low(&lows, job));
                    set(&mut lows, *before, value);
                }
                if lows.get(job) == numbers.get(job) {
                    let at = stack.iter().rposition(|other| *other == job).unwrap_or(0);
                    let of_circle: Vec<usize> = stack.drain(at..).collect();
                    for member in &of_circle {
                        set(&mut held, *member, false);
                        if of_circle.len() > 1 {
                            set(&mut found, *member, true);
                        }
                    }
                }
            }
        }
    }
    found
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(place) = list.get_mut(at) {
        *place = value;
    }
}

/// Boxes and lanes in their layers. A lane is where an edge passes a layer.
struct Grid {
    boxes: usize,
    sizes: Vec<i32>,
    of_layer: Vec<usize>,
    layers: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    tops: Vec<i32>,
}

impl Grid {
    fn new(heights: &[i32], ranks: &Ranks, alone: &[bool]) -> Self {
        let count = heights.len();
        let joined = (0..count).filter(|job| alone.get(*job) == Some(&false));
        let last = joined.clone().map(|job| ranks.layer(job)).max();
        let mut layers = vec![Vec::new(); last.map_or(0, |last| last + 1)];
        for job in joined {
            if let Some(layer) = layers.get_mut(ranks.layer(job)) {
                layer.push(job);
            }
        }
        Self {
            boxes: count,
            sizes: heights.to_vec(),
            of_layer: ranks.layers.clone(),
            layers,
            before: vec![Vec::new(); count],
            after: vec![Vec::new(); count],
            tops: Vec::new(),
        }
    }

    /// Adds the lanes of an edge.
    fn add(&mut self, route: &Route) -> Vec<usize> {
        let (from, to) = route.edge;
        if route.back {
            return Vec::new();
        }
        let place = |node: usize| self.of_layer.get(node).copied().unwrap_or(0);
        let between = place(from) + 1..place(to);
        let lanes_so_far = self.sizes.len() - self.boxes;
        let mut lanes = Vec::new();
        let mut last = from;
        if lanes_so_far + between.len() <= MAX_LANES {
            for layer in between {
                let lane = self.sizes.len();
                self.sizes.push(LANE);
                self.of_layer.push(layer);
                self.before.push(Vec::new());
                self.after.push(Vec::new());
                if let Some(layer) = self.layers.get_mut(layer) {
                    layer.push(lane);
                }
                self.join(last, lane);
                lanes.push(lane);
                last = lane;
            }
        }
        self.join(last, to);
        lanes
    }

    fn join(&mut self, from: usize, to: usize) {
        if let Some(after) = self.after.get_mut(from) {
            after.push(to);
        }
        if let Some(before) = self.before.get_mut(to) {
            before.push(from);
        }
    }

    /// Puts each layer in the order of the barycentres of its neighbours, forth and back.
    fn order(&mut self) {
        let mut places = vec![0_i64; self.sizes.len()];
        for layer in &self.layers {
            number(layer, &mut places);
        }
        for sweep in 0..SWEEPS {
            let forth = sweep % 2 == 0;
            let neighbours = if forth { &self.before } else { &self.after };
            let count = self.layers.len();
            for step in 0..count {
                let at = if forth { step } else { count - 1 - step };
                let Some(layer) = self.layers.get_mut(at) else { continue };
                let centre = |node: &usize| {
                    let of = neighbours.get(*node).map_or(&[][..], Vec::as_slice);
                    let sum: i64 = of.iter().filter_map(|other| places.get(*other)).sum();
                    let own = places.get(*node).copied().unwrap_or(0) * SCALE;
                    i64::try_from(of.len()).ok().and_then(|of| (sum * SCALE).checked_div(of)).unwrap_or(own)
                };
                let keys = layer.iter().enumerate().map(|(at, node)| (centre(node), at)).collect();
                *layer = sort::by_number(keys).into_iter().filter_map(|at| layer.get(at)).copied().collect();
                number(layer, &mut places);
            }
        }
    }

    /// Gives each node a height: as near to its neighbours as the others of its layer let it be.
    fn place(&mut self) {
        self.tops = vec![0; self.sizes.len()];
        for at in 0..self.layers.len() {
            self.settle(at, None);
        }
        for forth in [true, false, true, false, true] {
            for step in 0..self.layers.len() {
                let at = if forth { step } else { self.layers.len() - 1 - step };
                self.settle(at, Some(forth));
            }
        }
    }

    /// Jobs that nothing joins stand below the others, in rows.
    fn place_alone(&mut self, alone: &[bool]) {
        let bottom = self.layers.iter().flatten().map(|node| self.top(*node) + self.size(*node)).max();
        let mut top = bottom.map_or(MARGIN, |bottom| bottom + 2 * SPACE);
        let rest: Vec<usize> = (0..self.boxes).filter(|job| alone.get(*job) == Some(&true)).collect();
        let columns = self.layers.len().max(MIN_COLUMNS).min(self.layers.len().max(rest.len()));
        self.layers.resize(columns, Vec::new());
        for row in rest.chunks(columns.max(1)) {
            for (column, job) in row.iter().enumerate() {
                set(&mut self.tops, *job, top);
                set(&mut self.of_layer, *job, column);
                if let Some(layer) = self.layers.get_mut(column) {
                    layer.push(*job);
                }
            }
            top += SPACE + row.iter().map(|job| self.size(*job)).max().unwrap_or(0);
        }
    }

    /// Least squares under the order of the layer: what would overlap moves together.
    fn settle(&mut self, at: usize, forth: Option<bool>) {
        let Some(layer) = self.layers.get(at) else { return };
        let mut blocks: Vec<(i64, i64)> = Vec::new();
        let mut offsets = Vec::with_capacity(layer.len());
        let mut offset = 0_i64;
        for node in layer {
            let size = self.size(*node);
            let neighbours = match forth {
                None => None,
                Some(true) => self.before.get(*node),
                Some(false) => self.after.get(*node),
            };
            let near: Vec<i64> = neighbours.into_iter().flatten().map(|other| i64::from(self.middle(*other))).collect();
            let wanted = i64::try_from(near.len()).ok().and_then(|count| near.iter().sum::<i64>().checked_div(count));
            let wanted = match (wanted, forth) {
                (Some(middle), _) => middle - i64::from(size / 2),
                (None, Some(_)) => i64::from(self.top(*node)),
                (None, None) => 0,
            };
            blocks.push((wanted - offset, 1));
            while let [.., (first, of_first), (second, of_second)] = blocks.as_slice()
                && first * of_second > second * of_first
            {
                let joined = (first + second, of_first + of_second);
                blocks.truncate(blocks.len() - 2);
                blocks.push(joined);
            }
            offsets.push(offset);
            let space = if size == LANE { SPACE / 2 } else { SPACE };
            offset += i64::from(size + space);
        }
        let starts = blocks.iter().flat_map(|(sum, count)| {
            let start = sum.checked_div(*count).unwrap_or(0);
            (0..*count).map(move |_| start)
        });
        let tops: Vec<i32> =
            starts.zip(offsets).map(|(start, offset)| i32::try_from(start + offset).unwrap_or(0)).collect();
        for (node, top) in layer.iter().zip(tops) {
            set(&mut self.tops, *node, top);
        }
    }

    fn layer(&self, node: usize) -> i32 {
        self.of_layer.get(node).and_then(|layer| i32::try_from(*layer).ok()).unwrap_or(0)
    }

    fn size(&self, node: usize) -> i32 {
        self.sizes.get(node).copied().unwrap_or(0)
    }

    fn top(&self, node: usize) -> i32 {
        self.tops.get(node).copied().unwrap_or(0)
    }

    fn middle(&self, node: usize) -> i32 {
        self.top(node) + self.size(node) / 2
    }
}

fn number(layer: &[usize], places: &mut [i64]) {
    for (place, node) in (0_i64..).zip(layer) {
        set(places, *node, place);
    }
}

#[cfg(test)]
mod tests {
    use super::{GAP, Layout, MARGIN, WIDTH, layout};

    fn drawn(count: usize, needs: &[(usize, usize)]) -> Layout {
        layout(&vec![60; count], needs, &[])
    }

    fn columns(layout: &Layout) -> Vec<i32> {
        layout.spots.iter().map(|(x, _)| (x - MARGIN) / (WIDTH + GAP)).collect()
    }

    fn overlap(layout: &Layout, height: i32) -> bool {
        layout.layers.iter().any(|layer| {
            let tops: Vec<i32> = layer.iter().map(|job| layout.spots[*job].1).collect();
            tops.windows(2).any(|pair| pair[0] + height > pair[1])
        })
    }

    #[test]
    fn a_job_stands_right_of_all_that_it_needs() {
        let layout = drawn(6, &[(0, 1), (1, 2), (0, 2), (3, 2), (4, 5)]);
        assert_eq!(columns(&layout), [0, 1, 2, 0, 0, 1]);
        let edges: Vec<_> = layout.routes.iter().map(|route| route.edge).collect();
        assert_eq!(edges, [(0, 1), (1, 2), (3, 2), (4, 5)], "what others imply is not drawn");
        assert!(!layout.circular.contains(&true) && !overlap(&layout, 60));
        let passing = layout.routes.iter().find(|route| route.edge == (3, 2)).unwrap();
        assert_eq!(passing.points.len(), 4, "it has a lane in the layer that it passes");
    }

    #[test]
    fn jobs_that_nothing_joins_stand_in_rows_below() {
        let layout = drawn(7, &[(0, 6)]);
        assert_eq!(columns(&layout), [0, 0, 1, 2, 0, 1, 1]);
        let bottom = layout.spots[0].1.max(layout.spots[6].1) + 60;
        assert!((1..6).all(|job| layout.spots[job].1 > bottom) && !overlap(&layout, 60));
        assert_eq!(layout.layers, [vec![0, 1, 4], vec![6, 2, 5], vec![3]]);
        assert_eq!(columns(&drawn(2, &[])), [0, 1]);
    }

    #[test]
    fn circles_are_told_and_still_drawn() {
        let layout = drawn(7, &[(0, 1), (1, 2), (2, 1), (2, 3), (4, 4), (3, 5), (5, 6), (6, 5)]);
        assert_eq!(layout.circular, [false, true, true, false, true, true, true]);
        assert!(layout.routes.iter().filter(|route| route.back).count() >= 3);
        assert!(!overlap(&layout, 60));
        assert_eq!(drawn(0, &[]).layers.len(), 0);
    }

    #[test]
    fn edges_beside_needs_are_drawn_and_change_no_layer() {
        let layout = layout(&[60; 3], &[(0, 1), (1, 2), (0, 2)], &[(0, 2), (2, 0)]);
        assert_eq!(columns(&layout), [0, 1, 2]);
        let edges: Vec<_> = layout.routes.iter().map(|route| (route.edge, route.needed, route.back)).collect();
        let expected = [((0, 1), true, false), ((0, 2), true, false), ((1, 2), true, false), ((2, 0), false, true)];
        assert_eq!(edges, expected);
    }

    #[test]
    fn many_jobs_and_edges_are_laid_out() {
        let chain: Vec<_> = (1..600).map(|job| (job - 1, job)).collect();
        assert_eq!(drawn(600, &chain).layers.len(), 600);
        let dense: Vec<_> = (0..600).flat_map(|from| (from + 1..600).map(move |to| (from, to))).collect();
        assert_eq!(drawn(600, &dense).routes.len(), 599);
        let wide: Vec<_> = (0..300).flat_map(|from| (300..600).map(move |to| (from, to))).collect();
        let layout = drawn(600, &wide);
        assert!(!overlap(&layout, 60));
        assert_eq!((layout.layers.len(), layout.routes.len()), (2, 90_000));
        let circle: Vec<_> = (0..600).map(|job| (job, (job + 1) % 600)).collect();
        assert!(drawn(600, &circle).circular.iter().all(|circular| *circular));
    }
}
