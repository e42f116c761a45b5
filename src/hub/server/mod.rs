//! The hub: serves every row to whoever connects to `hub.sock`, in one thread that waits in the
//! kernel for all of its clients at once.
//!
//! What publishers say goes to the writer, which alone knows the table; how much of it may be on its way
//! is bounded (`backpressure`). What takes time is done elsewhere (`patch_worker`).
//!
//! Nobody is waited for. What a client has not read yet is kept as "this row has changed", not as a
//! queue, so that a slow client gets the last state of each row and costs nothing; one that does not
//! read at all is dropped.

mod act_pace;
mod acting;
mod approvals;
mod arrivals;
mod backpressure;
mod cache;
mod case;
mod command;
mod connection;
mod event;
mod granting;
mod group;
mod known_acts;
mod names;
mod order;
mod outbox;
mod pace;
mod patch_requests;
mod patch_worker;
mod publishers;
mod publishing;
mod rules_worker;
mod seats;
mod serving;
mod texts;
mod waiter;
mod who;

use std::collections::BTreeMap;
use std::io;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::hub::protocol::Voice;
use crate::state::update::Update;
use crate::sys::monotone_clock::Clock;
use crate::sys::socket_file::SocketFile;
use crate::sys::wake_channel::{Orders, inbox};
use acting::{Acting, Desk};
use approvals::Approvals;
use backpressure::Backpressure;
use cache::Cache;
use order::Order;
use pace::Pace;
use patch_requests::PatchRequests;
use patch_worker::Patches;
use publishers::Publishers;
use serving::Server;

pub use case::Ruled;
pub(crate) use event::{Event, Published, Said, Scribe};
pub(crate) use order::Reply;
pub(crate) use patch_worker::Patcher;
pub(crate) use rules_worker::Rulebook;
pub use who::{Actor, Collector, Handed, Lately, Under, Who};

/// Makes the one who acts for whoever may have that done, and asks the hub on the way.
pub(crate) type MakeActor = Box<dyn FnOnce(Arc<dyn Collector>) -> Arc<dyn Actor>>;

/// What the hub has done elsewhere than in its own thread.
pub(crate) struct Workers {
    /// Requests that wait at a hook are judged by this.
    pub(crate) rules: Rulebook,
    /// Makes patches.
    pub(crate) make_patch: Patcher,
    /// Acts for whoever may have that done.
    pub(crate) actor: MakeActor,
    /// Hears what publishers say, and of clients that are refused or dropped.
    pub(crate) scribe: Arc<dyn Scribe>,
}

/// The running hub; it ends, and its socket file goes, when this is dropped.
#[derive(Debug)]
pub(crate) struct Hub {
    orders: Arc<Orders<Order>>,
    thread: Option<JoinHandle<()>>,
    _file: SocketFile,
}

impl Hub {
    /// Serves whoever connects to the socket.
    pub(crate) fn open(
        (listener, file): (UnixListener, SocketFile),
        voice: Voice,
        uid: u32,
        clock: Arc<Clock>,
        workers: Workers,
    ) -> io::Result<Self> {
        let (orders, orders_in) = inbox()?;
        let orders = Arc::new(orders);
        let rules = rules_worker::start_judge(workers.rules, Arc::clone(&workers.scribe))?;
        let patches = Patches::start(workers.make_patch, Arc::clone(&orders))?;
        let actor = (workers.actor)(Arc::new(Desk(Arc::clone(&orders))));
        let mut server = Server {
            cache: Cache::new(voice, clock),
            uid,
            clients: Vec::new(),
            next_serial: 0,
            publishers: Publishers::default(),
            backpressure: Backpressure::new(Arc::clone(&orders)),
            patches,
            patch_requests: PatchRequests::default(),
            pace: Pace::default(),
            tell_of_work: BTreeMap::new(),
            accept_again_at: None,
            ending: None,
            approvals: Approvals::new(rules),
            acting: Acting::new(actor, Arc::clone(&orders)),
            scribe: workers.scribe,
        };
        let thread = std::thread::Builder::new()
            .name("hub".into())
            .spawn(move || server.run(&listener, &orders_in))?;
        Ok(Self {
            orders,
            thread: Some(thread),
            _file: file,
        })
    }

    /// Tells every subscriber; does not wait.
    pub(crate) fn publish(&self, update: Update) {
        self.orders.send(Order::Update(update));
    }

    /// A publisher tells of the changes of the row with this id itself, and calls it so.
    pub(crate) fn is_told_of_work(&self, row: String, called: String) {
        self.orders.send(Order::TellsOfWork(row, called));
    }

    /// Tells a publisher that its message was not taken.
    pub(crate) fn complain(&self, reply: Reply, code: &'static str, words: String) {
        self.orders.send(Order::NotTaken(reply, code, words));
    }
}

impl Hub {
    /// Has it end as soon as nothing is carried out any more, or after a while; does not wait for that.
    pub(crate) fn end(&self) {
        self.orders.send(Order::End);
    }

    /// Whether it has.
    pub(crate) fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.end();
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}
