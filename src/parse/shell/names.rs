//! The program behind wrappers, and scripts inside arguments.

use super::Word;
use super::parser::is_variable;

/// A program that runs the command in its arguments.
struct Wrapper {
    name: &'static str,
    /// Short options (letters) that take the next word when nothing is attached to them.
    short: &'static str,
    /// Long options that take the next word unless written with `=`.
    long: &'static [&'static str],
    /// Options that make it do something else than run the command.
    not: &'static [&'static str],
    /// `NAME=value` may stand before the command.
    assignments: bool,
    /// Words between its options and the command.
    operands: usize,
}

const PLAIN: Wrapper = Wrapper { name: "", short: "", long: &[], not: &[], assignments: false, operands: 0 };

const WRAPPERS: &[Wrapper] = &[
    Wrapper { name: "builtin", ..PLAIN },
    Wrapper { name: "chronic", ..PLAIN },
    Wrapper { name: "command", not: &["-v", "-V"], ..PLAIN },
    Wrapper { name: "coproc", ..PLAIN },
    Wrapper { name: "doas", short: "uC", ..PLAIN },
    Wrapper { name: "eatmydata", ..PLAIN },
    Wrapper { name: "env", short: "uCS", long: &["--unset", "--chdir"], not: &["-S"], assignments: true, ..PLAIN },
    Wrapper { name: "exec", short: "a", ..PLAIN },
    Wrapper { name: "gtimeout", short: "sk", long: &["--signal", "--kill-after"], operands: 1, ..PLAIN },
    Wrapper { name: "ionice", short: "cn", long: &["--class", "--classdata"], not: &["-p"], ..PLAIN },
    Wrapper { name: "nice", short: "n", long: &["--adjustment"], ..PLAIN },
    Wrapper { name: "nohup", ..PLAIN },
    Wrapper { name: "setsid", ..PLAIN },
    Wrapper { name: "stdbuf", short: "ioe", long: &["--input", "--output", "--error"], ..PLAIN },
    Wrapper {
        name: "sudo",
        short: "ughpCrtTUDR",
        long: &["--user", "--group", "--host", "--prompt", "--chdir", "--chroot", "--role", "--type", "--other-user"],
        not: &["-l", "-v", "-k", "-K", "-e", "--list", "--validate", "--edit"],
        assignments: true,
        ..PLAIN
    },
    Wrapper { name: "time", short: "fo", long: &["--format", "--output"], ..PLAIN },
    Wrapper { name: "timeout", short: "sk", long: &["--signal", "--kill-after"], operands: 1, ..PLAIN },
    Wrapper { name: "unbuffer", ..PLAIN },
    Wrapper {
        name: "xvfb-run",
        short: "efnpsw",
        long: &["--error-file", "--auth-file", "--server-num", "--xauth-protocol", "--server-args", "--wait"],
        ..PLAIN
    },
];

/// The words from the program that really runs: `sudo -E timeout 5m pytest -q` gives `pytest -q`. A wrapper without a
/// command after it (`exec > log`) is itself the program. Also for words after `docker run IMAGE` and the like.
pub fn peel(words: &[Word]) -> &[Word] {
    let mut words = words;
    while let Some(inner) = unwrap_once(words).filter(|inner| !inner.is_empty()) {
        words = inner;
    }
    words
}

/// The script text in the words of `sh -c TEXT` or `eval TEXT`, wrappers peeled off.
pub fn inner_script(words: &[Word]) -> Option<&Word> {
    let (program, arguments) = peel(words).split_first()?;
    match base_name(program) {
        "eval" => match arguments {
            [text] => Some(text),
            _ => None,
        },
        "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh" => command_string(arguments),
        _ => None,
    }
}

/// The part after the last slash, where that is known.
pub(super) fn base_name(word: &Word) -> &str {
    let last = word.text.rsplit('/').next().unwrap_or_default();
    // A slash inside an expansion does not divide a path.
    let cut = word.dynamic && last.contains(['}', ')', '`', '"', '\'']);
    if cut || last.is_empty() { &word.text } else { last }
}

fn unwrap_once(words: &[Word]) -> Option<&[Word]> {
    let (program, rest) = words.split_first()?;
    let name = base_name(program);
    let wrapper = WRAPPERS.iter().find(|w| w.name == name)?;
    let mut rest = rest;
    loop {
        let (first, after) = rest.split_first()?;
        let text = first.text.as_str();
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        if wrapper.not.contains(&name) {
            return None;
        }
        if text == "--" {
            rest = after;
            break;
        }
        if text.starts_with("--") {
            let takes_next = !text.contains('=') && wrapper.long.contains(&text);
            rest = after.get(usize::from(takes_next)..)?;
        } else if let Some(letters) = text.strip_prefix('-').filter(|l| !l.is_empty()) {
            // The first letter that takes a value takes the rest of the word, or the next word if there is no rest.
            let takes_next = letters.find(|c| wrapper.short.contains(c)).is_some_and(|at| at + 1 == letters.len());
            rest = after.get(usize::from(takes_next)..)?;
        } else {
            break;
        }
    }
    if wrapper.assignments {
        let skipped = rest.iter().take_while(|w| w.text.split_once('=').is_some_and(|(n, _)| is_variable(n))).count();
        rest = rest.get(skipped..)?;
    }
    rest.get(wrapper.operands..)
}

/// The operand after a shell's options, if `-c` is among them.
fn command_string(arguments: &[Word]) -> Option<&Word> {
    let mut found = false;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let text = argument.text.as_str();
        if matches!(text, "--rcfile" | "--init-file") {
            arguments.next();
        } else if text.starts_with("--") {
            if text == "--" {
                return arguments.next().filter(|_| found);
            }
        } else if let Some(letters) = text.strip_prefix(['-', '+']).filter(|l| !l.is_empty()) {
            found |= letters.contains('c') && text.starts_with('-');
            for _ in letters.matches(['o', 'O']) {
                arguments.next();
            }
        } else {
            return found.then_some(argument);
        }
    }
    None
}
