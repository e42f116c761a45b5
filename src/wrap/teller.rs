//! The thread that tells the hub what is to be told, as its publisher, whichever process collects and wherever;
//! the program waits for none of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::timestamp::Timestamp;

use super::line::Line;
use crate::assistants::homes::Homes;
use crate::collector::sources::changes::Report;
use crate::hub::client::Way;
use crate::hub::protocol::AgentPatch;
use crate::sys::wake_channel::{Inbox, Orders, inbox};

/// How long a stop or the end may wait for the last word to be said.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a teller has to be told.
#[derive(Debug)]
pub(crate) struct Setup {
    /// Where the hub is looked for.
    pub way: Way,
    /// The event log, which is told while there is no hub.
    pub log: Option<PathBuf>,
    /// By which name the hub is called at first; it says if it is called otherwise.
    pub session: String,
    /// What we call ourselves: nobody else does.
    pub name: String,
    /// What the program is called at a hub that does not know its place, the first that is free of these.
    pub agents: Vec<String>,
    /// The folder whose changes and tasks are meant.
    pub folder: PathBuf,
    /// Where assistants keep their files.
    pub homes: Homes,
    /// The wall clock.
    pub clock: fn() -> Timestamp,
}

/// The thread that tells; it ends with this.
#[derive(Debug)]
pub(crate) struct Teller {
    orders: Arc<Orders<Order>>,
}

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Order {
    /// The program has come to this.
    Tell(Box<Event>),
    /// Say when everything before was said.
    Answer(SyncSender<()>),
    /// What is changed in its folder, or its tasks, are others than before.
    Work(Report),
    /// The patch that the hub has asked for.
    Patch(Box<AgentPatch>),
    /// It is over.
    End,
}

impl Teller {
    /// Starts it.
    ///
    /// # Errors
    /// The system gives no thread or no descriptor.
    pub(crate) fn start(setup: Setup) -> std::io::Result<Self> {
        let (orders, orders_in) = inbox()?;
        let orders = Arc::new(orders);
        let own = Arc::clone(&orders);
        std::thread::Builder::new()
            .name("teller".into())
            .spawn(move || work(setup, own, &orders_in))?;
        Ok(Self { orders })
    }

    /// Has `event` told; does not wait.
    pub(crate) fn tell(&self, event: Event) {
        self.orders.send(Order::Tell(Box::new(event)));
    }

    /// Waits until everything is said, but not for long.
    pub(crate) fn settle(&self) {
        let (answer, answered) = sync_channel(1);
        self.orders.send(Order::Answer(answer));
        let _ = answered.recv_timeout(FAREWELL);
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.orders.send(Order::End);
    }
}

fn work(setup: Setup, orders: Arc<Orders<Order>>, inbox: &Inbox<Order>) {
    let mut line = Line::new(setup, orders);
    loop {
        for order in inbox.take().messages {
            match order {
                Order::Tell(event) => line.tell(*event),
                // Whoever asked may not wait any more.
                Order::Answer(answer) => drop(answer.try_send(())),
                Order::Work(report) => line.tell_work(report),
                Order::Patch(patch) => line.tell_patch(*patch),
                Order::End => return,
            }
        }
        line.wait(inbox);
    }
}
