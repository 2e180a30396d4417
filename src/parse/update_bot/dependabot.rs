//! `.github/dependabot.yml`, version 2.
//!
//! Source: GitHub's reference of its options. An ecosystem that is not listed is left alone, and
//! `open-pull-requests-limit: 0` leaves only security fixes.

use super::{Bot, Others, Update, UpdateBot};
use crate::model::Span;
use crate::parse::Problem;
use crate::parse::yaml::{Node, Tree};

pub(in crate::parse) fn dependabot(tree: &Tree<'_>, problems: &mut Vec<Problem>) -> Option<UpdateBot> {
    let root = tree.root();
    let Some(root) = root.filter(|root| root.is_mapping()) else {
        let what = root.map_or("nothing", Node::kind_word);
        let span = root.map_or_else(Span::default, Node::span);
        problems.push(Problem::new(span, format!("settings of Dependabot are a mapping, but this is {what}")));
        return None;
    };
    match root.entry("version") {
        Some((_, version)) if version.text() == Some("2") => {}
        Some((_, version)) => problems.push(Problem::new(
            version.span(),
            format!("`version` is `{}`, not 2", version.text().unwrap_or_default()),
        )),
        None => problems.push(Problem::new(root.span(), "`version: 2` is missing")),
    }
    let mut bot = UpdateBot { bot: Bot::Dependabot, updates: Vec::new(), others: Others::Left, presets: Vec::new() };
    let Some(updates) = root.get("updates") else {
        problems.push(Problem::new(root.span(), "`updates` is missing"));
        return Some(bot);
    };
    if !updates.is_sequence() && !updates.is_null() {
        problems.push(Problem::new(updates.span(), format!("`updates` is {}, not a list", updates.kind_word())));
    }
    for entry in updates.items() {
        let Some(ecosystem) = entry.merged("package-ecosystem").filter(|name| name.is_scalar() && !name.is_null())
        else {
            problems.push(Problem::new(entry.span(), "an update without `package-ecosystem`"));
            continue;
        };
        let limit = entry.merged("open-pull-requests-limit").and_then(Node::as_f64);
        let directories = ["directory", "directories"].iter().filter_map(|key| entry.merged(key));
        bot.updates.push(Update {
            ecosystem: ecosystem.text().unwrap_or_default().to_owned(),
            on: limit.is_none_or(|limit| limit > 0.0),
            directories: directories.flat_map(Node::one_or_many).filter_map(Node::text).map(str::to_owned).collect(),
            span: ecosystem.span(),
        });
    }
    Some(bot)
}
