//! Who is believed in what: hostile tmux servers that a datagram, a publisher, the event log or a
//! container names, and everybody who has to be heard as before.

mod container;
mod honest;
mod pairs;
mod seats;

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::common::{
    Collector, Listening, TestEnv, Tmux, finish, private_folder, until, wait_until,
};

/// Something that listens and is no tmux: it keeps every byte it is sent.
pub(super) struct Hostile {
    pub(super) socket: PathBuf,
    heard: Arc<Mutex<Vec<u8>>>,
    called: Arc<AtomicBool>,
}

impl Hostile {
    pub(super) fn at(socket: PathBuf) -> Self {
        private_folder(socket.parent().expect("a socket lies in a folder"));
        let listener = UnixListener::bind(&socket).expect("the socket can be bound");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let keeps = Arc::clone(&heard);
        let called = Arc::new(AtomicBool::new(false));
        let is_called = Arc::clone(&called);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                is_called.store(true, Ordering::Relaxed);
                let (Ok(mut stream), keeps) = (stream, Arc::clone(&keeps)) else {
                    return;
                };
                std::thread::spawn(move || {
                    let mut bytes = [0; 4096];
                    while let Ok(count @ 1..) = stream.read(&mut bytes) {
                        let mut heard = keeps.lock().expect("nobody panics with it");
                        heard.extend_from_slice(&bytes[..count]);
                    }
                });
            }
        });
        Self {
            socket,
            heard,
            called,
        }
    }

    /// Whether anybody connected, if only to see who listens.
    pub(super) fn was_called(&self) -> bool {
        self.called.load(Ordering::Relaxed)
    }

    /// Its address, as a pane of it would know it; the process is this one.
    pub(super) fn server(&self) -> String {
        format!("{},{}", self.socket.display(), std::process::id())
    }

    pub(super) fn assert_untouched(&self) {
        let heard = self.heard.lock().expect("nobody panics with it");
        let text = String::from_utf8_lossy(&heard);
        assert!(
            heard.is_empty(),
            "{} was told: {text}",
            self.socket.display()
        );
    }
}

/// An event from a pane of that server.
fn event(server: &str, pane: &str, more: &Value) -> Value {
    let mut event = json!({
        "assistant": "claude", "state": "waiting_approval", "kind": "approval_requested",
        "target": "evil:0.0", "ts": Timestamp::now(), "pane": pane, "server": server,
        "instance_id": "hostile", "event": "PermissionRequest",
    });
    let more = more.as_object().expect("an object").clone();
    event.as_object_mut().expect("an object").extend(more);
    event
}

pub(super) fn send(env: &TestEnv, event: &Value) {
    let socket = UnixDatagram::unbound().expect("a socket can be made");
    socket
        .send_to(event.to_string().as_bytes(), env.places().events_socket)
        .expect("the collector listens");
}

/// What `doctor` says once it says `why`.
pub(super) fn held_apart(env: &TestEnv, why: &str) -> String {
    until(why, || {
        let said = finish(env.pane_patrol().arg("doctor")).stdout;
        said.contains(why).then_some(said)
    })
}

/// The sockets that nobody may have us talk to, and why not.
fn hostile_places(env: &TestEnv) -> [(Hostile, &'static str); 2] {
    let runtime = env.places().runtime;
    private_folder(&runtime);
    [
        (
            Hostile::at(runtime.join("evil.sock")),
            "lies in the runtime folder",
        ),
        (
            Hostile::at(env.path("elsewhere/evil.sock")),
            "is not our tmux",
        ),
    ]
}

#[test]
fn a_datagram_has_us_talk_to_no_server_that_is_not_proved() {
    let env = TestEnv::new();
    let places = hostile_places(&env);
    let collector = Collector::start(&env);
    for (hostile, why) in &places {
        for pid in [json!({}), json!({"pid": std::process::id()})] {
            send(&env, &event(&hostile.server(), "%0", &pid));
        }
        let said = held_apart(&env, why);
        assert!(
            said.contains("`PermissionRequest` of claude, session hostile"),
            "{said}"
        );
    }
    // What is no socket of ours at all.
    let file = env.path("file");
    std::fs::write(&file, "").expect("it can be written");
    for (path, why) in [
        (&*file, "is no socket"),
        (Path::new("/dev/null"), "is no socket"),
    ] {
        send(
            &env,
            &event(&format!("{},1", path.display()), "%0", &json!({})),
        );
        held_apart(&env, why);
    }
    assert_eq!(collector.rows(), Vec::<Value>::new());
    for (hostile, _) in &places {
        hostile.assert_untouched();
    }
}

#[test]
fn the_event_log_has_us_talk_to_no_server_that_is_not_proved() {
    let env = TestEnv::new();
    let places = hostile_places(&env);
    let log = env.mirror_on();
    let write = |second: u64| {
        let mut file = OpenOptions::new()
            .append(true)
            .open(&log)
            .expect("it is on");
        for (hostile, _) in &places {
            let more = json!({"pid": std::process::id(), "message": second.to_string()});
            let line = format!("{}\n", event(&hostile.server(), "%0", &more));
            file.write_all(line.as_bytes()).expect("it can be written");
        }
    };
    write(1);
    // Without a collector, by its rebuild, and line by line as it grows.
    let status = finish(env.pane_patrol().args(["status", "--json"]));
    assert_eq!(status.stdout.trim(), "[]", "{status:?}");
    let collector = Collector::start(&env);
    for (_, why) in &places {
        held_apart(&env, why);
    }
    write(2);
    until("each is held apart again", || {
        let said = finish(env.pane_patrol().arg("doctor")).stdout;
        said.contains("4 held apart from the rows").then_some(())
    });
    assert_eq!(collector.rows(), Vec::<Value>::new());
    for (hostile, _) in &places {
        hostile.assert_untouched();
    }
}

#[test]
fn a_publisher_has_us_talk_to_no_server_that_is_not_proved() {
    let env = TestEnv::new();
    let places = hostile_places(&env);
    let collector = Listening::start(&env);
    let refused = |answer: &str, why: &str| {
        assert!(
            answer.contains("\"not_taken\"") && answer.contains(why),
            "{answer}"
        );
    };
    for (number, (hostile, why)) in places.iter().enumerate() {
        let said = event(&hostile.server(), "%0", &json!({}));
        let name = format!("p{number}");
        let mut here = seats::Publisher::at_hub(&env, &name);
        refused(&here.says(&said), why);
        let mut far = seats::Publisher::at(&collector, &format!("w{number}"));
        // Nobody can look up where it runs, and it names no process of that pane.
        refused(
            &far.says(&said),
            "its sender was gone before it could be looked at",
        );
    }
    let status = finish(env.pane_patrol().args(["status", "--json"]));
    assert_eq!(status.stdout.trim(), "[]", "{status:?}");
    for (hostile, _) in &places {
        hostile.assert_untouched();
    }
}

#[test]
fn a_session_file_has_us_talk_to_no_server_that_is_not_proved() {
    let env = TestEnv::new();
    let hostile = Hostile::at(env.path("elsewhere/evil.sock"));
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    // Two processes with session files: one says that it is in the hostile server, one is in a pane.
    let mut sleep = env.command("sleep");
    sleep
        .arg("1000")
        .env("TMUX", format!("{},0", hostile.server()));
    let mut liar = sleep
        .env("TMUX_PANE", "%0")
        .spawn()
        .expect("it can be started");
    let sessions = env.home().join(".claude/sessions");
    private_folder(&sessions);
    let write = |pid: &str, session: &str| {
        let now = Timestamp::now().as_micros() / 1000;
        let text = format!(
            r#"{{"pid":{pid},"sessionId":"{session}","cwd":"/x","startedAt":{now},"kind":"interactive",
            "entrypoint":"cli","status":"busy","updatedAt":{now},"statusUpdatedAt":{now}}}"#
        );
        std::fs::write(sessions.join(format!("{pid}.json")), text).expect("it can be written");
    };
    write(&liar.id().to_string(), "liar");
    let collector = Collector::start_in(&env, &server);
    collector.until("the honest one has a row", |rows| {
        write(&server.ask("#{pane_pid}"), "honest");
        rows.len() == 1 && rows[0]["instance_id"] == "honest"
    });
    hostile.assert_untouched();
    liar.kill().expect("it lives");
    liar.wait().expect("it can be waited for");
}

#[test]
fn a_socket_that_becomes_another_programs_is_not_talked_to_any_more() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start(&env);
    let variable = server.variable();
    let named = variable.trim_end_matches(",0");
    let work = json!({"kind": "turn_started", "state": "running"});
    let seen = collector.until("the real one has a row", |rows| {
        send(&env, &event(named, "%0", &work));
        rows.len() == 1 && rows[0]["target"] == "work:0.0"
    });
    assert_eq!(seen[0]["pane"], "%0");
    let socket = server.socket().to_owned();
    let hostile = collector.while_it_asks_nobody(|| {
        std::fs::rename(&socket, env.path("moved.sock")).expect("it can be moved");
        Hostile::at(socket.clone())
    });
    // The real one lives: its row stays, and nobody reaches it.
    wait_until("that is known", || {
        let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
        doctor.contains("has lost its socket")
    });
    assert_eq!(collector.rows().len(), 1);
    let jump = finish(env.pane_patrol().args(["jump", "work:0.0"]));
    assert!(!jump.status.success(), "{jump:?}");
    assert!(jump.stderr.contains("has lost its socket"), "{jump:?}");
    let pid = named.rsplit(',').next().and_then(|pid| pid.parse().ok());
    let real = pid.and_then(Pid::from_raw).expect("a server has a pid");
    kill_process(real, Signal::KILL).expect("it lives");
    collector.until("its row went with it", <[_]>::is_empty);
    send(&env, &event(named, "%0", &work));
    held_apart(&env, "is not our tmux");
    hostile.assert_untouched();
    std::fs::remove_file(&socket).expect("it is there");
}
