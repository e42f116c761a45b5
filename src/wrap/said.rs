//! What the program has said of itself and still holds: its last word, and that of each part of it.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::hub::protocol::StatusRecord;
use crate::status_record::Word;

/// So many parts are remembered, as many as a program is likely to have at once.
const PARTS: usize = 32;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Said {
    records: Vec<StatusRecord>,
}

impl Said {
    /// Takes the next one. A program that is cleared has no parts any more.
    pub(super) fn take(&mut self, record: StatusRecord) {
        let is_over = record.state == Word::Clear;
        if is_over && record.id.is_none() {
            self.records.clear();
        }
        self.records.retain(|said| said.id != record.id);
        if !is_over || record.id.is_none() {
            self.records.push(record);
        }
        if self.records.len() > PARTS {
            self.records.remove(0);
        }
    }

    /// What holds, in its order.
    pub(super) fn records(&self) -> Vec<StatusRecord> {
        self.records.clone()
    }

    /// It holds from `now` on again: the program runs again.
    pub(super) fn renew(&mut self, now: Timestamp) {
        for record in &mut self.records {
            record.written = now;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The program is over.
    pub(super) fn forget(&mut self) {
        self.records.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status_record::{Piece, Splitter};

    fn said(records: &[&str]) -> Vec<(String, Option<String>)> {
        let mut said = Said::default();
        let mut splitter = Splitter::default();
        for body in records {
            let raw = format!("\x1b]7501;{body}\x07");
            splitter.feed(raw.as_bytes(), &mut |piece| {
                if let Piece::Record {
                    record: Some(it), ..
                } = piece
                {
                    said.take(StatusRecord::of(&it, Timestamp::default()));
                }
            });
        }
        let records = said.records().into_iter();
        records
            .map(|record| (record.state.as_str().to_owned(), record.id))
            .collect()
    }

    #[test]
    fn the_last_word_of_the_program_and_of_each_part_holds() {
        let part = |id: &str| Some(id.to_owned());
        assert_eq!(
            said(&[
                "state=working",
                "state=working:id=a",
                "state=working:id=b",
                "state=blocked",
                "state=clear:id=a"
            ]),
            [
                ("working".to_owned(), part("b")),
                ("blocked".to_owned(), None)
            ]
        );
        assert_eq!(
            said(&["state=working:id=a", "state=clear"]),
            [("clear".to_owned(), None)]
        );
    }

    #[test]
    fn no_more_is_remembered_than_is_likely() {
        let many: Vec<String> = (0..100)
            .map(|part| format!("state=working:id=p{part}"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(said(&many).len(), PARTS);
    }
}
