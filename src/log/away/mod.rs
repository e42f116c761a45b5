//! What happened while the person was away, for each assistant in its pane: by the event log, played into the real
//! table, so that it is what the dashboard would have shown; else by what is kept without one. All words are the
//! assistants' own.

mod counter;
mod text;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;

use super::tailer::{Line, Start, Tailer};
use super::{Record, fault};
use crate::state::{EndedSession, Row};
pub(crate) use counter::{Counter, left};
pub(crate) use text::{counts, words};

/// All that stands in the event log, oldest file first; what is no record is left out.
pub(crate) fn read(log: &Path, start: Instant) -> Vec<Record> {
    let mut records = Vec::new();
    let mut take = |line: Line<'_>| {
        records.extend(fault::read(line.content).record.map(|(record, _)| record));
        ControlFlow::Continue(())
    };
    let mut tailer = Tailer::open(log, Start::Beginning, start);
    if tailer.poll(start, &mut take).is_continue() {
        let _ = tailer.finish(&mut take);
    }
    records
}

/// What happened, and what cannot be known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Digest {
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// What cannot be told, in a sentence each.
    pub unknown: Vec<String>,
    /// Each assistant that had anything to tell: who asks first, then the others by how urgent they were in the end.
    pub assistants: Vec<Told>,
}

/// What one assistant did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Which.
    pub assistant: String,
    /// Where it is, or was.
    pub target: String,
    /// Its session, as it was last known.
    pub instance_id: Option<String>,
    /// Its config folder, when it is not the default one.
    pub home: Option<String>,
    /// How it is in the end; `None`: it has gone.
    pub state: Option<State>,
    /// What is counted; `None` without an event log.
    pub counts: Option<Counts>,
    /// Each request and each end of a turn, oldest first.
    pub happened: Vec<Happened>,
}

/// What is counted of an assistant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Turns that began.
    pub turns: u64,
    /// Requests and questions.
    pub asked: u64,
    /// For how long it waited for the person, in seconds.
    pub waited: u64,
    /// Turns that were finished.
    pub finished: u64,
    /// Turns that failed.
    pub failed: u64,
    /// Files that it has written, by its own word.
    pub files: u64,
}

/// One request, or the end of one turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// The assistant's words: what it asks, its last ones, or the error; `None`: they are not known.
    pub words: Option<String>,
}

/// What can happen that a person wants to know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It asked.
    Asked,
    /// A turn was finished.
    Finished,
    /// A turn failed.
    Failed,
}

impl Digest {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.assistants.is_empty()
    }

    /// By what is kept without an event log: how `rows` are, and which sessions are over.
    pub(crate) fn without_log(
        rows: &[Row],
        ended: &[EndedSession],
        (since, until): (Timestamp, Timestamp),
    ) -> Self {
        let rows = rows.iter().filter(|row| row.since >= since);
        let known: BTreeSet<&str> = rows
            .clone()
            .filter_map(|row| row.instance_id.as_deref())
            .collect();
        let ended = ended.iter().filter(|session| {
            session.ended >= since && !known.contains(session.instance_id.as_str())
        });
        let told: Vec<Told> = rows
            .filter_map(Told::of_row)
            .chain(ended.map(Told::of_ended))
            .collect();
        let unknown = "there is no event log: how many turns there were, what was asked and answered meanwhile and \
                       which files were written is not known; `pane-patrol mirror on` begins one";
        Self {
            since,
            until,
            unknown: vec![unknown.to_owned()],
            assistants: in_order(told),
        }
    }
}

impl Told {
    /// What `row` shows, if that is anything that happened.
    fn of_row(row: &Row) -> Option<Self> {
        let what = match row.state {
            State::WaitingApproval | State::WaitingInput if !row.waiting.is_empty() => What::Asked,
            State::Error => What::Failed,
            State::Completed | State::WaitingInput => What::Finished,
            // Seen, but said meanwhile.
            State::Idle if row.recap.is_some() => What::Finished,
            State::WaitingApproval | State::Running | State::Idle => return None,
        };
        let words = match what {
            What::Asked => asked(row.tool.as_deref(), row.message.as_deref()),
            What::Finished => row.recap.clone(),
            What::Failed => row.message.clone(),
        };
        Some(Self {
            happened: vec![Happened {
                at: row.since,
                what,
                words,
            }],
            ..Self::new(row)
        })
    }

    fn new(row: &Row) -> Self {
        Self {
            assistant: row.assistant.to_string(),
            target: row.target.to_string(),
            instance_id: row.instance_id.clone(),
            home: row.home.clone(),
            state: Some(row.state),
            counts: None,
            happened: Vec::new(),
        }
    }

    fn of_ended(session: &EndedSession) -> Self {
        Self {
            assistant: session.assistant.to_string(),
            target: session.target.to_string(),
            instance_id: Some(session.instance_id.to_string()),
            home: session.home.clone(),
            state: None,
            counts: None,
            happened: Vec::new(),
        }
    }

    /// What it said last of its own accord, when it was newer than `at` says: Claude's summary of what was done.
    pub(crate) fn hear(&mut self, words: String, at: Timestamp) {
        let last = self.happened.iter_mut().rev();
        let mut ends = last.filter(|it| it.what != What::Asked);
        if let Some(end) = ends
            .next()
            .filter(|end| end.what == What::Finished && end.at < at)
        {
            end.words = Some(words);
        }
    }

    /// What is to be told in one line: what it asks still, else how its last turn ended.
    pub(crate) fn last(&self) -> Option<&Happened> {
        let asks = matches!(
            self.state,
            Some(State::WaitingApproval | State::WaitingInput)
        );
        let last = self.happened.last();
        let ends = || self.happened.iter().rev().find(|it| it.what != What::Asked);
        last.filter(|it| asks || it.what != What::Asked)
            .or_else(ends)
    }
}

/// What is asked, in the assistant's words: the tool, and what it is to do.
fn asked(tool: Option<&str>, message: Option<&str>) -> Option<String> {
    let words: Vec<&str> = tool.into_iter().chain(message).collect();
    (!words.is_empty()).then(|| words.join(": "))
}

/// Who is most urgent first, as rows are; those that have gone last.
fn in_order(mut told: Vec<Told>) -> Vec<Told> {
    told.sort_by_cached_key(|one| (one.state.is_none(), one.state, one.target.clone()));
    told
}

#[cfg(test)]
mod tests;
