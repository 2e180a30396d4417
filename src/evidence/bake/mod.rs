//! What `docker buildx bake` and `docker/bake-action` build: bake files and compose files, merged, with `inherits`,
//! groups, variables and `--set` resolved.
//!
//! Source: Docker's Bake file reference, and buildx for which attributes are added to and which are replaced.

#[cfg(test)]
mod tests;

use super::compose::Variables;
use super::docker::{BuildCall, bake_call};
use super::{Doc, Evidence, File, StepRef, paths};
use crate::model::Span;
use crate::parse::bake::{Bake, Value};
use crate::parse::shell::Command;
use crate::parse::workflow::is_dynamic;
use crate::parse::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Deepest nesting of `inherits`, groups and variables in variables.
const MAX_DEPTH: usize = 32;
/// Most bytes that the values of one call have together.
const MAX_BYTES: usize = 1 << 20;
/// Most targets of one call.
const MAX_TARGETS: usize = 1_000;

/// A target with everything that it inherits.
#[derive(Debug, Clone)]
pub struct Target<'e> {
    /// Its name.
    pub name: String,
    /// The file that says most recently what it is.
    pub file: &'e File<'e>,
    /// Where it is named there.
    pub span: Span,
    attributes: Rc<BTreeMap<String, Value>>,
    /// The folder that paths start from.
    folder: Rc<str>,
}

/// Files read as one definition.
struct Definition<'e> {
    /// By name, the weakest first.
    blocks: BTreeMap<(&'e str, &'e str), Vec<Body<'e>>>,
    variables: BTreeMap<String, Value>,
    folder: Rc<str>,
    /// Bytes that values may still have.
    budget: usize,
    resolved: BTreeMap<String, Option<Rc<BTreeMap<String, Value>>>>,
    /// Targets in the order in which they come.
    order: Vec<&'e str>,
}

struct Body<'e> {
    file: &'e File<'e>,
    span: Span,
    attributes: Vec<(String, Value)>,
}

/// Attributes to which a later definition adds.
const ADDED: [&str; 8] =
    ["annotations", "attest", "cache-from", "entitlements", "no-cache-filter", "secret", "ssh", "ulimits"];
/// Attributes whose entries are merged by name.
const MERGED: [&str; 4] = ["args", "contexts", "extra-hosts", "labels"];
/// Not an attribute of bake: the Dockerfile's path in the input.
const SERVICE_DOCKERFILE: &str = "(dockerfile)";
/// Files that bake reads where none is named, in the order in which they are merged.
const DEFAULT_FILES: [&str; 8] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "docker-bake.json",
    "docker-bake.hcl",
    "docker-bake.override.json",
    "docker-bake.override.hcl",
];

impl Target<'_> {
    /// The value of an attribute; `Null` where it is not set.
    pub fn get(&self, name: &str) -> &Value {
        self.attributes.get(name).unwrap_or(&Value::Null)
    }

    /// An attribute's text: empty where it is not set, `None` where it is not known.
    pub fn text(&self, name: &str) -> Option<String> {
        Some(self.get(name).texts()?.into_iter().next().unwrap_or_default())
    }

    /// An attribute's list: `tags`, `cache-from`, `cache-to`, `platforms`, `output`; `None` where it is not known.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        self.get(name).texts()
    }

    /// The folder of its context in the input; `None` for a remote one and one that is not known.
    pub fn context(&self) -> Option<String> {
        let context = self.text("context")?;
        let remote = context.contains("://") || context.starts_with("git@") || context.starts_with("target:");
        if remote { None } else { paths::join(&self.folder, context.strip_prefix("cwd://").unwrap_or(&context)) }
    }

    /// The path of its Dockerfile in the input.
    pub fn dockerfile(&self) -> Option<String> {
        // Of a compose service, whose paths start from its own file.
        if let Value::Text(path) = self.get(SERVICE_DOCKERFILE) {
            return Some(path.clone());
        }
        let name = self.text("dockerfile").filter(|_| *self.get("dockerfile-inline") == Value::Null)?;
        paths::join(&self.context()?, if name.is_empty() { "Dockerfile" } else { &name })
    }
}

impl<'e> Evidence<'e> {
    /// The targets that a command builds; `None` where a file or target is not known or not in the input.
    pub fn bake_command(
        &'e self,
        step: StepRef<'e>,
        command: &Command,
        call: &BuildCall<'_>,
    ) -> Option<Vec<Target<'e>>> {
        let call = bake_call(call)?;
        let folder = step.working_directory()?;
        let mut variables = step_variables(step);
        for assignment in &command.assignments {
            let value = Some(assignment.value.text.clone()).filter(|_| !assignment.value.dynamic);
            variables.insert(assignment.name.clone(), value);
        }
        if call.dynamic {
            return None;
        }
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        self.bake_targets(&folder, &own(&call.files), &own(&call.targets), &own(&call.sets), &variables)
    }

    /// The targets that a step with `docker/bake-action` builds; `None` where a file or target is not known or not in the
    /// input.
    pub fn bake_action(&'e self, step: StepRef<'e>) -> Option<Vec<Target<'e>>> {
        let text = |name| step.step.input(name).and_then(Node::text).unwrap_or_default().trim();
        let source = text("source");
        // The repository itself, as it is checked out or as the action fetches it.
        let source = source.strip_prefix("{{defaultContext}}").map_or(source, |sub| sub.trim_start_matches(':'));
        if is_dynamic(source) || source.contains("://") || is_dynamic(text("workdir")) {
            return None;
        }
        let folder = paths::join(&paths::join(step.root(), text("workdir"))?, source)?;
        let split = |name| text(name).split(['\n', ',']).map(str::trim).filter(|t| !t.is_empty()).collect::<Vec<_>>();
        let mut files = Vec::new();
        for file in split("files") {
            if !is_dynamic(file) {
                files.push(file.to_owned());
            } else if !is_metadata(step, file) {
                return None;
            }
        }
        let targets = split("targets");
        if targets.iter().any(|target| is_dynamic(target)) {
            return None;
        }
        let targets: Vec<String> = targets.into_iter().map(str::to_owned).collect();
        // A value of `--set` may hold commas.
        let sets: Vec<String> = text("set").lines().map(|line| line.trim().to_owned()).collect();
        self.bake_targets(&folder, &files, &targets, &sets, &step_variables(step))
    }

    fn bake_targets(
        &'e self,
        folder: &str,
        files: &[String],
        targets: &[String],
        sets: &[String],
        variables: &Variables,
    ) -> Option<Vec<Target<'e>>> {
        let mut found: Vec<&'e str> = Vec::new();
        if files.is_empty() {
            let default = DEFAULT_FILES.iter().filter_map(|name| self.file(&paths::join(folder, name)?));
            found.extend(default.map(File::path));
        }
        for file in files {
            let path = paths::join(folder, file.strip_prefix("cwd://").unwrap_or(file))?;
            found.push(self.file(&path)?.path());
        }
        if found.is_empty() {
            return None;
        }
        let mut definition = Definition {
            blocks: BTreeMap::new(),
            variables: BTreeMap::new(),
            folder: Rc::from(folder),
            budget: MAX_BYTES,
            resolved: BTreeMap::new(),
            order: Vec::new(),
        };
        let bakes: Vec<&'e Doc<'e, &'e Bake>> = found.iter().filter_map(|path| self.bake_file(path)).collect();
        definition.set_variables(&bakes, variables);
        for path in found {
            match (self.bake_file(path), self.compose_file(path)) {
                (Some(doc), _) => definition.add(doc),
                (None, Some(doc)) => {
                    let project = self.compose_alone(doc);
                    for service in &project.services {
                        definition.add_service(service);
                    }
                }
                (None, None) => return None,
            }
        }
        definition.targets(targets, sets)
    }

    /// A bake file by its path.
    pub fn bake_file(&'e self, path: &str) -> Option<&'e Doc<'e, &'e Bake>> {
        let at = self.bakes.binary_search_by(|doc| doc.file.path().cmp(path)).ok()?;
        self.bakes.get(at)
    }
}

/// `${{ steps.meta.outputs.bake-file }}` of `docker/metadata-action`: a bake file with tags, labels and annotations only.
fn is_metadata(step: StepRef<'_>, file: &str) -> bool {
    let inner = file.split_once("${{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?.0.trim())));
    let Some((before, expression)) = inner else { return false };
    let output = expression.strip_prefix("steps.").and_then(|rest| rest.split_once(".outputs.bake-file"));
    let Some((id, _)) = output.filter(|_| matches!(before, "" | "cwd://")) else { return false };
    step.earlier().iter().any(|earlier| {
        earlier.node.get("id").and_then(Node::text) == Some(id)
            && earlier.uses.as_ref().is_some_and(|uses| uses.is_any(&["docker/metadata-action"]))
    })
}

/// Variables of the step, the job and the workflow.
fn step_variables(step: StepRef<'_>) -> Variables {
    let mut variables = Variables::new();
    for (key, value) in step.environments().flat_map(Node::merged_entries) {
        let value = value.text().filter(|text| !is_dynamic(text)).map(str::to_owned);
        variables.extend(key.text().map(|name| (name.to_owned(), value)));
    }
    variables
}

impl<'e> Definition<'e> {
    /// Variables: what the environment sets, or else the last default that a file gives.
    fn set_variables(&mut self, bakes: &[&'e Doc<'e, &'e Bake>], environment: &Variables) {
        let mut written = BTreeMap::new();
        for bake in bakes {
            for block in bake.of_kind("variable") {
                let default = block.get("default");
                if default.is_some() || !written.contains_key(block.name.as_str()) {
                    written.insert(block.name.as_str(), default);
                }
            }
            for attribute in &bake.attributes {
                written.insert(attribute.name.as_str(), Some(&attribute.value));
            }
        }
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        // Defaults may name variables that come later; each round knows what the one before found.
        for _ in 0..MAX_DEPTH {
            let before = values.clone();
            for (name, default) in &written {
                let value = match environment.get(*name) {
                    Some(Some(text)) => Value::Text(text.clone()),
                    Some(None) => Value::Unknown,
                    None => default.map_or(Value::Null, |default| default.value(&before, &mut self.budget)),
                };
                values.insert((*name).to_owned(), value);
            }
            if values == before {
                break;
            }
        }
        self.variables = values;
    }

    fn add(&mut self, doc: &'e Doc<'e, &'e Bake>) {
        for block in &doc.value.blocks {
            let attributes =
                block.attributes.iter().map(|a| (a.name.clone(), a.value.value(&self.variables, &mut self.budget)));
            let body = Body { file: doc.file, span: block.span, attributes: attributes.collect() };
            self.body(&block.kind, &block.name, body);
        }
    }

    fn body(&mut self, kind: &'e str, name: &'e str, body: Body<'e>) {
        let bodies = self.blocks.entry((kind, name)).or_default();
        if bodies.is_empty() && kind == "target" {
            self.order.push(name);
        }
        bodies.push(body);
    }

    /// A compose service with `build` is a target.
    fn add_service(&mut self, service: &super::compose::Service<'e>) {
        let Some(build) = service.build() else { return };
        let text = |value: Option<String>| value.map_or(Value::Unknown, Value::Text);
        let list = |items: Vec<String>| Value::List(items.into_iter().map(Value::Text).collect());
        let mut attributes = vec![("context".to_owned(), Value::Unknown)];
        if let Some(dockerfile) = &build.dockerfile {
            attributes.push((SERVICE_DOCKERFILE.to_owned(), Value::Text(dockerfile.clone())));
        }
        if let Some(inline) = build.inline {
            attributes.push(("dockerfile-inline".to_owned(), Value::Text(inline)));
        }
        attributes
            .extend(build.target.map(|target| ("target".to_owned(), text(Some(target.text).filter(|_| target.known)))));
        let extra = build.value.get("x-bake");
        let items = |name: &str| {
            let list = extra.as_ref()?.get(name)?;
            Some(
                list.unique(|part| part.node.text().unwrap_or("").to_owned())
                    .iter()
                    .filter_map(|p| Some(p.text()?.text))
                    .collect(),
            )
        };
        let mut cache_from = build.cache_from;
        cache_from.extend(items("cache-from").unwrap_or_else(Vec::new));
        attributes.push(("cache-from".to_owned(), list(cache_from)));
        for name in ["tags", "platforms", "cache-to"] {
            attributes.extend(items(name).map(|found| (name.to_owned(), list(found))));
        }
        let body = Body { file: service.file(), span: service.place.node.span(), attributes };
        self.body("target", service.name, body);
    }

    /// What a target is with everything that it inherits; `None` where there is no such target, or it goes in a circle.
    fn resolve(&mut self, name: &str, open: &mut Vec<String>) -> Option<Rc<BTreeMap<String, Value>>> {
        if let Some(done) = self.resolved.get(name) {
            return done.clone();
        }
        if open.len() >= MAX_DEPTH || open.iter().any(|other| other == name) {
            return None;
        }
        let mut own = BTreeMap::new();
        for body in self.blocks.get(&("target", name))? {
            merge(&mut own, body.attributes.iter().map(|(name, value)| (name, value)));
        }
        let mut all = BTreeMap::new();
        open.push(name.to_owned());
        for parent in own.get("inherits").map_or(Some(Vec::new()), Value::texts)? {
            let parent = self.resolve(&parent, open)?;
            if !parent.values().all(|value| value.spend(&mut self.budget)) {
                return None;
            }
            merge(&mut all, parent.iter());
        }
        open.pop();
        merge(&mut all, own.iter());
        let all = Rc::new(all);
        self.resolved.insert(name.to_owned(), Some(Rc::clone(&all)));
        Some(all)
    }

    /// The targets that names stand for, groups followed; the group `default`, or the target of that name, for none.
    fn targets(&mut self, names: &[String], sets: &[String]) -> Option<Vec<Target<'e>>> {
        let mut waiting: Vec<String> = names.iter().rev().cloned().collect();
        if waiting.is_empty() {
            let has_default = ["group", "target"].iter().any(|kind| self.blocks.contains_key(&(*kind, "default")));
            if has_default {
                waiting.push("default".to_owned());
            } else {
                // Services of compose files are the default group.
                let services =
                    |name: &&&str| self.blocks.get(&("target", **name)).is_some_and(|b| b.iter().any(Body::is_service));
                waiting.extend(self.order.iter().rev().filter(services).map(|name| (*name).to_owned()));
            }
        }
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        while let Some(name) = waiting.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            if found.len() >= MAX_TARGETS {
                return None;
            }
            if let Some(group) = self.blocks.get(&("group", name.as_str())) {
                let members =
                    group.iter().rev().flat_map(|body| body.attributes.iter().filter(|(key, _)| key == "targets"));
                for (_, members) in members {
                    waiting.extend(members.texts()?.into_iter().rev());
                }
                continue;
            }
            let attributes = self.resolve(&name, &mut Vec::new())?;
            let body = self.blocks.get(&("target", name.as_str()))?.last()?;
            let mut attributes = (*attributes).clone();
            set(&mut attributes, &name, sets);
            let (file, span, folder) = (body.file, body.span, Rc::clone(&self.folder));
            found.push(Target { name, file, span, attributes: Rc::new(attributes), folder });
        }
        (!found.is_empty()).then_some(found)
    }
}

impl Body<'_> {
    fn is_service(&self) -> bool {
        self.file.source.kind == crate::model::FileKind::Compose
    }
}

/// Adds what a later definition says.
fn merge<'v>(all: &mut BTreeMap<String, Value>, later: impl Iterator<Item = (&'v String, &'v Value)>) {
    for (name, value) in later {
        let earlier = all.remove(name);
        let merged = match (earlier, value) {
            (Some(earlier), Value::Null) => earlier,
            (Some(Value::Unknown), Value::List(_)) | (Some(Value::List(_)), Value::Unknown)
                if ADDED.contains(&name.as_str()) =>
            {
                Value::Unknown
            }
            (Some(Value::List(mut items)), Value::List(more)) if ADDED.contains(&name.as_str()) => {
                let new = more.iter().filter(|item| !items.contains(item)).cloned().collect::<Vec<_>>();
                items.extend(new);
                Value::List(items)
            }
            (Some(Value::Object(entries)), Value::Object(more)) if MERGED.contains(&name.as_str()) => {
                let mut by_name: BTreeMap<String, Value> = entries.into_iter().collect();
                by_name.extend(more.iter().cloned());
                Value::Object(by_name.into_iter().collect())
            }
            _ => value.clone(),
        };
        all.insert(name.clone(), merged);
    }
}

/// `--set`: `targetpattern.key[.name]=value`; a key that is set again is added to.
fn set(attributes: &mut BTreeMap<String, Value>, target: &str, sets: &[String]) {
    let mut fresh = BTreeSet::new();
    for line in sets {
        let Some((path, value)) = line.split_once('=') else { continue };
        let path = path.trim().trim_end_matches('+');
        let Some((pattern, key)) = path.split_once('.') else { continue };
        if !fast_glob::glob_match(pattern, target) {
            continue;
        }
        let value = if is_dynamic(value) { Value::Unknown } else { Value::Text(value.to_owned()) };
        if let Some((key, name)) = key.split_once('.').filter(|(key, _)| MERGED.contains(key)) {
            let value = Value::Object(vec![(name.to_owned(), value)]);
            merge(attributes, std::iter::once((&key.to_owned(), &value)));
            continue;
        }
        let key = if key == "platform" { "platforms" } else { key };
        let again = !fresh.insert(key.to_owned());
        let list = match attributes.get(key) {
            Some(Value::List(items)) if again => items.iter().cloned().chain([value]).collect(),
            _ => vec![value],
        };
        attributes.insert(key.to_owned(), Value::List(list));
    }
}
