//! The payload as it comes in: read only when something is there, never past a limit or a deadline.

use std::io::{self, BufRead, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use pane_patrol_sys::child::wait_for;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::Errno;
use rustix::stdio::{stderr, stdin, stdout};

/// As much as a pipe holds: what is there comes with one call.
const CHUNK_BYTES: usize = 64 * 1024;

/// What one look at an input says of it, before anything is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Glance {
    /// It has something, or has ended.
    is_ready: bool,
    /// Nobody can write into it any more: what is there is all.
    has_no_writer: bool,
}

impl Glance {
    /// Looks at stdin; `None` when it, stdout or stderr is closed, so that whatever is opened next would
    /// be taken for it.
    pub(crate) fn of_stdin() -> Option<Self> {
        Self::of(stdin(), [stdout(), stderr()])
    }

    fn of(input: BorrowedFd<'_>, others: [BorrowedFd<'_>; 2]) -> Option<Self> {
        let [second, third] = others.map(|file| PollFd::from_borrowed_fd(file, PollFlags::empty()));
        let first = PollFd::from_borrowed_fd(input, PollFlags::IN);
        let mut files = [first, second, third];
        poll(&mut files, Some(&Timespec::default())).ok()?;
        let is_closed = |file: &PollFd<'_>| file.revents().contains(PollFlags::NVAL);
        let found = files[0].revents();
        (!files.iter().any(is_closed)).then(|| Self {
            is_ready: !found.is_empty(),
            has_no_writer: found.contains(PollFlags::HUP),
        })
    }
}

/// Reads from a pipe, socket or file. Its end is the end of the input, the limit or the deadline,
/// whatever comes first; an error counts as the end.
#[derive(Debug)]
pub(crate) struct Input<F> {
    file: F,
    chunk: Vec<u8>,
    /// How much of `chunk` was taken.
    taken: usize,
    /// How many bytes may still be read.
    left: usize,
    deadline: Instant,
    /// The other side has closed it, or it cannot be read.
    ended: bool,
    /// It was found to have something, which was not read yet.
    is_ready: bool,
    /// It was found to have no writer any more, who could see a broken pipe.
    has_no_writer: bool,
}

impl<F: AsFd> Input<F> {
    /// An input of at most `limit` bytes, which come before `deadline`.
    pub(crate) fn new(file: F, limit: usize, deadline: Instant) -> Self {
        Self {
            file,
            chunk: Vec::with_capacity(CHUNK_BYTES),
            taken: 0,
            left: limit,
            deadline,
            ended: false,
            is_ready: false,
            has_no_writer: false,
        }
    }

    /// The same, when it was looked at before: it is not asked again what is known.
    pub(crate) fn seen(mut self, glance: Glance) -> Self {
        self.is_ready = glance.is_ready;
        self.has_no_writer = glance.has_no_writer;
        self
    }

    /// Waits until `deadline` for the first byte, or the end, whichever comes first; whether one of
    /// them came. Takes nothing.
    pub(crate) fn begins(&mut self, deadline: Instant) -> bool {
        self.is_ready = self.is_ready || wait_for(&self.file, PollFlags::IN, deadline);
        self.is_ready
    }

    /// Whether somebody may write into it later: a person at a terminal is no assistant.
    pub(crate) fn has_writer(&self) -> bool {
        let kind = fstat(&self.file).map(|found| FileType::from_raw_mode(found.st_mode));
        matches!(kind, Ok(FileType::Fifo | FileType::Socket))
    }

    /// All of it has to come before `deadline`.
    pub(crate) fn until(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }

    /// Throws away what still comes, so that the writer never sees a broken pipe: until the end of
    /// the input, a pause longer than `pause`, or `deadline`.
    pub(crate) fn drain(&mut self, pause: Duration, deadline: Instant) {
        while !self.ended
            && !self.has_no_writer
            && wait_for(
                &self.file,
                PollFlags::IN,
                deadline.min(Instant::now() + pause),
            )
        {
            self.read();
        }
    }

    /// Replaces the chunk by what is there, as far as the limit allows.
    fn read(&mut self) {
        self.chunk.clear();
        self.taken = 0;
        match rustix::io::read(&self.file, spare_capacity(&mut self.chunk)) {
            Ok(0) => self.ended = true,
            Ok(_) => self.chunk.truncate(self.left),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => self.ended = true,
        }
        self.left -= self.chunk.len();
    }
}

impl<F: AsFd> BufRead for Input<F> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.chunk.len() && self.left > 0 && !self.ended {
            let is_ready = std::mem::take(&mut self.is_ready);
            if !is_ready && !wait_for(&self.file, PollFlags::IN, self.deadline) {
                break;
            }
            self.read();
        }
        Ok(&self.chunk[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken = (self.taken + amount).min(self.chunk.len());
    }
}

impl<F: AsFd> Read for Input<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// Passes on what it reads, and keeps a copy of it.
pub(crate) struct Copied<'a> {
    input: &'a mut dyn BufRead,
    /// All that was taken.
    pub(crate) copy: Vec<u8>,
}

impl<'a> Copied<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead) -> Self {
        let copy = Vec::new();
        Self { input, copy }
    }
}

impl BufRead for Copied<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed has been read: nothing is waited for.
        let read = self.input.fill_buf().unwrap_or_default();
        self.copy.extend_from_slice(&read[..amount.min(read.len())]);
        self.input.consume(amount);
    }
}

impl Read for Copied<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Seek, Write};
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(5);
    const SHORT: Duration = Duration::from_millis(20);

    fn text(input: &mut impl Read) -> String {
        let mut text = String::new();
        input.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn all_of_a_closed_input_is_read() {
        let (mut there, here) = UnixStream::pair().unwrap();
        let payload = "x".repeat(300_000);
        thread::scope(|scope| {
            scope.spawn(|| {
                there.write_all(payload.as_bytes()).unwrap();
                drop(there);
            });
            let mut input = Input::new(here, 1 << 20, Instant::now() + LONG);
            assert_eq!(text(&mut input), payload);
        });
    }

    #[test]
    fn an_input_that_is_never_closed_ends_at_the_deadline() {
        let (mut there, here) = UnixStream::pair().unwrap();
        there.write_all(b"half").unwrap();
        let mut input = Input::new(here, 1 << 20, Instant::now() + SHORT);
        assert_eq!(text(&mut input), "half");
    }

    #[test]
    fn an_input_begins_with_its_first_byte_or_its_end() {
        let (mut there, here) = UnixStream::pair().unwrap();
        let mut input = Input::new(&here, 9, Instant::now());
        assert!(!input.begins(Instant::now() + SHORT), "nothing is there");
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(SHORT);
                there.write_all(b"l").unwrap();
            });
            assert!(input.begins(Instant::now() + LONG));
        });
        there.write_all(b"ate").unwrap();
        assert_eq!(text(&mut input), "late", "its time was up before it began");
        drop(there);
        assert!(Input::new(&here, 9, Instant::now()).begins(Instant::now() + LONG));
    }

    #[test]
    fn one_look_says_whether_something_is_there_and_whether_more_may_come() {
        let null = File::open("/dev/null").unwrap();
        let look =
            |file: &io::PipeReader| Glance::of(file.as_fd(), [null.as_fd(), null.as_fd()]).unwrap();
        let (reader, mut writer) = io::pipe().unwrap();
        assert!(!look(&reader).is_ready && !look(&reader).has_no_writer);
        writer.write_all(b"one").unwrap();
        assert!(look(&reader).is_ready && !look(&reader).has_no_writer);
        drop(writer);
        let glance = look(&reader);
        assert!(glance.is_ready && glance.has_no_writer);
        let mut input = Input::new(&reader, 2, Instant::now() + LONG).seen(glance);
        assert!(input.begins(Instant::now()));
        assert_eq!(text(&mut input), "on");
    }

    #[test]
    fn an_input_that_had_nothing_at_the_first_look_is_looked_at_again() {
        let null = File::open("/dev/null").unwrap();
        let (reader, mut writer) = io::pipe().unwrap();
        let glance = Glance::of(reader.as_fd(), [null.as_fd(), null.as_fd()]).unwrap();
        let mut input = Input::new(&reader, 9, Instant::now() + LONG).seen(glance);
        assert!(!input.begins(Instant::now()));
        writer.write_all(b"late").unwrap();
        assert!(input.begins(Instant::now() + LONG));
        drop(writer);
        assert_eq!(text(&mut input), "late");
    }

    #[test]
    fn only_a_pipe_or_a_socket_may_be_written_to_later() {
        fn has_writer(file: impl AsFd) -> bool {
            Input::new(file, 9, Instant::now()).has_writer()
        }
        let (socket, _there) = UnixStream::pair().unwrap();
        let (pipe, _writer) = io::pipe().unwrap();
        assert!(has_writer(socket) && has_writer(pipe));
        assert!(!has_writer(File::open("/dev/null").unwrap()));
        assert!(!has_writer(tempfile::tempfile().unwrap()));
    }

    #[test]
    fn reading_ends_at_the_limit_and_the_rest_is_drained() {
        let (mut there, here) = UnixStream::pair().unwrap();
        thread::scope(|scope| {
            let writer = scope.spawn(move || there.write_all(&vec![b'x'; 400_000]));
            let mut input = Input::new(here, 70_000, Instant::now() + LONG);
            assert_eq!(text(&mut input).len(), 70_000);
            input.drain(LONG, Instant::now() + LONG);
            assert!(writer.join().unwrap().is_ok());
        });
    }

    #[test]
    fn draining_does_not_wait_for_what_does_not_come() {
        let (mut there, here) = UnixStream::pair().unwrap();
        there.write_all(b"half").unwrap();
        let mut input = Input::new(&here, 4, Instant::now() + LONG);
        assert_eq!(text(&mut input), "half");
        there.write_all(b"more").unwrap();
        input.drain(Duration::ZERO, Instant::now() + LONG);
        here.set_nonblocking(true).unwrap();
        assert!((&here).read(&mut [0; 1]).is_err());
    }

    #[test]
    fn a_copy_holds_just_what_was_taken() {
        let mut input: &[u8] = b"one two three";
        let mut copied = Copied::new(&mut input);
        copied.consume(4);
        copied.read_exact(&mut [0; 3]).unwrap();
        assert_eq!(copied.copy, b"one two");
        assert_eq!(text(&mut copied), " three");
        assert_eq!(copied.copy, b"one two three");
    }

    #[test]
    fn a_file_is_an_input_too() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"{}").unwrap();
        file.rewind().unwrap();
        assert_eq!(text(&mut Input::new(file, 9, Instant::now() + LONG)), "{}");
        let nothing = File::open("/dev/null").unwrap();
        assert_eq!(text(&mut Input::new(nothing, 9, Instant::now() + LONG)), "");
    }
}
