//! What launchers list, with where each of it runs already. What was started from here is known by its pane's first
//! process: the shell around it has the launcher's command among its words.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_sys::process::command_line;

use super::{Launcher, NotListed, blanks, filled};
use crate::mux::{PATIENCE, Reach};
use crate::state::RowKey;

/// Longest words of a process that are read, in bytes: a folder and a `PATH` are among them.
const MAX_WORDS: u64 = 64 * 1024;

/// One of what a launcher lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// Where it was started and runs still.
    pub runs: Option<Running>,
}

/// A pane in which one of them was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The id of its row, if its assistant has one.
    pub row: String,
    /// Where it is.
    pub target: Target,
}

/// The panes of the person's own server, each with the words that its first process was started with.
#[derive(Default)]
pub(crate) struct Panes(Vec<(Running, Vec<OsString>)>);

impl Panes {
    /// Looks at them; without a server there is none, and where the system does not tell none is known.
    pub(crate) fn of(reach: &Reach) -> Self {
        let socket = &reach.own_socket;
        let listed = socket.exists().then(|| reach.own().list(socket, PATIENCE));
        let Some(Ok(list)) = listed else {
            return Self(Vec::new());
        };
        let server = Server {
            socket: socket.to_string_lossy().into_owned(),
            pid: list.server_pid,
        };
        let lives = list.panes.into_iter().filter(|listed| !listed.dead);
        let known = lives.filter_map(|listed| {
            let key = RowKey {
                server: Some(server.clone()),
                place: Target::Pane(listed.pane),
            };
            let running = Running {
                row: key.to_string(),
                target: listed.target,
            };
            Some((running, words(&command_line(listed.pid, MAX_WORDS)?)))
        });
        Self(known.collect())
    }
}

fn words(line: &[u8]) -> Vec<OsString> {
    let words = line
        .strip_suffix(b"\0")
        .unwrap_or(line)
        .split(|byte| *byte == 0);
    words
        .map(|word| OsString::from_vec(word.to_vec()))
        .collect()
}

impl Launcher {
    /// What it lists, in its order; `None`: it lists nothing.
    ///
    /// # Errors
    /// Says why that is not known.
    pub(crate) fn items(
        &self,
        path: &OsStr,
        panes: &Panes,
    ) -> Option<Result<Vec<Item>, NotListed>> {
        let item = |name: String| {
            let mut panes = panes.0.iter();
            let runs = panes.find(|(_, words)| self.has_started(&name, words));
            let runs = runs.map(|(running, _)| running.clone());
            Item { name, runs }
        };
        let names = self.names(path)?;
        Some(names.map(|names| names.into_iter().map(item).collect()))
    }

    /// Whether a process with these words is the shell around its command for that one.
    fn has_started(&self, item: &str, words: &[OsString]) -> bool {
        let [_, _, script, _, folder, ..] = words else {
            return false;
        };
        let command = filled(&self.command, &blanks(&self.name, folder, Some(item)));
        let end = command.and_then(|command| self.end_of_words(&command));
        end.is_ok_and(|end| {
            let mut parts = script.as_bytes().windows(end.len());
            parts.any(|part| part == end.as_bytes())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::launch::Site;

    #[test]
    fn what_was_started_is_known_by_the_words_that_its_shell_was_given() {
        let text = "name = 'box'\ncommand = 'enter {item} in {cwd} as {name}'";
        let launcher: Launcher = toml::from_str(text).unwrap();
        let wrapped: Launcher = toml::from_str(&format!("{text}\nwrap = true")).unwrap();
        let site = Site {
            cwd: "/home/ada/it's".into(),
            path: Some("/bin".into()),
            ..Site::default()
        };
        let opening = launcher.opening(Some("one"), &site, None).unwrap();
        let in_wrap = wrapped.opening(Some("one"), &site, None).unwrap();
        for (item, is_it) in [
            ("one", true),
            ("on", false),
            ("two", false),
            ("one1", false),
        ] {
            assert_eq!(launcher.has_started(item, &opening.words), is_it, "{item}");
            assert_eq!(wrapped.has_started(item, &in_wrap.words), is_it, "{item}");
        }
        let elsewhere: Launcher = toml::from_str("name = 'box'\ncommand = 'enter {item}'").unwrap();
        assert!(!elsewhere.has_started("one", &opening.words));
        assert!(!launcher.has_started("one", &words(b"bash\0-l\0")));
    }

    #[test]
    fn words_are_told_apart_as_the_system_gives_them() {
        assert_eq!(
            words(b"sh\0-c\0two words\0\0"),
            ["sh", "-c", "two words", ""]
        );
    }
}
