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
