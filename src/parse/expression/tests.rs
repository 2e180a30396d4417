use super::{Expr, Kind, Value, condition, parse, templates};
use crate::model::Span;
use crate::parse::yaml::Tree;

fn slice(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap()
}

fn paths(text: &str) -> Vec<String> {
    parse(text, 0).unwrap().contexts().iter().map(super::Reference::path).collect()
}

#[test]
fn contexts_are_read_as_paths() {
    for (text, expected) in [
        ("github.event.pull_request.title", vec!["github.event.pull_request.title"]),
        ("steps['Build-it'].outputs.y", vec!["steps.build-it.outputs.y"]),
        ("github.event.commits.*.message", vec!["github.event.commits.*.message"]),
        ("a[*].b", vec!["a.*.b"]),
        ("env[format('X_{0}', matrix.os)]", vec!["env.?", "matrix.os"]),
        ("fromJSON(needs.a.outputs.m).x == inputs.y", vec!["needs.a.outputs.m", "inputs.y"]),
        ("(github).actor", vec!["github.actor"]),
        ("github.true.null && !env.x", vec!["github.true.null", "env.x"]),
        ("'github.actor'", vec![]),
    ] {
        assert_eq!(paths(text), expected, "{text}");
    }
}

/// The tree with all its parentheses.
fn shape(expr: &Expr) -> String {
    let list = |parts: &[Expr], sign: &str| parts.iter().map(shape).collect::<Vec<_>>().join(sign);
    match &expr.kind {
        Kind::Not(inner) => format!("!{}", shape(inner)),
        Kind::Compare(operator, left, right) => format!("({} {operator:?} {})", shape(left), shape(right)),
        Kind::And(parts) => format!("({})", list(parts, " & ")),
        Kind::Or(parts) => format!("({})", list(parts, " | ")),
        Kind::Call(function, arguments) => format!("{}({})", function.name, list(arguments, ", ")),
        Kind::Context(name) => name.clone(),
        kind => format!("{kind:?}"),
    }
}

#[test]
fn operators_bind_as_documented() {
    for (text, expected) in [
        ("a || b && c || d", "(a | (b & c) | d)"),
        ("!a == b", "(!a Equal b)"),
        ("a < b == c", "((a Less b) Equal c)"),
        ("!(a || b) && c", "(!(a | b) & c)"),
        ("Contains(a, b) != c", "(contains(a, b) NotEqual c)"),
        ("case(a, b, c)", "case(a, b, c)"),
    ] {
        assert_eq!(shape(&parse(text, 0).unwrap()), expected, "{text}");
    }
}

#[test]
fn literals_have_their_values() {
    for (text, expected) in [
        ("'it''s'", Value::Text("it's".to_owned())),
        ("''", Value::Text(String::new())),
        ("-2.5e2", Value::Number(-250.0)),
        (".5", Value::Number(0.5)),
        ("0xff", Value::Number(255.0)),
        ("0o17", Value::Number(15.0)),
        ("null", Value::Null),
        ("true", Value::Bool(true)),
    ] {
        assert_eq!(parse(text, 0).unwrap().eval(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_expression_is_told_with_its_place() {
    for (text, place, words) in [
        ("a = 'b'", "=", "`==` compares"),
        ("a == \"b\"", "\"b\"", "double quotes"),
        ("a & b", "&", "`&&` is"),
        ("'open", "'open", "does not end"),
        ("upper(a)", "upper", "no function `upper`"),
        ("contains(a)", "contains(a)", "takes 2 arguments, not 1"),
        ("case(a, b)", "case(a, b)", "3 or more arguments"),
        ("case(a, b, c, d)", "case(a, b, c, d)", "pairs"),
        ("always(1)", "always(1)", "no arguments"),
        ("(a", "", "`)` is missing at the end"),
        ("a b", "b", "operator is missing"),
        ("a + b", "+", "is no number"),
        ("a+b", "a+b", "is no name"),
        ("1-2", "1-2", "is no number"),
        ("a ||", "", "a value is missing"),
        ("&& a", "&&", "a value is missing"),
        ("a.", "", "a name is missing"),
        ("a.'b'", "'b'", "a name is missing"),
        ("a[1", "", "`]` is missing"),
        ("'a'.b", ".b", "is no number"),
        ("", "", "empty"),
    ] {
        let problem = parse(text, 0).unwrap_err();
        assert!(problem.message.contains(words), "{text}: {}", problem.message);
        assert_eq!(slice(text, problem.span), place, "{text}");
    }
}

#[test]
fn hostile_expressions_end_quickly_with_a_problem() {
    for text in [
        "(".repeat(5000),
        "!".repeat(5000),
        "a[".repeat(5000),
        "contains(".repeat(2000),
        format!("a{}", ".b".repeat(5000)),
        format!("a{}", "==a".repeat(5000)),
        "a".repeat(30_000),
    ] {
        assert!(parse(&text, 0).is_err());
    }
    assert!(parse(&format!("a{}", " && a".repeat(4000)), 0).is_ok(), "a long chain is not deep");
}

#[test]
fn truth_is_known_where_every_run_agrees() {
    for (text, expected) in [
        ("true", Some(true)),
        ("'false'", Some(true)),
        ("''", Some(false)),
        ("0", Some(false)),
        ("always()", Some(true)),
        ("success()", None),
        ("github.ref == 'x'", None),
        ("github.x && false", Some(false)),
        ("github.x || always()", Some(true)),
        ("github.x && true", None),
        ("'A' == 'a'", Some(true)),
        ("1 == true", Some(true)),
        ("'1' == 1", Some(true)),
        ("'' == null", Some(true)),
        ("'x' == 0", Some(false)),
        ("NaN == NaN", Some(false)),
        ("'b' > 'A'", Some(true)),
        ("!null", Some(true)),
        ("contains('Hello', 'ELL')", Some(true)),
        ("case(false, 'a', true, '', 'c')", Some(false)),
        ("case(github.x, 'a', 'b')", None),
    ] {
        assert_eq!(parse(text, 0).unwrap().truth(), expected, "{text}");
    }
    assert_eq!(parse("false || 'x' && 'y'", 0).unwrap().eval(), Some(Value::Text("y".to_owned())));
    assert_eq!(parse("github.x && false", 0).unwrap().eval(), None, "the value may be that of `github.x`");
}

#[test]
fn templates_are_found_with_their_bytes_in_the_file() {
    let text = "\
run: |
  echo ${{ github.actor }}
    and '${{ 'it''s }}' }}' ${{ env.x
    }}
plain: a ${{ inputs.a }}b
double: \"\\t${{ inputs['ü'] }}\"
single: '${{ matrix.x == ''y'' }}'
folded: >
  one
  ${{ vars.z }}
none: a }} {{ b $ {{ c }}
";
    let tree = Tree::parse(text).document.unwrap();
    let root = tree.root().unwrap();
    let found: Vec<(String, bool, Vec<String>)> = root
        .entries()
        .flat_map(|(_, node)| templates(node))
        .map(|t| {
            let expr = t.expr.unwrap();
            let references = expr.contexts();
            let spans = references.iter().map(|r| slice(text, r.span).to_owned()).collect();
            (slice(text, t.span).to_owned(), t.whole, spans)
        })
        .collect();
    let expected = [
        ("${{ github.actor }}", false, vec!["github.actor"]),
        ("${{ 'it''s }}' }}", false, vec![]),
        ("${{ env.x\n    }}", false, vec!["env.x"]),
        ("${{ inputs.a }}", false, vec!["inputs.a"]),
        ("${{ inputs['ü'] }}", false, vec!["inputs['ü']"]),
        ("${{ matrix.x == ''y'' }}", true, vec!["matrix.x"]),
        ("${{ vars.z }}", false, vec!["vars.z"]),
    ];
    assert_eq!(found.len(), expected.len());
    for ((span, whole, spans), expected) in found.iter().zip(expected) {
        assert_eq!((span.as_str(), *whole, spans.iter().map(String::as_str).collect()), expected);
    }
}

#[test]
fn conditions_need_no_braces() {
    let text = "a: github.ref == 'x'\nb: ${{ always() }}\nc: |\n  ${{ failure() }}\nd:\ne: \"\"\nf: ${{ open\ng: ${{ }}\nh: !cancelled()\n";
    let tree = Tree::parse(text).document.unwrap();
    let root = tree.root().unwrap();
    let found = |key: &str| condition(root.get(key).unwrap());
    assert_eq!(slice(text, found("a")[0].span), "github.ref == 'x'");
    assert!(found("a")[0].whole && found("b")[0].whole);
    assert!(!found("c")[0].whole, "the line end makes it a text, which is always true");
    assert!(found("d").is_empty() && found("e").is_empty());
    assert!(found("f")[0].expr.as_ref().unwrap_err().message.contains("not closed"));
    assert!(found("g")[0].expr.as_ref().unwrap_err().message.contains("empty"));
    let tagged = found("h")[0].expr.as_ref().unwrap_err().clone();
    assert!(tagged.message.starts_with("`!cancelled()` begins with `!`"), "{}", tagged.message);
    assert_eq!(text.get(..tagged.span.offset).unwrap().matches('\n').count(), 8, "its place is on its line");
}

#[test]
fn status_functions_are_told() {
    let names = |text: &str| -> Vec<&'static str> {
        parse(text, 0).unwrap().status_functions().map(|(function, _)| function.name).collect()
    };
    assert_eq!(names("Always() && !(github.x || FAILURE())"), ["always", "failure"]);
    assert!(names("contains('always()', env.x)").is_empty());
}
