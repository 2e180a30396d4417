//! The policy's own checks, run over the evidence: outcomes, facts and findings as those of built-in rules.

mod view;
mod yaml;

use super::Sink;
use super::sink::{MAX_RELATED, Made};
use crate::evidence::{Evidence, File};
use crate::input::limits::CHECK_STEPS;
use crate::model::{Date, Finding, Fix, Outcome, Place, PolicyPlace, Related, Span};
use crate::policy::cel::{Decider, Error, ErrorKind, Expr, Kind, Machine, Object as _, Value, explain};
use crate::policy::{Check, Expression, Piece};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use view::Item;

/// Most findings of one check; all nodes that fail are counted.
const MAX_FINDINGS: usize = 500;
/// Longest value put into a message, in characters.
const VALUE_WIDTH: usize = 200;
/// Steps that may be spent on saying which values decided.
const EXPLAIN_STEPS: u64 = 200_000;

/// Runs a check, judged for a day.
pub fn run(check: &Check, evidence: &Evidence<'_>, today: Date) -> (Outcome, Vec<Finding>) {
    let policy = PolicyPlace { file: check.place.file.clone(), line: check.place.line };
    let mut runner = Runner {
        check,
        machine: Machine::new(Item::Root(evidence), CHECK_STEPS),
        sink: Sink::custom(&check.id, check.level, policy, today),
        subjects: 0,
        failing: 0,
        undecided: BTreeMap::new(),
        missing: BTreeMap::new(),
    };
    runner.all();
    runner.sink.finish()
}

struct Runner<'c, 'e> {
    check: &'c Check,
    machine: Machine<'c, Item<'e>>,
    sink: Sink<'c>,
    subjects: usize,
    failing: usize,
    /// Nodes that cannot be decided, by file and reason: one reason in one file is one finding.
    undecided: BTreeMap<(String, String), Vec<Spot<'e>>>,
    /// How often evidence was missing, by what is missing.
    missing: BTreeMap<String, usize>,
}

/// A place, and the text at it.
#[derive(Debug, Clone)]
struct Spot<'e> {
    place: Place,
    snippet: &'e str,
}

impl<'e> Spot<'e> {
    fn new(file: &'e File<'e>, span: Span, path: String) -> Self {
        Self { place: file.place(span, path), snippet: file.source.text.get(span.range()).unwrap_or("") }
    }
}

impl<'c, 'e> Runner<'c, 'e> {
    fn all(&mut self) {
        let Some(each) = &self.check.each else {
            if self.judge(None) && self.subjects > 0 && self.failing == 0 {
                self.tell_proof();
            }
            return self.finish();
        };
        let noun = plural(each.node.name);
        match self.nodes(&each.path) {
            Ok(nodes) => {
                let count = nodes.len();
                for node in nodes {
                    self.machine.bind(&each.name, Value::Object(node));
                    let go_on = self.judge(Some(node));
                    self.machine.unbind();
                    if !go_on {
                        break;
                    }
                }
                let chosen =
                    if self.check.when.is_some() { format!(", {} looked at", self.subjects) } else { String::new() };
                self.sink.fact(format!("{count} {noun}{chosen}"));
            }
            Err(missing) => drop(self.missing.insert(missing, 1)),
        }
        self.finish();
    }

    /// The nodes of a path, lists on the way looked through; else what was not measured.
    fn nodes(&self, path: &'c [String]) -> Result<Vec<Item<'e>>, String> {
        let mut here = vec![self.machine.root()];
        for field in path {
            let mut next = Vec::new();
            for item in here {
                match item.field(field) {
                    Some(Value::Object(node)) => next.push(node),
                    Some(Value::List(items)) => next.extend(items.iter().filter_map(|item| match item {
                        Value::Object(node) => Some(*node),
                        _ => None,
                    })),
                    Some(_) => {}
                    None if matches!(item, Item::Root(_)) => return Err(format!("{field} was not measured")),
                    None => return Err(format!("{}.{field} was not measured", item.node().name)),
                }
            }
            here = next;
        }
        Ok(here)
    }

    /// Judges one node, or everything; false when no more can be judged.
    fn judge(&mut self, node: Option<Item<'e>>) -> bool {
        let check = self.check;
        if let Some(when) = &check.when {
            match self.machine.decide(&when.root) {
                Ok(true) => {}
                Ok(false) => return true,
                Err(error) => {
                    self.subjects += 1;
                    return self.trouble(node, when, error);
                }
            }
        }
        self.subjects += 1;
        match self.machine.decide(&check.assert.root) {
            Ok(true) => {}
            Ok(false) => {
                self.failing += 1;
                if self.failing <= MAX_FINDINGS {
                    self.found(node);
                }
            }
            Err(error) => return self.trouble(node, &check.assert, error),
        }
        true
    }

    /// A node that cannot be decided. Never a pass: a finding, or missing evidence.
    fn trouble(&mut self, node: Option<Item<'e>>, expression: &Expression, error: Error) -> bool {
        if error.kind == ErrorKind::Missing {
            *self.missing.entry(error.message).or_insert(0) += 1;
            return true;
        }
        let (line, column) = expression.line_column(error.span);
        let source = one_line(expression.text.get(error.span.range()).unwrap_or(""));
        let file = &self.check.place.file;
        let reason = format!("`{source}` at {file}:{line}:{column}: {}", error.message);
        let spot = self.place(node);
        self.undecided.entry((spot.place.file.clone(), reason)).or_default().push(spot);
        error.kind != ErrorKind::Budget
    }

    fn found(&mut self, node: Option<Item<'e>>) {
        let check = self.check;
        let saved = self.machine.refill(EXPLAIN_STEPS);
        let deciders = explain(&mut self.machine, &check.assert.root, &check.assert.text, false);
        let mut message = self.message();
        let Spot { place, snippet } = self.place(node);
        self.machine.refill(saved);
        let values: Vec<&str> = deciders.iter().map(|decider| decider.text.as_str()).collect();
        if !values.is_empty() {
            message = format!("{message} ({})", values.join(", "));
        }
        let related = deciders.iter().filter_map(|decider| related(decider, &place)).collect();
        let why = if check.why.is_empty() { "The policy asks for it.".to_owned() } else { check.why.clone() };
        let text = if check.fix.is_empty() {
            format!("Make it hold:\n\n    {}", one_line(&check.assert.text))
        } else {
            check.fix.clone()
        };
        self.sink.made(Made { place, snippet, message, why, fix: Fix { text, edits: Vec::new() }, related }, 1);
    }

    fn message(&mut self) -> String {
        let check = self.check;
        let mut message = String::new();
        for piece in &check.message.pieces {
            match piece {
                Piece::Text(text) => message.push_str(text),
                // A message that cannot be written whole hides nothing: the finding has its place.
                Piece::Value(expr) => match self.machine.eval(expr) {
                    Ok(Value::Null) => message.push_str("(not set)"),
                    Ok(value) => message.push_str(&value.told(VALUE_WIDTH)),
                    Err(error) => drop(write!(message, "({})", error.message)),
                },
            }
        }
        let message = message.trim();
        if message.is_empty() {
            return format!("`{}` does not hold", one_line(&check.assert.text));
        }
        message.to_owned()
    }

    /// The place of a finding: what `at` names, or the node, or the check itself.
    fn place(&mut self, node: Option<Item<'e>>) -> Spot<'e> {
        let at = self.check.at.as_ref().and_then(|at| self.locate(&at.root));
        let place = at.or_else(|| node.and_then(|node| node.place(&[])));
        match place {
            Some((file, span, path)) => Spot::new(file, span, path),
            None => Spot { place: self.check.place.clone(), snippet: "" },
        }
    }

    /// The node at the beginning of an expression such as `step.with.path`, and the part of it.
    fn locate(&mut self, expr: &'c Expr) -> Option<(&'e File<'e>, Span, String)> {
        let mut keys = Vec::new();
        let mut part = expr;
        loop {
            if let Ok(Value::Object(item)) = self.machine.eval(part) {
                keys.reverse();
                return item.place(&keys);
            }
            match &part.kind {
                Kind::Select(inner, field) => {
                    keys.push(field.clone());
                    part = inner;
                }
                Kind::Index(inner, index) => {
                    keys.push(match self.machine.eval(index).ok()? {
                        Value::Text(key) => key.to_string(),
                        _ => return None,
                    });
                    part = inner;
                }
                _ => return None,
            }
        }
    }

    /// What a check of everything rests upon when it holds.
    fn tell_proof(&mut self) {
        let saved = self.machine.refill(EXPLAIN_STEPS);
        let assert = &self.check.assert;
        for decider in explain(&mut self.machine, &assert.root, &assert.text, true) {
            self.sink.fact(decider.text);
        }
        self.machine.refill(saved);
    }

    fn finish(&mut self) {
        self.sink.subjects(self.subjects);
        if let Some(more @ 1..) = self.failing.checked_sub(MAX_FINDINGS) {
            self.sink.fact(format!("{more} more that do not hold are not listed"));
            self.sink.failing(more);
        }
        for (what, count) in std::mem::take(&mut self.missing) {
            let often = if count > 1 { format!(" (asked {count} times)") } else { String::new() };
            self.sink.no_evidence(format!("{what}{often}"));
        }
        for ((_, reason), spots) in std::mem::take(&mut self.undecided) {
            let failing = spots.len();
            let mut spots = spots.into_iter();
            let Some(Spot { place, snippet }) = spots.next() else { continue };
            let more = if failing > 1 { format!(" ({failing} places)") } else { String::new() };
            let note = "cannot be decided either".to_owned();
            let related = spots.take(MAX_RELATED).map(|spot| Related { place: spot.place, message: note.clone() });
            let made = Made {
                place,
                snippet,
                message: format!("the check cannot be decided: {reason}{more}"),
                why: "A check that cannot be decided proves nothing.".to_owned(),
                fix: Fix {
                    text: "Write the expression so that it has an answer here: ask for what may be missing, as in \
                           `has(step.run) && …` or `\"key\" in step.with && …`, or narrow the check with `when`."
                        .to_owned(),
                    edits: Vec::new(),
                },
                related: related.collect(),
            };
            self.sink.made(made, failing);
        }
    }
}

/// The node that decided, where it stands elsewhere than the finding itself.
fn related(decider: &Decider<Item<'_>>, primary: &Place) -> Option<Related> {
    let (file, span, path) = decider.node?.place(&[])?;
    let place = file.place(span, path);
    let same = place.file == primary.file && place.offset == primary.offset && place.length == primary.length;
    (!same).then(|| Related { place, message: decider.text.clone() })
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= VALUE_WIDTH { line } else { line.chars().take(VALUE_WIDTH).chain(['…']).collect() }
}

fn plural(noun: &str) -> String {
    let noun = noun.replace('_', " ");
    match noun.as_str() {
        "coverage" | "tests" | "evidence" => noun,
        _ => format!("{noun}s"),
    }
}
