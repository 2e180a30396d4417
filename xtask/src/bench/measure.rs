//! What a child process took.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

use crate::Outcome;

/// What one run took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// User and system time of all its threads.
    pub(super) cpu: Duration,
    pub(super) wall: Duration,
    /// The most memory that it held at once, in bytes, shared libraries included.
    pub(super) peak: u64,
}

/// Runs a command to its end with its standard output in a file, and tells what it took and how it ended.
pub(super) fn child(command: &mut Command, output: &Path) -> Outcome<(Sample, Option<i32>)> {
    let file = File::create(output).map_err(|error| format!("cannot write {}: {error}", output.display()))?;
    command.stdin(Stdio::null()).stdout(file).stderr(Stdio::null());
    let start = Instant::now();
    let used = command.spawn().and_then(Wait4::wait4);
    let used = used.map_err(|error| format!("cannot run {}: {error}", command.get_program().display()))?;
    let sample = Sample { cpu: used.rusage.utime + used.rusage.stime, wall: start.elapsed(), peak: used.rusage.maxrss };
    Ok((sample, used.status.code()))
}

/// The middle one of each measure.
pub(super) fn median(samples: &[Sample]) -> Sample {
    fn middle<T: Copy + Ord + Default>(values: impl Iterator<Item = T>) -> T {
        let mut values: Vec<T> = values.collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or_default()
    }
    Sample {
        cpu: middle(samples.iter().map(|sample| sample.cpu)),
        wall: middle(samples.iter().map(|sample| sample.wall)),
        peak: middle(samples.iter().map(|sample| sample.peak)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_measured_and_its_output_kept() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out");
        let script = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i; exit 3";
        let (sample, code) = child(Command::new("sh").args(["-c", script]), &output).unwrap();
        assert_eq!((std::fs::read_to_string(output).unwrap().as_str(), code), ("20000\n", Some(3)));
        assert!(sample.cpu > Duration::ZERO && sample.wall > Duration::ZERO && sample.peak > 100_000, "{sample:?}");
    }

    #[test]
    fn the_median_takes_each_measure_by_itself() {
        let sample =
            |cpu, wall, peak| Sample { cpu: Duration::from_millis(cpu), wall: Duration::from_millis(wall), peak };
        let samples = [sample(9, 1, 5), sample(2, 8, 4), sample(3, 7, 6)];
        assert_eq!(median(&samples), sample(3, 7, 5));
        assert_eq!(median(&[]), Sample::default());
    }
}
