//! A dialog on the screen of a scripted assistant, and what the person's keys do to it.

use crossterm::event::KeyCode;

use super::puppets::{Answer, Call, Choice, Puppet, View};

/// A request that waits for the person.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    pub(super) call: Call,
    choices: Vec<Choice>,
    /// The option the cursor is on, from 0.
    at: usize,
    /// What was written into "No".
    words: Option<String>,
    takes_words: bool,
}

impl Dialog {
    pub(super) fn of(call: Call, puppet: &dyn Puppet) -> Self {
        Self {
            choices: puppet.choices(&call),
            takes_words: puppet.takes_words(&call),
            at: 0,
            words: None,
            call,
        }
    }

    pub(super) fn rows(&self, puppet: &dyn Puppet, width: usize) -> Vec<String> {
        let view = View {
            width,
            at: self.at,
            words: self.words.as_deref(),
        };
        puppet.dialog(&self.call, view)
    }

    /// What a key does: an answer, or the dialog is another one now.
    pub(super) fn press(&mut self, key: KeyCode) -> Option<Answer> {
        if let Some(words) = &mut self.words {
            match key {
                KeyCode::Enter if words.trim().is_empty() => return Some(Answer::No),
                KeyCode::Enter => return Some(Answer::Instead(words.clone())),
                KeyCode::Esc => self.words = None,
                KeyCode::Char(c) => words.push(c),
                KeyCode::Backspace => drop(words.pop()),
                _ => {}
            }
            return None;
        }
        let last = self.choices.len().saturating_sub(1);
        match key {
            KeyCode::Esc => return Some(Answer::No),
            KeyCode::Enter => return self.means(self.at),
            KeyCode::Char('y') if !self.call.is_question() => return Some(Answer::Yes),
            KeyCode::Char(c) => {
                let number = c.to_digit(10).filter(|number| *number > 0);
                return self.means(usize::try_from(number?).ok()? - 1);
            }
            // Its cursor goes round.
            KeyCode::Up => self.at = self.at.checked_sub(1).unwrap_or(last),
            KeyCode::Down => self.at = if self.at == last { 0 } else { self.at + 1 },
            KeyCode::Tab if self.takes_words && self.means(self.at) == Some(Answer::No) => {
                self.words = Some(String::new());
            }
            _ => {}
        }
        None
    }

    fn means(&self, at: usize) -> Option<Answer> {
        self.choices.get(at).map(|choice| choice.means.clone())
    }
}
