use super::{Change, Diff, parse};

fn added(diff: &Diff) -> Vec<(&str, &[(u32, u32)])> {
    diff.files.iter().map(|file| (file.path.as_str(), file.added.as_slice())).collect()
}

fn read(text: &str) -> Diff {
    let parsed = parse(text);
    assert_eq!(parsed.problems, [], "{text}");
    parsed.document.unwrap()
}

#[test]
fn added_lines_have_their_numbers_after_the_change() {
    let text = "diff --git a/src/a.py b/src/a.py\nindex 1..2 100644\n--- a/src/a.py\n+++ b/src/a.py\n\
        @@ -1,3 +1,4 @@ def f():\n one\n-two\n+TWO\n+2.5\n three\n@@ -10 +11 @@\n-ten\n+TEN\n\\ No newline at end of file\n\
        diff --git a/b.py b/b.py\n--- a/b.py\n+++ b/b.py\n@@ -4,2 +3,0 @@\n-x\n-y\n";
    let diff = read(text);
    assert_eq!(added(&diff), [("src/a.py", &[(2, 3), (11, 11)][..]), ("b.py", &[][..])]);
    assert_eq!(text.get(diff.files[0].span.range()), Some("+++ b/src/a.py"));
    assert_eq!(diff.files[0].lines(), 3);
    for other in [text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        assert_eq!(added(&read(&other)), added(&diff));
    }
}

#[test]
fn names_are_those_after_the_change() {
    let hunk = "@@ -0,0 +1 @@\n+x\n";
    for (head, expected) in [
        ("--- a/x.py\n+++ b/x.py\n", "x.py"),
        ("--- /dev/null\n+++ b/x.py\n", "x.py"),
        ("--- x.py\t2026-01-01 00:00:00\n+++ x.py\t2026-01-02 00:00:00\n", "x.py"),
        ("--- b/x.py\n+++ b/x.py\n", "b/x.py"),
        ("diff --git b/x.py b/x.py\n--- b/x.py\n+++ b/x.py\n", "b/x.py"),
        ("diff --git a/my file.py b/my file.py\n--- a/my file.py\t\n+++ b/my file.py\t\n", "my file.py"),
        (
            "diff --git \"a/\\303\\244 \\\"q\\\".py\" \"b/\\303\\244 \\\"q\\\".py\"\n--- \"a/\\303\\244 \\\"q\\\".py\"\n+++ \"b/\\303\\244 \\\"q\\\".py\"\n",
            "ä \"q\".py",
        ),
        ("--- \"a/\\303\\244.py\"\n+++ \"b/\\303\\244.py\"\n", "ä.py"),
        (
            "diff --git a/old.py b/new.py\nsimilarity index 90%\nrename from old.py\nrename to new.py\n--- a/old.py\n+++ b/new.py\n",
            "new.py",
        ),
        ("diff --git i/x.py w/x.py\n--- i/x.py\n+++ w/x.py\n", "w/x.py"),
    ] {
        let diff = read(&format!("{head}{hunk}"));
        assert_eq!(added(&diff), [(expected, &[(1, 1)][..])], "{head}");
    }
}

#[test]
fn files_without_hunks_are_changed_too() {
    let text = "diff --git a/old name.py b/new name.py\nsimilarity index 100%\nrename from old name.py\nrename to new name.py\n\
        diff --git a/logo.png b/logo.png\nindex 1..2 100644\nBinary files a/logo.png and b/logo.png differ\n\
        diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n\
        diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
        diff --git a/empty b/empty\ndeleted file mode 100644\nindex 1..0\n";
    let changes: Vec<_> = read(text).files.into_iter().map(|file| (file.path, file.change)).collect();
    let expected = [
        ("new name.py", Change::Text),
        ("logo.png", Change::Binary),
        ("run.sh", Change::Text),
        ("gone.py", Change::Deleted),
        ("empty", Change::Deleted),
    ];
    assert_eq!(changes, expected.map(|(path, change)| (path.to_owned(), change)));
}

#[test]
fn lines_that_look_like_headers_are_lines_inside_a_hunk() {
    let text = "--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,4 @@\n--- an old comment\n+++ b/y\n+@@ -1 +1 @@\n \n+-- \n--- a/z\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n-- \n2.40.0\n";
    let parsed = parse(text);
    assert_eq!(parsed.problems, [], "{parsed:?}");
    assert_eq!(added(&parsed.document.unwrap()), [("x.sql", &[(1, 2), (4, 4)][..]), ("z", &[(1, 1)][..])][..]);
}

#[test]
fn mails_and_several_commits_are_read_through() {
    let text = "From 1234 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] x\n\n---\n a.py | 2 +-\n\n\
        diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n-- \n2.40.0\n\n";
    assert_eq!(added(&read(text)), [("a.py", &[(1, 1)][..])]);
}

#[test]
fn a_series_of_commits_is_no_diff_of_one_change() {
    let one = "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n";
    let parsed = parse(&one.repeat(2));
    assert_eq!(parsed.document.unwrap().files.len(), 2);
    assert!(parsed.problems[0].message.contains("a second time"), "{:?}", parsed.problems);
}

#[test]
fn what_breaks_off_is_told_and_the_rest_is_kept() {
    for (text, expected, said) in [
        ("--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n+b\n", vec![(2, 2)], "1 old and 1 new lines"),
        ("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n+a\ndiff --git a/y b/y\n", vec![(1, 1)], "2 old and 1 new lines"),
        ("--- a/x\n+++ b/x\n@@ -1,x +1 @@\n+a\n", vec![], "line numbers cannot be read"),
        ("--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n--- a/y\n", vec![(1, 1)], "ends within the head"),
    ] {
        let parsed = parse(text);
        assert_eq!(parsed.document.unwrap().files[0].added, expected, "{text}");
        assert!(parsed.problems[0].message.contains(said), "{text}: {:?}", parsed.problems);
        assert!(text.get(parsed.problems[0].span.range()).is_some());
    }
}

#[test]
fn combined_diffs_and_other_texts_are_refused() {
    let combined = "diff --cc a.py\nindex 1,2..3\n--- a/a.py\n+++ b/a.py\n@@@ -1,1 -1,1 +1,2 @@@\n  a\n++b\n";
    for (text, said) in [(combined, "combined diff"), ("hello\n", "names no file")] {
        let parsed = parse(text);
        assert_eq!(parsed.document, None);
        assert!(parsed.problems[0].message.contains(said), "{:?}", parsed.problems);
    }
    assert_eq!(parse("").document, Some(Diff::default()), "a change without lines is a change");
    let after = parse(&format!("{combined}diff --git a/b b/b\n--- a/b\n+++ b/b\n@@ -0,0 +1 @@\n+x\n"));
    assert_eq!(added(&after.document.unwrap()), [("b", &[(1, 1)][..])]);
}

#[test]
fn numbers_at_the_end_of_their_range_do_no_harm() {
    let parsed = parse("--- a/x\n+++ b/x\n@@ -0,0 +4294967295,4294967295 @@\n+a\n+b\n+c\n");
    assert_eq!(parsed.document.unwrap().files[0].added, [(u32::MAX, u32::MAX)]);
    assert_eq!(parsed.problems.len(), 1);
}
