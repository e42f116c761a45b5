//! Looking at the machine without collecting: the same sources and the same table, in this process and in
//! memory. No lock is taken, nothing is listened on, served, written or left behind in a multiplexer, and
//! nobody is told anything but the one dashboard that wants to see it.
//!
//! What only hooks tell is not known then, and rows say so: a state stands on a session file, on what a
//! pane shows in its title, and on the processes; on the event log as well where that is on.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, sync_channel};

use super::handover::Handover;
use super::message::Message;
use super::sources::Sources;
use super::writer::Writer;
use super::{CHANNEL_LENGTH, Running, Setup, belief, journal, sources};
use crate::log::condition::trouble;
use crate::state::Input;
use crate::state::update::{Role, Update};
use crate::sys::monotone_clock::Clock;

/// What states rest on.
pub(super) const BY_FILES: &str = "session files and processes";

/// The same where hooks still write down what nobody hears.
const BY_LOG: &str = "session files, processes and the event log";

/// Looks from now on, and tells `output`, until it is stopped. `handover`: what the collector that was there
/// before said last; of its rows no more is taken over than that their assistants run.
pub(super) fn look(
    setup: &Setup,
    handover: &Handover,
    output: Sender<Update>,
) -> io::Result<Running> {
    let journal = journal::Setup {
        writes: false,
        ..setup.journal.clone()
    };
    let sources = sources::Setup {
        silent: true,
        ..setup.sources.clone()
    };
    let clock = Arc::new(Clock::new(setup.clock));
    let (messages, inbox) = sync_channel(CHANNEL_LENGTH);
    let own_server = sources.own_server();
    let mut recalled = journal::recall(&journal, own_server.clone(), clock.now());
    recalled.take_up_unseen(&journal, clock.now());
    let apart = belief::sift(&mut recalled.table, &sources.reach, clock.now());
    let mut by_server = BTreeMap::new();
    for (server, present) in handover.in_panes() {
        let known: &mut Vec<_> = by_server.entry(server).or_default();
        known.push(present);
    }
    for (server, present) in by_server.clone() {
        let present = Input::Present { server, present };
        recalled.table.apply(present, clock.now());
    }
    recalled.take_up_ended(clock.now());
    let is_logged = journal
        .log
        .as_deref()
        .is_some_and(|log| trouble(log).is_ok());
    let role = Role::Alone(if is_logged { BY_LOG } else { BY_FILES });
    let tailer = recalled.tailer.take();
    let started = Sources::start(&sources, None, &clock, &messages, tailer)?;
    let writer = Writer::new(
        &sources,
        own_server,
        recalled,
        clock,
        started,
        vec![output],
        None,
    );
    let looking = Looking {
        inbox,
        writer: writer.with_apart(&apart).in_role(role).carrying(by_server),
    };
    let thread = std::thread::Builder::new()
        .name("writer".into())
        .spawn(move || looking.run())?;
    Ok(Running {
        messages,
        thread: Some(thread),
    })
}

/// All that ends with the writer's thread: first the inbox, because sources that wait to be heard must not
/// be waited for.
struct Looking {
    inbox: Receiver<Message>,
    writer: Writer,
}

impl Looking {
    fn run(mut self) {
        self.writer.run(&self.inbox);
    }
}
