//! How the list is arranged: order, groups, view, what is folded, pinned and hidden. The selection stays on its row.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::Attention;
use crate::state::update::Update;
use crate::tui::effect::Effect;
use crate::tui::kept::{Flags, Kept, Scope};
use crate::tui::keymap::{Action, key_for};
use crate::tui::model::{Follow, Heading, Model};
use crate::tui::update::reflow::settle;

/// The next order.
pub(crate) fn sort(model: &mut Model, now: Timestamp) {
    let sort = model.arranged.view.sort.next();
    model.arranged.sort(sort);
    arrange(model, now);
}

/// The next grouping.
pub(crate) fn group(model: &mut Model, now: Timestamp) {
    let group = model.arranged.view.group.next();
    model.arranged.group(group);
    arrange(model, now);
}

/// The next view. Where nothing is hidden there is none of that.
pub(crate) fn cycle(model: &mut Model, now: Timestamp) {
    let has_hidden = model.rows.in_order().iter().any(|known| known.flags.hidden);
    let next = match model.arranged.view.scope {
        Scope::All => Scope::Attention,
        Scope::Attention if has_hidden => Scope::Hidden,
        Scope::Attention | Scope::Hidden => Scope::All,
    };
    model.arranged.look_at(next);
    arrange(model, now);
}

fn arrange(model: &mut Model, now: Timestamp) {
    model.arrange();
    settle(model, now, Follow::Selection);
}

/// Folds the group of the selected row, or opens the one that is selected.
pub(crate) fn fold(model: &mut Model, now: Timestamp) {
    if open(model, now) {
        return;
    }
    let known = model
        .selected
        .as_deref()
        .and_then(|id| model.rows.known(id));
    let heading = known
        .and_then(|known| model.list.heading_of(known))
        .cloned();
    if let Some(heading) = heading {
        return turn(model, &heading, now);
    }
    let next = "choose a row of it";
    model.advise("there is no group here", next, now);
}

/// Opens the folded group that is selected; false where none is.
pub(crate) fn open(model: &mut Model, now: Timestamp) -> bool {
    let Some(heading) = model.selected_fold().map(|fold| fold.heading.clone()) else {
        return false;
    };
    let first = model
        .selected_fold()
        .and_then(|fold| fold.rows.first().map(|it| it.row.id.clone()));
    model.arranged.fold(&heading.key(), false);
    // The heading cannot be chosen any more.
    model.selected = first.or(model.selected.take());
    arrange(model, now);
    true
}

/// Folds the group with this heading, or opens it.
pub(crate) fn turn(model: &mut Model, heading: &Heading, now: Timestamp) {
    if !model.filter.trim().is_empty() {
        let next = format!("{} shows all rows", key_for(Action::Close));
        return model.advise("nothing is folded while you look for something", &next, now);
    }
    let is_ours = !matches!(heading, Heading::Ended | Heading::Startable);
    if !is_ours {
        return;
    }
    let key = heading.key();
    let is_folded = model.arranged.folds().contains(&key);
    if !is_folded && *heading == Heading::Attention(Attention::NeedsYou) {
        let next = "fold another group";
        return model.advise("what needs you is never folded", next, now);
    }
    model.arranged.fold(&key, !is_folded);
    let id = Heading::id(&key);
    model.arrange();
    if is_folded && model.selected.as_ref() == Some(&id) {
        model.selected = model.list.id(model.position).map(str::to_owned);
    }
    if !is_folded && model.place_of_selected().is_none() {
        model.selected = Some(id);
    }
    settle(model, now, Follow::Selection);
}

/// Folds all groups; where all are folded, opens them.
pub(crate) fn fold_all(model: &mut Model, now: Timestamp) {
    let foldable = |heading: &Heading| *heading != Heading::Attention(Attention::NeedsYou);
    let headings: Vec<(String, bool)> = model
        .list
        .headings()
        .filter(|(heading, _)| foldable(heading))
        .map(|(heading, is_folded)| (heading.key(), is_folded))
        .collect();
    let folds = headings.iter().any(|(_, is_folded)| !is_folded);
    let known = model
        .selected
        .as_deref()
        .and_then(|id| model.rows.known(id));
    let own = known
        .and_then(|known| model.list.heading_of(known))
        .map(Heading::key);
    for (key, is_folded) in headings {
        if is_folded != folds {
            model.arranged.fold(&key, folds);
        }
    }
    let first = model
        .selected_fold()
        .and_then(|fold| fold.rows.first().map(|it| it.row.id.clone()));
    model.arrange();
    if model.place_of_selected().is_none() {
        let own = own.filter(|_| folds).map(|key| Heading::id(&key));
        model.selected = own.or(first).or(model.selected.take());
    }
    settle(model, now, Follow::Selection);
}

/// Pins the selected row on top, or no longer.
pub(crate) fn pin(model: &mut Model, now: Timestamp) {
    change(model, |flags| flags.pinned = !flags.pinned, now);
}

/// Hides the selected row until it needs the person, or shows it again.
pub(crate) fn hide(model: &mut Model, now: Timestamp) {
    let Some(flags) = change(model, |flags| flags.hidden = !flags.hidden, now) else {
        return;
    };
    let hide = key_for(Action::Hide);
    if flags.hidden {
        let view = key_for(Action::Cycle);
        let next = format!("{view} shows what is hidden, {hide} there brings it back");
        model.advise("hidden until it needs you", &next, now);
    } else {
        let next = format!("{hide} hides it again");
        model.advise("it is not hidden any more", &next, now);
    }
}

fn change(model: &mut Model, change: impl Fn(&mut Flags), now: Timestamp) -> Option<Flags> {
    let known = model
        .selected
        .as_deref()
        .and_then(|id| model.rows.known(id))
        .cloned();
    let Some(known) = known else {
        let next = "choose one that runs";
        model.advise("only assistants are pinned and hidden", next, now);
        return None;
    };
    let mut flags = known.flags;
    change(&mut flags);
    model.put_flags(&known.row.id, flags);
    settle(model, now, Follow::Selection);
    Some(flags)
}

/// Whoever collected before the one that does now may have left something there.
pub(super) fn heed(model: &Model, feed: &Update) -> Option<Effect> {
    let is_another = matches!(feed, Update::Role(_)) && model.role.is_some();
    is_another.then_some(Effect::ReadKept)
}

/// What has changed is written down.
pub(super) fn follow(model: &mut Model) -> Option<Effect> {
    let changes = model.arranged.take_changes();
    (!changes.is_empty()).then_some(Effect::Keep(changes))
}

/// Tells that something could not be written down.
pub(super) fn not_kept(model: &mut Model, why: &str, now: Timestamp) {
    let next = "the list stays so until you quit";
    model.advise(&format!("not remembered: {why}"), next, now);
}

/// Tells that what was written down is lost.
pub(super) fn mislaid(model: &mut Model, why: &str, now: Timestamp) {
    let words = format!("the list's order is not known any more: {why}");
    model.advise(&words, "everything is as at first", now);
}

/// Takes in what the dashboard has left that collected before.
pub(super) fn read(model: &mut Model, kept: &Kept, now: Timestamp) {
    model.put_kept(kept);
    settle(model, now, Follow::IfVisible);
}
