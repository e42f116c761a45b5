//! A client of the hub: `status`, second dashboards, and whoever else wants to know.
//!
//! It never waits for a hub that does not answer: connecting and the first snapshot are bounded.

mod connect;
mod error;
mod link;
mod subscription;
mod web;
mod work;

use std::sync::atomic::{AtomicU64, Ordering};

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::hub::protocol::{Act, ActResult};

pub use error::HubError;
pub(crate) use link::{Link, Way};
pub use subscription::HubClient;
pub(crate) use web::{Address, AddressError, Remote};
pub(crate) use work::Work;

/// Where a collector listens, and whose it must be.
#[derive(Clone, Debug)]
pub struct Hub {
    /// Where.
    pub places: Places,
    /// The user's.
    pub uid: u32,
}

impl Hub {
    /// Connects to the collector and subscribes; `name` says what for.
    ///
    /// # Errors
    /// Nobody collects there, it does not answer, or it is not to be trusted.
    pub fn subscribe(&self, name: &str) -> Result<HubClient, HubError> {
        HubClient::subscribe(&self.places, self.uid, name, Timestamp::now)
    }

    /// Has that done, and waits for what came of it; `name` says by which of our doors.
    ///
    /// # Errors
    /// Nobody collects there, it does not answer, or it is not to be trusted.
    pub fn act(&self, name: &str, act: &Act) -> Result<ActResult, HubError> {
        // It wants no news, only the answer.
        let wants = vec!["act_result".to_owned()];
        let mut client = HubClient::greet(&self.places, self.uid, name, wants, Timestamp::now)?;
        client.act(act)
    }
}

/// An id for an act that nobody else takes.
pub fn random_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let (pid, now) = (std::process::id(), Timestamp::now().as_micros());
    // Whoever guesses it is told the result of an act that is over, and no more.
    format!("{pid:x}-{now:x}-{number:x}")
}
