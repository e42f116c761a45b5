//! Panes of assistants that tell of themselves unasked, read by the pane's pipe: who is read, for how long, and that
//! the person's own pipe always comes first.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::PathBuf;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::common::{Collector, TestEnv, Tmux, finish, lines_so_far, wait_until, write_program};

const WANTED: &str = "[witness]\ncodex_pipe = true\n";

/// Writes each word that is typed as a status record, the way Codex does, until `quit`.
const CODEX: &str = r#"#!/bin/sh
stty -echo
while read -r words && [ "$words" != quit ]; do
  printf '\033[?2026l\033]7501;state=%s:app=codex\033\\\033[?2026h%s\n' "$words" "$words"
done
"#;

/// Whether the pane has a pipe, and whether that was ours once.
const PIPE: &str = "#{pane_pipe} #{@pane_patrol_tap}";

struct Stage<'a> {
    env: &'a TestEnv,
    tmux: Tmux<'a>,
    codex: PathBuf,
}

impl<'a> Stage<'a> {
    fn open(env: &'a TestEnv) -> Option<Self> {
        env.configure(WANTED);
        let tmux = Tmux::start(env, "work")?;
        let codex = env.home().join("bin/codex");
        fs::create_dir_all(env.home().join("bin")).expect("ours");
        write_program(&codex, CODEX);
        Some(Self { env, tmux, codex })
    }

    fn collect(&self) -> Collector<'a> {
        Collector::start_in(self.env, &self.tmux)
    }

    /// A new pane with Codex in it, and something else after that.
    fn codex(&self) -> String {
        let command = format!("'{}'; exec cat", self.codex.display());
        self.tmux.window("work", &command)
    }

    /// The same, that is read.
    fn read_codex(&self) -> String {
        let pane = self.codex();
        self.until_read(&pane);
        pane
    }

    fn says(&self, pane: &str, words: &str) {
        self.tmux
            .run(&["send-keys", "-t", pane, "-l", &format!("{words}\n")]);
    }

    /// The processes that read panes, and which pane each reads.
    fn taps(&self) -> Vec<(String, String)> {
        let listed = finish(std::process::Command::new("ps").args([
            "--ppid",
            &self.tmux.ask("#{pid}"),
            "-o",
            "pid=,args=",
        ]));
        let lines = listed.stdout.lines().filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let is_tap = words.get(2) == Some(&"tap");
            is_tap.then(|| (words[0].to_owned(), words[words.len() - 1].to_owned()))
        });
        lines.collect()
    }

    fn reader_of(&self, pane: &str) -> (String, String) {
        let mut taps = self.taps().into_iter();
        taps.find(|(_, read)| read == pane).expect("it is read")
    }

    fn is_read(&self, pane: &str) -> bool {
        self.taps().iter().any(|(_, read)| read == pane)
    }

    fn until_read(&self, pane: &str) {
        wait_until(&format!("{pane} is read"), || self.is_read(pane));
    }

    fn until_pipe(&self, pane: &str, is: &str) {
        let ask = ["display-message", "-p", "-t", pane, PIPE];
        wait_until(&format!("{pane} has `{is}`"), || self.tmux.run(&ask) == is);
    }

    /// Whoever collects has looked at all that happened before: a pane that comes later is read.
    fn until_looked_at(&self) {
        self.read_codex();
    }

    fn logs(&self, pane: &str, flag: &[&str], log: &str) -> PathBuf {
        let log = self.env.path(log);
        let command = format!("exec cat >>'{}'", log.display());
        let words = [&["pipe-pane"], flag, &["-t", pane, &command]].concat();
        self.tmux.run(&words);
        log
    }
}

fn kill(pid: &str) {
    let pid = pid.parse().ok().and_then(Pid::from_raw);
    kill_process(pid.expect("a process"), Signal::KILL).expect("ours");
}

fn state_of(rows: &[Value], pane: &str) -> String {
    let row = rows.iter().find(|row| row["pane"] == pane);
    row.map_or("", |row| row["state"].as_str().unwrap_or(""))
        .to_owned()
}

fn until_state(collector: &Collector<'_>, pane: &str, state: &str) {
    collector.until(&format!("{pane} is {state}"), |rows| {
        state_of(rows, pane) == state
    });
}

#[test]
fn what_codex_says_of_itself_is_its_row_as_long_as_it_runs_in_front() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = stage.collect();
    let pane = stage.read_codex();
    stage.until_pipe(&pane, "1 1");
    for (says, state) in [
        ("idle", "idle"),
        ("working", "running"),
        ("blocked:kind=permission", "waiting_approval"),
        ("working", "running"),
        ("idle", "idle"),
        ("working", "running"),
        ("blocked:kind=question", "waiting_input"),
        ("working", "running"),
        ("done", "completed"),
        ("working", "running"),
        ("error", "error"),
    ] {
        stage.says(&pane, says);
        until_state(&collector, &pane, state);
    }
    assert!(
        !stage.is_read("%0"),
        "nothing that is to be read runs there"
    );
    stage.says(&pane, "quit");
    wait_until("nothing is read", || stage.taps().is_empty());
    stage.until_pipe(&pane, "0 ");
}

#[test]
fn a_pipe_of_the_persons_is_left_alone_and_hers_when_she_takes_it() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let (before, toggled) = (stage.codex(), stage.codex());
    let logs = [
        stage.logs(&before, &[], "before"),
        stage.logs(&toggled, &["-o"], "toggled"),
    ];
    let mut collector = stage.collect();
    let (taken, plain) = (stage.read_codex(), stage.read_codex());
    // Hers comes instead of ours.
    let taken_log = stage.logs(&taken, &["-O"], "taken");
    let plain_log = stage.logs(&plain, &[], "plain");
    wait_until("ours are gone", || stage.taps().is_empty());
    let all = [&before, &toggled, &taken, &plain];
    for pane in all {
        stage.says(pane, "working");
    }
    stage.until_looked_at();
    let logs = logs.into_iter().chain([taken_log, plain_log]);
    let logs: Vec<PathBuf> = logs.collect();
    for log in &logs {
        wait_until("hers is written on", || lines_so_far(log).len() == 1);
    }
    for (pane, pipe) in [
        (&before, "1 "),
        (&toggled, "1 "),
        (&taken, "1 taken"),
        (&plain, "1 taken"),
    ] {
        assert!(!stage.is_read(pane));
        stage.until_pipe(pane, pipe);
    }
    // Nobody stops hers: not who ends, and not who comes next.
    collector.signal(Signal::TERM);
    collector.wait();
    let _collector = stage.collect();
    wait_until("one is read again", || stage.taps().len() == 1);
    for (pane, log) in all.into_iter().zip(&logs) {
        stage.says(pane, "done");
        wait_until("hers is written on", || lines_so_far(log).len() == 2);
    }
}

#[test]
fn a_toggle_that_closes_ours_is_the_persons_word() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let mut collector = stage.collect();
    let pane = stage.read_codex();
    let log = stage.logs(&pane, &["-o"], "log");
    wait_until("ours is gone", || stage.taps().is_empty());
    stage.until_pipe(&pane, "0 taken");
    stage.says(&pane, "working");
    stage.until_looked_at();
    collector.signal(Signal::KILL);
    collector.wait();
    let collector = stage.collect();
    stage.until_looked_at();
    assert!(!stage.is_read(&pane));
    stage.until_pipe(&pane, "0 taken");
    let doctor = finish(
        env.pane_patrol()
            .arg("doctor")
            .env("TMUX", stage.tmux.variable()),
    );
    let back = format!("tmux set-option -p -u -t {pane} @pane_patrol_tap");
    assert!(doctor.stdout.contains(&back), "{doctor:?}");
    // The second press is the first of hers, the third closes that.
    stage.logs(&pane, &["-o"], "log");
    stage.says(&pane, "done");
    wait_until("hers is written", || lines_so_far(&log).len() == 1);
    stage.logs(&pane, &["-o"], "log");
    stage.until_looked_at();
    assert!(!stage.is_read(&pane));
    // What doctor says has it read again, by whoever collects.
    let words: Vec<&str> = back.split(' ').skip(1).collect();
    stage.tmux.run(&words);
    stage.until_read(&pane);
    stage.until_pipe(&pane, "1 1");
    stage.says(&pane, "blocked:kind=question");
    until_state(&collector, &pane, "waiting_input");
}

#[test]
fn a_reader_that_is_killed_is_replaced_as_soon_as_the_pipe_is_free() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = stage.collect();
    let (pane, taken) = (stage.read_codex(), stage.read_codex());
    for (pid, _) in stage.taps() {
        kill(&pid);
    }
    wait_until("nothing is read", || stage.taps().is_empty());
    // tmux sees that nobody reads when there is something to read. In the other pane she is quicker.
    let log = stage.logs(&taken, &[], "log");
    stage.says(&pane, "working");
    stage.until_read(&pane);
    stage.says(&pane, "done");
    until_state(&collector, &pane, "completed");
    stage.says(&taken, "working");
    wait_until("hers is written", || lines_so_far(&log).len() == 1);
    stage.until_looked_at();
    assert!(!stage.is_read(&taken));
    stage.says(&taken, "done");
    wait_until("hers is written on", || lines_so_far(&log).len() == 2);
}

#[test]
fn a_reader_that_is_killed_while_nothing_is_drawn_is_replaced_and_until_then_doctor_says_so() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let mut collector = stage.collect();
    // What she has logged since before reads something else, and so does ours of another pane.
    stage.logs("%0", &[], "log");
    stage.read_codex();
    let pane = stage.read_codex();
    for times in 1..3 {
        let (pid, _) = stage.reader_of(&pane);
        kill(&pid);
        wait_until(&format!("{pane} is read again, {times}"), || {
            stage
                .taps()
                .iter()
                .any(|(other, read)| *read == pane && *other != pid)
        });
        stage.until_pipe(&pane, "1 1");
    }
    stage.says(&pane, "blocked:kind=question");
    until_state(&collector, &pane, "waiting_input");
    // Where nobody collects it stays as it is.
    collector.signal(Signal::KILL);
    collector.wait();
    let (pid, _) = stage.reader_of(&pane);
    kill(&pid);
    let doctor = finish(
        env.pane_patrol()
            .arg("doctor")
            .env("TMUX", stage.tmux.variable()),
    );
    let said = format!("not in {pane}, whose reader has gone");
    assert!(doctor.stdout.contains(&said), "{doctor:?}");
}

#[test]
fn what_a_killed_collector_has_left_ends_where_nobody_takes_its_place() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let mut collector = stage.collect();
    let pane = stage.read_codex();
    collector.signal(Signal::KILL);
    collector.wait();
    wait_until("nothing is read", || stage.taps().is_empty());
    stage.until_pipe(&pane, "0 ");
}

#[test]
fn it_goes_where_the_pane_goes() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let collector = stage.collect();
    let pane = stage.read_codex();
    let taps = stage.taps();
    let tmux = &stage.tmux;
    tmux.run(&["new-session", "-d", "-s", "other", "cat"]);
    let moves: [&[&str]; 3] = [
        &["join-pane", "-d", "-s", &pane, "-t", "work:0"],
        &["break-pane", "-d", "-s", &pane],
        &["join-pane", "-d", "-s", &pane, "-t", "other:0"],
    ];
    for (words, (says, state)) in moves.into_iter().zip([
        ("working", "running"),
        ("blocked:kind=permission", "waiting_approval"),
        ("done", "completed"),
    ]) {
        tmux.run(words);
        stage.says(&pane, says);
        until_state(&collector, &pane, state);
    }
    assert_eq!(stage.taps(), taps);
}

#[test]
fn nothing_is_left_of_a_pane_or_a_server_that_is_killed() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let _collector = stage.collect();
    let (first, second) = (stage.read_codex(), stage.read_codex());
    stage.tmux.run(&["kill-pane", "-t", &first]);
    wait_until("only one is read", || {
        let taps = stage.taps();
        taps.len() == 1 && taps[0].1 == second
    });
    let pid: u32 = stage.taps()[0].0.parse().expect("a number");
    kill(&stage.tmux.ask("#{pid}"));
    wait_until("its reader has ended", || {
        !fs::exists(format!("/proc/{pid}")).expect("it tells")
    });
}

#[test]
fn what_a_killed_collector_has_left_goes_on_for_the_next_one_and_ends_with_that() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let mut collector = stage.collect();
    let pane = stage.read_codex();
    stage.says(&pane, "blocked:kind=permission");
    until_state(&collector, &pane, "waiting_approval");
    let taps = stage.taps();
    collector.signal(Signal::KILL);
    collector.wait();
    let mut collector = stage.collect();
    // What it has read before is said again.
    until_state(&collector, &pane, "waiting_approval");
    stage.until_looked_at();
    assert_eq!(stage.taps()[..1], taps);
    assert_eq!(stage.taps().len(), 2);
    collector.signal(Signal::TERM);
    collector.wait();
    wait_until("nothing is read", || stage.taps().is_empty());
    stage.until_pipe(&pane, "0 ");
}

#[test]
fn where_it_is_wanted_no_more_the_next_collector_ends_it() {
    let env = TestEnv::new();
    let Some(stage) = Stage::open(&env) else {
        return;
    };
    let mut collector = stage.collect();
    let pane = stage.read_codex();
    collector.signal(Signal::KILL);
    collector.wait();
    env.configure("");
    let collector = stage.collect();
    wait_until("nothing is read", || stage.taps().is_empty());
    stage.until_pipe(&pane, "0 ");
    // By the time that another one has a row, it would be read.
    let other = stage.codex();
    collector.until("both are known", |rows| rows.len() == 2);
    let held = finish(
        env.pane_patrol()
            .arg("doctor")
            .env("TMUX", stage.tmux.variable()),
    );
    assert!(held.stdout.contains("codex_pipe = true"), "{held:?}");
    assert!(stage.taps().is_empty());
    stage.until_pipe(&other, "0 ");
}
