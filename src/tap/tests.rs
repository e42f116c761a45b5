//! A tap between a pipe and a hub that are the test's own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread::{self, JoinHandle};

use pane_patrol_hooks::target::PaneId;
use serde_json::Value;

use super::*;

/// No test waits longer for what has to come.
const LONG: Duration = Duration::from_secs(60);

struct Stage {
    folder: tempfile::TempDir,
    pipe: UnixStream,
    tap: JoinHandle<End>,
}

impl Stage {
    fn start(patience: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder.path(), private).unwrap();
        let (pipe, read) = UnixStream::pair().unwrap();
        let tap = Tap {
            world: World {
                runtime: folder.path().to_owned(),
                session: "default".to_owned(),
            },
            server: "/tmp/s,7".parse().unwrap(),
            pane: PaneId(5),
        };
        let way = Way {
            here: Some((tap.world.places(), rustix::process::geteuid().as_raw())),
            there: None,
        };
        let tap = thread::spawn(move || {
            let line = Line::new(&tap, way, || Timestamp::from_millis(0));
            listen(read.as_fd(), line, patience)
        });
        Self { folder, pipe, tap }
    }

    fn writes(&mut self, text: &str) {
        self.pipe.write_all(text.as_bytes()).unwrap();
    }

    fn hub(&self) -> Hub {
        let socket = self.folder.path().join("hub.sock");
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(socket).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        let mut hub = Hub(BufReader::new(stream), listener);
        let hello = hub.next();
        assert_eq!(hello["type"], "hello");
        assert_eq!(hello["payload"]["role"], "publisher");
        hub
    }

    fn ends(self) -> End {
        drop(self.pipe);
        self.tap.join().unwrap()
    }
}

struct Hub(
    BufReader<UnixStream>,
    #[allow(dead_code, reason = "it listens")] UnixListener,
);

impl Hub {
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn state(&mut self) -> String {
        let said = self.next();
        assert_eq!(said["type"], "status_record");
        let payload = &said["payload"];
        assert_eq!(
            (&payload["server"], &payload["pane"]),
            (&"/tmp/s,7".into(), &"%5".into())
        );
        payload["state"].as_str().unwrap().to_owned()
    }
}

fn record(state: &str) -> String {
    format!("\x1b]7501;state={state}:app=codex\x1b\\")
}

#[test]
fn records_are_said_and_nothing_else_of_what_passes_by() {
    let mut stage = Stage::start(LONG);
    let mut hub = stage.hub();
    let noise = "a secret \x1b[31m\x1b]0;title\x07";
    stage.writes(&format!("{noise}{}{noise}", record("working")));
    let cut = record("blocked:kind=permission");
    let (first, second) = cut.split_at(11);
    stage.writes(first);
    assert_eq!(hub.state(), "working");
    stage.writes(second);
    stage.writes("\x1b]7501;state=done:app=co dex\x1b\\");
    stage.writes(&record("idle"));
    assert_eq!(
        (hub.state().as_str(), hub.state().as_str()),
        ("blocked", "idle")
    );
    assert_eq!(stage.ends(), End::Closed);
    let mut rest = String::new();
    assert_eq!(hub.0.read_line(&mut rest).unwrap(), 0, "{rest}");
}

#[test]
fn the_last_record_is_said_again_to_the_next_hub_and_kept_while_there_is_none() {
    let mut stage = Stage::start(LONG);
    stage.writes(&record("working"));
    stage.writes(&record("done"));
    // Only when it was read is it surely the last.
    let mut hub = stage.hub();
    let mut said = hub.state();
    while said != "done" {
        said = hub.state();
    }
    drop(hub);
    let mut next = stage.hub();
    assert_eq!(next.state(), "done");
    stage.writes(&record("idle"));
    assert_eq!(next.state(), "idle");
    assert_eq!(stage.ends(), End::Closed);
}

#[test]
fn of_a_flood_the_last_record_is_heard() {
    let mut stage = Stage::start(LONG);
    let mut hub = stage.hub();
    let flood = record("working").repeat(5000);
    stage.writes(&flood);
    stage.writes(&record("done"));
    let mut before = 0;
    while hub.state() != "done" {
        before += 1;
    }
    assert!(before < 500, "{before} of 5,000");
    assert_eq!(stage.ends(), End::Closed);
}

#[test]
fn it_ends_where_nobody_collects() {
    let stage = Stage::start(Duration::from_millis(300));
    assert_eq!(stage.tap.join().unwrap(), End::Alone);
    let stage = Stage::start(Duration::from_millis(300));
    let hub = stage.hub();
    drop(hub);
    std::fs::remove_file(stage.folder.path().join("hub.sock")).unwrap();
    assert_eq!(stage.tap.join().unwrap(), End::Alone);
}
