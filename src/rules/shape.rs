//! What parameters a rule takes, told by its own type: the type is read from a source that says nothing but notes what it
//! is asked for.

use serde::de::value::Error;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;

/// A type of values in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number, not negative.
    Count,
    /// Any number.
    Number,
    /// A text.
    Text,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A list.
    List(Box<Shape>),
    /// A mapping with any keys.
    Map(Box<Shape>),
    /// A mapping with these keys.
    Fields(Vec<(&'static str, Shape)>),
    /// Not told by the type.
    Any,
}

/// Deepest nesting that is looked into.
const MAX_DEPTH: usize = 6;

/// The shape of a type.
pub(super) fn of<T: DeserializeOwned>() -> Shape {
    explore::<T>(&mut Vec::new())
}

/// What stands at a path: the place of a field among the fields, 0 for the content of a list or a mapping.
fn explore<T: DeserializeOwned>(path: &mut Vec<usize>) -> Shape {
    let found = RefCell::new(None);
    // Always fails, once it has been asked.
    let _ = T::deserialize(Probe { path, found: &found });
    let mut below = |at: usize| {
        path.push(at);
        let shape = if path.len() > MAX_DEPTH { Shape::Any } else { explore::<T>(path) };
        path.pop();
        shape
    };
    match found.into_inner() {
        Some(Asked::Struct(fields)) => {
            Shape::Fields(fields.iter().enumerate().map(|(at, name)| (*name, below(at))).collect())
        }
        Some(Asked::List) => Shape::List(Box::new(below(0))),
        Some(Asked::Map) => Shape::Map(Box::new(below(0))),
        Some(Asked::Plain(shape)) => shape,
        None => Shape::Any,
    }
}

/// What a type asked for.
enum Asked {
    Struct(&'static [&'static str]),
    List,
    Map,
    Plain(Shape),
}

/// Goes along a path and notes what is asked for at its end.
struct Probe<'p> {
    path: &'p [usize],
    found: &'p RefCell<Option<Asked>>,
}

impl Probe<'_> {
    fn note<V>(&self, asked: Asked) -> Result<V, Error> {
        *self.found.borrow_mut() = Some(asked);
        Err(Error::custom("seen"))
    }

    /// The next part of the path, and the probe for what is there.
    fn next(&self) -> Option<(usize, Self)> {
        let (at, path) = self.path.split_first()?;
        Some((*at, Self { path, found: self.found }))
    }
}

macro_rules! plain {
    ($($method:ident $shape:expr),* $(,)?) => {
        $(fn $method<V: Visitor<'static>>(self, _: V) -> Result<V::Value, Error> {
            self.note(Asked::Plain($shape))
        })*
    };
}

impl Deserializer<'static> for Probe<'_> {
    type Error = Error;

    plain! {
        deserialize_any Shape::Any,
        deserialize_bool Shape::Bool,
        deserialize_i8 Shape::Number,
        deserialize_i16 Shape::Number,
        deserialize_i32 Shape::Number,
        deserialize_i64 Shape::Number,
        deserialize_u8 Shape::Count,
        deserialize_u16 Shape::Count,
        deserialize_u32 Shape::Count,
        deserialize_u64 Shape::Count,
        deserialize_f32 Shape::Number,
        deserialize_f64 Shape::Number,
        deserialize_char Shape::Text,
        deserialize_str Shape::Text,
        deserialize_string Shape::Text,
        deserialize_bytes Shape::Any,
        deserialize_byte_buf Shape::Any,
        deserialize_unit Shape::Any,
        deserialize_identifier Shape::Text,
        deserialize_ignored_any Shape::Any,
    }

    fn deserialize_option<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_unit_struct<V: Visitor<'static>>(self, _: &'static str, _: V) -> Result<V::Value, Error> {
        self.note(Asked::Plain(Shape::Any))
    }

    fn deserialize_newtype_struct<V: Visitor<'static>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some((_, probe)) => visitor.visit_seq(Only { key: "", probe: Some(probe) }),
            None => self.note(Asked::List),
        }
    }

    fn deserialize_tuple<V: Visitor<'static>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'static>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'static>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.next() {
            Some((_, probe)) => visitor.visit_map(Only { key: "key", probe: Some(probe) }),
            None => self.note(Asked::Map),
        }
    }

    fn deserialize_struct<V: Visitor<'static>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.next() {
            Some((at, probe)) => {
                visitor.visit_map(Only { key: fields.get(at).copied().unwrap_or_default(), probe: Some(probe) })
            }
            None => self.note(Asked::Struct(fields)),
        }
    }

    fn deserialize_enum<V: Visitor<'static>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.note(Asked::Plain(Shape::Choice(variants)))
    }
}

/// One entry of a mapping, or one item of a list.
struct Only<'p> {
    key: &'static str,
    probe: Option<Probe<'p>>,
}

impl MapAccess<'static> for Only<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'static>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if self.probe.is_none() {
            return Ok(None);
        }
        seed.deserialize(serde::de::value::StrDeserializer::new(self.key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'static>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let probe = self.probe.take().ok_or_else(|| Error::custom("seen"))?;
        seed.deserialize(probe)
    }
}

impl SeqAccess<'static> for Only<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'static>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.probe.take().map(|probe| seed.deserialize(probe)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, of};
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the type is looked at")]
    struct All {
        yes: bool,
        count: Option<u32>,
        share: f64,
        words: Vec<String>,
        #[serde(rename = "kind")]
        renamed: Kind,
        groups: BTreeMap<String, Inner>,
        any: serde_json::Value,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only the type is looked at")]
    struct Inner {
        paths: Vec<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        One,
        Two,
    }

    #[test]
    fn a_type_tells_its_shape() {
        let words = || Shape::List(Box::new(Shape::Text));
        let expected = vec![
            ("yes", Shape::Bool),
            ("count", Shape::Count),
            ("share", Shape::Number),
            ("words", words()),
            ("kind", Shape::Choice(&["one", "two"])),
            ("groups", Shape::Map(Box::new(Shape::Fields(vec![("paths", words())])))),
            ("any", Shape::Any),
        ];
        assert_eq!(of::<All>(), Shape::Fields(expected));
        let _ = (Kind::One, Kind::Two);
    }
}
