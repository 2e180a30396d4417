use crate::model::{CaseStatus, Family, FileStatus, Level, OutcomeKind, Report, Status};
use std::fmt::Write as _;
use std::rc::Rc;
use yew::Reducible;

/// All that decides how a report is shown. What differs from the default is written in the address's fragment, so that
/// a view can be bookmarked and the browser's back button works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The part of the report that is shown.
    pub view: View,
    /// Levels shown; all when empty, as with the other sets.
    pub levels: Choices<Level>,
    /// Families shown.
    pub families: Choices<Family>,
    /// Statuses of findings shown.
    pub statuses: Choices<Status>,
    /// Outcomes of rules shown.
    pub outcomes: Choices<OutcomeKind>,
    /// Statuses of files shown.
    pub files: Choices<FileStatus>,
    /// Statuses of test cases shown.
    pub cases: Choices<CaseStatus>,
    /// Which of a view's lists is shown.
    pub part: Part,
    /// What a list is sorted by.
    pub sort: Sort,
    /// The file that is looked into; a folder where it ends with a slash.
    pub path: String,
    /// Only this rule; all when empty.
    pub rule: String,
    /// Only what is in this file, and at or below this structural address; everything where they are empty.
    pub within: Within,
    /// Words that must (or, after a `-`, must not) occur.
    pub query: String,
    /// The workflow that is drawn, by its path; the one that tells most when empty.
    pub workflow: String,
    /// The run whose times are shown, by its number in the report; the latest where there is none.
    pub run: Option<usize>,
    /// The job of the workflow whose facts are shown, by its id; none when empty.
    pub job: String,
    /// What findings are put together by.
    pub group: Group,
    /// The finding that the keyboard is on, by its number in the report.
    pub selected: Option<usize>,
    /// Rows of a long list that are shown; not in the fragment.
    pub rows: usize,
    /// Whether the key map is open; not in the fragment.
    pub help: bool,
    /// Whether the palette is open; not in the fragment.
    pub palette: bool,
    /// Colours; kept in the browser, not in the fragment.
    pub theme: Theme,
    /// Whether single keys do anything; kept in the browser, not in the fragment.
    pub keys: bool,
}

/// A part of the input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Within {
    /// Path of the file; empty for all files.
    pub file: String,
    /// Structural address; empty for the whole file.
    pub path: String,
}

/// The few values that a filter lets through, in order; all when there is none. A tree would be a tenth of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices<T>(Vec<T>);

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The verdict, its reasons and the figures.
    Overview,
    /// What is wrong.
    Findings,
    /// What the tests said.
    Tests,
    /// How much of the code they reach.
    Coverage,
    /// Workflows as graphs of their jobs.
    Pipeline,
    /// What became of each rule.
    Rules,
    /// The policy, to be read and changed.
    Policy,
    /// The receipt.
    Files,
    /// Beside another report.
    Compare,
}

/// What findings are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// One group a file.
    File,
    /// One group a rule.
    Rule,
    /// One group a family.
    Family,
    /// One group a level.
    Level,
}

/// A list of a view that has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// The one that the view shows unasked.
    #[default]
    First,
    /// Tests that failed.
    Failures,
    /// Tests with several results.
    Repeats,
    /// Test suites, as a tree.
    Suites,
    /// The slowest tests.
    Slowest,
    /// All tests.
    All,
    /// Covered files, as a tree of folders.
    Tree,
    /// Covered files, as a list.
    Flat,
    /// Covered files, as areas.
    Map,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// What went worst first: most failures, or the lowest share.
    #[default]
    Worst,
    /// The most first: of time, or of lines that are not covered.
    Most,
    /// By name.
    Name,
}

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A change of the [`State`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Show another part.
    Show(View),
    /// Show what a fragment says.
    Fragment(String),
    /// Show a level, or no longer.
    Level(Level),
    /// Show a family, or no longer.
    Family(Family),
    /// Show a status, or no longer.
    Status(Status),
    /// Show an outcome, or no longer.
    Outcome(OutcomeKind),
    /// Show a status of files, or no longer.
    File(FileStatus),
    /// Show a status of test cases, or no longer.
    Case(CaseStatus),
    /// Sort.
    Sort(Sort),
    /// Show one rule, or all when empty.
    Rule(String),
    /// Show what is in a part of the input, or all.
    Within(Within),
    /// Draw a workflow.
    Workflow(String),
    /// Show the times of a run.
    Run(Option<usize>),
    /// Show the facts of a job, or of none when empty.
    Job(String),
    /// Search.
    Query(String),
    /// Group.
    Group(Group),
    /// Take all filters away.
    Clear,
    /// Put the keyboard on a finding, or on none.
    Select(Option<usize>),
    /// Show more rows.
    More,
    /// Open or close the key map.
    Help(bool),
    /// Open or close the palette.
    Palette(bool),
    /// Choose colours.
    Theme(Theme),
    /// Turn single keys on or off.
    Keys(bool),
}

impl Default for State {
    fn default() -> Self {
        Self {
            view: View::Overview,
            levels: Choices::default(),
            families: Choices::default(),
            statuses: Choices::default(),
            outcomes: Choices::default(),
            files: Choices::default(),
            cases: Choices::default(),
            part: Part::default(),
            sort: Sort::default(),
            path: String::new(),
            rule: String::new(),
            within: Within::default(),
            query: String::new(),
            workflow: String::new(),
            run: None,
            job: String::new(),
            group: Group::File,
            selected: None,
            rows: Self::FIRST_ROWS,
            help: false,
            palette: false,
            theme: Theme::System,
            keys: true,
        }
    }
}

impl State {
    /// Rows of a list that are shown at first: few enough that the page stays quick and find-in-page useful.
    pub const FIRST_ROWS: usize = 300;
    /// Rows that "show more" adds.
    pub const MORE_ROWS: usize = 200;

    /// The default filters, in a view.
    pub fn of(view: View) -> Self {
        Self { view, ..Self::default() }
    }

    /// Whether a filter hides anything.
    pub fn filtered(&self) -> bool {
        self.fragment_without_selection() != self.open().fragment_without_selection()
    }

    /// The same without its filters.
    fn open(&self) -> Self {
        Self {
            view: self.view,
            group: self.group,
            part: self.part,
            sort: self.sort,
            path: self.path.clone(),
            workflow: self.workflow.clone(),
            run: self.run,
            job: self.job.clone(),
            theme: self.theme,
            keys: self.keys,
            ..Self::default()
        }
    }

    /// The parts that differ from the default, as a fragment without its `#`.
    pub fn fragment(&self) -> String {
        let mut fragment = self.fragment_without_selection();
        if let Some(selected) = self.selected {
            push(&mut fragment, "finding", &(selected + 1).to_string());
        }
        fragment
    }

    pub(super) fn fragment_without_selection(&self) -> String {
        let mut out = String::new();
        if self.view != View::Overview {
            push(&mut out, "v", self.view.word());
        }
        if self.group != Group::File {
            push(&mut out, "group", self.group.word());
        }
        if self.part != Part::First {
            push(&mut out, "part", self.part.word());
        }
        if self.sort != Sort::Worst {
            push(&mut out, "sort", self.sort.word());
        }
        if !self.path.is_empty() {
            push(&mut out, "path", &self.path);
        }
        push_set(&mut out, "level", self.levels.0.iter().map(|l| l.word()));
        push_set(&mut out, "family", self.families.0.iter().map(|f| f.word()));
        push_set(&mut out, "status", self.statuses.0.iter().map(|s| super::words::status(*s)));
        push_set(&mut out, "outcome", self.outcomes.0.iter().map(|o| o.word()));
        push_set(&mut out, "file", self.files.0.iter().map(|f| f.word()));
        push_set(&mut out, "case", self.cases.0.iter().map(|s| super::words::case(*s).word));
        if !self.rule.is_empty() {
            push(&mut out, "rule", &self.rule);
        }
        for (key, value) in [
            ("in", &self.within.file),
            ("at", &self.within.path),
            ("q", &self.query),
            ("workflow", &self.workflow),
            ("job", &self.job),
        ] {
            if !value.is_empty() {
                push(&mut out, key, value);
            }
        }
        if let Some(run) = self.run {
            push(&mut out, "run", &(run + 1).to_string());
        }
        out
    }

    /// The address of this state, to be linked to.
    pub fn link(&self) -> String {
        format!("#{}", self.fragment())
    }

    /// Reads a fragment, with or without its `#`. What it does not know is left out: addresses are typed and cut by
    /// people and programs.
    #[must_use]
    pub fn with_fragment(&self, fragment: &str) -> Self {
        let mut state = Self { theme: self.theme, keys: self.keys, ..Self::default() };
        for part in fragment.trim_start_matches('#').split('&') {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = decode(value);
            match key {
                "v" => state.view = pick(&View::ALL, &value, View::word).unwrap_or(View::Overview),
                "group" => state.group = pick(&Group::ALL, &value, Group::word).unwrap_or(Group::File),
                "level" => state.levels = pick_set(&super::words::LEVELS, &value, Level::word),
                "family" => state.families = pick_set(&Family::ALL, &value, Family::word),
                "status" => state.statuses = pick_set(&super::words::STATUSES, &value, super::words::status),
                "outcome" => state.outcomes = pick_set(&super::words::OUTCOMES, &value, OutcomeKind::word),
                "file" => state.files = pick_set(&super::words::FILE_STATUSES, &value, FileStatus::word),
                "case" => state.cases = pick_set(&super::words::CASES, &value, |case| super::words::case(case).word),
                "part" => state.part = pick(&Part::ALL, &value, Part::word).unwrap_or_default(),
                "sort" => state.sort = pick(&Sort::ALL, &value, Sort::word).unwrap_or_default(),
                "path" => state.path = value,
                "rule" => state.rule = value,
                "in" => state.within.file = value,
                "at" => state.within.path = value,
                "q" => state.query = value,
                "workflow" => state.workflow = value,
                "job" => state.job = value,
                "run" => state.run = number(&value),
                "finding" => state.selected = number(&value),
                _ => {}
            }
        }
        state
    }
}

impl<T> Default for Choices<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord + Copy> Choices<T> {
    /// Only one value.
    pub fn only(item: T) -> Self {
        Self(vec![item])
    }

    /// Whether a value was chosen.
    pub fn has(&self, item: T) -> bool {
        self.0.contains(&item)
    }

    /// Whether the filter lets a value through.
    pub fn allows(&self, item: T) -> bool {
        self.0.is_empty() || self.has(item)
    }

    /// Chooses a value, or no longer.
    pub fn toggle(&mut self, item: T) {
        match self.0.iter().position(|chosen| *chosen == item) {
            Some(at) => {
                self.0.remove(at);
            }
            None => self.0.insert(self.0.partition_point(|chosen| *chosen < item), item),
        }
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        let filters = !matches!(
            action,
            Action::Select(_)
                | Action::More
                | Action::Help(_)
                | Action::Palette(_)
                | Action::Theme(_)
                | Action::Keys(_)
                | Action::Job(_)
                | Action::Run(_)
        );
        if filters {
            next.selected = None;
            next.rows = Self::FIRST_ROWS;
        }
        match action {
            Action::Show(view) => next = Self { theme: next.theme, keys: next.keys, ..Self::of(view) },
            Action::Fragment(fragment) => {
                // The page writes the fragment itself; reading it back must not close anything.
                if fragment.trim_start_matches('#') == self.fragment() {
                    return self;
                }
                next = self.with_fragment(&fragment);
            }
            Action::Level(level) => next.levels.toggle(level),
            Action::Family(family) => next.families.toggle(family),
            Action::Status(status) => next.statuses.toggle(status),
            Action::Outcome(outcome) => next.outcomes.toggle(outcome),
            Action::File(status) => next.files.toggle(status),
            Action::Case(status) => next.cases.toggle(status),
            Action::Sort(sort) => next.sort = sort,
            Action::Rule(rule) => next.rule = rule,
            Action::Within(within) => next.within = within,
            Action::Workflow(workflow) => (next.workflow, next.run, next.job) = (workflow, None, String::new()),
            Action::Run(run) => next.run = run,
            Action::Job(job) => next.job = job,
            Action::Query(query) => next.query = query,
            Action::Group(group) => next.group = group,
            Action::Clear => next = next.open(),
            Action::Select(selected) => next.selected = selected,
            Action::More => next.rows += Self::MORE_ROWS,
            Action::Help(open) => next.help = open,
            Action::Palette(open) => next.palette = open,
            Action::Theme(theme) => next.theme = theme,
            Action::Keys(on) => next.keys = on,
        }
        Rc::new(next)
    }
}

impl View {
    /// All views, in the order of their tabs.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Findings,
        Self::Tests,
        Self::Coverage,
        Self::Pipeline,
        Self::Rules,
        Self::Policy,
        Self::Files,
        Self::Compare,
    ];

    /// The views of a report, in the order of their tabs: those of tests and coverage say what to drop where there is
    /// nothing to show.
    pub fn of(report: &Report) -> Vec<Self> {
        Self::ALL.into_iter().filter(|view| *view != Self::Pipeline || !report.workflows.is_empty()).collect()
    }

    /// Whether the page has the view in a wasm file of its own, which arrives after the page. What a verdict is read
    /// from comes first.
    pub const fn is_later(self) -> bool {
        match self {
            Self::Overview | Self::Findings | Self::Rules | Self::Files => false,
            Self::Tests | Self::Coverage | Self::Pipeline | Self::Policy | Self::Compare => true,
        }
    }

    /// The word used in the fragment.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Findings => "findings",
            Self::Tests => "tests",
            Self::Coverage => "coverage",
            Self::Pipeline => "pipeline",
            Self::Rules => "rules",
            Self::Policy => "policy",
            Self::Files => "files",
            Self::Compare => "compare",
        }
    }

    /// The word used on its tab.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Findings => "Findings",
            Self::Tests => "Tests",
            Self::Coverage => "Coverage",
            Self::Pipeline => "Pipeline",
            Self::Rules => "Rules",
            Self::Policy => "Policy",
            Self::Files => "Files",
            Self::Compare => "Compare",
        }
    }
}

impl Group {
    /// All ways to group.
    pub const ALL: [Self; 4] = [Self::File, Self::Rule, Self::Family, Self::Level];

    /// The word used in the fragment.
    pub const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Rule => "rule",
            Self::Family => "family",
            Self::Level => "level",
        }
    }
}

impl Part {
    /// All lists.
    pub const ALL: [Self; 9] = [
        Self::First,
        Self::Failures,
        Self::Repeats,
        Self::Suites,
        Self::Slowest,
        Self::All,
        Self::Tree,
        Self::Flat,
        Self::Map,
    ];

    /// The word used in the fragment.
    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "",
            Self::Failures => "failures",
            Self::Repeats => "repeats",
            Self::Suites => "suites",
            Self::Slowest => "slowest",
            Self::All => "all",
            Self::Tree => "tree",
            Self::Flat => "flat",
            Self::Map => "map",
        }
    }
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 3] = [Self::Worst, Self::Most, Self::Name];

    /// The word used in the fragment.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Worst => "worst",
            Self::Most => "most",
            Self::Name => "name",
        }
    }
}

impl Theme {
    /// All themes.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word used in the document and in the browser's storage.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Numbers count from 1 in addresses.
fn number(text: &str) -> Option<usize> {
    text.parse::<usize>().ok().and_then(|number| number.checked_sub(1))
}

fn pick<T: Copy>(all: &[T], word: &str, name: fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|item| name(*item) == word)
}

fn pick_set<T: Copy + Ord>(all: &[T], words: &str, name: fn(T) -> &'static str) -> Choices<T> {
    let mut choices = Choices::default();
    for item in all {
        if words.split(',').any(|word| word == name(*item)) {
            choices.toggle(*item);
        }
    }
    choices
}

fn push(out: &mut String, key: &str, value: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(key);
    out.push('=');
    encode(out, value);
}

fn push_set<'a>(out: &mut String, key: &str, words: impl Iterator<Item = &'a str>) {
    let words: Vec<&str> = words.collect();
    if !words.is_empty() {
        push(out, key, &words.join(","));
    }
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~,:/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = if *first == b'%' {
            after.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok())
        } else {
            None
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
