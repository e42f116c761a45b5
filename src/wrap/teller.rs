//! The thread that tells the hub what is to be told, as its publisher, whichever process collects and wherever;
//! the program waits for none of it.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use pane_patrol_hooks::event::Event;

use super::line::Line;
use super::order::{Order, Setup};
use crate::hub::protocol::StatusRecord;
use crate::sys::wake_channel::{Inbox, Orders, inbox};

/// How long a stop or the end may wait for the last word to be said.
const FAREWELL: Duration = Duration::from_millis(500);

/// The thread that tells; it ends with this.
#[derive(Debug)]
pub(crate) struct Teller {
    orders: Arc<Orders<Order>>,
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

    /// Has told what the program has said of itself; does not wait.
    pub(crate) fn tell_record(&self, record: StatusRecord) {
        self.orders.send(Order::Record(Box::new(record)));
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
                Order::Record(record) => line.tell_record(*record),
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
