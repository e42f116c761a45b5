//! One pane: what it is, what it shows, keys for it, and its end.

use std::path::Path;

use pane_patrol_hooks::target::{PaneId, Server, Target};

use super::buffer::Buffer;
use super::moment::{FLAGS, STAMPED, condition};
use super::{Ask, Call, Format};
use crate::mux::{Gone, Guard, Outcome, Place, Press, Pressed, Screen, Undone};

/// The pane's id; nothing here takes an address, which may have been given to another one.
pub(super) fn id_of(place: &Place) -> Outcome<PaneId> {
    match place.pane {
        Target::Pane(id) => Ok(id),
        Target::Address { .. } | Target::Process { .. } | Target::Agent(_) => {
            Err("its pane is not known".into())
        }
    }
}

/// The address of the pane now.
pub(super) fn address(place: &Place, socket: &Path, ask: Ask<'_>) -> Outcome<Target> {
    let address = Format::own("#{session_name}:#{window_index}.#{pane_index}");
    let call = Call::new("display-message").flag("-p");
    let call = call.target(id_of(place)?).format_operand(&address);
    let printed = ask(socket, &call)?;
    let printed = String::from_utf8_lossy(&printed);
    let address = printed.trim_end().parse();
    address.map_err(|_| Undone::Gone(Gone::Pane))
}

/// The first process of the pane, on the very server that it was seen on.
pub(super) fn process(place: &Place, socket: &Path, ask: Ask<'_>) -> Outcome<u32> {
    let id = id_of(place)?;
    let call = Call::new("display-message").flag("-p").target(id);
    let told = Format::own("#{pid} #{pane_id} #{pane_pid}");
    let printed = ask(socket, &call.format_operand(&told))?;
    let printed = String::from_utf8_lossy(&printed);
    let gone = || Undone::Gone(Gone::Pane);
    let words: Vec<&str> = printed.trim_end().split(' ').collect();
    let [server_pid, pane, pid] = words[..] else {
        return Err(gone());
    };
    let is_it = |server: &Server| server.pid.to_string() == server_pid;
    // After a restart of the server ids are given out again.
    if pane.parse() != Ok(id) || !place.server.as_ref().is_none_or(is_it) {
        return Err(gone());
    }
    pid.parse().map_err(|_| gone())
}

/// Closes the pane.
pub(super) fn close(place: &Place, socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    process(place, socket, ask)?;
    match ask(socket, &Call::new("kill-pane").target(id_of(place)?)) {
        Ok(_) | Err(Undone::Gone(_)) => Ok(()),
        Err(undone) => Err(undone),
    }
}

/// What the pane shows.
pub(super) fn read(place: &Place, coloured: bool, socket: &Path, ask: Ask<'_>) -> Outcome<Screen> {
    let id = id_of(place)?;
    let flags = Call::new("display-message").flag("-p").target(id);
    let flags = flags.format_operand(&Format::own(FLAGS));
    // Joined lines would be longer than the pane and break what is found by line.
    let mut capture = Call::new("capture-pane").flag("-p").target(id);
    if coloured {
        capture = capture.flag("-e");
    }
    let answer = ask(socket, &flags.then(capture))?;
    screen(&String::from_utf8_lossy(&answer), place.server.as_ref())
}

fn screen(answer: &str, server: Option<&Server>) -> Outcome<Screen> {
    let gone = || Undone::Gone(Gone::Pane);
    let (flags, text) = answer.split_once('\n').unwrap_or((answer, ""));
    let flags: Vec<&str> = flags.splitn(10, ' ').collect();
    let [pid, dead, in_mode, synchronized, input_off, stamp @ ..] = &flags[..] else {
        return Err(gone());
    };
    if server.is_some_and(|server| pid.parse() != Ok(server.pid)) {
        return Err(Undone::Gone(Gone::Server));
    }
    let [width, _, pane_pid, ..] = stamp else {
        return Err(gone());
    };
    let is_on = |flag: &str| !matches!(flag, "" | "0");
    let unfit = [
        (dead, "the assistant has ended"),
        (in_mode, "the pane is in copy mode"),
        (
            synchronized,
            "the pane shares its keys with others (synchronize-panes)",
        ),
        (input_off, "the pane takes no keys"),
    ];
    let unfit = unfit.iter().find(|(flag, _)| is_on(flag));
    let stamp = stamp.iter().map(|value| (*value).to_owned());
    Ok(Screen {
        text: text.to_owned(),
        width: width.parse().unwrap_or(0),
        unfit: unfit.map(|(_, words)| *words),
        stamp: STAMPED.into_iter().zip(stamp).collect(),
        pid: pane_pid.parse().ok(),
    })
}

/// Presses, if `guard` holds in that moment.
pub(super) fn press(
    place: &Place,
    press: &Press,
    guard: &Guard,
    socket: &Path,
    ask: Ask<'_>,
) -> Outcome<Pressed> {
    let id = id_of(place)?;
    let server = place.server.as_ref().ok_or("its server is not known")?;
    let keys = Call::new("send-keys").target(id);
    let guard = condition(guard, server.pid);
    let answer = match press {
        Press::Text(text) => press_if(&guard, id, &keys.flag("-l").operand(text), (socket, ask))?,
        Press::Key(name) => press_if(&guard, id, &keys.operand(name), (socket, ask))?,
        Press::Paste(text) => {
            let buffer = Buffer::load(text, socket, ask)?;
            press_if(&guard, id, &buffer.paste(id), (socket, ask))?
        }
    };
    Ok(if answer.starts_with(b"pressed") {
        Pressed::Yes
    } else {
        Pressed::No
    })
}

/// What tmux says when the keys were pressed, if the condition held in that moment; else nothing.
fn press_if(
    guard: &Format,
    id: PaneId,
    keys: &Call,
    (socket, ask): (&Path, Ask<'_>),
) -> Outcome<Vec<u8>> {
    let told = Call::new("display-message").flag("-p").operand("pressed");
    let call = Call::new("if-shell").flag("-F").target(id);
    ask(
        socket,
        &call.format_operand(guard).script(&keys.clone().then(told)),
    )
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::mux::tmux::servers::KIND;

    fn place(server_pid: u32) -> Place {
        Place {
            kind: KIND,
            server: format!("/tmp/s,{server_pid}").parse().ok(),
            pane: Target::Pane(PaneId(1)),
        }
    }

    #[test]
    fn a_pane_of_a_restarted_server_is_gone() {
        let server = |pid| place(pid).server;
        let answer = "7 0 0 0 0 80 24 0 1 my claude\nhello\n";
        let shown = screen(answer, server(7).as_ref()).unwrap();
        assert_eq!((shown.text.as_str(), shown.width), ("hello\n", 80));
        assert_eq!(
            shown.stamp[4],
            ("pane_current_command", "my claude".to_owned())
        );
        let other = screen(answer, server(8).as_ref());
        assert_eq!(other, Err(Undone::Gone(Gone::Server)));
        let in_mode = screen("7 0 1 1  80 24 0 1 x\nx\n", server(7).as_ref());
        assert_eq!(in_mode.unwrap().unfit, Some("the pane is in copy mode"));
        let nothing = screen("", server(7).as_ref());
        assert_eq!(nothing, Err(Undone::Gone(Gone::Pane)));
    }

    #[test]
    fn only_the_very_pane_is_closed() {
        let close_at = |answer: &str| {
            let asked = RefCell::new(Vec::new());
            let ask = |_: &Path, call: &Call| {
                asked.borrow_mut().push(call.to_string());
                Ok(answer.as_bytes().to_vec())
            };
            let closed = close(&place(77), Path::new("/s"), &ask);
            (closed, asked.into_inner().get(1).cloned())
        };
        let (closed, asked) = close_at("77 %1 40\n");
        assert_eq!(
            (closed, asked.as_deref()),
            (Ok(()), Some("kill-pane -t %1"))
        );
        for answer in ["78 %1 40\n", "77 %2 40\n", "", "  \n"] {
            let gone = (Err(Undone::Gone(Gone::Pane)), None);
            assert_eq!(close_at(answer), gone, "{answer}");
        }
    }

    #[test]
    fn an_address_is_no_pane() {
        let by_address = Place {
            pane: "work:0.0".parse().unwrap(),
            ..place(7)
        };
        let ask = |_: &Path, _: &Call| panic!("nobody is to be asked");
        let refused = close(&by_address, Path::new("/s"), &ask);
        assert_eq!(refused, Err("its pane is not known".into()));
    }
}
