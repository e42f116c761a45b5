//! Rows follow their panes and go with them, and nothing is started where there are none.

use super::*;

#[test]
fn a_row_follows_its_pane_wherever_tmux_moves_it() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let assistant = Assistant::start(&env, &tmux);
    assistant.says("busy", None);
    let collector = Collector::start_in(&env, &tmux);
    let now_at = |target: &str| {
        collector.until(target, |rows| {
            rows.len() == 1 && rows[0]["target"] == target
        });
    };
    now_at("main:1.0");
    tmux.run(&["move-window", "-s", "main:1", "-t", "main:7"]);
    now_at("main:7.0");
    tmux.run(&["swap-window", "-s", "main:7", "-t", "main:0"]);
    now_at("main:0.0");
    tmux.run(&["rename-session", "-t", "main", "a [b] 日本"]);
    now_at("a [b] 日本:0.0");
}

#[test]
fn a_row_goes_with_its_pane_and_all_rows_with_their_server() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    let gone = Assistant::start(&env, &tmux);
    let left = Assistant::start(&env, &tmux);
    gone.says("busy", None);
    left.says("busy", None);
    collector.until("two rows", |rows| rows.len() == 2);
    tmux.run(&["kill-pane", "-t", &gone.pane]);
    let rows = collector.until("one row", |rows| rows.len() == 1);
    assert_eq!(rows[0]["pane"], left.pane.as_str());
    // A row without a process: only tmux can tell that its pane is gone.
    env.send(FOUR_FIELDS.as_bytes());
    collector.until("the pane is known", |rows| {
        rows.iter().any(|row| row["pane"] == "%0")
    });
    tmux.run(&["kill-server"]);
    collector.until("no row", <[Value]>::is_empty);
}

#[test]
fn a_tmux_server_that_hangs_is_said_and_holds_nothing_up() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let collector = Collector::start_in(&env, &tmux);
    tmux.stop();
    env.send(FOUR_FIELDS.as_bytes());
    collector.until_state("waiting_input");
    let health = health(&env, |health| !health.troubles.is_empty());
    assert!(
        health.troubles[0].contains("tmux did not answer"),
        "{health:?}"
    );
    env.send(
        FOUR_FIELDS
            .replace("waiting_input", "running")
            .replace("T10", "T11")
            .as_bytes(),
    );
    collector.until_state("running");
}

#[test]
fn the_branch_of_a_rows_folder_is_shown() {
    let env = TestEnv::new();
    let collector = Collector::start(&env);
    let project = env.home().join("proj");
    fs::create_dir_all(project.join(".git")).expect("home is ours");
    fs::write(project.join(".git/HEAD"), "ref: refs/heads/fix-tax\n").expect("home is ours");
    let event = FOUR_FIELDS.replace(
        "\"message\":\"\"",
        &format!("\"cwd\":{:?}", project.join("src").display().to_string()),
    );
    env.send(event.as_bytes());
    collector.until("the branch", |rows| {
        rows.len() == 1 && rows[0]["branch"] == "fix-tax"
    });
}

#[test]
fn without_rows_the_collector_starts_nothing() {
    let env = TestEnv::new();
    let fake = env.path("bin");
    private_folder(&fake);
    let log = env.path("tmux.log");
    let script = format!("#!/bin/sh\necho \"$@\" >> {}\nexit 1\n", log.display());
    write_program(&fake.join("tmux"), &script);
    let mut command: Command = env.pane_patrol();
    command.env("PATH", &fake);
    let collector = Collector::start_with(&env, &mut command);
    let started = || fs::read_to_string(&log).unwrap_or_default().lines().count();
    let at_start = started();
    // As soon as there is a row tmux is asked; the same collector asked nobody before, while it went
    // about its business for some seconds: it tells its health once in a second.
    for rejected in 1..=3 {
        env.send(b"nonsense");
        health(&env, |health| {
            health.rejected.values().sum::<u64>() == rejected
        });
    }
    assert_eq!(started(), at_start);
    assert!(at_start <= 1, "the default server is looked for once");
    env.send(FOUR_FIELDS.as_bytes());
    collector.until_state("waiting_input");
    until("tmux is asked", || (started() > at_start).then_some(()));
}

#[test]
fn what_hooks_remembered_of_panes_that_are_gone_is_cleared_away() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let runtime = env.places().runtime;
    private_folder(&runtime);
    let variable = tmux.variable();
    let server: Server = variable.trim_end_matches(",0").parse().expect("a server");
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    for (pane, target) in [(0, "main:0.0"), (99, "main:9.9")] {
        let entry = CacheEntry::of(&runtime, Some(&server), PaneId(pane), uid());
        entry.keep(&target.parse().expect("a target"));
    }
    let memories = || -> Vec<PathBuf> {
        let entries = fs::read_dir(&runtime).expect("it is ours").flatten();
        let paths = entries.map(|entry| entry.path());
        let is_entry = |path: &PathBuf| path.display().to_string().contains("/pane-patrol/pane-");
        paths.filter(is_entry).collect()
    };
    for path in memories() {
        let file = fs::File::options().write(true).open(path);
        let file = file.expect("it is ours");
        file.set_modified(an_hour_ago).expect("it is ours");
    }
    let _collector = Collector::start_in(&env, &tmux);
    env.send(FOUR_FIELDS.as_bytes());
    until("the pane that is gone is forgotten", || {
        (memories().len() == 1).then_some(())
    });
    let kept = fs::read_to_string(&memories()[0]).expect("it is ours");
    assert!(kept.ends_with("main:0.0\n"), "{kept}");
}
