//! What a log says about the work of a day: turns, approvals, the time spent waiting for the person,
//! tools and errors, for each assistant in each pane.
//!
//! Waiting is measured on the rows of the real table while the log is played, so that it is what the
//! dashboard showed, with the answers that no hook reports.

mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;

use super::Record;
use super::player::Player;
use super::when::LocalClock;
use crate::state::{Outcome, Request, Row, RowKey, Settings, Table};

/// The figures of one assistant in one pane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// Which assistant.
    pub assistant: String,
    /// Where.
    pub target: String,
    /// Prompts given.
    pub turns: u64,
    /// Permissions asked for.
    pub approvals: u64,
    /// Questions asked.
    pub questions: u64,
    /// Turns that failed.
    pub errors: u64,
    /// The time spent waiting for the person.
    pub waiting: Waits,
    /// Tools started, by name.
    pub tools: BTreeMap<String, u64>,
}

/// Waits for the person, from the question to its answer, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Waits {
    /// How many there were.
    pub count: usize,
    /// The one in the middle.
    pub median: f64,
    /// The longest.
    pub longest: f64,
    /// All together.
    pub total: f64,
}

/// The statistics of a log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Stats {
    /// Each assistant in each pane, the one that waited longest in all first.
    pub rows: Vec<Figures>,
    /// Events in each hour of the day, local time.
    pub by_hour: [u64; 24],
    /// Events that were counted.
    pub events: u64,
}

/// Whose figures: assistant and target.
type Whose = (String, String);

/// Counts while the log is played.
#[derive(Debug)]
pub(crate) struct Counter {
    player: Player,
    book: Book,
    clock: LocalClock,
}

#[derive(Debug, Default)]
struct Book {
    tallies: BTreeMap<Whose, Tally>,
    /// Open requests of each row, and since when there has been any.
    open: BTreeMap<RowKey, Open>,
    by_hour: [u64; 24],
    events: u64,
}

#[derive(Debug)]
struct Open {
    whose: Whose,
    since: Timestamp,
    requests: BTreeSet<(State, Timestamp)>,
}

#[derive(Debug, Default)]
struct Tally {
    turns: u64,
    approvals: u64,
    questions: u64,
    errors: u64,
    tools: BTreeMap<String, u64>,
    waits: Vec<Duration>,
}

impl Counter {
    /// Nothing counted yet.
    pub(crate) fn new(settings: Settings, clock: LocalClock) -> Self {
        Self {
            player: Player::new(settings, clock.now),
            book: Book::default(),
            clock,
        }
    }

    /// Plays a record, and counts it if it `is_wanted`: a filter may leave out what the table needs
    /// to know all the same.
    pub(crate) fn take(&mut self, record: Record, is_wanted: bool) {
        let event = is_wanted.then(|| record.event.clone());
        let book = &mut self.book;
        self.player.play(record, &mut |table, outcome, at| {
            book.follow(table, outcome, at, is_wanted);
        });
        if let Some(event) = event {
            let hour = self.clock.local(event.ts).hour();
            self.book.count(&event, usize::from(hour));
        }
    }

    /// The result. What still waits, waits until `now`.
    pub(crate) fn finish(self, now: Timestamp) -> Stats {
        let mut book = self.book;
        for (_, open) in std::mem::take(&mut book.open) {
            book.close(open, now);
        }
        let mut rows: Vec<Figures> = book.tallies.into_iter().map(figures).collect();
        rows.sort_by(|a, b| b.waiting.total.total_cmp(&a.waiting.total));
        Stats {
            rows,
            by_hour: book.by_hour,
            events: book.events,
        }
    }
}

impl Book {
    fn count(&mut self, event: &Event, hour: usize) {
        self.events += 1;
        self.by_hour[hour] += 1;
        if matches!(event.source, Source::Witness | Source::User) {
            return;
        }
        let whose = (event.assistant.to_string(), event.target.to_string());
        let tally = self.tallies.entry(whose).or_default();
        match event.kind {
            Some(Kind::TurnStarted) if event.agent_id.is_none() => tally.turns += 1,
            Some(Kind::TurnFailed) => tally.errors += 1,
            Some(Kind::ToolStarted) => {
                let tool = event.tool.clone().unwrap_or_else(|| "(unnamed)".to_owned());
                *tally.tools.entry(tool).or_default() += 1;
            }
            None if event.state == State::Error => tally.errors += 1,
            _ => {}
        }
    }

    fn follow(&mut self, table: &Table, outcome: &Outcome, at: Timestamp, is_wanted: bool) {
        for key in outcome.removed.iter().chain(&outcome.changed) {
            let row = table.row(key);
            let waiting = row.as_ref().map_or(&[][..], |row| &row.waiting);
            if waiting.is_empty() {
                if let Some(open) = self.open.remove(key) {
                    self.close(open, at);
                }
            } else if let Some(row) = &row
                && (is_wanted || self.open.contains_key(key))
            {
                self.note_open(key, row);
            }
        }
    }

    fn note_open(&mut self, key: &RowKey, row: &Row) {
        let whose = (row.assistant.to_string(), row.target.to_string());
        let oldest = row.waiting.iter().map(|request| request.since).min();
        let open = self.open.entry(key.clone()).or_insert_with(|| Open {
            whose: whose.clone(),
            since: oldest.unwrap_or(row.since),
            requests: BTreeSet::new(),
        });
        let tally = self.tallies.entry(whose).or_default();
        for Request { state, since, .. } in &row.waiting {
            if open.requests.insert((*state, *since)) {
                match state {
                    State::WaitingInput => tally.questions += 1,
                    _ => tally.approvals += 1,
                }
            }
        }
    }

    fn close(&mut self, open: Open, at: Timestamp) {
        let tally = self.tallies.entry(open.whose).or_default();
        tally.waits.push(at.since(open.since));
    }
}

fn figures(((assistant, target), tally): (Whose, Tally)) -> Figures {
    let mut waits: Vec<f64> = tally.waits.iter().map(Duration::as_secs_f64).collect();
    waits.sort_by(f64::total_cmp);
    Figures {
        assistant,
        target,
        turns: tally.turns,
        approvals: tally.approvals,
        questions: tally.questions,
        errors: tally.errors,
        tools: tally.tools,
        waiting: Waits {
            count: waits.len(),
            median: waits.get(waits.len() / 2).copied().unwrap_or_default(),
            longest: waits.last().copied().unwrap_or_default(),
            total: waits.iter().sum(),
        },
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::Assistant;
    use time::UtcOffset;

    use super::*;

    fn event(second: i64, kind: Kind, tool: Option<&str>) -> Record {
        let start = Timestamp::parse("2026-11-21T09:00:00Z").unwrap();
        let ts = start.plus(Duration::from_secs(second.unsigned_abs()));
        let state = match kind {
            Kind::ApprovalRequested => State::WaitingApproval,
            Kind::TurnFailed => State::Error,
            Kind::TurnFinished => State::Completed,
            _ => State::Running,
        };
        let mut event = Event::new(Assistant::CLAUDE, state, "work:1.2".parse().unwrap(), ts);
        event.kind = Some(kind);
        event.tool = tool.map(str::to_owned);
        event.request_id = tool.map(|tool| format!("{tool}{}", second / 100));
        event.instance_id = Some("one".into());
        Record::from(event)
    }

    fn count(records: Vec<(Record, bool)>, until: i64) -> Stats {
        let clock = LocalClock {
            now: Timestamp::parse("2026-11-21T20:00:00Z").unwrap(),
            offset: UtcOffset::from_hms(1, 0, 0).unwrap(),
        };
        let settings = Settings {
            ttl: Duration::from_secs(300),
            own_server: None,
        };
        let mut counter = Counter::new(settings, clock);
        for (record, is_wanted) in records {
            counter.take(record, is_wanted);
        }
        counter.finish(event(until, Kind::Note, None).event.ts)
    }

    #[test]
    fn turns_approvals_waits_tools_and_errors_are_counted() {
        let story = [
            event(0, Kind::TurnStarted, None),
            event(101, Kind::ToolStarted, Some("Bash")),
            event(102, Kind::ApprovalRequested, Some("Bash")),
            event(112, Kind::ToolFinished, Some("Bash")),
            event(200, Kind::ToolStarted, Some("Edit")),
            event(201, Kind::ApprovalRequested, Some("Edit")),
            event(231, Kind::ToolFinished, Some("Edit")),
            event(300, Kind::TurnFinished, None),
            event(3700, Kind::TurnStarted, None),
            event(3701, Kind::ToolStarted, Some("Bash")),
            event(3702, Kind::ApprovalRequested, Some("Bash")),
        ];
        let stats = count(
            story.into_iter().map(|record| (record, true)).collect(),
            3704,
        );
        let [row] = &stats.rows[..] else {
            panic!("{stats:?}")
        };
        assert_eq!((row.turns, row.approvals, row.errors), (2, 3, 0));
        assert_eq!(row.tools["Bash"], 2);
        let expected = Waits {
            count: 3,
            median: 10.0,
            longest: 30.0,
            total: 42.0,
        };
        assert_eq!(row.waiting, expected);
        assert_eq!((stats.by_hour[10], stats.by_hour[11]), (8, 3));
        let text = stats.to_text();
        let expected = "\
claude in work:1.2
  turns 2, approvals 3, questions 0, errors 0
  waited for you 3 times: median 10.0s, longest 30.0s, total 42.0s
  tools Bash 2, Edit 1

events by hour of the day
  10  ████████████████████████████████████████ 8
  11  ███████████████ 3
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_not_wanted_is_played_but_not_counted() {
        let story = vec![
            (event(0, Kind::TurnStarted, None), false),
            (event(101, Kind::ToolStarted, Some("Bash")), false),
            (event(102, Kind::ApprovalRequested, Some("Bash")), true),
            (event(112, Kind::ToolFinished, Some("Bash")), true),
        ];
        let stats = count(story, 200);
        assert_eq!(stats.events, 2);
        assert_eq!(stats.rows[0].turns, 0);
        assert_eq!(stats.rows[0].waiting.count, 1);
    }
}
