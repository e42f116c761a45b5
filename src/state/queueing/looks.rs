//! Lets time pass, and looks at the row whenever something has happened.

use std::collections::btree_map::OccupiedEntry;
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, State};
use pane_patrol_hooks::target::PaneId;
use proptest::prelude::*;

use super::super::{Command, Input, Level, Reading, Row};
use super::scene::*;

impl Scene {
    /// Lets time pass; what happens meanwhile is looked at each time.
    pub(super) fn pass(&mut self, time: i64) -> Result<(), TestCaseError> {
        let until = self.now + time;
        loop {
            let next = self.schedule.keys().next().map(|(at, _)| *at);
            let due = self
                .table
                .next_deadline()
                .map(|due| (due.as_micros() + 999) / 1000);
            let Some(next) = [next, due]
                .into_iter()
                .flatten()
                .min()
                .filter(|at| *at <= until)
            else {
                break;
            };
            self.now = self.now.max(next);
            let due = self
                .schedule
                .first_entry()
                .filter(|first| first.key().0 <= self.now);
            match due.map(OccupiedEntry::remove) {
                Some(Happening::Opens(index)) => self.opens(index),
                Some(Happening::Heard(event)) => self.apply(*event),
                Some(Happening::FileChanged) => self.read_file(),
                None => {
                    let outcome = self.table.apply(Input::Tick, at(self.now));
                    if !outcome.reread.is_empty() {
                        self.read_file();
                    }
                }
            }
            self.check()?;
        }
        self.now = until;
        self.check()
    }

    /// Reads the session file as the witness does, with what runs while it says that it waits.
    pub(super) fn read_file(&mut self) {
        let (level, written) = self.file;
        if written > self.now {
            return;
        }
        if self.sees_commands && level == Level::WaitingApproval {
            let commands = self.commands();
            for event in self.table.answers_shown_by(PID, &commands) {
                self.apply(event);
            }
        }
        let reading = Reading {
            assistant: Assistant::CLAUDE,
            level,
            written: at(written),
            seen: at(self.now),
            instance_id: Some("s".into()),
            pid: Some(PID),
            pane: Some((server(), PaneId(1))),
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
        };
        self.table
            .apply(Input::Reading(Box::new(reading)), at(self.now));
        self.read = (written, self.now);
    }

    pub(super) fn commands(&self) -> Vec<Command> {
        let runs = |tool: &Use| match tool.phase {
            Phase::Runs { since } if tool.shell && since <= self.now => Some(Command {
                line: tool.line.clone(),
                began: at(since),
            }),
            _ => None,
        };
        self.uses.iter().filter_map(runs).collect()
    }

    pub(super) fn row(&self) -> Row {
        self.table.rows().remove(0)
    }

    pub(super) fn check(&self) -> Result<(), TestCaseError> {
        let row = self.row();
        let lists = |tool: &Use| {
            let mut waiting = row.waiting.iter();
            waiting.any(|request| request.message.as_ref() == Some(&tool.line))
        };
        let (written, read) = self.read;
        let is_current = written == self.file.1;
        if let Some(shown) = self.queue.front().map(|index| &self.uses[*index])
            && let Phase::Asks { since } = shown.phase
        {
            let is_read = is_current && read >= since.max(shown.since + QUEUED_AFTER);
            if is_read && shown.is_known {
                prop_assert!(
                    lists(shown),
                    "{shown:?} at {} is missing: {row:#?}",
                    self.now
                );
            }
            if is_read && shown.is_known {
                prop_assert_eq!(row.state, State::WaitingApproval, "{:#?}", row);
            }
        }
        for tool in &self.uses {
            let is_told = tool.told.is_some_and(|told| told < self.now);
            prop_assert!(
                !(is_told && lists(tool)),
                "{tool:?} at {}: {row:#?}",
                self.now
            );
            if let Phase::Runs { since } = tool.phase
                && self.sees_commands
                && tool.shell
                && self.file.0 == Level::WaitingApproval
                && is_current
                && read >= since
            {
                prop_assert!(!lists(tool), "{tool:?} at {} runs: {row:#?}", self.now);
            }
        }
        let several = row.waiting.len() > 1;
        let message = row.message.unwrap_or_default();
        prop_assert_eq!(several, message.starts_with("one of "));
        Ok(())
    }
}
