use super::{Block, Document, parse};

fn document(text: &str) -> Document {
    parse(text).document.unwrap()
}

fn minutes(text: &str) -> Vec<f64> {
    document(text).recovery_objectives().iter().map(|stated| (stated.minutes * 100.0).round() / 100.0).collect()
}

#[test]
fn sections_hold_their_blocks_with_code_kept_apart() {
    let text = "---\ntitle: RTO 5 minutes\n---\nintro\n\n# One `x`\n\ntext\nwraps\n\n- item **bold**\n  - inner\n\n```sh\ncode\n```\n\n\
                ## Two\n| a | b |\n|---|---|\n| 1 | `2` |\n";
    let document = document(text);
    let shown: Vec<(Option<&str>, Vec<String>)> = document
        .sections
        .iter()
        .map(|section| {
            let blocks = section.blocks.iter().map(|block| match block {
                Block::Prose(text) => format!("prose {}", text.text),
                Block::Item(text) => format!("item {}", text.text),
                Block::Code(text) => format!("code {}", text.text.trim_end()),
                Block::Row { head, cells } => {
                    format!("row {head:?} {:?}", cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>())
                }
            });
            (section.heading.as_ref().map(|heading| heading.text.text.as_str()), blocks.collect())
        })
        .collect();
    assert_eq!(
        shown,
        [
            (None, vec!["prose intro".to_owned()]),
            (
                Some("One x"),
                vec![
                    "prose text wraps".to_owned(),
                    "item item bold".to_owned(),
                    "item inner".to_owned(),
                    "code code".to_owned()
                ]
            ),
            (Some("Two"), vec![r#"row ["a", "b"] ["1", "2"]"#.to_owned()]),
        ]
    );
    assert_eq!(document.headings().map(|heading| heading.level).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn stated_recovery_times_are_found_in_all_their_forms() {
    for (text, expected) in [
        ("RTO: 5 minutes", 5.0),
        ("The **RTO** is ≤ 15 min.", 15.0),
        ("Recovery Time Objective (RTO): under 1 hour", 60.0),
        ("Our recovery time is 90 seconds", 1.5),
        ("**Time to recover**: <5 minutes", 5.0),
        ("**Time to recover**: 30-60 minutes (fix + test + deploy)", 60.0),
        ("Rollback time: 5 to 10 minutes", 10.0),
        ("Rollback time: 5 min – 1 h", 60.0),
        ("Time to roll back: within five minutes", 5.0),
        ("roll-back time = 1h30m", 90.0),
        ("Estimated rollback time ~ 1 hour 15 minutes", 75.0),
        ("We commit to a 5-minute RTO.", 5.0),
        ("RTO of the production service must not exceed `10 min`", 10.0),
        ("RTO: no more than 10 minutes", 10.0),
        ("RTO: max. 2.5 min", 2.5),
        ("- RTO: 30s", 0.5),
        ("RTO: 1m-2m-3m-4m", 2.0),
        ("## RTO: 4 hours", 240.0),
        ("## Recovery time\n\nWithin 5 minutes.", 5.0),
        ("## RTO\n- 5 min", 5.0),
        ("### Quick Rollback (< 5 minutes)", 5.0),
        ("### Level 2: Version Rollback (5-10 minutes)", 10.0),
        ("| Metric | Target |\n|---|---|\n| RTO | 5 min |\n| RPO | 1 h |", 5.0),
        ("| Service | RTO | RPO |\n|---|---|---|\n| api | ≤ 5 min | 1 h |", 5.0),
        ("RTO: 5 minutes, RPO: 1 hour", 5.0),
        ("RPO: 1 hour, RTO: 5 minutes", 5.0),
        ("RPO 1 hour RTO 5 minutes", 5.0),
    ] {
        assert_eq!(minutes(text), [expected], "{text}");
    }
}

#[test]
fn other_durations_are_not_recovery_times() {
    for text in [
        "RPO: 5 minutes",
        "Timeout: 5 minutes",
        "Roll back if errors persist for 10 minutes",
        "It is time to roll back when latency stays high for 10 minutes",
        "Recovery Point Objective (RPO): 1 hour",
        "The recovery time depends on a DNS TTL of 300 seconds",
        "RTO: not defined. Backups run every 6 hours.",
        "RTO is to be agreed; the post-mortem is due in 48 hours",
        "Recovery time has no target, but RPO is 5 minutes",
        "RPO is 5 minutes, RTO is open",
        "```\nRTO: 5 minutes\n```",
        "    RTO: 5 minutes",
        "<!-- RTO: 5 minutes -->",
        "RTO: at least 5 minutes",
        "RTO: 500ms",
        "Retort: 5 minutes",
        "## Post-rollback obligations (within 48 h)",
        "## Verification (≤ 5 min — must all pass before declaring rollback complete)",
        "## RTO and RPO\n\n5 minutes",
        "## RTO\n\nWe poll every 30 seconds",
        "| Metric | Target |\n|---|---|\n| RPO | 5 min |",
        "| Symptom | Timeframe |\n|---|---|\n| Crash | 5 min |",
        "Rollback with `kubectl rollout undo --timeout=5m`",
        "Recovery drills last 30 minutes",
        "RTO v5 minutes",
    ] {
        assert_eq!(minutes(text), [0.0; 0], "{text}");
    }
}

#[test]
fn a_statement_is_placed_on_its_duration() {
    let text = "# Rollback\n\nFirst. The *recovery time* is `≤ 5 minutes` in production. Last.\n\n| RTO | 90 s |\n|---|---|\n| RTO | 90 s |\n";
    let document = document(text);
    let stated = document.recovery_objectives();
    let places: Vec<_> = stated.iter().filter_map(|stated| text.get(stated.span.range())).collect();
    assert_eq!(places, ["5 minutes", "90 s"]);
    assert_eq!(stated[0].text, "The recovery time is ≤ 5 minutes in production.");
}

#[test]
fn a_hostile_document_states_no_more_than_the_limit() {
    assert_eq!(minutes(&"RTO 1m ".repeat(5_000)).len(), 1000);
}
