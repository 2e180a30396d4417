//! Everything a contributor runs: `cargo xtask test`, `site`, `serve`, `bench`.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the wall around the core does not stand here: files, processes and clocks are this program's work"
)]

mod bench;
mod process;
mod serve;
mod site;
mod test;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a task gives back: its value, or a text for the contributor who has to mend it.
type Outcome<T = ()> = Result<T, String>;

const DEFAULT_PORT: u16 = 8080;

const HELP: &str = "\
Everything a contributor runs.

cargo xtask test [PART]…        all checks, or the named parts; what is missing is installed
    native                      format, lint, tests
    wasm                        lint-wasm
    page                        site, browser
    (each of these steps can be named alone as well)
cargo xtask site                build the page into dist/
cargo xtask serve               build the page and serve it on 127.0.0.1
    --port N                    default: 8080; 0 takes a free one
    --no-build                  serve dist/ as it is
cargo xtask bench               how fast artifacts are read, beside other readers of the same files
    --megabytes N               size of each artifact (default: 50)
    --rounds N                  runs of each program, of which the median counts (default: 7)
    --no-build                  measure what was built last
    --write                     write docs/benchmarks.md
    --date YYYY-MM-DD           the day that stands there
cargo xtask bench fleet         time and memory for the overview of many repositories
    --repositories N            reports that are made for it (default: 10000)
    --no-build                  measure what was built last
cargo xtask help                this text

Environment
    TOLLGATE_TOOLS              folder of the installed tools (default: ~/.cache/tollgate/tools)
    TOLLGATE_CHROMIUM           the browser of the page tests (default: the first on PATH)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the arguments ask for; `false` when it has already told what went wrong.
fn dispatch(arguments: &[&str]) -> Outcome<bool> {
    match arguments {
        [] | ["help" | "--help" | "-h", ..] => print!("{HELP}"),
        ["test", parts @ ..] => return test::run(parts),
        ["site"] => site::build()?,
        ["serve", options @ ..] => {
            let options = serve_options(options)?;
            if options.build {
                site::build()?;
            }
            serve::run(&site::dist(), options.port)?;
        }
        ["bench", "fleet", options @ ..] => return bench::fleet::run(&bench::fleet::FleetOptions::parse(options)?),
        ["bench", options @ ..] => return bench::run(&bench::Options::parse(options)?),
        other => return Err(format!("unknown arguments: {}\n\n{HELP}", other.join(" "))),
    }
    Ok(true)
}

/// The repository's root: this package lies one folder below it.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

struct ServeOptions {
    port: u16,
    build: bool,
}

fn serve_options(arguments: &[&str]) -> Outcome<ServeOptions> {
    let mut options = ServeOptions { port: DEFAULT_PORT, build: true };
    let mut arguments = arguments.iter();
    while let Some(&argument) = arguments.next() {
        match argument {
            "--no-build" => options.build = false,
            "--port" => {
                let value = arguments.next().ok_or("--port needs a number")?;
                options.port =
                    value.parse().map_err(|_| format!("--port needs a number from 0 to 65535, not {value}"))?;
            }
            other => return Err(format!("serve does not know {other}; `cargo xtask help` lists its options")),
        }
    }
    Ok(options)
}
