//! The connection over which a server is asked, one question after the other.
//!
//! Whoever connects has the lowest number that is free, until the end of the connection gives it back. Some are given
//! back twice (see [`super::direct`]): whoever has got such a number in between is struck off, and is told nothing more.
//! The end of that one's connection gives it back once more, and by then it may be a person's. So there are few
//! connections, and one that was struck off ends no earlier than the one after it, which has its number most likely.

use std::cell::{Cell, RefCell};
use std::io;
use std::os::unix::net::UnixStream;

/// Such a connection, and those before it that are of no use any more.
#[derive(Debug, Default)]
pub(super) struct Line {
    streams: RefCell<Vec<UnixStream>>,
    /// The last one is waiting for a question.
    is_free: Cell<bool>,
}

impl Line {
    /// Takes up a connection; `is_free`: there is no answer to come on it.
    pub(super) fn take_up(&self, stream: UnixStream, is_free: bool) {
        self.streams.borrow_mut().push(stream);
        self.is_free.set(is_free);
    }

    /// Talks over it, or over a new one where it is of no use. What has gone wrong makes it so: an answer may come late.
    ///
    /// # Errors
    /// Nobody can be connected to, or what came of the talk.
    pub(super) fn over<T>(
        &self,
        connect: impl FnOnce() -> Option<UnixStream>,
        talk: impl FnOnce(&UnixStream) -> io::Result<T>,
    ) -> io::Result<T> {
        if !self.is_free.get() {
            let stream = connect().ok_or(io::ErrorKind::NotConnected)?;
            self.take_up(stream, true);
        }
        let streams = self.streams.borrow();
        let last = streams.last().ok_or(io::ErrorKind::NotConnected)?;
        let said = talk(last);
        self.is_free.set(said.is_ok());
        said
    }

    /// The server has nothing more to say on it.
    pub(super) fn is_over(&self) {
        self.is_free.set(false);
    }

    /// Ends it: where nothing is asked for long, a number is not to be held.
    pub(super) fn hang_up(&self) {
        self.is_free.set(false);
        self.streams.borrow_mut().clear();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn one_connection_is_used_as_long_as_all_goes_well_and_ends_with_the_one_after_it() {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let at = folder.path().join("work");
        let listener = UnixListener::bind(&at).unwrap();
        listener.set_nonblocking(true).unwrap();
        let connect = || UnixStream::connect(&at).ok();
        let line = Line::default();
        for _ in 0..3 {
            assert!(line.over(connect, |_| Ok(())).is_ok());
        }
        let (mut first, _) = listener.accept().unwrap();
        assert!(listener.accept().is_err(), "it is one for all of them");
        let struck = |_: &UnixStream| Err::<(), _>(io::ErrorKind::ConnectionAborted.into());
        assert!(line.over(connect, struck).is_err());
        assert!(line.over(connect, |_| Ok(())).is_ok());
        let second = listener.accept();
        assert!(second.is_ok());
        first.set_nonblocking(true).unwrap();
        let still = first.read(&mut [0]).unwrap_err();
        assert_eq!(still.kind(), io::ErrorKind::WouldBlock, "it has not ended");
        line.hang_up();
        assert_eq!(first.read(&mut [0]).unwrap(), 0);
    }
}
