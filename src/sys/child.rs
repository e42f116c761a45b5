//! Waiting for a child process, but not for ever.

use std::io;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How long to wait between two looks at a child that has closed its output but not yet ended.
const REAP_PAUSE: Duration = Duration::from_millis(1);

/// The child's end; `None` when the deadline comes first.
pub(crate) fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(REAP_PAUSE);
    }
}
