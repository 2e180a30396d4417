//! What scripts write to the files by which a step tells GitHub of variables and outputs.

use crate::model::Span;
use crate::parse::shell::{Command, Construct, Script, Word};

/// A file of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvironmentFile {
    /// `GITHUB_ENV`
    Env,
    /// `GITHUB_PATH`
    Path,
    /// `GITHUB_OUTPUT`
    Output,
}

impl EnvironmentFile {
    /// Its variable.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Env => "GITHUB_ENV",
            Self::Path => "GITHUB_PATH",
            Self::Output => "GITHUB_OUTPUT",
        }
    }
}

/// A command that writes to such a file.
#[derive(Debug, Clone)]
pub struct Write {
    /// The file.
    pub file: EnvironmentFile,
    /// The variable or output, where it can be read off.
    pub name: Option<String>,
    /// Names of the shell variables whose values are written.
    pub variables: Vec<String>,
    /// The expressions, without `${{ }}`, whose values are written.
    pub expressions: Vec<String>,
    /// Whether a line of the value can end it, in the form of several lines.
    pub end: End,
    /// Whether it holds what a command reads from a file (`$(cat FILE)`).
    pub from_file: bool,
    /// The command, in the script.
    pub span: Span,
}

/// Where a value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At the end of the line: `NAME=value`.
    Line,
    /// At a line with a fixed text: `NAME<<EOF`.
    Fixed,
    /// At a line with a text that is made anew in each run.
    Made,
}

/// Everything that `echo` and `printf` write to the files of a step, as far as a name or a value can be told.
pub fn writes(script: &Script) -> Vec<Write> {
    let mut found = Vec::new();
    // The line that ends the value begun by a write before.
    let mut open: Option<(String, End)> = None;
    for (at, command) in script.commands.iter().enumerate() {
        if !matches!(command.name(), Some("echo" | "printf")) {
            continue;
        }
        let Some(file) = file_of(script, command) else { continue };
        let words: Vec<&Word> = command.args().iter().filter(|word| !is_option(word)).collect();
        let (variables, expressions) = sources(words.iter().copied());
        let name = words.first().and_then(|word| word.text.split_once('=')).map(|(name, _)| name.to_owned());
        let name = name.filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')));
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        if let Some((_, delimiter)) = text.split_once("<<") {
            let line = delimiter.split_once("\\n").or_else(|| delimiter.split_once('\n')).map(|(line, _)| line);
            let end = if line.unwrap_or(delimiter).contains('$') { End::Made } else { End::Fixed };
            open = Some((line.unwrap_or(delimiter).to_owned(), end));
        } else if open.as_ref().is_some_and(|(line, _)| *line == text) {
            open = None;
        }
        let end = open.as_ref().map_or(End::Line, |(_, end)| *end);
        if text.contains("\\n") || text.contains('\n') {
            // The whole value stands in this one text.
            open = None;
        }
        let from_file = reads_file(script, at);
        found.push(Write { file, name, variables, expressions, end, from_file, span: command.span });
    }
    found
}

/// Whether a substitution in a command's words gives what stands in a file.
fn reads_file(script: &Script, command: usize) -> bool {
    let inside = script.scopes.iter().enumerate().filter(|(_, scope)| scope.owner == Some(command));
    inside.flat_map(|(at, _)| script.commands.iter().filter(move |inner| inner.scope == at)).any(|inner| {
        let file = inner.redirects.iter().any(|redirect| redirect.op == "<");
        matches!(inner.name(), Some("cat" | "head" | "tail")) && (file || !inner.args().is_empty())
            || (inner.words.is_empty() && file)
    })
}

fn is_option(word: &Word) -> bool {
    matches!(word.text.as_str(), "-e" | "-n" | "-ne" | "-en" | "-E" | "--")
}

/// The file that a command's output goes to: by a redirection of its own, of a group around it, or through `tee`.
fn file_of(script: &Script, command: &Command) -> Option<EnvironmentFile> {
    let own = command.redirects.iter().find_map(|redirect| redirected(redirect.op, &redirect.target));
    let around = || {
        let constructs = script.enclosing(command.scope).filter_map(|scope| scope.construct);
        let mut constructs = constructs.filter_map(|at| script.constructs.get(at));
        constructs.find_map(|construct: &Construct| {
            construct.redirects.iter().find_map(|redirect| redirected(redirect.op, &redirect.target))
        })
    };
    let teed = || {
        let pipeline = script.pipeline(command.link)?;
        let next = pipeline.members.get(command.link.position + 1)?;
        let tee = script.commands_of(*next).first().filter(|next| next.name() == Some("tee"))?;
        tee.args().iter().find_map(target)
    };
    own.or_else(around).or_else(teed)
}

fn redirected(op: &str, word: &Word) -> Option<EnvironmentFile> {
    if matches!(op, ">" | ">>" | ">|") { target(word) } else { None }
}

fn target(word: &Word) -> Option<EnvironmentFile> {
    let name = word.text.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    match name {
        "GITHUB_ENV" => Some(EnvironmentFile::Env),
        "GITHUB_PATH" => Some(EnvironmentFile::Path),
        "GITHUB_OUTPUT" => Some(EnvironmentFile::Output),
        _ => None,
    }
}

/// Names of the variables and texts of the expressions whose values words hold.
pub fn sources<'w>(words: impl Iterator<Item = &'w Word>) -> (Vec<String>, Vec<String>) {
    let (mut variables, mut expressions) = (Vec::new(), Vec::new());
    for word in words.filter(|word| word.dynamic) {
        parts(&word.text, &mut variables, &mut expressions);
    }
    (variables, expressions)
}

/// Variables and expressions in a word. `${NAME%…}`, `${NAME//…}` and substitutions change the value, so nothing is
/// known of what is left of it.
fn parts(text: &str, variables: &mut Vec<String>, expressions: &mut Vec<String>) {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('$') {
        rest = after;
        if let Some(inner) = after.strip_prefix("{{") {
            if let Some((expression, after)) = inner.split_once("}}") {
                expressions.push(expression.trim().to_owned());
                rest = after;
            }
            continue;
        }
        if let Some(substitution) = after.strip_prefix('(') {
            // A substitution's inside is not written.
            rest = substitution.rsplit_once(')').map_or("", |(_, after)| after);
            continue;
        }
        let braced = after.strip_prefix('{');
        let name_of = braced.unwrap_or(after);
        let length = name_of.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let (name, after) = name_of.split_at_checked(length).unwrap_or((name_of, ""));
        if !name.is_empty() && (braced.is_none() || after.starts_with(['}', ':', '-'])) {
            variables.push(name.to_owned());
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::End::{Fixed, Line, Made};
    use super::EnvironmentFile::{Env, Output, Path};
    use super::writes;
    use crate::parse::shell;

    #[test]
    fn writes_tell_file_name_and_where_the_value_is_from() {
        let script = "\
echo \"TITLE=$TITLE\" >> $GITHUB_ENV
echo \"branch=${GITHUB_HEAD_REF:-x} ${{ github.ref }}\" >> \"$GITHUB_OUTPUT\"
echo \"$DIR/bin\" | tee -a \"${GITHUB_PATH}\"
{ echo 'BODY<<EOF'; echo \"$BODY\"; echo EOF; } >> $GITHUB_ENV
echo \"x=$(date +$F)\" >> $GITHUB_OUTPUT
echo \"short=${SHA::7} ${REF#v}\" >> $GITHUB_OUTPUT
echo \"$TITLE\" > title.txt
";
        let found: Vec<_> = writes(&shell::parse(script))
            .into_iter()
            .map(|w| (w.file, w.name.unwrap_or_default(), w.variables.join(" "), w.expressions.join(" ")))
            .collect();
        let write = |file, name: &str, variables: &str, expressions: &str| {
            (file, name.to_owned(), variables.to_owned(), expressions.to_owned())
        };
        assert_eq!(
            found,
            [
                write(Env, "TITLE", "TITLE", ""),
                write(Output, "branch", "GITHUB_HEAD_REF", "github.ref"),
                write(Path, "", "DIR", ""),
                write(Env, "", "", ""),
                write(Env, "", "BODY", ""),
                write(Env, "", "", ""),
                write(Output, "x", "", ""),
                write(Output, "short", "SHA", ""),
            ]
        );
    }

    #[test]
    fn the_end_of_a_value_is_a_line_or_a_text_that_somebody_may_know() {
        let script = "\
echo \"A=$A\" >> $GITHUB_ENV
echo 'B<<EOF' >> $GITHUB_ENV
echo \"$B\" >> $GITHUB_ENV
echo 'EOF' >> $GITHUB_ENV
echo \"C<<$RANDOM\" >> $GITHUB_ENV
echo \"$C\" >> $GITHUB_ENV
echo \"$RANDOM\" >> $GITHUB_ENV
printf 'D<<X\\n%s\\nX\\n' \"$D\" >> $GITHUB_ENV
echo \"E=$(cat number)\" >> $GITHUB_ENV
";
        let found: Vec<_> =
            writes(&shell::parse(script)).into_iter().map(|write| (write.end, write.from_file)).collect();
        let expected = [Line, Fixed, Fixed, Line, Made, Made, Line, Fixed].map(|end| (end, false));
        assert_eq!(found.split_last().unwrap(), (&(Line, true), &expected[..]));
    }
}
