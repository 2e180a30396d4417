//! `tollgate policy schema`.

use crate::model::{Family, OutcomeKind};
use crate::policy::PACKS;
use crate::render::document;
use crate::rules::docs::option;
use crate::rules::{REGISTRY, Registered, Shape};
use serde_json::{Map, Value, json};

/// The JSON schema of policy files, from the rules and their parameters.
pub(super) fn schema() -> String {
    let mut ids: Vec<&str> = REGISTRY.iter().map(|rule| rule.meta.id).collect();
    ids.sort_unstable();
    let rules: Map<String, Value> = REGISTRY.iter().map(|rule| (rule.meta.id.to_owned(), setting(rule))).collect();
    let families =
        Family::ALL.map(|family| (family.word().to_owned(), json!({ "enum": ["error", "warning", "info", "off"] })));
    let packs: Vec<&str> = PACKS.iter().map(|(name, _)| *name).collect();
    let date = json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
    let text = json!({ "type": "string", "minLength": 1 });
    document(&json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tollgate policy",
        "type": "object",
        "required": ["version"],
        "additionalProperties": false,
        "$defs": {
            "level": { "enum": ["error", "warning", "info", "off", "on"] },
            "rule": { "anyOf": [{ "enum": ids }, { "$ref": "#/$defs/check" }] },
            "check": { "description": "Id of a check of the policy's own.", "type": "string", "pattern": CHECK_ID }
        },
        "properties": {
            "version": { "const": 1 },
            "extends": {
                "description": "Packs by name and files by relative path, base first.",
                "type": ["array", "string"],
                "items": { "type": "string", "examples": packs }
            },
            "levels": {
                "description": "Levels of whole families; a rule's own level wins.",
                "type": "object",
                "additionalProperties": false,
                "properties": Map::from_iter(families)
            },
            "rules": {
                "description": "The level of each rule, or a mapping with its level and its parameters.",
                "type": "object",
                "properties": rules,
                "additionalProperties": level()
            },
            "checks": {
                "description": "Rules of your own, as expressions over the evidence.",
                "type": "object",
                "additionalProperties": false,
                "patternProperties": { CHECK_ID: check() }
            },
            "evidence": {
                "description": "Evidence that must be there.",
                "type": "object",
                "additionalProperties": false,
                "properties": { "tests": { "enum": DEMANDS }, "coverage": { "enum": DEMANDS }, "run": { "enum": DEMANDS } }
            },
            "waivers": {
                "description": "Findings that somebody answers for, until a day.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["rule", "where", "reason", "expires"],
                    "additionalProperties": false,
                    "properties": {
                        "rule": { "$ref": "#/$defs/rule" },
                        "where": {
                            "type": "object",
                            "minProperties": 1,
                            "additionalProperties": false,
                            "properties": {
                                "file": { "description": "Pattern for the path of the file.", "type": "string" },
                                "path": {
                                    "description": "Structural address; holds for everything below it.",
                                    "type": "string"
                                }
                            }
                        },
                        "reason": text,
                        "owner": text,
                        "expires": date
                    }
                }
            },
            "tests": {
                "description": "Files, and what the policy has to say of them.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "given", "expect"],
                    "additionalProperties": false,
                    "properties": {
                        "name": text,
                        "given": { "type": "object", "additionalProperties": { "type": "string" } },
                        "today": date,
                        "expect": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["rule"],
                                "additionalProperties": false,
                                "properties": {
                                    "rule": { "$ref": "#/$defs/rule" },
                                    "file": { "type": "string" },
                                    "line": { "type": "integer", "minimum": 1 },
                                    "path": { "type": "string" },
                                    "outcome": { "enum": OutcomeKind::ALL.map(OutcomeKind::word) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }))
}

/// Ids in kebab-case.
const CHECK_ID: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";
const DEMANDS: [&str; 2] = ["required", "optional"];

/// A check of the policy's own.
fn check() -> Value {
    let text = |description: &str| json!({ "description": description, "type": "string", "minLength": 1 });
    json!({
        "type": "object",
        "required": ["assert"],
        "additionalProperties": false,
        "properties": {
            "level": level(),
            "each": text("A path to nodes, and a name for each of them: `workflows.jobs.steps as step`."),
            "when": text("Which nodes are looked at."),
            "assert": text("What must hold."),
            "at": text("The part of the node that a finding points at."),
            "message": text("What a finding says; expressions stand in braces."),
            "why": text("Why it matters."),
            "fix": text("What to do.")
        }
    })
}

fn level() -> Value {
    json!({ "$ref": "#/$defs/level" })
}

/// A level, or a mapping.
fn setting(rule: &Registered) -> Value {
    let mut properties = Map::from_iter([("level".to_owned(), level())]);
    if let Shape::Fields(fields) = (rule.shape)() {
        for (name, shape) in fields {
            let mut property = of(&shape);
            if let (Value::Object(map), Some(text)) = (&mut property, option(rule.meta.docs, name)) {
                map.insert("description".to_owned(), text.into());
            }
            properties.insert(name.to_owned(), property);
        }
    }
    json!({
        "description": format!("{} ({}; {})", crate::render::first_sentence(rule.meta.docs), rule.meta.family, rule.meta.level),
        "anyOf": [
            level(),
            { "type": "object", "additionalProperties": false, "properties": properties }
        ]
    })
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Count => json!({ "type": "integer", "minimum": 0 }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Text => json!({ "type": "string" }),
        Shape::Choice(words) => json!({ "enum": words }),
        Shape::List(item) => json!({ "type": "array", "items": of(item) }),
        Shape::Map(value) => json!({ "type": "object", "additionalProperties": of(value) }),
        Shape::Fields(fields) => {
            let properties: Map<String, Value> =
                fields.iter().map(|(name, shape)| ((*name).to_owned(), of(shape))).collect();
            json!({ "type": "object", "additionalProperties": false, "properties": properties })
        }
        Shape::Any => json!({}),
    }
}
