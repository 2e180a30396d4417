//! Waivers: findings that somebody answers for, until a day.

use super::layer::{Layer, Reader};
use super::{PolicyError, RuleSpec, did_you_mean};
use crate::model::{Date, Place};
use crate::parse::yaml::Node;

/// Takes findings of one rule out of the judgement.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Id of the rule.
    pub rule: String,
    /// Pattern for the path of the file; `None` for every file.
    pub file: Option<String>,
    /// Structural address; holds for everything below it, and `*` stands for one part. `None` for every address.
    pub path: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it; empty where nobody is named.
    pub owner: String,
    /// The last day on which it holds, in UTC.
    pub expires: Date,
    /// The waiver in its policy.
    pub place: Place,
    /// Where its `rule` stands.
    rule_place: Place,
}

impl Waiver {
    /// Whether it is for an address: for the address itself and for everything below it.
    pub fn holds_for_path(&self, path: &str) -> bool {
        let Some(pattern) = &self.path else { return true };
        let mut parts = path.split('.');
        pattern.split('.').all(|wanted| parts.next().is_some_and(|part| wanted == "*" || wanted == part))
    }

    /// Whether it is for a file.
    pub fn holds_for_file(&self, file: &str) -> bool {
        let Some(pattern) = &self.file else { return true };
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        fast_glob::glob_match(pattern, file)
            || self.within_root(file).is_some_and(|f| fast_glob::glob_match(pattern, f))
    }

    /// The path from the folder of the policy, where both lie in one archive: patterns are written for the tree that was
    /// packed.
    fn within_root<'f>(&self, file: &'f str) -> Option<&'f str> {
        let (folder, _) = self.place.file.rsplit_once('/').filter(|(folder, _)| folder.contains(".zip"))?;
        let root = folder.strip_suffix("/.github").unwrap_or(folder);
        file.strip_prefix(root)?.strip_prefix('/')
    }
}

/// The rules that a policy may name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'k> {
    /// Those that are built in.
    pub(super) specs: &'k [RuleSpec],
    /// Ids of the policy's own checks, those that are off included.
    pub(super) checks: &'k [String],
}

impl Known<'_> {
    pub(super) fn has(self, rule: &str) -> bool {
        self.ids().any(|id| id == rule)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.specs.iter().map(|spec| spec.id).chain(self.checks.iter().map(String::as_str))
    }

    /// What to say of a rule that does not exist.
    pub(super) fn stranger(self, rule: &str, place: &Place) -> PolicyError {
        let hint = match did_you_mean(rule, self.ids()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tollgate rules` lists them".to_owned(),
        };
        PolicyError { place: place.clone(), message: format!("there is no rule `{rule}`"), hint }
    }
}

/// Waivers of rules that do not exist, or that cannot be waived.
pub(super) fn strangers(layer: &Layer, known: Known<'_>) -> Vec<PolicyError> {
    let error = |waiver: &Waiver| {
        if known.specs.iter().any(|spec| spec.id == waiver.rule && !spec.waivable) {
            return Some(PolicyError {
                place: waiver.rule_place.clone(),
                message: format!("`{}` cannot be waived", waiver.rule),
                hint: "turn it off, or give it another level".to_owned(),
            });
        }
        (!known.has(&waiver.rule)).then(|| known.stranger(&waiver.rule, &waiver.rule_place))
    };
    layer.waivers.iter().filter_map(error).collect()
}

const KEYS: [&str; 5] = ["rule", "where", "reason", "owner", "expires"];
const WHERE: [&str; 2] = ["file", "path"];
const FORM: &str = "- { rule: …, where: { file: …, path: … }, reason: …, expires: YYYY-MM-DD }";

impl Reader<'_> {
    pub(super) fn waivers(&mut self, value: Node<'_>, layer: &mut Layer) {
        if !value.is_sequence() && !value.is_null() {
            self.error_at(
                value,
                format!("`waivers` is {}", value.kind_word()),
                format!("write it as a list, `{FORM}`"),
            );
        }
        for item in value.items() {
            layer.waivers.extend(self.waiver(item));
        }
    }

    fn waiver(&mut self, item: Node<'_>) -> Option<Waiver> {
        self.keys(item, "a waiver", &KEYS)?;
        let rule = self.text(item, "rule");
        let reason = self.text(item, "reason");
        let owner = item.get("owner").map_or(Some(String::new()), |_| self.text(item, "owner"));
        let expires = self.text(item, "expires");
        let expires = expires.and_then(|text| match text.parse::<Date>() {
            Ok(date) => Some(date),
            Err(error) => {
                self.error_at(
                    item.get("expires").unwrap_or(item),
                    error,
                    "it is the last valid day, in UTC".to_owned(),
                );
                None
            }
        });
        let (file, path) = self.address(item)?;
        let place = self.place(item.span(), item.path());
        let rule_place = item.get("rule").map(|node| self.place(node.span(), node.path()))?;
        Some(Waiver { rule: rule?, file, path, reason: reason?, owner: owner?, expires: expires?, place, rule_place })
    }

    /// `where`, which must say something: a waiver for everything would be the rule turned off.
    fn address(&mut self, item: Node<'_>) -> Option<(Option<String>, Option<String>)> {
        let hint = "write `where: { file: compose.yml, path: services.db }`, or one of the two".to_owned();
        let Some((key, place)) = item.entry("where") else {
            self.error_at(item, "the waiver has no `where`".to_owned(), hint);
            return None;
        };
        for (key, _) in place.entries() {
            let word = key.text().unwrap_or("");
            if !WHERE.contains(&word) {
                self.unknown(key, "address of a waiver", word, &WHERE);
                return None;
            }
        }
        let [file, path] = WHERE.map(|name| place.get(name).map(|_| self.text(place, name)));
        if file.is_none() && path.is_none() {
            self.error_at(key, "`where` names neither a file nor a path".to_owned(), hint);
            return None;
        }
        // A part that was refused is an error already.
        Some((file.flatten(), path.flatten()))
    }

    /// A text that must be there and say something.
    pub(super) fn text(&mut self, item: Node<'_>, name: &str) -> Option<String> {
        let Some(node) = item.get(name) else {
            self.error_at(item, format!("`{name}` is missing"), String::new());
            return None;
        };
        let text = node.text().map(str::trim).filter(|text| !text.is_empty() && !node.is_null());
        if text.is_none() {
            let place = if node.is_null() { node.key().unwrap_or(node) } else { node };
            self.error_at(place, format!("`{name}` is {}, not a text", node.kind_word()), String::new());
        }
        text.map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::Waiver;
    use crate::model::Place;

    fn waiver(file: Option<&str>, path: Option<&str>, policy: &str) -> Waiver {
        Waiver {
            rule: "r".to_owned(),
            file: file.map(str::to_owned),
            path: path.map(str::to_owned),
            reason: "x".to_owned(),
            owner: String::new(),
            expires: "2027-01-01".parse().unwrap(),
            place: Place::whole(policy),
            rule_place: Place::whole(policy),
        }
    }

    #[test]
    fn an_address_holds_for_itself_and_for_what_is_below() {
        for (pattern, path, expected) in [
            ("services.db", "services.db", true),
            ("services.db", "services.db.image", true),
            ("services.db", "services.dbx", false),
            ("services.db", "services", false),
            ("jobs.*.steps.0", "jobs.test.steps.0.run", true),
            ("jobs.*.steps.0", "jobs.test.steps.01", false),
            ("*", "", true),
            ("services", "", false),
        ] {
            let waiver = waiver(None, Some(pattern), "tollgate.yml");
            assert_eq!(waiver.holds_for_path(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_is_for_the_tree_that_the_policy_lies_in() {
        for (pattern, policy, file, expected) in [
            ("compose.yml", "tollgate.yml", "compose.yml", true),
            ("./compose.yml", "tollgate.yml", "compose.yml", true),
            ("*.yml", "tollgate.yml", "a/compose.yml", false),
            ("**/*.yml", "tollgate.yml", "a/compose.yml", true),
            ("compose.yml", "shop.zip/shop-main/.github/tollgate.yml", "shop.zip/shop-main/compose.yml", true),
            ("compose.yml", "shop.zip/shop-main/tollgate.yml", "shop.zip/other/compose.yml", false),
            ("compose.yml", "ci/tollgate.yml", "ci/compose.yml", false),
        ] {
            assert_eq!(waiver(Some(pattern), None, policy).holds_for_file(file), expected, "{pattern} {policy} {file}");
        }
    }
}
