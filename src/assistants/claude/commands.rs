//! The commands that Claude Code runs, read from its shells: a shell of its Bash tool is started with
//! `-c "… && eval '<command>' …"`. Only Linux tells; elsewhere nothing is known to run.

use std::time::Duration;

use pane_patrol_hooks::adapter::summary_of;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::process::{self as processes, command_line};
use serde_json::json;

use crate::state::Command;
use crate::sys::process::{children_of, stat};

/// Longest command line that is looked at, in bytes.
const MAX_LINE: u64 = 256 * 1024;

/// What stands before the command in what its shell is told.
const BEFORE: &str = "&& eval ";

/// The moment in which a process began is known no better than this.
const GRAIN: Duration = Duration::from_millis(30);

/// All that process `pid` runs at this moment, `now`.
pub(crate) fn run_by(pid: u32, now: Timestamp) -> Vec<Command> {
    let commands = shells_of(pid, now).into_iter().filter_map(|(told, began)| {
        let line = line_of(&told)?;
        Some(Command { line, began })
    });
    commands.collect()
}

/// Whether process `pid` runs just this command, to its last character, since `since` or later. Claude
/// Code hands a command with a pipe to its shell in another form; then nothing is known.
pub(crate) fn is_run_by(pid: u32, command: &str, since: Timestamp) -> bool {
    let earliest = since.minus(GRAIN);
    let is_it = |told: &str| command_of(told).is_some_and(|own| own == command);
    let shells = shells_of(pid, Timestamp::now());
    shells
        .iter()
        .any(|(told, began)| *began >= earliest && is_it(told))
}

/// What each shell below `pid` was told, and when it began.
fn shells_of(pid: u32, now: Timestamp) -> Vec<(String, Timestamp)> {
    let Some(up) = up_time() else {
        return Vec::new();
    };
    let shells = children_of(pid).into_iter().filter_map(|child| {
        let told = told(child)?;
        let began = stat(child)?.start;
        let hertz = rustix::param::clock_ticks_per_second().max(1);
        let began = Duration::from_millis(began.checked_mul(1000)? / hertz);
        Some((told, now.minus(up.saturating_sub(began))))
    });
    shells.collect()
}

/// How long the system has been up; the clock that process starts are counted by.
fn up_time() -> Option<Duration> {
    let text = String::from_utf8(processes::told("uptime", 4096)?).ok()?;
    let seconds = text.split_ascii_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// What a process was told with `-c`.
fn told(pid: u32) -> Option<String> {
    let line = command_line(pid, MAX_LINE)?;
    let mut arguments = line.split(|byte| *byte == 0).skip(1);
    let is_flag = |argument: &&[u8]| argument.starts_with(b"-") && argument.ends_with(b"c");
    arguments.find(is_flag)?;
    String::from_utf8(arguments.next()?.to_vec()).ok()
}

/// The command in what a shell of Claude's was `told`, as the events about its tool call have it.
pub fn line_of(told: &str) -> Option<String> {
    summary_of("Bash", &json!({"command": command_of(told)?}), "")
}

/// The command in what a shell was `told`, as it is.
fn command_of(told: &str) -> Option<String> {
    let (_, rest) = told.split_once(BEFORE)?;
    first_word(rest)
}

/// The first word of a shell's command, without its quotes; `None` when it does not end.
fn first_word(text: &str) -> Option<String> {
    let mut word = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next() {
            None | Some(' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>') => return Some(word),
            Some('\\') => word.push(letters.next()?),
            Some('\'') => loop {
                match letters.next()? {
                    '\'' => break,
                    letter => word.push(letter),
                }
            },
            Some('"') => loop {
                match letters.next()? {
                    '"' => break,
                    '\\' => match letters.next()? {
                        letter @ ('"' | '\\' | '$' | '`') => word.push(letter),
                        '\n' => {}
                        letter => word.extend(['\\', letter]),
                    },
                    letter => word.push(letter),
                }
            },
            Some(letter) => word.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_read_out_of_what_its_shell_is_told() {
        let told = |quoted: &str| {
            format!(
                "source /home/user/.claude/shell-snapshots/snapshot-bash-1.sh 2>/dev/null || true \
                 && shopt -u extglob 2>/dev/null || true && eval {quoted} < /dev/null && pwd -P >| /tmp/x"
            )
        };
        for (quoted, line) in [
            ("'touch one && sleep 12'", "touch one && sleep 12"),
            (r#"'echo '"'"'a'"'"' b'"#, "echo 'a' b"),
            (r"'echo '\''a'\'' b'", "echo 'a' b"),
            (r#""echo \"\$HOME\" \n '""#, r#"echo "$HOME" \n '"#),
            ("'set -e\n\nmake all'", "set -e …"),
            ("ls", "ls"),
            ("'a && eval b'", "a && eval b"),
        ] {
            assert_eq!(line_of(&told(quoted)).as_deref(), Some(line), "{quoted}");
        }
        for other in ["ls", "true && eval 'no end", "&& eval ''"] {
            assert_eq!(line_of(other), None, "{other}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_shell_that_runs_below_this_process_is_found_with_its_beginning() {
        let mut child = std::process::Command::new("/bin/sh")
            .args(["-c", "true && eval 'read one' && true"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let before = Timestamp::now().minus(Duration::from_secs(60));
        let own = std::process::id();
        let mine = |command: &Command| command.line == "read one";
        let found = loop {
            let commands = run_by(own, Timestamp::now());
            if let Some(found) = commands.into_iter().find(mine) {
                break found;
            }
            assert!(child.try_wait().unwrap().is_none(), "it waits for a line");
        };
        assert!(found.began > before && found.began <= Timestamp::now());
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(!run_by(own, Timestamp::now()).iter().any(mine));
    }
}
