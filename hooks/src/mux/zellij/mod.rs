//! Zellij, as far as the system tells of its processes: a hook asks nobody, for one stopped server of many
//! makes every client wait for ever.
//!
//! Each session is a server of its own. A pane's variables name the session as it was called when the pane
//! began, which a rename makes wrong; and whatever runs in a pane inherits those of the multiplexer around.
//! So a server is known by its process, and a pane by the server that its first process was started by.

pub(crate) mod notation;

use std::fmt;

use pane_patrol_sys::process::{command_line, stat, variables};

use super::{Entry, Get};
use crate::target::{PaneId, Server};
use crate::text::index;

/// The variable that every pane has, with the number of the pane.
const PANE: &str = "ZELLIJ_PANE_ID";

/// The argument that makes it a server; its socket is the next.
const SERVES: &[u8] = b"--server";

/// How far from the beginning of the arguments that stands.
const FIRST_ARGUMENTS: usize = 4;

/// Longest beginning of a command line that is read, in bytes: a socket's path is no longer than 108.
const MAX_COMMAND_LINE: u64 = 1024;

/// What the folder of the sockets is called, but for its version.
const FOLDER: &str = "contract_version_";

/// Stands in a server's name between the folder and its process: no session can be called so, for that would
/// be a file in the folder, and this is none.
const BETWEEN: &str = "/process/";

/// Its line of the table.
pub(super) const ENTRY: Entry = Entry {
    names_no_server: |get| get(PANE).is_some(),
    told: |_| None,
    below,
    has: |pane| notation::own(pane.0).is_some(),
    address_of: None,
    panes: |_| None,
};

/// A server: the folder in which its socket lies, whatever that is called now, and its process.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session {
    /// The folder of its socket.
    pub folder: String,
    /// Its process.
    pub pid: u32,
    /// When that started, in the system's own unit: numbers are given out again.
    pub start: u64,
}

impl Session {
    /// That of a server's name; `None` for one of another multiplexer.
    pub fn named(name: &str) -> Option<Self> {
        let (folder, process) = name.rsplit_once(BETWEEN)?;
        let (pid, start) = process.split_once('.')?;
        is_folder(folder).then_some(Self {
            folder: folder.to_owned(),
            pid: index(pid)?,
            start: index(start)?,
        })
    }

    /// As rows and events name it: this stays when the session is renamed, and never is another one's.
    pub fn server(&self) -> Server {
        Server {
            socket: self.to_string(),
            pid: self.pid,
        }
    }

    /// The one that this process is the server of, by how it was started; `None` for any other process.
    pub fn served_by(pid: u32) -> Option<Self> {
        let line = command_line(pid, MAX_COMMAND_LINE)?;
        let folder = folder_of(&line)?;
        Some(Self {
            folder: folder.to_owned(),
            pid,
            start: stat(pid)?.start,
        })
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{BETWEEN}{}.{}", self.folder, self.pid, self.start)
    }
}

/// The pane that Zellij counts so.
pub fn pane(number: u32) -> Option<PaneId> {
    notation::from_own(number).map(PaneId)
}

/// As Zellij counts it; `None`: it is another multiplexer's.
pub fn number_of(pane: PaneId) -> Option<u32> {
    notation::own(pane.0)
}

/// The pane that a server of Zellij has started this process in, as that was told.
pub fn pane_started_with(process: u32) -> Option<PaneId> {
    let [number] = variables(process, [PANE])?;
    pane(index(&number?)?)
}

/// See [`Entry::below`].
fn below(_: Get<'_>, server: u32, first: u32) -> Option<(PaneId, Server)> {
    let session = Session::served_by(server)?;
    Some((pane_started_with(first)?, session.server()))
}

/// The folder of the socket of a server that was started so.
fn folder_of(command_line: &[u8]) -> Option<&str> {
    let mut arguments = command_line.split(|byte| *byte == 0);
    let mut first = arguments.by_ref().take(FIRST_ARGUMENTS);
    first.find(|argument| *argument == SERVES)?;
    let socket = std::str::from_utf8(arguments.next()?).ok()?;
    let (folder, name) = socket.rsplit_once('/')?;
    (!name.is_empty() && is_folder(folder)).then_some(folder)
}

fn is_folder(path: &str) -> bool {
    let name = path.rsplit_once('/').map(|(_, name)| name);
    path.starts_with('/') && name.is_some_and(|name| name.starts_with(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    #[test]
    fn a_server_is_told_by_how_it_was_started() {
        let folder = |line: &str| folder_of(line.as_bytes()).map(str::to_owned);
        let of = Some("/run/user/7/zellij/contract_version_1".to_owned());
        let path = "/run/user/7/zellij/contract_version_1/my work";
        assert_eq!(folder(&format!("zellij\0--server\0{path}\0")), of);
        assert_eq!(
            folder(&format!("sh\0/bin/zellij\0--server\0{path}\0--debug\0")),
            of
        );
        for line in [
            "zellij\0--server\0",
            "zellij\0--server\0relative/contract_version_1/x\0",
            "zellij\0--server\0/tmp/elsewhere/x\0",
            "zellij\0--server\0/tmp/contract_version_1/\0",
            "zellij\0attach\0work\0",
            "",
        ] {
            assert_eq!(folder(line), None, "{line:?}");
        }
    }

    #[test]
    fn its_name_stays_whatever_its_session_is_called_and_is_no_path_of_another() {
        let session = Session {
            folder: "/tmp/zellij-7/contract_version_1".to_owned(),
            pid: 12,
            start: 345,
        };
        let server = session.server();
        assert_eq!(
            server.to_string(),
            "/tmp/zellij-7/contract_version_1/process/12.345,12"
        );
        assert_eq!(server.to_string().parse(), Ok(server.clone()));
        assert_eq!(Session::named(&server.socket), Some(session));
        for name in [
            "/tmp/tmux-7/default",
            "/tmp/zellij-7/contract_version_1/12.345",
            "/tmp/zellij-7/process/12.345",
            "/tmp/zellij-7/contract_version_1/process/12",
            "contract_version_1/process/12.345",
        ] {
            assert_eq!(Session::named(name), None, "{name}");
        }
    }

    #[test]
    fn its_panes_are_written_so_that_nobody_takes_them_for_another_multiplexers() {
        let seventh = pane(7).unwrap();
        assert_ne!(seventh, PaneId(7));
        assert_eq!(seventh.to_string(), "zellij:7");
        for text in ["zellij:7", "terminal_7"] {
            assert_eq!(text.parse(), Ok(seventh), "{text}");
            assert_eq!(text.parse(), Ok(Target::Pane(seventh)), "{text}");
            assert_eq!(Target::agent(text), None, "{text}");
        }
        assert_eq!((number_of(seventh), number_of(PaneId(7))), (Some(7), None));
        for text in [
            "zellij:",
            "zellij:07",
            "zellij:-1",
            "zellij:3000000000",
            "%3000000000",
            "terminal_x",
        ] {
            assert!(text.parse::<PaneId>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_names_the_tab_and_the_pane_among_all_of_the_session() {
        let target: Target = "my work:2.t7".parse().unwrap();
        let expected = Target::Address {
            session: "my work".to_owned(),
            window: 2,
            pane: pane(7).unwrap().0,
        };
        assert_eq!(target, expected);
        assert_eq!(target.to_string(), "my work:2.t7");
        for text in ["work:2.t", "work:2.t07", "work:2.tt7", "work:t2.7"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
