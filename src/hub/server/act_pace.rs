//! How fast those may have something done that are not the hub's owner: each act leaves lines in the audit, and
//! whoever may little is not to fill that within hours. Each device by itself, so that none keeps out another one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::who::Who;
use crate::hub::protocol::Right;

/// So many acts of one may come at once.
const AT_ONCE: u32 = 120;

/// Beyond that one comes so often.
const EVERY: Duration = Duration::from_secs(2);

/// All together have so many times as much: more than a person's own devices ever need.
const TOGETHER: u32 = 16;

/// Those of whom it is counted together what they have done: the clients that have shown the token of that right, or
/// one device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Account {
    right: Right,
    device: Option<String>,
}

impl Account {
    pub(super) fn of(who: &Who) -> Self {
        Self {
            right: who.right,
            device: who.device.clone(),
        }
    }

    /// Whether it is that of those who may everything.
    pub(super) fn is_owner(&self) -> bool {
        self.right == Right::Own
    }
}

/// Until when what was done is paid for: by each, and by all together.
#[derive(Debug, Default)]
pub(super) struct ActPace {
    each: BTreeMap<Account, Instant>,
    all: Option<Instant>,
}

impl ActPace {
    /// Whether one more may be done now on that account; if so, it is counted.
    pub(super) fn allows(&mut self, account: &Account, now: Instant) -> bool {
        if account.is_owner() {
            return true;
        }
        self.each.retain(|_, paid| *paid > now);
        let own = self.each.get(account).copied();
        let own = one_more(own, now, EVERY);
        let all = one_more(self.all, now, EVERY / TOGETHER);
        let (Some(own), Some(all)) = (own, all) else {
            return false;
        };
        self.each.insert(account.clone(), own);
        self.all = Some(all);
        true
    }
}

/// Until when it is paid for with one more, of which one comes `every` so often; `None`: that is too much.
fn one_more(paid: Option<Instant>, now: Instant, every: Duration) -> Option<Instant> {
    let from = paid.map_or(now, |paid| paid.max(now));
    let is_allowed = from.saturating_duration_since(now) < EVERY * AT_ONCE;
    is_allowed.then(|| from + every)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(number: u32) -> Account {
        Account {
            right: Right::Answer,
            device: Some(format!("device {number}")),
        }
    }

    fn token(right: Right) -> Account {
        let device = None;
        Account { right, device }
    }

    #[test]
    fn a_lesser_right_has_so_many_things_done_at_once_and_then_one_every_two_seconds() {
        let mut pace = ActPace::default();
        let start = Instant::now();
        let mut done = |right, seconds| {
            let now = start + Duration::from_secs(seconds);
            let account = token(right);
            (0..1000).filter(|_| pace.allows(&account, now)).count()
        };
        assert_eq!(done(Right::Answer, 0), 120);
        assert_eq!(done(Right::Manage, 0), 120, "each right has its own");
        assert_eq!(done(Right::Own, 0), 1000);
        assert_eq!(done(Right::Answer, 10), 5);
        assert_eq!(done(Right::Answer, 3600), 120);
    }

    #[test]
    fn no_device_uses_up_what_another_one_needs_and_all_together_have_an_end() {
        let mut pace = ActPace::default();
        let now = Instant::now();
        let mut done = |account: &Account| (0..5000).filter(|_| pace.allows(account, now)).count();
        assert_eq!(done(&device(0)), 120);
        assert_eq!(done(&device(1)), 120);
        assert_eq!(done(&token(Right::Answer)), 120, "who has its token, too");
        let rest: usize = (2..100).map(|number| done(&device(number))).sum();
        assert_eq!(rest, 120 * 13);
        let mut later = |account| pace.allows(account, now + Duration::from_secs(1));
        assert!(later(&device(200)));
    }
}
