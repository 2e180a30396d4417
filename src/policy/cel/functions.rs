//! The functions that expressions may call.

use super::Fault;
use super::parser::no_function;
use super::schema::Type;
use super::value::{Object, Value};
use crate::model::Span;

/// A function, as an index into the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function(usize);

/// Name, whether it has a receiver, parameters (the receiver included), and what it gives.
struct Row(&'static str, bool, &'static [Type], Type);

use Type::{Any, Bool, Double, Int, Text};
const TEXTS: Type = Type::List(&Type::Text);

const TABLE: [Row; 20] = [
    Row("size", false, &[Any], Int),
    Row("size", true, &[Any], Int),
    Row("contains", true, &[Text, Text], Bool),
    Row("startsWith", true, &[Text, Text], Bool),
    Row("endsWith", true, &[Text, Text], Bool),
    Row("glob", true, &[Text, Text], Bool),
    Row("lowerAscii", true, &[Text], Text),
    Row("upperAscii", true, &[Text], Text),
    Row("trim", true, &[Text], Text),
    Row("replace", true, &[Text, Text, Text], Text),
    Row("split", true, &[Text, Text], TEXTS),
    Row("join", true, &[TEXTS], Text),
    Row("join", true, &[TEXTS, Text], Text),
    Row("lines", true, &[Text], TEXTS),
    Row("int", false, &[Any], Int),
    Row("double", false, &[Any], Double),
    Row("string", false, &[Any], Text),
    Row("bool", false, &[Any], Bool),
    Row("type", false, &[Any], Type::Type),
    Row("dyn", false, &[Any], Any),
];

impl Function {
    /// A function by name and number of arguments, the receiver not counted.
    pub(super) fn find(name: &str, receiver: bool, args: usize, span: Span) -> Result<Self, Fault> {
        let count = args + usize::from(receiver);
        let fits = |row: &Row| row.0 == name && row.1 == receiver && row.2.len() == count;
        if let Some(at) = TABLE.iter().position(fits) {
            return Ok(Self(at));
        }
        let Some(Row(_, with, params, _)) = TABLE.iter().find(|row| row.0 == name) else {
            let macros = super::ast::Macro::ALL.iter().map(|(name, _)| *name);
            return Err(no_function(name, span, TABLE.iter().map(|row| row.0).chain(macros).chain(["has"])));
        };
        let form = match (with, params.len()) {
            (true, 1) => format!("text.{name}()"),
            (true, 3) => format!("text.{name}(\"a\", \"b\")"),
            (true, _) => format!("text.{name}(\"…\")"),
            (false, _) => format!("{name}(value)"),
        };
        Err(Fault::new(span, format!("`{name}` is not called like this"), format!("write `{form}`")))
    }

    pub(super) fn name(self) -> &'static str {
        TABLE.get(self.0).map_or("", |row| row.0)
    }

    pub(super) fn params(self) -> &'static [Type] {
        TABLE.get(self.0).map_or(&[], |row| row.2)
    }

    pub(super) fn gives(self) -> Type {
        TABLE.get(self.0).map_or(Type::Any, |row| row.3)
    }
}

/// The types that `type()` may be compared with.
pub(super) fn type_name(name: &str) -> Option<&'static str> {
    ["null_type", "bool", "int", "double", "string", "list", "map", "type"].into_iter().find(|own| *own == name)
}

/// Calls a function; the error is in words.
pub(super) fn call<O: Object>(function: Function, args: &[Value<O>]) -> Result<Value<O>, String> {
    let name = function.name();
    let first = args.first().unwrap_or(&Value::Null);
    let rest = args.get(1..).unwrap_or(&[]);
    if let Value::Text(text) = first
        && let Some(answer) = of_text(name, text, rest)
    {
        return answer;
    }
    Ok(match (name, first) {
        ("size", Value::List(items)) => count(items.len()),
        ("size", Value::Map(entries)) => count(entries.len()),
        ("join", Value::List(items)) => {
            let separator = match rest {
                [] => "",
                [Value::Text(separator)] => separator,
                _ => return Err(refusal(name, args)),
            };
            let mut joined = String::new();
            for (at, item) in items.iter().enumerate() {
                let Value::Text(item) = item else { return Err(refusal(name, std::slice::from_ref(item))) };
                joined.push_str(if at == 0 { "" } else { separator });
                joined.push_str(item);
            }
            Value::text(joined)
        }
        ("int", Value::Int(_)) | ("double", Value::Double(_)) | ("bool", Value::Bool(_)) | ("dyn", _) => first.clone(),
        ("int", Value::Double(value)) => return int_of(*value),
        #[expect(clippy::cast_precision_loss, reason = "the nearest double is what the conversion means")]
        ("double", Value::Int(value)) => Value::Double(*value as f64),
        ("string", Value::Int(value)) => Value::text(value.to_string()),
        ("string", Value::Double(value)) => Value::text(value.to_string()),
        ("string", Value::Bool(value)) => Value::text(value.to_string()),
        ("type", value) => Value::Type(value.type_word()),
        _ => return Err(refusal(name, args)),
    })
}

/// Functions of texts; `None` where the function is none or its arguments are wrong.
fn of_text<O: Object>(name: &str, text: &str, rest: &[Value<O>]) -> Option<Result<Value<O>, String>> {
    let value = match (name, rest) {
        ("split" | "lines", _) if text.len() as u64 > LONGEST => {
            return Some(Err(format!("`{name}` takes texts of at most {LONGEST} bytes")));
        }
        ("size", []) => count(text.chars().count()),
        ("contains", [Value::Text(part)]) => Value::Bool(text.contains(&**part)),
        ("startsWith", [Value::Text(part)]) => Value::Bool(text.starts_with(&**part)),
        ("endsWith", [Value::Text(part)]) => Value::Bool(text.ends_with(&**part)),
        ("glob", [Value::Text(pattern)]) => Value::Bool(fast_glob::glob_match(&**pattern, text)),
        ("lowerAscii", []) => Value::text(text.to_ascii_lowercase()),
        ("upperAscii", []) => Value::text(text.to_ascii_uppercase()),
        ("trim", []) => Value::text(text.trim()),
        ("replace", [Value::Text(from), Value::Text(to)]) => {
            // An empty text stands between all characters; the result could be as long as both multiplied.
            let count = text.matches(&**from).count() as u64;
            if count.saturating_mul(to.len() as u64) > LONGEST {
                return Some(Err("the text would become too long".to_owned()));
            }
            Value::text(text.replace(&**from, to))
        }
        ("split", [Value::Text(separator)]) if separator.is_empty() => {
            Value::list(text.chars().map(|c| Value::text(c.to_string())))
        }
        ("split", [Value::Text(separator)]) => Value::list(text.split(&**separator).map(Value::text)),
        ("lines", []) => Value::list(text.lines().map(Value::text)),
        ("string", []) => Value::text(text),
        ("int", []) => return Some(text.parse().map(Value::Int).map_err(|_| unlike(text, "a whole number"))),
        ("double", []) => return Some(text.parse().map(Value::Double).map_err(|_| unlike(text, "a number"))),
        ("bool", []) => match text {
            "true" | "True" | "TRUE" | "t" | "1" => Value::Bool(true),
            "false" | "False" | "FALSE" | "f" | "0" => Value::Bool(false),
            _ => return Some(Err(unlike(text, "true or false"))),
        },
        _ => return None,
    };
    Some(Ok(value))
}

/// Longest text that a function takes apart, or puts into another one so many times, in bytes.
const LONGEST: u64 = 1 << 20;

fn count<O>(number: usize) -> Value<O> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

#[expect(clippy::cast_possible_truncation, reason = "within the bounds of i64, and the fraction is cut on purpose")]
fn int_of<O>(value: f64) -> Result<Value<O>, String> {
    const ABOVE: f64 = 9_223_372_036_854_775_808.0;
    if value > -ABOVE && value < ABOVE {
        Ok(Value::Int(value as i64))
    } else {
        Err("the number is too large to count".to_owned())
    }
}

fn unlike(text: &str, what: &str) -> String {
    let shown: String = text.chars().take(60).collect();
    format!("`{shown}` is not {what}")
}

fn refusal<O: Object>(name: &str, args: &[Value<O>]) -> String {
    if args.iter().any(|arg| matches!(arg, Value::Null)) {
        return format!("`{name}` is asked of what is not set");
    }
    let args: Vec<String> = args.iter().map(Value::in_words).collect();
    format!("`{name}` cannot be asked of what is {}", args.join(", with "))
}
