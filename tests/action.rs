//! The steps of the GitHub Action, run as a runner runs them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the scripts of the action are processes over files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A runner's temporary folder, its files for outputs and the summary, and a `PATH` with or without our binary.
struct Runner {
    temp: tempfile::TempDir,
    installed: bool,
}

impl Runner {
    fn new(installed: bool) -> Self {
        let temp = tempfile::tempdir().unwrap();
        for file in ["output", "summary", "path"] {
            fs::write(temp.path().join(file), "").unwrap();
        }
        Self { temp, installed }
    }

    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        let file = |name: &str| self.temp.path().join(name);
        let path = std::env::var("PATH").unwrap();
        let binary = Path::new(env!("CARGO_BIN_EXE_tollgate")).parent().unwrap().display().to_string();
        let path = if self.installed { format!("{binary}:{path}") } else { path };
        Command::new("bash")
            .arg(root().join("scripts/action").join(script))
            .current_dir(root().join("samples/shop"))
            .env("PATH", path)
            .env("RUNNER_TEMP", self.temp.path())
            .env("GITHUB_OUTPUT", file("output"))
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .env("GITHUB_PATH", file("path"))
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.temp.path().join(name)).unwrap()
    }

    fn outputs(&self) -> BTreeMap<String, String> {
        let lines = self.read("output");
        lines.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    }
}

#[test]
fn check_judges_keeps_every_report_and_leaves_the_verdict_to_the_last_step() {
    let runner = Runner::new(true);
    let done = runner
        .run("check.sh", &[("TOLLGATE_EVIDENCE", "reports\n"), ("TOLLGATE_PATHS", ".github compose.yml\nDockerfile")]);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{told}");
    let outputs = runner.outputs();
    assert_eq!((outputs["code"].as_str(), outputs["verdict"].as_str()), ("1", "fail"), "{told}");
    assert_eq!(outputs["tests"], "21");
    assert!(outputs["coverage"].parse::<f64>().is_ok() && outputs["errors"].parse::<u32>().unwrap() > 0, "{outputs:?}");
    for name in ["report.json", "report.sarif", "report.html"] {
        assert!(runner.temp.path().join("tollgate").join(name).is_file(), "{name}");
    }
    assert!(Path::new(&outputs["report"]).is_file() && Path::new(&outputs["sarif"]).is_file());
    assert!(String::from_utf8_lossy(&done.stdout).contains("::error "), "annotations are printed");
    assert!(runner.read("summary").contains("fail"), "the summary says the verdict");
}

#[test]
fn check_with_a_wrong_policy_gives_the_code_of_wrong_use_and_no_report() {
    let runner = Runner::new(true);
    let done = runner.run("check.sh", &[("TOLLGATE_POLICY", "no-such-pack")]);
    assert!(done.status.success());
    let outputs = runner.outputs();
    assert_eq!(outputs["code"], "2");
    assert!(!outputs.contains_key("report"));
    assert!(String::from_utf8_lossy(&done.stderr).contains("no-such-pack"));
}

#[test]
fn what_is_on_the_path_is_taken() {
    let runner = Runner::new(true);
    let done = runner.run("install.sh", &[("VERSION", "v0.1.0"), ("REPOSITORY", "acme/tollgate")]);
    assert!(done.status.success());
    assert_eq!(runner.read("path"), "");
}

#[test]
fn a_release_is_installed_when_its_checksum_fits_and_refused_when_not() {
    for (damaged, succeeds) in [(false, true), (true, false)] {
        let runner = Runner::new(false);
        let release = runner.temp.path().join("acme/tollgate/releases/download/v0.1.0");
        fs::create_dir_all(&release).unwrap();
        let target = match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", "aarch64") => "aarch64-unknown-linux-musl",
            ("linux", _) => "x86_64-unknown-linux-musl",
            _ => "aarch64-apple-darwin",
        };
        let pack = format!(
            "printf '#!/bin/sh\\necho tollgate\\n' > tollgate && chmod +x tollgate && tar -czf tollgate-{target}.tar.gz tollgate \
             && (sha256sum tollgate-{target}.tar.gz || shasum -a 256 tollgate-{target}.tar.gz) > SHA256SUMS && rm tollgate"
        );
        assert!(Command::new("bash").args(["-c", &pack]).current_dir(&release).status().unwrap().success());
        if damaged {
            fs::write(release.join(format!("tollgate-{target}.tar.gz")), "something else").unwrap();
        }
        let server = format!("file://{}", runner.temp.path().display());
        let done = runner.run(
            "install.sh",
            &[("VERSION", "v0.1.0"), ("REPOSITORY", "acme/tollgate"), ("GITHUB_SERVER_URL", &server)],
        );
        let told = String::from_utf8_lossy(&done.stdout).into_owned();
        assert_eq!(done.status.success(), succeeds, "{told}{}", String::from_utf8_lossy(&done.stderr));
        if succeeds {
            let folder = runner.read("path");
            assert!(Path::new(folder.trim()).join("tollgate").is_file(), "{folder}");
        } else {
            assert!(told.contains("SHA256SUMS"), "{told}");
            assert_eq!(runner.read("path"), "");
        }
    }
}
