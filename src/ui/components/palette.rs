use super::{Icon, icon};
use crate::ui::{Action, Ports, Shared, State, Theme, View, Within, words};
use yew::{
    AttrValue, Callback, Html, InputEvent, KeyboardEvent, NodeRef, Properties, TargetCast, classes, component, html,
    use_context, use_effect_with, use_state,
};

/// What [`PaletteView`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct Props {
    /// The dialog, for whoever opens it.
    pub dialog: NodeRef,
    /// Whether it is open.
    pub open: bool,
    /// The report, where one is shown.
    pub report: Option<Shared>,
    /// What whoever shows it can do, by name.
    pub commands: Vec<(AttrValue, Callback<()>)>,
}

/// Entries that are listed at once.
const MOST: usize = 40;

/// Something to go to or to do.
#[derive(Clone)]
struct Entry {
    kind: &'static str,
    label: String,
    deed: Deed,
}

#[derive(Clone)]
enum Deed {
    Go(Box<State>),
    Act(Action),
    Call(Callback<()>),
}

/// Goes to any view, rule, file or job, and does what buttons do, by a few letters of its name.
#[component]
pub fn PaletteView(props: &Props) -> Html {
    let query = use_state(String::new);
    let current = use_state(|| 0_usize);
    {
        let (query, current) = (query.setter(), current.setter());
        use_effect_with(props.open, move |_| {
            query.set(String::new());
            current.set(0);
        });
    }
    let ports = use_context::<Ports>();
    let found = if props.open { found(props, &query) } else { Vec::new() };
    let at = (*current).min(found.len().saturating_sub(1));
    {
        let reveal = ports.as_ref().map(|ports| ports.reveal.clone());
        use_effect_with((at, props.open), move |(at, _)| {
            if let Some(reveal) = reveal {
                reveal.emit(option_id(*at));
            }
        });
    }
    let Some(ports) = ports else { return Html::default() };
    let close = ports.act.reform(|()| Action::Palette(false));
    let run = {
        let act = ports.act.clone();
        move |deed: &Deed| {
            act.emit(Action::Palette(false));
            match deed {
                Deed::Go(state) => act.emit(Action::Fragment(state.fragment())),
                Deed::Act(action) => act.emit(action.clone()),
                Deed::Call(call) => call.emit(()),
            }
        }
    };
    let oninput = {
        let (query, current) = (query.setter(), current.setter());
        move |event: InputEvent| {
            query.set(event.target_unchecked_into::<web_sys::HtmlInputElement>().value());
            current.set(0);
        }
    };
    let onkeydown = {
        let (current, run, last) = (current.setter(), run.clone(), found.len().saturating_sub(1));
        let chosen = found.get(at).map(|entry| entry.deed.clone());
        move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowDown" => current.set(if at == last { 0 } else { at + 1 }),
                "ArrowUp" => current.set(if at == 0 { last } else { at - 1 }),
                "Enter" => {
                    if let Some(deed) = &chosen {
                        run(deed);
                    }
                }
                _ => return,
            }
            event.prevent_default();
        }
    };
    let option = |(number, entry): (usize, &Entry)| {
        let onclick = {
            let (run, deed) = (run.clone(), entry.deed.clone());
            move |_| run(&deed)
        };
        html! {
            <li role="option" id={option_id(number)} aria-selected={(number == at).to_string()} class={classes!((number == at).then_some("current"))} {onclick}>
                <span>{ &entry.label }</span><span class="palette-kind">{ entry.kind }</span>
            </li>
        }
    };
    html! {
        <dialog ref={props.dialog.clone()} class="help palette" aria-label="Go to" onclose={close.reform(|_| ())}>
            <div class="search">
                { icon(Icon::Search) }
                <input type="text" role="combobox" aria-label="Go to a view, rule, file or job, or do something" aria-expanded="true" aria-controls="palette-list"
                    aria-autocomplete="list" aria-activedescendant={(!found.is_empty()).then(|| option_id(at))} placeholder="Go to…"
                    spellcheck="false" autocomplete="off" value={(*query).clone()} {oninput} {onkeydown} />
            </div>
            <ul id="palette-list" role="listbox" aria-label="Found">{ for found.iter().enumerate().map(option) }</ul>
            if found.is_empty() { <p class="quiet" role="status">{ "Nothing has these letters in its name." }</p> }
        </dialog>
    }
}

fn option_id(at: usize) -> String {
    format!("palette-{at}")
}

/// Entries with all words of the query, those first that begin with it.
fn found(props: &Props, query: &str) -> Vec<Entry> {
    let query = query.to_lowercase();
    let wanted: Vec<&str> = query.split_whitespace().collect();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    let mut offer = |kind: &'static str, label: String, deed: Deed| {
        let text = format!("{} {kind}", label.to_lowercase());
        if !wanted.iter().all(|word| text.contains(word)) {
            return;
        }
        let begins = wanted.first().is_some_and(|word| text.starts_with(word));
        let list = if begins { &mut first } else { &mut rest };
        if list.len() < MOST {
            list.push(Entry { kind, label, deed });
        }
    };
    if let Some(report) = &props.report {
        for view in View::of(report) {
            offer("view", view.title().to_owned(), Deed::Go(State::of(view).into()));
        }
    }
    for (name, call) in &props.commands {
        offer("action", name.to_string(), Deed::Call(call.clone()));
    }
    offer("action", "Keys and filters: help".to_owned(), Deed::Act(Action::Help(true)));
    for (theme, name) in
        [(Theme::Light, "Light colours"), (Theme::Dark, "Dark colours"), (Theme::System, "Colours of the system")]
    {
        offer("action", name.to_owned(), Deed::Act(Action::Theme(theme)));
    }
    if let Some(report) = &props.report {
        offer("action", "Clear all filters".to_owned(), Deed::Act(Action::Clear));
        for outcome in &report.outcomes {
            let view = if outcome.failing > 0 { View::Findings } else { View::Rules };
            offer(
                "rule",
                outcome.rule.clone(),
                Deed::Go(Box::new(State { rule: outcome.rule.clone(), ..State::of(view) })),
            );
        }
        for workflow in &report.workflows {
            let of =
                |job: &str| State { workflow: workflow.file.clone(), job: job.to_owned(), ..State::of(View::Pipeline) };
            offer("workflow", words::visible(&workflow.name), Deed::Go(of("").into()));
            for job in &workflow.jobs {
                let label = format!("{} in {}", words::visible(job), words::visible(&workflow.name));
                offer("job", label, Deed::Go(of(job).into()));
            }
        }
        // Findings come by file.
        let mut files: Vec<&str> = report.findings.iter().map(|finding| finding.place.file.as_str()).collect();
        files.dedup();
        for file in &report.files {
            let state = if files.binary_search(&file.path.as_str()).is_ok() {
                let within = Within { file: file.path.clone(), path: String::new() };
                State { within, ..State::of(View::Findings) }
            } else {
                State { query: format!("file:\"{}\"", file.path), ..State::of(View::Files) }
            };
            offer("file", words::visible(&file.path), Deed::Go(state.into()));
        }
    }
    first.append(&mut rest);
    first.truncate(MOST);
    first
}
