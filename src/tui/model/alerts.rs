//! What the person must know beside the rows, one line each: what does not work, and what is
//! hidden by a filter. A dashboard that hears nothing must not look like one where all is well.

use std::collections::BTreeMap;

use crate::config::{Grouping, Sorting};
use crate::state::update::Role;
use crate::tui::kept::Scope;
use crate::tui::labels::counted;
use crate::tui::model::Model;

/// One line above the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Rows may be missing or out of date.
    Trouble(String),
    /// Good to know.
    Remark(String),
}

/// All of them, the worst first.
pub(crate) fn lines(model: &Model) -> Vec<Line> {
    let mut lines: Vec<Line> = troubles(model).into_iter().map(Line::Trouble).collect();
    if model.role == Some(Role::Subscriber) {
        lines.push(Line::Remark(
            "another pane-patrol collects; these are its rows".to_owned(),
        ));
    }
    let later = &model.settings.later;
    if !later.is_empty() {
        let keys = later.join(", ");
        lines.push(Line::Remark(format!("holds at the next start: {keys}")));
    }
    let pulse = model.setup.pulse.as_ref();
    let remark = pulse.and_then(|pulse| pulse.remark.clone());
    lines.extend(remark.into_iter().chain(hidden(model)).map(Line::Remark));
    lines
}

fn troubles(model: &Model) -> Vec<String> {
    let mut troubles = Vec::new();
    if let Some(why) = &model.settings.wrong {
        troubles.push(format!(
            "the settings are as before, the file is wrong: {why}"
        ));
    }
    match &model.role {
        Some(Role::Nobody(why)) => {
            troubles.push(format!("nobody collects, so nothing here changes: {why}"));
        }
        Some(Role::Alone(by)) if model.has_overview() => {
            troubles.push(format!("no collector: states by {by} alone"));
        }
        _ => {}
    }
    troubles.extend(model.health.troubles.iter().cloned());
    troubles.extend(told("event", "rejected", &model.health.rejected));
    let unreadable = &model.health.unreadable;
    troubles.extend(told("line", "of the event log left out", unreadable));
    if model.health.foreign > 0 {
        let events = counted_u64(model.health.foreign, "event");
        troubles.push(format!("{events} of another user dropped"));
    }
    troubles
}

/// So many things of which this was done, by reason.
fn told(thing: &str, done: &str, by_reason: &BTreeMap<String, u64>) -> Option<String> {
    let total: u64 = by_reason.values().sum();
    let reasons: Vec<String> = match by_reason.len() {
        1 => by_reason.keys().cloned().collect(),
        _ => by_reason
            .iter()
            .map(|(reason, count)| format!("{count} {reason}"))
            .collect(),
    };
    let things = counted_u64(total, thing);
    (total > 0).then(|| format!("{things} {done}: {}", reasons.join(", ")))
}

fn counted_u64(number: u64, thing: &str) -> String {
    counted(usize::try_from(number).unwrap_or(usize::MAX), thing)
}

/// What is not on the list although it is there, and how what is there is ordered.
fn hidden(model: &Model) -> Option<String> {
    let filter = model.filter.trim();
    let all = counted(model.rows.len(), "assistant");
    let of = match model.list.rows() {
        _ if model.rows.is_empty() => "no assistant is there".to_owned(),
        0 => format!("none of {all}"),
        shown => format!("{shown} of {all}"),
    };
    let view = model.arranged.view;
    let found = (!filter.is_empty()).then(|| format!("filter \"{filter}\""));
    let scope = match view.scope {
        Scope::All => None,
        Scope::Attention => Some("only what wants attention".to_owned()),
        Scope::Hidden => Some("only what is hidden".to_owned()),
    };
    let shown: Vec<String> = found.into_iter().chain(scope).collect();
    let shown = (!shown.is_empty()).then(|| format!("{}: {of}", shown.join(", ")));
    let sort = view.sort != Sorting::Attention;
    let sort = sort.then(|| format!("by {}", view.sort.word()));
    let group = view.group != Grouping::None;
    let group = group.then(|| format!("grouped by {}", view.group.word()));
    let words: Vec<String> = [shown, sort, group].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(" · "))
}
