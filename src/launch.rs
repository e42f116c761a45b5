//! Starting and stopping assistants: which launchers there are, and what tmux and the system are
//! asked to do. Pure but for what is asked through the functions that are handed in.
//!
//! An assistant is stopped politely: its own process is asked to end, and only if that process is
//! certainly the one in the row's pane. A number alone proves nothing: it may come from a container,
//! or have been given to another program since.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use pane_patrol_hooks::target::PaneId;
use pane_patrol_hooks::text::one_line;
use serde::Deserialize;

use crate::mux::tmux::jump::{Ask, Refusal};
use crate::mux::tmux::{Call, Format};
use crate::state::Row;
use crate::sys::shell::{self, HoldsNul};

/// Assistants that are offered, when they are found, while the settings name no launcher.
const KNOWN: &[&str] = &["claude", "codex", "gemini", "opencode", "copilot", "qwen"];

/// tmux quietly starts a program at home where it finds no folder. If this one is there at all, the
/// program is in it, whatever this version of tmux makes of the folder's name.
const GO_THERE: &str = "case $1 in /*) cd -- \"$1\" 2>/dev/null;; esac; shift\n";

/// Longest name of a window, in characters.
const MAX_NAME_CHARS: usize = 100;

/// What a new window says when its command has failed, before it goes: without it nobody would see why.
/// An end by a signal was wanted by somebody.
const HOLD: &str = "\nstatus=$?; [ \"$status\" -eq 0 ] || [ \"$status\" -gt 128 ] || { \
    printf '\\n[pane-patrol] it ended with status %s; Enter closes this pane ' \"$status\"; read -r _; }";

/// `[[launcher]]`: one way to start an assistant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launcher {
    /// What it is called, here and as the name of its window.
    pub name: String,
    /// A shell command; `{cwd}` and `{name}` stand for the folder and the name, quoted.
    pub command: String,
    /// Where it starts: an absolute path, or one below home with `~/`; otherwise where the person is.
    pub folder: Option<String>,
}

/// The launchers of the settings, else one for each known assistant that `is_there` on PATH.
pub fn launchers(configured: &[Launcher], is_there: impl Fn(&str) -> bool) -> Vec<Launcher> {
    if !configured.is_empty() {
        return configured.to_vec();
    }
    let found = KNOWN.iter().filter(|name| is_there(name));
    found
        .map(|&name| Launcher {
            name: name.to_owned(),
            command: name.to_owned(),
            folder: None,
        })
        .collect()
}

/// Where a new window is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The session it belongs to, for example `$0`; `None`: whichever the server has, or a new one.
    pub session: Option<String>,
    /// Whether it comes to the front of its session at once.
    pub in_front: bool,
    /// The person's home.
    pub home: Option<OsString>,
    /// The folder, unless the launcher names one.
    pub cwd: OsString,
    /// `PATH`: the server may have been started with another one.
    pub path: Option<OsString>,
}

impl Launcher {
    fn folder(&self, site: &Site) -> OsString {
        match (&self.folder, &site.home) {
            (Some(folder), Some(home)) if folder == "~" => home.clone(),
            (Some(folder), Some(home)) if folder.starts_with("~/") => {
                Path::new(home).join(&folder[2..]).into()
            }
            (Some(folder), _) => folder.into(),
            (None, _) => site.cwd.clone(),
        }
    }

    /// The command with everything filled in, for a shell that has the folder as its first argument.
    fn script(&self, folder: &OsStr) -> Result<OsString, HoldsNul> {
        // In a shell of its own, so that an `exit` in it is not the end of what follows.
        let mut script = OsString::from(GO_THERE);
        script.push("(");
        let mut rest = self.command.as_str();
        // From left to right, so that a folder that holds `{name}` is left as it is.
        while let Some(at) = rest.find('{') {
            script.push(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("{cwd}") {
                script.push(shell::word(folder)?);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("{name}") {
                script.push(shell::word(&self.name)?);
                rest = after;
            } else {
                script.push("{");
                rest = &rest[1..];
            }
        }
        script.push(rest);
        script.push("\n)");
        script.push(HOLD);
        Ok(script)
    }

    /// The tmux command that starts it and prints where; `fresh`: in a session of its own.
    fn call(&self, site: &Site, fresh: bool) -> Result<Call, HoldsNul> {
        let folder = self.folder(site);
        let mut call = if fresh {
            // The server begins with it, and gives what it gets to everything that runs in it.
            Call::new("new-session").for_person()
        } else {
            Call::new("new-window")
        };
        if fresh || !site.in_front {
            call = call.flag("-d");
        }
        let place = Format::own("#{pane_id} #{session_name}:#{window_index}.#{pane_index}");
        call = call.flag("-P").format("-F", &place);
        call = call.format("-c", &Format::text(&folder));
        call = call.format("-n", &Format::text(one_line(&self.name, MAX_NAME_CHARS)));
        if let Some(path) = &site.path {
            let mut variable = OsString::from("PATH=");
            variable.push(path);
            call = call.option("-e", variable);
        }
        if let (Some(session), false) = (&site.session, fresh) {
            call = call.target(format!("{session}:"));
        }
        // As words of its own it is run as it stands, whatever the person's shell is.
        let script = self.script(&folder)?;
        let words = ["sh", "-c"].into_iter().fold(call, Call::operand);
        Ok(words.operand(script).operand("sh").operand(folder))
    }
}

/// What was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its pane, for example `%7`.
    pub pane: String,
    /// The pane's address, for example `work:3.0`.
    pub target: String,
}

/// Starts an assistant in a new window; where no server runs, in a new session.
///
/// # Errors
/// Says why tmux did not start it.
pub fn start(
    launcher: &Launcher,
    site: &Site,
    socket: &Path,
    ask: Ask<'_>,
) -> Result<Started, String> {
    let run = |fresh: bool| {
        let call = launcher.call(site, fresh);
        let call = call.map_err(|error| Refusal::Other(error.to_string()))?;
        ask(socket, &call)
    };
    let answer = match run(false) {
        Err(Refusal::NoServer) => run(true),
        other => other,
    };
    let printed = match answer {
        Ok(printed) => String::from_utf8_lossy(&printed).into_owned(),
        Err(Refusal::NoServer) => return Err("tmux could not be started".to_owned()),
        Err(Refusal::Other(why)) => return Err(why),
    };
    let (pane, target) = printed
        .trim_end()
        .split_once(' ')
        .ok_or("tmux did not say where it is")?;
    Ok(Started {
        pane: pane.to_owned(),
        target: target.to_owned(),
    })
}

/// How stopping an assistant went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It has ended.
    Ended,
    /// It cannot be asked, or did not end; says why. Closing its pane would end it.
    OnlyByPane(String),
    /// Nothing was done; says why.
    Failed(String),
}

/// The system, as far as stopping needs it.
pub struct System<'a> {
    /// The tmux call.
    pub ask: Ask<'a>,
    /// Whether a process is another one or descends from it; `None`: that cannot be told.
    pub descends: &'a dyn Fn(u32, u32) -> Option<bool>,
    /// Asks a process to end; says why that cannot be done.
    pub terminate: &'a dyn Fn(u32) -> Result<(), String>,
    /// Waits some seconds for a process to end; whether it has.
    pub has_ended: &'a dyn Fn(u32) -> bool,
}

/// Asks the row's assistant to end and waits for it.
pub fn stop(row: &Row, socket: &Path, system: &System<'_>) -> Stopped {
    let pane = match pane_of(row, socket, system.ask) {
        Ok(pane) => pane,
        Err(why) => return Stopped::Failed(why),
    };
    let Some(pid) = row.pid else {
        return Stopped::OnlyByPane("its process is not known".to_owned());
    };
    match (system.descends)(pid, pane.pid) {
        Some(true) => {}
        Some(false) => return Stopped::OnlyByPane("its process is not the pane's".to_owned()),
        None => return Stopped::OnlyByPane("whose process it is cannot be told here".to_owned()),
    }
    if let Err(why) = (system.terminate)(pid) {
        return Stopped::OnlyByPane(why);
    }
    if (system.has_ended)(pid) {
        Stopped::Ended
    } else {
        Stopped::OnlyByPane("it was asked to end and has not".to_owned())
    }
}

/// Closes the row's pane with everything in it.
///
/// # Errors
/// Says why it is still there.
pub fn close_pane(row: &Row, socket: &Path, ask: Ask<'_>) -> Result<(), String> {
    let pane = pane_of(row, socket, ask)?;
    match ask(&pane.socket, &Call::new("kill-pane").target(pane.id)) {
        Ok(_) | Err(Refusal::NoServer) => Ok(()),
        Err(Refusal::Other(why)) => Err(why),
    }
}

struct Pane {
    socket: std::path::PathBuf,
    id: PaneId,
    pid: u32,
}

/// The row's pane on the very server that it was seen on.
fn pane_of(row: &Row, socket: &Path, ask: Ask<'_>) -> Result<Pane, String> {
    let server = row.server.as_ref();
    let socket = server.map_or(socket, |server| Path::new(&server.socket));
    let id = row.pane.ok_or("its pane is not known")?;
    let gone = || "the pane is gone".to_owned();
    let call = Call::new("display-message").flag("-p").target(id);
    let answer = ask(
        socket,
        &call.format_operand(&Format::own("#{pid} #{pane_id} #{pane_pid}")),
    );
    let printed = match answer {
        Ok(printed) => String::from_utf8_lossy(&printed).trim_end().to_owned(),
        Err(Refusal::NoServer) => return Err(gone()),
        Err(Refusal::Other(why)) => return Err(why),
    };
    let words: Vec<&str> = printed.split(' ').collect();
    let [server_pid, pane, pid] = words[..] else {
        return Err(gone());
    };
    // After a restart of the server ids are given out again.
    if pane.parse() != Ok(id) || server.is_some_and(|server| server.pid.to_string() != server_pid) {
        return Err(gone());
    }
    Ok(Pane {
        socket: socket.to_owned(),
        id,
        pid: pid.parse().map_err(|_| gone())?,
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::row;

    fn launcher(command: &str, folder: Option<&str>) -> Launcher {
        Launcher {
            name: "it's".to_owned(),
            command: command.to_owned(),
            folder: folder.map(str::to_owned),
        }
    }

    fn site() -> Site {
        Site {
            session: Some("$2".to_owned()),
            in_front: true,
            home: Some("/home/ada/".into()),
            cwd: "/here".into(),
            path: None,
        }
    }

    #[test]
    fn what_is_filled_in_is_quoted_and_everything_else_is_left_to_the_shell() {
        let launcher = launcher("cd {cwd} && X={x} run --as {name} {", None);
        let script = launcher.script(OsStr::new("/a {name} 'b'")).unwrap();
        let expected = r"cd '/a {name} '\''b'\''' && X={x} run --as 'it'\''s' {";
        assert_eq!(script, *format!("{GO_THERE}({expected}\n){HOLD}"));
    }

    #[test]
    fn the_settings_replace_what_is_found_on_the_path() {
        let found = launchers(&[], |name| name == "codex");
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name.as_str(), found[0].command.as_str()),
            ("codex", "codex")
        );
        let own = [launcher("x", None)];
        assert_eq!(launchers(&own, |_| true), own);
    }

    #[test]
    fn a_launcher_starts_in_its_own_folder_else_where_the_person_is() {
        let folder = |folder| launcher("x", folder).folder(&site());
        assert_eq!(folder(None), "/here");
        assert_eq!(folder(Some("/src")), "/src");
        assert_eq!(folder(Some("~")), "/home/ada/");
        assert_eq!(folder(Some("~/src")), "/home/ada/src");
        assert_eq!(folder(Some("~bob")), "~bob");
    }

    #[test]
    fn where_no_server_runs_a_session_is_made() {
        let asked = RefCell::new(Vec::new());
        let ask = |_: &Path, call: &Call| {
            asked.borrow_mut().push(call.to_string());
            if call.to_string().starts_with("new-window") {
                Err(Refusal::NoServer)
            } else {
                Ok(b"%0 my work:0.0\n".to_vec())
            }
        };
        let started = start(&launcher("x", None), &site(), Path::new("/s"), &ask).unwrap();
        assert_eq!(
            (started.pane.as_str(), started.target.as_str()),
            ("%0", "my work:0.0")
        );
        let asked = asked.borrow();
        assert!(asked[0].contains(" -t $2: -- sh -c case "), "{asked:?}");
        assert!(
            asked[1].starts_with("new-session -d ") && !asked[1].contains("$2"),
            "{asked:?}"
        );
    }

    /// Stops pane 1 of server 77 with process 50; what came of it and which process was asked to end.
    fn stopping(
        answer: &str,
        pid: Option<u32>,
        descends: Option<bool>,
        ends: bool,
    ) -> (Stopped, Vec<u32>) {
        let mut row = row(1, "claude", State::Running, "a:0.0", 1);
        row.pid = pid;
        let asked = RefCell::new(Vec::new());
        let system = System {
            ask: &|_, _| Ok(answer.as_bytes().to_vec()),
            descends: &|_, pane| descends.filter(|_| pane == 40),
            terminate: &|pid| {
                asked.borrow_mut().push(pid);
                Ok(())
            },
            has_ended: &|_| ends,
        };
        let stopped = stop(&row, Path::new("/s"), &system);
        (stopped, asked.into_inner())
    }

    #[test]
    fn only_a_process_of_the_rows_own_pane_is_asked_to_end() {
        let fine = "77 %1 40\n";
        assert_eq!(
            stopping(fine, Some(50), Some(true), true),
            (Stopped::Ended, vec![50])
        );
        let (stopped, asked) = stopping(fine, Some(50), Some(true), false);
        assert!(matches!(stopped, Stopped::OnlyByPane(_)) && asked == [50]);
        for (pid, descends) in [
            (None, Some(true)),
            (Some(50), Some(false)),
            (Some(50), None),
        ] {
            let (stopped, asked) = stopping(fine, pid, descends, true);
            assert!(matches!(stopped, Stopped::OnlyByPane(_)), "{stopped:?}");
            assert!(asked.is_empty());
        }
        for answer in ["78 %1 40\n", "77 %2 40\n", "", "  \n"] {
            let gone = Stopped::Failed("the pane is gone".to_owned());
            assert_eq!(
                stopping(answer, Some(50), Some(true), true),
                (gone, vec![]),
                "{answer}"
            );
        }
    }
}
