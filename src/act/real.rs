//! The hub, the session file and the multiplexer, as the procedure in [`super::keys`] sees them.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::approval::Verdict;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use rustix::fs::{FlockOperation, flock};
use thiserror::Error;

use super::fate::fate;
use super::keys::{Guard, Outcome, Pane, Press, Pressed, Seen, World, carry_out, once_it_waits};
use super::record::Line;
use super::shown::{NotShown, Shown, check};
use super::{dialog, foreground, tell};
use crate::assistants::homes::Homes;
use crate::assistants::request as asked;
use crate::assistants::{self, Facets};
use crate::hub::client::HubError;
use crate::hub::server::{Collector, Handed, Who};
use crate::mux::{self, Gone, Multiplexer, PATIENCE, Place, Reach, Undone};
use crate::state::{Bound, Decision, Row};

/// Why nobody may act now.
#[derive(Debug, Error)]
enum NoLock {
    /// Another one acts.
    #[error("another answer is just being given")]
    Taken,
    /// The system refused.
    #[error("could not lock {}: {source}", path.display())]
    Io {
        /// The lock.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Why a request is not the one that stood before the person.
#[derive(Debug, Error)]
enum NotAsShown {
    /// The collector cannot be asked.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// Its row does not ask this any more; says what differs.
    #[error("{0}")]
    Changed(&'static str),
    /// It was not shown, or not so.
    #[error(transparent)]
    NotShown(#[from] NotShown),
}

/// The real world of one decision.
#[derive(Clone, Debug)]
pub struct RealWorld {
    /// Where the hub listens and decisions are written down.
    pub places: Places,
    /// The user.
    pub uid: u32,
    /// Where assistants keep their files when a row names no other folder.
    pub homes: Homes,
    /// Which multiplexers there are, and which servers are talked to.
    pub reach: Reach,
    /// The collector in whose process it is carried out.
    pub collector: Arc<dyn Collector>,
}

impl RealWorld {
    /// Answers, through the hook that waits for it or else by keys, and writes the decision down. Two
    /// never act at the same time, in whatever process: the second one must see what the first one did.
    pub fn answer(&self, bound: &Bound, decision: &Decision, who: &Who, shown: &Shown) -> Outcome {
        let began = Timestamp::now();
        let (way, outcome) = match self.lock() {
            Ok(_lock) => self.act(bound, decision, shown),
            Err(why) => ("keys", Outcome::Nothing(why.to_string())),
        };
        let answered = match &outcome {
            Outcome::Done => Some(bound),
            Outcome::Equal(equal) => equal.answered(),
            Outcome::Nothing(_) | Outcome::Unknown(_) => None,
        };
        if let Some(answered) = answered {
            tell::answered(answered, decision, began, (&self.places, self.uid));
        }
        if let Some(path) = self.places.decisions() {
            let line = Line::by_hand(
                bound,
                decision,
                (who, shown),
                way,
                &outcome,
                Timestamp::now(),
            );
            // The answer is given; that it could not be written down changes nothing about it.
            let _ = line.append(&path);
        }
        outcome
    }

    fn act(&self, bound: &Bound, decision: &Decision, shown: &Shown) -> (&'static str, Outcome) {
        let bound = match self.as_shown(bound, decision, shown) {
            Ok(bound) => bound,
            Err(why) => return ("keys", Outcome::Nothing(why.to_string())),
        };
        match self.by_hook(&bound, decision) {
            Some(outcome) => ("hook", outcome),
            None => ("keys", carry_out(&bound, decision, self)),
        }
    }

    /// The request with its whole command, if it is still asked and may be answered by whoever had
    /// `shown` before them: read again, all of it, before anything is sent in whatever way.
    fn as_shown(
        &self,
        bound: &Bound,
        decision: &Decision,
        shown: &Shown,
    ) -> Result<Bound, NotAsShown> {
        let row = self.row(&bound.row)?;
        if let Some(difference) = bound.difference(row.as_ref()) {
            return Err(NotAsShown::Changed(difference));
        }
        let age = bound.age(Timestamp::now());
        let known = asked::look(bound, &self.homes, age, &std::thread::sleep);
        check(bound, decision, shown, &known)?;
        Ok(asked::with_full(bound, known.full(), &self.homes))
    }

    /// Through the assistant's own hook, when one waits for just this request; `None` when not.
    fn by_hook(&self, bound: &Bound, decision: &Decision) -> Option<Outcome> {
        let handed = Handed {
            row: bound.row.clone(),
            instance_id: bound.instance_id.clone(),
            request: bound.request.clone(),
            verdict: verdict(bound, decision)?,
        };
        once_it_waits(bound, self).ok()?;
        let began = self.now();
        match self.collector.hand(handed) {
            Ok(false) => None,
            Ok(true) => {
                let doubt = fate(bound, &[], decision, began, self).doubt();
                let said = |doubt| format!("the hook has got the answer, but {doubt}");
                Some(doubt.map_or(Outcome::Done, |doubt| Outcome::Unknown(said(doubt))))
            }
            // It may have got it or not: keys now could answer twice.
            Err(error) => Some(Outcome::Unknown(error.to_string())),
        }
    }

    fn lock(&self) -> Result<File, NoLock> {
        let path = self.places.runtime.join("act.lock");
        let opening = Opening::to_update().no_link().may_wait().or_make_private();
        let file = opening.anything(&path);
        let file = file.map_err(|source| NoLock::Io { path, source })?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| NoLock::Taken)?;
        Ok(file)
    }
}

/// What the hook is told; `None` for what it cannot decide: a question, and a plan, whose dialog stays.
fn verdict(bound: &Bound, decision: &Decision) -> Option<Verdict> {
    if bound.is_question() || bound.request.tool.as_deref() == Some("ExitPlanMode") {
        return None;
    }
    match decision {
        Decision::Approve => Some(Verdict::Allow),
        Decision::Deny { message } => Some(Verdict::Deny {
            message: message
                .clone()
                .unwrap_or_else(|| "denied by the user".to_owned()),
            interrupt: message.is_none(),
        }),
        Decision::Answer(_) => None,
    }
}

impl RealWorld {
    fn pane_of(&self, bound: &Bound) -> (Place, Box<dyn Multiplexer>) {
        let pane = Target::Pane(bound.pane);
        let place = self.reach.place(Some(bound.server.clone()), pane);
        let mux = mux::of(place.kind, &self.reach);
        (place, mux)
    }
}

impl World for RealWorld {
    fn row(&self, id: &str) -> Result<Option<Row>, HubError> {
        self.collector.row(id)
    }

    fn in_full(&self, bound: Bound) -> Bound {
        asked::with_command(&bound, &self.homes)
    }

    fn open_calls(&self, bound: &Bound) -> Vec<Bound> {
        asked::open_calls(bound, &self.homes)
    }

    fn has_company(&self, bound: &Bound) -> bool {
        asked::has_company(bound, &self.homes)
    }

    fn has_result(&self, bound: &Bound) -> Option<bool> {
        asked::has_result(bound, &self.homes)
    }

    fn runs(&self, bound: &Bound, since: Timestamp) -> bool {
        let (Some(pid), Some(command)) = (bound.pid, bound.command.as_deref()) else {
            return false;
        };
        let calls = assistants::of(&bound.assistant).and_then(Facets::calls);
        calls.is_some_and(|calls| calls.is_run_by(pid, command, since))
    }

    fn witness(&self, bound: &Bound) -> Option<Seen> {
        let home = self.homes.of(&bound.assistant, bound.home.as_deref())?;
        let files = assistants::of(&bound.assistant)?.session_files()?;
        let reading = files.look(&home, bound.pid?, bound.instance_id.as_deref())?;
        Some(Seen {
            level: reading.level,
            instance_id: reading.instance_id,
            written: reading.written,
        })
    }

    fn look(&self, bound: &Bound) -> mux::Outcome<Pane> {
        let (place, mux) = self.pane_of(bound);
        let coloured = dialog::reads_colours(&bound.assistant);
        let screen = mux.read(&place, coloured, PATIENCE);
        let screen = screen.map_err(|undone| explain(undone, &place))?;
        let objection = || foreground::objection(screen.pid?, bound.pid, bound.assistant.as_str());
        Ok(Pane {
            unfit: screen.unfit.or_else(objection),
            screen: screen.text,
            width: screen.width,
            stamp: screen.stamp,
        })
    }

    fn press(&self, bound: &Bound, press: &Press, guard: &Guard) -> mux::Outcome<Pressed> {
        let (place, mux) = self.pane_of(bound);
        let pressed = mux.press(&place, press, guard, PATIENCE);
        pressed.map_err(|undone| explain(undone, &place))
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// A server that is gone is named by its kind.
fn explain(undone: Undone, place: &Place) -> Undone {
    match undone {
        Undone::Gone(Gone::Server) => Undone::Refused(format!("its {} server is gone", place.kind)),
        other => other,
    }
}
