//! How long ago, in a few characters, and when those characters change next.
//!
//! Whole seconds are counted between whole seconds of the clock, so that every age on the screen
//! changes at the same moment and one wake-up a second is the most that is ever needed. Where only
//! minutes show, the change may be up to [`COARSE_GRID`] late: fifty rows then wake the program six
//! times a minute, not fifty.

use std::collections::BTreeMap;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use time::{OffsetDateTime, UtcOffset};

pub(crate) use crate::log::when::Grain;
use crate::log::when::age;

/// How late a text without seconds may change.
const COARSE_GRID: i64 = 10;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// From then on only whole days show.
const MANY_DAYS: i64 = 100 * DAY;

/// The age of `since`, at most seven characters, for example `4m 12s`.
pub(crate) fn text(now: Timestamp, since: Timestamp, grain: Grain) -> String {
    age(
        Duration::from_secs(seconds(now, since).unsigned_abs()),
        grain,
    )
}

/// When [`text`] should be looked at again.
pub(crate) fn next_change(now: Timestamp, since: Timestamp, grain: Grain) -> Timestamp {
    let age = seconds(now, since);
    let unit = match (grain, age) {
        (_, ..MINUTE) | (Grain::Fine, ..HOUR) => 1,
        (Grain::Coarse, ..HOUR) | (Grain::Fine, ..DAY) => MINUTE,
        (Grain::Coarse, ..DAY) | (Grain::Fine, ..MANY_DAYS) => HOUR,
        _ => DAY,
    };
    let exact = whole(now) + unit - age % unit;
    if unit == 1 {
        return at_second(exact);
    }
    at_second(exact + (COARSE_GRID - exact.rem_euclid(COARSE_GRID)) % COARSE_GRID)
}

/// How many columns the longest age of `since` takes.
pub(crate) fn longest(now: Timestamp, since: &BTreeMap<Timestamp, usize>, grain: Grain) -> usize {
    /// From these ages on, in seconds, a text may be longer or shorter; of days the oldest has most.
    const STEPS: [i64; 9] = [
        0,
        10,
        MINUTE,
        10 * MINUTE,
        HOUR,
        10 * HOUR,
        DAY,
        10 * DAY,
        MANY_DAYS,
    ];
    let oldest = since.first_key_value();
    let younger = STEPS.windows(2).filter_map(|ages| {
        let from = at_second(whole(now) - ages[1] + 1);
        let mut of_age = since.range(from..);
        of_age.next()
    });
    let lengths = younger
        .chain(oldest)
        .map(|(since, _)| text(now, *since, grain).len());
    lengths.max().unwrap_or(0)
}

/// When the next minute of the clock begins.
pub(crate) fn next_minute(now: Timestamp) -> Timestamp {
    at_second((whole(now).div_euclid(MINUTE) + 1) * MINUTE)
}

fn seconds(now: Timestamp, since: Timestamp) -> i64 {
    (whole(now) - whole(since)).max(0)
}

fn whole(moment: Timestamp) -> i64 {
    moment.as_micros().div_euclid(1_000_000)
}

fn at_second(second: i64) -> Timestamp {
    Timestamp::from_micros(second.saturating_mul(1_000_000))
}

/// `now` where the person is, by their clock.
pub(crate) fn local(now: Timestamp, offset: UtcOffset) -> OffsetDateTime {
    let seconds = now.as_micros().div_euclid(1_000_000);
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|moment| moment.checked_to_offset(offset))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// How long to sleep until `moment`, a breath longer, so that waking up is never too early.
pub(crate) fn until(now: Timestamp, moment: Timestamp) -> Duration {
    moment.since(now) + Duration::from_millis(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000 + 250)
    }

    #[test]
    fn an_age_shows_seconds_first_and_later_only_for_rows_that_need_someone() {
        let shown = |age, grain| text(at(age), at(0), grain);
        assert_eq!(shown(0, Grain::Coarse), "0s");
        assert_eq!(shown(59, Grain::Coarse), "59s");
        assert_eq!(shown(252, Grain::Fine), "4m 12s");
        assert_eq!(shown(252, Grain::Coarse), "4m");
        assert_eq!(shown(3_840, Grain::Fine), "1h 04m");
        assert_eq!(shown(3_840, Grain::Coarse), "1h");
        assert_eq!(shown(200_000, Grain::Fine), "2d 07h");
        assert_eq!(shown(-5, Grain::Fine), "0s", "a clock set back");
    }

    #[test]
    fn seconds_change_on_the_second_and_minutes_on_the_grid() {
        assert_eq!(
            next_change(at(7), at(0), Grain::Fine),
            Timestamp::from_millis(8_000)
        );
        assert_eq!(
            next_change(at(65), at(3), Grain::Coarse),
            Timestamp::from_millis(130_000)
        );
    }

    proptest::proptest! {
        #[test]
        fn the_longest_age_is_found_without_looking_at_each(
            ages in proptest::collection::vec(-20_i64..20_000_000, 0..8), short in 0_i64..2_000,
            fine in proptest::bool::ANY,
        ) {
            let grain = if fine { Grain::Fine } else { Grain::Coarse };
            let now = Timestamp::from_millis(5_000_000_400);
            let ages = ages.into_iter().chain([short]);
            let since: Vec<_> = ages.map(|age| Timestamp::from_millis(5_000_000_000 - age * 1000)).collect();
            let longest_text = since.iter().map(|since| text(now, *since, grain).len()).max();
            let counted = since.into_iter().map(|since| (since, 1)).collect();
            proptest::prop_assert_eq!(Some(longest(now, &counted, grain)), longest_text);
        }

        #[test]
        fn the_text_never_lags_more_than_the_grid_and_never_wakes_twice_a_second(
            since in 0_i64..1_000_000, age in 0_i64..200_000, fine in proptest::bool::ANY,
        ) {
            let grain = if fine { Grain::Fine } else { Grain::Coarse };
            let (now, since) = (Timestamp::from_millis((since + age) * 1000), Timestamp::from_millis(since * 1000));
            let next = next_change(now, since, grain);
            proptest::prop_assert!(next.since(now) >= Duration::from_secs(1));
            proptest::prop_assert_ne!(text(next, since, grain), text(now, since, grain));
            let grid = Duration::from_secs(COARSE_GRID as u64 + 1);
            let early = next.minus(grid);
            if early > now {
                proptest::prop_assert_eq!(text(early, since, grain), text(now, since, grain));
            }
        }
    }
}
