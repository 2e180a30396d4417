//! Where results go: standard output, and files that are written whole or not at all.
#![expect(clippy::disallowed_methods, reason = "writing files is this module's work")]

use super::Exit;
use super::args::{Color, ReportFormat};
use crate::render::text::{Colors, shown};
use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A file to write, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) format: ReportFormat,
    pub(super) path: PathBuf,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = match text.split_once('=') {
            Some((word, path)) if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                // A file name may well hold `=`; a word in front of it was meant as a format.
                let known = || format!("there is no format `{word}`; known are {}", ReportFormat::words());
                (Some(ReportFormat::from_str(word, false).map_err(|_| known())?), path)
            }
            _ => (None, text),
        };
        if path.is_empty() {
            return Err("the name of the file is missing".to_owned());
        }
        if path == "-" {
            return Err("`-` is no file; --format says what is printed".to_owned());
        }
        let hint = || {
            format!(
                "the format does not follow from the file's name; write FORMAT={path}, where FORMAT is one of {}",
                ReportFormat::words()
            )
        };
        let format = format.or_else(|| ReportFormat::of_file(path)).ok_or_else(hint)?;
        Ok(Self { format, path: PathBuf::from(path) })
    }
}

/// Whether standard output takes colours.
pub(super) fn colors(color: Color) -> Colors {
    resolve(color, AutoStream::choice(&io::stdout()))
}

/// Whether standard error takes colours.
pub(super) fn error_colors(color: Color) -> Colors {
    resolve(color, AutoStream::choice(&io::stderr()))
}

fn resolve(color: Color, auto: ColorChoice) -> Colors {
    let plain = match color {
        Color::Always => false,
        Color::Never => true,
        Color::Auto => auto == ColorChoice::Never,
    };
    if plain { Colors::Plain } else { Colors::Ansi }
}

/// Prints a result and gives how the program ends: a result that does not arrive is an error.
pub(super) fn finish(text: &str, exit: Exit) -> Exit {
    match print(text) {
        Ok(()) => exit,
        Err(reason) => {
            error(&format!("standard output: cannot be written: {reason}{}", advice(&reason)));
            Exit::Usage
        }
    }
}

/// A closed pipe is no error: the reader has seen enough.
fn print(text: &str) -> io::Result<()> {
    // Hands everything through, and makes old Windows consoles understand the colours.
    let mut stream = AutoStream::always(io::stdout().lock());
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Says something beside the result.
pub(super) fn note(text: &str) {
    // When standard error is gone there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Says what is wrong.
pub(super) fn error(text: &str) {
    note(&format!("error: {}", shown(text)));
}

/// Says that a file could not be written, and what to do.
pub(super) fn not_written(path: &Path, reason: &io::Error) -> String {
    let shown = path.display();
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    match (reason.kind(), folder) {
        (io::ErrorKind::NotFound, Some(folder)) if !folder.exists() => {
            format!("{shown}: cannot be written: there is no folder {}; make it first", folder.display())
        }
        _ => format!("{shown}: cannot be written: {reason}{}", advice(reason)),
    }
}

fn advice(reason: &io::Error) -> &'static str {
    match reason.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room, or write elsewhere",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "; write elsewhere",
        io::ErrorKind::IsADirectory => "; name a file in it",
        _ => "",
    }
}

/// Writes a file so that no reader ever sees a part of it: to a new file beside, which then takes its name. What is no
/// regular file (a pipe, a terminal) is written to directly.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    // A link keeps pointing to its file.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return OpenOptions::new().write(true).open(&path)?.write_all(text.as_bytes());
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = write_new(&beside, text).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::Output;
    use crate::cli::args::ReportFormat;
    use std::path::PathBuf;

    #[test]
    fn the_format_is_given_or_follows_from_the_name() {
        for (text, expected) in [
            ("report.json", Some((ReportFormat::Json, "report.json"))),
            ("out/report.txt", Some((ReportFormat::Text, "out/report.txt"))),
            ("text=report.json", Some((ReportFormat::Text, "report.json"))),
            ("json=a=b", Some((ReportFormat::Json, "a=b"))),
            ("./a=b.json", Some((ReportFormat::Json, "./a=b.json"))),
            ("a.sarif", Some((ReportFormat::Sarif, "a.sarif"))),
            ("a.sarif.json", Some((ReportFormat::Sarif, "a.sarif.json"))),
            ("SUMMARY.MD", Some((ReportFormat::Markdown, "SUMMARY.MD"))),
            ("comment=a.md", Some((ReportFormat::Comment, "a.md"))),
            ("report.xml", Some((ReportFormat::Junit, "report.xml"))),
            ("report.html", Some((ReportFormat::Html, "report.html"))),
            ("github=-", None),
            ("yaml=a.json", None),
            ("report.pdf", None),
            ("json=", None),
            ("", None),
        ] {
            let output = text.parse::<Output>().ok();
            assert_eq!(output, expected.map(|(format, path)| Output { format, path: PathBuf::from(path) }), "{text}");
        }
    }
}
