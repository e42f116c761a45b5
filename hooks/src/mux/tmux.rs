//! The one bounded call of tmux: a stopped tmux server makes its client wait for ever.

use std::process::Command;
use std::time::Instant;

use pane_patrol_sys::child::{self, Kept};

use crate::target::{PaneId, Server, Target};

/// As much of an answer as is read, in bytes.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Runs `command` and gives what it printed, if it ended well before `deadline`; see [`child::printed`].
pub fn bounded_output(command: &mut Command, deadline: Instant) -> Option<Vec<u8>> {
    child::printed(command, MAX_ANSWER_BYTES, deadline)
}

/// Asks the server on `socket` (`None`: that of `$TMUX`, else the default one) for the address of `pane`.
pub fn address_of(socket: Option<&str>, pane: PaneId, deadline: Instant) -> Option<Target> {
    let mut command = tmux(socket);
    command.args(["display-message", "-t", &pane.to_string(), "-p"]);
    command.arg("#{session_name}:#{window_index}.#{pane_index}");
    let answer = bounded_output(&mut command, deadline)?;
    let address = String::from_utf8(answer).ok()?;
    address.strip_suffix('\n')?.parse().ok()
}

fn tmux(socket: Option<&str>) -> Command {
    let mut command = match socket {
        None => child::tmux(Kept::TMUX_OF_OURS),
        Some(_) => child::tmux(Kept::TMUX),
    };
    command.arg("-u");
    if let Some(socket) = socket {
        command.args(["-S", socket]);
    }
    command
}

/// A pane as it looks from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pane {
    /// Its stable id.
    pub id: PaneId,
    /// Its server.
    pub server: Server,
    /// The process it was started with.
    pub pid: u32,
    /// The folder of the program in front.
    pub folder: String,
    /// Its title.
    pub title: String,
}

/// Asks the server of `$TMUX` (else the default one) for all its panes.
pub fn panes(deadline: Instant) -> Option<Vec<Pane>> {
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
    Some(parse_panes(&bounded_output(&mut command, deadline)?))
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
