//! A tmux server whose socket was taken by another program: what runs in its panes runs on, so its rows
//! stay and are told of, until the server itself ends. Real tmux, the real hook and real processes.

use std::fs;
use std::os::unix::net::UnixListener;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::common::{Collector, TestEnv, Tmux, finish, finish_with_stdin, fixture, wait_until};

const ASKS: &str = "claude/permission_request.bash.json";
const ENDS: &str = "claude/stop.plain.json";
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
    let stranger = UnixListener::bind(&old.socket).expect("the name is free");
    wait_until("that is known", || doctor(&env).contains(&old.remedy()));
    assert_out_of_reach(&env, "else:0.0", &old.remedy());
    old.reports(&collector, &env, WORKS, "running");

    drop(stranger);
    fs::rename(&away, &old.socket).expect("the socket can be moved");
    wait_until("all is as before", || !doctor(&env).contains(&old.remedy()));
    old.reports(&collector, &env, WORKS, "running");
    assert_eq!(collector.rows().len(), 1);
}

fn doctor(env: &TestEnv) -> String {
    finish(env.pane_patrol().arg("doctor")).stdout
}
