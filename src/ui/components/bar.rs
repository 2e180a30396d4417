use crate::model::Ratio;
use crate::ui::words;
use yew::{Html, html};

/// A share as a bar in the tone of what it stands in. Says nothing by itself: the number stands beside it.
pub(in crate::ui) fn bar(ratio: Ratio) -> Html {
    bar_with(ratio, None)
}

/// A bar with a line at a limit, in percent.
pub(in crate::ui) fn bar_with(ratio: Ratio, limit: Option<f64>) -> Html {
    let width = words::share(ratio, 1000).unwrap_or(0).min(1000);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
    let limit = limit.map(|percent| ((percent * 10.0) as u32).min(1000).saturating_sub(2));
    html! {
        <svg class="bar" viewBox="0 0 1000 4" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-all" width="1000" height="4" /><rect class="bar-part" width={width.to_string()} height="4" />
            if let Some(limit) = limit { <rect class="bar-limit" x={limit.to_string()} width="4" height="4" /> }
        </svg>
    }
}
