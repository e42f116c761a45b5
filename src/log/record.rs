//! What a line of the log says: an event, or a reading that the collector wrote down as one.
//!
//! A reading is a level with two times, when the assistant wrote it and when we saw it, and with how
//! far it may lag; the table needs all to come to the same rows again. So its line is an event like
//! any other, with the time of seeing as `ts`, and fields more that other readers ignore: `written`,
//! `lag_ms` where there is any, `stands_in` where it is of another session than the process's own,
//! `prompted` where the last prompt was looked for, and `by_record` where it was a status record.

use std::time::Duration;

use std::borrow::Cow;

use pane_patrol_hooks::event::{Assistant, Event, EventError, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use serde::Deserialize;

use super::fingerprint::{Placed, print_of};
use crate::state::{Input, Level, Reading};

/// How every event of ours begins; only a line's first byte can be the first of this, because
/// quotes inside a text are escaped.
const BEGINNING: &[u8] = b"{\"assistant\":";

/// The name of the event that says that a menu is open in the pane.
const MENU: &str = "menu";

/// The name of the event that says that the pane's session was moved.
const MOVED: &str = "moved";

/// The name of the event that says that the pane shows a session of which nothing is known.
const ELSEWHERE: &str = "elsewhere";

/// The name of the event that says that a person has looked at a finished turn.
const LOOKED_AT: &str = "looked_at";

/// The name of the event that says that another one was held apart.
const HELD_APART: &str = "held_apart";

/// The name of the event that says which pane an address was taken for.
const PLACED: &str = "placed";

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The event.
    pub event: Event,
    /// When the assistant wrote what a witness saw at `event.ts`.
    written: Option<Timestamp>,
    /// How long that may lag behind the hook that tells of the same.
    lag: Duration,
    /// It is of a session that stands in for the process's own.
    stands_in: bool,
    /// When the last prompt was written down.
    prompted: Option<Timestamp>,
    /// It was a status record.
    recorded: bool,
    /// The print of the event that it is a note of.
    about: Option<u64>,
    /// A client of the hub has said it that may only publish.
    hearsay: bool,
}

#[derive(Deserialize)]
struct Extra<'a> {
    #[serde(borrow)]
    written: Option<Cow<'a, str>>,
    #[serde(default)]
    lag_ms: u32,
    #[serde(default)]
    stands_in: bool,
    #[serde(borrow)]
    prompted: Option<Cow<'a, str>>,
    #[serde(default)]
    by_record: bool,
    about: Option<Cow<'a, str>>,
    #[serde(default)]
    hearsay: bool,
}

impl From<Event> for Record {
    fn from(event: Event) -> Self {
        Self {
            event,
            written: None,
            lag: Duration::ZERO,
            stands_in: false,
            prompted: None,
            recorded: false,
            about: None,
            hearsay: false,
        }
    }
}

impl Record {
    /// Reads one line without its end.
    ///
    /// # Errors
    /// As [`Event::parse`].
    pub fn parse(line: &[u8]) -> Result<Self, EventError> {
        let event = Event::parse(line)?;
        let extra = (event.source == Source::Witness)
            .then(|| serde_json::from_slice::<Extra<'_>>(line).ok())
            .flatten();
        let hearsay = event.source == Source::Emit
            && serde_json::from_slice::<Extra<'_>>(line).is_ok_and(|extra| extra.hearsay);
        let lag = extra.as_ref().map_or(0, |extra| extra.lag_ms);
        let stands_in = extra.as_ref().is_some_and(|extra| extra.stands_in);
        let by_record = extra.as_ref().is_some_and(|extra| extra.by_record);
        let prompted = extra.as_ref().and_then(|extra| extra.prompted.as_deref());
        let prompted = prompted.and_then(Timestamp::parse);
        let about = extra.as_ref().and_then(|extra| extra.about.as_deref());
        let about = about.and_then(|print| u64::from_str_radix(print, 16).ok());
        Ok(Self {
            event,
            written: extra.and_then(|extra| Timestamp::parse(&extra.written?)),
            lag: Duration::from_millis(lag.into()),
            stands_in,
            prompted,
            recorded: by_record,
            about,
            hearsay,
        })
    }

    /// The whole event at the end of a line whose beginning was torn off by a full disk, if there
    /// is one: the next writer's line then stands behind the torn one.
    pub fn salvage(line: &[u8]) -> Option<(Self, &[u8])> {
        let start = memchr::memmem::rfind(line, BEGINNING).filter(|start| *start > 0)?;
        let rest = &line[start..];
        Some((Self::parse(rest).ok()?, rest))
    }

    /// A reading as it is written down. Its place is that of the row it was about, or else the
    /// pane it names; `None` when neither is known.
    pub fn of_reading(reading: &Reading, row_target: Option<Target>) -> Option<Self> {
        let pane = reading.pane.as_ref();
        let shown_at = pane.map(|(_, pane)| Target::Pane(*pane));
        let target = row_target
            .or(shown_at)
            .or_else(|| reading.terminal.clone())?;
        let state = match reading.level {
            Level::Busy => State::Running,
            Level::WaitingApproval => State::WaitingApproval,
            Level::WaitingInput => State::WaitingInput,
            Level::Idle | Level::Menu | Level::Moved | Level::Elsewhere => State::Idle,
            Level::Done => State::Completed,
            Level::Failed => State::Error,
        };
        let mut event = Event::new(reading.assistant.clone(), state, target, reading.seen);
        event.event = match reading.level {
            Level::Menu => Some(MENU.to_owned()),
            Level::Moved => Some(MOVED.to_owned()),
            Level::Elsewhere => Some(ELSEWHERE.to_owned()),
            _ => None,
        };
        event.source = Source::Witness;
        event.server = pane.map(|(server, _)| server.clone());
        event.pane = pane.map(|(_, pane)| *pane);
        event.pid = reading.pid;
        event.instance_id.clone_from(&reading.instance_id);
        event.cwd.clone_from(&reading.cwd);
        event.home.clone_from(&reading.home);
        event.attended = reading.attended;
        event.message.clone_from(&reading.detail);
        Some(Self {
            event,
            written: Some(reading.written),
            lag: reading.lag,
            stands_in: reading.stands_in,
            prompted: reading.prompted,
            recorded: reading.by_record,
            about: None,
            hearsay: false,
        })
    }

    /// What a client of the hub has said that may only publish, as it is written down.
    pub fn of_hearsay(event: Event) -> Self {
        Self {
            hearsay: true,
            ..Self::from(event)
        }
    }

    /// Whether a client of the hub has said it that may only publish.
    pub fn is_hearsay(&self) -> bool {
        self.hearsay
    }

    /// That `heard` was held apart, and why, as it is written down; `heard` as its sender logs it.
    pub fn of_apart(heard: &Event, why: &str, now: Timestamp) -> Option<Self> {
        let mut event = note(
            heard.assistant.clone(),
            heard.target.clone(),
            HELD_APART,
            now,
        );
        event.message = Some(why.to_owned());
        event.server.clone_from(&heard.server);
        event.pane = heard.pane;
        event.instance_id.clone_from(&heard.instance_id);
        Some(Self {
            about: Some(print_of(heard)?),
            ..Self::from(event)
        })
    }

    /// That `heard`, which names an address only, belonged to that pane, as it is written down.
    pub fn of_place(heard: &Event, placed: Placed, now: Timestamp) -> Option<Self> {
        let mut event = note(heard.assistant.clone(), heard.target.clone(), PLACED, now);
        (event.server, event.pane) = (Some(placed.0), Some(placed.1));
        Some(Self {
            about: Some(print_of(heard)?),
            ..Self::from(event)
        })
    }

    /// That a row which was known by its address only is in a pane, as it is written down.
    pub fn of_found(row: &crate::state::Row, now: Timestamp) -> Self {
        let mut event = note(row.assistant.clone(), row.target.clone(), PLACED, now);
        (event.server, event.pane) = (row.server.clone(), row.pane);
        Self::from(event)
    }

    /// The print of the event that this is a note of.
    pub(super) fn about(&self) -> Option<u64> {
        self.about
    }

    /// Why the event that it is about was held apart, if it says so.
    pub(super) fn refuses(&self) -> Option<&str> {
        self.is_named(HELD_APART)
            .then(|| self.event.message.as_deref().unwrap_or_default())
    }

    /// Which pane an address was taken for, if it says so.
    pub(super) fn places(&self) -> Option<Placed> {
        self.is_named(PLACED).then_some(())?;
        pane_of(self.event.server.clone(), self.event.pane)
    }

    fn is_named(&self, name: &str) -> bool {
        self.event.source == Source::Witness && self.event.event.as_deref() == Some(name)
    }

    /// That a person has looked at the finished turn in `pane`, as it is written down.
    pub fn of_look(row: &crate::state::Row, now: Timestamp) -> Self {
        let mut event = Event::new(row.assistant.clone(), State::Idle, row.target.clone(), now);
        event.kind = Some(Kind::Note);
        event.event = Some(LOOKED_AT.to_owned());
        event.source = Source::User;
        event.server.clone_from(&row.server);
        event.pane = row.pane;
        event.instance_id.clone_from(&row.instance_id);
        Self::from(event)
    }

    /// That a row is gone without a word of its assistant, as it is written down.
    pub fn of_end(row: &crate::state::Row, now: Timestamp) -> Self {
        let mut event = Event::new(row.assistant.clone(), State::Idle, row.target.clone(), now);
        event.kind = Some(Kind::SessionEnded);
        event.source = Source::Witness;
        event.message = Some("its process or pane is gone".to_owned());
        event.server.clone_from(&row.server);
        event.pane = row.pane;
        event.pid = row.pid;
        event.instance_id.clone_from(&row.instance_id);
        Self::from(event)
    }

    /// Prints the line without its end.
    ///
    /// # Errors
    /// As [`Event::encode`].
    pub fn encode(&self) -> Result<Vec<u8>, EventError> {
        let mut line = self.event.encode()?;
        if let Some(written) = self.written {
            line.pop();
            line.extend_from_slice(format!(",\"written\":\"{written}\"").as_bytes());
            if !self.lag.is_zero() {
                let lag = self.lag.as_millis();
                line.extend_from_slice(format!(",\"lag_ms\":{lag}").as_bytes());
            }
            if self.stands_in {
                line.extend_from_slice(b",\"stands_in\":true");
            }
            if self.recorded {
                line.extend_from_slice(b",\"by_record\":true");
            }
            if let Some(prompted) = self.prompted {
                line.extend_from_slice(format!(",\"prompted\":\"{prompted}\"").as_bytes());
            }
            line.push(b'}');
        }
        if let Some(print) = self.about {
            line.pop();
            line.extend_from_slice(format!(",\"about\":\"{print:016x}\"}}").as_bytes());
        }
        if self.hearsay {
            line.pop();
            line.extend_from_slice(b",\"hearsay\":true}");
        }
        if line.len() > pane_patrol_hooks::event::MAX_EVENT_BYTES {
            return Err(EventError::TooLarge(line.len()));
        }
        Ok(line)
    }

    /// The same as a log has it that is to have no messages. What a note of ours says in its own is no message.
    pub fn kept(&self, with_messages: bool) -> Cow<'_, Self> {
        if with_messages || self.refuses().is_some() {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self {
            event: self.event.without_message(),
            ..self.clone()
        })
    }

    /// Whether the collector itself wrote it down: a reading, or what the person did.
    pub fn is_ours(&self) -> bool {
        matches!(self.event.source, Source::Witness | Source::User)
    }

    /// What the table is to be told.
    pub fn into_input(self) -> Input {
        match self.event.source {
            // It is no event of the row that it names.
            _ if self.is_named(HELD_APART) || self.is_named(PLACED) => Input::Tick,
            Source::Witness if self.event.kind.is_none() => {
                Input::Reading(Box::new(self.into_reading()))
            }
            Source::User if self.event.event.as_deref() == Some(LOOKED_AT) => {
                match (self.event.server, self.event.pane) {
                    (Some(server), Some(pane)) => Input::LookedAt { server, pane },
                    _ => Input::Tick,
                }
            }
            Source::Emit if self.hearsay => Input::Hearsay(Box::new(self.event)),
            _ => Input::Event(Box::new(self.event)),
        }
    }

    fn into_reading(self) -> Reading {
        let Self {
            event,
            written,
            lag,
            stands_in,
            prompted,
            recorded: by_record,
            about: _,
            hearsay: _,
        } = self;
        let is_nowhere_else = stands_in && event.pane.is_none();
        let is_in_terminal = event.pane.is_none() && event.target.terminal().is_some();
        let place = Some(event.target);
        let terminal = place.clone().filter(|_| is_in_terminal);
        let background = place.filter(|it| is_nowhere_else && it.is_in_background());
        let level = match event.state {
            State::WaitingApproval => Level::WaitingApproval,
            State::WaitingInput => Level::WaitingInput,
            State::Running => Level::Busy,
            State::Idle if event.event.as_deref() == Some(MENU) => Level::Menu,
            State::Idle if event.event.as_deref() == Some(MOVED) => Level::Moved,
            State::Idle if event.event.as_deref() == Some(ELSEWHERE) => Level::Elsewhere,
            State::Completed if by_record => Level::Done,
            State::Error if by_record => Level::Failed,
            State::Idle | State::Completed | State::Error => Level::Idle,
        };
        Reading {
            assistant: event.assistant,
            level,
            written: written.unwrap_or(event.ts),
            seen: event.ts,
            instance_id: event.instance_id,
            pid: event.pid,
            pane: pane_of(event.server, event.pane),
            terminal,
            background,
            cwd: event.cwd,
            home: event.home,
            attended: event.attended,
            detail: event.message,
            lag,
            stands_in,
            prompted,
            by_record,
        }
    }
}

/// Something that the collector writes down of what others have logged.
fn note(assistant: Assistant, target: Target, name: &str, now: Timestamp) -> Event {
    let mut event = Event::new(assistant, State::Idle, target, now);
    event.kind = Some(Kind::Note);
    event.event = Some(name.to_owned());
    event.source = Source::Witness;
    event
}

fn pane_of(server: Option<Server>, pane: Option<PaneId>) -> Option<(Server, PaneId)> {
    Some((server?, pane?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> Reading {
        Reading {
            assistant: Assistant::CLAUDE,
            level: Level::WaitingApproval,
            written: Timestamp::from_millis(1_795_000_000_123),
            seen: Timestamp::from_millis(1_795_000_000_140),
            instance_id: Some("one".into()),
            pid: Some(7),
            pane: Some((
                Server {
                    socket: "/tmp/tmux,1/default".into(),
                    pid: 3,
                },
                PaneId(4),
            )),
            terminal: None,
            background: None,
            cwd: Some("/src".into()),
            home: None,
            attended: true,
            detail: Some("permission prompt".into()),
            lag: Duration::ZERO,
            stands_in: false,
            prompted: None,
            by_record: false,
        }
    }

    #[test]
    fn a_reading_is_read_back_as_it_was_written_down() {
        for reading in [
            reading(),
            Reading {
                pane: None,
                level: Level::Busy,
                detail: None,
                attended: false,
                lag: Duration::from_millis(1500),
                ..reading()
            },
            Reading {
                level: Level::Menu,
                stands_in: true,
                ..reading()
            },
            Reading {
                pane: None,
                background: Some(Target::in_background(7, 9)),
                stands_in: true,
                ..reading()
            },
            Reading {
                level: Level::Idle,
                prompted: Some(Timestamp::from_millis(1_795_000_000_100)),
                ..reading()
            },
            Reading {
                level: Level::Moved,
                ..reading()
            },
            Reading {
                level: Level::Elsewhere,
                ..reading()
            },
        ] {
            let row = reading.background.clone();
            let target = row.unwrap_or_else(|| "work:1.2".parse().unwrap());
            let record = Record::of_reading(&reading, Some(target)).unwrap();
            let line = record.encode().unwrap();
            let read = Record::parse(&line).unwrap();
            assert_eq!(read, record);
            assert!(
                Event::parse(&line).is_ok(),
                "an event to every other reader"
            );
            assert_eq!(read.into_input(), Input::Reading(Box::new(reading)));
        }
    }

    #[test]
    fn what_is_hearsay_is_so_when_it_is_read_back() {
        let target = "work:1.2".parse().unwrap();
        let now = Timestamp::from_millis(1_795_000_000_123);
        let mut event = Event::new(Assistant::CLAUDE, State::Running, target, now);
        event.source = Source::Emit;
        let line = Record::of_hearsay(event.clone()).encode().unwrap();
        let read = Record::parse(&line).unwrap();
        assert!(read.is_hearsay());
        assert_eq!(read.into_input(), Input::Hearsay(Box::new(event.clone())));
        let line = Record::from(event.clone()).encode().unwrap();
        let read = Record::parse(&line).unwrap();
        assert_eq!(read.into_input(), Input::Event(Box::new(event)));
    }

    #[test]
    fn a_reading_of_nobody_knows_where_is_not_written_down() {
        let lost = Reading {
            pane: None,
            ..reading()
        };
        assert_eq!(Record::of_reading(&lost, None), None);
    }

    #[test]
    fn the_event_behind_a_torn_one_is_saved() {
        let record = Record::of_reading(&reading(), None).unwrap();
        let whole = record.encode().unwrap();
        let mut line = whole[..40].to_vec();
        line.extend_from_slice(&whole);
        assert!(Record::parse(&line).is_err());
        assert_eq!(Record::salvage(&line).unwrap(), (record, &*whole));
        assert_eq!(Record::salvage(&whole[..40]), None);
    }
}
