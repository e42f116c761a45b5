//! Notices: a row begins to need the person, and they do not look.
//!
//! | part | does | never |
//! | --- | --- | --- |
//! | `setting` | `[notice]` of the settings file | |
//! | `watch` | rows and time in, notices out | asks anybody anything |
//! | `snooze` | which rows keep quiet, as a small file that every dashboard may write | |
//! | `send` | bell, message, terminal, desktop, the person's own command | decides |
//! | `push` | a title and a link to a phone, by ntfy | says what is asked, unless that is wanted |
//! | this file | the thread between them | |
//!
//! Only the instance that collects runs it, so that nobody is told twice. Nothing is asked of a multiplexer
//! before a notice is due.
//!
//! May import: `mux`, `state`, `sys`, and the hooks' words.

mod address;
mod program;
mod push;
mod send;
mod sequence;
mod setting;
mod snooze;
#[cfg(test)]
pub(crate) mod tried;
mod watch;
mod words;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use time::UtcOffset;

use crate::mux::Reach;
use crate::state::update::Update;
use send::Scene;
use watch::Watch;

pub(crate) use setting::Settings;
pub(crate) use snooze::Snoozes;

/// A timer that fires a breath late never finds that nothing is due yet.
const BREATH: Duration = Duration::from_millis(1);

/// What the thread has to be told.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What the person has set.
    pub settings: Settings,
    /// The difference between local time and UTC, for quiet hours.
    pub offset: UtcOffset,
    /// Where snoozes are kept.
    pub snoozes: PathBuf,
    /// Which multiplexers are asked, and with what.
    pub reach: Reach,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// Starts the thread; it hears through the sender it gives and ends with it. `taken_over_at`: another
/// instance has told of everything that was due until then. `trouble` is told what does not work, and
/// `None` when it works again.
///
/// # Errors
/// The thread cannot be started.
pub(crate) fn start(
    setup: Setup,
    taken_over_at: Option<Timestamp>,
    trouble: impl Fn(Option<String>) + Send + 'static,
) -> io::Result<Sender<Update>> {
    let (sender, update) = channel();
    std::thread::Builder::new()
        .name("notices".into())
        .spawn(move || run(&setup, taken_over_at, &update, trouble))?;
    Ok(sender)
}

fn run(
    setup: &Setup,
    taken_over_at: Option<Timestamp>,
    update: &Receiver<Update>,
    trouble: impl Fn(Option<String>),
) {
    let clock = setup.clock;
    let mut watch = match taken_over_at {
        Some(at) => Watch::taken_over(setup.settings.clone(), setup.offset, at),
        None => Watch::new(setup.settings.clone(), setup.offset, clock()),
    };
    loop {
        let heard = match watch.next() {
            None => update.recv().map_err(RecvTimeoutError::from),
            Some(due) => update.recv_timeout(due.since(clock()) + BREATH),
        };
        match heard {
            Ok(heard) => watch.hear(heard),
            Err(RecvTimeoutError::Timeout) => give(setup, &mut watch, &trouble),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Gives what is due, but for panes that somebody looks at.
fn give(setup: &Setup, watch: &mut Watch, trouble: &impl Fn(Option<String>)) {
    let snoozes = Snoozes::read(&setup.snoozes);
    for mut notice in watch.due((setup.clock)(), &snoozes) {
        let scene = Scene::of(&notice, &setup.reach);
        if scene.is_in_view() {
            continue;
        }
        notice.row.target = scene.target().unwrap_or(notice.row.target);
        let failures = send::send(&notice, &scene, &setup.settings);
        trouble(
            (!failures.is_empty()).then(|| format!("a notice failed: {}", failures.join("; "))),
        );
    }
}
