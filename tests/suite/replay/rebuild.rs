//! A collector that starts late and reads the log comes to the rows of one that was there all along.
//!
//! Each recorded session is played with the log being written as a collector and hooks write it, cut
//! after each single step, and gone on with by a table that was rebuilt from the bytes of the log.

use pane_patrol::log::Record;
use pane_patrol::log::player::Player as LogPlayer;
use pane_patrol::state::{Input, Outcome, Row, Table};
use pane_patrol_hooks::event::State;

use super::*;
use crate::common::player::{reading, settings};

/// A table, the log that is written beside it, and the rows after each step.
struct Witnessed<'a> {
    table: Table,
    levels: &'a [Written],
    log: Vec<Vec<u8>>,
    /// Time of each step, length of the log and rows after it.
    steps: Vec<(i64, usize, Vec<Row>)>,
}

impl<'a> Witnessed<'a> {
    fn new(table: Table, levels: &'a [Written]) -> Self {
        Self {
            table,
            levels,
            log: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn play(&mut self, deliveries: &[(i64, Delivery)]) {
        for (at, delivery) in deliveries {
            self.let_time_pass(*at);
            let input = match delivery {
                Delivery::Event(event) => Input::Event(event.clone()),
                Delivery::Reading(written, seen) => {
                    Input::Reading(Box::new(reading(&Assistant::CLAUDE, written, *seen)))
                }
                Delivery::Exit => Input::ProcessExited { pid: PID },
                Delivery::Title(_) | Delivery::Record(_) => continue,
            };
            self.apply(input, *at);
            self.steps.push((*at, self.log.len(), self.table.rows()));
        }
    }

    /// The session file of a row that was taken over is read at once: it says what it said last.
    fn read_as_before(&mut self, delivered: &[(i64, Delivery)], at: i64) {
        let last = delivered.iter().rev().find_map(|(_, it)| match it {
            Delivery::Reading(written, _) => Some(written),
            _ => None,
        });
        if let Some(written) = last.filter(|_| !self.table.is_empty()) {
            let reading = reading(&Assistant::CLAUDE, written, at);
            self.apply(Input::Reading(Box::new(reading)), at);
        }
    }

    fn let_time_pass(&mut self, until: i64) {
        while let Some(due) = self
            .table
            .next_deadline()
            .filter(|due| *due <= moment(until))
        {
            let at = (due.as_micros() - moment(0).as_micros()) / 1000;
            let outcome = self.apply(Input::Tick, at);
            let read_again = !outcome.reread.is_empty();
            let now = self.levels.iter().rev().find(|written| written.at <= at);
            if let Some(written) = now.cloned().filter(|_| read_again) {
                self.apply(
                    Input::Reading(Box::new(reading(&Assistant::CLAUDE, &written, at))),
                    at,
                );
            }
        }
    }

    /// Applies an input, and logs it as hooks and the collector do.
    fn apply(&mut self, input: Input, at: i64) -> Outcome {
        let before = self.table.rows().pop();
        let record = match &input {
            Input::Event(event) => Some(Record::from((**event).clone())),
            Input::Reading(reading) => {
                Record::of_reading(reading, before.as_ref().map(|row| row.target.clone()))
            }
            Input::ProcessExited { .. } => {
                before.as_ref().map(|row| Record::of_end(row, moment(at)))
            }
            _ => None,
        };
        self.log
            .extend(record.map(|record| record.encode().expect("it is short enough")));
        self.table.apply(input, moment(at))
    }
}

fn rebuilt(log: &[Vec<u8>], at: i64) -> Table {
    let mut player = LogPlayer::new(settings(), moment(at));
    for line in log {
        let record = Record::parse(line).expect("we wrote it");
        player.play(record, &mut |_, _, _| {});
    }
    player.finish(moment(at))
}

/// Everything that is delivered in a session of the default installation, `lag` ms late.
fn deliveries(
    session: &Session,
    lines: &[Line],
    levels: &[Written],
    lag: i64,
) -> Vec<(i64, Delivery)> {
    let mut deliveries: Vec<(i64, Delivery)> = hooks(session, lines, true)
        .into_iter()
        .map(|(at, delivery)| (at + lag, delivery))
        .collect();
    if !session.name.starts_with("p-") {
        deliveries.extend(levels.iter().map(|written| {
            let seen = written.at + 5;
            (seen, Delivery::Reading(written.clone(), seen))
        }));
    }
    deliveries.sort_by_key(|(at, _)| *at);
    deliveries
}

#[test]
fn a_table_rebuilt_from_the_log_goes_on_like_one_that_was_there_all_along() {
    for session in SESSIONS {
        for lag in [0, 3] {
            let name = session.name;
            let lines = recording(&Assistant::CLAUDE, name);
            let levels = levels(session, &lines);
            let deliveries = deliveries(session, &lines, &levels, lag);
            let mut whole = Witnessed::new(Table::new(settings()), &levels);
            whole.play(&deliveries);
            for (cut, (at, logged, rows)) in whole.steps.iter().enumerate() {
                let table = rebuilt(&whole.log[..*logged], *at);
                assert_eq!(&table.rows(), rows, "{name} cut after {cut}");
                let mut late = Witnessed::new(table, &levels);
                late.play(&deliveries[cut + 1..]);
                let expected = whole.steps[cut + 1..].iter().map(|(_, _, rows)| rows);
                let found = late.steps.iter().map(|(_, _, rows)| rows);
                for (step, (found, expected)) in found.zip(expected).enumerate() {
                    assert_eq!(
                        found, expected,
                        "{name} cut after {cut}, {step} steps later"
                    );
                }
            }
        }
    }
}

/// What a person sees of a row.
fn seen(rows: &[Row]) -> Vec<(State, usize, Option<String>)> {
    rows.iter()
        .map(|row| (row.state, row.waiting.len(), row.tool.clone()))
        .collect()
}

#[test]
fn a_table_that_takes_over_the_rows_alone_shows_them_and_comes_to_the_same_states() {
    let states = |rows: &[Row]| -> Vec<(State, usize)> {
        let state = |row: &Row| (row.state, row.waiting.len());
        rows.iter().map(state).collect()
    };
    for session in SESSIONS {
        let name = session.name;
        let lines = recording(&Assistant::CLAUDE, name);
        let levels = levels(session, &lines);
        let deliveries = deliveries(session, &lines, &levels, 0);
        let mut whole = Witnessed::new(Table::new(settings()), &levels);
        whole.play(&deliveries);
        for (cut, (at, _, rows)) in whole.steps.iter().enumerate() {
            let mut table = Table::new(settings());
            table.adopt(rows, moment(*at));
            assert_eq!(&table.rows(), rows, "{name} cut after {cut}");
            // Of sub-agents a row tells no more than their number.
            if rows.iter().any(|row| row.sub_agents > 0) {
                continue;
            }
            let mut late = Witnessed::new(table, &levels);
            late.read_as_before(&deliveries[..=cut], *at);
            late.play(&deliveries[cut + 1..]);
            let expected = whole.steps[cut + 1..].iter();
            for ((when, _, found), (_, _, expected)) in late.steps.iter().zip(expected) {
                assert_eq!(
                    states(found),
                    states(expected),
                    "{name} cut after {cut}, seen at {when}"
                );
            }
        }
    }
}

/// Nothing is written to the session file for so long before a step that is compared: the first
/// reading after a gap says what was missed, and the hook that explains it may take its time.
const SETTLED: i64 = 700;

#[test]
fn a_collector_that_was_killed_and_started_again_shows_the_same_rows() {
    let mut compared = 0;
    for session in SESSIONS {
        let name = session.name;
        let lines = recording(&Assistant::CLAUDE, name);
        let levels = levels(session, &lines);
        let deliveries = deliveries(session, &lines, &levels, 0);
        let mut whole = Witnessed::new(Table::new(settings()), &levels);
        whole.play(&deliveries);
        for killed in 0..deliveries.len() {
            for restarted in killed + 1..(killed + 4).min(deliveries.len()) {
                let (_, logged, _) = &whole.steps[killed];
                let mut log = whole.log[..*logged].to_vec();
                // Meanwhile hooks log what they have to say; nobody reads the session file.
                let missed = &deliveries[killed + 1..=restarted];
                log.extend(missed.iter().filter_map(|(_, delivery)| match delivery {
                    Delivery::Event(event) => Some(event.encode().expect("it is short enough")),
                    _ => None,
                }));
                let has_exited = missed
                    .iter()
                    .any(|(_, missed)| matches!(missed, Delivery::Exit));
                let at = whole.steps[restarted].0;
                let mut late = Witnessed::new(rebuilt(&log, at), &levels);
                if has_exited {
                    late.apply(Input::ProcessExited { pid: PID }, at);
                }
                let now = levels.iter().rev().find(|written| written.at <= at);
                if let Some(written) = now.filter(|_| !name.starts_with("p-") && !has_exited) {
                    late.apply(
                        Input::Reading(Box::new(reading(&Assistant::CLAUDE, written, at))),
                        at,
                    );
                }
                late.play(&deliveries[restarted + 1..]);
                let expected = &whole.steps[restarted + 1..];
                for ((when, _, found), (_, _, expected)) in late.steps.iter().zip(expected) {
                    if *when > at + SETTLED {
                        compared += 1;
                        assert_eq!(
                            seen(found),
                            seen(expected),
                            "{name} killed after {killed}, back after {restarted}, seen at {when}"
                        );
                    }
                }
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}
