//! Recorded sessions, played into the real table: what all assistants have in common.

use std::time::Duration;

use pane_patrol::assistants::title;
use pane_patrol::state::{Input, Level, Outcome, Reading, Settings, Table};
use pane_patrol_hooks::event::{Assistant, Event, State};
use pane_patrol_hooks::locate::Location;
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

/// The assistant's process in every recording.
pub const PID: u32 = 12345;

/// One line of a recording.
pub struct Line {
    /// When, in ms.
    pub at: i64,
    /// The assistant's own name of the event.
    pub event: String,
    /// What the hook got.
    pub payload: Value,
}

impl Line {
    /// A text of the payload; empty when there is none.
    pub fn text(&self, field: &str) -> &str {
        self.payload[field].as_str().unwrap_or_default()
    }

    /// The session, by the number the capture gave it.
    pub fn session(&self) -> &str {
        self.text("session_id")
    }
}

/// Every line of one recording.
pub fn recording(assistant: &Assistant, name: &str) -> Vec<Line> {
    let path = format!(
        "{}/tests/fixtures/{assistant}/scenario-{name}.jsonl",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).expect("a recording holds JSON lines");
            Line {
                at: value["t_ms"].as_i64().expect("a line has a time"),
                event: value["event"]
                    .as_str()
                    .expect("a line has an event")
                    .to_owned(),
                payload: value["payload"].clone(),
            }
        })
        .collect()
}

/// The tmux server of every recording.
pub fn server() -> Server {
    Server {
        socket: "/tmp/tmux/default".into(),
        pid: 1,
    }
}

/// The one pane of every recording.
pub fn place() -> Location {
    Location {
        target: Target::Address {
            session: "work".into(),
            window: 1,
            pane: 2,
        },
        pane: Some(PaneId(0)),
        server: Some(server()),
    }
}

/// The moment `millis` after the start of a recording.
pub fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + millis)
}

/// What a witness says, and from when on.
#[derive(Clone)]
pub struct Written {
    pub at: i64,
    pub level: Level,
    pub session: String,
}

/// Something to be handed to the table at a time.
#[derive(Clone)]
pub enum Delivery {
    /// A hook's report.
    Event(Box<Event>),
    /// A witness's level, and when it was read.
    Reading(Written, i64),
    /// A status record, taken when it is handed over.
    Record(Written),
    /// A listing of the panes, with this title.
    Title(&'static str),
    /// The assistant's process ends.
    Exit,
}

/// The settings of every table that plays a recording.
pub fn settings() -> Settings {
    Settings {
        ttl: Duration::from_secs(300),
        own_server: Some(server()),
    }
}

/// What the witness of `assistant` says, read at `seen`.
pub fn reading(assistant: &Assistant, written: &Written, seen: i64) -> Reading {
    Reading {
        assistant: assistant.clone(),
        level: written.level,
        written: moment(written.at),
        seen: moment(seen),
        instance_id: Some(written.session.clone()),
        pid: Some(PID),
        pane: Some((server(), PaneId(0))),
        terminal: None,
        background: None,
        cwd: None,
        home: None,
        attended: true,
        detail: None,
        lag: Duration::ZERO,
        stands_in: false,
        prompted: None,
        by_record: false,
    }
}

/// The table, and the states its only row has gone through.
pub struct Player<'a> {
    assistant: Assistant,
    table: Table,
    levels: &'a [Written],
    /// The states, each once.
    pub states: Vec<&'static str>,
    /// Since when the row is in its state, in ms.
    pub since: Vec<i64>,
}

impl<'a> Player<'a> {
    /// A player that reads `levels` again where the table asks for it.
    pub fn new(assistant: Assistant, levels: &'a [Written]) -> Self {
        Self {
            assistant,
            table: Table::new(settings()),
            levels,
            states: Vec::new(),
            since: Vec::new(),
        }
    }

    /// Hands everything over, each at its time.
    pub fn play(mut self, mut deliveries: Vec<(i64, Delivery)>) -> Self {
        deliveries.sort_by_key(|(at, _)| *at);
        for (at, delivery) in deliveries {
            self.let_time_pass(at);
            let input = match delivery {
                Delivery::Event(event) => Some(Input::Event(event)),
                Delivery::Reading(written, seen) => Some(Input::Reading(Box::new(reading(
                    &self.assistant,
                    &written,
                    seen,
                )))),
                Delivery::Record(written) => {
                    let mut record = reading(&self.assistant, &written, at);
                    record.by_record = true;
                    Some(Input::Reading(Box::new(record)))
                }
                Delivery::Title(title) => self.title(title, at),
                Delivery::Exit => Some(Input::ProcessExited { pid: PID }),
            };
            if let Some(input) = input {
                self.apply(input, at);
            }
        }
        self
    }

    /// What the collector makes of the pane's title.
    fn title(&self, title: &str, at: i64) -> Option<Input> {
        let row = self.table.rows().into_iter().find(title::is_wanted)?;
        let reading = title::reading(&row, (&server(), PaneId(0)), title, moment(at))?;
        Some(Input::Reading(Box::new(reading)))
    }

    /// Meets the table's deadlines as the collector does, reading the file again where it is asked to.
    pub fn let_time_pass(&mut self, until: i64) {
        while let Some(due) = self
            .table
            .next_deadline()
            .filter(|due| *due <= moment(until))
        {
            let at = (due.as_micros() - moment(0).as_micros()) / 1000;
            let outcome = self.apply(Input::Tick, at);
            if outcome.reread.is_empty() {
                continue;
            }
            let now = self
                .levels
                .iter()
                .rev()
                .find(|written| written.at <= at)
                .cloned();
            if let Some(written) = now {
                self.apply(
                    Input::Reading(Box::new(reading(&self.assistant, &written, at))),
                    at,
                );
            }
        }
    }

    fn apply(&mut self, input: Input, at: i64) -> Outcome {
        let outcome = self.table.apply(input, moment(at));
        let rows = self.table.rows();
        assert!(rows.len() <= 1, "one pane has one row: {rows:#?}");
        let state = match rows.first() {
            None if self.states.is_empty() => return outcome,
            None => "gone",
            Some(row) => word(row.state),
        };
        if self.states.last() != Some(&state) {
            self.states.push(state);
            self.since.push(at);
        }
        outcome
    }
}

/// The state in one short word.
pub fn word(state: State) -> &'static str {
    match state {
        State::WaitingApproval => "approval",
        State::WaitingInput => "input",
        other => other.as_str(),
    }
}
