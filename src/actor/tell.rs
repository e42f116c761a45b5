//! Telling the collector of an answer that took effect, and the log, which nobody else tells.
//!
//! No hook fires at an answer, and while other dialogs of the same assistant queue its session file
//! does not change either: without this word the request would be shown until its tool has ended.

use std::time::{Duration, Instant};

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::event_log::EventLog;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::send::Listener;
use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::{Bound, Decision, Row};

/// How long a place in a full queue is waited for.
const PATIENCE: Duration = Duration::from_millis(200);

/// Tells that `bound` was answered with `decision`, which was begun at `began`: what was asked since
/// is another request, however much it looks like this one.
pub(super) fn answered(
    bound: &Bound,
    decision: &Decision,
    began: Timestamp,
    (places, uid): (&Places, u32),
) {
    tell(&event(bound, decision, began), (places, uid));
}

fn tell(event: &Event, (places, uid): (&Places, u32)) {
    let Ok(line) = event.encode() else {
        return;
    };
    if let Some(listener) = Listener::find(places, uid) {
        listener.send_later(&line, Instant::now() + PATIENCE);
    }
    if let Some(log) = places.event_log().and_then(|path| EventLog::open(&path)) {
        // What is wrong with the log is told elsewhere.
        let _ = log.append_event(event, &line);
    }
}

/// That the person wants no more of a row that was left behind.
pub(super) fn dismissal(row: &Row, now: Timestamp) -> Event {
    let mut event = Event::new(row.assistant.clone(), State::Idle, row.target.clone(), now);
    event.kind = Some(Kind::SessionEnded);
    event.source = Source::User;
    event.instance_id.clone_from(&row.instance_id);
    event
}

/// Tells that a text which waited for the end of a turn is kept back.
pub(super) fn kept_back(row: &Row, why: &str, (places, uid): (&Places, u32)) {
    let now = Timestamp::now();
    let mut event = Event::new(row.assistant.clone(), State::Idle, row.target.clone(), now);
    event.kind = Some(Kind::Note);
    event.source = Source::User;
    event.event = Some("a text is kept back".to_owned());
    event.message = Some(one_line(why, MAX_MESSAGE_CHARS));
    event.pane = row.pane;
    event.server.clone_from(&row.server);
    event.pid = row.pid;
    event.instance_id.clone_from(&row.instance_id);
    event.home.clone_from(&row.home);
    tell(&event, (places, uid));
}

fn event(bound: &Bound, decision: &Decision, began: Timestamp) -> Event {
    let mut event = Event::new(
        bound.assistant.clone(),
        State::Running,
        bound.target.clone(),
        began,
    );
    event.kind = Some(Kind::Answered);
    event.source = Source::User;
    event.event = Some(decision.name().to_owned());
    event.pane = bound.pane;
    event.server.clone_from(&bound.server);
    event.pid = bound.pid;
    event.instance_id.clone_from(&bound.instance_id);
    event.home.clone_from(&bound.home);
    event.agent_id.clone_from(&bound.request.agent_id);
    event.request_id.clone_from(&bound.request.request_id);
    event.tool.clone_from(&bound.request.tool);
    event.message.clone_from(&bound.request.message);
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Input, Request, Settings, Table};

    /// A table in which two sub-agents ask for the same command.
    fn asking() -> Table {
        let mut table = Table::new(Settings {
            ttl: Duration::from_secs(300),
            own_server: None,
        });
        for agent in ["one", "two"] {
            let event = format!(
                r#"{{"assistant":"claude","state":"waiting_approval","kind":"approval_requested","target":"a:0.0",
                "pane":"%1","server":"/tmp/t,1","instance_id":"s","agent_id":"{agent}","request_id":"{agent}",
                "tool":"Bash","message":"touch f","ts":"2026-11-21T23:30:05Z"}}"#
            );
            let event = Event::parse(event.as_bytes()).unwrap();
            let at = event.ts;
            table.apply(Input::Event(Box::new(event)), at);
        }
        table
    }

    fn open(table: &Table) -> Vec<Request> {
        table.rows().remove(0).waiting
    }

    #[test]
    fn an_answer_that_is_told_closes_its_own_request_and_no_other() {
        for decision in [Decision::Approve, Decision::Deny { message: None }] {
            let mut table = asking();
            let row = table.rows().remove(0);
            let mut bound = Bound::to(&row).unwrap();
            bound.request = row.waiting[1].clone();
            let began = row.since.plus(Duration::from_secs(5));
            let event = event(&bound, &decision, began);
            assert_eq!(Event::parse(&event.encode().unwrap()).unwrap(), event);
            table.apply(Input::Event(Box::new(event)), began);
            assert_eq!(open(&table), [row.waiting[0].clone()]);
        }
    }

    #[test]
    fn what_was_asked_after_the_answer_had_begun_stays_open() {
        let mut table = asking();
        let row = table.rows().remove(0);
        let mut bound = Bound::to(&row).unwrap();
        bound.request.request_id = None;
        let event = event(
            &bound,
            &Decision::Approve,
            row.since.minus(Duration::from_secs(1)),
        );
        table.apply(Input::Event(Box::new(event)), row.since);
        assert_eq!(open(&table).len(), 2);
    }
}
