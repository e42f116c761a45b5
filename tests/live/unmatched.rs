//! What whoever collects holds apart from the rows: in a world of one assistant that should be nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;

use pane_patrol::hub::client::HubClient;
use pane_patrol::state::Unmatched;
use pane_patrol_hooks::timestamp::Timestamp;

use super::common::TestEnv;

/// Counts what was told already.
#[derive(Default)]
pub(super) struct AllUnmatched {
    told: RefCell<BTreeMap<String, u64>>,
}

impl AllUnmatched {
    /// A sentence for each kind of thing that was held apart since the last call, for another reason
    /// than those of `foreseen`.
    pub(super) fn news(&self, env: &TestEnv, foreseen: &[&str]) -> Vec<String> {
        let uid = rustix::process::geteuid().as_raw();
        let client = HubClient::subscribe(&env.places(), uid, "live", Timestamp::now);
        // Whoever is not there holds nothing apart; that the rows are gone is seen elsewhere.
        let Ok(health) = client.and_then(|mut client| client.health()) else {
            return Vec::new();
        };
        let fresh = health.apart.iter().filter(|apart| self.is_fresh(apart));
        fresh
            .filter(|apart| !foreseen.contains(&apart.why.as_str()))
            .map(sentence)
            .collect()
    }

    /// Another collector begins to count anew.
    pub(super) fn forget(&self) {
        self.told.borrow_mut().clear();
    }

    fn is_fresh(&self, apart: &Unmatched) -> bool {
        let session = apart.instance_id.as_deref().unwrap_or_default();
        let key = format!("{} {session} {}", sentence(apart), apart.id);
        let before = self.told.borrow_mut().insert(key, apart.count);
        before.is_none_or(|before| before != apart.count)
    }
}

fn sentence(apart: &Unmatched) -> String {
    format!(
        "`{}` of {} from {} held apart: {}",
        apart.what, apart.assistant, apart.target, apart.why
    )
}
