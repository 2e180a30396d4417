//! Workflow commands as the runner of GitHub Actions reads them.

const COMMANDS: [&str; 16] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) data: String,
}

/// The command that a line of a log is, if any, in either of the two forms.
pub(crate) fn command(line: &str) -> Option<Command> {
    if let Some(rest) = line.trim_start().strip_prefix("::")
        && let Some((head, data)) = rest.split_once("::")
    {
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        if COMMANDS.contains(&name) {
            let properties = properties.trim().split(',').filter(|property| !property.is_empty());
            let properties = properties.filter_map(|property| {
                let (name, value) = property.split_once('=')?;
                let value = value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
                Some((name.to_owned(), value.replace("%25", "%")))
            });
            let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
            return Some(Command { name: name.to_owned(), properties: properties.collect(), data });
        }
    }
    let (_, rest) = line.split_once("##[")?;
    let (head, data) = rest.split_once(']')?;
    let name = head.split(' ').next()?;
    COMMANDS.contains(&name).then(|| Command { name: name.to_owned(), properties: vec![], data: data.to_owned() })
}

/// Annotations, at most ten of a kind, and one line that is none.
#[track_caller]
pub(crate) fn valid(text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let (last, annotations) = lines.split_last().unwrap();
    assert!(last.starts_with("Tollgate: ") && command(last).is_none(), "{last}");
    for kind in ["error", "warning", "notice"] {
        let count = annotations.iter().filter(|line| command(line).is_some_and(|command| command.name == kind)).count();
        assert!(count <= 10, "{count} {kind}s");
    }
    for line in annotations {
        let command = command(line).unwrap_or_else(|| panic!("no command: {line}"));
        assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{line}");
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        let names: Vec<&str> = command.properties.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.iter().all(|name| known.contains(name)), "{line}");
        let mut once = names.clone();
        once.dedup();
        assert_eq!(once, names, "{line}");
        for (name, value) in &command.properties {
            assert!(!value.is_empty() && !value.contains(['\n', '\r']), "{line}");
            assert!(matches!(name.as_str(), "file" | "title") || value.parse::<u32>().is_ok(), "{line}");
        }
        assert!(
            command.properties.iter().any(|(name, value)| name == "title" && value.chars().count() <= 255),
            "{line}"
        );
        assert!(!command.data.trim().is_empty() && command.data.chars().count() <= 2_000, "{line}");
    }
}
