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

pub(super) use super::protocol::Question;
use super::protocol::{
    BY_PROGRAM, CLIENT, action, answer, field, heard, is_known, is_struck_off, say, value,
};
use super::socket::Answering;

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
        let said = server.line.over(&server.session, |stream| {
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
    let said = server.line.over(&server.session, |stream| {
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
}
