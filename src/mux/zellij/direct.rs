//! What is asked of a server, and done, without a program. It costs a hundredth of that, and waits for the answer where
//! the program does not, and says "nobody".
//!
//! No leave is taken: the server would strike us off twice, for that and for the end of the connection, and the
//! second time whoever has our number by then, which may be a person who is just being attached. Its program does so,
//! and with each look whether a session is there, too.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::zellij::Session;

pub(super) use super::protocol::Question;
use super::protocol::{
    BY_PROGRAM, CLIENT, action, answer, field, heard, is_known, numbers, say, show, shown, value,
};
use super::socket::{Answering, connected};
use crate::mux::Typed;

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
    let (number, holds) = question.field();
    talk(server, &action(number, holds, &BY_PROGRAM), within, answer)?
}

/// What the pane shows, line by line with its colours; `None` where that is not told.
pub(super) fn look(server: &Answering, pane: u32, within: Duration) -> Option<Vec<String>> {
    let until = Instant::now() + within;
    once(server, &show(pane), until, shown).filter(|_| is_spoken(server))?
}

/// What the server says to one question and to another, in that order and over one connection, so that it begins one
/// thread for both and is not asked first whether it answers; and where it listens. `None`: see [`ask`].
pub(super) fn ask_both(
    session: &Session,
    [one, other]: [Question; 2],
    within: Duration,
) -> Option<(PathBuf, [Vec<u8>; 2])> {
    if !is_known(session) {
        return None;
    }
    let until = Instant::now() + within;
    let (path, stream) = connected(session)?;
    let asked = |question: Question| {
        let (number, holds) = question.field();
        say(&stream, &action(number, holds, &BY_PROGRAM), until).ok()?;
        answer(&stream, until).ok()?
    };
    Some((path, [asked(one)?, asked(other)?]))
}

/// Has that client go there, as if its person had asked for it by a key: the program cannot name one. Whether it has
/// gone is to be looked at. `None`: nothing is known to have been done.
pub(super) fn take(server: &Answering, client: u32, way: Way<'_>, within: Duration) -> Option<()> {
    let (number, holds) = way.field();
    let message = action(number, &holds, &value(CLIENT, client.into()));
    talk(server, &message, within, |stream, deadline| {
        heard(stream, deadline).map(drop)
    })
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
    // Never again: what is not answered may have come all the same.
    once(
        server,
        &message,
        Instant::now() + within,
        |stream, until| heard(stream, until).map(drop),
    )
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

/// Says that to the server, and takes what it answers; `None` where that is nothing of the known contract.
fn talk<T>(
    server: &Answering,
    message: &[u8],
    within: Duration,
    answer: impl Fn(&UnixStream, Instant) -> io::Result<T>,
) -> Option<T> {
    if !is_spoken(server) {
        return None;
    }
    let deadline = Instant::now() + within;
    // Whoever has the number of somebody who has just left is struck off with them, and never answered.
    let tries = [within / 4, within / 2, within];
    tries.into_iter().find_map(|within| {
        let until = deadline.min(Instant::now() + within);
        once(server, message, until, &answer)
    })
}

fn once<T>(
    server: &Answering,
    message: &[u8],
    until: Instant,
    answer: impl Fn(&UnixStream, Instant) -> io::Result<T>,
) -> Option<T> {
    let (_, stream) = connected(&server.session)?;
    say(&stream, message, until).ok()?;
    answer(&stream, until).ok()
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
