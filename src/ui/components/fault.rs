use super::CopyButton;
use yew::{Callback, Html, MouseEvent, Properties, component, html};

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What happened.
    pub title: String,
    /// What it means and what to do.
    pub advice: String,
    /// For a bug report; no content of files. Empty where there is nothing to report.
    pub details: String,
}

/// What [`FaultView`] shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct Props {
    /// What went wrong.
    pub fault: Fault,
    /// Back to the beginning.
    pub home: Callback<MouseEvent>,
}

/// A failure that the reader can do something about.
#[component]
pub fn FaultView(props: &Props) -> Html {
    let fault = &props.fault;
    html! {
        <section class="fault" role="alert" aria-labelledby="fault-title">
            <h1 id="fault-title" tabindex="-1">{ &fault.title }</h1>
            <p>{ &fault.advice }</p>
            if !fault.details.is_empty() {
                <div class="snippet">
                    <pre tabindex="0" role="group" aria-label="Details"><code>{ &fault.details }</code></pre>
                    <CopyButton text={fault.details.clone()} what="the details" />
                </div>
            }
            <p><button type="button" class="button primary" onclick={props.home.clone()}>{ "Start over" }</button></p>
        </section>
    }
}
