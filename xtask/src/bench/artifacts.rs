//! Makes the artifacts that are read: the same bytes at every run, with what a reader must find in them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Counts by name, such as `tests` or `lines_hit`.
pub(super) type Facts = BTreeMap<&'static str, u64>;

/// A format that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Junit,
    Cobertura,
    Lcov,
}

impl Format {
    pub(super) const ALL: [Self; 3] = [Self::Junit, Self::Cobertura, Self::Lcov];

    pub(super) const fn file_name(self) -> &'static str {
        match self {
            Self::Junit => "junit.xml",
            Self::Cobertura => "cobertura.xml",
            Self::Lcov => "lcov.info",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Junit => "JUnit XML",
            Self::Cobertura => "Cobertura XML",
            Self::Lcov => "LCOV",
        }
    }
}

/// A file that was made.
pub(super) struct Made {
    pub(super) bytes: u64,
    pub(super) facts: Facts,
}

/// Writes an artifact of at least so many bytes.
pub(super) fn make(format: Format, bytes: u64, path: &Path) -> io::Result<Made> {
    // The root element states the totals, so everything is made twice: once to count, once to write. Nothing is kept in
    // between: a child process starts with the memory of its parent, and its peak is what is measured.
    let facts = body(format, bytes, &mut io::sink())?;
    let mut out = Counted { out: BufWriter::new(File::create(path)?), bytes: 0 };
    out.write_all(head(format, &facts).as_bytes())?;
    body(format, bytes, &mut out)?;
    out.write_all(tail(format).as_bytes())?;
    out.flush()?;
    Ok(Made { bytes: out.bytes, facts })
}

struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn fact(facts: &Facts, name: &str) -> u64 {
    facts.get(name).copied().unwrap_or(0)
}

fn head(format: Format, facts: &Facts) -> String {
    let of = |name| fact(facts, name);
    match format {
        Format::Junit => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"generated\" tests=\"{}\" failures=\"{}\" \
             errors=\"{}\" skipped=\"{}\" time=\"{}\">\n",
            of("tests"),
            of("failures"),
            of("errors"),
            of("skipped"),
            Seconds(of("milliseconds")),
        ),
        Format::Cobertura => format!(
            "<?xml version=\"1.0\" ?>\n<coverage version=\"7.0\" timestamp=\"1767225600000\" lines-valid=\"{}\" \
             lines-covered=\"{}\" line-rate=\"{}\" branches-valid=\"{}\" branches-covered=\"{}\" branch-rate=\"{}\" \
             complexity=\"0\">\n  <sources><source>/repo</source></sources>\n  <packages>\n    <package name=\"root\" \
             line-rate=\"{1}\" branch-rate=\"{5}\" complexity=\"0\">\n      <classes>\n",
            of("lines"),
            of("lines_hit"),
            Rate(of("lines_hit"), of("lines")),
            of("branches"),
            of("branches_hit"),
            Rate(of("branches_hit"), of("branches")),
        ),
        Format::Lcov => String::new(),
    }
}

const fn tail(format: Format) -> &'static str {
    match format {
        Format::Junit => "</testsuites>\n",
        Format::Cobertura => "      </classes>\n    </package>\n  </packages>\n</coverage>\n",
        Format::Lcov => "",
    }
}

/// Writes suites, classes or records until there are enough bytes, and counts what they hold.
fn body(format: Format, bytes: u64, out: &mut impl Write) -> io::Result<Facts> {
    let mut random = Random(format as u64);
    let mut facts = Facts::new();
    let mut written = 0;
    let mut part = String::new();
    for number in 1_u64.. {
        if written >= bytes {
            break;
        }
        part.clear();
        match format {
            Format::Junit => suite(number, &mut random, &mut facts, &mut part),
            Format::Cobertura => class(number, &mut random, &mut facts, &mut part),
            Format::Lcov => record(number, &mut random, &mut facts, &mut part),
        }
        out.write_all(part.as_bytes())?;
        written += part.len() as u64;
    }
    Ok(facts)
}

const CASES: u64 = 100;
const FRAMES: u64 = 12;

/// A suite of a hundred cases: nine of ten pass, and the others have what real ones have.
fn suite(number: u64, random: &mut Random, facts: &mut Facts, out: &mut String) {
    let owner = format!("com.example.module{}.pkg{}.Service{number}Test", number % 40, number % 200);
    let path = owner.replace('.', "/");
    let mut cases = String::new();
    let mut counts = Facts::new();
    for case in 0..CASES {
        // A sixth of the cases takes long.
        let most = if random.below(6) == 0 { 400 } else { 20 };
        let time = random.below(most);
        *counts.entry("milliseconds").or_default() += time;
        let _ = write!(
            cases,
            "    <testcase name=\"shouldHandleCase_{case}_whenInput_{}\" classname=\"{owner}\" \
             file=\"src/test/java/{path}.java\" line=\"{}\" time=\"{}\"",
            random.below(1_000_000),
            20 + case * 7,
            Seconds(time),
        );
        let (count, inside) = match random.below(1000) {
            0..900 => (None, String::new()),
            900..940 => (Some("skipped"), "<skipped message=\"not on CI &lt;linux&gt;\"/>".to_owned()),
            940..970 => (Some("failures"), failure(random)),
            970..980 => (
                Some("errors"),
                "<error message=\"no value &amp; no default\" type=\"java.lang.NullPointerException\">at \
                 x.y.Z(Z.java:1)\n</error>"
                    .to_owned(),
            ),
            980..985 => (
                Some("flaky"),
                "<flakyFailure message=\"timed out\" type=\"java.io.IOException\"><stackTrace><![CDATA[timed \
                 out]]></stackTrace></flakyFailure>"
                    .to_owned(),
            ),
            _ => {
                let line = format!("log line ünïcode {case} ");
                (None, format!("<system-out><![CDATA[{}]]></system-out>", line.repeat(20)))
            }
        };
        if let Some(count) = count {
            *counts.entry(count).or_default() += 1;
        }
        if inside.is_empty() {
            cases.push_str("/>\n");
        } else {
            let _ = writeln!(cases, ">{inside}</testcase>");
        }
    }
    let of = |name| fact(&counts, name);
    let _ = writeln!(
        out,
        "  <testsuite name=\"{owner}\" tests=\"{CASES}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\" \
         timestamp=\"2026-01-01T00:00:00\">\n    <properties><property name=\"java.version\" value=\"21\"/></properties>\n\
         {cases}  </testsuite>",
        of("failures"),
        of("errors"),
        of("skipped"),
        Seconds(of("milliseconds")),
    );
    counts.insert("tests", CASES);
    for (name, count) in counts {
        *facts.entry(name).or_default() += count;
    }
}

fn failure(random: &mut Random) -> String {
    let mut text = "<failure message=\"expected: &lt;1&gt; but was: &lt;2&gt;\" type=\"AssertionFailedError\">\
                    <![CDATA[expected: <1> but was: <2>\n"
        .to_owned();
    for frame in 0..FRAMES {
        let _ = writeln!(text, "\tat com.example.Frame{frame}.call(Frame{frame}.java:{})", random.below(500));
    }
    text.push_str("]]></failure>");
    text
}

/// A line of a source file that was measured.
struct Line {
    number: u64,
    hits: u64,
    /// How many of two branches were taken.
    taken: Option<u64>,
}

/// A source file of 400 lines, of which some seventy of a hundred are code.
fn source(number: u64, random: &mut Random, facts: &mut Facts) -> (String, Vec<Line>) {
    let path = format!("src/pkg{}/module{}/file_{number}.py", number % 97, number % 13);
    let mut lines = Vec::new();
    for number in 1..=400 {
        if random.below(10) < 3 {
            continue;
        }
        let hits = if random.below(5) == 0 { 0 } else { 1 + random.below(999) };
        // Where a line ran, so did one of its branches.
        let taken = (random.below(100) < 15).then(|| if hits == 0 { 0 } else { 1 + random.below(2) });
        lines.push(Line { number, hits, taken });
    }
    let branching = lines.iter().filter_map(|line| line.taken);
    for (name, count) in [
        ("files", 1),
        ("lines", lines.len() as u64),
        ("lines_hit", lines.iter().filter(|line| line.hits > 0).count() as u64),
        ("branches", branching.clone().count() as u64 * 2),
        ("branches_hit", branching.sum()),
    ] {
        *facts.entry(name).or_default() += count;
    }
    (path, lines)
}

fn class(number: u64, random: &mut Random, facts: &mut Facts, out: &mut String) {
    let mut own = Facts::new();
    let (path, lines) = source(number, random, &mut own);
    let of = |name| fact(&own, name);
    let _ = write!(
        out,
        "        <class name=\"Class{number}\" filename=\"{path}\" line-rate=\"{}\" branch-rate=\"{}\" \
         complexity=\"0\">\n          <methods/>\n          <lines>\n",
        Rate(of("lines_hit"), of("lines")),
        Rate(of("branches_hit"), of("branches")),
    );
    for Line { number, hits, taken } in lines {
        let _ = write!(out, "            <line number=\"{number}\" hits=\"{hits}\" branch=\"");
        let _ = match taken {
            None => writeln!(out, "false\"/>"),
            Some(taken) => writeln!(out, "true\" condition-coverage=\"{}% ({taken}/2)\"/>", taken * 50),
        };
    }
    out.push_str("          </lines>\n        </class>\n");
    for (name, count) in own {
        *facts.entry(name).or_default() += count;
    }
}

fn record(number: u64, random: &mut Random, facts: &mut Facts, out: &mut String) {
    let mut own = Facts::new();
    let (path, lines) = source(number, random, &mut own);
    let _ = writeln!(out, "TN:\nSF:{path}");
    // Every fortieth line that is code begins a function.
    let functions = || lines.iter().step_by(40);
    for line in functions() {
        let _ = writeln!(out, "FN:{},function_{}", line.number, line.number);
    }
    for line in functions() {
        let _ = writeln!(out, "FNDA:{},function_{}", line.hits, line.number);
    }
    own.insert("functions", functions().count() as u64);
    own.insert("functions_hit", functions().filter(|line| line.hits > 0).count() as u64);
    let of = |name| fact(&own, name);
    let _ = writeln!(out, "FNF:{}\nFNH:{}", of("functions"), of("functions_hit"));
    for Line { number, hits, taken } in &lines {
        for branch in 0..2 {
            let _ = match taken {
                None => Ok(()),
                Some(_) if *hits == 0 => writeln!(out, "BRDA:{number},0,{branch},-"),
                Some(taken) => writeln!(out, "BRDA:{number},0,{branch},{}", u64::from(branch < *taken)),
            };
        }
    }
    let _ = writeln!(out, "BRF:{}\nBRH:{}", of("branches"), of("branches_hit"));
    for Line { number, hits, .. } in &lines {
        let _ = writeln!(out, "DA:{number},{hits}");
    }
    let _ = writeln!(out, "LF:{}\nLH:{}\nend_of_record", of("lines"), of("lines_hit"));
    for (name, count) in own {
        *facts.entry(name).or_default() += count;
    }
}

/// Milliseconds, written as seconds.
struct Seconds(u64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// A part of a whole, to four places.
struct Rate(u64, u64);

impl std::fmt::Display for Rate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = (self.0 * 10_000).checked_div(self.1).unwrap_or(0);
        write!(out, "{}.{:04}", share / 10_000, share % 10_000)
    }
}

/// `SplitMix64`: a few lines, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(format: Format) -> (String, Facts) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format.file_name());
        let made = make(format, 200_000, &path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.len() as u64, made.bytes);
        (text, made.facts)
    }

    fn count(text: &str, part: &str) -> u64 {
        text.matches(part).count() as u64
    }

    #[test]
    fn the_facts_are_what_the_files_hold() {
        for (format, holds) in [
            (
                Format::Junit,
                &[
                    ("tests", "<testcase "),
                    ("failures", "<failure "),
                    ("errors", "<error "),
                    ("skipped", "<skipped "),
                    ("flaky", "<flakyFailure "),
                ][..],
            ),
            (Format::Cobertura, &[("lines", "<line "), ("files", "<class "), ("branches_hit", "(2/2)")]),
            (Format::Lcov, &[("lines", "\nDA:"), ("branches", "\nBRDA:"), ("files", "SF:"), ("functions", "\nFNDA:")]),
        ] {
            let (text, facts) = made(format);
            for (name, part) in holds {
                let expected = match *name {
                    "branches_hit" => count(&text, "(1/2)") + 2 * count(&text, part),
                    _ => count(&text, part),
                };
                assert_eq!(fact(&facts, name), expected, "{format:?} {name}");
                assert!(expected > 0, "{format:?} {name}");
            }
        }
    }

    #[test]
    fn the_same_bytes_are_made_every_time() {
        for format in Format::ALL {
            assert_eq!(made(format), made(format));
        }
    }
}
