//! The sessions that are over and within reach: of whoever collects, else as they were written down; and which of them
//! is meant by what a person typed.

use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Context, lookup, rows};
use crate::collector::liveness::has_ended_since;
use crate::error::{CommandError, EXIT_USAGE};
use crate::hub::client::HubError;
use crate::log::sessions;
use crate::log::when::{Grain, age};
use crate::state::{EndedSession, Row};

/// As many are named where none is meant.
const MOST_NAMED: usize = 8;

/// The sessions that are over, and those that live.
pub(super) struct Ended {
    /// The last one first.
    pub(super) sessions: Vec<EndedSession>,
    living: Vec<Row>,
}

impl Ended {
    /// Those of whoever collects; `who` asks.
    pub(super) fn of(context: &Context, who: &str) -> Result<Self, CommandError> {
        let asked = context.hub().subscribe(who).and_then(|mut client| {
            let living = client.rows()?;
            let sessions = client.ended();
            Ok(Self { sessions, living })
        });
        match asked {
            Err(HubError::Nobody { .. }) => Ok(Self {
                sessions: written_down(context)?,
                living: Vec::new(),
            }),
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

/// What the file says, as far as it is within reach still.
pub(super) fn written_down(context: &Context) -> Result<Vec<EndedSession>, CommandError> {
    let keep = context.config()?.ended.keep();
    let file = context.places().sessions();
    let known = file.as_deref().map(sessions::read).unwrap_or_default();
    let (mut ended, now) = (known.ended, Timestamp::now());
    let over = known.living.into_iter();
    let over = over.filter(|it| has_ended_since(it.pid, it.lives.ended));
    ended.extend(over.map(|it| it.found_over(now)));
    ended.retain(|session| session.ended.plus(keep) > now);
    Ok(ended)
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
