//! What tmux's variables say: where we are, and where its sockets are.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::mux::tmux::server_of;

use super::Belief;
use crate::mux::{Here, Reach, Variables};

/// The server of our pane and the session that it was started in, the pane, and the folder of servers that
/// are called by a name only.
pub(super) const VARIABLES: &[&str] = &["TMUX", "TMUX_PANE", "TMUX_TMPDIR"];

fn text(variables: &Variables, name: &str) -> Option<String> {
    let value = variables.get(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// The pane that we are in; `None` where no variable says that we are.
pub(super) fn around(variables: &Variables) -> Option<Here> {
    let own = text(variables, "TMUX");
    let own = own.as_deref();
    let session = own.and_then(|value| value.rsplit_once(','));
    let pane = text(variables, "TMUX_PANE").and_then(|value| value.parse().ok());
    (own.is_some() || pane.is_some()).then(|| Here {
        server: own.and_then(server_of),
        session: session.map(|(_, session)| format!("${session}")),
        pane,
        ..Here::default()
    })
}

/// The socket of the server that `tmux` without any option talks to.
pub(super) fn default_socket(variables: &Variables, uid: u32) -> PathBuf {
    folder_of_sockets(named_folder(variables).as_deref(), uid).join("default")
}

fn named_folder(variables: &Variables) -> Option<PathBuf> {
    let folder = text(variables, "TMUX_TMPDIR").map(PathBuf::from);
    folder.filter(|folder| folder.is_absolute())
}

/// Where tmux keeps the sockets of servers that are called by a name only: `folder` is `$TMUX_TMPDIR`.
fn folder_of_sockets(folder: Option<&Path>, uid: u32) -> PathBuf {
    let base = folder.unwrap_or(Path::new("/tmp"));
    // tmux resolves links in this folder before it tells panes where its socket is.
    let base = base.canonicalize().unwrap_or_else(|_| base.to_owned());
    base.join(format!("tmux-{uid}"))
}

impl Belief {
    /// What the person has said, as far as it is about tmux.
    pub(super) fn of(reach: &Reach) -> Self {
        let named = named_folder(&reach.variables);
        let folders = [named.as_deref(), None];
        Self {
            uid: reach.uid,
            sockets: reach.named.clone(),
            folders: folders.map(|of| folder_of_sockets(of, reach.uid)).into(),
            runtime: reach.runtime.clone(),
            path: reach.path.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::target::PaneId;

    use super::*;

    #[test]
    fn the_variables_say_where_we_are_each_as_far_as_it_goes() {
        let at = |all: &[(&'static str, &str)]| {
            around(
                &all.iter()
                    .map(|(name, value)| (*name, value.into()))
                    .collect(),
            )
        };
        assert_eq!(at(&[]), None);
        assert_eq!(at(&[("TMUX", "")]), None);
        let own = at(&[("TMUX", "/tmp/t/default,12,3"), ("TMUX_PANE", "%4")]).unwrap();
        assert_eq!(own.server, "/tmp/t/default,12".parse().ok());
        assert_eq!(
            (own.session.as_deref(), own.pane),
            (Some("$3"), Some(PaneId(4)))
        );
        let alone = at(&[("TMUX_PANE", "%4")]).unwrap();
        assert_eq!((alone.server, alone.pane), (None, Some(PaneId(4))));
    }

    #[test]
    fn the_default_socket_lies_below_the_folder_that_tmux_uses() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        let real = folder.path().canonicalize().unwrap().join("real");
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let variables = Variables::from([("TMUX_TMPDIR", link.into_os_string())]);
        assert_eq!(default_socket(&variables, 7), real.join("tmux-7/default"));
    }
}
