//! The rule `piped-installer`.

use crate::evidence::{Evidence, File, paths};
use crate::model::Span;
use crate::parse::shell::{Command, Node, ScopeKind, Script, Word};
use crate::rules::image::layers::layer;
use crate::rules::support::words::count;
use crate::rules::{Sink, Spot, rule};
use serde::Deserialize;

rule! {
    /// # What it checks
    ///
    /// No step and no `RUN` of a Dockerfile hands what `curl` or `wget` downloads to a shell or another interpreter
    /// unseen: `curl … | sh`, `wget … | sudo bash -s --`, `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(curl …)"`.
    ///
    /// Not judged: downloads that are unpacked, saved or read by a program (`| tar`, `| jq`, `| gpg`), addresses that name a
    /// commit by its full hash, addresses of the machine itself, addresses whose host a variable makes, and scripts of
    /// PowerShell.
    ///
    /// # Why it matters
    ///
    /// Whatever the server sends is run, with the job's token and secrets, and tomorrow it may send something else. A
    /// download that breaks off half-way is run as far as it came.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: curl -fsSL https://get.example.com/install.sh | sh
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/ci.yml
    /// on: push
    /// jobs:
    ///   test:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: |
    ///           curl -fsSLo install.sh https://get.example.com/install.sh
    ///           echo "<64 hex digits>  install.sh" | sha256sum --check
    ///           sh install.sh
    /// ```
    ///
    /// # Options
    ///
    /// - `allow`: addresses without their scheme (`["sh.rustup.rs", "raw.githubusercontent.com/my-org/**"]`).
    ///
    /// # When to waive
    ///
    /// The vendor offers no other way, and the job has neither secrets nor a token that may write.
    pub struct PipedInstaller;
    id: "piped-installer",
    family: Security,
    level: Warning,
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
    "Whatever the server sends is run with the job's token and secrets, and tomorrow it may send something else.";

/// A download that is run.
struct Piped {
    /// The download, in the script.
    span: Span,
    address: String,
    /// The program that runs it.
    by: String,
}

fn check(evidence: &Evidence<'_>, params: &Params, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut scripts = 0;
    let allowed = |piped: &Piped| {
        let address = piped.address.split_once("://").map_or(&*piped.address, |(_, rest)| rest);
        paths::matches_any(params.allow.iter().map(String::as_str), address.trim_end_matches('/'))
    };
    for step in evidence.steps() {
        let Some(run) = step.step.run.as_ref().filter(|run| run.shell.is_posix()) else { continue };
        scripts += 1;
        for found in piped(&run.script).into_iter().filter(|found| !allowed(found)) {
            spots.push(spot(step.file, run.span(found.span), run.node.path(), &step.title(), &found));
        }
    }
    for dockerfile in &evidence.dockerfiles {
        for stage in &dockerfile.stages {
            for (at, instruction) in stage.instructions.iter().enumerate() {
                let Some(layer) = layer(dockerfile.value, stage, at, instruction) else { continue };
                scripts += 1;
                for found in piped(&layer.script).into_iter().filter(|found| !allowed(found)) {
                    spots.push(spot(dockerfile.file, layer.span(found.span), String::new(), "`RUN`", &found));
                }
            }
        }
    }
    sink.subjects(scripts);
    sink.fact(format!("{}, {} of them unseen", count(scripts, "script"), count(spots.len(), "download run")));
    sink.once_a_file(
        spots,
        WHY,
        |group| format!("{} downloads are run without a check of what was sent", group.len()),
        |group| group.first().map_or(String::new(), |spot| fix(&spot.detail)),
    );
}

fn spot<'e>(file: &'e File<'e>, span: Span, path: String, by: &str, found: &Piped) -> Spot<'e> {
    let Piped { address, by: program, .. } = found;
    Spot {
        file,
        span,
        path,
        message: format!("{by}: what `{address}` sends is run by `{program}` without a check"),
        detail: address.clone(),
        edits: Vec::new(),
    }
}

fn fix(address: &str) -> String {
    format!(
        "Save it, hold it against the hash of the version that you read, and run it then; or install a released package \
         instead:\n\n    curl -fsSLo install.sh {address}\n    echo \"<64 hex digits>  install.sh\" | sha256sum --check\n    sh \
         install.sh\n"
    )
}

/// The downloads that a script runs, in order.
fn piped(script: &Script) -> Vec<Piped> {
    let mut found = Vec::new();
    for pipeline in &script.pipelines {
        let mut download: Option<(Span, String)> = None;
        for node in &pipeline.members {
            let Node::Command(at) = node else { continue };
            let Some(command) = script.commands.get(*at) else { continue };
            match (&download, runs_input(command)) {
                (None, _) => download = address(command).map(|address| (command.span, address)),
                (Some((span, address)), Some(by)) => {
                    found.push(Piped { span: *span, address: address.clone(), by: by.to_owned() });
                    break;
                }
                _ => {}
            }
        }
        // What comes out of a substitution is run by the command that it is a word of.
        let Some(scope) = script.scopes.get(pipeline.scope) else { continue };
        let Some(owner) = scope.owner.and_then(|owner| script.commands.get(owner)) else { continue };
        if let Some((span, address)) = download.filter(|_| pipeline.members.len() == 1)
            && let Some(by) = runs_words(owner, &scope.kind, span)
        {
            found.push(Piped { span, address, by: by.to_owned() });
        }
    }
    found.sort_by_key(|piped| piped.span);
    found
}

/// The address that a command downloads to its output, where that is known to be another machine's and to change.
fn address(command: &Command) -> Option<String> {
    if !matches!(command.name()?, "curl" | "wget") {
        return None;
    }
    let is_address = |word: &&Word| word.text.starts_with("https://") || word.text.starts_with("http://");
    let text = command.args().iter().find(is_address)?.text.as_str();
    let rest = text.split_once("://")?.1;
    let host = rest.split(['/', '?']).next()?;
    let name = host.split(':').next()?;
    let own = matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "[");
    let is_commit = |part: &str| matches!(part.len(), 40 | 64) && part.bytes().all(|b| b.is_ascii_hexdigit());
    // Without a dot it is a name of the machine's own network.
    let outside = !own && host.contains('.') && !host.contains('$');
    (outside && !rest.split(['/', '=', '@']).any(is_commit)).then(|| text.to_owned())
}

/// The interpreter that a command is, where it runs what comes in: it has no script of its own.
fn runs_input(command: &Command) -> Option<&str> {
    let name = command.name()?;
    let shell = matches!(name, "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh");
    let version = name.strip_prefix("python").map(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    if !shell && version != Some(true) && !matches!(name, "perl" | "ruby" | "node" | "php") {
        return None;
    }
    let mut words = command.args().iter();
    while let Some(word) = words.next() {
        match word.text.as_str() {
            "-" | "/dev/stdin" | "--" => return Some(name),
            "-o" | "+o" | "-O" | "+O" if shell => drop(words.next()),
            text if text.starts_with(['-', '+']) => {
                let letters = text.trim_start_matches(['-', '+']);
                let own = if shell { 'c' } else { 'e' };
                if shell && !text.starts_with("--") && letters.contains('s') {
                    return Some(name);
                }
                if !text.starts_with("--") && letters.contains([own, 'c', 'm', 'n', 'p', 'r']) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    Some(name)
}

/// The command that runs a substitution which begins before a place: `eval "$(…)"`, `sh -c "$(…)"`, `bash <(…)`.
fn runs_words<'c>(command: &'c Command, kind: &ScopeKind, at: Span) -> Option<&'c str> {
    let name = command.name()?;
    let shell = matches!(name, "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh");
    let holds = |word: &&Word| word.span.offset <= at.offset && at.end() <= word.span.end();
    let index = command.args().iter().position(|word| holds(&word))?;
    let (before, word) = (command.args().get(..index)?, command.args().get(index)?);
    let runs = match kind {
        ScopeKind::CommandSubstitution if name == "eval" => true,
        ScopeKind::CommandSubstitution => {
            let script = before.last().is_some_and(|option| {
                option.text.starts_with('-') && !option.text.starts_with("--") && option.text.ends_with('c')
            });
            shell && script && word.text.starts_with(['$', '`'])
        }
        ScopeKind::ProcessSubstitution => {
            let first = before.iter().all(|option| option.text.starts_with('-') && option.text != "-c");
            (shell || matches!(name, "source" | ".")) && first
        }
        _ => false,
    };
    runs.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::piped;
    use crate::parse::shell::parse;

    #[test]
    fn downloads_that_are_run_are_told_from_others() {
        for (script, expected) in [
            ("curl -fsSL https://a.io/x | sh", "a.io/x sh"),
            ("wget -qO- https://a.io/x | sudo -E bash -s -- -b /bin", "a.io/x bash"),
            ("curl https://a.io/x | sed s/a/b/ | bash -", "a.io/x bash"),
            ("curl https://a.io/x | python3 -", "a.io/x python3"),
            ("curl https://a.io/x | bash -ex", "a.io/x bash"),
            ("bash <(curl -s https://a.io/x) -f y", "a.io/x bash"),
            ("source <(curl -s https://a.io/x)", "a.io/x source"),
            ("sh -c \"$(curl -fsSL https://a.io/x)\"", "a.io/x sh"),
            ("eval \"$(curl -fsSL https://a.io/x)\"", "a.io/x eval"),
            ("if ! x; then curl https://a.io/x | sh; fi", "a.io/x sh"),
            ("curl https://a.io/$V/x | sh", "a.io/$V/x sh"),
            ("curl https://$HOST/x | sh", ""),
            ("curl http://localhost:8080/x | sh", ""),
            ("curl http://web/x | sh", ""),
            ("curl https://a.io/0123456789abcdef0123456789abcdef01234567/x | sh", ""),
            ("curl https://a.io/x | tar xz", ""),
            ("curl https://a.io/x | bash script.sh", ""),
            ("curl https://a.io/x | sh -c 'cat >y'", ""),
            ("curl https://a.io/x | python -m json.tool", ""),
            ("curl https://a.io/x | python3 -c 'import sys'", ""),
            ("curl https://a.io/x | node -pe 'x'", ""),
            ("bash run.sh <(curl https://a.io/x)", ""),
            ("echo \"$(curl https://a.io/x)\"", ""),
            ("sh -c \"echo $(curl https://a.io/x)\"", ""),
            ("sh install.sh", ""),
            ("echo 'curl https://a.io/x | sh'", ""),
            ("# curl https://a.io/x | sh", ""),
        ] {
            let found: Vec<String> = piped(&parse(script))
                .into_iter()
                .map(|found| format!("{} {}", found.address.trim_start_matches("https://"), found.by))
                .collect();
            assert_eq!(found.join(", "), expected, "{script}");
        }
    }
}
