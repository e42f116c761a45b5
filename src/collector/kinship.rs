//! What the process of an event is to its pane and to the process of that pane's row, looked up where
//! the system tells. The table, which looks at nothing, is given the answer.
//!
//! Most events come from the process of their row, whose end is watched: nothing is looked up for
//! those. Of any other process it is looked up once, and remembered for as long as it is the same
//! one: a child that has outlived its parents is still known for what it was.

use std::collections::VecDeque;

use pane_patrol_hooks::event::{Event, Source};
use pane_patrol_hooks::target::{PaneId, Server};

use crate::state::{Kin, Place, Relation};
use crate::sys::process::{lineage, lives, start_of};

/// Of as many processes it is remembered.
const REMEMBERED: usize = 128;

/// A process, and what it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pair {
    pid: u32,
    server: Server,
    pane: PaneId,
    /// The pane's process, where a listing has told it.
    root: Option<u32>,
    /// The row's process.
    row: Option<u32>,
}

/// What was looked up of the last processes.
#[derive(Debug, Default)]
pub(super) struct Kinship {
    /// Each with when its process started; the newest last.
    known: VecDeque<(Pair, u64, Kin)>,
}

impl Kinship {
    /// What `event`'s process is, whose pane's process is `root` and whose row's is `row`. Nothing is
    /// asked of what a person or a script says of a pane, and of what names none or no process.
    pub(super) fn of(
        &mut self,
        event: &Event,
        row: Option<u32>,
        root: impl FnOnce(&Server, PaneId) -> Option<u32>,
    ) -> Kin {
        let (Some(pid), Some(pane), Some(server)) = (event.pid, event.pane, &event.server) else {
            return Kin::default();
        };
        if event.source != Source::Hook {
            return Kin::default();
        }
        if row == Some(pid) {
            return Kin {
                lives: Some(true),
                place: Place::Inside,
                relation: Relation::Same,
            };
        }
        let pair = Pair {
            pid,
            server: server.clone(),
            pane,
            root: root(server, pane),
            row,
        };
        self.look_up(pair)
    }

    /// The same where its process is its own place, or `wrap` is: `row` is the process of that place's row.
    /// `is_assistant`: whether a process is that of another such row.
    pub(super) fn outside(
        event: &Event,
        row: Option<u32>,
        is_assistant: impl Fn(u32) -> bool,
    ) -> Kin {
        let Some(pid) = event.pid.filter(|_| event.source == Source::Hook) else {
            return Kin::default();
        };
        let relation = match row {
            Some(_) => relation(pid, row),
            None => lineage(pid)
                .filter(|(chain, _)| chain.iter().skip(1).any(|above| is_assistant(*above)))
                .map_or(Relation::Unknown, |_| Relation::Below),
        };
        Kin {
            lives: Some(lives(pid)),
            place: Place::Inside,
            relation,
        }
    }

    /// Whether the process `pid` was started below `ancestor`, and is not that itself.
    pub(super) fn is_below(pid: u32, ancestor: u32) -> bool {
        relation(pid, Some(ancestor)) == Relation::Below
    }

    fn look_up(&mut self, pair: Pair) -> Kin {
        let start = start_of(pair.pid);
        let before = self
            .known
            .iter()
            .find(|(known, began, _)| *known == pair && start.is_none_or(|start| start == *began));
        if let Some((_, _, kin)) = before {
            return Kin {
                lives: Some(start.is_some()),
                ..*kin
            };
        }
        let kin = look(&pair);
        if let Some(start) = start {
            if self.known.len() == REMEMBERED {
                self.known.pop_front();
            }
            self.known.push_back((pair, start, kin));
        }
        kin
    }
}

/// What can be said of an event that the log tells of: its process may have ended since, and its pane
/// may be another one's.
pub(super) fn recalled(event: &Event, row: Option<u32>) -> Kin {
    match event.pid {
        Some(pid) if event.source == Source::Hook && event.pane.is_some() => Kin {
            lives: Some(lives(pid)),
            place: Place::Unknown,
            relation: relation(pid, row),
        },
        _ => Kin::default(),
    }
}

fn look(pair: &Pair) -> Kin {
    Kin {
        lives: Some(lives(pair.pid)),
        place: place(pair),
        relation: relation(pair.pid, pair.row),
    }
}

fn place(pair: &Pair) -> Place {
    let Some((chain, _)) = lineage(pair.pid) else {
        return Place::Unknown;
    };
    // A pane whose process was started anew is not in the last listing: it is below the server all
    // the same.
    let around = [pair.root, Some(pair.server.pid)];
    let Some(around) = around
        .into_iter()
        .flatten()
        .find(|pid| lineage(*pid).is_some())
    else {
        return Place::Unknown;
    };
    // What outlives the pane's own process for a moment is nobody's child any more, and was its own.
    let is_left_over = || pair.root.is_some_and(|root| lineage(root).is_none());
    match chain.contains(&around) {
        true => Place::Inside,
        false if is_left_over() => Place::Unknown,
        false => Place::Outside,
    }
}

fn relation(pid: u32, row: Option<u32>) -> Relation {
    let Some(row) = row else {
        return Relation::Unknown;
    };
    if pid == row {
        return Relation::Same;
    }
    let (Some((chain, _)), Some((rows_chain, _))) = (lineage(pid), lineage(row)) else {
        return Relation::Unknown;
    };
    if chain.contains(&row) {
        Relation::Below
    } else if rows_chain.contains(&pid) {
        Relation::Above
    } else {
        Relation::None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_outlives_the_process_of_its_pane_is_no_stranger_there() {
        let mut server = Command::new("sleep").arg("1000").spawn().unwrap();
        let mut root = Command::new("sleep").arg("1000").spawn().unwrap();
        let pair = Pair {
            pid: std::process::id(),
            server: format!("/tmp/none,{}", server.id()).parse().unwrap(),
            pane: PaneId(1),
            root: Some(root.id()),
            row: None,
        };
        assert_eq!(place(&pair), Place::Outside);
        root.kill().unwrap();
        root.wait().unwrap();
        assert_eq!(place(&pair), Place::Unknown);
        let unlisted = Pair { root: None, ..pair };
        assert_eq!(place(&unlisted), Place::Outside);
        server.kill().unwrap();
        server.wait().unwrap();
    }
}
