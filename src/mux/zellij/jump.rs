//! Taking the person to a pane. Whoever is alone on our own pane is taken by the number of that client. Else it is for
//! Zellij's program, which moves whoever pressed the last key in a session, and nobody where no key was pressed yet,
//! and says that all is well in either case. So it is looked who is where afterwards.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::zellij::number_of;

use super::call::{act, pane_word, words};
use super::direct::{Way, take};
use super::panes::{clients, left, line};
use super::quoted;
use super::socket::Answering;
use crate::mux::{Arrival, Attach, Here, Outcome, Place, Undone};

/// How long one look may take.
const A_LOOK: Duration = Duration::from_millis(1500);

/// How long it may take until somebody has moved at all: Zellij itself waits no longer for what it does.
const MOVES_WITHIN: Duration = Duration::from_millis(1500);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(60);

/// How long a client that is being attached may take to be there.
const ATTACHES_WITHIN: Duration = Duration::from_secs(15);

/// Said where the person has named a client.
pub(super) const NOBODY_TO_NAME: &str =
    "Zellij cannot be told whom to move: leave the client out; nobody was moved";

/// Where a jump begins.
pub(super) enum From {
    /// In a session of Zellij that answers, on the terminal or pane of this number.
    Session(Answering, u32),
    /// Elsewhere.
    Outside,
}

/// A client, and the pane that it is on.
type Client = (String, Option<u32>);

/// What became of somebody.
enum Moved {
    /// They are on the pane.
    There,
    /// They have left where they were.
    OnTheWay,
    /// Nobody has left.
    Nobody,
}

/// Takes the person to the pane of that number.
pub(super) fn go(
    place: &Place,
    (to, number): (&Answering, u32),
    from: &From,
    within: Duration,
) -> Outcome<Arrival> {
    let deadline = Instant::now() + within;
    // What is focused is not said to be absent.
    line(to, number, within)?;
    let (own, own_number) = match from {
        From::Session(own, number) if own.session.folder == to.session.folder => (own, *number),
        From::Session(..) | From::Outside => {
            return prepare(place, (to, number), left(deadline));
        }
    };
    let is_same = own.session == to.session;
    // A dashboard that floats lies over what is behind it, and would be left there unseen.
    let covered = line(own, own_number, left(deadline)).is_ok_and(|own| own.is_floating);
    let before = clients(own, left(deadline))?;
    let person = alone_on(&before, own_number);
    let way = if is_same {
        Way::Pane(number)
    } else {
        Way::Session(name_to_switch_to(to)?, number)
    };
    let is_told = person.is_some_and(|person| take(own, person, way, left(deadline)).is_some());
    if !is_told {
        match way {
            Way::Pane(number) => focus(to, number, left(deadline))?,
            Way::Session(name, number) => switch(own, (name, number), left(deadline))?,
        }
    }
    let whose = person.filter(|_| is_told && is_same);
    let from = (!is_same).then_some((own, &*before));
    match moved(from, (to, number, whose), deadline)? {
        Moved::There => Ok(Arrival::There {
            covered,
            // Seen just now; the next listing may be a while off.
            by_program: true,
        }),
        Moved::Nobody => Err(Undone::Refused(nobody_moved(own))),
        Moved::OnTheWay => {
            let (from, to) = (quoted(&own.name()), quoted(&to.name()));
            Err(Undone::Unknown(format!(
                "Zellij has taken somebody out of {from}, but nobody is on that pane of {to} yet"
            )))
        }
    }
}

/// From outside a client of the person's own is attached. Where nobody is there yet, the pane comes to the front
/// of its tab before.
fn prepare(place: &Place, (to, number): (&Answering, u32), within: Duration) -> Outcome<Arrival> {
    let deadline = Instant::now() + within;
    if clients(to, within)?.is_empty() {
        focus(to, number, left(deadline))?;
    }
    let server = place.server.as_ref();
    Ok(Arrival::Elsewhere(Attach {
        socket: server.map_or_else(|| to.session.to_string(), |server| server.socket.clone()),
        target: place.pane.to_string(),
    }))
}

/// Waits in a thread of its own until a client is there that is not there yet, and shows it the pane: on the way
/// in nobody can say which.
pub(super) fn show_to_whoever_comes(to: Answering, number: u32) -> Outcome<()> {
    let before = clients(&to, A_LOOK)?;
    let is_new = move |client: &(String, Option<u32>)| {
        let mut known = before.iter();
        !known.any(|(name, _)| *name == client.0)
    };
    let show = move || {
        let until = Instant::now() + ATTACHES_WITHIN;
        while Instant::now() < until {
            let now = clients(&to, A_LOOK).unwrap_or_default();
            if now.iter().any(&is_new) {
                // By the tab's own number: that needs no key to have been pressed.
                let _ = line(&to, number, A_LOOK).and_then(|line| {
                    let tab = line.tab_id.to_string();
                    act(&to, &words(["go-to-tab-by-id", &tab]), A_LOOK)?;
                    focus(&to, number, A_LOOK)
                });
                return;
            }
            std::thread::sleep(PAUSE);
        }
    };
    // Without a thread she is in the session all the same.
    let _ = std::thread::Builder::new()
        .name("zellij".into())
        .spawn(show);
    Ok(())
}

fn focus(to: &Answering, number: u32, within: Duration) -> Outcome<()> {
    let pane = pane_word(number);
    let mut focus = words(["focus-pane-id"]);
    focus.push(&pane);
    act(to, &focus, within).map(drop)
}

/// The one client that is on that pane, if there is but one.
fn alone_on(all: &[Client], number: u32) -> Option<u32> {
    let mut on_it = all.iter().filter(|(_, at)| *at == Some(number));
    let first = on_it.next().filter(|_| on_it.next().is_none());
    first.and_then(|(name, _)| name.parse().ok())
}

/// The name has answered just now: one that means no session would make one.
fn name_to_switch_to(to: &Answering) -> Outcome<&OsStr> {
    let name = to.path.file_name().filter(|_| to.path.exists());
    name.ok_or_else(|| "its session was renamed in this moment; nobody was moved".into())
}

fn switch(from: &Answering, (name, number): (&OsStr, u32), within: Duration) -> Outcome<()> {
    let pane = pane_word(number);
    let mut switch = words(["switch-session", "--pane-id"]);
    switch.extend([pane.as_os_str(), OsStr::new("--"), name]);
    act(from, &switch, within).map(drop)
}

/// Looks until somebody is on the pane, be it whoever was named, or nobody can be on the way to it any more. `from`:
/// another session, and who was in it.
fn moved(
    from: Option<(&Answering, &[Client])>,
    (to, number, whose): (&Answering, u32, Option<u32>),
    deadline: Instant,
) -> Outcome<Moved> {
    let soon = deadline.min(Instant::now() + MOVES_WITHIN);
    let is_meant = |name: &str| whose.is_none_or(|whose| name.parse() == Ok(whose));
    loop {
        let all = match clients(to, A_LOOK) {
            Err(Undone::Unknown(_)) if Instant::now() < deadline => continue,
            all => all?,
        };
        let mut on_it = all.iter().filter(|(_, at)| *at == Some(number));
        if on_it.any(|(name, _)| is_meant(name)) {
            return Ok(Moved::There);
        }
        let has_left = from.is_some_and(|(own, before)| somebody_has_left(own, before));
        let (until, otherwise) = if has_left {
            (deadline, Moved::OnTheWay)
        } else {
            (soon, Moved::Nobody)
        };
        if Instant::now() >= until {
            return Ok(otherwise);
        }
        std::thread::sleep(PAUSE);
    }
}

fn somebody_has_left(own: &Answering, before: &[Client]) -> bool {
    let now = clients(own, A_LOOK);
    now.is_ok_and(|now| {
        let mut left = before.iter();
        left.any(|(name, _)| !now.iter().any(|(other, _)| other == name))
    })
}

fn nobody_moved(from: &Answering) -> String {
    let name = quoted(&from.name());
    format!(
        "Zellij moves whoever last pressed a key in {name}; nobody has yet: press any key there, then try again"
    )
}

/// Where we are ourselves.
pub(super) fn own_number(here: &Here) -> Option<u32> {
    number_of(here.pane?)
}
