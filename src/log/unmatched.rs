//! What was held apart because it fits no row, in words: from whom, about which pane, how often, when
//! last, and why.

use std::fmt::Write;

use pane_patrol_hooks::timestamp::Timestamp;

use super::when::{Grain, age};
use crate::state::{Row, Unmatched};

/// One sentence without its end.
pub(crate) fn sentence(apart: &Unmatched, now: Timestamp) -> String {
    format!("{}: {}", without_reason(apart, now), apart.why)
}

/// The same without why.
pub(crate) fn without_reason(apart: &Unmatched, now: Timestamp) -> String {
    let Unmatched {
        assistant,
        target,
        what,
        count,
        ..
    } = apart;
    let session = apart
        .instance_id
        .as_ref()
        .map_or_else(String::new, |instance| format!(", session {instance}"));
    let times = match count {
        1 => "once".to_owned(),
        many => format!("{many} times"),
    };
    let ago = age(now.since(apart.last), Grain::Fine);
    format!("`{what}` of {assistant}{session}, from {target}, {times}, last {ago} ago")
}

/// What was held apart from `row`, to stand below its explanation; empty when nothing was.
pub(crate) fn from_row(row: &Row, apart: &[Unmatched], now: Timestamp) -> String {
    let about: Vec<&Unmatched> = apart.iter().filter(|apart| apart.id == row.id).collect();
    if about.is_empty() {
        return String::new();
    }
    let mut text = "held apart, and not shown\n".to_owned();
    for apart in about {
        // A string takes everything.
        let _ = writeln!(text, "  {}.", sentence(apart, now));
    }
    text
}

/// What was held apart from `place`, a target, pane or id, in which no row is.
pub(crate) fn from_place<'a>(
    place: &str,
    apart: &'a [Unmatched],
) -> impl Iterator<Item = &'a Unmatched> {
    let is_it = move |apart: &&Unmatched| {
        let pane = apart.id.rsplit_once("::").map(|(_, pane)| pane);
        apart.target.to_string() == place || apart.id == place || pane == Some(place)
    };
    apart.iter().filter(is_it)
}
