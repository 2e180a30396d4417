//! `tollgate fleet`.
#![expect(clippy::disallowed_methods, reason = "looks for reports and makes the folder of the pages")]

use super::args::FleetArgs;
use super::{Exit, output, policy};
use crate::fleet::{Fleet, FleetSummary};
use crate::input::Limits;
use crate::render::text::plural;
use crate::render::{document, fleet, fleet_pages};
use ignore::WalkBuilder;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// What `fleet` writes for programs; no report, wherever it lies.
const FIGURES: &str = "fleet.json";

/// One report is in memory at a time; of each only its figures stay.
pub(super) fn run(args: &FleetArgs) -> Exit {
    if let Err(error) = fs::create_dir_all(&args.output) {
        output::error(&output::not_written(&args.output, &error));
        return Exit::Usage;
    }
    let mut gathered = Gathered { fleet: Fleet::default(), folder: args.output.canonicalize().ok() };
    for (name, path) in &args.names {
        gathered.report(path, name);
    }
    for path in &args.paths {
        if path.is_dir() {
            gathered.folder(path);
        } else {
            gathered.report(path, &name(path));
        }
    }
    let mut figures = gathered.fleet;
    figures.finish();
    for one in &figures.unreadable {
        output::error(&format!("{}: {}", one.report, one.reason));
    }
    if figures.repositories.is_empty() && figures.unreadable.is_empty() {
        output::error("there is no report; a folder is searched for files that end with .json");
    }
    let written = fleet_pages()
        .map(|(order, file)| (args.output.join(file), fleet(&figures, order)))
        .chain(std::iter::once_with(|| (args.output.join(FIGURES), document(&figures))));
    for (path, text) in written {
        if let Err(error) = output::write(&path, &text) {
            output::error(&output::not_written(&path, &error));
            return Exit::Usage;
        }
    }
    let whole = figures.unreadable.is_empty() && !figures.repositories.is_empty();
    let exit = if whole { Exit::Holds } else { Exit::Incomplete };
    output::finish(&summary(&figures.summary, &args.output.join("index.html")), exit)
}

struct Gathered {
    fleet: Fleet,
    /// Of the pages, without links in it; absent where that cannot be told.
    folder: Option<PathBuf>,
}

impl Gathered {
    /// Every `.json` file below a folder, in the order of their names. Links are not followed.
    fn folder(&mut self, root: &Path) {
        let walk = WalkBuilder::new(root).standard_filters(false).sort_by_file_name(Ord::cmp).build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.fleet.unreadable(&shown(root), &error.to_string());
                    continue;
                }
            };
            let path = entry.path();
            let wanted = entry.file_type().is_some_and(|kind| kind.is_file())
                && path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
                && path.file_name().is_some_and(|name| name != FIGURES);
            if wanted {
                let below = path.strip_prefix(root).unwrap_or(path);
                self.report(path, &name(below));
            }
        }
    }

    fn report(&mut self, path: &Path, name: &str) {
        let shown = shown(path);
        match policy::read(path, Limits::default().file_bytes) {
            Ok(text) => self.fleet.add(name, &shown, self.page(path), &text),
            Err(reason) => self.fleet.unreadable(&shown, &reason),
        }
    }

    /// The report for people that lies beside a report, as a URL from the folder of the pages on.
    fn page(&self, report: &Path) -> Option<String> {
        let page = report.with_extension("html");
        if !page.is_file() {
            return None;
        }
        let (page, folder) = (page.canonicalize().ok()?, self.folder.as_ref()?);
        let common = page.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
        // Two drives have nothing in common, and no link leads from one to the other.
        if common == 0 {
            return None;
        }
        let up = folder.components().skip(common).map(|_| "..".to_owned());
        let down = page.components().skip(common).map(|part| encoded(&part.as_os_str().to_string_lossy()));
        Some(up.chain(down).collect::<Vec<_>>().join("/"))
    }
}

/// What a repository is called whose report lies there: the folders of the path and the name of the file without `.json`,
/// which is left out when it is `report`.
fn name(path: &Path) -> String {
    let stem = path.with_extension("");
    let parts = stem.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    let mut parts: Vec<String> = parts.collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| last == "report") {
        parts.pop();
    }
    parts.join("/")
}

fn shown(path: &Path) -> String {
    let shown = path.display().to_string();
    if cfg!(windows) { shown.replace('\\', "/") } else { shown }
}

/// One part of a path as one part of a URL: a colon would make a scheme of it.
fn encoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn summary(all: &FleetSummary, index: &Path) -> String {
    let mut line = format!(
        "{}: {} pass, {} fail, {} incomplete",
        plural(all.repositories, "repository", "repositories"),
        all.pass,
        all.fail,
        all.incomplete
    );
    if all.unreadable > 0 {
        let _ = write!(line, "; {} could not be read", plural(all.unreadable, "report", "reports"));
    }
    format!("{line}\nwrote {}\n", crate::render::text::shown(&shown(index)))
}

#[cfg(test)]
mod tests {
    use super::{encoded, name};
    use std::path::Path;

    #[test]
    fn a_repository_is_called_by_the_path_of_its_report() {
        for (path, expected) in [
            ("acme/shop/report.json", "acme/shop"),
            ("./acme/shop.json", "acme/shop"),
            ("../reports/shop/report.json", "reports/shop"),
            ("report.json", "report"),
            ("shop.v2.json", "shop.v2"),
        ] {
            assert_eq!(name(Path::new(path)), expected);
        }
    }

    #[test]
    fn a_folder_is_no_scheme() {
        assert_eq!(encoded("javascript:alert(1)\"<é"), "javascript%3Aalert%281%29%22%3C%C3%A9");
    }
}
