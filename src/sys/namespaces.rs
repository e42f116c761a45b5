//! Which part of the machine a process sees: its mount and pid namespaces, compared with ours. What is
//! in a container sees another part, and what it says of paths and processes means something else here.

/// Where a process is, as seen from us.
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "there are no namespaces")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// It sees the same files (and, where that was asked, the same processes) as we do.
    Ours,
    /// It sees others, as in a container.
    Other,
    /// That cannot be told: it has ended, or is another user's.
    Unknown,
}

/// Where who said something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Where we do, or it stood in our own event log.
    Home,
    /// In another mount namespace.
    Elsewhere,
    /// That could not be looked up any more, or cannot be looked up at all.
    Unknown,
}

impl Standing {
    /// Of the process `pid`, looked at now.
    pub(crate) fn of(pid: u32) -> Self {
        match files_of(pid) {
            Side::Ours => Self::Home,
            Side::Other => Self::Elsewhere,
            Side::Unknown => Self::Unknown,
        }
    }
}

/// Whether the process `pid` sees the files that we see.
pub(crate) fn files_of(pid: u32) -> Side {
    system::compare(pid, &["mnt"])
}

/// Whether the process `pid` sees the files and the processes that we see.
pub(crate) fn world_of(pid: u32) -> Side {
    system::compare(pid, &["mnt", "pid"])
}

/// The user as whom the process runs; `None` when it is gone or the system does not tell.
pub(crate) fn user_of(pid: u32) -> Option<u32> {
    system::user_of(pid)
}

#[cfg(target_os = "linux")]
mod system {
    use std::path::PathBuf;
    use std::sync::OnceLock;

    use super::Side;

    /// Our own namespaces; they do not change while we run.
    static OWN: OnceLock<[Option<PathBuf>; 2]> = OnceLock::new();

    pub(super) fn compare(pid: u32, kinds: &[&str]) -> Side {
        let own = OWN.get_or_init(|| ["mnt", "pid"].map(|kind| read("self", kind)));
        let pid = pid.to_string();
        for kind in kinds {
            let ours = if *kind == "mnt" { &own[0] } else { &own[1] };
            match (ours, read(&pid, kind)) {
                (Some(ours), Some(its)) if *ours == its => {}
                (Some(_), Some(_)) => return Side::Other,
                _ => return Side::Unknown,
            }
        }
        Side::Ours
    }

    fn read(process: &str, kind: &str) -> Option<PathBuf> {
        std::fs::read_link(format!("/proc/{process}/ns/{kind}")).ok()
    }

    pub(super) fn user_of(pid: u32) -> Option<u32> {
        // Not the folder's owner: that is the superuser where the program may not be read.
        let status = pane_patrol_sys::process::text_of(pid, "status", 64 * 1024)?;
        let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
        ids.split_ascii_whitespace().nth(1)?.parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Side;

    /// There are none.
    pub(super) fn compare(_: u32, _: &[&str]) -> Side {
        Side::Ours
    }

    pub(super) fn user_of(_: u32) -> Option<u32> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn we_are_on_our_side_and_who_has_ended_is_on_none() {
        let own = std::process::id();
        assert_eq!((files_of(own), world_of(own)), (Side::Ours, Side::Ours));
        let uid = rustix::process::geteuid().as_raw();
        assert_eq!(user_of(own), Some(uid));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert_eq!((files_of(pid), user_of(pid)), (Side::Unknown, None));
    }
}
