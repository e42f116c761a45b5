//! Which entries are of no use any more. The hook only ever keeps and recalls; a collector, which
//! knows what panes there are, clears up behind it now and then.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use pane_patrol_sys::open::Opening;

use super::{FRESH, MAX_BYTES};
use crate::target::{PaneId, Server};

/// As many files of the folder are looked at in one sweep.
const MAX_FILES: usize = 1000;

/// What is known when entries are judged.
pub struct Facts<'a> {
    /// The user whose files these are.
    pub uid: u32,
    /// A server that was asked for its panes.
    pub server: &'a Server,
    /// Whether that server has this pane.
    pub has_pane: &'a dyn Fn(PaneId) -> bool,
    /// When it was asked: what was remembered about then or later is left alone.
    pub asked: SystemTime,
    /// Whether there is a process of that number.
    pub is_alive: &'a dyn Fn(u32) -> bool,
}

/// Removes the entries in `folder` that are about panes of that server which are gone, about servers
/// and sessions whose process is gone, and what a killed hook left half-written. Everything that is
/// not certainly one of these stays. Gives the number of files removed.
pub fn sweep(folder: &Path, facts: &Facts<'_>) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let is_useless = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        name.to_str()
            .is_some_and(|name| facts.is_useless(name, &entry.path()))
    };
    let found = entries.take(MAX_FILES).filter_map(Result::ok);
    let useless = found.filter(is_useless);
    useless
        .filter(|entry| fs::remove_file(entry.path()).is_ok())
        .count()
}

impl Facts<'_> {
    fn is_useless(&self, name: &str, path: &Path) -> bool {
        let Some((kind, rest)) = name.split_once('-') else {
            return false;
        };
        let (hash, writer) = rest.split_once('.').unwrap_or((rest, ""));
        let is_ours = matches!(kind, "pane" | "session")
            && hash.len() == 16
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some(text) = is_ours.then(|| self.read_old(path)).flatten() else {
            return false;
        };
        if rest.len() > hash.len() {
            return writer.parse().is_ok_and(|pid| !(self.is_alive)(pid));
        }
        let (key, line) = text.split_once('\n').unwrap_or((&text, ""));
        match kind {
            "pane" => self.is_pane_gone(key),
            _ => is_session_gone(line, self.is_alive),
        }
    }

    /// What an old file of ours holds; nothing of any other file.
    fn read_old(&self, path: &Path) -> Option<String> {
        let found = Opening::to_read().no_link().regular(path).ok()?;
        let age = self.asked.duration_since(found.about.modified().ok()?);
        if found.about.uid() != self.uid || age.ok()? < FRESH {
            return None;
        }
        String::from_utf8(found.read(MAX_BYTES).ok()?).ok()
    }

    /// `<socket>,<pid of the server>,<pane>`; without a server nothing can be said.
    fn is_pane_gone(&self, key: &str) -> bool {
        let Some((server, pane)) = key.rsplit_once(',') else {
            return false;
        };
        let (Ok(server), Ok(pane)) = (server.parse::<Server>(), pane.parse::<PaneId>()) else {
            return false;
        };
        if server == *self.server {
            !(self.has_pane)(pane)
        } else {
            !(self.is_alive)(server.pid)
        }
    }
}

/// `<pid> <start> <pane> <server>`
fn is_session_gone(line: &str, is_alive: &dyn Fn(u32) -> bool) -> bool {
    let pid = line.split(' ').next().and_then(|pid| pid.parse().ok());
    pid.is_some_and(|pid| !is_alive(pid))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    use super::*;
    use crate::pane_cache::CacheEntry;
    use crate::target::Target;

    const LIVES: u32 = 12;

    fn server(socket: &str, pid: u32) -> Server {
        Server {
            socket: socket.to_owned(),
            pid,
        }
    }

    fn names(folder: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        entries.map(|entry| name(entry.unwrap())).collect()
    }

    #[test]
    fn only_what_is_certainly_of_no_use_goes() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let uid = rustix::process::geteuid().as_raw();
        let ours = server("/tmp/a,b", LIVES);
        let target: Target = "main:0.1".parse().unwrap();
        let keep = |server: &Server, pane| {
            CacheEntry::of(folder, Some(server), PaneId(pane), uid).keep(&target);
        };
        keep(&ours, 1);
        keep(&server("/tmp/other", LIVES), 7);
        CacheEntry::of(folder, None, PaneId(7), uid).keep(&target);
        CacheEntry::of_session(folder, "alive", uid).keep_line(&format!("{LIVES} 1 %1 /tmp/a,1"));
        for name in ["lock", "pane-notes", "session-0123456789abcdeg"] {
            fs::write(folder.join(name), "x,99,%7\n").unwrap();
        }
        fs::write(folder.join("pane-0123456789abcdef.12"), "half").unwrap();
        symlink(folder.join("lock"), folder.join("pane-fedcba9876543210")).unwrap();
        let useful = names(folder);

        keep(&ours, 7);
        keep(&server("/tmp/a,b", 99), 1);
        CacheEntry::of_session(folder, "dead", uid).keep_line("99 1 %1 /tmp/a,1");
        fs::write(folder.join("pane-0123456789abcdef.99"), "half").unwrap();
        let facts = |asked| Facts {
            uid,
            server: &ours,
            has_pane: &|pane| pane == PaneId(1),
            asked,
            is_alive: &|pid| pid == LIVES,
        };
        let now = SystemTime::now();
        assert_eq!(sweep(folder, &facts(now)), 0, "all of it is fresh");
        let later = now + FRESH + Duration::from_secs(1);
        assert_eq!(sweep(folder, &facts(later)), 4);
        assert_eq!(names(folder), useful);
    }
}
