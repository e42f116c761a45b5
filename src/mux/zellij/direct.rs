//! What is asked of a server, and done, without a program. It costs a hundredth of that, and waits for the answer where
//! the program does not, and says "nobody".
//!
//! No leave is taken: the server would strike us off twice, for that and for the end of the connection, and the
//! second time whoever has our number by then, which may be a person who is just being attached. Its program does so,
//! and with each look whether a session is there, too; and so is whoever is taken to another session.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::zellij::Session;

use super::line::Line;
pub(super) use super::protocol::Question;
use super::protocol::{
    BY_PROGRAM, CLIENT, action, answer, done, field, heard, is_known, is_struck_off, numbers, say,
    show, shown, value,
};
use super::socket::{Answering, connected};
use crate::mux::Typed;

/// How long to wait before whoever was struck off asks again: what strikes off is over soon.
const PAUSE: Duration = Duration::from_millis(10);

/// Where a person's client can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way<'name> {
    /// To the pane of that number.
    Pane(u32),
    /// To the one in the session of that name.
    Session(&'name OsStr, u32),
}

impl Way<'_> {
    /// Its field among all actions, and what is in it.
    fn field(self) -> (u64, Vec<u8>) {
        match self {
            Self::Pane(pane) => (135, field(1, &value(1, pane.into()))),
            Self::Session(name, pane) => {
                let pane = field(3, &value(1, pane.into()));
                (92, [field(1, name.as_bytes()), pane].concat())
            }
        }
    }
}

/// What the server says, `within` that time; `None`: ask the program.
pub(super) fn ask(server: &Answering, question: Question, within: Duration) -> Option<Vec<u8>> {
    if !is_known(&server.session) {
        return None;
    }
    let (number, holds) = question.field();
    let message = action(number, holds, &BY_PROGRAM);
    let deadline = Instant::now() + within;
    let mut patience = within / 4;
    while Instant::now() < deadline {
        let until = deadline.min(Instant::now() + patience);
        let said = server.over(|stream| {
            say(stream, &message, until)?;
            answer(stream, until)
        });
        match said {
            Ok(said) => return said,
            Err(error) if is_struck_off(&error) => std::thread::sleep(PAUSE),
            Err(error) if is_late(&error) => patience *= 2,
            Err(_) => return None,
        }
    }
    None
}

/// What the server says to one question and to another, in that order, of which the first tells whether it answers at
/// all; and the server. `None`: see [`ask`].
pub(super) fn ask_both(
    session: &Session,
    [one, other]: [Question; 2],
    within: Duration,
) -> Option<(Answering, [Vec<u8>; 2])> {
    if !is_known(session) {
        return None;
    }
    let until = Instant::now() + within;
    let (path, stream) = connected(session)?;
    let line = Line::default();
    line.take_up(stream, true);
    let server = Answering {
        session: session.clone(),
        path,
        line,
    };
    let asked = |question| {
        let left = until.saturating_duration_since(Instant::now());
        ask(&server, question, left)
    };
    let answers = [asked(one)?, asked(other)?];
    Some((server, answers))
}

/// What the pane shows, line by line with its colours; `None` where that is not told.
pub(super) fn look(server: &Answering, pane: u32, within: Duration) -> Option<Vec<String>> {
    if !is_spoken(server) {
        return None;
    }
    let until = Instant::now() + within;
    let lines = server.over(|stream| {
        say(stream, &show(pane), until)?;
        shown(stream, until)
    });
    // It would be told again of whatever the pane shows from now on.
    server.line.hang_up();
    lines.ok()?
}

/// Passes on what the person types for that pane. `None`: nothing is known to have been done.
pub(super) fn type_into(
    server: &Answering,
    pane: u32,
    typed: &Typed,
    within: Duration,
) -> Option<()> {
    let (number, holds) = typed_field(pane, typed);
    let message = action(number, &holds, &BY_PROGRAM);
    let until = Instant::now() + within;
    // Never again: what is not answered may have come all the same.
    let said = server.over(|stream| {
        say(stream, &message, until)?;
        done(stream, until)
    });
    // It is kept for the next key: whoever has just come is struck off more easily.
    said.ok()
}

/// Whether its contract is known here.
pub(super) fn is_spoken(server: &Answering) -> bool {
    is_known(&server.session)
}

/// The field among all actions by which that is typed, and what is in it.
fn typed_field(pane: u32, typed: &Typed) -> (u64, Vec<u8>) {
    let pane = value(1, pane.into());
    match typed {
        Typed::Keys(bytes) => (100, [field(1, &pane), numbers(2, bytes)].concat()),
        Typed::Paste(text) => (109, [field(1, text.as_bytes()), field(2, &pane)].concat()),
    }
}

/// Has that client go there, as if its person had asked for it by a key, which the program cannot be told; without one,
/// whoever pressed the last key, as the program has. Whether anybody has gone is to be looked at. `None`: nothing was
/// said.
pub(super) fn take(
    server: &Answering,
    client: Option<u32>,
    way: Way<'_>,
    within: Duration,
) -> Option<()> {
    if !is_known(&server.session) {
        return None;
    }
    let (number, holds) = way.field();
    let by = client.map_or(BY_PROGRAM.to_vec(), |client| value(CLIENT, client.into()));
    let message = action(number, &holds, &by);
    let until = Instant::now() + within;
    let said = server.over(|stream| {
        say(stream, &message, until)?;
        // It has heard that, whatever it says.
        let _ = heard(stream, until);
        Ok(())
    });
    // There may be more of it, which would be taken for the next answer.
    server.line.is_over();
    said.ok()
}

fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_what_a_persons_client_does() {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        for (way, said) in [
            (Way::Pane(3), "4a0b0a07ba08040a0208031802"),
            (
                Way::Session("ab".as_ref(), 300),
                "4a100a0ce205090a0261621a0308ac021802",
            ),
        ] {
            let (number, holds) = way.field();
            assert_eq!(hex(&action(number, &holds, &value(CLIENT, 2))), said);
        }
    }

    #[test]
    fn keys_are_numbers_and_what_is_pasted_is_text() {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let keys = Typed::Keys(vec![0x1b, 0xc3, 0xa4]);
        for (typed, said) in [
            (keys, (100, "0a02080312051bc301a401")),
            (Typed::Paste("ab".to_owned()), (109, "0a02616212020803")),
        ] {
            let (number, holds) = typed_field(3, &typed);
            assert_eq!((number, &*hex(&holds)), said);
        }
    }
}
