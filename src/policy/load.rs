//! Lays the layers of a policy over each other.

use super::checks::{Check, Draft};
use super::layer::{Layer, Reader, Setting, Switch};
use super::{Demand, Policy, PolicyError, RuleSpec, did_you_mean, pack};
use crate::model::{Family, Level, Place, PolicyInfo, PolicySource};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most files and packs of one policy.
const MAX_SOURCES: usize = 32;

/// Loads a policy: the file or pack `name` with the text `text`, and what it extends, left to right, base first.
///
/// `read` gives the text of a file that is extended, by a path relative to the policy's folder. Nothing is returned of a
/// policy with an error.
pub fn load(
    name: &str,
    text: &str,
    specs: &[RuleSpec],
    read: &dyn Fn(&str) -> Option<String>,
) -> Result<Policy, Vec<PolicyError>> {
    let mut loader = Loader { specs, read, layers: Vec::new(), open: Vec::new(), errors: Vec::new() };
    let is_pack = pack(name).is_some_and(|shipped| shipped == text);
    loader.source(name, text, is_pack);
    if !loader.errors.is_empty() {
        return Err(loader.errors);
    }
    let sources = loader.layers.iter().map(|(source, _)| source.clone()).collect();
    let checks = checks(&mut loader.layers, specs)?;
    Ok(Policy { info: PolicyInfo { name: name.to_owned(), sources }, rules: merge(loader.layers, specs), checks })
}

struct Loader<'l> {
    specs: &'l [RuleSpec],
    read: &'l dyn Fn(&str) -> Option<String>,
    layers: Vec<(PolicySource, Layer)>,
    /// Sources that are being read, outermost first: a source among them again is a cycle.
    open: Vec<String>,
    errors: Vec<PolicyError>,
}

impl Loader<'_> {
    fn source(&mut self, name: &str, text: &str, is_pack: bool) {
        let mut layer = match Reader::read(name, text, self.specs) {
            Ok(layer) => layer,
            Err(errors) => return self.errors.extend(errors),
        };
        self.open.push(name.to_owned());
        for (base, place) in std::mem::take(&mut layer.extends) {
            self.base(name, &base, place);
        }
        self.open.pop();
        self.layers.push((PolicySource { file: name.to_owned(), pack: is_pack }, layer));
    }

    fn base(&mut self, from: &str, base: &str, place: Place) {
        let path = if pack(base).is_some() { base.to_owned() } else { join(from, base) };
        if self.open.contains(&path) {
            let message = format!("`{base}` extends itself: {} → {path}", self.open.join(" → "));
            return self.error(place, message, String::new());
        }
        if self.layers.iter().any(|(source, _)| source.file == path) {
            return;
        }
        if self.layers.len() + self.open.len() >= MAX_SOURCES {
            return self.error(place, format!("a policy has at most {MAX_SOURCES} sources"), String::new());
        }
        if let Some(text) = pack(base) {
            return self.source(base, text, true);
        }
        if let Some(text) = (self.read)(&path) {
            return self.source(&path, &text, false);
        }
        let looks_like_file = base.contains(['/', '.']);
        let hint = match did_you_mean(base, super::PACKS.iter().map(|(name, _)| *name)) {
            Some(near) if !looks_like_file => format!("did you mean the pack `{near}`?"),
            _ => "a file's path is relative to the policy that names it".to_owned(),
        };
        let what = if looks_like_file { "the file cannot be read" } else { "there is no such pack" };
        self.error(place, format!("`{base}`: {what}"), hint);
    }

    fn error(&mut self, place: Place, message: String, hint: String) {
        self.errors.push(PolicyError { place, message, hint });
    }
}

/// A path relative to the folder of the file that names it.
fn join(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// In each layer a rule's own level wins over its family's; a later layer wins over an earlier one.
fn merge(layers: Vec<(PolicySource, Layer)>, specs: &[RuleSpec]) -> Vec<Demand> {
    let mut demands: BTreeMap<&str, (Option<Level>, Demand)> = BTreeMap::new();
    for (_, layer) in layers {
        for spec in specs {
            if let (Some(level), Some((current, _))) = (layer.families.get(&spec.family), demands.get_mut(spec.id)) {
                *current = *level;
            }
        }
        for Setting { rule, switch, params, place } in layer.rules {
            let Some(spec) = specs.iter().find(|spec| spec.id == rule) else { continue };
            let family = layer.families.get(&spec.family).copied();
            let (level, demand) = demands.entry(spec.id).or_insert_with(|| {
                let demand = Demand {
                    rule: rule.to_owned(),
                    level: spec.level,
                    params: serde_json::Map::new(),
                    place: place.clone(),
                };
                (family.unwrap_or(Some(spec.level)), demand)
            });
            match switch {
                Switch::At(own) => *level = Some(own),
                Switch::Off => *level = None,
                Switch::On => *level = family.unwrap_or(level.or(Some(spec.level))),
            }
            demand.params.extend(params);
            demand.place = place;
        }
    }
    demands.into_values().filter_map(|(level, demand)| level.map(|level| Demand { level, ..demand })).collect()
}

/// The checks of all layers: a later one takes the place of an earlier one of its id. Levels are laid over each other as
/// those of rules are.
fn checks(layers: &mut [(PolicySource, Layer)], specs: &[RuleSpec]) -> Result<Vec<Arc<Check>>, Vec<PolicyError>> {
    let mut found: BTreeMap<String, (Option<Level>, Check)> = BTreeMap::new();
    let mut errors = Vec::new();
    for (_, layer) in layers {
        let family = layer.families.get(&Family::Custom).copied();
        if let Some(level) = family {
            for (current, _) in found.values_mut() {
                *current = level;
            }
        }
        let level_of = |switch, current: Option<Level>| match switch {
            Switch::At(own) => Some(own),
            Switch::Off => None,
            Switch::On => family.unwrap_or(current.or(Some(Level::Error))),
        };
        for Draft { check, switch } in std::mem::take(&mut layer.checks) {
            found.insert(check.id.clone(), (level_of(switch, None), check));
        }
        for setting in std::mem::take(&mut layer.unresolved) {
            if let Some((level, _)) = found.get_mut(&setting.id) {
                *level = level_of(setting.switch, *level);
                continue;
            }
            let mut error = setting.error;
            let known = specs.iter().map(|spec| spec.id).chain(found.keys().map(String::as_str));
            if let Some(near) = did_you_mean(&setting.id, known) {
                error.hint = format!("did you mean `{near}`?");
            }
            errors.push(error);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let on = found.into_values().filter_map(|(level, check)| Some(Arc::new(Check { level: level?, ..check })));
    Ok(on.collect())
}
