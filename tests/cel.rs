//! Expressions of checks: what they mean, what is refused, and that another implementation of CEL says the same.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use cel::{Context, Program};
use proptest::prelude::*;
use std::sync::Arc;
use tollgate::policy::cel::{ErrorKind, MAX_DEPTH, Machine, Object, Value, parse, schema};

/// A tree without fields.
#[derive(Debug, Clone, Copy)]
struct Bare;

impl Object for Bare {
    fn node(&self) -> &'static schema::Node {
        &schema::EVIDENCE
    }

    fn field(&self, _: &str) -> Option<Value<Self>> {
        None
    }

    fn title(&self) -> String {
        "nothing".to_owned()
    }
}

const STEPS: u64 = 1_000_000;

fn names() -> [(&'static str, Value<Bare>); 5] {
    let map = [(Value::text("k"), Value::Int(1)), (Value::text("v"), Value::text("x"))];
    [
        ("i", Value::Int(7)),
        ("d", Value::Double(2.5)),
        ("t", Value::text("docker compose")),
        ("l", Value::list([Value::Int(1), Value::Int(2), Value::Int(7)])),
        ("m", Value::Map(map.into_iter().collect())),
    ]
}

/// The value as JSON-like text, or the kind of the error.
fn ours(text: &str) -> Result<String, String> {
    let expr = parse(text).map_err(|fault| format!("parse: {}", fault.message))?;
    let mut machine = Machine::new(Bare, STEPS);
    for (name, value) in names() {
        machine.bind(name, value);
    }
    machine.eval(&expr).map(|value| shown(&value)).map_err(|error| error.message)
}

fn shown(value: &Value<Bare>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => format!("{value:?}"),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let mut entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", shown(key), shown(value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Type(name) => (*name).to_owned(),
        Value::Object(_) => "object".to_owned(),
    }
}

fn theirs(text: &str) -> Result<String, String> {
    let program = Program::compile(text).map_err(|error| format!("parse: {error}"))?;
    let mut context = Context::default();
    for (name, value) in names() {
        context.add_variable_from_value(name, converted(&value));
    }
    program.execute(&context).map(|value| their_shown(&value)).map_err(|error| error.to_string())
}

fn converted(value: &Value<Bare>) -> cel::Value {
    match value {
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::Int(value) => cel::Value::Int(*value),
        Value::Double(value) => cel::Value::Float(*value),
        Value::Text(text) => cel::Value::String(Arc::new(text.to_string())),
        Value::List(items) => cel::Value::List(Arc::new(items.iter().map(converted).collect())),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| match key {
                Value::Text(key) => (key.to_string(), converted(value)),
                other => panic!("{other:?}"),
            });
            entries.collect::<std::collections::BTreeMap<_, _>>().into_iter().collect::<Vec<_>>().into_map()
        }
        _ => cel::Value::Null,
    }
}

trait IntoMap {
    fn into_map(self) -> cel::Value;
}

impl IntoMap for Vec<(String, cel::Value)> {
    #[allow(clippy::disallowed_types, reason = "the oracle takes its own kind of map")]
    fn into_map(self) -> cel::Value {
        cel::Value::Map(self.into_iter().collect::<std::collections::HashMap<_, _>>().into())
    }
}

fn their_shown(value: &cel::Value) -> String {
    match value {
        cel::Value::Null => "null".to_owned(),
        cel::Value::Bool(value) => value.to_string(),
        cel::Value::Int(value) => value.to_string(),
        cel::Value::Float(value) => format!("{value:?}"),
        cel::Value::String(text) => format!("{text:?}"),
        cel::Value::List(items) => format!("[{}]", items.iter().map(their_shown).collect::<Vec<_>>().join(", ")),
        cel::Value::Map(map) => {
            let mut entries: Vec<String> = map
                .map
                .iter()
                .map(|(key, value)| format!("{}: {}", their_shown(&cel::Value::from(key)), their_shown(value)))
                .collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        other => format!("{other:?}"),
    }
}

/// Draws an expression from bytes: fewer bytes make a smaller one, so that failures shrink.
struct Grower<'b> {
    bytes: &'b [u8],
    depth: usize,
}

impl Grower<'_> {
    fn pick(&mut self, choices: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*first) % choices
    }

    fn one_of(&mut self, choices: &[&str]) -> String {
        choices[self.pick(choices.len())].to_owned()
    }

    fn leaf_only(&mut self) -> bool {
        self.depth > 6 || self.bytes.is_empty()
    }

    fn deeper<T>(&mut self, grow: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let grown = grow(self);
        self.depth -= 1;
        grown
    }

    fn any(&mut self) -> String {
        match self.pick(6) {
            0 => self.bool(),
            1 => self.int(),
            2 => self.double(),
            3 => self.text(),
            4 => self.list(),
            _ => "null".to_owned(),
        }
    }

    fn bool(&mut self) -> String {
        if self.leaf_only() {
            return self.one_of(&["true", "false"]);
        }
        self.deeper(|g| match g.pick(14) {
            0 => g.one_of(&["true", "false"]),
            1 => format!("!({})", g.bool()),
            2 => format!("({} && {})", g.bool(), g.bool()),
            3 => format!("({} || {})", g.bool(), g.bool()),
            4 => format!("{} {} {}", g.int(), g.one_of(&["<", "<=", ">", ">=", "==", "!="]), g.int()),
            5 => format!("{} {} {}", g.double(), g.one_of(&["<", "<=", ">", ">=", "==", "!="]), g.double()),
            6 => format!("{} {} {}", g.text(), g.one_of(&["<", "<=", ">", ">=", "==", "!="]), g.text()),
            7 => format!("{}.{}({})", g.text(), g.one_of(&["contains", "startsWith", "endsWith"]), g.text()),
            8 => format!("{}.{}(x, {})", g.list(), g.one_of(&["all", "exists", "exists_one"]), g.bool_of_x()),
            9 => format!("({} in {})", g.any(), g.list()),
            10 => format!("({} ? {} : {})", g.bool(), g.bool(), g.bool()),
            11 => match g.pick(3) {
                // Near 2^63 the other implementation rounds the integer.
                0 => format!("{} {} {}", g.one_of(&["0", "-3", "i"]), g.one_of(&["<", ">=", "==", "!="]), g.double()),
                1 => format!("({} in m)", g.text()),
                _ => format!("type({}) == {}", g.any(), g.one_of(&["int", "string", "type(1)", "bool", "list"])),
            },
            12 => format!("({} {} {})", g.any(), g.one_of(&["==", "!="]), g.any()),
            // An error, for what absorbs errors.
            _ => g.one_of(&["(1 / 0 == 1)", "has(m.k)", "has(m.z)", "(m.z == 1)", "(l[9] == 1)"]),
        })
    }

    fn bool_of_x(&mut self) -> String {
        match self.pick(4) {
            0 => format!("x > {}", self.int()),
            1 => "x == 2".to_owned(),
            2 => format!("10 / (x - 1) > {}", self.int()),
            _ => self.bool(),
        }
    }

    fn int(&mut self) -> String {
        if self.leaf_only() {
            return self.one_of(&["1", "0", "i"]);
        }
        self.deeper(|g| match g.pick(9) {
            0 => g.one_of(&["0", "1", "2", "-3", "0x1F", "9223372036854775807", "-9223372036854775808", "i"]),
            1 | 2 => format!("({} {} {})", g.int(), g.one_of(&["+", "-", "*", "/", "%"]), g.int()),
            3 => format!("-({})", g.int()),
            4 => format!("size({})", g.text()),
            5 => format!("size({})", g.list()),
            6 => format!("({} ? {} : {})", g.bool(), g.int(), g.int()),
            7 => format!("l[{}]", g.int()),
            _ => match g.pick(4) {
                0 => "int('12')".to_owned(),
                1 => format!("{}.size()", g.text()),
                2 => "size({'a': 1, 'b': [2]})".to_owned(),
                _ => format!("int({})", g.double()),
            },
        })
    }

    fn double(&mut self) -> String {
        if self.leaf_only() {
            return self.one_of(&["0.5", "d"]);
        }
        self.deeper(|g| match g.pick(5) {
            0 => g.one_of(&["0.0", "1.5", "-2.25", "1e3", "d", "79.999"]),
            // Infinity and NaN are kept out: the other implementation has no order for NaN, where CEL's is false.
            1 => format!("({} {} {})", g.double(), g.one_of(&["+", "-"]), g.double()),
            2 => format!("({} {})", g.double(), g.one_of(&["* 2.0", "/ 4.0", "* -1.0"])),
            3 => format!("-({})", g.double()),
            _ => format!("double({})", g.one_of(&["0", "-3", "i", "l[1]", "t", "'2.5'"])),
        })
    }

    fn text(&mut self) -> String {
        if self.leaf_only() {
            return self.one_of(&["''", "t"]);
        }
        self.deeper(|g| match g.pick(5) {
            0 => g.one_of(&[
                r#""docker""#,
                "'compose'",
                r#""""a"b""""#,
                r"r'\d'",
                r"'\u00e9\n\x41\101'",
                "'é'",
                "m.v",
                "t",
            ]),
            1 => format!("({} + {})", g.text(), g.text()),
            2 => format!("string({})", g.any()),
            3 => format!("({} ? {} : {})", g.bool(), g.text(), g.text()),
            _ => "m['v']".to_owned(),
        })
    }

    fn list(&mut self) -> String {
        if self.leaf_only() {
            return self.one_of(&["[]", "l"]);
        }
        self.deeper(|g| match g.pick(5) {
            0 => "l".to_owned(),
            1 => format!("[{}, {}]", g.any(), g.any()),
            2 => format!("({} + {})", g.list(), g.list()),
            3 => format!("{}.filter(x, {})", g.list(), g.bool_of_x()),
            _ => format!("{}.map(x, {})", g.list(), g.any()),
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_implementation_says_the_same(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let text = Grower { bytes: &bytes, depth: 0 }.any();
        let (ours, theirs) = (ours(&text), theirs(&text));
        match (&ours, &theirs) {
            (Ok(a), Ok(b)) => prop_assert_eq!(a, b, "{}", text),
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false, "{}\nours: {:?}\ntheirs: {:?}", text, ours, theirs),
        }
    }
}

#[test]
fn expressions_mean_what_the_language_says_and_what_it_leaves_open() {
    for (text, expected) in [
        // Errors give way to what decides without them, on either side.
        ("true || 1 / 0 == 1", "true"),
        ("1 / 0 == 1 || true", "true"),
        ("1 / 0 == 1 && false", "false"),
        ("[1, 0].exists(x, 1 / x == 1)", "true"),
        ("[0, 2].all(x, 1 / x == 7)", "false"),
        // Numbers compare by value, and neither side is rounded.
        ("9223372036854775807 < 9223372036854775808.0", "true"),
        ("9223372036854775806 == 9223372036854775807.0", "false"),
        ("1 == 1.0 && 2.5 > 2 && -3 < -2.5", "true"),
        ("0.0 / 0.0 == 0.0 / 0.0 || 1.0 < 0.0 / 0.0", "false"),
        // Values of different types are not equal, and null is equal to null alone.
        ("dyn(1) == dyn(\"1\")", "false"),
        ("null == null && !(dyn(0) == null)", "true"),
        ("\"k\" in m && !(\"z\" in m) && has(m.k) && !has(m.z)", "true"),
        ("[1, [2, \"x\"]] == [1.0, [2, \"x\"]]", "true"),
        ("{\"a\": 1, \"b\": [2]} == {\"b\": [2], \"a\": 1}", "true"),
        ("l.map(x, x > 1, x * 10)", "[20, 70]"),
        ("m.map(k, k)", r#"["k", "v"]"#),
        ("l.exists_one(x, x == 7) ? \"one\" : \"none\"", "\"one\""),
        ("size(\"é\u{1F600}\")", "2"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1 + 2 * 3 - -4 // a comment", "11"),
        ("r\"\\d\" + \"\"\"a\"b\"\"\" + '\\x41\\u00e9\\101'", r#""\\da\"bAéA""#),
        ("m.`k` + m[\"k\"]", "2"),
        // Functions beyond the standard ones.
        ("t.glob(\"docker *\") && !t.glob(\"docker\")", "true"),
        ("\" A b \".trim().lowerAscii().split(\" \").join(\"-\")", "\"a-b\""),
        ("\"a\\nb\".lines()", r#"["a", "b"]"#),
        ("\"a.b\".replace(\".\", \"_\").upperAscii()", "\"A_B\""),
        (
            "[type(1), type(1.0), type(\"\"), type([]), type(m), type(null), type(true)]",
            "[int, double, string, list, map, null_type, bool]",
        ),
        ("int(\"12\") + int(3.9) + int(d)", "17"),
        ("string(1.0) + string(true) + string(-2)", "\"1true-2\""),
        ("bool(\"true\") && double(\"1.5\") == 1.5", "true"),
    ] {
        assert_eq!(ours(text), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn what_has_no_value_says_why() {
    for (text, reason) in [
        ("1 / 0", "division by zero"),
        ("1 % 0", "division by zero"),
        ("9223372036854775807 + 1", "too large"),
        ("-(-9223372036854775808)", "too large"),
        ("int(1e19)", "too large"),
        ("int(\"x\")", "`x` is not a whole number"),
        ("l[3]", "no item 3 in a list of 3"),
        ("l[-1]", "no item -1"),
        ("m.z", "no key `z`"),
        ("m[\"z\"]", "no key \"z\""),
        ("1 + 1.0", "converted"),
        ("1 < \"a\"", "compares what is 1 with what is \"a\""),
        ("null < 1", "not set"),
        ("m.v.startsWith(null)", "not set"),
        ("\"a${{ x }}\" < 1", "not known before it runs"),
        ("l.all(x, x)", "not true or false"),
        ("1 ? 2 : 3", "not true or false"),
        ("{\"a\": 1, \"a\": 2}", "twice"),
        ("{1.5: 1}", "cannot be a key"),
        ("\"a\" in \"abc\"", "a list or a map"),
        ("[0].exists(x, 1 / x == 1)", "division by zero"),
    ] {
        let error = ours(text).expect_err(text);
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn what_cannot_be_read_has_a_place_and_a_way_out() {
    for (text, offset, message, hint) in [
        ("a = 1", 2, "no operator", "`==`"),
        ("a & b", 2, "no operator", "`&&`"),
        ("a and b", 2, "not `and`", "`&&`"),
        ("not a", 4, "not `a`", ""),
        ("(a", 2, "not the end", ""),
        ("a b", 2, "not `b`", ""),
        ("", 0, "a value, not the end", ""),
        ("\"abc", 0, "does not end", ""),
        ("\"\\d\"", 1, "no escape", "`r`"),
        ("\"\\ud800\"", 1, "no escape", ""),
        ("\"\\", 0, "does not end", ""),
        ("5u", 0, "unsigned", "write `5`"),
        ("b\"x\"", 0, "bytes", ""),
        ("5x", 0, "neither a number", ""),
        ("9223372036854775808", 0, "too large", ""),
        ("for", 0, "reserved word", ""),
        ("a.true", 2, "a field or a function", ""),
        ("t.matches(\"x\")", 2, "no function `matches`", "glob"),
        ("t.contain(\"x\")", 2, "no function `contain`", "`contains`"),
        ("contains(t, \"x\")", 0, "not called like this", "text.contains"),
        ("l.exist(x, x)", 2, "no function `exist`", "`exists`"),
        ("l.exists(x)", 2, "takes a name and a condition", ""),
        ("l.exists(1, true)", 2, "takes a name", ""),
        ("has(a)", 0, "takes one field", ""),
        ("timestamp(\"\")", 0, "no function", "no clock"),
        ("A{b: 1}", 0, "messages", "map"),
        ("a § b", 2, "`§` has no meaning", ""),
    ] {
        let fault = parse(text).expect_err(text);
        assert_eq!(fault.span.offset, offset, "{text}: {fault:?}");
        assert!(fault.message.contains(message), "{text}: {fault:?}");
        assert!(fault.hint.contains(hint), "{text}: {fault:?}");
    }
}

#[test]
fn nesting_and_length_have_limits_and_chains_of_conditions_do_not_nest() {
    let many = 100_000;
    let hostile = [
        "(".repeat(many),
        "[".repeat(many),
        "{1:".repeat(many),
        "!".repeat(many),
        "-".repeat(many),
        format!("a{}", ".b".repeat(many)),
        format!("a{}", "[0]".repeat(many)),
        format!("a{}", "+a".repeat(many)),
        format!("a{}", "?a:a".repeat(many)),
        "l.map(x,".repeat(many),
        "size(".repeat(many),
        format!("[{}]", "1,".repeat(many)),
        "\"".repeat(many),
        "\\".repeat(many),
    ];
    for text in hostile {
        let head: String = text.chars().take(20).collect();
        assert!(parse(&text).is_err(), "{head}");
    }
    assert_eq!(ours(&format!("true{}", " && true".repeat(5_000))), Ok("true".to_owned()));
    assert_eq!(ours(&format!("{}true{}", "(".repeat(MAX_DEPTH - 1), ")".repeat(MAX_DEPTH - 1))), Ok("true".to_owned()));
}

#[test]
fn a_spent_budget_ends_everything_and_nothing_absorbs_it() {
    let digits = "[0,1,2,3,4,5,6,7,8,9]";
    let nested = (0..7).fold("false".to_owned(), |inner, level| format!("{digits}.exists(x{level}, {inner})"));
    let doubled = (0..6).fold("[t, t, t, t, t, t, t, t]".to_owned(), |inner, _| format!("{inner}.map(x, {inner})"));
    for text in [nested.clone(), format!("{nested} || true"), format!("[1].exists(x, {nested}) ? 1 : 2"), doubled] {
        let expr = parse(&text).unwrap();
        let mut machine = Machine::new(Bare, STEPS);
        machine.bind("t", Value::text("x".repeat(1000)));
        let error = machine.eval(&expr).expect_err("it ends");
        assert_eq!(error.kind, ErrorKind::Budget);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        if let Err(fault) = parse(&text) {
            prop_assert!(fault.span.end() <= text.len() && text.is_char_boundary(fault.span.offset), "{:?}", fault);
        }
    }

    #[test]
    fn any_words_of_the_language_are_read_or_refused(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "&&", "||", "!", "-", "+", "in", "==", "<", "l", "m", "t", "x",
                "1", "1.5", "'a'", "has", "size", "exists", "map", "all", "null", "true", "`k`", "k", "//", "\n",
            ]),
            0..30,
        ),
    ) {
        let text = words.concat();
        let _ = ours(&text);
        let spaced = words.join(" ");
        if let Err(fault) = parse(&spaced) {
            prop_assert!(fault.span.end() <= spaced.len());
        }
    }
}
