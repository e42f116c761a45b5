//! What a pane shows, as it changes: one line of JSON of Zellij's program for each time. It ends with the pane, with
//! the session, or when nobody wants it any more, and never in a program that is left behind: one whose server dies
//! has been seen to go on for ever, so the server's own end is watched, too.

use std::io::{self, Read};
use std::process::{ChildStderr, ChildStdout};
use std::time::{Duration, Instant};

use pane_patrol_hooks::text::one_line;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use serde::Deserialize;

use super::super::alone::Alone;
use super::super::call::{alone, subscription};
use super::super::direct;
use super::super::panes::process;
use super::super::socket::{Answering, lives};
use crate::mux::{Gone, Image, Outcome, PATIENCE_FOR_SEVERAL, Undone};
use crate::sys::child::{Group, wait_for};

/// Nobody sees more than so many pictures in a second, and a pane may draw without an end.
const PACE: Duration = Duration::from_millis(40);

/// A pane in a tab that nobody has before them draws nothing by itself: it is looked at so often while it changes, and
/// after that less and less.
const LOOKS: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(2)];

/// The same right after something was typed there.
const LOOKS_AFTER_KEYS: Duration = Duration::from_millis(40);

/// How long a server may take for a look.
const LOOK_WITHIN: Duration = Duration::from_millis(500);

/// How long what has no more to say may take to end, and its server.
const FAREWELL: Duration = Duration::from_millis(500);

/// More than the largest screen takes in which each cell has colours of its own.
const MOST: usize = 8 << 20;

/// Longest complaint that is passed on, in characters.
const MAX_WORDS: usize = 120;

const ABSENT: &str =
    "this Zellij cannot tell what a pane shows (it has no `subscribe`); Enter goes there";
const CLOSED: &str = "its pane is closed";
const SESSION_OVER: &str = "its Zellij session has ended";
const SILENT: &str = "its Zellij session does not answer; `s` twice asks again";
const TOO_MUCH: &str = "it shows more than can be mirrored; Enter goes there";

/// How it came to an end.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// Nobody wants it any more.
    Unwanted,
    /// The pane was closed.
    Closed,
    /// Nothing came.
    Silent,
    /// Nothing more will come.
    Over,
    /// A line without an end came.
    TooMuch,
}

/// What is waited for, and has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Woken {
    Unwanted,
    Typed,
    ServerEnded,
    Output,
    Late,
}

/// One line of it.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    PaneUpdate {
        viewport: Vec<String>,
    },
    PaneClosed,
    #[serde(other)]
    Other,
}

/// Tells what the pane shows until that comes to an end, and why it has.
pub(super) fn follow(server: &Answering, number: u32, end: &OwnedFd, tell: &dyn Fn(Image)) {
    let why = match Stream::begin(server, number) {
        Ok(mut stream) => match stream.run((server, number), end, tell) {
            Ok(End::Unwanted) => return,
            Ok(ended) => stream.why(&ended, server, number),
            Err(error) => format!("what it shows cannot be read: {error}"),
        },
        Err(undone) => undone.to_string(),
    };
    tell(Image::Nothing(why));
}

/// When a pane is looked at.
struct Looks {
    pause: Duration,
    due: Instant,
    shown: Vec<String>,
}

impl Looks {
    fn new(now: Instant) -> Self {
        Self {
            pause: LOOKS[0],
            due: now + LOOKS[0],
            shown: Vec::new(),
        }
    }

    /// It shows this now; whether that is news.
    fn see(&mut self, lines: &[String], now: Instant) -> bool {
        let is_news = *lines != *self.shown;
        if is_news {
            lines.clone_into(&mut self.shown);
            self.pause = LOOKS[0];
        } else {
            self.pause = (self.pause * 2).min(LOOKS[1]);
        }
        self.due = now + self.pause;
        is_news
    }

    fn typed(&mut self, now: Instant) {
        self.pause = LOOKS_AFTER_KEYS;
        self.due = now + LOOKS_AFTER_KEYS;
    }
}

struct Stream {
    /// Ended with this.
    _child: Group,
    output: ChildStdout,
    complaints: ChildStderr,
    server: Option<OwnedFd>,
    /// What was read and is not told yet.
    read: Vec<u8>,
    _alone: Alone,
}

impl Stream {
    fn begin(server: &Answering, number: u32) -> Outcome<Self> {
        let alone = alone(server)?;
        let started = Group::start(&mut subscription(&alone, number));
        let mut child = started.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "Zellij is not installed (no `zellij` on PATH)".to_owned(),
            _ => format!("zellij could not be started: {error}"),
        })?;
        let (Some(output), Some(complaints)) = child.pipes() else {
            return Err("zellij was started without its outputs".into());
        };
        Ok(Self {
            _child: child,
            output,
            complaints,
            server: end_of(server.session.pid),
            read: Vec::new(),
            _alone: alone,
        })
    }

    fn run(
        &mut self,
        at: (&Answering, u32),
        end: &OwnedFd,
        tell: &dyn Fn(Image),
    ) -> io::Result<End> {
        let mut silent = Some(Instant::now() + PATIENCE_FOR_SEVERAL);
        let mut looks = Some(Looks::new(Instant::now()));
        loop {
            let due = silent.or_else(|| looks.as_ref().map(|looks| looks.due));
            match self.wait(end, true, due)? {
                Woken::Unwanted => return Ok(End::Unwanted),
                Woken::Late if silent.is_some() => return Ok(End::Silent),
                Woken::Late => {
                    looks = looks.and_then(|looks| look(at, looks, tell));
                    continue;
                }
                Woken::Typed => {
                    if let Some(looks) = &mut looks {
                        looks.typed(Instant::now());
                    }
                    continue;
                }
                Woken::ServerEnded => return Ok(End::Over),
                Woken::Output => {}
            }
            let is_over = self.read()?;
            match self.newest() {
                Some(Line::PaneUpdate { viewport }) => {
                    if let Some(looks) = &mut looks {
                        looks.see(&viewport, Instant::now());
                    }
                    tell(Image::Lines(viewport));
                    silent = None;
                    let rest = Some(Instant::now() + PACE);
                    if self.wait(end, false, rest)? == Woken::Unwanted {
                        return Ok(End::Unwanted);
                    }
                }
                Some(Line::PaneClosed) => return Ok(End::Closed),
                Some(Line::Other) | None => {}
            }
            if is_over {
                return Ok(End::Over);
            }
            if self.read.len() > MOST {
                return Ok(End::TooMuch);
            }
        }
    }

    /// Waits for whatever comes first; `hears`: also for something to read.
    fn wait(&self, end: &OwnedFd, hears: bool, due: Option<Instant>) -> io::Result<Woken> {
        let server = self.server.as_ref().map(AsFd::as_fd);
        let output = hears.then(|| self.output.as_fd());
        // In the order of what matters more: what was printed before the server's end is told.
        let files = [
            (Some(end.as_fd()), Woken::Unwanted),
            (output, Woken::Output),
            (server, Woken::ServerEnded),
        ];
        let files: Vec<(BorrowedFd<'_>, Woken)> = files
            .into_iter()
            .filter_map(|(file, woken)| Some((file?, woken)))
            .collect();
        let mut polled: Vec<PollFd<'_>> = files
            .iter()
            .map(|(file, _)| PollFd::from_borrowed_fd(*file, PollFlags::IN))
            .collect();
        loop {
            let left = due.map(|due| due.saturating_duration_since(Instant::now()));
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(&mut polled, timeout.as_ref()) {
                Ok(0) => return Ok(Woken::Late),
                Ok(_) => break,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut ready = polled.iter().zip(&files);
        let first = ready.find(|(polled, _)| !polled.revents().is_empty());
        Ok(match first.map(|(_, (_, woken))| *woken) {
            // Each key is a byte in it.
            Some(Woken::Unwanted) if rustix::io::read(end, &mut [0; 64])? > 0 => Woken::Typed,
            woken => woken.unwrap_or(Woken::Late),
        })
    }

    /// Reads what there is now; whether that was the last of it.
    fn read(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 16 * 1024];
        loop {
            let read = self.output.read(&mut bytes)?;
            self.read.extend_from_slice(&bytes[..read]);
            if read == 0 || self.read.len() > MOST {
                return Ok(read == 0);
            }
            let mut more = [PollFd::new(&self.output, PollFlags::IN)];
            if poll(&mut more, Some(&Timespec::default()))? == 0 {
                return Ok(false);
            }
        }
    }

    /// The last whole line that was read. What was printed before it is out of date.
    fn newest(&mut self) -> Option<Line> {
        let last = self.read.iter().rposition(|byte| *byte == b'\n')?;
        let begin = self.read[..last].iter().rposition(|byte| *byte == b'\n');
        let line = serde_json::from_slice(&self.read[begin.map_or(0, |at| at + 1)..last]);
        self.read.drain(..=last);
        line.ok()
    }

    fn why(&mut self, ended: &End, server: &Answering, number: u32) -> String {
        let why = match ended {
            End::Closed => CLOSED,
            End::Silent => SILENT,
            End::TooMuch => TOO_MUCH,
            End::Unwanted | End::Over => return self.why_over(server, number),
        };
        why.to_owned()
    }

    /// It says no more of it than that there is no more.
    fn why_over(&mut self, server: &Answering, number: u32) -> String {
        let until = Instant::now() + FAREWELL;
        if let Some(server) = &self.server {
            let _ = wait_for(server, PollFlags::IN, until);
        }
        if !lives(&server.session) {
            return SESSION_OVER.to_owned();
        }
        let said = self.complaint();
        let is_gone = process(&server.session, number) == Err(Undone::Gone(Gone::Pane));
        if is_gone || said.contains("not found") {
            return CLOSED.to_owned();
        }
        if said.contains("subscribe") {
            return ABSENT.to_owned();
        }
        format!("Zellij tells no more of what it shows: {said} · `s` twice asks again")
    }

    fn complaint(&mut self) -> String {
        let mut bytes = [0; 4096];
        let until = Instant::now() + FAREWELL;
        let is_there = wait_for(&self.complaints, PollFlags::IN, until);
        let read = if is_there {
            self.complaints.read(&mut bytes).unwrap_or_default()
        } else {
            0
        };
        let said = one_line(&String::from_utf8_lossy(&bytes[..read]), MAX_WORDS);
        if said.is_empty() {
            "it ended without a word".to_owned()
        } else {
            said
        }
    }
}

/// Looks at the pane, and tells what is news; `None`: that is not to be had of this Zellij.
fn look(
    (server, number): (&Answering, u32),
    mut looks: Looks,
    tell: &dyn Fn(Image),
) -> Option<Looks> {
    let lines = direct::look(server, number, LOOK_WITHIN)?;
    if looks.see(&lines, Instant::now()) {
        tell(Image::Lines(lines));
    }
    Some(looks)
}

/// Something that becomes readable when the process ends.
#[cfg(target_os = "linux")]
pub(in super::super) fn end_of(pid: u32) -> Option<OwnedFd> {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    let pid = Pid::from_raw(pid.try_into().ok()?)?;
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
pub(in super::super) fn end_of(_: u32) -> Option<OwnedFd> {
    None
}
