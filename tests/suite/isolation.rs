//! The isolation helper keeps its word; every other test rests on it.

use crate::common::{TestEnv, Tmux, finish};

#[test]
fn a_program_sees_only_the_private_world() {
    let env = TestEnv::new();
    let seen = finish(&mut env.command("env")).stdout;
    let root = env.path("").display().to_string();
    let foreign = seen
        .lines()
        .filter(|line| !line.contains(&root))
        .filter(|line| {
            !["PATH=", "LANG=", "TERM="]
                .iter()
                .any(|name| line.starts_with(name))
        });
    assert_eq!(foreign.collect::<Vec<_>>(), [""; 0], "{seen}");
}

#[test]
fn a_tmux_server_is_private_and_gone_with_its_handle() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "private") else {
        return;
    };
    let place = tmux.ask("#{session_name}:#{window_index}.#{pane_index}");
    assert_eq!(place, "private:0.0");
    let mut list = tmux.command(&["list-sessions"]);
    tmux.stop();
    drop(tmux);
    assert!(!finish(&mut list).status.success());
}
