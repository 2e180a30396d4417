//! Builds the page into `dist/`: `index.html` at the root and everything it loads in one folder named after its
//! content, so that a cached old file never meets a new one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::process::{command, path_with, run};
use crate::{Outcome, root, tools};

/// A part of the page with a wasm file of its own, in the order in which they are fetched.
struct Part {
    name: &'static str,
    /// What it is for, in the words of the table.
    words: &'static str,
    profile: &'static str,
    arguments: &'static [&'static str],
    /// Bytes that its files may have together, gzipped.
    budget: usize,
}

/// Everything that no other part has is of the first one.
const PARTS: [Part; 3] = [
    // About two seconds on a line of 1.5 Mbit/s.
    Part {
        name: "page",
        words: "first load: the page, ready to take files",
        profile: "wasm",
        arguments: &["--features", "page"],
        budget: 350 * 1024,
    },
    // Compiled for time as well, so that it stays within twice the native time (`cargo xtask bench`).
    Part {
        name: "checker",
        words: "after it: the checker, for the worker",
        profile: "checker",
        arguments: &[],
        budget: 1375 * 1024,
    },
    Part {
        name: "views",
        words: "after that: the views that a report is not opened with",
        profile: "wasm",
        arguments: &["--features", "views"],
        budget: 350 * 1024,
    },
];

/// What `index.html` writes for the folder that is named at build time.
const PLACEHOLDER: &str = "./www/";

/// Path below a folder, with `/`, and content.
type Files = BTreeMap<String, Vec<u8>>;

/// Where the built page lies.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The folder of the built page that holds what was compiled.
pub(crate) fn package() -> Outcome<PathBuf> {
    let entries = fs::read_dir(dist()).into_iter().flatten().flatten();
    let mut packages = entries.map(|entry| entry.path().join("pkg")).filter(|package| package.is_dir());
    packages.next().ok_or_else(|| "dist/ holds no page; build it with\n    cargo xtask site".to_owned())
}

/// Compiles each part, lays the page out and holds it to its size.
pub(crate) fn build() -> Outcome {
    let root = root();
    tools::wasm_target()?;
    let path = path_with(&tools::wasm_tools()?)?;
    let index = read_text(&root.join("index.html"))?;
    let mut files = read_folder(&root.join("www"))?;
    for part in PARTS {
        let package = root.join("target/site").join(part.name);
        clear(&package)?;
        run(command("wasm-pack", &root)
            .env("PATH", &path)
            .args(["--log-level", "error", "build", "--mode", "no-install", "--no-pack", "--no-typescript"])
            .args(["--target", "web", "--profile", part.profile, "--out-name", part.name, "--out-dir"])
            .arg(&package)
            .args(part.arguments))?;
        let compiled = read_folder(&package)?.into_iter().filter(|(name, _)| is_loaded(Path::new(name)));
        files.extend(compiled.map(|(name, content)| (format!("pkg/{name}"), content)));
    }
    files.insert("samples.json".to_owned(), samples(&root.join("samples"))?);

    let site = lay_out(&index, files)?;
    write_site(&dist(), &site)?;
    hold_to_budgets(&site)
}

/// Whether the browser loads this product of wasm-pack; the rest is for package registries.
fn is_loaded(product: &Path) -> bool {
    product.extension().is_some_and(|extension| extension == "js" || extension == "wasm")
}

/// All files of the site, by their path below `dist/`.
fn lay_out(index: &str, files: Files) -> Outcome<Files> {
    if !index.contains(PLACEHOLDER) {
        return Err(format!("index.html loads nothing from {PLACEHOLDER}"));
    }
    let folder = content_name(&files);
    let index = index.replace(PLACEHOLDER, &format!("./{folder}/"));
    let mut site: Files = files.into_iter().map(|(name, content)| (format!("{folder}/{name}"), content)).collect();
    site.insert("index.html".to_owned(), index.into_bytes());
    // Pages would hand the files to Jekyll otherwise, which drops some.
    site.insert(".nojekyll".to_owned(), Vec::new());
    Ok(site)
}

/// Twelve hexadecimal digits over names and contents; the lengths keep neighbours apart.
fn content_name(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        for part in [name.as_bytes(), content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    let start = hash.finalize().iter().take(6).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    format!("{start:012x}")
}

/// The sample projects as `{name: {path: text}}`: a folder each.
fn samples(folder: &Path) -> Outcome<Vec<u8>> {
    let mut samples: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (path, content) in read_folder(folder)? {
        let text = String::from_utf8(content).map_err(|_| format!("{} is not UTF-8", folder.join(&path).display()))?;
        if let Some((name, path)) = path.split_once('/') {
            samples.entry(name.to_owned()).or_default().insert(path.to_owned(), text);
        }
    }
    if samples.is_empty() {
        return Err(format!("{} holds no samples", folder.display()));
    }
    Ok(serde_json::json!(samples).to_string().into_bytes())
}

fn write_site(dist: &Path, site: &Files) -> Outcome {
    clear(dist)?;
    for (name, content) in site {
        let path = dist.join(name);
        let folder = path.parent().unwrap_or(dist);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, content))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

/// Removes a folder, if it is there.
fn clear(folder: &Path) -> Outcome {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(format!("cannot clear {}: {error}", folder.display())),
        _ => Ok(()),
    }
}

/// Prints raw and gzipped bytes of each file, and fails where a part of the page is over its budget.
fn hold_to_budgets(site: &Files) -> Outcome {
    let mut weights = Vec::new();
    println!("{:>10} {:>10}  file in dist/", "bytes", "gzipped");
    for (name, content) in site.iter().filter(|(_, content)| !content.is_empty()) {
        let gzipped = gzipped_size(content).map_err(|error| format!("cannot gzip {name}: {error}"))?;
        println!("{:>10} {gzipped:>10}  {name}", content.len());
        weights.push((part_of(name), gzipped));
    }
    let mut over = Vec::new();
    for Part { name, words, budget, .. } in PARTS {
        let sum: usize = weights.iter().filter(|(part, _)| *part == name).map(|(_, gzipped)| gzipped).sum();
        println!("{sum:>21}  {words} (budget {budget} gzipped)");
        if sum > budget {
            over.push(format!("the {name} is {sum} bytes gzipped, {} over its budget of {budget}", sum - budget));
        }
    }
    println!("{:>21}  all", weights.iter().map(|(_, gzipped)| gzipped).sum::<usize>());
    if over.is_empty() { Ok(()) } else { Err(format!("{}; see the table for what grew", over.join("; "))) }
}

/// Name of the part that a file of the site belongs to.
fn part_of(file: &str) -> &'static str {
    let compiled = file.rsplit_once("/pkg/").map(|(_, name)| name).unwrap_or_default();
    let [page, others @ ..] = PARTS;
    others.into_iter().find(|part| compiled.starts_with(part.name)).map_or(page.name, |part| part.name)
}

fn gzipped_size(content: &[u8]) -> std::io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(9));
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}

/// All files below a folder.
fn read_folder(folder: &Path) -> Outcome<Files> {
    let mut files = Files::new();
    let mut waiting = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = waiting.pop() {
        let unreadable = |error| format!("cannot read {}: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| format!("{} has no UTF-8 name", path.display()))?;
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                waiting.push((path, format!("{name}/")));
            } else {
                let content = fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                files.insert(name, content);
            }
        }
    }
    Ok(files)
}

fn read_text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> Files {
        entries.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_folder_is_named_after_names_and_contents() {
        let name = content_name(&files(&[("a", "b"), ("c", "d")]));
        assert_eq!(name.len(), 12);
        for other in [&[("a", "b"), ("c", "e")][..], &[("a", "bc"), ("", "d")], &[("ab", ""), ("c", "d")]] {
            assert_ne!(name, content_name(&files(other)), "{other:?}");
        }
    }

    #[test]
    fn the_page_loads_from_the_named_folder() {
        let site = lay_out("<link href=\"./www/a.css\"><script src=\"./www/a.js\">", files(&[("a.js", "1")])).unwrap();
        let folder = content_name(&files(&[("a.js", "1")]));
        let index = String::from_utf8(site["index.html"].clone()).unwrap();
        assert_eq!(index, format!("<link href=\"./{folder}/a.css\"><script src=\"./{folder}/a.js\">"));
        assert_eq!(site.keys().cloned().collect::<Vec<_>>(), [".nojekyll", &format!("{folder}/a.js"), "index.html"]);
    }

    #[test]
    fn a_page_that_loads_nothing_is_refused() {
        assert!(lay_out("<p>", Files::new()).is_err());
    }

    #[test]
    fn samples_hold_every_file_in_order_and_only_text() {
        let folder = tempfile::tempdir().unwrap();
        assert!(samples(folder.path()).is_err());
        fs::create_dir_all(folder.path().join("a/.github/workflows")).unwrap();
        fs::create_dir_all(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("a/z"), "last").unwrap();
        fs::write(folder.path().join("a/.github/workflows/ci.yml"), "on: push\n").unwrap();
        fs::write(folder.path().join("b/x"), "1").unwrap();
        let json = String::from_utf8(samples(folder.path()).unwrap()).unwrap();
        assert_eq!(json, r#"{"a":{".github/workflows/ci.yml":"on: push\n","z":"last"},"b":{"x":"1"}}"#);
        fs::write(folder.path().join("b/binary"), [0xff]).unwrap();
        assert!(samples(folder.path()).unwrap_err().ends_with("binary is not UTF-8"));
    }

    #[test]
    fn a_new_site_leaves_nothing_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("dist");
        write_site(&dist, &files(&[("old/a.js", "1")])).unwrap();
        write_site(&dist, &files(&[("new/a.js", "2")])).unwrap();
        assert_eq!(read_folder(&dist).unwrap(), files(&[("new/a.js", "2")]));
    }
}
