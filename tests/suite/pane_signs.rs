//! The sign of each assistant's pane, for borders and names of windows: as an option of the pane that the
//! collector sets, and as a command prints it.

use rustix::process::Signal;

use crate::common::{Collector, Terminal, TestEnv, Tmux, finish, wait_until};

const WAITS: &str = r#"{"hook_event_name":"PermissionRequest","session_id":"s1","tool_name":"Bash",
    "tool_input":{"command":"echo '#[fg=red]#(touch /tmp/x)#{pid}'"},"permission_mode":"default"}"#;
const WORKS: &str = r#"{"hook_event_name":"UserPromptSubmit","session_id":"s1","prompt":"go"}"#;

/// What the pane's options hold, one after the other.
const OPTIONS: &str = "#{@pane_patrol} #{@pane_patrol_state}";

/// What a window's name shows of the panes in it.
const WINDOW: &str = "#I#{P:#{@pane_patrol}}";

struct Stage<'a> {
    env: &'a TestEnv,
    tmux: Tmux<'a>,
}

impl<'a> Stage<'a> {
    fn open(env: &'a TestEnv) -> Option<Self> {
        env.configure("[tmux]\nsigns = true\n");
        let tmux = Tmux::start(env, "work")?;
        Some(Self { env, tmux })
    }

    fn ask(&self, pane: &str, format: &str) -> String {
        self.tmux
            .run(&["display-message", "-p", "-t", pane, format])
    }

    fn until(&self, pane: &str, format: &str, is: &str) {
        wait_until(&format!("{pane} shows `{is}`"), || {
            self.ask(pane, format) == is
        });
    }

    fn status(&self, words: &[&str]) -> String {
        let mut status = self.env.pane_patrol();
        status.args(["status", "--format", "pane"]).args(words);
        finish(status.env("TMUX", self.tmux.variable())).stdout
    }
}

#[test]
fn a_pane_has_the_sign_of_its_assistant_in_its_border_and_in_the_name_of_its_window() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let tmux = &stage.tmux;
    let first = tmux.window("work", "cat");
    let split = ["split-window", "-d", "-P", "-F", "#{pane_id}", "-t", &first];
    let second = tmux.run(&[&split[..], &["cat"]].concat());
    tmux.run(&["select-window", "-t", &first]);
    let border = " #{pane_id} #{@pane_patrol} ";
    tmux.run(&["set-option", "-g", "pane-border-status", "top"]);
    tmux.run(&["set-option", "-g", "pane-border-format", border]);
    tmux.run(&["set-option", "-g", "window-status-current-format", WINDOW]);
    let mut collector = Collector::start_in(&env, tmux);
    tmux.report(&first, WAITS, "waiting_approval");
    stage.until(&first, OPTIONS, "! waiting_approval");
    tmux.report(&second, &WORKS.replace("s1", "s2"), "running");
    stage.until(&second, OPTIONS, "● running");
    // Nothing of what it asks has come to tmux.
    assert_eq!(stage.ask(&first, WINDOW), "1!●");
    let terminal = Terminal::client_of(&env, "client.sock", tmux, "work").expect("tmux is there");
    terminal.wait_for("1!●");
    terminal.wait_for(&format!("{first} !"));
    terminal.wait_for(&format!("{second} ●"));
    let all = stage.status(&[]);
    assert_eq!(
        all,
        format!("{first}\t!\twaiting_approval\n{second}\t●\trunning\n")
    );
    assert_eq!(stage.status(&["--pane", &second]), "●\n");
    assert_eq!(stage.status(&["--pane", "%99"]), "");

    // It is drawn anew as soon as it is another one, and gone with its assistant.
    tmux.report(&first, WORKS, "running");
    terminal.wait_for(&format!("{first} ●"));
    tmux.run(&["respawn-pane", "-k", "-t", &second, "cat"]);
    stage.until(&second, OPTIONS, " ");
    // And with the collector.
    stage.until(&first, OPTIONS, "● running");
    collector.signal(Signal::TERM);
    collector.wait();
    assert_eq!(stage.ask(&first, OPTIONS), " ");
    terminal.wait_for(&format!("{first}  "));
}

#[test]
fn what_a_killed_collector_has_left_goes_with_the_next_one() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let (first, second) = (
        stage.tmux.window("work", "cat"),
        stage.tmux.window("work", "cat"),
    );
    let mut collector = Collector::start_in(&env, &stage.tmux);
    for pane in [&first, &second] {
        stage
            .tmux
            .report(pane, &WORKS.replace("s1", pane), "running");
        stage.until(pane, OPTIONS, "● running");
    }
    collector.signal(Signal::KILL);
    collector.wait();
    assert_eq!(
        stage.ask(&first, OPTIONS),
        "● running",
        "nobody was left to take it away"
    );
    env.configure("[tmux]\nsigns = true\n[icons]\nplain = true\n");
    let collector = Collector::start_in(&env, &stage.tmux);
    stage.until(&first, OPTIONS, " ");
    stage.tmux.report(&second, WORKS, "running");
    stage.until(&second, OPTIONS, "* running");
    collector.until("only that one is known", |rows| rows.len() == 1);
}

#[test]
fn what_a_killed_collector_has_left_goes_with_the_next_one_that_puts_none() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let pane = stage.tmux.window("work", "cat");
    let mut collector = Collector::start_in(&env, &stage.tmux);
    stage.tmux.report(&pane, WORKS, "running");
    stage.until(&pane, OPTIONS, "● running");
    collector.signal(Signal::KILL);
    collector.wait();
    env.configure("");
    let mut collector = Collector::start_in(&env, &stage.tmux);
    stage.until(&pane, OPTIONS, " ");
    collector.signal(Signal::TERM);
    collector.wait();
    let left = env.places().runtime.join("signs");
    assert!(!left.exists(), "nobody has to look again");
}

#[test]
fn without_the_setting_no_pane_has_one() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    env.configure("");
    let pane = stage.tmux.window("work", "cat");
    let collector = Collector::start_in(&env, &stage.tmux);
    stage.tmux.report(&pane, WORKS, "running");
    // By the time that another row is known, this one's sign would be there.
    let other = stage.tmux.window("work", "cat");
    stage.tmux.report(&other, WAITS, "waiting_approval");
    collector.until("both are known", |rows| rows.len() == 2);
    let options = stage.tmux.run(&["show-options", "-p", "-t", &pane]);
    assert!(!options.contains("pane_patrol"), "{options}");
    // The command needs no setting.
    assert_eq!(stage.status(&["--pane", &other]), "!\n");
}
