//! A text on its way into a pane: a buffer of ours, which goes when it was pasted, or was not.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use pane_patrol_hooks::target::PaneId;

use super::{Ask, Call};
use crate::mux::Outcome;

/// So many bytes of a text fit into one message to tmux, which holds 16 kB.
const PIECE: usize = 8 * 1024;

/// See the module.
pub(super) struct Buffer<'a> {
    name: String,
    socket: &'a Path,
    ask: Ask<'a>,
}

impl<'a> Buffer<'a> {
    /// One with this text, of which no pane has seen anything yet.
    pub(super) fn load(text: &str, socket: &'a Path, ask: Ask<'a>) -> Outcome<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let buffer = Self {
            name: format!("pane-patrol-{}-{number}", std::process::id()),
            socket,
            ask,
        };
        for piece in pieces(text) {
            let call = Call::new("set-buffer").flag("-a");
            ask(socket, &call.option("-b", &buffer.name).operand(piece))?;
        }
        Ok(buffer)
    }

    /// Pastes it, between brackets where the pane's program has asked for them, and lets go of it.
    pub(super) fn paste(&self, id: PaneId) -> Call {
        let paste = Call::new("paste-buffer").flag("-d").flag("-p");
        paste.option("-b", &self.name).target(id)
    }
}

impl Drop for Buffer<'_> {
    fn drop(&mut self) {
        // It is there still only where it was not pasted.
        let call = Call::new("delete-buffer").option("-b", &self.name);
        let _ = (self.ask)(self.socket, &call);
    }
}

/// The text in parts that fit, none of which ends within a character.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.len().min(PIECE);
        let end = (0..=end).rev().find(|at| rest.is_char_boundary(*at))?;
        let (piece, left) = rest.split_at(end);
        rest = left;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn a_text_goes_in_parts_and_no_buffer_stays() {
        let text = "ä;\n".repeat(10_000);
        assert_eq!(pieces(&text).collect::<String>(), text);
        assert!(pieces(&text).all(|piece| piece.len() <= PIECE));
        let asked = RefCell::new(Vec::new());
        let ask = |_: &Path, call: &Call| {
            let words: Vec<_> = call.arguments().collect();
            asked
                .borrow_mut()
                .push(words[0].to_string_lossy().into_owned());
            Ok(Vec::new())
        };
        drop(Buffer::load(&text[..9_000], Path::new("/s"), &ask));
        assert_eq!(
            asked.into_inner(),
            ["set-buffer", "set-buffer", "delete-buffer"]
        );
    }
}
