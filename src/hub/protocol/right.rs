//! What a connection may do, and what each message needs: one table, in the documentation too.

use serde::{Deserialize, Serialize};

/// What a connection may do. From [`Right::Read`] on each may all that the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Right {
    /// Tell of agents of its own, and see nothing.
    Publish,
    /// See everything.
    Read,
    /// Decide about requests, put rows off, and have finished turns count as seen.
    Answer,
    /// Send prompts, stop, resume, change tasks.
    Manage,
    /// All that the person may who owns the hub, publishing included: a process of hers on `hub.sock`.
    Own,
}

impl Right {
    /// All, the least first.
    pub const ALL: [Self; 5] = [
        Self::Publish,
        Self::Read,
        Self::Answer,
        Self::Manage,
        Self::Own,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Read => "read",
            Self::Answer => "answer",
            Self::Manage => "manage",
            Self::Own => "own",
        }
    }

    /// Whether it holds what is needed. Publishing stands apart: who may see everything may not
    /// therefore tell of agents.
    pub fn allows(self, needed: Self) -> bool {
        match (self, needed) {
            (Self::Own, _) => true,
            (Self::Publish, needed) => needed == Self::Publish,
            (_, Self::Publish) => false,
            (own, needed) => own >= needed,
        }
    }

    /// The lesser of the two.
    #[must_use]
    pub fn at_most(self, other: Self) -> Self {
        match (self, other) {
            (own, other) if own.allows(other) => other,
            (own, other) if other.allows(own) => own,
            // One may publish, the other see: together neither.
            _ => Self::Publish,
        }
    }
}

/// What each type of message to the hub needs; `None`: there is no such message, or everybody may say it.
pub fn needed(kind: &str) -> Option<Right> {
    of(&MESSAGES, kind)
}

/// What each act needs; one that nobody knows is the owner's alone.
pub(super) fn needed_by_act(act: &str) -> Right {
    of(&ACTS, act).unwrap_or(Right::Own)
}

fn of(table: &[(&str, Right)], name: &str) -> Option<Right> {
    let mut table = table.iter();
    let found = table.find(|(known, _)| *known == name);
    found.map(|(_, right)| *right)
}

/// What is needed for each message. `hello`, `ping` and `bye` everybody may say, see [`ROLES`].
pub const MESSAGES: [(&str, Right); 12] = [
    ("agent_status", Right::Publish),
    ("diff_summary", Right::Publish),
    ("task_summary", Right::Publish),
    ("task_update", Right::Publish),
    ("heartbeat", Right::Publish),
    ("status_record", Right::Publish),
    ("error", Right::Publish),
    ("diff_patch_response", Right::Publish),
    ("wait_decision", Right::Publish),
    ("snapshot_request", Right::Read),
    ("diff_patch_request", Right::Read),
    // The least of what its acts need, see [`ACTS`].
    ("act", Right::Read),
];

/// What is needed for each act.
pub const ACTS: [(&str, Right); 11] = [
    ("read_request", Right::Read),
    ("locate", Right::Read),
    ("look", Right::Answer),
    ("decide", Right::Answer),
    ("snooze", Right::Answer),
    ("send", Right::Manage),
    ("stop", Right::Manage),
    ("resume", Right::Manage),
    ("task", Right::Manage),
    ("trust", Right::Own),
    ("start", Right::Own),
];

/// What is needed for each role.
pub const ROLES: [(&str, Right); 2] = [("publisher", Right::Publish), ("subscriber", Right::Read)];

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// The table of the documentation.
    fn table() -> String {
        let roles = ROLES.map(|(role, needed)| (format!("`hello` as a {role}"), needed));
        let messages = MESSAGES.into_iter().filter(|(kind, _)| *kind != "act");
        let messages = messages.map(|(kind, needed)| (format!("`{kind}`"), needed));
        let acts = ACTS.map(|(act, needed)| (format!("`act` `{act}`"), needed));
        let mut table = "| may say | publish | read | answer | manage | own |\n".to_owned();
        table += "| --- | --- | --- | --- | --- | --- |\n";
        for (what, needed) in roles.into_iter().chain(messages).chain(acts) {
            let cells = Right::ALL.map(|right| if right.allows(needed) { " yes |" } else { " |" });
            writeln!(table, "| {what} |{}", cells.concat()).unwrap();
        }
        table
    }

    #[test]
    fn the_documented_table_is_this_one() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/protocol.md");
        let page = std::fs::read_to_string(page).unwrap();
        assert!(page.contains(&table()), "it should be:\n{}", table());
    }

    #[test]
    fn whoever_may_only_see_changes_nothing() {
        let of_readers = |all: &[(&'static str, Right)]| -> Vec<&str> {
            let all = all.iter().filter(|(_, needed)| *needed == Right::Read);
            all.map(|(name, _)| *name).collect()
        };
        assert_eq!(of_readers(&ACTS), ["read_request", "locate"]);
        let messages = ["snapshot_request", "diff_patch_request", "act"];
        assert_eq!(of_readers(&MESSAGES), messages);
    }

    #[test]
    fn a_right_holds_those_below_it_and_publishing_stands_apart() {
        let held = |right: Right| {
            let held = Right::ALL
                .into_iter()
                .filter(|needed| right.allows(*needed));
            held.map(Right::as_str).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(held(Right::Publish), "publish");
        assert_eq!(held(Right::Read), "read");
        assert_eq!(held(Right::Manage), "read answer manage");
        assert_eq!(held(Right::Own), "publish read answer manage own");
    }

    #[test]
    fn a_right_only_becomes_less() {
        for own in Right::ALL {
            for other in Right::ALL {
                let least = own.at_most(other);
                for needed in Right::ALL {
                    let both = own.allows(needed) && other.allows(needed);
                    assert!(!least.allows(needed) || both || least == Right::Publish);
                }
                assert_eq!(least, other.at_most(own));
            }
        }
    }
}
