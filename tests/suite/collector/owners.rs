//! Who collects: one at a time, in a folder of its own, and what it leaves.

use super::*;

#[test]
fn a_planted_runtime_folder_is_refused() {
    let env = TestEnv::new();
    let runtime = env.places().runtime;
    let refusal = || {
        let finished = finish(env.pane_patrol().arg("collect"));
        assert_eq!(finished.status.code(), Some(1));
        finished.stderr
    };
    private_folder(&runtime);
    fs::set_permissions(&runtime, PermissionsExt::from_mode(0o770)).expect("it is ours");
    assert!(refusal().contains("can be written to by others (mode 0770)"));
    assert_eq!(fs::read_dir(&runtime).expect("it is ours").count(), 0);

    fs::remove_dir(&runtime).expect("it is empty");
    private_folder(&env.path("elsewhere"));
    symlink(env.path("elsewhere"), &runtime).expect("a link can be made");
    assert!(refusal().contains("is a symbolic link"));
}

#[test]
fn a_second_collector_is_refused_and_told_who_collects() {
    let env = TestEnv::new();
    let first = Collector::start(&env);
    let second = finish(env.pane_patrol().arg("collect"));
    assert_eq!(second.status.code(), Some(1));
    let owner = format!(
        "another instance collects already (process {})",
        first.pid()
    );
    assert!(second.stderr.contains(&owner), "{second:?}");
    env.send(FOUR_FIELDS.as_bytes());
    first.until_state("waiting_input");
}

#[test]
fn what_a_killed_collector_leaves_is_taken_over() {
    let env = TestEnv::new();
    let mut first = Collector::start(&env);
    first.signal(Signal::KILL);
    first.wait();
    let places = env.places();
    assert!(places.events_socket.exists() && places.hub_socket.exists());
    let second = Collector::start(&env);
    env.send(FOUR_FIELDS.as_bytes());
    second.until_state("waiting_input");
}

#[test]
fn a_collector_that_is_told_to_end_removes_its_sockets() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let env = TestEnv::new();
        let mut collector = Collector::start(&env);
        collector.signal(signal);
        assert_eq!(collector.wait().code(), Some(0));
        let places = env.places();
        assert!(!places.events_socket.exists() && !places.hub_socket.exists());
    }
}

#[test]
fn the_event_socket_can_be_named_by_the_user() {
    let env = TestEnv::new();
    let socket = env.path("shared.sock");
    let mut command = env.pane_patrol();
    command.env("PANE_PATROL_EVENT_SOCKET", &socket);
    let collector = Collector::start_with(&env, &mut command);
    let sender = UnixDatagram::unbound().expect("a socket can be made");
    sender
        .send_to(FOUR_FIELDS.as_bytes(), &socket)
        .expect("the collector listens");
    collector.until_state("waiting_input");
}

#[test]
fn a_named_session_is_a_world_of_its_own() {
    let env = TestEnv::new();
    let default = Collector::start(&env);
    let _work = Collector::start_with(&env, env.pane_patrol().env("PANE_PATROL_SESSION", "work"));
    env.send(FOUR_FIELDS.as_bytes());
    default.until_state("waiting_input");
    let mut status = env.pane_patrol();
    status
        .args(["status", "--json"])
        .env("PANE_PATROL_SESSION", "work");
    assert_eq!(finish(&mut status).stdout, "[]\n");
}

/// A member of the collectors of `env`, whose own server is on that socket.
pub(super) fn member(env: &TestEnv, own_socket: PathBuf) -> Setup {
    Setup {
        notice: None,
        signs: None,
        taps: pane_patrol::collector::TapsSetup::default(),
        rules: pane_patrol::collector::RulesSetup::default(),
        doors: pane_patrol::collector::Doors {
            places: env.places(),
            elsewhere: None,
            uid: uid(),
            containers: Vec::new(),
        },
        sources: pane_patrol::collector::SourcesSetup {
            own_server: None,
            reach: pane_patrol::mux::Reach {
                own_socket,
                ..pane_patrol::mux::Reach::default()
            },
            homes: pane_patrol::assistants::homes::Homes::default(),
            silent: true,
            background: true,
            everywhere: std::collections::BTreeSet::new(),
        },
        journal: pane_patrol::collector::JournalSetup {
            writes: true,
            log: env.places().event_log(),
            limits: Limits::default(),
            rebuild_bytes: 1 << 20,
            rebuild_window: Duration::from_secs(3600),
            ttl: Duration::from_secs(300),
            ended: pane_patrol::collector::EndedSetup::default(),
            unseen: env.places().unseen(),
        },
        clock: Timestamp::now,
    }
}

#[test]
fn when_the_collecting_dashboard_goes_the_other_one_takes_over() {
    let env = TestEnv::new();
    let setup = member(&env, env.path("none.sock"));
    let (first_feed, first) = join(setup.clone()).expect("a thread can be started");
    let next = |feed: &std::sync::mpsc::Receiver<Update>, what: &dyn Fn(&Update) -> bool| {
        until("the feed goes on", || {
            let feed = feed.recv_timeout(PATIENCE).expect("something is told");
            Some(feed).filter(what)
        })
    };
    let is_row = |feed: &Update| matches!(feed, Update::Row(_));
    next(&first_feed, &|feed| *feed == Update::Role(Role::Collector));
    let (second_feed, second) = join(setup).expect("a thread can be started");
    next(&second_feed, &|feed| {
        *feed == Update::Role(Role::Subscriber)
    });
    next(&second_feed, &|feed| *feed == Update::Snapshot(Vec::new()));

    env.send(FOUR_FIELDS.as_bytes());
    let row = next(&first_feed, &is_row);
    assert_eq!(next(&second_feed, &is_row), row);

    first.leave();
    let Update::Row(row) = row else {
        panic!("{row:?}")
    };
    next(&second_feed, &|feed| {
        *feed == Update::Snapshot(vec![(*row).clone()])
    });
    next(&second_feed, &|feed| *feed == Update::Role(Role::Collector));
    env.send(FOUR_FIELDS.as_bytes());
    next(&second_feed, &is_row);
    second.leave();
    assert!(!env.places().events_socket.exists());
}
