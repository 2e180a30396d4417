//! The rule `secret-in-plain-text`.

use super::named_values::{self, Named};
use super::tokens::{self, Token};
use crate::evidence::{Evidence, File, paths};
use crate::model::FileKind;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// # What it checks
    ///
    /// No credential is written into a workflow, an action, a compose or bake file, a Dockerfile or a `.env` file:
    ///
    /// - a text that has the form of a credential, wherever it stands, in comments too: tokens of GitHub, GitLab, Slack,
    ///   npm, the Python index, Docker Hub, Hugging Face and others, live keys of Stripe, keys of Google, of vendors of
    ///   language models and of senders of mail, the secret of an AWS key beside its id, private keys, and passwords in
    ///   addresses of other hosts;
    /// - a literal that looks as if it was made at random, under the name of a secret (`API_TOKEN`, `db-password`): in `env`,
    ///   `with`, `environment`, `args`, assignments and options of scripts;
    /// - `ARG` and `ENV` of a Dockerfile with the name of a secret and a literal that is no plain word.
    ///
    /// Not judged: values that a variable, an expression or a secret store gives, words and stand-ins (`postgres`,
    /// `changeme`, `test-key`, `xxxx`), and what the containers of `services` in a workflow are started with, for
    /// they end with the job.
    ///
    /// The report shows no more than the first four characters of what was found.
    ///
    /// # Why it matters
    ///
    /// Whoever can read the repository, a fork of it or a log can use it, and it stays in the history after it was
    /// taken out.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/release.yml
    /// on: push
    /// jobs:
    ///   release:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make release
    ///         env:
    ///           UPLOAD_TOKEN: 7f3Kq9Zt0bX4vLc2mR5w
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/release.yml
    /// on: push
    /// jobs:
    ///   release:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: make release
    ///         env:
    ///           UPLOAD_TOKEN: ${{ secrets.UPLOAD_TOKEN }}
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: names of variables, inputs and options that may have a literal (`["CODECOV_TOKEN", "*_TEST_KEY"]`). A
    ///   credential in other text has the name that stands before it in its line.
    ///
    /// # When to waive
    ///
    /// The value is public on purpose, or opens nothing but a program that is started for the test.
    pub struct SecretInPlainText;
    id: "secret-in-plain-text",
    family: Security,
    level: Error,
    since: "0.1.0",
    params: Params,
    check: check,
}

/// What a policy may set.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    allow: Vec<String>,
}

const WHY: &str =
    "Whoever can read the file can use it, and it stays in the history of the repository after it was taken out.";

/// Kinds of files that are written by hand and kept in the repository.
const KINDS: [FileKind; 9] = [
    FileKind::Action,
    FileKind::Bake,
    FileKind::Compose,
    FileKind::CoverageConfig,
    FileKind::Dockerfile,
    FileKind::EnvFile,
    FileKind::UpdateBot,
    FileKind::Workflow,
    FileKind::WorkflowBackup,
];

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut named: BTreeMap<&str, Vec<Named>> = BTreeMap::new();
    for (file, value) in named_values::gather(evidence) {
        named.entry(file.path()).or_default().push(value);
    }
    let (mut files, mut literals) = (0, 0);
    let mut spots = Vec::new();
    let allowed = |name: &str| paths::matches_any(params.allow.iter().map(String::as_str), name);
    for file in evidence.files.iter().filter(|file| KINDS.contains(&file.source.kind)) {
        files += 1;
        let text = &file.source.text;
        for token in tokens::find(text) {
            let name = name_before(text, token.span.offset);
            if allowed(name) || is_public(name, &token) {
                continue;
            }
            for span in &token.hidden {
                sink.hide(text.get(span.range()).unwrap_or_default());
            }
            spots.push(of_token(file, &token, name));
        }
        // An alias or a merge may bring one value twice.
        let mut seen = BTreeSet::new();
        for value in named.remove(file.path()).unwrap_or_default() {
            literals += 1;
            if !value.is_secret() || allowed(&value.name) || !seen.insert(value.span) {
                continue;
            }
            // What has the form of a credential was told above.
            if tokens::find(&value.text).is_empty() {
                sink.hide(&value.text);
                spots.push(of_value(file, value));
            }
        }
    }
    sink.subjects(files);
    let found = count(literals, "literal value under the name of a secret");
    sink.fact(format!("{}, {found}, {} in plain text", count(files, "file"), count(spots.len(), "secret")));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} secrets are written in plain text", group.len()),
        |group| group.first().map_or(String::new(), |spot| spot.detail.clone()),
    );
}

fn of_token<'e>(file: &'e File<'e>, token: &Token, name: &str) -> Spot<'e> {
    let start = file.source.text.get(token.span.range()).unwrap_or_default();
    let shown: String = start.chars().take(4).collect();
    let shown = if token.kind == "a private key" || token.kind == "a password" || token.kind.contains("AWS") {
        String::new()
    } else {
        format!(" (`{shown}…`)")
    };
    Spot {
        file,
        span: token.span,
        path: String::new(),
        message: format!("{}{shown} is written in plain text", token.kind),
        detail: fix(file, name),
        edits: Vec::new(),
    }
}

fn of_value<'e>(file: &'e File<'e>, value: Named) -> Spot<'e> {
    let length = value.text.chars().count();
    Spot {
        file,
        span: value.span,
        path: value.path,
        message: format!("`{}` is set to a literal of {length} characters that looks like a secret", value.name),
        detail: fix(file, &value.name),
        edits: Vec::new(),
    }
}

fn fix(file: &File<'_>, name: &str) -> String {
    let name = if name.is_empty() { "NAME" } else { name };
    let variable: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let variable = variable.trim_matches('_');
    let instead = match file.source.kind {
        FileKind::Dockerfile => format!(
            "Then hand it to the one command that needs it, which leaves nothing in the image:\n\n    RUN \
             --mount=type=secret,id={variable},env={variable} <command>\n"
        ),
        FileKind::Compose | FileKind::Bake => {
            format!(
                "Then take it from the environment:\n\n    {name}: ${{{variable}:?set it outside of the repository}}\n"
            )
        }
        FileKind::EnvFile => {
            "Then keep this file out of the repository (`.gitignore`), with an `.env.example` without \
                              values beside it.\n"
                .to_owned()
        }
        FileKind::CoverageConfig | FileKind::UpdateBot => "Then take it from a secret of the repository.\n".to_owned(),
        _ => format!(
            "Then store the new one as a secret of the repository or environment:\n\n    {name}: ${{{{ \
             secrets.{variable} }}}}\n"
        ),
    };
    format!("Revoke it where it was issued, for it may have been read already. {instead}")
}

/// The name that a value on the same line belongs to: the last word before its `=` or `:`.
fn name_before(text: &str, offset: usize) -> &str {
    // A line of many megabytes has its name nowhere near.
    let from = text.floor_char_boundary(offset.saturating_sub(240));
    let before = text.get(from..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_end_matches([' ', '"', '\'']);
    let Some(name) = line.strip_suffix(['=', ':', ',', '>']) else { return "" };
    let name = name.trim_end_matches([' ', '"', '\'', '=']);
    let name = name.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).next();
    name.unwrap_or_default().trim_start_matches('-')
}

/// Keys of Google that are delivered to every browser anyway, as their documentation says.
fn is_public(name: &str, token: &Token) -> bool {
    let name = name.to_ascii_uppercase();
    let delivered = ["PUBLIC", "FIREBASE", "VITE_", "REACT_APP_", "EXPO_"];
    token.kind == "a Google API key" && delivered.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::name_before;

    #[test]
    fn a_value_has_the_name_before_it() {
        for (line, expected) in [
            ("  API_KEY: \"", "API_KEY"),
            ("export TOKEN=", "TOKEN"),
            ("x\n  \"key\": '", "key"),
            ("--token=", "token"),
            ("# see ", ""),
            ("", ""),
        ] {
            assert_eq!(name_before(line, line.len()), expected, "{line}");
        }
    }
}
