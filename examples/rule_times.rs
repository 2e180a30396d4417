//! What judging costs, rule by rule: reads a folder, runs every rule over it in turns, and prints the best time of each.
//!
//! usage: `rule_times FOLDER [ROUNDS]`

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program that reads files, measures and prints")]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};
use tollgate::engine;
use tollgate::input::{Content, Limits, Origin, RawFile};
use tollgate::model::{Level, PolicyPlace};
use tollgate::rules::{REGISTRY, Sink};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: rule_times FOLDER [ROUNDS]")?;
    let rounds: u32 = arguments.next().map_or(Ok(5), |rounds| rounds.parse())?;
    let mut files = Vec::new();
    gather(Path::new(&folder), "", &mut files)?;
    let (count, bytes) = (files.len(), files.iter().map(|file| size(&file.content)).sum::<usize>());
    let today = "2026-01-01".parse()?;

    let mut parse = Duration::MAX;
    let mut times = vec![Duration::MAX; REGISTRY.len()];
    for _ in 0..rounds {
        let start = Instant::now();
        engine::inspect(files.clone(), &Limits::default(), |evidence, _| {
            parse = parse.min(start.elapsed());
            for (rule, best) in REGISTRY.iter().zip(&mut times) {
                let place = PolicyPlace { file: String::new(), line: 1 };
                let mut sink = Sink::new(&rule.meta, Level::Warning, place, today);
                let start = Instant::now();
                (rule.run)(evidence, &serde_json::Map::new(), &mut sink);
                drop(sink.finish());
                *best = start.elapsed().min(*best);
            }
        });
    }
    let rules: Duration = times.iter().sum();
    let whole = parse + rules;
    let share = |part: Duration| part.as_secs_f64() * 100.0 / whole.as_secs_f64();
    println!("{count} files, {bytes} bytes");
    println!("reading   {:8.2} ms  {:5.1} %", parse.as_secs_f64() * 1e3, share(parse));
    println!("{} rules {:8.2} ms  {:5.1} %", REGISTRY.len(), rules.as_secs_f64() * 1e3, share(rules));
    let mut by_time: Vec<_> = REGISTRY.iter().zip(times).collect();
    by_time.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    for (rule, time) in by_time.iter().take(12) {
        println!("  {:32} {:8.3} ms  {:5.2} %", rule.meta.id, time.as_secs_f64() * 1e3, share(*time));
    }
    Ok(())
}

fn gather(folder: &Path, prefix: &str, files: &mut Vec<RawFile>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push(RawFile { path, content: Content::Bytes(std::fs::read(entry.path())?), origin: Origin::Tree });
        }
    }
    Ok(())
}

fn size(content: &Content) -> usize {
    if let Content::Bytes(bytes) = content { bytes.len() } else { 0 }
}
