//! What the hub has done by the collector: the table is told, requests are judged, patches made, and acts
//! carried out.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use super::message::Message;
use super::setup::{RulesSetup, Setup};
use crate::actor::acts;
use crate::actor::audit::Line;
use crate::actor::refusals::Refusals;
use crate::config::Config;
use crate::git::Git;
use crate::hub::server::{Actor, Event, Patcher, Rulebook, Ruled, Scribe, Workers};
use crate::sys::monotone_clock::Clock;

/// All that the hub needs of us.
pub(super) fn of(setup: &Setup, clock: &Arc<Clock>, output: &SyncSender<Message>) -> Workers {
    let actor = acts::Setup {
        places: setup.doors.places.clone(),
        uid: setup.doors.uid,
        homes: setup.sources.homes.clone(),
        reach: setup.sources.reach.clone(),
        home: setup.rules.ground.home.clone(),
    };
    let (table, clock) = (output.clone(), Arc::clone(clock));
    let tell = move |input, at| table.send(Message::Input(input, at)).is_ok();
    Workers {
        rules: rulebook(setup.rules.clone()),
        make_patch: patcher(),
        actor: Box::new(move |hub| -> Arc<dyn Actor> {
            Arc::new(actor.actor(hub, clock, Box::new(tell)))
        }),
        scribe: Arc::new(ToWriter(output.clone())),
    }
}

fn rulebook(setup: RulesSetup) -> Rulebook {
    let (config, record) = (setup.config, setup.record);
    let bounds = Refusals::default();
    Rulebook {
        read: Box::new(move || {
            let config = Config::read(config.as_deref()).map_err(|error| error.to_string())?;
            Ok(config.rules)
        }),
        ground: setup.ground,
        write_down: Box::new(move |ruled| match &record {
            Some(path) => write_down(ruled, path, &bounds),
            None => Ok(()),
        }),
    }
}

fn write_down(ruled: &Ruled, path: &Path, bounds: &Refusals) -> Result<(), String> {
    let written = Line::by_rule(ruled).append_ruled(path, ruled.right, bounds);
    let failed = |error| {
        let path = path.display();
        format!("a decision could not be written to {path}: {error}")
    };
    written.map_err(failed)
}

fn patcher() -> Patcher {
    let git = Git::default();
    Box::new(move |folder, request| {
        git.patch(folder, request)
            .map_err(|error| error.to_string())
    })
}

/// The writer, as the hub tells it.
struct ToWriter(SyncSender<Message>);

impl Scribe for ToWriter {
    fn tell(&self, event: Event) {
        // Nobody listens any more: whoever tells is about to be told.
        let _ = self.0.send(event.into());
    }

    fn mention(&self, event: Event) {
        // A full channel means that the collector is busy; then it matters less than the hub's clients.
        let _ = self.0.try_send(event.into());
    }
}

impl From<Event> for Message {
    fn from(event: Event) -> Self {
        match event {
            Event::Published(published) => Self::Published(published),
            Event::Refused(reason) => Self::Refused(reason),
            Event::Trouble(subject, words) => Self::Trouble(subject, words),
        }
    }
}
