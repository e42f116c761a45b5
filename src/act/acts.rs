//! Carries out what somebody wants done about an agent, in the collector's process, whoever wants it and by
//! whatever door it came: looks again, does it or says why not, and writes one line about it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::text::visible;
use pane_patrol_hooks::timestamp::Timestamp;

use super::real::RealWorld;
use super::record::Line;
use super::who::Collector;
use super::{Bound, Digest, Outcome, Shown, Who};
use crate::assistants::homes::Homes;
use crate::assistants::request::{self as asked, Known};
use crate::mux::Reach;
use crate::notify::Snoozes;
use crate::protocol::{
    Act, ActOutcome, ActResult, Decide, Located, MAX_TRUST, Named, ReadRequest, Right, What,
};
use crate::state::{Input, Row};
use crate::sys::monotone_clock::Clock;

/// Fewer letters of a digest would be a guess at which request is meant.
const SHORTEST: usize = 8;

/// What it has to be told.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Where the hub listens and decisions are written down.
    pub(crate) places: Places,
    /// The user.
    pub(crate) uid: u32,
    /// Where assistants keep their files.
    pub(crate) homes: Homes,
    /// Which multiplexers there are.
    pub(crate) reach: Reach,
}

impl Setup {
    /// One that asks that collector.
    pub(crate) fn actor(
        self,
        collector: Arc<dyn Collector>,
        clock: Arc<Clock>,
        tell: Tell,
    ) -> Actor {
        Actor {
            snoozes: Snoozes::place(&self.places),
            world: RealWorld {
                places: self.places,
                uid: self.uid,
                homes: self.homes,
                reach: self.reach,
                collector,
            },
            clock,
            tell,
        }
    }
}

/// See the module.
pub(crate) struct Actor {
    world: RealWorld,
    /// Where snoozes are written down.
    snoozes: PathBuf,
    clock: Arc<Clock>,
    tell: Tell,
}

/// Why nothing is done.
type Refusal = String;

/// Tells the table; whether that could be done.
pub(crate) type Tell = Box<dyn Fn(Input, Timestamp) -> bool + Send + Sync>;

impl Actor {
    /// Does it, or says why not.
    pub(crate) fn act(&self, act: &Act, who: &Who) -> ActResult {
        let id = &act.act_id;
        let row = match self.world.collector.row(&act.agent_id) {
            Ok(Some(row)) => row,
            Ok(None) => return ActResult::refused(id, "there is no such agent"),
            Err(error) => return ActResult::refused(id, error.to_string()),
        };
        if act.generation.is_some_and(|known| known != row.generation) {
            let why = format!("it has changed since: its generation is {}", row.generation);
            return self.written(&row, act, who, ActResult::refused(id, why));
        }
        match &act.what {
            What::ReadRequest { request } => self.read(id, &row, request.as_ref()),
            What::Locate {} => {
                let mut result = ActResult::of(id, ActOutcome::Done, None);
                result.place = Some(Located {
                    target: row.target,
                    server: row.server,
                    pane: row.pane,
                });
                result
            }
            What::Look {} => result(id, self.look(&row)),
            // It writes its own line.
            What::Decide(decide) => self.decide(id, &row, decide, who),
            What::Snooze { seconds } => {
                let done = self.snooze(&row, *seconds);
                self.written(&row, act, who, result(id, done))
            }
            What::Trust {
                instance_id,
                seconds,
            } => {
                let done = self.trust(&row, instance_id, *seconds);
                self.written(&row, act, who, result(id, done))
            }
        }
    }

    /// Writes down that somebody wanted what their door does not allow.
    pub(crate) fn note_overstep(&self, what: &str, who: &Who) {
        if let Some(path) = self.world.places.decisions() {
            let line = Line::overstepped(what, who, self.clock.now());
            // It was not done; that it could not be written down changes nothing about it.
            let _ = line.append(&path);
        }
    }

    fn written(&self, row: &Row, act: &Act, who: &Who, result: ActResult) -> ActResult {
        if act.what.is_recorded()
            && let Some(path) = self.world.places.decisions()
        {
            let outcome = match result.outcome {
                ActOutcome::Done => "done",
                ActOutcome::Refused => "nothing",
                ActOutcome::Unknown => "unknown",
            };
            let came = (outcome, result.why.as_deref());
            let line = Line::by_act(row, act.what.name(), who, came, self.clock.now());
            // It is done; that it could not be written down changes nothing about it.
            let _ = line.append(&path);
        }
        result
    }

    fn read(&self, id: &str, row: &Row, named: Option<&Named>) -> ActResult {
        let (bound, known) = match self.request(row, named) {
            Ok(found) => found,
            Err(why) => return ActResult::refused(id, why),
        };
        let is_missing = known.full().is_none() && asked::is_recorded(&bound);
        let reason = match &known {
            Known::Beginning(why) => Some(why.clone()),
            Known::Said if is_missing => {
                Some("what stands beside its command was not found".to_owned())
            }
            Known::Whole(_) | Known::Said => None,
        };
        let mut result = ActResult::of(id, ActOutcome::Done, None);
        result.request = Some(ReadRequest {
            generation: row.generation,
            digest: Digest::of(&bound, &known).to_string(),
            whole: known.is_whole() && !is_missing,
            text: visible(&asked::text(&bound.request, &known)),
            input: known.full().map(|full| full.input.clone()),
            reason,
            request: bound.request,
        });
        result
    }

    /// The request that is meant, and all that is known of it.
    fn request(&self, row: &Row, named: Option<&Named>) -> Result<(Bound, Known), Refusal> {
        Bound::to(row).map_err(|why| why.to_string())?;
        let all = row.waiting.iter();
        let all = all.filter_map(|request| Bound::to_request(row, request).ok());
        let mut meant: Vec<(Bound, Option<Known>)> = match named {
            None => all.map(|bound| (bound, None)).collect(),
            Some(Named::Whole(request)) => all
                .filter(|bound| bound.request == **request)
                .map(|bound| (bound, None))
                .collect(),
            Some(Named::Id(id)) => all.filter_map(|bound| self.has_id(bound, id)).collect(),
        };
        match meant.len() {
            0 => Err("it does not ask that, or not any more".to_owned()),
            1 => {
                let (bound, known) = meant.remove(0);
                let known = known.unwrap_or_else(|| self.look_at(&bound));
                Ok((bound, known))
            }
            several => Err(format!(
                "{several} requests wait in it: name one in `request`"
            )),
        }
    }

    fn has_id(&self, bound: Bound, id: &str) -> Option<(Bound, Option<Known>)> {
        if bound.request.request_id.as_deref() == Some(id) {
            return Some((bound, None));
        }
        if id.len() < SHORTEST {
            return None;
        }
        let known = self.look_at(&bound);
        let is_it = Digest::of(&bound, &known).as_str().starts_with(id);
        is_it.then_some((bound, Some(known)))
    }

    fn look_at(&self, bound: &Bound) -> Known {
        let age = bound.age(self.clock.now());
        asked::look_longer(bound, &self.world.homes, age, &std::thread::sleep)
    }

    fn decide(&self, id: &str, row: &Row, decide: &Decide, who: &Who) -> ActResult {
        let refused = |why: &str| ActResult::refused(id, why);
        if decide.partly && who.right != Right::Own {
            return refused("only the hub's owner decides about what was not shown in full");
        }
        let decision = match decide.decision() {
            Ok(decision) => decision,
            Err(why) => return refused(why),
        };
        let digest = match decide.digest.as_deref().map(str::parse) {
            None => None,
            Some(Ok(digest)) => Some(digest),
            Some(Err(_)) => return refused("that is no digest"),
        };
        let bound = match &decide.request {
            Some(Named::Whole(request)) => Bound::to_request(row, request),
            named => match self.request(row, named.as_ref()) {
                Ok((bound, _)) => Ok(bound),
                Err(why) => return refused(&why),
            },
        };
        let bound = match bound {
            Ok(bound) => bound,
            Err(why) => return refused(&why.to_string()),
        };
        let shown = Shown {
            digest,
            partly: decide.partly,
        };
        let (outcome, why) = match self.world.answer(&bound, &decision, who, &shown) {
            Outcome::Done => (ActOutcome::Done, None),
            Outcome::Equal(equal) => (ActOutcome::Done, Some(equal.words().to_owned())),
            Outcome::Nothing(why) => (ActOutcome::Refused, Some(why)),
            Outcome::Unknown(why) => (ActOutcome::Unknown, Some(why)),
        };
        ActResult::of(id, outcome, why)
    }

    fn snooze(&self, row: &Row, seconds: u64) -> Result<(), Refusal> {
        let now = self.clock.now();
        let until = (seconds > 0).then(|| now.plus(Duration::from_secs(seconds)));
        let snoozes = Snoozes::read(&self.snoozes).with(&row.id, until, now);
        let failed = |error| format!("could not write {}: {error}", self.snoozes.display());
        snoozes.write(&self.snoozes).map_err(failed)
    }

    fn trust(&self, row: &Row, instance_id: &str, seconds: u64) -> Result<(), Refusal> {
        if row.instance_id.as_deref() != Some(instance_id) {
            return Err("another session has taken its place".to_owned());
        }
        if !row.assistant.can_ask_us() {
            return Err("it can be answered by keys only".to_owned());
        }
        let now = self.clock.now();
        let span = Duration::from_secs(seconds).min(MAX_TRUST);
        self.tell(Input::Trust {
            row: row.id.clone(),
            instance_id: instance_id.to_owned(),
            until: (seconds > 0).then(|| now.plus(span)),
        })
    }

    fn look(&self, row: &Row) -> Result<(), Refusal> {
        let (Some(server), Some(pane)) = (row.server.clone(), row.pane) else {
            return Err("it is in no pane that is known".to_owned());
        };
        self.tell(Input::LookedAt { server, pane })
    }

    fn tell(&self, input: Input) -> Result<(), Refusal> {
        let is_told = (self.tell)(input, self.clock.now());
        let ending = || "the collector is ending".to_owned();
        is_told.then_some(()).ok_or_else(ending)
    }
}

fn result(id: &str, done: Result<(), Refusal>) -> ActResult {
    match done {
        Ok(()) => ActResult::of(id, ActOutcome::Done, None),
        Err(why) => ActResult::refused(id, why),
    }
}
