//! Keys and signals as messages. One thread sleeps until a key comes, one until a signal comes.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use super::message::Message;

/// How long crossterm may look for a key that is there: with no time at all it does not look.
const GLANCE: Duration = Duration::from_millis(1);

/// The keyboard's reader, which can be told to leave the terminal's input alone.
///
/// crossterm's own blocking read cannot be interrupted: it would eat the first key of a tmux client
/// that the dashboard has made room for. So the thread sleeps in a poll of its own and touches
/// crossterm only when there is something to read.
pub(super) struct Input {
    gate: Arc<Gate>,
    /// A byte in this pipe wakes the thread.
    bell: OwnedFd,
}

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    /// The thread shall stop reading.
    Closing,
    /// It has.
    Closed,
}

impl Input {
    /// Starts reading.
    pub(super) fn start(messages: Sender<Message>) -> io::Result<Self> {
        let (ears, bell) = rustix::pipe::pipe()?;
        let gate = Arc::new(Gate::default());
        let input = Self {
            gate: Arc::clone(&gate),
            bell,
        };
        let terminal = terminal()?;
        spawn("keys", messages, move |messages| {
            // A terminal that cannot be read any more will not come back.
            let _ = read(&terminal, &ears, &gate, &messages);
            let _ = messages.send(Message::Terminate);
        })?;
        Ok(input)
    }

    /// Returns when nothing more is read from the terminal.
    pub(super) fn pause(&self) {
        self.gate.set(State::Closing);
        let _ = rustix::io::write(&self.bell, b"!");
        self.gate.wait_until(State::Closed);
    }

    /// Reads again.
    pub(super) fn resume(&self) {
        self.gate.set(State::Open);
    }
}

impl Gate {
    fn set(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        self.changed.notify_all();
    }

    fn wait_until(&self, wanted: State) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |state: &mut State| *state != wanted;
        // A reader that has ended does not answer, nor does it read.
        let patience = Duration::from_secs(1);
        let _ = self.changed.wait_timeout_while(state, patience, waiting);
    }

    /// Called by the reader: stays here while the terminal is somebody else's.
    fn pass(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while *state != State::Open {
            *state = State::Closed;
            self.changed.notify_all();
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What crossterm reads from: stdin if that is a terminal, else the controlling one.
enum Terminal {
    Stdin(io::Stdin),
    Controlling(File),
}

impl AsFd for Terminal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdin(stdin) => stdin.as_fd(),
            Self::Controlling(file) => file.as_fd(),
        }
    }
}

fn terminal() -> io::Result<Terminal> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Ok(Terminal::Stdin(stdin));
    }
    File::open("/dev/tty").map(Terminal::Controlling)
}

fn read(
    terminal: &Terminal,
    ears: &OwnedFd,
    gate: &Gate,
    messages: &Sender<Message>,
) -> io::Result<()> {
    loop {
        gate.pass();
        let mut fds = [
            PollFd::new(terminal, PollFlags::IN),
            PollFd::new(ears, PollFlags::IN),
        ];
        match poll(&mut fds, None) {
            Err(Errno::INTR) => continue,
            result => result?,
        };
        let (keys, called) = (fds[0].revents(), fds[1].revents());
        if !called.is_empty() {
            rustix::io::read(ears, &mut [0; 16])?;
            continue;
        }
        if keys.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        while event::poll(GLANCE)? {
            if let Some(message) = message(event::read()?)
                && messages.send(message).is_err()
            {
                return Ok(());
            }
        }
    }
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(key)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(width, height) => Some(Message::Resize(width, height)),
        Event::FocusGained | Event::FocusLost => None,
    }
}

/// Tells of a new size and of the end, so that the terminal is given back before the process ends.
pub(super) fn hear_signals(messages: Sender<Message>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM, SIGWINCH])?;
    spawn("signals", messages, move |messages| {
        for signal in signals.forever() {
            let message = match signal {
                SIGWINCH => size(),
                _ => Some(Message::Terminate),
            };
            if message.is_some_and(|message| messages.send(message).is_err()) {
                return;
            }
        }
    })
}

/// The terminal's size as a message.
pub(super) fn size() -> Option<Message> {
    let (width, height) = crossterm::terminal::size().ok()?;
    Some(Message::Resize(width, height))
}

/// Starts a thread that can only send. If it panics the dashboard ends, instead of going on deaf
/// on a terminal that the panic has given back.
pub(super) fn spawn(
    name: &str,
    messages: Sender<Message>,
    work: impl FnOnce(Sender<Message>) + Send + 'static,
) -> io::Result<()> {
    let last_words = LastWords(messages.clone());
    let body = move || {
        let _last_words = last_words;
        work(messages);
    };
    thread::Builder::new().name(name.to_owned()).spawn(body)?;
    Ok(())
}

struct LastWords(Sender<Message>);

impl Drop for LastWords {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send(Message::Broken);
        }
    }
}
