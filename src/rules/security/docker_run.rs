//! Which image `docker run` runs, where that is certain.

use crate::evidence::docker::container_call;
use crate::parse::shell::{Command, Word};

/// Options without a value, in their long form.
const FLAGS: [&str; 9] = [
    "--detach",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--rm",
];

/// Options that take the next word when no `=` follows.
const VALUES: [&str; 61] = [
    "--add-host",
    "--annotation",
    "--blkio-weight",
    "--cap-add",
    "--cap-drop",
    "--cgroupns",
    "--cidfile",
    "--cpu-shares",
    "--cpus",
    "--cpuset-cpus",
    "--device",
    "--dns",
    "--domainname",
    "--entrypoint",
    "--env",
    "--env-file",
    "--expose",
    "--gpus",
    "--group-add",
    "--health-cmd",
    "--health-interval",
    "--health-retries",
    "--health-start-period",
    "--health-timeout",
    "--hostname",
    "--ip",
    "--ipc",
    "--label",
    "--label-file",
    "--link",
    "--log-driver",
    "--log-opt",
    "--mac-address",
    "--memory",
    "--memory-swap",
    "--mount",
    "--name",
    "--net",
    "--network",
    "--network-alias",
    "--pid",
    "--pids-limit",
    "--platform",
    "--publish",
    "--pull",
    "--restart",
    "--runtime",
    "--security-opt",
    "--shm-size",
    "--stop-signal",
    "--stop-timeout",
    "--storage-opt",
    "--sysctl",
    "--tmpfs",
    "--ulimit",
    "--user",
    "--userns",
    "--uts",
    "--volume",
    "--volumes-from",
    "--workdir",
];

/// Letters of short options without a value, which may be bundled.
const SHORT_FLAGS: &str = "ditPq";
/// Letters of short options with a value, attached or as the next word.
const SHORT_VALUES: &str = "ehlmpuvw";

/// The image of `docker run` and `docker create`; `None` where an option is not known or the image is not a plain word.
pub(in crate::rules) fn image(command: &Command) -> Option<&Word> {
    parts(command).map(|(_, image)| image).filter(|image| !image.dynamic)
}

/// The options of `docker run` and `docker create` with their values, and the image; `None` where an option is not known.
pub(super) fn parts(command: &Command) -> Option<(Vec<&Word>, &Word)> {
    let (verb, words) = container_call(command)?;
    if !matches!(verb, "run" | "create") {
        return None;
    }
    let mut options = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        if !text.starts_with('-') {
            return Some((options, word));
        }
        options.push(word);
        if let Some((name, _)) = text.split_once('=').filter(|_| text.starts_with("--")) {
            if !FLAGS.contains(&name) && !VALUES.contains(&name) {
                return None;
            }
        } else if text.starts_with("--") {
            if VALUES.contains(&text) {
                options.push(words.next()?);
            } else if !FLAGS.contains(&text) {
                return None;
            }
        } else {
            let rest = text.trim_start_matches('-').trim_start_matches(|c| SHORT_FLAGS.contains(c));
            let letter = rest.chars().next();
            if letter.is_some_and(|letter| !SHORT_VALUES.contains(letter)) {
                return None;
            }
            if letter.is_some() && rest.chars().nth(1).is_none() {
                options.push(words.next()?);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::image;
    use crate::parse::shell::parse;

    #[test]
    fn the_image_is_the_first_word_that_no_option_takes() {
        for (script, expected) in [
            ("docker run alpine sh -c 'echo ubuntu'", Some("alpine")),
            (
                "docker run --rm -it -v \"$PWD\":/src -w /src -eA=1 --env=B=2 --name web node:22 npm test",
                Some("node:22"),
            ),
            ("podman container run -dp 80:80 nginx", Some("nginx")),
            ("docker run --rm \"$IMAGE\" alpine", None),
            ("docker run --some-option alpine ubuntu", None),
            ("docker exec web alpine", None),
            ("docker run --rm", None),
            ("echo docker run alpine", None),
        ] {
            let script = parse(script);
            let found = script.commands.first().and_then(image);
            assert_eq!(found.map(|word| word.text.as_str()), expected, "{:?}", script.commands);
        }
    }
}
