//! Pane titles, in which some assistants show what they are doing.
//!
//! For some the title is the only witness of an answer, a denial or an interrupt, so it is looked at
//! while a row runs or waits, and at no other time. A title without one
//! of the assistant's own marks says nothing: the person may have chosen another one.

use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Source, State};
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;

use super::facets::Facets;
use super::facets::title::Title;
use super::of;
use crate::state::{Level, Reading, Row};

/// A title shows a dialog or work at most this long after the hook that told of it
/// (measured: most of a second for a dialog).
const LAG: Duration = Duration::from_millis(1200);

/// A title shows a dialog at most this long after the hook that told of its answer.
const DIALOG_LAG: Duration = Duration::from_millis(200);

/// Whether the title of the row's pane is worth looking at now.
pub fn is_wanted(row: &Row) -> bool {
    is_shown_by(&row.assistant) && row.pane.is_some() && (row.state == State::Running || waits(row))
}

/// Whether the assistant shows in titles what it is doing.
pub fn is_shown_by(assistant: &Assistant) -> bool {
    of(assistant).is_some_and(|known| known.title().is_some())
}

/// Whether somebody waits to see the title of the row's pane change, because nothing else tells.
pub fn is_urgent(row: &Row) -> bool {
    let title = of(&row.assistant).and_then(Facets::title);
    let tells = |title: &Title| title.tells_ends || title.tells_answers && waits(row);
    let is_all = row.pane.is_some() && is_unheard(row);
    title.is_some_and(|title| is_all || is_wanted(row) && tells(title))
}

/// Whether all that is known of the row was seen.
fn is_unheard(row: &Row) -> bool {
    let mut known = row.evidence.iter().peekable();
    known.peek().is_some() && known.all(|piece| piece.source == Source::Witness)
}

fn waits(row: &Row) -> bool {
    matches!(row.state, State::WaitingApproval | State::WaitingInput)
}

/// What a title of `assistant` says; `None`: nothing. A title does not tell a question from a
/// request for permission.
pub fn level(assistant: &Assistant, title: &str) -> Option<Level> {
    let known = of(assistant)?.title()?;
    (known.level)(title.trim_start())
}

/// What the title of the row's pane says, read from a listing of `server` that was asked for at
/// `asked`.
pub fn reading(
    row: &Row,
    (server, pane): (&Server, PaneId),
    title: &str,
    asked: Timestamp,
) -> Option<Reading> {
    let level = level(&row.assistant, title)?;
    let is_dialog = matches!(level, Level::WaitingApproval | Level::WaitingInput);
    let usual = if is_dialog { DIALOG_LAG } else { LAG };
    let lag = of(&row.assistant)?.title()?.lag.unwrap_or(usual);
    Some(Reading {
        written: asked.minus(lag),
        lag,
        ..told(row, (server, pane), level, asked)
    })
}

/// What the title says of an assistant in the row of which nothing was reported: with no mark, that it
/// does nothing.
pub fn glimpse(
    row: &Row,
    place: (&Server, PaneId),
    title: &str,
    asked: Timestamp,
) -> Option<Reading> {
    let level = level(&row.assistant, title).unwrap_or(Level::Idle);
    is_shown_by(&row.assistant).then(|| told(row, place, level, asked))
}

fn told(row: &Row, (server, pane): (&Server, PaneId), level: Level, asked: Timestamp) -> Reading {
    Reading {
        assistant: row.assistant.clone(),
        level,
        written: asked,
        seen: asked,
        instance_id: row.instance_id.clone(),
        pid: row.pid,
        pane: Some((server.clone(), pane)),
        terminal: None,
        background: None,
        cwd: None,
        home: None,
        attended: true,
        detail: None,
        lag: Duration::ZERO,
        stands_in: false,
        prompted: None,
        by_record: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::row;

    fn says(assistant: &Assistant, title: &str) -> Option<Level> {
        level(assistant, title)
    }

    #[test]
    fn a_title_is_urgent_where_nothing_else_tells_of_the_next_change() {
        let urgent = |assistant, state| is_urgent(&row(1, assistant, state, "work:1.0", 0));
        for assistant in ["codex", "gemini"] {
            assert!(urgent(assistant, State::WaitingApproval), "{assistant}");
            assert!(!urgent(assistant, State::Completed), "{assistant}");
        }
        assert!(!urgent("qwen", State::WaitingApproval));
        assert!(urgent("gemini", State::Running));
        assert!(!urgent("codex", State::Running) && !urgent("claude", State::WaitingApproval));
    }

    #[test]
    fn codex_shows_a_spinner_while_it_works_and_says_what_it_needs() {
        for title in ["⠏ proj", "⠋ proj", "⠸ a | 01a1fbb4-bc1e-7691-91c0-76da8..."] {
            assert_eq!(says(&Assistant::CODEX, title), Some(Level::Busy), "{title}");
        }
        for title in [
            "[ ! ] Action Required | proj",
            "[ . ] Action Required | proj",
        ] {
            assert_eq!(says(&Assistant::CODEX, title), Some(Level::WaitingApproval));
        }
        for title in ["proj", "", "host", "[ ! ] my own", "⠏proj", "⠀ x"] {
            assert_eq!(says(&Assistant::CODEX, title), None, "{title}");
        }
    }

    #[test]
    fn gemini_shows_each_state() {
        for (title, level) in [
            ("◇  Ready (proj)", Some(Level::Idle)),
            ("✋  Action Required (proj)", Some(Level::WaitingApproval)),
            ("✦  Working… (proj)", Some(Level::Busy)),
            ("Gemini - proj", None),
        ] {
            assert_eq!(says(&Assistant::GEMINI, title), level, "{title}");
        }
    }

    #[test]
    fn qwen_shows_work_and_dialogs_and_nothing_when_idle() {
        for (title, level) in [
            ("✳\u{fe0e} Qwen - proj", Some(Level::WaitingApproval)),
            ("◐ Qwen - proj", Some(Level::Busy)),
            ("Qwen - proj", None),
        ] {
            assert_eq!(says(&Assistant::QWEN, title), level, "{title}");
        }
    }

    #[test]
    fn a_mark_of_one_assistant_says_nothing_of_another() {
        let own = [
            (Assistant::CODEX, "⠏ proj"),
            (Assistant::CODEX, "[ ! ] Action Required"),
            (Assistant::GEMINI, "✋  Action Required"),
            (Assistant::GEMINI, "✦  Working…"),
            (Assistant::GEMINI, "◇ x"),
            (Assistant::QWEN, "✳ x"),
            (Assistant::QWEN, "◐ x"),
        ];
        for (whose, title) in &own {
            for other in [
                "claude", "codex", "copilot", "gemini", "opencode", "qwen", "mine",
            ] {
                let other: Assistant = other.parse().unwrap();
                let is_its_own = other == *whose;
                assert_eq!(
                    says(&other, title).is_some(),
                    is_its_own,
                    "{title} of {other}"
                );
            }
        }
    }
}
