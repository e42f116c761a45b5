//! What the collector heard and held apart, because it fits no row.

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Finding;
use super::collecting::health;
use crate::feed::Health;
use crate::log::apart::sentence;
use crate::state::Apart;

/// As many are named one by one.
const NAMED: usize = 5;

/// What was held apart; `None` when nothing was, or nobody collects.
pub fn apart(places: &Places, uid: u32, now: Timestamp) -> Option<Finding> {
    judge(&health(places, uid).ok()?, now)
}

fn judge(health: &Health, now: Timestamp) -> Option<Finding> {
    const CHECK: &str = "isolation";
    let total: u64 = health.held_apart.values().sum();
    if total == 0 {
        return None;
    }
    let (strange, usual): (Vec<&Apart>, Vec<&Apart>) =
        health.apart.iter().partition(|apart| !apart.is_usual());
    let named: Vec<String> = strange
        .iter()
        .chain(&usual)
        .take(NAMED)
        .map(|apart| sentence(apart, now))
        .collect();
    let seen = format!("{total} held apart from the rows; {}", named.join("; "));
    if strange.is_empty() {
        return Some(Finding::ok(CHECK, seen));
    }
    let fix = "nothing of it is shown: an assistant may run inside another one's pane, or know a \
               wrong pane (PANE_PATROL_TARGET)";
    Some(Finding::warning(CHECK, seen, fix))
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::Assistant;

    use super::*;
    use crate::doctor::Verdict;

    fn health(reasons: &[&str]) -> Health {
        let apart = |why: &&str| Apart {
            id: "/tmp/t,7::%1".to_owned(),
            target: "work:1.0".parse().unwrap(),
            assistant: Assistant::CLAUDE,
            instance_id: Some("abc".to_owned()),
            what: "Stop".to_owned(),
            why: (*why).to_owned(),
            count: 2,
            last: Timestamp::from_millis(1000),
        };
        let mut health = Health {
            apart: reasons.iter().map(apart).collect(),
            ..Health::default()
        };
        for why in reasons {
            health.held_apart.insert((*why).to_owned(), 2);
        }
        health
    }

    #[test]
    fn what_is_strange_is_named_before_what_is_usual() {
        let now = Timestamp::from_millis(61_000);
        assert_eq!(judge(&health(&[]), now), None);
        let usual = ["its session is over"];
        assert_eq!(judge(&health(&usual), now).unwrap().verdict, Verdict::Ok);
        let both = judge(&health(&[usual[0], "an unknown session in this pane"]), now).unwrap();
        assert_eq!(both.verdict, Verdict::Warning);
        let first = "4 held apart from the rows; `Stop` of claude, session abc, from work:1.0, \
                     2 times, last 1m 00s ago: an unknown session in this pane; ";
        assert!(both.seen.starts_with(first), "{}", both.seen);
    }
}
