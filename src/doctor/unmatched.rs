//! What the collector heard and held apart, because it fits no row.

use std::cmp::Reverse;

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;

use super::Finding;
use super::collecting::health;
use crate::log::unmatched::without_reason;
use crate::state::Unmatched;
use crate::state::update::Health;

/// Of each reason as many are named one by one.
const NAMED: usize = 2;

/// What was held apart, one finding for each reason; none when nothing was, or nobody collects.
pub(crate) fn apart(places: &Places, uid: u32, now: Timestamp) -> Vec<Finding> {
    health(places, uid).map_or_else(|_| Vec::new(), |health| judge(&health, now))
}

fn judge(health: &Health, now: Timestamp) -> Vec<Finding> {
    let mut reasons: Vec<Reason<'_>> = health
        .held_apart
        .iter()
        .map(|(why, count)| Reason {
            why,
            count: *count,
            known: health
                .apart
                .iter()
                .filter(|apart| apart.why == *why)
                .collect(),
        })
        .collect();
    // What is strange first, and of that what came most often.
    reasons.sort_by_key(|reason| (reason.is_usual(), Reverse(reason.count)));
    let total = reasons.iter().map(|reason| reason.count).sum();
    let findings = reasons.iter().map(|reason| reason.finding(total, now));
    findings.collect()
}

/// All that was held apart for one reason.
struct Reason<'a> {
    why: &'a str,
    count: u64,
    /// The last kinds of it, newest first.
    known: Vec<&'a Unmatched>,
}

impl Reason<'_> {
    /// Those of which none is remembered any more came long ago.
    fn is_usual(&self) -> bool {
        self.known.iter().all(|apart| apart.is_usual())
    }

    fn finding(&self, total: u64, now: Timestamp) -> Finding {
        const CHECK: &str = "isolation";
        let Self { why, count, known } = self;
        let share = if *count == total {
            "all".to_owned()
        } else {
            count.to_string()
        };
        let mut seen = format!("{total} held apart from the rows, {share} because {why}");
        let named = known.iter().take(NAMED);
        let named: Vec<String> = named.map(|apart| without_reason(apart, now)).collect();
        if !named.is_empty() {
            seen = format!("{seen}: {}", named.join("; "));
        }
        match known.len().saturating_sub(NAMED) {
            0 => {}
            1 => seen.push_str("; and one more kind"),
            more => seen = format!("{seen}; and {more} more kinds"),
        }
        if self.is_usual() {
            return Finding::ok(CHECK, seen);
        }
        let fix = "nothing of it is shown: an assistant may run inside another one's pane, or know a \
                   wrong pane (PANE_PATROL_TARGET)";
        Finding::warning(CHECK, seen, fix)
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::Assistant;

    use super::*;
    use crate::doctor::Verdict;

    fn health(reasons: &[&str]) -> Health {
        let apart = |why: &&str| Unmatched {
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
        assert_eq!(judge(&health(&[]), now), []);
        let usual = ["its session is over"];
        let alone = judge(&health(&usual), now);
        assert_eq!(alone[0].verdict, Verdict::Ok);
        assert!(
            alone[0]
                .seen
                .starts_with("2 held apart from the rows, all because its")
        );
        let both = judge(&health(&[usual[0], "an unknown session in this pane"]), now);
        let verdicts: Vec<Verdict> = both.iter().map(|one| one.verdict).collect();
        assert_eq!(verdicts, [Verdict::Warning, Verdict::Ok]);
        let first = "4 held apart from the rows, 2 because an unknown session in this pane: `Stop` of \
                     claude, session abc, from work:1.0, 2 times, last 1m 00s ago";
        assert_eq!(both[0].seen, first);
    }

    #[test]
    fn many_are_counted_by_their_reasons_and_a_few_of_each_are_named() {
        let (often, seldom) = (
            "its sender is in another mount namespace",
            "an unknown session",
        );
        let mut health = health(&[often, often, often, often, often, seldom]);
        health.held_apart = [(often.to_owned(), 400), (seldom.to_owned(), 2)].into();
        // Of this nothing is remembered any more.
        health
            .held_apart
            .insert("its session is over".to_owned(), 9000);
        for (number, apart) in health.apart.iter_mut().enumerate() {
            apart.what = format!("Event{number}");
        }
        let now = Timestamp::from_millis(61_000);
        let seen: Vec<String> = judge(&health, now)
            .into_iter()
            .map(|one| one.seen)
            .collect();
        assert_eq!(seen.len(), 3);
        assert!(seen[0].starts_with("9402 held apart from the rows, 400 because its sender is in"));
        assert!(seen[0].contains("Event0") && seen[0].contains("Event1"));
        assert!(seen[0].ends_with("; and 3 more kinds") && !seen[0].contains("Event2"));
        assert!(
            seen[1].starts_with("9402 held apart from the rows, 2 because an")
                && !seen[1].contains("more")
        );
        assert_eq!(
            seen[2],
            "9402 held apart from the rows, 9000 because its session is over"
        );
        assert!(seen.iter().all(|line| line.len() < 250), "{seen:?}");
    }
}
