//! A path and the process of a living tmux, put together by whoever names them: no server, and nothing is
//! said of that tmux.

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Hostile, event, held_apart, seats, send};
use crate::common::{Collector, Listening, TestEnv, Tmux, finish, private_folder, until};

const WHY: &str = "the tmux server whose process it names never listened on the socket it names";

/// Paths that never were that tmux's: somebody listens, nobody does any more, in the runtime folder, where
/// nothing is at all, also in the folder of tmux itself.
struct Places {
    listening: Vec<Hostile>,
    all: Vec<PathBuf>,
}

impl Places {
    fn new(env: &TestEnv) -> Self {
        let runtime = env.places().runtime;
        private_folder(&runtime);
        let listening = vec![
            Hostile::at(env.path("elsewhere/evil.sock")),
            Hostile::at(runtime.join("evil.sock")),
        ];
        let left = env.path("left.sock");
        drop(UnixListener::bind(&left).expect("it can be bound"));
        let sockets = listening.iter().map(|hostile| hostile.socket.clone());
        let mut all: Vec<_> = sockets.collect();
        all.extend([left, env.path("nothing.sock"), runtime.join("nothing.sock")]);
        // The folder in which a socket is believed by its place, before any server is there.
        let own = env.path(format!("tmp/tmux-{}", rustix::process::geteuid().as_raw()));
        private_folder(&own);
        all.push(own.join("nothing"));
        Self { listening, all }
    }
}

/// The process of that tmux, as a pane of another socket would name it.
fn pair(path: &Path, server: &Tmux<'_>) -> String {
    format!("{},{}", path.display(), server.ask("#{pid}"))
}

/// No row, nothing said of the tmux that lives and is well, nothing heard by anybody.
fn assert_nothing_came_of_it(env: &TestEnv, server: &Tmux<'_>, places: &Places) {
    let status = finish(env.pane_patrol().args(["status", "--json"]));
    assert_eq!(status.stdout.trim(), "[]", "{status:?}");
    let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
    let remedy = format!("kill -USR1 {}", server.ask("#{pid}"));
    assert!(
        !doctor.contains(&remedy) && !doctor.contains("lost its socket"),
        "{doctor}"
    );
    for hostile in &places.listening {
        hostile.assert_untouched();
        assert!(!hostile.was_called(), "{}", hostile.socket.display());
    }
}

#[test]
fn a_datagram_that_pairs_a_path_with_a_living_tmux_makes_no_row() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let places = Places::new(&env);
    let _collector = Collector::start_in(&env, &server);
    let in_pane: u32 = server.process_of("%0").parse().expect("a number");
    let processes = [json!({}), json!({"pid": in_pane})];
    for path in &places.all {
        for more in &processes {
            send(&env, &event(&pair(path, &server), "%0", more));
        }
    }
    // A socket that is believed, with the process of another one.
    let Some(second) = Tmux::start_on(&env, "second.sock", "side", (80, 24), "cat") else {
        return;
    };
    for (path, of) in [(server.socket(), &second), (second.socket(), &server)] {
        send(&env, &event(&pair(path, of), "%0", &json!({})));
    }
    let count = places.all.len() * processes.len() + 2;
    let said = until("each is held apart", || {
        let said = held_apart(&env, WHY);
        said.contains(&format!("{count} held apart from the rows"))
            .then_some(said)
    });
    assert!(
        said.contains("`PermissionRequest` of claude, session hostile"),
        "{said}"
    );
    assert_nothing_came_of_it(&env, &server, &places);
}

#[test]
fn a_publisher_that_pairs_a_path_with_a_living_tmux_makes_no_row() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let places = Places::new(&env);
    let collector = Listening::start(&env);
    let in_pane: u32 = server.process_of("%0").parse().expect("a number");
    let mut here = seats::Publisher::at_hub(&env, "here");
    let mut far = seats::Publisher::at(&collector, "far");
    for (number, path) in places.all.iter().enumerate() {
        for more in [json!({}), json!({"pid": in_pane})] {
            for publisher in [&mut here, &mut far] {
                let pane = format!("%{number}");
                let answer = publisher.says(&event(&pair(path, &server), &pane, &more));
                assert!(
                    answer.contains("\"not_taken\"") && answer.contains(WHY),
                    "{}: {answer}",
                    path.display()
                );
            }
        }
    }
    assert_nothing_came_of_it(&env, &server, &places);
}

#[test]
fn the_event_log_that_pairs_a_path_with_a_living_tmux_leaves_no_row() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let places = Places::new(&env);
    let log = env.mirror_on();
    let lines = places
        .all
        .iter()
        .map(|path| format!("{}\n", event(&pair(path, &server), "%0", &json!({}))));
    std::fs::write(&log, lines.collect::<String>()).expect("it can be written");
    let table = finish(env.pane_patrol().arg("status")).stdout;
    assert!(!table.contains("lost its socket"), "{table}");
    let collector = Collector::start_in(&env, &server);
    collector.until("its rows are gone", <[Value]>::is_empty);
    let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
    assert!(!doctor.contains("lost its socket"), "{doctor}");
    for hostile in &places.listening {
        hostile.assert_untouched();
    }
}
