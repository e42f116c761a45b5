//! Takes events, as far as their sender is believed; what is not believed is held apart.

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::target::{Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::Writer;
use crate::collector::belief;
use crate::collector::contained::Container;
use crate::collector::kinship::Kinship;
use crate::hub::protocol::code;
use crate::state::{Command, Input, Kin, Reading, Row, RowKey};
use crate::sys::namespaces::Standing;

/// A client of the hub that tells of agents.
#[derive(Clone, Debug)]
pub(super) struct Speaker {
    pub(super) publisher: String,
    /// It may do nothing but publish.
    pub(super) hearsay: bool,
}

impl Writer {
    /// What runs has been answered. That is an event like any other, and no hook logs it.
    pub(super) fn take_commands(&mut self, pid: u32, commands: &[Command], at: Timestamp) {
        for event in self.table.answers_shown_by(pid, commands) {
            self.memory.note_event(event.clone());
            self.apply(Input::Event(Box::new(event)), at);
        }
        if let Some(row) = self.table.row_of_process(pid) {
            self.sources.unheard.look_for_ends(&row);
        }
    }

    /// What was begun before anybody listened, each as its hook would have told it.
    pub(super) fn take_unheard(&mut self, events: Vec<Event>) {
        for event in events {
            self.memory.note_event(event.clone());
            self.apply(Input::Event(Box::new(event)), self.clock.now());
        }
    }

    /// Applies an event, as far as its sender is believed; whether it had come before. `standing`: where
    /// its sender runs, of one that was heard; what stood in our own log is as good as of here.
    pub(super) fn take_event(
        &mut self,
        mut event: Box<Event>,
        standing: Option<Standing>,
        at: Timestamp,
    ) -> bool {
        let told = event.clone();
        match self.judge(&mut event, standing.unwrap_or(Standing::Home)) {
            Ok(()) => {
                let kin = self.kin_of(&event);
                if event.pane.is_none() {
                    let key = self.table.key_of(&event);
                    self.memory.note_place(&told, &key, self.now.max(at));
                }
                let outcome = self.apply_and_tell(Input::Reported { event, kin }, at);
                if let Some(why) = outcome.held_apart {
                    self.memory.note_apart(&told, why, self.now);
                }
                outcome.again
            }
            Err(why) => {
                // Where its process is tells more than that its sender was gone.
                let known = match why {
                    belief::UNPROVED => self.table.why_late(&event),
                    _ => Some(why),
                };
                let known = known.or_else(|| self.kin_of(&event).is_astray());
                let why = known.unwrap_or(why);
                self.hold_apart(&event, why, at);
                // Of one that was heard the line is still to be read, and may be believed.
                if standing.is_none() {
                    self.memory.note_apart(&told, why, self.now);
                }
                false
            }
        }
    }

    /// Applies an event of a container.
    pub(super) fn take_contained(
        &mut self,
        container: &Container,
        mut event: Box<Event>,
        at: Timestamp,
    ) {
        let judged = container.judge(&mut event);
        event.server.clone_from(&self.own_server);
        if let Err(why) = judged {
            return self.hold_apart(&event, why, at);
        }
        let container = container.name.clone();
        self.apply(Input::Contained { container, event }, at);
    }

    /// Applies a publisher's event, and logs it, as hooks do with theirs; the error says why it was
    /// not taken.
    pub(super) fn take_published_event(
        &mut self,
        publisher: Speaker,
        mut event: Box<Event>,
        standing: Standing,
        at: Timestamp,
    ) -> Result<RowKey, (&'static str, String)> {
        if !matches!(event.target, Target::Agent(_))
            && let Err(why) = self.judge(&mut event, standing)
        {
            self.hold_apart(&event, why, at);
            return Err((code::NOT_TAKEN, why.to_owned()));
        }
        self.put_published(publisher, event, at)
    }

    /// Applies a publisher's event that is believed; its row.
    pub(super) fn put_published(
        &mut self,
        Speaker { publisher, hearsay }: Speaker,
        event: Box<Event>,
        at: Timestamp,
    ) -> Result<RowKey, (&'static str, String)> {
        let key = self.table.key_of(&event);
        let input = Input::Published {
            publisher,
            event: event.clone(),
            hearsay,
        };
        let outcome = self.apply_and_tell(input, at);
        if !outcome.again && outcome.held_apart.is_none() {
            if hearsay {
                self.memory.note_hearsay(*event);
            } else {
                self.memory.note_event(*event);
            }
        }
        match outcome.held_apart {
            Some(reason) => Err((code::NOT_TAKEN, reason.to_owned())),
            None => Ok(key),
        }
    }

    /// Says which server an event means that names none, and takes from it what is not believed.
    fn judge(&mut self, event: &mut Event, standing: Standing) -> Result<(), &'static str> {
        let names_server = event.server.is_some();
        if !names_server {
            event.server.clone_from(&self.own_server);
        }
        let mut facts = self.ground.with(&self.table);
        belief::judge(event, names_server, standing, &self.own_socket, &mut facts)
    }

    /// What the process of a hook's event is to its pane.
    fn kin_of(&mut self, event: &Event) -> Kin {
        let row = self.table.process_at(&self.table.key_of(event));
        if event.pane.is_none() && event.target.process().is_some() {
            let is_assistant = |pid: u32| self.table.is_of_an_assistant_outside(pid);
            return Kinship::outside(event, row, is_assistant);
        }
        let ground = &self.ground;
        let root = |server: &Server, pane| ground.process_of(server, pane);
        self.kinship.of(event, row, root)
    }

    /// Whether a witness tells of a session that the assistant of that pane has started.
    pub(super) fn is_of_a_child(&self, reading: &Reading) -> bool {
        let Some((server, pane)) = &reading.pane else {
            return false;
        };
        let key = RowKey {
            server: Some(server.clone()),
            place: Target::Pane(*pane),
        };
        let is_own = |row: &Row| row.publisher.is_none() && !row.silent;
        let row = self.table.row(&key).filter(is_own);
        let other = row.filter(|row| row.instance_id != reading.instance_id);
        let above = other.and_then(|row| row.pid).zip(reading.pid);
        above.is_some_and(|(row, pid)| row != pid && Kinship::is_below(pid, row))
    }

    fn hold_apart(&mut self, event: &Event, why: &'static str, at: Timestamp) {
        self.now = self.now.max(at);
        let outcome = self.table.hold_apart(event, why, self.now);
        self.count_apart(&outcome);
    }
}
