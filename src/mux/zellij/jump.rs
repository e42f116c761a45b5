//! Taking the person to a pane. Zellij moves whoever pressed the last key in a session, and nobody where no key
//! was pressed yet; it says that all is well in either case. So it is looked who is where afterwards.

use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::zellij::number_of;

use super::call::{act, pane_word, words};
use super::panes::{clients, left, line};
use super::quoted;
use super::socket::Answering;
use crate::mux::{Arrival, Attach, Here, Outcome, Place, Undone};

/// How long somebody may be on the way to another session: four times what was measured.
const ON_THE_WAY: Duration = Duration::from_millis(1500);

/// The same within a session.
const ON_THE_SPOT: Duration = Duration::from_millis(400);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// How long a client that is being attached may take to be there.
const ATTACHES_WITHIN: Duration = Duration::from_secs(5);

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
    if is_same {
        focus(to, number, left(deadline))?;
    } else {
        switch(own, (to, number), left(deadline))?;
    }
    let patience = if is_same { ON_THE_SPOT } else { ON_THE_WAY };
    let until = deadline.min(Instant::now() + patience);
    if until_somebody_is_on(to, number, until)? {
        return Ok(Arrival::There {
            covered,
            // Seen just now; the next listing may be a while off.
            by_program: true,
        });
    }
    Err(Undone::Refused(nobody_moved(own)))
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
    let before = clients(&to, ON_THE_WAY)?;
    let is_new = move |client: &(String, Option<u32>)| {
        let mut known = before.iter();
        !known.any(|(name, _)| *name == client.0)
    };
    let show = move || {
        let until = Instant::now() + ATTACHES_WITHIN;
        while Instant::now() < until {
            let now = clients(&to, ON_THE_WAY).unwrap_or_default();
            if now.iter().any(&is_new) {
                // By the tab's own number: that needs no key to have been pressed.
                let _ = line(&to, number, ON_THE_WAY).and_then(|line| {
                    let tab = line.tab_id.to_string();
                    act(&to, &words(["go-to-tab-by-id", &tab]), ON_THE_WAY)?;
                    focus(&to, number, ON_THE_WAY)
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

/// The name has answered just now: one that means no session would make one.
fn switch(from: &Answering, (to, number): (&Answering, u32), within: Duration) -> Outcome<()> {
    let pane = pane_word(number);
    let name: OsString = to.path.file_name().unwrap_or_default().to_owned();
    if !to.path.exists() {
        return Err("its session was renamed in this moment; nobody was moved".into());
    }
    let mut switch = words(["switch-session", "--pane-id"]);
    switch.extend([pane.as_os_str(), OsStr::new("--"), name.as_os_str()]);
    act(from, &switch, within).map(drop)
}

/// Whether somebody is on the pane before `until`.
fn until_somebody_is_on(to: &Answering, number: u32, until: Instant) -> Outcome<bool> {
    loop {
        let all = clients(to, ON_THE_WAY)?;
        if all.iter().any(|(_, at)| *at == Some(number)) {
            return Ok(true);
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        std::thread::sleep(PAUSE);
    }
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
