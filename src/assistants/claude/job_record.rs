//! What the transcript of a background job tells in place of its hooks, which reach nobody: the job
//! has no pane of its own, whether one shows it or none.
//!
//! The session file says that it works, waits or is idle, and no more. Which tool it waits for, and
//! whether its turn was finished or interrupted, stands in the transcript, from which the events are
//! made that its hooks would have sent. The two are not written at the same time: a level is held
//! back for a moment, until what explains it is there.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::turns::{End, How, Use, end, uses};
use crate::state::{Level, Reading};

/// How long to wait between two looks at a transcript that does not explain a level yet.
pub(crate) const PAUSE: Duration = Duration::from_millis(100);

/// How often it is looked at.
const LOOKS: u32 = 5;

/// The assistant's own record, as events call it.
const TRANSCRIPT: &str = "transcript";

/// What was told of the job that one pane shows, or none does.
#[derive(Debug, Default)]
pub(crate) struct Record {
    session: Option<String>,
    level: Option<Level>,
    /// Since when it works, as far as that was seen.
    busy_since: Option<Timestamp>,
    /// The tools whose end was not told yet.
    open: BTreeMap<String, Use>,
    looks: u32,
}

impl Record {
    /// The session that it is of.
    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Whether the last reading that was explained is of the same session.
    pub(crate) fn is_of(&self, reading: &Reading) -> bool {
        self.session == reading.instance_id
    }

    /// The events that explain `reading`, in their order; `None`: they are not written down yet.
    /// `goes_on`: it was moved in the middle of its turn.
    pub(crate) fn explain(
        &mut self,
        config: &Path,
        reading: &Reading,
        goes_on: bool,
    ) -> Option<Vec<Event>> {
        let (Some(session), Some(place)) = (&reading.instance_id, Place::of(reading)) else {
            return Some(Vec::new());
        };
        if self.session.as_ref() != Some(session) {
            *self = Self {
                session: Some(session.clone()),
                ..Self::default()
            };
        }
        let has_worked = self.level.map_or(goes_on, |level| level != Level::Idle);
        let works = matches!(
            reading.level,
            Level::Busy | Level::WaitingApproval | Level::WaitingInput
        );
        if !works && !has_worked {
            return Some(self.told(reading, Vec::new()));
        }
        let used = uses(config, session);
        let asks = matches!(reading.level, Level::WaitingApproval | Level::WaitingInput);
        let ended = (reading.level == Level::Idle)
            .then(|| end(config, session))
            .flatten();
        let ended = ended.filter(|end| self.busy_since.is_none_or(|since| end.at >= since));
        let is_explained = match reading.level {
            Level::Idle => ended.is_some(),
            _ => !asks || used.iter().any(|used| used.ended.is_none()),
        };
        if !is_explained && self.looks < LOOKS {
            self.looks += 1;
            return None;
        }
        let maker = Maker { reading, place };
        let mut events = self.tools(&used, &maker);
        events.extend(ended.and_then(|end| maker.end(end)));
        Some(self.told(reading, events))
    }

    fn told(&mut self, reading: &Reading, events: Vec<Event>) -> Vec<Event> {
        self.looks = 0;
        if reading.level == Level::Idle {
            self.busy_since = None;
        } else if self.busy_since.is_none() {
            self.busy_since = Some(reading.written);
        }
        self.level = Some(reading.level);
        events
    }

    /// The tools that have begun or ended since.
    fn tools(&mut self, used: &[Use], maker: &Maker<'_>) -> Vec<Event> {
        let mut events = Vec::new();
        for used in used.iter().rev() {
            match (used.ended, self.open.contains_key(&used.id)) {
                (None, false) => {
                    self.open.insert(used.id.clone(), used.clone());
                    events.push(maker.tool(used, Kind::ToolStarted, used.began));
                }
                (Some(at), true) => {
                    self.open.remove(&used.id);
                    events.push(maker.tool(used, Kind::ToolFinished, at));
                }
                _ => {}
            }
        }
        events
    }
}

/// Where the job is shown.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// In this pane.
    Pane(&'a Server, PaneId),
    /// In none: where what shows it is, or what works for it.
    Process(&'a Target),
}

impl<'a> Place<'a> {
    fn of(reading: &'a Reading) -> Option<Self> {
        let pane = reading.pane.as_ref();
        let pane = pane.map(|(server, pane)| Self::Pane(server, *pane));
        let process = reading.terminal.as_ref().or(reading.background.as_ref());
        pane.or_else(|| process.map(Self::Process))
    }
}

/// Makes the events of the session that a reading is of.
struct Maker<'a> {
    reading: &'a Reading,
    place: Place<'a>,
}

impl Maker<'_> {
    fn tool(&self, used: &Use, kind: Kind, at: Timestamp) -> Event {
        let mut event = self.event(State::Running, kind, at);
        event.agent_id.clone_from(&used.agent_id);
        event.request_id = Some(used.id.clone());
        event.tool = Some(used.tool.clone());
        event.message.clone_from(&used.message);
        event
    }

    /// Of an interruption no hook tells either.
    fn end(&self, end: End) -> Option<Event> {
        let (state, kind, message) = match end.how {
            How::Finished(message) => (State::Completed, Kind::TurnFinished, message),
            How::Failed(message) => (State::Error, Kind::TurnFailed, message),
            How::Interrupted => return None,
        };
        let mut event = self.event(state, kind, end.at);
        event.message = message;
        Some(event)
    }

    fn event(&self, state: State, kind: Kind, at: Timestamp) -> Event {
        let reading = self.reading;
        let (server, pane, target) = match self.place {
            Place::Pane(server, pane) => (Some(server), Some(pane), Target::Pane(pane)),
            Place::Process(process) => (None, None, process.clone()),
        };
        let mut event = Event::new(reading.assistant.clone(), state, target, at);
        event.kind = Some(kind);
        event.source = Source::Witness;
        event.event = Some(TRANSCRIPT.to_owned());
        event.server = server.cloned();
        event.pane = pane;
        event.pid = reading.pid;
        event.instance_id.clone_from(&reading.instance_id);
        event.cwd.clone_from(&reading.cwd);
        event.home.clone_from(&reading.home);
        event
    }
}
