//! What a connection was let in for, and by whom something is wanted that it says.
//!
//! Whatever a client calls itself, it is written down as one of our own commands only where its process
//! runs our program, and under a name that no other living client has.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Client;
use crate::hub::protocol::Right;
use crate::hub::server::group::Group;
use crate::hub::server::who::Who;
use crate::sys::namespaces::Standing;
use crate::sys::process;

/// What our own clients call themselves, each with the number of its process.
const DOORS: [&str; 11] = [
    "dashboard",
    "approve",
    "deny",
    "answer",
    "send",
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
    /// By which names it may call the hub beside the hub's own.
    pub(super) sessions: Vec<String>,
    /// By which it does.
    pub(super) session: Option<String>,
    /// It carries what somebody else says.
    pub(super) is_relayed: bool,
    /// The device of the person's that says it.
    pub(super) device: Option<Arc<str>>,
    /// The process that has connected, where the system tells.
    pub(super) process: Option<u32>,
    /// Which of our own commands it is, if it is one.
    pub(super) door: Option<&'static str>,
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

    /// With whom it shares seats.
    pub(in crate::hub::server) fn group(&self) -> Group {
        match self.admission.is_relayed {
            true => match &self.admission.device {
                Some(device) => Group::Device(Arc::clone(device)),
                None => Group::Token(self.admission.right),
            },
            false if self.standing == Standing::Home => Group::Home,
            false => Group::Elsewhere,
        }
    }

    /// Whether it carries what somebody else says.
    pub(in crate::hub::server) fn is_relayed(&self) -> bool {
        self.admission.is_relayed
    }

    /// Whether it and `other` have come in the same way: by the same token, from here or from elsewhere.
    pub(in crate::hub::server) fn came_like(&self, other: &Self) -> bool {
        self.group() == other.group()
    }

    /// What it is called where it has to be told from others; empty until that was looked at.
    pub(in crate::hub::server) fn known_as(&self) -> &str {
        &self.known_as
    }

    /// Has it called that, and looks whether it is what its name says.
    pub(in crate::hub::server) fn be_known_as(&mut self, name: String) {
        self.known_as = name;
        let is_home = self.standing == Standing::Home;
        let is_ours = |pid| process::runs_our_program(pid, is_home);
        // Where nobody tells whose process it is, its word is taken.
        let is_its =
            self.admission.right == Right::Own && self.admission.process.is_none_or(is_ours);
        self.admission.door = door_of(&self.name).filter(|_| is_its);
    }

    /// What it may do.
    pub(in crate::hub::server) fn right(&self) -> Right {
        self.admission.right
    }

    /// By whom something is wanted that it says.
    pub(in crate::hub::server) fn who(&self) -> Who {
        let name = match self.known_as.as_str() {
            "" => &self.admission.said_name,
            name => name,
        };
        let device = self.admission.device.as_ref();
        let device = device.map(|device| format!("device {device}"));
        Who {
            door: match (self.admission.door, &device) {
                (Some(door), _) => door.to_owned(),
                (None, Some(device)) => device.clone(),
                (None, None) if self.admission.is_relayed => format!("websocket {name}"),
                (None, None) => format!("hub {name}"),
            },
            // A device is the same under whatever name its page comes, and no other one is.
            name: device.unwrap_or_else(|| self.name.clone()),
            device: self.admission.device.as_deref().map(str::to_owned),
            right: self.admission.right,
            under: None,
            // Whoever relays is not the one that wants it.
            pid: self
                .admission
                .process
                .filter(|_| !self.admission.is_relayed),
        }
    }
}

/// Which of our own commands calls itself so.
fn door_of(name: &str) -> Option<&'static str> {
    let is_its = |door: &&&str| {
        let rest = name.strip_prefix(**door);
        let pid = rest.and_then(|rest| rest.strip_prefix('-'));
        pid.is_some_and(|pid| pid.parse::<u32>().is_ok())
    };
    DOORS.iter().find(is_its).copied()
}
