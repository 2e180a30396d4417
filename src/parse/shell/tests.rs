use super::*;

fn names(script: &str) -> Vec<String> {
    parse(script).commands.iter().filter_map(|c| c.name().map(str::to_owned)).collect()
}

#[test]
fn every_command_of_a_script_is_found_once_in_source_order() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("# sleep 10\n", &[]),
        ("echo a # sleep 10\nls", &["echo", "ls"]),
        ("echo \"docker build\"; ls 'a b' && cd x || true", &["echo", "ls", "cd", "true"]),
        ("a \\\n  b\r\nc", &["a", "c"]),
        ("a | b |& c & d", &["a", "b", "c", "d"]),
        ("cat <<EOF | tee f\nsleep 1\n$(x)\nEOF\nls", &["cat", "tee", "ls"]),
        ("cat <<-'E F'\n\tsleep\n\tE F\nls", &["cat", "ls"]),
        ("cat <<A <<\"B\"\n1\nA\n2\nB\nls", &["cat", "ls"]),
        ("cat <<<\"$x\" && ls", &["cat", "ls"]),
        ("while ! curl -f x; do sleep 1; done", &["curl", "sleep"]),
        ("until a | b\ndo\n  c\ndone > log 2>&1\nd", &["a", "b", "c", "d"]),
        ("for i in 1 2 $(seq 3); do echo $i; done", &["seq", "echo"]),
        ("for ((i=0; i<3; i++)); do a; done", &["a"]),
        ("for i; do a; done; select x in a b; do c; done", &["a", "c"]),
        ("if a; then b; elif c; then d; else e; fi; f", &["a", "b", "c", "d", "e", "f"]),
        ("case $x in a|b) c ;; (*) d;& e) f;;& esac; g", &["c", "d", "f", "g"]),
        ("case x in\n  a) b\n  ;;\n  *)\nesac\nc", &["b", "c"]),
        ("f() { a; }; function g { b; }\nfunction h() (c)\nf", &["a", "b", "c", "f"]),
        ("(a; (b)); { c; }", &["a", "b", "c"]),
        ("x=$(a \"$(b)\") y=`c` d", &["d", "a", "b", "c"]),
        ("echo $((1 + $(a))) $(( (2) )); ((i++)) && b", &["echo", "a", "((", "b"]),
        ("$( (a); b )", &["$( (a); b )", "a", "b"]),
        ("$((a); b)", &["$((a); b)", "a", "b"]),
        ("[[ $a == b && ( -f c || $d =~ ^(x|y)$ ) ]] || e", &["[[", "e"]),
        ("a=(1 2 \"$(b)\" # c\n 3); d", &["b", "d"]),
        ("declare -a a=(1 2); b", &["declare", "b"]),
        ("! a | b; time c; time -p { d; }; coproc e; coproc N { f; }", &["a", "b", "c", "d", "e", "f"]),
        ("diff <(a) >(b) c", &["diff", "a", "b"]),
        ("echo ${x:-$(a)} \"${y:-'}\" ${#z[@]} ${z%\"}\"}; b", &["echo", "a", "b"]),
        ("ls !(a|b) @(c).txt; d", &["ls", "d"]),
        ("echo $'it\\'s; x' $\"y\"; a", &["echo", "a"]),
        ("echo ${{ a || 'b }} && c' }} && d", &["echo", "d"]),
        ("${{ matrix.cmd }} x | y", &["${{ matrix.cmd }}", "y"]),
        ("echo if then; echo done }", &["echo", "echo"]),
        ("a &> f; b &>> g; c 2>&1 >&2; d 2>/dev/null &", &["a", "b", "c", "d"]),
        (">f; x=1", &[]),
    ];
    for (script, expected) in cases {
        let parsed = parse(script);
        assert_eq!(parsed.problems, [], "{script:?}");
        assert_eq!(names(script), *expected, "{script:?}");
    }
}

#[test]
fn wrappers_and_paths_do_not_hide_the_program() {
    let cases: &[(&str, Option<&str>, &[&str])] = &[
        ("sudo -E -u root env A=b B=c /usr/bin/docker compose up", Some("docker"), &["compose", "up"]),
        ("timeout -k 5 --signal=KILL 10m pytest -q", Some("pytest"), &["-q"]),
        ("timeout --signal KILL 10m pytest", Some("pytest"), &[]),
        ("xvfb-run -a --server-args='-screen 0' npm test", Some("npm"), &["test"]),
        ("xvfb-run --server-args '-screen 0' npm test", Some("npm"), &["test"]),
        ("nice -n 10 ionice -c3 nohup stdbuf -oL -e L make", Some("make"), &[]),
        ("exec -a x ./run.sh a", Some("run.sh"), &["a"]),
        ("exec > log", Some("exec"), &[]),
        ("command -v docker", Some("command"), &["-v", "docker"]),
        ("command docker", Some("docker"), &[]),
        ("A=b C=\"d e\" pytest", Some("pytest"), &[]),
        ("env", Some("env"), &[]),
        ("sudo -l", Some("sudo"), &["-l"]),
        ("time -p cargo test -- --nocapture", Some("cargo"), &["test", "--", "--nocapture"]),
        ("retry pytest", Some("retry"), &["pytest"]),
        ("\"$BIN/pytest\" -q", Some("pytest"), &["-q"]),
        ("${BIN:-/usr/bin}", Some("${BIN:-/usr/bin}"), &[]),
        ("> f", None, &[]),
    ];
    for (script, name, args) in cases {
        let parsed = parse(script);
        let command = parsed.commands.first().unwrap();
        assert_eq!(command.name(), *name, "{script}");
        assert_eq!(command.args().iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), *args, "{script}");
    }
}

#[test]
fn words_lose_their_quotes_and_keep_their_expansions() {
    // Word, text, dynamic, quoted, whether the text stands in the source as it is.
    let cases: &[(&str, &str, bool, bool, bool)] = &[
        ("a", "a", false, false, true),
        ("'a b'", "a b", false, true, true),
        ("\"a b\"", "a b", false, true, true),
        ("\"a \\\" \\n\"", "a \" \\n", false, true, false),
        ("a\\ b", "a b", false, true, false),
        ("a'b'\"c\"", "abc", false, true, false),
        ("$a/b", "$a/b", true, false, true),
        ("\"${A:-x y}\"", "${A:-x y}", true, true, true),
        ("'$a'", "$a", false, true, true),
        ("$'a\\tb\\x41\\u00e9\\101'", "a\tbAéA", false, true, false),
        ("${{ 'a b' && '}}' }}/x", "${{ 'a b' && '}}' }}/x", true, false, true),
        ("'${{ x }}'", "${{ x }}", true, true, true),
        ("$(( 1 + 2 ))", "$(( 1 + 2 ))", true, false, true),
        ("a\\\nb", "ab", false, false, false),
        ("ünï", "ünï", false, false, true),
        ("''", "", false, true, false),
        ("a#b", "a#b", false, false, true),
        ("$", "$", false, false, true),
    ];
    for (source, text, dynamic, quoted, stands) in cases {
        let script = format!("echo {source}");
        let parsed = parse(&script);
        let word = parsed.commands.first().unwrap().words.last().unwrap();
        assert_eq!((word.text.as_str(), word.dynamic, word.quoted), (*text, *dynamic, *quoted), "{source}");
        assert_eq!(script.get(word.span.range()), Some(*source));
        assert_eq!(word.text_offset.is_some(), *stands, "{source}");
        if let Some(offset) = word.text_offset {
            assert_eq!(script.get(offset..offset + text.len()), Some(*text));
        }
    }
}

#[test]
fn assignments_and_redirections_are_told_from_words() {
    let parsed = parse("A=1 B+='x y' C[0]=$z D=(p q) env E=5 2>&1 {fd}<in >>\"o ut\" 3<<<w");
    let command = parsed.commands.first().unwrap();
    let assigned: Vec<_> = command.assignments.iter().map(|a| (a.name.as_str(), a.value.text.as_str())).collect();
    assert_eq!(assigned, [("A", "1"), ("B", "x y"), ("C[0]", "$z"), ("D", "(p q)")]);
    assert_eq!(command.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["env", "E=5"]);
    let redirects: Vec<_> =
        command.redirects.iter().map(|r| (r.descriptor.as_deref(), r.op, r.target.text.as_str())).collect();
    let expected = [(Some("2"), ">&", "1"), (Some("{fd}"), "<", "in"), (None, ">>", "o ut"), (Some("3"), "<<<", "w")];
    assert_eq!(redirects, expected);
    assert!(parse("'A'=1").commands.first().unwrap().assignments.is_empty());
}

#[test]
fn here_documents_have_their_body_and_only_that() {
    let script = "cat <<A <<-'B' | x\none\nA\n\ttwo\n\tB\nwhile a; do b; done <<C\nthree\nC\nd";
    let parsed = parse(script);
    assert_eq!(parsed.problems, []);
    let redirects = parsed.commands.iter().flat_map(|c| &c.redirects);
    let redirects = redirects.chain(parsed.constructs.iter().flat_map(|c| &c.redirects));
    let bodies: Vec<_> = redirects.filter_map(|r| script.get(r.heredoc?.range())).collect();
    assert_eq!(bodies, ["one\n", "\ttwo\n", "three\n"]);
}

#[test]
fn a_command_knows_the_constructs_around_it() {
    use ScopeKind as K;
    let script = "until curl x; do (sleep 1); done\nf() { if a; then b; else c; fi; }\ncase x in p|q) d;; esac\n\
                  echo \"$(e)\" <(g)";
    let parsed = parse(script);
    let around = |name: &str| {
        let command = parsed.commands.iter().find(|c| c.name() == Some(name)).unwrap();
        parsed.enclosing(command.scope).map(|s| s.kind.clone()).collect::<Vec<_>>()
    };
    assert_eq!(around("curl"), [K::LoopCondition, K::Script]);
    assert_eq!(around("sleep"), [K::Subshell, K::LoopBody, K::Script]);
    assert_eq!(around("a"), [K::IfCondition, K::Group, K::Function("f".into()), K::Script]);
    assert_eq!(around("c"), [K::ElseBody, K::Group, K::Function("f".into()), K::Script]);
    assert_eq!(around("d"), [K::CaseArm(vec!["p".into(), "q".into()]), K::Script]);
    assert_eq!(around("e"), [K::CommandSubstitution, K::Script]);
    assert_eq!(around("g"), [K::ProcessSubstitution, K::Script]);
}

#[test]
fn a_polling_loop_is_one_that_waits_for_something() {
    let cases = [
        ("until curl x; do sleep 1; done", true),
        ("while ! nc -z h 1; do sleep 1; done", true),
        ("until [ -f x ]; do sleep 1; done", true),
        ("while true; do sleep 1; done", false),
        ("while :; do curl x && break; sleep 1; done", true),
        ("while true; do if curl x; then break; fi; sleep 1; done", true),
        ("for i in 1 2 3; do sleep 1; done", false),
        ("for i in $(seq 30); do curl x && exit 0; sleep 1; done", true),
        ("for i in $(seq 30); do until a; do b; done; sleep 1; done", false),
        ("sleep 1; until a; do b; done", false),
        ("until a; do f() { sleep 1; }; done", false),
    ];
    for (script, polls) in cases {
        let parsed = parse(script);
        let sleep = parsed.commands.iter().position(|c| c.name() == Some("sleep")).unwrap();
        assert_eq!(parsed.polling_loop(sleep).is_some(), polls, "{script}");
    }
}

#[test]
fn neighbours_and_pipelines_are_known() {
    use Operator as O;
    let parsed = parse("! a | b |& c && d || e; f & g\nh");
    let links: Vec<_> = parsed.commands.iter().map(|c| (c.link.position, c.link.before, c.link.after)).collect();
    let expected = [
        (0, None, Some(O::Pipe)),
        (1, Some(O::Pipe), Some(O::PipeBoth)),
        (2, Some(O::PipeBoth), Some(O::And)),
        (0, Some(O::And), Some(O::Or)),
        (0, Some(O::Or), Some(O::Semicolon)),
        (0, Some(O::Semicolon), Some(O::Background)),
        (0, Some(O::Background), Some(O::Newline)),
        (0, Some(O::Newline), None),
    ];
    assert_eq!(links, expected);
    let first = parsed.pipeline(parsed.commands.first().unwrap().link).unwrap();
    assert_eq!((first.members.len(), first.negated, first.after), (3, true, Some(O::And)));
    let next = parsed.next_pipeline(0).unwrap();
    assert_eq!(parsed.pipelines.get(next).unwrap().members, [Node::Command(3)]);
    assert_eq!(parsed.next_pipeline(parsed.pipelines.len() - 1), None);
}

#[test]
fn options_are_followed_to_the_command() {
    let cases = [
        ("x", None, None),
        ("set -e; x", Some(true), None),
        ("set -euo pipefail\nx", Some(true), Some(true)),
        ("set -eo pipefail; set +e; x", Some(false), Some(true)),
        ("set -o errexit -o pipefail; set +o pipefail; x", Some(true), Some(false)),
        ("set -- -e; x", None, None),
        ("(set -e); x", None, None),
        ("set -e; (set +e; x)", Some(false), None),
        ("set -e; y=$(set +e); x", Some(true), None),
        ("f() { set -e; }; x", None, None),
        ("if a; then set -e; fi; x", Some(true), None),
        ("shopt -so pipefail; x", None, Some(true)),
        ("echo set -e; x", None, None),
    ];
    for (script, errexit, pipefail) in cases {
        let parsed = parse(script);
        let x = parsed.commands.iter().position(|c| c.name() == Some("x")).unwrap();
        assert_eq!(parsed.options_at(x), ShellOptions { errexit, pipefail }, "{script}");
    }
    let started = ShellOptions::from_arguments(["--noprofile", "--norc", "-eo", "pipefail", "{0}"]);
    assert_eq!(started, ShellOptions { errexit: Some(true), pipefail: Some(true) });
}

#[test]
fn the_fate_of_a_failing_command() {
    use Fate::{Kept, Lost, Tested, Unknown};
    // Script (the command is `t`), fate under plain `sh`, fate under `sh -e`.
    let cases = [
        ("t", Kept, Kept),
        ("t; x", Lost(Loss::Unchecked), Kept),
        ("t && x", Kept, Kept),
        ("t && x; y", Lost(Loss::Unchecked), Lost(Loss::Unchecked)),
        ("x && t; y", Lost(Loss::Unchecked), Kept),
        ("t || true", Lost(Loss::Replaced(1)), Lost(Loss::Replaced(1))),
        ("t || echo failed; x", Lost(Loss::Replaced(1)), Lost(Loss::Replaced(1))),
        ("t || exit 0", Lost(Loss::Exited(1)), Lost(Loss::Exited(1))),
        ("t || exit 1; x", Kept, Kept),
        ("t || exit; x", Kept, Kept),
        ("t || echo no && exit 1", Kept, Kept),
        ("t || { echo no; exit 1; }; x", Kept, Kept),
        ("t || { echo no; }; x", Lost(Loss::Replaced(1)), Lost(Loss::Replaced(1))),
        ("t || (exit 0); x", Lost(Loss::Replaced(1)), Lost(Loss::Replaced(1))),
        ("t || rc=$?; x", Tested, Tested),
        ("t || retry", Unknown, Unknown),
        ("t; rc=$?; exit $rc", Tested, Kept),
        ("t; exit 0", Lost(Loss::Exited(1)), Kept),
        ("t; exit 1", Kept, Kept),
        ("t | tee log", Lost(Loss::Piped), Lost(Loss::Piped)),
        ("set -o pipefail; t | tee log", Kept, Kept),
        ("t | tee log; exit ${PIPESTATUS[0]}", Tested, Tested),
        ("x | t", Kept, Kept),
        ("t & x", Lost(Loss::Background), Lost(Loss::Background)),
        ("t & wait", Tested, Tested),
        ("set +e; t; x", Lost(Loss::Unchecked), Lost(Loss::Unchecked)),
        ("if t; then x; fi", Tested, Tested),
        ("! t", Tested, Tested),
        ("until t; do x; done", Tested, Tested),
        ("if a; then t; x; fi; y", Lost(Loss::Unchecked), Kept),
        ("if a; then t; fi", Kept, Kept),
        ("for i in a b; do t; done", Lost(Loss::Unchecked), Kept),
        ("while true; do t && break; done", Tested, Tested),
        ("{ t; x; } || true", Lost(Loss::Unchecked), Lost(Loss::Unchecked)),
        ("{ x; t; } || true", Lost(Loss::Replaced(2)), Lost(Loss::Replaced(2))),
        ("{ t || exit 1; } || true", Kept, Kept),
        ("( t || exit 1 ) || true", Lost(Loss::Replaced(2)), Lost(Loss::Replaced(2))),
        ("(t); x", Lost(Loss::Unchecked), Kept),
        ("(t; x) | tee", Lost(Loss::Unchecked), Lost(Loss::Piped)),
        ("{ t; } 2>&1 | tee", Lost(Loss::Piped), Lost(Loss::Piped)),
        ("y=$(t)", Kept, Kept),
        ("y=$(t); x", Lost(Loss::Unchecked), Kept),
        ("echo $(t)", Lost(Loss::Substituted), Lost(Loss::Substituted)),
        ("local y=$(t); x", Lost(Loss::Substituted), Lost(Loss::Substituted)),
        ("f() { t; }; f || true", Lost(Loss::Replaced(2)), Lost(Loss::Replaced(2))),
        ("f() { t; }; f; f", Unknown, Unknown),
    ];
    let errexit = ShellOptions { errexit: Some(true), pipefail: None };
    for (script, plain, strict) in cases {
        let parsed = parse(script);
        assert_eq!(parsed.problems, [], "{script}");
        let t = parsed.commands.iter().position(|c| c.name() == Some("t")).unwrap();
        assert_eq!(parsed.fate(t, ShellOptions::default()), plain, "sh: {script}");
        assert_eq!(parsed.fate(t, errexit), strict, "sh -e: {script}");
    }
}

#[test]
fn scripts_in_arguments_are_read_with_places() {
    let script = "sudo bash -euo pipefail -c 'pytest -q; sh -c \"a b\"' x && sh -c \"c \\\"d\\\"\"; bash run.sh -c; eval \"e f\"";
    let deep = parse(script).commands_deep(4);
    let found: Vec<_> = deep
        .iter()
        .map(|d| (d.command.name().unwrap(), d.depth, d.host, script.get(d.command.span.range()).unwrap()))
        .collect();
    let host = "sudo bash -euo pipefail -c 'pytest -q; sh -c \"a b\"' x";
    let expected = [
        ("bash", 0, 0, host),
        ("pytest", 1, 0, "pytest -q"),
        ("sh", 1, 0, "sh -c \"a b\""),
        ("a", 2, 0, "a b"),
        ("sh", 0, 1, "sh -c \"c \\\"d\\\"\""),
        ("c", 1, 1, "\"c \\\"d\\\"\""),
        ("bash", 0, 2, "bash run.sh -c"),
        ("eval", 0, 3, "eval \"e f\""),
        ("e", 1, 3, "e f"),
    ];
    assert_eq!(found, expected);
    assert_eq!(parse(script).commands_deep(0).len(), 4);
}

#[test]
fn words_without_a_shell_make_one_command() {
    let words = ["sh", "-c", "pytest | tee"].map(|w| (w.to_owned(), Span::between(0, 1)));
    let script = Script::from_exec(words);
    assert_eq!(
        script.commands_deep(1).iter().filter_map(|d| d.command.name()).collect::<Vec<_>>(),
        ["sh", "pytest", "tee"]
    );
    assert_eq!(script.fate(0, ShellOptions::default()), Fate::Kept);
    assert_eq!(Script::from_exec([]).commands, []);
}

#[test]
fn broken_text_is_reported_and_what_stands_before_it_kept() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("a; echo 'b", &["a", "echo"], "single quote"),
        ("a; echo \"b", &["a", "echo"], "double quote"),
        ("a; echo `b", &["a", "echo", "b"], "backtick"),
        ("a; echo $(b", &["a", "echo", "b"], "substitution"),
        ("a; echo ${b", &["a", "echo"], "`${`"),
        ("a; if b; then c", &["a", "b", "c"], "`if` has no `fi`"),
        ("while a; do b", &["a", "b"], "`while` has no `done`"),
        ("while a; b; done; c", &["a", "b", "c"], "`while` has no `do`"),
        ("a; (b", &["a", "b"], "subshell"),
        ("{ a; ", &["a"], "`{` has no `}`"),
        ("case x in a) b", &["b"], "`case` has no `esac`"),
        ("case x in a b) c;; esac; d", &["b", "c", "d"], "pattern"),
        ("a; done; b", &["a", "b"], "`done` has nothing"),
        ("a ) b", &["a", "b"], "`)` has nothing"),
        ("a; && b", &["a", "b"], "has nothing"),
        ("a &&", &["a"], "nothing follows `&&`"),
        ("a |", &["a"], "nothing follows `|`"),
        ("a >", &["a"], "nothing follows `>`"),
        ("cat <<EOF\nx", &["cat"], "no closing line `EOF`"),
        ("a [[ b\n[[ c", &["a", "[["], "no `]]`"),
        ("a=(b", &[], "array"),
        ("f()", &[], "no body"),
        ("((${{ ))é", &["(("], "`((` is never closed"),
        ("if x; then (y; fi; z", &["x", "y", "z"], "subshell"),
        ("echo ${{ a", &["echo"], "`${`"),
    ];
    for (script, expected, message) in cases {
        assert_eq!(names(script), *expected, "{script}");
        let problems = parse(script).problems;
        assert!(problems.iter().any(|p| p.message.contains(message)), "{script}: {problems:?}");
    }
}

#[test]
fn hostile_text_is_read_within_the_limits() {
    let units = [
        "(",
        "$(",
        "((",
        "$((",
        "'",
        "\"",
        "\"$(",
        "`",
        "`\\",
        "<<A ",
        "<<A\n",
        "${",
        "${{",
        "${{ ' ",
        "a=(",
        "{ ",
        "if ",
        "case x in ",
        "case ",
        "f() ",
        "function f ",
        "! ",
        "time ",
        "coproc ",
        "a|",
        "a&&",
        ";",
        "&",
        "|",
        "\\",
        "\\\n",
        "[[ ",
        "$'",
        "$'\\",
        "@(",
        "x@(",
        "<(",
        ">",
        "2>",
        "{a}>",
        "#",
        "# '\n",
        "$(( # ' \n ) )",
        "\u{e9}",
        "\0",
        "for ",
        "while ",
        "sh -c ",
        "x=",
        "$((a #'\"\n)) ",
        "env ",
        "sudo -u ",
    ];
    for unit in units {
        let script = unit.repeat(1_000_000 / unit.len());
        let parsed = parse(&script);
        assert!(parsed.problems.len() <= 100, "{unit:?}");
        assert!(parsed.commands.len() + parsed.constructs.len() <= MAX_COMMANDS, "{unit:?}");
        for command in [0, parsed.commands.len() / 2] {
            parsed.fate(command, ShellOptions::default());
            parsed.polling_loop(command);
        }
    }
    let deep = format!("a; {}b", "(".repeat(MAX_NESTING + 1));
    let parsed = parse(&deep);
    assert_eq!(parsed.commands.first().unwrap().name(), Some("a"));
    assert!(matches!(parsed.problems.as_slice(), [p] if p.message.contains("too deep")), "{:?}", parsed.problems);
    assert_eq!(parse(&format!("{}b{}", "(".repeat(MAX_NESTING - 1), ")".repeat(MAX_NESTING - 1))).problems, []);
}
