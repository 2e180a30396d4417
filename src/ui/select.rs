//! Which findings, rules and files a state shows, and in what order.

use super::state::{Group, State};
use super::words;
use crate::model::{Family, FileRecord, Finding, Level, Outcome, Report, Status};
use std::collections::BTreeMap;

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
    pub(super) levels: BTreeMap<Level, usize>,
    pub(super) families: BTreeMap<Family, usize>,
    pub(super) statuses: BTreeMap<Status, usize>,
    pub(super) shown: usize,
}

/// The numbers of the findings that a state shows, in the order of the screen.
pub fn displayed_findings(report: &Report, state: &State) -> Vec<usize> {
    sections(report, state).into_iter().flat_map(|section| section.findings).collect()
}

pub(super) fn sections(report: &Report, state: &State) -> Vec<Section> {
    let words = Words::new(&state.query);
    let mut groups: BTreeMap<&str, Vec<(usize, &Finding)>> = BTreeMap::new();
    for (number, finding) in report.findings.iter().enumerate() {
        if Match::of(finding, state, &words).all() {
            let key = match state.group {
                Group::File => finding.place.file.as_str(),
                Group::Rule => finding.rule.as_str(),
                Group::Level => finding.level.word(),
            };
            groups.entry(key).or_default().push((number, finding));
        }
    }
    let mut sections: Vec<_> = groups.into_iter().collect();
    // Waived findings weigh nothing; the sort is stable, so that equals stay in report order.
    let weight = |finding: &Finding| (finding.status != Status::Waived, finding.level);
    for (_, findings) in &mut sections {
        findings.sort_by_key(|(_, finding)| std::cmp::Reverse(weight(finding)));
    }
    sections.sort_by_key(|(_, findings)| std::cmp::Reverse(findings.first().map(|(_, finding)| weight(finding))));
    sections
        .into_iter()
        .map(|(title, findings)| Section {
            title: title.to_owned(),
            findings: findings.into_iter().map(|(number, _)| number).collect(),
        })
        .collect()
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
            *facets.levels.entry(finding.level).or_default() += 1;
        }
        if fits.level && fits.status {
            *facets.families.entry(finding.family).or_default() += 1;
        }
        if fits.level && fits.family {
            *facets.statuses.entry(finding.status).or_default() += 1;
        }
        facets.shown += usize::from(fits.all());
    }
    facets
}

pub(super) fn outcomes<'r>(report: &'r Report, state: &State) -> Vec<&'r Outcome> {
    let words = Words::new(&state.query);
    let fits = |o: &&Outcome| {
        (state.levels.is_empty() || state.levels.contains(&o.level))
            && (state.families.is_empty() || state.families.contains(&o.family))
            && (state.outcomes.is_empty() || state.outcomes.contains(&o.outcome))
            && (state.rule.is_empty() || state.rule == o.rule)
            && words.fit(&[&o.rule, o.family.word(), &o.facts.join(" ")], &o.rule, &o.policy.file)
    };
    report.outcomes.iter().filter(fits).collect()
}

pub(super) fn files<'r>(report: &'r Report, state: &State) -> Vec<&'r FileRecord> {
    let words = Words::new(&state.query);
    let fits = |f: &&FileRecord| {
        (state.files.is_empty() || state.files.contains(&f.status))
            && words.fit(&[&f.path, f.kind.word(), &f.producer, &f.note, &f.sha256], "", &f.path)
    };
    report.files.iter().filter(fits).collect()
}

/// What of a finding fits a state.
struct Match {
    level: bool,
    family: bool,
    status: bool,
    rest: bool,
}

impl Match {
    fn of(finding: &Finding, state: &State, words: &Words) -> Self {
        Self {
            level: state.levels.is_empty() || state.levels.contains(&finding.level),
            family: state.families.is_empty() || state.families.contains(&finding.family),
            status: state.statuses.is_empty() || state.statuses.contains(&finding.status),
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
struct Words(Vec<Word>);

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
    fn new(query: &str) -> Self {
        Self(query.to_lowercase().split_whitespace().map(Word::new).collect())
    }

    fn fit(&self, texts: &[&str], rule: &str, file: &str) -> bool {
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
