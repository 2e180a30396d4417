//! `tollgate completions` and `tollgate man`: what shells and manuals know of the arguments.

use super::args::Cli;
use super::{Exit, output};
use clap::CommandFactory as _;
use clap_complete::Shell;

pub(super) fn completions(shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tollgate", &mut script);
    output::finish(&String::from_utf8_lossy(&script), Exit::Holds)
}

pub(super) fn man(path: &[String]) -> Exit {
    let mut program = Cli::command().disable_help_subcommand(true);
    // Makes the commands know what they are below.
    program.build();
    let mut command = &program;
    for name in path {
        let Some(found) = command.find_subcommand(name) else {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let known =
                if known.is_empty() { "it has none".to_owned() } else { format!("known are {}", known.join(", ")) };
            output::error(&format!("`{}` has no command `{name}`; {known}", command.get_name()));
            return Exit::Usage;
        };
        command = found;
    }
    let mut page = Vec::new();
    // Writing into memory cannot fail.
    let _ = clap_mangen::Man::new(command.clone())
        .source(concat!("tollgate ", env!("CARGO_PKG_VERSION")))
        .render(&mut page);
    output::finish(&String::from_utf8_lossy(&page), Exit::Holds)
}
