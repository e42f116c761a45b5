//! A lock between processes: the kernel's, on a file that stays. It is gone with the process that holds it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use rustix::fs::{FlockOperation, flock};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Takes the lock of the file at `path`, which is made with its folder if it is not there; it is held as long as what
/// is given back. `None`: somebody else has held it for all of `patience`.
///
/// # Errors
/// The file cannot be made, or is something else.
pub(crate) fn hold(path: &Path, patience: Duration) -> io::Result<Option<File>> {
    if let Some(folder) = path.parent() {
        private::make_folders(folder)?;
    }
    let opening = Opening::to_update().no_link().or_make_private();
    let file = opening.regular(path)?.file;
    let until = Instant::now() + patience;
    while let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
        let is_held = error.kind() == io::ErrorKind::WouldBlock;
        if !is_held && error.kind() != io::ErrorKind::Interrupted {
            return Err(error.into());
        }
        if Instant::now() >= until {
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
    Ok(Some(file))
}
