//! A tmux server whose socket was taken by another program: what runs in its panes runs on, so its rows
//! stay and are told of, until the server itself ends. Real tmux, the real hook and real processes.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::common::{Collector, TestEnv, Tmux, finish, finish_with_stdin, fixture, wait_until};

const ASKS: &str = "claude/permission_request.bash.json";
const ENDS: &str = "claude/stop.plain.json";
/// What makes a stranger leave.
const LEAVE: &[u8] = b"leave";
const WORKS: &str = "claude/user_prompt_submit.plain.json";

/// A server whose first pane stands for Claude, reachable by its socket or not.
struct Lost {
    socket: String,
    server: Pid,
    pane: String,
}

impl Lost {
    fn of(server: &Tmux<'_>) -> Self {
        let pid = server.ask("#{pid}").parse().ok().and_then(Pid::from_raw);
        Self {
            socket: server.socket().display().to_string(),
            server: pid.expect("a server has a pid"),
            pane: server.process_of("%0"),
        }
    }

    fn remedy(&self) -> String {
        format!("`kill -USR1 {}`", self.server.as_raw_nonzero())
    }

    fn row<'rows>(&self, rows: &'rows [Value]) -> Option<&'rows Value> {
        let pid = self.server.as_raw_nonzero();
        let id = format!("{},{pid}::%0", self.socket);
        rows.iter().find(|row| row["id"] == id.as_str())
    }

    /// Claude reports until the row is in that state: a busy machine may drop an event.
    fn reports(&self, collector: &Collector<'_>, env: &TestEnv, payload: &str, state: &str) {
        collector.until(state, |rows| {
            let is_so = self.row(rows).is_some_and(|row| row["state"] == state);
            if !is_so {
                let mut hook = env.pane_patrol();
                let tmux = format!("{},{},0", self.socket, self.server.as_raw_nonzero());
                hook.args(["hook", "claude"]).envs([
                    ("TMUX", tmux.as_str()),
                    ("TMUX_PANE", "%0"),
                    ("CLAUDE_PID", &self.pane),
                    ("CLAUDE_CODE_ENTRYPOINT", "cli"),
                ]);
                finish_with_stdin(&mut hook, fixture(payload).as_bytes()).assert_silent_success();
            }
            is_so
        });
    }

    /// The same without a hook, which asks tmux for the pane's address by itself.
    fn tells(&self, collector: &Collector<'_>, env: &TestEnv, state: &str) {
        collector.until(state, |rows| {
            let event = json!({
                "assistant": "claude", "state": state, "target": "%0", "pane": "%0",
                "server": format!("{},{}", self.socket, self.server.as_raw_nonzero()),
                "pid": self.pane.parse::<u32>().ok(), "ts": Timestamp::now(),
            });
            env.send(event.to_string().as_bytes());
            self.row(rows).is_some_and(|row| row["state"] == state)
        });
    }
}

impl Drop for Lost {
    fn drop(&mut self) {
        let _ = kill_process(self.server, Signal::KILL);
    }
}

/// Nobody can be talked to on that server, and everybody who tries is told why.
fn assert_out_of_reach(env: &TestEnv, target: &str, remedy: &str) {
    let close = ["stop", "--close-pane", target];
    for command in [
        &["approve", target, "--yes"][..],
        &["jump", target],
        &["stop", target],
        &close,
    ] {
        let said = finish(env.pane_patrol().args(command)).stderr;
        let words = "its tmux server has lost its socket";
        assert!(said.contains(words) && said.contains(remedy), "{said}");
    }
}

#[test]
fn a_server_whose_socket_another_tmux_has_taken_keeps_its_rows_until_it_ends() {
    for socket in ["tmux.sock", "other.sock"] {
        let env = TestEnv::new();
        let Some(own) = Tmux::start(&env, "work") else {
            return;
        };
        let other =
            (socket != "tmux.sock").then(|| Tmux::start_on(&env, socket, "else", (80, 24), "cat"));
        let (name, old) = match &other {
            Some(Some(other)) => ("else:0.0", Lost::of(other)),
            Some(None) => return,
            None => ("work:0.0", Lost::of(&own)),
        };
        let collector = Collector::start_in(&env, &own);
        old.reports(&collector, &env, ASKS, "waiting_approval");
        collector.until("its server is listed", |rows| {
            old.row(rows).is_some_and(|row| row["target"] == name)
        });
        fs::remove_file(&old.socket).expect("its socket is there");
        wait_until("that is known", || doctor(&env).contains(&old.remedy()));
        assert_out_of_reach(&env, name, &old.remedy());

        let Some(fresh) = Tmux::start_on(&env, socket, "fresh", (80, 24), "cat") else {
            return;
        };
        let new = Lost::of(&fresh);
        new.reports(&collector, &env, WORKS, "running");
        collector.until("the fresh server is listed", |rows| {
            new.row(rows)
                .is_some_and(|row| row["target"] == "fresh:0.0")
        });
        assert_eq!(collector.rows().len(), 2, "both live");
        assert!(doctor(&env).contains(&old.remedy()));
        assert_out_of_reach(&env, name, &old.remedy());
        old.reports(&collector, &env, WORKS, "running");

        // Back on its socket all is as before, and the other one is the one without.
        kill_process(old.server, Signal::USR1).expect("it lives");
        wait_until("the other one is without", || {
            let said = doctor(&env);
            said.contains(&new.remedy()) && !said.contains(&old.remedy())
        });
        let said = finish(env.pane_patrol().args(["jump", name])).stderr;
        assert!(!said.contains("lost its socket"), "{said}");
        old.reports(&collector, &env, ENDS, "completed");
        assert_eq!(collector.rows().len(), 2, "both live");

        kill_process(new.server, Signal::KILL).expect("it lives");
        collector.until("its row is gone", |rows| new.row(rows).is_none());
        assert!(old.row(&collector.rows()).is_some());
        kill_process(old.server, Signal::KILL).expect("it lives");
        collector.until("all are gone", <[Value]>::is_empty);
    }
}

#[test]
fn a_server_whose_socket_another_program_has_taken_keeps_its_rows_and_comes_back() {
    let env = TestEnv::new();
    let Some(own) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(other) = Tmux::start_on(&env, "other.sock", "else", (80, 24), "cat") else {
        return;
    };
    let old = Lost::of(&other);
    let collector = Collector::start_in(&env, &own);
    old.reports(&collector, &env, ASKS, "waiting_approval");
    collector.until("it is listed", |rows| {
        old.row(rows).is_some_and(|row| row["target"] == "else:0.0")
    });
    let away = env.path("away.sock");
    fs::rename(&old.socket, &away).expect("the socket can be moved");
    let stranger = Stranger::on(&old.socket);
    wait_until("that is known", || doctor(&env).contains(&old.remedy()));
    assert_out_of_reach(&env, "else:0.0", &old.remedy());
    old.reports(&collector, &env, WORKS, "running");

    // Something was said to it by the hook, whose environment names it.
    stranger.leave();
    fs::rename(&away, &old.socket).expect("the socket can be moved");
    wait_until("all is as before", || !doctor(&env).contains(&old.remedy()));
    old.reports(&collector, &env, WORKS, "running");
    assert_eq!(collector.rows().len(), 1);
}

/// Also on the collector's own server, whose socket is believed by its name.
#[test]
fn a_collector_that_begins_beside_a_stranger_shows_the_rows_and_tells_the_stranger_nothing() {
    for (socket, logged) in [
        ("tmux.sock", false),
        ("other.sock", false),
        ("tmux.sock", true),
        ("other.sock", true),
    ] {
        let env = TestEnv::new();
        let Some(own) = Tmux::start(&env, "work") else {
            return;
        };
        let other =
            (socket != "tmux.sock").then(|| Tmux::start_on(&env, socket, "else", (80, 24), "cat"));
        let old = match &other {
            Some(Some(other)) => Lost::of(other),
            Some(None) => return,
            None => Lost::of(&own),
        };
        if logged {
            env.mirror_on();
            let mut before = Collector::start_in(&env, &own);
            old.reports(&before, &env, ASKS, "waiting_approval");
            before.signal(Signal::TERM);
            let _ = before.wait();
        }
        let away = env.path("away.sock");
        fs::rename(&old.socket, &away).expect("the socket can be moved");
        let stranger = Stranger::on(&old.socket);
        let collector = Collector::start_in(&env, &own);
        let state = if logged {
            collector.until("it is known by the log", |rows| {
                old.row(rows)
                    .is_some_and(|row| row["state"] == "waiting_approval")
            });
            "running"
        } else {
            "waiting_approval"
        };
        old.tells(&collector, &env, state);
        wait_until("that is known", || doctor(&env).contains(&old.remedy()));
        let rows = collector.rows();
        let row = old.row(&rows).expect("it lives");
        let trouble = row["trouble"].as_str().unwrap_or_default();
        assert!(trouble.contains(&old.remedy()), "{row}");
        assert_eq!(stranger.leave(), 0, "{socket}: it was told nothing");

        fs::rename(&away, &old.socket).expect("the socket can be moved");
        collector.until("it is listed", |rows| {
            let row = old.row(rows);
            row.is_some_and(|row| row["trouble"].is_null() && row["target"] != "%0")
        });
        wait_until("all is as before", || !doctor(&env).contains(&old.remedy()));
        old.reports(&collector, &env, ENDS, "completed");
        assert_eq!(collector.rows().len(), 1);
    }
}

#[test]
fn without_a_collector_the_rows_of_a_server_without_its_socket_stay_and_are_marked() {
    for stands_in in [false, true] {
        let env = TestEnv::new();
        let Some(own) = Tmux::start(&env, "work") else {
            return;
        };
        env.mirror_on();
        let old = Lost::of(&own);
        let mut collector = Collector::start_in(&env, &own);
        old.reports(&collector, &env, ASKS, "waiting_approval");
        collector.signal(Signal::TERM);
        let _ = collector.wait();
        let away = env.path("away.sock");
        fs::rename(&old.socket, &away).expect("the socket can be moved");
        let stranger = stands_in.then(|| Stranger::on(&old.socket));
        let table = finish(env.pane_patrol().arg("status")).stdout;
        assert!(table.contains("wants approval"), "{table}");
        let words = "its tmux server has lost its socket";
        assert!(
            table.contains(words) && table.contains(&old.remedy()),
            "{table}"
        );
        let json = finish(env.pane_patrol().args(["status", "--json"])).stdout;
        let rows: Vec<Value> = serde_json::from_str(&json).expect("it is JSON");
        let row = old.row(&rows).expect("it lives");
        assert!(
            row["trouble"]
                .as_str()
                .is_some_and(|told| told.contains(words))
        );
        if let Some(stranger) = stranger {
            assert_eq!(stranger.leave(), 0, "it was told nothing");
        }
        kill_process(old.server, Signal::KILL).expect("it lives");
        wait_until("it is gone", || {
            !finish(env.pane_patrol().arg("status"))
                .stdout
                .contains(words)
        });
    }
}

/// A program that listens under the name of a server's socket and counts what it is told.
struct Stranger {
    socket: String,
    thread: std::thread::JoinHandle<usize>,
}

impl Stranger {
    fn on(socket: &str) -> Self {
        let listener = UnixListener::bind(socket).expect("the name is free");
        let thread = std::thread::spawn(move || {
            let mut told = 0;
            for stream in listener.incoming() {
                let mut stream = stream.expect("somebody has come");
                let mut bytes = Vec::new();
                // Nobody is answered, and whoever waits for that goes on when this is over.
                let limit = std::time::Duration::from_millis(500);
                stream.set_read_timeout(Some(limit)).expect("it can be set");
                let _ = stream.read_to_end(&mut bytes);
                if bytes == LEAVE {
                    break;
                }
                told += bytes.len();
            }
            told
        });
        Self {
            socket: socket.to_owned(),
            thread,
        }
    }

    /// Gives how many bytes it was told, and the name free.
    fn leave(self) -> usize {
        let mut stream = UnixStream::connect(&self.socket).expect("it listens");
        stream.write_all(LEAVE).expect("it reads");
        drop(stream);
        let told = self.thread.join().expect("it has not failed");
        fs::remove_file(&self.socket).expect("it is there");
        told
    }
}

fn doctor(env: &TestEnv) -> String {
    finish(env.pane_patrol().arg("doctor")).stdout
}
