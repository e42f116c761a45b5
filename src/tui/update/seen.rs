//! How much of what is asked has been on the screen. A key answers only what was seen to its last line,
//! and not in the moment in which that came into view: such a key was meant for something else.
//!
//! What counts is what was drawn, told by [`Message::Drawn`](super::message::Message::Drawn): keys that
//! are typed at once are all taken before the next frame, and nothing new is seen between them.

use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::text::Line;

use crate::tui::model::{Model, Panel};
use crate::tui::update::reflow::{Follow, settle};
use crate::tui::update::{notify, touch};
use crate::tui::view;

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
    early: Option<Timestamp>,
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
    fn is_of(&self, sight: &Sight) -> bool {
        self.lines == sight.lines
    }

    /// Whether this line of what is asked has been on the screen.
    fn has(&self, line: usize, sight: &Sight) -> bool {
        self.is_of(sight) && self.been_in_view.get(line) == Some(&true)
    }

    /// Takes a frame into account.
    fn take(&mut self, sight: Sight, now: Timestamp) {
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

    fn ready(&self, sight: &Sight, now: Timestamp) -> Ready {
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

/// A frame of so many columns and lines has been drawn.
pub(crate) fn drawn(model: &mut Model, size: (u16, u16), now: Timestamp) {
    // A terminal that is being resized shows something else than what the model knows.
    if size != model.setup.size || model.is_away() {
        return;
    }
    let Some(sight) = view::sight(model, now) else {
        return;
    };
    model.seen.take(sight, now);
}

/// Nothing of what is asked counts as seen any more.
pub(crate) fn forget(model: &mut Model) {
    let early = model.seen.early;
    model.seen = Seen {
        early,
        ..Seen::default()
    };
}

/// How many lines of what is asked will not have been on the screen after a frame of `sight`.
pub(crate) fn left(model: &Model, sight: &Sight) -> usize {
    let is_left = |line: &usize| !sight.in_view[*line] && !model.seen.has(*line, sight);
    (0..sight.lines.len()).filter(is_left).count()
}

/// Whether what is asked may be answered by a key that comes now. If not, shows what has not been seen
/// and says why.
pub(crate) fn is_ready(model: &mut Model, now: Timestamp) -> bool {
    let sight = view::sight(model, now);
    let ready = sight.as_ref().map(|sight| model.seen.ready(sight, now));
    if ready == Some(Ready::Yes) {
        return true;
    }
    too_early(model, now);
    match (sight, ready) {
        (Some(_), Some(Ready::TooSoon)) => {
            notify(model, "too soon: read it, then press again", now);
        }
        (Some(sight), _) => show(model, &sight, now),
        (None, _) => open(model, now),
    }
    false
}

/// A key came too early to answer: those that follow it by habit are no answer either.
pub(crate) fn too_early(model: &mut Model, now: Timestamp) {
    model.seen.early = Some(now);
}

/// Whether a key that comes now follows by habit one that was too early.
pub(crate) fn follows_early(model: &Model, now: Timestamp) -> bool {
    model
        .seen
        .early
        .is_some_and(|early| now.since(early) < REACTION)
}

/// Brings the first line into view that has not been seen, below the one before it if there is room.
fn show(model: &mut Model, sight: &Sight, now: Timestamp) {
    if model.panel == Panel::Detail {
        open(model, now);
        return;
    }
    let lines = 0..sight.lines.len();
    let Some(unseen) = lines.clone().find(|line| !model.seen.has(*line, sight)) else {
        return;
    };
    let at = sight.first + unseen;
    for scroll in [model.scroll, at.saturating_sub(1), at] {
        model.scroll = scroll;
        settle(model, now, Follow::Selection);
        let is_in_view = |sight: Sight| sight.in_view.get(unseen) == Some(&true);
        if view::sight(model, now).is_some_and(is_in_view) {
            return;
        }
    }
    let words = "too little room to read it here: make the window larger, or Enter goes there";
    notify(model, words, now);
}

/// Opens the request with room to read it.
fn open(model: &mut Model, now: Timestamp) {
    model.panel = Panel::Request;
    model.scroll = 0;
    settle(model, now, Follow::Selection);
    touch(model);
}
