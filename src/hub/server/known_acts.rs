//! Acts that were carried out, for a while, by their ids: those of each right by themselves, so that nobody pushes
//! out of it what somebody with another right has had done.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::who::Lately;
use crate::hub::protocol::{ActResult, Right};

/// So long the result of an act is known.
pub(super) const REMEMBERED: Duration = Duration::from_secs(10 * 60);

/// So many are known of each right at most; then the oldest of that makes room.
pub(super) const MAX_KNOWN: usize = 1024;

/// See the module.
#[derive(Default)]
pub(super) struct KnownActs(BTreeMap<String, Known>);

/// An act that was carried out.
struct Known {
    at: Instant,
    right: Right,
    digest: String,
    result: Box<ActResult>,
}

impl KnownActs {
    /// What was carried out before this hub began.
    pub(super) fn of(lately: Vec<Lately>) -> Self {
        let mut known = Self::default();
        let now = Instant::now();
        for act in lately {
            let at = now.checked_sub(act.ago).unwrap_or(now);
            known.add(at, act.right, act.digest, Box::new(act.result));
        }
        known
    }

    /// Forgets what was carried out too long ago.
    pub(super) fn forget_old(&mut self, now: Instant) {
        self.0.retain(|_, known| known.at + REMEMBERED > now);
    }

    /// The digest of the act of that id, and what came of it.
    pub(super) fn get(&self, id: &str) -> Option<(&str, &ActResult)> {
        let known = self.0.get(id)?;
        Some((&known.digest, &known.result))
    }

    /// Notes what came of an act.
    pub(super) fn add(
        &mut self,
        at: Instant,
        right: Right,
        digest: String,
        result: Box<ActResult>,
    ) {
        let its = self.0.iter().filter(|(_, known)| known.right == right);
        if its.clone().count() >= MAX_KNOWN {
            let oldest = its.min_by_key(|(_, known)| known.at);
            let oldest = oldest.map(|(id, _)| id.clone());
            oldest.and_then(|id| self.0.remove(&id));
        }
        let known = Known {
            at,
            right,
            digest,
            result,
        };
        self.0.insert(known.result.act_id.clone(), known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::protocol::ActOutcome;

    fn add(known: &mut KnownActs, right: Right, number: usize) {
        let id = format!("{}-{number}", right.as_str());
        let result = ActResult::of(&id, ActOutcome::Done, None);
        known.add(Instant::now(), right, "digest".to_owned(), Box::new(result));
    }

    #[test]
    fn so_many_of_each_right_are_known_and_then_its_oldest_makes_room() {
        let mut known = KnownActs::default();
        add(&mut known, Right::Own, 0);
        for number in 0..=MAX_KNOWN {
            add(&mut known, Right::Answer, number);
        }
        let last = format!("answer-{MAX_KNOWN}");
        for (id, is_known) in [
            ("own-0", true),
            ("answer-0", false),
            ("answer-1", true),
            (&last, true),
        ] {
            assert_eq!(known.get(id).is_some(), is_known, "{id}");
        }
    }

    #[test]
    fn what_was_done_before_the_hub_began_is_known_as_long_as_anything_else() {
        let lately = |id: &str, seconds| Lately {
            ago: Duration::from_secs(seconds),
            right: Right::Own,
            digest: "digest".to_owned(),
            result: ActResult::of(id, ActOutcome::Done, None),
        };
        let mut known = KnownActs::of(vec![lately("a", 1), lately("b", 590)]);
        assert!(known.get("a").is_some() && known.get("b").is_some());
        known.forget_old(Instant::now() + Duration::from_secs(30));
        assert!(known.get("a").is_some() && known.get("b").is_none());
    }
}
