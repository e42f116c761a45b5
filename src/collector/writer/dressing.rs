//! Tells rows as they are shown: dressed in what is known of their work, which the table does not know.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use pane_patrol_hooks::outside::terminal_program_around;

use super::Writer;
use crate::collector::sources::changes::{Order as WorkOrder, Report};
use crate::collector::sources::facts::Read;
use crate::state::update::Update;
use crate::state::{Outcome, Row, RowKey};

impl Writer {
    /// Tells what has changed, and has the sources follow it.
    pub(super) fn follow(&mut self, outcome: &Outcome) {
        if !outcome.changed.is_empty() || !outcome.removed.is_empty() {
            // Before anybody is told: what was shown once is shown by the next collector as well.
            if let Some(written) = self.memory.note_unseen(outcome, &self.table) {
                self.trouble("unseen turns".to_owned(), written.err());
            }
            self.follow_rows(outcome);
        }
        if outcome.other_living {
            self.watch_living();
        }
        if outcome.other_ended {
            self.question_servers();
            self.tell(Update::Ended(self.table.ended_sessions().into()));
        }
        if outcome.other_ended || outcome.other_living {
            let trouble = self.memory.note_sessions(&self.table).err();
            self.trouble("ended sessions".to_owned(), trouble);
        }
    }

    fn follow_rows(&mut self, outcome: &Outcome) {
        for key in &outcome.removed {
            self.lose_interest(key);
            self.terminals.remove(&key.to_string());
            self.work.forget(&key.to_string());
            self.forget_written(&key.to_string());
            self.published.forget(&key.to_string());
            self.sources.facts.forget(&key.to_string());
        }
        let mut rows = Vec::new();
        for key in outcome.changed.iter().collect::<BTreeSet<_>>() {
            let Some(row) = self.table.row(key) else {
                continue;
            };
            self.follow_author(&row);
            let row = self.dressed(row);
            self.take_interest(key, &row);
            self.sources.unheard.look(&row);
            self.sources.facts.look(&row);
            rows.push(Update::Row(Arc::new(row)));
        }
        // At once: one that has gone may be another one now, and whoever looks in between sees neither.
        let gone = outcome
            .removed
            .iter()
            .map(|key| Update::Gone(key.to_string()));
        for update in gone.chain(rows) {
            self.tell(update);
        }
        self.give_orders();
    }

    /// Tells a row again because of what the table does not know.
    pub(super) fn tell_again(&mut self, key: &RowKey) {
        if let Some(row) = self.table.row(key) {
            let row = self.dressed(row);
            self.take_interest(key, &row);
            self.tell(Update::Row(Arc::new(row)));
        }
        self.give_orders();
    }

    /// The row with what is known of its work: its publisher's word, else what we see ourselves, where we look.
    fn dressed(&mut self, mut row: Row) -> Row {
        row.terminal = self.terminal_of(&row);
        let row = if row.hearsay {
            row
        } else {
            self.sharing.dressed(self.work.dressed(row))
        };
        let row = self.sources.facts.dressed(row);
        self.published.dressed(row)
    }

    /// The program that gives a row its terminal, where that is no multiplexer's: it is looked for once.
    fn terminal_of(&mut self, row: &Row) -> Option<String> {
        let pid = row.target.terminal().and(row.target.process())?;
        let known = self.terminals.entry(row.id.clone());
        let known = known.or_insert_with(|| terminal_program_around(pid).map(|(_, it)| it.name));
        known.map(str::to_owned)
    }

    /// Has the changes and tasks of these rows looked at again. `written`: what the assistant of the row with this key
    /// has written.
    pub(super) fn look_at_work(
        &mut self,
        outcome: &Outcome,
        written: Option<(RowKey, Vec<PathBuf>)>,
    ) {
        if let Some((key, files)) = written {
            let signed = self.work.wrote(&key.to_string(), files.clone());
            self.tell_diffs(&signed);
            self.note_written(&key, files);
        }
        for key in outcome.changed.iter().collect::<BTreeSet<_>>() {
            self.sources.work.order(WorkOrder::Ended(key.to_string()));
        }
    }

    /// Tells what is changed in a folder, or how far tasks are: the lists, and the rows with the sums.
    pub(super) fn take_work(&mut self, report: &Report) {
        self.work.take(report);
        match report {
            Report::Diff(ids, _) => {
                self.tell_diffs(ids);
                self.doubt_conflicts(ids);
            }
            Report::Same(ids) => self.doubt_conflicts(ids),
            // What its publisher says of it counts more.
            Report::Tasks(id, _) if self.published.tells_of(id) => {}
            Report::Tasks(id, tasks) => {
                self.tell(Update::Tasks(id.clone(), Arc::clone(tasks)));
                self.tell_dressed(std::slice::from_ref(id));
            }
        }
    }

    /// Tells the row of which its assistant's files say something else than before.
    pub(super) fn take_facts(&mut self, read: Read) {
        if let Some(row) = self.sources.facts.take(read) {
            self.tell_dressed(&[row]);
        }
    }

    fn tell_diffs(&mut self, ids: &[String]) {
        for id in ids {
            if let Some(diff) = self.work.diff(id)
                && !self.published.tells_of(id)
            {
                self.tell(Update::Diff(id.clone(), diff));
            }
        }
        self.tell_dressed(ids);
    }

    /// Tells these rows with what is known of their work now.
    pub(super) fn tell_dressed(&mut self, ids: &[String]) {
        for id in ids {
            if let Some(row) = self.table.row_with_id(id) {
                let row = self.dressed(row);
                self.tell(Update::Row(Arc::new(row)));
            }
        }
    }
}
