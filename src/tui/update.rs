//! The only writer of the model: one message in, effects out. It reads no clock, no file and no
//! terminal.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use pane_patrol_hooks::text::one_line;
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::layout::Position;

use super::deciding;
use super::effect::{Effect, Split};
use super::keymap::{self, Action};
use super::layout::Layout;
use super::manage;
use super::message::{Jumped, Message};
use super::model::{Entry, Install, Model, Notice, Panel, Scope};
use super::split;
use super::trouble;
use super::view;
use crate::act::{Decision, Pick};
use crate::feed::{Feed, Role};
use crate::state::{Attention, Row};

/// How long a notice stays.
const NOTICE_STAYS: Duration = Duration::from_secs(6);

/// Rows that come within this time of the first one come as one: the most urgent is selected.
const ROWS_ARRIVE_WITHIN: Duration = Duration::from_secs(2);

/// The first and the second press of the snooze key.
const SHORT_SNOOZE: Duration = Duration::from_secs(10 * 60);
const LONG_SNOOZE: Duration = Duration::from_secs(60 * 60);

/// Longest filter, in characters.
const MAX_FILTER_CHARS: usize = 60;

/// Lines that one turn of the wheel scrolls.
const WHEEL: isize = 3;

/// Takes one message into account and tells what is to be done about it.
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    match message {
        Message::Key(key) if key.kind != KeyEventKind::Release => press(model, key, now),
        Message::Key(_) => Vec::new(),
        Message::Mouse(mouse) => point(model, mouse, now),
        Message::Paste(text) => quiet(|| paste(model, &text, now)),
        Message::Resize(width, height) => {
            model.setup.size = (width, height);
            settle(model, now, Follow::Selection);
            // A pane beside us that ends makes us wider.
            split::look(model)
        }
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
        Message::Started(outcome) => manage::started(model, outcome, now),
        Message::Stopped(row, outcome) => quiet(|| manage::stopped(model, &row, outcome, now)),
        Message::Snoozed(Ok(snoozes)) => quiet(|| {
            model.snoozes = snoozes;
            touch(model);
        }),
        Message::Snoozed(Err(why)) => quiet(|| notify(model, &why, now)),
        Message::Decided(bound, decision, outcome) => {
            quiet(|| deciding::decided(model, &bound, &decision, outcome, now))
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

pub(super) fn touch(model: &mut Model) {
    model.version += 1;
}

pub(super) fn notify(model: &mut Model, text: &str, now: Timestamp) {
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
            let before = trouble::lines(model);
            model.health = health;
            if trouble::lines(model) == before {
                return;
            }
        }
        Feed::Role(role) => model.role = Some(role),
    }
    settle(model, now, Follow::IfVisible);
}

// ---- what the person does

fn press(model: &mut Model, key: KeyEvent, now: Timestamp) -> Vec<Effect> {
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
    match action {
        Action::Go => return go(model),
        Action::Install => return install(model),
        Action::Split => return split::press(model),
        Action::Stop => return manage::stop(model),
        Action::Start => manage::begin_launch(model, now),
        Action::Snooze => return snooze(model, now),
        Action::Approve => return deciding::decide(model, Decision::Approve, now),
        Action::Deny => {
            return deciding::decide(model, Decision::Deny { message: None }, now);
        }
        Action::Answer(number) => {
            let decision = Decision::Answer(Pick::Number(number));
            return deciding::decide(model, decision, now);
        }
        Action::Redraw => return vec![Effect::Redraw],
        Action::Quit => return vec![Effect::Quit],
        Action::Move(by) if manage::choose(model, by) => {}
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
        Action::Explain => toggle(model, Panel::Explain, now),
        Action::Help => toggle(model, Panel::Help, now),
        Action::Close => close(model, now),
    }
    Vec::new()
}

pub(super) fn go(model: &mut Model) -> Vec<Effect> {
    match model.panel {
        Panel::Launch(_) => return manage::start(model),
        // Enter must not mean yes, nor leave a question open that is about another row.
        Panel::Stop(_) => return Vec::new(),
        _ => {}
    }
    if model.panel == Panel::Help {
        model.panel = Panel::Detail;
        return Vec::new();
    }
    let Some(row) = model.selected_row().cloned() else {
        return Vec::new();
    };
    if model.jumping {
        // tmux has not answered the last one yet; a second one would not be faster.
        return Vec::new();
    }
    if model.split.is_open {
        return vec![Effect::Split(Split::Show(Box::new(row)))];
    }
    model.jumping = true;
    vec![Effect::Jump(Box::new(row))]
}

fn begin_filter(model: &mut Model) {
    model.typing = true;
    if model.panel == Panel::Help {
        model.panel = Panel::Detail;
    }
}

fn toggle(model: &mut Model, panel: Panel, now: Timestamp) {
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

/// Whether j and k scroll what is open instead of choosing a row.
fn scrolls_panel(model: &Model) -> bool {
    matches!(
        model.panel,
        Panel::Help | Panel::Install(_) | Panel::Launch(_) | Panel::Stop(_)
    )
}

fn page(model: &mut Model, by: isize, now: Timestamp) {
    let layout = Layout::of_model(model);
    let lines = |height: u16| by * isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
    if model.panel == Panel::Detail {
        move_by(model, lines(layout.list.height), now);
    } else if model.panel == Panel::Help {
        scroll(model, lines(model.setup.size.1), now);
    } else {
        scroll(model, lines(layout.panel.height), now);
    }
}

fn scroll(model: &mut Model, by: isize, now: Timestamp) {
    model.scroll = model.scroll.saturating_add_signed(by);
    settle(model, now, Follow::IfVisible);
}

fn move_by(model: &mut Model, by: isize, now: Timestamp) {
    move_to(model, model.position.saturating_add_signed(by), now);
}

fn move_to(model: &mut Model, position: usize, now: Timestamp) {
    let last = model.shown_rows().count().saturating_sub(1);
    let position = position.min(last);
    let id = model.shown_rows().nth(position).map(|row| row.id.clone());
    if let Some(id) = id {
        select(model, id, now);
    }
}

fn select(model: &mut Model, id: String, now: Timestamp) {
    if model.selected.as_ref() != Some(&id) {
        model.selected = Some(id);
        if !scrolls_panel(model) {
            model.scroll = 0;
        }
    }
    settle(model, now, Follow::Selection);
}

/// Selects the next row that needs the person, round and round.
fn next_waiting(model: &mut Model, step: isize, now: Timestamp) {
    let waits = |(place, row): (usize, &Row)| {
        (Attention::from(row.state) == Attention::NeedsYou).then_some(place)
    };
    let places: Vec<usize> = model.shown_rows().enumerate().filter_map(waits).collect();
    let here = model.position;
    let next = if step > 0 {
        let after = places.iter().find(|place| **place > here);
        after.or(places.first())
    } else {
        let before = places.iter().rev().find(|place| **place < here);
        before.or(places.last())
    };
    match next {
        Some(place) => move_to(model, *place, now),
        None if model.count(Attention::NeedsYou) > 0 => {
            notify(model, "what needs you is hidden by the filter", now);
        }
        None => notify(model, "nobody needs you", now),
    }
}

// ---- the filter's line

/// Takes a key for the filter; false when the key means what it always means.
fn type_filter(model: &mut Model, key: KeyEvent, now: Timestamp) -> bool {
    let plain = !key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(c) if plain => model.filter.push(c),
        KeyCode::Char('u') if !plain => model.filter.clear(),
        KeyCode::Char('w') if !plain => drop_word(&mut model.filter),
        KeyCode::Backspace if model.filter.is_empty() => model.typing = false,
        KeyCode::Backspace => {
            model.filter.pop();
        }
        KeyCode::Enter => model.typing = false,
        KeyCode::Esc => {
            model.typing = false;
            model.filter.clear();
        }
        _ => return false,
    }
    filtered(model, now);
    true
}

fn paste(model: &mut Model, text: &str, now: Timestamp) {
    if model.typing {
        model.filter.push_str(&one_line(text, MAX_FILTER_CHARS));
        filtered(model, now);
    }
}

fn filtered(model: &mut Model, now: Timestamp) {
    if let Some((end, _)) = model.filter.char_indices().nth(MAX_FILTER_CHARS) {
        model.filter.truncate(end);
    }
    settle(model, now, Follow::Selection);
}

fn drop_word(filter: &mut String) {
    let kept = filter.trim_end().rfind(' ').map_or(0, |space| space + 1);
    filter.truncate(kept);
}

// ---- the mouse

fn point(model: &mut Model, mouse: MouseEvent, now: Timestamp) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => return click(model, at, now),
        MouseEventKind::ScrollDown => wheel(model, at, WHEEL, now),
        MouseEventKind::ScrollUp => wheel(model, at, -WHEEL, now),
        _ => {}
    }
    Vec::new()
}

/// A click selects; a click on what is selected goes there.
fn click(model: &mut Model, at: Position, now: Timestamp) -> Vec<Effect> {
    touch(model);
    model.arriving_until = Some(now);
    if matches!(model.panel, Panel::Help | Panel::Launch(_) | Panel::Stop(_)) {
        model.panel = Panel::Detail;
        return Vec::new();
    }
    let list = Layout::of_model(model).list;
    if !list.contains(at) {
        return Vec::new();
    }
    let entry = model.entries.get(model.top + usize::from(at.y - list.y));
    let Some(Entry::Row(index)) = entry else {
        return Vec::new();
    };
    let id = model.rows[*index].id.clone();
    if model.selected.as_ref() == Some(&id) {
        return go(model);
    }
    select(model, id, now);
    Vec::new()
}

fn wheel(model: &mut Model, at: Position, by: isize, now: Timestamp) {
    let layout = Layout::of_model(model);
    if model.panel == Panel::Help || layout.panel.contains(at) {
        scroll(model, by, now);
    } else {
        model.top = model.top.saturating_add_signed(by);
        settle(model, now, Follow::Nothing);
    }
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

// ---- installing

/// The first press shows the changes, the second makes them.
fn install(model: &mut Model) -> Vec<Effect> {
    match &model.panel {
        Panel::Install(Install::Planned(_)) => {
            model.panel = Panel::Install(Install::Applying);
            vec![Effect::ApplyInstall]
        }
        Panel::Install(_) => Vec::new(),
        _ if model.offers_install() => {
            model.panel = Panel::Install(Install::Planning);
            model.scroll = 0;
            vec![Effect::PlanInstall]
        }
        _ => Vec::new(),
    }
}

fn install_planned(model: &mut Model, plan: Result<Vec<String>, String>) {
    if model.panel == Panel::Install(Install::Planning) {
        model.panel = Panel::Install(match plan {
            Ok(diff) => Install::Planned(diff),
            Err(why) => Install::Over(vec![why]),
        });
        touch(model);
    }
}

/// Shown even if the person has closed the panel meanwhile: their files have changed.
fn install_over(model: &mut Model, outcome: Result<Vec<String>, String>) -> Vec<Effect> {
    model.panel = Panel::Install(Install::Over(outcome.unwrap_or_else(|why| vec![why])));
    model.scroll = 0;
    touch(model);
    vec![Effect::CheckHooks]
}

// ---- jumping

fn arrive(model: &mut Model, jumped: Jumped, now: Timestamp) -> Vec<Effect> {
    model.jumping = false;
    match jumped {
        // A popup that stayed would hide what the person wanted to see.
        Jumped::There { covered: true } => return vec![Effect::Quit],
        Jumped::There { covered: false } => {}
        Jumped::Gone => notify(model, "the pane is gone", now),
        Jumped::Failed(why) => notify(model, &why, now),
        Jumped::Attach(attach) => {
            model.away = true;
            return vec![Effect::Attach(attach)];
        }
    }
    Vec::new()
}

fn come_back(model: &mut Model, outcome: Result<(), String>, now: Timestamp) -> Vec<Effect> {
    model.away = false;
    touch(model);
    if let Err(why) = outcome {
        notify(model, &why, now);
    }
    Vec::new()
}

// ---- what follows from a change

/// Which part of the list must stay on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follow {
    /// The selected row.
    Selection,
    /// The selected row, if the person had it in view.
    IfVisible,
    /// Whatever the person scrolled to.
    Nothing,
}

/// Brings everything that follows from rows, filter, selection and size into line with them.
fn settle(model: &mut Model, now: Timestamp, follow: Follow) {
    let height = usize::from(Layout::of_model(model).list.height);
    let was_visible = selected_entry(model)
        .is_none_or(|entry| (model.top..model.top + height.max(1)).contains(&entry));
    model.arrange();
    keep_selection(model, now);
    let follow = follow == Follow::Selection || follow == Follow::IfVisible && was_visible;
    keep_top(model, follow);
    let hidden = view::hidden_lines(model, now);
    model.scroll = model.scroll.min(hidden);
    touch(model);
}

/// The selection sticks to its row; when that is gone, to the one that took its place.
fn keep_selection(model: &mut Model, now: Timestamp) {
    if model.arriving_until.is_none() && !model.rows.is_empty() {
        model.arriving_until = Some(now.plus(ROWS_ARRIVE_WITHIN));
    }
    if model.arriving_until.is_some_and(|until| now < until) {
        let most_urgent = model.shown_rows().next().map(|row| row.id.clone());
        model.selected = most_urgent;
    }
    let of_selected = |row: &Row| Some(&row.id) == model.selected.as_ref();
    let position = model.shown_rows().position(of_selected);
    if let Some(position) = position {
        model.position = position;
        return;
    }
    let last = model.shown_rows().count().checked_sub(1);
    model.position = last.map_or(0, |last| model.position.min(last));
    let row = model.shown_rows().nth(model.position);
    model.selected = row.map(|row| row.id.clone());
    if !scrolls_panel(model) {
        model.scroll = 0;
    }
}

fn selected_entry(model: &Model) -> Option<usize> {
    let id = model.selected.as_ref()?;
    let of_selected = |entry: &Entry| matches!(entry, Entry::Row(index) if model.rows.get(*index).is_some_and(|row| row.id == *id));
    model.entries.iter().position(of_selected)
}

/// Scrolls as little as needed; the heading above the first visible row stays with it.
fn keep_top(model: &mut Model, follow: bool) {
    let height = usize::from(Layout::of_model(model).list.height).max(1);
    if let Some(selected) = selected_entry(model).filter(|_| follow) {
        let heading = selected
            .checked_sub(1)
            .filter(|above| height > 1 && matches!(model.entries[*above], Entry::Heading(_)));
        model.top = model.top.min(heading.unwrap_or(selected));
        model.top = model.top.max((selected + 1).saturating_sub(height));
    }
    model.top = model.top.min(model.entries.len().saturating_sub(height));
}
