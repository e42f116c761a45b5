//! The preview: when there is one, whose, and how far it is scrolled.

use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::layout::Rect;

use crate::mux::Shown;
use crate::state::Row;
use crate::tui::effect::{Effect, Look};
use crate::tui::keymap::Action;
use crate::tui::layout::Layout;
use crate::tui::model::preview::{MOST_ABOVE, instead};
use crate::tui::model::{Follow, Model, Panel};
use crate::tui::update::reflow::settle;

/// Opens or closes it: below the details where there is room, else in place of them.
pub(crate) fn press(model: &mut Model, now: Timestamp) {
    if model.panel == Panel::Preview {
        model.open(Panel::Detail);
    } else if !Layout::of_model(model).preview.is_empty() {
        model.preview.is_hidden = true;
    } else {
        model.preview.is_hidden = false;
        model.open(Panel::Detail);
        if Layout::of_model(model).preview.is_empty() {
            model.open(Panel::Preview);
        }
    }
    model.preview.back = 0;
    settle(model, now, Follow::Selection);
}

/// How many lines on a key scrolls it in its region of the screen; `None`: the key means something else.
pub(crate) fn lines(model: &Model, action: Action, region: Rect) -> Option<isize> {
    let page = isize::try_from(height(region)).unwrap_or(1).max(2) - 1;
    match action {
        _ if region.is_empty() => None,
        Action::Scroll(by) => Some(by),
        Action::Page(by) if model.panel == Panel::Preview => Some(by * page),
        _ => None,
    }
}

/// Scrolls so many lines on, or back when negative.
pub(crate) fn scroll(model: &mut Model, by: isize, region: Rect) {
    let most = model.preview.most_back(height(region));
    let back = model
        .preview
        .back
        .saturating_add_signed(by.saturating_neg());
    model.preview.back = back.min(most);
    model.touch();
}

/// Lines of it but for that with its name.
fn height(region: Rect) -> usize {
    usize::from(region.height.saturating_sub(1))
}

/// Takes in what the pane shows.
pub(crate) fn take(model: &mut Model, look: &Look, told: Result<Shown, String>) {
    if model.preview.take(look, told) {
        let region = Layout::of_model(model).preview;
        let most = model.preview.most_back(height(region));
        model.preview.back = model.preview.back.min(most);
        model.touch();
    }
}

/// Has the selected row's pane looked at while that is on the screen, and only then.
pub(crate) fn follow(model: &mut Model) -> Option<Effect> {
    let at = wanted(model).map(|row| (row.id.clone(), row.pane));
    let asked = model.preview.asked.as_ref();
    let stays = match (asked, &at) {
        (Some((was, pane, _)), Some((id, now))) => was == id && pane == now,
        _ => false,
    };
    if !stays {
        model.preview.back = 0;
        model.preview.seen = None;
    }
    let above = if model.preview.back > 0 {
        MOST_ABOVE
    } else {
        0
    };
    let question = at.map(|(id, pane)| (id, pane, above));
    if question == model.preview.asked {
        return None;
    }
    let row = wanted(model).cloned();
    model.preview.asked = question;
    Some(Effect::Look(row.map(|row| Box::new(Look { row, above }))))
}

/// The row whose pane is to be looked at.
fn wanted(model: &Model) -> Option<&Row> {
    if model.is_away() || Layout::of_model(model).preview.is_empty() {
        return None;
    }
    let row = model.selected_row()?;
    instead(model, row).is_none().then_some(row)
}
