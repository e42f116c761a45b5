//! What the table learns from: events, witness readings, listings, process exits, the clock.

use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Kin, RowKey, WindowPlace};

/// Longest text of a row, in bytes: no path is longer.
pub const MAX_TEXT_BYTES: usize = 4096;

/// One thing that happened, as the collector hands it to the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A report by a hook, a script, or the log.
    Event(Box<Event>),
    /// The same, with what was looked up of the process that it names.
    Reported {
        /// What was reported.
        event: Box<Event>,
        /// What its process is to the pane.
        kin: Kin,
    },
    /// The same by a client of the hub, which speaks for that row from now on.
    Published {
        /// The client.
        publisher: String,
        /// What it says.
        event: Box<Event>,
        /// It may do nothing but publish.
        hearsay: bool,
    },
    /// What such a client has said, which may only publish, as it was written down.
    Hearsay(Box<Event>),
    /// The same by a container's own socket, of which the collector has taken everything that means
    /// something else in there.
    Contained {
        /// The container, as the person has named it.
        container: String,
        /// What it says.
        event: Box<Event>,
    },
    /// How it is with a client that speaks for rows.
    Publisher {
        /// The client.
        publisher: String,
        /// What is known of it.
        word: PublisherWord,
        /// Of which of its rows; `None`: of all.
        of: Option<RowKey>,
    },
    /// What an assistant publishes about itself beside its hooks.
    Reading(Box<Reading>),
    /// The same of one that has reported nothing yet, by what it shows of itself to the person: all that
    /// is known of it, until it reports.
    Glimpsed(Box<Reading>),
    /// All known assistants that run in panes of a server now, whether they report or not.
    Present {
        /// The server.
        server: Server,
        /// Those that run there.
        present: Vec<Present>,
    },
    /// All panes of one server.
    Listing(Listing),
    /// A person has had a pane with a finished turn in view: the log says so, or whoever has taken her
    /// there; a [`Listing`] shows it otherwise.
    LookedAt {
        /// The pane's server.
        server: Server,
        /// The pane.
        pane: PaneId,
    },
    /// No server listens on this socket any more.
    ServerGone {
        /// The socket's path.
        socket: String,
    },
    /// A process that a row names has ended.
    ProcessExited {
        /// The process.
        pid: u32,
    },
    /// A process that a row names was stopped, or goes on.
    Stopped {
        /// The process.
        pid: u32,
        /// Whether it is stopped.
        stopped: bool,
    },
    /// The git branch of a folder, as it is now.
    Branch {
        /// The folder.
        cwd: String,
        /// Its branch; `None` outside a repository or with a detached head.
        branch: Option<String>,
    },
    /// The person trusts a row's session for a while, or no longer: what no rule forbids is allowed
    /// without asking them.
    Trust {
        /// The row's id.
        row: String,
        /// The session; another one in the same pane is not trusted.
        instance_id: String,
        /// Until when; `None`: not any longer.
        until: Option<Timestamp>,
    },
    /// How it is with a server, some time after sessions on it have ended.
    ServerSeen {
        /// The server.
        server: Server,
        /// Whether it has ended, too.
        has_ended: bool,
    },
    /// Nothing happened, but a deadline ([`super::Table::next_deadline`]) has passed.
    Tick,
    /// An ended session was started again, or was not.
    Resumed {
        /// Which assistant.
        assistant: Assistant,
        /// The assistant's session.
        instance_id: String,
        /// In which pane, by the socket of its server; `None`: what was started has failed.
        place: Option<(String, PaneId)>,
    },
}

/// How it is with a client of the hub that speaks for rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublisherWord {
    /// It is there.
    Heard,
    /// Nothing has been heard of it for some time, although it is connected.
    Silent,
    /// Its connection has ended.
    Left,
    /// It has been away for so long that its word is worth nothing any more.
    Forgotten,
}

/// What a witness says an assistant is doing: a level, not an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A turn is going on.
    Busy,
    /// A permission dialog is open.
    WaitingApproval,
    /// A question or another dialog is open.
    WaitingInput,
    /// A menu is open that the person has opened: what is behind it is not told.
    Menu,
    /// The pane's session was moved to the background, and has not said anything there yet.
    Moved,
    /// The pane shows a session of which nothing is known.
    Elsewhere,
    /// No turn is going on.
    Idle,
    /// The last turn is finished. Only a status record tells that.
    Done,
    /// The last turn has failed. Only a status record tells that.
    Failed,
}

/// One look at what an assistant publishes about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Which assistant.
    pub assistant: Assistant,
    /// What it is doing.
    pub level: Level,
    /// When the assistant wrote that.
    pub written: Timestamp,
    /// When we read it: the level held at that moment.
    pub seen: Timestamp,
    /// The assistant's session.
    pub instance_id: Option<String>,
    /// The assistant's process, proved alive when the reading was made.
    pub pid: Option<u32>,
    /// The pane that holds the process, as far as it was looked up.
    pub pane: Option<(Server, PaneId)>,
    /// The process in a plain terminal that shows it, as its place, where that is in no pane.
    pub terminal: Option<Target>,
    /// The process that works for the session as its place: where that goes on if nothing shows it, or nothing does.
    pub background: Option<Target>,
    /// The assistant's folder.
    pub cwd: Option<String>,
    /// The assistant's config folder, when it is not the default one.
    pub home: Option<String>,
    /// False for a headless run.
    pub attended: bool,
    /// The assistant's own words, for example `permission prompt`.
    pub detail: Option<String>,
    /// How long this kind of level may lag behind the hook that tells of the same.
    pub lag: Duration,
    /// It is of a session that the pane shows in place of its process's own, by the word of that process
    /// or of the person who started it for that; or of one that no pane shows. Its hooks reach nobody.
    pub stands_in: bool,
    /// When the person's last prompt was written down, as far as that is looked for: with an idle level.
    pub prompted: Option<Timestamp>,
    /// It is a status record, of whoever runs in front in the row's terminal, and not what its assistant
    /// publishes otherwise.
    pub by_record: bool,
}

impl Reading {
    /// Whether it is known that neither a pane nor a terminal shows the session.
    pub(super) fn is_behind(&self) -> bool {
        self.pane.is_none()
            && self.terminal.is_none()
            && self.background.is_some()
            && self.stands_in
    }

    /// Whether it is known what shows the session.
    pub fn is_shown(&self) -> bool {
        self.pane.is_some() || self.terminal.is_some()
    }

    /// The place of what shows the session, as far as that is known.
    pub(super) fn shown_at(&self) -> Option<RowKey> {
        let in_pane = self.pane.clone();
        let in_pane = in_pane.map(|(server, pane)| (Some(server), Target::Pane(pane)));
        let found = in_pane.or_else(|| Some((None, self.terminal.clone()?)));
        found.map(|(server, place)| RowKey { server, place })
    }

    /// Without what is too long for a row, whatever stands in an assistant's files: an event is as short
    /// anyway.
    pub(super) fn bounded(mut self: Box<Self>) -> Box<Self> {
        for text in [&mut self.cwd, &mut self.home, &mut self.instance_id] {
            *text = text.take().filter(|text| text.len() <= MAX_TEXT_BYTES);
        }
        let detail = self.detail.take();
        self.detail = detail.map(|detail| one_line(&detail, MAX_MESSAGE_CHARS));
        self
    }
}

/// A known assistant that runs before the person, in a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Which.
    pub assistant: Assistant,
    /// Its process.
    pub pid: u32,
    /// Its pane.
    pub pane: (Server, PaneId),
    /// Its folder.
    pub cwd: Option<String>,
    /// One line for the person: why it may not have reported.
    pub why: String,
}

/// All panes of one server at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The server that answered; another pid than a row's means that server is gone.
    pub server: Server,
    /// When it was asked: what was heard of a pane after that is newer than the listing.
    pub asked: Timestamp,
    /// Its panes.
    pub panes: Vec<ListedPane>,
}

/// One pane of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPane {
    /// Its stable id.
    pub pane: PaneId,
    /// Where it belongs now.
    pub target: Target,
    /// Where it stands instead, while a dashboard shows it beside itself.
    pub shown_at: Option<Target>,
    /// The process it was started with.
    pub pid: u32,
    /// Whether a person has it in view: the active pane of an attached client that is not in control mode.
    pub in_view: bool,
    /// Whether its process has ended (`remain-on-exit`).
    pub dead: bool,
    /// Its title.
    pub title: String,
    /// Where it belongs among the panes of its window, as far as its multiplexer has windows.
    pub window: Option<Box<WindowPlace>>,
}
