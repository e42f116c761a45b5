//! The one way in which Zellij's program is started.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pane_patrol_hooks::text::one_line;

use super::alone::{Alone, NAME};
use super::quoted;
use super::socket::Answering;
use crate::diagnostics::{self, Part};
use crate::mux::{Gone, Outcome, Undone};
use crate::sys::child::{self, ANSWER, Group, Kept, ours, printed};

/// Most of what it complains of that is read, in bytes.
const COMPLAINT: usize = 4096;

/// Longest of its words that are passed on, in characters.
const MAX_WORDS: usize = 200;

/// The first version that can be told to go to a pane.
const OLDEST: [u32; 3] = [0, 44, 1];

/// What it says of a pane that is not there.
const NO_SUCH_PANE: &str = "not found";

/// What it says where nothing is to be done.
const ALREADY: &str = "already focused";

/// What `zellij attach` takes for something else than a name.
const COMMANDS_OF_ATTACH: [&str; 2] = ["help", "options"];

/// Where its sockets are is said by this alone.
const SOCKETS: &str = "ZELLIJ_SOCKET_DIR";

/// Has the session do something, within that time at most, and gives what was printed. That it has been done
/// nobody knows before having looked.
pub(super) fn act(server: &Answering, words: &[&OsStr], within: Duration) -> Outcome<Vec<u8>> {
    let what = || {
        // Of what it is told only the action: there may be text for an assistant behind it.
        let action = words.first().copied().unwrap_or_default();
        format!("zellij action {} in {}", action.display(), server.name())
    };
    diagnostics::timed(Part::Mux, what, || {
        let alone = alone(server)?;
        let mut command = program(alone.folder());
        command.args(["-s", NAME, "action"]).args(words);
        run(command, &server.name(), within)
    })
}

/// What the program says of its version; `None` where it does not answer.
pub(super) fn version(within: Duration) -> Option<String> {
    version_of(ours("zellij", Kept::NOTHING), within)
}

/// The same of the program as it would be started so.
pub(super) fn version_of(mut command: Command, within: Duration) -> Option<String> {
    let printed = printed(command.arg("--version"), ANSWER, Instant::now() + within)?;
    Some(one_line(&String::from_utf8_lossy(&printed), MAX_WORDS))
}

/// Whether a program that says so of its version lacks what is asked of it here.
pub(super) fn is_too_old(version: &str) -> bool {
    let numbers = numbers(version);
    numbers.is_some_and(|numbers| numbers[..] < OLDEST[..])
}

pub(super) fn numbers(version: &str) -> Option<Vec<u32>> {
    let numbers = version.rsplit(' ').next().unwrap_or_default().split('.');
    numbers.map(|number| number.parse().ok()).collect()
}

/// What it has for settings where the person has none; `None` where it does not answer.
pub(crate) fn usual_settings(within: Duration) -> Option<String> {
    let mut command = ours("zellij", Kept::NOTHING);
    command.args(["setup", "--dump-config"]);
    let printed = printed(&mut command, ANSWER, Instant::now() + within)?;
    String::from_utf8(printed).ok()
}

/// The version, with what is to be said of one that lacks what is asked of it here.
pub(super) fn judged(version: &str) -> String {
    if is_too_old(version) {
        return format!("{version}, which is too old: pane-patrol needs Zellij 0.44.1 or newer");
    }
    version.to_owned()
}

/// The program as the person would start it on this terminal to be at that session.
pub(super) fn attach(server: &Answering) -> Outcome<Command> {
    let name = server.path.file_name().unwrap_or_default();
    if !can_be_named(name) {
        let name = quoted(&server.name());
        return Err(Undone::Refused(format!(
            "`zellij attach` cannot be told of a session called {name}: give it another name"
        )));
    }
    let mut command = child::persons("zellij");
    if let Some(sockets) = Path::new(&server.session.folder).parent() {
        command.env(SOCKETS, sockets);
    }
    // Inside of a session it refuses to begin another one.
    for variable in ["ZELLIJ", "ZELLIJ_SESSION_NAME", "ZELLIJ_PANE_ID"] {
        command.env_remove(variable);
    }
    command.arg("attach").arg(name);
    Ok(command)
}

/// Whether it is taken for a name there. What stands behind `--` is taken for a program to run, and for no name.
fn can_be_named(name: &OsStr) -> bool {
    let is_option = name.as_encoded_bytes().starts_with(b"-");
    !is_option && !COMMANDS_OF_ATTACH.iter().any(|command| name == *command)
}

fn program(sockets: &Path) -> Command {
    asking(ours("zellij", Kept::NOTHING), sockets)
}

fn asking(mut command: Command, sockets: &Path) -> Command {
    command.env(SOCKETS, sockets).env("LC_ALL", "C.UTF-8");
    command
}

/// The program that prints what the pane shows, again and again, until nobody reads it; the system ends it with the
/// thread that starts it.
pub(super) fn subscription(alone: &Alone, number: u32) -> Command {
    let mut command = asking(child::tied("zellij", Kept::NOTHING), alone.folder());
    command.args(["-s", NAME, "subscribe", "--pane-id"]);
    command.arg(pane_word(number));
    command.args(["--format", "json", "--ansi"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The program that prints a line for what happens there, until nobody reads it; the system ends it with the thread that
/// starts it.
pub(super) fn events(alone: &Alone) -> Command {
    let mut command = asking(child::tied("zellij", Kept::NOTHING), alone.folder());
    command.args(["-s", NAME, "events"]);
    command.stdout(Stdio::piped());
    command
}

/// The folder with that session alone.
pub(super) fn alone(server: &Answering) -> Outcome<Alone> {
    Alone::with(&server.path).map_err(|error| unlinked(server, &error))
}

fn unlinked(server: &Answering, error: &io::Error) -> Undone {
    match error.kind() {
        io::ErrorKind::NotFound if !server.path.exists() => Undone::Gone(Gone::Server),
        _ => {
            let socket = server.path.display();
            Undone::Refused(format!(
                "could not make a folder for a link to {socket}: {error}"
            ))
        }
    }
}

fn run(mut command: Command, session: &str, within: Duration) -> Outcome<Vec<u8>> {
    let deadline = Instant::now() + within;
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = Group::start(&mut command).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Undone::Refused("Zellij is not installed (no `zellij` on PATH)".to_owned())
        }
        _ => Undone::Refused(format!("zellij could not be started: {error}")),
    });
    let mut child = child?;
    let late = || late(session, within);
    let unreadable = |error: io::Error| Undone::Unknown(format!("zellij: {error}"));
    let read = child
        .outputs((ANSWER, COMPLAINT), deadline)
        .map_err(unreadable)?;
    let status = child.wait(deadline).map_err(unreadable)?;
    let status = status.ok_or_else(late)?;
    let said = one_line(&String::from_utf8_lossy(&read.stderr), MAX_WORDS);
    match status.code() {
        Some(0) => Ok(read.stdout),
        _ if said.contains(ALREADY) => Ok(read.stdout),
        _ if said.contains(NO_SUCH_PANE) && said.contains("Pane") => Err(Undone::Gone(Gone::Pane)),
        // Under load it says so of a session that is there.
        _ if said.contains("no active session") => Err(late()),
        _ if said.is_empty() => Err(Undone::Unknown(format!("zellij: {status}"))),
        _ => Err(Undone::Refused(format!("zellij: {said}"))),
    }
}

/// Said where the time is up.
pub(super) fn late(session: &str, within: Duration) -> Undone {
    let session = quoted(session);
    let within = Duration::from_millis(u64::try_from(within.as_millis()).unwrap_or(u64::MAX));
    Undone::Unknown(format!(
        "Zellij's session {session} did not answer within {within:?}"
    ))
}

/// Words for [`act`].
pub(super) fn words<const N: usize>(words: [&str; N]) -> Vec<&OsStr> {
    words.into_iter().map(OsStr::new).collect()
}

/// A pane as it is named to Zellij.
pub(super) fn pane_word(number: u32) -> OsString {
    format!("terminal_{number}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_zellij_would_take_for_something_else_than_a_session_is_not_said_to_it() {
        for name in ["my work", "ünï 'q\"", "a-b", "option"] {
            assert!(can_be_named(name.as_ref()), "{name}");
        }
        for name in ["-dash", "--", "options", "help"] {
            assert!(!can_be_named(name.as_ref()), "{name}");
        }
    }

    #[test]
    fn a_version_that_lacks_what_is_asked_is_said_to() {
        for (version, is_old) in [
            ("zellij 0.43.9", true),
            ("zellij 0.44.0", true),
            ("zellij 0.44.1", false),
            ("zellij 0.45.1", false),
            ("zellij 1.0.0", false),
            ("zellij", false),
        ] {
            assert_eq!(judged(version).contains("too old"), is_old, "{version}");
        }
    }
}
