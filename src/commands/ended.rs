//! The sessions that are over and within reach: of whoever collects, else as they were written down; and which of them
//! is meant by what a person typed.

use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Context, lookup, rows};
use crate::collector::liveness::{has_ended_since, server_has_ended};
use crate::error::{CommandError, EXIT_USAGE};
use crate::hub::client::HubError;
use crate::log::sessions;
use crate::log::when::{Grain, age};
use crate::mux::{PATIENCE, Reach};
use crate::state::{EndedSession, Input, LivingSession, MOST_ENDED, Row};
use crate::sys::lock;

/// Whoever brings sessions back has its turn for no longer than that, nearly always.
const TURN_WITHIN: Duration = Duration::from_secs(60);

/// As many are named where none is meant.
const MOST_NAMED: usize = 8;

/// The sessions that are over, and those that live.
pub(super) struct Ended {
    /// The last one first.
    pub(super) sessions: Vec<EndedSession>,
    living: Vec<Row>,
    /// Lines of the file that are no session, where that was read.
    pub(super) nonsense: usize,
}

impl Ended {
    /// Those of whoever collects; `who` asks.
    pub(super) fn of(context: &Context, who: &str) -> Result<Self, CommandError> {
        let asked = context.hub().subscribe(who).and_then(|mut client| {
            let living = client.rows()?;
            let sessions = client.ended();
            Ok(Self {
                sessions,
                living,
                nonsense: 0,
            })
        });
        match asked {
            Err(HubError::Nobody { .. }) => {
                let (sessions, nonsense) = read(context)?;
                Ok(Self {
                    sessions,
                    living: Vec::new(),
                    nonsense,
                })
            }
            asked => asked.map_err(|error| rows::nobody(&error)),
        }
    }

    /// The session that is meant; without a name the only one.
    pub(super) fn pick(
        &self,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<&EndedSession, CommandError> {
        let is_meant = |session: &&EndedSession| name.is_none_or(|name| is_named(session, name));
        let meant: Vec<&EndedSession> = self.sessions.iter().filter(is_meant).collect();
        let lives = |row: &&Row| {
            row.instance_id
                .as_deref()
                .zip(name)
                .is_some_and(|(id, name)| lookup::names_session(name, id))
        };
        match (meant.as_slice(), name) {
            ([session], _) => Ok(session),
            ([], _) if self.sessions.is_empty() && name.is_none() => {
                let none = CommandError::new("no session is over that could be resumed");
                Err(none.hint("`[ended] keep` says how long one can be; nothing was done"))
            }
            ([], name) => {
                let name = name.unwrap_or_default();
                let nobody =
                    CommandError::new(format!("no session that is over is known as `{name}`"));
                let living = self.living.iter().find(lives);
                let lives = living.map(|row| format!("it lives, in {}", row.target.shown()));
                let nobody = lives.into_iter().fold(nobody, CommandError::hint);
                Err(nobody.hint("`pane-patrol status --ended` lists them; nothing was done"))
            }
            (several, _) => {
                let said = several.iter().take(MOST_NAMED).map(|session| {
                    let ago = age(now.since(session.ended), Grain::Coarse);
                    let place = session.label();
                    let (id, assistant) = (&session.instance_id, &session.assistant);
                    let since = session.since();
                    format!("`{id}` ({assistant} of {place}, {since} {ago} ago)")
                });
                let which = format!("say which: {}", said.collect::<Vec<_>>().join(", "));
                let several = CommandError::new("several sessions are over");
                Err(several
                    .hint(which)
                    .hint("nothing was done")
                    .exit(EXIT_USAGE))
            }
        }
    }
}

impl Ended {
    /// The row of a session in the background that `name` means; `own`: the socket of the server that is meant.
    pub(super) fn behind(&self, name: Option<&str>, own: &str) -> Option<&Row> {
        let meant = lookup::pick(&self.living, name?, own).ok();
        meant.filter(|row| row.is_in_background())
    }
}

/// As long as it is held nobody else who asks for it brings sessions back.
#[must_use]
pub(super) struct Turn(
    #[allow(dead_code, reason = "it is held, and let go with this")] Option<File>,
);

/// Waits until it is this one's turn to bring sessions back.
///
/// # Errors
/// Somebody else is at it for long, or there is no state folder that can be written to.
pub(super) fn turn(context: &Context) -> Result<Turn, CommandError> {
    let Some(file) = context.places().sessions() else {
        return Ok(Turn(None));
    };
    let path = file.with_extension("lock");
    let failed = match lock::hold(&path, TURN_WITHIN) {
        Ok(Some(held)) => return Ok(Turn(Some(held))),
        Ok(None) => CommandError::new("another `pane-patrol resume` is at work for a minute"),
        Err(error) => {
            CommandError::new(format!("could not lock {}", path.display())).caused_by(&error)
        }
    };
    Err(failed.hint("nothing was done"))
}

impl Ended {
    /// The row that shows the session.
    pub(super) fn living_as(&self, session: &EndedSession) -> Option<&Row> {
        let mut living = self.living.iter();
        living.find(|row| session.is(&row.assistant, row.instance_id.as_deref()))
    }
}

/// Held by whoever writes the file: four are started at one time.
static WRITES: Mutex<()> = Mutex::new(());

/// Writes down that a session was started again, or was not: where nobody collects who would know it.
pub(super) fn note_resumed(file: &Path, reach: &Reach, resumed: &Input) {
    let Input::Resumed {
        assistant,
        instance_id,
        place,
    } = resumed
    else {
        return;
    };
    let _writes = WRITES.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Timestamp::now();
    let mut known = sessions::read(file);
    let is_it = |session: &EndedSession| session.is(assistant, Some(instance_id));
    let started = place
        .as_ref()
        .and_then(|(socket, pane)| running(reach, socket, *pane));
    let ended = known.ended.iter().position(is_it);
    let ended = ended.map(|at| known.ended.remove(at));
    let living = known.living.iter().position(|it| is_it(&it.lives));
    let living = living.map(|at| known.living.remove(at).lives);
    let Some(session) = ended.or(living) else {
        return;
    };
    match started {
        Some((server, pid, listed)) => known.living.push(LivingSession {
            pid,
            lives: EndedSession {
                target: listed,
                pane: place.as_ref().map(|(_, pane)| *pane),
                server: Some(server),
                message: None,
                ended: now,
                unseen: false,
                with_server: None,
                ..session
            },
        }),
        // What was started for it has failed: it can be brought back still.
        None => known.ended.insert(
            0,
            EndedSession {
                ended: now,
                with_server: Some(true),
                ..session
            },
        ),
    }
    // What it said was left out before, where it is not to stand there.
    let _ = sessions::write(file, &known, true);
}

/// The server, the pane's process and its address.
fn running(reach: &Reach, socket: &str, pane: PaneId) -> Option<(Server, u32, Target)> {
    let path = Path::new(socket);
    let list = reach.at(path).list(path, PATIENCE).ok()?;
    let server = Server {
        socket: socket.to_owned(),
        pid: list.server_pid,
    };
    let mut panes = list.panes.into_iter();
    let found = panes.find(|listed| listed.pane == pane)?;
    Some((server, found.pid, found.target))
}

/// What the file says, as far as it is within reach still.
pub(super) fn written_down(context: &Context) -> Result<Vec<EndedSession>, CommandError> {
    Ok(read(context)?.0)
}

/// The same, and how many lines of it are no session.
fn read(context: &Context) -> Result<(Vec<EndedSession>, usize), CommandError> {
    let keep = context.config()?.ended.keep();
    let file = context.places().sessions();
    let known = file.as_deref().map(sessions::read).unwrap_or_default();
    let (mut ended, now) = (known.ended, Timestamp::now());
    let over = known.living.into_iter();
    let over = over.filter(|it| has_ended_since(it.pid, it.lives.ended));
    ended.extend(over.map(|it| it.found_over(server_has_ended, now)));
    let judged = ended.into_iter().map(|it| it.judged(server_has_ended));
    let mut ended: Vec<EndedSession> = judged.collect();
    ended.retain(|session| session.kept_until(keep) > now);
    // No more than whoever collects would keep.
    ended.sort_by_key(|session| std::cmp::Reverse(session.ended));
    ended.truncate(MOST_ENDED);
    Ok((ended, known.nonsense))
}

/// Whether it is called so: by its id, where it was, its folder, or its multiplexer's session.
fn is_named(session: &EndedSession, name: &str) -> bool {
    let target = session.target.shown();
    let place = target.rsplit_once(':').map(|(place, _)| place);
    let pane = session.pane.map(|pane| Target::Pane(pane).to_string());
    session.id() == name
        || lookup::names_session(name, session.instance_id.as_str())
        || target == name
        || session.target.to_string() == name
        || pane.as_deref() == Some(name)
        || session.label() == name
        || place == Some(name)
}
