//! Answering by a request's own id, at the server.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::json;

use super::became::watch;
use super::place::{self, IsServer};
use super::thread::Thread;
use super::waiting::{Meant, Waiting};
use crate::assistants::codex::rollout;
use crate::assistants::facets::answers::{Answers, Channel, Given};
use crate::state::{Bound, Decision};

/// What waits is told once more with the answer to a question, or right after it.
const TOLD_AGAIN: Duration = Duration::from_millis(500);

/// So long after it was told of the server asks.
const ASKS_WITHIN: Duration = Duration::from_secs(1);

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(30);

/// See the module.
pub(in crate::assistants::codex) struct ById;

impl Answers for ById {
    fn may_listen(&self, _: &Bound, home: Option<&Path>) -> bool {
        home.is_some_and(place::has_socket)
    }

    fn reach(
        &self,
        bound: &Bound,
        decision: &Decision,
        home: Option<&Path>,
    ) -> Option<Box<dyn Channel>> {
        let open = Open::find(bound, decision, home?, &place::is_server_of)?;
        Some(Box::new(open))
    }
}

/// A request that waits at the server, and what it is to be answered.
pub(super) struct Open {
    thread: Thread,
    waiting: Waiting,
    decision: Decision,
    home: PathBuf,
}

impl Open {
    /// The request of `bound` at the server of `home`, as `is_server` knows it.
    pub(super) fn find(
        bound: &Bound,
        decision: &Decision,
        home: &Path,
        is_server: &IsServer,
    ) -> Option<Self> {
        let session = rollout::thread(bound)?;
        // As it was shown: the call that its record has now is the same still.
        let call =
            rollout::call(bound, home).filter(|call| bound.input == Some(call.input.clone()))?;
        let screen = rollout::screen(bound.instance_id.as_deref(), home)?;
        let stream = place::reach(home, is_server)?;
        let mut thread = Thread::greet(stream, (home, session), &screen)?;
        // A hook tells of it before the server asks.
        let until = Instant::now() + ASKS_WITHIN.saturating_sub(bound.age(Timestamp::now()));
        while !thread.waits().ok()? {
            if Instant::now() >= until {
                return None;
            }
            std::thread::sleep(PAUSE);
        }
        thread.subscribe().ok()?;
        let meant = Meant {
            bound,
            decision,
            thread: session,
            call: &call.id,
        };
        let mut told = thread.told_so_far().ok()?;
        let until = Instant::now() + TOLD_AGAIN;
        while !told.iter().any(|message| message.get("id").is_some()) {
            told.push(thread.link.hear(until).ok()??);
        }
        let waiting = meant.among(&told)?;
        Some(Self {
            thread,
            waiting,
            decision: decision.clone(),
            home: home.to_owned(),
        })
    }
}

impl Channel for Open {
    fn answer(mut self: Box<Self>) -> Given {
        let Self {
            thread,
            waiting,
            decision,
            home,
        } = &mut *self;
        match thread.is_closed(waiting) {
            Ok(false) => {}
            Ok(true) => return Given::Late(None),
            Err(broken) => return Given::Refused(broken.to_string()),
        }
        let answer = json!({"id": waiting.id, "result": waiting.answer});
        if let Err(broken) = thread.link.say(&answer) {
            return Given::Unknown(format!("it may not have come there: {broken}"));
        }
        let session = thread.id().to_owned();
        let record = || rollout::output(Some(&session), &waiting.call, home);
        let given = watch(thread, waiting, decision, &record);
        match decision {
            Decision::Deny {
                message: Some(words),
            } if given == Given::Done => say(thread, words),
            _ => given,
        }
    }
}

/// Gives it the words that belong to a denial which has ended its turn.
fn say(thread: &mut Thread, words: &str) -> Given {
    match thread.begin(words) {
        Ok(()) => Given::Done,
        Err(broken) => Given::Unknown(format!(
            "it was denied, and it is not known whether Codex has the words: {broken}"
        )),
    }
}
