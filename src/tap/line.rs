//! What is said to the hub, whenever there is one: each record, and to the next hub the last one again, because what
//! a connection has said holds no longer than that.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use pane_patrol_bare::forget_the_beginning;
use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Tap;
use super::pace::Pace;
use crate::hub::client::{Link, Way};
use crate::hub::protocol::{ClientRole, Hello, StatusRecord, Voice};
use crate::status_record::Record;

/// The message that it is all about.
const STATUS_RECORD: &str = "status_record";

/// How long until a hub is looked for again, at first; then twice as long.
const FIRST_RETRY: Duration = Duration::from_millis(100);

/// And in the end. A hub that has stood for longer was no failure.
const LAST_RETRY: Duration = Duration::from_secs(2);

/// How long after the hello all is said that the hub says to whoever comes.
const SETTLED_AFTER: Duration = Duration::from_millis(500);

/// See the module.
pub(super) struct Line {
    way: Way,
    voice: Voice,
    server: Server,
    pane: PaneId,
    clock: fn() -> Timestamp,
    link: Option<Link>,
    /// Since when there is a hub, or none.
    since: Instant,
    retry: Duration,
    /// When a hub is looked for again, while there is none.
    due: Instant,
    /// When what it took to get here is needed no longer.
    settles: Option<Instant>,
    pace: Pace,
    last: Option<(Record, Timestamp)>,
    /// Whether the last one is not said yet, because there were too many before it.
    is_owed: bool,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// There is something to read, or nothing more will be.
    Pipe,
    Nothing,
    /// Nobody has collected for as long as may be waited.
    Alone,
}

impl Line {
    /// Connected, if there is a hub.
    pub(super) fn new(tap: &Tap, way: Way, clock: fn() -> Timestamp) -> Self {
        let now = Instant::now();
        let mut line = Self {
            way,
            voice: Voice {
                session_id: tap.world.session.clone(),
                sender_id: format!("tap-{}-{}", tap.pane, std::process::id()),
            },
            server: tap.server.clone(),
            pane: tap.pane,
            clock,
            link: None,
            since: now,
            retry: FIRST_RETRY,
            due: now,
            settles: None,
            pace: Pace::default(),
            last: None,
            is_owed: false,
        };
        line.connect(now);
        line
    }

    fn connect(&mut self, now: Instant) {
        let Ok(link) = self.way.connect() else {
            self.due = now + self.retry;
            self.retry = (self.retry * 2).min(LAST_RETRY);
            return;
        };
        (self.link, self.since) = (Some(link), now);
        let hello = Hello {
            client_id: self.voice.sender_id.clone(),
            role: ClientRole::Publisher,
            capabilities: vec![STATUS_RECORD.to_owned()],
            agent_id: None,
            pane_id: None,
            project_root: None,
        };
        let hello = self.voice.say("hello", &hello, None, (self.clock)());
        self.put(&hello, now);
        self.say_last(now);
        self.settles = Some(now + SETTLED_AFTER);
    }

    fn lose(&mut self, now: Instant) {
        if now.duration_since(self.since) > LAST_RETRY {
            self.retry = FIRST_RETRY;
        }
        (self.link, self.since) = (None, now);
        self.due = now + self.retry;
    }

    /// A record was read.
    pub(super) fn tell(&mut self, record: Record, now: Instant) {
        let written = (self.clock)();
        let is_allowed = self.pace.allows(now);
        if record.id.is_some() {
            // Of a part, which says nothing of the whole.
            if is_allowed {
                let said = self.message(&record, written);
                self.put(&said, now);
            }
            return;
        }
        self.last = Some((record, written));
        self.is_owed = true;
        if is_allowed {
            self.say_last(now);
        }
    }

    fn say_last(&mut self, now: Instant) {
        let Some((record, written)) = &self.last else {
            return;
        };
        let said = self.message(record, *written);
        self.is_owed = false;
        self.put(&said, now);
    }

    /// The message that hands the record on: about whatever runs in front in that pane.
    fn message(&self, record: &Record, written: Timestamp) -> Vec<u8> {
        let about = StatusRecord {
            server: Some(self.server.clone()),
            pane: Some(self.pane),
            ..StatusRecord::of(record, written)
        };
        self.voice.say(STATUS_RECORD, &about, None, (self.clock)())
    }

    fn put(&mut self, message: &[u8], now: Instant) {
        if self.link.as_mut().is_some_and(|link| !link.say(message)) {
            self.lose(now);
        }
    }

    /// Waits for the pipe, for the hub, or until there is something to do, and does that.
    pub(super) fn wait(&mut self, pipe: BorrowedFd<'_>, patience: Duration) -> Ready {
        let left = self.next(patience).map(|due| {
            let left = due.saturating_duration_since(Instant::now());
            Timespec::try_from(left).unwrap_or_default()
        });
        let mut waiting = vec![PollFd::new(&pipe, PollFlags::IN)];
        if let Some(link) = &self.link {
            waiting.push(PollFd::new(link, PollFlags::IN));
        }
        // Interrupted, it looks again.
        let _ = poll(&mut waiting, left.as_ref());
        let is_ready = |at: usize| waiting.get(at).is_some_and(|fd| !fd.revents().is_empty());
        let (has_input, is_told) = (is_ready(0), is_ready(1));
        let now = Instant::now();
        // It says nothing that concerns us, but that it has gone.
        if is_told && self.link.as_mut().and_then(Link::hear).is_none() {
            self.lose(now);
        }
        if self.link.is_none() && self.due <= now {
            self.connect(now);
        }
        if self.is_owed && self.pace.ends().is_none_or(|end| end <= now) && self.pace.allows(now) {
            self.say_last(now);
        }
        if self.settles.is_some_and(|settled| settled <= now) {
            self.settles = None;
            // All that it does from now on is small, and what it took to get here is not.
            forget_the_beginning();
        }
        if has_input {
            Ready::Pipe
        } else if self.link.is_none() && now.duration_since(self.since) >= patience {
            Ready::Alone
        } else {
            Ready::Nothing
        }
    }

    /// When there is something to do although nothing comes.
    fn next(&self, patience: Duration) -> Option<Instant> {
        let alone = self
            .link
            .is_none()
            .then(|| self.due.min(self.since + patience));
        let owed = self.pace.ends().filter(|_| self.is_owed);
        [alone, owed, self.settles].into_iter().flatten().min()
    }
}
