//! One file a format; each turns text into a typed document with spans, takes what producers really write, and never
//! panics.

pub mod bake;
pub mod compose;
pub mod config;
pub mod coverage;
pub mod diff;
pub mod dockerfile;
pub mod dockerignore;
pub mod documents;
pub mod env_file;
pub mod expression;
pub mod image;
pub mod markdown;
pub mod runs;
pub mod sarif;
pub mod shell;
pub mod test_results;
pub mod update_bot;
pub mod workflow;
pub mod xml;
pub mod yaml;

use crate::model::Span;

/// What a parser made of a text.
#[derive(Debug, Clone)]
pub struct Parsed<T> {
    /// What could be read; `None` when nothing could.
    pub document: Option<T>,
    /// What was wrong, in text order. A document with problems was read around them.
    pub problems: Vec<Problem>,
}

/// Something in a text that keeps it from being read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What, in plain words, without the place.
    pub message: String,
    /// Against the rules of the format, yet nothing was lost by it.
    pub harmless: bool,
}

impl Problem {
    /// A problem at a span.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), harmless: false }
    }

    /// Something at a span that other readers may refuse, and that was read all the same.
    pub fn harmless(span: Span, message: impl Into<String>) -> Self {
        Self { harmless: true, ..Self::new(span, message) }
    }
}

impl<T> Parsed<T> {
    /// The same with another document.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { document: self.document.map(change), problems: self.problems }
    }
}
