//! How what is needed beside hooks and a collector is: asked for whenever the tab that tells of it is
//! opened, and when somebody else collects than before.

use crate::tui::effect::Effect;
use crate::tui::message::Need;
use crate::tui::model::{Model, Panel};

pub(super) fn follow(model: &mut Model) -> Option<Effect> {
    let is_open = model.panel == Panel::Health;
    let was_asked = std::mem::replace(&mut model.needs.asked, is_open);
    (is_open && !was_asked).then_some(Effect::ReadNeeds)
}

pub(super) fn read(model: &mut Model, found: Vec<Need>) {
    model.needs.found = found;
    model.touch();
}
