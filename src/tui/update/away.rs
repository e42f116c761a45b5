//! What happened while the person was away: told when she asks, and by itself when she comes back. It is read once, then;
//! nothing looks for it meanwhile.

use crossterm::event::{KeyEvent, KeyEventKind};
use pane_patrol_hooks::timestamp::Timestamp;

use super::reflow::settle;
use crate::log::away::Digest;
use crate::tui::effect::Effect;
use crate::tui::keymap::{self, Action};
use crate::tui::message::Message;
use crate::tui::model::{Away, Follow, Model, Panel};

/// Notes that the person does something, and asks what happened where she has not for long. Once she has done nothing here
/// for so long it is asked whether she has done anything elsewhere.
pub(super) fn heed(model: &mut Model, message: &Message, now: Timestamp) -> Option<Effect> {
    let after = model.setup.away_after;
    let last = model.last_input;
    let was_away = last.is_some_and(|last| !after.is_zero() && now.since(last) >= after);
    if let Message::LastKey(Some(elsewhere)) = message {
        // Of a time to come nobody has told truly.
        model.last_input = last.max(Some((*elsewhere).min(now)));
        return None;
    }
    if matches!(message, Message::Tick) && was_away && model.asked_after != last {
        model.asked_after = last;
        return Some(Effect::AskLastKey);
    }
    let by_hand = match message {
        Message::Key(key) => key.kind != KeyEventKind::Release,
        Message::Mouse(_) | Message::Paste(_) => true,
        _ => false,
    };
    if !by_hand {
        return None;
    }
    model.last_input = Some(now);
    if !was_away || !is_free(model) || !model.has_overview() {
        return None;
    }
    model.came_back = true;
    Some(Effect::ReadAway(last))
}

/// The person asks.
pub(super) fn ask(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    model.came_back = false;
    model.open(Panel::Away(Away::Reading));
    settle(model, now, Follow::Selection);
    vec![Effect::ReadAway(None)]
}

/// It was read. By itself it is told only while the person does nothing else.
pub(super) fn read(model: &mut Model, told: Result<Box<Digest>, String>, now: Timestamp) {
    let by_itself = std::mem::take(&mut model.came_back);
    let is_asked = model.panel == Panel::Away(Away::Reading);
    let away = match told {
        Ok(digest) if is_asked || by_itself && is_free(model) && !digest.is_empty() => {
            Away::Told(digest)
        }
        Err(why) if is_asked => Away::Unknown(why),
        Ok(_) | Err(_) => return,
    };
    model.open(Panel::Away(away));
    settle(model, now, Follow::Selection);
}

/// Whether the key does nothing but close what is told. Whoever pressed it may have meant what was there before.
pub(super) fn closes(model: &mut Model, key: KeyEvent, now: Timestamp) -> bool {
    if !matches!(model.panel, Panel::Away(_)) {
        return false;
    }
    let action = keymap::action(key);
    if let Some(Action::Move(_) | Action::Page(_) | Action::Scroll(_) | Action::Redraw) = action {
        return false;
    }
    model.open(Panel::Detail);
    settle(model, now, Follow::Selection);
    true
}

/// Whether nobody types, answers or reads anything.
fn is_free(model: &Model) -> bool {
    let types = model.typing
        || model.denying.is_some()
        || model.titling.is_some()
        || model.typing_into.is_some()
        || model.unheard_until.is_some();
    let acts = !model.deciding.is_empty() || model.jumping || model.is_away();
    model.panel == Panel::Detail && !types && !acts
}
