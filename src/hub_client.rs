//! A client of the hub: `status`, second dashboards, and whoever else wants to know.
//!
//! It never waits for a hub that does not answer: connecting and the first snapshot are bounded.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::send::is_runtime_ours;
use pane_patrol_hooks::timestamp::Timestamp;
use rustix::io::Errno;
use rustix::net::{SocketAddrUnix, SocketType};
use thiserror::Error;

use crate::protocol::{
    Act, ActResult, ClientRole, Envelope, ErrorPayload, Hello, MAX_MESSAGE_BYTES, Voice, code,
    feed_of, parse,
};
use crate::state::Row;
use crate::state::update::{Feed, Health};
use crate::sys::unix_socket::unix_socket;

/// How long the hub may take for its answer to `hello`.
const ANSWER_BUDGET: Duration = Duration::from_secs(2);

/// How long it may take to answer an assistant by keys, and to see what became of it.
const ACT_BUDGET: Duration = Duration::from_secs(90);

/// Why there is nothing to hear from the hub.
#[derive(Debug, Error)]
pub enum HubError {
    /// No collector runs.
    #[error("nobody collects: no collector listens on {}", path.display())]
    Nobody {
        /// The hub's socket.
        path: PathBuf,
    },
    /// What stands in the collector's place may be another user's.
    #[error("the runtime folder {} is not ours alone", path.display())]
    Untrusted {
        /// The folder.
        path: PathBuf,
    },
    /// The collector in this process ends.
    #[error("the collector is ending")]
    Ending,
    /// The collector has ended, or let go of us, while we waited for its answer.
    #[error("the collector ended before it answered")]
    Gone,
    /// The collector hangs.
    #[error("the collector on {} does not answer", path.display())]
    Silent {
        /// The hub's socket.
        path: PathBuf,
    },
    /// The hub refused us.
    #[error("the collector refused: {message} ({code})")]
    Refused {
        /// One word.
        code: String,
        /// One line.
        message: String,
    },
    /// The hub said something that is no message of this version.
    #[error("the collector said what cannot be understood: {0}")]
    Unreadable(String),
    /// The connection broke.
    #[error("could not talk to the collector on {}: {source}", path.display())]
    Io {
        /// The hub's socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Where a collector listens, and whose it must be.
#[derive(Clone, Debug)]
pub struct Hub {
    /// Where.
    pub places: Places,
    /// The user's.
    pub uid: u32,
}

impl Hub {
    /// Connects to the collector and subscribes; `name` says what for.
    ///
    /// # Errors
    /// Nobody collects there, it does not answer, or it is not to be trusted.
    pub fn subscribe(&self, name: &str) -> Result<HubClient, HubError> {
        HubClient::subscribe(&self.places, self.uid, name, Timestamp::now)
    }
}

impl Hub {
    /// Has that done, and waits for what came of it; `name` says by which of our doors.
    ///
    /// # Errors
    /// Nobody collects there, it does not answer, or it is not to be trusted.
    pub fn act(&self, name: &str, act: &Act) -> Result<ActResult, HubError> {
        // It wants no news, only the answer.
        let wants = vec!["act_result".to_owned()];
        let mut client = HubClient::greet(&self.places, self.uid, name, wants, Timestamp::now)?;
        client.act(act, Timestamp::now)
    }
}

/// An id for an act that nobody else takes.
pub fn random_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let (pid, now) = (std::process::id(), Timestamp::now().as_micros());
    // Whoever guesses it is told the result of an act that is over, and no more.
    format!("{pid:x}-{now:x}-{number:x}")
}

/// A connection that has said hello as a subscriber.
#[derive(Debug)]
pub struct HubClient {
    reader: BufReader<UnixStream>,
    path: PathBuf,
    voice: Voice,
    /// The rows that were told of before the first snapshot said that these were all.
    rows: Vec<Row>,
    /// What else was told before it.
    beside: VecDeque<Feed>,
    /// The first snapshot has not come yet.
    is_new: bool,
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
    fn greet(
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
            session_id: places.session.clone(),
            sender_id,
        };
        // A hub that refuses at once may have closed already: what it said is still to be read.
        let _ = (&stream).write_all(&voice.say("hello", &hello, None, clock()));
        Ok(Self {
            reader: BufReader::new(stream),
            path: path.clone(),
            voice,
            rows: Vec::new(),
            beside: VecDeque::new(),
            is_new: true,
        })
    }

    /// Another handle of the stream, to end [`HubClient::next_feed`] from another thread.
    pub fn try_clone_stream(&self) -> Option<UnixStream> {
        self.reader.get_ref().try_clone().ok()
    }

    /// The rows as they are now.
    pub fn rows(&mut self) -> Result<Vec<Row>, HubError> {
        loop {
            match self.next_feed()? {
                Some(Feed::Snapshot(rows)) => return Ok(rows),
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
    fn act(&mut self, act: &Act, clock: fn() -> Timestamp) -> Result<ActResult, HubError> {
        let message = self.voice.say("act", act, Some(&act.act_id), clock());
        let io_error = |source| HubError::Io {
            path: self.path.clone(),
            source,
        };
        self.reader
            .get_ref()
            .write_all(&message)
            .and_then(|()| self.reader.get_ref().set_read_timeout(Some(ACT_BUDGET)))
            .map_err(io_error)?;
        while let Some(line) = self.next_line()? {
            let unreadable = |words: String| HubError::Unreadable(words);
            let message = parse(&line).map_err(|(_, words)| unreadable(words))?;
            match message.kind.as_str() {
                "act_result" => {
                    return serde_json::from_value(message.payload)
                        .map_err(|error| unreadable(error.to_string()));
                }
                "error" => {
                    let error: ErrorPayload = serde_json::from_value(message.payload)
                        .map_err(|error| unreadable(error.to_string()))?;
                    return Err(HubError::Refused {
                        code: error.code,
                        message: error.message,
                    });
                }
                _ => {}
            }
        }
        // It was asked: that it is gone says nothing about what it has done.
        Err(HubError::Gone)
    }

    /// How well the collector hears; it tells that after the rows.
    pub fn health(&mut self) -> Result<Health, HubError> {
        loop {
            match self.next_feed()? {
                Some(Feed::Health(health)) => return Ok(health),
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
    pub fn next_feed(&mut self) -> Result<Option<Feed>, HubError> {
        if !self.is_new
            && let Some(feed) = self.beside.pop_front()
        {
            return Ok(Some(feed));
        }
        while let Some(line) = self.next_line()? {
            let message = parse(&line)
                .map_err(|(code, words)| HubError::Unreadable(format!("{code}: {words}")))?;
            if let Some(feed) = self.take(message)? {
                return Ok(Some(feed));
            }
        }
        Ok(None)
    }

    /// The same, but waits no longer than `limit`; then it says that the hub is silent. A first
    /// answer that takes too long is waited for no longer than ever.
    pub fn next_feed_within(&mut self, limit: Option<Duration>) -> Result<Option<Feed>, HubError> {
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
        self.next_feed()
    }

    fn take(&mut self, message: Envelope) -> Result<Option<Feed>, HubError> {
        let unreadable = |error: serde_json::Error| HubError::Unreadable(error.to_string());
        match message.kind.as_str() {
            "snapshot" => {
                self.stay();
                Ok(Some(Feed::Snapshot(std::mem::take(&mut self.rows))))
            }
            "error" => {
                let error: ErrorPayload =
                    serde_json::from_value(message.payload).map_err(unreadable)?;
                // One of another session has nothing to say to us.
                let is_over = error.fatal || error.code == code::WRONG_SESSION;
                if !is_over {
                    return Ok(None);
                }
                Err(HubError::Refused {
                    code: error.code,
                    message: error.message,
                })
            }
            _ => {
                let feed = feed_of(message).map_err(unreadable)?;
                Ok(feed.and_then(|feed| self.keep_first(feed)))
            }
        }
    }

    /// Keeps what comes before the first snapshot until that.
    fn keep_first(&mut self, feed: Feed) -> Option<Feed> {
        if !self.is_new {
            return Some(feed);
        }
        match feed {
            Feed::Row(row) => self.rows.push(*row),
            Feed::Gone(id) => self.rows.retain(|known| known.id != id),
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
        let mut line = Vec::new();
        let limit = u64::try_from(MAX_MESSAGE_BYTES + 2).unwrap_or(u64::MAX);
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut line);
        match read {
            Ok(_) if line.last() == Some(&b'\n') => {
                line.pop();
                Ok(Some(line))
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

/// Connects to the hub of `places`, which must be `uid`'s, without saying anything yet.
pub(crate) fn connect_to(places: &Places, uid: u32) -> Result<UnixStream, HubError> {
    if places.runtime.exists() && !is_runtime_ours(places, uid) {
        return Err(HubError::Untrusted {
            path: places.runtime.clone(),
        });
    }
    connect(&places.hub_socket)
}

/// Connects without waiting: a hub whose queue of connections is full does not answer anybody.
fn connect(path: &Path) -> Result<UnixStream, HubError> {
    let in_vain = |error: Errno| match error {
        Errno::NOENT | Errno::CONNREFUSED => HubError::Nobody {
            path: path.to_owned(),
        },
        Errno::AGAIN | Errno::INPROGRESS => HubError::Silent {
            path: path.to_owned(),
        },
        other => HubError::Io {
            path: path.to_owned(),
            source: other.into(),
        },
    };
    let io_error = |source| HubError::Io {
        path: path.to_owned(),
        source,
    };
    let stream = UnixStream::from(unix_socket(SocketType::STREAM).map_err(io_error)?);
    stream.set_nonblocking(true).map_err(io_error)?;
    let address = SocketAddrUnix::new(path).map_err(in_vain)?;
    rustix::net::connect(&stream, &address).map_err(in_vain)?;
    stream.set_nonblocking(false).map_err(io_error)?;
    Ok(stream)
}
