//! The one way in which tmux is started.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use pane_patrol_sys::private;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::Signal;

use super::{Call, Tmux, TmuxError};
use crate::sys::child::{self, Kept, wait};

/// Has tmux carry out `call` and gives its stdout; the child never outlives this.
pub(super) fn run(tmux: &Tmux, call: &Call) -> Result<Vec<u8>, TmuxError> {
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
type Ended = (Option<ExitStatus>, Vec<u8>, Vec<u8>);

fn run_once(tmux: &Tmux, call: &Call, deadline: Instant) -> Result<Ended, TmuxError> {
    let io_error = |source| TmuxError::Io {
        command: command_line(tmux, call),
        source,
    };
    let mut child = Reaped(spawn(tmux, call)?);
    let [stdout, stderr] = read_output(&mut child.0, deadline).map_err(io_error)?;
    let status = wait(&mut child.0, deadline).map_err(io_error)?;
    Ok((status, stdout, stderr))
}

/// The command as a person would type it.
pub(super) fn command_line(tmux: &Tmux, call: &Call) -> String {
    format!("tmux -S {} {call}", tmux.socket.display())
}

/// See [`Tmux::attach`].
pub(super) fn attach(tmux: &Tmux, target: &str) -> Command {
    let mut command = persons(tmux);
    command.args(Call::new("attach-session").target(target).arguments());
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
    let mut command = child::tmux(Kept::TMUX);
    command.arg("-S").arg(&tmux.socket);
    command
}

pub(super) fn spawn(tmux: &Tmux, call: &Call) -> Result<Child, TmuxError> {
    let mut command = if call.is_for_person() {
        make_folder_of(&tmux.socket);
        persons(tmux)
    } else {
        ours(tmux)
    };
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

/// Reads stdout and stderr to their ends, or up to the deadline.
fn read_output(child: &mut Child, deadline: Instant) -> io::Result<[Vec<u8>; 2]> {
    let mut output = [Vec::new(), Vec::new()];
    let mut stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    while stdout.is_some() || stderr.is_some() {
        if !wait_readable(stdout.as_ref(), stderr.as_ref(), deadline)? {
            break;
        }
        // What is not ready now is looked at again in the next round.
        if ready(stdout.as_ref())? && read_some(stdout.as_mut(), &mut output[0])? == 0 {
            stdout = None;
        }
        if ready(stderr.as_ref())? && read_some(stderr.as_mut(), &mut output[1])? == 0 {
            stderr = None;
        }
    }
    Ok(output)
}

fn wait_readable(
    stdout: Option<&impl AsFd>,
    stderr: Option<&impl AsFd>,
    deadline: Instant,
) -> io::Result<bool> {
    let left = deadline.saturating_duration_since(Instant::now());
    let mut waiting: Vec<PollFd<'_>> = stdout.map(watch).into_iter().collect();
    waiting.extend(stderr.map(watch));
    poll_once(&mut waiting, left)
}

fn ready(pipe: Option<&impl AsFd>) -> io::Result<bool> {
    match pipe {
        Some(pipe) => poll_once(&mut [watch(pipe)], Duration::ZERO),
        None => Ok(false),
    }
}

fn watch<Fd: AsFd>(fd: &Fd) -> PollFd<'_> {
    PollFd::new(fd, PollFlags::IN)
}

fn poll_once(waiting: &mut [PollFd<'_>], left: Duration) -> io::Result<bool> {
    let left = Timespec::try_from(left).map_err(|_| io::ErrorKind::InvalidInput)?;
    match poll(waiting, Some(&left)) {
        Ok(ready) => Ok(ready > 0),
        // The next round asks again; the deadline still holds.
        Err(Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

fn read_some(pipe: Option<&mut impl Read>, output: &mut Vec<u8>) -> io::Result<usize> {
    let mut bytes = [0; 8192];
    let count = match pipe {
        Some(pipe) => pipe.read(&mut bytes)?,
        None => 0,
    };
    output.extend_from_slice(&bytes[..count]);
    Ok(count)
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
