//! `state.json` beside a list, which names the current tag: the one judgement by which it is read and written.

use pane_patrol_installer::{Fault, Values};

/// The key of the current tag.
pub(super) const CURRENT: &str = "currentTag";

/// The tag that is named there, if one is.
pub(super) fn current_tag(values: &Values) -> Result<Option<String>, Fault> {
    if !values.is_object(Values::ROOT) {
        return Err(values.fault(Values::ROOT, "no object"));
    }
    let tag = values.member(Values::ROOT, CURRENT);
    let tag = tag.filter(|tag| values.raw(*tag) != "null");
    let no_text = |tag| values.fault(tag, format!("`{CURRENT}` is no text"));
    tag.map(|tag| values.text(tag).ok_or_else(|| no_text(tag)))
        .transpose()
}
