//! What an assistant asks whose hooks nobody has heard: the collector came later. Its session file says
//! that it waits, and its transcript for what. Read once, in a thread of its own; from then on its hooks
//! tell. Where none do, nobody knows how long an approved command runs, and it is not said to.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender, SyncSender};
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};

use super::Message;
use crate::assistants;
use crate::assistants::facets::{Calls, request as asked};
use crate::assistants::homes::Homes;
use crate::state::Row;

/// A call is written down at most so long before its dialog is open.
const BEFORE: Duration = Duration::from_secs(2);

/// How often, and after which pauses, a transcript is looked for that is not written yet.
const PAUSES: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(300),
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
}

/// The thread, and what it was asked.
#[derive(Debug)]
pub(super) struct Unheard {
    orders: Sender<Order>,
    asked: BTreeSet<String>,
    homes: Homes,
}

impl Unheard {
    /// Starts the thread. It ends when this is dropped.
    pub(super) fn start(homes: Homes, output: SyncSender<Message>) -> io::Result<Self> {
        let (orders, inbox) = mpsc::channel::<Order>();
        let run = move || {
            let mut begun: BTreeMap<String, Vec<Event>> = BTreeMap::new();
            for order in inbox {
                let events = match order {
                    Order::Look(row, config) => {
                        let events = look(&row, &config);
                        begun.retain(|_, events| !events.is_empty());
                        begun.insert(row.id.clone(), events.clone());
                        events
                    }
                    Order::Works(row) => {
                        let events = begun.remove(&row.id).unwrap_or_default();
                        events.into_iter().map(|event| ended(event, &row)).collect()
                    }
                };
                if !events.is_empty() && output.send(Message::Unheard(events)).is_err() {
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
    pub(super) fn look(&mut self, row: &Row) {
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

/// The starts of the calls that are open, as its hooks would have told.
fn look(row: &Row, config: &Path) -> Vec<Event> {
    let session = row.instance_id.as_deref().unwrap_or_default();
    let since = row.since.minus(BEFORE);
    for pause in PAUSES {
        std::thread::sleep(pause);
        let calls = calls_of(row)
            .and_then(|calls| calls.begun(config, session, since))
            .unwrap_or_default();
        if !calls.is_empty() {
            return calls.into_iter().map(|call| begun(row, call)).collect();
        }
    }
    Vec::new()
}

fn begun(row: &Row, call: asked::Open) -> Event {
    let (assistant, target) = (row.assistant.clone(), row.target.clone());
    let mut event = Event::new(assistant, State::Running, target, call.at);
    event.kind = Some(Kind::ToolStarted);
    event.event = Some("transcript".to_owned());
    event.source = Source::Witness;
    event.server.clone_from(&row.server);
    event.pane = row.pane;
    event.pid = row.pid;
    event.home.clone_from(&row.home);
    event.instance_id.clone_from(&row.instance_id);
    event.agent_id = call.agent_id;
    event.request_id = Some(call.id);
    event.tool = Some(call.tool);
    event.message = call.message;
    event
}

fn ended(mut event: Event, row: &Row) -> Event {
    event.kind = Some(Kind::ToolFinished);
    event.ts = event.ts.max(row.since);
    event
}
