//! The one bounded call of tmux: a stopped tmux server makes its client wait for ever.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use rustix::event::PollFlags;

use crate::stdin::wait_for;
use crate::target::{PaneId, Target};

/// As much of an answer as is read, in bytes.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Runs `command` and gives what it printed, if it ended well before `deadline`; else it is killed.
///
/// stdin and stderr lead nowhere. Its end is known by the end of its output: a program that closes
/// its output and works on is killed, too.
pub fn bounded_output(command: &mut Command, deadline: Instant) -> Option<Vec<u8>> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let output = child
        .stdout
        .take()
        .and_then(|pipe| read_until(pipe, deadline));
    let ended_well = end(&mut child);
    output.filter(|_| ended_well)
}

fn end(child: &mut Child) -> bool {
    // One that has come to its end by itself keeps its status.
    let _ = child.kill();
    child.wait().is_ok_and(|status| status.success())
}

fn read_until(mut pipe: ChildStdout, deadline: Instant) -> Option<Vec<u8>> {
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while answer.len() < MAX_ANSWER_BYTES && wait_for(&pipe, PollFlags::IN, deadline) {
        match pipe.read(&mut chunk).ok()? {
            0 => return Some(answer),
            read => answer.extend_from_slice(&chunk[..read]),
        }
    }
    None
}

/// Asks the server of `$TMUX` (else the default one) for the address of `pane`.
pub fn address_of(pane: PaneId, deadline: Instant) -> Option<Target> {
    let mut command = Command::new("tmux");
    command.args(["display-message", "-t", &pane.to_string(), "-p"]);
    command.arg("#{session_name}:#{window_index}.#{pane_index}");
    let answer = bounded_output(&mut command, deadline)?;
    let address = String::from_utf8(answer).ok()?;
    address.strip_suffix('\n')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn shell(script: &str, limit: Duration) -> Option<Vec<u8>> {
        bounded_output(
            Command::new("sh").args(["-c", script]),
            Instant::now() + limit,
        )
    }

    const LONG: Duration = Duration::from_secs(5);
    const SHORT: Duration = Duration::from_millis(30);

    #[test]
    fn what_a_program_prints_is_given_when_it_ends_well() {
        assert_eq!(shell("echo hello; echo no >&2", LONG).unwrap(), b"hello\n");
        assert_eq!(shell("echo hello; exit 1", LONG), None);
        let mut missing = Command::new("/nowhere/tmux");
        assert_eq!(bounded_output(&mut missing, Instant::now() + LONG), None);
    }

    #[test]
    fn a_program_that_hangs_or_never_stops_printing_is_killed() {
        assert_eq!(shell("echo hello; exec sleep 60", SHORT), None);
        assert_eq!(shell("exec yes", LONG), None);
    }
}
