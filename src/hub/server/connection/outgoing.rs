//! What a client is told: what is in its outbox, as far as it takes that, and the answers to what it says.

use std::io::{self, Write};
use std::time::Instant;

use serde::Serialize;

use super::{Client, OUTPUT_BYTES};
use crate::hub::protocol::{ActResult, AgentPatch, Bye, Envelope, ErrorPayload, Snapshot, code};
use crate::hub::server::cache::Cache;
use crate::hub::server::outbox::Item;

impl Client {
    /// Something has changed that subscribers are told of.
    pub(in crate::hub::server) fn post(&mut self, item: &Item) {
        if self.is_subscriber() && self.refused.is_none() && self.understands(item) {
            self.outbox.add(item.clone());
        }
    }

    pub(super) fn understands(&self, item: &Item) -> bool {
        let kind = item.kind();
        let all = self.wants.kinds.as_ref();
        kind == "error" || all.is_none_or(|all| all.contains(kind))
    }

    /// Has it told of everything, the most urgent first.
    pub(super) fn post_everything(&mut self, cache: &Cache) {
        self.post_all(cache.everything());
    }

    /// Has it told of everything once more. However often it asks, it is told once of what it was not told
    /// yet.
    pub(super) fn post_everything_again(&mut self, cache: &Cache) {
        if !self.outbox.owes_all() {
            self.post_all(cache.everything_again());
        }
    }

    fn post_all(&mut self, items: Vec<Item>) {
        self.told = 0;
        for item in items {
            self.post(&item);
        }
        self.outbox.owe_all();
    }

    /// Takes one message, or several, each with its number.
    pub(super) fn push(&mut self, messages: &[u8], cache: &Cache) {
        let session = self.admission.session.as_deref();
        let session = session.unwrap_or(&cache.voice.session_id).to_owned();
        for message in messages.split_inclusive(|byte| *byte == b'\n') {
            self.seq += 1;
            let numbered = cache.voice.numbered(message, &session, self.seq);
            self.output.extend(numbered);
        }
    }

    /// Says that the hub ends, to whoever takes it at once.
    pub(in crate::hub::server) fn say_bye(&mut self, cache: &Cache) {
        let bye = Bye {
            why: "the collector ends".to_owned(),
        };
        if self.is_greeted() && self.waiter.is_none() {
            let said = cache.voice.say("bye", &bye, None, cache.clock.now());
            self.push(&said, cache);
            self.send(cache);
        }
    }

    /// Tells what came of an act.
    pub(in crate::hub::server) fn tell_result(
        &mut self,
        result: &ActResult,
        request: Option<&str>,
        cache: &Cache,
    ) {
        let now = cache.clock.now();
        let said = cache.voice.say_result(result, request, now);
        self.push(&said, cache);
    }

    /// Asks a publisher for a patch.
    pub(in crate::hub::server) fn ask_for_patch(
        &mut self,
        wanted: &impl Serialize,
        request: &str,
        cache: &Cache,
    ) {
        let now = cache.clock.now();
        let said = cache
            .voice
            .say("diff_patch_request", wanted, Some(request), now);
        self.push(&said, cache);
    }

    /// Tells what became of the patch it waits for.
    pub(in crate::hub::server) fn tell_patch(
        &mut self,
        patch: Result<AgentPatch, &str>,
        request: Option<&str>,
        cache: &Cache,
    ) {
        self.patches = self.patches.saturating_sub(1);
        match patch {
            Ok(patch) => {
                let now = cache.clock.now();
                let said = cache.voice.say_patch(patch, self.wants.parts, now);
                self.push(&said, cache);
            }
            Err(why) => self.say_error(cache, code::NO_PATCH, why, false, request),
        }
    }

    pub(super) fn say(
        &mut self,
        cache: &Cache,
        kind: &str,
        payload: &impl Serialize,
        question: &Envelope,
    ) {
        // What a client does not take is no reason to keep more for it.
        if self.output.len() < OUTPUT_BYTES {
            let request = question.request_id.as_deref();
            let said = cache.voice.say(kind, payload, request, cache.clock.now());
            self.push(&said, cache);
        }
    }

    /// Says what is wrong.
    pub(in crate::hub::server) fn say_error(
        &mut self,
        cache: &Cache,
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
            let now = cache.clock.now();
            let said = cache.voice.say("error", &payload, request, now);
            self.push(&said, cache);
        }
    }

    /// Sends what is in the outbox, as far as it takes it now.
    pub(in crate::hub::server) fn send(&mut self, cache: &Cache) {
        loop {
            self.prepare(cache);
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

    /// Turns what is in the outbox into messages, each about what is so now.
    pub(super) fn prepare(&mut self, cache: &Cache) {
        while self.output.len() < OUTPUT_BYTES
            && let Some(item) = self.outbox.pop()
        {
            match &item {
                Item::Row(id) if cache.row(id).is_some() => self.told += 1,
                Item::SnapshotEnd => {
                    let is_told = self.understands(&Item::Row(String::new()));
                    let count = || u64::try_from(cache.rows().count()).unwrap_or(u64::MAX);
                    let end = Snapshot {
                        count: if is_told { self.told } else { count() },
                        seq: self.seq + 1,
                    };
                    let said = cache.voice.say("snapshot", &end, None, cache.clock.now());
                    self.push(&said, cache);
                }
                _ => {}
            }
            if let Some(message) = cache.say(&item) {
                self.push(&message, cache);
            }
        }
    }
}
