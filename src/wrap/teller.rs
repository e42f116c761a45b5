//! Tells the hub what is to be told, as its publisher, whichever process collects; waits for nobody.
//!
//! The last event is said again to each hub that comes, which knows that it is the same. While there
//! is no hub an event goes to the log, if that is on.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::event_log::EventLog;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::{Value, json};

use crate::hub::client;
use crate::hub::protocol::{
    ClientRole, Envelope, Heartbeat, Hello, MAX_MESSAGE_BYTES, Voice, code, parse,
};
use crate::sys::wake_channel::{Inbox, Orders, inbox};

/// How often the hub hears of us when there is nothing to say: three times before it takes us for silent.
const HEARTBEAT: Timespec = Timespec {
    tv_sec: 10,
    tv_nsec: 0,
};

/// How long until the next look for a hub.
const RETRY: Timespec = Timespec {
    tv_sec: 1,
    tv_nsec: 0,
};

/// How long the hub may take for one message.
const WRITE_BUDGET: Duration = Duration::from_millis(200);

/// How long a stop or the end may wait for the last word to be said.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a teller has to be told.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Where the hub and the log are.
    pub places: Places,
    /// The user, whose hub it must be.
    pub uid: u32,
    /// What we call ourselves.
    pub name: String,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// The thread that tells.
#[derive(Debug)]
pub(crate) struct Teller {
    orders: Orders<Order>,
}

#[derive(Debug)]
enum Order {
    Tell(Box<Event>),
    /// Say when everything before was said.
    Answer(SyncSender<()>),
}

impl Teller {
    /// Starts it.
    ///
    /// # Errors
    /// The system gives no thread or no descriptor.
    pub(crate) fn start(setup: Setup) -> std::io::Result<Self> {
        let (orders, orders_in) = inbox()?;
        std::thread::Builder::new()
            .name("teller".into())
            .spawn(move || work(&setup, &orders_in))?;
        Ok(Self { orders })
    }

    /// Has `event` told; does not wait.
    pub(crate) fn tell(&self, event: Event) {
        self.orders.send(Order::Tell(Box::new(event)));
    }

    /// Waits until everything is said, but not for long.
    pub(crate) fn settle(&self) {
        let (answer, answered) = sync_channel(1);
        self.orders.send(Order::Answer(answer));
        let _ = answered.recv_timeout(FAREWELL);
    }
}

fn work(setup: &Setup, orders: &Inbox<Order>) {
    let mut line = Line {
        voice: Voice {
            session_id: setup.places.session.clone(),
            sender_id: setup.name.clone(),
        },
        log: setup.places.event_log(),
        setup,
        stream: None,
        heard: Vec::new(),
        last: None,
    };
    line.connect();
    loop {
        let taken = orders.take();
        for order in taken.messages {
            match order {
                Order::Tell(event) => line.tell(*event),
                // Whoever asked may not wait any more.
                Order::Answer(answer) => drop(answer.try_send(())),
            }
        }
        if taken.closed {
            return;
        }
        line.wait(orders);
    }
}

/// The line to the hub, whenever there is one.
struct Line<'a> {
    setup: &'a Setup,
    voice: Voice,
    log: Option<PathBuf>,
    stream: Option<UnixStream>,
    /// What the hub has said since the last whole line.
    heard: Vec<u8>,
    last: Option<Event>,
}

impl Line<'_> {
    fn connect(&mut self) {
        let Ok(stream) = client::connect_to(&self.setup.places, self.setup.uid) else {
            return;
        };
        if stream.set_write_timeout(Some(WRITE_BUDGET)).is_err() {
            return;
        }
        self.stream = Some(stream);
        self.heard.clear();
        self.introduce();
    }

    /// Says who we are, and how the program is.
    fn introduce(&mut self) {
        let hello = Hello {
            client_id: self.voice.sender_id.clone(),
            role: ClientRole::Publisher,
            capabilities: vec!["agent_status".to_owned(), "heartbeat".to_owned()],
            agent_id: Some(self.voice.sender_id.clone()),
            pane_id: None,
            project_root: None,
        };
        self.say("hello", &json!(hello));
        if let Some(event) = self.last.clone() {
            self.say_event(&event);
        }
    }

    fn tell(&mut self, event: Event) {
        if !self.say_event(&event) {
            self.connect();
            if !self.say_event(&event) {
                self.log(&event);
            }
        }
        self.last = Some(event);
    }

    fn log(&self, event: &Event) {
        let log = self.log.as_deref().and_then(EventLog::open);
        if let (Some(log), Ok(line)) = (log, event.encode()) {
            // What is wrong with it is told by whoever collects.
            let _ = log.append_event(event, &line);
        }
    }

    fn say_event(&mut self, event: &Event) -> bool {
        let encoded = event.encode().ok();
        let payload: Option<Value> = encoded.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        payload.is_some_and(|payload| self.say("agent_status", &payload))
    }

    /// Whether it could be said.
    fn say(&mut self, kind: &str, payload: &Value) -> bool {
        let Some(mut stream) = self.stream.as_ref() else {
            return false;
        };
        let message = self.voice.say(kind, payload, None, (self.setup.clock)());
        let is_said = stream.write_all(&message).is_ok();
        if !is_said {
            self.stream = None;
        }
        is_said
    }

    /// Waits for something to tell, for the end of the hub, or until it is time for a sign of life.
    fn wait(&mut self, orders: &Inbox<Order>) {
        let mut waiting = vec![PollFd::new(orders, PollFlags::IN)];
        if let Some(stream) = &self.stream {
            waiting.push(PollFd::new(stream, PollFlags::IN));
        }
        let limit = if self.stream.is_some() {
            HEARTBEAT
        } else {
            RETRY
        };
        let woken = poll(&mut waiting, Some(&limit));
        let has_answer = waiting.get(1).is_some_and(|fd| !fd.revents().is_empty());
        if has_answer && !self.hears() {
            self.stream = None;
        }
        match (woken, &self.stream) {
            (Ok(0), Some(_)) => self.beat(),
            (Ok(0), None) => self.connect(),
            _ => {}
        }
    }

    /// Says that we are there, as long as there is something to tell of.
    fn beat(&mut self) {
        let Some(last) = &self.last else {
            return;
        };
        let beat = Heartbeat {
            agent_id: self.voice.sender_id.clone(),
            pid: last.pid.unwrap_or_else(std::process::id),
            cwd: last.cwd.clone().unwrap_or_default(),
            last_update: last.ts,
        };
        self.say("heartbeat", &json!(beat));
    }

    /// Takes what the hub answers, of which only its name matters; false when it is gone.
    fn hears(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let Some(mut stream) = self.stream.as_ref() else {
            return false;
        };
        let Some(count) = stream.read(&mut bytes).ok().filter(|count| *count > 0) else {
            return false;
        };
        self.heard.extend_from_slice(&bytes[..count]);
        let Some(end) = memchr::memrchr(b'\n', &self.heard) else {
            return self.heard.len() <= MAX_MESSAGE_BYTES;
        };
        let lines: Vec<u8> = self.heard.drain(..=end).collect();
        let mut messages = lines.split(|byte| *byte == b'\n').flat_map(parse);
        if let Some(name) = messages.find_map(|message| self.other_name(message)) {
            self.voice.session_id = name;
            self.introduce();
        }
        true
    }

    /// The hub's own word for its name, when it was called otherwise.
    fn other_name(&self, message: Envelope) -> Option<String> {
        let is_misnamed = message.kind == "error" && message.payload["code"] == code::WRONG_SESSION;
        (is_misnamed && message.session_id != self.voice.session_id).then_some(message.session_id)
    }
}
