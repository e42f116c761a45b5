//! What happens at the pane of a scripted assistant while the story goes on: it is drawn, time passes, keys
//! come.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};

use super::{By, Player};
use crate::demo::puppets::Mood;
use crate::demo::screen::Screen;
use crate::demo::story::LASTS;

/// Said where the person need not wait.
const GO_ON: &str = "  (Enter: go on now)";

impl<W: Write> Player<W> {
    /// Whether it works, or its sub-agent does.
    pub(super) fn is_at_work(&self) -> bool {
        self.works || self.sent.is_some()
    }

    pub(super) fn is_over(&self) -> bool {
        self.began.elapsed() >= LASTS
    }

    /// Tells what it is at.
    pub(super) fn feel(&mut self) -> io::Result<()> {
        let mood = match (self.asks.front(), self.is_at_work()) {
            (Some(dialog), _) => Mood::Asks(dialog.call.is_question()),
            (None, true) => Mood::Works,
            (None, false) => Mood::Idle,
        };
        if let Some(title) = self.puppet.feel(mood)? {
            self.screen.call_window(&title)?;
        }
        self.draw()
    }

    pub(super) fn draw(&mut self) -> io::Result<()> {
        let rows = match self.asks.front() {
            Some(dialog) => dialog.rows(&*self.puppet, Screen::<W>::width()),
            None if self.is_at_work() => vec!["  …".to_owned()],
            None => vec![GO_ON.to_owned()],
        };
        self.screen.draw(&rows)
    }

    /// Lets time pass.
    pub(super) fn wait(&mut self, time: Duration) -> io::Result<()> {
        let end = Instant::now() + time;
        while self.answered.is_none() && Instant::now() < end {
            self.key(end)?;
        }
        Ok(())
    }

    /// Lets time pass until this moment of the story, or until Enter.
    pub(super) fn rest_until(&mut self, moment: Duration) -> io::Result<()> {
        let end = self.began + moment;
        while Instant::now() < end {
            let is_free = self.asks.is_empty();
            if self.key(end)? == Some(KeyCode::Enter) && is_free {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The next key until then, unless a dialog has taken it; Ctrl-C is an error of the kind
    /// `Interrupted`.
    pub(super) fn key(&mut self, until: Instant) -> io::Result<Option<KeyCode>> {
        self.go_on_with_errand()?;
        let due = self.sent.as_ref().and_then(|sent| sent.due);
        let until = due.map_or(until, |due| due.min(until));
        if !event::poll(until.saturating_duration_since(Instant::now()))? {
            return Ok(None);
        }
        let key = match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => key,
            Event::Resize(..) => return self.draw().map(|()| None),
            _ => return Ok(None),
        };
        if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let Some(dialog) = self.asks.front_mut() else {
            return Ok(Some(key.code));
        };
        let id = dialog.call.id.clone();
        match dialog.press(key.code) {
            Some(answer) => self.settle(&id, answer, By::Keys)?,
            None => self.draw()?,
        }
        Ok(None)
    }
}
