//! The names that can be typed just now: of rows, and of sessions that are over.

use std::sync::mpsc;
use std::time::Duration;

use pane_patrol_hooks::text::{has_control, visible};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::cli::NamesOf;
use crate::commands::ended::Ended;
use crate::commands::{Context, lookup, rows};
use crate::messages;
use crate::state::Row;

/// Whoever has pressed a key does not wait for longer.
const PATIENCE: Duration = Duration::from_millis(700);

/// No more are printed.
const MOST: usize = 1000;

/// Prints each on a line of its own. Where nobody can tell there are none, and nothing is said of that: somebody types.
pub(super) fn print(context: &Context, of: NamesOf) {
    let (tell, told) = mpsc::channel();
    let context = context.clone();
    let ask = move || {
        // Whoever waited may have gone.
        let _ = tell.send(known(&context, of));
    };
    let asking = std::thread::Builder::new().name("names".into()).spawn(ask);
    let mut names = asking
        .ok()
        .and_then(|_| told.recv_timeout(PATIENCE).ok())
        .unwrap_or_default();
    names.retain(|name| can_be_typed(name));
    names.sort();
    names.dedup();
    names.truncate(MOST);
    let lines = names.iter().map(|name| format!("{name}\n"));
    messages::result(&lines.collect::<String>());
}

fn known(context: &Context, of: NamesOf) -> Vec<String> {
    match of {
        NamesOf::Rows => {
            let known = rows::live(context, "completions");
            known.map_or_else(|_| Vec::new(), |known| of_rows(&known.rows, &known.own))
        }
        NamesOf::Ended => {
            let known = Ended::of(context, "completions");
            known.map_or_else(|_| Vec::new(), |known| of_ended(&known))
        }
    }
}

/// Where each is, and the words that are only its own.
fn of_rows(rows: &[Row], own: &str) -> Vec<String> {
    let names = rows.iter().flat_map(|row| {
        let words = lookup::words(row).into_iter();
        words.filter(|word| lookup::pick(rows, word, own).is_ok_and(|it| it.id == row.id))
    });
    names.collect()
}

fn of_ended(ended: &Ended) -> Vec<String> {
    let now = Timestamp::now();
    let names = ended.sessions.iter().flat_map(|session| {
        let (place, id) = (session.target.to_string(), session.instance_id.to_string());
        let words = [session.label(), place, id].into_iter();
        words.filter(move |word| {
            let meant = ended.pick(Some(word), now);
            meant.is_ok_and(|it| it.id() == session.id())
        })
    });
    names.collect()
}

/// Whether it is a word and no option, and shows on a terminal as what it is.
fn can_be_typed(name: &str) -> bool {
    let is_word = !name.is_empty() && !name.starts_with('-');
    is_word && !has_control(name) && visible(name) == name
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::row;

    fn at(pane: u32, target: &str, folder: &str) -> Row {
        Row {
            cwd: Some(folder.to_owned()),
            ..row(pane, "claude", State::Running, target, 5)
        }
    }

    #[test]
    fn a_word_of_two_rows_names_none_of_them() {
        let rows = [
            at(1, "work:1.0", "/src/shop"),
            at(2, "work:2.0", "/src/api"),
        ];
        let mut names = of_rows(&rows, "");
        names.sort();
        assert_eq!(names, ["api", "shop", "work:1.0", "work:2.0"]);
        assert_eq!(of_rows(&rows[..1], "").len(), 3, "the session is its own");
    }

    #[test]
    fn what_is_no_plain_word_is_not_offered() {
        for name in ["work:1.0", "it's $(mine); `x`", "日本", "a b"] {
            assert!(can_be_typed(name), "{name}");
        }
        for name in [
            "",
            "-rf",
            "--yes",
            "a\nb",
            "a\u{1b}[31m",
            "a\u{202e}b",
            "a\tb",
        ] {
            assert!(!can_be_typed(name), "{name:?}");
        }
    }
}
