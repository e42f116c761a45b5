//! What an assistant asks whose hooks nobody has heard: the collector came later. Its session file says
//! that it waits, and its transcript for what. Read once, in a thread of its own; from then on its hooks
//! tell. Where none do, nobody knows how long an approved command runs, and it is not said to.
//!
//! And what it asks no more, where several requests wait: its transcript has a result of what a person has
//! dismissed, of which no hook tells.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender, SyncSender};
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants;
use crate::assistants::facets::{Calls, request as asked};
use crate::assistants::homes::Homes;
use crate::assistants::request::has_result;
use crate::collector::Message;
use crate::state::{Bound, Request, Row};

/// A call is written down at most so long before its dialog is open.
const BEFORE: Duration = Duration::from_secs(2);

/// How often, and after which pauses, a transcript is looked for that is not written yet.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_millis(900),
    Duration::from_millis(900),
];

/// How many are remembered that were looked up.
const REMEMBERED: usize = 256;

/// What the thread is to do.
#[derive(Debug)]
enum Order {
    /// Look up what this row asks, in this config folder of its assistant's.
    Look(Box<Row>, PathBuf),
    /// The row works again, and of its hooks still nothing was heard.
    Works(Box<Row>),
    /// Look which of the requests of this row have ended.
    Ends(Box<Row>),
}

/// The thread, and what it was asked.
#[derive(Debug)]
pub(in crate::collector) struct Unheard {
    orders: Sender<Order>,
    asked: BTreeSet<String>,
    homes: Homes,
}

impl Unheard {
    /// Starts the thread. It ends when this is dropped.
    pub(in crate::collector) fn start(
        homes: Homes,
        output: SyncSender<Message>,
    ) -> io::Result<Self> {
        let (orders, inbox) = mpsc::channel::<Order>();
        let of_thread = homes.clone();
        let run = move || {
            let mut begun: BTreeMap<String, Vec<Event>> = BTreeMap::new();
            let tell = |events: Vec<Event>| {
                events.is_empty() || output.send(Message::Unheard(events)).is_ok()
            };
            for order in inbox {
                let is_told = match order {
                    Order::Look(row, config) => {
                        begun.retain(|_, events| !events.is_empty());
                        let told = begun.entry(row.id.clone()).or_default();
                        told.clear();
                        look(&row, &config, told, &tell)
                    }
                    Order::Works(row) => {
                        let events = begun.remove(&row.id).unwrap_or_default();
                        tell(events.into_iter().map(|event| ended(event, &row)).collect())
                    }
                    Order::Ends(row) => tell(ends(&row, &of_thread)),
                };
                if !is_told {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("unheard".into())
            .spawn(run)?;
        Ok(Self {
            orders,
            asked: BTreeSet::new(),
            homes,
        })
    }

    /// Has the row looked up, if only its session file has told of it and not for what it waits.
    pub(in crate::collector) fn look(&mut self, row: &Row) {
        let only_seen = row.evidence.iter().all(|one| one.source == Source::Witness);
        if calls_of(row).is_none() || !only_seen {
            return;
        }
        match (row.state, &row.tool) {
            (State::Running, Some(_)) => {
                let _ = self.orders.send(Order::Works(Box::new(row.clone())));
            }
            (State::WaitingApproval | State::WaitingInput, None) => self.look_up(row),
            _ => {}
        }
    }

    /// Has it looked up which requests of the row have ended, where several wait: of what a person dismisses in
    /// the pane no hook tells, and the session file tells of all of them together.
    pub(in crate::collector) fn look_for_ends(&self, row: &Row) {
        if row.waiting.len() > 1 && calls_of(row).is_some() {
            let _ = self.orders.send(Order::Ends(Box::new(row.clone())));
        }
    }

    fn look_up(&mut self, row: &Row) {
        let config = self.homes.of(&row.assistant, row.home.as_deref());
        let (Some(config), Some(session)) = (config, &row.instance_id) else {
            return;
        };
        if self.asked.len() > REMEMBERED {
            self.asked.clear();
        }
        let which = format!("{session} {} {:?}", row.state, row.since);
        if self.asked.insert(which) {
            let _ = self.orders.send(Order::Look(Box::new(row.clone()), config));
        }
    }
}

/// The record of calls that the row's assistant keeps.
fn calls_of(row: &Row) -> Option<&'static dyn Calls> {
    assistants::of(&row.assistant)?.calls()
}

/// Tells the starts of the calls that are open, as its hooks would have, and adds them to `told`; of two
/// sub-agents one may be a moment later than the other. Whether anybody listens still.
fn look(
    row: &Row,
    config: &Path,
    told: &mut Vec<Event>,
    tell: &dyn Fn(Vec<Event>) -> bool,
) -> bool {
    let session = row.instance_id.as_deref().unwrap_or_default();
    let since = row.since.minus(BEFORE);
    for (pause, left) in PAUSES.into_iter().zip((0..PAUSES.len()).rev()) {
        std::thread::sleep(pause);
        let found = calls_of(row)
            .and_then(|calls| calls.begun(config, session, since))
            .unwrap_or_default();
        let is_told = |call: &asked::Open| {
            let mut told = told.iter();
            told.any(|event| event.request_id.as_ref() == Some(&call.id))
        };
        // A sub-agent may be about to begin for it; if none does, it asks itself.
        let is_early = |call: &asked::Open| left > 0 && row.assistant.delegates_by(&call.tool);
        let is_all = found.is_whole && !found.calls.iter().any(is_early);
        let calls = found.calls.into_iter();
        let news = calls.filter(|call| !is_told(call) && !is_early(call));
        let news: Vec<Event> = news.map(|call| begun(row, call)).collect();
        told.extend(news.iter().cloned());
        if !tell(news) {
            return false;
        }
        if is_all && !told.is_empty() {
            break;
        }
    }
    true
}

/// The ends of those requests of the row that have a result by now.
fn ends(row: &Row, homes: &Homes) -> Vec<Event> {
    let now = Timestamp::now();
    let has_ended = |request: &&Request| {
        let bound = Bound::to_request(row, request);
        bound.is_ok_and(|bound| has_result(&bound, homes) == Some(true))
    };
    let ended = row.waiting.iter().filter(has_ended);
    ended
        .map(|request| {
            let mut event = of_row(row, Kind::ToolFinished, now);
            event.agent_id.clone_from(&request.agent_id);
            event.request_id.clone_from(&request.request_id);
            event.tool.clone_from(&request.tool);
            event.message.clone_from(&request.message);
            event
        })
        .collect()
}

fn begun(row: &Row, call: asked::Open) -> Event {
    let mut event = of_row(row, Kind::ToolStarted, call.at);
    event.agent_id = call.agent_id;
    event.request_id = Some(call.id);
    event.tool = Some(call.tool);
    event.message = call.message;
    event
}

/// What the record of the row's assistant tells.
fn of_row(row: &Row, kind: Kind, at: Timestamp) -> Event {
    let (assistant, target) = (row.assistant.clone(), row.target.clone());
    let mut event = Event::new(assistant, State::Running, target, at);
    event.kind = Some(kind);
    event.event = Some("transcript".to_owned());
    event.source = Source::Witness;
    event.server.clone_from(&row.server);
    event.pane = row.pane;
    event.pid = row.pid;
    event.home.clone_from(&row.home);
    event.instance_id.clone_from(&row.instance_id);
    event
}

fn ended(mut event: Event, row: &Row) -> Event {
    event.kind = Some(Kind::ToolFinished);
    event.ts = event.ts.max(row.since);
    event
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;

    use super::*;
    use crate::state::fixture::row;

    /// 2.1.197 writes each of them a moment after the other.
    #[test]
    fn of_two_sub_agents_both_are_told_and_never_the_calls_that_began_them() {
        let config = tempfile::tempdir().unwrap();
        let project = config.path().join("projects/-p");
        let subs = project.join("s/subagents");
        std::fs::create_dir_all(&subs).unwrap();
        let at = Timestamp::parse("2026-11-29T01:00:00Z").unwrap();
        let uses = |id: &str, tool: &str| {
            let input = json!({"command": id, "description": id});
            let block = json!({"type": "tool_use", "id": id, "name": tool, "input": input});
            let line = json!({"timestamp": at.to_string(), "message": {"content": [block]}});
            format!("{line}\n")
        };
        let begin = |agent: &str, call: &str, asks: &str| {
            let meta = json!({"toolUseId": call}).to_string();
            std::fs::write(subs.join(format!("agent-{agent}.meta.json")), meta).unwrap();
            std::fs::write(
                subs.join(format!("agent-{agent}.jsonl")),
                uses(asks, "Bash"),
            )
            .unwrap();
        };
        let calls = uses("one", "Agent") + &uses("two", "Agent");
        std::fs::write(project.join("s.jsonl"), calls).unwrap();
        let mut row = row(1, "claude", State::WaitingApproval, "a:0.0", 5);
        (row.instance_id, row.since) = (Some("s".to_owned()), at);
        let told = RefCell::new(Vec::<Vec<String>>::new());
        let tell = |events: Vec<Event>| {
            let mut told = told.borrow_mut();
            told.push(
                events
                    .into_iter()
                    .filter_map(|event| event.request_id)
                    .collect(),
            );
            // What follows is written between two looks.
            match told.len() {
                1 => begin("a1", "one", "first"),
                2 => begin("a2", "two", "second"),
                _ => {}
            }
            true
        };
        let mut all = Vec::new();
        assert!(look(&row, config.path(), &mut all, &tell));
        let names =
            |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).into()).collect() };
        let expected = [names(&[]), names(&["first"]), names(&["second"])];
        assert_eq!(*told.borrow(), expected);
        assert_eq!(all.len(), 2);
    }

    /// One sub-agent's was dismissed in the pane; the session file says `waiting` all the same.
    #[test]
    fn of_several_requests_those_with_a_result_have_ended() {
        let config = tempfile::tempdir().unwrap();
        let subs = config.path().join("projects/-p/s/subagents");
        std::fs::create_dir_all(&subs).unwrap();
        std::fs::write(config.path().join("projects/-p/s.jsonl"), "").unwrap();
        let at = Timestamp::parse("2026-11-29T01:00:00Z").unwrap();
        let said = |agent: &str, block: &serde_json::Value| {
            let line = json!({"timestamp": at.to_string(), "message": {"content": [block]}});
            let path = subs.join(format!("agent-{agent}.jsonl"));
            let before = std::fs::read_to_string(&path).unwrap_or_default();
            std::fs::write(path, format!("{before}{line}\n")).unwrap();
        };
        let mut row = row(1, "claude", State::WaitingApproval, "a:0.0", 5);
        row.instance_id = Some("s".to_owned());
        row.home = Some(config.path().to_string_lossy().into_owned());
        for (agent, id) in [("a1", "one"), ("a2", "two")] {
            let block =
                json!({"type": "tool_use", "id": id, "name": "mcp__lab__echo", "input": {"x": id}});
            said(agent, &block);
            row.waiting.push(Request {
                state: State::WaitingApproval,
                request_id: Some(id.to_owned()),
                agent_id: Some(agent.to_owned()),
                tool: Some("mcp__lab__echo".to_owned()),
                message: Some(format!("lab echo: x={id}")),
                since: at,
                source: Source::Hook,
            });
        }
        let homes = Homes::default();
        let ended = || -> Vec<_> {
            let events = ends(&row, &homes).into_iter();
            events
                .map(|event| (event.kind, event.agent_id, event.request_id))
                .collect()
        };
        assert_eq!(ended(), []);
        let result = json!({"type": "tool_result", "tool_use_id": "two", "content": "rejected"});
        said("a2", &result);
        let two = (Kind::ToolFinished, "a2", "two");
        let two = (Some(two.0), Some(two.1.to_owned()), Some(two.2.to_owned()));
        assert_eq!(ended(), [two]);
    }
}
