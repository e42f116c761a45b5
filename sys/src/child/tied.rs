//! Programs that end with whoever has started them, however that ends: what waits for somebody who was
//! killed waits for ever.
//!
//! The system is asked for it by the child itself, and nothing of ours runs in a child before the program
//! that it becomes. So it becomes this program once more, which asks and then becomes the other one.

use std::ffi::OsString;
use std::process::Command;

use super::{Kept, ours, persons};

/// The first argument of this program where it is to become another one.
pub const TIED: &str = "tied";

/// A program as by [`ours`], which the system ends with the thread that starts it, where it can.
pub fn tied(program: &str, kept: Kept) -> Command {
    if !can_tie() {
        return ours(program, kept);
    }
    // Also when another file stands in its place by now.
    let mut command = ours("/proc/self/exe", kept);
    let parent = std::process::id().to_string();
    command.args([TIED, &parent, program]);
    command
}

/// Whether this is the program that knows what [`TIED`] means, and no test of it.
fn can_tie() -> bool {
    let program = std::env::current_exe().ok();
    let name = program
        .as_deref()
        .and_then(|path| path.file_name()?.to_str());
    cfg!(target_os = "linux") && name.is_some_and(|name| name.starts_with("pane-patrol"))
}

/// Becomes the program that `arguments` name, after the process that has started this one. Comes back
/// only where that is not possible, or that process has ended.
pub fn become_tied(mut arguments: impl Iterator<Item = OsString>) {
    let parent = arguments.next().and_then(|pid| pid.to_str()?.parse().ok());
    let (Some(parent), Some(program)) = (parent, arguments.next()) else {
        return;
    };
    if tie_to(parent) {
        use std::os::unix::process::CommandExt;
        // It says nothing to anybody where it fails, and neither does this.
        let _ = persons(program).args(arguments).exec();
    }
}

/// Has the system end this process with its parent; whether that is `parent` still.
#[cfg(target_os = "linux")]
fn tie_to(parent: i32) -> bool {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    // Without it everything is as it was before there was this.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    getppid().is_some_and(|pid| pid.as_raw_nonzero().get() == parent)
}

#[cfg(not(target_os = "linux"))]
fn tie_to(_: i32) -> bool {
    true
}
