//! Starting assistants in it.

use std::fs;

use super::{WORKS, assistant, collect, has, run_in, says};
use crate::common::{TestEnv, Zellij};

#[test]
fn a_launcher_runs_in_a_pane_of_the_session_it_was_wanted_in_and_makes_neither_tab_nor_session() {
    let env = TestEnv::new();
    env.configure(&format!(
        "[[launcher]]\nname = 'my one'\ncommand = 'sh {} new'\n",
        assistant(&env)
    ));
    let collector = collect(&env);
    let Some(_beside) = Zellij::start(&env, "beside") else {
        return;
    };
    let Some(zellij) = Zellij::start(&env, "my work") else {
        return;
    };
    let (status, said) = run_in(&env, &zellij, "start 'my one'");
    let expected = "Started my one in my work:1.t2.\n";
    assert_eq!((status, said.as_str()), (0, expected));
    says(&env, &collector, ("new", WORKS), |rows| {
        has(rows, &zellij.row(2), "running")
    });
    // It says nothing to whom it has taken for somebody else, and has done it all the same.
    zellij.ask(&["x-lies", "says nothing", "1"]);
    let (status, said) = run_in(&env, &zellij, "start 'my one'");
    assert_eq!(
        (status, said.as_str()),
        (0, "Started my one in my work:1.t4.\n")
    );
    let sessions = fs::read_dir(env.path("run/zellij/contract_version_1"));
    assert_eq!(sessions.expect("it is there").count(), 2);
    for made in ["made-tab", "made-session"] {
        assert!(!env.home().join(made).exists(), "{made}");
    }
}
