//! Waiting for a child, feeding it and reading what it prints, but not for ever.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// How long to wait between two looks at a child that has closed its output but not yet ended.
pub(super) const REAP_PAUSE: Duration = Duration::from_millis(1);

/// The child's end; `None` when the deadline comes first.
///
/// # Errors
/// It is not ours to wait for.
pub fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(REAP_PAUSE);
    }
}

/// Runs a program with `input` on its stdin, which must be less than a pipe holds, and nothing to read
/// of it; one that has not ended by the deadline is killed, and there is no status.
///
/// # Errors
/// It cannot be started.
pub fn feed(
    command: &mut Command,
    input: &[u8],
    deadline: Instant,
) -> io::Result<Option<ExitStatus>> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read it is no failure.
        let _ = stdin.write_all(input);
    }
    let status = wait(&mut child, deadline);
    if !matches!(status, Ok(Some(_))) {
        let _ = child.kill();
        let _ = child.wait();
    }
    status
}

/// Most of what is read of a program that answers a question, in bytes.
pub const ANSWER: usize = 1 << 20;

/// Runs `command` and gives what it printed, at most `max` bytes, if it ended well before `deadline`;
/// else it is killed. After `deadline` it is not even started.
///
/// stdin and stderr lead nowhere. Its end is known by the end of its output: a program that closes
/// its output and works on is killed, too. For the hook, so with as few system calls as can be.
pub fn printed(command: &mut Command, max: usize, deadline: Instant) -> Option<Vec<u8>> {
    if Instant::now() >= deadline {
        return None;
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let output = child
        .stdout
        .take()
        .and_then(|pipe| read_whole(pipe, max, deadline));
    let ended_well = end(&mut child);
    output.filter(|_| ended_well)
}

fn end(child: &mut Child) -> bool {
    // One that has come to its end by itself keeps its status.
    let _ = child.kill();
    child.wait().is_ok_and(|status| status.success())
}

fn read_whole(mut pipe: impl Read + AsFd, max: usize, deadline: Instant) -> Option<Vec<u8>> {
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while answer.len() < max && wait_for(&pipe, PollFlags::IN, deadline) {
        match pipe.read(&mut chunk).ok()? {
            0 => return Some(answer),
            read => answer.extend_from_slice(&chunk[..read]),
        }
    }
    None
}

/// Waits until `file` is ready for `what` (or has ended) or `deadline` has come; whether it is ready.
pub fn wait_for(file: impl AsFd, what: PollFlags, deadline: Instant) -> bool {
    let mut files = [PollFd::new(&file, what)];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).ok();
        match poll(&mut files, timeout.as_ref()) {
            Ok(ready) => return ready > 0,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// How reading a child's outputs came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Both were closed.
    Closed,
    /// There was more on stdout than may be taken.
    Full,
    /// The deadline came.
    Late,
}

/// What a child printed until then.
#[derive(Debug)]
pub struct Outputs {
    /// On stdout.
    pub stdout: Vec<u8>,
    /// On stderr.
    pub stderr: Vec<u8>,
    /// Why there is no more.
    pub ended: Ended,
}

/// Reads both outputs of a child side by side, so that it waits for neither: at most `stdout` and
/// `stderr` bytes. It is not waited for, and not killed.
///
/// # Errors
/// A pipe cannot be read.
pub fn read_outputs(
    child: &mut Child,
    (stdout, stderr): (usize, usize),
    deadline: Instant,
) -> io::Result<Outputs> {
    let mut outputs = Outputs {
        stdout: Vec::new(),
        stderr: Vec::new(),
        ended: Ended::Closed,
    };
    let mut said = child.stdout.take().map(|pipe| Pipe::new(pipe, stdout));
    let mut complained = child.stderr.take().map(|pipe| Pipe::new(pipe, stderr));
    while said.is_some() || complained.is_some() {
        if !wait_readable(said.as_ref(), complained.as_ref(), deadline)? {
            outputs.ended = Ended::Late;
            break;
        }
        if let Some(pipe) = &mut said {
            match pipe.read_ready(&mut outputs.stdout)? {
                Progress::More => {}
                Progress::End => said = None,
                Progress::Full => {
                    outputs.ended = Ended::Full;
                    break;
                }
            }
        }
        // What is too long of the complaints is not read.
        if let Some(pipe) = &mut complained
            && !matches!(pipe.read_ready(&mut outputs.stderr)?, Progress::More)
        {
            complained = None;
        }
    }
    Ok(outputs)
}

/// One of the child's two outputs.
struct Pipe<R> {
    pipe: R,
    room: usize,
}

enum Progress {
    More,
    End,
    Full,
}

impl<R: Read + AsFd> Pipe<R> {
    fn new(pipe: R, room: usize) -> Self {
        Self { pipe, room }
    }

    /// Reads what is there now.
    fn read_ready(&mut self, output: &mut Vec<u8>) -> io::Result<Progress> {
        if !poll_once(&mut [watch(&self.pipe)], Duration::ZERO)? {
            return Ok(Progress::More);
        }
        let mut bytes = [0; 16 * 1024];
        let count = self.pipe.read(&mut bytes)?;
        let taken = count.min(self.room);
        output.extend_from_slice(&bytes[..taken]);
        self.room -= taken;
        Ok(match count {
            0 => Progress::End,
            _ if taken < count => Progress::Full,
            _ => Progress::More,
        })
    }
}

fn wait_readable<A: AsFd, B: AsFd>(
    stdout: Option<&Pipe<A>>,
    stderr: Option<&Pipe<B>>,
    deadline: Instant,
) -> io::Result<bool> {
    let left = deadline.saturating_duration_since(Instant::now());
    let mut waiting: Vec<PollFd<'_>> = stdout.iter().map(|pipe| watch(&pipe.pipe)).collect();
    waiting.extend(stderr.iter().map(|pipe| watch(&pipe.pipe)));
    poll_once(&mut waiting, left)
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

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);
    const SHORT: Duration = Duration::from_millis(30);
    const MAX: usize = 1 << 20;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn run(script: &str, max: usize, limit: Duration) -> Option<Vec<u8>> {
        printed(&mut shell(script), max, Instant::now() + limit)
    }

    fn outputs(script: &str, rooms: (usize, usize), limit: Duration) -> Outputs {
        let mut command = shell(script);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let outputs = read_outputs(&mut child, rooms, Instant::now() + limit).unwrap();
        let _ = child.kill();
        child.wait().unwrap();
        outputs
    }

    #[test]
    fn what_a_program_prints_is_given_when_it_ends_well() {
        assert_eq!(
            run("echo hello; echo no >&2", MAX, LONG).unwrap(),
            b"hello\n"
        );
        assert_eq!(run("echo hello; exit 1", MAX, LONG), None);
        let mut missing = Command::new("/nowhere/tmux");
        assert_eq!(printed(&mut missing, MAX, Instant::now() + LONG), None);
    }

    #[test]
    fn a_program_that_hangs_or_never_stops_printing_is_killed() {
        assert_eq!(run("echo hello; exec sleep 60", MAX, SHORT), None);
        assert_eq!(run("exec yes", MAX, LONG), None);
        assert_eq!(run("exec yes", 10, LONG), None);
    }

    #[test]
    fn after_the_deadline_nothing_is_started() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("made");
        let mut command = Command::new("touch");
        assert_eq!(printed(command.arg(&made), MAX, Instant::now()), None);
        assert!(!made.exists());
    }

    #[test]
    fn both_outputs_are_read_however_much_is_on_the_other() {
        let script = "yes | head -c 200000 >&2; yes n | head -c 300000";
        let read = outputs(script, (MAX, MAX), LONG);
        assert_eq!(read.ended, Ended::Closed);
        assert_eq!((read.stdout.len(), read.stderr.len()), (300_000, 200_000));
    }

    #[test]
    fn too_much_is_cut() {
        let read = outputs("exec yes", (10, MAX), LONG);
        assert_eq!(
            (read.ended, &*read.stdout),
            (Ended::Full, &b"y\ny\ny\ny\ny\n"[..])
        );
        let read = outputs("echo why >&2; echo hello", (MAX, 2), LONG);
        assert_eq!(
            (&*read.stdout, &*read.stderr),
            (&b"hello\n"[..], &b"wh"[..])
        );
    }

    #[test]
    fn what_was_printed_before_the_deadline_is_there() {
        let read = outputs(
            "echo hello; exec sleep 60",
            (MAX, MAX),
            Duration::from_secs(2),
        );
        assert_eq!((read.ended, &*read.stdout), (Ended::Late, &b"hello\n"[..]));
    }

    #[test]
    fn a_program_is_fed_and_waited_for_but_not_for_ever() {
        let fed = |script, limit| feed(&mut shell(script), b"word", Instant::now() + limit);
        let status = fed("read -r word; test \"$word\" = word", LONG).unwrap();
        assert!(status.unwrap().success());
        let status = fed("exec 0<&-; exit 3", LONG).unwrap();
        assert_eq!(status.unwrap().code(), Some(3));
        assert!(fed("exec sleep 60", SHORT).unwrap().is_none());
        assert!(feed(&mut Command::new("/nowhere/x"), b"", Instant::now() + LONG).is_err());
    }
}
