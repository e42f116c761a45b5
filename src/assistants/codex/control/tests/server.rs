//! A stand-in for the server that Codex's screens share, as the real one (0.171.0) was seen to behave: whoever
//! answers a request first has answered it, all that come later are passed over without a word, and everybody is
//! told only that it is closed, and what happens then. The tests of the executable have it from here, too.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "who has it from here may need more or less of it"
)]

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::{Error, Message, WebSocket};

/// The turn in which everything is asked.
pub const TURN: &str = "turn";

/// How long a connection looks for something to hear before it looks for something to say.
const PAUSE: Duration = Duration::from_millis(2);

/// What it does with a message of a client instead of what the real one does.
pub enum Twist {
    /// Nothing.
    Hang,
    /// Leaves.
    Leave,
    /// Says these texts, and nothing else.
    Say(Vec<String>),
    /// Takes this answer, given on the screen, to the request of that call first; then does what the real one does.
    Press(String, Value),
    /// Says these texts, then does what the real one does.
    First(Vec<String>),
}

type Twists = Box<dyn Fn(&Value) -> Option<Twist> + Send>;

/// A request that waits.
struct Asked {
    id: u64,
    method: &'static str,
    params: Value,
}

#[derive(Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "what a test sets of a server, each by itself"
)]
struct State {
    /// What it says its folder is.
    home: String,
    /// The session's id.
    session: String,
    asked: Vec<Asked>,
    next: u64,
    /// Whose commands run, by their calls.
    running: Vec<String>,
    /// Commands go on until they are ended.
    is_slow: bool,
    /// Somebody ends the turn right after something was approved.
    is_ended_at_once: bool,
    /// What waits to be its next turns; it is idle as long as nothing runs.
    queue: Vec<Value>,
    /// Its last turn was interrupted.
    holds_queue: bool,
    /// A turn runs.
    is_busy: bool,
    subscribers: HashMap<u64, Sender<Value>>,
    /// All that are connected: they are told which session works, and which rests.
    clients: HashMap<u64, Sender<Value>>,
    connections: u64,
    /// What clients have said.
    heard: Vec<Value>,
    /// Which calls were answered, and with what.
    taken: Vec<(String, Value)>,
    twist: Option<Twists>,
}

/// See the module. It ends with the program.
#[derive(Clone)]
pub struct CodexServer(Arc<Mutex<State>>);

impl CodexServer {
    /// Listens for the config folder `home` with one session; the socket itself lies in `folder`, which is made, as
    /// the real one's does elsewhere.
    pub fn listen(home: &Path, folder: &Path, session: &str) -> Self {
        let state = State {
            home: home.display().to_string(),
            session: session.to_owned(),
            ..State::default()
        };
        let server = Self(Arc::new(Mutex::new(state)));
        private_folder(folder);
        let listener = UnixListener::bind(folder.join("socket")).expect("a short path");
        link(home, &folder.join("socket"));
        let own = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                thread::spawn(move || own.serve(stream));
            }
        });
        server
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panics with it")
    }

    /// What it does instead of the usual, by what it is told.
    pub fn twist(&self, twist: impl Fn(&Value) -> Option<Twist> + Send + 'static) {
        self.state().twist = Some(Box::new(twist));
    }

    /// Has another session from now on.
    pub fn say_session(&self, session: &str) {
        session.clone_into(&mut self.state().session);
    }

    /// Says that its folder is another one.
    pub fn say_home(&self, home: &str) {
        home.clone_into(&mut self.state().home);
    }

    /// From now on what is approved runs until [`Self::end`].
    pub fn run_long(&self) {
        self.state().is_slow = true;
    }

    /// From now on somebody ends the turn before what was approved begins.
    pub fn end_at_once(&self) {
        self.state().is_ended_at_once = true;
    }

    /// Its last turn was interrupted: what is put into the queue stays there until somebody types.
    pub fn hold_queue(&self) {
        self.state().holds_queue = true;
    }

    /// From now on a turn runs, and what is put into the queue stays there.
    pub fn be_busy(&self) {
        self.state().is_busy = true;
    }

    /// Its turn is over: what is queued begins, unless that was interrupted.
    pub fn rest(&self, is_interrupted: bool) {
        let mut state = self.state();
        (state.is_busy, state.holds_queue) = (false, is_interrupted);
        if !is_interrupted {
            state.queue.clear();
        }
        let status = json!({"method": "thread/status/changed",
            "params": {"threadId": state.session, "status": {"type": "idle"}}});
        for client in state.clients.values() {
            // It may be leaving.
            let _ = client.send(status.clone());
        }
    }

    /// The command of this call has ended.
    pub fn end(&self, call: &str) {
        let mut state = self.state();
        state.running.retain(|running| running != call);
        let done = completed(&state, call);
        state.tell(&done);
    }

    /// The session asks for something: `params` beside what every request has.
    pub fn ask(&self, method: &'static str, call: &str, params: &Value) {
        let mut state = self.state();
        let id = state.next;
        state.next += 1;
        let mut params = params.clone();
        params["threadId"] = json!(state.session);
        params["turnId"] = json!(TURN);
        params["itemId"] = json!(call);
        let asked = Asked { id, method, params };
        state.tell(&asked.message());
        state.asked.push(asked);
    }

    /// The session asks whether it may run a command.
    pub fn ask_to_run(&self, call: &str, command: &str) {
        let line = format!("/bin/bash -lc '{}'", command.replace('\'', r"'\''"));
        let params = json!({
            "kind": "command", "command": line, "reason": null,
            "availableDecisions": ["accept", {"acceptWithExecpolicyAmendment": {}}, "cancel"],
        });
        self.ask("item/commandExecution/requestApproval", call, &params);
    }

    /// Somebody answers on the screen; whether it was open still.
    pub fn press(&self, call: &str, answer: &Value) -> bool {
        self.state().press(call, answer)
    }

    /// What was answered and took effect.
    pub fn taken(&self) -> Vec<(String, Value)> {
        self.state().taken.clone()
    }

    /// What clients have said of this method, or answered (`None`).
    pub fn heard(&self, method: Option<&str>) -> Vec<Value> {
        let state = self.state();
        let of = |said: &&Value| said.get("method").and_then(Value::as_str) == method;
        state.heard.iter().filter(of).cloned().collect()
    }

    /// How many clients are told what happens.
    pub fn subscribers(&self) -> usize {
        self.state().subscribers.len()
    }

    fn serve(&self, stream: UnixStream) {
        let Ok(mut socket) = tungstenite::accept(stream) else {
            return;
        };
        if socket.get_ref().set_read_timeout(Some(PAUSE)).is_err() {
            return;
        }
        let (say, told) = channel();
        let number = {
            let mut state = self.state();
            state.connections += 1;
            let number = state.connections;
            state.clients.insert(number, say.clone());
            number
        };
        while self.turn(&mut socket, (number, &say), &told).is_some() {}
        let mut state = self.state();
        state.subscribers.remove(&number);
        state.clients.remove(&number);
    }

    /// Hears one message, if any, and says what there is; `None` when the client has left, or is left.
    fn turn(
        &self,
        socket: &mut WebSocket<UnixStream>,
        (number, say): (u64, &Sender<Value>),
        told: &Receiver<Value>,
    ) -> Option<()> {
        while let Ok(message) = told.try_recv() {
            socket.send(Message::text(message.to_string())).ok()?;
        }
        let text = match socket.read() {
            Ok(Message::Text(text)) => text,
            Ok(_) => return Some(()),
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {
                return Some(());
            }
            Err(_) => return None,
        };
        let said: Value = serde_json::from_str(&text).ok()?;
        let mut twist = {
            let mut state = self.state();
            state.heard.push(said.clone());
            state.twist.as_ref().and_then(|twist| twist(&said))
        };
        let pressed = twist.take_if(|twist| matches!(twist, Twist::Press(..)));
        match twist {
            Some(Twist::Hang) => return Some(()),
            Some(Twist::Leave) => return None,
            Some(Twist::Say(texts)) => return say_all(socket, texts),
            Some(Twist::First(texts)) => say_all(socket, texts)?,
            Some(Twist::Press(..)) | None => {}
        }
        let mut state = self.state();
        if let Some(Twist::Press(call, answer)) = &pressed {
            state.press(call, answer);
        }
        // What was told before is said before.
        while let Ok(message) = told.try_recv() {
            socket.send(Message::text(message.to_string())).ok()?;
        }
        let Some(method) = said["method"].as_str() else {
            state.take(&said["id"], &said["result"]);
            return Some(());
        };
        let result = match method {
            "initialize" => json!({"userAgent": "codex-tui/0.171.0", "codexHome": state.home}),
            "thread/read" if said["params"]["threadId"] == state.session.as_str() => {
                json!({"thread": {"id": state.session, "status": state.status()}})
            }
            "thread/resume" => {
                state.subscribers.insert(number, say.clone());
                json!({"thread": {"id": state.session}})
            }
            "turn/start" => json!({"turn": {"id": "next"}}),
            "thread/unsubscribe" => {
                state.subscribers.remove(&number);
                json!({"status": "unsubscribed"})
            }
            "thread/backgroundTerminals/list" => {
                let all = state.running.iter();
                json!({"data": all.map(|call| json!({"itemId": call})).collect::<Vec<_>>()})
            }
            "thread/queue/add" => {
                let id = format!("queued-{}", state.heard.len());
                let queued = json!({"id": id, "input": said["params"]["input"]});
                if state.is_busy || state.holds_queue {
                    state.queue.push(queued.clone());
                }
                json!({ "queuedSubmission": queued })
            }
            "thread/queue/list" => json!({ "data": state.queue }),
            "initialized" => return Some(()),
            _ => {
                let refusal = json!({"id": said["id"], "error": {"code": -32600, "message": "Invalid request"}});
                return socket.send(Message::text(refusal.to_string())).ok();
            }
        };
        let answer = json!({"id": said["id"], "result": result});
        socket.send(Message::text(answer.to_string())).ok()?;
        if method == "thread/resume" {
            for asked in &state.asked {
                socket
                    .send(Message::text(asked.message().to_string()))
                    .ok()?;
            }
        }
        Some(())
    }
}

impl Asked {
    fn message(&self) -> Value {
        json!({"id": self.id, "method": self.method, "params": self.params})
    }
}

impl State {
    fn status(&self) -> Value {
        let flag = self.asked.first().map(|asked| match asked.method {
            "item/tool/requestUserInput" => "waitingOnUserInput",
            _ => "waitingOnApproval",
        });
        if flag.is_none() && !self.is_busy {
            return json!({"type": "idle"});
        }
        json!({"type": "active", "activeFlags": flag.into_iter().collect::<Vec<_>>()})
    }

    fn tell(&self, message: &Value) {
        for subscriber in self.subscribers.values() {
            // It may be leaving.
            let _ = subscriber.send(message.clone());
        }
    }

    fn press(&mut self, call: &str, answer: &Value) -> bool {
        let mut asked = self.asked.iter();
        let asked = asked.find(|asked| asked.params["itemId"] == call);
        let id = asked.map(|asked| asked.id);
        id.is_some_and(|id| self.take(&json!(id), answer))
    }

    /// The answer to the request of that id takes effect, unless another one did.
    fn take(&mut self, id: &Value, answer: &Value) -> bool {
        let Some(at) = self.asked.iter().position(|asked| asked.id == *id) else {
            return false;
        };
        let asked = self.asked.remove(at);
        let call = asked.params["itemId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        self.taken.push((call.clone(), answer.clone()));
        let session = self.session.clone();
        self.tell(&json!({"method": "serverRequest/resolved",
            "params": {"threadId": session, "requestId": asked.id}}));
        match answer["decision"].as_str() {
            // Nothing tells of a command that had not begun by then.
            Some("accept") if self.is_ended_at_once => self.tell(&interrupted(&session)),
            Some("accept") if self.is_slow => self.running.push(call),
            Some("accept") => self.tell(&completed(self, &call)),
            Some("cancel") => {
                let mut declined = completed(self, &call);
                declined["params"]["item"]["status"] = json!("declined");
                self.tell(&declined);
                self.tell(&interrupted(&session));
            }
            _ => {}
        }
        true
    }
}

fn interrupted(session: &str) -> Value {
    json!({"method": "turn/completed",
        "params": {"threadId": session, "turn": {"id": TURN, "status": "interrupted"}}})
}

fn completed(state: &State, call: &str) -> Value {
    json!({"method": "item/completed", "params": {"threadId": state.session, "turnId": TURN,
        "item": {"type": "commandExecution", "id": call, "status": "completed"}}})
}

fn say_all(socket: &mut WebSocket<UnixStream>, texts: Vec<String>) -> Option<()> {
    for text in texts {
        socket.send(Message::text(text)).ok()?;
    }
    Some(())
}

/// A folder that nobody else may enter.
fn private_folder(path: &Path) {
    fs::create_dir_all(path).expect("the folder can be made");
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("it is ours");
}

/// The link by which the server of `home` is found.
pub fn link(home: &Path, socket: &Path) {
    let folder = home.join("app-server-control");
    private_folder(&folder);
    let link = folder.join("app-server-control.sock");
    // There may be one from before.
    let _ = fs::remove_file(&link);
    std::os::unix::fs::symlink(socket, link).expect("a link can be made");
}

/// Writes the record of the session with this one call in it, as Codex does before it asks.
pub fn write_record(home: &Path, session: &str, calls: &[Value]) {
    let folder = home.join("sessions/2026/11/29");
    fs::create_dir_all(&folder).expect("a folder");
    let meta = json!({"type": "session_meta",
        "payload": {"id": session, "originator": "codex-tui", "cli_version": "0.171.0"}});
    let calls = calls.iter();
    let calls = calls.map(|call| json!({"type": "response_item", "payload": call}));
    let lines = std::iter::once(meta).chain(calls);
    let mut lines: Vec<String> = lines.map(|line| line.to_string()).collect();
    lines.push(String::new());
    let name = format!("rollout-2026-11-29T23-36-20-{session}.jsonl");
    fs::write(folder.join(name), lines.join("\n")).expect("a file");
}

/// A call of its tool for commands.
pub fn command_call(call: &str, command: &str) -> Value {
    let arguments = json!({"cmd": command, "sandbox_permissions": "require_escalated"});
    json!({"type": "function_call", "name": "exec_command", "call_id": call,
        "arguments": arguments.to_string()})
}
