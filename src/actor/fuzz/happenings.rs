//! What happens in a world: requests come and go, and keys do what they do.

use std::time::Duration;

use pane_patrol_hooks::event::State;

use super::words::{COMMANDS, DESCRIPTIONS, QUESTIONS, SHORT, TWINS};
use super::{OpenRequest, Scenery};
use crate::actor::keys::Press;
use crate::state::fixture::row;

impl Scenery {
    /// Whatever may happen in a moment.
    pub(super) fn happen(&mut self) {
        if self.is_calm {
            return;
        }
        self.now = self.now.plus(Duration::from_millis(5));
        match self.dice.roll(60) {
            0 => self.close(),
            1 => self.ask(),
            2 => self.in_mode = !self.in_mode,
            3 => self.synchronized = !self.synchronized,
            4 => self.cursor = 1 + u8::try_from(self.dice.roll(4)).unwrap_or(0),
            5 if self.assistant == "claude" => self.amending = Some("wait, 1".to_owned()),
            6 if self.dice.roll(5) == 0 => self.gone = true,
            16 if self.forged.is_some() => self.forged = None,
            17 if self.dice.roll(3) == 0 => self.forged = self.all.first().cloned(),
            18 => self.cover(),
            19 => self.written += 1,
            20 => self.running.clear(),
            7..=15 => self.learn(),
            _ => {}
        }
    }

    /// 2.1.197 shows the newest one first: what another sub-agent asks covers what is asked already.
    pub(super) fn cover(&mut self) {
        let is_free = self.queued.is_none() && self.amending.is_none();
        if !(self.is_old && is_free && self.asked.as_ref().is_some_and(|asked| !asked.is_question))
        {
            return;
        }
        let mut newest = self.invent();
        newest.agent = Some(self.next_id);
        self.disguise(&mut newest);
        self.all.push(newest.clone());
        self.queued = self.asked.replace(newest);
        self.cursor = 1;
        self.deafen();
    }

    /// The next one's dialog comes at once.
    pub(super) fn close(&mut self) {
        self.closed
            .extend(self.asked.as_ref().map(|asked| asked.id));
        self.asked = self.queued.take();
        self.amending = None;
        self.cursor = 1;
        self.deafen();
    }

    pub(super) fn ask(&mut self) {
        let gone = self.asked.iter().chain(&self.queued);
        self.closed.extend(gone.map(|asked| asked.id));
        self.asked = Some(self.invent());
        self.queued = None;
        self.amending = None;
        self.cursor = 1;
        if self.assistant == "claude" && self.dice.roll(2) == 0 {
            self.asked
                .iter_mut()
                .for_each(|asked| asked.agent = Some(1));
            let mut second = self.invent();
            second.agent = Some(2);
            self.disguise(&mut second);
            self.queued = (!second.is_question).then_some(second);
        }
        let asked = self.asked.clone();
        self.all
            .extend(asked.into_iter().chain(self.queued.clone()));
        self.deafen();
    }

    /// Another agent's request reads like the first one's, now and then; and its hooks may be lost.
    pub(super) fn disguise(&mut self, second: &mut OpenRequest) {
        let Some(first) = self.asked.clone().filter(|first| !first.is_question) else {
            return;
        };
        if second.is_question {
            return;
        }
        let is_its = |pair: &&[[&str; 2]; 2]| pair[0] == [first.words, first.description];
        let pairs: Vec<_> = TWINS.iter().filter(is_its).copied().collect();
        if !pairs.is_empty() && self.dice.roll(3) > 0 {
            [second.words, second.description] = self.dice.pick(&pairs)[1];
        }
        second.is_unheard = self.dice.roll(2) == 0;
        let late = Duration::from_millis(self.dice.roll(1_000));
        second.written = self.now.plus(late);
    }

    pub(super) fn deafen(&mut self) {
        let deaf = if self.assistant == "claude" { 150 } else { 0 };
        self.deaf_until = self.now.plus(Duration::from_millis(deaf));
    }

    pub(super) fn invent(&mut self) -> OpenRequest {
        self.next_id += 1;
        // No dialog of Copilot's that asks a question is known.
        let is_question = self.dice.roll(4) == 0 && self.assistant != "copilot";
        let words: &[&'static str] = match (is_question, self.assistant) {
            (true, _) => &QUESTIONS,
            (false, "claude") => &COMMANDS,
            (false, _) => &SHORT,
        };
        // Most say the same, so that their commands alone tell them apart.
        let said = self.dice.roll(8).saturating_sub(4);
        let words = self.dice.pick(words);
        let description = DESCRIPTIONS[usize::try_from(said).unwrap_or(0)];
        let has_twin = self.assistant == "claude" && !is_question && self.dice.roll(2) == 0;
        let [words, description] = if has_twin {
            self.dice.pick(&TWINS)[0]
        } else {
            [words, description]
        };
        OpenRequest {
            id: self.next_id,
            words,
            description,
            agent: None,
            is_question,
            is_unheard: false,
            written: self.now,
        }
    }

    /// The collector catches up.
    pub(super) fn learn(&mut self) {
        let mut known = row(1, self.assistant, State::WaitingApproval, "a:0.0", 0);
        known.instance_id = Some("s".to_owned());
        known.waiting = self
            .asked
            .iter()
            .chain(&self.queued)
            .filter(|asked| !asked.is_unheard)
            .map(|asked| self.request(asked))
            .collect();
        self.row = (!self.gone).then_some(known);
    }

    /// What the assistant does with a key.
    pub(super) fn take(&mut self, press: &Press) {
        let Some(asked) = self.asked.clone() else {
            return;
        };
        if self.now < self.deaf_until {
            return;
        }
        let buttons = self.assistant == "opencode" && !asked.is_question;
        match press {
            Press::Text(text) if self.amending.is_none() && !buttons => {
                if self.assistant == "claude" && text == "1" && !asked.is_question {
                    self.running.push(asked.id);
                }
                self.answers.push((asked.id, text.clone()));
                self.close();
            }
            Press::Text(text) if self.assistant == "claude" => {
                self.amending.get_or_insert_default().push_str(text);
            }
            Press::Key("Up") => self.cursor = if self.cursor == 1 { 4 } else { self.cursor - 1 },
            Press::Key("Tab") if self.cursor == 4 => self.amending = Some(String::new()),
            Press::Key("Enter") => {
                self.answers
                    .push((asked.id, format!("enter on {}", self.cursor)));
                self.close();
            }
            Press::Key("Escape") => {
                self.answers.push((asked.id, "escape".to_owned()));
                self.close();
            }
            Press::Key(_) | Press::Text(_) | Press::Paste(_) => {}
        }
    }
}
