//! Taking the person to a pane. Whoever is alone on our own pane is taken by the number of that client. Else it is for
//! Zellij's program, which moves whoever pressed the last key in a session, and nobody where no key was pressed yet,
//! and says that all is well in either case. So it is looked who is where afterwards.

use std::ffi::OsStr;
use std::path::Path;
use std::time::{Duration, Instant};

use pane_patrol_hooks::mux::zellij::number_of;
use pane_patrol_hooks::outside::terminal_of;

use super::call::{act, pane_word, words};
use super::direct::{Way, take};
use super::panes::{clients, left, line, process};
use super::quoted;
use super::socket::Answering;
use crate::mux::{Arrival, Attach, Here, Outcome, Place, Undone};
use crate::sys::terminal::write_to;

/// How long one look may take.
const A_LOOK: Duration = Duration::from_millis(1500);

/// How long it may take until somebody has moved at all: Zellij itself waits no longer for what it does.
const MOVES_WITHIN: Duration = Duration::from_millis(1500);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(60);

/// How long a client that is being attached may take to be there.
const ATTACHES_WITHIN: Duration = Duration::from_secs(15);

/// As often is such a client shown the pane, if it is not on it.
const SHOWS: u32 = 5;

/// Said where the person has named a client.
pub(super) const NOBODY_TO_NAME: &str =
    "Zellij cannot be told whom to move: leave the client out; nobody was moved";

/// Said where Zellij has changed the person's layout for it.
const FLOATS: &str = "That pane is hidden behind another one; Zellij shows it as a floating pane";

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
    let found = line(to, number, within).map_err(nobody_is_moved_yet)?;
    let (own, own_number) = match from {
        From::Session(own, number) if own.session.folder == to.session.folder => (own, *number),
        From::Session(..) | From::Outside => {
            return prepare(place, (to, number), left(deadline));
        }
    };
    let is_same = own.session == to.session;
    // A dashboard that floats lies over what is behind it, and would be left there unseen.
    let covered = line(own, own_number, left(deadline)).is_ok_and(|own| own.is_floating);
    let before = people(own, left(deadline)).map_err(nobody_is_moved_yet)?;
    let person = alone_on(&before, own_number);
    let (way, before_there) = if is_same {
        (Way::Pane(number), before.clone())
    } else {
        let way = Way::Session(name_to_switch_to(to)?, number);
        (
            way,
            people(to, left(deadline)).map_err(nobody_is_moved_yet)?,
        )
    };
    tell(own, person, way, left(deadline))?;
    let meant = Meant {
        number,
        whose: person.filter(|_| is_same),
        before: &before_there,
    };
    let from = (!is_same).then_some((own, &*before));
    match moved(from, (to, &meant), deadline)? {
        Moved::There => {
            let floats = || line(to, number, A_LOOK).is_ok_and(|now| now.is_floating);
            let remark = (found.is_suppressed && floats()).then_some(FLOATS);
            if remark.is_some() && covered {
                // Whoever asks is gone with that.
                notify(to, number);
            }
            Ok(Arrival::There {
                covered,
                // Seen just now; the next listing may be a while off.
                by_program: true,
                remark,
            })
        }
        Moved::Nobody => Err(Undone::Refused(nobody_moved(own))),
        Moved::OnTheWay => {
            let (from, to) = (quoted(&own.name()), quoted(&to.name()));
            Err(Undone::Unknown(format!(
                "Zellij has taken somebody out of {from}, but nobody is on that pane of {to} yet; a terminal that stands still now is lost by Zellij: close it and attach again"
            )))
        }
    }
}

/// What could not be told before anything was done is no doubt whether it was.
pub(super) fn nobody_is_moved_yet(undone: Undone) -> Undone {
    match undone {
        Undone::Unknown(why) => Undone::Refused(why),
        other => other,
    }
}

/// From outside a client of the person's own is attached. Where nobody is there yet, the pane comes to the front
/// of its tab before.
fn prepare(place: &Place, (to, number): (&Answering, u32), within: Duration) -> Outcome<Arrival> {
    let deadline = Instant::now() + within;
    if people(to, within).map_err(nobody_is_moved_yet)?.is_empty() {
        tell(to, None, Way::Pane(number), left(deadline))?;
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
    let mut known = people(&to, A_LOOK)?;
    let show = move || {
        let until = Instant::now() + ATTACHES_WITHIN;
        let mut shown = 0;
        while Instant::now() < until && shown < SHOWS {
            let Ok(now) = clients(&to, A_LOOK) else {
                continue;
            };
            let is_one = |all: &[Client], name: &str| all.iter().any(|(other, _)| other == name);
            // A number is given out again.
            known.retain(|(name, _)| is_one(&now, name));
            let mut new = now.iter().filter(|(name, _)| !is_one(&known, name));
            if let Some((name, at)) = new.next() {
                if *at == Some(number) {
                    return;
                }
                let is_hidden = line(&to, number, A_LOOK).is_ok_and(|line| line.is_suppressed);
                // Whoever is only just there may not be asked of yet.
                let _ = tell(&to, name.parse().ok(), Way::Pane(number), A_LOOK);
                if is_hidden {
                    notify(&to, number);
                }
                shown += 1;
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

/// Says on the terminals of those who are in the session that the pane floats now, as what runs in it could.
fn notify(to: &Answering, number: u32) {
    let tty = process(&to.session, number).ok().and_then(terminal_of);
    let notice = format!("\u{1b}]9;{FLOATS}\u{7}");
    // Where it cannot be said it is to be seen.
    let _ = tty.map(|tty| write_to(&Path::new("/dev").join(tty), notice.as_bytes()));
}

/// Everybody's client, and the pane that it is on. Whoever has begun a session for nobody, and has left before it had a
/// pane, is listed for ever; or until who gets that number leaves, and that is us: it is the lowest one that is free.
fn people(server: &Answering, within: Duration) -> Outcome<Vec<Client>> {
    let deadline = Instant::now() + within;
    let all = clients(server, within)?;
    if all.is_empty() {
        return Ok(all);
    }
    server.line.hang_up();
    std::thread::sleep(PAUSE);
    clients(server, left(deadline))
}

/// Has that client go there; where none is named, or it cannot be, whoever last pressed a key.
fn tell(server: &Answering, client: Option<u32>, way: Way<'_>, within: Duration) -> Outcome<()> {
    let deadline = Instant::now() + within;
    if take(server, client, way, within).is_some() {
        return Ok(());
    }
    let pane = pane_word(match way {
        Way::Pane(number) | Way::Session(_, number) => number,
    });
    let told = match way {
        Way::Pane(_) => [words(["focus-pane-id"]), vec![&pane]].concat(),
        Way::Session(name, _) => {
            let to = vec![pane.as_os_str(), OsStr::new("--"), name];
            [words(["switch-session", "--pane-id"]), to].concat()
        }
    };
    act(server, &told, left(deadline)).map(drop)
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

/// Who is meant to be where.
struct Meant<'a> {
    /// On the pane of this number.
    number: u32,
    /// That client.
    whose: Option<u32>,
    /// Who was where in that session before.
    before: &'a [Client],
}

impl Meant<'_> {
    fn is_on_it<'all>(&self, all: &'all [Client]) -> impl Iterator<Item = &'all Client> {
        let (number, whose) = (self.number, self.whose);
        let is_meant = move |name: &str| whose.is_none_or(|whose| name.parse() == Ok(whose));
        all.iter()
            .filter(move |(name, at)| *at == Some(number) && is_meant(name))
    }

    /// Whether one of them has come, as far as it is known who.
    fn has_come(&self, all: &[Client]) -> bool {
        self.is_on_it(all)
            .any(|client| self.whose.is_some() || !self.before.contains(client))
    }

    /// The one client that is new in that session, if there is but one.
    fn has_gone_astray(&self, all: &[Client]) -> Option<u32> {
        let is_new = |name: &str| !self.before.iter().any(|(before, _)| before == name);
        let mut new = all.iter().filter(|(name, _)| is_new(name));
        let first = new.next().filter(|_| new.next().is_none());
        first.and_then(|(name, _)| name.parse().ok())
    }
}

/// Looks until somebody has come to the pane, or nobody can be on the way to it any more. `from`: another session, and
/// who was in it.
fn moved(
    from: Option<(&Answering, &[Client])>,
    (to, meant): (&Answering, &Meant<'_>),
    deadline: Instant,
) -> Outcome<Moved> {
    let soon = deadline.min(Instant::now() + MOVES_WITHIN);
    let mut astray = None;
    let mut shown = 0;
    loop {
        let all = match clients(to, A_LOOK) {
            Err(Undone::Unknown(_)) if Instant::now() < deadline => continue,
            all => all?,
        };
        if meant.has_come(&all) {
            return Ok(Moved::There);
        }
        // Which pane was meant is lost on the way now and then.
        let was_astray = astray;
        astray = from.and_then(|_| meant.has_gone_astray(&all));
        if astray.is_some() && astray == was_astray && shown < SHOWS {
            let _ = tell(to, astray, Way::Pane(meant.number), A_LOOK);
            shown += 1;
        }
        if Instant::now() >= soon {
            let has_left = from.map(|(own, before)| somebody_has_left(own, before));
            // Who was on it before may be who is meant.
            let is_there = meant.is_on_it(&all).next().is_some() && has_left.is_none();
            match has_left {
                _ if is_there => return Ok(Moved::There),
                Some(true) if Instant::now() < deadline => {}
                Some(true) => return Ok(Moved::OnTheWay),
                Some(false) | None => return Ok(Moved::Nobody),
            }
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
