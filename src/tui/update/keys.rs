//! What the person does with keys: a panel takes those that mean something of their own in it, the rest
//! means the same everywhere.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::timestamp::Timestamp;

use super::reflow::{settle, toggle};
use super::selection::{move_by, move_to, next_waiting, page, scroll};
use super::{
    answer, arrange, away, deny_prompt, ended, filter, install, launch, mark, preview, round, seen,
    snooze, split, task_prompt, trust, type_into, unheard, work, write,
};
use crate::actor::{Decision, Pick};
use crate::tui::effect::Effect;
use crate::tui::kept::Scope;
use crate::tui::keymap::{self, Action, key_for};
use crate::tui::labels::counted;
use crate::tui::layout::Layout;
use crate::tui::model::{Fall, Follow, Model, Panel};
use crate::tui::panels::{self, Advice, Taken};
use crate::tui::sight::text_area;

/// Nobody notices earlier that another row is selected than a moment ago.
const NOTICED_AFTER: Duration = Duration::from_millis(500);

/// Who sees what she was looking at go looks for it first: a key until then may be meant for that.
const LOOKED_AT_AFTER: Duration = Duration::from_secs(1);

/// Whether it says something to the selected assistant that cannot be taken back; stopping names whom first.
fn is_final(action: Action) -> bool {
    use Action::{Answer, Approve, Confirm, Deny, DenySaying, Trust};
    matches!(
        action,
        Approve | Answer(_) | Confirm | Deny | DenySaying | Trust
    )
}

/// Whether the key may have been meant for the row that was selected before. Whoever presses a key again has seen
/// that another one was more urgent.
fn has_just_come(model: &mut Model, action: Action, now: Timestamp) -> bool {
    match model.fell {
        Some((at, Fall::Displaced)) => {
            model.fell = Some((at, Fall::Settled));
            let takes_away = matches!(action, Action::Deny | Action::DenySaying | Action::Trust);
            takes_away && now < at.plus(NOTICED_AFTER)
        }
        Some((at, Fall::Replaced)) => is_final(action) && now < at.plus(LOOKED_AT_AFTER),
        Some((_, Fall::Settled)) | None => false,
    }
}

/// Enter that was typed before the terminal was ours has become a line feed, which is Ctrl-J else.
fn as_enter(key: KeyEvent) -> KeyEvent {
    if key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL {
        return KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, key.kind);
    }
    key
}

pub(super) fn press(model: &mut Model, key: KeyEvent, now: Timestamp) -> Vec<Effect> {
    if model.typing_into.is_none()
        && let Some(effects) = write::press(model, key, now)
    {
        return effects;
    }
    let key = as_enter(key);
    if let Some(effects) = type_into::press(model, key) {
        return effects;
    }
    if let Some(effects) = deny_prompt::press(model, key, now) {
        return effects;
    }
    if let Some(effects) = task_prompt::press(model, key, now) {
        return effects;
    }
    if model.typing && filter::type_filter(model, key, now) {
        return Vec::new();
    }
    if model.stepping && filter::step(model, key, now) {
        return Vec::new();
    }
    if unheard::takes(model, key, now) || away::closes(model, key, now) {
        return Vec::new();
    }
    let Some(action) = keymap::action(key) else {
        return Vec::new();
    };
    take(model, action, now)
}

/// Does what a key, or a click on one, asks for.
pub(super) fn take(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    model.notice = None;
    model.writing.is_told &= action == Action::Quit;
    model.is_untouched = false;
    model.awaited = None;
    model.touch();
    // Whoever does something goes on with what is selected now.
    model.followed = model.followed.take().filter(|it| it.gone.is_none());
    if has_just_come(model, action, now) {
        let why = "another row has just come to the front";
        model.advise(why, "look at it, then press the key again", now);
        return Vec::new();
    }
    act(model, action, now)
}

/// Does what follows from a key or a click that a panel has taken.
pub(super) fn finish(model: &mut Model, taken: Taken, now: Timestamp) -> Vec<Effect> {
    if let Some(Advice { why, next }) = &taken.advice {
        model.advise(why, next, now);
    }
    if taken.wants_line && model.titling.is_none() {
        unheard::begin(model, now);
    }
    let Some(follow) = taken.follow else {
        return taken.effects;
    };
    settle(model, now, follow);
    if let Some(line) = taken.line {
        let panel = Layout::of_model(model).panel;
        let lines = panels::page(model, now, panel.width).lines.len();
        let height = usize::from(text_area(panel, lines).height).max(1);
        let least = (line + 1).saturating_sub(height);
        model.scroll = model.scroll.min(line).max(least);
        settle(model, now, follow);
    }
    taken.effects
}

fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    if action == Action::Go && seen::follows_early(model, now) {
        // By habit after `a`: it would leave the person in front of the very dialog.
        seen::too_early(model, now);
        return Vec::new();
    }
    let layout = Layout::of_model(model);
    if let Some(by) = preview::lines(model, action, layout.preview) {
        preview::scroll(model, by, layout.preview);
        return Vec::new();
    }
    let region = layout.panel;
    if let Some(taken) = (panels::of(model).press)(model, action, region) {
        return finish(model, taken, now);
    }
    if !model.has_overview() && is_about_rows(action) {
        let next = "`pane-patrol` shows who needs you";
        model.advise("the overview is switched off here", next, now);
        return Vec::new();
    }
    match action {
        Action::Go if arrange::open(model, now) => {}
        Action::Go => return ended::go(model, now),
        Action::Install => return install::begin(model, now),
        Action::Split => return split::press(model),
        Action::TypeInto => type_into::begin(model, now),
        Action::Stop if !model.marks.is_empty() => mark::ask_to_stop(model, now),
        Action::Stop => launch::ask_to_stop(model),
        Action::Write => write::begin(model, now),
        Action::Mark => mark::toggle(model, now),
        Action::MarkAll => mark::toggle_all(model),
        Action::Sort => arrange::sort(model, now),
        Action::Group => arrange::group(model, now),
        Action::Fold => arrange::fold(model, now),
        Action::FoldAll => arrange::fold_all(model, now),
        Action::Pin => arrange::pin(model, now),
        Action::Hide => arrange::hide(model, now),
        Action::Start => return launch::begin_launch(model, now),
        Action::Snooze if !model.marks.is_empty() => return mark::snooze(model, now),
        Action::Snooze => return snooze::press(model, now),
        Action::Trust => return trust::press(model, now),
        Action::Approve | Action::Deny | Action::DenySaying if round::begin(model, now) => {}
        Action::Approve => return answer::decide(model, Decision::Approve, now),
        Action::Deny => {
            return answer::decide(model, Decision::Deny { message: None }, now);
        }
        Action::DenySaying => deny_prompt::begin(model, now),
        Action::Confirm => return answer::confirm(model, now),
        Action::Answer(number) => {
            let decision = Decision::Answer(Pick::Number(number));
            return answer::decide(model, decision, now);
        }
        Action::Redraw => return vec![Effect::Redraw],
        Action::Quit => return quit(model, now),
        Action::Move(by) if panels::scrolls(model) => scroll(model, by, now),
        Action::Move(by) => move_by(model, by, now),
        Action::Page(by) => page(model, by, now),
        Action::First => move_to(model, 0, now),
        Action::Last => move_to(model, usize::MAX, now),
        Action::NextWaiting => next_waiting(model, 1, now),
        Action::PreviousWaiting => next_waiting(model, -1, now),
        Action::Away => return away::ask(model, now),
        Action::Filter => return filter::begin_filter(model),
        Action::Cycle => arrange::cycle(model, now),
        Action::Tab(by) => work::turn(model, by, now),
        Action::Folder => work::turn_to_folder(model, now),
        Action::Read => answer::toggle(model, now),
        Action::OtherRequest => answer::choose_next(model, now),
        Action::Scroll(by) => scroll(model, by, now),
        Action::Ended => ended::toggle(model, now),
        Action::Explain => toggle(model, Panel::Explain, now),
        Action::Preview => preview::press(model, now),
        Action::Help => toggle(model, Panel::Help, now),
        Action::Close => close(model, now),
        // It means something in the list of what can be started alone.
        Action::Wrap => {}
    }
    Vec::new()
}

/// What was not sent yet goes with the dashboard, which is told first.
fn quit(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let unsent = model.writing.unsent();
    if unsent == 0 || model.writing.is_told {
        return vec![Effect::Quit];
    }
    model.writing.is_told = true;
    let words = format!("{} not sent yet", counted(unsent, "text"));
    let next = format!("{} again ends without that", key_for(Action::Quit));
    model.advise(&words, &next, now);
    Vec::new()
}

/// Whether it means nothing where no rows are shown. Keys that answer do nothing there anyway.
fn is_about_rows(action: Action) -> bool {
    matches!(
        action,
        Action::Go
            | Action::NextWaiting
            | Action::PreviousWaiting
            | Action::Filter
            | Action::Cycle
            | Action::Explain
            | Action::Preview
            | Action::Away
            | Action::Split
            | Action::Start
            | Action::Stop
            | Action::Snooze
            | Action::Write
            | Action::Mark
            | Action::MarkAll
            | Action::Sort
            | Action::Group
            | Action::Fold
            | Action::FoldAll
            | Action::Pin
            | Action::Hide
            | Action::Trust
            | Action::Folder
    )
}

fn close(model: &mut Model, now: Timestamp) {
    round::end(model, now);
    if model.panel != Panel::Detail {
        model.open(Panel::Detail);
        settle(model, now, Follow::Selection);
        return;
    }
    if model.filter.is_empty() {
        model.arranged.look_at(Scope::All);
    }
    model.filter.clear();
    model.stepping = false;
    model.arrange();
    settle(model, now, Follow::Selection);
}
