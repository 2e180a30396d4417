//! Files to a project: `include` and `extends`.

use super::calls::{Source, Started};
use super::merged::{Merged, Part, Scope, Variables};
use super::service::{Service, local_path};
use crate::evidence::{Doc, Evidence, File, paths};
use crate::model::Span;
use crate::parse::compose::Compose;
use crate::parse::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Most files that `include` brings in; two that include each other's parts twice would double with each level.
const MAX_INCLUDED: usize = 256;
/// Longest chain of `extends`.
const MAX_DEPTH: usize = 32;
/// Most times that `extends` is followed; services with several parts, each of which extends others, double.
const MAX_EXTENDED: usize = 10_000;

/// Compose files read as one.
#[derive(Debug)]
pub struct Project<'e> {
    /// Why these files belong together.
    pub source: Source,
    /// Path of its first file.
    pub root: &'e str,
    /// Every file that has a part in it: the files themselves, and those that are included or extended.
    pub files: Vec<&'e File<'e>>,
    /// Its services, in the order in which they are named first.
    pub services: Vec<Service<'e>>,
    /// What could not be followed.
    pub gaps: Vec<Gap<'e>>,
    /// What calls start of it; empty where no call is known.
    pub started: Vec<Started>,
}

/// An `include` or `extends` that leads nowhere, or in a circle.
#[derive(Debug)]
pub struct Gap<'e> {
    /// The file.
    pub file: &'e File<'e>,
    /// Where it is written.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

impl<'e> Project<'e> {
    /// A service by name.
    pub fn service(&self, name: &str) -> Option<&Service<'e>> {
        self.services.iter().find(|service| service.name == name)
    }

    /// Names of the services that a call starts: those that it names and those without profiles or with one of its
    /// profiles, and all that these depend on.
    pub fn starts(&self, started: &Started) -> BTreeSet<&str> {
        let by_name: BTreeMap<&str, &Service<'e>> = self.services.iter().map(|s| (s.name, s)).collect();
        let wanted = |service: &Service<'e>| match started.services.as_slice() {
            [] => {
                let profiles = service.profiles();
                profiles.is_empty() || profiles.iter().any(|p| started.profiles.contains(p)) || started.has_profile("*")
            }
            names => names.iter().any(|name| name == service.name),
        };
        let mut waiting: Vec<&str> = self.services.iter().filter(|s| wanted(s)).map(|s| s.name).collect();
        let mut found = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            let Some((name, service)) = by_name.get_key_value(name).filter(|_| !found.contains(name)) else { continue };
            found.insert(*name);
            let on = service.depends_on().into_iter().filter(|dependency| dependency.required);
            waiting
                .extend(on.filter_map(|dependency| by_name.get_key_value(&*dependency.service)).map(|(name, _)| *name));
        }
        found
    }
}

/// One document of one file.
struct Layer<'e> {
    root: Part<'e>,
}

struct Loader<'e> {
    evidence: &'e Evidence<'e>,
    layers: Vec<Layer<'e>>,
    files: BTreeMap<&'e str, &'e File<'e>>,
    gaps: Vec<Gap<'e>>,
    included: usize,
    extended: usize,
    /// Services of files that are extended, by path and variables.
    others: BTreeMap<(&'e str, Variables), Rc<Index<'e>>>,
}

/// Reads files, the weakest first, as one project.
pub(super) fn load<'e>(
    evidence: &'e Evidence<'e>,
    files: &[&'e Doc<'e, Compose<'e>>],
    scope: Scope,
    source: Source,
) -> Project<'e> {
    let mut loader = Loader {
        evidence,
        layers: Vec::new(),
        files: BTreeMap::new(),
        gaps: Vec::new(),
        included: 0,
        extended: 0,
        others: BTreeMap::new(),
    };
    let scope = Rc::new(scope);
    for doc in files {
        loader.file(doc, &scope, &mut Vec::new());
    }
    let services = loader.services();
    Project {
        source,
        root: files.first().map_or("", |doc| doc.file.path()),
        files: loader.files.into_values().collect(),
        services,
        gaps: loader.gaps,
        started: Vec::new(),
    }
}

impl<'e> Loader<'e> {
    fn gap(&mut self, part: &Part<'e>, message: String) {
        self.gaps.push(Gap { file: part.file, span: part.node.span(), message });
    }

    /// Adds a file after the files that it includes.
    fn file(&mut self, doc: &'e Doc<'e, Compose<'e>>, scope: &Rc<Scope>, open: &mut Vec<&'e str>) {
        self.files.insert(doc.file.path(), doc.file);
        open.push(doc.file.path());
        for node in &doc.documents {
            let root = Part { file: doc.file, node: *node, scope: Rc::clone(scope) };
            for entry in node.merged("include").into_iter().flat_map(Node::items) {
                self.include(&root.with(entry), open);
            }
            self.layers.push(Layer { root });
        }
        open.pop();
    }

    /// `- path` or `- path: …`, with a list of paths, `project_directory` and `env_file`.
    fn include(&mut self, entry: &Part<'e>, open: &mut Vec<&'e str>) {
        let paths: Vec<Part<'e>> = match entry.node.merged("path") {
            Some(paths) => paths.one_or_many().map(|node| entry.with(node)).collect(),
            None => vec![entry.clone()],
        };
        let mut scope: Option<Rc<Scope>> = None;
        for path in paths {
            self.included += 1;
            if self.included > MAX_INCLUDED {
                if self.included == MAX_INCLUDED + 1 {
                    self.gap(&path, format!("more than {MAX_INCLUDED} files are included; the rest is not read"));
                }
                return;
            }
            let Some(doc) = self.find(&path, "includes") else { continue };
            if let Some(at) = open.iter().position(|path| *path == doc.file.path()) {
                let circle: Vec<&str> = open.iter().skip(at).copied().chain([doc.file.path()]).collect();
                self.gap(&path, format!("`include` goes in a circle: {}", circle.join(" → ")));
                continue;
            }
            // The first file gives the folder for all.
            let scope = scope.get_or_insert_with(|| {
                let directory = entry.node.merged("project_directory").map(|node| entry.with(node));
                let folder = directory.and_then(|part| local_path(&part, &part.known()?));
                let folder = folder.unwrap_or_else(|| doc.file.folder().to_owned());
                let mut variables = entry.scope.variables.clone();
                let named = entry.node.merged("env_file").into_iter().flat_map(Node::one_or_many);
                let named: Vec<String> =
                    named.filter_map(|node| local_path(entry, &entry.with(node).known()?)).collect();
                let default = paths::join(&folder, ".env");
                let files = if named.is_empty() { default.into_iter().collect() } else { named };
                for path in files {
                    self.evidence.add_variables(&path, &mut variables);
                }
                Rc::new(Scope { folder, variables })
            });
            let scope = Rc::clone(scope);
            self.file(doc, &scope, open);
        }
    }

    /// The compose file that a path names; tells a gap where there is none.
    fn find(&mut self, path: &Part<'e>, verb: &str) -> Option<&'e Doc<'e, Compose<'e>>> {
        let text = path.text()?;
        let found = Some(&text).filter(|text| text.known).and_then(|text| local_path(path, &text.text));
        let doc = found.and_then(|path| self.evidence.compose_file(&path));
        if doc.is_none() {
            self.gap(path, format!("this {verb} `{}`, which is not in the input", text.text));
        }
        doc
    }

    fn services(&mut self) -> Vec<Service<'e>> {
        let all = Rc::new(Index::of(self.layers.iter().map(|layer| &layer.root)));
        all.order.iter().filter_map(|name| self.service(&all, name)).collect()
    }

    fn service(&mut self, all: &Rc<Index<'e>>, name: &'e str) -> Option<Service<'e>> {
        let own = all.entries.get(name)?;
        let gaps = self.gaps.len();
        let mut parts = Vec::new();
        for (_, part) in own {
            self.with_bases(part, name, all, &mut vec![(part.file.path(), name)], &mut parts);
        }
        let makes = |part: &Part<'e>| ["image", "build", "extends"].iter().any(|key| part.node.merged(key).is_some());
        let (place, _) = own.iter().find(|(_, part)| makes(part)).or(own.first())?;
        Some(Service { name, place: place.clone(), value: Merged::new(parts)?, complete: gaps == self.gaps.len() })
    }

    /// Adds a service's parts: first what it extends, then itself.
    fn with_bases(
        &mut self,
        part: &Part<'e>,
        name: &'e str,
        all: &Rc<Index<'e>>,
        open: &mut Vec<(&'e str, &'e str)>,
        parts: &mut Vec<Part<'e>>,
    ) {
        if let Some(extends) = part.node.merged("extends").filter(|n| !n.is_null() && n.tag() != Some("!reset")) {
            self.base(&part.with(extends), name, all, open, parts);
        }
        parts.push(part.clone());
    }

    fn base(
        &mut self,
        extends: &Part<'e>,
        name: &'e str,
        all: &Rc<Index<'e>>,
        open: &mut Vec<(&'e str, &'e str)>,
        parts: &mut Vec<Part<'e>>,
    ) {
        self.extended += 1;
        if self.extended > MAX_EXTENDED {
            self.gap(extends, format!("services extend others more than {MAX_EXTENDED} times; the rest is not read"));
            return;
        }
        let service = extends.node.merged("service").map_or_else(|| extends.clone(), |node| extends.with(node));
        let Some(wanted) = service.known() else {
            self.gap(extends, format!("`{name}` extends a service whose name is not known"));
            return;
        };
        let file = extends.node.merged("file").map(|node| extends.with(node));
        let services = match &file {
            Some(path) => {
                let Some(doc) = self.find(path, "extends a service of") else { return };
                self.other_file(doc, &extends.scope)
            }
            None => Rc::clone(all),
        };
        let Some((wanted, found)) = services.entries.get_key_value(&*wanted) else {
            self.gap(&service, format!("`{name}` extends `{wanted}`, which is no service there"));
            return;
        };
        // The same file first; where that has none, a service of another file of the project counts too.
        let same = |part: &Part<'e>| part.file.path() == extends.file.path();
        let only_same = file.is_none() && found.iter().any(|(_, part)| same(part));
        for (_, part) in found.iter().filter(|(_, part)| !only_same || same(part)) {
            let step = (part.file.path(), *wanted);
            if open.contains(&step) {
                self.gap(&service, format!("`{name}` extends `{wanted}`, which extends it in turn"));
            } else if open.len() >= MAX_DEPTH {
                self.gap(&service, format!("more than {MAX_DEPTH} services extend each other; the rest is not read"));
            } else {
                open.push(step);
                self.with_bases(part, wanted, &services, open, parts);
                open.pop();
            }
        }
    }

    /// The services of an extended file, whose paths start from its own folder.
    fn other_file(&mut self, doc: &'e Doc<'e, Compose<'e>>, scope: &Scope) -> Rc<Index<'e>> {
        self.files.insert(doc.file.path(), doc.file);
        let key = (doc.file.path(), scope.variables.clone());
        if let Some(index) = self.others.get(&key) {
            return Rc::clone(index);
        }
        let scope = Rc::new(Scope { folder: doc.file.folder().to_owned(), variables: scope.variables.clone() });
        let roots: Vec<Part<'e>> =
            doc.documents.iter().map(|node| Part { file: doc.file, node: *node, scope: Rc::clone(&scope) }).collect();
        let index = Rc::new(Index::of(roots.iter()));
        self.others.insert(key, Rc::clone(&index));
        index
    }
}

/// Services by name: the key and the value in each file that has one, the weakest first.
#[derive(Debug, Default)]
struct Index<'e> {
    order: Vec<&'e str>,
    entries: BTreeMap<&'e str, Vec<(Part<'e>, Part<'e>)>>,
}

impl<'e> Index<'e> {
    fn of<'i>(roots: impl Iterator<Item = &'i Part<'e>>) -> Self
    where
        'e: 'i,
    {
        let mut index = Self::default();
        for root in roots {
            let Some(services) = root.node.merged("services") else { continue };
            if matches!(services.tag(), Some("!reset" | "!override")) {
                index = Self::default();
            }
            for (key, node) in services.merged_entries() {
                let Some(name) = key.text() else { continue };
                if node.tag() == Some("!reset") {
                    index.entries.remove(name);
                    continue;
                }
                let parts = index.entries.entry(name).or_default();
                if node.tag() == Some("!override") {
                    parts.clear();
                }
                if node.is_mapping() || node.is_null() {
                    parts.push((root.with(key), root.with(node)));
                }
                index.order.push(name);
            }
        }
        let mut seen = BTreeSet::new();
        index.order.retain(|name| seen.insert(*name));
        index
    }
}
