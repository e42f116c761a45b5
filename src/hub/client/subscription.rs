//! A connection that has said hello as a subscriber, and what it is told.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::connect::connect_to;
use super::error::HubError;
use crate::hub::protocol::{
    Act, ActResult, ClientRole, Envelope, ErrorPayload, Hello, MAX_MESSAGE_BYTES, Voice, code,
    parse, update_of,
};
use crate::state::update::{Health, Update};
use crate::state::{EndedSession, Row};

/// How long the hub may take for its answer to `hello`.
const ANSWER_BUDGET: Duration = Duration::from_secs(2);

/// How long it may take to answer an assistant by keys, and to see what became of it.
const ACT_BUDGET: Duration = Duration::from_secs(90);

/// A connection that has said hello as a subscriber.
#[derive(Debug)]
pub struct HubClient {
    reader: BufReader<UnixStream>,
    path: PathBuf,
    hello: Hello,
    clock: fn() -> Timestamp,
    voice: Voice,
    /// The rows that were told of before the first snapshot said that these were all.
    rows: Vec<Row>,
    /// What else was told before it.
    beside: VecDeque<Update>,
    /// The first snapshot has not come yet.
    is_new: bool,
    /// What has come of a message whose end has not.
    half: Vec<u8>,
}

impl HubClient {
    /// Connects to the collector of `places`, which must be `uid`'s, and subscribes. `name` says
    /// what for.
    pub fn subscribe(
        places: &Places,
        uid: u32,
        name: &str,
        clock: fn() -> Timestamp,
    ) -> Result<Self, HubError> {
        Self::greet(places, uid, name, Vec::new(), clock)
    }

    /// The same, of messages of these types alone.
    pub(super) fn greet(
        places: &Places,
        uid: u32,
        name: &str,
        capabilities: Vec<String>,
        clock: fn() -> Timestamp,
    ) -> Result<Self, HubError> {
        let path = &places.hub_socket;
        let io_error = |source| HubError::Io {
            path: path.clone(),
            source,
        };
        let stream = connect_to(places, uid)?;
        stream
            .set_read_timeout(Some(ANSWER_BUDGET))
            .and_then(|()| stream.set_write_timeout(Some(ANSWER_BUDGET)))
            .map_err(io_error)?;
        let sender_id = format!("{name}-{}", std::process::id());
        let hello = Hello {
            client_id: sender_id.clone(),
            role: ClientRole::Subscriber,
            capabilities,
            agent_id: None,
            pane_id: None,
            project_root: None,
        };
        let voice = Voice {
            // A guess: the hub says if it is called otherwise.
            session_id: places.session.clone(),
            sender_id,
        };
        let client = Self {
            reader: BufReader::new(stream),
            path: path.clone(),
            hello,
            clock,
            voice,
            rows: Vec::new(),
            beside: VecDeque::new(),
            is_new: true,
            half: Vec::new(),
        };
        client.say_hello();
        Ok(client)
    }

    fn say_hello(&self) {
        let hello = self.voice.say("hello", &self.hello, None, (self.clock)());
        // A hub that refuses at once may have closed already: what it said is still to be read.
        let _ = self.reader.get_ref().write_all(&hello);
    }

    /// Takes the hub's own word for its name; whether that is another one than it was called by.
    fn learn_name(&mut self, error: &Envelope) -> bool {
        let is_new = error.session_id != self.voice.session_id;
        self.voice.session_id.clone_from(&error.session_id);
        is_new
    }

    /// The sessions that are over and within reach, as they were when [`HubClient::rows`] told the rows.
    pub fn ended(&self) -> Vec<EndedSession> {
        let told = self.beside.iter().rev();
        let mut told = told.filter_map(|update| match update {
            Update::Ended(sessions) => Some(sessions.to_vec()),
            _ => None,
        });
        told.next().unwrap_or_default()
    }

    /// Another handle of the stream, to end [`HubClient::next_update`] from another thread.
    pub fn try_clone_stream(&self) -> Option<UnixStream> {
        self.reader.get_ref().try_clone().ok()
    }

    /// The rows as they are now.
    pub fn rows(&mut self) -> Result<Vec<Row>, HubError> {
        loop {
            match self.next_update()? {
                Some(Update::Snapshot(rows)) => return Ok(rows),
                Some(_) => {}
                None => {
                    return Err(HubError::Nobody {
                        path: self.path.clone(),
                    });
                }
            }
        }
    }

    /// Has something done about an agent, and waits for what came of it.
    pub(super) fn act(&mut self, act: &Act) -> Result<ActResult, HubError> {
        self.ask(("act", act, &act.act_id), ACT_BUDGET, |message| {
            (message.kind == "act_result").then(|| read(message.payload))
        })
    }

    /// Asks, and hears what is said until `take` has its answer among it.
    pub(super) fn ask<T>(
        &mut self,
        question: (&str, &impl Serialize, &str),
        budget: Duration,
        mut take: impl FnMut(Envelope) -> Option<Result<T, HubError>>,
    ) -> Result<T, HubError> {
        let told = self.reader.get_ref().set_read_timeout(Some(budget));
        told.map_err(|source| self.io_error(source))?;
        self.say_question(question)?;
        while let Some(line) = self.next_line()? {
            let message = parse(&line).map_err(|(_, words)| HubError::Unreadable(words))?;
            if message.kind == "error" {
                let error: ErrorPayload = read(message.payload.clone())?;
                if error.code == code::WRONG_SESSION {
                    // The greeting and the question are both refused then, and neither was taken.
                    if self.learn_name(&message) {
                        self.say_hello();
                        self.say_question(question)?;
                    }
                    continue;
                }
                return Err(HubError::Refused {
                    code: error.code,
                    message: error.message,
                });
            }
            if let Some(answer) = take(message) {
                return answer;
            }
        }
        // It was asked: that it is gone says nothing about what it has done.
        Err(HubError::Gone)
    }

    fn say_question(
        &mut self,
        (kind, payload, id): (&str, &impl Serialize, &str),
    ) -> Result<(), HubError> {
        let message = self.voice.say(kind, payload, Some(id), (self.clock)());
        let said = self.reader.get_ref().write_all(&message);
        said.map_err(|source| self.io_error(source))
    }

    fn io_error(&self, source: io::Error) -> HubError {
        HubError::Io {
            path: self.path.clone(),
            source,
        }
    }

    /// What was told before the first snapshot, beside the rows, that nobody has taken so far.
    pub(super) fn told_before(&mut self) -> Option<Update> {
        self.beside.pop_front()
    }

    /// How well the collector hears; it tells that after the rows.
    pub fn health(&mut self) -> Result<Health, HubError> {
        loop {
            match self.next_update()? {
                Some(Update::Health(health)) => return Ok(health),
                Some(_) => {}
                None => {
                    return Err(HubError::Nobody {
                        path: self.path.clone(),
                    });
                }
            }
        }
    }

    /// The next thing to know; waits for it. `None` when the collector has gone.
    pub fn next_update(&mut self) -> Result<Option<Update>, HubError> {
        if !self.is_new
            && let Some(update) = self.beside.pop_front()
        {
            return Ok(Some(update));
        }
        while let Some(line) = self.next_line()? {
            let message = parse(&line)
                .map_err(|(code, words)| HubError::Unreadable(format!("{code}: {words}")))?;
            if let Some(update) = self.take(message)? {
                return Ok(Some(update));
            }
        }
        Ok(None)
    }

    /// The same, but waits no longer than `limit`; then it says that the hub is silent. A first
    /// answer that takes too long is waited for no longer than ever.
    pub fn next_update_within(
        &mut self,
        limit: Option<Duration>,
    ) -> Result<Option<Update>, HubError> {
        let patience = if self.is_new {
            Some(limit.map_or(ANSWER_BUDGET, |limit| limit.min(ANSWER_BUDGET)))
        } else {
            limit
        };
        let told = self.reader.get_ref().set_read_timeout(patience);
        told.map_err(|source| HubError::Io {
            path: self.path.clone(),
            source,
        })?;
        self.next_update()
    }

    /// The same, but asks for a sign of life where the hub says nothing for `quiet`, and says that it is silent where
    /// it gives none within its time.
    pub(crate) fn next_update_of_one_who_lives(
        &mut self,
        quiet: Duration,
    ) -> Result<Option<Update>, HubError> {
        let mut is_asked = false;
        loop {
            if let Some(update) = self.told_before() {
                return Ok(Some(update));
            }
            self.wait_at_most(if is_asked { ANSWER_BUDGET } else { quiet })?;
            let line = match self.next_line() {
                Err(HubError::Silent { .. }) if !is_asked => {
                    let ping = self.voice.say("ping", &json!({}), None, (self.clock)());
                    // A hub that takes nothing is silent, as the next look finds.
                    let _ = self.reader.get_ref().write_all(&ping);
                    is_asked = true;
                    continue;
                }
                line => line?,
            };
            let Some(line) = line else { return Ok(None) };
            is_asked = false;
            let message = parse(&line)
                .map_err(|(code, words)| HubError::Unreadable(format!("{code}: {words}")))?;
            if let Some(update) = self.take(message)? {
                return Ok(Some(update));
            }
        }
    }

    /// Whether a silent hub says something within `limit`, or has gone: there is something to read then.
    pub(crate) fn speaks_within(&mut self, limit: Duration) -> bool {
        // Where that cannot be had the next read tells why.
        let _ = self.wait_at_most(limit);
        let is_silent = |error: &io::Error| {
            matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
            )
        };
        !self.reader.fill_buf().is_err_and(|error| is_silent(&error))
    }

    fn wait_at_most(&self, limit: Duration) -> Result<(), HubError> {
        let told = self.reader.get_ref().set_read_timeout(Some(limit));
        told.map_err(|source| self.io_error(source))
    }

    fn take(&mut self, message: Envelope) -> Result<Option<Update>, HubError> {
        let unreadable = |error: serde_json::Error| HubError::Unreadable(error.to_string());
        match message.kind.as_str() {
            "snapshot" => {
                self.stay();
                Ok(Some(Update::Snapshot(std::mem::take(&mut self.rows))))
            }
            "error" => {
                let error: ErrorPayload =
                    serde_json::from_value(message.payload.clone()).map_err(unreadable)?;
                let is_misnamed = error.code == code::WRONG_SESSION;
                if is_misnamed && self.learn_name(&message) {
                    self.say_hello();
                    return Ok(None);
                }
                let is_over = error.fatal || is_misnamed;
                if !is_over {
                    return Ok(None);
                }
                Err(HubError::Refused {
                    code: error.code,
                    message: error.message,
                })
            }
            _ => {
                let update = update_of(message).map_err(unreadable)?;
                Ok(update.and_then(|update| self.keep_first(update)))
            }
        }
    }

    /// Keeps what comes before the first snapshot until that.
    fn keep_first(&mut self, update: Update) -> Option<Update> {
        if !self.is_new {
            return Some(update);
        }
        match update {
            Update::Row(row) => self.rows.push(Arc::unwrap_or_clone(row)),
            Update::Gone(id) => self.rows.retain(|known| known.id != id),
            other => self.beside.push_back(other),
        }
        None
    }

    /// Once the hub has answered, silence means that nothing happens.
    fn stay(&mut self) {
        if self.is_new {
            self.is_new = false;
            // If it cannot be done the next silence looks like a hanging hub and is tried again.
            let _ = self.reader.get_ref().set_read_timeout(None);
        }
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, HubError> {
        let line = &mut self.half;
        let limit = (MAX_MESSAGE_BYTES + 2).saturating_sub(line.len());
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let read = (&mut self.reader).take(limit).read_until(b'\n', line);
        match read {
            Ok(_) if line.last() == Some(&b'\n') => {
                line.pop();
                Ok(Some(std::mem::take(line)))
            }
            Ok(_) if line.len() >= MAX_MESSAGE_BYTES => Err(HubError::Unreadable(format!(
                "a message of more than {MAX_MESSAGE_BYTES} bytes"
            ))),
            // Half a message at the end is what a killed hub leaves.
            Ok(_) => Ok(None),
            Err(error) => self.explain(error),
        }
    }

    fn explain(&self, source: io::Error) -> Result<Option<Vec<u8>>, HubError> {
        let path = self.path.clone();
        match source.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Err(HubError::Silent { path }),
            io::ErrorKind::ConnectionReset => Ok(None),
            _ => Err(HubError::Io { path, source }),
        }
    }
}

pub(super) fn read<T: serde::de::DeserializeOwned>(
    payload: serde_json::Value,
) -> Result<T, HubError> {
    serde_json::from_value(payload).map_err(|error| HubError::Unreadable(error.to_string()))
}
