//! How long test cases take, in buckets.

use crate::model::TimeBucket;

/// Where the buckets end, in seconds: about three to a power of ten, at times that people say.
const ENDS: [f64; 14] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0];

/// Counts and sums of times; the last is of those beyond all ends.
#[derive(Debug, Default)]
pub(super) struct Times([(u64, f64); ENDS.len() + 1]);

impl Times {
    pub(super) fn add(&mut self, seconds: f64) {
        let bucket = ENDS.partition_point(|end| *end <= seconds);
        if let Some((cases, sum)) = self.0.get_mut(bucket) {
            *cases += 1;
            *sum += seconds;
        }
    }

    /// Without the empty ones at both sides.
    pub(super) fn buckets(&self) -> Vec<TimeBucket> {
        let ends = ENDS.iter().copied().map(Some).chain([None]);
        // To the microsecond: sums of decimals end in dust.
        let bucket = |(below, (cases, sum)): (_, &(u64, f64))| TimeBucket {
            below,
            cases: *cases,
            seconds: (sum * 1e6).round() / 1e6,
        };
        let mut buckets: Vec<TimeBucket> =
            ends.zip(&self.0).map(bucket).skip_while(|bucket| bucket.cases == 0).collect();
        while buckets.pop_if(|last| last.cases == 0).is_some() {}
        buckets
    }
}

#[cfg(test)]
mod tests {
    use super::Times;

    #[test]
    fn times_fall_into_buckets_whose_ends_belong_to_the_next() {
        let mut times = Times::default();
        for seconds in [0.02, 0.03, 0.1, 0.2, 0.25] {
            times.add(seconds);
        }
        let seen: Vec<_> = times.buckets().iter().map(|b| (b.below, b.cases, b.seconds)).collect();
        assert_eq!(seen, [(Some(0.03), 1, 0.02), (Some(0.1), 1, 0.03), (Some(0.3), 3, 0.55)]);
    }

    #[test]
    fn the_last_bucket_has_no_end_and_without_times_there_is_none() {
        assert!(Times::default().buckets().is_empty());
        let mut times = Times::default();
        times.add(90_000.0);
        times.add(0.0);
        let buckets = times.buckets();
        assert_eq!((buckets[0].below, buckets[0].cases), (Some(0.001), 1));
        assert_eq!(buckets.last().map(|b| (b.below, b.cases)), Some((None, 1)));
        assert_eq!(buckets.iter().map(|b| b.cases).sum::<u64>(), 2);
    }
}
