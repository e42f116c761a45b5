//! Keys and signals as messages. One thread sleeps until a key comes, one until a signal
//! comes, one until the terminal hangs up.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::tui::message::Message;

/// The keyboard's reader, which can be told to leave the terminal's input alone.
///
/// It sleeps in crossterm's own blocking read, and nowhere else: crossterm reads what was typed in one
/// go and keeps what it has not handed out yet, where no poll of ours would see it. Asked for a key
/// with a limit it does not even look there when the limit has passed before it begins, as it does on
/// a busy machine: then the last keys of a quick hand would lie there until the next one. The blocking
/// read ends for a new size as well, so that is how the thread is woken when it shall stop reading.
pub(super) struct Input {
    gate: Arc<Gate>,
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
        let gate = Arc::new(Gate::default());
        let terminal = terminal()?;
        // From the first look on crossterm hears of new sizes, and can be woken.
        event::poll(Duration::ZERO)?;
        spawn("hang-up", messages.clone(), move |messages| {
            wait_for_hang_up(&terminal);
            let _ = messages.send(Message::Terminate);
        })?;
        let input = Self {
            gate: Arc::clone(&gate),
        };
        spawn("keys", messages, move |messages| {
            // A terminal that cannot be read any more will not come back.
            let _ = read(&gate, &messages);
            let _ = messages.send(Message::Terminate);
        })?;
        Ok(input)
    }

    /// Returns when nothing more is read from the terminal.
    pub(super) fn pause(&self) {
        self.gate.set(State::Closing);
        let _ = kill_process(getpid(), Signal::WINCH);
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

/// Returns when the terminal has hung up: crossterm would read nothing from it, again and again.
fn wait_for_hang_up(terminal: &Terminal) {
    // A hang-up is told without being asked for.
    while poll(&mut [PollFd::new(terminal, PollFlags::empty())], None) == Err(Errno::INTR) {}
}

fn read(gate: &Gate, messages: &Sender<Message>) -> io::Result<()> {
    loop {
        gate.pass();
        if let Some(message) = message(event::read()?)
            && messages.send(message).is_err()
        {
            return Ok(());
        }
    }
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(key)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Paste(text) => Some(Message::Paste(text)),
        // A new size is heard of by `hear_signals`, or it is only how we were woken.
        Event::Resize(..) | Event::FocusGained | Event::FocusLost => None,
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
