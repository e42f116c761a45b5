//! The settings file has changed while the dashboard runs: what it takes at once holds from now on. One that cannot be
//! used changes nothing.

use pane_patrol_hooks::timestamp::Timestamp;

use super::reflow::settle;
use super::startable;
use crate::keymap;
use crate::tui::background::Background;
use crate::tui::effect::Effect;
use crate::tui::message::Reread;
use crate::tui::model::{Follow, Model, Panel, Setup};

/// Said when what holds is on the screen.
const TAKEN: &str = "the settings file has changed: what it says holds from now on";

pub(super) fn take(
    model: &mut Model,
    read: Result<Box<Reread>, String>,
    now: Timestamp,
) -> Vec<Effect> {
    let Reread { setup, later } = match read {
        Ok(read) => *read,
        Err(why) => {
            model.settings.wrong = Some(why);
            settle(model, now, Follow::IfVisible);
            return Vec::new();
        }
    };
    let was_wrong = model.settings.wrong.take().is_some();
    let old = &model.setup;
    let setup = Setup {
        in_multiplexer: old.in_multiplexer,
        split: old.split,
        pulse: old.pulse.clone(),
        size: old.size,
        kept: old.kept.clone(),
        theme: setup.theme.over(model.background),
        ..setup
    };
    let is_news = was_wrong || setup != *old;
    let other_launchers = (&setup.launchers, &setup.listing) != (&old.launchers, &old.listing);
    keymap::bind(setup.keys.clone());
    model.setup = setup;
    model.settings.later = later;
    if is_news {
        model.notify(TAKEN, now);
    }
    let asked = other_launchers.then(|| choose_anew(model, now)).flatten();
    settle(model, now, Follow::IfVisible);
    asked.into_iter().chain(ask_background(model)).collect()
}

/// Asks the terminal what stands behind the text, once, and only where the colours depend on it.
pub(crate) fn ask_background(model: &mut Model) -> Option<Effect> {
    let can = model.setup.answers && !model.has_asked && !model.is_away();
    let asks = can && model.setup.theme.is_auto();
    model.has_asked |= asks;
    asks.then_some(Effect::AskBackground)
}

/// It has said so.
pub(super) fn seen(model: &mut Model, background: Background) {
    model.background = Some(background);
    model.setup.theme = model.setup.theme.over(model.background);
    model.touch();
}

/// What is chosen to be started is chosen by its place in the settings, which is another one now.
fn choose_anew(model: &mut Model, now: Timestamp) -> Option<Effect> {
    if matches!(model.panel, Panel::Launch(_)) {
        model.open(Panel::default());
    }
    model.put_listed(&Vec::new(), now);
    startable::ask_anew(model, now)
}
