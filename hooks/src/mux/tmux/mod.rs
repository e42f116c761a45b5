//! tmux, each call bounded: a stopped server makes its client wait for ever.

pub(crate) mod notation;

use std::process::Command;
use std::time::Instant;

use pane_patrol_sys::child::{ANSWER, Kept, ours, printed};

use super::{Entry, Get, Pane};
use crate::target::{PaneId, Server, Target};

/// Its line of the table: every pane that is nobody else's is one of its panes.
pub(super) const ENTRY: Entry = Entry {
    names_no_server: |_| false,
    told,
    below,
    has: |_| true,
    address_of: Some(address_of),
    panes,
};

/// tmux asked without a socket: these say which server is meant.
const OF_OURS: Kept = Kept::these(&["TMUX", "TMUX_TMPDIR"]);

/// tmux for one of our own questions: it takes its locale from us, and needs nothing else where its server
/// is named by a socket.
pub fn program(kept: Kept) -> Command {
    speaking(ours("tmux", kept))
}

/// The same for a command of another make.
pub fn speaking(mut command: Command) -> Command {
    // Without a UTF-8 locale tmux prints an underscore for each byte of other scripts.
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// Reads `$TMUX` (`socket,pid,session`). A comma in the socket's path is no problem.
pub fn server_of(variable: &str) -> Option<Server> {
    variable.rsplit_once(',')?.0.parse().ok()
}

/// `TMUX_PANE`, and the server of `TMUX`.
fn told(get: Get<'_>) -> Option<(PaneId, Option<Server>)> {
    let text = |name: &str| get(name).and_then(|value| value.into_string().ok());
    let server = text("TMUX").and_then(|tmux| server_of(&tmux));
    Some((text("TMUX_PANE")?.parse().ok()?, server))
}

/// See [`Entry::below`]: its variables name the server's process.
fn below(get: Get<'_>, server: u32, _: u32) -> Option<(PaneId, Server)> {
    let (pane, own) = told(get)?;
    Some((pane, own.filter(|own| own.pid == server)?))
}

/// Asks the server on `socket` (`None`: that of `$TMUX`, else the default one) for the address of `pane`.
fn address_of(socket: Option<&str>, pane: PaneId, deadline: Instant) -> Option<Target> {
    let mut command = tmux(socket);
    command.args(["display-message", "-t", &pane.to_string(), "-p"]);
    command.arg("#{session_name}:#{window_index}.#{pane_index}");
    let answer = printed(&mut command, ANSWER, deadline)?;
    let address = String::from_utf8(answer).ok()?;
    address.strip_suffix('\n')?.parse().ok()
}

fn tmux(socket: Option<&str>) -> Command {
    let mut command = match socket {
        None => program(OF_OURS),
        Some(_) => program(Kept::NOTHING),
    };
    command.arg("-u");
    if let Some(socket) = socket {
        command.args(["-S", socket]);
    }
    command
}

/// Asks the server of `$TMUX` (else the default one) for all its panes.
fn panes(deadline: Instant) -> Option<Vec<Pane>> {
    let fields = [
        "pid",
        "pane_id",
        "pane_pid",
        "socket_path",
        "pane_current_path",
        "pane_title",
    ];
    let format: Vec<String> = fields.iter().map(|field| format!("#{{{field}}}")).collect();
    let mut command = tmux(None);
    command.args(["list-panes", "-a", "-F", &format.join("\t")]);
    Some(parse_panes(&printed(&mut command, ANSWER, deadline)?))
}

fn parse_panes(answer: &[u8]) -> Vec<Pane> {
    let answer = String::from_utf8_lossy(answer);
    // Some versions write a tab as its code.
    let answer = answer.replace("\\011", "\t");
    answer.lines().filter_map(parse_pane).collect()
}

fn parse_pane(line: &str) -> Option<Pane> {
    let mut fields = line.splitn(6, '\t');
    let mut next = || fields.next();
    let (server_pid, id, pid) = (next()?, next()?, next()?);
    let socket = next()?.to_owned();
    Some(Pane {
        id: id.parse().ok()?,
        server: Server {
            socket,
            pid: server_pid.parse().ok()?,
        },
        pid: pid.parse().ok()?,
        folder: next()?.to_owned(),
        title: next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_names_the_server() {
        let server = server_of("/tmp/a,b/default,1234,0").unwrap();
        assert_eq!(
            (server.socket.as_str(), server.pid),
            ("/tmp/a,b/default", 1234)
        );
        for text in ["", "/tmp/x", "relative,12,0", "/tmp/x,abc,0"] {
            assert_eq!(server_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_list_of_panes_is_read_with_tabs_or_their_code() {
        let line = "42\t%3\t77\t/tmp/t/default\t/home/a b\t⠏ proj | 01a1\tx";
        let expected = Pane {
            id: PaneId(3),
            server: "/tmp/t/default,42".parse().unwrap(),
            pid: 77,
            folder: "/home/a b".into(),
            title: "⠏ proj | 01a1\tx".into(),
        };
        let escaped = line.replace('\t', "\\011");
        for text in [line, &escaped] {
            let text = format!("no pane\n{text}\n\t\t\t\n");
            assert_eq!(
                parse_panes(text.as_bytes()),
                std::slice::from_ref(&expected),
                "{text}"
            );
        }
    }
}
