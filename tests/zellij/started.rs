//! Starting, stopping and resuming assistants, and keys: in a session that is there, with and without clients, and
//! never by a session, a tab or a pane that nobody wanted.

use serde_json::Value;

use crate::common::{PROGRAM, until, wait_until, write_program};
use crate::stand_ins::{Person, WORKS, assistant, collect, has, outside, says};
use crate::world::{Session, World, shell_word};

/// Which panes each tab has.
pub(crate) fn shape(session: &Session<'_>) -> Vec<(Value, Vec<Value>)> {
    let panes = session.panes();
    let of = |tab: &Value| {
        let its = panes.iter().filter(|pane| pane["tab_id"] == tab["tab_id"]);
        (
            tab["tab_id"].clone(),
            its.map(|pane| pane["id"].clone()).collect(),
        )
    };
    session.tabs().iter().map(of).collect()
}

#[test]
fn what_is_started_has_a_pane_of_its_own_and_goes_with_it() {
    let Some(world) = World::new() else { return };
    let env = &world.env;
    env.configure(&format!(
        "[[launcher]]\nname = 'my one'\ncommand = 'sh {} new'\n",
        assistant(env)
    ));
    let collector = collect(&world);
    let _beside = world.session("beside");
    let session = world.session("my work");
    let person = Person::in_pane_of(&session, "dash", &[]);
    for is_attached in [false, true] {
        let terminal = is_attached.then(|| session.client("person"));
        let before = (world.sessions(), shape(&session));
        let (status, said) = person.runs("start 'my one'");
        assert_eq!(status, 0, "{said}");
        let number = said
            .trim_end_matches(".\n")
            .rsplit_once(".t")
            .expect("an address")
            .1;
        let number: u32 = number.parse().expect("a number");
        assert_eq!(said, format!("Started my one in my work:1.t{number}.\n"));
        let id = session.row(number);
        says(env, &collector, ("new", WORKS), |rows| {
            has(rows, &id, "running")
        });
        let mut expected = before.1.clone();
        expected[0].1.push(number.into());
        assert_eq!(shape(&session), expected);
        let stopped = outside(&world, &["stop", &id]);
        assert_eq!(stopped.0, 0, "{stopped:?}");
        collector.until("its row is gone", <[Value]>::is_empty);
        wait_until("its pane is gone", || shape(&session) == before.1);
        assert_eq!(world.sessions(), before.0);
        drop(terminal);
        wait_until("nobody is there", || session.clients().is_empty());
    }
    // Whoever comes sees panes.
    let terminal = session.client("late");
    terminal.wait_for("Pane #1");
}

/// Claude in a pane, which says by its hook again and again which session it has: that of its last word.
fn claude(world: &World) -> String {
    let path = world.env.path("stand-in");
    let text = format!(
        "#!/bin/sh\nfor id; do :; done\nexport CLAUDE_PID=$$ CLAUDE_CODE_ENTRYPOINT=cli\n\
         while :; do printf '{{\"session_id\":\"%s\",\"cwd\":\"%s\",\"hook_event_name\":\"SessionStart\",\
         \"source\":\"startup\"}}' \"$id\" \"$HOME\" | {PROGRAM} hook claude; sleep 0.5; done\n"
    );
    write_program(&path, &text);
    path.display().to_string()
}

#[test]
fn what_has_ended_is_resumed_in_a_pane_of_its_own() {
    let Some(world) = World::new() else { return };
    let env = &world.env;
    let claude = claude(&world);
    env.configure(&format!(
        "[[launcher]]\nname = 'box'\ncommand = 'sh {claude} s-1'\nassistant = 'claude'\n\
         resume = 'sh {claude} --resume {{session}}'\n"
    ));
    let collector = collect(&world);
    let session = world.session("my work");
    let person = Person::in_pane_of(&session, "dash", &[]);
    for is_attached in [false, true] {
        let terminal = is_attached.then(|| session.client("person"));
        let before = (world.sessions(), shape(&session));
        let pane = session.open(&["--close-on-exit"], &["sh", &claude, "s-1"]);
        collector.until("it works", |rows| {
            rows.len() == 1 && rows[0]["id"] == *session.row(pane)
        });
        session.ask(&["close-pane", "--pane-id", &format!("terminal_{pane}")]);
        collector.until("it has ended", <[Value]>::is_empty);
        let (status, said) = until("it is within reach", || {
            let (status, said) = person.runs("resume s-1");
            (!said.contains("there is no")).then_some((status, said))
        });
        assert_eq!(status, 0, "{said}");
        let number = said.trim_end_matches(".\n").rsplit_once(".t");
        let number: u32 = number.expect("an address").1.parse().expect("a number");
        let its = format!(" in my work:1.t{number}.\n");
        assert!(
            said.starts_with("Resumed claude of ") && said.ends_with(&its),
            "{said}"
        );
        let rows = collector.until("it works again", |rows| !rows.is_empty());
        let told = (&rows[0]["id"], &rows[0]["instance_id"]);
        assert_eq!(
            told,
            (&session.row(number).into(), &"s-1".into()),
            "{rows:#?}"
        );
        let mut expected = before.1.clone();
        expected[0].1.push(number.into());
        assert_eq!(
            (world.sessions(), shape(&session)),
            (before.0.clone(), expected)
        );
        let again = person.runs("resume s-1");
        assert_eq!(again.0, 1, "{again:?}");
        let stopped = outside(&world, &["stop", "--close-pane", &session.row(number)]);
        assert_eq!(stopped.0, 0, "{stopped:?}");
        collector.until("its row is gone", <[Value]>::is_empty);
        wait_until("its pane is gone", || shape(&session) == before.1);
        drop(terminal);
        wait_until("nobody is there", || session.clients().is_empty());
    }
}

#[test]
fn what_is_opened_runs_whether_somebody_is_attached_or_not() {
    let Some(world) = World::new() else { return };
    let session = world.session("my work");
    let before = shape(&session);
    for round in 0..40 {
        let terminal = (round % 4 == 0).then(|| session.client(&format!("person{round}")));
        let ran = world.env.home().join(format!("ran{round}"));
        let file = shell_word(ran.to_str().expect("plain"));
        let command = format!("echo > {file}; exec sleep 1000");
        let pane = session.open(&[], &["sh", "-c", &command]);
        wait_until(&format!("round {round}: it runs"), || ran.exists());
        session.ask(&["close-pane", "--pane-id", &format!("terminal_{pane}")]);
        wait_until("its pane is gone", || shape(&session) == before);
        drop(terminal);
        wait_until("nobody is there", || session.clients().is_empty());
    }
}

#[test]
fn a_pane_without_a_name_is_called_as_its_program_says() {
    let Some(world) = World::new() else { return };
    let session = world.session("work");
    let says = "printf '\\033]2;its own title\\007'; exec sleep 1000";
    let named = |before: &[&str]| {
        let pane = session.open(before, &["sh", "-c", says]);
        std::thread::sleep(std::time::Duration::from_millis(500));
        session.pane(pane)["title"].clone()
    };
    let without = named(&[]);
    assert_ne!(without, "its own title");
    assert_eq!(named(&["--name", ""]), "its own title");
}

#[test]
fn nothing_is_typed_into_a_tab_whose_panes_are_synchronised() {
    let Some(world) = World::new() else { return };
    world.env.configure("[zellij]\nanswer_by_keys = true\n");
    let collector = collect(&world);
    let session = world.session("work");
    let heard = world.env.home().join("heard");
    let listens = format!(
        "stty raw -echo; cat > {}",
        shell_word(heard.to_str().expect("plain"))
    );
    session.open(&[], &["sh", "-c", &listens]);
    let pane = crate::stand_ins::at_work(&session, &collector, "one");
    let id = session.row(pane);
    session.ask(&["toggle-active-sync-tab", "--tab-id", "0"]);
    assert_eq!(session.tabs()[0]["is_sync_panes_active"], true);
    let (status, said) = outside(&world, &["send", &id, "--", "hello there"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("goes into all panes of its tab"), "{said}");
    assert_eq!(std::fs::read_to_string(&heard).unwrap_or_default(), "");
}
