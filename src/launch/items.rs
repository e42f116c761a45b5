//! What launchers list, with where each of it runs already. What was started from here is known by its pane's first
//! process: the shell around it has the launcher's command among its words.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::thread;

use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_sys::process::command_line;

use super::{Launcher, NotListed, blanks, filled, marks};
use crate::mux::{PATIENCE, PaneList, Reach};
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

/// The panes of some servers, each with the words that its first process was started with.
#[derive(Default)]
pub(crate) struct Panes {
    known: Vec<(Running, Vec<OsString>)>,
    /// Whether there was a server.
    pub(crate) is_any: bool,
}

impl Panes {
    /// Looks at those of the person's own server, of the ones that she has named, and of these; where the system
    /// does not tell what runs in a pane, that is not known.
    pub(crate) fn of(reach: &Reach, others: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut panes = Self::default();
        let own = [reach.own_socket.clone()].into_iter();
        let sockets: BTreeSet<PathBuf> = own.chain(reach.named.clone()).chain(others).collect();
        for socket in sockets.iter().filter(|socket| socket.exists()) {
            if let Ok(list) = reach.at(socket).list(socket, PATIENCE) {
                panes.take(socket, list);
            }
        }
        panes
    }

    fn take(&mut self, socket: &Path, list: PaneList) {
        self.is_any = true;
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
        self.known.extend(known);
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

/// What each of the launchers lists, as [`Launcher::items`]: their programs are asked side by side.
pub(crate) fn listed(
    launchers: &[Launcher],
    path: &OsStr,
    panes: &Panes,
) -> Vec<Option<Result<Vec<Item>, NotListed>>> {
    thread::scope(|scope| {
        let ask = |launcher| scope.spawn(move || Launcher::items(launcher, path, panes));
        let asked: Vec<_> = launchers.iter().map(ask).collect();
        // One that has panicked lists nothing.
        asked.into_iter().map(|one| one.join().ok()?).collect()
    })
}

impl Launcher {
    /// What it lists, in its order; `None`: it lists nothing.
    ///
    /// # Errors
    /// Says why that is not known.
    fn items(&self, path: &OsStr, panes: &Panes) -> Option<Result<Vec<Item>, NotListed>> {
        let item = |name: String| {
            let mut panes = panes.known.iter();
            let runs = panes.find(|(_, words)| self.has_started(&name, words));
            let runs = runs.map(|(running, _)| running.clone());
            Item { name, runs }
        };
        let names = self.names(path)?;
        Some(names.map(|names| names.into_iter().map(item).collect()))
    }

    /// Whether a process with these words is the shell around its command for that one, wrapped or not: that may
    /// have been said for that time alone.
    fn has_started(&self, item: &str, words: &[OsString]) -> bool {
        let [_, _, script, _, folder, started] = words else {
            return false;
        };
        if **started != *item {
            return false;
        }
        let command = filled(&self.command, &blanks(&self.name, folder, Some(item)));
        let marks = command.and_then(|command| marks(&command));
        marks.is_ok_and(|marks| {
            marks.iter().any(|mark| {
                let mut parts = script.as_bytes().windows(mark.len());
                parts.any(|part| part == mark.as_bytes())
            })
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
            for launcher in [&launcher, &wrapped] {
                assert_eq!(launcher.has_started(item, &opening.words), is_it, "{item}");
                assert_eq!(launcher.has_started(item, &in_wrap.words), is_it, "{item}");
            }
        }
        // Whatever the command says of it, or does not.
        let plain: Launcher = toml::from_str("name = 'box'\ncommand = 'enter'").unwrap();
        let opening_of_plain = plain.opening(Some("one"), &site, None).unwrap();
        for (item, is_it) in [("one", true), ("two", false)] {
            assert_eq!(plain.has_started(item, &opening_of_plain.words), is_it);
        }
        let elsewhere: Launcher = toml::from_str("name = 'box'\ncommand = 'enter {item}'").unwrap();
        assert!(!elsewhere.has_started("one", &opening.words));
        assert!(!launcher.has_started("one", &words(b"bash\0-l\0")));
    }

    #[test]
    fn programs_are_asked_side_by_side_and_told_in_the_order_of_their_launchers() {
        let root = tempfile::tempdir().unwrap();
        // Each waits for the other one to begin.
        let launcher = |own: &str, other: &str| -> Launcher {
            let [own, other] = [own, other].map(|name| root.path().join(name));
            let (own, other) = (own.display(), other.display());
            let wait = format!(
                ": > {own}; until [ -e {other} ]; do sleep 0.02; done; echo {own} | tr -d /"
            );
            toml::from_str(&format!(
                "name = 'box'\ncommand = 'x'\nlist = ['sh', '-c', '{wait}']"
            ))
            .unwrap()
        };
        let launchers = [launcher("a", "b"), launcher("b", "a")];
        let path = std::env::var_os("PATH").unwrap();
        let told = listed(&launchers, &path, &Panes::default());
        let ends: Vec<_> = told
            .into_iter()
            .map(|items| items.unwrap().unwrap()[0].name.chars().next_back())
            .collect();
        assert_eq!(ends, [Some('a'), Some('b')]);
    }

    #[test]
    fn words_are_told_apart_as_the_system_gives_them() {
        assert_eq!(
            words(b"sh\0-c\0two words\0\0"),
            ["sh", "-c", "two words", ""]
        );
    }
}
