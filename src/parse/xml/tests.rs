use super::{Event, Reader};
use crate::parse::Problem;

fn read(text: &str) -> (String, Vec<Problem>) {
    let mut reader = Reader::new(text);
    let mut out = String::new();
    while let Some(event) = reader.read() {
        match event {
            Event::Start(name) => {
                out.extend(["<", name]);
                for (name, value) in reader.attributes() {
                    out.extend([" ", name, "=", &super::decode(value)]);
                }
                out.push('>');
            }
            Event::Text(text) => out.push_str(&text),
            Event::End(name) => out.extend(["</", name, ">"]),
        }
    }
    (out, reader.into_problems())
}

#[test]
fn events_carry_names_attributes_and_rejoined_text() {
    for (text, expected) in [
        ("<a/>", "<a></a>"),
        ("\u{feff}<?xml version='1.0'?>\r\n<x:a b = '1'\tc=\"2 &gt; 1\" ></x:a>\n", "<a b=1 c=2 > 1></a>"),
        ("<a>1 &lt; 2<![CDATA[ <raw> & ]]>&#33;</a>", "<a>1 < 2 <raw> & !</a>"),
        ("<!DOCTYPE a [<!ENTITY e \"x\"> <!ELEMENT a ANY>]><a>t</a>", "<a>t</a>"),
        ("<a b='x && z > w'/>", "<a b=x && z > w></a>"),
        ("<a>fish & chips &</a>", "<a>fish & chips &</a>"),
        ("<a><!-- <b> --><?pi <c> ?></a>", "<a></a>"),
    ] {
        let (out, problems) = read(text);
        assert_eq!((out.as_str(), problems.as_slice()), (expected, [].as_slice()), "{text}");
    }
}

#[test]
fn broken_text_is_read_up_to_the_flaw_and_the_problem_is_placed_there() {
    for (text, read_before, offset, message) in [
        ("", "", 0, "there is no XML element"),
        ("plain", "", 0, "text before the root element"),
        ("<a>\n<b>", "<a>\n<b>", 7, "the file ends inside `<b>` opened on line 2"),
        ("<a><b></a>", "<a><b>", 6, "`</a>` where `<b>` opened on line 1 must be closed first"),
        ("<a></a></a>", "<a></a>", 7, "`</a>` closes nothing"),
        ("<a/><b/>", "<a></a>", 4, "a second root element `<b>`"),
        ("<a/>tail", "<a></a>", 4, "text after the root element"),
        ("<a>1 < 2</a>", "<a>1 ", 5, "a `<` that begins no tag; as text it is `&lt;`"),
        ("<a><b c=1/></a>", "<a>", 6, "the value of an attribute has no quotes, in the tag `<b>`"),
        (
            "<a><b c=\"x><d c=\"y/></a>",
            "<a>",
            17,
            "no blank before an attribute; is a quote missing?, in the tag `<b>`",
        ),
        (
            "<a><b c='x",
            "<a>",
            3,
            "the file ends inside an attribute value; its closing quote is missing, inside `<a>` opened on line 1",
        ),
        ("<a><![CDATA[x", "<a>", 3, "the file ends inside CDATA; `]]>` is missing, inside `<a>` opened on line 1"),
        ("<a>&evil;</a>", "<a>&evil;</a>", 3, "the entity `&evil;` is none of XML's five and is kept as written"),
    ] {
        let (out, problems) = read(text);
        let first = problems.first().unwrap_or_else(|| panic!("no problem in {text}"));
        assert_eq!((out.as_str(), first.span.offset, first.message.as_str()), (read_before, offset, message), "{text}");
    }
}

#[test]
fn a_bare_angle_bracket_in_an_attribute_is_read_and_told_once() {
    let (out, problems) = read("<a b='<i>1</i>' c='<'><d e='<'/></a>");
    assert_eq!(out, "<a b=<i>1</i> c=<><d e=<></d></a>");
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(problem.harmless && problem.span.offset == 6, "{problem:?}");
}

#[test]
fn custom_entities_are_never_expanded() {
    let (out, problems) = read("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>[&b;]</a>");
    assert_eq!(out, "<a>[&b;]</a>");
    assert_eq!(problems.len(), 1);
}

#[test]
fn depth_and_attributes_have_a_limit() {
    let deep = "<a>".repeat(20_000);
    let (out, problems) = read(&deep);
    assert_eq!(out.len(), Reader::MAX_DEPTH * 3);
    assert!(problems[0].message.contains("more than 128 deep"), "{problems:?}");
    let wide = format!("<a {}/>", "b='' ".repeat(300));
    let (out, problems) = read(&wide);
    assert_eq!(out, "");
    assert!(problems[0].message.contains("too many attributes"), "{problems:?}");
}
