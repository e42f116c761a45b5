//! The pane a report comes from: its target, and its stable id and server where they are known.

use std::ffi::OsString;
use std::time::SystemTime;

use crate::mux;
use crate::pane_cache::CacheEntry;
use crate::target::{PaneId, Server, Target};

/// Where a report comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// `session:window.pane`, or the pane's id when nobody could be asked.
    pub target: Target,
    /// The stable id; `None` when the target was given by hand, and for a process that is in no pane.
    pub pane: Option<PaneId>,
    /// The server; `None` when it is not known.
    pub server: Option<Server>,
}

/// What the environment says about the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// `PANE_PATROL_TARGET`: said by the person, for a program that sees no multiplexer (a container).
    Told(Target),
    /// What the variables of its multiplexer say: the pane, and its server.
    Pane(PaneId, Option<Server>),
    /// No pane: the process that is its own place.
    Process(Target),
}

impl Whereabouts {
    /// Reads the variables through `get`; `None` outside of any multiplexer.
    pub fn read(get: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let text = |name: &str| get(name).and_then(|value| value.into_string().ok());
        let told = text("PANE_PATROL_TARGET").and_then(|target| target.parse().ok());
        let named = || mux::pane(&get).map(|(pane, server)| Self::Pane(pane, server));
        told.map(Self::Told).or_else(named)
    }
}

impl Location {
    /// The place told by `whereabouts`. A pane's address comes from a fresh `entry`, else from `ask`
    /// (which is then remembered), else from an old `entry`, else it is the id; `ask` is told what it
    /// will be without its answer.
    pub fn of(
        whereabouts: Whereabouts,
        entry: impl FnOnce(PaneId, Option<&Server>) -> Option<CacheEntry>,
        ask: impl FnOnce(PaneId, &Target) -> Option<Target>,
        now: SystemTime,
    ) -> Self {
        match whereabouts {
            Whereabouts::Told(target) | Whereabouts::Process(target) => Self {
                target,
                pane: None,
                server: None,
            },
            Whereabouts::Pane(pane, server) => Self {
                target: address(pane, entry(pane, server.as_ref()).as_ref(), ask, now),
                pane: Some(pane),
                server,
            },
        }
    }
}

fn address(
    pane: PaneId,
    entry: Option<&CacheEntry>,
    ask: impl FnOnce(PaneId, &Target) -> Option<Target>,
    now: SystemTime,
) -> Target {
    let old = match entry.and_then(|entry| entry.recall(now)) {
        Some((target, true)) => return target,
        remembered => remembered.map_or(Target::Pane(pane), |(target, _)| target),
    };
    match ask(pane, &old) {
        Some(target) => {
            entry.inspect(|entry| entry.keep(&target));
            target
        }
        None => old,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::mux::tmux::server_of;

    fn read(variables: &[(&str, &str)]) -> Option<Whereabouts> {
        Whereabouts::read(|name| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some(OsString::from(value))
        })
    }

    fn target(text: &str) -> Target {
        text.parse().unwrap()
    }

    #[test]
    fn the_pane_is_told_by_hand_or_by_tmux() {
        let tmux = ("TMUX", "/tmp/t/default,12,0");
        let server = server_of(tmux.1);
        let pane = ("TMUX_PANE", "%3");
        let told = ("PANE_PATROL_TARGET", "main:0.1");
        let at_pane = |server| Some(Whereabouts::Pane(PaneId(3), server));
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[tmux]), None);
        assert_eq!(read(&[("TMUX_PANE", "3"), tmux]), None);
        assert_eq!(read(&[pane]), at_pane(None));
        assert_eq!(read(&[pane, tmux]), at_pane(server.clone()));
        assert_eq!(
            read(&[pane, tmux, ("PANE_PATROL_TARGET", "no target")]),
            at_pane(server)
        );
        let by_hand = Some(Whereabouts::Told(target("main:0.1")));
        assert_eq!(read(&[pane, tmux, told]), by_hand);
    }

    #[test]
    fn what_was_told_by_hand_names_no_pane_and_asks_nobody() {
        let told = Whereabouts::Told(target("main:0.1"));
        let location = Location::of(told, |_, _| panic!(), |_, _| panic!(), SystemTime::now());
        assert_eq!(
            (location.target, location.pane, location.server),
            (target("main:0.1"), None, None)
        );
    }

    #[test]
    fn tmux_is_asked_only_when_no_fresh_memory_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let uid = rustix::process::geteuid().as_raw();
        // After whatever is written in the course of the test.
        let now = SystemTime::now() + Duration::from_secs(10);
        let later = now + Duration::from_secs(3600);
        let at = |answer: Option<&str>, now| {
            Location::of(
                Whereabouts::Pane(PaneId(3), None),
                |pane, server| Some(CacheEntry::of(folder.path(), server, pane, uid)),
                |_, _| answer.map(target),
                now,
            )
            .target
        };
        assert_eq!(at(None, now), Target::Pane(PaneId(3)), "nobody knows");
        assert_eq!(at(Some("main:0.1"), now), target("main:0.1"));
        assert_eq!(at(Some("other:2.2"), now), target("main:0.1"), "remembered");
        assert_eq!(
            at(None, later),
            target("main:0.1"),
            "old, and tmux does not answer"
        );
        assert_eq!(at(Some("other:2.2"), later), target("other:2.2"));
    }
}
