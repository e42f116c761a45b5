//! The line to the hub, whenever there is one: what was said on it, and is said again to the next hub.
//!
//! The last event is said to each hub that comes, which knows that it is the same. A hub that sees the
//! program's folder looks there itself; one that does not is told of the changes and tasks as well, and may ask
//! for a patch. While there is no hub an event goes to the log, if that is on. What fails outside of any
//! multiplexer is told by its name, as if elsewhere: its place goes with it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::event_log::EventLog;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;
use serde_json::Value;

use super::complaint;
use super::order::{Order, Setup};
use super::report::{from_elsewhere, outlives_its_place};
use super::said::Said;
use super::work::Work;
use crate::collector::sources::changes::Report;
use crate::diagnostics::{self, Part};
use crate::git::DiffSummary;
use crate::hub::client::Link;
use crate::hub::protocol::{
    AgentPatch, ClientRole, Envelope, ErrorPayload, Heartbeat, Hello, RequestPatch, StatusRecord,
    Voice, code,
};
use crate::sys::wake_channel::{Inbox, Orders};
use crate::tasks::TaskSummary;

/// How often the hub hears that we are there: three times before it takes us for silent.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long until the next look for a hub, at first.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// And in the end, where looking costs somebody else something.
const LAST_RETRY: Duration = Duration::from_secs(16);

/// See the module.
pub(super) struct Line {
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
    pub(super) fn new(setup: Setup, orders: Arc<Orders<Order>>) -> Self {
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

    /// Tells what the program has said of itself: from then on that is its state.
    pub(super) fn tell_record(&mut self, record: StatusRecord) {
        self.said.take(record.clone());
        self.say_record(record);
    }

    /// Says again what it has said.
    fn say_said(&mut self) {
        for record in self.said.records() {
            self.say_record(record);
        }
    }

    /// Without a hub nobody hears it; the next one does.
    fn say_record(&mut self, mut record: StatusRecord) {
        record.agent_id = Some(self.agent().to_owned());
        if let Some(last) = self.last.as_ref().filter(|_| !self.is_elsewhere) {
            record.server.clone_from(&last.server);
            (record.pane, record.pid) = (last.pane, last.pid);
        }
        self.say("status_record", &record, None);
    }

    /// Tells what the program has come to, where it does not say that itself.
    pub(super) fn tell(&mut self, event: Event) {
        let is_over = [Some(Kind::SessionEnded), Some(Kind::TurnFailed)].contains(&event.kind);
        if !self.said.is_empty() && !is_over {
            // Stopped it keeps its state, and woken it has that again.
            if event.kind == Some(Kind::TurnStarted) {
                self.said.renew(event.ts);
                self.say_said();
            }
            return;
        }
        self.said.forget();
        if !self.say_event(&event) {
            self.connect();
            if !self.say_event(&event) {
                self.log(&event);
            }
        }
        let is_first = self.last.replace(event).is_none();
        match &self.work {
            Some(work) => work.look_again(),
            // What was found out before there was anything to tell it of was not said.
            None if is_first => self.say_work(),
            None => {}
        }
    }

    /// Tells what has changed in its folder.
    pub(super) fn tell_work(&mut self, report: Report) {
        match report {
            Report::Diff(_, diff) => {
                self.diff = Some(diff);
                self.say_diff();
            }
            Report::Tasks(_, tasks) => {
                self.tasks = Some(tasks);
                self.say_tasks();
            }
        }
        self.complain();
    }

    /// Tells the patch that was asked for.
    pub(super) fn tell_patch(&mut self, patch: AgentPatch) {
        let said = self.voice.say_patch(patch, false, (self.setup.clock)());
        self.put(&said);
    }

    /// Says all that is known of the folder, to a hub that does not see it.
    fn say_work(&mut self) {
        if !self.is_elsewhere || self.link.is_none() || self.last.is_none() {
            return;
        }
        if self.work.is_none() {
            // Without a thread there is nothing to tell.
            self.work = Work::start(&self.setup, &self.orders).ok();
        }
        self.say_diff();
        self.say_tasks();
        self.complain();
    }

    fn say_diff(&mut self) {
        if let Some(diff) = self.diff.clone().filter(|_| self.is_elsewhere) {
            let said = self
                .voice
                .say_diff(self.agent(), &diff, (self.setup.clock)());
            self.put(&said);
        }
    }

    fn say_tasks(&mut self) {
        if let Some(tasks) = self.tasks.clone().filter(|_| self.is_elsewhere) {
            let said = self
                .voice
                .say_tasks(self.agent(), &tasks, (self.setup.clock)());
            self.put(&said);
        }
    }

    /// Says what is wrong, when that is something else than before: the hub keeps the last word, and forgets it
    /// when it hears of the same without a fault.
    fn complain(&mut self) {
        if !self.is_elsewhere || self.link.is_none() {
            return;
        }
        let wrong = complaint::all(self.diff.as_deref(), self.tasks.as_deref());
        if wrong != self.complained {
            for one in &wrong {
                self.say("error", one, None);
            }
            self.complained = wrong;
        }
    }

    fn log(&self, event: &Event) {
        let log = self.setup.log.as_deref().and_then(EventLog::open);
        if let (Some(log), Ok(line)) = (log, event.encode()) {
            // What is wrong with it is told by whoever collects.
            let _ = log.append_event(event, &line);
        }
    }

    fn say_event(&mut self, event: &Event) -> bool {
        let told = if outlives_its_place(event) {
            // Of this name there may be an earlier one.
            let instance_id = None;
            Event {
                instance_id,
                ..from_elsewhere(event, self.agent())
            }
        } else if self.is_elsewhere {
            from_elsewhere(event, self.agent())
        } else {
            event.clone()
        };
        let encoded = told.encode().ok();
        let payload: Option<Value> = encoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        payload.is_some_and(|payload| self.say("agent_status", &payload, None))
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
    pub(super) fn wait(&mut self, orders: &Inbox<Order>) {
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

    fn hear(&mut self) {
        let Some(messages) = self.link.as_mut().and_then(Link::hear) else {
            return self.lose();
        };
        for message in messages {
            match message.kind.as_str() {
                "error" => self.hear_error(&message),
                "diff_patch_request" => self.hear_request(message),
                _ => {}
            }
        }
    }

    fn hear_error(&mut self, message: &Envelope) {
        let code = message.payload["code"].as_str().unwrap_or_default();
        diagnostics::warn(Part::Wrap, || format!("the hub refused something: {code}"));
        if code == code::WRONG_SESSION && message.session_id != self.voice.session_id {
            // The hub's own word for its name.
            self.voice.session_id.clone_from(&message.session_id);
            self.introduce();
        } else if code == code::AGENT_TAKEN && self.taken + 1 < self.setup.agents.len() {
            // By which name it speaks is said in a hello alone.
            self.taken += 1;
            self.lose();
            self.connect();
        }
    }

    /// Somebody wants to see a file's changes.
    fn hear_request(&mut self, message: Envelope) {
        let Ok(mut wanted) = serde_json::from_value::<RequestPatch>(message.payload) else {
            return;
        };
        wanted.request_id = message.request_id.or(wanted.request_id);
        if wanted.agent_id == self.agent()
            && let Some(work) = &self.work
        {
            work.make_patch(wanted);
        }
    }
}
