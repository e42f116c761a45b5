//! tmux, and the folders that everything goes through.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::Server;

use super::Finding;
use crate::mux::tmux;

/// How long `tmux -V` may take.
const TMUX_BUDGET: Duration = Duration::from_secs(2);

/// Whether tmux is there, whether this runs inside it, in a pane of `server`, and whether that can be
/// reached.
pub fn tmux(server: Option<&Server>) -> Finding {
    let Some(version) = tmux::version(TMUX_BUDGET) else {
        return Finding::failure(
            "tmux",
            "`tmux -V` gives no answer",
            "install tmux and put it on PATH",
        );
    };
    if let Some(lost) = server.filter(|server| tmux::has_lost_its_socket(server)) {
        return Finding::warning(
            "tmux",
            format!(
                "{version}; this pane's server has lost its socket, {}",
                lost.socket
            ),
            tmux::remedy_of_lost(lost),
        );
    }
    let place = if server.is_some() {
        "this runs inside it"
    } else {
        "this runs outside it"
    };
    Finding::ok("tmux", format!("{version}; {place}"))
}

/// Whether the folders of the sockets are ours alone, as the hook and the collector demand.
pub fn runtime_folders(places: &Places, uid: u32) -> Finding {
    const CHECK: &str = "runtime folder";
    for folder in places.runtime_folders() {
        match trouble(folder, uid) {
            Ok(None) => {}
            Ok(Some(trouble)) => {
                let fix = format!(
                    "look at {}, and remove it if it is not yours",
                    folder.display()
                );
                return Finding::failure(
                    CHECK,
                    format!("{} {trouble}: it is not used", folder.display()),
                    fix,
                );
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Finding::ok(
                    CHECK,
                    format!("{} is made when somebody collects", folder.display()),
                );
            }
            Err(error) => {
                let fix = "see that you can enter it, or set XDG_RUNTIME_DIR";
                return Finding::failure(CHECK, format!("{}: {error}", folder.display()), fix);
            }
        }
    }
    Finding::ok(CHECK, format!("{} is ours alone", places.runtime.display()))
}

fn trouble(folder: &Path, uid: u32) -> io::Result<Option<String>> {
    let found = fs::symlink_metadata(folder)?;
    let mode = found.permissions().mode() & 0o777;
    Ok(if !found.is_dir() {
        Some("is no folder".to_owned())
    } else if found.uid() != uid {
        Some(format!("belongs to user {}", found.uid()))
    } else if mode & 0o022 != 0 {
        Some(format!("can be written to by others (mode {mode:o})"))
    } else {
        None
    })
}

/// Whether there is a place for backups.
pub fn state_folder(places: &Places) -> Finding {
    match &places.state {
        Some(state) => Finding::ok(
            "state folder",
            format!("{} keeps backups of settings", state.display()),
        ),
        None => Finding::warning(
            "state folder",
            "there is none, so nothing can be installed",
            "set HOME or XDG_STATE_HOME",
        ),
    }
}
