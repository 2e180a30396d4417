//! Child processes: they share our output, and when one fails the message is the command to run again.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or does not succeed: the text is the command as one would type it.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| format!("cannot start `{}`: {error}", shown(command)))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("{status}; run it again with\n    {}", shown(command)))
}

/// What a command printed on its standard output, if it could be started and succeeded.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first file of this name on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// `PATH` with these folders in front of it.
pub(crate) fn path_with(folders: &[PathBuf]) -> Outcome<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(folders.iter().cloned().chain(std::env::split_paths(&old)))
        .map_err(|error| format!("cannot put a folder on PATH: {error}"))
}

/// The command as a line for a shell, with the folder and the variables that it needs.
fn shown(command: &Command) -> String {
    let mut words = Vec::new();
    if let Some(folder) = command.get_current_dir() {
        words.push(format!("cd {} &&", quoted(folder.as_os_str())));
    }
    let old_path = std::env::var("PATH").unwrap_or_default();
    for (name, value) in command.get_envs() {
        let (name, value) = (name.to_string_lossy(), quoted(value.unwrap_or_default()));
        let added = value.strip_suffix(&old_path).filter(|_| name == "PATH" && !old_path.is_empty());
        words.push(added.map_or_else(|| format!("{name}={value}"), |added| format!("{name}=\"{added}$PATH\"")));
    }
    words.push(quoted(command.get_program()));
    words.extend(command.get_args().map(quoted));
    words.join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A command in a folder.
pub(crate) fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_names_the_line_to_run_again() {
        let mut failing = command("sh", Path::new("/"));
        failing.env("GREETING", "it's").args(["-c", "exit 3"]);
        let message = run(&mut failing).unwrap_err();
        assert!(message.ends_with(r"cd / && GREETING='it'\''s' sh -c 'exit 3'"), "{message}");
    }

    #[test]
    fn an_extended_path_is_shown_by_what_was_added() {
        let mut extended = Command::new("true");
        extended.env("PATH", path_with(&["/added".into()]).unwrap());
        assert_eq!(shown(&extended), "PATH=\"/added:$PATH\" true");
    }

    #[test]
    fn a_program_that_is_not_there_has_no_output() {
        assert_eq!(output(&mut Command::new("/no/such/program")), None);
    }
}
