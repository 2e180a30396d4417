//! The command line: the only native part that touches files.

mod args;
mod check;
mod explain;
mod fix;
mod fleet;
mod init;
mod inspect;
mod load;
mod merge;
mod output;
mod places;
mod policy;
mod progress;
mod rules;
mod shell;
pub mod walk;

use args::{Cli, Command};
use clap::Parser;
use std::process::ExitCode;

/// How the program ends, whatever the output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// The policy holds, or what was asked for was shown.
    Holds,
    /// The policy does not hold.
    Fails,
    /// Wrong use, an invalid policy, or an output that could not be written.
    Usage,
    /// Demanded evidence is missing, or nothing could be read.
    Incomplete,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Holds => 0,
            Exit::Fails => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
        })
    }
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no reason to fail: whoever asked for the help has seen enough.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Holds }.into();
        }
    };
    match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Fix(args) => fix::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Fleet(args) => fleet::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Policy { command } => policy::run(&command),
        Command::Init(args) => init::run(&args),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { command } => shell::man(&command),
    }
    .into()
}
