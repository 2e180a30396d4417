use super::*;
use crate::parse::Problem;
use crate::parse::shell;

fn read(text: &str) -> (Dockerfile, Vec<Problem>) {
    let parsed = parse(text);
    (parsed.document.unwrap(), parsed.problems)
}

fn clean(text: &str) -> Dockerfile {
    let (dockerfile, problems) = read(text);
    assert_eq!(problems, [], "{text}");
    dockerfile
}

fn texts(arguments: &[Argument]) -> Vec<&str> {
    arguments.iter().map(|a| a.text.as_str()).collect()
}

/// The only instruction after `FROM x`.
fn instruction(text: &str) -> Instruction {
    let mut dockerfile = clean(&format!("FROM x\n{text}"));
    dockerfile.stages.pop().unwrap().instructions.pop().unwrap()
}

#[test]
fn directives_stand_only_at_the_top() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "# syntax=docker/dockerfile:1\n# escape=`\n#check = error=true\nFROM x",
            &[("syntax", "docker/dockerfile:1"), ("escape", "`"), ("check", "error=true")],
        ),
        ("\u{feff}# Syntax = a\nFROM x", &[("syntax", "a")]),
        ("# other=1\n# syntax=a\nFROM x", &[("syntax", "a")]),
        ("# a comment\n# syntax=a\nFROM x", &[]),
        ("\n# syntax=a\nFROM x", &[]),
        ("FROM x\n# syntax=a", &[]),
    ];
    for (text, expected) in cases {
        let dockerfile = clean(text);
        let found: Vec<_> = dockerfile.directives.iter().map(|d| (d.name.as_str(), d.value.as_str())).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn lines_are_joined_around_comments() {
    let cases = [
        ("RUN a \\\n  && b", "a   && b"),
        ("RUN a \\\n# no\n\n   # no\n  && b", "a   && b"),
        ("RUN a \\  \r\n && b\r\n", "a  && b"),
        ("RUN a \\\\", "a \\\\"),
        ("RUN a \\", "a "),
        ("  run a # b", "a # b"),
    ];
    for (text, expected) in cases {
        assert_eq!(instruction(text).run_script().unwrap().text, expected, "{text}");
    }
    let windows = clean("# escape=`\nFROM x\nRUN dir C:\\ `\n && b\nCOPY a c:\\");
    let stage = windows.final_stage().unwrap();
    assert_eq!(
        stage.instructions.iter().map(|i| i.body.text.as_str()).collect::<Vec<_>>(),
        ["dir C:\\  && b", "a c:\\"]
    );
}

#[test]
fn commands_of_a_run_are_found_in_the_file() {
    let text = "FROM x\nRUN --mount=type=cache,target=/r \\\n  pip install a && \\\n # no\n  \"pytest\" -q\n";
    let dockerfile = clean(text);
    let run = dockerfile.final_stage().unwrap().instructions.first().unwrap();
    assert_eq!(run.flag("mount").unwrap().value.as_deref(), Some("type=cache,target=/r"));
    assert_eq!(text.get(run.span.range()), text.get(7..text.len() - 1));
    let script = run.run_script().unwrap();
    let parsed = shell::parse(&script.text);
    let places: Vec<_> = parsed.commands.iter().map(|c| text.get(script.span(c.span).range()).unwrap()).collect();
    assert_eq!(places, ["pip install a", "\"pytest\" -q"]);
}

#[test]
fn stages_name_their_images() {
    let text = "ARG V=18\nARG IMG=node:${V} R\nARG U\nFROM --platform=$BUILDPLATFORM $IMG AS Build\nFROM build as test\n\
                FROM ${R:-ghcr.io/a}/b:${V}@${U}\nFROM scratch\nFROM \"alpine:3\"\nFROM ${U}";
    let dockerfile = clean(text);
    let found: Vec<_> = dockerfile
        .stages
        .iter()
        .map(|s| (s.name.as_deref(), s.base.raw.as_str(), s.base.resolved.as_deref()))
        .collect();
    let expected = [
        (Some("Build"), "$IMG", Some("node:18")),
        (Some("test"), "build", Some("build")),
        (None, "${R:-ghcr.io/a}/b:${V}@${U}", None),
        (None, "scratch", Some("scratch")),
        (None, "alpine:3", Some("alpine:3")),
        (None, "${U}", None),
    ];
    assert_eq!(found, expected);
    let kinds: Vec<_> = dockerfile.stages.iter().map(|s| &s.base.kind).collect();
    assert!(matches!(kinds.first(), Some(Base::Image(i)) if i.family() == "node" && i.tag.as_deref() == Some("18")));
    assert_eq!(kinds.get(1), Some(&&Base::Stage(0)));
    assert!(matches!(kinds.get(2), Some(Base::Image(i)) if i.family() == "b" && i.is_dynamic()));
    assert_eq!(kinds.get(3), Some(&&Base::Scratch));
    let build = dockerfile.stage_by_name("BUILD").unwrap();
    assert_eq!(build.base.platform.as_deref(), Some("$BUILDPLATFORM"));
    assert_eq!(text.get(build.base.span.range()), Some("$IMG"));
    assert_eq!(dockerfile.final_stage().unwrap().base.raw, "${U}");
    assert!(dockerfile.stage_by_name("nope").is_none());
}

#[test]
fn arguments_of_a_stage_do_not_reach_the_next_from() {
    let dockerfile = clean("ARG V=1\nFROM a\nARG V=2\nFROM b:$V");
    assert_eq!(dockerfile.stages.last().unwrap().base.resolved.as_deref(), Some("b:1"));
}

#[test]
fn forms_are_told_apart() {
    let cases: &[(&str, Form, &[&str])] = &[
        ("RUN [\"sh\", \"-c\", \"a \\\"b\\\"\"]", Form::Exec, &["sh", "-c", "a \"b\""]),
        ("RUN [ -f x ] && y", Form::Shell, &["[", "-f", "x", "]", "&&", "y"]),
        ("CMD ['a']", Form::Shell, &["[a]"]),
        ("CMD []", Form::Exec, &[]),
        ("ENTRYPOINT a 'b c' d\\ e", Form::Shell, &["a", "b c", "d e"]),
        ("COPY --link --from=b --chown=1:2 [\"a b\", \"/c\"]", Form::Exec, &["a b", "/c"]),
        ("ADD a b", Form::Words, &["a", "b"]),
        ("VOLUME [\"/a\"]", Form::Exec, &["/a"]),
        ("SHELL [\"bash\", \"-c\"]", Form::Exec, &["bash", "-c"]),
        ("EXPOSE 80 443/tcp", Form::Words, &["80", "443/tcp"]),
        ("STOPSIGNAL 9", Form::Words, &["9"]),
        ("MAINTAINER me", Form::Words, &["me"]),
        ("RUN --network=none -- a", Form::Shell, &["a"]),
    ];
    for (text, form, arguments) in cases {
        let read = instruction(text);
        assert_eq!((read.form, texts(&read.arguments)), (*form, arguments.to_vec()), "{text}");
    }
    let text = "FROM x\nCMD [\"a\", \"b\"]";
    let places = clean(text).stages.pop().unwrap().instructions.pop().unwrap().arguments;
    assert_eq!(places.iter().map(|a| text.get(a.span.range()).unwrap()).collect::<Vec<_>>(), ["\"a\"", "\"b\""]);
}

#[test]
fn pairs_are_read_in_all_forms() {
    type Pairs<'t> = &'t [(&'t str, Option<&'t str>)];
    let cases: &[(&str, Pairs<'_>)] = &[
        (
            "ENV A=1 B=\"x y\" C=d\\ e \"F G\"=h",
            &[("A", Some("1")), ("B", Some("x y")), ("C", Some("d e")), ("F G", Some("h"))],
        ),
        ("ENV A b c=d", &[("A", Some("b c=d"))]),
        ("ENV A=", &[("A", Some(""))]),
        ("ENV A=b \\\n  C=d", &[("A", Some("b")), ("C", Some("d"))]),
        ("LABEL \"a.b\"=\"c=d\" e='f'", &[("a.b", Some("c=d")), ("e", Some("f"))]),
        ("LABEL a b", &[("a", Some("b"))]),
        ("ARG A B=c", &[("A", None), ("B", Some("c"))]),
    ];
    for (text, expected) in cases {
        let read = instruction(text);
        let found: Vec<_> = read.pairs.iter().map(|p| (p.name.as_str(), p.value.as_deref())).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn here_documents_belong_to_their_instruction() {
    let text = "FROM x\nRUN <<EOF\n  a\n# b\nFROM c\nEOF\nCOPY <<-\"A\" <<B /d/\n\tone\n\tA\ntwo\nB\n\
                RUN python3 <<E && ls\nprint()\nE\nRUN cat <<< x\nRUN a << 'F'\nRUN <<G";
    let (dockerfile, problems) = read(text);
    let stage = dockerfile.final_stage().unwrap();
    let bodies: Vec<_> = stage
        .instructions
        .iter()
        .flat_map(|i| &i.heredocs)
        .map(|h| (h.name.as_str(), h.expands, h.strips_tabs, text.get(h.body.range()).unwrap()))
        .collect();
    let expected = [
        ("EOF", true, false, "  a\n# b\nFROM c\n"),
        ("A", false, true, "\tone\n"),
        ("B", true, false, "two\n"),
        ("E", true, false, "print()\n"),
        ("G", true, false, ""),
    ];
    assert_eq!(bodies, expected);
    let scripts: Vec<_> = stage.instructions.iter().filter_map(|i| Some(i.run_script()?.text.as_str())).collect();
    assert_eq!(scripts, ["  a\n# b\nFROM c\n", "python3 <<E && ls\nprint()\nE\n", "cat <<< x", "a << 'F'", ""]);
    let script = stage.instructions.first().unwrap().run_script().unwrap();
    assert_eq!(text.get(script.source(2)..script.source(2) + 1), Some("a"));
    assert!(matches!(problems.as_slice(), [p] if p.message.contains("closing line `G`")), "{problems:?}");
    let inner = instruction("ONBUILD RUN <<E\na\nE").inner.unwrap();
    assert_eq!(inner.run_script().unwrap().text, "a\n");
}

#[test]
fn a_healthcheck_is_found_through_the_stages() {
    let text = "FROM a AS one\nHEALTHCHECK --interval=5s --retries=3 CMD curl -f x || exit 1\nFROM one AS two\nUSER u\n\
                FROM two AS three\nHEALTHCHECK NONE\nFROM b AS four";
    let dockerfile = clean(text);
    let check = |name: &str| dockerfile.healthcheck(dockerfile.stage_by_name(name).unwrap());
    let one = check("one").unwrap();
    assert_eq!(one.flag("interval").unwrap().value.as_deref(), Some("5s"));
    let command = one.inner.as_ref().unwrap();
    assert_eq!((command.keyword.as_str(), command.run_script().unwrap().text.as_str()), ("CMD", "curl -f x || exit 1"));
    assert_eq!(text.get(command.body.span(Span::between(0, 4)).range()), Some("curl"));
    assert_eq!(check("two"), Some(one));
    assert_eq!(check("three").unwrap().inner, None);
    assert_eq!(texts(&check("three").unwrap().arguments), ["NONE"]);
    assert_eq!(check("four"), None);
    let three = dockerfile.stage_by_name("three").unwrap();
    assert_eq!(texts(&dockerfile.effective(three, "USER").unwrap().arguments), ["u"]);
}

#[test]
fn the_shell_is_the_last_one_set() {
    let text = "FROM a AS one\nRUN x\nSHELL [\"bash\", \"-c\"]\nRUN y\nFROM one\nRUN z";
    let dockerfile = clean(text);
    let [one, two] = dockerfile.stages.as_slice() else { panic!("two stages") };
    assert_eq!(dockerfile.shell_at(one, 0), None);
    assert_eq!(texts(dockerfile.shell_at(one, 2).unwrap()), ["bash", "-c"]);
    assert_eq!(texts(dockerfile.shell_at(two, 0).unwrap()), ["bash", "-c"]);
}

#[test]
fn broken_lines_are_reported_and_the_rest_is_read() {
    // Text, part of a message, where it points, how many instructions there are after `FROM`.
    let cases = [
        ("FROM x\nRUNN a\nUSER u", "`RUNN` is not an instruction", "RUNN", 2),
        ("FROM x\nRUN\nUSER u", "`RUN` needs an argument", "RUN", 2),
        ("RUN a\nFROM x\nUSER u", "`RUN` stands before the first `FROM`", "RUN", 1),
        ("USER u", "there is no `FROM`", "", 0),
        ("", "there is no `FROM`", "", 0),
        ("FROM x y\nUSER u", "after `AS`", "FROM x y", 1),
        ("FROM X/y\nUSER u", "`X/y` is not the name of an image", "X/y", 1),
        ("FROM {{ image }}\nUSER u", "after `AS`", "FROM {{ image }}", 1),
        ("FROM x\nENV A\nUSER u", "needs a value", "A", 2),
        ("FROM x\nENV A=b c\nUSER u", "`c` is not of the form", "c", 2),
        ("FROM x\nSHELL bash\nUSER u", "JSON array", "SHELL", 2),
        ("FROM x\nONBUILD ONBUILD RUN a\nUSER u", "cannot stand after", "ONBUILD", 2),
        ("FROM x\nHEALTHCHECK curl x\nUSER u", "cannot stand after", "HEALTHCHECK", 2),
        ("# escape=x\nFROM x", "escape character", "# escape=x", 0),
        ("# syntax=a\n# syntax=b\nFROM x", "twice", "# syntax=b", 0),
    ];
    for (text, message, place, count) in cases {
        let (dockerfile, problems) = read(text);
        let found = problems.iter().find(|p| p.message.contains(message));
        let found = found.unwrap_or_else(|| panic!("{text}: {problems:?}"));
        assert_eq!(text.get(found.span.range()), Some(place), "{text}");
        assert_eq!(dockerfile.stages.iter().map(|s| s.instructions.len()).sum::<usize>(), count, "{text}");
    }
    let (dockerfile, problems) = read("RUNN a");
    assert_eq!((problems.len(), dockerfile.misplaced.len()), (2, 1), "an unknown word is reported once");
}

#[test]
fn hostile_text_is_read() {
    let cases = [
        format!("FROM x\nRUN {}", "a".repeat(1_000_000)),
        format!("FROM x\nRUN a{}", " \\\n b".repeat(100_000)),
        format!("FROM x\nRUN a \\\n{}b", "# c\n".repeat(100_000)),
        "\0".repeat(100_000),
        format!("FROM x\nRUN {}", "<<A ".repeat(100_000)),
        format!("FROM x\n{}", "RUN <<A\n".repeat(100_000)),
        format!("{}FROM $A", "ARG A=$A$A\n".repeat(10_000)),
        format!("FROM {}", "${A:-".repeat(100_000)),
        "FROM a\n".repeat(100_000),
        "FROM a AS a\n".repeat(100_000),
        format!("FROM x\nONBUILD {}RUN a", "ONBUILD ".repeat(100_000)),
        format!("FROM x\nCMD {}", "[".repeat(100_000)),
        format!("FROM x\nENV {}", "A='".repeat(100_000)),
        "é\u{2003}\\\n".repeat(100_000),
    ];
    for text in cases {
        let (dockerfile, problems) = read(&text);
        assert!(problems.len() <= 100);
        if let Some(stage) = dockerfile.final_stage() {
            dockerfile.healthcheck(stage);
        }
    }
    let (dockerfile, _) = read("FROM x\nRUN <<A\nb\0");
    assert_eq!(dockerfile.final_stage().unwrap().instructions.len(), 1, "what comes before is kept");
}
