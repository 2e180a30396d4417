//! Which findings, rules and files a state shows, and in what order.

use super::query::{self, Query};
use super::state::{Group, State, Within};
use super::{sort, words};
use crate::model::{Family, FileRecord, Finding, Level, Outcome, Place, Report, Status};

/// Findings that belong together on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) title: String,
    /// Numbers in the report's list, worst first, then in report order.
    pub(super) findings: Vec<usize>,
}

/// How many findings each choice of a facet would show, the other facets left as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facets {
    pub(super) levels: Counts<Level>,
    pub(super) families: Counts<Family>,
    pub(super) statuses: Counts<Status>,
    /// Most findings first.
    pub(super) rules: Vec<(String, usize)>,
    /// Most findings first.
    pub(super) files: Vec<(String, usize)>,
    pub(super) shown: usize,
    /// What the reader should know of their query.
    pub(super) remarks: Vec<String>,
}

/// The numbers of the findings that a state shows, in the order of the screen.
pub fn displayed_findings(report: &Report, state: &State) -> Vec<usize> {
    sections(report, state).into_iter().flat_map(|section| section.findings).collect()
}

/// Worst first: what is not waived, by level.
pub(super) fn weight(finding: &Finding) -> i64 {
    let level = match finding.level {
        Level::Error => 0,
        Level::Warning => 1,
        Level::Info => 2,
    };
    if finding.status == Status::Waived { 3 + level } else { level }
}

struct Gathered<'r> {
    title: &'r str,
    worst: i64,
    findings: Vec<(i64, usize)>,
}

pub(super) fn sections(report: &Report, state: &State) -> Vec<Section> {
    let query = Query::new(&state.query, &query::FINDINGS);
    let mut sections: Vec<Gathered<'_>> = Vec::new();
    for (number, finding) in report.findings.iter().enumerate() {
        if !Match::of(finding, state, &query).all() {
            continue;
        }
        let title = match state.group {
            Group::File => finding.place.file.as_str(),
            Group::Rule => finding.rule.as_str(),
            Group::Family => finding.family.word(),
            Group::Level => finding.level.word(),
        };
        let weight = weight(finding);
        // Findings come by file, so the latest section is nearly always the right one; of the others there are few.
        let at = match state.group {
            Group::File => {
                sections.len().checked_sub(1).filter(|at| sections.get(*at).is_some_and(|s| s.title == title))
            }
            _ => sections.iter().position(|section| section.title == title),
        };
        match at.and_then(|at| sections.get_mut(at)) {
            Some(section) => {
                section.worst = section.worst.min(weight);
                section.findings.push((weight, number));
            }
            None => sections.push(Gathered { title, worst: weight, findings: vec![(weight, number)] }),
        }
    }
    let mut titles: Vec<(&str, usize)> = sections.iter().enumerate().map(|(at, section)| (section.title, at)).collect();
    sort::by_text(&mut titles);
    let worst = |at: usize| sections.get(at).map_or(0, |section| section.worst);
    let order = sort::by_number(titles.iter().enumerate().map(|(rank, (_, at))| (worst(*at), rank)).collect());
    let mut found = Vec::with_capacity(sections.len());
    for rank in order {
        if let Some(section) = titles.get(rank).and_then(|(_, at)| sections.get_mut(*at)) {
            let findings = sort::by_number(std::mem::take(&mut section.findings));
            found.push(Section { title: section.title.to_owned(), findings });
        }
    }
    found
}

pub(super) fn facets(report: &Report, state: &State) -> Facets {
    let query = Query::new(&state.query, &query::FINDINGS);
    let mut facets = Facets::default();
    let (mut rules, mut files) = (Vec::new(), Vec::new());
    for finding in &report.findings {
        let fits = Match::of(finding, state, &query);
        if !fits.rest {
            continue;
        }
        match fits {
            Match { level: true, family: true, status: true, rule: true, within: true, .. } => {
                facets.shown += 1;
                facets.levels.add(finding.level);
                facets.families.add(finding.family);
                facets.statuses.add(finding.status);
                rules.push(finding.rule.as_str());
                files.push(finding.place.file.as_str());
            }
            // Let through by all but one: that facet's choice would show it.
            Match { level: false, family: true, status: true, rule: true, within: true, .. } => {
                facets.levels.add(finding.level);
            }
            Match { level: true, family: false, status: true, rule: true, within: true, .. } => {
                facets.families.add(finding.family);
            }
            Match { level: true, family: true, status: false, rule: true, within: true, .. } => {
                facets.statuses.add(finding.status);
            }
            Match { level: true, family: true, status: true, rule: false, within: true, .. } => {
                rules.push(finding.rule.as_str());
            }
            Match { level: true, family: true, status: true, rule: true, within: false, .. } => {
                files.push(finding.place.file.as_str());
            }
            _ => {}
        }
    }
    facets.rules = tally(&rules);
    facets.files = tally(&files);
    facets.remarks = query.remarks;
    facets
}

/// How often each text occurs, the most frequent first.
fn tally(texts: &[&str]) -> Vec<(String, usize)> {
    let mut keys: Vec<(&str, usize)> = texts.iter().map(|text| (*text, 0)).collect();
    sort::by_text(&mut keys);
    let counts: Vec<(&str, usize)> =
        keys.chunk_by(|a, b| a == b).filter_map(|same| Some((same.first()?.0, same.len()))).collect();
    let order = sort::by_number(counts.iter().enumerate().map(|(at, (_, n))| (sort::descending(*n), at)).collect());
    order.into_iter().filter_map(|at| counts.get(at)).map(|(text, count)| ((*text).to_owned(), *count)).collect()
}

/// Whether one of the places of a finding is in a part of the input.
pub(super) fn touches(finding: &Finding, within: &Within) -> bool {
    within.file.is_empty()
        || is_within(&finding.place, within)
        || (!within.path.is_empty() && finding.related.iter().any(|related| is_within(&related.place, within)))
}

fn is_within(place: &Place, within: &Within) -> bool {
    let below = |path: &str| path.is_empty() || path.starts_with('.');
    place.file == within.file
        && (within.path.is_empty() || place.path.strip_prefix(within.path.as_str()).is_some_and(below))
}

/// Numbers of findings by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counts<T>(Vec<(T, usize)>);

impl<T> Default for Counts<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq + Copy> Counts<T> {
    fn add(&mut self, item: T) {
        match self.0.iter_mut().find(|(value, _)| *value == item) {
            Some((_, count)) => *count += 1,
            None => self.0.push((item, 1)),
        }
    }

    pub(super) fn of(&self, item: T) -> usize {
        self.0.iter().find(|(value, _)| *value == item).map_or(0, |(_, count)| *count)
    }
}

pub(super) fn outcomes<'r>(report: &'r Report, state: &State) -> Vec<&'r Outcome> {
    let query = Query::new(&state.query, &query::RULES);
    let fits = |o: &&Outcome| {
        let values = [&*o.rule, o.family.word(), o.level.word(), o.outcome.word(), &*o.policy.file];
        let facts: Vec<&str> = o.facts.iter().map(String::as_str).collect();
        state.levels.allows(o.level)
            && state.families.allows(o.family)
            && state.outcomes.allows(o.outcome)
            && (state.rule.is_empty() || state.rule == o.rule)
            && query.fits(&values, &facts)
    };
    report.outcomes.iter().filter(fits).collect()
}

pub(super) fn files<'r>(report: &'r Report, state: &State) -> Vec<&'r FileRecord> {
    let query = Query::new(&state.query, &query::FILES);
    let fits = |f: &&FileRecord| {
        state.files.allows(f.status)
            && query.fits(&[&f.path, f.kind.word(), f.status.word()], &[&f.producer, &f.note, &f.sha256])
    };
    report.files.iter().filter(fits).collect()
}

/// What of a finding fits a state.
#[expect(clippy::struct_excessive_bools, reason = "one answer a filter, independent of each other")]
struct Match {
    level: bool,
    family: bool,
    status: bool,
    rule: bool,
    within: bool,
    rest: bool,
}

impl Match {
    fn of(finding: &Finding, state: &State, query: &Query) -> Self {
        let place = &finding.place;
        let values = [
            &*finding.rule,
            &*place.file,
            &*place.path,
            finding.level.word(),
            finding.family.word(),
            words::status(finding.status),
        ];
        Self {
            level: state.levels.allows(finding.level),
            family: state.families.allows(finding.family),
            status: state.statuses.allows(finding.status),
            rule: state.rule.is_empty() || state.rule == finding.rule,
            within: touches(finding, &state.within),
            rest: query.fits(&values, &[&finding.message]),
        }
    }

    fn all(&self) -> bool {
        self.level && self.family && self.status && self.rule && self.within && self.rest
    }
}
