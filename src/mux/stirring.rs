//! A process that waits for something to move on a server.

use std::fmt;
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdout};

use crate::sys::child::Group;

/// Such a process. Whoever waits for it ends it.
#[derive(Debug)]
pub enum Stirring {
    /// It ends well as soon as something has moved.
    Once(Child),
    /// It prints a line each time, and goes on.
    Lines(Lines),
}

/// See [`Stirring::Lines`]. Ended with this.
pub struct Lines {
    _program: Group,
    /// Where it prints: what the lines hold is not to be believed, only that there is one.
    pub(crate) output: ChildStdout,
    /// Readable once the server has ended, which it need not notice.
    pub(crate) server: Option<OwnedFd>,
    _needs: Box<dyn Send>,
}

impl Lines {
    /// That program, which prints there; `needs`: what has to be there for as long as it runs.
    pub(crate) fn of(
        (program, output): (Group, ChildStdout),
        server: Option<OwnedFd>,
        needs: Box<dyn Send>,
    ) -> Self {
        Self {
            _program: program,
            output,
            server,
            _needs: needs,
        }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}
