//! What assistants have written is told the source that looks for files of two of them, and what that finds
//! stands in the rows.

use std::collections::HashMap;
use std::path::PathBuf;

use super::Writer;
use crate::collector::sources::conflicts::{Author, Order, Report, Wrote};
use crate::state::{Conflict, Row, RowKey};

/// What was told the source, and by it.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    /// By the rows' ids, who has written anything.
    authors: HashMap<String, Author>,
    /// What rows share.
    found: HashMap<String, Vec<Conflict>>,
}

impl Sharing {
    /// The row with what it shares.
    pub(super) fn dressed(&self, row: Row) -> Row {
        let conflicts = self.found.get(&row.id).cloned();
        Row {
            conflicts: conflicts.unwrap_or_default(),
            ..row
        }
    }
}

fn author_of(row: &Row) -> Author {
    Author {
        assistant: row.assistant.clone(),
        session: row.instance_id.clone(),
    }
}

impl Writer {
    /// The assistant of this row has written files.
    pub(super) fn note_written(&mut self, key: &RowKey, files: Vec<PathBuf>) {
        let Some(row) = self.table.row(key).filter(|_| !files.is_empty()) else {
            return;
        };
        let author = author_of(&row);
        self.sharing.authors.insert(row.id.clone(), author.clone());
        self.sources.conflicts.order(Order::Wrote(Wrote {
            row: row.id,
            author,
            files,
        }));
    }

    /// What an assistant has written is of no interest any more once its session is over.
    pub(super) fn follow_author(&mut self, row: &Row) {
        let author = self.sharing.authors.get(&row.id);
        if author.is_some_and(|author| row.hearsay || *author != author_of(row)) {
            self.forget_written(&row.id);
        }
    }

    /// A row is gone, or its session.
    pub(super) fn forget_written(&mut self, id: &str) {
        self.sharing.found.remove(id);
        if self.sharing.authors.remove(id).is_some() {
            self.sources.conflicts.order(Order::Forget(id.to_owned()));
        }
    }

    /// The repositories of these rows have been looked at. What the source finds just now nobody has told here yet.
    pub(super) fn doubt_conflicts(&self, ids: &[String]) {
        let writes = |id: &&String| self.sharing.authors.contains_key(*id);
        let ids: Vec<String> = ids.iter().filter(writes).cloned().collect();
        if !ids.is_empty() {
            self.sources.conflicts.order(Order::Looked(ids));
        }
    }

    /// Tells what a row shares now.
    pub(super) fn take_conflicts(&mut self, Report { row, conflicts }: Report) {
        // It may have gone since.
        if !self.sharing.authors.contains_key(&row) {
            return;
        }
        if conflicts.is_empty() {
            self.sharing.found.remove(&row);
        } else {
            self.sharing.found.insert(row.clone(), conflicts);
        }
        self.tell_dressed(std::slice::from_ref(&row));
    }
}
