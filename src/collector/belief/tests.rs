use pane_patrol_hooks::timestamp::Timestamp;

use super::*;
use crate::mux::Reach;
use crate::state::Table;

const OWN: &str = "/tmp/own";

/// What is said of who listens where no server of ours does.
const NONE_OF_OURS: &str = "it is none of ours";
const ABSENT: &str = "nobody listens there";
const OF_THAT_ONE: &str = "it is another one's";

/// A system in which one other server is real, and processes are what their numbers say.
struct FakeSystem {
    asked: Vec<String>,
    proved: bool,
}

/// In the pane that every event here names.
const IN_PANE: u32 = 7;
/// Alive and ours, but not there.
const ASTRAY: u32 = 8;
/// Another user's, or in a container.
const STRANGE: u32 = 9;
/// Known by the row already.
const KNOWN: u32 = 10;
const DEAD: u32 = 11;
/// A tmux server that lives and has no socket any more.
const LOST: u32 = 12;
/// A tmux server that lives and listens on another socket.
const OF_ANOTHER: u32 = 13;

impl Facts for FakeSystem {
    fn server(&mut self, socket: &str) -> Result<(), Disbelief> {
        self.asked.push(socket.to_owned());
        match socket {
            "/tmp/real" => Ok(()),
            "/tmp/gone" => Err(Disbelief::Absent(ABSENT)),
            _ => Err(Disbelief::Refuted(NONE_OF_OURS)),
        }
    }

    fn is_of_another(&self, server: &Server) -> Option<&'static str> {
        (server.pid == OF_ANOTHER).then_some(OF_THAT_ONE)
    }

    fn has_lost_its_socket(&self, server: &Server) -> bool {
        server.pid == LOST
    }

    fn is_proved(&self, _: &str) -> bool {
        self.proved
    }

    fn life(&self, pid: u32) -> Life {
        match pid {
            DEAD => Life::Over,
            STRANGE => Life::Others,
            _ => Life::Ours,
        }
    }

    fn is_in(&self, pid: u32, _: &Server, _: Option<PaneId>) -> bool {
        pid == IN_PANE
    }

    fn is_known(&self, pid: u32, _: &Server, _: Option<PaneId>) -> bool {
        pid == KNOWN
    }
}

/// An event of a hook in pane %1 of a server.
fn hook(socket: &str, pid: Option<u32>) -> Event {
    let mut event = told();
    event.pane = Some(PaneId(1));
    event.server = Some(format!("{socket},5").parse().unwrap());
    event.pid = pid;
    event
}

/// An event that was told its place by hand.
fn told() -> Event {
    let text = r#"{"assistant":"claude","state":"running","kind":"turn_started","target":"a:0.0",
        "home":"/somewhere","pid":7,"ts":"2026-02-27T10:00:00Z"}"#;
    Event::parse(text.as_bytes()).unwrap()
}

fn judged(event: &mut Event, standing: Standing) -> (Result<(), &'static str>, usize) {
    let mut system = FakeSystem {
        asked: Vec::new(),
        proved: false,
    };
    let names_server = event.server.is_some();
    let judged = judge(event, names_server, standing, OWN, &mut system);
    (judged, system.asked.len())
}

fn verdict(mut event: Event, standing: Standing) -> Result<(), &'static str> {
    judged(&mut event, standing).0
}

#[test]
fn who_runs_where_we_do_is_believed_in_servers_that_are_tmux() {
    let home = |event| verdict(event, Standing::Home);
    assert_eq!(home(hook(OWN, Some(IN_PANE))), Ok(()));
    assert_eq!(home(hook("/tmp/real", Some(ASTRAY))), Ok(()));
    assert_eq!(home(hook("/tmp/fake", Some(IN_PANE))), Err(NONE_OF_OURS));
    assert_eq!(home(hook("/tmp/gone", Some(IN_PANE))), Err(ABSENT));
    let mut ends = hook("/tmp/gone", Some(DEAD));
    ends.kind = Some(Kind::SessionEnded);
    assert_eq!(home(ends), Ok(()), "its row may go");
}

#[test]
fn a_server_that_lives_without_its_socket_is_believed_as_before() {
    for standing in [Standing::Home, Standing::Unknown] {
        let mut event = hook("/tmp/gone", Some(IN_PANE));
        assert!(judged(&mut event, standing).0.is_err());
        event.server = Some(format!("/tmp/gone,{LOST}").parse().unwrap());
        assert_eq!(judged(&mut event, standing).0, Ok(()), "{standing:?}");
    }
}

#[test]
fn a_socket_with_the_process_of_another_tmux_is_no_server_and_nobody_is_connected_to() {
    for socket in [OWN, "/tmp/real", "/tmp/fake", "/tmp/gone"] {
        for pid in [None, Some(IN_PANE), Some(KNOWN), Some(DEAD)] {
            for standing in [Standing::Home, Standing::Unknown] {
                let mut event = hook(socket, pid);
                event.server = Some(format!("{socket},{OF_ANOTHER}").parse().unwrap());
                let found = judged(&mut event, standing);
                let expected = (Err(OF_THAT_ONE), 0);
                assert_eq!(found, expected, "{socket} {standing:?}");
            }
        }
    }
}

#[test]
fn a_process_that_is_not_ours_is_none_of_the_rows() {
    let mut event = hook(OWN, Some(STRANGE));
    assert_eq!(judged(&mut event, Standing::Home).0, Ok(()));
    assert_eq!(event.pid, None);
    assert_eq!(event.home.as_deref(), Some("/somewhere"));
}

#[test]
fn a_sender_in_another_mount_namespace_names_no_server_pane_process_or_folder() {
    for socket in [OWN, "/tmp/real", "/tmp/fake"] {
        for pid in [None, Some(IN_PANE), Some(KNOWN)] {
            let (judged, asked) = judged(&mut hook(socket, pid), Standing::Elsewhere);
            assert_eq!((judged, asked), (Err(ELSEWHERE), 0), "{socket}");
        }
    }
    let mut pane_alone = told();
    pane_alone.pane = Some(PaneId(1));
    assert_eq!(verdict(pane_alone, Standing::Elsewhere), Err(ELSEWHERE));
    let at = |pid: u32| {
        let mut event = hook(OWN, None);
        (event.server, event.pane) = (None, None);
        event.target = format!("pts/3@{pid}.7").parse().unwrap();
        event
    };
    assert_eq!(
        judged(&mut at(ASTRAY), Standing::Elsewhere).0,
        Err(ELSEWHERE)
    );
    assert_eq!(judged(&mut at(ASTRAY), Standing::Unknown).0, Ok(()));
    for pid in [STRANGE, DEAD] {
        assert_eq!(judged(&mut at(pid), Standing::Unknown).0, Err(UNPROVED));
    }
    let mut told = told();
    assert_eq!(judged(&mut told, Standing::Elsewhere), (Ok(()), 0));
    assert_eq!((told.pid, told.home), (None, None));
}

#[test]
fn a_sender_that_is_gone_is_believed_as_far_as_its_process_proves_it() {
    let gone = |event| verdict(event, Standing::Unknown);
    for socket in [OWN, "/tmp/real"] {
        assert_eq!(gone(hook(socket, Some(IN_PANE))), Ok(()), "{socket}");
        assert_eq!(gone(hook(socket, Some(KNOWN))), Ok(()), "{socket}");
        assert_eq!(gone(hook(socket, Some(ASTRAY))), Err(UNPROVED), "{socket}");
        assert_eq!(gone(hook(socket, Some(STRANGE))), Err(UNPROVED), "{socket}");
    }
    // No more than without a process: the table asks it before it takes a row from one that lives.
    assert_eq!(gone(hook(OWN, Some(DEAD))), Ok(()));
    assert_eq!(gone(hook("/tmp/real", Some(DEAD))), Err(UNPROVED));
    for pid in [IN_PANE, KNOWN] {
        let fake = gone(hook("/tmp/fake", Some(pid)));
        assert_eq!(fake, Err(NONE_OF_OURS));
    }
    let mut told = told();
    assert_eq!(judged(&mut told, Standing::Unknown), (Ok(()), 0));
    assert_eq!((told.pid, told.home), (None, None));
}

#[test]
fn without_a_process_a_sender_that_is_gone_names_panes_of_servers_that_are_talked_to_anyway() {
    let mut event = hook(OWN, None);
    assert_eq!(judged(&mut event, Standing::Unknown), (Ok(()), 0));
    assert_eq!(event.home, None);
    let other = judged(&mut hook("/tmp/real", None), Standing::Unknown);
    assert_eq!(other, (Err(UNPROVED), 0), "nobody is even connected to");
    let mut system = FakeSystem {
        asked: Vec::new(),
        proved: true,
    };
    let mut event = hook("/tmp/real", None);
    let known = judge(&mut event, true, Standing::Unknown, OWN, &mut system);
    assert_eq!(known, Ok(()));
}

#[test]
fn rows_that_another_collector_or_the_log_left_on_a_server_that_is_not_believed_are_taken_out() {
    use std::time::Duration;

    use crate::state::{Input, Settings};

    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("fake");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let (socket, now) = (socket.to_string_lossy().into_owned(), Timestamp::default());
    let mut table = Table::new(Settings {
        ttl: Duration::from_secs(300),
        own_server: None,
    });
    table.apply(Input::Event(Box::new(hook(&socket, None))), now);
    table.apply(Input::Event(Box::new(told())), now);
    let reach = Reach {
        uid: rustix::process::geteuid().as_raw(),
        ..Reach::default()
    };
    let reasons = sift(&mut table, &reach, now);
    if cfg!(target_os = "linux") {
        assert!(matches!(reasons[..], [why] if why.contains("not our tmux")));
        assert_eq!(table.len(), 1, "what names no server stays");
    }
}
