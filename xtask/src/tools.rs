//! Finds the tools that the tasks need and installs what is missing, one line for each thing it installs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{command, find, output, run};
use crate::{Outcome, root};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const WASM_PACK: &str = "0.15.1";
/// Older ones refuse what rustc emits since 1.87 (bulk memory, sign extension), Debian's among them.
const BINARYEN: &str = "132.0.0";
/// What the benchmark compares with.
pub(crate) const JUNITPARSER: &str = "5.0.3";
pub(crate) const TEST_RESULTS_PARSER: &str = "0.6.1";
pub(crate) const PYCOBERTURA: &str = "4.1.0";

/// The folder that installed tools are kept in, shared by all checkouts.
fn cache() -> Outcome<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("TOLLGATE_TOOLS")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("tollgate/tools")))
        .or_else(|| Some(variable("HOME")?.join(".cache/tollgate/tools")))
        .ok_or_else(|| "no folder for tools: set HOME or TOLLGATE_TOOLS".to_owned())
}

/// `rustfmt` or `clippy`, which cargo calls by another name than rustup.
pub(crate) fn component(name: &str, subcommand: &str) -> Outcome {
    if output(Command::new("cargo").args([subcommand, "--version"])).is_some() {
        return Ok(());
    }
    rustup(&["component", "add", name], &format!("the component {name}"), &format!("`cargo {subcommand}` needs it"))
}

/// The standard library for the page's target, wherever the toolchain comes from.
pub(crate) fn wasm_target() -> Outcome {
    let library = output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]));
    let present = library.is_some_and(|folder| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()));
    if present {
        return Ok(());
    }
    rustup(&["target", "add", WASM_TARGET], &format!("the target {WASM_TARGET}"), "the page is compiled for it")
}

fn rustup(arguments: &[&str], what: &str, why: &str) -> Outcome {
    if find("rustup").is_none() {
        return Err(format!(
            "{what} is missing ({why}), and there is no rustup to install it; add it with your system's packages, or \
             install rustup and run\n    rustup {}",
            arguments.join(" ")
        ));
    }
    println!("installing {what} with rustup");
    run(Command::new("rustup").args(arguments))
}

/// The folders with `wasm-pack`, `wasm-bindgen` and `wasm-opt`, to be put on `PATH`.
pub(crate) fn wasm_tools() -> Outcome<Vec<PathBuf>> {
    let lock = root().join("Cargo.lock");
    let text = fs::read_to_string(&lock).map_err(|error| format!("cannot read {}: {error}", lock.display()))?;
    let wasm_bindgen = locked_version(&text, "wasm-bindgen").ok_or("Cargo.lock names no version of wasm-bindgen")?;
    Ok(vec![
        // Without default features: they bring a TLS stack that only its test runner uses. Not `--locked`: its lock
        // file asks for versions that not every registry mirror has.
        cargo_tool("wasm-bindgen", "wasm-bindgen-cli", wasm_bindgen, &["--no-default-features"], 3)?,
        cargo_tool("wasm-pack", "wasm-pack", WASM_PACK, &[], 2)?,
        wasm_opt()?,
    ])
}

/// The version of a package in the text of a `Cargo.lock`.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let value = |line: &'a str, key| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"');
    let mut lines = lock.lines();
    lines.find(|line| value(line, "name") == Some(package))?;
    value(lines.next()?, "version")
}

/// The folder of a tool's program at exactly this version: from the cache, from `PATH`, or installed into the cache.
fn cargo_tool(program: &str, package: &str, version: &str, options: &[&str], minutes: u32) -> Outcome<PathBuf> {
    let place = cache()?.join(format!("{program}-{version}"));
    let folder = place.join("bin");
    if is_version(&folder.join(program), program, version) {
        return Ok(folder);
    }
    if let Some(found) = find(program).filter(|found| is_version(found, program, version)) {
        return Ok(found.parent().unwrap_or(&found).to_owned());
    }
    println!("installing {program} {version} into {} (about {minutes} minutes, once)", place.display());
    run(Command::new("cargo")
        .args(["install", package, "--version", version, "--bin", program, "--force", "--root"])
        .arg(&place)
        .args(options))
    .map_err(|error| format!("{program} {version} is needed to build the page and could not be installed: {error}"))?;
    if is_version(&folder.join(program), program, version) {
        return Ok(folder);
    }
    Err(format!("{} was installed but does not say that it is {version}", folder.join(program).display()))
}

fn is_version(path: &Path, program: &str, version: &str) -> bool {
    output(Command::new(path).arg("--version")).is_some_and(|text| text == format!("{program} {version}"))
}

fn wasm_opt() -> Outcome<PathBuf> {
    let place = cache()?.join(format!("binaryen-{BINARYEN}"));
    let folder = place.join("node_modules/.bin");
    // It names only the release: "wasm-opt version 132 (version_132)".
    let release = BINARYEN.split('.').next().unwrap_or(BINARYEN);
    let is_ours = || {
        output(Command::new(folder.join("wasm-opt")).arg("--version"))
            .is_some_and(|text| text.starts_with(&format!("wasm-opt version {release} ")))
    };
    if is_ours() {
        return Ok(folder);
    }
    npm("wasm-opt, which makes the page small, comes as an npm package")?;
    println!("installing wasm-opt (binaryen {BINARYEN}) into {}", place.display());
    fs::create_dir_all(&place).map_err(|error| format!("cannot make {}: {error}", place.display()))?;
    run(Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&place)
        .arg(format!("binaryen@{BINARYEN}")))?;
    if is_ours() {
        return Ok(folder);
    }
    Err(format!("{} was installed but does not run as release {release}", folder.join("wasm-opt").display()))
}

fn npm(why: &str) -> Outcome {
    if find("node").is_some() && find("npm").is_some() {
        return Ok(());
    }
    Err(format!("Node.js with npm is missing ({why}); install Node.js 20 or newer, then run this again"))
}

/// The packages of the page tests, as their lock file says.
pub(crate) fn page_packages() -> Outcome {
    let folder = root().join("tests/page");
    npm("the page tests drive a browser with Playwright")?;
    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(|error| format!("cannot read {}: {error}", lock.display()))?;
    let stamp = folder.join("node_modules/.installed-from");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing the page tests' packages into tests/page/node_modules");
    run(command("npm", &folder).arg("ci").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))
}

/// The browser of the page tests.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    if let Some(chosen) = std::env::var_os("TOLLGATE_CHROMIUM").filter(|value| !value.is_empty()) {
        let chosen = PathBuf::from(chosen);
        return if chosen.is_file() {
            Ok(chosen)
        } else {
            Err(format!("TOLLGATE_CHROMIUM names {}, which is no file", chosen.display()))
        };
    }
    let search =
        || ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].into_iter().find_map(find);
    if let Some(found) = search() {
        return Ok(found);
    }
    let missing = "no Chromium is on PATH, and the page tests run in one; install Chromium or Chrome, or name one in \
                   TOLLGATE_CHROMIUM; on Debian and Ubuntu\n    sudo apt-get install chromium";
    if !apt_get("chromium")? {
        return Err(missing.to_owned());
    }
    search().ok_or_else(|| missing.to_owned())
}

/// jq, with which the scripts of the GitHub Action read the report, as runners have it.
pub(crate) fn jq() -> Outcome {
    if find("jq").is_none() && !apt_get("jq")? {
        return Err("the tests of the action need jq; on Debian and Ubuntu\n    sudo apt-get install jq".to_owned());
    }
    Ok(())
}

/// Installs a package of Debian or Ubuntu; `false` where that is not possible.
fn apt_get(package: &str) -> Outcome<bool> {
    let is_root = output(Command::new("id").arg("-u")).is_some_and(|user| user == "0");
    if !is_root || find("apt-get").is_none() {
        return Ok(false);
    }
    println!("installing {package} with apt-get");
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends", package])
        .env("DEBIAN_FRONTEND", "noninteractive"))?;
    Ok(true)
}

/// A Python with the packages that the benchmark compares with, in an environment of its own.
pub(crate) fn python_readers() -> Outcome<PathBuf> {
    let packages = [
        format!("junitparser=={JUNITPARSER}"),
        format!("test-results-parser=={TEST_RESULTS_PARSER}"),
        format!("pycobertura=={PYCOBERTURA}"),
    ];
    let place = cache()?.join("readers");
    let python = place.join("bin/python");
    let stamp = place.join(".installed");
    let wanted = packages.join(" ");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && python.is_file() {
        return Ok(python);
    }
    if find("python3").is_none() {
        return Err("python3 is missing; they are Python packages".to_owned());
    }
    println!("installing {wanted} into {}", place.display());
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(&packages))?;
    fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(python)
}

/// `lcov`, which the benchmark compares with.
pub(crate) fn lcov() -> Outcome<PathBuf> {
    if find("lcov").is_none() {
        apt_get("lcov")?;
    }
    find("lcov").ok_or_else(|| "it is not on PATH; on Debian and Ubuntu\n    sudo apt-get install lcov".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_the_packages_own() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\ndependencies = [\n \"wasm-bindgen\",\n]\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }

    #[test]
    fn a_tool_is_trusted_only_at_its_exact_version() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("tool");
        fs::write(&program, "#!/bin/sh\necho tool 1.2.30\n").unwrap();
        assert!(!is_version(&program, "tool", "1.2.30"), "not executable");
        run(Command::new("chmod").arg("+x").arg(&program)).unwrap();
        assert!(is_version(&program, "tool", "1.2.30"));
        assert!(!is_version(&program, "tool", "1.2.3"));
    }
}
