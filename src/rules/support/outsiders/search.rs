//! Where the text of an expression is from.

use super::spot::{self, Spot, Unit};
use super::{EnvironmentFile, MAX_CALLERS, MAX_HOPS, Outsiders, Taint, Wanted, address, spend};
use crate::parse::expression::{self, Expr, Kind, Reference};
use crate::parse::yaml::Node;
use std::cell::Cell;

/// One search for where an expression's text is from.
pub(super) struct Search<'s, 'e> {
    pub(super) outsiders: &'s Outsiders<'e>,
    pub(super) wanted: Wanted,
    pub(super) found: Vec<Taint>,
    pub(super) budget: Cell<usize>,
}

impl<'e> Search<'_, 'e> {
    /// What can come out of an expression as a text.
    pub(super) fn expression(&mut self, expr: &Expr, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        match &expr.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Not(_) | Kind::Compare(..) => {}
            // Every part but the last comes out only where it is false, 0 or empty, and is a condition else.
            Kind::And(parts) => {
                let Some((last, before)) = parts.split_last() else { return };
                let all: Vec<&Expr> = conditions.iter().copied().chain(before).collect();
                self.expression(last, at, &all, hops);
            }
            Kind::Or(parts) => parts.iter().for_each(|part| self.expression(part, at, conditions, hops)),
            Kind::Call(function, arguments) => match function.name {
                "format" | "join" | "fromJSON" => {
                    for argument in arguments {
                        self.expression(argument, at, conditions, hops);
                    }
                }
                "toJSON" => {
                    let Some(argument) = arguments.first() else { return };
                    match argument.kind {
                        Kind::Call(..) | Kind::And(_) | Kind::Or(_) => self.expression(argument, at, conditions, hops),
                        _ => self.reference(argument, true, at, conditions, hops),
                    }
                }
                "case" => {
                    let values =
                        arguments.iter().enumerate().filter(|(at, _)| at % 2 == 1 || at + 1 == arguments.len());
                    values.for_each(|(_, value)| self.expression(value, at, conditions, hops));
                }
                _ => {}
            },
            Kind::Context(_) | Kind::Member(..) | Kind::Index(..) | Kind::Star(_) => {
                self.reference(expr, false, at, conditions, hops);
            }
        }
    }

    fn reference(&mut self, expr: &Expr, as_json: bool, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        let contexts = expr.contexts();
        let Some(read) = contexts.first().filter(|read| read.span == expr.span) else {
            // `fromJSON(…).name`
            if let Kind::Member(inner, _) | Kind::Star(inner) | Kind::Index(inner, _) = &expr.kind {
                self.expression(inner, at, conditions, hops);
            }
            return;
        };
        if read.is("github") {
            for field in self.wanted.fields(read, as_json) {
                if let Some(reach) = self.outsiders.reach(&field, at, conditions, &self.budget) {
                    self.add(Taint { path: field.path, content: field.content, reach });
                }
            }
        } else if hops < MAX_HOPS && spend(&self.budget) {
            self.indirect(read, at, conditions, hops + 1);
        }
    }

    fn add(&mut self, taint: Taint) {
        match self.found.iter_mut().find(|known| known.path == taint.path) {
            Some(known) => {
                known.reach = known.reach.max(taint.reach);
                known.content = known.content.max(taint.content);
            }
            None => self.found.push(taint),
        }
    }

    /// Follows a read of what the document itself sets.
    fn indirect(&mut self, read: &Reference<'_>, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        let Some(name) = read.name(0) else { return };
        if read.is("env") {
            let set = at.environments().find_map(|env| entry(env, name));
            match set {
                Some(value) => self.value(value, at, conditions, hops),
                None => self.written(EnvironmentFile::Env, None, name, at, conditions, hops),
            }
        } else if read.is("steps") {
            if let (Some("outputs"), Some(output)) = (read.name(1), read.name(2)) {
                self.written(EnvironmentFile::Output, Some(name), output, at, conditions, hops);
            }
        } else if read.is("needs") {
            let Unit::Workflow(workflow) = at.unit else { return };
            let (Some("outputs"), Some(output), Some(job)) = (read.name(1), read.name(2), workflow.job(name)) else {
                return;
            };
            let value = job.outputs().find(|(key, _)| key.text().is_some_and(|key| key.eq_ignore_ascii_case(output)));
            if let Some((_, value)) = value {
                let there = Spot { job: Some(job), step: None, ..*at };
                self.value(value, &there, conditions, hops);
            }
        } else if read.is("inputs") {
            self.input(name, at, conditions, hops);
        }
    }

    /// The expressions of a scalar.
    fn value(&mut self, value: Node<'e>, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        for template in expression::templates(value) {
            if let Ok(expr) = &template.expr {
                self.expression(expr, at, conditions, hops);
            }
        }
    }

    /// What callers give for an input.
    fn input(&mut self, name: &str, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        let outsiders = self.outsiders;
        let default = match at.unit {
            Unit::Action(action) => action.inputs().find(|input| input.name.eq_ignore_ascii_case(name)),
            Unit::Workflow(workflow) => workflow.inputs().find(|input| input.name.eq_ignore_ascii_case(name)),
        };
        let default = default.and_then(|input| input.default());
        for caller in outsiders.callers(at.file) {
            let given = match (caller.step, caller.job) {
                (Some(step), _) => step.input(name),
                (None, Some(job)) => job.node.get("with").and_then(|with| entry(with, name)),
                (None, None) => None,
            };
            if let Some(value) = given.or(default) {
                let own = spot::conditions(caller, &outsiders.awaited(caller));
                let all: Vec<&Expr> = conditions.iter().copied().chain(&own).collect();
                self.value(value, caller, &all, hops);
            }
        }
    }

    /// What earlier scripts of the job write under a name.
    fn written(
        &mut self,
        file: EnvironmentFile,
        id: Option<&str>,
        name: &str,
        at: &Spot<'e>,
        conditions: &[&Expr],
        hops: usize,
    ) {
        let key = (address(at.steps()), file.variable(), name.to_ascii_lowercase());
        let outsiders = self.outsiders;
        for (step, write) in outsiders.written.get(&key).into_iter().flatten().take(MAX_CALLERS) {
            let earlier = at.step.is_none_or(|own| step.index < own.index);
            if !earlier || id.is_some_and(|id| !step.id.is_some_and(|own| own.eq_ignore_ascii_case(id))) {
                continue;
            }
            let there = Spot { step: Some(step), ..*at };
            for variable in &write.variables {
                let set = there.environments().find_map(|env| env.get(variable));
                match set {
                    Some(value) => self.value(value, &there, conditions, hops),
                    None if variable == "GITHUB_HEAD_REF" => {
                        self.text("github.head_ref", &there, conditions, hops);
                    }
                    None => {}
                }
            }
            for text in &write.expressions {
                self.text(text, &there, conditions, hops);
            }
        }
    }

    fn text(&mut self, text: &str, at: &Spot<'e>, conditions: &[&Expr], hops: usize) {
        if let Ok(expr) = expression::parse(text, 0) {
            self.expression(&expr, at, conditions, hops);
        }
    }
}

/// A value by its key, which knows no case in expressions.
fn entry<'t>(mapping: Node<'t>, name: &str) -> Option<Node<'t>> {
    mapping.entries().find(|(key, _)| key.text().is_some_and(|key| key.eq_ignore_ascii_case(name))).map(|(_, v)| v)
}
