//! Whether what an assistant says of itself unasked is read in its panes, and where the person's own pipes are.

use std::collections::BTreeSet;
use std::path::Path;

use pane_patrol_hooks::target::PaneId;

use super::{Finding, Running};
use crate::assistants::Facets;
use crate::assistants::witness::Witness;
use crate::collector::sources::taps::is_read;
use crate::mux::{PATIENCE, Pipe, Reach};
use crate::tap::World;

/// How the pipes of its panes are; `None` where it says nothing unasked, or none of it runs in a pane.
pub(crate) fn pipes(
    known: &dyn Facets,
    witness: Witness,
    running: &Running,
    (reach, world): (&Reach, &World),
) -> Option<Finding> {
    let piped = known.piped(witness)?;
    if running.sessions.is_empty() {
        return None;
    }
    let check = format!("{} pipe", known.row().name);
    if !piped.is_wanted {
        let seen = format!(
            "off: `{} = true` below `[witness]` in the settings has it read at once what it says of itself",
            piped.key
        );
        return Some(Finding::ok(check, seen));
    }
    let (mut read, mut open, mut dead, mut left) = (vec![], vec![], vec![], vec![]);
    let mut back = None;
    let servers = running.sessions.iter().map(|session| &session.server);
    for server in servers.collect::<BTreeSet<_>>() {
        let mux = reach.of(server);
        // Of a server that does not answer nothing is said here.
        let all = mux.pipes(Path::new(&server.socket), PATIENCE);
        let all = all.unwrap_or_default();
        let panes = running.sessions.iter();
        for pane in panes.filter(|session| session.server == *server) {
            let id = pane.pane;
            let pipe = all.iter().find(|(pane, _)| *pane == id);
            match pipe.map(|(_, pipe)| pipe) {
                Some(Pipe::Open | Pipe::Held) if is_read(world, &(server.clone(), id)) => {
                    read.push(id);
                }
                Some(Pipe::Open) => open.push(id),
                Some(Pipe::Held) => dead.push(id),
                Some(Pipe::Left) => {
                    left.push(id);
                    back = back.or(Some(mux.give_back(id)));
                }
                None => {}
            }
        }
    }
    let told = [
        ("read in", "", read),
        ("not in", ", of which the pipe is yours", open),
        (
            "not in",
            ", whose reader has gone: where something collects it is read again, at the latest when the pane draws, \
             unless the pipe is yours by now",
            dead,
        ),
        (
            "not in",
            ", of which you have taken the pipe and closed it",
            left,
        ),
    ];
    let told = told.into_iter().filter(|(_, _, panes)| !panes.is_empty());
    let told: Vec<String> = told
        .map(|(beginning, end, panes)| format!("{beginning} {}{end}", listed(&panes)))
        .collect();
    let seen = if told.is_empty() {
        "on, and nothing is read yet".to_owned()
    } else {
        told.join("; ")
    };
    let fix = back.map(|command| format!("nothing, if that is meant; else `{command}`"));
    Some(Finding {
        fix,
        ..Finding::ok(check, seen)
    })
}

fn listed(panes: &[PaneId]) -> String {
    let panes: Vec<String> = panes.iter().map(ToString::to_string).collect();
    panes.join(", ")
}
