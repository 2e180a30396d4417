//! What flags and words of instructions mean: mounts, health checks, ports, variables in force.

use super::expand::expand;
use super::{Dockerfile, Flag, Instruction, Pair, Stage};
use crate::model::Span;
use std::collections::BTreeMap;

/// `RUN --mount=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// `bind` where none is written, `cache`, `tmpfs`, `secret`, `ssh`.
    pub kind: String,
    /// `target`, or by its other names `dst` and `destination`.
    pub target: Option<String>,
    /// `source` or `src`.
    pub source: Option<String>,
    /// Stage, image or context that the mount comes from.
    pub from: Option<String>,
    /// Of a cache, secret or key.
    pub id: Option<String>,
    /// Cannot be written.
    pub read_only: bool,
    /// The flag.
    pub span: Span,
}

/// How a `HEALTHCHECK` is run, times in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Between two checks; 30 where it is not written.
    pub interval: f64,
    /// After which a check counts as failed; 30 where it is not written.
    pub timeout: f64,
    /// While failures do not count; 0 where it is not written.
    pub start_period: f64,
    /// Failures in a row that make it unhealthy; 3 where it is not written.
    pub retries: u64,
}

impl Instruction {
    /// The mounts of a `RUN`, in order.
    pub fn mounts(&self) -> Vec<Mount> {
        self.flags.iter().filter(|flag| flag.name == "mount").map(mount).collect()
    }

    /// Whether a flag that is on or off (`--link`, `--parents`, `--keep-git-dir`) is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.flag(name).is_some_and(|flag| flag.value.as_deref().is_none_or(|value| value.eq_ignore_ascii_case("true")))
    }

    /// The timing of a `HEALTHCHECK`; `None` where a value is no duration or number.
    pub fn timing(&self) -> Option<Timing> {
        let seconds = |name: &str, default: f64| match self.flag(name).and_then(|flag| flag.value.as_deref()) {
            // Docker takes 0 for its default.
            Some(text) => duration(text).map(|found| if found == 0.0 { default } else { found }),
            None => Some(default),
        };
        let retries = match self.flag("retries").and_then(|flag| flag.value.as_deref()) {
            Some(text) => text.parse::<u64>().ok().map(|found| if found == 0 { 3 } else { found }),
            None => Some(3),
        };
        Some(Timing {
            interval: seconds("interval", 30.0)?,
            timeout: seconds("timeout", 30.0)?,
            start_period: seconds("start-period", 0.0)?,
            retries: retries?,
        })
    }

    /// Ports and protocols of an `EXPOSE`, variables as written: (`8080-8090`, `tcp`).
    pub fn ports(&self) -> Vec<(&str, &str)> {
        let words = self.arguments.iter().filter(|_| self.keyword == "EXPOSE");
        words.map(|word| word.text.split_once('/').unwrap_or((&word.text, "tcp"))).collect()
    }
}

impl Dockerfile {
    /// The variables that are known right before an instruction of a stage: `ENV` of it and of the stages that it builds
    /// upon, and `ARG` of it alone with their defaults, or those of the global `ARG` of that name. `ENV` wins.
    pub fn variables_at(&self, stage: &Stage, instruction: usize) -> BTreeMap<String, String> {
        let mut global = BTreeMap::new();
        for argument in &self.global_args {
            for pair in &argument.pairs {
                let value = pair.value.as_deref().and_then(|text| expand(text, &global));
                set(&mut global, pair, value);
            }
        }
        let mut lineage: Vec<&Stage> = self.lineage(stage).collect();
        lineage.reverse();
        let mut environment = BTreeMap::new();
        let mut known = BTreeMap::new();
        for current in lineage {
            known.clone_from(&environment);
            let count = if std::ptr::eq(current, stage) { instruction } else { current.instructions.len() };
            for instruction in current.instructions.iter().take(count) {
                if !matches!(instruction.keyword.as_str(), "ENV" | "ARG") {
                    continue;
                }
                // All pairs of an instruction see what was before it.
                let values: Vec<Option<String>> =
                    instruction.pairs.iter().map(|pair| expand(pair.value.as_deref()?, &known)).collect();
                for (pair, value) in instruction.pairs.iter().zip(values) {
                    if instruction.keyword == "ENV" {
                        set(&mut environment, pair, value.clone());
                        set(&mut known, pair, value);
                    } else if !environment.contains_key(&pair.name) {
                        let value = if pair.value.is_none() { global.get(&pair.name).cloned() } else { value };
                        set(&mut known, pair, value);
                    }
                }
            }
        }
        known
    }
}

fn set(variables: &mut BTreeMap<String, String>, pair: &Pair, value: Option<String>) {
    match value {
        Some(value) => variables.insert(pair.name.clone(), value),
        None => variables.remove(&pair.name),
    };
}

fn mount(flag: &Flag) -> Mount {
    let mut mount = Mount {
        kind: "bind".to_owned(),
        target: None,
        source: None,
        from: None,
        id: None,
        read_only: false,
        span: flag.span,
    };
    let mut written = None;
    for option in flag.value.as_deref().unwrap_or_default().split(',') {
        let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
        let text = || value.map(str::to_owned);
        let on = value.is_none_or(|value| value.eq_ignore_ascii_case("true") || value == "1");
        match name.trim() {
            "type" => mount.kind = text().unwrap_or_default(),
            "target" | "dst" | "destination" => mount.target = text(),
            "source" | "src" => mount.source = text(),
            "from" => mount.from = text(),
            "id" => mount.id = text(),
            "ro" | "readonly" => written = Some(on),
            "rw" | "readwrite" => written = Some(!on),
            _ => {}
        }
    }
    // A bind mount is read-only unless it says otherwise.
    mount.read_only = written.unwrap_or(mount.kind == "bind");
    mount
}

/// Seconds of a duration of Go: `1m30s`, `500ms`.
fn duration(text: &str) -> Option<f64> {
    if text == "0" {
        return Some(0.0);
    }
    let mut sum = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest.get(..digits)?.parse().ok()?;
        let after = rest.get(digits..)?;
        let length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        sum += number
            * match after.get(..length)? {
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = after.get(length..)?;
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use crate::parse::dockerfile::{Dockerfile, Instruction, parse};

    fn only(text: &str) -> Instruction {
        let mut dockerfile = parse(&format!("FROM x\n{text}")).document.unwrap();
        dockerfile.stages.pop().unwrap().instructions.pop().unwrap()
    }

    #[test]
    fn mounts_are_typed() {
        let text = "RUN --mount=type=cache,target=/c,id=npm,sharing=locked --mount=src=a,dst=/b,from=base,rw \
                    --mount=type=secret,id=token,required --mount=target=/x --network=none --security=insecure make";
        let run = only(text);
        let found: Vec<String> = run
            .mounts()
            .into_iter()
            .map(|m| format!("{} {:?} {:?} {:?} {:?} {}", m.kind, m.target, m.source, m.from, m.id, m.read_only))
            .collect();
        let expected = [
            "cache Some(\"/c\") None None Some(\"npm\") false",
            "bind Some(\"/b\") Some(\"a\") Some(\"base\") None false",
            "secret None None None Some(\"token\") false",
            "bind Some(\"/x\") None None None true",
        ];
        assert_eq!(found, expected);
        assert_eq!(run.flag("network").unwrap().value.as_deref(), Some("none"));
        assert_eq!(run.run_script().unwrap().text, "make");
        let copy = only("COPY --link --from=base --chown=1:1 --parents=false --exclude=*.md --chmod=755 a b");
        assert_eq!((copy.is_on("link"), copy.is_on("parents"), copy.is_on("keep-git-dir")), (true, false, false));
        assert_eq!(only("EXPOSE 80 8000-8010/udp").ports(), [("80", "tcp"), ("8000-8010", "udp")]);
    }

    #[test]
    fn a_healthcheck_has_times() {
        for (flags, expected) in [
            ("", Some((30.0, 30.0, 0.0, 3))),
            ("--interval=1m30s --timeout=500ms --start-period=5s --retries=5", Some((90.0, 0.5, 5.0, 5))),
            ("--interval=0 --retries=0", Some((30.0, 30.0, 0.0, 3))),
            ("--interval=5", None),
            ("--retries=x", None),
        ] {
            let timing = only(&format!("HEALTHCHECK {flags} CMD x")).timing();
            assert_eq!(timing.map(|t| (t.interval, t.timeout, t.start_period, t.retries)), expected, "{flags}");
        }
    }

    #[test]
    fn variables_are_those_of_the_stage() {
        let text = "ARG V=1\nARG W=2\nFROM a AS base\nARG V\nARG X=${V}x\nENV E=$X P=/a\nFROM base\nARG W=9\nARG P=/b\nENV P=$P:/c Q=$P\nARG \
                    TARGETARCH\nENV R=$TARGETARCH\nRUN x";
        let dockerfile: Dockerfile = parse(text).document.unwrap();
        let [base, last] = dockerfile.stages.as_slice() else { panic!("two stages") };
        let at = |stage, index| {
            let known = dockerfile.variables_at(stage, index);
            known.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(at(base, 0), "");
        assert_eq!(at(base, 3), "E=1x P=/a V=1 X=1x");
        assert_eq!(at(last, 0), "E=1x P=/a");
        assert_eq!(at(last, 6), "E=1x P=/a:/c Q=/a W=9");
    }
}
