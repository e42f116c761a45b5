//! Notices as a person gets them: a real tmux server with a client, events through the real hook.

mod phone;

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::Value;

use crate::common::{
    Collector, Terminal, TestEnv, Tmux, finish, finish_with_stdin, lines_so_far, payload_about,
    private_folder, until, wait_until, write_program,
};

const ASKS: &str = "claude/permission_request.bash.json";

/// A client that looks at `work:0.0`, and a collector with these lines in `[notice]`.
struct Desk<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
    client: Terminal<'env>,
    collector: Collector<'env>,
}

impl<'env> Desk<'env> {
    fn new(env: &'env TestEnv, settings: &str) -> Option<Self> {
        Self::with(env, settings, &[])
    }

    /// The same; the collector finds the programs in that folder before all others.
    fn with_programs(env: &'env TestEnv, settings: &str, programs: &Path) -> Option<Self> {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", programs.display());
        Self::with(env, settings, &[("PATH", &path)])
    }

    /// The same; the collector has these variables, too.
    fn with(env: &'env TestEnv, settings: &str, variables: &[(&str, &str)]) -> Option<Self> {
        let server = Tmux::start(env, "work")?;
        let client = Terminal::client_of(env, "client.sock", &server, "work")?;
        let command = "command = ['sh', '-c', 'cat >> \"$HOME/told\"']";
        let text = format!("[notice]\ndelay_seconds = 0\n{command}\n{settings}\n");
        env.configure(&text);
        let mut command = env.pane_patrol();
        command.env("TMUX", server.variable());
        command.envs(variables.iter().copied());
        let collector = Collector::start_with(env, &mut command);
        Some(Self {
            env,
            server,
            client,
            collector,
        })
    }

    fn window(&self) -> String {
        self.server.window("work", "cat")
    }

    /// Claude in `pane` asks whether it may run `request`, until the collector knows: a hook that
    /// finds the machine too busy drops its event rather than wait. Asked again it is the same request.
    fn asks(&self, pane: &str, request: &str) {
        self.collector.until("the request is known", |_| {
            self.report(pane, request);
            let rows = self.collector.rows();
            let row = rows.iter().find(|row| row["pane"] == pane);
            let asks = row.and_then(|row| row["waiting"].as_array());
            asks.is_some_and(|asks| asks.iter().any(|asked| asked["message"] == request))
        });
    }

    fn report(&self, pane: &str, request: &str) {
        let mut hook = self.server.claude_hook(pane);
        let payload = payload_about(ASKS, request);
        finish_with_stdin(&mut hook, payload.to_string().as_bytes()).assert_silent_success();
    }

    /// What the command was given so far.
    fn told(&self) -> Vec<Value> {
        let read = |line: String| serde_json::from_str(&line).expect("a line is JSON");
        let lines = lines_so_far(&self.env.path("home/told"));
        lines.into_iter().map(read).collect()
    }

    /// Whether tmux keeps sequences from the terminal: before 3.3 it never does, and knows no such option.
    fn keeps_back(&self) -> bool {
        let option = ["show-options", "-gqv", "allow-passthrough"];
        self.server.run(&option) == "off"
    }

    fn let_through(&self) {
        self.server
            .run(&["set-option", "-gq", "allow-passthrough", "on"]);
    }

    fn flag(&self, pane: &str) -> String {
        self.server
            .run(&["display-message", "-p", "-t", pane, "#{window_bell_flag}"])
    }
}

#[test]
fn a_request_in_a_pane_that_nobody_sees_is_told_of_once_by_every_way_that_was_chosen() {
    let env = TestEnv::new();
    let settings = "waiting_approval = ['bell', 'tmux', 'osc9', 'command']";
    let Some(desk) = Desk::new(&env, settings) else {
        return;
    };
    desk.let_through();
    desk.server
        .run(&["set-option", "-g", "display-time", "3000"]);
    let record = desk.client.record(&env.path("terminal"));
    let pane = desk.window();
    desk.asks("%0", "is seen");
    desk.asks(&pane, "echo 100% #{pane_id}");
    wait_until("the command was told", || !desk.told().is_empty());
    let told = desk.told();
    assert_eq!(told[0]["pane"], pane.as_str(), "{told:?}");
    assert_eq!(told[0]["state"], "waiting_approval");
    let text = "claude in work:1.0 wants approval: Bash: echo 100% #{pane_id}";
    assert_eq!(told[0]["text"], text);
    wait_until("the window is marked", || desk.flag(&pane) == "1");
    desk.client.wait_for(text);
    let sequence = format!("\u{1b}]9;{text}\u{7}");
    until("the terminal got the sequence", || {
        let bytes = fs::read(&record).unwrap_or_default();
        String::from_utf8_lossy(&bytes)
            .contains(&sequence)
            .then_some(())
    });
    // The same request reported again is not told of again; another one is.
    for _ in 0..3 {
        desk.report(&pane, "echo 100% #{pane_id}");
    }
    desk.asks(&pane, "another");
    wait_until("the second request was told of", || desk.told().len() > 1);
    let texts: Vec<Value> = desk
        .told()
        .iter()
        .map(|told| told["pane"].clone())
        .collect();
    assert_eq!(texts, [pane.as_str(), pane.as_str()]);
    assert_eq!(desk.collector.rows().len(), 2);
}

#[test]
fn a_snoozed_row_is_not_told_of_until_the_snooze_is_taken_back() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env, "waiting_approval = ['command']") else {
        return;
    };
    let (pane, other) = (desk.window(), desk.window());
    desk.asks(&pane, "first");
    wait_until("the first is told of", || desk.told().len() == 1);
    wait_until("tmux has said where its pane stands", || {
        finish(env.pane_patrol().arg("status"))
            .stdout
            .contains("work:1.0")
    });
    let snoozed = finish(env.pane_patrol().args(["snooze", &pane, "30"]));
    assert!(snoozed.status.success(), "{snoozed:?}");
    assert_eq!(
        snoozed.stderr,
        "No notice of claude in work:1.0 for 30 minutes.\n"
    );
    desk.asks(&pane, "second");
    desk.asks(&other, "elsewhere");
    wait_until("the other row is told of", || desk.told().len() == 2);
    assert_eq!(desk.told()[1]["pane"], other.as_str());
    let over = finish(env.pane_patrol().args(["snooze", &pane, "0"]));
    assert!(over.status.success(), "{over:?}");
    desk.asks(&pane, "third");
    wait_until("the third is told of", || desk.told().len() == 3);
    assert_eq!(desk.told()[2]["pane"], pane.as_str());
}

#[test]
fn what_fails_is_said_in_the_health_of_the_collector() {
    let env = TestEnv::new();
    let Some(desk) = Desk::new(&env, "waiting_approval = ['osc777']") else {
        return;
    };
    if !desk.keeps_back() {
        return;
    }
    let pane = desk.window();
    desk.asks(&pane, "something");
    let doctor = until("the trouble is known", || {
        let doctor = finish(env.pane_patrol().args(["doctor"]));
        doctor
            .stdout
            .contains("allow-passthrough on")
            .then_some(doctor.stdout)
    });
    assert!(doctor.contains("a notice failed"), "{doctor}");
}

#[test]
fn quiet_hours_keep_everything_back() {
    let env = TestEnv::new();
    // Somewhere in the world it is fifteen seconds before seven.
    let now = Timestamp::now().as_micros() / 1_000_000;
    let east = (7 * 3600 - 15 - now).rem_euclid(24 * 3600);
    let zone = format!("<night>-{}:{}:{}", east / 3600, east / 60 % 60, east % 60);
    let settings = "waiting_approval = ['command']\nquiet = '22:00-07:00'";
    let Some(desk) = Desk::with(&env, settings, &[("TZ", &zone)]) else {
        return;
    };
    let pane = desk.window();
    desk.asks(&pane, "at night");
    desk.collector.until_state("waiting_approval");
    wait_until("it is told of", || !desk.told().is_empty());
    let seven = SystemTime::UNIX_EPOCH + Duration::from_secs((now + 15).unsigned_abs());
    let told = fs::metadata(env.path("home/told")).and_then(|told| told.modified());
    // The clock of files goes in steps.
    let step = Duration::from_millis(20);
    assert!(
        told.expect("it has a time") + step >= seven,
        "not before seven"
    );
}

#[test]
fn the_outer_terminal_gets_every_sequence_as_it_is_and_none_that_tmux_keeps_back() {
    let env = TestEnv::new();
    let settings = "waiting_approval = ['osc9', 'osc777', 'osc99', 'command']";
    let Some(desk) = Desk::new(&env, settings) else {
        return;
    };
    let record = desk.client.record(&env.path("terminal"));
    let bytes = || String::from_utf8_lossy(&fs::read(&record).unwrap_or_default()).into_owned();
    let pane = desk.window();
    let keeps_back = desk.keeps_back();
    desk.asks(&pane, "kept back");
    wait_until("the command was told", || desk.told().len() == 1);
    desk.let_through();
    desk.asks(&pane, "it; passes");
    let text = "claude in work:1.0 wants approval: Bash: it; passes";
    let sequences = [
        format!("\u{1b}]9;{text}\u{7}"),
        format!(
            "\u{1b}]777;notify;pane-patrol;{}\u{7}",
            text.replace(';', ",")
        ),
        format!("\u{1b}]99;;{text}\u{1b}\\"),
    ];
    for sequence in &sequences {
        until("the terminal got it", || {
            bytes().contains(sequence).then_some(())
        });
    }
    assert_eq!(bytes().contains("kept back"), !keeps_back);
}

#[test]
fn the_desktop_is_told_by_its_own_program() {
    let env = TestEnv::new();
    let programs = env.path("programs");
    private_folder(&programs);
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$HOME/shown\"\n";
    write_program(&programs.join("notify-send"), script);
    let settings = "waiting_approval = ['desktop', 'command']";
    let Some(desk) = Desk::with_programs(&env, settings, &programs) else {
        return;
    };
    let pane = desk.window();
    desk.asks(&pane, "--help");
    wait_until("the command was told after it", || !desk.told().is_empty());
    let shown = fs::read_to_string(env.home().join("shown")).expect("it was run");
    let text = "claude in work:1.0 wants approval: Bash: --help";
    assert_eq!(
        shown,
        format!("--app-name=pane-patrol\n--\npane-patrol\n{text}\n")
    );
}

#[test]
fn a_request_that_means_something_to_tmux_or_a_terminal_is_shown_as_it_is() {
    let env = TestEnv::new();
    let settings = "waiting_approval = ['tmux', 'osc9', 'osc777', 'osc99', 'command']";
    let Some(desk) = Desk::new(&env, settings) else {
        return;
    };
    desk.let_through();
    desk.server.run(&["set-option", "-g", "display-time", "0"]);
    let record = desk.client.record(&env.path("terminal"));
    let bytes = || String::from_utf8_lossy(&fs::read(&record).unwrap_or_default()).into_owned();
    let pane = desk.window();
    for request in [
        "x#(touch P)",
        "a#{pid}b",
        "#{?1,b,c}",
        "semi;",
        r"semi\;",
        "$(touch P)",
        "`touch P`",
        "-dash",
        "#[fg=red]red",
        "##[fg=red]red",
        "## #(touch P) #",
        "%H%M 100%",
        "'\"\\",
        "a,b}",
        "4;3;50",
    ] {
        desk.asks(&pane, request);
        let text = format!("claude in work:1.0 wants approval: Bash: {request}");
        desk.client.wait_for(&text);
        let sequences = [
            format!("\u{1b}]9;{text}\u{7}"),
            format!(
                "\u{1b}]777;notify;pane-patrol;{}\u{7}",
                text.replace(';', ",")
            ),
            format!("\u{1b}]99;;{text}\u{1b}\\"),
        ];
        for sequence in &sequences {
            until("the terminal got it", || {
                bytes().contains(sequence).then_some(())
            });
        }
        // While a message stands tmux passes nothing on; a key ends it.
        desk.client.press(&["Space"]);
        wait_until("the message is gone", || {
            !desk.client.screen().contains(&text)
        });
    }
    assert!(!env.home().join("P").exists());
}
