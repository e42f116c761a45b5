//! Acts on their way: each is carried out on a thread of its own, once; who asks for the same again gets
//! the first result.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::Order;
use crate::act::Who;
use crate::act::acts::Actor;
use crate::act::who::{Collector, Handed};
use crate::hub_client::HubError;
use crate::protocol::{Act, ActResult, Right};
use crate::state::Row;
use crate::sys::wake_channel::Orders;

/// So long the result of an act is known.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);

/// So many are known at most; then the oldest makes room.
const MAX_KNOWN: usize = 1024;

/// So many may be carried out at once, and as many more for the hub's owner: nobody else's keep hers out.
const MAX_OPEN: usize = 16;

/// The hub's own thread never waits for anybody; after this time it has ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who waits for a result: the serial number of the connection, and what comes back in the answer.
pub(super) type Asker = (u64, Option<String>);

/// What becomes of an act that is asked for.
#[derive(Debug)]
pub(super) enum Begun {
    /// It is carried out; the result comes later.
    Now,
    /// It was carried out before.
    Known(Box<ActResult>),
    /// Too many are carried out.
    Busy,
}

/// An act that is being carried out.
struct Open {
    waiting: Vec<Asker>,
    is_recorded: bool,
}

/// See the module.
pub(super) struct Acting {
    actor: Arc<Actor>,
    orders: Arc<Orders<Order>>,
    open: BTreeMap<String, Open>,
    /// Of those that change something; a reading is read again.
    known: BTreeMap<String, (Instant, Box<ActResult>)>,
}

impl Acting {
    pub(super) fn new(actor: Actor, orders: Arc<Orders<Order>>) -> Self {
        Self {
            actor: Arc::new(actor),
            orders,
            open: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// Has it carried out, unless it was.
    pub(super) fn begin(&mut self, act: Act, who: Who, asker: Asker) -> Begun {
        let now = Instant::now();
        self.known.retain(|_, (at, _)| *at + REMEMBERED > now);
        if let Some((_, result)) = self.known.get(&act.act_id) {
            return Begun::Known(result.clone());
        }
        if let Some(open) = self.open.get_mut(&act.act_id) {
            open.waiting.push(asker);
            return Begun::Now;
        }
        let places = match who.right {
            Right::Own => 2 * MAX_OPEN,
            _ => MAX_OPEN,
        };
        if self.open.len() >= places {
            return Begun::Busy;
        }
        let (id, is_recorded) = (act.act_id.clone(), act.what.is_recorded());
        let (actor, orders) = (Arc::clone(&self.actor), Arc::clone(&self.orders));
        let work = move || {
            let result = actor.act(&act, &who);
            orders.send(Order::Acted(Box::new(result)));
        };
        let thread = std::thread::Builder::new().name("act".into());
        if thread.spawn(work).is_err() {
            return Begun::Busy;
        }
        let waiting = vec![asker];
        let open = Open {
            waiting,
            is_recorded,
        };
        self.open.insert(id, open);
        Begun::Now
    }

    /// Takes in the result of one, and says who waits for it.
    pub(super) fn end(&mut self, result: Box<ActResult>) -> Vec<Asker> {
        let Some(open) = self.open.remove(&result.act_id) else {
            return Vec::new();
        };
        if open.is_recorded {
            if self.known.len() >= MAX_KNOWN {
                let oldest = self.known.iter().min_by_key(|(_, (at, _))| *at);
                let oldest = oldest.map(|(id, _)| id.clone());
                oldest.and_then(|id| self.known.remove(&id));
            }
            let id = result.act_id.clone();
            self.known.insert(id, (Instant::now(), result));
        }
        open.waiting
    }

    /// Writes down, elsewhere, that somebody wanted what their door does not allow.
    pub(super) fn note_overstep(&self, what: String, who: Who) {
        let actor = Arc::clone(&self.actor);
        let work = move || actor.note_overstep(&what, &who);
        // Without a thread it is counted all the same.
        let _ = std::thread::Builder::new().name("audit".into()).spawn(work);
    }
}

/// The hub, as whoever carries out an act asks it.
#[derive(Debug)]
pub(super) struct Desk(pub(super) Arc<Orders<Order>>);

impl Desk {
    /// Asks the hub's thread; it answers at once unless it has ended.
    fn ask<T>(&self, order: impl FnOnce(SyncSender<T>) -> Order) -> Result<T, HubError> {
        let (answer, answer_in) = sync_channel(1);
        self.0.send(order(answer));
        answer_in
            .recv_timeout(PATIENCE)
            .map_err(|_| HubError::Ending)
    }
}

impl Collector for Desk {
    fn row(&self, id: &str) -> Result<Option<Row>, HubError> {
        let row = self.ask(|answer| Order::Row(id.to_owned(), answer))?;
        Ok(row.map(|row| *row))
    }

    fn hand(&self, handed: Handed) -> Result<bool, HubError> {
        self.ask(|answer| Order::Hand(Box::new(handed), answer))
    }
}
