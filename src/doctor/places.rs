//! Multiplexers, and the folders that everything goes through.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::Server;

use super::Finding;
use crate::mux::{Kind, Multiplexer, Reach, Undone, kind_at};

/// How long a multiplexer's program may take to tell its version.
const VERSION_BUDGET: Duration = Duration::from_secs(2);

/// Which multiplexers are there; of each whether this runs inside it, in a pane of `server`, and whether that
/// can be reached. Where there is none, how to get one.
pub(crate) fn multiplexers(reach: &Reach, server: Option<&Server>) -> Vec<Finding> {
    let mut there = Vec::new();
    let mut missing = None;
    for mux in reach.all() {
        match mux.program(VERSION_BUDGET) {
            Some(Ok(version)) => there.push(multiplexer(&*mux, &version, server)),
            Some(Err(why)) => missing = Some(absent(mux.kind(), &why)),
            None => {}
        }
    }
    if there.is_empty() {
        there.extend(missing);
    }
    there
}

fn absent(kind: Kind, why: &Undone) -> Finding {
    let fix = format!("install {kind} and put it on PATH");
    Finding::failure(kind.name(), why.to_string(), fix)
}

fn multiplexer(mux: &dyn Multiplexer, version: &str, server: Option<&Server>) -> Finding {
    let is_its = |server: &&Server| kind_at(Path::new(&server.socket)) == mux.kind();
    let own = server.filter(is_its);
    let check = mux.kind().name();
    if let Some(lost) = own.filter(|own| mux.proof().has_lost_its_socket(own)) {
        let seen = format!(
            "{version}; this pane's server has lost its socket, {}",
            lost.socket
        );
        return Finding::warning(check, seen, mux.proof().remedy(lost));
    }
    let place = if own.is_some() {
        "this runs inside it"
    } else {
        "this runs outside it"
    };
    Finding::ok(check, format!("{version}; {place}"))
}

/// Whether the folders of the sockets are ours alone, as the hook and the collector demand.
pub(crate) fn runtime_folders(places: &Places, uid: u32) -> Finding {
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
pub(crate) fn state_folder(places: &Places) -> Finding {
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
