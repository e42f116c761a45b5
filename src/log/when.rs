//! Moments as a person types them: `2026-11-21T10:00:00Z`, `2026-11-21 10:00`, `10:00`, `2h`.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// What a time of day that is still to come means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// That of yesterday: it is where something began.
    IsYesterday,
    /// That of today.
    IsToday,
}

/// The clock against which text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalClock {
    /// Now.
    pub now: Timestamp,
    /// The difference between local time and UTC.
    pub offset: UtcOffset,
}

impl LocalClock {
    /// Reads a moment: an RFC 3339 time, a date with or without a time of day, a time of day
    /// (both local), or a span before now (`90s`, `15m`, `2h`, `3d`, `1w`, `1h30m`).
    pub fn parse(&self, text: &str, ahead: Ahead) -> Option<Timestamp> {
        let text = text.trim();
        Timestamp::parse(text)
            .or_else(|| Some(self.now.minus(parse_span(text)?)))
            .or_else(|| self.time_of_day(text, ahead))
            .or_else(|| self.date(text))
    }

    /// The local date and time of `moment`.
    pub fn local(&self, moment: Timestamp) -> OffsetDateTime {
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

/// Reads a span of time such as `15m`, `2h` or `1h30m`.
pub fn parse_span(text: &str) -> Option<Duration> {
    let mut rest = text;
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
    (!text.is_empty()).then(|| Duration::from_secs(seconds))
}

/// Says a span of whole seconds as a sentence goes on behind `for`: `a minute`, `10 minutes`.
pub fn spoken(span: Duration) -> String {
    match span.as_secs() {
        60 => "a minute".to_owned(),
        seconds if seconds > 0 && seconds.is_multiple_of(60) => format!("{} minutes", seconds / 60),
        1 => "a second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
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
}
