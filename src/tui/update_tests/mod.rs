//! What `update` does to a model, without a terminal.

mod answering;
mod arranging;
mod away;
mod background;
mod ended;
mod going_there;
mod installing;
mod marking;
mod mirrored;
mod previewed;
mod round;
mod selecting;
mod settings;
mod startable;
mod unheard;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use pane_patrol_hooks::event::{Source, State};

use crate::actor::{Bound, Decision, Outcome, Pick};
use crate::assistants::request::Known;
use crate::launch::{Item, Stopped};
use crate::mux::{Attach, Beside};
use crate::state::Evidence;
use crate::state::update::{Health, Role, Update};
use crate::tui::effect::{Choice, Effect, Split};
use crate::tui::fixture::{With, day, look, model_with, now, row, screen};
use crate::tui::message::{
    Awaited, Hooks, InstallOffer, InstallOutcome, Jumped, Message, OfferedInstall,
};
use crate::tui::model::trust;
use crate::tui::model::{Install, Model, Panel};
use crate::tui::update::update;
use crate::tui::view;

/// What a launcher lists, as nobody has started it.
fn items(names: &[&str]) -> Vec<Item> {
    let item = |name: &&str| Item {
        name: (*name).to_owned(),
        runs: None,
    };
    names.iter().map(item).collect()
}

/// What is asked for beside the reading of what is shown.
fn tell(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = update(model, message, now());
    effects.retain(|effect| !matches!(effect, Effect::ReadRequest(_)));
    effects
}

/// The selected row's request is known.
fn read(model: &mut Model, known: Known) {
    let bound = Bound::to(model.selected_row().unwrap()).unwrap();
    tell(model, Message::RequestRead(Box::new(bound), known));
}

fn press(model: &mut Model, code: KeyCode) -> Vec<Effect> {
    tell(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn keys(model: &mut Model, keys: &str) {
    for key in keys.chars() {
        press(model, KeyCode::Char(key));
    }
}

fn mouse(model: &mut Model, kind: MouseEventKind, row: u16) -> Vec<Effect> {
    let event = MouseEvent {
        kind,
        column: 5,
        row,
        modifiers: KeyModifiers::NONE,
    };
    tell(model, Message::Mouse(event))
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

fn target(model: &Model) -> String {
    model
        .selected_row()
        .expect("a row is selected")
        .target
        .to_string()
}

fn usual() -> Model {
    model_with(day(), 100, 30)
}

#[test]
fn what_changes_nothing_is_not_drawn() {
    let mut model = usual();
    let version = model.version();
    let same = day().pop().unwrap();
    tell(&mut model, Message::Update(Update::Row(Arc::new(same))));
    tell(
        &mut model,
        Message::Update(Update::Health(Health::default())),
    );
    tell(
        &mut model,
        Message::Update(Update::Gone("nobody".to_owned())),
    );
    press(&mut model, KeyCode::F(9));
    mouse(&mut model, MouseEventKind::Moved, 3);
    assert_eq!(model.version(), version);
}

#[test]
fn events_received_without_trouble_change_nothing_on_the_screen() {
    let mut model = usual();
    let version = model.version();
    let health = Health {
        received: 12,
        ..Health::default()
    };
    tell(&mut model, Message::Update(Update::Health(health)));
    assert_eq!(model.version(), version);
}

#[test]
fn a_collector_that_ended_is_said_above_its_last_rows() {
    let mut model = usual();
    tell(&mut model, Message::FeedEnded);
    assert!(screen(&model).contains("nothing here changes"));
    tell(&mut model, Message::Update(Update::Role(Role::Collector)));
    assert!(!screen(&model).contains("nothing here changes"));
}

#[test]
fn an_idle_dashboard_wakes_up_for_the_minutes_only() {
    let idle = vec![row(1, "claude", State::Idle, "a:0.0", 7_300)];
    let model = model_with(idle, 80, 24);
    let next = view::next_change(&model, now());
    assert_eq!(
        next.since(now()),
        Duration::from_secs(45),
        "the clock's next minute"
    );
    let waiting = vec![row(1, "claude", State::WaitingInput, "a:0.0", 90)];
    let model = model_with(waiting, 80, 24);
    assert_eq!(
        view::next_change(&model, now()).since(now()),
        Duration::from_secs(1)
    );
}
