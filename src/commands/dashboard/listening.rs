//! Who lets programs in over WebSocket where this dashboard takes over from one that did: it, where the settings say
//! that whoever collects does; else it is said that nobody does any more.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::install_offer::told;
use crate::commands::{Context, listen};
use crate::hub::websocket::{Listening, was_cut_off};
use crate::state::update::{Health, Role, Update};

/// Said where the one before has listened, and this one was not told to.
const CUT_OFF: &str = "whoever let programs in over WebSocket was killed, and nobody does now: start \
    `pane-patrol --listen`, or set `[listen] always = true`";

/// Hears what the dashboard hears, before it does.
pub(super) struct Follower {
    context: Context,
    listening: Option<Listening>,
    always: bool,
    /// What is to be said of it beside what the collector says.
    trouble: Option<String>,
    /// What that said last.
    health: Health,
}

impl Follower {
    /// For a dashboard that listens already or does not.
    pub(super) fn new(context: &Context, listening: Option<Listening>, always: bool) -> Self {
        Self {
            context: context.clone(),
            listening,
            always,
            trouble: None,
            health: Health::default(),
        }
    }

    /// What is told, with what is to be said of this. It listens until nobody tells anything any more: then the thread
    /// ends, and no token is left.
    pub(super) fn follow(
        mut self,
        updates: Receiver<Update>,
    ) -> io::Result<(Receiver<Update>, JoinHandle<()>)> {
        let (sender, receiver) = channel();
        let pass = move || {
            for update in updates {
                self.pass(update, &sender);
            }
        };
        let named = std::thread::Builder::new().name("listening".into());
        Ok((receiver, named.spawn(pass)?))
    }

    fn pass(&mut self, update: Update, sender: &Sender<Update>) {
        let begins = matches!(update, Update::Role(Role::Collector));
        let update = match update {
            Update::Health(health) => {
                self.health = health;
                self.with_trouble()
            }
            update => update,
        };
        // A dashboard that no longer listens is about to leave.
        let _ = sender.send(update);
        if begins && self.listening.is_none() {
            self.trouble = self.listen();
            if self.trouble.is_some() {
                let _ = sender.send(self.with_trouble());
            }
        }
    }

    /// Whether programs are let in.
    #[cfg(test)]
    pub(super) fn is_listening(&self) -> bool {
        self.listening.is_some()
    }

    fn with_trouble(&self) -> Update {
        let mut health = self.health.clone();
        health.troubles.extend(self.trouble.clone());
        Update::Health(health)
    }

    /// Listens if that is wanted; why nobody does who should.
    pub(super) fn listen(&mut self) -> Option<String> {
        if !self.always {
            return was_cut_off(&self.context.places()).then(|| CUT_OFF.to_owned());
        }
        let begin = |setup| listen::begin(&self.context, &setup);
        let setup = listen::wanted(&self.context, Some(""));
        match setup.and_then(|setup| setup.map(begin).transpose()) {
            Ok(listening) => {
                self.listening = listening;
                None
            }
            Err(error) => Some(format!(
                "over WebSocket nobody comes: {}",
                told(&error, Vec::new())
            )),
        }
    }
}
