//! What the person writes to assistants: the text in the editor, a draft of each row, what was written before, and
//! what is on its way.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use pane_patrol_hooks::event::{Kind, State};

use crate::state::Row;
use crate::tui::editor::{EditText, Way};
use crate::tui::effect::Letter;

/// So many texts are remembered.
pub(crate) const MOST_REMEMBERED: usize = 50;

/// So many drafts are kept; the oldest one goes to what is remembered.
const MOST_DRAFTS: usize = 50;

/// So many texts are sent at once.
const MOST_AT_ONCE: usize = 4;

/// Whose draft a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// That of the row with this id.
    Row(String),
    /// That of whatever is marked.
    Marked,
}

/// The open editor.
#[derive(Clone, Debug)]
pub(crate) struct Editor {
    pub(crate) whose: Whose,
    /// To whom, as they were when it was opened.
    pub(crate) to: Vec<Arc<Row>>,
    pub(crate) text: EditText,
    /// The place in what was written before, and the text that was there before the person went through that.
    walk: Option<(usize, EditText)>,
}

/// What came of texts that were on their way together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Round {
    /// Each that has come, and what it waits for.
    pub(crate) sent: Vec<(String, Option<String>)>,
    /// Each that has not, or of which nobody knows, and why.
    pub(crate) kept: Vec<(String, String)>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writing {
    pub(crate) editor: Option<Editor>,
    /// The oldest one first.
    drafts: Vec<(Whose, EditText)>,
    /// The oldest one first.
    remembered: Vec<String>,
    /// By the row that they are for, until its turn ends.
    queued: HashMap<String, Letter>,
    outbox: VecDeque<Letter>,
    on_the_way: Vec<Letter>,
    pub(crate) round: Round,
    /// The person was told at quit what would be lost.
    pub(crate) is_told: bool,
}

/// How far a row is with what it was told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It works.
    Runs,
    /// It asks something.
    Asks,
    /// It is over.
    Over,
    /// It has ended with an error.
    Failed,
}

impl Turn {
    pub(crate) fn of(row: &Row) -> Self {
        if !row.waiting.is_empty() {
            return Self::Asks;
        }
        match row.state {
            State::Running => Self::Runs,
            State::Completed | State::Idle => Self::Over,
            State::WaitingInput if row.kind == Some(Kind::PromptIdle) => Self::Over,
            State::WaitingInput | State::WaitingApproval => Self::Asks,
            State::Error => Self::Failed,
        }
    }
}

/// Whether it is the session of `known` still.
pub(crate) fn is_same(row: &Row, known: &Row) -> bool {
    (&row.instance_id, row.pid) == (&known.instance_id, known.pid)
}

impl Editor {
    /// Shows what was written before or after what is shown; false where there is nothing.
    pub(crate) fn walk(&mut self, way: Way, remembered: &[String]) -> bool {
        let place = self.walk.as_ref().map(|(place, _)| *place);
        let next = match (way, place) {
            (Way::Up, None) => remembered.len().checked_sub(1),
            (Way::Up, Some(place)) => place.checked_sub(1),
            (Way::Down, None) => return false,
            (Way::Down, Some(place)) => Some(place + 1),
        };
        let Some(next) = next else {
            return false;
        };
        let (_, before) = self
            .walk
            .take()
            .unwrap_or_else(|| (next, self.text.clone()));
        match remembered.get(next) {
            Some(text) => {
                self.text = EditText::of(text);
                self.walk = Some((next, before));
            }
            None => self.text = before,
        }
        true
    }

    /// The text is another one now than what was written before.
    pub(crate) fn changed(&mut self) {
        self.walk = None;
    }
}

impl Writing {
    /// Opens the editor with what was left there.
    pub(crate) fn open(&mut self, whose: Whose, to: Vec<Arc<Row>>) {
        let place = self.drafts.iter().position(|(other, _)| *other == whose);
        let text = place.map(|place| self.drafts.remove(place).1);
        self.editor = Some(Editor {
            whose,
            to,
            text: text.unwrap_or_default(),
            walk: None,
        });
    }

    /// Closes the editor and keeps what is in it.
    pub(crate) fn leave(&mut self) {
        if let Some(editor) = self.editor.take() {
            self.keep(editor.whose, editor.text);
        }
    }

    /// Keeps a text as the draft of that, unless there is one.
    pub(crate) fn keep(&mut self, whose: Whose, text: EditText) {
        let is_there = self.drafts.iter().any(|(other, _)| *other == whose);
        if text.is_blank() || is_there {
            return;
        }
        self.drafts.push((whose, text));
        if self.drafts.len() > MOST_DRAFTS {
            let (_, oldest) = self.drafts.remove(0);
            self.remember(oldest.text());
        }
    }

    /// What was written before, the oldest first.
    pub(crate) fn remembered(&self) -> &[String] {
        &self.remembered
    }

    pub(crate) fn remember(&mut self, text: &str) {
        remember(&mut self.remembered, text);
    }

    /// Takes in what was written before this dashboard began.
    pub(crate) fn recall(&mut self, before: Vec<String>) {
        let since = std::mem::replace(&mut self.remembered, before);
        for text in since {
            self.remember(&text);
        }
    }

    pub(crate) fn queued(&self) -> &HashMap<String, Letter> {
        &self.queued
    }

    /// The text that waits for the turn of that row to end.
    pub(crate) fn queued_for(&self, row: &str) -> Option<&Letter> {
        self.queued.get(row)
    }

    pub(crate) fn queue(&mut self, letter: Letter) {
        self.queued.insert(letter.row.id.clone(), letter);
    }

    pub(crate) fn take_back(&mut self, row: &str) -> Option<Letter> {
        self.queued.remove(row)
    }

    pub(crate) fn post(&mut self, letter: Letter) {
        self.outbox.push_back(letter);
    }

    /// The next ones to be sent: some at once, and one at a time for each row.
    pub(crate) fn next_letters(&mut self) -> Vec<Letter> {
        let mut next = Vec::new();
        let mut place = 0;
        while self.on_the_way.len() < MOST_AT_ONCE && place < self.outbox.len() {
            let id = &self.outbox[place].row.id;
            let is_busy = self.on_the_way.iter().any(|other| other.row.id == *id);
            if is_busy {
                place += 1;
            } else if let Some(letter) = self.outbox.remove(place) {
                self.on_the_way.push(letter.clone());
                next.push(letter);
            }
        }
        next
    }

    /// It is known what became of one.
    pub(crate) fn arrived(&mut self, letter: &Letter) {
        let place = self.on_the_way.iter().position(|other| other == letter);
        if let Some(place) = place {
            self.on_the_way.remove(place);
        }
    }

    /// Whether nothing is on its way any more.
    pub(crate) fn is_quiet(&self) -> bool {
        self.outbox.is_empty() && self.on_the_way.is_empty()
    }

    /// How many texts would be lost if the dashboard ended now.
    pub(crate) fn unsent(&self) -> usize {
        self.queued.len() + self.outbox.len() + self.on_the_way.len()
    }
}

/// Puts a text at the end of what is remembered, once.
pub(crate) fn remember(remembered: &mut Vec<String>, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    remembered.retain(|other| other != text);
    remembered.push(text.to_owned());
    let too_many = remembered.len().saturating_sub(MOST_REMEMBERED);
    remembered.drain(..too_many);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_before_is_gone_through_and_come_back_from() {
        let mut writing = Writing::default();
        for text in ["one", "two", "one"] {
            writing.remember(text);
        }
        assert_eq!(writing.remembered(), ["two", "one"]);
        writing.open(Whose::Marked, Vec::new());
        let mut editor = writing.editor.take().expect("it is open");
        editor.text = EditText::of("half");
        let mut seen = Vec::new();
        for way in [Way::Up, Way::Up, Way::Up, Way::Down, Way::Down, Way::Down] {
            editor.walk(way, writing.remembered());
            seen.push(editor.text.text().to_owned());
        }
        assert_eq!(seen, ["one", "two", "two", "one", "half", "half"]);
    }

    #[test]
    fn no_more_is_kept_than_is_said() {
        let mut writing = Writing::default();
        for number in 0..120 {
            let whose = Whose::Row(number.to_string());
            writing.keep(whose, EditText::of(&format!("text {number}")));
        }
        assert_eq!(writing.drafts.len(), MOST_DRAFTS);
        assert_eq!(writing.remembered().len(), MOST_REMEMBERED);
        writing.open(Whose::Row("119".to_owned()), Vec::new());
        let editor = writing.editor.as_ref().expect("it is open");
        assert_eq!(editor.text.text(), "text 119");
    }
}
