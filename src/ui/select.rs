//! Which findings, rules and files a state shows, and in what order.

use super::state::{Group, State};
use super::words;
use crate::model::{Family, FileRecord, Finding, Level, Outcome, Report, Status};
use std::cmp::Reverse;

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
    pub(super) shown: usize,
}

/// The numbers of the findings that a state shows, in the order of the screen.
pub fn displayed_findings(report: &Report, state: &State) -> Vec<usize> {
    sections(report, state).into_iter().flat_map(|section| section.findings).collect()
}

/// Worst first: what is not waived, by level.
type Weight = Reverse<(bool, Level)>;

struct Gathered<'r> {
    title: &'r str,
    worst: Weight,
    findings: Vec<(Weight, usize)>,
}

pub(super) fn sections(report: &Report, state: &State) -> Vec<Section> {
    let words = Words::new(&state.query);
    let mut sections: Vec<Gathered<'_>> = Vec::new();
    for (number, finding) in report.findings.iter().enumerate() {
        if !Match::of(finding, state, &words).all() {
            continue;
        }
        let title = match state.group {
            Group::File => finding.place.file.as_str(),
            Group::Rule => finding.rule.as_str(),
            Group::Level => finding.level.word(),
        };
        let weight = Reverse((finding.status != Status::Waived, finding.level));
        // Findings come by file, so the latest section is nearly always the right one.
        match sections.iter_mut().rev().find(|section| section.title == title) {
            Some(section) => {
                section.worst = section.worst.min(weight);
                section.findings.push((weight, number));
            }
            None => sections.push(Gathered { title, worst: weight, findings: vec![(weight, number)] }),
        }
    }
    sections.sort_unstable_by_key(|section| (section.worst, section.title));
    let section = |mut section: Gathered<'_>| {
        section.findings.sort_unstable();
        Section {
            title: section.title.to_owned(),
            findings: section.findings.into_iter().map(|(_, number)| number).collect(),
        }
    };
    sections.into_iter().map(section).collect()
}

pub(super) fn facets(report: &Report, state: &State) -> Facets {
    let words = Words::new(&state.query);
    let mut facets = Facets::default();
    for finding in &report.findings {
        let fits = Match::of(finding, state, &words);
        if !fits.rest {
            continue;
        }
        if fits.family && fits.status {
            facets.levels.add(finding.level);
        }
        if fits.level && fits.status {
            facets.families.add(finding.family);
        }
        if fits.level && fits.family {
            facets.statuses.add(finding.status);
        }
        facets.shown += usize::from(fits.all());
    }
    facets
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
    let words = Words::new(&state.query);
    let fits = |o: &&Outcome| {
        state.levels.allows(o.level)
            && state.families.allows(o.family)
            && state.outcomes.allows(o.outcome)
            && (state.rule.is_empty() || state.rule == o.rule)
            && words.fit(&[&o.rule, o.family.word(), &o.facts.join(" ")], &o.rule, &o.policy.file)
    };
    report.outcomes.iter().filter(fits).collect()
}

pub(super) fn files<'r>(report: &'r Report, state: &State) -> Vec<&'r FileRecord> {
    let words = Words::new(&state.query);
    let fits = |f: &&FileRecord| {
        state.files.allows(f.status)
            && words.fit(&[&f.path, f.kind.word(), &f.producer, &f.note, &f.sha256], "", &f.path)
    };
    report.files.iter().filter(fits).collect()
}

/// What of a finding fits a state.
#[expect(clippy::struct_excessive_bools, reason = "one answer a filter, independent of each other")]
struct Match {
    level: bool,
    family: bool,
    status: bool,
    rest: bool,
}

impl Match {
    fn of(finding: &Finding, state: &State, words: &Words) -> Self {
        Self {
            level: state.levels.allows(finding.level),
            family: state.families.allows(finding.family),
            status: state.statuses.allows(finding.status),
            rest: (state.rule.is_empty() || state.rule == finding.rule)
                && words.fit(
                    &[
                        &finding.rule,
                        &finding.message,
                        &finding.place.file,
                        &finding.place.path,
                        words::status(finding.status),
                    ],
                    &finding.rule,
                    &finding.place.file,
                ),
        }
    }

    fn all(&self) -> bool {
        self.level && self.family && self.status && self.rest
    }
}

/// A search: words that must occur, `-words` that must not, `rule:` and `file:` for one field.
pub(super) struct Words(Vec<Word>);

struct Word {
    wanted: bool,
    field: Field,
    text: String,
}

enum Field {
    Any,
    Rule,
    File,
}

impl Words {
    pub(super) fn new(query: &str) -> Self {
        Self(query.to_lowercase().split_whitespace().map(Word::new).collect())
    }

    pub(super) fn fit(&self, texts: &[&str], rule: &str, file: &str) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let any: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        let (rule, file) = (rule.to_lowercase(), file.to_lowercase());
        self.0.iter().all(|word| {
            let found = match word.field {
                Field::Any => any.iter().any(|text| text.contains(&word.text)),
                Field::Rule => rule.contains(&word.text),
                Field::File => file.contains(&word.text),
            };
            found == word.wanted
        })
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let (wanted, text) = match text.strip_prefix('-') {
            Some(rest) if !rest.is_empty() => (false, rest),
            _ => (true, text),
        };
        let (field, text) = if let Some(rest) = text.strip_prefix("rule:") {
            (Field::Rule, rest)
        } else if let Some(rest) = text.strip_prefix("file:") {
            (Field::File, rest)
        } else {
            (Field::Any, text)
        };
        Self { wanted, field, text: text.to_owned() }
    }
}
