//! The one look-up: which assistant is meant by what a person typed, said alike by every command.
//!
//! A name is, in this order, the id that `status --json` prints, the place (`session:window.pane`), the
//! pane (`%3`), or a word that is only one assistant's: its session, the folder it works in, its label, its
//! own session (also by the first part of its id), or what it calls itself at the hub (`agent/NAME` is that one for certain: anybody may call
//! itself like another one's session). What could be two of them is none: a command that guesses acts on
//! the wrong one.

use std::cmp::Ordering;
use std::path::Path;

use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::rows::Known;
use crate::error::CommandError;
use crate::log::unmatched::{from_place, sentence};
use crate::state::{Row, Unmatched};

/// As many are named where none is meant.
const MOST_NAMED: usize = 8;

/// The first part of a session's id has at least so many characters where it is a name.
const SHORT: usize = 8;

/// By what a name means a row, most certain first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    /// The row's id.
    Id,
    /// Where its pane is.
    Target,
    /// The id of its pane, or where a dashboard shows it just now.
    Pane,
    /// A word that others may have, too.
    Word,
}

/// Nobody, or nobody alone, has that name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unknown<'a> {
    /// No row has it.
    Nobody,
    /// These have it alike.
    Several(Vec<&'a Row>),
}

impl Known {
    /// The row that `name` means, or who could have been meant.
    pub(super) fn row(&self, name: &str) -> Result<Row, CommandError> {
        self.row_at(name, Timestamp::now())
    }

    /// The same, of rows that are of `now`.
    pub(super) fn row_at(&self, name: &str, now: Timestamp) -> Result<Row, CommandError> {
        let meant = pick(&self.rows, name, &self.own);
        meant
            .cloned()
            .map_err(|unknown| explain(&unknown, name, &self.rows, &self.apart, now))
    }
}

/// The row that `name` means. Two servers have the same places and panes; then it is the one of `own`,
/// the socket of the server we are in, or none. Where a pane is listed nobody stands who only says so.
pub(super) fn pick<'a>(rows: &'a [Row], name: &str, own: &str) -> Result<&'a Row, Unknown<'a>> {
    let mut meant = Vec::new();
    let mut closest = By::Word;
    let all = rows.iter();
    let mut all: Vec<(By, &Row)> = all
        .filter_map(|row| Some((meaning(row, name)?, row)))
        .collect();
    let is_placed = |by: By| matches!(by, By::Target | By::Pane);
    if all
        .iter()
        .any(|(by, row)| is_placed(*by) && row.pane.is_some())
    {
        all.retain(|(by, row)| !is_placed(*by) || !only_says_where(row));
    }
    for (by, row) in all {
        match by.cmp(&closest) {
            Ordering::Less => (closest, meant) = (by, vec![row]),
            Ordering::Equal => meant.push(row),
            Ordering::Greater => {}
        }
    }
    if meant.len() > 1 && closest != By::Word {
        let is_here = |row: &&Row| {
            row.server
                .as_ref()
                .is_none_or(|server| server.socket == own)
        };
        let here: Vec<&Row> = meant.iter().copied().filter(is_here).collect();
        if here.len() == 1 {
            meant = here;
        }
    }
    match meant.as_slice() {
        [] => Err(Unknown::Nobody),
        [row] => Ok(row),
        _ => Err(Unknown::Several(meant)),
    }
}

/// Whether nothing but the word of a script or of a client of the hub says in which place the row is.
pub(super) fn only_says_where(row: &Row) -> bool {
    row.pane.is_none() && (row.publisher.is_some() || row.source == Source::Emit)
}

/// By what `name` means the row; `None` when it does not.
pub(super) fn meaning(row: &Row, name: &str) -> Option<By> {
    if name.is_empty() {
        return None;
    }
    let at_hub = name_at_hub(row);
    if row.id == name && at_hub.is_none() {
        return Some(By::Id);
    }
    // What has the form of a place may be a word as well: folders are called `react@18.2`, too.
    if let Ok(target) = name.parse::<Target>() {
        let is_agent = matches!(&target, Target::Agent(agent) if at_hub == Some(agent));
        if row.target == target || is_agent {
            return Some(By::Target);
        }
        if row.is_at(&target) {
            return Some(By::Pane);
        }
    }
    let target = row.target.to_string();
    let session = target.rsplit_once(':').map(|(session, _)| session);
    let folder = row
        .cwd
        .as_deref()
        .and_then(|cwd| Path::new(cwd).file_name());
    let is_it = at_hub == Some(name)
        || session == Some(name)
        || row.target.terminal() == Some(name)
        || folder.is_some_and(|folder| folder == name)
        || row.called.as_deref() == Some(name)
        || row
            .instance_id
            .as_deref()
            .is_some_and(|id| names_session(name, id));
    is_it.then_some(By::Word)
}

/// What a person types for the row, most certain first; others may have the same words.
pub(super) fn words(row: &Row) -> Vec<String> {
    let target = row.target.to_string();
    let session = target
        .rsplit_once(':')
        .map(|(session, _)| session.to_owned());
    let folder = row.cwd.as_deref().map(Path::new).and_then(Path::file_name);
    let folder = folder.map(|folder| folder.to_string_lossy().into_owned());
    let words = [session, folder, row.called.clone()];
    std::iter::once(target)
        .chain(words.into_iter().flatten())
        .collect()
}

/// Whether it is the session with this id: by all of it, or by its first part, which is what assistants call one for
/// short.
pub(super) fn names_session(name: &str, id: &str) -> bool {
    let short = id.split_once('-').map(|(short, _)| short);
    id == name || short.is_some_and(|short| short.len() >= SHORT && short == name)
}

/// What the row's publisher calls it, which is its id: all others have a place in theirs.
fn name_at_hub(row: &Row) -> Option<&str> {
    (!row.id.contains("::")).then_some(&row.id)
}

/// The name that means this row and no other.
pub(super) fn exact(row: &Row) -> String {
    let at_hub = name_at_hub(row).and_then(Target::agent);
    at_hub.map_or_else(|| row.id.clone(), |agent| agent.to_string())
}

/// Why no row is meant, with those that could have been. `apart`: what was heard and shown nowhere.
pub(super) fn explain(
    unknown: &Unknown<'_>,
    name: &str,
    rows: &[Row],
    apart: &[Unmatched],
    now: Timestamp,
) -> CommandError {
    let mut error = match unknown {
        Unknown::Nobody if rows.is_empty() => nobody(name).hint("none is known at all"),
        Unknown::Nobody => nobody(name).hint(format!(
            "there are {}",
            list(rows.iter().collect(), |row| { row.target.shown() })
        )),
        Unknown::Several(meant) => {
            CommandError::new(format!("`{name}` is the name of several assistants")).hint(format!(
                "say which: {}",
                list(meant.clone(), |row| {
                    format!(
                        "`{}` ({} in {})",
                        exact(row),
                        row.assistant,
                        row.target.shown()
                    )
                })
            ))
        }
    };
    for apart in from_place(name, apart) {
        error = error.hint(format!("held apart: {}", sentence(apart, now)));
    }
    error.hint("`pane-patrol status` lists them; nothing was done")
}

/// Nobody has that name.
pub(super) fn nobody(name: &str) -> CommandError {
    CommandError::new(format!("no assistant is known as `{name}`"))
}

fn list(rows: Vec<&Row>, name: impl Fn(&Row) -> String) -> String {
    let mut names: Vec<String> = rows.into_iter().map(name).collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(MOST_NAMED);
    names.truncate(MOST_NAMED);
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;
    use pane_patrol_hooks::target::{PaneId, Server};

    use super::*;
    use crate::state::RowKey;
    use crate::state::fixture::row;

    fn at(server: Option<(&str, u32)>, pane: u32, target: &str, folder: Option<&str>) -> Row {
        let server = server.map(|(socket, pid)| Server {
            socket: socket.to_owned(),
            pid,
        });
        let key = RowKey {
            place: server
                .as_ref()
                .map_or_else(|| target.parse().unwrap(), |_| Target::Pane(PaneId(pane))),
            server: server.clone(),
        };
        Row {
            id: key.to_string(),
            pane: server.is_some().then_some(PaneId(pane)),
            server,
            cwd: folder.map(str::to_owned),
            ..row(pane, "claude", State::Running, target, 5)
        }
    }

    fn rows() -> Vec<Row> {
        let (a, b) = (Some(("/tmp/a", 7)), Some(("/tmp/b", 9)));
        let mut shop = at(a, 1, "work:1.0", Some("/src/shop"));
        shop.instance_id = Some("abc".to_owned());
        vec![
            shop,
            at(a, 2, "work:1.1", Some("/src/blog")),
            at(b, 1, "play:1.0", Some("/old/blog")),
            at(None, 0, "box:1.0", None),
        ]
    }

    fn picked(name: &str, own: &str) -> Result<String, usize> {
        match pick(&rows(), name, own) {
            Ok(row) => Ok(row.id.clone()),
            Err(Unknown::Nobody) => Err(0),
            Err(Unknown::Several(rows)) => Err(rows.len()),
        }
    }

    #[test]
    fn a_row_is_meant_by_its_id_its_place_its_pane_or_a_word_that_is_its_alone() {
        for (name, id) in [
            ("/tmp/b,9::%1", "/tmp/b,9::%1"),
            ("::box:1.0", "::box:1.0"),
            ("work:1.1", "/tmp/a,7::%2"),
            ("%2", "/tmp/a,7::%2"),
            ("shop", "/tmp/a,7::%1"),
            ("play", "/tmp/b,9::%1"),
            ("box", "::box:1.0"),
            ("abc", "/tmp/a,7::%1"),
        ] {
            assert_eq!(picked(name, "/none"), Ok(id.to_owned()), "{name}");
        }
        for name in ["", "wor", "work:1.9", "%9", "/src/shop", "claude"] {
            assert_eq!(picked(name, "/none"), Err(0), "{name}");
        }
    }

    #[test]
    fn what_may_be_two_is_none_but_the_pane_of_the_own_server() {
        assert_eq!(picked("blog", "/tmp/a"), Err(2), "a folder's name");
        assert_eq!(picked("work", "/tmp/a"), Err(2), "a session's name");
        assert_eq!(picked("%1", "/none"), Err(2));
        assert_eq!(picked("%1", "/tmp/a"), Ok("/tmp/a,7::%1".to_owned()));
        assert_eq!(picked("%1", "/tmp/b"), Ok("/tmp/b,9::%1".to_owned()));
    }

    fn published(name: &str) -> Row {
        Row {
            id: name.to_owned(),
            ..at(None, 0, &format!("agent/{name}"), None)
        }
    }

    #[test]
    fn what_a_publisher_calls_itself_takes_nobody_elses_word() {
        let mut rows = rows();
        rows.extend(["shop", "play", "abc", "free", "background@1.2"].map(published));
        rows.push(at(None, 0, "background@1.2", None));
        let picked = |name: &str| pick(&rows, name, "/tmp/a").map(|row| row.id.clone());
        for name in ["shop", "play", "abc"] {
            let several = picked(name).unwrap_err();
            let told = explain(&several, name, &rows, &[], Timestamp::default());
            assert!(
                told.hints()[0].contains(&format!("`agent/{name}`")),
                "{told:?}"
            );
            assert_eq!(picked(&format!("agent/{name}")), Ok(name.to_owned()));
        }
        assert_eq!(picked("free"), Ok("free".to_owned()));
        assert_eq!(picked("background@1.2"), Ok("::background@1.2".to_owned()));
    }

    #[test]
    fn where_a_pane_is_listed_nobody_stands_who_only_says_so() {
        let (a, b) = (Some(("/tmp/a", 7)), Some(("/tmp/b", 9)));
        let says = |publisher: Option<&str>| Row {
            publisher: publisher.map(str::to_owned),
            source: Source::Emit,
            ..at(None, 0, "work:1.0", None)
        };
        for fake in [says(Some("evil")), says(None)] {
            let mut rows = vec![fake, at(a, 1, "work:1.0", None)];
            let picked = |rows: &[Row], own: &str| match pick(rows, "work:1.0", own) {
                Ok(row) => Ok(row.id.clone()),
                Err(Unknown::Nobody) => Err(0),
                Err(Unknown::Several(rows)) => Err(rows.len()),
            };
            for own in ["/tmp/a", "", "/none"] {
                assert_eq!(picked(&rows, own), Ok("/tmp/a,7::%1".to_owned()), "{own}");
            }
            // Also where a dashboard shows the real one in that place.
            rows[1].target = "home:0.0".parse().unwrap();
            rows[1].shown_at = "work:1.0".parse().ok();
            assert_eq!(picked(&rows, ""), Ok("/tmp/a,7::%1".to_owned()));
            rows.push(at(b, 1, "work:1.0", None));
            rows[1].shown_at = None;
            rows[1].target = "work:1.0".parse().unwrap();
            assert_eq!(
                picked(&rows, ""),
                Err(2),
                "of the real ones none is guessed"
            );
            assert_eq!(picked(&rows, "/tmp/b"), Ok("/tmp/b,9::%1".to_owned()));
            assert_eq!(picked(&rows[..1], ""), Ok("::work:1.0".to_owned()));
        }
    }

    #[test]
    fn a_word_that_looks_like_a_place_is_a_word_where_nobody_is_in_that_place() {
        let mut rows = vec![
            at(None, 0, "agent/zed:0.0", None),
            at(None, 0, "x:0.0", Some("/src/react@18.2")),
            at(None, 0, "y:0.0", Some("/src/openssl@1.1")),
            at(None, 0, "openssl@1.1", None),
        ];
        let picked = |rows: &[Row], name: &str| pick(rows, name, "").map(|row| row.id.clone()).ok();
        assert_eq!(
            picked(&rows, "agent/zed").as_deref(),
            Some("::agent/zed:0.0")
        );
        assert_eq!(picked(&rows, "react@18.2").as_deref(), Some("::x:0.0"));
        assert_eq!(
            picked(&rows, "openssl@1.1").as_deref(),
            Some("::openssl@1.1")
        );
        assert_eq!(picked(&rows, "pts@18.2"), None);
        rows.push(published("zed"));
        assert_eq!(picked(&rows, "agent/zed").as_deref(), Some("zed"));
    }

    #[test]
    fn a_session_that_is_called_like_an_id_is_no_other_ones_id() {
        let rows = vec![
            at(None, 0, "work:1.0", None),
            at(None, 0, "x:0.0", Some("/a/work")),
        ];
        assert_eq!(
            pick(&rows, "work:1.0", "").map(|row| &*row.id),
            Ok("::work:1.0")
        );
        assert!(matches!(pick(&rows, "work", ""), Err(Unknown::Several(_))));
    }
}
