//! The evidence as expressions see it: the fields that [`schema`](crate::policy::cel::schema) lists.

use super::yaml;
use crate::evidence::{Evidence, File, JobRef, MeasuredJob, Reading, Run, StepRef};
use crate::model::{CaseRecord, CaseStatus, CoveredFile, Ratio, Span, SuiteRecord, TestCounts};
use crate::parse::compose::{Compose, ComposeService};
use crate::parse::dockerfile::{Dockerfile, Instruction, Stage};
use crate::parse::markdown::{self, Heading};
use crate::parse::runs::StepRun;
use crate::parse::shell::Command;
use crate::parse::workflow::{Action, Service, Target, Uses, Workflow, strip_expression};
use crate::parse::yaml::Node;
use crate::policy::cel::schema::{self, Node as Table};
use crate::policy::cel::{Object, Value};

/// A node of the evidence.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'e> {
    Root(&'e Evidence<'e>),
    Workflow(&'e File<'e>, &'e Workflow<'e>),
    Job(JobRef<'e>),
    Service(JobRef<'e>, &'e Service<'e>),
    Step(StepRef<'e>),
    Command(StepRef<'e>, &'e Command),
    Action(&'e File<'e>, &'e Action<'e>),
    Compose(&'e File<'e>, &'e Compose<'e>),
    ComposeService(&'e File<'e>, &'e Compose<'e>, &'e ComposeService<'e>),
    Dockerfile(&'e File<'e>, &'e Dockerfile),
    Stage(&'e File<'e>, &'e Dockerfile, usize, &'e Stage),
    Instruction(&'e File<'e>, &'e Instruction),
    Document(&'e File<'e>, &'e markdown::Document),
    Heading(&'e File<'e>, &'e Heading),
    Tests(&'e Evidence<'e>),
    Suite(&'e Evidence<'e>, &'e SuiteRecord),
    Case(&'e Evidence<'e>, &'e CaseRecord),
    Coverage(&'e Evidence<'e>),
    CoveredFile(&'e Evidence<'e>, &'e CoveredFile),
    Run(&'e Run<'e>),
    RunJob(&'e Run<'e>, &'e MeasuredJob<'e>),
    RunStep(&'e Run<'e>, &'e MeasuredJob<'e>, &'e StepRun),
    File(&'e Reading<'e>),
}

type Field<'e> = Option<Value<Item<'e>>>;

impl<'e> Object for Item<'e> {
    fn node(&self) -> &'static Table {
        match self {
            Self::Root(_) => &schema::EVIDENCE,
            Self::Workflow(..) => &schema::WORKFLOW,
            Self::Job(_) => &schema::JOB,
            Self::Service(..) => &schema::SERVICE,
            Self::Step(_) => &schema::STEP,
            Self::Command(..) => &schema::COMMAND,
            Self::Action(..) => &schema::ACTION,
            Self::Compose(..) => &schema::COMPOSE,
            Self::ComposeService(..) => &schema::COMPOSE_SERVICE,
            Self::Dockerfile(..) => &schema::DOCKERFILE,
            Self::Stage(..) => &schema::STAGE,
            Self::Instruction(..) => &schema::INSTRUCTION,
            Self::Document(..) => &schema::DOCUMENT,
            Self::Heading(..) => &schema::HEADING,
            Self::Tests(_) => &schema::TESTS,
            Self::Suite(..) => &schema::SUITE,
            Self::Case(..) => &schema::CASE,
            Self::Coverage(_) => &schema::COVERAGE,
            Self::CoveredFile(..) => &schema::COVERED_FILE,
            Self::Run(_) => &schema::RUN,
            Self::RunJob(..) => &schema::RUN_JOB,
            Self::RunStep(..) => &schema::RUN_STEP,
            Self::File(_) => &schema::FILE,
        }
    }

    fn field(&self, name: &str) -> Field<'e> {
        match *self {
            Self::Root(evidence) => root(evidence, name),
            Self::Workflow(file, workflow) => self::workflow(file, workflow, name),
            Self::Job(job) => self::job(job, name),
            Self::Service(job, service) => Some(match name {
                "name" => Value::text(service.name),
                "image" => yaml::text(service.image),
                "options" => yaml::text(service.options),
                "env" => yaml::text_map(service.node.get("env")),
                "job" => Value::Object(Self::Job(job)),
                _ => return None,
            }),
            Self::Step(step) => self::step(step, name),
            Self::Command(step, command) => Some(match name {
                "name" => Value::maybe(command.name()),
                "args" => Value::list(command.args().iter().map(|word| Value::text(word.text.as_str()))),
                "text" => Value::text(command_text(step, command)),
                "line" => {
                    let at = step.step.run.as_ref().map_or(Span::default(), |run| run.span(command.span));
                    int(step.file.line(at.offset))
                }
                _ => return None,
            }),
            Self::Action(file, action) => Some(match name {
                "file" => Value::text(file.path()),
                "name" => Value::maybe(action.name),
                "using" => Value::text(action.using),
                "steps" => {
                    let steps = action.steps.as_slice();
                    Value::list(
                        steps.iter().map(|step| Value::Object(Self::Step(StepRef { file, job: None, steps, step }))),
                    )
                }
                _ => return None,
            }),
            Self::Compose(file, compose) => Some(match name {
                "file" => Value::text(file.path()),
                "services" => {
                    let services = compose.services.iter();
                    Value::list(services.map(|service| Value::Object(Self::ComposeService(file, compose, service))))
                }
                _ => return None,
            }),
            Self::ComposeService(file, compose, service) => compose_service(file, compose, service, name),
            Self::Dockerfile(file, dockerfile) => Some(match name {
                "file" => Value::text(file.path()),
                "stages" => Value::list(
                    dockerfile
                        .stages
                        .iter()
                        .enumerate()
                        .map(|(at, stage)| Value::Object(Self::Stage(file, dockerfile, at, stage))),
                ),
                "instructions" => {
                    let of_stages = dockerfile.stages.iter().flat_map(instructions);
                    let all = dockerfile.global_args.iter().chain(of_stages);
                    Value::list(all.map(|instruction| Value::Object(Self::Instruction(file, instruction))))
                }
                _ => return None,
            }),
            Self::Stage(file, dockerfile, at, stage) => Some(match name {
                "index" => int(at),
                "name" => Value::maybe(stage.name.as_deref()),
                "base" => Value::text(stage.base.raw.as_str()),
                "image" => Value::maybe(stage.base.resolved.as_deref()),
                "platform" => Value::maybe(stage.base.platform.as_deref()),
                "last" => Value::Bool(at + 1 == dockerfile.stages.len()),
                "instructions" => {
                    Value::list(instructions(stage).map(|inner| Value::Object(Self::Instruction(file, inner))))
                }
                "dockerfile" => Value::Object(Self::Dockerfile(file, dockerfile)),
                _ => return None,
            }),
            Self::Instruction(file, instruction) => Some(match name {
                "keyword" => Value::text(instruction.keyword.as_str()),
                "args" => Value::list(instruction.arguments.iter().map(|word| Value::text(word.text.as_str()))),
                "text" => Value::text(instruction.body.text.as_str()),
                "flags" => {
                    let flag = |flag: &crate::parse::dockerfile::Flag| {
                        (Value::text(flag.name.as_str()), Value::text(flag.value.as_deref().unwrap_or("")))
                    };
                    Value::Map(instruction.flags.iter().map(flag).collect())
                }
                "line" => int(file.line(instruction.span.offset)),
                _ => return None,
            }),
            Self::Document(file, document) => Some(match name {
                "file" => Value::text(file.path()),
                "headings" => {
                    Value::list(document.headings().map(|heading| Value::Object(Self::Heading(file, heading))))
                }
                _ => return None,
            }),
            Self::Heading(file, heading) => Some(match name {
                "level" => Value::Int(i64::from(heading.level)),
                "text" => Value::text(heading.text.text.as_str()),
                "line" => int(file.line(heading.text.span.offset)),
                _ => return None,
            }),
            Self::Tests(evidence) => {
                let tests = evidence.tests.as_ref()?;
                Some(match name {
                    "suites" => {
                        Value::list(tests.suites.iter().map(|suite| Value::Object(Self::Suite(evidence, suite))))
                    }
                    "failures" => {
                        Value::list(tests.failures.iter().map(|case| Value::Object(Self::Case(evidence, case))))
                    }
                    _ => return counts(&tests.counts, name),
                })
            }
            Self::Suite(_, suite) => Some(match name {
                "name" => Value::text(suite.name.as_str()),
                "file" => Value::text(suite.file.as_str()),
                _ => return counts(&suite.counts, name),
            }),
            Self::Case(_, case) => Some(match name {
                "suite" => Value::text(case.suite.as_str()),
                "class" => Value::text(case.class.as_str()),
                "name" => Value::text(case.name.as_str()),
                "status" => Value::text(if case.status == CaseStatus::Error { "error" } else { "failed" }),
                "seconds" => Value::Double(case.seconds?),
                "message" => Value::text(case.message.as_str()),
                "file" => Value::text(case.file.as_str()),
                "line" => int(case.line),
                _ => return None,
            }),
            Self::Coverage(evidence) => {
                let coverage = evidence.coverage.as_ref()?;
                match name {
                    "files" => Some(Value::list(
                        coverage.files.iter().map(|file| Value::Object(Self::CoveredFile(evidence, file))),
                    )),
                    _ => ratios(coverage.line, coverage.branch, coverage.function, name),
                }
            }
            Self::CoveredFile(_, covered) => match name {
                "path" => Some(Value::text(covered.path.as_str())),
                _ => ratios(covered.line, covered.branch, covered.function, name),
            },
            Self::Run(run) => Some(match name {
                "file" => Value::text(run.file.path()),
                "workflow" => Value::text(run.workflow),
                "conclusion" => Value::maybe(run.conclusion),
                "complete" => Value::Bool(run.complete),
                "seconds" => seconds(run.milliseconds)?,
                "queue_seconds" => seconds(run.queued)?,
                "jobs" => Value::list(run.jobs.iter().map(|job| Value::Object(Self::RunJob(run, job)))),
                _ => return None,
            }),
            Self::RunJob(run, job) => Some(match name {
                "name" => Value::text(&*job.job.name),
                "id" => Value::maybe(job.id),
                "conclusion" => conclusion(&job.job.conclusion),
                "seconds" => seconds(job.job.milliseconds())?,
                "queue_seconds" => seconds(job.job.queued())?,
                "earlier_attempts" => int(job.earlier_attempts),
                "steps" => Value::list(job.job.steps.iter().map(|step| Value::Object(Self::RunStep(run, job, step)))),
                "run" => Value::Object(Self::Run(run)),
                _ => return None,
            }),
            Self::RunStep(run, job, step) => Some(match name {
                "name" => Value::text(&*step.name),
                "conclusion" => conclusion(&step.conclusion),
                "seconds" => seconds(step.milliseconds())?,
                "job" => Value::Object(Self::RunJob(run, job)),
                _ => return None,
            }),
            Self::File(reading) => Some(match name {
                "path" => Value::text(reading.file.path()),
                "name" => Value::text(reading.file.name()),
                "kind" => Value::text(reading.file.source.kind.word()),
                "status" => Value::text(reading.status.word()),
                "bytes" => Value::Int(i64::try_from(reading.file.source.bytes).unwrap_or(i64::MAX)),
                _ => return None,
            }),
        }
    }

    fn title(&self) -> String {
        let noun = self.node().name.replace('_', " ");
        match self {
            Self::Root(_) | Self::Tests(_) | Self::Coverage(_) => noun,
            Self::Workflow(file, _)
            | Self::Action(file, _)
            | Self::Compose(file, _)
            | Self::Dockerfile(file, _)
            | Self::Document(file, _) => format!("`{}`", file.path()),
            Self::Job(job) => format!("job `{}`", job.job.id),
            Self::Service(_, service) => format!("service `{}`", service.name),
            Self::ComposeService(_, _, service) => format!("service `{}`", service.name),
            Self::Step(step) => format!("step `{}`", step.step.title()),
            Self::Command(step, command) => format!("`{}`", short(command_text(*step, command))),
            Self::Stage(_, _, at, stage) => match &stage.name {
                Some(name) => format!("stage `{name}`"),
                None => format!("stage {at}"),
            },
            Self::Instruction(_, instruction) => {
                format!("`{} {}`", instruction.keyword, short(&instruction.body.text))
            }
            Self::Heading(_, heading) => format!("heading `{}`", short(&heading.text.text)),
            Self::Suite(_, suite) => format!("suite `{}`", short(&suite.name)),
            Self::Case(_, case) => format!("case `{}`", short(&case.name)),
            Self::CoveredFile(_, covered) => format!("`{}`", covered.path),
            Self::Run(run) if run.workflow.is_empty() => format!("run in `{}`", run.file.path()),
            Self::Run(run) => format!("run of `{}`", run.workflow),
            Self::RunJob(_, job) => format!("job `{}`", short(&job.job.name)),
            Self::RunStep(_, _, step) => format!("step `{}`", short(&step.name)),
            Self::File(reading) => format!("`{}`", reading.file.path()),
        }
    }
}

impl<'e> Item<'e> {
    /// Where it stands, or the part of it that keys name, as far as they can be followed: file, bytes, address.
    pub(super) fn place(&self, keys: &[String]) -> Option<(&'e File<'e>, Span, String)> {
        let (file, key, node) = match *self {
            Self::Workflow(file, workflow) => (file, None, workflow.node),
            Self::Job(job) => (job.file, Some(job.job.key), job.job.node),
            Self::Service(job, service) => (job.file, Some(service.key), service.node),
            Self::Step(step) => (step.file, None, step.step.node),
            Self::Action(file, action) => (file, None, action.node),
            Self::Compose(file, compose) => match compose.documents.first() {
                Some(node) => (file, None, *node),
                None => return Some((file, Span::default(), String::new())),
            },
            Self::ComposeService(file, _, service) => (file, Some(service.key), service.node),
            Self::Command(step, command) => {
                let run = step.step.run.as_ref()?;
                return Some((step.file, run.span(command.span), run.node.path()));
            }
            Self::Dockerfile(file, _) | Self::Document(file, _) => return Some((file, Span::default(), String::new())),
            Self::Stage(file, _, _, stage) => return Some((file, stage.from.span, String::new())),
            Self::Instruction(file, instruction) => return Some((file, instruction.span, String::new())),
            Self::Heading(file, heading) => return Some((file, heading.text.span, String::new())),
            Self::Suite(evidence, suite) => return of_report(evidence, &suite.file, 1),
            Self::Case(evidence, case) => return of_report(evidence, &case.file, case.line),
            Self::CoveredFile(evidence, covered) => {
                let report = evidence.coverage_report().map(|report| report.file);
                let file = evidence.file(&covered.path).or(report)?;
                return Some((file, Span::default(), String::new()));
            }
            Self::Run(run) => return Some((run.file, first_of(run.file, run.record.span), String::new())),
            Self::RunJob(_, job) => return Some((job.file, first_of(job.file, job.job.span), String::new())),
            Self::RunStep(_, job, step) => return Some((job.file, first_of(job.file, step.span), String::new())),
            Self::File(reading) => return Some((reading.file, Span::default(), String::new())),
            Self::Root(_) | Self::Tests(_) | Self::Coverage(_) => return None,
        };
        let mut part = node;
        let mut followed = false;
        for key in keys {
            let written = match key.as_str() {
                "condition" => "if".to_owned(),
                "commands" => "run".to_owned(),
                "action" | "reference" => "uses".to_owned(),
                "matrix" => "strategy".to_owned(),
                "events" => "on".to_owned(),
                _ => key.replace('_', "-"),
            };
            let Some(next) = part.merged(&written).or_else(|| part.merged(key)) else { break };
            (part, followed) = (next, true);
        }
        if followed {
            return Some((file, part.span(), part.path()));
        }
        let span = key.map_or_else(|| first_line(file, node), Node::span);
        Some((file, span, node.path()))
    }
}

fn root<'e>(evidence: &'e Evidence<'e>, name: &str) -> Field<'e> {
    Some(match name {
        "workflows" => Value::list(evidence.workflows.iter().map(|d| Value::Object(Item::Workflow(d.file, &d.value)))),
        "actions" => Value::list(evidence.actions.iter().map(|d| Value::Object(Item::Action(d.file, &d.value)))),
        "composes" => Value::list(evidence.composes.iter().map(|d| Value::Object(Item::Compose(d.file, &d.value)))),
        "dockerfiles" => {
            Value::list(evidence.dockerfiles.iter().map(|d| Value::Object(Item::Dockerfile(d.file, d.value))))
        }
        "documents" => Value::list(evidence.documents.iter().map(|d| Value::Object(Item::Document(d.file, d.value)))),
        "tests" => Value::Object(Item::Tests(evidence)),
        "coverage" => Value::Object(Item::Coverage(evidence)),
        // A budget over no runs would hold without proof.
        "runs" if evidence.runs.is_empty() => return None,
        "runs" => Value::list(evidence.runs.iter().map(|run| Value::Object(Item::Run(run)))),
        "files" => Value::list(evidence.readings.iter().map(|reading| Value::Object(Item::File(reading)))),
        _ => return None,
    })
}

fn workflow<'e>(file: &'e File<'e>, workflow: &'e Workflow<'e>, name: &str) -> Field<'e> {
    let get = |key| workflow.node.get(key);
    Some(match name {
        "file" => Value::text(file.path()),
        "name" => Value::maybe(workflow.name),
        "events" => Value::list(workflow.triggers.iter().map(|trigger| Value::text(trigger.event))),
        "permissions" | "concurrency" => yaml::any(get(name)),
        "env" => yaml::text_map(get("env")),
        "jobs" => Value::list(workflow.jobs.iter().map(|job| Value::Object(Item::Job(JobRef { file, workflow, job })))),
        _ => return None,
    })
}

fn job<'e>(of: JobRef<'e>, name: &str) -> Field<'e> {
    let job = of.job;
    let get = |key| job.node.get(key);
    Some(match name {
        "id" => Value::text(job.id),
        "name" => yaml::text(get("name")),
        "workflow" => Value::Object(Item::Workflow(of.file, of.workflow)),
        "needs" => Value::list(job.needs().filter_map(Node::text).map(Value::text)),
        "condition" => condition(get("if")),
        "environment" => match get("environment") {
            Some(node) if node.is_mapping() => yaml::text(node.get("name")),
            node => yaml::text(node),
        },
        "timeout_minutes" => yaml::any(job.timeout()),
        "continue_on_error" => yaml::any(get("continue-on-error")),
        "runs_on" => match get("runs-on") {
            Some(node) if node.is_mapping() => yaml::texts(node.get("labels")),
            node => yaml::texts(node),
        },
        "container" => yaml::text(job.container_image()),
        "permissions" | "concurrency" => yaml::any(get(name)),
        "env" | "with" => yaml::text_map(get(name)),
        "matrix" => yaml::any(job.node.at(&["strategy", "matrix"])),
        "services" => Value::list(job.services.iter().map(|service| Value::Object(Item::Service(of, service)))),
        "steps" => {
            let steps = job.steps.as_slice();
            let file = of.file;
            Value::list(
                steps.iter().map(|step| Value::Object(Item::Step(StepRef { file, job: Some(of), steps, step }))),
            )
        }
        "uses" => Value::maybe(job.uses.as_ref().map(|uses| uses.text)),
        _ => return None,
    })
}

fn step<'e>(of: StepRef<'e>, name: &str) -> Field<'e> {
    let step = of.step;
    let get = |key| step.node.get(key);
    Some(match name {
        "index" => int(step.index),
        "id" => Value::maybe(step.id),
        "name" => Value::maybe(step.name),
        "title" => Value::text(step.title()),
        "uses" => Value::maybe(step.uses.as_ref().map(|uses| uses.text)),
        "action" => Value::maybe(step.uses.as_ref().and_then(Uses::action).as_deref()),
        "reference" => match step.uses.as_ref().map(|uses| uses.target) {
            Some(Target::Remote { reference, .. }) => Value::maybe(Some(reference).filter(|r| !r.is_empty())),
            _ => Value::Null,
        },
        "with" | "env" => yaml::text_map(get(name)),
        "run" | "shell" => yaml::text(get(name)),
        "commands" => {
            let commands = step.run.iter().flat_map(|run| &run.script.commands);
            Value::list(commands.map(|command| Value::Object(Item::Command(of, command))))
        }
        "condition" => condition(get("if")),
        "continue_on_error" => yaml::any(get("continue-on-error")),
        "timeout_minutes" => yaml::any(get("timeout-minutes")),
        "working_directory" => yaml::text(get("working-directory")),
        "job" => of.job.map_or(Value::Null, |job| Value::Object(Item::Job(job))),
        "workflow" => of.job.map_or(Value::Null, |job| Value::Object(Item::Workflow(job.file, job.workflow))),
        _ => return None,
    })
}

fn compose_service<'e>(
    file: &'e File<'e>,
    compose: &'e Compose<'e>,
    service: &'e ComposeService<'e>,
    name: &str,
) -> Field<'e> {
    let get = |key| service.node.merged(key);
    Some(match name {
        "name" => Value::text(service.name),
        "compose" => Value::Object(Item::Compose(file, compose)),
        "image" => yaml::text(service.image),
        "build" => yaml::any(service.build),
        "healthcheck" => yaml::any(service.healthcheck),
        "depends_on" => Value::list(service.depends_on.iter().map(|on| Value::text(on.service))),
        "profiles" => Value::list(service.profiles().into_iter().map(Value::text)),
        "environment" => yaml::text_map(get("environment")),
        "ports" | "volumes" => match yaml::any(get(name)) {
            list @ Value::List(_) => list,
            _ => Value::list([]),
        },
        "privileged" => yaml::any(get("privileged")),
        "user" | "restart" | "network_mode" => yaml::text(get(name)),
        _ => return None,
    })
}

fn counts<'e>(counts: &TestCounts, name: &str) -> Field<'e> {
    let count = match name {
        "total" => counts.total,
        "passed" => counts.passed,
        "failed" => counts.failed,
        "errors" => counts.errors,
        "skipped" => counts.skipped,
        "flaky" => counts.flaky,
        "seconds" => return Some(Value::Double(counts.seconds)),
        _ => return None,
    };
    Some(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn ratios<'e>(line: Ratio, branch: Option<Ratio>, function: Option<Ratio>, name: &str) -> Field<'e> {
    let percent = |ratio: Option<Ratio>| ratio.and_then(Ratio::percent).map(Value::Double);
    let count = |count: u64| Some(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)));
    match name {
        "line" => percent(Some(line)),
        "branch" => percent(branch),
        "function" => percent(function),
        "lines" => count(line.total),
        "covered_lines" => count(line.covered),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a run stay far below 2^52")]
fn seconds<'e>(milliseconds: Option<u64>) -> Field<'e> {
    milliseconds.map(|time| Value::Double(time as f64 / 1000.0))
}

fn conclusion<'e>(word: &str) -> Value<Item<'e>> {
    Value::maybe(Some(word).filter(|word| !word.is_empty()))
}

fn instructions(stage: &Stage) -> impl Iterator<Item = &Instruction> {
    std::iter::once(&stage.from).chain(&stage.instructions)
}

fn condition<'e>(node: Option<Node<'_>>) -> Value<Item<'e>> {
    Value::maybe(node.filter(|node| !node.is_null()).and_then(Node::text).map(strip_expression))
}

fn command_text<'e>(step: StepRef<'e>, command: &Command) -> &'e str {
    step.step.run.as_ref().and_then(|run| run.text.get(command.span.range())).unwrap_or("")
}

fn int<'e>(number: usize) -> Value<Item<'e>> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A line of a report that is named by its path.
fn of_report<'e>(evidence: &'e Evidence<'e>, path: &str, line: usize) -> Option<(&'e File<'e>, Span, String)> {
    let file = evidence.file(path)?;
    let text = &file.source.text;
    let offset = file.lines().line_start(text, line);
    let length = file.lines().line(text, line).map_or(0, str::len);
    Some((file, Span { offset, length }, String::new()))
}

/// The first line of a node: a place for what concerns all of it.
fn first_line(file: &File<'_>, node: Node<'_>) -> Span {
    first_of(file, node.span())
}

/// The first line of a span.
fn first_of(file: &File<'_>, span: Span) -> Span {
    let length = file.source.text.get(span.range()).and_then(|text| text.lines().next()).map_or(0, str::len);
    Span { offset: span.offset, length }
}

/// One line of at most 60 characters.
fn short(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 60 { line } else { line.chars().take(59).chain(['…']).collect() }
}
