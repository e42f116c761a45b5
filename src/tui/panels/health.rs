//! The Health tab: how well the selected row, and everything else, is heard.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::style::Style;
use ratatui::text::Line;

use super::sheet::Sheet;
use super::{Component, PLAIN, half};
use crate::git::{self, DiffState};
use crate::state::update::Role;
use crate::state::{Evidence, Row};
use crate::tasks::{self, TaskState};
use crate::tui::age::{self, Grain};
use crate::tui::labels::counted;
use crate::tui::message::Hooks;
use crate::tui::model::{Model, Tab};
use crate::tui::panels::tabs;

pub(super) const HEALTH: Component = Component {
    page: |model, now, width| lines(model, now, width).into(),
    height: |_, body| half(body),
    hints: |_| tabs::HINTS,
    next_change,
    tab: Some(Tab::Health),
    ..PLAIN
};

fn lines(model: &Model, now: Timestamp, width: u16) -> Vec<Line<'static>> {
    let sheet = Sheet::new(model, now, width);
    let mut lines = Vec::new();
    let mut tell = |label: &str, text: &str, style: Style| {
        lines.extend(sheet.labelled(label, sheet.theme().dim(), Some(text), style));
    };
    let (text, bad) = (model.setup.theme.text(), model.setup.theme.trouble());
    let (words, is_well) = hooks(model.hooks);
    tell("hooks", words, if is_well { text } else { bad });
    if let Some(row) = model.selected_row() {
        tell("", &last(row, Source::Hook, "event by a hook", now), text);
        tell(
            "witness",
            &last(row, Source::Witness, "reading of a witness", now),
            text,
        );
    }
    let (words, is_well) = socket(model.role.as_ref());
    tell("socket", &words, if is_well { text } else { bad });
    for need in &model.needs.found {
        let style = if need.is_well { text } else { bad };
        tell(&need.what, &need.words, style);
    }
    if let Some(subject) = model.shown_folder().and_then(|_| model.subject()) {
        if let Some(diff) = subject.diff {
            let is_well = matches!(diff.state, DiffState::Ok | DiffState::NotGitRepo);
            tell(
                "git",
                &git::words::diff(diff),
                if is_well { text } else { bad },
            );
        }
        if let Some(tasks) = subject.tasks {
            let is_well = tasks.state != TaskState::TasksMalformed;
            tell(
                "tasks",
                &tasks::words::tasks(tasks),
                if is_well { text } else { bad },
            );
        }
    }
    let health = &model.health;
    let mut received = counted(to_usize(health.received), "event");
    if health.by_log > 0 {
        let _ = write!(received, ", {} more by the event log alone", health.by_log);
    }
    tell("heard", &received, text);
    let mut rejected = health.rejected.clone();
    if health.foreign > 0 {
        rejected.insert("of another user".to_owned(), health.foreign);
    }
    let style = if rejected.is_empty() { text } else { bad };
    tell("refused", &sum(&rejected, "event"), style);
    for (label, counts, thing) in [
        ("apart", &health.held_apart, "event"),
        ("log", &health.unreadable, "line"),
        ("hub", &health.refused, "client"),
    ] {
        if !counts.is_empty() {
            tell(label, &sum(counts, thing), text);
        }
    }
    for trouble in &health.troubles {
        tell("trouble", trouble, bad);
    }
    lines
}

/// When an age in the tab changes next.
fn next_change(model: &Model, now: Timestamp) -> Option<Timestamp> {
    let row = model.selected_row()?;
    let last = [Source::Hook, Source::Witness].map(|source| newest(row, source));
    let moments = last.into_iter().flatten();
    moments
        .map(|evidence| age::next_change(now, evidence.at, Grain::Coarse))
        .min()
}

fn hooks(hooks: Hooks) -> (&'static str, bool) {
    match hooks {
        Hooks::Installed => ("registered with an assistant", true),
        Hooks::Partly => (
            "registered with some assistants, not with all that are there",
            true,
        ),
        Hooks::Missing => ("registered with no assistant: nobody will report", false),
        Hooks::Unknown => ("not looked for", true),
    }
}

fn socket(role: Option<&Role>) -> (String, bool) {
    match role {
        Some(Role::Collector) => ("this dashboard collects".to_owned(), true),
        Some(Role::Subscriber) => ("another pane-patrol collects; it is heard".to_owned(), true),
        Some(Role::Follower) => ("a pane-patrol collects; it is followed".to_owned(), true),
        Some(Role::Alone(by)) => {
            let words = format!(
                "nobody collects: states by {by} alone; `pane-patrol` or `pane-patrol collect` in \
                 another pane collects, and is followed at once"
            );
            (words, false)
        }
        Some(Role::Nobody(why)) => (format!("nobody collects: {why}"), false),
        None => ("not yet known".to_owned(), true),
    }
}

fn newest(row: &Row, source: Source) -> Option<&Evidence> {
    row.evidence
        .iter()
        .find(|evidence| evidence.source == source)
        .map(AsRef::as_ref)
}

fn last(row: &Row, source: Source, thing: &str, now: Timestamp) -> String {
    match newest(row, source) {
        Some(evidence) => {
            let age = age::text(now, evidence.at, Grain::Coarse);
            format!("last {age} ago: {}", evidence.what)
        }
        None => format!("no {thing} among what was heard last"),
    }
}

fn sum(counts: &BTreeMap<String, u64>, thing: &str) -> String {
    let total: u64 = counts.values().sum();
    if total == 0 {
        return "nothing".to_owned();
    }
    let reasons: Vec<String> = counts
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    format!(
        "{}: {}",
        counted(to_usize(total), thing),
        reasons.join(", ")
    )
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
