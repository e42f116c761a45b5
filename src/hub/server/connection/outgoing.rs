//! What a client is told: what it is owed, as far as it takes it, and the answers to what it says.

use std::io::{self, Write};
use std::time::Instant;

use serde::Serialize;

use super::{Client, OUTPUT_BYTES};
use crate::hub::protocol::{ActResult, AgentPatch, Bye, Envelope, ErrorPayload, Snapshot, code};
use crate::hub::server::cache::World;
use crate::hub::server::outbox::Item;

impl Client {
    /// Something has changed that subscribers are told of.
    pub(in crate::hub::server) fn owe(&mut self, item: &Item) {
        if self.is_subscriber() && self.refused.is_none() && self.understands(item) {
            self.owed.add(item.clone());
        }
    }

    pub(super) fn understands(&self, item: &Item) -> bool {
        let kind = item.kind();
        let all = self.wants.kinds.as_ref();
        kind == "error" || all.is_none_or(|all| all.contains(kind))
    }

    /// Has it told of everything.
    pub(super) fn owe_everything(&mut self, world: &World) {
        self.told = 0;
        for item in world.everything() {
            self.owe(&item);
        }
    }

    /// Takes one message, or several, each with its number.
    pub(super) fn push(&mut self, messages: &[u8], world: &World) {
        let session = self.admission.session.as_deref();
        let session = session.unwrap_or(&world.voice.session_id).to_owned();
        for message in messages.split_inclusive(|byte| *byte == b'\n') {
            self.seq += 1;
            let numbered = world.voice.numbered(message, &session, self.seq);
            self.output.extend(numbered);
        }
    }

    /// Says that the hub ends, to whoever takes it at once.
    pub(in crate::hub::server) fn say_bye(&mut self, world: &World) {
        let bye = Bye {
            why: "the collector ends".to_owned(),
        };
        if self.is_greeted() && self.waiting.is_none() {
            let said = world.voice.say("bye", &bye, None, world.clock.now());
            self.push(&said, world);
            self.send(world);
        }
    }

    /// Tells what came of an act.
    pub(in crate::hub::server) fn tell_result(
        &mut self,
        result: &ActResult,
        request: Option<&str>,
        world: &World,
    ) {
        let now = world.clock.now();
        let said = world.voice.say("act_result", result, request, now);
        self.push(&said, world);
    }

    /// Asks a publisher for a patch.
    pub(in crate::hub::server) fn ask_for_patch(
        &mut self,
        wanted: &impl Serialize,
        request: &str,
        world: &World,
    ) {
        let now = world.clock.now();
        let said = world
            .voice
            .say("diff_patch_request", wanted, Some(request), now);
        self.push(&said, world);
    }

    /// Tells what became of the patch it waits for.
    pub(in crate::hub::server) fn tell_patch(
        &mut self,
        patch: Result<AgentPatch, &str>,
        request: Option<&str>,
        world: &World,
    ) {
        self.patches = self.patches.saturating_sub(1);
        match patch {
            Ok(patch) => {
                let now = world.clock.now();
                let said = world.voice.say_patch(patch, self.wants.parts, now);
                self.push(&said, world);
            }
            Err(why) => self.say_error(world, code::NO_PATCH, why, false, request),
        }
    }

    pub(super) fn say(
        &mut self,
        world: &World,
        kind: &str,
        payload: &impl Serialize,
        question: &Envelope,
    ) {
        // What a client does not take is no reason to keep more for it.
        if self.output.len() < OUTPUT_BYTES {
            let request = question.request_id.as_deref();
            let said = world.voice.say(kind, payload, request, world.clock.now());
            self.push(&said, world);
        }
    }

    /// Says what is wrong.
    pub(in crate::hub::server) fn say_error(
        &mut self,
        world: &World,
        code: &str,
        words: &str,
        fatal: bool,
        request: Option<&str>,
    ) {
        let payload = ErrorPayload {
            code: code.to_owned(),
            message: words.to_owned(),
            component: Some("hub".to_owned()),
            fatal,
            context: None,
            agent_id: None,
        };
        if self.refused.is_none() && (fatal || self.output.len() < OUTPUT_BYTES) {
            let now = world.clock.now();
            let said = world.voice.say("error", &payload, request, now);
            self.push(&said, world);
        }
    }

    /// Sends what the client is owed, as far as it takes it now.
    pub(in crate::hub::server) fn send(&mut self, world: &World) {
        loop {
            self.prepare(world);
            if self.output.is_empty() || self.has_left {
                self.stalled_since = None;
                return;
            }
            match self.stream.write(&self.output) {
                Ok(count) => {
                    self.output.drain(..count);
                    self.stalled_since = None;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.stalled_since.get_or_insert_with(Instant::now);
                    return;
                }
                Err(_) => self.has_left = true,
            }
        }
    }

    /// Turns what is owed into messages, each about what is so now.
    pub(super) fn prepare(&mut self, world: &World) {
        while self.output.len() < OUTPUT_BYTES
            && let Some(item) = self.owed.pop()
        {
            match &item {
                Item::Row(id) if world.row(id).is_some() => self.told += 1,
                Item::SnapshotEnd => {
                    let end = Snapshot {
                        count: self.told,
                        seq: self.seq + 1,
                    };
                    let said = world.voice.say("snapshot", &end, None, world.clock.now());
                    self.push(&said, world);
                }
                _ => {}
            }
            if let Some(message) = world.say(&item) {
                self.push(&message, world);
            }
        }
    }
}
