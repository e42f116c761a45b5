//! Sub-agents that ask at the same time, as the real Claude has them queue: 2.1.197 shows the newest
//! dialog first and 2.1.332 the oldest. Of these sessions the session file, the commands below the
//! assistant and the dialog on the screen were captured beside the hooks, so the row is compared with
//! the screen all the time.

use std::collections::BTreeMap;

use pane_patrol::assistants::claude::commands::line_of;
use pane_patrol::log::Record;
use pane_patrol::log::player::Player as LogPlayer;
use pane_patrol::state::{Command, Input, Level, Outcome, Row, Table};
use pane_patrol_hooks::event::{Event, State};

use super::{MAIN, Session, hooks, session};
use crate::common::player::{Delivery, Line, PID, Written, moment, reading, recording, settings};
use pane_patrol_hooks::event::Assistant;

/// Every session of this kind.
pub(super) const NAMES: &[&str] = &[
    "two-approve.v2.1.197",
    "two-approve.v2.1.332",
    "two-deny.v2.1.197",
    "two-deny.v2.1.332",
    "two-esc.v2.1.197",
    "two-esc.v2.1.332",
    "two-similar.v2.1.197",
    "two-similar.v2.1.332",
    "two-late.v2.1.197",
    "two-late.v2.1.332",
    "two-allowed.v2.1.197",
    "two-allowed.v2.1.332",
    "three.v2.1.197",
    "three.v2.1.332",
];

/// How long after a change of the screen the row may still be behind, in ms.
const BEHIND: i64 = 400;

/// The same after an answer.
const ANSWERED_WITHIN: i64 = 1000;

/// The screen was looked at so seldom while it was captured.
const SEEN_LATE: i64 = 200;

/// A session as it was captured.
struct Captured {
    name: &'static str,
    session: Session,
    lines: Vec<Line>,
    levels: Vec<Written>,
    /// All that runs from a moment on: the command of each process.
    commands: Vec<(i64, BTreeMap<u64, String>)>,
    /// The command in the dialog on the screen from a moment on.
    screen: Vec<(i64, Option<String>)>,
}

impl Captured {
    fn of(name: &'static str) -> Self {
        let lines = recording(&Assistant::CLAUDE, name);
        let (mut levels, mut commands, mut screen) = (Vec::new(), Vec::new(), Vec::new());
        for line in &lines {
            match line.event.as_str() {
                "#session" => levels.push(Written {
                    at: line.payload["written_ms"].as_i64().expect("a time"),
                    level: match line.text("status") {
                        "busy" => Level::Busy,
                        "waiting" => Level::WaitingApproval,
                        _ => Level::Idle,
                    },
                    session: MAIN.to_owned(),
                }),
                "#commands" => {
                    let all = line.payload["commands"].as_array().expect("a list");
                    let runs = all.iter().map(|command| {
                        let told = command["told"].as_str().expect("what a shell was told");
                        let line = line_of(told).expect("a command");
                        (command["pid"].as_u64().expect("a process"), line)
                    });
                    commands.push((line.at, runs.collect()));
                }
                "#screen" => {
                    let dialog = line.payload["dialog"].as_str().map(str::to_owned);
                    screen.push((line.at, dialog));
                }
                _ => {}
            }
        }
        Self {
            name,
            session: session(name, "", ""),
            lines,
            levels,
            commands,
            screen,
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|name| Self::of(name))
    }

    /// What runs at `at`, each with the moment since when it does.
    fn running(&self, at: i64) -> Vec<Command> {
        let mut began = BTreeMap::new();
        let mut now = BTreeMap::new();
        for (since, runs) in self.commands.iter().filter(|(since, _)| *since <= at) {
            for pid in runs.keys() {
                began.entry(*pid).or_insert(*since);
            }
            now.clone_from(runs);
        }
        let command = |(pid, line)| Command {
            line,
            began: moment(began[&pid]),
        };
        now.into_iter().map(command).collect()
    }

    /// Whether the screen may have changed already at `at`, and was not seen to.
    fn is_about_to_change(&self, at: i64) -> bool {
        let mut changes = self.screen.iter().map(|(since, _)| *since);
        changes.any(|since| (at..at + SEEN_LATE).contains(&since))
    }

    /// What is on the screen at `at`, and since when.
    fn shown(&self, at: i64) -> (i64, Option<&str>) {
        let mut screens = self.screen.iter().rev();
        let found = screens.find(|(since, _)| *since <= at);
        found.map_or((0, None), |(since, dialog)| (*since, dialog.as_deref()))
    }

    /// What was answered until `at`, and when.
    fn answered(&self, at: i64) -> Vec<(i64, &str)> {
        let is_press = |line: &&Line| line.event == "#driver" && line.at <= at;
        let presses = self.lines.iter().filter(is_press);
        presses
            .filter_map(|line| Some((line.at, self.shown(line.at).1?)))
            .collect()
    }

    fn answers(&self) -> usize {
        self.answered(i64::MAX).len()
    }

    /// Whether the tool that asks for `command` began before `at`.
    fn has_begun(&self, command: &str, at: i64) -> bool {
        let is_it = |line: &&Line| {
            line.event == "PreToolUse" && line.payload["tool_input"]["command"] == *command
        };
        self.lines
            .iter()
            .find(is_it)
            .is_some_and(|line| line.at <= at)
    }

    fn events(&self, with_approvals: bool) -> Vec<(i64, Event)> {
        let deliveries = hooks(&self.session, &self.lines, !with_approvals);
        let event = |(at, delivery)| match delivery {
            Delivery::Event(event) => Some((at, *event)),
            _ => None,
        };
        deliveries.into_iter().filter_map(event).collect()
    }
}

/// A table that is told of a captured session as a collector tells it, and writes the same log.
struct Story<'a> {
    captured: &'a Captured,
    sees_commands: bool,
    table: Table,
    log: Vec<Vec<u8>>,
}

impl<'a> Story<'a> {
    fn new(captured: &'a Captured, sees_commands: bool, table: Table) -> Self {
        Self {
            captured,
            sees_commands,
            table,
            log: Vec::new(),
        }
    }

    /// Plays all that happened after `from`, and calls `look` every 50 ms and at each change.
    fn play(&mut self, from: i64, events: &[(i64, Event)], mut look: impl FnMut(i64, &Self)) {
        let captured = self.captured;
        let mut happens: Vec<(i64, Option<&Event>)> = Vec::new();
        happens.extend(events.iter().map(|(at, event)| (*at, Some(event))));
        happens.extend(captured.levels.iter().map(|level| (level.at + 5, None)));
        let end = happens.iter().map(|(at, _)| *at).max().unwrap_or(0);
        let ticks = (0..end / 50).map(|tick| tick * 50);
        let mut moments: Vec<(i64, Option<Option<&Event>>)> = happens
            .into_iter()
            .map(|(at, what)| (at, Some(what)))
            .collect();
        moments.extend(ticks.map(|at| (at, None)));
        moments.sort_by_key(|(at, _)| *at);
        for (at, what) in moments.into_iter().filter(|(at, _)| *at > from) {
            self.let_time_pass(at);
            match what {
                Some(Some(event)) => drop(self.tell(event.clone(), at)),
                Some(None) => self.read(at),
                None => {}
            }
            look(at, self);
        }
    }

    fn let_time_pass(&mut self, until: i64) {
        while let Some(due) = self
            .table
            .next_deadline()
            .filter(|due| *due <= moment(until))
        {
            let at = (due.as_micros() - moment(0).as_micros()) / 1000;
            let outcome = self.table.apply(Input::Tick, due);
            if !outcome.reread.is_empty() {
                self.read(at);
            }
        }
    }

    fn tell(&mut self, event: Event, at: i64) -> Outcome {
        let record = Record::from(event.clone());
        self.log.push(record.encode().expect("it is short enough"));
        self.table.apply(Input::Event(Box::new(event)), moment(at))
    }

    /// Reads the session file, and what runs while it says that it waits.
    fn read(&mut self, at: i64) {
        let mut levels = self.captured.levels.iter().rev();
        let Some(written) = levels.find(|written| written.at <= at) else {
            return;
        };
        if self.sees_commands && written.level == Level::WaitingApproval {
            let commands = self.captured.running(at);
            for event in self.table.answers_shown_by(PID, &commands) {
                self.tell(event, at);
            }
        }
        let reading = reading(&Assistant::CLAUDE, written, at);
        let row = self.table.rows().pop();
        let record = Record::of_reading(&reading, row.map(|row| row.target));
        self.log
            .extend(record.map(|record| record.encode().expect("it is short enough")));
        self.table
            .apply(Input::Reading(Box::new(reading)), moment(at));
    }

    fn row(&self) -> Option<Row> {
        self.table.rows().pop()
    }

    /// Compares the row with the screen. `since`: it was not looked before.
    fn compare(&self, at: i64, since: i64) {
        let Some(row) = self.row() else { return };
        let (changed, shown) = self.captured.shown(at);
        let what = format!(
            "{} from {since} at {at}: {shown:?}, {row:#?}",
            self.captured.name
        );
        let asks: Vec<&str> = row
            .waiting
            .iter()
            .filter_map(|request| request.message.as_deref())
            .collect();
        let is_known = !self.captured.is_about_to_change(at);
        let is_settled = |for_ms: i64| is_known && at - changed.max(since) > for_ms;
        if let Some(shown) = shown.filter(|_| is_settled(BEHIND)) {
            assert_eq!(row.state, State::WaitingApproval, "{what}");
            // Rows that were taken over name no tools but those that ask.
            if !self.captured.has_begun(shown, since) || asks.contains(&shown) {
                assert!(asks.contains(&shown), "it is missing: {what}");
            }
            let claims_one = row.message == row.waiting[0].message;
            assert_eq!(claims_one, row.waiting.len() == 1, "{what}");
        }
        let all_answered = self.captured.answered(at).len() == self.captured.answers();
        if all_answered && shown.is_none() && is_settled(ANSWERED_WITHIN) {
            assert_eq!(row.waiting, [], "{what}");
        }
        for (pressed, answered) in self.captured.answered(at) {
            if self.sees_commands && at - pressed.max(since) > ANSWERED_WITHIN {
                assert!(!asks.contains(&answered), "answered at {pressed}: {what}");
            }
        }
        // What runs without having been asked about is none of it for longer than a look.
        if self.sees_commands && is_settled(ANSWERED_WITHIN) {
            let running = self.captured.running(at - ANSWERED_WITHIN);
            let runs = |ask: &&str| running.iter().any(|command| command.line == **ask);
            assert!(!asks.iter().any(runs), "it runs: {what}");
        }
    }
}

fn every_way(mut with: impl FnMut(&Captured, &[(i64, Event)], bool)) {
    for captured in Captured::all() {
        for with_approvals in [false, true] {
            let events = captured.events(with_approvals);
            for sees_commands in [true, false] {
                with(&captured, &events, sees_commands);
            }
        }
    }
}

#[test]
fn the_row_lists_what_is_on_the_screen_and_nothing_that_was_answered() {
    every_way(|captured, events, sees_commands| {
        let mut story = Story::new(captured, sees_commands, Table::new(settings()));
        story.play(-1, events, |at, story| story.compare(at, 0));
    });
}

#[test]
fn hooks_that_come_late_change_nothing_of_that() {
    every_way(|captured, events, sees_commands| {
        for lag in [40, 120] {
            let late: Vec<(i64, Event)> = events
                .iter()
                .map(|(at, event)| (at + lag, event.clone()))
                .collect();
            let mut story = Story::new(captured, sees_commands, Table::new(settings()));
            story.play(-1, &late, |at, story| story.compare(at, 0));
        }
    });
}

#[test]
fn while_the_first_one_runs_the_second_one_is_what_waits() {
    for name in ["two-approve", "two-similar", "two-late"] {
        for version in ["v2.1.197", "v2.1.332"] {
            let name = format!("{name}.{version}");
            let name = NAMES.iter().find(|known| **known == name);
            let captured = Captured::of(name.expect("it is in the list"));
            let events = captured.events(false);
            let presses = captured.answered(i64::MAX);
            let [(first, _), (second, other)] = presses[..] else {
                panic!("{}: two were answered", captured.name);
            };
            let mut looked = 0;
            let mut story = Story::new(&captured, true, Table::new(settings()));
            story.play(-1, &events, |at, story| {
                if at > first + ANSWERED_WITHIN && at < second {
                    let row = story.row().expect("there is a row");
                    assert_eq!(row.waiting.len(), 1, "{} at {at}", captured.name);
                    assert_eq!(row.message.as_deref(), Some(other));
                    looked += 1;
                }
            });
            assert!(looked > 10, "{}: {looked}", captured.name);
        }
    }
}

/// Every so many steps a table is made anew.
const CUTS: usize = 29;

#[test]
fn a_table_rebuilt_from_the_log_shows_the_same_and_goes_on_so() {
    every_way(|captured, events, sees_commands| {
        let mut cuts: Vec<(i64, usize, Vec<Row>)> = Vec::new();
        let mut story = Story::new(captured, sees_commands, Table::new(settings()));
        story.play(-1, events, |at, story| {
            cuts.push((at, story.log.len(), story.table.rows()));
        });
        for (at, logged, rows) in cuts.into_iter().step_by(CUTS) {
            let mut player = LogPlayer::new(settings(), moment(at));
            for line in &story.log[..logged] {
                let record = Record::parse(line).expect("we wrote it");
                player.play(record, &mut |_, _, _| {});
            }
            let table = player.finish(moment(at));
            assert_eq!(table.rows(), rows, "{} cut at {at}", captured.name);
            let mut late = Story::new(captured, sees_commands, table);
            late.read(at);
            late.play(at, events, |now, late| late.compare(now, at));
        }
    });
}

#[test]
fn a_table_that_takes_over_the_rows_shows_them_and_goes_on_so() {
    every_way(|captured, events, sees_commands| {
        let mut cuts: Vec<(i64, Vec<Row>)> = Vec::new();
        let mut story = Story::new(captured, sees_commands, Table::new(settings()));
        story.play(-1, events, |at, story| cuts.push((at, story.table.rows())));
        for (at, rows) in cuts.into_iter().step_by(CUTS) {
            let mut table = Table::new(settings());
            table.adopt(&rows, moment(at));
            assert_eq!(table.rows(), rows, "{} cut at {at}", captured.name);
            let mut late = Story::new(captured, sees_commands, table);
            late.read(at);
            late.play(at, events, |now, late| late.compare(now, at));
        }
    });
}

#[test]
fn a_collector_that_starts_without_a_log_shows_that_somebody_waits() {
    for captured in Captured::all() {
        let events = captured.events(false);
        let starts = captured.levels.iter().map(|level| level.at + 300);
        for start in starts {
            let since: Vec<(i64, Event)> = events
                .iter()
                .filter(|(at, _)| *at > start)
                .cloned()
                .collect();
            let mut story = Story::new(&captured, true, Table::new(settings()));
            story.read(start);
            story.play(start, &since, |at, story| {
                let (changed, shown) = captured.shown(at);
                if let Some(row) = story.row()
                    && shown.is_some()
                    && at - changed.max(start) > BEHIND
                    && !captured.is_about_to_change(at)
                {
                    let what = format!("{} from {start}, at {at}: {row:#?}", captured.name);
                    assert_eq!(row.state, State::WaitingApproval, "{what}");
                }
            });
        }
    }
}
