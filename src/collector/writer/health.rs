//! How well the collector hears: counters, and when they are told.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::state::update::Health;

/// Counters are told at most this often, so that they do not double what is told of rows.
const HEALTH_PAUSE: Duration = Duration::from_secs(1);

/// The counters, and when they are to be told.
#[derive(Default)]
pub(super) struct HealthReport {
    pub(super) counts: Health,
    is_changed: bool,
    told_at: Option<Instant>,
}

impl HealthReport {
    pub(super) fn count(
        &mut self,
        which: impl Fn(&mut Health) -> &mut BTreeMap<String, u64>,
        reason: &'static str,
    ) {
        *which(&mut self.counts)
            .entry(reason.to_owned())
            .or_default() += 1;
        self.changed();
    }

    pub(super) fn changed(&mut self) {
        self.is_changed = true;
    }

    /// For what a person should see at once.
    pub(super) fn changed_now(&mut self) {
        self.is_changed = true;
        self.told_at = None;
    }

    /// How long until there is something to tell.
    pub(super) fn due(&self, now: Instant) -> Option<Duration> {
        let at = self.told_at.map_or(now, |told| told + HEALTH_PAUSE);
        self.is_changed.then(|| at.saturating_duration_since(now))
    }

    pub(super) fn take_due(
        &mut self,
        troubles: &BTreeMap<String, String>,
        now: Instant,
    ) -> Option<Health> {
        if self.due(now)? > Duration::ZERO {
            return None;
        }
        self.is_changed = false;
        self.told_at = Some(now);
        Some(Health {
            troubles: troubles.values().cloned().collect(),
            ..self.counts.clone()
        })
    }
}
