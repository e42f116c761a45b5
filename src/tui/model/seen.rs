//! How much of what is asked has been on the screen: line by line, since it was asked about.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::text::Line;

use super::Model;

/// Nobody reads a request and presses a key in less: it was meant for what stood there before.
pub(crate) const REACTION: Duration = Duration::from_millis(300);

/// What is asked, as the open panel has it.
pub(crate) struct Sight {
    /// Line by line.
    pub(crate) lines: Vec<Line<'static>>,
    /// Which line of the panel the first one is.
    pub(crate) first: usize,
    /// Whether each of them is on the screen, all of it.
    pub(crate) in_view: Vec<bool>,
}

/// What has been on the screen since it was asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    lines: Vec<Line<'static>>,
    been_in_view: Vec<bool>,
    /// When the last of them came into view.
    whole: Option<Timestamp>,
    /// When a key came last that was too early to answer.
    pub(crate) early: Option<Timestamp>,
}

/// Whether what is asked may be answered by a key now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    /// It was seen to its last line.
    Yes,
    /// It was, but only just.
    TooSoon,
    /// Not all of it was on the screen.
    Unseen,
}

impl Seen {
    /// Nothing counts as seen any more.
    pub(crate) fn forget(&mut self) {
        let early = self.early;
        *self = Self {
            early,
            ..Self::default()
        };
    }

    fn is_of(&self, sight: &Sight) -> bool {
        self.lines == sight.lines
    }

    /// Whether this line of what is asked has been on the screen.
    pub(crate) fn has(&self, line: usize, sight: &Sight) -> bool {
        self.is_of(sight) && self.been_in_view.get(line) == Some(&true)
    }

    /// Takes a frame into account.
    pub(crate) fn take(&mut self, sight: Sight, now: Timestamp) {
        if !self.is_of(&sight) {
            self.been_in_view = vec![false; sight.lines.len()];
            self.lines = sight.lines;
            self.whole = None;
        }
        for (been, is) in self.been_in_view.iter_mut().zip(sight.in_view) {
            *been |= is;
        }
        if self.whole.is_none() && self.been_in_view.iter().all(|seen| *seen) {
            self.whole = Some(now);
        }
    }

    pub(crate) fn ready(&self, sight: &Sight, now: Timestamp) -> Ready {
        let Some(whole) = self.whole.filter(|_| self.is_of(sight)) else {
            return Ready::Unseen;
        };
        let is_recent = |at: Timestamp| now.since(at) < REACTION;
        if is_recent(whole) || self.early.is_some_and(is_recent) {
            Ready::TooSoon
        } else {
            Ready::Yes
        }
    }
}

/// How many lines of what is asked will not have been on the screen after a frame of `sight`.
pub(crate) fn left(model: &Model, sight: &Sight) -> usize {
    let is_left = |line: &usize| !sight.in_view[*line] && !model.seen.has(*line, sight);
    (0..sight.lines.len()).filter(is_left).count()
}
