//! The terminal while the dashboard has it. Whatever happens, a panic in any thread included, it is
//! given back as it was: alternate screen, mouse, pasting, cursor and line mode.

use std::io::{self, BufWriter, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::tui::model::Model;
use crate::tui::placed::Placed;
use crate::tui::view;

/// Buttons and the wheel as SGR reports. Not crossterm's `EnableMouseCapture`: that also asks for
/// every movement, which would wake the program all the time for nothing.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Whether the terminal is ours: read by the panic hook, which has no other way to know.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// One frame is written at once, not line by line.
type Backend = Placed<CrosstermBackend<BufWriter<Stdout>>>;

/// The terminal, as long as it is ours.
pub(super) struct Screen {
    /// Never dropped: it complains on stderr when it cannot show the cursor, and where the terminal has
    /// hung up that is a panic, before the panes beside us are put back. The cursor is shown by us.
    terminal: ManuallyDrop<Terminal<Backend>>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn take() -> io::Result<Self> {
        restore_on_panic();
        take_terminal()?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout()));
        let terminal = Terminal::new(Placed::new(backend)).inspect_err(|_| give_back())?;
        Ok(Self {
            terminal: ManuallyDrop::new(terminal),
        })
    }

    /// Leaves the terminal to somebody else for a while.
    pub(super) fn lend(&mut self) {
        // What is still to be drawn must not come after the restored screen.
        let _ = Write::flush(self.terminal.backend_mut());
        give_back();
    }

    /// Takes it again; everything will be drawn anew.
    pub(super) fn take_again(&mut self) -> io::Result<()> {
        take_terminal()?;
        self.forget()
    }

    /// Draws every cell the next time, whatever the terminal shows.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        // Not by `clear`: it asks the terminal where the cursor stands and waits for the answer among
        // the keys, which are read by somebody else.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Sends the terminal what it answers among the keys.
    pub(super) fn ask(&mut self, question: &[u8]) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(question)?;
        Write::flush(out)
    }

    /// Draws what has changed; the columns and lines it was drawn on. Nothing on a terminal that a
    /// panic has given back.
    pub(super) fn draw(&mut self, model: &Model, now: Timestamp) -> io::Result<Option<(u16, u16)>> {
        if !TAKEN.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let draw = |frame: &mut ratatui::Frame<'_>| view::draw(model, now, frame.buffer_mut());
        let frame = self.terminal.draw(draw)?;
        Ok(Some((frame.area.width, frame.area.height)))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take_terminal() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = stdout();
    execute!(
        out,
        EnterAlternateScreen,
        // A dashboard that was killed has left the terminal there, with its last screen on it.
        Clear(ClearType::All),
        EnableBracketedPaste,
        cursor::Hide
    )
    .and_then(|()| out.write_all(MOUSE_ON))
    .and_then(|()| out.flush())
    .inspect_err(|_| give_back())
}

/// Does nothing when the terminal is not ours. Errors are swallowed: a terminal that is gone needs nothing.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = stdout();
    let _ = out.write_all(MOUSE_OFF);
    let _ = execute!(
        out,
        DisableBracketedPaste,
        cursor::Show,
        LeaveAlternateScreen
    );
    let _ = disable_raw_mode();
}

/// The message of a panic is readable only on the screen the program was started from.
fn restore_on_panic() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            previous(panic);
        }));
    });
}
