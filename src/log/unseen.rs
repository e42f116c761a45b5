//! `unseen.jsonl`: the rows whose turns are over and which nobody has looked at, so that they are told of until somebody
//! has, whoever collects by then and whether the event log is on or not. A line more for each turn that ends and for
//! each that is seen; as many as there are rows twice over, it is written anew. It is its user's alone.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use pane_patrol_sys::replace::replace;
use serde::{Deserialize, Serialize};

use super::sessions::lines;
use crate::state::{Outcome, Row, RowKey, Table, Unseen};

/// So many lines may tell of nothing any more.
const SPARE_LINES: usize = 256;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// This row rests unseen.
    Unseen(Box<Row>),
    /// That with this id does not any more.
    Seen(String),
}

/// The rows that rested unseen when the last line was written, in no certain order. A line that makes no sense tells of
/// none.
pub(crate) fn read(path: &Path) -> Vec<Row> {
    let mut rows = BTreeMap::new();
    for line in lines(path) {
        match serde_json::from_slice(&line) {
            Ok(Line::Unseen(row)) if row.is_plain() => {
                rows.insert(row.id.clone(), *row);
            }
            Ok(Line::Seen(id)) => {
                rows.remove(&id);
            }
            Ok(Line::Unseen(_)) | Err(_) => {}
        }
    }
    rows.into_values().collect()
}

/// Keeps the file.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Where; `None`: nothing is written.
    file: Option<PathBuf>,
    /// Whether what each has said last stands in it.
    with_words: bool,
    /// What the file tells of.
    written: BTreeMap<RowKey, Unseen>,
    lines: usize,
}

impl Book {
    /// One that has nothing written yet.
    pub(crate) fn new(file: Option<PathBuf>, with_words: bool) -> Self {
        Self {
            file,
            with_words,
            ..Self::default()
        }
    }

    /// Writes down what rests unseen in the whole table.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub(crate) fn begin(&mut self, table: &Table) -> Result<(), String> {
        let resting = table.keys().into_iter();
        let resting = resting.filter_map(|key| table.unseen(&key).map(|how| (key, how)));
        self.written = resting.collect();
        let is_there = self.file.as_ref().is_some_and(|file| file.exists());
        if self.written.is_empty() && !is_there {
            return Ok(());
        }
        self.write_anew(table)
    }

    /// Writes down what an input has changed of that; `None`: nothing.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub(crate) fn follow(
        &mut self,
        outcome: &Outcome,
        table: &Table,
    ) -> Option<Result<(), String>> {
        self.file.as_ref()?;
        let mut text = String::new();
        for key in outcome.removed.iter().chain(&outcome.changed) {
            let rests = table.unseen(key);
            if rests.as_ref() == self.written.get(key) {
                continue;
            }
            let kept = rests.and_then(|how| Some((how, table.row(key)?)));
            let line = if let Some((how, row)) = kept {
                self.written.insert(key.clone(), how);
                Line::Unseen(Box::new(row.kept(self.with_words)))
            } else {
                self.written.remove(key);
                Line::Seen(key.to_string())
            };
            push(&mut text, &line);
            self.lines += 1;
        }
        if text.is_empty() {
            return None;
        }
        if self.lines > 2 * self.written.len() + SPARE_LINES {
            return Some(self.write_anew(table));
        }
        let appended = self.append(&text);
        // Gone, or in the way, since it was written last.
        Some(appended.or_else(|_| self.write_anew(table)))
    }

    fn append(&self, text: &str) -> io::Result<()> {
        let file = self.file.as_deref().ok_or(io::ErrorKind::NotFound)?;
        let opened = Opening::to_append().no_link().regular(file);
        opened
            .map_err(io::Error::from)?
            .file
            .write_all(text.as_bytes())
    }

    fn write_anew(&mut self, table: &Table) -> Result<(), String> {
        let Some(file) = self.file.as_deref() else {
            return Ok(());
        };
        let rows = self.written.keys().filter_map(|key| table.row(key));
        let mut text = String::new();
        for row in rows {
            push(
                &mut text,
                &Line::Unseen(Box::new(row.kept(self.with_words))),
            );
        }
        self.lines = self.written.len();
        let beside = file.with_extension(format!("{}.tmp", std::process::id()));
        let folder = file.parent().map_or(Ok(()), private::make_folders);
        let written = folder.and_then(|()| replace(file, &beside, text.as_bytes()));
        written.map_err(|error| format!("could not write {}: {error}", file.display()))
    }
}

fn push(text: &mut String, line: &Line) {
    // Nothing of it can fail: keys are texts, and nothing is a number that JSON has not.
    text.push_str(&serde_json::to_string(line).unwrap_or_default());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use pane_patrol_hooks::event::{Event, State};
    use pane_patrol_hooks::timestamp::Timestamp;

    use super::*;
    use crate::state::{Input, Settings};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000 + second * 1000)
    }

    /// A table, and what it keeps of itself.
    struct World {
        table: Table,
        book: Book,
        second: i64,
    }

    impl World {
        fn new(file: &Path, with_words: bool) -> Self {
            let settings = Settings {
                ttl: Duration::from_secs(1_000_000),
                own_server: None,
            };
            let mut world = Self {
                table: Table::new(settings),
                book: Book::new(Some(file.to_owned()), with_words),
                second: 1000,
            };
            world.table.recall_unseen(read(file), |_, _| false, at(999));
            world.book.begin(&world.table).unwrap();
            world
        }

        fn hear(&mut self, pane: u32, state: &str, kind: &str) {
            self.second += 1;
            let ts = at(self.second);
            let event = format!(
                r#"{{"assistant":"mine","state":"{state}","kind":"{kind}","target":"a:0.{pane}","instance_id":"s{pane}",
                "message":"words of {pane}","ts":"{ts}"}}"#
            );
            let event = Event::parse(event.as_bytes()).unwrap();
            let outcome = self.table.apply(Input::Event(Box::new(event)), ts);
            if let Some(written) = self.book.follow(&outcome, &self.table) {
                written.unwrap();
            }
        }
    }

    fn shown(rows: &[Row]) -> Vec<(String, State, Option<&str>)> {
        let mut shown: Vec<_> = rows
            .iter()
            .map(|row| (row.target.to_string(), row.state, row.recap.as_deref()))
            .collect();
        shown.sort();
        shown
    }

    #[test]
    fn every_end_stays_over_five_hundred_turns_and_as_many_restarts_and_the_file_stays_short() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/unseen.jsonl");
        for turn in 0..500 {
            let mut world = World::new(&file, true);
            world.second += 10 * turn;
            let pane = u32::try_from(turn % 25).unwrap();
            world.hear(pane, "running", "turn_started");
            world.hear(pane, "completed", "turn_finished");
            let rows = usize::try_from(turn + 1).unwrap().min(25);
            let next = World::new(&file, true);
            assert_eq!(next.table.len(), rows, "{turn}");
            assert!(next.table.rows().iter().all(|row| row.unseen), "{turn}");
            assert_eq!(shown(&next.table.rows()), shown(&world.table.rows()));
            assert!(lines(&file).count() <= 25, "it was begun anew");
        }
        let rights = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600);
    }

    #[test]
    fn what_goes_on_is_forgotten_and_one_collector_alone_does_not_make_the_file_grow() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unseen.jsonl");
        let mut world = World::new(&file, true);
        for turn in 0..1000 {
            world.hear(turn % 3, "running", "turn_started");
            world.hear(turn % 3, "completed", "turn_finished");
            assert!(lines(&file).count() <= 2 * 3 + SPARE_LINES + 2);
        }
        world.hear(1, "running", "turn_started");
        let kept = read(&file);
        assert_eq!(
            shown(&kept),
            [
                ("a:0.0".to_owned(), State::Completed, Some("words of 0")),
                ("a:0.2".to_owned(), State::Completed, Some("words of 2")),
            ]
        );
        // Somebody has cleared the folder.
        std::fs::remove_file(&file).unwrap();
        world.hear(1, "completed", "turn_finished");
        assert_eq!(read(&file).len(), 3);
    }

    #[test]
    fn words_are_left_out_where_none_are_to_be_written_and_a_line_that_makes_no_sense_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unseen.jsonl");
        World::new(&file, false).hear(1, "completed", "turn_finished");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("words"), "{text}");
        let drawn = text.replace("a:0.1", "a\\u001b:0.1");
        let torn = &text[..text.len() / 2];
        std::fs::write(&file, format!("{drawn}nothing\n{text}{torn}")).unwrap();
        assert_eq!(
            shown(&read(&file)),
            [("a:0.1".to_owned(), State::Completed, None)]
        );
    }
}
