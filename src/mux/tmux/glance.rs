//! What a pane shows, for a dashboard that looks at it again and again: one message, in which tmux itself finds out
//! first whether anybody has the dashboard in view.

use std::path::Path;

use pane_patrol_hooks::target::Server;

use super::panes::id_of;
use super::{Ask, Call, Format};
use crate::mux::{Glimpse, Gone, Outcome, Place, Shown, Undone};

/// Somebody's client shows the window of the pane, and the pane is drawn there.
const IN_VIEW: &str =
    "#{&&:#{window_active_clients},#{||:#{==:#{window_zoomed_flag},0},#{==:#{pane_active},1}}}";

/// The first line of the answer.
const FLAGS: &str = "#{pid} #{history_size}";

/// Most bytes of a picture: more than the largest screen takes in which each cell has colours of its own.
const MOST: usize = 8 << 20;

/// See [`crate::mux::Multiplexer::glance`].
pub(super) fn glance(
    place: &Place,
    above: u16,
    from: Option<&Place>,
    (socket, ask): (&Path, Ask<'_>),
) -> Outcome<Glimpse> {
    let id = id_of(place)?;
    let flags = Call::new("display-message").flag("-p").target(id);
    let flags = flags.format_operand(&Format::own(FLAGS));
    // With the blanks at the end, which may have a colour.
    let capture = Call::new("capture-pane").flag("-p").flag("-e").flag("-N");
    let first = format!("-{above}");
    let read = flags.then(capture.option("-S", first).target(id));
    let call = match from {
        Some(from) => {
            let call = Call::new("if-shell").flag("-F").target(id_of(from)?);
            call.format_operand(&Format::own(IN_VIEW)).script(&read)
        }
        None => read,
    };
    let answer = ask(socket, &call)?;
    if answer.len() > MOST {
        return Err("it shows more than can be shown here".into());
    }
    glimpse(
        &String::from_utf8_lossy(&answer),
        above,
        place.server.as_ref(),
    )
}

fn glimpse(answer: &str, above: u16, server: Option<&Server>) -> Outcome<Glimpse> {
    let Some((flags, text)) = answer.split_once('\n') else {
        return Ok(Glimpse::Unseen);
    };
    let gone = || Undone::Gone(Gone::Pane);
    let (pid, history) = flags.split_once(' ').ok_or_else(gone)?;
    if server.is_some_and(|server| pid.parse() != Ok(server.pid)) {
        return Err(Undone::Gone(Gone::Server));
    }
    let history: usize = history.parse().map_err(|_| gone())?;
    Ok(Glimpse::Shown(Shown {
        lines: text.lines().map(str::to_owned).collect(),
        above: history.min(above.into()),
        history,
    }))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use pane_patrol_hooks::target::{PaneId, Target};

    use super::super::servers::KIND;
    use super::*;

    fn place(pane: u32) -> Place {
        Place {
            kind: KIND,
            server: "/tmp/s,7".parse().ok(),
            pane: Target::Pane(PaneId(pane)),
        }
    }

    fn told(answer: &str, above: u16, from: Option<&Place>) -> (Outcome<Glimpse>, Vec<String>) {
        let asked = RefCell::new(Vec::new());
        let ask = |_: &Path, call: &Call| {
            asked.borrow_mut().push(call.to_string());
            Ok(answer.as_bytes().to_vec())
        };
        let seen = glance(&place(3), above, from, (Path::new("/s"), &ask));
        (seen, asked.into_inner())
    }

    #[test]
    fn one_message_looks_who_looks_and_reads() {
        let (seen, asked) = told("7 40\nold\nnew\n", 1, Some(&place(1)));
        let [asked] = &asked[..] else {
            panic!("one question: {asked:?}");
        };
        assert!(asked.starts_with("if-shell -F -t %1 -- "), "{asked}");
        assert!(asked.contains("'capture-pane' '-p' '-e' '-N' '-S' '-1' '-t' '%3'"));
        let shown = Shown {
            lines: vec!["old".to_owned(), "new".to_owned()],
            above: 1,
            history: 40,
        };
        assert_eq!(seen, Ok(Glimpse::Shown(shown)));
        assert_eq!(told("", 0, Some(&place(1))).0, Ok(Glimpse::Unseen));
    }

    #[test]
    fn another_server_of_the_same_socket_is_not_the_one_that_was_meant() {
        let (seen, _) = told("8 0\nx\n", 0, None);
        assert_eq!(seen, Err(Undone::Gone(Gone::Server)));
        let (seen, _) = told("nonsense\nx\n", 0, None);
        assert_eq!(seen, Err(Undone::Gone(Gone::Pane)));
    }
}
