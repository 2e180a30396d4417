//! The records of one source file.

use crate::model::Ratio;
use crate::parse::coverage::gather::hits;
use crate::parse::coverage::lines::LineBranches;
use crate::parse::coverage::{CoveredSource, Line, Lines};
use std::collections::BTreeMap;

/// What the records of a file say, until all of them were read.
#[derive(Default)]
pub(super) struct Records<'t> {
    lines: Lines,
    branches: Vec<Branch<'t>>,
    /// Whether a function ran, by name.
    functions: Vec<(&'t str, bool)>,
    /// The same by first line, for the records of LCOV 2.2, where one function can have several names.
    functions_at: Vec<(u32, bool)>,
    /// Functions by the number that `FNL` gives them in one group of records: their first lines.
    pub(super) numbered: BTreeMap<&'t str, u32>,
    pub(super) claimed: Claims,
    /// For [`Records::settle`].
    counted: Vec<LineBranches>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Branch<'t> {
    line: u32,
    id: Id<'t>,
    taken: bool,
}

/// Block and branch as written, with the comma between them; a block has none. Both are digits mostly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Id<'t> {
    /// At most eight bytes, with zeros behind them.
    Short(u64),
    Long(&'t str),
}

impl<'t> Id<'t> {
    fn new(id: &'t str) -> Self {
        let bytes = id.as_bytes();
        // A NUL would be no other than the zeros behind it.
        if bytes.len() > 8 || bytes.contains(&0) {
            return Self::Long(id);
        }
        Self::Short(bytes.iter().fold(0, |short, byte| short << 8 | u64::from(*byte)) << (64 - 8 * bytes.len().max(1)))
    }
}

#[derive(Default, Clone, Copy)]
pub(super) struct Claims {
    pub(super) line: Claim,
    pub(super) branch: Claim,
    pub(super) function: Claim,
}

#[derive(Default, Clone, Copy)]
pub(super) struct Claim {
    ratio: Ratio,
    made: bool,
}

impl Claims {
    pub(super) fn add(&mut self, keyword: &str, count: u64) {
        match keyword {
            "LF" => self.line.add(0, count),
            "LH" => self.line.add(count, 0),
            "BRF" => self.branch.add(0, count),
            "BRH" => self.branch.add(count, 0),
            "FNF" => self.function.add(0, count),
            _ => self.function.add(count, 0),
        }
    }
}

impl Claim {
    fn add(&mut self, covered: u64, total: u64) {
        self.ratio += Ratio { covered, total };
        self.made = true;
    }

    pub(super) fn get(self) -> Option<Ratio> {
        let Ratio { covered, total } = self.ratio;
        self.made.then_some(Ratio { covered: covered.min(total), total })
    }
}

impl<'t> Records<'t> {
    /// Takes `DA:7,42` or `BRDA:7,0,1,42` and its line end, which is what tracefiles consist of, and gives its length. All
    /// that is written otherwise is left to [`Records::line`] and [`Records::branch`].
    pub(super) fn plain(&mut self, text: &'t str) -> Option<usize> {
        let bytes = text.as_bytes();
        let rest = if let Some(rest) = bytes.strip_prefix(b"DA:") {
            let (number, rest) = digits(rest)?;
            let (hits, rest) = digits(rest.strip_prefix(b",")?)?;
            let rest = line_end(rest)?;
            self.lines.push(Line::new(u32::try_from(number).ok()?, hits));
            rest
        } else {
            let (line, id) = digits(bytes.strip_prefix(b"BRDA:")?)?;
            let id = id.strip_prefix(b",")?;
            let (_, rest) = digits(id)?;
            let (_, rest) = digits(rest.strip_prefix(b",")?)?;
            let start = bytes.len() - id.len();
            let id = Id::new(text.get(start..bytes.len() - rest.len())?);
            let rest = rest.strip_prefix(b",")?;
            let (hits, rest) = if let Some(rest) = rest.strip_prefix(b"-") { (0, rest) } else { digits(rest)? };
            let rest = line_end(rest)?;
            self.branches.push(Branch { line: u32::try_from(line).ok()?, id, taken: hits > 0 });
            rest
        };
        Some(bytes.len() - rest.len())
    }

    /// `DA`.
    pub(super) fn line(&mut self, value: &str) -> Option<()> {
        let (number, rest) = cut(value, b',')?;
        let count = cut(rest, b',').map_or(rest, |(count, _checksum)| count);
        self.lines.push(Line::new(number.trim_ascii().parse().ok()?, hits(count)?));
        Some(())
    }

    /// `BRDA`.
    pub(super) fn branch(&mut self, value: &'t str) -> Option<()> {
        let (line, rest) = cut(value, b',')?;
        // The branch may be text, with commas.
        let last = rest.bytes().rposition(|byte| byte == b',')?;
        let (id, taken) = (rest.get(..last)?, rest.get(last + 1..)?);
        cut(id, b',')?;
        let taken = match taken.trim_ascii() {
            "-" | "0" => false,
            taken => hits(taken)? > 0,
        };
        let branch = Branch { line: line.trim_ascii().parse().ok()?, id: Id::new(id), taken };
        self.branches.push(branch);
        Some(())
    }

    /// `FN`, `FNDA`, `FNL` or `FNA`.
    pub(super) fn function(&mut self, keyword: &str, value: &'t str) -> Option<()> {
        match keyword {
            "FN" => {
                let (start, rest) = cut(value, b',')?;
                start.trim_ascii().parse::<u32>().ok()?;
                // Names contain commas, so an end line is one only when it is a number with a name after it.
                let name = match cut(rest, b',') {
                    Some((end, name)) if !end.is_empty() && end.bytes().all(|b| b.is_ascii_digit()) => name,
                    _ => rest,
                };
                self.functions.push((name, false));
            }
            "FNDA" => {
                let (count, name) = cut(value, b',')?;
                self.functions.push((name, hits(count)? > 0));
            }
            "FNL" => {
                let (number, rest) = cut(value, b',')?;
                let start = cut(rest, b',').map_or(rest, |(start, _end)| start).trim_ascii().parse().ok()?;
                self.numbered.insert(number, start);
                self.functions_at.push((start, false));
            }
            _ => {
                let mut parts = value.splitn(3, ',');
                let start = *self.numbered.get(parts.next()?)?;
                self.functions_at.push((start, hits(parts.next()?)? > 0));
            }
        }
        Some(())
    }

    /// Makes what a file's records say the file's, in place of what it had.
    pub(super) fn settle(&mut self, file: &mut CoveredSource) {
        file.lines.clear();
        file.lines.append(&mut self.lines);
        file.lines.merge(u64::saturating_add);
        file.claimed_lines = self.claimed.line.get().filter(|_| file.lines.is_empty());
        file.branches = if self.branches.is_empty() {
            self.claimed.branch.get().unwrap_or_default()
        } else {
            self.count_branches(&mut file.lines)
        };
        file.functions = run(&mut self.functions);
        file.functions += run(&mut self.functions_at);
        if file.functions.total == 0 {
            file.functions = self.claimed.function.get().unwrap_or_default();
        }
    }

    /// Counts each branch once, taken when one of its records says so, and notes the counts on the lines.
    fn count_branches(&mut self, lines: &mut Lines) -> Ratio {
        self.branches.sort_unstable();
        let mut total = Ratio::default();
        self.counted.clear();
        for on_line in self.branches.chunk_by(|a, b| a.line == b.line) {
            let mut counts =
                LineBranches { number: on_line.first().map_or(0, |branch| branch.line), taken: 0, total: 0 };
            for same in on_line.chunk_by(|a, b| a.id == b.id) {
                counts.total = counts.total.saturating_add(1);
                counts.taken = counts.taken.saturating_add(same.iter().any(|branch| branch.taken).into());
            }
            total += Ratio { covered: counts.taken.into(), total: counts.total.into() };
            self.counted.push(counts);
        }
        lines.set_branches(&self.counted);
        total
    }

    /// Forgets everything but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.branches.clear();
        self.functions.clear();
        self.functions_at.clear();
        self.numbered.clear();
        self.claimed = Claims::default();
    }
}

/// How many of so many different functions ran: in one of their records at least.
fn run<K: Ord>(functions: &mut [(K, bool)]) -> Ratio {
    functions.sort_unstable();
    let mut ratio = Ratio::default();
    for same in functions.chunk_by(|a, b| a.0 == b.0) {
        ratio += Ratio { covered: same.iter().any(|(_, ran)| *ran).into(), total: 1 };
    }
    ratio
}

/// A number of one to eighteen digits, which fits, and what follows it.
#[inline]
fn digits(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    let mut rest = text;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        rest = after;
    }
    (1..=18).contains(&(text.len() - rest.len())).then_some((number, rest))
}

/// What follows a line end.
#[inline]
fn line_end(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"\r").unwrap_or(text).strip_prefix(b"\n")
}

/// Splits at the first such byte. Records are short, and a plain loop over them is faster than a search that has to be
/// set up.
pub(super) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let index = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..index)?, text.get(index + 1..)?))
}
