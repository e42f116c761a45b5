//! The server's own protocol, as far as it is spoken here: questions and their answers, byte by byte.
//!
//! Messages are protobuf, each after its length. Their numbers belong to a contract, whose version is in the name of
//! the folder of the sockets; whatever another one has, and whatever is not understood, is left to the program.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::zellij::Session;

use crate::sys::child::ANSWER;

/// The contract that these numbers are of.
const CONTRACT: &str = "contract_version_1";

/// Before a text, bytes or a message in it: its field's number, with this in the last three bits.
const LENGTH_FOLLOWS: u64 = 2;

/// Fields of what a client says.
const ACTION: u64 = 9;
const SHOW: u64 = 17;

/// Fields of an action: it, whose it is, and whether a program says it.
const WHICH: u64 = 1;
pub(super) const CLIENT: u64 = 3;
pub(super) const BY_PROGRAM: [u8; 2] = [4 << 3, 1];

/// Fields of what a server says.
const GOES_ON: u64 = 2;
const LEAVE: u64 = 3;
const WORDS: u64 = 5;
const COMPLAINT: u64 = 6;
const SHOWN: u64 = 14;

/// The one field of words: each line.
const LINE: u64 = 1;

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// All panes.
    Panes,
    /// Everybody's client, and its pane.
    Clients,
    /// All tabs.
    Tabs,
}

impl Question {
    /// As the program is asked.
    pub(super) fn words(self) -> &'static [&'static str] {
        match self {
            Self::Panes => &["list-panes", "--json"],
            Self::Clients => &["list-clients"],
            Self::Tabs => &["list-tabs", "--json"],
        }
    }

    /// Its field among all actions, and what is in it.
    pub(super) fn field(self) -> (u64, &'static [u8]) {
        const AS_JSON: &[u8] = &[6 << 3, 1];
        match self {
            Self::Panes => (98, AS_JSON),
            Self::Clients => (86, &[]),
            Self::Tabs => (104, AS_JSON),
        }
    }
}

/// What a server does that is asked something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It answers, and can be asked again.
    Understood,
    /// It says something, or hangs up.
    Something,
    /// It has taken us for another one, who is gone.
    StruckOff,
    /// It says nothing before the time is up.
    Nothing,
}

/// What the server at the other end of this does, before that time. A stopped one is connected to all the same, by the
/// system. `None`: it may not know the question.
pub(super) fn hear(session: &Session, stream: &UnixStream, until: Instant) -> Option<Heard> {
    if !is_known(session) {
        return None;
    }
    let (number, holds) = Question::Tabs.field();
    if say(stream, &action(number, holds, &BY_PROGRAM), until).is_err() {
        return Some(Heard::Nothing);
    }
    Some(match answer(stream, until) {
        Ok(_) => Heard::Understood,
        Err(error) if is_struck_off(&error) => Heard::StruckOff,
        Err(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => Heard::Something,
            _ => Heard::Nothing,
        },
    })
}

/// Whether the server has told us to leave before it has answered: to whoever is struck off that is the last word.
pub(super) fn is_struck_off(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionAborted
}

pub(super) fn is_known(session: &Session) -> bool {
    Path::new(&session.folder).file_name() == Some(CONTRACT.as_ref())
}

pub(super) fn action(number: u64, holds: &[u8], by: &[u8]) -> Vec<u8> {
    let which = field(WHICH, &field(number, holds));
    field(ACTION, &[&which[..], by].concat())
}

/// Waits until it says that it goes on after what it was told.
///
/// # Errors
/// See [`is_struck_off`]; it said something else, or nothing in time.
pub(super) fn done(stream: &UnixStream, deadline: Instant) -> io::Result<()> {
    match first(&heard(stream, deadline)?) {
        Some((GOES_ON, ..)) => Ok(()),
        Some((LEAVE, ..)) => Err(struck_off()),
        _ => Err(senseless()),
    }
}

/// Asks what the pane of that number shows, with its colours.
pub(super) fn show(pane: u32) -> Vec<u8> {
    let with_colours = value(3, 1);
    let pane = field(1, &value(1, pane.into()));
    field(SHOW, &[pane, with_colours].concat())
}

/// The lines that the pane shows, whatever is said before; `None`: it complains.
pub(super) fn shown(stream: &UnixStream, deadline: Instant) -> io::Result<Option<Vec<String>>> {
    loop {
        let message = heard(stream, deadline)?;
        match first(&message) {
            Some((SHOWN, screen, _)) => {
                return screen_lines(screen).map(Some).ok_or_else(senseless);
            }
            Some((COMPLAINT, ..)) => return Ok(None),
            Some(_) => {}
            None => return Err(senseless()),
        }
    }
}

/// The lines in it: its second fields. What follows them is not text.
fn screen_lines(mut screen: &[u8]) -> Option<Vec<String>> {
    let (1, _, rest) = first(screen)? else {
        return None;
    };
    screen = rest;
    let mut lines = Vec::new();
    while let Some((2, line, rest)) = first(screen) {
        lines.push(String::from_utf8_lossy(line).into_owned());
        screen = rest;
    }
    Some(lines)
}

/// Its words, whatever it says before them: that it goes on. `None`: it complains.
///
/// # Errors
/// See [`is_struck_off`]; it said nothing in time, nothing that is understood, or is gone.
pub(super) fn answer(stream: &UnixStream, deadline: Instant) -> io::Result<Option<Vec<u8>>> {
    loop {
        let message = heard(stream, deadline)?;
        match first(&message) {
            Some((WORDS, words, _)) => return lines(words).map(Some).ok_or_else(senseless),
            Some((COMPLAINT, ..)) => return Ok(None),
            Some((LEAVE, ..)) => return Err(struck_off()),
            Some(_) => {}
            None => return Err(senseless()),
        }
    }
}

pub(super) fn say(mut stream: &UnixStream, message: &[u8], deadline: Instant) -> io::Result<()> {
    stream.set_write_timeout(Some(left(deadline)?))?;
    let length = u32::try_from(message.len()).map_err(|_| senseless())?;
    stream.write_all(&[&length.to_le_bytes()[..], message].concat())
}

/// The next message.
pub(super) fn heard(stream: &UnixStream, deadline: Instant) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    fill(stream, &mut length, deadline)?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > ANSWER {
        return Err(senseless());
    }
    let mut message = vec![0; length];
    fill(stream, &mut message, deadline)?;
    Ok(message)
}

/// Byte by byte it could take any time.
fn fill(mut stream: &UnixStream, mut into: &mut [u8], deadline: Instant) -> io::Result<()> {
    while !into.is_empty() {
        stream.set_read_timeout(Some(left(deadline)?))?;
        match stream.read(into) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => into = &mut into[read..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    let is_some = !left.is_zero();
    is_some
        .then_some(left)
        .ok_or(io::ErrorKind::TimedOut.into())
}

fn struck_off() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

fn senseless() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// A field with bytes in it.
pub(super) fn field(number: u64, holds: &[u8]) -> Vec<u8> {
    let mut field = Vec::with_capacity(holds.len() + 4);
    put(&mut field, number << 3 | LENGTH_FOLLOWS);
    put(&mut field, holds.len() as u64);
    field.extend_from_slice(holds);
    field
}

/// A field with a number in it.
pub(super) fn value(number: u64, holds: u64) -> Vec<u8> {
    let mut field = Vec::new();
    put(&mut field, number << 3);
    put(&mut field, holds);
    field
}

/// A field with a number in it for each of these.
pub(super) fn numbers(number: u64, these: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(these.len() * 2);
    for it in these {
        put(&mut all, (*it).into());
    }
    field(number, &all)
}

/// A number in groups of seven bits, the lowest first.
fn put(into: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        into.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    into.push(number.to_le_bytes()[0]);
}

/// See [`put`]; and what follows.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

/// The first field's number, what it holds, and what follows.
fn first(bytes: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (tag, rest) = number(bytes)?;
    let (length, rest) = number(rest).filter(|_| tag & 7 == LENGTH_FOLLOWS)?;
    let (holds, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((tag >> 3, holds, rest))
}

/// All lines of its words, as its program prints them.
fn lines(mut words: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::with_capacity(words.len());
    while !words.is_empty() {
        let (number, line, rest) = first(words)?;
        if number == LINE {
            all.extend_from_slice(line);
            all.push(b'\n');
        }
        words = rest;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server answers with, message by message; what comes of it.
    fn of(messages: &[&[u8]]) -> io::Result<Option<Vec<u8>>> {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        for message in messages {
            let length = u32::try_from(message.len()).unwrap();
            theirs.write_all(&length.to_le_bytes()).unwrap();
            theirs.write_all(message).unwrap();
        }
        drop(theirs);
        answer(&ours, Instant::now() + Duration::from_secs(10))
    }

    #[test]
    fn a_question_is_what_zellijs_program_says() {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        for (question, said) in [
            (Question::Panes, "4a090a0592060230012001"),
            (Question::Tabs, "4a090a05c2060230012001"),
            (Question::Clients, "4a070a03b205002001"),
        ] {
            let (number, holds) = question.field();
            assert_eq!(hex(&action(number, holds, &BY_PROGRAM)), said);
        }
    }

    #[test]
    fn words_are_waited_for_whatever_is_said_before_them() {
        let long = "ü".repeat(100);
        let words = field(
            WORDS,
            &[field(LINE, b"one"), field(LINE, long.as_bytes())].concat(),
        );
        let goes_on = field(2, &[]);
        let answer = of(&[&goes_on, &goes_on, &words]).unwrap();
        assert_eq!(answer, Some(format!("one\n{long}\n").into_bytes()));
        assert_eq!(of(&[&field(WORDS, &[])]).unwrap(), Some(Vec::new()));
        assert_eq!(of(&[&field(COMPLAINT, &field(LINE, b"no"))]).unwrap(), None);
        assert!(of(&[&goes_on]).is_err(), "and then it was gone");
        let struck = of(&[&goes_on, &field(LEAVE, &[8, 5])]).unwrap_err();
        assert!(is_struck_off(&struck), "{struck}");
    }

    #[test]
    fn what_a_pane_shows_is_its_lines_whatever_is_said_before_and_after_them() {
        let screen = [
            field(1, &value(1, 3)),
            field(2, b"one"),
            field(2, b""),
            field(2, "ü".as_bytes()),
            value(5, 1),
        ];
        let message = field(SHOWN, &screen.concat());
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        for message in [
            field(2, &[]),
            message,
            field(COMPLAINT, &field(LINE, b"no")),
        ] {
            let length = u32::try_from(message.len()).unwrap();
            theirs.write_all(&length.to_le_bytes()).unwrap();
            theirs.write_all(&message).unwrap();
        }
        let soon = Instant::now() + Duration::from_secs(10);
        let lines = ["one", "", "ü"].map(str::to_owned).to_vec();
        assert_eq!(shown(&ours, soon).unwrap(), Some(lines));
        assert_eq!(shown(&ours, soon).unwrap(), None);
        assert_eq!(
            data_encoding::HEXLOWER.encode(&show(3)),
            "8a01060a0208031801"
        );
    }

    #[test]
    fn a_server_that_says_nothing_or_too_much_is_not_listened_to_for_ever() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let soon = Instant::now() + Duration::from_millis(50);
        assert!(answer(&ours, soon).is_err());
        (&theirs).write_all(&u32::MAX.to_le_bytes()).unwrap();
        let later = Instant::now() + Duration::from_secs(60);
        let error = answer(&ours, later).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        for senseless in [&[][..], &[0x2a], &[0x2a, 9, 1], &[0x28, 1], &[0xff; 20]] {
            assert!(of(&[senseless]).is_err(), "{senseless:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_number_is_read_as_it_was_written(it in 0..u64::MAX >> 1, rest: Vec<u8>) {
            let mut bytes = Vec::new();
            put(&mut bytes, it);
            bytes.extend(&rest);
            assert_eq!(number(&bytes), Some((it, &rest[..])));
        }

        #[test]
        fn no_message_makes_it_panic(bytes: Vec<u8>) {
            let _ = first(&bytes).map(|(_, holds, _)| lines(holds));
        }
    }
}
