use super::components::{Icon, icon, inline};
use super::findings::FindingsView;
use super::{Ports, Shared, State, View, files, overview, rules, words};
use crate::model::{FileStatus, OutcomeKind, Report, Status, Verdict};
use yew::{AttrValue, Html, Properties, classes, component, html, use_context};

/// What [`ReportView`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct Props {
    /// The report.
    pub report: Shared,
    /// How it is shown.
    pub state: State,
    /// What whoever took the files in has to say about them: folders that were not walked.
    #[prop_or_default]
    pub notes: Vec<AttrValue>,
    /// Whether the files were there, to be judged again and asked about, and have to be read again.
    #[prop_or_default]
    pub lost: bool,
    /// What is said in place of a view that [comes later](View::is_later), where it is not shown elsewhere.
    #[prop_or_default]
    pub later: Option<Html>,
    /// What can be done with the report: choosing a policy, downloads.
    #[prop_or_default]
    pub children: Html,
}

/// A report: the verdict, the views' tabs, and the view in the state unless it is one that comes later.
#[component]
pub fn ReportView(props: &Props) -> Html {
    let Some(ports) = use_context::<Ports>() else { return Html::default() };
    let view = if props.state.view.is_later() {
        props.later.clone()
    } else {
        Some(part(&props.report, &props.state, &ports, &props.notes))
    };
    html! {
        <div class="report">
            { head(&props.report, &props.state, props.children.clone()) }
            if props.lost || view.is_some() {
                <div class="view">
                    if props.lost { { lost(&ports) } }
                    { for view }
                </div>
            }
        </div>
    }
}

/// The verdict and the tabs of the views.
pub(super) fn head(report: &Report, state: &State, tools: Html) -> Html {
    let sign = words::verdict(report);
    html! {
        <>
            <section class={classes!("verdict", sign.tone)} aria-labelledby="verdict">
                <div class="verdict-in">
                    <span class="verdict-sign">{ icon(sign.icon) }</span>
                    <div class="verdict-words">
                        <h1 id="verdict" tabindex="-1">{ sign.word }</h1>
                        <p>{ inline(&reason(report)) }</p>
                    </div>
                    <div class="verdict-tools">{ tools }</div>
                </div>
            </section>
            <nav class="tabs" aria-label="Parts of the report">
                <ul>{ for View::of(report).into_iter().map(|view| tab(report, state, view)) }</ul>
            </nav>
        </>
    }
}

/// The view in the state; nothing where it comes later.
pub(super) fn part(report: &Shared, state: &State, ports: &Ports, notes: &[AttrValue]) -> Html {
    match state.view {
        View::Overview => overview::view(report),
        View::Findings => html! { <FindingsView report={report.clone()} state={state.clone()} /> },
        View::Rules => rules::view(report, state, ports),
        View::Files => files::view(report, state, ports, notes),
        View::Tests | View::Coverage | View::Pipeline | View::Policy | View::Compare => Html::default(),
    }
}

/// The checker is gone, and what it knew of the files with it.
fn lost(ports: &Ports) -> Html {
    let reopen = ports.reopen.clone();
    html! {
        <div class="notice warn lost" role="alert">
            { icon(Icon::Triangle) }
            <p>{ "The checker was stopped or broke, and no longer has your files. The report stays, but the policy cannot be changed and files cannot be looked into." }</p>
            <button type="button" class="button small" onclick={move |_| reopen.emit(())}>{ "Read the files again" }</button>
        </div>
    }
}

fn tab(report: &Report, state: &State, view: View) -> Html {
    let count = match view {
        View::Findings => Some(report.findings.len() as u64),
        View::Tests => report.tests.as_ref().map(|tests| tests.counts.total),
        View::Coverage => report.coverage.as_ref().map(|coverage| coverage.files.len() as u64),
        View::Pipeline => Some(report.workflows.len() as u64),
        View::Rules => Some(report.outcomes.len() as u64),
        View::Files => Some(report.files.len() as u64),
        View::Overview | View::Policy | View::Compare => None,
    };
    let current = (state.view == view).then_some("page");
    html! {
        <li>
            <a href={State::of(view).link()} aria-current={current}>
                { view.title() }
                if let Some(count) = count { <span class="count">{ words::number(count) }</span> }
            </a>
        </li>
    }
}

/// Why the verdict is what it is, in one or two sentences.
fn reason(report: &Report) -> String {
    let (summary, counts) = (&report.summary, &report.summary.outcomes);
    // Findings come by file.
    let mut broken: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.status != Status::Waived)
        .map(|finding| finding.place.file.as_str())
        .collect();
    broken.dedup();
    let mut sentences = Vec::new();
    match report.verdict {
        Verdict::Fail => {
            let mut levels = Vec::new();
            for (n, one, many) in [
                (summary.errors, "error", "errors"),
                (summary.warnings, "warning", "warnings"),
                (summary.infos, "note", "notes"),
            ] {
                if n > 0 {
                    levels.push(words::count(n, one, many));
                }
            }
            let whole = words::count(counts.passed + counts.failed + counts.waived, "rule", "rules");
            sentences.push(format!(
                "{} of the {whole} that apply {} broken: {} in {}.",
                words::number(counts.failed as u64),
                if counts.failed == 1 { "is" } else { "are" },
                words::list(&levels),
                words::count(broken.len(), "file", "files"),
            ));
        }
        Verdict::Pass | Verdict::Incomplete if counts.passed + counts.failed + counts.waived == 0 => {
            sentences.push(
                "No rule of the policy found anything to look at in these files, so nothing is proved.".to_owned(),
            );
        }
        Verdict::Pass => {
            sentences.push(format!("{} looked at these files and hold.", words::count(counts.passed, "rule", "rules")));
            let minor = summary.warnings + summary.infos;
            if minor > 0 {
                sentences
                    .push(format!("{} below the level that fails.", words::count(minor, "finding is", "findings are")));
            }
        }
        Verdict::Incomplete => {
            sentences.push("Nothing failed, but not everything that the policy asks for could be proved.".to_owned());
        }
    }
    let missing: Vec<String> = report
        .outcomes
        .iter()
        .filter(|o| o.outcome == OutcomeKind::NoEvidence)
        .map(|o| format!("`{}`", o.rule))
        .collect();
    if !missing.is_empty() {
        sentences.push(format!("No evidence for {}.", words::list(&missing)));
    }
    let unreadable = report.files.iter().filter(|f| f.status == FileStatus::Unreadable).count();
    if unreadable > 0 {
        sentences.push(format!("{} could not be read.", words::count(unreadable, "file", "files")));
    }
    if summary.waived > 0 {
        sentences.push(format!("{} waived.", words::count(summary.waived, "finding is", "findings are")));
    }
    sentences.join(" ")
}

/// The note under a list that has nothing to show, because there is nothing or because the filters hide it.
pub(super) fn empty(state: &State, ports: &Ports, nothing: &str, hidden: &str) -> Html {
    let filtered = state.filtered();
    html! {
        <div class="empty">
            { icon(if filtered { Icon::Search } else { Icon::Check }) }
            <p>{ if filtered { hidden } else { nothing } }</p>
            if filtered {
                <button type="button" class="button" onclick={ports.act.reform(|_| super::Action::Clear)}>{ "Clear filters" }</button>
            }
        </div>
    }
}
