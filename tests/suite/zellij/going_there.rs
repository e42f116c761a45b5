//! Going to its panes.

use super::{WORKS, assistant, at_work, collect, has, run_in, says};
use crate::common::{TestEnv, Zellij, finish, wait_until};

/// Where a client is.
fn client_is_on(zellij: &Zellij<'_>, pane: u32) -> bool {
    zellij
        .ask(&["list-clients"])
        .contains(&format!("terminal_{pane} "))
}

#[test]
fn a_jump_within_a_session_moves_whoever_pressed_a_key_and_says_where_nobody_has() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    let client = zellij.client();
    let id = zellij.row(pane);
    let (status, said) = run_in(&env, &zellij, &format!("jump '{id}'"));
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains("nobody has yet: press any key there"),
        "{said}"
    );
    zellij.ask(&["x-key", &client]);
    assert_eq!(
        run_in(&env, &zellij, &format!("jump '{id}'")),
        (0, String::new())
    );
    assert!(client_is_on(&zellij, pane));
    // It says that all is well, and does nothing.
    zellij.ask(&["focus-pane-id", "terminal_0"]);
    zellij.ask(&["x-lies", "focus-pane-id", "1"]);
    let (status, said) = run_in(&env, &zellij, &format!("jump '{id}'"));
    assert_eq!(status, 1, "{said}");
}

#[test]
fn whoever_is_alone_on_the_pane_that_asks_is_the_one_who_goes_whoever_typed_last() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    let [person, typist] = [(); 2].map(|()| zellij.client());
    zellij.ask(&["x-key", &typist]);
    let jump = format!("jump '{}'", zellij.row(pane));
    let at = |client: &str, pane: u32| {
        let line = format!("{client}         terminal_{pane} ");
        zellij.ask(&["list-clients"]).contains(&line)
    };
    // The pane that it will run in has the next number.
    for (round, is_alone) in [(0, true), (1, false)] {
        let own = pane + 1 + round;
        zellij.ask(&["x-on", &person, &own.to_string()]);
        let typists = if is_alone { 0 } else { own };
        zellij.ask(&["x-on", &typist, &typists.to_string()]);
        assert_eq!(run_in(&env, &zellij, &jump), (0, String::new()));
        let goes = if is_alone { &person } else { &typist };
        let stays = if is_alone { &typist } else { &person };
        assert!(at(goes, pane) && !at(stays, pane), "alone: {is_alone}");
    }
}

#[test]
fn a_jump_to_another_session_goes_by_its_name_of_now_and_makes_none() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((mut there, pane)) = at_work(&env, &collector, "one", "my work") else {
        return;
    };
    let Some(here) = Zellij::start(&env, "here") else {
        return;
    };
    let client = here.client();
    here.ask(&["x-key", &client]);
    there.rename("-renamed");
    let id = there.row(pane);
    assert_eq!(
        run_in(&env, &here, &format!("jump '{id}'")),
        (0, String::new())
    );
    assert!(client_is_on(&there, pane));
    here.ask(&["x-lies", "slow", "1"]);
    let client = here.client();
    there.ask(&["x-on", "1", "0"]);
    here.ask(&["x-key", &client]);
    assert_eq!(
        run_in(&env, &here, &format!("jump '{id}'")),
        (0, String::new())
    );
    assert!(client_is_on(&there, pane));
    assert!(!env.home().join("made-session").exists());
    let (status, said) = run_in(&env, &here, &format!("jump --client 1 '{id}'"));
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("cannot be told whom to move"), "{said}");
}

#[test]
fn whoever_goes_to_a_pane_that_is_hidden_is_told_that_it_floats_now() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    zellij.ask(&["x-set", &pane.to_string(), "suppressed", "1"]);
    let client = zellij.client();
    zellij.ask(&["x-key", &client]);
    let (status, said) = run_in(&env, &zellij, &format!("jump '{}'", zellij.row(pane)));
    let expected = "That pane is hidden behind another one; Zellij shows it as a floating pane.\n";
    assert_eq!((status, said.as_str()), (0, expected));
}

#[test]
fn whoever_is_out_of_one_session_and_not_in_the_other_is_not_said_to_have_stayed() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((there, pane)) = at_work(&env, &collector, "one", "there") else {
        return;
    };
    let Some(here) = Zellij::start(&env, "here") else {
        return;
    };
    let jump = format!("jump '{}'", there.row(pane));
    let (status, said) = run_in(&env, &here, &jump);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("nobody was moved"), "{said}");
    let client = here.client();
    here.ask(&["x-key", &client]);
    here.ask(&["x-lies", "lost", "1"]);
    let (status, said) = run_in(&env, &here, &jump);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("has taken somebody out of `here`"), "{said}");
    assert!(said.contains("be on the way still"), "{said}");
    assert!(!said.contains("nobody was moved"), "{said}");
    // Where it is not told anything, nobody has gone.
    there.stop();
    let (status, said) = run_in(&env, &here, &jump);
    there.go_on();
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("`there` does not answer"), "{said}");
    assert!(said.contains("nobody was moved"), "{said}");
}

#[test]
fn from_outside_a_client_of_ones_own_is_attached_and_shown_the_pane() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, pane)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    zellij.ask(&["x-tab", &pane.to_string()]);
    let id = zellij.row(pane);
    let other = Zellij::start(&env, "-dash").expect("there is perl");
    let there = other.pane(&["sh", &assistant(&env), "two"]);
    says(&env, &collector, ("two", WORKS), |rows| {
        has(rows, &other.row(there), "running")
    });
    let jump = finish(
        env.pane_patrol_with_zellij()
            .args(["jump", &other.row(there)]),
    );
    let why = "cannot be told of a session called `-dash`: give it another name";
    assert!(jump.stderr.contains(why), "{jump:?}");
    // Without a terminal there is nothing to show it on.
    let jump = finish(env.pane_patrol_with_zellij().args(["jump", &id]));
    assert_eq!(jump.status.code(), Some(1), "{jump:?}");
    assert!(jump.stderr.contains("this is no terminal"), "{jump:?}");
    let mut terminal = std::process::Command::new("script");
    let program = env!("CARGO_BIN_EXE_pane-patrol");
    terminal.args(["-qec", &format!("'{program}' jump '{id}'"), "/dev/null"]);
    let with = env.pane_patrol_with_zellij();
    terminal.env_clear().envs(
        with.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let mut terminal = terminal
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("`script` is installed");
    wait_until("somebody is on the pane", || client_is_on(&zellij, pane));
    assert!(!env.home().join("made-session").exists());
    // So it hangs up for what runs on it.
    let pid = rustix::process::Pid::from_child(&terminal);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is ours");
    terminal.wait().expect("it is ours");
}

#[test]
fn what_runs_there_is_stopped_from_the_list() {
    let env = TestEnv::new();
    let collector = collect(&env);
    let Some((zellij, _)) = at_work(&env, &collector, "one", "work") else {
        return;
    };
    let script = assistant(&env);
    let pane = zellij.pane(&["sh", &script, "two"]);
    says(&env, &collector, ("two", WORKS), |rows| {
        has(rows, &zellij.row(pane), "running")
    });
    let stop = finish(
        env.pane_patrol_with_zellij()
            .args(["stop", &zellij.row(pane)]),
    );
    assert!(stop.status.success(), "{stop:?}");
    collector.until("its row is gone", |rows| rows.len() == 1);
}
