//! What the program comes to, as it says itself or as it is seen from outside.

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::event_log::EventLog;
use serde_json::Value;

use super::Line;
use crate::hub::protocol::StatusRecord;
use crate::wrap::report::{from_elsewhere, outlives_its_place};

impl Line {
    /// Tells what the program has said of itself: from then on that is its state.
    pub(in crate::wrap) fn tell_record(&mut self, record: StatusRecord) {
        self.said.take(record.clone());
        self.say_record(record);
    }

    /// Says again what it has said.
    pub(super) fn say_said(&mut self) {
        for record in self.said.records() {
            self.say_record(record);
        }
    }

    /// Without a hub nobody hears it; the next one does.
    fn say_record(&mut self, mut record: StatusRecord) {
        record.agent_id = Some(self.agent().to_owned());
        if let Some(last) = self.last.as_ref().filter(|_| !self.is_elsewhere) {
            record.server.clone_from(&last.server);
            (record.pane, record.pid) = (last.pane, last.pid);
        }
        self.say("status_record", &record, None);
    }

    /// Tells what the program has come to, where it does not say that itself.
    pub(in crate::wrap) fn tell(&mut self, event: Event) {
        let is_over = [Some(Kind::SessionEnded), Some(Kind::TurnFailed)].contains(&event.kind);
        if !self.said.is_empty() && !is_over {
            // Stopped it keeps its state, and woken it has that again.
            if event.kind == Some(Kind::TurnStarted) {
                self.said.renew(event.ts);
                self.say_said();
            }
            return;
        }
        self.said.forget();
        if !self.say_event(&event) {
            self.connect();
            if !self.say_event(&event) {
                self.log(&event);
            }
        }
        let is_first = self.last.replace(event).is_none();
        match &self.work {
            Some(work) => work.look_again(),
            // What was found out before there was anything to tell it of was not said.
            None if is_first => self.say_work(),
            None => {}
        }
    }

    pub(super) fn say_event(&mut self, event: &Event) -> bool {
        let told = if outlives_its_place(event) {
            // Of this name there may be an earlier one.
            let instance_id = None;
            Event {
                instance_id,
                ..from_elsewhere(event, self.agent())
            }
        } else if self.is_elsewhere {
            from_elsewhere(event, self.agent())
        } else {
            event.clone()
        };
        let encoded = told.encode().ok();
        let payload: Option<Value> = encoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        payload.is_some_and(|payload| self.say("agent_status", &payload, None))
    }

    fn log(&self, event: &Event) {
        let log = self.setup.log.as_deref().and_then(EventLog::open);
        if let (Some(log), Ok(line)) = (log, event.encode()) {
            // What is wrong with it is told by whoever collects.
            let _ = log.append_event(event, &line);
        }
    }
}
