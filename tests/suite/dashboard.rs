//! The dashboard as a person has it: a real tmux server, a real client on a real terminal, events
//! through the real hook, and keys.

use std::fs;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{PROGRAM, Terminal, TestEnv, Tmux, finish, fixture, wait_until};
use crate::install::{read, with_programs, write};

/// A tmux server with a session `work`: its first pane runs the dashboard, which is in front; others run `cat`.
struct Desk<'env> {
    server: Tmux<'env>,
    client: Terminal<'env>,
}

impl<'env> Desk<'env> {
    fn new(env: &'env TestEnv) -> Option<Self> {
        let server = Tmux::start(env, "work")?;
        let client = Terminal::client_of(env, "client.sock", &server, "work")?;
        let desk = Self { server, client };
        desk.server.dashboard_in("%0");
        desk.client.wait_for("pane-patrol");
        Some(desk)
    }

    /// A new window of `session`; its pane.
    fn window(&self, session: &str) -> String {
        self.server.window(session, "cat")
    }

    /// Claude in `pane` reports `payload`.
    fn report(&self, pane: &str, payload: &str) {
        report(&self.server, pane, payload);
    }

    /// What each client shows, by session.
    fn shown(&self) -> Vec<(String, String)> {
        let format = "#{client_session}\t#{pane_id}";
        let clients = self.server.run(&["list-clients", "-F", format]);
        let line = |line: &str| {
            let (session, pane) = line.split_once('\t').expect("two fields");
            (session.to_owned(), pane.to_owned())
        };
        clients.lines().map(line).collect()
    }

    fn wait_for_pane(&self, session: &str, pane: &str) {
        let wanted = (session.to_owned(), pane.to_owned());
        wait_until(&format!("a client shows {wanted:?}"), || {
            self.shown().contains(&wanted)
        });
    }
}

fn report(server: &Tmux<'_>, pane: &str, payload: &str) {
    let state = if payload == ASKS {
        "waiting_approval"
    } else {
        "running"
    };
    server.report(pane, &fixture(payload), state);
}

const ASKS: &str = "claude/permission_request.bash.json";
const WORKS: &str = "claude/user_prompt_submit.plain.json";

#[test]
fn an_event_becomes_a_row_and_enter_lands_on_its_pane() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let pane = desk.window("work");
    desk.report(&pane, ASKS);
    let screen = desk.client.wait_for("NEEDS YOU");
    assert!(
        screen.contains("work:1.0") && screen.contains("approval"),
        "{screen}"
    );
    desk.client.press(&["Enter"]);
    desk.wait_for_pane("work", &pane);
}

#[test]
fn enter_finds_the_pane_after_windows_were_swapped_and_the_session_renamed() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let (pane, other) = (desk.window("work"), desk.window("work"));
    desk.report(&pane, ASKS);
    desk.client.wait_for("work:1.0");
    desk.server
        .run(&["swap-window", "-d", "-s", "work:1", "-t", "work:2"]);
    desk.server
        .run(&["move-window", "-d", "-s", &other, "-t", "work:7"]);
    desk.server
        .run(&["rename-session", "-t", "work", "a new [name]"]);
    desk.client.press(&["Enter"]);
    desk.wait_for_pane("a new [name]", &pane);
}

#[test]
fn a_pane_that_is_gone_is_jumped_to_by_nobody() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let pane = desk.window("work");
    desk.report(&pane, ASKS);
    desk.client.wait_for("NEEDS YOU");
    desk.server.run(&["kill-pane", "-t", &pane]);
    desk.client.press(&["Enter"]);
    // Either the listing was faster or the key: the row is gone, or the person is told.
    wait_until("it is said or seen", || {
        let screen = desk.client.screen();
        screen.contains("the pane is gone") || !screen.contains("NEEDS YOU")
    });
    assert_eq!(desk.shown(), [("work".to_owned(), "%0".to_owned())]);
}

#[test]
fn a_popup_switches_the_client_it_was_opened_on_although_another_one_typed_last() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let server = &desk.server;
    let pane = desk.window("work");
    server.run(&["new-session", "-d", "-s", "other", "cat"]);
    let Some(other) = Terminal::client_of(&env, "other.sock", server, "other") else {
        return;
    };
    let theirs = server.run(&["display-message", "-p", "-t", "other", "#{pane_id}"]);
    // As in a server that was started inside another tmux.
    server.run(&["set-environment", "-g", "TMUX_PANE", &theirs]);
    desk.report(&pane, ASKS);
    desk.client.wait_for("work:1.0");
    // The dashboard under the popup goes, so that the popup's own is the one on the screen.
    desk.client.press(&["q"]);
    wait_until("its pane has ended", || {
        !desk.shown().contains(&("work".into(), "%0".into()))
    });
    let popup = [
        "bind-key",
        "-n",
        "F5",
        "display-popup",
        "-w",
        "90%",
        "-h",
        "90%",
        "-E",
        PROGRAM,
    ];
    server.run(&popup);
    let plain = desk.window("work");
    server.run(&["select-window", "-t", &plain]);
    desk.client.press(&["F5"]);
    desk.client.wait_for("pane-patrol");
    wait_until("it listens", || env.places().events_socket.exists());
    desk.report(&pane, ASKS);
    desk.client.wait_for("NEEDS YOU");
    // tmux counts activity in seconds: only a later second makes the other client the latest one.
    let latest = || server.run(&["display-message", "-p", "#{client_session}"]);
    wait_until("the other client typed last", || {
        other.press(&["x"]);
        latest() == "other"
    });
    desk.client.press(&["Enter"]);
    desk.wait_for_pane("work", &pane);
    assert!(desk.shown().contains(&("other".to_owned(), theirs)));
    wait_until("the popup is gone", || {
        !desk.client.screen().contains("pane-patrol")
    });
}

#[test]
fn outside_tmux_it_attaches_and_is_back_after_the_detach() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let Some(terminal) = Terminal::start(&env, "outside.sock", PROGRAM) else {
        return;
    };
    terminal.wait_for("pane-patrol");
    wait_until("it listens", || env.places().events_socket.exists());
    report(&server, "%0", ASKS);
    terminal.wait_for("NEEDS YOU");
    terminal.press(&["Enter"]);
    let clients = || server.run(&["list-clients", "-F", "#{pane_id}"]);
    wait_until("a client shows the pane", || clients() == "%0");
    terminal.wait_for("C-b and then d: back to where you came from");
    // Every key goes to the client now, none to the dashboard.
    terminal.press(&["q", "q", "q"]);
    wait_until("cat shows what was typed", || {
        server.run(&["capture-pane", "-p"]).contains("qqq")
    });
    report(&server, "%0", WORKS);
    terminal.press(&["C-b", "d"]);
    let screen = terminal.wait_for("WORKING");
    assert!(!screen.contains("NEEDS YOU"), "{screen}");
    assert_eq!(clients(), "");
}

/// A shell, so that the terminal stays when the dashboard has ended.
fn in_shell<'env>(env: &'env TestEnv, end: impl FnOnce(&Terminal<'env>)) -> Option<String> {
    let shell = format!("sh -c '{PROGRAM}; echo ended with $?; exec cat'");
    let terminal = Terminal::start(env, "shell.sock", &shell)?;
    terminal.wait_for("pane-patrol");
    assert_eq!(terminal.ask(STATE), "1 1 1 0");
    end(&terminal);
    let screen = terminal.wait_for("ended with");
    assert_eq!(terminal.ask(STATE), "0 0 0 1", "{screen}");
    Some(screen)
}

/// Alternate screen, mouse, SGR mouse, cursor.
const STATE: &str = "#{alternate_on} #{mouse_standard_flag} #{mouse_sgr_flag} #{cursor_flag}";

#[test]
fn the_terminal_is_given_back_when_it_quits_and_when_it_is_told_to_end() {
    let env = TestEnv::new();
    let quit = in_shell(&env, |terminal| terminal.press(&["q"]));
    assert!(quit.is_none_or(|screen| screen.contains("ended with 0")));
    for signal in [Signal::TERM, Signal::HUP] {
        let env = TestEnv::new();
        in_shell(&env, |terminal| {
            let shell = terminal.ask("#{pane_pid}");
            let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
            let Ok(children) = children else {
                return terminal.press(&["q"]); // no /proc: as above
            };
            let pid = children.trim().parse().ok().and_then(Pid::from_raw);
            kill_process(pid.expect("the shell has one child"), signal).expect("it lives");
        });
    }
}

#[test]
fn the_offered_install_shows_every_change_for_all_that_are_there_and_makes_them_on_the_second_press()
 {
    let env = TestEnv::new();
    with_programs(&env, &["claude", "codex", "gemini"]);
    write(&env, ".gemini/settings.json", "{ // open");
    let command = format!("PATH={}:/usr/bin:/bin {PROGRAM}", env.path("bin").display());
    let Some(terminal) = Terminal::start(&env, "alone.sock", &command) else {
        return;
    };
    terminal.wait_for("Press i");
    terminal.press(&["i"]);
    terminal.wait_for("+ Codex        ~/.codex/hooks.json: a new file");
    terminal.wait_for("- Gemini CLI");
    terminal.wait_for("could not read");
    assert!(
        read(&env, ".claude/settings.json").is_none(),
        "a look changes nothing"
    );
    terminal.press(&["i"]);
    terminal.wait_for("Claude Code reports from now on");
    terminal.wait_for("Trust all and continue");
    for (file, name) in [
        (".claude/settings.json", "claude"),
        (".codex/hooks.json", "codex"),
    ] {
        let written = read(&env, file).expect("it is there now");
        let command = format!("hook {name}; exit 0");
        assert!(
            written.contains(PROGRAM) && written.contains(&command),
            "{written}"
        );
    }
    assert_eq!(
        read(&env, ".gemini/settings.json").as_deref(),
        Some("{ // open")
    );
    assert!(read(&env, ".qwen/settings.json").is_none());
    terminal.press(&["Escape"]);
    terminal.wait_for("No assistant is running.");
}

#[test]
fn no_colour_is_used_where_none_is_wanted() {
    let env = TestEnv::new();
    let coloured = |name: &str, command: &str| {
        let terminal = Terminal::start(&env, name, command)?;
        terminal.wait_for("quit");
        Some(terminal.coloured_screen().contains("38;5;5m"))
    };
    let Some(usual) = coloured("usual.sock", PROGRAM) else {
        return;
    };
    assert!(usual, "keys are magenta");
    let plain = coloured("plain.sock", &format!("NO_COLOR=1 {PROGRAM}"));
    assert_eq!(plain, Some(false));
    let asked = coloured(
        "asked.sock",
        &format!("NO_COLOR=1 {PROGRAM} --theme terminal"),
    );
    assert_eq!(asked, Some(true), "what is typed counts more");
}

#[test]
fn jump_next_goes_to_the_one_that_has_waited_longest() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let (first, second) = (desk.window("work"), desk.window("work"));
    desk.report(&first, ASKS);
    desk.report(&second, ASKS);
    desk.client.wait_for("work:2.0");
    let jump = |arguments: &[&str]| {
        let mut command: Command = env.pane_patrol();
        command.arg("jump").args(arguments);
        finish(
            command
                .env("TMUX", desk.server.variable())
                .env("TMUX_PANE", "%0"),
        )
    };
    let next = jump(&["--next"]);
    assert!(next.status.success(), "{next:?}");
    desk.wait_for_pane("work", &first);
    assert!(jump(&[&second]).status.success());
    desk.wait_for_pane("work", &second);
    let nowhere = jump(&["work:9.9"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(
        nowhere
            .stderr
            .contains("no assistant is known as `work:9.9`"),
        "{nowhere:?}"
    );
}

#[test]
fn without_a_terminal_it_says_what_to_use_instead() {
    let env = TestEnv::new();
    let finished = finish(&mut env.pane_patrol());
    assert_eq!(finished.status.code(), Some(2));
    assert!(
        finished.stderr.contains("the dashboard needs a terminal"),
        "{finished:?}"
    );
    env.configure("[dashboard]\nthem = 'dark'\n");
    let Some(terminal) = Terminal::start(&env, "bad.sock", &format!("sh -c '{PROGRAM}; exec cat'"))
    else {
        return;
    };
    let screen = terminal.wait_for("unknown key `them`");
    assert!(screen.contains("line 2"), "{screen}");
}

/// As if the signal of a new size had come before anybody heard it: a key would answer nothing, because nothing of
/// what is asked counted as seen.
#[test]
fn a_new_size_of_which_no_signal_came_is_seen_with_the_next_frame() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let pane = server.window("work", "cat");
    let tmux = server.variable();
    let command = format!("env --block-signal=WINCH TMUX={tmux} {PROGRAM} supervisor");
    let terminal = Terminal::start(&env, "terminal.sock", &command).expect("tmux is there");
    terminal.wait_for("pane-patrol  ");
    terminal.resize((160, 40));
    report(&server, &pane, ASKS);
    terminal.wait_for("wants approval");
    // What is only partly known is asked about twice, and answered by the second key alone.
    wait_until("the answer is given", || {
        terminal.press(&["a"]);
        std::thread::sleep(std::time::Duration::from_millis(500));
        terminal.press(&["y"]);
        // The dialog of a new request may be drawn as late as this.
        std::thread::sleep(std::time::Duration::from_secs(3));
        terminal.screen().contains("nothing was sent")
    });
}
