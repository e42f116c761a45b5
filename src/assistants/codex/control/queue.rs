//! Prompts at the server: what is put into a session's queue begins its next turn, at once where none runs. It
//! interrupts nothing and answers nothing; until its turn begins no screen shows it.

use std::time::{Duration, Instant};

use serde_json::json;

use super::link::Broken;
use super::place::{self, IsServer, is_codex};
use super::thread::Thread;
use crate::assistants::codex::rollout;
use crate::assistants::facets::prompts::{Prompt, Prompts, Sent, new_id};

/// So long an idle session may take to begin with it.
const BEGINS_WITHIN: Duration = Duration::from_secs(2);

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Said of a text with which no turn begins although none runs.
const HELD: &str = "Codex keeps it in its queue and has not begun with it: after a turn that was interrupted it goes \
                    with the next prompt typed there";

/// Said of a text that waits for the end of a turn.
const QUEUED: &str = "if that turn is interrupted, Codex keeps it in its queue, where its pane does not show it, until \
                      somebody types a prompt there";

/// See the module.
pub(in crate::assistants::codex) struct Queue;

impl Prompts for Queue {
    fn way(&self) -> &'static str {
        "queue"
    }

    fn note(&self, is_queued: bool) -> Option<&'static str> {
        is_queued.then_some(QUEUED)
    }

    fn send(&self, prompt: &Prompt<'_>) -> Sent {
        // A session that an event names is not yet one whose screen runs here.
        match prompt.row.pid.filter(|pid| is_codex(*pid)) {
            Some(_) => send(prompt, &place::is_server_of),
            None => Sent::NoWay,
        }
    }
}

/// Puts it into the queue of its session at the server that `is_server` knows.
pub(super) fn send(prompt: &Prompt<'_>, is_server: &IsServer) -> Sent {
    let Some(mut thread) = reach(prompt, is_server) else {
        return Sent::NoWay;
    };
    let is_idle = match thread.doing() {
        Ok(status)
            if status["activeFlags"]
                .as_array()
                .is_some_and(|it| !it.is_empty()) =>
        {
            return Sent::Refused("it asks something: answer that first".to_owned());
        }
        Ok(status) => match status["type"].as_str() {
            Some("active") => false,
            Some("idle" | "systemError") => true,
            _ => return Sent::NoWay,
        },
        Err(_) => return Sent::NoWay,
    };
    if let Some(why) = (prompt.objection)() {
        return Sent::Refused(why);
    }
    let about = json!({
        "threadId": thread.id(),
        "clientUserMessageId": new_id(),
        "input": [{"type": "text", "text": prompt.text}],
    });
    let queued = match thread.link.ask("thread/queue/add", &about) {
        Ok(queued) => queued["queuedSubmission"].clone(),
        // Versions before it had a queue.
        Err(Broken::Refused) => return Sent::NoWay,
        Err(broken) => return Sent::Unknown(format!("it may have been sent or not: {broken}")),
    };
    if queued["input"][0]["text"] != prompt.text {
        return Sent::Unknown(
            "it was sent, and its server says that it got something else".to_owned(),
        );
    }
    if !is_idle {
        return Sent::Done { queued: true };
    }
    let until = Instant::now() + BEGINS_WITHIN;
    while Instant::now() < until {
        match thread.queue() {
            Ok(queue) if !queue.contains(&queued["id"]) => return Sent::Done { queued: false },
            Ok(_) => std::thread::sleep(PAUSE),
            Err(_) => break,
        }
    }
    // Measured: after a turn that was denied or interrupted it waits for the person.
    Sent::Unknown(HELD.to_owned())
}

/// The session at its server.
fn reach(prompt: &Prompt<'_>, is_server: &IsServer) -> Option<Thread> {
    let (home, session) = (prompt.home?, prompt.row.instance_id.as_deref()?);
    let screen = rollout::screen(Some(session), home)?;
    let stream = place::reach(home, is_server)?;
    Thread::greet(stream, (home, session), &screen)
}
