//! What a long run is at, for whoever waits at a terminal, and how long each phase took.
#![expect(clippy::disallowed_methods, reason = "the clock of progress and timings, which no report depends on")]

use super::output;
use crate::engine::{Phase, Step};
use crate::render::text::{number, shown};
use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Shorter work is done before anybody wonders.
const PATIENCE: Duration = Duration::from_millis(700);
/// Between two looks at what the work is at.
const TICK: Duration = Duration::from_millis(150);
/// Characters of the line: a longer one would break and stay.
const WIDTH: usize = 78;

/// Watches a run. Shows a line on standard error while it lasts, when that is a terminal; with `verbose` the times at its
/// end.
pub(super) struct Progress {
    verbose: bool,
    shows: bool,
    phases: RefCell<Vec<(&'static str, Instant)>>,
    screen: Option<Screen>,
}

impl Progress {
    pub(super) fn start(quiet: bool, verbose: bool) -> Self {
        let capable = std::env::var("TERM").map_or(cfg!(windows), |term| term != "dumb");
        let shows = !quiet && capable && io::stderr().is_terminal();
        Self { verbose, shows, phases: RefCell::default(), screen: shows.then(Screen::start) }
    }

    /// Ends the phase before.
    pub(super) fn phase(&self, name: &'static str) {
        self.phases.borrow_mut().push((name, Instant::now()));
        self.show(name);
    }

    /// A step of the engine, which has phases of its own.
    pub(super) fn step(&self, step: Step<'_>) {
        let name = match step.phase {
            Phase::Open => "opening",
            Phase::Read => "reading",
            Phase::Link => "linking",
            Phase::Judge => "judging",
        };
        if self.phases.borrow().last().is_none_or(|(last, _)| *last != name) {
            self.phase(name);
        }
        if self.screen.is_some() {
            let (done, total) = (number(step.done as u64), number(step.total as u64));
            self.show(&format!("{name} {done} of {total}: {}", shown(step.name)));
        }
    }

    fn show(&self, text: &str) {
        if let Some(screen) = &self.screen {
            *screen.line.lock().unwrap_or_else(PoisonError::into_inner) = text.chars().take(WIDTH).collect();
        }
    }

    /// Takes the line away, before anything is printed.
    pub(super) fn pause(&mut self) {
        self.screen = None;
    }

    /// Shows the line again.
    pub(super) fn resume(&mut self) {
        self.screen = self.shows.then(Screen::start);
    }

    /// Tells the times, if they were asked for.
    pub(super) fn finish(mut self) {
        self.pause();
        if !self.verbose {
            return;
        }
        let phases = self.phases.borrow();
        let ends = phases.iter().skip(1).map(|(_, start)| *start).chain([Instant::now()]);
        for ((name, start), end) in phases.iter().zip(ends) {
            output::note(&format!("{name:<12} {:>9.1} ms", (end - *start).as_secs_f64() * 1000.0));
        }
        if let Some((_, start)) = phases.first() {
            output::note(&format!("{:<12} {:>9.1} ms", "all", start.elapsed().as_secs_f64() * 1000.0));
        }
    }
}

/// Draws the line from a thread of its own, so that it stands there also during a step that takes long. Ends with it.
struct Screen {
    line: Arc<Mutex<String>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Screen {
    fn start() -> Self {
        let line: Arc<Mutex<String>> = Arc::default();
        let (stop, stopped) = mpsc::channel();
        let shared = Arc::clone(&line);
        let thread = thread::spawn(move || {
            let mut wait = PATIENCE;
            let mut drawn = false;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = TICK;
                drawn = true;
                let line = shared.lock().unwrap_or_else(PoisonError::into_inner).clone();
                draw(&line);
            }
            if drawn {
                draw("");
            }
        });
        Self { line, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Without a sender the thread ends at once.
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It cannot panic; and if it did, the report would still be wanted.
            let _ = thread.join();
        }
    }
}

/// Replaces the line; when standard error is gone there is nobody to show it to.
fn draw(line: &str) {
    let mut stream = io::stderr().lock();
    let _ = write!(stream, "\r\u{1b}[K{line}").and_then(|()| stream.flush());
}
