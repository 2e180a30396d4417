use super::ask::AskView;
use super::desk::{Beside, Desk, Outlets, Screen, Work};
use super::keys::{self, Deed};
use super::later::use_views;
use super::tools::report_tools;
use super::{Page, browser};
use crate::ui::{
    Action, Copy, FaultView, HelpView, PaletteView, Ports, ProgressView, Question, ReportView, Shared, State,
    ThemeSwitch, finding_id,
};
use gloo::events::{EventListener, EventListenerOptions};
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlDialogElement, KeyboardEvent};
use yew::{
    AttrValue, Callback, ContextProvider, Html, NodeRef, Properties, UseReducerDispatcher, UseReducerHandle, component,
    create_portal, hook, html, use_effect_with, use_memo, use_node_ref, use_reducer, use_state,
};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct Props {
    pub(super) page: Page,
    /// Where the tools of the page's header go.
    pub(super) tools: Element,
}

/// The page below its header: report, failure and progress over the landing section of `index.html`.
#[component]
pub(super) fn App(props: &Props) -> Html {
    let state = use_reducer(first_state);
    let screen = use_state(|| Screen::Landing);
    let work = use_state(|| None::<Work>);
    let beside = use_state(Beside::default);
    let asked = use_state(|| None);
    let desk = {
        let outlets = Outlets {
            screen: screen.setter(),
            work: work.setter(),
            beside: beside.setter(),
            asked: asked.setter(),
            state: state.dispatcher(),
        };
        use_memo(props.page.clone(), |page| Desk::new(page.clone(), outlets))
    };
    let desk = Rc::clone(&*desk);
    let (dialog, palette) = (use_node_ref(), use_node_ref());

    {
        let desk = Rc::clone(&desk);
        use_effect_with(props.page.clone(), move |page| {
            let sink = Closure::<dyn Fn(JsValue)>::new(move |item| desk.take_in(item));
            page.connect(sink.as_ref().unchecked_ref());
            // Listens as long as the page lives.
            sink.forget();
            browser::set_text("version", concat!("Tollgate ", env!("CARGO_PKG_VERSION")));
        });
    }
    let later = use_views(&props.page, &desk, &state, &screen, &beside);
    use_address(&state, matches!(*screen, Screen::Report(..)));
    use_focus(&state, &screen);
    use_choices(&state);
    use_keys(&state, &screen);
    use_dialog(&dialog, state.help);
    use_dialog(&palette, state.palette);

    let ports = Ports {
        act: Callback::from({
            let state = state.dispatcher();
            move |action| state.dispatch(action)
        }),
        copy: Callback::from(|request: Copy| browser::copy(request)),
        reveal: Callback::from(|id: String| browser::reveal(&id)),
        ask: Callback::from({
            let desk = Rc::clone(&desk);
            move |question: Question| desk.ask(question)
        }),
        reopen: Callback::from({
            let desk = Rc::clone(&desk);
            move |()| desk.open()
        }),
        // Only views that come later have a use for the others.
        ..Ports::default()
    };
    let asked_setter = asked.setter();
    let home = Callback::from({
        let desk = Rc::clone(&desk);
        move |_| desk.clear()
    });
    let cancel = Callback::from({
        let desk = Rc::clone(&desk);
        move |_| desk.cancel()
    });
    let tools = html! {
        <>
            if *screen != Screen::Landing {
                <button type="button" class="button small" onclick={home.clone()}>{ "New check" }</button>
            }
            <button type="button" class="button small quiet-button" title="Keys" onclick={ports.act.reform(|_| Action::Help(true))}>{ "Keys" }</button>
            <ThemeSwitch theme={state.theme} />
        </>
    };
    html! {
        <ContextProvider<Ports> context={ports}>
            { create_portal(tools, props.tools.clone()) }
            { match &*screen {
                Screen::Landing => Html::default(),
                Screen::Fault(fault) => html! { <FaultView fault={fault.clone()} {home} /> },
                Screen::Report(sheet) => html! {
                    <ReportView report={sheet.report.clone()} state={(*state).clone()} lost={beside.lost} {later} notes={desk.notes()}>
                        { report_tools(&desk, sheet, beside.open) }
                    </ReportView>
                },
            } }
            if let Some(work) = &*work {
                <ProgressView done={work.done} all={work.all} name={work.name.clone()} {cancel} />
            }
            if let Some(asked) = &*asked {
                <AskView asked={asked.clone()} desk={Rc::clone(&desk)} close={Callback::from({ let asked = asked_setter; move |()| asked.set(None) })} />
            }
            <HelpView {dialog} keys={state.keys} />
            <PaletteView dialog={palette} open={state.palette} report={shown(&screen)} commands={commands(&desk, &screen)} />
        </ContextProvider<Ports>>
    }
}

/// Shows a dialog over everything, or closes it.
#[hook]
fn use_dialog(dialog: &NodeRef, open: bool) {
    let dialog = dialog.clone();
    use_effect_with(open, move |open| {
        if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
            if *open && !dialog.open() {
                // Refused only when it is open already.
                let _ = dialog.show_modal();
            } else if !*open {
                dialog.close();
            }
        }
    });
}

fn shown(screen: &Screen) -> Option<Shared> {
    match screen {
        Screen::Report(sheet) => Some(sheet.report.clone()),
        Screen::Landing | Screen::Fault(_) => None,
    }
}

/// What the palette does beside changing the state.
fn commands(desk: &Rc<Desk>, screen: &Screen) -> Vec<(AttrValue, Callback<()>)> {
    let Screen::Report(sheet) = screen else { return Vec::new() };
    let clear = {
        let desk = Rc::clone(desk);
        Callback::from(move |()| desk.clear())
    };
    let raw = Rc::clone(&sheet.raw);
    vec![("New check".into(), clear), ("Download report.json".into(), Callback::from(move |()| download(&raw)))]
}

fn download(raw: &str) {
    if let Err(error) = browser::download("report.json", "application/json", raw) {
        web_sys::console::error_1(&error);
    }
}

fn first_state() -> State {
    let state = State { theme: browser::stored_theme(), keys: browser::stored_keys(), ..State::default() };
    state.with_fragment(&browser::fragment())
}

/// Writes the state into the address, and reads it when the reader goes back or follows a link.
#[hook]
fn use_address(state: &UseReducerHandle<State>, shown: bool) {
    use_effect_with((state.fragment(), shown), |(fragment, shown)| {
        let now = browser::fragment();
        if *shown && now.trim_start_matches('#') != fragment {
            let place = |fragment: &str| {
                let State { view, part, path, .. } = State::default().with_fragment(fragment);
                (view, part, path)
            };
            browser::set_fragment(fragment, place(&now) != place(fragment));
        }
    });
    let state = state.dispatcher();
    use_effect_with((), move |()| {
        let listener = browser::window().map(|window| {
            EventListener::new(&window, "hashchange", move |_| state.dispatch(Action::Fragment(browser::fragment())))
        });
        move || drop(listener)
    });
}

/// Shows or hides the landing section, and moves the keyboard to what is new.
#[hook]
fn use_focus(state: &State, screen: &Screen) {
    let place = match screen {
        Screen::Landing => None,
        Screen::Fault(fault) => Some(Err(fault.clone())),
        Screen::Report(sheet) => Some(Ok(sheet.subject)),
    };
    use_effect_with(place, |place| {
        browser::set_hidden("landing", place.is_some());
        match place {
            None => {}
            Some(Err(_)) => browser::focus("fault-title"),
            Some(Ok(_)) => {
                browser::scroll_to_top();
                browser::focus("verdict");
            }
        }
    });
    use_effect_with(state.view, |_| browser::scroll_to_top());
    use_effect_with((state.selected, screen.clone()), |(selected, _)| {
        if let Some(number) = selected {
            browser::focus(&finding_id(*number));
        }
    });
}

/// Applies and keeps what the reader chose for all reports.
#[hook]
fn use_choices(state: &State) {
    use_effect_with(state.theme, |theme| browser::set_theme(*theme));
    use_effect_with(state.keys, |on| browser::store_keys(*on));
}

#[hook]
fn use_keys(state: &UseReducerHandle<State>, screen: &Screen) {
    let act = state.dispatcher();
    use_effect_with(((**state).clone(), screen.clone()), move |(state, screen)| {
        let (state, screen) = (state.clone(), screen.clone());
        let listener = browser::document().map(|document| {
            EventListener::new_with_options(&document, "keydown", EventListenerOptions::enable_prevent_default(), {
                move |event| on_key(event.unchecked_ref(), &state, &screen, &act)
            })
        });
        move || drop(listener)
    });
}

fn on_key(event: &KeyboardEvent, state: &State, screen: &Screen, act: &UseReducerDispatcher<State>) {
    let key = event.key();
    if (event.ctrl_key() || event.meta_key()) && !event.alt_key() && key.eq_ignore_ascii_case("k") {
        event.prevent_default();
        act.dispatch(Action::Palette(!state.palette));
        return;
    }
    // Behind an open palette nothing listens.
    if state.palette {
        return;
    }
    if browser::is_typing(event) {
        if key == "Escape" {
            browser::leave_field(event);
        }
        return;
    }
    if browser::is_asked(event) || event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented()
    {
        return;
    }
    // The open key map takes Escape by itself, and everything else is behind it.
    if !state.keys || (state.help && key != "?") {
        return;
    }
    let report = match screen {
        Screen::Report(sheet) => Some(&*sheet.report),
        Screen::Landing | Screen::Fault(_) => None,
    };
    match keys::deed(&key, state, report) {
        None => return,
        Some(Deed::Act(action)) => act.dispatch(action),
        Some(Deed::Filter(view)) => {
            if let Some(view) = view {
                act.dispatch(Action::Show(view));
            }
            browser::focus_later("filter");
        }
    }
    event.prevent_default();
}
