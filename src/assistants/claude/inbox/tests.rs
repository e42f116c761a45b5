use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::thread;

use pane_patrol_hooks::event::State;

use super::*;
use crate::state::Row;
use crate::state::fixture::row;
use crate::sys::process;

/// A session of this very process, whose inbox answers a message with lines of its transcript.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new(status: &str, answer: impl Fn(&Value) -> Vec<Value> + Send + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_owned();
        for name in ["sessions", "projects/p"] {
            fs::create_dir_all(home.join(name)).unwrap();
        }
        let listener = UnixListener::bind(home.join("inbox")).unwrap();
        let pid = std::process::id();
        let session = json!({
            "pid": pid,
            "status": status,
            "sessionId": "s",
            "updatedAt": Timestamp::now().as_micros() / 1000,
            "procStart": process::start_of(pid).map(|start| start.to_string()),
            "messagingSocketPath": home.join("inbox"),
        });
        fs::write(
            home.join(format!("sessions/{pid}.json")),
            session.to_string(),
        )
        .unwrap();
        thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).unwrap();
            let said = answer(&serde_json::from_str(&line).unwrap());
            let said: Vec<String> = said.iter().map(|line| format!("{line}\n")).collect();
            fs::write(home.join("projects/p/s.jsonl"), said.concat()).unwrap();
        });
        Self { folder }
    }

    fn send(&self, objection: Option<&str>) -> Sent {
        Inbox.send(&Prompt {
            row: &its_row(),
            text: "do\nit",
            home: Some(self.folder.path()),
            objection: &|| objection.map(str::to_owned),
        })
    }
}

fn its_row() -> Row {
    Row {
        pid: Some(std::process::id()),
        instance_id: Some("s".to_owned()),
        ..row(1, "claude", State::Idle, "a:0.0", 5)
    }
}

fn enqueued(content: &str, at: Timestamp) -> Value {
    json!({"type": "queue-operation", "operation": "enqueue", "timestamp": at, "content": content})
}

#[test]
fn a_text_is_told_as_sent_only_when_the_transcript_shows_it() {
    let enqueue = |said: &Value| {
        vec![enqueued(
            said["message"]["content"].as_str().unwrap(),
            Timestamp::now(),
        )]
    };
    assert_eq!(
        World::new("idle", enqueue).send(None),
        Sent::Done { queued: false }
    );
    assert_eq!(
        World::new("busy", enqueue).send(None),
        Sent::Done { queued: true }
    );
    let begun = |said: &Value| vec![json!({"type": "user", "origin": {"msg_id": said["msg_id"]}})];
    assert_eq!(
        World::new("busy", begun).send(None),
        Sent::Done { queued: false }
    );
    let unknown = |answer: fn(&Value) -> Vec<Value>| match World::new("idle", answer).send(None) {
        Sent::Unknown(why) => why,
        other => panic!("{other:?}"),
    };
    let held = |_: &Value| {
        let content = "Held peer message — from an unidentified session";
        vec![json!({"type": "system", "timestamp": Timestamp::now(), "content": content})]
    };
    assert!(unknown(held).contains("holds it back"));
    // The same text of before, and another one.
    let before = |_: &Value| {
        let before = Timestamp::now().minus(Duration::from_secs(1));
        vec![enqueued("do\nit", before), enqueued("do", Timestamp::now())]
    };
    assert!(unknown(before).contains("does not show it"));
}

#[test]
fn a_file_that_others_may_have_written_names_no_inbox() {
    let nobody = |_: &Value| Vec::new();
    let world = World::new("idle", nobody);
    let sessions = world.folder.path().join("sessions");
    let file = sessions.join(format!("{}.json", std::process::id()));
    for (path, mode) in [(&sessions, 0o777), (&file, 0o666)] {
        let before = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        assert_eq!(world.send(None), Sent::NoWay, "{}", path.display());
        fs::set_permissions(path, before).unwrap();
    }
    let other = Row {
        instance_id: Some("t".to_owned()),
        ..its_row()
    };
    let prompt = Prompt {
        row: &other,
        text: "x",
        home: Some(world.folder.path()),
        objection: &|| None,
    };
    assert_eq!(Inbox.send(&prompt), Sent::NoWay, "another session");
    let why = "it asks".to_owned();
    assert_eq!(world.send(Some("it asks")), Sent::Refused(why));
}

#[test]
fn a_message_has_an_id_of_its_own_and_is_one_line() {
    let (id, line) = message("a\nb\u{2028}c");
    assert_eq!(line.lines().count(), 1);
    let said: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&said["msg_id"], &said["message"]["content"]),
        (&json!(id), &json!("a\nb\u{2028}c"))
    );
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_ne!(message("a").0, message("a").0);
}
