//! Carries out what somebody wants done about an agent, in the collector's process, whoever wants it and by
//! whatever door it came: looks again, does it or says why not, and writes one line about it.

pub(super) mod resume;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::text::one_line;
use pane_patrol_hooks::timestamp::Timestamp;

use super::audit::Line;
use super::executor::{Executor, Refusal};
use super::manage::Meant;
use super::{late, lately, send, tell};
use crate::assistants::facets::prompts::Later;
use crate::assistants::homes::Homes;
use crate::hub::protocol::{
    Act, ActOutcome, ActResult, Located, MAX_TRUST, SentPrompt, Start, What,
};
use crate::hub::server::{self, Collector, Lately, Who};
use crate::mux::Reach;
use crate::notify::Snoozes;
use crate::state::{Input, Row};
use crate::sys::monotone_clock::Clock;
use resume::Begun;

/// Nobody is snoozed for longer at one time: a year.
const MAX_SNOOZE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Of a text that is sent so much is written down, in characters.
const MAX_SAID: usize = 200;

/// Begins why nothing is done about a row that is not as whoever wants it knows it.
pub(crate) const CHANGED: &str = "it has changed since";

/// What came of an act that is about to be done.
const NOTHING_YET: (&str, Option<&str>) = ("", None);

/// So many texts that are queued are followed at once.
const MOST_FOLLOWED: usize = 16;

/// One of them.
struct Followed;

static FOLLOWED: AtomicUsize = AtomicUsize::new(0);

impl Followed {
    fn take() -> Option<Self> {
        let place = Self;
        (FOLLOWED.fetch_add(1, Ordering::Relaxed) < MOST_FOLLOWED).then_some(place)
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        FOLLOWED.fetch_sub(1, Ordering::Relaxed);
    }
}

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
    /// The person's home.
    pub(crate) home: Option<PathBuf>,
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
            executor: Executor {
                places: self.places,
                uid: self.uid,
                homes: self.homes,
                home: self.home,
                reach: self.reach,
                collector,
                refusals: Arc::default(),
            },
            clock,
            tell,
            begun: Begun::default(),
        }
    }
}

/// See the module.
pub(crate) struct Actor {
    executor: Executor,
    /// Where snoozes are written down.
    snoozes: PathBuf,
    clock: Arc<Clock>,
    tell: Tell,
    /// What was started again.
    begun: Begun,
}

/// Tells the table; whether that could be done.
pub(crate) type Tell = Box<dyn Fn(Input, Timestamp) -> bool + Send + Sync>;

impl server::Actor for Actor {
    fn act(&self, act: &Act, who: &Who) -> ActResult {
        let id = &act.act_id;
        let now = self.clock.now();
        if act.expires.is_some_and(|expires| expires <= now) {
            return self.untried(act, who, "it has expired");
        }
        if let What::Start(start) = &act.what {
            return self.start(id, start, who);
        }
        if let What::Resume(resume) = &act.what {
            return self.resume(act, resume, who);
        }
        let row = match self.executor.collector.row(&act.agent_id) {
            Ok(Some(row)) => row,
            Ok(None) => return self.untried(act, who, "there is no such agent"),
            Err(error) => return ActResult::refused(id, error.to_string()),
        };
        if act.generation.is_some_and(|known| known != row.generation) {
            let why = format!("{CHANGED}: its generation is {}", row.generation);
            return self.written(&row, act, who, None, ActResult::refused(id, why));
        }
        match &act.what {
            What::ReadRequest { request } => self.executor.read(id, &row, request.as_ref()),
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
            What::Decide(decide) => {
                match self.executor.decide(id, &row, decide, who, act.expires) {
                    Ok(result) => result,
                    // Who has a digest was shown a request, and there is none any more.
                    Err(_) if decide.digest.is_some() && row.waiting.is_empty() => {
                        let late = ActResult::late(id, late::SOMEHOW.to_owned());
                        self.written(&row, act, who, None, late)
                    }
                    Err(why) => self.written(&row, act, who, None, ActResult::refused(id, why)),
                }
            }
            What::Stop {
                instance_id,
                pid,
                close_pane,
            } => {
                let instance_id = instance_id.as_deref();
                let meant = Meant {
                    instance_id,
                    pid: *pid,
                };
                let objection = match close_pane {
                    true => self.executor.objection_to_hearsay(&row, who.right),
                    false => (self.executor).objection_to_hearsay_of_process(&row, who.right),
                };
                if let Some(why) = objection {
                    return self.written(&row, act, who, None, ActResult::refused(id, why));
                }
                let intent = self.intend(&row, act, who);
                let is_over = row.is_left_behind() && !close_pane;
                let result = if is_over && meant.objection(&row).is_none() {
                    self.dismiss(id, &row)
                } else {
                    self.executor.stop(id, &row, &meant, *close_pane)
                };
                self.written(&row, act, who, Some(&intent), result)
            }
            What::Send(wanted) => {
                let intent = self.intend(&row, act, who);
                let (result, later) = self.executor.send(id, &row, wanted, who.right);
                let result = self.written(&row, act, who, Some(&intent), result);
                if let Some(later) = later {
                    self.follow(row, act, who, intent, later);
                }
                result
            }
            What::Task(wanted) => {
                let intent = self.intend(&row, act, who);
                let result = self.executor.change_task(id, &row, wanted);
                self.written(&row, act, who, Some(&intent), result)
            }
            What::Start(_) | What::Resume(_) => ActResult::refused(id, "it is about no agent"),
            What::Snooze { seconds } => {
                let done = self.snooze(&row, *seconds);
                self.written(&row, act, who, None, result(id, done))
            }
            What::Trust {
                instance_id,
                seconds,
            } => {
                let done = self.trust(&row, instance_id, *seconds);
                self.written(&row, act, who, None, result(id, done))
            }
        }
    }

    fn note_overstep(&self, what: &str, who: &Who) {
        let line = Line::overstepped(what, who, self.clock.now());
        self.executor.record(&line, who.right);
    }

    fn note_refused(&self, act: &Act, who: &Who, why: &str) {
        self.untried(act, who, why);
    }

    fn lately(&self, within: Duration) -> Vec<Lately> {
        let path = self.executor.places.decisions();
        path.map_or_else(Vec::new, |path| {
            lately::read(&path, self.clock.now(), within)
        })
    }
}

impl Actor {
    /// Writes down what is about to be done, where that takes time; by what is given back the line is known that
    /// tells what came of it. What is decided has its line where it is compared with what is asked.
    fn intend(&self, row: &Row, act: &Act, who: &Who) -> String {
        let what = (act.what.name(), way(&act.what));
        let line = Line::by_act(row, what, who, NOTHING_YET, self.clock.now());
        let line = line.saying(self.said(&act.what).as_deref());
        self.executor.intend(line, who.right)
    }

    fn written(
        &self,
        row: &Row,
        act: &Act,
        who: &Who,
        intent: Option<&str>,
        result: ActResult,
    ) -> ActResult {
        if act.what.is_recorded() {
            let now = self.clock.now();
            let sent = result.sent.as_ref().map(|sent| sent.way.as_str());
            let what = (act.what.name(), sent.unwrap_or(way(&act.what)));
            let (outcome, why) = came(&result);
            // What waits has not come, and its turn may end otherwise: that is written down, too.
            let waits = result.sent.as_ref().and_then(SentPrompt::waits);
            let both = waits.zip(why).map(|(waits, why)| format!("{waits}; {why}"));
            let why = both.as_deref().or(waits).or(why);
            let line = Line::by_act(row, what, who, (outcome, why), now);
            let line = line.saying(self.said(&act.what).as_deref());
            self.executor.record(&line.after(intent), who.right);
        }
        result
    }

    /// Takes a row away of which nothing runs any more.
    fn dismiss(&self, id: &str, row: &Row) -> ActResult {
        let gone = tell::dismissal(row, self.clock.now());
        match self.tell(Input::Event(Box::new(gone))) {
            Ok(()) => self.executor.dismissed(id, row),
            Err(why) => ActResult::refused(id, why),
        }
    }

    /// Has it written down and told when a text that is queued does not come.
    fn follow(&self, row: Row, act: &Act, who: &Who, intent: String, later: Later) {
        let Some(place) = Followed::take() else {
            return;
        };
        let (executor, clock) = (self.executor.clone(), Arc::clone(&self.clock));
        let (who, said, name) = (who.clone(), self.said(&act.what), act.what.name());
        let follow = move || {
            let _place = place;
            let Some(why) = later() else { return };
            let line = Line::by_act(
                &row,
                (name, "queue"),
                &who,
                ("unknown", Some(why)),
                clock.now(),
            );
            let line = line.saying(said.as_deref());
            executor.record(&line.after(Some(&intent)), who.right);
            tell::kept_back(&row, why, (&executor.places, executor.uid));
        };
        // Without a thread it is not seen; what may become of it was told.
        let _ = std::thread::Builder::new()
            .name("queued".into())
            .spawn(follow);
    }

    /// What exactly is wanted, where its name does not say that. A text is a message, which the person may not
    /// want to be kept.
    fn said(&self, what: &What) -> Option<String> {
        match what {
            What::Task(wanted) => Some(wanted.to_string()),
            What::Send(wanted) if self.executor.keeps_messages() => {
                Some(one_line(&wanted.text, MAX_SAID))
            }
            What::Send(wanted) => Some(send::measure(&wanted.text)),
            _ => None,
        }
    }

    /// Refuses what is not even tried.
    fn untried(&self, act: &Act, who: &Who, why: &str) -> ActResult {
        if act.what.is_recorded() {
            let about = (act.agent_id.as_str(), act.what.name());
            let line = Line::untried(about, who, why, self.clock.now());
            self.executor.record(&line, who.right);
        }
        ActResult::refused(&act.act_id, why)
    }

    fn start(&self, id: &str, start: &Start, who: &Who) -> ActResult {
        let launcher = &start.launcher;
        let line = Line::started(launcher, None, who, NOTHING_YET, self.clock.now());
        let intent = self.executor.intend(line, who.right);
        let result = self.executor.start(id, start);
        let place = result.place.as_ref().map(|place| &place.target);
        let line = Line::started(launcher, place, who, came(&result), self.clock.now());
        self.executor.record(&line.after(Some(&intent)), who.right);
        result
    }

    fn snooze(&self, row: &Row, seconds: u64) -> Result<(), Refusal> {
        let now = self.clock.now();
        let span = Duration::from_secs(seconds).min(MAX_SNOOZE);
        let until = (seconds > 0).then(|| now.plus(span));
        let snoozes = Snoozes::read(&self.snoozes).with(&row.id, until, now);
        let failed = |error| format!("could not write {}: {error}", self.snoozes.display());
        snoozes.write(&self.snoozes).map_err(failed)
    }

    fn trust(&self, row: &Row, instance_id: &str, seconds: u64) -> Result<(), Refusal> {
        if row.instance_id.as_deref() != Some(instance_id) {
            return Err("another session has taken its place".to_owned());
        }
        if !row.assistant.can_ask_us() {
            return Err("it asks nobody but you".to_owned());
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

/// By what it is done, in the words of the audit.
fn way(what: &What) -> &'static str {
    match what {
        What::Stop {
            close_pane: false, ..
        } => "process",
        What::Stop {
            close_pane: true, ..
        }
        | What::Start(_)
        | What::Resume(_) => "pane",
        What::Task(_) => "file",
        // What is sent has its way in its result.
        What::Decide(_) | What::Send(_) => "none",
        _ => "table",
    }
}

/// What came of it, in the words of the audit.
fn came(result: &ActResult) -> (&'static str, Option<&str>) {
    let outcome = match result.outcome {
        ActOutcome::Done => "done",
        ActOutcome::Refused if result.late => "late",
        ActOutcome::Refused => "nothing",
        ActOutcome::Unknown => "unknown",
    };
    (outcome, result.why.as_deref())
}
