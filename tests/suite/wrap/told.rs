//! What `wrap` says to a hub, word by word: to hubs of the test's own.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, ChildStdin};

use serde_json::{Value, json};
use tungstenite::handshake::server::{Request, Response};
use tungstenite::{Message, WebSocket};

use crate::common::{PATIENCE, TestEnv, finish, private_folder, started, wait};

/// A hub that takes one connection after the other.
struct Hub(TcpListener);

/// A connection to it, and what was shown for it.
struct Visit {
    socket: WebSocket<TcpStream>,
    token: String,
}

impl Hub {
    fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("a port is free"))
    }

    fn address(&self) -> String {
        self.0.local_addr().expect("it listens").to_string()
    }

    fn welcome(&self) -> Visit {
        let (stream, _) = self.0.accept().expect("somebody comes");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut token = String::new();
        #[allow(clippy::result_large_err, reason = "the library wants it so")]
        let note = |request: &Request, response: Response| {
            let shown = request.headers()["Authorization"].to_str();
            shown.expect("it is text").clone_into(&mut token);
            Ok(response)
        };
        let socket = tungstenite::accept_hdr(stream, note).expect("it is a client");
        Visit { socket, token }
    }
}

impl Visit {
    fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().expect("it goes on") {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    fn hear_type(&mut self, kind: &str) -> Value {
        loop {
            let message = self.hear();
            if message["type"] == kind {
                return message["payload"].clone();
            }
        }
    }

    fn say(&mut self, kind: &str, payload: &Value) {
        let message = json!({"version": "1", "type": kind, "session_id": "calm-otter", "sender_id": "hub",
            "timestamp": "2026-01-28T18:42:00Z", "payload": payload, "seq": 1});
        let said = self.socket.send(Message::text(message.to_string()));
        said.expect("it is heard");
    }
}

/// `wrap` around a program that waits, in a repository with one change, told of the hub in these variables.
fn wrapped(env: &TestEnv, variables: &[(&str, String)]) -> (Child, ChildStdin) {
    let folder = env.path("repo");
    std::fs::create_dir(&folder).expect("it is new");
    env.git(&folder, &["init", "-q", "-b", "main"]);
    std::fs::write(folder.join("new"), "1\n").expect("it is ours");
    let mut command = env.pane_patrol();
    command.envs(variables.iter().cloned()).current_dir(&folder);
    started(command.args(["wrap", "--assistant", "bot", "--", "cat"]))
}

#[test]
fn to_a_hub_elsewhere_everything_is_said_and_again_to_the_next_one() {
    let env = TestEnv::new();
    let hub = Hub::start();
    let token = env.home().join("token");
    std::fs::write(&token, "first\n").expect("home is ours");
    let variables = [
        ("PANE_PATROL_HUB", hub.address()),
        ("PANE_PATROL_TOKEN_FILE", token.display().to_string()),
    ];
    let (child, stdin) = wrapped(&env, &variables);
    let mut visit = hub.welcome();
    assert_eq!(visit.token, "Bearer first");
    let hello = visit.hear();
    assert_eq!(
        (&hello["type"], &hello["payload"]["role"]),
        (&"hello".into(), &"publisher".into())
    );
    // It calls the hub as the hub calls itself.
    visit.say(
        "error",
        &json!({"code": "wrong_session", "message": "this is session `calm-otter`"}),
    );
    let again = visit.hear_type("hello");
    assert_eq!(again, hello["payload"]);
    let agent = again["agent_id"].as_str().expect("a name").to_owned();
    assert!(agent.starts_with("bot@"), "{agent}");
    let status = visit.hear_type("agent_status");
    assert_eq!(
        (&status["state"], &status["pid"]),
        (&"running".into(), &Value::Null)
    );
    assert_eq!(status["target"], format!("agent/{agent}"));
    let tasks = visit.hear_type("task_summary");
    assert_eq!(tasks["error"]["code"], "tasks_missing");
    let diff = visit.hear_type("diff_summary");
    assert_eq!(
        (&diff["agent_id"], &diff["files"][0]["path"]),
        (&json!(agent), &json!("new"))
    );
    visit.say(
        "diff_patch_request",
        &json!({"agent_id": agent, "path": "new", "request_id": "r1"}),
    );
    let patch = visit.hear_type("diff_patch_response");
    assert_eq!(
        (&patch["request_id"], &patch["status"]),
        (&"r1".into(), &"untracked".into())
    );
    assert!(
        patch["patch"]
            .as_str()
            .is_some_and(|text| text.contains("+1\n")),
        "{patch}"
    );
    visit.say(
        "diff_patch_request",
        &json!({"agent_id": agent, "path": "/etc/passwd", "request_id": "r2"}),
    );
    let none = visit.hear_type("diff_patch_response");
    assert_eq!(
        (&none["patch"], &none["error"]["code"]),
        (&Value::Null, &"patch_unavailable".into())
    );
    let beat = visit.hear_type("heartbeat");
    assert_eq!(
        (&beat["agent_id"], &beat["cwd"]),
        (&json!(agent), &json!(env.path("repo")))
    );
    assert!(
        beat["pid"].is_u64() && beat["last_update"].is_string(),
        "{beat}"
    );
    // The next one wants another token, and hears all of it.
    std::fs::write(&token, "second").expect("home is ours");
    drop(visit);
    let mut visit = hub.welcome();
    assert_eq!(visit.token, "Bearer second");
    for kind in ["hello", "agent_status", "diff_summary", "task_summary"] {
        assert_eq!(visit.hear()["type"], kind);
    }
    // Somebody has its name: it takes another one.
    visit.say(
        "error",
        &json!({"code": "agent_taken", "message": "it is another publisher's"}),
    );
    let mut visit = hub.welcome();
    let other = visit.hear_type("hello")["agent_id"].clone();
    assert_ne!(other, json!(agent));
    assert_eq!(visit.hear_type("diff_summary")["agent_id"], other);
    drop(stdin);
    assert_eq!(wait(child).status.code(), Some(0));
    assert_eq!(visit.hear_type("agent_status")["state"], "completed");
}

#[test]
fn to_a_hub_that_sees_its_folder_nothing_is_said_of_it() {
    let env = TestEnv::new();
    let places = env.places();
    private_folder(&places.runtime);
    let listener = UnixListener::bind(&places.hub_socket).expect("it is free");
    let (child, stdin) = wrapped(&env, &[]);
    let (stream, _): (UnixStream, _) = listener.accept().expect("it comes");
    let mut lines = BufReader::new(stream).lines();
    let mut kinds = Vec::new();
    let mut hear = || -> Value {
        let line = lines.next().expect("it goes on").expect("it can be read");
        serde_json::from_str(&line).expect("JSON")
    };
    kinds.push(hear()["type"].clone());
    let running = hear();
    assert_eq!(running["payload"]["state"], "running");
    assert!(running["payload"]["pid"].is_u64(), "{running}");
    std::fs::write(env.path("repo/another"), "1\n").expect("it is ours");
    drop(stdin);
    assert_eq!(wait(child).status.code(), Some(0));
    // The last word is the next one.
    assert_eq!(
        (kinds, &hear()["payload"]["state"]),
        (vec![json!("hello")], &json!("completed"))
    );
}

#[test]
fn without_a_hub_or_with_a_bad_one_the_program_runs_as_without_us() {
    let env = TestEnv::new();
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let nobody = nobody.expect("a port is free").to_string();
    // One that takes connections and never answers.
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let mute = mute.local_addr().expect("it listens").to_string();
    let missing = env.path("no-such-token").display().to_string();
    for variables in [
        [
            ("PANE_PATROL_HUB", nobody.as_str()),
            ("PANE_PATROL_TOKEN_FILE", missing.as_str()),
        ],
        [("PANE_PATROL_HUB", mute.as_str()), ("AOC_SESSION_ID", "x")],
        [
            ("AOC_HUB_URL", "wss://not.here/ws"),
            ("PANE_PATROL_TOKEN_FILE", missing.as_str()),
        ],
    ] {
        let mut command = env.pane_patrol();
        command.envs(variables);
        let script = "echo out; echo err >&2; exit 7";
        let finished = finish(command.args(["wrap", "--", "sh", "-c", script]));
        assert_eq!(finished.status.code(), Some(7), "{variables:?}");
        assert_eq!((&*finished.stdout, &*finished.stderr), ("out\n", "err\n"));
    }
    // What the person says herself is not passed over.
    for address in ["10.0.0.1:42000", "wss://127.0.0.1:42000/ws"] {
        let mut command = env.pane_patrol();
        command.env("PANE_PATROL_HUB", address);
        let refused = finish(command.args(["wrap", "--", "echo", "run"]));
        assert_eq!((refused.status.code(), &*refused.stdout), (Some(2), ""));
        assert!(refused.stderr.contains("nothing was run"), "{refused:?}");
    }
}
