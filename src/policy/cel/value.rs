use super::schema;
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::rc::Rc;

/// A node of the tree that expressions look at.
pub trait Object: Clone {
    /// What kind of node it is.
    fn node(&self) -> &'static schema::Node;

    /// A field by name. [`Value::Null`] of one that is not set; `None` of one that was not measured, about which nothing
    /// can be said.
    fn field(&self, name: &str) -> Option<Value<Self>>;

    /// What a reader calls it.
    fn title(&self) -> String;
}

/// A value.
#[derive(Debug, Clone)]
pub enum Value<O> {
    /// `null`, and a field that is not set.
    Null,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `double`
    Double(f64),
    /// `string`
    Text(Rc<str>),
    /// `list`
    List(Rc<[Value<O>]>),
    /// `map`, in the order in which it was written.
    Map(Rc<[(Value<O>, Value<O>)]>),
    /// A type, by its name.
    Type(&'static str),
    /// A node.
    Object(O),
}

impl<O: Object> Value<O> {
    /// A text.
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A text, or null.
    pub fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// A list.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// The name of its type.
    pub fn type_word(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Type(_) => "type",
            Self::Object(object) => object.node().name,
        }
    }

    /// What it is, for messages: null is a field that is not set.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Null => "not set".to_owned(),
            Self::Text(text) if text.contains("${{") => {
                format!("{}, whose value is not known before it runs", self.shown(60))
            }
            Self::Bool(_) | Self::Int(_) | Self::Double(_) | Self::Text(_) => self.shown(60),
            Self::List(_) | Self::Map(_) | Self::Object(_) | Self::Type(_) => format!("a {}", self.type_word()),
        }
    }

    /// As shown in findings, at most about `width` characters of it; texts in quotes.
    pub fn shown(&self, width: usize) -> String {
        let mut out = String::new();
        self.show(&mut out, width, true);
        match out.char_indices().nth(width) {
            Some((cut, _)) => format!("{}…", out.get(..cut).unwrap_or("")),
            None => out,
        }
    }

    /// As put into a message: texts without quotes.
    pub fn told(&self, width: usize) -> String {
        match self {
            Self::Text(text) => text.chars().take(width).collect(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().take(width).map(|item| item.told(width)).collect();
                items.join(", ").chars().take(width).collect()
            }
            _ => self.shown(width),
        }
    }

    fn show(&self, out: &mut String, width: usize, quoted: bool) {
        if out.len() > width * 4 {
            return;
        }
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => drop(write!(out, "{value}")),
            Self::Double(value) => out.push_str(&decimal(*value)),
            Self::Text(text) => {
                let text: String = text.chars().take(width + 1).collect();
                let _ = if quoted { write!(out, "{text:?}") } else { write!(out, "{text}") };
            }
            Self::Type(name) => out.push_str(name),
            Self::Object(object) => out.push_str(&object.title()),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate().take(width) {
                    out.push_str(if at == 0 { "" } else { ", " });
                    item.show(out, width, true);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate().take(width) {
                    out.push_str(if at == 0 { "" } else { ", " });
                    key.show(out, width, true);
                    out.push_str(": ");
                    value.show(out, width, true);
                }
                out.push('}');
            }
        }
    }
}

/// A number with two digits behind the point, and with more where two would make it look like a whole one.
fn decimal(value: f64) -> String {
    if value.abs() >= 1e15 || !value.is_finite() {
        return value.to_string();
    }
    for digits in 2..16 {
        let text = format!("{value:.digits$}");
        let short = text.trim_end_matches('0').trim_end_matches('.');
        let whole = !short.contains('.');
        if !whole || short.parse() == Ok(value) {
            return short.to_owned();
        }
    }
    value.to_string()
}

/// Compares an integer with a double without rounding either; `None` of a NaN.
#[expect(clippy::cast_possible_truncation, reason = "whole doubles within the bounds of i64 lose nothing")]
pub(super) fn compare_mixed(int: i64, double: f64) -> Option<Ordering> {
    /// 2^63, the first double above every integer.
    const ABOVE: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        None
    } else if double >= ABOVE {
        Some(Ordering::Less)
    } else if double < -ABOVE {
        Some(Ordering::Greater)
    } else {
        let whole = double.trunc();
        let fraction = 0.0f64.partial_cmp(&(double - whole))?;
        Some(int.cmp(&(whole as i64)).then(fraction))
    }
}
