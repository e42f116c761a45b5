//! A change as one sentence for the ear: who, where, how it is and what it asks, in words alone.

use std::collections::BTreeMap;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::{PaneId, Target};

use crate::state::Row;
use crate::state::words;

/// What is said of the row; `beside`: the others, of which one may be in the same window.
pub(super) fn sentence(row: &Row, beside: &BTreeMap<String, Row>) -> String {
    let mut said = vec![words::of(row).to_owned()];
    said.extend(row.standing().map(str::to_owned));
    said.extend(about(row));
    said.extend(more(row));
    format!("{}: {}", subject(row, beside), said.join(", "))
}

/// What is said when it is there no more.
pub(super) fn farewell(row: &Row, beside: &BTreeMap<String, Row>) -> String {
    format!("{}: gone", subject(row, beside))
}

/// `claude in shop, window 1`.
fn subject(row: &Row, beside: &BTreeMap<String, Row>) -> String {
    let place = match &row.target {
        Target::Address {
            session,
            window,
            pane,
        } => {
            let window = format!("{session}, window {window}");
            if beside.values().any(|other| shares_window(other, row)) {
                format!("{window}, pane {}", PaneId(*pane).counted())
            } else {
                window
            }
        }
        Target::Pane(pane) => format!("pane {}", pane.counted()),
        Target::Process { terminal, .. } => terminal.replace('/', " "),
        Target::Agent(name) => format!("no pane, called {name}"),
    };
    format!("{} in {place}", row.assistant)
}

fn shares_window(other: &Row, row: &Row) -> bool {
    let window = |row: &Row| match &row.target {
        Target::Address {
            session, window, ..
        } => Some((session.clone(), *window)),
        Target::Pane(_) | Target::Process { .. } | Target::Agent(_) => None,
    };
    other.id != row.id && other.server == row.server && window(other) == window(row)
}

/// The tool and the words of what it does or asks.
fn about(row: &Row) -> Option<String> {
    let (tool, message) = match row.waiting.first() {
        // Which of several stands on its screen is not known: the row's own words claim none.
        Some(request) if row.one_of().is_none() => (&request.tool, &request.message),
        _ => (&row.tool, &row.message),
    };
    let uses_tool = matches!(row.state, State::WaitingApproval | State::Running);
    match (tool.as_ref().filter(|_| uses_tool), message) {
        (Some(tool), Some(message)) => Some(format!("{tool}: {message}")),
        (one, other) => one.or(other.as_ref()).cloned(),
    }
}

/// What else it asks.
fn more(row: &Row) -> Option<String> {
    match row.waiting.len().saturating_sub(1) {
        _ if row.one_of().is_some() => None,
        0 => None,
        1 => Some("and 1 more request".to_owned()),
        many => Some(format!("and {many} more requests")),
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::Kind;

    use super::*;
    use crate::state::fixture::row;

    fn said(change: impl Fn(&mut Row)) -> String {
        let mut row = row(1, "claude", State::Idle, "shop:1.0", 5);
        (row.tool, row.message) = (None, None);
        change(&mut row);
        sentence(&row, &BTreeMap::new())
    }

    fn tool(row: &mut Row, state: State, tool: &str, message: &str) {
        row.state = state;
        (row.tool, row.message) = (Some(tool.into()), Some(message.into()));
    }

    #[test]
    fn each_state_is_a_sentence() {
        let asks = |row: &mut Row| tool(row, State::WaitingApproval, "Bash", "cargo publish");
        assert_eq!(
            said(asks),
            "claude in shop, window 1: wants approval, Bash: cargo publish"
        );
        let works = |row: &mut Row| tool(row, State::Running, "Edit", "src/tax.rs");
        assert_eq!(
            said(works),
            "claude in shop, window 1: works, Edit: src/tax.rs"
        );
        let done = |row: &mut Row| tool(row, State::Completed, "Bash", "All is green.");
        assert_eq!(said(done), "claude in shop, window 1: done, All is green.");
        assert_eq!(said(|_| {}), "claude in shop, window 1: idle");
        let prompt = |row: &mut Row| {
            row.state = State::WaitingInput;
            row.kind = Some(Kind::PromptIdle);
        };
        assert_eq!(said(prompt), "claude in shop, window 1: waits");
        let stopped = |row: &mut Row| {
            works(row);
            row.suspended = true;
        };
        assert!(said(stopped).contains(": works, suspended, Edit: "));
    }

    #[test]
    fn a_place_is_said_in_words_and_the_pane_where_two_share_a_window() {
        let one = row(1, "claude", State::Idle, "shop:1.0", 5);
        let other = row(2, "codex", State::Idle, "shop:1.1", 5);
        let both: BTreeMap<_, _> = [one, other].map(|row| (row.id.clone(), row)).into();
        let farewells: Vec<String> = both.values().map(|row| farewell(row, &both)).collect();
        assert_eq!(
            farewells,
            [
                "claude in shop, window 1, pane 0: gone",
                "codex in shop, window 1, pane 1: gone"
            ]
        );
        for (target, place) in [("%7", "pane 7"), ("agent/ci", "no pane, called ci")] {
            let said = said(|row| row.target = target.parse().unwrap());
            assert!(said.starts_with(&format!("claude in {place}: ")), "{said}");
        }
    }
}
