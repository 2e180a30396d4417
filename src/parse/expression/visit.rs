//! Ways over a tree.

use super::{Expr, Function, Kind};
use crate::model::Span;

/// A read of a context: `github.event.pull_request.title`, `steps['x'].outputs.y`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference<'e> {
    /// Name of the context, as written.
    pub context: &'e str,
    /// What is read of it, step by step.
    pub parts: Vec<Part<'e>>,
    /// Its bytes.
    pub span: Span,
}

/// A step into a context.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part<'e> {
    /// `.name` or `['name']`
    Name(&'e str),
    /// `.*` or `[*]`
    Star,
    /// `[expression]`
    Dynamic(&'e Expr),
}

impl<'e> Reference<'e> {
    /// Whether it reads this context; names of contexts know no case.
    pub fn is(&self, context: &str) -> bool {
        self.context.eq_ignore_ascii_case(context)
    }

    /// A part's name; `None` where there is no such part, or an expression or `*` stands for it.
    pub fn name(&self, part: usize) -> Option<&'e str> {
        match self.parts.get(part)? {
            Part::Name(name) => Some(name),
            Part::Star | Part::Dynamic(_) => None,
        }
    }

    /// In lower case with dots: `github.event.commits.*.message`; `?` stands for what an expression chooses.
    pub fn path(&self) -> String {
        let mut path = self.context.to_ascii_lowercase();
        for part in &self.parts {
            path.push('.');
            match part {
                Part::Name(name) => path.push_str(&name.to_ascii_lowercase()),
                Part::Star => path.push('*'),
                Part::Dynamic(_) => path.push('?'),
            }
        }
        path
    }
}

impl Expr {
    /// Its direct parts, in text order.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Context(_) => Vec::new(),
            Kind::Member(inner, _) | Kind::Star(inner) | Kind::Not(inner) => vec![inner],
            Kind::Index(left, right) | Kind::Compare(_, left, right) => vec![left, right],
            Kind::Call(_, parts) | Kind::And(parts) | Kind::Or(parts) => parts.iter().collect(),
        }
    }

    /// Itself and everything in it, outer before inner.
    pub fn all(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            found.push(expr);
            waiting.extend(expr.children().into_iter().rev());
        }
        found
    }

    /// All reads of contexts in it, each as long as it is written, in text order. What an index reads is a read of its
    /// own, after that which it stands in.
    pub fn contexts(&self) -> Vec<Reference<'_>> {
        let mut found = Vec::new();
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            let Some((reference, indices)) = reference(expr) else {
                waiting.extend(expr.children().into_iter().rev());
                continue;
            };
            found.push(reference);
            waiting.extend(indices);
        }
        found
    }

    /// The functions it calls, outer before inner.
    pub fn calls(&self) -> impl Iterator<Item = (Function, &Self)> {
        self.all().into_iter().filter_map(|expr| match &expr.kind {
            Kind::Call(function, _) => Some((*function, expr)),
            _ => None,
        })
    }

    /// The calls of `success`, `failure`, `always` and `cancelled` in it.
    pub fn status_functions(&self) -> impl Iterator<Item = (Function, &Self)> {
        self.calls().filter(|(function, _)| function.is_status())
    }

    /// Changes every span in it.
    pub(super) fn map_spans(&mut self, map: &impl Fn(Span) -> Span) {
        self.span = map(self.span);
        self.each_child_mut(&mut |child| child.map_spans(map));
    }

    pub(super) fn each_child_mut(&mut self, see: &mut dyn FnMut(&mut Self)) {
        match &mut self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Context(_) => {}
            Kind::Member(inner, _) | Kind::Star(inner) | Kind::Not(inner) => see(inner),
            Kind::Index(left, right) | Kind::Compare(_, left, right) => {
                see(left);
                see(right);
            }
            Kind::Call(_, parts) | Kind::And(parts) | Kind::Or(parts) => parts.iter_mut().for_each(see),
        }
    }
}

/// The read that an expression is, and the expressions in its indices, last first; `None` when it is no chain that
/// begins with a context.
fn reference(expr: &Expr) -> Option<(Reference<'_>, Vec<&Expr>)> {
    let mut parts = Vec::new();
    let mut indices = Vec::new();
    let mut here = expr;
    let context = loop {
        here = match &here.kind {
            Kind::Context(name) => break name,
            Kind::Member(inner, name) => {
                parts.push(Part::Name(name));
                inner
            }
            Kind::Star(inner) => {
                parts.push(Part::Star);
                inner
            }
            Kind::Index(inner, index) => {
                parts.push(match &index.kind {
                    Kind::Text(name) => Part::Name(name),
                    _ => Part::Dynamic(index),
                });
                indices.push(index.as_ref());
                inner
            }
            _ => return None,
        };
    };
    parts.reverse();
    Some((Reference { context, parts, span: expr.span }, indices))
}
