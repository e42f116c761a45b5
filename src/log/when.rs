//! Moments as a person types them: `2026-11-21T10:00:00Z`, `2026-11-21 10:00`, `10:00`, `2h`.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// What a time of day that is still to come means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// That of yesterday: it is where something began.
    IsYesterday,
    /// That of today.
    IsToday,
}

/// The clock against which text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalClock {
    /// Now.
    pub now: Timestamp,
    /// The difference between local time and UTC.
    pub offset: UtcOffset,
}

impl LocalClock {
    /// Reads a moment: an RFC 3339 time, a date with or without a time of day, a time of day
    /// (both local), or a span before now (`90s`, `15m`, `2h`, `3d`, `1w`, `1h30m`).
    pub(crate) fn parse(&self, text: &str, ahead: Ahead) -> Option<Timestamp> {
        let text = text.trim();
        Timestamp::parse(text)
            .or_else(|| Some(self.now.minus(parse_span(text)?)))
            .or_else(|| self.time_of_day(text, ahead))
            .or_else(|| self.date(text))
    }

    /// The local date and time of `moment`.
    pub(crate) fn local(&self, moment: Timestamp) -> OffsetDateTime {
        let seconds = moment.as_micros().div_euclid(1_000_000);
        OffsetDateTime::from_unix_timestamp(seconds)
            .ok()
            .and_then(|utc| utc.checked_to_offset(self.offset))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    fn time_of_day(&self, text: &str, ahead: Ahead) -> Option<Timestamp> {
        let time = parse_time(text)?;
        let today = self.local(self.now).date();
        let at = self.moment(PrimitiveDateTime::new(today, time));
        if at > self.now && ahead == Ahead::IsYesterday {
            return Some(at.minus(Duration::from_secs(24 * 60 * 60)));
        }
        Some(at)
    }

    fn date(&self, text: &str) -> Option<Timestamp> {
        let (date, time) = match text.split_once([' ', 'T']) {
            Some((date, time)) => (date, parse_time(time)?),
            None => (text, Time::MIDNIGHT),
        };
        let mut parts = date.split('-');
        let year = parts.next()?.parse().ok()?;
        let month: u8 = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        parts
            .next()
            .is_none()
            .then(|| self.moment(PrimitiveDateTime::new(date, time)))
    }

    fn moment(&self, local: PrimitiveDateTime) -> Timestamp {
        let seconds = local.assume_offset(self.offset).unix_timestamp();
        Timestamp::from_micros(seconds.saturating_mul(1_000_000))
    }
}

fn parse_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = parts.next().map_or(Some(0), |second| second.parse().ok())?;
    parts.next().is_none().then_some(())?;
    Time::from_hms(hour, minute, second).ok()
}

/// Reads a span of time such as `15m`, `2h` or `1h30m`; blanks around it say nothing.
pub(crate) fn parse_span(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = rest.split_at(digits);
        let unit = unit.chars().next()?;
        let each = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            'w' => 7 * 24 * 60 * 60,
            _ => return None,
        };
        let number: u64 = number.parse().ok()?;
        seconds = seconds.checked_add(number.checked_mul(each)?)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    (!text.trim().is_empty()).then(|| Duration::from_secs(seconds))
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// Says a span of whole seconds as a sentence goes on behind `for`: `a minute`, `90 minutes`, `a week`.
pub(crate) fn spoken(span: Duration) -> String {
    const UNITS: [(u64, &str, &str); 5] = [
        (WEEK, "a", "week"),
        (DAY, "a", "day"),
        (HOUR, "an", "hour"),
        (MINUTE, "a", "minute"),
        (1, "a", "second"),
    ];
    let say = |count: u64, (_, one, unit): (u64, &str, &str)| match count {
        1 => format!("{one} {unit}"),
        count => format!("{count} {unit}s"),
    };
    let seconds = span.as_secs();
    // One unit where that is said at once, else all that there are.
    let whole = UNITS.into_iter().find(|(each, ..)| {
        seconds >= *each && seconds.is_multiple_of(*each) && seconds / each < 100
    });
    if let Some(unit) = whole {
        return say(seconds / unit.0, unit);
    }
    let mut left = seconds;
    let parts = UNITS.into_iter().filter_map(|unit| {
        let count = left / unit.0;
        left %= unit.0;
        (count > 0).then(|| say(count, unit))
    });
    let parts: Vec<String> = parts.collect();
    match parts.split_last() {
        None => "0 seconds".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// How fine an age is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grain {
    /// `31s`, then `4m 12s`, `1h 04m` and `2d 07h`.
    Fine,
    /// `31s`, then `4m`, `1h` and `2d`.
    Coarse,
}

/// How long ago or how long, in at most seven characters (after a hundred days in whole ones).
pub(crate) fn age(age: Duration, grain: Grain) -> String {
    let seconds = age.as_secs();
    let (unit, letter, next, small) = match seconds {
        0..MINUTE => return format!("{seconds}s"),
        MINUTE..HOUR => (MINUTE, 'm', 1, 's'),
        HOUR..DAY => (HOUR, 'h', MINUTE, 'm'),
        _ => (DAY, 'd', HOUR, 'h'),
    };
    let count = seconds / unit;
    if grain == Grain::Coarse || unit == DAY && count >= 100 {
        return format!("{count}{letter}");
    }
    format!("{count}{letter} {:02}{small}", seconds % unit / next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> LocalClock {
        LocalClock {
            now: Timestamp::parse("2026-11-21T10:30:00Z").unwrap(),
            offset: UtcOffset::from_hms(2, 0, 0).unwrap(),
        }
    }

    fn read(text: &str) -> String {
        clock()
            .parse(text, Ahead::IsYesterday)
            .map_or_else(|| "nothing".to_owned(), |moment| moment.to_string())
    }

    #[test]
    fn moments_are_read_as_people_type_them() {
        for (text, expected) in [
            ("2026-11-20T08:00:00Z", "2026-11-20T08:00:00.000000Z"),
            ("2026-11-20T08:00:00+01:00", "2026-11-20T07:00:00.000000Z"),
            ("2026-11-20", "2026-11-19T22:00:00.000000Z"),
            ("2026-11-20 08:15", "2026-11-20T06:15:00.000000Z"),
            ("2026-11-20T08:15:30", "2026-11-20T06:15:30.000000Z"),
            ("12:15", "2026-11-21T10:15:00.000000Z"),
            ("12:45", "2026-11-20T10:45:00.000000Z"),
            ("0:00:01", "2026-11-20T22:00:01.000000Z"),
            ("90s", "2026-11-21T10:28:30.000000Z"),
            ("1h30m", "2026-11-21T09:00:00.000000Z"),
            ("3d", "2026-11-18T10:30:00.000000Z"),
            ("1w", "2026-11-14T10:30:00.000000Z"),
            (" 3d ", "2026-11-18T10:30:00.000000Z"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        let today = clock().parse("12:45", Ahead::IsToday).unwrap();
        assert_eq!(today.to_string(), "2026-11-21T10:45:00.000000Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "h",
            "2",
            "2x",
            "2h3",
            "25:00",
            "1:2:3:4",
            "2026-13-01",
            "2026-1-1-1",
            "99999999999999999999d",
            "é",
        ] {
            assert_eq!(read(text), "nothing", "{text}");
        }
    }
    #[test]
    fn a_span_is_read_with_blanks_around_it_and_not_within() {
        assert_eq!(parse_span(" 10m\t"), Some(Duration::from_secs(600)));
        for text in ["", " ", "1 0m", "10 m", "1h 30m", "10"] {
            assert_eq!(parse_span(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_span_is_said_in_the_units_that_people_use() {
        for (text, expected) in [
            ("1s", "a second"),
            ("90s", "90 seconds"),
            ("60s", "a minute"),
            ("10m", "10 minutes"),
            ("90m", "90 minutes"),
            ("1h", "an hour"),
            ("36h", "36 hours"),
            ("1d", "a day"),
            ("7d", "a week"),
            ("8d", "8 days"),
            ("2w", "2 weeks"),
            ("1w1m", "a week and a minute"),
            ("2d3h20s", "2 days, 3 hours and 20 seconds"),
            ("0s", "0 seconds"),
        ] {
            assert_eq!(spoken(parse_span(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn an_age_has_one_unit_or_two() {
        for (seconds, fine, coarse) in [
            (0, "0s", "0s"),
            (59, "59s", "59s"),
            (64, "1m 04s", "1m"),
            (3_599, "59m 59s", "59m"),
            (3_840, "1h 04m", "1h"),
            (86_399, "23h 59m", "23h"),
            (86_400, "1d 00h", "1d"),
            (200_000, "2d 07h", "2d"),
            (8_639_999, "99d 23h", "99d"),
            (8_640_000, "100d", "100d"),
        ] {
            let span = Duration::from_secs(seconds);
            assert_eq!(
                (&*age(span, Grain::Fine), &*age(span, Grain::Coarse)),
                (fine, coarse)
            );
        }
    }
}
