//! `status`: what every assistant is doing, asked of whoever collects, or else of the event log.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;

use super::Context;
use super::ended::Ended;
use super::rows::{self, FromLog, Known};
use crate::cli::{StatusArgs, StatusFormat};
use crate::config::Signs;
use crate::error::CommandResult;
use crate::hub::protocol::EndedSessions;
use crate::log::when::{Grain, age};
use crate::messages;
use crate::mux::Reach;
use crate::mux::tmux::coloured;
use crate::state::{EndedSession, Row, Unmatched, urgency, words};

/// Prints the rows in the wanted form.
pub(super) fn run(context: &Context, arguments: &StatusArgs) -> CommandResult {
    if arguments.ended {
        return ended(context, arguments.json);
    }
    let Known {
        mut rows,
        from_log,
        apart,
        ..
    } = rows::live_or_logged(context, "status")?;
    rows.sort_by(urgency);
    if let Some(pane) = arguments.pane {
        rows.retain(|row| row.pane == Some(pane) && is_own(row, &context.own_socket_text()));
    }
    let (now, reach) = (Timestamp::now(), context.reach());
    if arguments.json {
        let troubles = Unreachable::of(&rows, &reach);
        return messages::json(&told(&rows, &troubles, from_log, &apart));
    }
    // Settings that cannot be read are told where somebody reads it, not in a status line.
    let signs = || context.config().map(|config| config.icons.signs());
    let signs = || signs().unwrap_or_default();
    let text = match arguments.format {
        Some(StatusFormat::Tmux) => counts(&rows, from_log.is_some(), signs()),
        Some(StatusFormat::Pane) => {
            rows.retain(|row| is_own(row, &context.own_socket_text()) && has_sign(row));
            let (all, signs) = (arguments.pane.is_none(), signs());
            rows.iter().map(|row| pane(row, all, signs)).collect()
        }
        None => {
            let heading = from_log.map(|log| heading(log, now)).unwrap_or_default();
            heading + &table(&rows, &Unreachable::of(&rows, &reach), now)
        }
    };
    messages::result(&text);
    Ok(())
}

/// Prints the sessions that are over and within reach: apart from the rows, which programs count.
fn ended(context: &Context, json: bool) -> CommandResult {
    let sessions = Ended::of(context, "status")?.sessions;
    if json {
        return messages::json(&EndedSessions::of(&sessions).sessions);
    }
    let now = Timestamp::now();
    let line = |session: &EndedSession| {
        [
            format!(
                "{} {} ago",
                session.since(),
                age(now.since(session.ended), Grain::Fine)
            ),
            session.assistant.to_string(),
            session.label(),
            session.instance_id.to_string(),
            session.message.clone().unwrap_or_default(),
        ]
    };
    let lines: Vec<[String; 5]> = sessions.iter().map(line).collect();
    messages::result(&match lines.as_slice() {
        [] => "no session is over that could be resumed\n".to_owned(),
        lines => aligned(lines),
    });
    Ok(())
}

/// Whether the row is of a pane of the server with that socket.
fn is_own(row: &Row, own: &str) -> bool {
    row.server
        .as_ref()
        .is_some_and(|server| server.socket == own)
}

/// Whether anything is the matter in the row's pane.
fn has_sign(row: &Row) -> bool {
    row.state != State::Idle && !row.hearsay
}

/// The sign of the row's pane; among `all` with the pane and the state.
fn pane(row: &Row, all: bool, signs: Signs) -> String {
    let sign = signs.of(row.state);
    match row.pane.filter(|_| all) {
        Some(pane) => format!("{pane}\t{sign}\t{}\n", row.state),
        None => format!("{sign}\n"),
    }
}

/// A row as programs get it.
#[derive(Serialize)]
struct PrintedRow<'a> {
    #[serde(flatten)]
    row: &'a Row,
    /// Nobody collects: the event log says so.
    #[serde(rename = "from_mirror")]
    from_log: bool,
    /// When the last event was logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    logged_until: Option<Timestamp>,
    /// What came from its pane and does not belong to it.
    held_apart: Vec<&'a Unmatched>,
    /// Why nobody can reach it, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'a str>,
}

/// Why the panes of some servers cannot be reached, and what to do.
struct Unreachable(BTreeMap<Server, String>);

impl Unreachable {
    fn of(rows: &[Row], reach: &Reach) -> Self {
        let servers: BTreeSet<&Server> =
            rows.iter().filter_map(|row| row.server.as_ref()).collect();
        let words = |server: &&Server| {
            let mux = reach.at(Path::new(&server.socket));
            Some(((*server).clone(), mux.out_of_reach(server)?))
        };
        Self(servers.iter().filter_map(words).collect())
    }

    fn about(&self, row: &Row) -> Option<&str> {
        self.0.get(row.server.as_ref()?).map(String::as_str)
    }
}

fn told<'a>(
    rows: &'a [Row],
    troubles: &'a Unreachable,
    from_log: Option<FromLog>,
    apart: &'a [Unmatched],
) -> Vec<PrintedRow<'a>> {
    let from = |row: &Row| apart.iter().filter(|apart| apart.id == row.id).collect();
    let printed = |row: &'a Row| PrintedRow {
        row,
        held_apart: from(row),
        trouble: troubles.about(row),
        from_log: from_log.is_some(),
        logged_until: from_log.and_then(|log| log.last),
    };
    rows.iter().map(printed).collect()
}

/// Says above the table that nobody has heard it from the assistants themselves.
fn heading(log: FromLog, now: Timestamp) -> String {
    let end = log.last.map_or_else(
        || "which holds nothing recent".to_owned(),
        |last| format!("which ends {} ago", age(now.since(last), Grain::Fine)),
    );
    format!("nobody collects; by the event log, {end}:\n")
}

/// State, its sign, the same in plain signs, and its colour in a status line.
const SIGNS: [(State, char, char, &str); 5] = [
    (State::WaitingApproval, '!', '!', "red"),
    (State::WaitingInput, '?', '?', "yellow"),
    (State::Error, '✗', 'x', "red"),
    (State::Completed, '✓', '+', "green"),
    (State::Running, '…', '*', "blue"),
];

/// Counts by state for a status line, for example `2! 1?` in colours. Empty without any.
/// With a `~` before them when only the log says so.
fn counts(rows: &[Row], is_logged: bool, signs: Signs) -> String {
    let counts: Vec<String> = SIGNS
        .iter()
        .filter_map(|(state, drawn, plain, colour)| {
            let sign = match signs {
                Signs::Drawn => drawn,
                Signs::Plain => plain,
            };
            let count = rows.iter().filter(|row| row.state == *state).count();
            (count > 0).then(|| coloured(colour, &format!("{count}{sign}")))
        })
        .collect();
    if counts.is_empty() {
        return String::new();
    }
    let mark = if is_logged { "~" } else { "" };
    format!("{mark}{}\n", counts.join(" "))
}

/// A plain table for people: state, assistant, target, how long, what.
fn table(rows: &[Row], troubles: &Unreachable, now: Timestamp) -> String {
    if rows.is_empty() {
        return "no assistant has reported\n".to_owned();
    }
    let lines: Vec<[String; 5]> = rows.iter().map(|row| line(row, troubles, now)).collect();
    aligned(&lines)
}

/// The lines with their cells below each other.
pub(super) fn aligned(lines: &[[String; 5]]) -> String {
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..4).map(width).collect();
    let mut text = String::new();
    for line in lines {
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(cell);
            let padding = width.saturating_sub(cell.chars().count()) + 2;
            text.extend(std::iter::repeat_n(' ', padding));
        }
        text.push_str(&line[4]);
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

fn line(row: &Row, troubles: &Unreachable, now: Timestamp) -> [String; 5] {
    let what = [row.tool.as_deref(), row.message.as_deref()];
    let what: Vec<&str> = what.into_iter().flatten().collect();
    let marks: Vec<&str> = row
        .standing()
        .into_iter()
        .chain(troubles.about(row))
        .collect();
    [
        words::of(row).to_owned(),
        match &row.called {
            Some(called) => format!("{} ({})", row.assistant, printable_line(called)),
            None => row.assistant.to_string(),
        },
        row.target.shown(),
        age(now.since(row.since), Grain::Fine),
        if marks.is_empty() {
            what.join(": ")
        } else {
            format!("({}) {}", marks.join("; "), what.join(": "))
        },
    ]
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::target::PaneId;

    use super::*;
    use crate::state::fixture;

    #[test]
    fn nothing_to_tell_is_an_empty_status_line() {
        let of_none = |is_logged| counts(&[], is_logged, Signs::Drawn);
        assert_eq!(of_none(false) + &of_none(true), "");
    }

    #[test]
    fn each_pane_of_the_own_server_has_the_sign_of_its_state_and_an_idle_one_none() {
        let mut row = fixture::row(1, "claude", State::WaitingInput, "shop:1.1", 1);
        row.pane = Some(PaneId(3));
        row.server = Some(Server {
            socket: "/own".to_owned(),
            pid: 7,
        });
        assert!(is_own(&row, "/own") && !is_own(&row, "/other"));
        assert!(has_sign(&row));
        assert_eq!(pane(&row, true, Signs::Drawn), "%3\t?\twaiting_input\n");
        row.state = State::Running;
        assert_eq!(pane(&row, false, Signs::Plain), "*\n");
        row.hearsay = true;
        assert!(!has_sign(&row));
        (row.hearsay, row.state) = (false, State::Idle);
        assert!(!has_sign(&row));
    }

    #[test]
    fn plain_signs_are_plain_in_the_status_line_too() {
        let rows = SIGNS.map(|(state, ..)| fixture::row(1, "claude", state, "shop:1.1", 1));
        let counts = counts(&rows, false, Signs::Plain);
        assert!(counts.is_ascii(), "{counts}");
        for sign in ["1!", "1?", "1x", "1+", "1*"] {
            assert!(counts.contains(&format!("]{sign}#")), "{counts}");
        }
    }
}
