//! Literal values under the names of secrets.

use super::tokens::{is_password, is_random};
use crate::evidence::{Evidence, File};
use crate::model::{FileKind, Span};
use crate::parse::env_file;
use crate::parse::shell::Word;
use crate::parse::workflow::Run;
use crate::parse::yaml::Node;
use std::collections::BTreeSet;

/// A literal under the name of a secret.
#[derive(Debug)]
pub(super) struct Named {
    /// The name, without the dashes of an option.
    pub(super) name: String,
    /// The value.
    pub(super) text: String,
    /// The name's bytes, so that a place does not hold the value.
    pub(super) span: Span,
    /// Structural address.
    pub(super) path: String,
    /// It stays in an image, where a password of any kind is out of place.
    image: bool,
}

impl Named {
    /// Whether the value is one that somebody must not know.
    pub(super) fn is_secret(&self) -> bool {
        let text = self.text.as_str();
        let open = text.contains(['$', '<', '{', '(', ' ', '\n'])
            || ["arn:", "ENC[", "http:", "https:", "projects/", "/", "./", "~"].iter().any(|s| text.starts_with(s))
            // The key of Supabase's local stack is the same on every machine.
            || text.contains("eyJpc3MiOiJzdXBhYmFzZS1kZW1v");
        !open && text.is_ascii() && (is_random(text) || self.image && is_password(text))
    }
}

/// All of them, file by file in the order of their kinds.
pub(super) fn gather<'e>(evidence: &'e Evidence<'e>) -> Vec<(&'e File<'e>, Named)> {
    let mut found = Vec::new();
    for tree in &evidence.trees {
        let judged = matches!(
            tree.file.source.kind,
            FileKind::Workflow | FileKind::WorkflowBackup | FileKind::Action | FileKind::Compose
        );
        if judged {
            let passing = of_services(tree.value.root());
            let mut values = Vec::new();
            tree.value.roots().for_each(|root| in_node(root, &mut values));
            found.extend(values.into_iter().filter(|v| !passing.contains(v.text.as_str())).map(|v| (tree.file, v)));
        }
    }
    for step in evidence.steps() {
        let Some(run) = &step.step.run else { continue };
        let passing = step.job.map(|job| of_services(Some(job.workflow.node))).unwrap_or_default();
        let values = in_script(run).into_iter().filter(|value| !passing.contains(value.text.as_str()));
        found.extend(values.map(|value| (step.file, value)));
    }
    for dockerfile in &evidence.dockerfiles {
        let instructions = dockerfile.stages.iter().flat_map(|stage| &stage.instructions);
        for instruction in dockerfile.global_args.iter().chain(instructions) {
            if !matches!(instruction.keyword.as_str(), "ARG" | "ENV") {
                continue;
            }
            for pair in &instruction.pairs {
                let Some(text) = pair.value.clone().filter(|_| is_secret_name(&pair.name)) else { continue };
                let span = Span { offset: pair.span.offset, length: pair.name.len() };
                found.push((
                    dockerfile.file,
                    Named { name: pair.name.clone(), text, span, path: String::new(), image: true },
                ));
            }
        }
    }
    for file in evidence.files.iter().filter(|file| file.source.kind == FileKind::EnvFile) {
        let text = &*file.source.text;
        for (name, value) in env_file::parse(text) {
            let Some(value) = value.filter(|_| is_secret_name(name)) else { continue };
            // Names are parts of the text.
            let offset = name.as_ptr().addr().saturating_sub(text.as_ptr().addr());
            let span = Span { offset, length: name.len() };
            found.push((file, Named { name: name.to_owned(), text: value, span, path: String::new(), image: false }));
        }
    }
    found
}

/// Values that the services of a workflow's jobs are started with.
fn of_services(root: Option<Node<'_>>) -> BTreeSet<&str> {
    let jobs = root.and_then(|root| root.get("jobs")).into_iter().flat_map(Node::entries);
    let services = jobs.filter_map(|(_, job)| job.get("services")).flat_map(Node::entries);
    let values = services.filter_map(|(_, service)| service.get("env")).flat_map(Node::entries);
    values.filter_map(|(_, value)| value.text()).filter(|text| !text.is_empty()).collect()
}

/// Entries and `NAME=value` texts of a tree, each once: an alias stands for what comes before.
fn in_node(root: Node<'_>, found: &mut Vec<Named>) {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        let from = node.span().offset;
        for (key, value) in node.entries() {
            let Some(name) = key.text() else { continue };
            if value.span().offset < from {
                continue;
            }
            if !value.is_scalar() {
                waiting.push(value);
                continue;
            }
            let text = value.text().unwrap_or_default();
            if matches!(name, "args" | "build-args" | "environment") {
                text.lines().for_each(|line| pair(line, value, found));
            }
            // The default of an input has the input's name.
            let name = if name == "default" { node.key().and_then(Node::text).unwrap_or(name) } else { name };
            if is_secret_name(name) && !text.is_empty() {
                found.push(Named {
                    name: name.to_owned(),
                    text: text.to_owned(),
                    span: key.span(),
                    path: value.path(),
                    image: false,
                });
            }
        }
        for item in node.items().filter(|item| item.span().offset >= from) {
            match item.text() {
                Some(text) => pair(text, item, found),
                None => waiting.push(item),
            }
        }
    }
}

/// `NAME=value` in a list or a text of several lines.
fn pair(text: &str, node: Node<'_>, found: &mut Vec<Named>) {
    let Some((name, value)) = text.trim().split_once('=') else { return };
    if is_secret_name(name) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        let (name, text) = (name.to_owned(), value.to_owned());
        found.push(Named { name, text, span: node.span(), path: node.path(), image: false });
    }
}

/// Assignments and options of a script's commands.
fn in_script(run: &Run<'_>) -> Vec<Named> {
    let mut found = Vec::new();
    let mut add = |name: &str, value: &Word, text: &str, span: Span| {
        if is_secret_name(name) && !value.dynamic && !text.is_empty() {
            let (name, text) = (name.to_owned(), text.to_owned());
            found.push(Named { name, text, span: run.span(span), path: run.node.path(), image: false });
        }
    };
    for command in &run.script.commands {
        for assignment in &command.assignments {
            let length = assignment.name.len();
            let offset = assignment.value.span.offset.saturating_sub(length + 1);
            add(&assignment.name, &assignment.value, &assignment.value.text, Span { offset, length });
        }
        for (at, word) in command.words.iter().enumerate() {
            let option = word.text.strip_prefix("--");
            let name = option.unwrap_or(&word.text);
            match (name.split_once('='), option, command.words.get(at + 1)) {
                (Some((name, value)), ..)
                    if name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) =>
                {
                    add(
                        name,
                        word,
                        value,
                        Span { offset: word.span.offset, length: word.span.length - value.len().min(word.span.length) },
                    );
                }
                (None, Some(name), Some(value)) => add(name, value, &value.text, word.span),
                _ => {}
            }
        }
    }
    found
}

/// Words that make a name that of a secret.
const SECRET: [&str; 10] =
    ["apikey", "credential", "credentials", "passphrase", "passwd", "password", "pwd", "secret", "secrets", "token"];
/// Words before `key` that make it one.
const KEYS: [&str; 13] = [
    "access",
    "account",
    "api",
    "auth",
    "deploy",
    "encryption",
    "license",
    "master",
    "private",
    "secret",
    "service",
    "signing",
    "subscription",
];
/// Words at the end of a name that say something about a secret, and words that say it is none.
const ABOUT: [&str; 41] = [
    "address",
    "alg",
    "algorithm",
    "arn",
    "audience",
    "checksum",
    "count",
    "digest",
    "enabled",
    "endpoint",
    "env",
    "expiration",
    "expires",
    "expiry",
    "file",
    "fingerprint",
    "format",
    "header",
    "host",
    "id",
    "issuer",
    "length",
    "limit",
    "mode",
    "name",
    "path",
    "pattern",
    "prefix",
    "ref",
    "region",
    "required",
    "scope",
    "scopes",
    "size",
    "ttl",
    "type",
    "uri",
    "url",
    "user",
    "username",
    "version",
];
const NO_SECRET: [&str; 5] = ["anon", "cache", "public", "publishable", "sha256"];

/// Whether a name is that of a secret: by its words, whatever divides them.
pub(super) fn is_secret_name(name: &str) -> bool {
    if name.len() > 100 {
        return false;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let secret = words.iter().any(|word| SECRET.contains(word))
        || words.windows(2).any(|two| matches!(two, [before, "key"] if KEYS.contains(before)));
    secret
        && words.last().is_none_or(|last| !ABOUT.contains(last))
        && !words.iter().any(|word| NO_SECRET.contains(word))
}

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        let begins = c.is_ascii_uppercase() && small || !c.is_ascii_alphanumeric();
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::is_secret_name;

    #[test]
    fn names_of_secrets_are_told_by_their_words() {
        for name in
            ["TOKEN", "npm-token", "dbPassword", "AWS_SECRET_ACCESS_KEY", "API_KEY", "apiKey", "MYSQL_ROOT_PASSWORD"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "key",
            "TOKENIZER",
            "cache-key",
            "AWS_ACCESS_KEY_ID",
            "PASSWORD_FILE",
            "tokenUrl",
            "PUBLIC_API_KEY",
            "secret_name",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
