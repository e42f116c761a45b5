//! Who looks at a pane, and whom the server can tell something.

use std::borrow::Cow;
use std::path::Path;

use pane_patrol_hooks::target::Target;

use super::lines::{Line, Query};
use super::split::{PLACEHOLDER, shown_by};
use super::{Ask, Call, Format};
use crate::mux::{Audience, Outcome, Place, Undone, Viewer};

/// Panes and the people who look at them, in one process.
const QUERY: Query = Query {
    pane: &[
        "#{pid}",
        "#{pane_id}",
        "#{session_id}",
        "#{window_active}",
        "#{pane_active}",
        "#{window_zoomed_flag}",
        "#{pane_tty}",
        "#{session_name}:#{window_index}.#{pane_index}",
        PLACEHOLDER,
    ],
    client: &[
        "#{client_control_mode}",
        "#{session_id}",
        "#{client_name}",
        "#{pane_tty}",
        "#{allow-passthrough}",
    ],
};

/// Why a sequence does not come through.
const KEPT: &str = "tmux keeps it from the terminal; `set -g allow-passthrough on` lets it pass";

/// Who looks at the pane.
pub(super) fn audience(place: &Place, socket: &Path, ask: Ask<'_>) -> Outcome<Audience> {
    let answer = ask(socket, &QUERY.call())?;
    Ok(parse(&String::from_utf8_lossy(&answer), place))
}

fn parse(answer: &str, place: &Place) -> Audience {
    let (mut panes, mut clients) = (Vec::new(), Vec::new());
    for line in QUERY.lines(answer) {
        match line {
            Line::Pane(fields) => panes.push(fields),
            // A client in control mode is a program: nobody looks at it.
            Line::Client(fields) if fields[0] == "0" => clients.push(fields),
            Line::Client(_) | Line::Other(_) => {}
        }
    }
    let mut audience = Audience::default();
    let mut home = None;
    for fields in &panes {
        let [
            pid,
            id,
            session,
            in_front,
            active,
            zoomed,
            tty,
            address,
            split,
        ] = &fields[..]
        else {
            continue;
        };
        // After a restart of the server ids are given out again.
        let server = place.server.as_ref();
        if server.is_some_and(|known| known.pid.to_string() != *pid) {
            continue;
        }
        let is_it = match &place.pane {
            Target::Pane(pane) => *id == pane.to_string(),
            target @ (Target::Address { .. } | Target::Process { .. } | Target::Agent(_)) => {
                *address == target.to_string()
            }
        };
        if shown_by(split).is_some_and(|shown| Target::Pane(shown) == place.pane) {
            // A dashboard shows it beside itself, and this pane keeps its place.
            home = address.parse().ok();
        }
        if is_it {
            audience.tty = Some(tty.to_string());
            audience.target = address.parse().ok();
            let is_drawn = in_front == "1" && (zoomed == "0" || active == "1");
            let is_watched = clients.iter().any(|client| client[1] == *session);
            audience.in_view |= is_drawn && is_watched;
        }
    }
    audience.target = home.or(audience.target);
    audience.clients = clients.iter().filter_map(|fields| viewer(fields)).collect();
    audience
}

fn viewer(fields: &[Cow<'_, str>]) -> Option<Viewer> {
    let [_, _, name, tty, passes] = fields else {
        return None;
    };
    // Before 3.3 there is no such option, and everything passes.
    let obstacle = matches!(&**passes, "0" | "off").then_some(KEPT);
    Some(Viewer {
        name: name.to_string(),
        tty: tty.to_string(),
        obstacle,
    })
}

/// Shows the client a line of text.
pub(super) fn tell(client: &str, text: &str, socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    let text = Format::message(text);
    let call = Call::new("display-message").option("-c", client);
    let told = ask(socket, &call.format_operand(&text)).map(drop);
    match told {
        Err(Undone::Refused(why)) if why.contains(TAKES_NO_CLIENT) => {
            tell_in(&pane_of(client, socket, ask)?, &text, socket, ask)
        }
        told => told,
    }
}

/// tmux before 3.3 takes `-c` for an option without a value, so that the client's name is one word too many.
const TAKES_NO_CLIENT: &str = "usage: display-message";

/// Shows the line to whoever was last at work in front of the pane.
fn tell_in(pane: &str, text: &Format, socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    let call = Call::new("display-message").format_operand(text);
    ask(socket, &call.typed_in(pane)).map(drop)
}

/// The pane that the client shows.
fn pane_of(client: &str, socket: &Path, ask: Ask<'_>) -> Outcome<String> {
    let query = Call::new("list-clients").format("-F", &Format::own("#{pane_id} #{client_name}"));
    let answer = ask(socket, &query)?;
    let answer = String::from_utf8_lossy(&answer);
    let panes = answer.lines().filter_map(|line| line.split_once(' '));
    let mut shown = panes.filter(|(_, name)| *name == client);
    let (pane, _) = shown.next().ok_or("tmux: the client is gone")?;
    Ok(pane.to_owned())
}

/// The sequence for the terminal that tmux runs in: tmux passes it on as it is.
pub(super) fn through(sequence: &str) -> String {
    format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::target::PaneId;

    use super::*;
    use crate::mux::tmux::servers::KIND;

    fn place() -> Place {
        Place {
            kind: KIND,
            server: "/tmp/tmux-1000/default,77".parse().ok(),
            pane: Target::Pane(PaneId(1)),
        }
    }

    #[test]
    fn a_pane_is_in_view_only_where_a_person_sees_it_drawn() {
        let seen =
            |line: &str, client: &str| parse(&format!("{line}\n{client}\n"), &place()).in_view;
        let person = "C\t0\t$0\t/dev/pts/9\t/dev/pts/2\ton";
        assert!(seen(
            "P\t77\t%1\t$0\t1\t0\t0\t/dev/pts/1\tshop:1.1\t",
            person
        ));
        assert!(
            !seen("P\t77\t%1\t$0\t0\t1\t0\t/dev/pts/1\tshop:1.1\t", person),
            "another window is in front"
        );
        assert!(
            !seen("P\t77\t%1\t$0\t1\t0\t1\t/dev/pts/1\tshop:1.1\t", person),
            "a zoomed pane hides it"
        );
        assert!(
            !seen("P\t77\t%1\t$1\t1\t1\t0\t/dev/pts/1\tshop:1.1\t", person),
            "nobody is attached there"
        );
        assert!(
            !seen("P\t77\t%2\t$0\t1\t1\t0\t/dev/pts/1\tshop:1.2\t", person),
            "another pane"
        );
        assert!(
            !seen("P\t78\t%1\t$0\t1\t0\t0\t/dev/pts/1\tshop:1.1\t", person),
            "the server was restarted"
        );
        assert!(!seen(
            "P\t77\t%1\t$0\t1\t1\t0\t/dev/pts/1\tshop:1.1\t",
            "C\t1\t$0\tx\t/dev/pts/2\ton"
        ));
    }

    #[test]
    fn sequences_pass_where_they_are_let_through_or_tmux_cannot_keep_them_back() {
        let passes = |option: &str| {
            let client = format!("C\t0\t$0\t/dev/pts/9\t/dev/pts/2\t{option}\n");
            parse(&client, &place()).clients[0].obstacle.is_none()
        };
        assert_eq!(["on", "all", "1", ""].map(passes), [true; 4]);
        assert_eq!(["off", "0"].map(passes), [false; 2]);
    }

    #[test]
    fn a_pane_that_a_dashboard_shows_is_told_by_the_place_where_it_belongs() {
        let shown = "P\t77\t%1\t$9\t1\t0\t0\t/dev/pts/1\tdash:0.1\t";
        let place_of_it = "P\t77\t%7\t$0\t0\t0\t0\t/dev/pts/2\tshop:4.2\t1 7 9 %6 @1 0 %1 x";
        let other = "P\t77\t%8\t$0\t0\t0\t0\t/dev/pts/3\tshop:5.0\t1 7 9 %6 @1 0 %2 x";
        for lines in [[shown, place_of_it, other], [other, place_of_it, shown]] {
            let audience = parse(&lines.join("\n"), &place());
            assert_eq!(audience.target, "shop:4.2".parse().ok());
            assert_eq!(audience.tty.as_deref(), Some("/dev/pts/1"));
        }
    }

    #[test]
    fn a_tmux_that_takes_no_client_is_told_in_the_pane_that_the_client_shows() {
        let calls = std::cell::RefCell::new(Vec::new());
        let old = |_: &Path, call: &Call| {
            let said = call.to_string();
            calls
                .borrow_mut()
                .push((said.clone(), call.pane().map(str::to_owned)));
            match &*said {
                _ if said.contains(" -c ") => Err(Undone::Refused(
                    "tmux: usage: display-message [-aINpv] [-c target-client] [message]".to_owned(),
                )),
                _ if said.starts_with("list-clients") => {
                    Ok(b"%1 /dev/pts/1\n%2 /dev/pts/2\n".to_vec())
                }
                _ => Ok(Vec::new()),
            }
        };
        assert!(tell("/dev/pts/2", "it asks", Path::new("/x"), &old).is_ok());
        let last = calls.borrow().last().cloned();
        let expected = (
            "display-message -- it asks".to_owned(),
            Some("%2".to_owned()),
        );
        assert_eq!(last, Some(expected));
        assert!(tell("/dev/pts/9", "it asks", Path::new("/x"), &old).is_err());
        let gone = |_: &Path, _: &Call| Err("tmux: can't find client: x".into());
        assert!(tell("x", "it asks", Path::new("/x"), &gone).is_err());
    }

    proptest::proptest! {
        #[test]
        fn a_sequence_stays_whole(sequence in "[\u{0}-\u{9f}]{0,20}") {
            let passed = through(&sequence);
            let inside = passed.strip_prefix("\x1bPtmux;").unwrap().strip_suffix("\x1b\\").unwrap();
            // Each ESC is doubled, so none ends what tmux passes on.
            proptest::prop_assert!(!inside.replace("\x1b\x1b", "").contains('\x1b'));
        }
    }
}
