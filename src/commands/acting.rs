//! Having something done about an agent: by whoever collects, or, where nobody does, by the same actor in
//! this process, as far as the event log tells of the agent.

use std::sync::Arc;

use pane_patrol_hooks::timestamp::Timestamp;
use thiserror::Error;

use super::Context;
use super::ended::{note_resumed, written_down};
use super::logged::RecentLog;
use crate::actor::acts::{Actor, Setup};
use crate::actor::{Equal, Outcome, Shown};
use crate::error::CommandError;
use crate::hub::client::{HubError, random_id};
use crate::hub::protocol::{Act, ActOutcome, ActResult, Decide, Right, What, code};
use crate::hub::server::{Actor as _, Collector, Handed, Who};
use crate::state::{Bound, Decision, EndedSession, Input, Row};
use crate::sys::monotone_clock::Clock;

/// Why nobody knows of anything that was done.
#[derive(Debug, Error)]
pub(super) enum NotActed {
    /// Where a collector would be is not known.
    #[error(transparent)]
    NoPlace(#[from] CommandError),
    /// Nobody could be asked, or has answered.
    #[error(transparent)]
    Hub(#[from] HubError),
}

impl NotActed {
    /// Whether it may have been done all the same.
    pub(super) fn is_unsure(&self) -> bool {
        let asked = [
            matches!(self, Self::Hub(HubError::Gone)),
            matches!(self, Self::Hub(HubError::Silent { .. })),
            matches!(self, Self::Hub(HubError::Io { .. })),
        ];
        asked.contains(&true)
    }
}

/// Has a request decided, and says what came of it; `door` is where the person is.
pub(super) fn decide(
    context: &Context,
    door: &str,
    bound: &Bound,
    decision: &Decision,
    shown: &Shown,
) -> Outcome {
    let decide = Decide {
        digest: shown.digest.as_ref().map(ToString::to_string),
        partly: shown.partly,
        ..Decide::of(decision, &bound.request)
    };
    let result = match act(context, door, &bound.row, What::Decide(decide)) {
        Ok(result) => result,
        Err(error) if error.is_unsure() => return Outcome::Unknown(error.to_string()),
        Err(error) => return Outcome::Nothing(error.to_string()),
    };
    let why = result.why;
    match result.outcome {
        ActOutcome::Done => why.map_or(Outcome::Done, |why| Outcome::Equal(Equal::told(why))),
        ActOutcome::Refused if result.late => Outcome::Late(why.unwrap_or_default()),
        ActOutcome::Refused => Outcome::Nothing(why.unwrap_or_default()),
        ActOutcome::Unknown => Outcome::Unknown(why.unwrap_or_default()),
    }
}

/// Has that done about the agent with that id; `door` is where the person is.
pub(super) fn act(
    context: &Context,
    door: &str,
    id: &str,
    what: What,
) -> Result<ActResult, NotActed> {
    act_knowing(context, door, id, None, what)
}

/// The same, with the row as the person knows it.
pub(super) fn act_knowing(
    context: &Context,
    door: &str,
    id: &str,
    row: Option<&Row>,
    what: What,
) -> Result<ActResult, NotActed> {
    act_bound(context, door, (id, row), what, None)
}

/// The same, refused where the row has changed more often than that.
pub(super) fn act_bound(
    context: &Context,
    door: &str,
    (id, row): (&str, Option<&Row>),
    what: What,
    generation: Option<u64>,
) -> Result<ActResult, NotActed> {
    let hub = context.hub();
    let act = Act {
        act_id: random_id(),
        agent_id: id.to_owned(),
        what,
        generation,
        expires: None,
    };
    let error = match hub.act(door, &act) {
        Ok(result) => return Ok(result),
        Err(error) => error,
    };
    let is_nobody = matches!(error, HubError::Nobody { .. });
    // What the hub does not run for who is elsewhere, or seems to be, this process runs where it is.
    let is_too_far = act.what.is_for_home()
        && matches!(&error, HubError::Refused { code, .. } if code == code::NOT_ALLOWED);
    let alone = (is_nobody || is_too_far)
        .then(|| Alone::of(context, row, &act.what))
        .flatten();
    let Some(alone) = alone else {
        return Err(error.into());
    };
    let who = Who {
        door: door.to_owned(),
        name: door.to_owned(),
        device: None,
        right: Right::Own,
        pid: Some(std::process::id()),
        under: None,
    };
    Ok(actor(context, alone).act(&act, &who))
}

/// The actor of this process.
fn actor(context: &Context, alone: Alone) -> Actor {
    let setup = Setup {
        places: context.places(),
        uid: context.environment.uid,
        homes: context.homes(),
        reach: context.reach(),
        home: context.environment.home.clone(),
    };
    let clock = Arc::new(Clock::new(Timestamp::now));
    // There is no table that could be told anything; what was started again the next one has to know.
    let (file, reach) = (context.places().sessions(), context.reach());
    let tell = move |input: Input, _| {
        if let Some(file) = &file {
            note_resumed(file, &reach, &input);
        }
        false
    };
    setup.actor(Arc::new(alone), clock, Box::new(tell))
}

/// What stands for the collector where there is none.
#[derive(Debug, Default)]
struct Alone {
    /// Read again whenever it is asked.
    log: Option<RecentLog>,
    /// The row as the person knows it, where no log tells.
    known: Option<Row>,
    /// The sessions that are over, as they were written down.
    ended: Vec<EndedSession>,
}

impl Alone {
    /// What there is for that; `None` where nobody can tell what has to be known for it.
    fn of(context: &Context, row: Option<&Row>, what: &What) -> Option<Self> {
        let log = || context.recent_log().ok().flatten();
        match what {
            What::Start(_) => Some(Self::default()),
            What::Resume(_) => Some(Self {
                ended: written_down(context).ok()?,
                known: row.cloned(),
                ..Self::default()
            }),
            What::Decide(_) | What::ReadRequest { .. } => log().map(|log| Self {
                log: Some(log),
                ..Self::default()
            }),
            // It is bound to the process in the pane, which is looked at, to the folder it works in, or to its session.
            What::Stop { .. } | What::Task(_) | What::Send(_) => Some(Self {
                log: log(),
                known: row.cloned(),
                ..Self::default()
            }),
            What::Snooze { .. } | What::Trust { .. } | What::Look {} | What::Locate {} => None,
        }
    }
}

impl Collector for Alone {
    fn row(&self, id: &str) -> Result<Option<Row>, HubError> {
        let rows = match self.log.as_ref().and_then(RecentLog::read_again) {
            Some(logged) => logged.rows,
            None => self.known.iter().cloned().collect(),
        };
        Ok(rows.into_iter().find(|row| row.id == id))
    }

    fn ended(&self, id: &str) -> Result<Option<EndedSession>, HubError> {
        Ok(self.ended.iter().find(|it| it.id() == id).cloned())
    }

    /// A hook waits at a collector only.
    fn hand(&self, _: Handed) -> Result<bool, HubError> {
        Ok(false)
    }
}
