//! The memory of sessions that are over: nothing but its own new start makes one a row again.

use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Table;
use crate::state::kin::Relation;
use crate::state::reason::{AWAY, OF_ANOTHER, OVER, Reason};
use crate::state::{Kin, Reading, Row, RowKey};

/// Events of a session that has ended come this long after its end.
const LATE_WORDS: Duration = Duration::from_millis(250);

/// How many ended sessions are remembered.
const REMEMBERED_ENDS: usize = 256;

/// A session that is over: nothing but its own new start makes it a row again.
#[derive(Debug)]
pub(super) struct Ended {
    key: RowKey,
    assistant: Assistant,
    instance_id: String,
    pid: Option<u32>,
    at: Timestamp,
}

impl Ended {
    /// Whether it is the end of that session there. A session that goes on in another pane has been
    /// taken up again, which says nothing of the one that ended here.
    fn is(&self, assistant: &Assistant, instance: Option<&String>, key: &RowKey) -> bool {
        let is_certain = |place: &Target| matches!(place, Target::Pane(_) | Target::Process { .. });
        let are_certain = is_certain(&self.key.place) && is_certain(&key.place);
        let elsewhere = are_certain && self.key != *key;
        self.assistant == *assistant && Some(&self.instance_id) == instance && !elsewhere
    }

    /// Whether the session goes on after all: it begins anew, or a process that lives and is in that
    /// pane does what no session does that is over. Late words of the old one are neither.
    fn is_taken_back(&self, event: &Event, kin: Kin) -> bool {
        if event.kind == Some(Kind::SessionStarted) {
            return event.ts > self.at;
        }
        let goes_on = match event.kind {
            Some(
                Kind::TurnStarted
                | Kind::ToolStarted
                | Kind::ApprovalRequested
                | Kind::InputRequested,
            ) => true,
            // A tool or a turn may outlive the session that began it, but not have another process: that
            // one has taken up the session while it worked on.
            Some(Kind::ToolFinished | Kind::TurnFinished | Kind::TurnFailed) => {
                self.pid.is_some() && self.pid != event.pid
            }
            _ => false,
        };
        let lives = event.pid.is_some() && kin.lives != Some(false);
        goes_on && lives && event.ts > self.at.plus(LATE_WORDS)
    }
}

impl Table {
    /// Whether the row's session is known to be over.
    pub(in crate::state) fn has_ended(&self, row: &Row) -> bool {
        self.ended.iter().any(|ended| {
            ended.assistant == row.assistant && Some(&ended.instance_id) == row.instance_id.as_ref()
        })
    }

    /// Whether an event may make a row: not the last words of a session, and none after its end.
    pub(super) fn may_begin(
        &mut self,
        event: &Event,
        kin: Kin,
        key: &RowKey,
    ) -> Result<(), Option<Reason>> {
        if event.kind == Some(Kind::SessionEnded) {
            self.remember_end(
                key,
                &event.assistant,
                event.instance_id.as_ref(),
                event.pid,
                event.ts,
            );
            return Err(None);
        }
        // Its place is its own process, and another assistant has started that.
        if kin.relation == Relation::Below && key.place.process().is_some() {
            return Err(Some(OF_ANOTHER));
        }
        let speaks = matches!(event.kind, Some(Kind::SessionStarted | Kind::TurnStarted));
        if !speaks && event.pid.is_some_and(|pid| self.away.contains(&pid)) {
            return Err(Some(AWAY));
        }
        let Some(index) = self.end_of(event, key) else {
            return Ok(());
        };
        if self.ended[index].is_taken_back(event, kin) {
            self.ended.remove(index);
            return Ok(());
        }
        Err(Some(OVER))
    }

    /// Why nothing is made of an event that is not believed otherwise, if it only comes late: its session
    /// has ended in that place.
    pub fn why_late(&self, event: &Event) -> Option<&'static str> {
        self.late(event, &self.key_of(event))
    }

    pub(super) fn late(&self, event: &Event, key: &RowKey) -> Option<Reason> {
        let is_late = !self.rows.contains_key(key) && self.end_of(event, key).is_some();
        is_late.then_some(OVER)
    }

    fn end_of(&self, event: &Event, key: &RowKey) -> Option<usize> {
        let is_it = |ended: &Ended| ended.is(&event.assistant, event.instance_id.as_ref(), key);
        self.ended.iter().position(is_it)
    }

    /// A live process may bring an ended session back, but not the process that ended.
    pub(super) fn may_read(
        &mut self,
        reading: &Reading,
        key: &RowKey,
    ) -> Result<(), Option<Reason>> {
        let is_it = |ended: &Ended| ended.is(&reading.assistant, reading.instance_id.as_ref(), key);
        let Some(index) = self.ended.iter().position(is_it) else {
            return Ok(());
        };
        let ended = &self.ended[index];
        let same_process = ended.pid.is_none() || reading.pid.is_none() || ended.pid == reading.pid;
        let is_another = reading.stands_in && !reading.is_behind();
        if same_process && !is_another {
            return Err(None);
        }
        self.ended.remove(index);
        Ok(())
    }

    pub(super) fn remember_end(
        &mut self,
        key: &RowKey,
        assistant: &Assistant,
        instance: Option<&String>,
        pid: Option<u32>,
        at: Timestamp,
    ) {
        let Some(instance_id) = instance.cloned() else {
            return;
        };
        if self.ended.len() == REMEMBERED_ENDS {
            self.ended.pop_front();
        }
        self.ended.retain(|ended| {
            (&ended.key, &ended.assistant, &ended.instance_id) != (key, assistant, &instance_id)
        });
        self.ended.push_back(Ended {
            key: key.clone(),
            assistant: assistant.clone(),
            instance_id,
            pid,
            at,
        });
    }
}
