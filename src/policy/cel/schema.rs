//! The types of the evidence as tables: which fields each node has, so that a name is checked before anything is judged.
//!
//! The evaluation's side of each table is `rules::custom::view`; a test asks for every field of every table.

/// A kind of node.
#[derive(Debug)]
pub struct Node {
    /// What one is called in messages.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// What it holds.
    pub fields: &'static [Field],
}

/// A field of a node.
#[derive(Debug)]
pub struct Field {
    /// Name.
    pub name: &'static str,
    /// What it holds, when it is set.
    pub holds: Type,
    /// What it means.
    pub doc: &'static str,
}

/// What is known of a value before it is there.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// Nothing.
    Any,
    /// `null`
    Null,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `double`
    Double,
    /// `string`
    Text,
    /// The type of a value, as `type()` gives it.
    Type,
    /// A list.
    List(&'static Type),
    /// A map from texts, whose keys are not known.
    Map(&'static Type),
    /// A node.
    Node(&'static Node),
    /// A list of nodes.
    Nodes(&'static Node),
}

impl Node {
    /// A field by name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Type {
    /// The word of the documentation and of messages.
    pub fn word(self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Double => "double".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Type => "type".to_owned(),
            Self::List(item) => format!("list of {}", item.word()),
            Self::Map(value) => format!("map of {}", value.word()),
            Self::Node(node) => node.name.to_owned(),
            Self::Nodes(node) => format!("list of {}", node.name),
        }
    }

    /// What its items are, or `None` of something that has none; the keys of a map.
    pub(super) fn items(self) -> Option<Self> {
        match self {
            Self::Any => Some(Self::Any),
            Self::List(item) => Some(*item),
            Self::Map(_) => Some(Self::Text),
            Self::Nodes(node) => Some(Self::Node(node)),
            _ => None,
        }
    }

    /// A list of it.
    pub(super) fn list(self) -> Self {
        match self {
            Self::Bool => Self::List(&Self::Bool),
            Self::Int => Self::List(&Self::Int),
            Self::Double => Self::List(&Self::Double),
            Self::Text => Self::List(&Self::Text),
            Self::Node(node) => Self::Nodes(node),
            _ => Self::List(&Self::Any),
        }
    }
}

/// Documentation is read in the terminal and in the repository; the page counts bytes.
macro_rules! doc {
    ($text:literal) => {
        if cfg!(target_arch = "wasm32") { "" } else { $text }
    };
}

macro_rules! node {
    ($table:ident, $name:literal, $doc:literal, { $($field:ident: $holds:expr, $text:literal;)* }) => {
        #[doc = $doc]
        pub static $table: Node = Node {
            name: $name,
            doc: doc!($doc),
            fields: &[$(Field { name: stringify!($field), holds: $holds, doc: doc!($text) }),*],
        };
    };
}

const TEXTS: Type = Type::List(&Type::Text);
const TEXT_MAP: Type = Type::Map(&Type::Text);

node!(EVIDENCE, "evidence", "Everything that was given; its fields are the names that every expression knows.", {
    workflows: Type::Nodes(&WORKFLOW), "GitHub Actions workflows, by path.";
    actions: Type::Nodes(&ACTION), "Actions (`action.yml`), by path.";
    composes: Type::Nodes(&COMPOSE), "Compose files, by path.";
    dockerfiles: Type::Nodes(&DOCKERFILE), "Dockerfiles, by path.";
    documents: Type::Nodes(&DOCUMENT), "Markdown documents, by path.";
    tests: Type::Node(&TESTS), "The results of all test reports together.";
    coverage: Type::Node(&COVERAGE), "The coverage of all reports together.";
    runs: Type::Nodes(&RUN), "Runs of workflows; not there without a record of one.";
    files: Type::Nodes(&FILE), "Every file that was given, by path.";
});

node!(WORKFLOW, "workflow", "A GitHub Actions workflow.", {
    file: Type::Text, "Its path.";
    name: Type::Text, "`name`.";
    events: TEXTS, "The events of `on`.";
    permissions: Type::Any, "`permissions`: a word such as `read-all`, or a map.";
    env: TEXT_MAP, "`env`.";
    concurrency: Type::Any, "`concurrency`: a word, or a map.";
    jobs: Type::Nodes(&JOB), "`jobs`, in text order.";
});

node!(JOB, "job", "A job of a workflow.", {
    id: Type::Text, "Its id.";
    name: Type::Text, "`name`.";
    workflow: Type::Node(&WORKFLOW), "The workflow it stands in.";
    needs: TEXTS, "The ids of the jobs that it waits for.";
    condition: Type::Text, "`if`, without `${{ }}` around it.";
    environment: Type::Text, "`environment`, or its `name`.";
    timeout_minutes: Type::Any, "`timeout-minutes`: a number, or a text where an expression decides.";
    continue_on_error: Type::Any, "`continue-on-error`: a bool, or a text where an expression decides.";
    runs_on: TEXTS, "The labels of `runs-on`.";
    container: Type::Text, "The image of `container`.";
    permissions: Type::Any, "`permissions`: a word such as `read-all`, or a map.";
    env: TEXT_MAP, "`env`.";
    concurrency: Type::Any, "`concurrency`: a word, or a map.";
    matrix: Type::Any, "`strategy.matrix`: a map, or a text where an expression decides.";
    services: Type::Nodes(&SERVICE), "`services`, in text order.";
    steps: Type::Nodes(&STEP), "`steps`, in text order.";
    uses: Type::Text, "The reusable workflow that it calls.";
    with: TEXT_MAP, "The inputs of that workflow, as texts.";
});

node!(SERVICE, "service", "A service container of a job.", {
    name: Type::Text, "Its name.";
    image: Type::Text, "`image`.";
    options: Type::Text, "`options` of `docker create`.";
    env: TEXT_MAP, "`env`.";
    job: Type::Node(&JOB), "The job it belongs to.";
});

node!(STEP, "step", "A step of a job or of a composite action.", {
    index: Type::Int, "Its position, from 0.";
    id: Type::Text, "`id`.";
    name: Type::Text, "`name`.";
    title: Type::Text, "What a reader calls it: its name, or else its action or the first line of its script.";
    uses: Type::Text, "`uses`.";
    action: Type::Text, "The action that it uses, without its reference, in lower case: `actions/checkout`.";
    reference: Type::Text, "The reference of that action: `v4`.";
    with: TEXT_MAP, "The inputs of the action, as texts.";
    env: TEXT_MAP, "`env`.";
    run: Type::Text, "`run`.";
    shell: Type::Text, "`shell`.";
    commands: Type::Nodes(&COMMAND), "The commands of `run`; empty where the shell is not of the POSIX kind.";
    condition: Type::Text, "`if`, without `${{ }}` around it.";
    continue_on_error: Type::Any, "`continue-on-error`: a bool, or a text where an expression decides.";
    timeout_minutes: Type::Any, "`timeout-minutes`: a number, or a text where an expression decides.";
    working_directory: Type::Text, "`working-directory`.";
    job: Type::Node(&JOB), "Its job; null in an action.";
    workflow: Type::Node(&WORKFLOW), "Its workflow; null in an action.";
});

node!(COMMAND, "command", "A command of a script.", {
    name: Type::Text, "The program, behind wrappers such as `sudo` and `env`; null where a variable names it.";
    args: TEXTS, "Its arguments without their quotes; variables as written.";
    text: Type::Text, "As written.";
    line: Type::Int, "Its line in the file, from 1.";
});

node!(ACTION, "action", "An action of the repository.", {
    file: Type::Text, "Its path.";
    name: Type::Text, "`name`.";
    using: Type::Text, "`runs.using`.";
    steps: Type::Nodes(&STEP), "The steps of a composite action.";
});

node!(COMPOSE, "compose", "A compose file.", {
    file: Type::Text, "Its path.";
    services: Type::Nodes(&COMPOSE_SERVICE), "`services`, in text order.";
});

node!(COMPOSE_SERVICE, "compose_service", "A service of a compose file, merge keys merged.", {
    name: Type::Text, "Its name.";
    compose: Type::Node(&COMPOSE), "The file it stands in.";
    image: Type::Text, "`image`.";
    build: Type::Any, "`build`: a text, or a map.";
    healthcheck: Type::Any, "`healthcheck`: a map.";
    depends_on: TEXTS, "The services that it waits for.";
    profiles: TEXTS, "`profiles`.";
    environment: TEXT_MAP, "`environment`, both forms; empty texts for names without a value.";
    ports: Type::List(&Type::Any), "`ports`: texts, numbers or maps.";
    volumes: Type::List(&Type::Any), "`volumes`: texts or maps.";
    privileged: Type::Any, "`privileged`.";
    user: Type::Text, "`user`.";
    restart: Type::Text, "`restart`.";
    network_mode: Type::Text, "`network_mode`.";
});

node!(DOCKERFILE, "dockerfile", "A Dockerfile.", {
    file: Type::Text, "Its path.";
    stages: Type::Nodes(&STAGE), "Its stages, in order.";
    instructions: Type::Nodes(&INSTRUCTION), "All instructions, in order, those before the first `FROM` too.";
});

node!(STAGE, "stage", "A stage of a Dockerfile.", {
    index: Type::Int, "Its position, from 0.";
    name: Type::Text, "The name after `AS`.";
    base: Type::Text, "What `FROM` names, as written.";
    image: Type::Text, "The same with the defaults of `ARG`s put in; null where one has no default.";
    platform: Type::Text, "`--platform`, as written.";
    last: Type::Bool, "Whether it is the last one, which is built when none is asked for.";
    instructions: Type::Nodes(&INSTRUCTION), "Its instructions, `FROM` first.";
    dockerfile: Type::Node(&DOCKERFILE), "The file it stands in.";
});

node!(INSTRUCTION, "instruction", "An instruction of a Dockerfile.", {
    keyword: Type::Text, "In upper case.";
    args: TEXTS, "The words after the flags, or the strings of the JSON form.";
    text: Type::Text, "What stands after the flags, continuation lines joined.";
    flags: TEXT_MAP, "`--name=value`, by name; an empty text for flags without a value.";
    line: Type::Int, "Its line in the file, from 1.";
});

node!(DOCUMENT, "document", "A Markdown document.", {
    file: Type::Text, "Its path.";
    headings: Type::Nodes(&HEADING), "Its headings, in text order.";
});

node!(HEADING, "heading", "A heading of a document.", {
    level: Type::Int, "1 to 6.";
    text: Type::Text, "Without markup.";
    line: Type::Int, "Its line in the file, from 1.";
});

node!(TESTS, "tests", "Test results, counted from the cases. No field is there without a test report.", {
    total: Type::Int, "All cases.";
    passed: Type::Int, "Cases that passed, at the latest attempt.";
    failed: Type::Int, "Cases that failed.";
    errors: Type::Int, "Cases that ended in an error.";
    skipped: Type::Int, "Cases without a verdict, for whatever reason.";
    flaky: Type::Int, "Cases that passed after a failed attempt; a part of `passed`.";
    seconds: Type::Double, "The sum of the cases' times.";
    suites: Type::Nodes(&SUITE), "Suites, in report order.";
    failures: Type::Nodes(&CASE), "Cases that failed or ended in an error, at most 1,000.";
});

node!(SUITE, "suite", "A test suite.", {
    name: Type::Text, "Its name, outer suites first, joined by ` > `.";
    file: Type::Text, "The path of its report.";
    total: Type::Int, "Its own cases.";
    passed: Type::Int, "Cases that passed.";
    failed: Type::Int, "Cases that failed.";
    errors: Type::Int, "Cases that ended in an error.";
    skipped: Type::Int, "Cases without a verdict, for whatever reason.";
    flaky: Type::Int, "Cases that passed after a failed attempt.";
    seconds: Type::Double, "The sum of the cases' times.";
});

node!(CASE, "case", "A test case that failed.", {
    suite: Type::Text, "The name of its suite.";
    class: Type::Text, "Its class; empty where the report has none.";
    name: Type::Text, "Its name.";
    status: Type::Text, "`failed` or `error`.";
    seconds: Type::Double, "Its time.";
    message: Type::Text, "The first line of the failure.";
    file: Type::Text, "The path of its report.";
    line: Type::Int, "Its line in the report.";
});

node!(COVERAGE, "coverage", "Coverage. No field is there without a report that measures it.", {
    line: Type::Double, "Lines that were reached, in percent, not rounded.";
    branch: Type::Double, "Branches that were reached, in percent.";
    function: Type::Double, "Functions that were reached, in percent.";
    lines: Type::Int, "Lines that could be reached.";
    covered_lines: Type::Int, "Lines that were.";
    files: Type::Nodes(&COVERED_FILE), "By path.";
});

node!(COVERED_FILE, "covered_file", "The coverage of one source file.", {
    path: Type::Text, "As the report names it.";
    line: Type::Double, "Lines that were reached, in percent.";
    branch: Type::Double, "Branches that were reached, in percent.";
    function: Type::Double, "Functions that were reached, in percent.";
    lines: Type::Int, "Lines that could be reached.";
    covered_lines: Type::Int, "Lines that were.";
});

node!(RUN, "run", "A measured run of a workflow: its latest attempt.", {
    file: Type::Text, "The path of its record.";
    workflow: Type::Text, "The name of the workflow; empty where no record tells.";
    conclusion: Type::Text, "`success`, `failure`, `cancelled`, …; null where it cannot be told.";
    complete: Type::Bool, "Whether it is over and all of its jobs are known.";
    seconds: Type::Double, "From the first start of a job to the last end; of a run that is not complete, what it took at least.";
    queue_seconds: Type::Double, "From the beginning of the attempt to the first start of a job.";
    jobs: Type::Nodes(&RUN_JOB), "Its jobs, each at its latest attempt.";
});

node!(RUN_JOB, "run_job", "A measured job of a run.", {
    name: Type::Text, "As GitHub shows it.";
    id: Type::Text, "Its id in the workflow; null where the workflow is not in the input or the name fits several jobs.";
    conclusion: Type::Text, "`success`, `failure`, `skipped`, …; null for a job that is not over.";
    seconds: Type::Double, "From start to end; not there for a job that was skipped or is not over.";
    queue_seconds: Type::Double, "How long it waited for a runner.";
    earlier_attempts: Type::Int, "Attempts before this one.";
    steps: Type::Nodes(&RUN_STEP), "Its steps.";
    run: Type::Node(&RUN), "The run it belongs to.";
});

node!(RUN_STEP, "run_step", "A measured step of a job.", {
    name: Type::Text, "As GitHub shows it.";
    conclusion: Type::Text, "`success`, `failure`, `skipped`, …; null for a step that is not over.";
    seconds: Type::Double, "From start to end; not there for a step that was skipped or is not over.";
    job: Type::Node(&RUN_JOB), "The job it belongs to.";
});

node!(FILE, "file", "A file that was given.", {
    path: Type::Text, "Its path; `archive.zip/member` for a member of an archive.";
    name: Type::Text, "Its name without folders.";
    kind: Type::Text, "What it is: `workflow`, `junit`, `cobertura`, `markdown`, `other`, …";
    status: Type::Text, "`read`, `partly-read`, `unreadable` or `ignored`.";
    bytes: Type::Int, "Its size.";
});

/// Every kind of node, in the order of the documentation.
pub static NODES: [&Node; 23] = [
    &EVIDENCE,
    &WORKFLOW,
    &JOB,
    &SERVICE,
    &STEP,
    &COMMAND,
    &ACTION,
    &COMPOSE,
    &COMPOSE_SERVICE,
    &DOCKERFILE,
    &STAGE,
    &INSTRUCTION,
    &DOCUMENT,
    &HEADING,
    &TESTS,
    &SUITE,
    &CASE,
    &COVERAGE,
    &COVERED_FILE,
    &RUN,
    &RUN_JOB,
    &RUN_STEP,
    &FILE,
];
