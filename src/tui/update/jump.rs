//! Going to a pane, and coming back from it.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::tui::effect::{Effect, Split};
use crate::tui::keymap::{Action, key_for};
use crate::tui::message::{Jumped, NotAttached};
use crate::tui::model::Model;

pub(crate) fn go(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.selected_row().cloned() else {
        return Vec::new();
    };
    if model.jumping {
        // The last one is not answered yet; a second one would not be faster.
        return Vec::new();
    }
    // What runs in no pane cannot stand beside the dashboard.
    if model.is_lent() && row.target.process().is_none() {
        // What is asked of it next may come before that is answered.
        model.split.is_open = true;
        model.split_keys += 1;
        return vec![Effect::Split(Split::Show(Box::new(row)))];
    }
    model.jumping = true;
    vec![Effect::Jump(Box::new(row))]
}

pub(crate) fn arrive(model: &mut Model, jumped: Jumped, now: Timestamp) -> Vec<Effect> {
    model.jumping = false;
    match jumped {
        // A popup that stayed would hide what the person wanted to see.
        Jumped::There { covered: true, .. } => return vec![Effect::Quit],
        Jumped::There { remark, .. } => {
            if let Some(remark) = remark {
                model.notify(remark, now);
            }
        }
        Jumped::Gone => {
            let next = format!("{} tells what was heard of it", key_for(Action::Explain));
            model.advise("the pane is gone", &next, now);
        }
        Jumped::Failed(why) => model.advise(&why, &again(), now),
        Jumped::Attach(attach) => {
            model.away = true;
            return vec![Effect::Attach(attach)];
        }
    }
    Vec::new()
}

fn again() -> String {
    format!("{} tries again", key_for(Action::Go))
}

pub(crate) fn come_back(
    model: &mut Model,
    outcome: Result<(), NotAttached>,
    now: Timestamp,
) -> Vec<Effect> {
    model.away = false;
    model.touch();
    if let Err(why) = outcome {
        model.advise(&why.to_string(), &again(), now);
    }
    Vec::new()
}
