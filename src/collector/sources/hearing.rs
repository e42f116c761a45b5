//! Who says by lines what happens on a server. What the lines hold is not looked at: each says that something has moved,
//! and however many there are, they are heard only so often.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;

use crate::mux::Lines;

/// So long nothing is read after something was: whoever prints without an end is not to wait for us, nor we for it.
const SHORTEST: Duration = Duration::from_millis(100);

/// At most so long nothing is told on, where there is more each time: as often would be asked if nothing were told. It may
/// be that we are told of our own questions.
const LONGEST: Duration = Duration::from_secs(2);

/// As much is read at a time, in bytes; the rest waits.
const MOST: usize = 1 << 20;

/// Somebody who says so. Ended with this.
#[derive(Debug)]
pub(super) struct Hearing {
    lines: Lines,
    /// Nothing is read before this.
    reads: Instant,
    /// Nothing is told on before this.
    tells: Instant,
    pause: Duration,
    /// Whether there was a line that is not told on yet.
    owes: bool,
    /// Whether there was a line.
    pub(super) is_heard: bool,
}

/// What was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing that means anything.
    Nothing,
    /// Something has moved.
    Line,
    /// Nothing more will come.
    End,
}

impl Hearing {
    /// Listens to it.
    ///
    /// # Errors
    /// The system does not let us listen without waiting.
    pub(super) fn to(lines: Lines, now: Instant) -> io::Result<Self> {
        ioctl_fionbio(&lines.output, true)?;
        Ok(Self {
            lines,
            reads: now,
            tells: now,
            pause: SHORTEST,
            owes: false,
            is_heard: false,
        })
    }

    /// When there is something to do, whatever comes.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        let reads = (now < self.reads).then_some(self.reads);
        let tells = self.owes.then_some(self.tells);
        reads.into_iter().chain(tells).min()
    }

    /// What becomes readable when there is something to hear.
    pub(super) fn ears(&self, now: Instant) -> impl Iterator<Item = PollFd<'_>> {
        let output = now >= self.reads;
        let output = output.then(|| PollFd::new(&self.lines.output, PollFlags::IN));
        let server = self.lines.server.as_ref();
        let server = server.map(|end| PollFd::new(end, PollFlags::IN));
        server.into_iter().chain(output)
    }

    /// What there is to hear now; does not wait.
    pub(super) fn hear(&mut self, now: Instant) -> Heard {
        if self.server_has_ended() {
            return Heard::End;
        }
        if now >= self.reads {
            match read(&mut self.lines.output) {
                Heard::End => return Heard::End,
                Heard::Line => (self.owes, self.is_heard) = (true, true),
                Heard::Nothing => {}
            }
            self.reads = now + SHORTEST;
        }
        if !self.owes || now < self.tells {
            return Heard::Nothing;
        }
        let is_quiet = now >= self.tells + self.pause;
        self.pause = if is_quiet {
            SHORTEST
        } else {
            (self.pause * 2).min(LONGEST)
        };
        (self.owes, self.tells) = (false, now + self.pause);
        Heard::Line
    }

    /// It may go on for ever after that.
    fn server_has_ended(&self) -> bool {
        let Some(end) = &self.lines.server else {
            return false;
        };
        let mut ends = [PollFd::new(end, PollFlags::IN)];
        poll(&mut ends, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
    }
}

fn read(from: &mut impl Read) -> Heard {
    let mut part = [0; 16 * 1024];
    let (mut all, mut heard) = (0, Heard::Nothing);
    while all < MOST {
        match from.read(&mut part) {
            Ok(0) => return Heard::End,
            Ok(length) => {
                all += length;
                if part[..length].contains(&b'\n') {
                    heard = Heard::Line;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return heard,
            Err(_) => return Heard::End,
        }
    }
    heard
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::sys::child::Group;

    /// A script that says something.
    fn script(text: &str, now: Instant) -> Hearing {
        let mut command = Command::new("sh");
        command.args(["-c", text]).stdout(Stdio::piped());
        let mut program = Group::start(&mut command).expect("there is a shell");
        let output = program.pipes().0.expect("a pipe");
        let lines = Lines::of((program, output), None, Box::new(()));
        Hearing::to(lines, now).expect("a pipe")
    }

    /// Waits for whatever comes.
    fn next(hearing: &mut Hearing, now: Instant) -> Heard {
        let mut ears: Vec<_> = hearing.ears(now).collect();
        poll(&mut ears, None).unwrap();
        drop(ears);
        hearing.hear(now)
    }

    #[test]
    fn lines_are_heard_whatever_they_hold_and_the_end_is_too() {
        let start = Instant::now();
        let mut hearing = script("printf 'x\\377\\n'; exec sleep 1000", start);
        assert_eq!(next(&mut hearing, start), Heard::Line);
        assert!(hearing.is_heard);
        let mut now = start;
        let mut hearing = script("printf 1; exec 1>&-; exec sleep 1000", now);
        while next(&mut hearing, now) != Heard::End {
            now += SHORTEST;
        }
        assert!(!hearing.is_heard, "it said nothing to its end");
    }

    #[test]
    fn whoever_says_more_and_more_is_heard_less_and_less_and_who_is_quiet_at_once() {
        let mut now = Instant::now();
        let mut hearing = script("exec yes", now);
        let mut pauses = Vec::new();
        while pauses.len() < 7 {
            let mut ears: Vec<_> = hearing.ears(now).collect();
            // It fills whatever is left to it.
            poll(&mut ears, None).unwrap();
            drop(ears);
            let begun = now;
            assert_eq!(hearing.hear(now), Heard::Line);
            now += SHORTEST;
            while hearing.tells > now {
                assert_eq!(
                    next(&mut hearing, now),
                    Heard::Nothing,
                    "it is read all the same"
                );
                now += SHORTEST;
            }
            assert_eq!(hearing.due(now), Some(hearing.tells));
            pauses.push((hearing.tells - begun).as_millis());
        }
        assert_eq!(pauses, [200, 400, 800, 1600, 2000, 2000, 2000]);
        now += LONGEST;
        assert_eq!(hearing.hear(now), Heard::Line);
        assert_eq!(hearing.tells, now + SHORTEST);
    }
}
