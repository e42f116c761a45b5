//! The only writer of the model: one message in, effects out. It reads no clock, no file and no
//! terminal.

pub(crate) mod answer;
pub(crate) mod deciding;
pub(crate) mod deny_prompt;
pub(crate) mod filter;
pub(crate) mod install;
pub(crate) mod jump;
pub(crate) mod launch;
pub(crate) mod mouse;
pub(crate) mod reflow;
pub(crate) mod seen;
pub(crate) mod selection;
pub(crate) mod split;
pub(crate) mod trust;
pub(crate) mod work;

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::act::{Decision, Pick};
use crate::state::update::{Feed, Role};
use crate::tui::effect::{Effect, Split};
use crate::tui::keymap::{self, Action};
use crate::tui::message::Message;
use crate::tui::model::alerts;
use crate::tui::model::{Model, Notice, Panel, Scope};

use crate::tui::update::filter::{begin_filter, paste, type_filter};
use crate::tui::update::install::{install, install_over, install_planned};
use crate::tui::update::jump::{arrive, come_back, go};
use crate::tui::update::mouse::point;
use crate::tui::update::reflow::{Follow, settle};
use crate::tui::update::selection::{move_by, move_to, next_waiting, page, scroll, scrolls_panel};

/// How long a notice stays.
const NOTICE_STAYS: Duration = Duration::from_secs(6);

/// The first and the second press of the snooze key.
const SHORT_SNOOZE: Duration = Duration::from_secs(10 * 60);
const LONG_SNOOZE: Duration = Duration::from_secs(60 * 60);

/// Takes one message into account and tells what is to be done about it.
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    let by_feed = matches!(message, Message::Feed(_));
    let mut effects = take(model, message, now);
    effects.extend(answer::follow(model, by_feed, now));
    effects.extend(work::follow(model));
    effects
}

fn take(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    match message {
        Message::Key(key) if key.kind != KeyEventKind::Release => press(model, key, now),
        Message::Key(_) => Vec::new(),
        Message::Mouse(mouse) => point(model, mouse, now),
        Message::Paste(text) => quiet(|| {
            if !deny_prompt::paste(model, &text) {
                paste(model, &text, now);
            }
        }),
        Message::Resize(width, height) => {
            model.setup.size = (width, height);
            seen::forget(model);
            settle(model, now, Follow::Selection);
            // A pane beside us that ends makes us wider.
            split::look(model)
        }
        Message::Drawn(width, height) => quiet(|| seen::drawn(model, (width, height), now)),
        Message::Feed(feed) => {
            let has_left = split::has_left(model, &feed);
            hear(model, feed, now);
            if has_left {
                vec![Effect::Split(Split::RefreshLater)]
            } else {
                Vec::new()
            }
        }
        Message::FeedEnded => quiet(|| {
            let why = "the collector in this process has ended";
            model.role = Some(Role::Nobody(why.to_owned()));
            settle(model, now, Follow::IfVisible);
        }),
        Message::Hooks(hooks) => quiet(|| {
            model.hooks = hooks;
            touch(model);
        }),
        Message::InstallPlanned(plan) => quiet(|| install_planned(model, plan)),
        Message::Installed(outcome) => install_over(model, outcome),
        Message::Split(place) => quiet(|| split::hear(model, place, now)),
        Message::Started(outcome) => launch::started(model, outcome, now),
        Message::Stopped(row, outcome) => quiet(|| launch::stopped(model, &row, outcome, now)),
        Message::Snoozed(Ok(snoozes)) => quiet(|| {
            model.snoozes = snoozes;
            touch(model);
        }),
        Message::Trusted(told) => quiet(|| {
            let told = told.unwrap_or_else(|why| format!("not trusted: {why}"));
            notify(model, &told, now);
        }),
        Message::Snoozed(Err(why)) => quiet(|| notify(model, &why, now)),
        Message::Decided(bound, decision, outcome) => {
            deciding::decided(model, &bound, &decision, outcome, now)
        }
        Message::RequestRead(bound, known) => answer::read(model, bound, known, now),
        Message::WorkRead(id, diff, tasks) => quiet(|| work::read(model, &id, *diff, *tasks, now)),
        Message::PatchRead(id, file, patch) => {
            quiet(|| work::patch_read(model, &id, &file, patch, now))
        }
        Message::Jumped(jumped) => arrive(model, jumped, now),
        Message::AttachEnded(outcome) => come_back(model, outcome, now),
        Message::Tick => quiet(|| {
            model.notice.take_if(|notice| notice.until <= now);
            touch(model);
        }),
        Message::Terminate | Message::Broken => vec![Effect::Quit],
    }
}

/// For messages that ask for nothing.
fn quiet(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

pub(crate) fn touch(model: &mut Model) {
    model.version += 1;
}

pub(crate) fn notify(model: &mut Model, text: &str, now: Timestamp) {
    model.notice = Some(Notice {
        text: text.to_owned(),
        until: now.plus(NOTICE_STAYS),
    });
    touch(model);
}

// ---- what the collector says

fn hear(model: &mut Model, feed: Feed, now: Timestamp) {
    match feed {
        Feed::Snapshot(rows) => model.rows = rows,
        Feed::Row(row) => match model.rows.iter_mut().find(|known| known.id == row.id) {
            Some(known) if *known == *row => return,
            Some(known) => *known = *row,
            None => model.rows.push(*row),
        },
        Feed::Gone(id) if model.rows.iter().all(|row| row.id != id) => return,
        Feed::Gone(id) => model.rows.retain(|row| row.id != id),
        Feed::Health(health) => {
            let before = alerts::lines(model);
            model.health = health;
            if alerts::lines(model) == before {
                return;
            }
        }
        Feed::Role(role) => model.role = Some(role),
        Feed::Diff(id, diff) => work::hear_diff(model, id, diff),
        Feed::Tasks(id, tasks) => work::hear_tasks(model, id, tasks),
    }
    settle(model, now, Follow::IfVisible);
}

// ---- what the person does

fn press(model: &mut Model, key: KeyEvent, now: Timestamp) -> Vec<Effect> {
    if let Some(effects) = deny_prompt::press(model, key, now) {
        return effects;
    }
    if model.typing && type_filter(model, key, now) {
        return Vec::new();
    }
    let Some(action) = keymap::action(key) else {
        return Vec::new();
    };
    model.notice = None;
    model.arriving_until = Some(now);
    touch(model);
    act(model, action, now)
}

fn act(model: &mut Model, action: Action, now: Timestamp) -> Vec<Effect> {
    if work::take(model, action, now) {
        return Vec::new();
    }
    match action {
        Action::Go if seen::follows_early(model, now) => {
            // By habit after `a`: it would leave the person in front of the very dialog.
            seen::too_early(model, now);
        }
        Action::Go => return go(model),
        Action::Install => return install(model),
        Action::Split => return split::press(model),
        Action::Stop => return launch::stop(model),
        Action::Start => launch::begin_launch(model, now),
        Action::Snooze => return snooze(model, now),
        Action::Trust => return trust::press(model, now),
        Action::Approve => return deciding::decide(model, Decision::Approve, now),
        Action::Deny => {
            return deciding::decide(model, Decision::Deny { message: None }, now);
        }
        Action::DenySaying => deny_prompt::begin(model, now),
        Action::Confirm => return answer::confirm(model, now),
        Action::Answer(number) => {
            let decision = Decision::Answer(Pick::Number(number));
            return deciding::decide(model, decision, now);
        }
        Action::Redraw => return vec![Effect::Redraw],
        Action::Quit => return vec![Effect::Quit],
        Action::Move(by) if launch::choose(model, by) => {}
        Action::Move(by) if scrolls_panel(model) => scroll(model, by, now),
        Action::Move(by) => move_by(model, by, now),
        Action::Page(by) => page(model, by, now),
        Action::First => move_to(model, 0, now),
        Action::Last => move_to(model, usize::MAX, now),
        Action::NextWaiting => next_waiting(model, 1, now),
        Action::PreviousWaiting => next_waiting(model, -1, now),
        Action::Filter => begin_filter(model),
        Action::Cycle => {
            model.scope = model.scope.next();
            settle(model, now, Follow::Selection);
        }
        Action::Tab(by) => work::turn(model, by, now),
        Action::Read => answer::toggle(model, now),
        Action::OtherRequest => answer::choose_next(model, now),
        Action::Scroll(by) => scroll(model, by, now),
        Action::Explain => toggle(model, Panel::Explain, now),
        Action::Help => toggle(model, Panel::Help, now),
        Action::Close => close(model, now),
    }
    Vec::new()
}
pub(crate) fn toggle(model: &mut Model, panel: Panel, now: Timestamp) {
    model.panel = if model.panel == panel {
        Panel::Detail
    } else {
        panel
    };
    model.scroll = 0;
    settle(model, now, Follow::Selection);
}

fn close(model: &mut Model, now: Timestamp) {
    if model.panel != Panel::Detail {
        model.panel = Panel::Detail;
        model.scroll = 0;
    } else if !model.filter.is_empty() {
        model.filter.clear();
    } else {
        model.scope = Scope::All;
    }
    settle(model, now, Follow::Selection);
}

// ---- snoozing

/// Ten minutes, then an hour, then not any longer.
fn snooze(model: &Model, now: Timestamp) -> Vec<Effect> {
    let Some(row) = model.selected_row() else {
        return Vec::new();
    };
    let left = model.snoozes.until(&row.id, now);
    let until = match left.map(|until| until.since(now)) {
        None => Some(now.plus(SHORT_SNOOZE)),
        Some(left) if left <= SHORT_SNOOZE => Some(now.plus(LONG_SNOOZE)),
        Some(_) => None,
    };
    vec![Effect::Snooze(row.id.clone(), until)]
}
