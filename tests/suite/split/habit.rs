//! The place beside the dashboard by habit: it is there from the start, whatever becomes of it is said in
//! it, and where it cannot be the dashboard says why.

use super::Desk;
use crate::common::{PROGRAM, Terminal, TestEnv, finish, finish_with_stdin, fixture};

const ALWAYS: &str = "[split]\nalways = true\n";

impl Desk<'_> {
    /// Starts the dashboard anew with these settings.
    fn start_with(&self, settings: &str) {
        self.env.configure(settings);
        self.client.press(&["q"]);
        self.wait("the dashboard has ended", || {
            self.server.ask("#{pane_current_command}") == "sh"
        });
        let command = format!("clear; {PROGRAM}");
        self.server.run(&["send-keys", "-t", "%0", &command, "C-j"]);
    }

    /// The text in the place; none while it is just being made.
    fn place(&self) -> String {
        let capture = |pane: String| {
            let mut capture = self.server.command(&["capture-pane", "-p", "-t", &pane]);
            finish(&mut capture).stdout
        };
        self.beside().map(capture).unwrap_or_default()
    }
}

#[test]
fn the_place_is_there_from_the_start_and_takes_no_keys_until_something_is_shown_in_it() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.start_with(ALWAYS);
    desk.wait("it says what it is for", || {
        desk.place().contains("Enter in the list shows it here.")
    });
    let place = desk.beside().expect("it is there");
    let has_keys = ["display-message", "-p", "-t", "%0", "#{pane_active}"];
    assert_eq!(
        desk.server.run(&has_keys),
        "1",
        "the dashboard has the keys"
    );
    let typed = ["C-c", "C-d", "C-z", "C-\\", "q", "rm", "Enter"];
    desk.server
        .run(&[&["send-keys", "-t", &place][..], &typed].concat());
    let pane = desk
        .server
        .run(&["display-message", "-p", "-t", "api:0.0", "#{pane_id}"]);
    desk.report_at(&pane, "api:0.0");
    assert_eq!(desk.beside().as_ref(), Some(&place));
    assert!(!desk.place().contains("rm"), "{}", desk.place());
    desk.client.press(&["g", "Enter"]);
    desk.wait("it is shown", || desk.beside().as_ref() == Some(&pane));
    // The assistant goes, the shell around it stays: it goes home.
    desk.client.press(&["x", "x"]);
    desk.wait("the place says what was there and how it ended", || {
        let place = desk.place();
        place.contains("claude in api:0.0") && place.contains("was stopped from the list.")
    });
}

#[test]
fn what_is_left_of_a_stopped_assistants_pane_goes_home() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let pane = desk.server.window("web:7", "sh");
    let before = desk.everything();
    desk.start_with(ALWAYS);
    let program = "sleep 600 & echo $! > \"$HOME/pid\"; wait; echo the shell is back";
    desk.server.run(&["send-keys", "-t", &pane, program, "C-j"]);
    let pid = env.home().join("pid");
    desk.wait("its program runs", || pid.exists());
    let pid = std::fs::read_to_string(pid).expect("it is there");
    desk.wait("it is on the list", || {
        let mut hook = desk.server.claude_hook_of(&pane, pid.trim());
        let payload = fixture(super::WORKS);
        finish_with_stdin(&mut hook, payload.as_bytes()).assert_silent_success();
        desk.client.screen().contains("web:7.0")
    });
    desk.client.press(&["g", "Enter"]);
    desk.wait("it is shown", || desk.beside().as_ref() == Some(&pane));
    desk.client.press(&["x", "x"]);
    desk.wait("the place is empty", || {
        desk.place().contains("was stopped from the list.")
    });
    assert!(desk.server.screen_of("web:7").contains("the shell is back"));
    desk.client.press(&["q"]);
    desk.wait("everything is where it was", || desk.everything() == before);
}

#[test]
fn a_place_closed_by_hand_is_opened_anew_by_enter() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.start_with(ALWAYS);
    let pane = desk
        .server
        .run(&["display-message", "-p", "-t", "web:5.0", "#{pane_id}"]);
    desk.wait("the place is there", || desk.beside().is_some());
    desk.report_at(&pane, "web:5.0");
    let before = desk.everything();
    let place = desk.beside().expect("it is there");
    desk.server.run(&["kill-pane", "-t", &place]);
    desk.client
        .wait_for("the place beside the dashboard was closed · Enter opens it anew");
    desk.client.press(&["g", "Enter"]);
    desk.wait("it is shown", || desk.beside().as_ref() == Some(&pane));
    desk.server.run(&["kill-window", "-t", "web:5"]);
    desk.client
        .wait_for("its place was closed, so claude in web:5.0 went back");
    desk.client.press(&["g", "Enter"]);
    desk.wait("it is shown", || desk.beside().as_ref() == Some(&pane));
    desk.client.press(&["s"]);
    desk.wait("the place is closed", || desk.beside().is_none());
    let elsewhere = |all: &str| {
        let lines = all.lines().filter(|line| !line.starts_with("work:0."));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(elsewhere(&desk.everything()), elsewhere(&before));
}

#[test]
fn a_place_below_is_as_high_as_it_was_set() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    let before = desk.everything();
    desk.start_with(&format!("{ALWAYS}direction = 'below'\nheight = 12\n"));
    let sizes = [
        "list-panes",
        "-t",
        "work:0",
        "-F",
        "#{pane_width}x#{pane_height}",
    ];
    desk.wait("it is below", || {
        desk.server.run(&sizes) == "100x12\n100x16"
    });
    let pane = desk
        .server
        .run(&["display-message", "-p", "-t", "api:0.0", "#{pane_id}"]);
    desk.report_at(&pane, "api:0.0");
    desk.client.press(&["g", "Enter"]);
    let shown = ["display-message", "-p", "-t", "work:0.1", "#{pane_id}"];
    desk.wait("it is shown there", || desk.server.run(&shown) == pane);
    desk.client.press(&["q"]);
    desk.wait("everything is where it was", || desk.everything() == before);
}

#[test]
fn where_the_place_cannot_be_the_dashboard_says_why_and_goes_on_without() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env) else { return };
    desk.client.resize((40, 30));
    let width = ["display-message", "-p", "-t", "%0", "#{window_width}"];
    desk.wait("it is that narrow", || desk.server.run(&width) == "40");
    let before = desk.everything();
    desk.start_with(ALWAYS);
    desk.client.wait_for("too narrow to split: 40 columns");
    assert!(desk.beside().is_none());
    desk.client.press(&["q"]);
    desk.wait("nothing was changed", || {
        desk.server.ask("#{pane_current_command}") == "sh" && desk.everything() == before
    });
    let Some(outside) = Terminal::start(&env, "outside.sock", PROGRAM) else {
        return;
    };
    outside.wait_for("the split needs a dashboard in a pane of tmux");
}
