//! How much of what is asked has been on the screen. A key answers only what was seen to its last line,
//! and not in the moment in which that came into view: such a key was meant for something else.
//!
//! What counts is what was drawn, told by [`Message::Drawn`](crate::tui::message::Message::Drawn): keys that
//! are typed at once are all taken before the next frame, and nothing new is seen between them.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::keymap::{Action, key_for};
use crate::tui::model::seen::{REACTION, Ready, Sight};
use crate::tui::model::{Follow, Model, Panel};
use crate::tui::panels::{self, Moves};
use crate::tui::sight;
use crate::tui::update::reflow::settle;

/// A frame of so many columns and lines has been drawn.
pub(crate) fn drawn(model: &mut Model, size: (u16, u16), now: Timestamp) {
    // A terminal that is being resized shows something else than what the model knows.
    if size != model.setup.size || model.is_away() {
        return;
    }
    let Some(sight) = sight::sight(model, now) else {
        return;
    };
    model.seen.take(sight, now);
}

/// Nothing of what is asked counts as seen any more.
pub(crate) fn forget(model: &mut Model) {
    model.seen.forget();
}

/// Whether what is asked may be answered by a key that comes now. If not, shows what has not been seen
/// and says why.
pub(crate) fn is_ready(model: &mut Model, now: Timestamp) -> bool {
    let sight = sight::sight(model, now);
    let ready = sight.as_ref().map(|sight| model.seen.ready(sight, now));
    if ready == Some(Ready::Yes) {
        return true;
    }
    too_early(model, now);
    match (sight, ready) {
        (Some(_), Some(Ready::TooSoon)) => {
            model.advise(
                "too soon to have been read",
                "read it, then press again",
                now,
            );
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
    if panels::of(model).moves == Moves::List {
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
        if sight::sight(model, now).is_some_and(is_in_view) {
            return;
        }
    }
    let go = key_for(Action::Go);
    let next = format!("make the window larger, or {go} goes there");
    model.advise("too little room to read it here", &next, now);
}

/// Opens the request with room to read it.
fn open(model: &mut Model, now: Timestamp) {
    model.open(Panel::Request);
    settle(model, now, Follow::Selection);
    model.touch();
}
