use super::components::{Facet, badge, facet, inline, more, search, shown_of};
use super::query::{self, Query};
use super::report_view::empty;
use super::{Action, Ports, Shared, State, findings, select, words};
use crate::model::FileRecord;
use yew::{AttrValue, Html, html};

pub(super) fn view(report: &Shared, state: &State, ports: &Ports, notes: &[AttrValue]) -> Html {
    let shown = select::files(report, state);
    html! {
        <div class="with-filters">
            <aside class="filters" aria-label="Filters">
                { search(state, ports, "Filter the files", "Words, file:, kind: …") }
                { facet("Status", words::FILE_STATUSES.into_iter().map(|status| {
                    let sign = words::file_status(status);
                    Facet {
                        word: sign.word.to_owned(),
                        sign: Some((sign.icon, sign.tone)),
                        count: Some(report.files.iter().filter(|f| f.status == status).count()),
                        on: state.files.has(status),
                        toggle: ports.act.reform(move |_| Action::File(status)),
                    }
                }).collect()) }
            </aside>
            <section class="list" aria-labelledby="list-title">
                <h2 id="list-title" class="unseen">{ "Files" }</h2>
                <div class="list-head">{ shown_of(state, ports, shown.len(), report.files.len(), "file", "files") }</div>
                { findings::remarks(&Query::new(&state.query, &query::FILES).remarks) }
                { for notes.iter().map(|note| html! { <p class="notice note"><span>{ note }</span></p> }) }
                if shown.is_empty() {
                    { empty(state, ports, "No file was given.", "No file fits these filters.") }
                } else {
                    <table class="panel files">
                        <thead><tr>
                            <th scope="col">{ "File" }</th><th scope="col">{ "Status" }</th><th scope="col" class="kind">{ "Kind" }</th>
                            <th scope="col" class="size">{ "Size" }</th><th scope="col" class="hash">{ "SHA-256" }</th>
                        </tr></thead>
                        <tbody>{ for shown.iter().take(state.rows).map(|file| row(file)) }</tbody>
                    </table>
                }
                { more(ports, shown.len().saturating_sub(state.rows)) }
            </section>
        </div>
    }
}

fn row(file: &FileRecord) -> Html {
    let kind = if file.producer.is_empty() {
        file.kind.word().to_owned()
    } else {
        format!("{}, {}", file.kind.word(), words::visible(&file.producer))
    };
    html! {
        <tr>
            <th scope="row"><span class="path">{ words::visible(&file.path) }</span>
                if !file.note.is_empty() { <span class="file-note">{ inline(&words::visible(&file.note)) }</span> }
                <span class="file-more">{ format!("{kind}, {}", words::bytes(file.bytes)) }</span>
            </th>
            <td>{ badge(words::file_status(file.status)) }</td>
            <td class="kind">{ kind }</td>
            <td class="size">{ words::bytes(file.bytes) }</td>
            <td class="hash"><code title={file.sha256.clone()}>{ file.sha256.get(..12).unwrap_or_default() }</code></td>
        </tr>
    }
}
