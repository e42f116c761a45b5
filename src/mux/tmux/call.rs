//! The one way in which tmux is started.

use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

use pane_patrol_hooks::mux::tmux::{program, speaking};
use pane_patrol_sys::private;
use rustix::process::Signal;

use super::{Call, Format, Tmux, TmuxError};
use crate::diagnostics::{self, Part};
use crate::sys::child::{self, Ended, Kept, read_outputs, wait};

/// Bytes of one answer: more than any server with ten thousand panes prints, and than any picture.
const MOST: usize = 32 << 20;

/// Said in the status line of a client that was begun for the person.
const HOW_TO_COME_BACK: &str = "#{prefix} and then d: back to where you came from";

/// How long that stands there, unless a key is pressed.
const TOLD_FOR_MS: &str = "8000";

/// Has tmux carry out `call` and gives its stdout; the child never outlives this.
pub(super) fn run(tmux: &Tmux, call: &Call) -> Result<Vec<u8>, TmuxError> {
    // Of what it is told only the command: there may be text for an assistant behind it.
    let what = || {
        let command = call.arguments().next().unwrap_or_default();
        format!("tmux {} at {}", command.display(), tmux.socket.display())
    };
    diagnostics::timed(Part::Mux, what, || run_in_time(tmux, call))
}

fn run_in_time(tmux: &Tmux, call: &Call) -> Result<Vec<u8>, TmuxError> {
    let deadline = Instant::now() + tmux.budget;
    loop {
        let (status, stdout, stderr) = run_once(tmux, call, deadline)?;
        match status {
            Some(status) if status.success() => return Ok(stdout),
            Some(status) if was_hung_up(status) && Instant::now() < deadline => {}
            Some(_) => {
                return Err(TmuxError::Failed {
                    command: command_line(tmux, call),
                    stderr: String::from_utf8_lossy(&stderr).trim().to_owned(),
                });
            }
            None => {
                return Err(TmuxError::TimedOut {
                    command: command_line(tmux, call),
                    budget: tmux.budget,
                });
            }
        }
    }
}

/// Whether the hang-up of our own terminal ended the child. It can do so only before the child has
/// left our process group, and so before it became tmux, which dies of no hang-up: nothing was asked
/// yet, and may be asked again.
fn was_hung_up(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::HUP.as_raw())
}

/// How the child ended, or `None` when it had to be ended, and what it printed.
type Answer = (Option<ExitStatus>, Vec<u8>, Vec<u8>);

fn run_once(tmux: &Tmux, call: &Call, deadline: Instant) -> Result<Answer, TmuxError> {
    let io_error = |source| TmuxError::Io {
        command: command_line(tmux, call),
        source,
    };
    let mut child = Reaped(spawn(tmux, call)?);
    let read = read_outputs(&mut child.0, (MOST, MOST), deadline).map_err(io_error)?;
    if read.ended == Ended::Full {
        return Err(TmuxError::TooMuch {
            command: command_line(tmux, call),
        });
    }
    let status = wait(&mut child.0, deadline).map_err(io_error)?;
    Ok((status, read.stdout, read.stderr))
}

/// The command as a person would type it.
pub(super) fn command_line(tmux: &Tmux, call: &Call) -> String {
    format!("tmux -S {} {call}", tmux.socket.display())
}

/// See [`Tmux::attach`].
pub(super) fn attach(tmux: &Tmux, target: &str) -> Command {
    let mut command = persons(tmux);
    let told = Call::new("display-message").option("-d", TOLD_FOR_MS);
    let told = told.format_operand(&Format::own(HOW_TO_COME_BACK));
    let attach = Call::new("attach-session").target(target).then(told);
    command.args(attach.arguments());
    command
}

/// tmux as the person would start it outside of any other tmux: inside of one it refuses to nest, and
/// takes the pane it is started from for the one that is meant where none is named.
fn persons(tmux: &Tmux) -> Command {
    let mut command = child::persons("tmux");
    command.env_remove("TMUX").env_remove("TMUX_PANE");
    command.arg("-S").arg(&tmux.socket);
    command
}

/// Makes the folder of a server that may begin now, as tmux itself does only for a socket that it has
/// chosen: after a reboot there is none.
fn make_folder_of(socket: &Path) {
    if let Some(folder) = socket.parent() {
        // It is there already, or tmux says that it is not.
        let _ = private::make_folder(folder);
    }
}

fn ours(tmux: &Tmux) -> Command {
    let mut command = program(Kept::NOTHING);
    command.arg("-S").arg(&tmux.socket);
    command
}

fn spawn(tmux: &Tmux, call: &Call) -> Result<Child, TmuxError> {
    let mut command = if call.is_for_person() {
        make_folder_of(&tmux.socket);
        persons(tmux)
    } else {
        ours(tmux)
    };
    if let Some(pane) = call.pane() {
        command.env("TMUX_PANE", pane);
    }
    begin(command, tmux, call)
}

/// See [`Tmux::spawn`].
pub(super) fn spawn_tied(tmux: &Tmux, call: &Call) -> Result<Child, TmuxError> {
    let mut command = speaking(child::tied("tmux", Kept::NOTHING));
    command.arg("-S").arg(&tmux.socket);
    begin(command, tmux, call)
}

fn begin(mut command: Command, tmux: &Tmux, call: &Call) -> Result<Child, TmuxError> {
    // Its answer is for us, whatever the person's terminal can show.
    command.arg("-u");
    command
        .args(call.arguments())
        // When our terminal hangs up, what is asked of tmux then is still to be done.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => TmuxError::NotInstalled,
            _ => TmuxError::Io {
                command: command_line(tmux, call),
                source,
            },
        })
}

/// A child that is killed, if need be, and reaped with its handle.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
