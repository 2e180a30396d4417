//! Where results go: standard output, and files that are written whole or not at all.
#![expect(clippy::disallowed_methods, reason = "writing files is this module's work")]

use super::Exit;
use super::args::{Color, Format};
use crate::render::text::{Colors, shown};
use anstream::{AutoStream, ColorChoice};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A file to write, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) path: PathBuf,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = match text.split_once('=') {
            Some(("text", path)) => (Some(Format::Text), path),
            Some(("json", path)) => (Some(Format::Json), path),
            // A file name may well hold `=`; a word in front of it was meant as a format.
            Some((word, _)) if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                return Err(format!("there is no format `{word}`; known are text, json"));
            }
            _ => (None, text),
        };
        if path.is_empty() {
            return Err("the name of the file is missing".to_owned());
        }
        let path = PathBuf::from(path);
        let by_name = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => Some(Format::Json),
            Some("txt") => Some(Format::Text),
            _ => None,
        };
        let hint = "the format does not follow from the file's name; write `text=FILE` or `json=FILE`";
        Ok(Self { format: format.or(by_name).ok_or(hint)?, path })
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
            error(&format!("standard output: cannot be written: {reason}"));
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
    use super::{Format, Output};
    use std::path::PathBuf;

    #[test]
    fn the_format_is_given_or_follows_from_the_name() {
        for (text, expected) in [
            ("report.json", Some((Format::Json, "report.json"))),
            ("out/report.txt", Some((Format::Text, "out/report.txt"))),
            ("text=report.json", Some((Format::Text, "report.json"))),
            ("json=a=b", Some((Format::Json, "a=b"))),
            ("./a=b.json", Some((Format::Json, "./a=b.json"))),
            ("sarif=a.json", None),
            ("report.xml", None),
            ("json=", None),
            ("", None),
        ] {
            let output = text.parse::<Output>().ok();
            assert_eq!(output, expected.map(|(format, path)| Output { format, path: PathBuf::from(path) }), "{text}");
        }
    }
}
