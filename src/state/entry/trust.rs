//! The person's trust in one session for a while. It ends with the time, with the session and with
//! the row, and no other session in the pane has it.

use pane_patrol_hooks::timestamp::Timestamp;

use super::Entry;

/// Whom the person trusts, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trust {
    instance_id: String,
    until: Timestamp,
}

impl Entry {
    /// Trusts the session until then, or, with `None`, not any longer; whether that changed anything.
    pub(in crate::state) fn trust(
        &mut self,
        instance_id: String,
        until: Option<Timestamp>,
    ) -> bool {
        if self.instance_id.as_ref() != Some(&instance_id) {
            return false;
        }
        let trust = until.map(|until| Box::new(Trust { instance_id, until }));
        let changes = trust != self.trust;
        self.trust = trust;
        changes
    }

    /// When the trust ends by itself.
    pub(in crate::state) fn trust_ends(&self) -> Option<Timestamp> {
        self.trust.as_ref().map(|trust| trust.until)
    }

    /// Ends it if its time is over; whether it did.
    pub(in crate::state) fn end_trust(&mut self, now: Timestamp) -> bool {
        self.trust.take_if(|trust| trust.until <= now).is_some()
    }

    /// Until when the session that is here now is trusted.
    pub(super) fn trusted_until(&self) -> Option<Timestamp> {
        let trust = self.trust.as_ref()?;
        (self.instance_id.as_ref() == Some(&trust.instance_id)).then_some(trust.until)
    }
}
