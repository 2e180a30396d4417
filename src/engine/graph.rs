//! The workflows of the evidence as reports draw them: jobs, and what goes from one to another.

use crate::evidence::docker::compose_call;
use crate::evidence::{Evidence, File, JobRef, StepRef};
use crate::model::{DownloadNode, JobNode, ServiceNode, WorkflowInfo};
use crate::parse::workflow::{Job, Step, Uses, Workflow, is_dynamic};
use crate::parse::yaml::Node;
use crate::rules::health::service_without_healthcheck::job_service;
use crate::rules::support::builds::image_builds;
use crate::rules::support::matrix::{Leg, legs, on_leg};
use crate::rules::support::uploads::upload;
use std::collections::{BTreeMap, BTreeSet};

/// Most comparisons of a download with the uploads of its workflow; what is left has no `from`.
const MAX_COMPARISONS: usize = 100_000;
/// Most caches, compose files and artifacts of one job that are listed.
const MAX_LISTED: usize = 100;
/// Most jobs that one download is shown to come from.
const MAX_FROM: usize = 100;

/// The workflows of the input, by path.
pub(super) fn workflows(evidence: &Evidence<'_>) -> Vec<WorkflowInfo> {
    let info = |file: &File<'_>, workflow: &Workflow<'_>| {
        let mut graph: Vec<JobNode> = Vec::with_capacity(workflow.jobs.len());
        for job in &workflow.jobs {
            graph.push(node(evidence, JobRef { file, workflow, job }));
        }
        join_artifacts(workflow, &mut graph);
        WorkflowInfo {
            file: file.path().to_owned(),
            name: workflow.name.unwrap_or(file.path()).to_owned(),
            jobs: workflow.jobs.iter().map(|job| job.id.to_owned()).collect(),
            events: workflow.triggers.iter().map(|trigger| trigger.event.to_owned()).collect(),
            graph,
        }
    };
    evidence.workflows.iter().map(|doc| info(doc.file, &doc.value)).collect()
}

fn node(evidence: &Evidence<'_>, at: JobRef<'_>) -> JobNode {
    let job = at.job;
    let written = |node: Option<Node<'_>>| node.and_then(Node::text).unwrap_or_default().trim().to_owned();
    let mut node = JobNode {
        id: job.id.to_owned(),
        name: written(job.node.get("name")),
        line: at.file.line(job.key.span().offset),
        condition: job.condition().unwrap_or_default().to_owned(),
        container: written(job.container_image()),
        calls: job.uses.as_ref().map(|uses| uses.text.to_owned()).unwrap_or_default(),
        environment: written(job.environment().map(|environment| environment.name)),
        timeout_minutes: written(job.timeout()),
        steps: job.steps.len(),
        ..JobNode::default()
    };
    if let Some(called) = job.uses.as_ref().and_then(|uses| evidence.called_workflow(at.file, uses)) {
        called.file.path().clone_into(&mut node.calls_file);
    }
    for runner in job.runs_on().into_iter().flat_map(|runs_on| runs_on.labels) {
        node.runs_on.extend(runner.text().map(str::to_owned));
    }
    if let Some(matrix) = job.matrix() {
        node.matrix.extend(matrix.axes.iter().filter_map(|(key, _)| key.text()).map(str::to_owned));
        node.legs = legs(job).map(|legs| legs.len());
    }
    for service in &job.services {
        node.services.push(ServiceNode {
            name: service.name.to_owned(),
            image: written(service.image),
            healthcheck: job_service(service),
        });
    }
    for step in &job.steps {
        let at = StepRef { file: at.file, job: Some(at), steps: &job.steps, step };
        add_caches(evidence, at, &mut node.caches);
        add_compose(evidence, at, &mut node.compose);
        if upload(step).is_some() {
            add(&mut node.uploads, artifact_name(step).unwrap_or(UNNAMED));
        }
    }
    node
}

/// The name of an upload that names none.
const UNNAMED: &str = "artifact";

fn artifact_name<'t>(step: &Step<'t>) -> Option<&'t str> {
    step.input("name").and_then(Node::text).map(str::trim).filter(|name| !name.is_empty())
}

fn add(list: &mut Vec<String>, text: &str) {
    if list.len() < MAX_LISTED && !text.is_empty() && !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
}

/// Compose files that the calls of a step read, as far as they are in the input.
fn add_compose(evidence: &Evidence<'_>, at: StepRef<'_>, list: &mut Vec<String>) {
    let commands = at.step.run.iter().flat_map(|run| &run.script.commands);
    for call in commands.filter_map(compose_call) {
        for doc in evidence.compose_files(at, &call).into_iter().flatten() {
            add(list, doc.file.path());
        }
    }
}

/// Caches that a step is told to use. Those that an action uses without being told are not known by name.
fn add_caches(evidence: &Evidence<'_>, at: StepRef<'_>, list: &mut Vec<String>) {
    for build in image_builds(evidence, at) {
        for cache in build.cache_from.iter().chain(&build.cache_to) {
            add(list, &format!("image layers: {}", cache.kind()));
        }
    }
    let step = at.step;
    let Some(action) = step.uses.as_ref().and_then(Uses::action) else { return };
    let text = |name| step.input(name).and_then(Node::text).map(str::trim).unwrap_or_default();
    let name = action.rsplit('/').next().unwrap_or_default();
    if action == "actions/cache" || action.starts_with("actions/cache/") {
        let mut paths = text("path").lines().map(str::trim).filter(|path| !path.is_empty());
        let first = paths.next().unwrap_or("a path that is not given");
        let more = if paths.next().is_some() { ", …" } else { "" };
        add(list, &format!("{name}: {first}{more}"));
    } else if action == "swatinem/rust-cache" {
        add(list, name);
    } else if name.starts_with("setup-") {
        for input in ["cache", "bundler-cache", "enable-cache"] {
            match text(input) {
                "" | "false" => {}
                "true" => add(list, name),
                kind => add(list, &format!("{name}: {kind}")),
            }
        }
    }
}

/// The uploads of a workflow, each with the position of its job.
struct Uploads {
    /// By the names that they come to, and as they are written.
    names: BTreeMap<String, BTreeSet<usize>>,
    /// Each job that uploads, with its names.
    jobs: Vec<(usize, Vec<String>)>,
}

/// What stands for an expression in a name that is held against a pattern: what the pattern has stars for.
const EXPRESSION: &str = "\u{1}";

/// Fills in needs, downloads, and the jobs that these come from.
fn join_artifacts(workflow: &Workflow<'_>, graph: &mut [JobNode]) {
    let ids: BTreeMap<String, usize> =
        workflow.jobs.iter().enumerate().map(|(at, job)| (job.id.to_ascii_lowercase(), at)).collect();
    let mut needs: Vec<Vec<usize>> = Vec::with_capacity(graph.len());
    for (job, node) in workflow.jobs.iter().zip(graph.iter_mut()) {
        let (mut needed, mut seen) = (Vec::new(), BTreeSet::new());
        for id in job.needs().filter_map(Node::text) {
            let known = ids.get(&id.to_ascii_lowercase()).copied();
            // Ids know no case; the graph has each as its job writes it.
            let id = known.and_then(|at| workflow.jobs.get(at)).map_or(id, |job| job.id);
            if seen.insert(id) {
                needed.extend(known);
                node.needs.push(id.to_owned());
            }
        }
        needs.push(needed);
    }
    let uploads = uploads(workflow);
    let mut budget = MAX_COMPARISONS;
    for (at, (job, node)) in workflow.jobs.iter().zip(graph.iter_mut()).enumerate() {
        for step in &job.steps {
            let is_download = step.uses.as_ref().is_some_and(|uses| uses.is_any(&["actions/download-artifact"]));
            // With a run of its own it is another run's artifact.
            if !is_download || step.input("run-id").is_some() {
                continue;
            }
            let pattern = step.input("pattern").and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
            let name = artifact_name(step);
            let mut from = match (name, pattern) {
                (Some(name), _) => uploads.named(job, name),
                (None, Some(pattern)) => uploads.like(pattern, &mut budget),
                (None, None) => uploads.before(at, &needs, &mut budget),
            };
            from.remove(&at);
            let text = name.or(pattern).unwrap_or_default();
            let is_new = node.downloads.iter().all(|download| download.name != text);
            if is_new && node.downloads.len() < MAX_LISTED {
                let ids = from.into_iter().take(MAX_FROM).filter_map(|at| workflow.jobs.get(at));
                let from = ids.map(|job| job.id.to_owned()).collect();
                node.downloads.push(DownloadNode { name: text.to_owned(), from });
            }
        }
    }
}

fn uploads(workflow: &Workflow<'_>) -> Uploads {
    let mut uploads = Uploads { names: BTreeMap::new(), jobs: Vec::new() };
    for (at, job) in workflow.jobs.iter().enumerate() {
        let mut own = Vec::new();
        for step in job.steps.iter().filter(|step| upload(step).is_some()) {
            let name = artifact_name(step).unwrap_or(UNNAMED);
            for name in comes_to(job, name) {
                uploads.names.entry(name).or_default().insert(at);
            }
            add(&mut own, &without_expressions(name));
        }
        if !own.is_empty() {
            uploads.jobs.push((at, own));
        }
    }
    uploads
}

impl Uploads {
    /// Jobs that upload one of the names that a name comes to.
    fn named(&self, job: &Job<'_>, name: &str) -> BTreeSet<usize> {
        comes_to(job, name).iter().filter_map(|name| self.names.get(name)).flatten().copied().collect()
    }

    /// Jobs that upload a name which a pattern certainly fits.
    fn like(&self, pattern: &str, budget: &mut usize) -> BTreeSet<usize> {
        let pattern = without_expressions(pattern);
        let mut found = BTreeSet::new();
        for (at, names) in &self.jobs {
            let Some(left) = budget.checked_sub(names.len()) else { break };
            *budget = left;
            if names.iter().any(|name| fast_glob::glob_match(&pattern, name)) {
                found.insert(*at);
            }
        }
        found
    }

    /// Jobs that upload anything and are over before a job begins.
    fn before(&self, at: usize, needs: &[Vec<usize>], budget: &mut usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = needs.get(at).cloned().unwrap_or_default();
        while let Some(job) = open.pop() {
            let Some(left) = budget.checked_sub(1) else { return BTreeSet::new() };
            *budget = left;
            if reached.insert(job) {
                open.extend(needs.get(job).into_iter().flatten());
            }
        }
        self.jobs.iter().map(|(job, _)| *job).filter(|job| reached.contains(job)).collect()
    }
}

/// The names that a name comes to on the legs of its job; as it is written where that is not known.
fn comes_to(job: &Job<'_>, name: &str) -> BTreeSet<String> {
    if !is_dynamic(name) {
        return BTreeSet::from([name.to_owned()]);
    }
    let legs = legs(job).unwrap_or_else(|| vec![Leg::new()]);
    let names: Option<BTreeSet<String>> = legs.iter().map(|leg| on_leg(name, leg)).collect();
    match names {
        Some(names) if job.has_matrix() || !name.contains("matrix.") => names,
        _ => BTreeSet::from([name.to_owned()]),
    }
}

fn without_expressions(text: &str) -> String {
    let mut parts = text.split("${{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(EXPRESSION);
        out.push_str(part.split_once("}}").map_or("", |(_, rest)| rest));
    }
    out
}
