//! What is wrong with a line that is no record. It is named, counted, and stops nothing.

use std::collections::BTreeMap;

use pane_patrol_hooks::event::EventError;
use thiserror::Error;

use super::Record;
use super::split::Content;

/// Why a line, or its beginning, is no record.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It has no end: its writer was killed, or the disk was full.
    #[error("it is torn")]
    Torn,
    /// It is longer than any record; how many bytes.
    #[error("{0} bytes are too long for an event")]
    TooLong(u64),
    /// It is no event.
    #[error(transparent)]
    Event(#[from] EventError),
}

impl Fault {
    /// One word or two, for counters.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Torn => "torn line",
            Self::TooLong(_) => "endless line",
            Self::Event(error) => error.reason(),
        }
    }
}

/// What a line holds: a record with its bytes, a fault, or both when a whole event stands behind
/// a torn one.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// The record, and the part of the line that it was read from.
    pub record: Option<(Record, &'a [u8])>,
    /// What is wrong.
    pub fault: Option<Fault>,
}

/// Reads a line.
pub(crate) fn read(content: Content<'_>) -> Found<'_> {
    let (line, is_torn) = match content {
        Content::Whole(line) => (line, false),
        Content::Torn(line) => (line, true),
        Content::TooLong(length) => {
            return Found {
                record: None,
                fault: Some(Fault::TooLong(length)),
            };
        }
    };
    match Record::parse(line) {
        // A file that another program wrote may end without a line end.
        Ok(record) => Found {
            record: Some((record, line)),
            fault: None,
        },
        Err(error) => {
            let record = Record::salvage(line);
            let is_torn = is_torn || record.is_some();
            Found {
                record,
                fault: Some(if is_torn { Fault::Torn } else { error.into() }),
            }
        }
    }
}

/// How many lines were no records, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// The counts.
    pub by_reason: BTreeMap<&'static str, u64>,
}

impl Faults {
    /// Counts one more.
    pub(crate) fn count(&mut self, fault: &Fault) {
        *self.by_reason.entry(fault.reason()).or_default() += 1;
    }

    /// All of them.
    pub(crate) fn total(&self) -> u64 {
        self.by_reason.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str =
        r#"{"assistant":"claude","state":"idle","target":"main:0.0","ts":"2026-02-27T10:00:00Z"}"#;

    #[test]
    fn a_whole_event_without_a_line_end_is_no_fault_and_half_of_one_is_torn() {
        let found = read(Content::Torn(EVENT.as_bytes()));
        assert!(found.record.is_some() && found.fault.is_none());
        let found = read(Content::Torn(&EVENT.as_bytes()[..30]));
        assert!(found.record.is_none());
        assert_eq!(found.fault, Some(Fault::Torn));
    }

    #[test]
    fn an_event_behind_a_torn_one_is_found_and_the_torn_one_counted() {
        let line = format!("{}{EVENT}", &EVENT[..50]);
        let found = read(Content::Whole(line.as_bytes()));
        let (_, bytes) = found.record.unwrap();
        assert_eq!(bytes, EVENT.as_bytes());
        let mut faults = Faults::default();
        faults.count(&found.fault.unwrap());
        faults.count(&Fault::TooLong(9999));
        assert_eq!(faults.total(), 2);
        assert_eq!(faults.by_reason.get("torn line"), Some(&1));
    }
}
