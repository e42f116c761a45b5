//! One process a pane that reads what the pane's program writes, by the pane's pipe, and says its status records to
//! the hub: these, and nothing else of all that passes by.
//!
//! Its multiplexer starts it, once a collector has asked for that, and it ends with the pipe: when the pane is gone,
//! when the person takes the pipe, when the collector has it closed. That the person has it now it leaves word of. Where
//! nobody collects for five seconds it has the pipe closed by itself. It is there as long as a session is, beside each one, so it is small: one thread, one buffer, and
//! of what it has read it keeps the last record alone.
//!
//! May import: `status_record`, `hub`'s client and messages, `mux`, `sys`, and the hooks' words.

mod line;
mod pace;
mod words;

use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::io::{Errno, read};
use rustix::stdio::stdin;

use crate::hub::client::Way;
use crate::mux::{PATIENCE, Reach, variables};
use crate::status_record::{Piece, Splitter};
use line::{Line, Ready};

pub use words::TAP;
pub(crate) use words::{Tap, World};

/// So much is read at once: more than a screen that is drawn anew.
const CHUNK: usize = 16 * 1024;

/// It ends where nobody has collected for this long: then nobody has taken the place of who did.
const ALONE: Duration = Duration::from_secs(5);

/// Reads until there is nothing more to read, or nobody to tell; false where `arguments` do not say of which pane.
pub fn run(arguments: impl Iterator<Item = OsString>) -> bool {
    let Some(tap) = Tap::read(arguments) else {
        return false;
    };
    let uid = rustix::process::geteuid().as_raw();
    let way = Way {
        here: Some((tap.world.places(), uid)),
        there: None,
    };
    let line = Line::new(&tap, way, Timestamp::now);
    let reach = reach(&tap, uid);
    let mux = reach.of(&tap.server);
    // A server that does not answer in time notices when it next has something for us.
    let _ = match listen(stdin(), line, ALONE) {
        End::Closed => mux.note_taken(&tap.server, tap.pane, PATIENCE),
        // The pane has none then, and the next collector may have it read again.
        End::Alone => mux.untap(&tap.server, &[tap.pane], PATIENCE),
    };
    true
}

/// Why there is nothing more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nothing more comes out of the pipe.
    Closed,
    /// Nobody collects.
    Alone,
}

/// Tells `line` of each record in what comes out of `pipe`.
fn listen(pipe: BorrowedFd<'_>, mut line: Line, patience: Duration) -> End {
    let mut splitter = Splitter::default();
    let mut bytes = [0; CHUNK];
    loop {
        match line.wait(pipe.as_fd(), patience) {
            Ready::Pipe => match read(pipe, &mut bytes) {
                Ok(0) => return End::Closed,
                Ok(count) => splitter.feed(&bytes[..count], &mut |piece| {
                    if let Piece::Record {
                        record: Some(record),
                        ..
                    } = piece
                    {
                        line.tell(record, Instant::now());
                    }
                }),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return End::Closed,
            },
            Ready::Nothing => {}
            Ready::Alone => return End::Alone,
        }
    }
}

/// The server that has started us.
fn reach(tap: &Tap, uid: u32) -> Reach {
    let socket = std::path::PathBuf::from(&tap.server.socket);
    Reach {
        uid,
        named: vec![socket.clone()],
        runtime: Some(tap.world.runtime.clone()),
        path: std::env::var_os("PATH"),
        variables: variables(|name| std::env::var_os(name)),
        own_socket: socket,
        unguarded_keys: false,
        feeds: false,
    }
}

#[cfg(test)]
mod tests;
