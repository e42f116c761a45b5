//! Prompts at the server: what is put into a session's queue begins its next turn, at once where none runs. It
//! interrupts nothing and answers nothing; until its turn begins no screen shows it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::link::Broken;
use super::place::{self, IsServer, is_codex};
use super::thread::Thread;
use crate::assistants::codex::rollout;
use crate::assistants::facets::prompts::{Later, Prompt, Prompts, Sent, new_id};

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

/// Said of a text that has waited for the end of a turn in vain.
const LEFT: &str = "its turn was interrupted, and Codex keeps the text in its queue, where its pane does not show it, until \
                    somebody types a prompt there";

/// A text is followed for so long: no turn runs longer that anybody waits for.
const FOLLOWED: Duration = Duration::from_secs(6 * 60 * 60);

/// The server says when a turn is over. So often it is asked nevertheless.
const ASKED_EVERY: Duration = Duration::from_secs(30);

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
        self.send_and_follow(prompt).0
    }

    fn send_and_follow(&self, prompt: &Prompt<'_>) -> (Sent, Option<Later>) {
        // A session that an event names is not yet one whose screen runs here.
        match prompt.row.pid.filter(|pid| is_codex(*pid)) {
            Some(_) => send(prompt, &place::is_server_of),
            None => (Sent::NoWay, None),
        }
    }
}

/// Puts it into the queue of its session at the server that `is_server` knows.
pub(super) fn send(prompt: &Prompt<'_>, is_server: &IsServer) -> (Sent, Option<Later>) {
    let Some(mut thread) = reach(prompt, is_server) else {
        return (Sent::NoWay, None);
    };
    let mut text = Value::Null;
    let sent = put(&mut thread, prompt, &mut text);
    let is_queued = sent == Sent::Done { queued: true };
    let later = is_queued.then(|| -> Later { Box::new(move || what_became(thread, &text)) });
    (sent, later)
}

/// What became of a text that is queued, once its turn is over.
fn what_became(mut thread: Thread, text: &Value) -> Option<&'static str> {
    let until = Instant::now() + FOLLOWED;
    while Instant::now() < until {
        let told = thread.link.hear(Instant::now() + ASKED_EVERY).ok()?;
        let is_news = told.is_none_or(|told| {
            told["method"] == "thread/status/changed" && told["params"]["threadId"] == thread.id()
        });
        if !is_news || thread.doing().ok()?["type"] == "active" {
            continue;
        }
        if begins(&mut thread, text)? {
            return None;
        }
        // Another turn may have begun before it.
        if thread.doing().ok()?["type"] != "active" {
            return Some(LEFT);
        }
    }
    None
}

/// Whether a turn begins with the text by and by; `None` where that is not told.
fn begins(thread: &mut Thread, text: &Value) -> Option<bool> {
    let until = Instant::now() + BEGINS_WITHIN;
    while Instant::now() < until {
        if !thread.queue().ok()?.contains(text) {
            return Some(true);
        }
        std::thread::sleep(PAUSE);
    }
    Some(false)
}

/// Puts it into the queue; `id` is what the server calls it there.
fn put(thread: &mut Thread, prompt: &Prompt<'_>, id: &mut Value) -> Sent {
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
    id.clone_from(&queued["id"]);
    if !is_idle {
        return Sent::Done { queued: true };
    }
    match begins(thread, id) {
        Some(true) => Sent::Done { queued: false },
        // Measured: after a turn that was denied or interrupted it waits for the person.
        Some(false) | None => Sent::Unknown(HELD.to_owned()),
    }
}

/// The session at its server.
fn reach(prompt: &Prompt<'_>, is_server: &IsServer) -> Option<Thread> {
    let (home, session) = (prompt.home?, prompt.row.instance_id.as_deref()?);
    let screen = rollout::screen(Some(session), home)?;
    let stream = place::reach(home, is_server)?;
    Thread::greet(stream, (home, session), &screen)
}
