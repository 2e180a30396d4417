//! `tollgate fix` from outside: what is written, what is left alone, and how it ends.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests run the program and stop at what they did not expect"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const CI: &str = ".github/workflows/ci.yml";
const POLICY: &str = "version: 1\nrules: { upload-lost-on-failure: error, upload-tolerates-missing: error, \
                      artifact-retention: error, job-without-timeout: warning, sleep-as-wait: error }\n";
const LOST: &str = "on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: pytest --junitxml=junit.xml   # écrit
      - uses: actions/upload-artifact@v4
        with:
          path: junit.xml";
const KEPT: &str = "on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: pytest --junitxml=junit.xml   # écrit
      - if: ${{ !cancelled() }}
        uses: actions/upload-artifact@v4
        with:
          path: junit.xml
          retention-days: 90
          if-no-files-found: error";

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn fix(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command.current_dir(folder).arg("fix").args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn read(root: &TempDir, path: &str) -> String {
    fs::read_to_string(root.path().join(path)).unwrap()
}

#[test]
fn a_dry_run_shows_the_diff_and_writes_nothing() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, LOST)]);
    let output = fix(root.path(), &["--dry-run"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert_eq!(read(&root, CI), LOST);
    let expected = "--- a/.github/workflows/ci.yml
+++ b/.github/workflows/ci.yml
@@ -4,6 +4,9 @@
     runs-on: ubuntu-24.04
     steps:
       - run: pytest --junitxml=junit.xml   # écrit
-      - uses: actions/upload-artifact@v4
+      - if: ${{ !cancelled() }}
+        uses: actions/upload-artifact@v4
         with:
-          path: junit.xml
\\ No newline at end of file
+          path: junit.xml
+          retention-days: 90
+          if-no-files-found: error
\\ No newline at end of file
";
    assert_eq!(out(&output), expected);
    assert_eq!(
        err(&output),
        "would fix 3 places in 1 file: artifact-retention (1), upload-lost-on-failure (1), upload-tolerates-missing (1)\n\
         with --unsafe, more can be fixed: job-without-timeout (1)\n"
    );
}

#[test]
fn files_are_fixed_once_and_keep_all_else() {
    for newline in ["\n", "\r\n"] {
        let root = tree(&[("tollgate.yml", POLICY), (CI, &LOST.replace('\n', newline)), ("b.yml", "a: 1")]);
        let output = fix(root.path(), &[]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert_eq!(read(&root, CI), KEPT.replace('\n', newline));
        let files: Vec<_> = fs::read_dir(root.path().join(".github/workflows")).unwrap().collect();
        assert_eq!(files.len(), 1, "nothing is left beside: {files:?}");
        let again = fix(root.path(), &[]);
        assert_eq!((again.status.code(), out(&again)), (Some(0), ""));
        assert!(err(&again).starts_with("nothing to fix\n"), "{}", err(&again));
        let others = fix(root.path(), &["--unsafe"]);
        assert_eq!(others.status.code(), Some(0), "{}", err(&others));
        let timed = KEPT.replace("    steps", "    timeout-minutes: 15\n    steps").replace('\n', newline);
        assert_eq!(read(&root, CI), timed);
    }
}

#[test]
fn wrong_use_and_what_is_missing_have_their_codes() {
    let root = tree(&[("tollgate.yml", POLICY), (CI, LOST), ("wrong.yml", "version: 2\n")]);
    for (args, code) in [
        (&["-"][..], 2),
        (&["--policy", "wrong.yml"], 2),
        (&["--frobnicate"], 2),
        (&["missing", "--policy", "tollgate.yml"], 3),
    ] {
        let output = fix(root.path(), args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", err(&output));
        assert_eq!(read(&root, CI), LOST);
    }
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_links_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let root = tree(&[("in/tollgate.yml", POLICY), (&format!("in/{CI}"), LOST), ("out/ci.yml", LOST)]);
    let folder = root.path().join("in");
    let (file, link) = (folder.join(CI), folder.join(".github/workflows/link.yml"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).unwrap();
    symlink(root.path().join("out/ci.yml"), &link).unwrap();
    let output = fix(&folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o750);
    assert_eq!((read(&root, &format!("in/{CI}")).as_str(), read(&root, "out/ci.yml").as_str()), (KEPT, LOST));

    let named = fix(&folder, &[".github/workflows/link.yml", "--policy", "tollgate.yml"]);
    assert_eq!(named.status.code(), Some(2), "{}", err(&named));
    assert_eq!(read(&root, "out/ci.yml"), LOST);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());

    fs::write(&file, LOST).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    let refused = fix(&folder, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!((out(&refused), read(&root, &format!("in/{CI}")).as_str()), ("", LOST));
    assert!(err(&refused).contains("not changed: it is read-only"), "{}", err(&refused));
}
