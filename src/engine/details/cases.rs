use crate::evidence::{CaseRef, Evidence};
use crate::model::{CaseOrder, CaseQuery, CaseRow, CaseRows, CaseStatus};
use crate::parse::test_results::{Case, Suite};
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All test cases that count, in columns: a few dozen bytes a case beside its name.
#[derive(Debug)]
pub struct CaseTable {
    reports: Vec<String>,
    suites: Vec<Arc<str>>,
    classes: Vec<Arc<str>>,
    names: Vec<Box<str>>,
    rows: Vec<Row>,
    /// Of the cases that did not go well, by row.
    messages: BTreeMap<u32, Box<str>>,
    /// The last answer, as rows: the next question is mostly for another window of it.
    last: RefCell<Option<(CaseQuery, Vec<u32>)>>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    report: u32,
    suite: u32,
    class: u32,
    line: u32,
    /// Not a number where there is none.
    seconds: f64,
    status: CaseStatus,
}

/// Most rows of an answer.
const MOST_ROWS: usize = 1_000;

impl CaseTable {
    /// Keeps the cases of all test reports, without those that a later attempt replaced.
    pub fn new(evidence: &Evidence<'_>) -> Self {
        let mut table = Self {
            reports: Vec::new(),
            suites: Vec::new(),
            classes: Vec::new(),
            names: Vec::new(),
            rows: Vec::new(),
            messages: BTreeMap::new(),
            last: RefCell::default(),
        };
        for (at, report) in evidence.test_reports.iter().enumerate() {
            table.reports.push(report.file.path().to_owned());
            for (suite_at, suite) in report.suites.iter().enumerate() {
                for (case_at, case) in suite.cases.iter().enumerate() {
                    let place = CaseRef::new(at, suite_at, case_at);
                    if !evidence.repeats.superseded.contains(&place) {
                        let status = if evidence.repeats.is_flaky(place) { CaseStatus::Flaky } else { case.status };
                        table.take(
                            suite,
                            case,
                            Row {
                                report: short(at),
                                suite: 0,
                                class: 0,
                                line: short(report.file.line(case.span.offset)),
                                seconds: case.seconds.unwrap_or(f64::NAN),
                                status,
                            },
                        );
                    }
                }
            }
        }
        table
    }

    fn take(&mut self, suite: &Suite<'_>, case: &Case<'_>, row: Row) {
        if !case.message().is_empty() {
            self.messages.insert(short(self.rows.len()), case.message().into());
        }
        let (suite, class) = (index(&mut self.suites, &suite.name), index(&mut self.classes, &case.class));
        self.rows.push(Row { suite, class, ..row });
        self.names.push((*case.name).into());
    }

    /// The window of the cases that a question wants.
    pub fn answer(&self, query: &CaseQuery) -> CaseRows {
        let key = CaseQuery { from: 0, count: 0, ..query.clone() };
        let mut last = self.last.borrow_mut();
        let wanted = match &mut *last {
            Some((known, wanted)) if *known == key => wanted,
            last => &mut last.insert((key, self.select(query))).1,
        };
        let from = query.from.min(wanted.len());
        let mut answer = CaseRows {
            all: self.rows.len(),
            shown: wanted.len(),
            from,
            suites: Vec::new(),
            classes: Vec::new(),
            files: Vec::new(),
            rows: Vec::new(),
        };
        let (mut suites, mut classes, mut files) = (Named::default(), Named::default(), Named::default());
        for at in wanted.iter().skip(from).take(query.count.min(MOST_ROWS)) {
            let (Some(row), Some(name)) = (self.rows.get(*at as usize), self.names.get(*at as usize)) else { continue };
            answer.rows.push(CaseRow {
                suite: suites.of(row.suite, &mut answer.suites, |at| self.suites.get(at).map(|name| &**name)),
                class: classes.of(row.class, &mut answer.classes, |at| self.classes.get(at).map(|name| &**name)),
                file: files.of(row.report, &mut answer.files, |at| self.reports.get(at).map(String::as_str)),
                name: name.to_string(),
                status: row.status,
                seconds: (!row.seconds.is_nan()).then_some(row.seconds),
                line: row.line as usize,
                message: self.messages.get(at).map(ToString::to_string).unwrap_or_default(),
            });
        }
        answer
    }

    /// The rows that a question wants, in its order.
    fn select(&self, query: &CaseQuery) -> Vec<u32> {
        let text = query.text.to_lowercase();
        let words: Vec<Word> = text.split_whitespace().map(|word| Word::new(word, self)).collect();
        let wanted = |(at, row): &(usize, &Row)| {
            (query.statuses.is_empty() || query.statuses.contains(&row.status))
                && words.iter().all(|word| word.fits(row, self.names.get(*at).map_or("", |name| name)))
        };
        let mut rows: Vec<u32> = self.rows.iter().enumerate().filter(wanted).map(|(at, _)| short(at)).collect();
        let row = |at: &u32| self.rows.get(*at as usize);
        // Stable, so that equal ones stay as they stand in the reports.
        match query.order {
            CaseOrder::Report => {}
            CaseOrder::Worst => rows.sort_by_key(|at| Reverse(row(at).map(|row| row.status))),
            CaseOrder::Slowest => {
                let seconds = |at: &u32| row(at).map(|row| row.seconds).filter(|s| !s.is_nan()).unwrap_or(-1.0);
                rows.sort_by(|a, b| seconds(b).total_cmp(&seconds(a)));
            }
            CaseOrder::Name => rows.sort_by_key(|at| self.names.get(*at as usize)),
        }
        rows
    }
}

/// Texts of one column that an answer names, each once.
#[derive(Default)]
struct Named(BTreeMap<u32, usize>);

impl Named {
    fn of<'t>(&mut self, at: u32, texts: &mut Vec<String>, text: impl FnOnce(usize) -> Option<&'t str>) -> usize {
        *self.0.entry(at).or_insert_with(|| {
            texts.push(text(at as usize).unwrap_or_default().to_owned());
            texts.len() - 1
        })
    }
}

/// A word of a search, held against what many cases share only once.
struct Word<'t> {
    text: &'t str,
    wanted: bool,
    /// For `file:`, the reports whose path has it.
    reports: Option<Vec<bool>>,
    suites: Vec<bool>,
    classes: Vec<bool>,
}

impl<'t> Word<'t> {
    fn new(word: &'t str, table: &CaseTable) -> Self {
        let (wanted, text) = match word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            Some(rest) => (false, rest),
            None => (true, word),
        };
        let has = |name: &str, text: &str| name.to_lowercase().contains(text);
        if let Some(path) = text.strip_prefix("file:") {
            let reports = table.reports.iter().map(|report| has(report, path)).collect();
            return Self { text, wanted, reports: Some(reports), suites: Vec::new(), classes: Vec::new() };
        }
        Self {
            text,
            wanted,
            reports: None,
            suites: table.suites.iter().map(|suite| has(suite, text)).collect(),
            classes: table.classes.iter().map(|class| has(class, text)).collect(),
        }
    }

    fn fits(&self, row: &Row, name: &str) -> bool {
        let of = |column: &[bool], at: u32| column.get(at as usize).copied().unwrap_or(false);
        let found = match &self.reports {
            Some(reports) => of(reports, row.report),
            None => of(&self.suites, row.suite) || of(&self.classes, row.class) || contains(name, self.text),
        };
        found == self.wanted
    }
}

/// Whether a text has a word in lower case, without a copy of texts that are all ASCII.
fn contains(text: &str, word: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(word);
    }
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// The place of a name in its column. Cases of one suite or class come together, so the last one is mostly it.
fn index(names: &mut Vec<Arc<str>>, name: &Arc<str>) -> u32 {
    if names.last() != Some(name) {
        names.push(Arc::clone(name));
    }
    short(names.len() - 1)
}

/// Inputs are limited to far less than 2^32 bytes, and so are the numbers of what is in them.
fn short(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
