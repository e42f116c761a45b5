//! Whose pane it is, by processes: what an assistant starts in its pane, what only has inherited the
//! pane's variables, a tmux server without its socket, and an assistant that is stopped. Real tmux,
//! real shells and real processes, with the real hook. Most of it only Linux tells.

#![cfg_attr(not(target_os = "linux"), allow(dead_code))]

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::common::{
    Collector, TestEnv, Tmux, finish, finish_with_stdin, fixture, lines_so_far, until, wait_until,
    write_program,
};

const ASKS: &str = "claude/permission_request.bash.json";
const WORKS: &str = "claude/user_prompt_submit.plain.json";

/// A pane in which a shell runs that stands for Claude: it can start others.
struct Pane<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
    pid: String,
}

impl<'env> Pane<'env> {
    fn new(env: &'env TestEnv) -> Option<Self> {
        Self::on(env, "tmux.sock")
    }

    fn on(env: &'env TestEnv, socket: &str) -> Option<Self> {
        let server = Tmux::start_on(env, socket, "work", (120, 24), "exec sh")?;
        write_program(
            &env.path("assistant"),
            &format!(
                "#!/bin/sh\n\
                 echo $$ > \"$HOME/$1.pid\"\n\
                 until [ -e \"$HOME/$1.go\" ]; do [ -d \"$HOME\" ] || exit; sleep 0.05; done\n\
                 for said in {}; do\n\
                   '{}' hook gemini < \"{}/gemini/$said.json\"\n\
                 done\n\
                 echo > \"$HOME/$1.said\"\n\
                 until [ -e \"$HOME/$1.end\" ]; do [ -d \"$HOME\" ] || exit; sleep 0.05; done\n",
                "SessionStart.startup BeforeAgent AfterTool.write_file AfterAgent",
                env!("CARGO_BIN_EXE_pane-patrol"),
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("tests/fixtures")
                    .display(),
            ),
        );
        let pid = server.process_of("%0");
        Some(Self { env, server, pid })
    }

    /// Claude reports from there.
    fn claude(&self, payload: &str) {
        let mut hook = self.server.claude_hook_of("%0", &self.pid);
        finish_with_stdin(&mut hook, fixture(payload).as_bytes()).assert_silent_success();
    }

    /// Has Claude say so until the row is in that state: a busy machine may drop an event.
    fn claude_until(&self, collector: &Collector<'_>, payload: &str, state: &str) -> Value {
        let is_so = |rows: &[Value]| rows.len() == 1 && rows[0]["state"] == state;
        let mut rows = collector.until(state, |rows| {
            is_so(rows) || {
                self.claude(payload);
                false
            }
        });
        rows.remove(0)
    }

    /// Types a line into the pane.
    fn types(&self, line: &str) {
        self.server.run(&["send-keys", "-t", "%0", "-l", line]);
        self.server.run(&["send-keys", "-t", "%0", "Enter"]);
    }

    /// Starts `assistant NAME` by that line, lets it speak, and waits until it has.
    fn lets_speak(&self, name: &str, line: &str) {
        self.types(line);
        let file = |end: &str| self.env.home().join(format!("{name}.{end}"));
        wait_until("it has started", || !lines_so_far(&file("pid")).is_empty());
        fs::write(file("go"), "").expect("it is our folder");
        wait_until("it has spoken", || file("said").exists());
    }

    fn ends(&self, name: &str) {
        fs::write(self.env.home().join(format!("{name}.end")), "").expect("it is our folder");
    }

    fn parent_of(&self, name: &str) -> String {
        let pid = fs::read_to_string(self.env.home().join(format!("{name}.pid")));
        let pid = pid.expect("it has started");
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).expect("it lives");
        let rest = stat.rsplit_once(')').expect("a line of /proc").1;
        rest.split_whitespace().nth(1).expect("a parent").to_owned()
    }
}

/// What doctor says of what was held apart, once it was gemini's last word for that reason.
fn held_apart(env: &TestEnv, why: &str) -> String {
    until(why, || {
        let said = finish(env.pane_patrol().arg("doctor")).stdout;
        let is_it = |part: &str| part.contains("`AfterAgent` of gemini") && part.contains(why);
        said.split("; ").any(is_it).then_some(said)
    })
}

const CHILD: &str = "its process was started by the assistant of this pane";
const OUTSIDE: &str = "its process is none of that pane";

#[test]
#[cfg(target_os = "linux")]
fn what_a_waiting_claude_has_started_in_its_pane_changes_nothing_of_its_row() {
    let ways: [(&str, &str, &str); 4] = [
        ("fg", "sh ../assistant fg", CHILD),
        ("bg", "sh ../assistant bg &", CHILD),
        (
            "deep",
            "sh -c 'sh -c \"sh ../assistant deep; true\"; true'",
            CHILD,
        ),
        // It is nobody's child any more.
        (
            "nohup",
            "(nohup sh ../assistant nohup >/dev/null 2>&1 &)",
            OUTSIDE,
        ),
    ];
    for (name, line, why) in ways {
        let env = TestEnv::new();
        let Some(pane) = Pane::new(&env) else { return };
        let collector = Collector::start_in(&env, &pane.server);
        let before = pane.claude_until(&collector, ASKS, "waiting_approval");
        let line = line.replace("../assistant", &env.path("assistant").display().to_string());
        pane.lets_speak(name, &line);
        if name == "nohup" {
            assert_ne!(pane.parent_of(name), pane.pid);
        }
        held_apart(&env, why);
        let rows = collector.rows();
        assert_eq!(rows.len(), 1, "{name}: {rows:#?}");
        for part in ["assistant", "state", "instance_id", "waiting", "generation"] {
            assert_eq!(rows[0][part], before[part], "{name} {part}");
        }
        pane.ends(name);
        pane.claude_until(&collector, WORKS, "running");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn inherited_variables_of_a_pane_make_no_row_there_and_a_process_of_the_pane_does() {
    let env = TestEnv::new();
    let Some(pane) = Pane::new(&env) else { return };
    let collector = Collector::start_in(&env, &pane.server);
    let assistant = env.path("assistant").display().to_string();
    // A terminal or an editor that was started from the pane, and whose shell there has gone on.
    let line = format!("(setsid sh {assistant} inherited >/dev/null 2>&1 &)");
    pane.lets_speak("inherited", &line);
    held_apart(&env, OUTSIDE);
    assert_eq!(collector.rows(), [] as [Value; 0]);
    pane.lets_speak("own", &format!("sh {assistant} own"));
    let rows = collector.until("its row", |rows| rows.len() == 1);
    assert_eq!(rows[0]["assistant"], "gemini");
    for name in ["inherited", "own"] {
        pane.ends(name);
    }
}

#[test]
fn a_tmux_server_whose_socket_is_taken_away_keeps_its_rows_and_doctor_says_how_to_get_it_back() {
    for socket in ["tmux.sock", "other.sock"] {
        let env = TestEnv::new();
        let Some(own) = Pane::new(&env) else { return };
        let other = (socket != "tmux.sock").then(|| Pane::on(&env, socket));
        let Some(pane) = other.as_ref().map_or(Some(&own), Option::as_ref) else {
            return;
        };
        let collector = Collector::start_in(&env, &own.server);
        pane.claude_until(&collector, ASKS, "waiting_approval");
        let away = env.path("away.sock");
        fs::rename(pane.server.socket(), &away).expect("the socket can be moved");
        let pid = pane.server.variable().split(',').nth(1).map(str::to_owned);
        let remedy = format!("`kill -USR1 {}`", pid.expect("a server has a pid"));
        let doctor = || finish(env.pane_patrol().arg("doctor")).stdout;
        wait_until("doctor says it", || doctor().contains(&remedy));
        assert_eq!(collector.rows().len(), 1, "its row stays");
        pane.claude_until(&collector, WORKS, "running");

        fs::rename(&away, pane.server.socket()).expect("the socket can be moved");
        wait_until("all is as before", || !doctor().contains(&remedy));
        assert_eq!(collector.rows().len(), 1);

        fs::remove_file(pane.server.socket()).expect("the socket can be removed");
        wait_until("doctor says it again", || doctor().contains(&remedy));
        assert_eq!(collector.rows().len(), 1, "its row stays");
        let server = pane.server.variable();
        let server = server.split(',').nth(1).and_then(|pid| pid.parse().ok());
        let server = server.and_then(Pid::from_raw).expect("a server has a pid");
        kill_process(server, Signal::USR1).expect("it lives");
        wait_until("the server has a socket again", || {
            !doctor().contains(&remedy)
        });
        pane.claude_until(&collector, WORKS, "running");

        // An end is an end, with its socket or without.
        fs::rename(pane.server.socket(), &away).expect("the socket can be moved");
        wait_until("doctor says it a third time", || doctor().contains(&remedy));
        kill_process(server, Signal::KILL).expect("it lives");
        collector.until("the row is gone", <[Value]>::is_empty);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_assistant_that_is_stopped_says_so_keeps_its_state_and_is_right_again_afterwards() {
    let env = TestEnv::new();
    let Some(mut pane) = Pane::new(&env) else {
        return;
    };
    let collector = Collector::start_in(&env, &pane.server);
    // tmux lets go on whatever of its own is stopped: an assistant is the shell's.
    pane.types(&format!("sh {} own", env.path("assistant").display()));
    let pid = until("it has started", || {
        let pid = fs::read_to_string(env.home().join("own.pid")).ok()?;
        pid.trim().parse().ok().and_then(Pid::from_raw)
    });
    pane.pid = pid.as_raw_nonzero().to_string();
    let is_suspended = |rows: &[Value]| rows[0]["suspended"] == true;
    for (payload, state) in [(ASKS, "waiting_approval"), (WORKS, "running")] {
        pane.claude_until(&collector, payload, state);
        kill_process(pid, Signal::STOP).expect("it lives");
        let rows = collector.until("suspended", is_suspended);
        assert_eq!(rows[0]["state"], state);
        let said = finish(env.pane_patrol().arg("status")).stdout;
        assert!(said.contains("(suspended)"), "{said}");
        kill_process(pid, Signal::CONT).expect("it lives");
        let rows = collector.until("it goes on", |rows| !is_suspended(rows));
        assert_eq!(rows[0]["state"], state);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_assistant_that_the_person_puts_into_the_background_of_its_shell_is_suspended_until_fg() {
    let env = TestEnv::new();
    let Some(pane) = Pane::new(&env) else { return };
    let collector = Collector::start_in(&env, &pane.server);
    let assistant = env.path("assistant").display().to_string();
    pane.lets_speak("own", &format!("sh {assistant} own"));
    let is_suspended = |rows: &[Value]| rows.len() == 1 && rows[0]["suspended"] == true;
    collector.until("its row", |rows| rows.len() == 1);
    pane.server.run(&["send-keys", "-t", "%0", "C-z"]);
    let rows = collector.until("suspended", is_suspended);
    assert_eq!(rows[0]["assistant"], "gemini");
    pane.types("fg");
    collector.until("it goes on", |rows| rows.len() == 1 && !is_suspended(rows));
    pane.ends("own");
}
