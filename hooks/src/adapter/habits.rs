//! How an assistant behaves, as far as what is made of its events depends on it. Facts alone: nothing
//! here is read, and whoever asks names no assistant.

use crate::event::Assistant;

/// How an assistant behaves.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// What it publishes about itself beside its hooks.
    pub witness: Witness,
    /// Of several requests one dialog is shown at a time and the others queue, and its witness says
    /// `waiting` from the first to the last. Others show all that they ask, or say which they show.
    pub queues_dialogs: bool,
    /// Its witness says that it works until all hooks of a turn's end have run, any of which may refuse
    /// the end.
    pub ends_after_its_hooks: bool,
    /// It may go on to name a sub-agent that has ended in all that its main agent does next.
    pub keeps_naming_sub_agents: bool,
    /// Its process is one session in its events, and may hold several conversations one after the other: what it calls
    /// a turn names the one, which is what can be taken up again.
    pub turns_name_conversations: bool,
}

/// What an assistant publishes about itself beside its hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// A file for each session, which says what it does now.
    SessionFile,
    /// A log of each session.
    SessionLog,
    /// The title of its pane, if anything.
    Title,
}

impl Witness {
    /// What evidence calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SessionFile => "session file",
            Self::SessionLog => "session log",
            Self::Title => "pane title",
        }
    }
}

impl Habits {
    /// Those of an assistant of which nothing else is known.
    pub const PLAIN: Self = Self {
        witness: Witness::Title,
        queues_dialogs: false,
        ends_after_its_hooks: false,
        keeps_naming_sub_agents: false,
        turns_name_conversations: false,
    };
}

impl Assistant {
    /// How it behaves; the plain way where it is not known.
    pub fn habits(&self) -> Habits {
        super::find(self.as_str()).map_or(Habits::PLAIN, |adapter| adapter.habits)
    }

    /// Whether a hook of it can be made to ask us before the person is asked, and so to answer.
    pub fn can_ask_us(&self) -> bool {
        super::find(self.as_str()).is_some_and(super::Adapter::can_ask_us)
    }
}
