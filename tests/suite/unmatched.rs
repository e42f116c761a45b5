//! What is told of one assistant reaches its own row and no other: two tmux servers with the same
//! panes and the same folder, one of them restarted, and strangers in a pane.

use rustix::process::{Pid, test_kill_process};
use serde_json::Value;
use std::fs;

use crate::common::{
    Collector, TestEnv, Tmux, finish, finish_with_stdin, fixture, until, wait_until,
};

const STARTS: &str = "claude/session_start.startup.json";
const WORKS: &str = "claude/user_prompt_submit.plain.json";
const ASKS: &str = "claude/permission_request.bash.json";
const ENDS_TOOL: &str = "claude/post_tool_use.bash.json";

/// Claude's session in one pane.
struct Session {
    tmux: String,
    pane: String,
    id: String,
    pid: String,
}

impl Session {
    /// In `pane` of `server`, as the process of that pane.
    fn of(server: &Tmux<'_>, pane: &str, id: &str) -> Self {
        Self {
            tmux: server.variable(),
            pane: pane.to_owned(),
            id: id.to_owned(),
            pid: server.process_of(pane),
        }
    }

    fn report(&self, env: &TestEnv, payload: &str) {
        let mut hook = env.pane_patrol();
        hook.args(["hook", "claude"]).envs([
            ("TMUX", self.tmux.as_str()),
            ("TMUX_PANE", &self.pane),
            ("CLAUDE_PID", &self.pid),
            ("CLAUDE_CODE_ENTRYPOINT", "cli"),
        ]);
        let mut payload: Value = serde_json::from_str(&fixture(payload)).expect("it is JSON");
        payload["session_id"] = self.id.clone().into();
        payload["cwd"] = env.home().display().to_string().into();
        finish_with_stdin(&mut hook, payload.to_string().as_bytes()).assert_silent_success();
    }

    /// Its row among all of them.
    fn row<'rows>(&self, rows: &'rows [Value]) -> Option<&'rows Value> {
        let (socket, rest) = self.tmux.split_once(',').expect("a variable of tmux");
        let pid = rest.split_once(',').expect("a variable of tmux").0;
        rows.iter()
            .find(|row| row["id"] == format!("{socket},{pid}::{}", self.pane).as_str())
    }

    /// Reports until its row is in `state`: a hook that finds the machine too busy drops its event.
    fn report_until(&self, collector: &Collector<'_>, env: &TestEnv, payload: &str, state: &str) {
        collector.until(state, |_| {
            self.report(env, payload);
            let rows = collector.rows();
            self.row(&rows).is_some_and(|row| row["state"] == state)
        });
    }
}

fn two_panes<'env>(env: &'env TestEnv, socket: &str) -> Option<Tmux<'env>> {
    let server = Tmux::start_on(env, socket, "work", (80, 24), "cat")?;
    server.run(&["new-window", "-d", "-t", "work", "cat"]);
    Some(server)
}

#[test]
fn two_servers_with_the_same_panes_and_folder_and_a_restart_of_one_mix_nothing_up() {
    let env = TestEnv::new();
    let Some(first) = two_panes(&env, "tmux.sock") else {
        return;
    };
    let Some(second) = two_panes(&env, "other.sock") else {
        return;
    };
    let collector = Collector::start_in(&env, &first);
    let sessions = [
        (Session::of(&first, "%0", "a0"), ASKS, "waiting_approval"),
        (Session::of(&second, "%0", "b0"), WORKS, "running"),
        (Session::of(&first, "%1", "a1"), WORKS, "running"),
        (Session::of(&second, "%1", "b1"), ASKS, "waiting_approval"),
    ];
    for (session, payload, state) in &sessions {
        session.report_until(&collector, &env, payload, state);
    }
    let assert_all = |sessions: &[(Session, &str, &str)]| {
        let rows = collector.rows();
        assert_eq!(rows.len(), sessions.len(), "{rows:#?}");
        for (session, _, state) in sessions {
            let row = session.row(&rows).expect("its row");
            assert_eq!(row["state"], *state, "{row:#}");
            assert_eq!(row["instance_id"], session.id.as_str());
            assert_eq!(row["pid"].to_string(), session.pid);
        }
    };
    assert_all(&sessions);

    // Its panes get the same ids again; one session is taken up there, in the other pane.
    let old = second.ask("#{pid}").parse().ok().and_then(Pid::from_raw);
    drop(second);
    wait_until("its process has ended", || {
        // In a container nobody may take note of its end.
        let is_dead = |old: Pid| {
            let stat = fs::read_to_string(format!("/proc/{}/stat", old.as_raw_nonzero()));
            stat.is_ok_and(|stat| stat.contains(") Z "))
        };
        old.is_none_or(|old| test_kill_process(old).is_err() || is_dead(old))
    });
    let Some(second) = two_panes(&env, "other.sock") else {
        return;
    };
    let [a0, b0, a1, b1] = sessions;
    let resumed = Session::of(&second, "%0", "b1");
    let kept = [a0, a1, (resumed, STARTS, "idle")];
    kept[2].0.report_until(&collector, &env, STARTS, "idle");
    collector.until("the rows of the ended server are gone", |rows| {
        rows.len() == 3
    });
    // What outlived its server still reports, from panes that are others' by now.
    let held = until("it is held apart and named", || {
        b0.0.report(&env, ENDS_TOOL);
        b1.0.report(&env, ENDS_TOOL);
        let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
        let why = "its server was replaced by another one";
        let both = ["session b0", "session b1"]
            .iter()
            .all(|one| doctor.contains(one));
        (doctor.contains(why) && both).then_some(doctor)
    });
    assert!(
        held.contains("`PostToolUse` of claude, session b0"),
        "{held}"
    );
    assert_all(&kept);
}

#[test]
fn a_stranger_in_a_pane_changes_nothing_and_is_named() {
    let env = TestEnv::new();
    let Some(server) = two_panes(&env, "tmux.sock") else {
        return;
    };
    // A pane in which another process is besides the assistant's.
    let script = "sleep 1000 & echo $! > $HOME/stranger; exec cat";
    server.run(&["new-window", "-d", "-t", "work", script]);
    let stranger_pid = until("the other one has started", || {
        let pid = fs::read_to_string(env.home().join("stranger")).ok()?;
        pid.ends_with('\n').then(|| pid.trim().to_owned())
    });
    let collector = Collector::start_in(&env, &server);
    let session = Session::of(&server, "%2", "ours");
    session.report_until(&collector, &env, ASKS, "waiting_approval");
    let stranger = Session {
        id: "stranger".to_owned(),
        pid: stranger_pid,
        ..Session::of(&server, "%2", "")
    };
    let before = session.row(&collector.rows()).cloned().expect("its row");
    let row = until("the stranger is noticed", || {
        stranger.report(&env, ENDS_TOOL);
        let rows = collector.rows();
        let row = session.row(&rows)?.clone();
        (row["held_apart"][0]["count"].as_u64() > Some(1)).then_some(row)
    });
    let apart = &row["held_apart"][0];
    assert_eq!(
        (&apart["what"], &apart["instance_id"], &apart["why"]),
        (
            &"PostToolUse".into(),
            &"stranger".into(),
            &"its process was started by the assistant of this pane".into()
        )
    );
    for part in ["state", "instance_id", "waiting", "generation", "evidence"] {
        assert_eq!(row[part], before[part], "{part}");
    }
    let explained = finish(env.pane_patrol().args(["explain", "work:2.0"]));
    let why = "its process was started by the assistant of this pane.\n";
    let says = |text: &str| {
        text.contains("held apart, and not shown\n  `PostToolUse` of claude, session stranger")
            && text.ends_with(why)
    };
    assert!(says(&explained.stdout), "{explained:?}");

    // Another assistant speaks from the pane, and then one from a pane that no row has.
    let mut emit = env.pane_patrol();
    emit.args(["emit", "--assistant", "mybot", "--state", "completed"])
        .env("TMUX", server.variable())
        .env("TMUX_PANE", "%2");
    wait_until("that is noticed, too", || {
        finish(&mut emit);
        let rows = collector.rows();
        let apart = session.row(&rows).map(|row| row["held_apart"].clone());
        apart.is_some_and(|apart| {
            apart[0]["assistant"] == "mybot"
                && apart[0]["why"] == "another assistant's event in this pane"
        })
    });
    assert_eq!(collector.rows().len(), 1);
}
