//! What a connection was let in for, and by whom something is wanted that it says.

use std::collections::BTreeSet;

use super::Client;
use crate::hub::protocol::Right;
use crate::hub::server::who::Who;
use crate::sys::namespaces::Standing;

/// What our own clients call themselves, each with the number of its process.
const DOORS: [&str; 10] = [
    "dashboard",
    "approve",
    "deny",
    "answer",
    "trust",
    "snooze",
    "stop",
    "start",
    "jump",
    "request",
];

/// What a connection was let in for.
#[derive(Debug)]
pub(super) struct Admission {
    /// What it may do.
    pub(super) right: Right,
    /// It carries what somebody else says, of whom nobody has told what that may do.
    pub(super) is_awaited: bool,
    /// By which names it may call the hub beside the hub's own.
    pub(super) sessions: Vec<String>,
    /// By which it does.
    pub(super) session: Option<String>,
    /// It carries what somebody else says.
    pub(super) is_relayed: bool,
    /// What it has asked for and may not, since that was looked at.
    pub(super) overstepped: Vec<String>,
    /// What it has called itself in a hello that was not taken.
    pub(super) said_name: String,
    /// What of that was said before: a client that goes on asking fills no file.
    pub(super) noted: BTreeSet<String>,
}

impl Admission {
    /// Whether `what` is allowed, which needs that; if not, it is remembered.
    pub(super) fn allows(&mut self, needed: Right, what: &str) -> bool {
        let allowed = self.right.allows(needed);
        if !allowed {
            self.note(what);
        }
        allowed
    }

    /// Whether `what` is allowed, which has programs run where the hub does: a container that was given
    /// its socket gets nothing run out here.
    pub(super) fn is_at_home(&mut self, standing: Standing, what: &str) -> bool {
        let is_home = standing == Standing::Home;
        if !is_home {
            self.note(what);
        }
        is_home
    }

    fn note(&mut self, what: &str) {
        if self.noted.insert(what.to_owned()) {
            self.overstepped.push(what.to_owned());
        }
    }
}

impl Client {
    /// What it has asked for and may not, since the last look.
    pub(in crate::hub::server) fn take_overstepped(&mut self) -> Vec<String> {
        std::mem::take(&mut self.admission.overstepped)
    }

    /// By whom something is wanted that it says.
    pub(in crate::hub::server) fn who(&self) -> Who {
        let name = match self.name.as_str() {
            "" => &self.admission.said_name,
            name => name,
        };
        let own = DOORS.iter().find(|door| {
            let rest = name.strip_prefix(**door);
            let pid = rest.and_then(|rest| rest.strip_prefix('-'));
            pid.is_some_and(|pid| pid.parse::<u32>().is_ok())
        });
        let is_own = self.admission.right == Right::Own;
        Who {
            door: match own.filter(|_| is_own) {
                Some(door) => (*door).to_owned(),
                None if self.admission.is_relayed => format!("websocket {name}"),
                None => format!("hub {name}"),
            },
            right: self.admission.right,
        }
    }
}
