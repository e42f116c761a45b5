//! The line to the hub, whenever there is one: what was said on it, and is said again to the next hub.
//!
//! The last event is said to each hub that comes, which knows that it is the same. A hub that sees the
//! program's folder looks there itself; one that does not is told of the changes and tasks as well, and may ask
//! for a patch. While there is no hub an event goes to the log, if that is on. What comes of it
//! outside of any multiplexer is told by its name, as if elsewhere: its place goes with it.

mod folder;
mod hear;
mod program;

use std::sync::Arc;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;

use crate::diagnostics::{self, Part};
use crate::git::DiffSummary;
use crate::hub::client::Link;
use crate::hub::protocol::{ClientRole, ErrorPayload, Heartbeat, Hello, Voice};
use crate::sys::wake_channel::{Inbox, Orders};
use crate::tasks::TaskSummary;
use crate::wrap::order::{Order, Setup};
use crate::wrap::said::Said;
use crate::wrap::work::Work;

/// How often the hub hears that we are there: three times before it takes us for silent.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long until the next look for a hub, at first.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// And in the end, where looking costs somebody else something.
const LAST_RETRY: Duration = Duration::from_secs(16);

/// See the module.
pub(in crate::wrap) struct Line {
    setup: Setup,
    orders: Arc<Orders<Order>>,
    voice: Voice,
    link: Option<Link>,
    /// Whether the hub sees nothing of the folder.
    is_elsewhere: bool,
    /// Begun with the first hub that needs it.
    work: Option<Work>,
    /// When there is something to do without being asked: a sign of life, or another look for a hub.
    due: Instant,
    retry: Duration,
    /// How many of the names were another one's.
    taken: usize,
    last: Option<Event>,
    said: Said,
    diff: Option<Arc<DiffSummary>>,
    tasks: Option<Arc<TaskSummary>>,
    /// What was said to be wrong.
    complained: Vec<ErrorPayload>,
}

impl Line {
    /// Connected, if there is a hub.
    pub(in crate::wrap) fn new(setup: Setup, orders: Arc<Orders<Order>>) -> Self {
        let mut line = Self {
            voice: Voice {
                session_id: setup.session.clone(),
                sender_id: setup.name.clone(),
            },
            setup,
            orders,
            link: None,
            is_elsewhere: false,
            work: None,
            due: Instant::now(),
            retry: FIRST_RETRY,
            taken: 0,
            last: None,
            said: Said::default(),
            diff: None,
            tasks: None,
            complained: Vec::new(),
        };
        line.connect();
        line
    }

    fn connect(&mut self) {
        match self.setup.way.connect() {
            Ok(link) => {
                self.is_elsewhere = !link.sees_our_files();
                diagnostics::info(Part::Wrap, || {
                    let sight = if self.is_elsewhere {
                        "does not see"
                    } else {
                        "sees"
                    };
                    format!("told a hub by {link}, which {sight} our folder")
                });
                self.link = Some(link);
                self.retry = FIRST_RETRY;
                self.due = Instant::now() + HEARTBEAT;
                self.introduce();
            }
            Err(error) => {
                diagnostics::debug(Part::Wrap, || format!("no hub: {error}"));
                self.due = Instant::now() + self.retry;
                // To look for a socket here costs nobody anything.
                if self.setup.way.there.is_some() {
                    self.retry = (self.retry * 2).min(LAST_RETRY);
                }
            }
        }
    }

    fn lose(&mut self) {
        diagnostics::warn(Part::Wrap, || {
            "the hub is gone, or takes nothing".to_owned()
        });
        self.link = None;
        self.complained.clear();
        self.due = Instant::now() + self.retry;
    }

    /// What the program is called here.
    fn agent(&self) -> &str {
        let last = self.setup.agents.len().saturating_sub(1);
        let agent = self.setup.agents.get(self.taken.min(last));
        agent.map_or(&self.setup.name, String::as_str)
    }

    /// Says who we are, and how the program is.
    fn introduce(&mut self) {
        let mut capabilities = vec!["agent_status", "status_record", "heartbeat"];
        if self.is_elsewhere {
            capabilities.extend([
                "diff_summary",
                "task_summary",
                "diff_patch_response",
                "error",
            ]);
        }
        let hello = Hello {
            client_id: self.voice.sender_id.clone(),
            role: ClientRole::Publisher,
            capabilities: capabilities.into_iter().map(str::to_owned).collect(),
            agent_id: Some(self.agent().to_owned()),
            // By it alone a row would be made before the first event says of what.
            pane_id: None,
            project_root: Some(self.setup.folder.to_string_lossy().into_owned()),
        };
        self.say("hello", &hello, None);
        if let Some(event) = self.last.clone() {
            self.say_event(&event);
        }
        self.say_said();
        self.say_work();
    }

    /// Whether it could be said.
    fn say(&mut self, kind: &str, payload: &impl Serialize, request: Option<&str>) -> bool {
        let message = self.voice.say(kind, payload, request, (self.setup.clock)());
        self.put(&message)
    }

    fn put(&mut self, message: &[u8]) -> bool {
        let Some(link) = &mut self.link else {
            return false;
        };
        let is_said = link.say(message);
        if !is_said {
            self.lose();
        }
        is_said
    }

    /// Waits for something to tell, for the hub, or until there is something to do.
    pub(in crate::wrap) fn wait(&mut self, orders: &Inbox<Order>) {
        let left = self.due.saturating_duration_since(Instant::now());
        let limit = Timespec::try_from(left).unwrap_or_default();
        let mut waiting = vec![PollFd::new(orders, PollFlags::IN)];
        if let Some(link) = &self.link {
            waiting.push(PollFd::new(link, PollFlags::IN));
        }
        // Interrupted, it looks again.
        let _ = poll(&mut waiting, Some(&limit));
        if waiting.get(1).is_some_and(|fd| !fd.revents().is_empty()) {
            self.hear();
        }
        if Instant::now() >= self.due {
            match self.link {
                Some(_) => self.beat(),
                None => self.connect(),
            }
        }
    }

    /// Says that we are there, as long as there is something to tell of.
    fn beat(&mut self) {
        self.due = Instant::now() + HEARTBEAT;
        let Some(last) = &self.last else {
            return;
        };
        let beat = Heartbeat {
            agent_id: self.agent().to_owned(),
            pid: last.pid.unwrap_or_else(std::process::id),
            cwd: last.cwd.clone().unwrap_or_default(),
            last_update: last.ts,
        };
        self.say("heartbeat", &beat, None);
    }
}
