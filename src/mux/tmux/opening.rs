//! A program in a window of its own; where no server runs, in a session of its own.

use std::ffi::OsString;
use std::path::Path;

use pane_patrol_hooks::text::one_line;

use super::{Ask, Call, Format};
use crate::mux::{Gone, Opened, Opening, Outcome, Undone};

/// Longest name of a window, in characters.
pub(super) const MAX_NAME_CHARS: usize = 100;

/// Where a pane is.
pub(super) const PLACE: &str = "#{pane_id} #{session_name}:#{window_index}.#{pane_index}";

/// Starts it and says where.
pub(super) fn open(opening: &Opening, socket: &Path, ask: Ask<'_>) -> Outcome<Opened> {
    let answer = match ask(socket, &call(opening, false)) {
        Err(Undone::Gone(Gone::Server)) => ask(socket, &call(opening, true)),
        other => other,
    };
    let printed = answer.map_err(|undone| match undone {
        Undone::Gone(_) => "tmux could not be started: it ended at once; try `tmux new-session` in a shell to see why".into(),
        other => other,
    })?;
    placed(&printed)
}

/// Where it is, by what tmux has printed of it.
pub(super) fn placed(printed: &[u8]) -> Outcome<Opened> {
    let printed = String::from_utf8_lossy(printed);
    let place = printed.trim_end().split_once(' ');
    let unsaid = || {
        let why = "tmux did not say where it runs it; `tmux list-windows -a` shows whether it does, and \
                   `tmux -V` whether it is a real tmux";
        Undone::Unknown(why.to_owned())
    };
    let (pane, target) = place.ok_or_else(unsaid)?;
    Ok(Opened {
        pane: pane.to_owned(),
        target: target.to_owned(),
        is_there: true,
    })
}

/// The tmux command that starts it and prints where; `fresh`: in a session of its own.
fn call(opening: &Opening, fresh: bool) -> Call {
    let mut call = if fresh {
        // The server begins with it, and gives what it gets to everything that runs in it.
        Call::new("new-session").for_person()
    } else {
        Call::new("new-window")
    };
    if fresh || !opening.in_front {
        call = call.flag("-d");
    }
    call = call.format("-n", &Format::text(one_line(&opening.name, MAX_NAME_CHARS)));
    if let (Some(session), false) = (&opening.session, fresh) {
        call = call.target(format!("{session}:"));
    }
    with_program(call, opening)
}

/// The command that opens a pane, with what runs there and where; it prints where that is.
pub(super) fn with_program(call: Call, opening: &Opening) -> Call {
    let mut call = call.flag("-P").format("-F", &Format::own(PLACE));
    call = call.format("-c", &Format::text(&opening.folder));
    if let Some(path) = &opening.path {
        let mut variable = OsString::from("PATH=");
        variable.push(path);
        call = call.option("-e", variable);
    }
    // As words of its own it is run as it stands, whatever the person's shell is.
    opening.words.iter().fold(call, Call::operand)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn where_no_server_runs_a_session_is_made() {
        let asked = RefCell::new(Vec::new());
        let ask = |_: &Path, call: &Call| {
            asked.borrow_mut().push(call.to_string());
            if call.to_string().starts_with("new-window") {
                Err(Undone::Gone(Gone::Server))
            } else {
                Ok(b"%0 my work:0.0\n".to_vec())
            }
        };
        let opening = Opening {
            name: "x".to_owned(),
            words: ["sh", "-c", "case"].map(OsString::from).to_vec(),
            session: Some("$2".to_owned()),
            in_front: true,
            ..Opening::default()
        };
        let opened = open(&opening, Path::new("/s"), &ask).unwrap();
        assert_eq!(
            (opened.pane.as_str(), opened.target.as_str()),
            ("%0", "my work:0.0")
        );
        let asked = asked.borrow();
        assert!(
            asked[0].contains(" -t $2: ") && asked[0].ends_with(" -- sh -c case"),
            "{asked:?}"
        );
        assert!(
            asked[1].starts_with("new-session -d ") && !asked[1].contains("$2"),
            "{asked:?}"
        );
    }
}
