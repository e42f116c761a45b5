//! Who has written what, and which of it others have written as well. Pure; moments come from outside.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};

use super::Author;
use super::trees::Place;
use crate::git::Tree;
use crate::state::{Conflict, Sharer};

/// How many files of one row are remembered.
const MAX_WRITTEN: usize = 1000;

/// In how many trees one row may have written files of the same path.
const MAX_TREES: usize = 8;

/// How many files of one row are marked.
pub(super) const MAX_MARKED: usize = 20;

/// With how many others one file of a row is compared.
const MAX_OTHERS: usize = 8;

/// How many questions wait at most; of more the oldest ones are dropped, until the file is written again.
const MAX_QUESTIONS: usize = 256;

/// What was written longer ago is no reason for a new mark.
pub(super) const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

type Id = Arc<str>;

/// The writing of one file by one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) row: Id,
    pub(super) place: Place,
}

/// Whether two have written the same file, or still have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) a: Copy,
    pub(super) b: Copy,
}

/// What is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// They have.
    Same,
    /// They have not, or nobody minds.
    Other,
    /// What the first or the second one has written is in the last commit of both.
    Settled { first: bool, second: bool },
    /// Nobody knows: all stays as it is.
    Unknown,
}

/// What a row has written.
#[derive(Debug)]
struct Writer {
    author: Author,
    written: HashMap<Arc<Path>, Written>,
    /// The paths as they were written, each with the number of that; the last one last. What was written again since
    /// stands there twice.
    order: VecDeque<(u64, Arc<Path>)>,
    count: u64,
    /// What is shared, by the path, with whom, in which trees.
    marks: BTreeMap<Arc<Path>, BTreeMap<Id, Question>>,
}

/// The files of one path that a row has written.
#[derive(Debug, Default)]
struct Written {
    /// See [`Writer::order`].
    number: u64,
    /// In which trees, and when.
    copies: Vec<(Option<Arc<Tree>>, Instant)>,
}

/// Who has written what.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    rows: HashMap<Id, Writer>,
    /// The rows that have written files of a path, by what those have in common.
    index: HashMap<(Arc<Path>, Arc<Path>), BTreeSet<Id>>,
    questions: VecDeque<Question>,
    /// The rows whose marks are others than was told.
    changed: BTreeSet<Id>,
}

impl Ledger {
    /// A row has written a file.
    pub(super) fn wrote(&mut self, row: &str, author: &Author, place: &Place, now: Instant) {
        let known = self.rows.get_key_value(row);
        let is_another = known.is_some_and(|(_, writer)| writer.author != *author);
        let id = known.map_or_else(|| Id::from(row), |(id, _)| Arc::clone(id));
        if is_another {
            self.forget(row);
        }
        self.keep(&id, author, place, now);
        let copy = Copy {
            row: id,
            place: place.clone(),
        };
        for other in self.others(&copy, author, now) {
            self.ask(Question {
                a: copy.clone(),
                b: other,
            });
        }
    }

    fn keep(&mut self, id: &Id, author: &Author, place: &Place, now: Instant) {
        let writer = self.rows.entry(Arc::clone(id)).or_insert_with(|| Writer {
            author: author.clone(),
            written: HashMap::new(),
            order: VecDeque::new(),
            count: 0,
            marks: BTreeMap::new(),
        });
        let surplus = writer.keep(place, now);
        let oldest = writer.take_oldest_surplus();
        for name in place.names() {
            let key = (name.into(), Arc::clone(&place.path));
            self.index.entry(key).or_default().insert(Arc::clone(id));
        }
        if let Some(surplus) = surplus {
            self.unindex(id, &surplus);
        }
        if let Some(path) = oldest {
            self.unwrite_all(id, &path);
        }
    }

    /// Those of others that may be of the same file, as far as they have not been compared with good reason.
    fn others(&self, copy: &Copy, author: &Author, now: Instant) -> Vec<Copy> {
        let path = &copy.place.path;
        let mut rows = BTreeSet::new();
        for name in copy.place.names() {
            let key = (name.into(), Arc::clone(path));
            let here = self.index.get(&key).into_iter().flatten();
            let others = here.filter(|id| **id != copy.row);
            rows.extend(others.take(4 * MAX_OTHERS).cloned());
        }
        let is_same_session = |other: &Author| author.session.is_some() && other == author;
        let mine = self.rows.get(&copy.row);
        let is_marked = |id: &Id| {
            let marks = mine.and_then(|writer| writer.marks.get(path));
            marks.is_some_and(|marks| marks.contains_key(id))
        };
        if mine.is_some_and(|writer| writer.is_full_for(path)) {
            return Vec::new();
        }
        let mut copies = Vec::new();
        for id in rows {
            let Some(other) = self.rows.get(&id) else {
                continue;
            };
            if is_same_session(&other.author) || is_marked(&id) || other.is_full_for(path) {
                continue;
            }
            let written = other.copies(path).iter();
            let fresh = written.filter(|(_, at)| now.duration_since(*at) <= FRESH);
            copies.extend(fresh.map(|(tree, _)| Copy {
                row: Arc::clone(&id),
                place: Place {
                    tree: tree.clone(),
                    path: Arc::clone(path),
                },
            }));
        }
        copies.truncate(MAX_OTHERS);
        copies
    }

    fn ask(&mut self, question: Question) {
        if self.questions.contains(&question) {
            return;
        }
        if self.questions.len() == MAX_QUESTIONS {
            self.questions.pop_front();
        }
        self.questions.push_back(question);
    }

    /// Something has changed in the repositories of these rows: whether what is marked still holds is asked again.
    pub(super) fn doubt(&mut self, rows: &[String]) {
        for row in rows {
            let marks = self.rows.get(&**row).map(|writer| &writer.marks);
            let marks = marks.into_iter().flat_map(BTreeMap::values);
            let questions: Vec<Question> = marks.flat_map(BTreeMap::values).cloned().collect();
            for question in questions {
                self.ask(question);
            }
        }
    }

    /// What is to be asked next, at most so much.
    pub(super) fn take_questions(&mut self, most: usize) -> Vec<Question> {
        let count = self.questions.len().min(most);
        self.questions.drain(..count).collect()
    }

    /// Whether anything is to be asked.
    pub(super) fn has_questions(&self) -> bool {
        !self.questions.is_empty()
    }

    /// Takes what was found out.
    pub(super) fn answer(&mut self, question: &Question, answer: Answer) {
        let Question { a, b } = question;
        match answer {
            Answer::Unknown => {}
            Answer::Other => self.unmark(a, b),
            Answer::Same => self.mark(question),
            Answer::Settled { first, second } => {
                self.unmark(a, b);
                for (copy, is_settled) in [(a, first), (b, second)] {
                    if is_settled {
                        self.unwrite(copy);
                    }
                }
            }
        }
    }

    fn mark(&mut self, question: &Question) {
        let Question { a, b } = question;
        // One of them may have gone meanwhile, or have enough of them.
        if !self.may_be_marked(a) || !self.may_be_marked(b) {
            return;
        }
        for (copy, other) in [(a, b), (b, a)] {
            if let Some(writer) = self.rows.get_mut(&copy.row) {
                let marks = writer.marks.entry(Arc::clone(&copy.place.path));
                let is_new = marks
                    .or_default()
                    .insert(Arc::clone(&other.row), question.clone())
                    .is_none();
                if is_new {
                    self.changed.insert(Arc::clone(&copy.row));
                }
            }
        }
    }

    fn may_be_marked(&self, copy: &Copy) -> bool {
        let path = &copy.place.path;
        let is_it = |(tree, _): &(Option<Arc<Tree>>, Instant)| *tree == copy.place.tree;
        self.rows.get(&copy.row).is_some_and(|writer| {
            !writer.is_full_for(path) && writer.copies(path).iter().any(is_it)
        })
    }

    fn unmark(&mut self, a: &Copy, b: &Copy) {
        for (copy, other) in [(a, b), (b, a)] {
            let Some(writer) = self.rows.get_mut(&copy.row) else {
                continue;
            };
            let path = &copy.place.path;
            let Some(marks) = writer.marks.get_mut(path) else {
                continue;
            };
            if marks.remove(&other.row).is_some() {
                self.changed.insert(Arc::clone(&copy.row));
            }
            if marks.is_empty() {
                writer.marks.remove(path);
            }
        }
    }

    /// What this row has written there does not count any more.
    fn unwrite(&mut self, copy: &Copy) {
        let path = &copy.place.path;
        if let Some(writer) = self.rows.get_mut(&copy.row)
            && let Some(written) = writer.written.get_mut(path)
        {
            written.copies.retain(|(tree, _)| *tree != copy.place.tree);
            if written.copies.is_empty() {
                writer.written.remove(path);
            }
        }
        self.unindex(&copy.row, &copy.place);
        let marks = self.rows.get(&copy.row).and_then(|it| it.marks.get(path));
        let marks: Vec<Question> = marks
            .into_iter()
            .flat_map(BTreeMap::values)
            .cloned()
            .collect();
        for Question { a, b } in &marks {
            if a == copy || b == copy {
                self.unmark(a, b);
            }
        }
    }

    fn unwrite_all(&mut self, id: &Id, path: &Arc<Path>) {
        let writer = self.rows.get(id);
        let copies = writer.map(|writer| writer.copies(path).to_vec());
        for (tree, _) in copies.unwrap_or_default() {
            self.unwrite(&Copy {
                row: Arc::clone(id),
                place: Place {
                    tree,
                    path: Arc::clone(path),
                },
            });
        }
    }

    fn unindex(&mut self, id: &Id, place: &Place) {
        for name in place.names() {
            // Another copy of the same path may have that name as well.
            let writer = self.rows.get(id);
            let copies = writer.map(|writer| writer.copies(&place.path));
            let mut left = copies.into_iter().flatten().map(|(tree, _)| Place {
                tree: tree.clone(),
                path: Arc::clone(&place.path),
            });
            if left.any(|left| left.names().any(|other| other == name)) {
                continue;
            }
            let key = (name.into(), Arc::clone(&place.path));
            if let Some(rows) = self.index.get_mut(&key) {
                rows.remove(id);
                if rows.is_empty() {
                    self.index.remove(&key);
                }
            }
        }
    }

    /// A row is gone, or another one is in its place.
    pub(super) fn forget(&mut self, row: &str) {
        let Some((id, writer)) = self.rows.get_key_value(row) else {
            return;
        };
        let (id, paths) = (Arc::clone(id), writer.written.keys().cloned());
        for path in paths.collect::<Vec<_>>() {
            self.unwrite_all(&id, &path);
        }
        self.rows.remove(&id);
    }

    /// The rows whose marks are others than was told last, with all of them.
    pub(super) fn take_changed(&mut self) -> Vec<(Id, Vec<Conflict>)> {
        let changed = std::mem::take(&mut self.changed);
        let told = |id: Id| {
            let conflicts = self.conflicts_of(&id);
            (id, conflicts)
        };
        changed.into_iter().map(told).collect()
    }

    fn conflicts_of(&self, row: &str) -> Vec<Conflict> {
        let marks = self.rows.get(row).map(|writer| &writer.marks);
        let conflict = |(path, others): (&Arc<Path>, &BTreeMap<Id, Question>)| {
            let sharer = |id: &Id| {
                Some(Sharer {
                    id: id.to_string(),
                    assistant: self.rows.get(id)?.author.assistant.clone(),
                })
            };
            Conflict {
                path: one_line(&path.to_string_lossy(), MAX_MESSAGE_CHARS),
                with: others.keys().filter_map(sharer).collect(),
            }
        };
        marks.into_iter().flatten().map(conflict).collect()
    }

    /// How much it holds: rows, files, and what finds them.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        let files = self.rows.values().map(|writer| writer.written.len()).sum();
        (self.rows.len(), files, self.index.len())
    }
}

impl Writer {
    /// Notes that the file was written; one of the same path that is not remembered any more.
    fn keep(&mut self, place: &Place, now: Instant) -> Option<Place> {
        self.count += 1;
        let path = Arc::clone(&place.path);
        let written = self.written.entry(Arc::clone(&path)).or_default();
        written.number = self.count;
        let copies = &mut written.copies;
        copies.retain(|(tree, _)| *tree != place.tree);
        copies.push((place.tree.clone(), now));
        let surplus = (copies.len() > MAX_TREES).then(|| Place {
            tree: copies.remove(0).0,
            path: Arc::clone(&path),
        });
        self.order.push_back((self.count, path));
        if self.order.len() > 2 * MAX_WRITTEN {
            let written = &self.written;
            let is_last = |(number, path): &(u64, Arc<Path>)| {
                let known = written.get(path);
                known.is_some_and(|written| written.number == *number)
            };
            self.order.retain(is_last);
        }
        surplus
    }

    /// The file that was not written for the longest time, if there are too many.
    fn take_oldest_surplus(&mut self) -> Option<Arc<Path>> {
        while self.written.len() > MAX_WRITTEN {
            let (number, path) = self.order.pop_front()?;
            let known = self.written.get(&path);
            if known.is_some_and(|written| written.number == number) {
                return Some(path);
            }
        }
        None
    }

    fn copies(&self, path: &Path) -> &[(Option<Arc<Tree>>, Instant)] {
        self.written
            .get(path)
            .map_or(&[], |written| &written.copies)
    }

    /// Whether no other file may be marked.
    fn is_full_for(&self, path: &Path) -> bool {
        self.marks.len() >= MAX_MARKED && !self.marks.contains_key(path)
    }
}
