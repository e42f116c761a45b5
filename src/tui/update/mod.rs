//! The only writer of the model: one message in, effects out. It reads no clock, no file and no
//! terminal.

pub(crate) mod answer;
pub(crate) mod arrange;
mod away;
pub(crate) mod background;
pub(crate) mod deny_prompt;
pub(crate) mod ended;
pub(crate) mod filter;
pub(crate) mod install;
pub(crate) mod jump;
mod keys;
pub(crate) mod launch;
pub(crate) mod mark;
pub(crate) mod mouse;
mod needs;
pub(crate) mod post;
pub(crate) mod preview;
pub(crate) mod reflow;
pub(crate) mod round;
pub(crate) mod seen;
pub(crate) mod selection;
pub(crate) mod settings;
mod snooze;
pub(crate) mod split;
pub(crate) mod startable;
pub(crate) mod task_prompt;
pub(crate) mod trust;
mod type_into;
mod unheard;
pub(crate) mod work;
pub(crate) mod write;

use crossterm::event::KeyEventKind;
use pane_patrol_hooks::timestamp::Timestamp;

use super::effect::Effect;
use super::message::Message;
use super::model::{Follow, Model, alerts};
use crate::state::update::{Role, Update};
use reflow::{settle, settle_from};

/// Takes one message into account and tells what is to be done about it.
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    let by_update = matches!(message, Message::Update(_));
    let by_hand = matches!(message, Message::Key(_) | Message::Mouse(_));
    let came_back = away::heed(model, &message, now);
    let mut effects = take(model, message, now);
    effects.extend(came_back);
    round::follow(model, now);
    effects.extend(answer::follow(model, by_update, now));
    effects.extend(work::follow(model));
    type_into::heed(model, now);
    effects.extend(split::follow(model));
    effects.extend(preview::follow(model));
    effects.extend(needs::follow(model));
    effects.extend(startable::follow(model, by_hand, now));
    effects.extend(arrange::follow(model));
    effects
}

fn take(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    match message {
        Message::Key(key) if key.kind != KeyEventKind::Release => keys::press(model, key, now),
        // When a key was pressed elsewhere is heeded above.
        Message::Key(_) | Message::LastKey(_) => Vec::new(),
        Message::Mouse(mouse) => mouse::point(model, mouse, now),
        Message::Paste(text) if model.typing_into.is_some() => {
            type_into::paste(model, &text).into_iter().collect()
        }
        Message::Paste(text) => quiet(|| {
            if !write::paste(model, &text, now)
                && !deny_prompt::paste(model, &text)
                && !task_prompt::paste(model, &text)
            {
                filter::paste(model, &text, now);
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
        Message::Update(feed) => {
            let mut effects = split::heed(model, &feed);
            effects.extend(arrange::heed(model, &feed));
            hear(model, feed, now);
            launch::welcome(model, now);
            install::hear(model);
            let sent = post::follow(model, now);
            effects.into_iter().chain(sent).collect()
        }
        Message::FeedEnded => quiet(|| {
            let why = "the collector in this process has ended";
            model.role = Some(Role::Nobody(why.to_owned()));
            settle(model, now, Follow::IfVisible);
        }),
        Message::Hooks(hooks) => quiet(|| {
            model.hooks = hooks;
            model.touch();
        }),
        Message::NeedsRead(found) => quiet(|| needs::read(model, found)),
        Message::InstallPlanned(plan) => quiet(|| install::planned(model, plan)),
        Message::Installed(outcome) => install::over(model, outcome),
        Message::Split(place) => quiet(|| split::answered(model, place, now)),
        Message::SplitSeen(place) => quiet(|| split::hear(model, place, now)),
        Message::Mirrored(mirrored) => quiet(|| split::mirror(model, &mirrored)),
        Message::Previewed(look, told) => quiet(|| preview::take(model, &look, told)),
        Message::Typed(turn, outcome) => quiet(|| type_into::answered(model, turn, outcome, now)),
        Message::Listed(listed) => {
            launch::listed(model, &listed);
            startable::hear(model, &listed, now)
        }
        Message::Started(outcome) => launch::started(model, outcome, now),
        Message::Resumed(session, outcome) => ended::resumed(model, &session, outcome, now),
        Message::Stopped(row, outcome) => launch::stopped(model, &row, outcome, now),
        Message::SnoozesRead(snoozes) => quiet(|| {
            model.snoozes = snoozes;
            model.touch();
        }),
        Message::Snoozed(id, snoozes) => quiet(|| snooze::hear(model, &id, snoozes, now)),
        Message::SnoozedAll(ids, until, snoozes) => {
            quiet(|| mark::snoozed(model, ids.len(), until, snoozes, now))
        }
        Message::Posted(letter, posted) => post::posted(model, &letter, posted, now),
        Message::KeptRead(kept) => quiet(|| arrange::read(model, &kept, now)),
        Message::NotKept(why) => quiet(|| arrange::not_kept(model, &why, now)),
        Message::Mislaid(why) => quiet(|| arrange::mislaid(model, &why, now)),
        Message::Recalled(texts) => quiet(|| model.writing.recall(texts)),
        Message::Trusted(told) => quiet(|| match told {
            Ok(told) => model.notify(&told, now),
            Err(why) => model.advise(&format!("not trusted: {why}"), "it asks you as before", now),
        }),
        Message::TaskChanged(told) => quiet(|| task_prompt::changed(model, told, now)),
        Message::Decided(bound, decision, outcome) => {
            answer::decided(model, &bound, &decision, outcome, now)
        }
        Message::RequestRead(bound, known) => {
            filter::hear(model, &bound, &known, now);
            answer::read(model, bound, known, now)
        }
        Message::WorkRead(id, diff, tasks) => quiet(|| work::read(model, &id, *diff, *tasks, now)),
        Message::AwayRead(told) => quiet(|| away::read(model, told, now)),
        Message::PatchRead(id, file, patch) => {
            quiet(|| work::patch_read(model, &id, &file, patch, now))
        }
        Message::Jumped(jumped) => jump::arrive(model, jumped, now),
        Message::Brought(row, outcome) => background::brought(model, &row, outcome, now),
        Message::AttachEnded(outcome) => jump::come_back(model, outcome, now),
        Message::Background(background) => quiet(|| settings::seen(model, background)),
        Message::Settings(read) => settings::take(model, read, now),
        Message::Tick => quiet(|| {
            model.notice.take_if(|notice| notice.until <= now);
            model.touch();
        }),
        Message::Terminate | Message::Broken => vec![Effect::Quit],
    }
}

/// For messages that ask for nothing.
fn quiet(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

// ---- what the collector says

fn hear(model: &mut Model, feed: Update, now: Timestamp) {
    if !model.has_overview() && matches!(feed, Update::Snapshot(_) | Update::Row(_)) {
        return;
    }
    let line = model.place_of_selected().map(|(_, line)| line);
    match feed {
        Update::Snapshot(rows) => model.put_all(rows),
        Update::Row(row) => {
            if !model.put(row) {
                return;
            }
        }
        Update::Gone(id) => {
            if !model.remove(&id) {
                return;
            }
        }
        Update::Health(health) => {
            let before = alerts::lines(model);
            model.health = health;
            if alerts::lines(model) == before {
                return;
            }
        }
        Update::Role(role) => {
            model.role = Some(role);
            model.needs.asked = false;
        }
        Update::Ended(sessions) => return ended::hear(model, &sessions, now),
        Update::Diff(id, diff) => work::hear_diff(model, id, diff),
        Update::Tasks(id, tasks) => work::hear_tasks(model, id, tasks),
    }
    settle_from(model, now, Follow::IfVisible, line);
}
