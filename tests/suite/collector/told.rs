//! What session files tell beyond work and requests: menus, ends that are none yet, sessions that a pane
//! shows in place of its own.

#![cfg_attr(not(target_os = "linux"), allow(unused_imports))]

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};

use pane_patrol::assistants::claude::session_file::look;
use pane_patrol::state::Level;
use serde_json::{Value, json};

use super::Assistant;
use crate::common::{
    Collector, TestEnv, Tmux, finish, fixture, private_folder, until, wait, write_program,
};
use pane_patrol_hooks::timestamp::Timestamp;

/// Every menu that was opened in the real Claude, and what its session file said meanwhile.
#[test]
fn no_menu_of_the_real_assistant_asks_for_anything() {
    let env = TestEnv::new();
    let sessions = env.home().join(".claude/sessions");
    private_folder(&sessions);
    let own = std::process::id();
    let mut menus = 0;
    for version in ["v2.1.197", "v2.1.332"] {
        for line in fixture(&format!("claude/menus.{version}.jsonl")).lines() {
            let seen: Value = serde_json::from_str(line).expect("JSON lines");
            let mut session = seen["session"].clone();
            session["pid"] = own.into();
            session["updatedAt"] = 1.into();
            fs::write(sessions.join(format!("{own}.json")), session.to_string()).expect("ours");
            let level = look(&env.home().join(".claude"), own, None)
                .expect("a reading")
                .level;
            let asks = matches!(level, Level::WaitingApproval | Level::WaitingInput);
            assert!(!asks, "{line}");
            menus += usize::from(level == Level::Menu);
        }
    }
    assert!(menus > 30, "{menus}");
}

/// The session files of the real Claude while `←` moves a session to the background, as they were captured.
#[test]
fn the_agents_view_of_the_real_assistant_is_followed_through() {
    let env = TestEnv::new();
    let sessions = env.home().join(".claude/sessions");
    private_folder(&sessions);
    let others: Vec<Process> = (0..2).map(|_| Process::start(&env)).collect();
    let own = std::process::id();
    let pid_of = |file: &Value| match file.as_str() {
        Some("pane") => own,
        Some("job") => others[0].id(),
        _ => others[1].id(),
    };
    let mut said = Vec::new();
    for line in fixture("claude/agents-view.v2.1.332.jsonl").lines() {
        let seen: Value = serde_json::from_str(line).expect("JSON lines");
        if seen["file"].is_null() {
            continue;
        }
        let pid = pid_of(&seen["file"]);
        let mut session = seen["session"].clone();
        session["pid"] = pid.into();
        fs::write(sessions.join(format!("{pid}.json")), session.to_string()).expect("ours");
        let Some(reading) = look(&env.home().join(".claude"), own, None) else {
            continue;
        };
        assert_eq!(reading.pid, Some(own));
        let now = (reading.level, reading.stands_in);
        if said.last() != Some(&now) {
            said.push(now);
        }
    }
    let expected = [
        (Level::Idle, false),
        (Level::Busy, false),
        (Level::Elsewhere, false),
        (Level::Idle, true),
        (Level::Busy, true),
        (Level::WaitingApproval, true),
        (Level::Busy, true),
        (Level::Idle, true),
    ];
    assert_eq!(said, expected);
}

/// A process that lives until it is dropped.
struct Process(Child);

impl Process {
    fn start(env: &TestEnv) -> Self {
        let mut command = env.command("sleep");
        Self(command.arg("1000").spawn().expect("it is there"))
    }

    fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn says_what(row: &Value, words: &str) -> bool {
    let evidence = row["evidence"].as_array().expect("a list");
    evidence.iter().any(|piece| {
        piece["what"]
            .as_str()
            .is_some_and(|what| what.contains(words))
    })
}

#[test]
fn a_menu_leaves_the_row_as_it_was_and_says_that_it_is_open() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let assistant = Assistant::start(&env, &tmux);
    for (status, words, state) in [
        ("idle", None, "idle"),
        ("busy", None, "running"),
        ("waiting", Some("permission prompt"), "waiting_approval"),
    ] {
        assistant.says(status, words);
        if status == "busy" {
            // A turn of which nothing but the file told may be the menu's own command.
            collector.until_state("running");
            tells(&env, &assistant, &tmux, "running", "turn_started");
            collector.until("the hook is heard", |rows| {
                says_what(&rows[0], "turn_started")
            });
        } else {
            collector.until_state(state);
        }
        assistant.says("waiting", Some("dialog open"));
        let rows = collector.until("the menu is seen", |rows| {
            rows[0]["evidence"][0]["what"] == "session file says a menu is open (dialog open)"
        });
        assert_eq!(rows[0]["state"], state, "{rows:#?}");
        let asks = rows[0]["waiting"].as_array().map_or(0, Vec::len);
        assert_eq!(asks, usize::from(state == "waiting_approval"));
    }
}

fn tells(env: &TestEnv, assistant: &Assistant<'_>, tmux: &Tmux<'_>, state: &str, kind: &str) {
    let variable = tmux.variable();
    let server = variable.rsplit_once(',').map_or("", |(server, _)| server);
    let event = json!({
        "assistant": "claude", "state": state, "kind": kind, "target": assistant.pane,
        "pane": assistant.pane, "server": server, "pid": assistant.pid, "instance_id": "s1",
        "ts": Timestamp::now(), "event": kind,
    });
    env.send(event.to_string().as_bytes());
}

#[test]
fn a_turn_is_waited_for_until_its_stop_hooks_are_through() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("busy", None);
    collector.until_state("running");
    tells(&env, &assistant, &tmux, "running", "turn_started");
    let mut command = env.pane_patrol();
    command.args(["wait", "--target", &assistant.pane, "--state", "completed"]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.env("TMUX", tmux.variable());
    let mut waiting = command.spawn().expect("the executable can be started");
    // One refuses the end, and the turn goes on; at the second the other one takes its time.
    for _ in 0..2 {
        tells(&env, &assistant, &tmux, "completed", "turn_finished");
        let rows = collector.until("the end is heard", |rows| {
            rows[0]["evidence"][0]["what"] == "turn_finished"
        });
        assert_eq!(rows[0]["state"], "running");
        assert!(waiting.try_wait().expect("it is ours").is_none());
        tells(&env, &assistant, &tmux, "running", "tool_started");
        collector.until("it goes on", |rows| {
            rows[0]["evidence"][0]["what"] == "tool_started"
        });
        tells(&env, &assistant, &tmux, "running", "tool_finished");
    }
    tells(&env, &assistant, &tmux, "completed", "turn_finished");
    collector.until("the end is heard", |rows| {
        rows[0]["evidence"][0]["what"] == "turn_finished"
    });
    assert!(waiting.try_wait().expect("it is ours").is_none());
    assistant.says("idle", None);
    let finished = wait(waiting);
    assert_eq!(finished.stdout, "completed\n", "{finished:?}");
    let row = collector.until_state("completed");
    assert_eq!(row["kind"], "turn_finished");
}

/// A background job of the assistant, as its daemon runs it: no pane, a session file of its own.
struct Job<'a>(Assistant<'a>);

impl<'a> Job<'a> {
    fn start(env: &'a TestEnv, tmux: &Tmux<'_>) -> Self {
        Self(Assistant::start(env, tmux))
    }

    fn says(&self, status: &str, waiting_for: Option<&str>) {
        let more = json!({"kind": "bg", "jobId": "50a81936", "sessionId": "50a81936-c94b"});
        self.0.says_with(status, waiting_for, &more);
    }
}

#[test]
fn the_pane_shows_the_job_that_its_session_was_moved_to() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("idle", None);
    collector.until_state("idle");
    let parked = json!({"parkedJobId": "50a81936"});
    assistant.says_with("idle", None, &parked);
    collector.until("nothing is known of what is shown", <[Value]>::is_empty);
    let mut doctor = env.pane_patrol();
    doctor.arg("doctor").env("TMUX", tmux.variable());
    let said = finish(&mut doctor).stdout;
    assert!(
        said.contains("moved to the background from their pane"),
        "{said}"
    );
    // The notice that the agents view gives of another session is about none that is shown.
    tells(
        &env,
        &assistant,
        &tmux,
        "waiting_approval",
        "approval_requested",
    );

    let job = Job::start(&env, &tmux);
    for (status, words, state) in [
        ("idle", None, "idle"),
        ("busy", None, "running"),
        ("waiting", Some("permission prompt"), "waiting_approval"),
        ("busy", None, "running"),
        ("idle", None, "idle"),
    ] {
        job.says(status, words);
        let row = collector.until_state(state);
        assert_eq!(row["instance_id"], "50a81936-c94b");
        assert_eq!(row["pane"], assistant.pane.as_str());
        assert_eq!(row["pid"], assistant.pid);
    }
    // Back in its own session: no pane shows the job.
    assistant.says("busy", None);
    let is = |row: &Value, instance: &str| {
        row["pane"] == assistant.pane.as_str() && row["instance_id"] == instance
    };
    collector.until("each is a row", |rows| {
        let behind = |row: &Value| row["pane"].is_null() && row["instance_id"] == "50a81936-c94b";
        rows.len() == 2 && rows.iter().any(behind) && rows.iter().any(|row| is(row, "s1"))
    });
    assistant.says_with("busy", None, &parked);
    let row = collector.until_state("idle");
    assert!(is(&row, "50a81936-c94b"), "{row}");
    // As it does at its end.
    fs::remove_file(job.0.file()).expect("it is ours");
    job.0.kill();
    collector.until("it is gone", <[Value]>::is_empty);
}

/// The list of all sessions opens others in the pane; only its title names them.
#[test]
fn another_session_that_is_opened_in_the_pane_is_known_by_the_title() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let assistant = Assistant::start(&env, &tmux);
    let (own, other) = (Job::start(&env, &tmux), Assistant::start(&env, &tmux));
    own.says("idle", None);
    let named = json!({
        "kind": "bg", "jobId": "0ade4f56", "sessionId": "0ade4f56-77", "name": "write the tests",
    });
    other.says_with("waiting", Some("permission prompt"), &named);
    assistant.says_with("idle", None, &json!({"parkedJobId": "50a81936"}));
    let shows = |instance: &'static str, state: &'static str| {
        collector.until("it is shown", move |rows| {
            let mut rows = rows.iter();
            rows.any(|row| row["instance_id"] == instance && row["state"] == state)
        })
    };
    shows("50a81936-c94b", "idle");
    let title = |title: &str| {
        tmux.run(&["select-pane", "-t", &assistant.pane, "-T", title]);
    };
    for _ in 0..2 {
        title("✳ write the tests");
        shows("0ade4f56-77", "waiting_approval");
        title("1 awaiting input · claude agents");
        shows("50a81936-c94b", "idle");
    }
}

/// The transcript of the job, which is written beside its session file.
struct Transcript(std::path::PathBuf);

impl Transcript {
    fn begin(env: &TestEnv) -> Self {
        let folder = env.home().join(".claude/projects/-home-user-proj");
        private_folder(&folder);
        Self(folder.join("50a81936-c94b.jsonl"))
    }

    fn write(&self, kind: &str, more: &Value, message: &Value) {
        let mut line = json!({
            "type": kind, "isSidechain": false, "message": message, "timestamp": Timestamp::now(),
            "cwd": "/home/user/proj", "sessionId": "50a81936-c94b",
        });
        let fields = line.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        let mut file = fs::File::options()
            .create(true)
            .append(true)
            .open(&self.0)
            .expect("the folder is ours");
        writeln!(file, "{line}").expect("it is ours");
    }

    fn prompt(&self) {
        self.write("user", &json!({}), &json!({"content": "go on"}));
    }

    fn uses_tool(&self, id: &str, command: &str) {
        let call =
            json!({"type": "tool_use", "id": id, "name": "Bash", "input": {"command": command}});
        let message = json!({"stop_reason": "tool_use", "content": [call]});
        self.write("assistant", &json!({}), &message);
    }

    fn answers(&self, stop_reason: &str, failed: bool) {
        let text = json!({"type": "text", "text": "all is well"});
        let message = json!({"stop_reason": stop_reason, "content": [text]});
        self.write("assistant", &json!({"isApiErrorMessage": failed}), &message);
    }

    fn is_interrupted(&self) {
        let text = json!({"type": "text", "text": "[Request interrupted by user]"});
        self.write("user", &json!({}), &json!({"content": [text]}));
    }
}

/// No hook of the job reaches anybody: its transcript says what it asks and how its turns end.
#[test]
fn the_transcript_of_a_job_tells_what_its_hooks_would() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("busy", None);
    tells(&env, &assistant, &tmux, "running", "turn_started");
    collector.until("the hook is heard", |rows| {
        rows.first()
            .is_some_and(|row| says_what(row, "turn_started"))
    });
    // Moved in the middle of its turn: the row is what it was until the job speaks.
    private_folder(&env.home().join(".claude/jobs/50a81936"));
    assistant.says_with("busy", None, &json!({"parkedJobId": "50a81936"}));
    let rows = collector.until("it is moved", |rows| {
        says_what(&rows[0], "moved to the background")
    });
    assert_eq!(rows[0]["state"], "running");
    let transcript = Transcript::begin(&env);
    let job = Job::start(&env, &tmux);
    transcript.prompt();
    job.says("busy", None);
    let rows = collector.until("the job is shown", |rows| {
        rows[0]["instance_id"] == "50a81936-c94b"
    });
    assert_eq!(rows[0]["state"], "running");

    transcript.uses_tool("toolu_1", "touch x");
    job.says("waiting", Some("permission prompt"));
    // That it waits may be heard before what for: the one stands in its file, the other in its transcript.
    collector.until("it asks for the command", |rows| {
        let asked = &rows[0]["waiting"][0];
        rows[0]["state"] == "waiting_approval" && asked["request_id"] == "toolu_1"
    });
    let row = collector.until_state("waiting_approval");
    assert_eq!(row["message"], "touch x");
    job.says("busy", None);
    collector.until_state("running");
    for (stop_reason, failed, state) in [
        ("end_turn", false, "completed"),
        ("stop_sequence", true, "error"),
    ] {
        transcript.answers(stop_reason, failed);
        job.says("idle", None);
        let row = collector.until_state(state);
        assert_eq!(row["message"], "all is well");
        transcript.prompt();
        job.says("busy", None);
        collector.until_state("running");
    }
    transcript.is_interrupted();
    job.says("idle", None);
    assert_eq!(collector.until_state("idle")["kind"], "interrupted");
    // The level comes first, what explains it a moment later.
    transcript.prompt();
    job.says("busy", None);
    collector.until_state("running");
    job.says("idle", None);
    transcript.answers("end_turn", false);
    collector.until_state("completed");
}

#[cfg(target_os = "linux")]
#[test]
fn a_job_that_was_attached_to_in_a_pane_is_a_row() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let job = Job::start(&env, &tmux);
    job.says("idle", None);
    let program = env.home().join("claude");
    write_program(&program, "#!/bin/sh\nwhile :; do sleep 1; done\n");
    let command = format!("exec '{}' attach 50a81936", program.display());
    let pane = tmux.window("main", &command);
    let told = format!("/proc/{}/cmdline", tmux.process_of(&pane));
    until("it is attached", || {
        let line = fs::read_to_string(&told).ok()?;
        line.contains("claude\0attach\0").then_some(())
    });
    for (status, words, state) in [
        ("busy", None, "running"),
        ("waiting", Some("permission prompt"), "waiting_approval"),
        ("idle", None, "idle"),
    ] {
        job.says(status, words);
        let row = collector.until_state(state);
        assert_eq!(row["instance_id"], "50a81936-c94b");
        assert_eq!(row["pane"], pane.as_str());
    }
    // It goes on as the list of all, by another program line.
    tmux.run(&["send-keys", "-t", &pane, "C-c"]);
    collector.until("it was left in the background", |rows| {
        rows.len() == 1 && rows[0]["pane"].is_null()
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_job_of_another_claude_with_the_same_id_is_shown_by_nobody_here() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let job = Job::start(&env, &tmux);
    job.says("idle", None);
    let program = env.home().join("claude");
    write_program(&program, "#!/bin/sh\nwhile :; do sleep 1; done\n");
    let attach = |home: &str| {
        let home = env.path(home);
        let (home, program) = (home.display(), program.display());
        let command = format!("CLAUDE_CONFIG_DIR='{home}' exec '{program}' attach 50a81936");
        tmux.run(&["new-window", "-d", "-P", "-F", "#{pane_id}", &command])
    };
    attach("other");
    let pane = attach("home/.claude");
    job.says("busy", None);
    let rows = collector.until("the job is shown", |rows| {
        let mut rows = rows.iter();
        rows.any(|row| row["state"] == "running" && row["pane"] == pane.as_str())
    });
    let of_job = rows
        .iter()
        .filter(|row| row["instance_id"] == "50a81936-c94b");
    let panes: Vec<&Value> = of_job.map(|row| &row["pane"]).collect();
    assert_eq!(panes, [pane.as_str()]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_viewer_that_shows_the_list_of_all_shows_no_job_any_more() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let job = Job::start(&env, &tmux);
    job.says("idle", None);
    let program = env.home().join("claude");
    let script = "#!/bin/sh\nread line\nexec \"$0\" agents\n";
    write_program(&program, script);
    let command = format!("exec '{}' attach 50a81936", program.display());
    let pane = tmux.window("main", &command);
    // Without a word of the job: what runs there is seen.
    let of_job = |row: &&Value| row["instance_id"] == "50a81936-c94b";
    collector.until("it is attached", |rows| {
        let mut of_job = rows.iter().filter(of_job);
        of_job.any(|row| row["pane"] == pane.as_str())
    });
    tmux.run(&["send-keys", "-t", &pane, "Enter"]);
    collector.until("it was left in the background", |rows| {
        let of_job: Vec<&Value> = rows.iter().filter(of_job).collect();
        of_job.len() == 1 && of_job[0]["pane"].is_null()
    });
}
