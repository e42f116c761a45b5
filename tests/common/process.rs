//! Running a program to its end, with a limit after which it counts as hung.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc;

use rustix::process::{Pid, Signal, kill_process};

use super::PATIENCE;

/// A program that came to its end by itself.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
    /// Whether it took all of its stdin: false when writing ended in a broken pipe.
    pub took_stdin: bool,
}

impl Finished {
    /// Asserts exit status 0 and not a byte of output.
    pub fn assert_silent_success(&self) {
        let quiet = self.stdout.is_empty() && self.stderr.is_empty();
        assert!(self.status.code() == Some(0) && quiet, "{self:?}");
    }
}

/// The arguments of each program that the process has started and that runs.
pub fn children_of(pid: u32) -> Vec<Vec<String>> {
    let listed = finish(Command::new("ps").args(["-A", "-o", "ppid=,stat=,args="]));
    let lines = listed.stdout.lines().map(|line| {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        words
    });
    let is_its = |words: &Vec<String>| {
        let [parent, state, ..] = &words[..] else {
            return false;
        };
        *parent == pid.to_string() && !state.starts_with('Z')
    };
    lines.filter(is_its).collect()
}

/// Runs `command` with an empty stdin. Panics when it takes longer than [`PATIENCE`].
pub fn finish(command: &mut Command) -> Finished {
    finish_with_stdin(command, b"")
}

/// Runs `command` with `stdin`, which is closed at its end. Panics when it takes longer than [`PATIENCE`].
pub fn finish_with_stdin(command: &mut Command, stdin: &[u8]) -> Finished {
    let (child, mut pipe) = started(command);
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || pipe.write_all(stdin).is_ok());
        let mut finished = wait(child);
        finished.took_stdin = writer.join().expect("writing does not panic");
        finished
    })
}

/// Starts `command` with pipes on all sides; its stdin stays open until it is dropped.
pub fn started(command: &mut Command) -> (Child, ChildStdin) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    let stdin = child.stdin.take().expect("stdin is a pipe");
    (child, stdin)
}

/// Waits for `child`; kills it and panics when that takes longer than [`PATIENCE`].
pub fn wait(child: Child) -> Finished {
    let pid = Pid::from_child(&child);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(PATIENCE) else {
        let _ = kill_process(pid, Signal::KILL);
        panic!("the program hung");
    };
    let output = output.expect("the program can be waited for");
    Finished {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took_stdin: true,
    }
}
