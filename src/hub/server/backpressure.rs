//! How much of what publishers say may be on its way to the table at once.
//!
//! Hooks and publishers share one channel to the writer. A publisher that floods it waits in its own
//! socket; a hook's event never stands behind more than a few of its messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::order::Order;
use crate::sys::wake_channel::Orders;

/// How many messages of publishers may wait for the writer.
const IN_FLIGHT: usize = 64;

/// The count, and the bell that wakes the hub when there is room again.
#[derive(Debug)]
pub(super) struct Backpressure {
    in_flight: Arc<AtomicUsize>,
    orders: Arc<Orders<Order>>,
}

impl Backpressure {
    pub(super) fn new(orders: Arc<Orders<Order>>) -> Self {
        Self {
            in_flight: Arc::default(),
            orders,
        }
    }

    /// The right to send one message; `None` when there are enough on their way.
    pub(super) fn ticket(&self) -> Option<Ticket> {
        // Only the hub's own thread adds: between the look and the addition it can only get less.
        (self.in_flight.load(Ordering::Acquire) < IN_FLIGHT).then(|| {
            self.in_flight.fetch_add(1, Ordering::AcqRel);
            Ticket {
                in_flight: Arc::clone(&self.in_flight),
                orders: Arc::clone(&self.orders),
            }
        })
    }
}

/// Goes with one message, and is given back when that is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    in_flight: Arc<AtomicUsize>,
    orders: Arc<Orders<Order>>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.in_flight.fetch_sub(1, Ordering::AcqRel) == IN_FLIGHT {
            self.orders.send(Order::CaughtUp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::wake_channel::inbox;

    #[test]
    fn there_are_so_many_and_no_more_and_the_hub_is_told_when_there_is_room_again() {
        let (orders, inbox) = inbox().unwrap();
        let backpressure = Backpressure::new(Arc::new(orders));
        let mut tickets: Vec<Ticket> = std::iter::from_fn(|| backpressure.ticket()).collect();
        assert_eq!(tickets.len(), IN_FLIGHT);
        assert!(inbox.take().messages.is_empty());
        tickets.pop();
        assert!(matches!(inbox.take().messages[..], [Order::CaughtUp]));
        assert!(backpressure.ticket().is_some());
    }
}
