//! A real `pane-patrol collect`, and what `status` says of it.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tungstenite::WebSocket;
use tungstenite::client::IntoClientRequest;

use super::process::children_of;
use super::{PATIENCE, TestEnv, Tmux, finish};

/// So many looks in a row, a few milliseconds apart, at which it asks nobody.
const QUIET_LOOKS: usize = 8;

/// A running collector of one [`TestEnv`]; killed with its handle.
#[derive(Debug)]
pub struct Collector<'env> {
    env: &'env TestEnv,
    child: Child,
    /// What it says of its WebSocket, where it listens.
    listens: String,
}

impl<'env> Collector<'env> {
    /// Starts one outside tmux.
    pub fn start(env: &'env TestEnv) -> Self {
        Self::start_with(env, &mut env.pane_patrol())
    }

    /// Starts one whose own server is `tmux`.
    pub fn start_in(env: &'env TestEnv, tmux: &Tmux<'_>) -> Self {
        Self::start_with(env, env.pane_patrol().env("TMUX", tmux.variable()))
    }

    /// The same, which also listens on a port of its own.
    pub fn start_listening_in(env: &'env TestEnv, tmux: &Tmux<'_>) -> Self {
        let mut command = env.pane_patrol();
        command.env("TMUX", tmux.variable());
        command.args(["collect", "--listen", "127.0.0.1:0"]);
        Self::start_completed(env, &mut command)
    }

    /// A connection over WebSocket with the token of that right, which has not said anything.
    pub fn web_client(&self, right: &str) -> WebSocket<TcpStream> {
        let parts = self
            .listens
            .strip_prefix("Listening on ws://")
            .and_then(|rest| rest.split_once("/ws; a token to read is in "))
            .and_then(|(address, rest)| Some((address, rest.split_once(", those")?.0)));
        let (address, token) = parts.unwrap_or_else(|| panic!("{}", self.listens));
        let token = format!("{}{right}", token.trim_end_matches("read"));
        let token = std::fs::read_to_string(token).expect("there is one");
        let mut request = format!("ws://{address}/ws")
            .into_client_request()
            .expect("an address");
        let bearer = format!("Bearer {}", token.trim());
        let bearer = bearer.parse().expect("a header");
        request.headers_mut().insert("Authorization", bearer);
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let (socket, _) = tungstenite::client::client(request, stream).expect("it is let in");
        socket
    }

    /// Starts one by `command` that hears these containers by sockets of their own.
    pub fn start_container(env: &'env TestEnv, command: &mut Command, containers: &[&str]) -> Self {
        command.arg("collect");
        for container in containers {
            command.args(["--container", container]);
        }
        Self::start_completed(env, command)
    }

    /// Starts one by `command`, which is completed here, and waits until it listens.
    pub fn start_with(env: &'env TestEnv, command: &mut Command) -> Self {
        Self::start_completed(env, command.arg("collect"))
    }

    fn start_completed(env: &'env TestEnv, command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the executable can be started");
        let stderr = child.stderr.take().expect("stderr is a pipe");
        let mut said = String::new();
        let mut stderr = BufReader::new(stderr);
        stderr
            .read_line(&mut said)
            .expect("it says that it collects, or why not");
        let mut listens = String::new();
        if said.starts_with("Listening on ") {
            listens = std::mem::take(&mut said);
            stderr.read_line(&mut said).expect("it says more");
        }
        if !said.starts_with("Collecting on ") {
            // It ends then, so all of it can be read.
            let _ = stderr.read_to_string(&mut said);
            panic!("{said}");
        }
        Self {
            env,
            child,
            listens,
        }
    }

    /// The rows as `status --json` gives them.
    pub fn rows(&self) -> Vec<Value> {
        let finished = finish(self.env.pane_patrol().args(["status", "--json"]));
        assert!(finished.status.success(), "{finished:?}");
        serde_json::from_str(&finished.stdout).expect("status prints an array")
    }

    /// Waits until `what` is true of the rows, and gives them.
    pub fn until(&self, claim: &str, what: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let rows = self.rows();
            if what(&rows) {
                return rows;
            }
            if start.elapsed() >= PATIENCE {
                let doctor = finish(self.env.pane_patrol().arg("doctor")).stdout;
                panic!("never true: {claim}: {rows:#?}\n{doctor}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until there is one row and it is in `state`.
    pub fn until_state(&self, state: &str) -> Value {
        self.until(state, |rows| rows.len() == 1 && rows[0]["state"] == state)
            .remove(0)
    }

    /// Starts hooks that wait, by `start`, until one was heard: then there is one row, in `state`. A hook
    /// that finds the machine too busy drops its event and leaves.
    pub fn until_heard(&self, state: &str, mut start: impl FnMut() -> Child) -> (Child, Value) {
        until("a hook is heard", || {
            let mut hook = start();
            until("a hook is heard or leaves", || {
                let row = self.rows().pop().filter(|row| row["state"] == state);
                let has_left = hook.try_wait().expect("it can be asked").is_some();
                (row.is_some() || has_left).then_some(row)
            })
            .map(|row| (hook, row))
        })
    }

    /// Does something while it stands still and none of its programs is on the way to a tmux server:
    /// who listens there was looked at, and another one may listen by now. Several looks in a row: a thread
    /// that has looked, and has not started its program yet, is not seen in one.
    pub fn while_it_asks_nobody<T>(&self, what: impl FnOnce() -> T) -> T {
        self.signal(Signal::STOP);
        let mut quiet = 0;
        loop {
            let children = children_of(self.pid());
            let mut children = children.iter();
            let asks = children.any(|arguments| !arguments.contains(&"wait-for".to_owned()));
            quiet = if asks { 0 } else { quiet + 1 };
            if quiet == QUIET_LOOKS {
                break;
            }
            self.signal(Signal::CONT);
            std::thread::sleep(Duration::from_millis(5));
            self.signal(Signal::STOP);
        }
        let done = what();
        self.signal(Signal::CONT);
        done
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        // It may have ended.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Waits for its end; its exit status.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        until("the collector ends", || {
            self.child.try_wait().expect("it can be waited for")
        })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Collector<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks `what` again and again until it gives something; panics when it does not in good time.
pub fn until<T>(claim: &str, mut what: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(result) = what() {
            return result;
        }
        assert!(start.elapsed() < PATIENCE, "never true: {claim}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
