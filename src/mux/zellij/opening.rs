//! A program in a pane of its own, in a session that is there: none is made, and no tab, which a session without
//! a client does not survive.

use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant};

use super::call::{act, words};
use super::listing::{self, PaneLine};
use super::panes::{left, line, lines};
use super::socket::Answering;
use crate::mux::{Opened, Opening, Outcome, Undone};

/// How long a pane may take to be there that was not named.
const SHOWS_WITHIN: Duration = Duration::from_secs(2);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(60);

/// Starts it and says where.
pub(super) fn open(server: &Answering, opening: &Opening, within: Duration) -> Outcome<Opened> {
    let deadline = Instant::now() + within;
    let told = told(opening);
    let told: Vec<&OsStr> = told.iter().map(OsString::as_os_str).collect();
    let before = lines(server, within)?;
    let printed = act(server, &told, left(deadline))?;
    let printed = String::from_utf8_lossy(&printed);
    let number = printed.trim().strip_prefix("terminal_");
    let number = number.and_then(|number| number.parse().ok());
    let number: u32 = number
        .or_else(|| only_new(server, &before, deadline))
        .ok_or_else(|| {
            let why = "Zellij did not say where it runs it; `zellij action list-panes` shows whether it does";
            Undone::Unknown(why.to_owned())
        })?;
    let found = line(server, number, left(deadline));
    let address = found.as_ref().ok();
    let address = address.and_then(|line| listing::address(&server.name(), line));
    let pane = pane_patrol_hooks::mux::zellij::pane(number).ok_or_else(|| {
        Undone::Unknown(format!(
            "Zellij says that it runs it in `terminal_{number}`"
        ))
    })?;
    Ok(Opened {
        pane: pane.to_string(),
        target: address.map_or_else(|| pane.to_string(), |address| address.to_string()),
        is_there: !matches!(found, Err(Undone::Gone(_))),
    })
}

/// The one pane that there is since. Its program says nothing where it was taken for somebody who has just left.
fn only_new(server: &Answering, before: &[PaneLine], deadline: Instant) -> Option<u32> {
    let until = deadline.min(Instant::now() + SHOWS_WITHIN);
    while Instant::now() < until {
        let now = lines(server, left(until)).unwrap_or_default();
        let is_new = |line: &&PaneLine| !before.iter().any(|known| known.id == line.id);
        let new: Vec<u32> = now.iter().filter(is_new).map(|line| line.id).collect();
        match new[..] {
            [only] => return Some(only),
            [] => std::thread::sleep(PAUSE),
            _ => return None,
        }
    }
    None
}

/// What Zellij is told. With an empty name a pane is called as its program says, which tells what some assistants
/// do; without one as it was started, whatever that says.
fn told(opening: &Opening) -> Vec<OsString> {
    let mut told: Vec<OsString> = words(["new-pane", "--close-on-exit", "--name", ""])
        .into_iter()
        .map(Into::into)
        .collect();
    if !opening.in_front {
        told.push("--no-focus".into());
    }
    told.extend(["--cwd".into(), opening.folder.clone(), "--".into()]);
    if let Some(path) = &opening.path {
        let mut variable = OsString::from("PATH=");
        variable.push(path);
        told.extend(["env".into(), variable]);
    }
    // As words of its own it is run as it stands, whatever the person's shell is.
    told.extend(opening.words.iter().cloned());
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_run_as_it_stands_in_a_pane_and_never_in_a_tab() {
        let opening = Opening {
            name: "x".to_owned(),
            words: ["sh", "-c", "case"].map(OsString::from).to_vec(),
            folder: "/src/my shop".into(),
            path: Some("/bin:/usr/bin".into()),
            ..Opening::default()
        };
        let expected = [
            "new-pane",
            "--close-on-exit",
            "--name",
            "",
            "--no-focus",
            "--cwd",
            "/src/my shop",
            "--",
            "env",
            "PATH=/bin:/usr/bin",
            "sh",
            "-c",
            "case",
        ];
        assert_eq!(told(&opening), expected.map(OsString::from));
    }
}
