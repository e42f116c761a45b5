//! The thread that reads what assistants' own files say of their sessions: soon after something was heard of a row, and
//! once more when that has settled. A file that is as it was is not read again; where nothing is heard nothing is looked
//! at.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::assistants::facts::Session;
use crate::assistants::homes::Homes;
use crate::state::{Facts, Row, fingerprint};

/// What is written with what was heard stands there so long after it.
const SOON: Duration = Duration::from_millis(300);

/// What is written last of all stands there so long after it.
const LATER: Duration = Duration::from_secs(2);

/// What was read of a row.
#[derive(Debug)]
pub(in crate::collector) struct Read {
    row: String,
    session: u64,
    facts: Facts,
}

#[derive(Debug)]
enum Order {
    /// Something was heard of this row.
    Heard(String, Session),
    /// The row is gone, or has no session.
    Leave(String),
}

/// The thread, and what it has read.
#[derive(Debug)]
pub(in crate::collector) struct Keeper {
    orders: Sender<Order>,
    rows: BTreeMap<String, Known>,
}

/// What is known of a row.
#[derive(Debug)]
struct Known {
    session: u64,
    /// What was heard of it last, by its fingerprint.
    heard: u64,
    facts: Option<Arc<Facts>>,
}

impl Keeper {
    /// Starts the thread, which tells what it has read until nobody takes it. It ends when this is dropped.
    pub(in crate::collector) fn start(
        homes: Homes,
        tell: impl Fn(Read) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let (orders, inbox) = mpsc::channel();
        let reader = Reader {
            homes,
            rows: BTreeMap::new(),
        };
        std::thread::Builder::new()
            .name("facts".into())
            .spawn(move || reader.run(&inbox, tell))?;
        Ok(Self {
            orders,
            rows: BTreeMap::new(),
        })
    }

    /// Has the files of a row looked at, if anything was heard of it since the last time.
    pub(in crate::collector) fn look(&mut self, row: &Row) {
        let Some(whose) = Session::of_row(row) else {
            self.forget(&row.id);
            return;
        };
        let session = fingerprint(&whose);
        let heard = fingerprint(&(row.ts, row.state.as_str()));
        match self.rows.get_mut(&row.id) {
            Some(known) if known.session == session && known.heard == heard => return,
            Some(known) if known.session == session => known.heard = heard,
            _ => {
                let known = Known {
                    session,
                    heard,
                    facts: None,
                };
                self.rows.insert(row.id.clone(), known);
            }
        }
        let _ = self.orders.send(Order::Heard(row.id.clone(), whose));
    }

    /// The row is gone, or has no session.
    pub(in crate::collector) fn forget(&mut self, row: &str) {
        if self.rows.remove(row).is_some() {
            let _ = self.orders.send(Order::Leave(row.to_owned()));
        }
    }

    /// Takes what was read; the row of which now something else is known.
    pub(in crate::collector) fn take(&mut self, read: Read) -> Option<String> {
        let known = self.rows.get_mut(&read.row);
        let known = known.filter(|known| known.session == read.session)?;
        let facts = Some(read.facts).filter(|facts| !facts.is_empty());
        if known.facts.as_deref() == facts.as_ref() {
            return None;
        }
        known.facts = facts.map(Arc::new);
        Some(read.row)
    }

    /// The row with what its assistant's files say.
    pub(in crate::collector) fn dressed(&self, mut row: Row) -> Row {
        let known = self.rows.get(&row.id);
        let session = Session::of_row(&row).map(|session| fingerprint(&session));
        let known = known.filter(|known| Some(known.session) == session);
        row.facts = known.and_then(|known| known.facts.clone());
        row
    }
}

struct Reader {
    homes: Homes,
    rows: BTreeMap<String, Followed>,
}

/// A row whose files are looked at.
struct Followed {
    session: Session,
    file: Option<(PathBuf, Option<Stamp>)>,
    /// When it is looked at next.
    due: Option<Instant>,
    /// When it was looked at last.
    looked: Option<Instant>,
    /// It is looked at once more after that.
    again: bool,
}

/// What a file was when it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    length: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(about: &Metadata) -> Self {
        Self {
            file: (about.dev(), about.ino()),
            length: about.len(),
            changed: (about.mtime(), about.mtime_nsec()),
        }
    }
}

impl Reader {
    fn run(mut self, inbox: &Receiver<Order>, tell: impl Fn(Read) -> bool) {
        loop {
            let due = self.rows.values().filter_map(|row| row.due).min();
            let order = match due {
                None => inbox.recv().map_err(RecvTimeoutError::from),
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match order {
                Ok(Order::Heard(row, session)) => self.heard(&row, session, Instant::now()),
                Ok(Order::Leave(row)) => {
                    self.rows.remove(&row);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            for read in self.look(Instant::now()) {
                if !tell(read) {
                    return;
                }
            }
        }
    }

    /// Something was heard of a row.
    fn heard(&mut self, row: &str, session: Session, now: Instant) {
        let of_other = |known: &mut Followed| known.session != session;
        if self.rows.get_mut(row).is_none_or(of_other) {
            let new = Followed {
                session,
                file: None,
                due: None,
                looked: None,
                again: true,
            };
            self.rows.insert(row.to_owned(), new);
        }
        let Some(known) = self.rows.get_mut(row) else {
            return;
        };
        // However much happens, it is looked at no more often than that.
        let settled = known.looked.map(|looked| looked + LATER);
        let soon = (now + SOON).max(settled.unwrap_or(now));
        known.due = Some(known.due.map_or(soon, |due| due.min(soon)));
        known.again = true;
    }

    /// Looks at all rows that are due, and says of which something else stands there.
    fn look(&mut self, now: Instant) -> Vec<Read> {
        let mut read = Vec::new();
        for (row, known) in &mut self.rows {
            if known.due.is_none_or(|due| due > now) {
                continue;
            }
            known.looked = Some(now);
            known.due = std::mem::take(&mut known.again).then(|| now + LATER);
            if let Some(facts) = known.read(&self.homes) {
                read.push(Read {
                    row: row.clone(),
                    session: fingerprint(&known.session),
                    facts,
                });
            }
        }
        read
    }
}

impl Followed {
    /// What the file says; `None` where it is as it was.
    fn read(&mut self, homes: &Homes) -> Option<Facts> {
        let stamp = |path: &PathBuf| Some(Stamp::of(&path.metadata().ok()?));
        let as_before = |(path, before): &(PathBuf, Option<Stamp>)| {
            let now = stamp(path);
            now.is_none() || now == *before
        };
        if self.file.as_ref().is_none_or(as_before) {
            // The session may have another file by now.
            let found = self.session.file(homes);
            let known = self.file.as_ref().map(|(path, _)| path);
            if found.as_ref() == known {
                return None;
            }
            self.file = found.map(|path| (path, None));
        }
        let Some((path, before)) = &mut self.file else {
            return Some(Facts::default());
        };
        // Taken first: what is written meanwhile is looked at the next time.
        *before = stamp(path);
        Some(self.session.read(path))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File, FileTimes};
    use std::path::Path;

    use pane_patrol_hooks::event::State;
    use pane_patrol_hooks::timestamp::Timestamp;

    use super::*;
    use crate::state::fixture;

    const LONG: Duration = Duration::from_secs(60);

    fn row_of(session: &str) -> Row {
        let mut row = fixture::row(1, "qwen", State::Running, "work:1.0", 5);
        row.instance_id = Some(session.to_owned());
        row
    }

    /// Says in the chat of `session` that this model has answered.
    fn write(home: &Path, session: &str, model: &str) -> PathBuf {
        let folder = home.join("projects/-p/chats");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{session}.jsonl"));
        let line = serde_json::json!({"type": "assistant", "model": model});
        fs::write(&file, format!("{line}\n")).unwrap();
        file
    }

    fn reader(home: &Path) -> Reader {
        Reader {
            homes: Homes::all_in(home),
            rows: BTreeMap::new(),
        }
    }

    /// Something is heard of the row, and time passes until nothing is due any more; the models that are read.
    fn hear(reader: &mut Reader, row: &Row, from: &mut Instant) -> Vec<Option<String>> {
        reader.heard(&row.id, Session::of_row(row).unwrap(), *from);
        let mut read = Vec::new();
        for _ in 0..2 {
            *from = reader.rows[&row.id].due.unwrap();
            read.extend(reader.look(*from));
        }
        assert_eq!(
            reader.rows[&row.id].due, None,
            "it is not looked at for ever"
        );
        *from += LONG;
        read.into_iter().map(|read| read.facts.model).collect()
    }

    #[test]
    fn a_file_is_read_when_something_was_heard_and_it_is_another_than_before() {
        let home = tempfile::tempdir().unwrap();
        let (mut reader, row, mut now) = (reader(home.path()), row_of("s-1"), Instant::now());
        assert_eq!(hear(&mut reader, &row, &mut now), [], "there is none");
        let file = write(home.path(), "s-1", "one");
        assert_eq!(hear(&mut reader, &row, &mut now), [Some("one".to_owned())]);
        let before = file.metadata().unwrap().modified().unwrap();
        // Of the same length and time: who read it would see it.
        write(home.path(), "s-1", "two");
        let times = FileTimes::new().set_modified(before);
        File::options()
            .write(true)
            .open(&file)
            .unwrap()
            .set_times(times)
            .unwrap();
        assert_eq!(hear(&mut reader, &row, &mut now), []);
        write(home.path(), "s-1", "three");
        assert_eq!(reader.look(now + LONG).len(), 0, "nothing was heard");
        assert_eq!(
            hear(&mut reader, &row, &mut now),
            [Some("three".to_owned())]
        );
        fs::remove_file(&file).unwrap();
        assert_eq!(hear(&mut reader, &row, &mut now), [None]);
    }

    #[test]
    fn however_much_is_heard_a_file_is_looked_at_once_in_a_while_and_at_the_end() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), "s-1", "one");
        let (mut reader, row) = (reader(home.path()), row_of("s-1"));
        let (begin, mut looks) = (Instant::now(), 0);
        let mut now = begin;
        while now < begin + Duration::from_secs(10) {
            reader.heard(&row.id, Session::of_row(&row).unwrap(), now);
            reader.look(now);
            looks += usize::from(reader.rows[&row.id].looked == Some(now));
            now += Duration::from_millis(10);
        }
        assert!((4..=6).contains(&looks), "{looks}");
        let due = reader.rows[&row.id].due.unwrap();
        write(home.path(), "s-1", "last");
        assert_eq!(reader.look(due).len(), 1);
    }

    #[test]
    fn a_row_has_what_was_read_of_its_session_and_of_no_other() {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), "s-1", "one");
        let (output, inbox) = mpsc::channel();
        let tell = move |read| output.send(read).is_ok();
        let mut keeper = Keeper::start(Homes::all_in(home.path()), tell).unwrap();
        let mut row = row_of("s-1");
        keeper.look(&row);
        let read = inbox.recv_timeout(LONG).unwrap();
        assert_eq!(keeper.take(read), Some(row.id.clone()));
        let model = |keeper: &Keeper, row: &Row| {
            let facts = keeper.dressed(row.clone()).facts;
            facts.and_then(|facts| facts.model.clone())
        };
        assert_eq!(model(&keeper, &row).as_deref(), Some("one"));
        // The same again is nothing that was heard.
        keeper.look(&row);
        assert!(inbox.recv_timeout(SOON * 2).is_err());
        let mut told = row.clone();
        told.hearsay = true;
        assert_eq!(model(&keeper, &told), None);
        row.instance_id = Some("s-2".to_owned());
        row.ts = Timestamp::default();
        assert_eq!(model(&keeper, &row), None, "before anybody looks");
        keeper.look(&row);
        assert_eq!(model(&keeper, &row), None);
        keeper.forget(&row.id);
        assert!(keeper.rows.is_empty());
    }
}
