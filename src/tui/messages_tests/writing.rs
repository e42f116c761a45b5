//! What is said about texts for assistants, and about several rows at once.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::event::State;

use super::{Said, keys, press, tell, usual};
use crate::launch::Stopped;
use crate::notify::Snoozes;
use crate::state::Row;
use crate::state::update::Update;
use crate::tui::effect::{Effect, Letter};
use crate::tui::fixture::{With, model_with, now, row};
use crate::tui::message::{Message, Posted};
use crate::tui::model::Model;
use crate::tui::undone::Unchanged;

pub(super) fn bring_about(said: &mut Said) {
    editor(said);
    sent(said);
    waiting(said);
    marks(said);
}

fn one(state: State) -> Model {
    model_with(vec![row(1, "claude", state, "shop:1.1", 5)], 100, 30)
}

fn queue(model: &mut Model) {
    let key = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::CONTROL);
    tell(model, Message::Key(key));
}

fn changed(model: &mut Model, change: impl Fn(&mut Row)) {
    let mut row = model.rows.in_order()[0].row.as_ref().clone();
    row.generation += 1;
    change(&mut row);
    tell(model, Message::Update(Update::Row(Arc::new(row))));
}

#[allow(clippy::needless_pass_by_value, reason = "each trial makes one")]
fn posted(model: &mut Model, posted: Posted) {
    keys(model, "mgo on");
    let effects = press(model, KeyCode::Enter);
    let letters: Vec<Letter> = effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Send(letter) => Some(letter),
            _ => None,
        })
        .collect();
    for letter in letters {
        tell(model, Message::Posted(letter, posted.clone()));
    }
}

fn editor(said: &mut Said) {
    let mut model = model_with(Vec::new(), 100, 30);
    press(&mut model, KeyCode::Char('m'));
    said.take("`m`, and no assistant is selected", &mut model);
    model.unheard_until = None;
    press(&mut model, KeyCode::Char('v'));
    said.take("`v`, and no assistant is selected", &mut model);
    let mut model = one(State::Idle);
    keys(&mut model, "m");
    press(&mut model, KeyCode::Enter);
    said.take("`m`, and Enter without a word", &mut model);
    tell(&mut model, Message::Paste("a".repeat(70_000)));
    said.take("`m`, and what is pasted is too long", &mut model);
    keys(&mut model, "half");
    press(&mut model, KeyCode::Esc);
    said.take("`m`, and Esc", &mut model);
    let mut model = usual();
    keys(&mut model, "mgo on");
    press(&mut model, KeyCode::Enter);
    said.take("`m` and Enter, and it asks something", &mut model);
    let mut model = one(State::Idle);
    keys(&mut model, "mgo on");
    changed(&mut model, |row| {
        row.instance_id = Some("another".to_owned());
    });
    press(&mut model, KeyCode::Enter);
    said.take(
        "`m` and Enter, and another session runs there now",
        &mut model,
    );
    let id = model.rows.in_order()[0].row.id.clone();
    tell(&mut model, Message::Update(Update::Gone(id)));
    press(&mut model, KeyCode::Enter);
    said.take("`m` and Enter, and it has ended meanwhile", &mut model);
}

fn sent(said: &mut Said) {
    let mut model = one(State::Idle);
    keys(&mut model, "mgo on");
    press(&mut model, KeyCode::Enter);
    said.take("`m` and Enter, and it is being sent", &mut model);
    for (outcome, when) in [
        (Posted::Done(None), "`m` and Enter"),
        (
            Posted::Done(Some("queued until its turn is over".to_owned())),
            "`m` and Enter while it works",
        ),
        (
            Posted::Nothing("something else is written in its prompt".to_owned()),
            "`m` and Enter, and it was not sent; it says why, as `send` does",
        ),
        (
            Posted::Unknown("nobody answers".to_owned()),
            "`m` and Enter, and nobody has seen it there",
        ),
    ] {
        let mut model = one(State::Idle);
        posted(&mut model, outcome);
        said.take(when, &mut model);
    }
}

fn waiting(said: &mut Said) {
    let waits = || {
        let mut model = one(State::Running);
        keys(&mut model, "mgo on");
        queue(&mut model);
        model
    };
    let mut model = waits();
    said.take("`m` and Ctrl-Q while it works", &mut model);
    press(&mut model, KeyCode::Char('q'));
    said.take("`q`, and a text waits", &mut model);
    keys(&mut model, "m");
    said.take("`m`, and a text waits there", &mut model);
    let mut model = waits();
    changed(&mut model, |row| row.state = State::Error);
    said.take("a text waits, and its turn ends with an error", &mut model);
    let mut model = waits();
    let id = model.rows.in_order()[0].row.id.clone();
    tell(&mut model, Message::Update(Update::Gone(id)));
    said.take("a text waits, and it ends", &mut model);
    let mut model = waits();
    keys(&mut model, "vmand more");
    queue(&mut model);
    said.take(
        "`m` and Ctrl-Q for marked ones, and a text waits there",
        &mut model,
    );
    let mut model = one(State::Running);
    keys(&mut model, "mgo on");
    queue(&mut model);
    let mut over = model.rows.in_order()[0].row.as_ref().clone();
    over.state = State::Completed;
    let effects = tell(&mut model, Message::Update(Update::Row(Arc::new(over))));
    let letter = effects.into_iter().find_map(|effect| match effect {
        Effect::Send(letter) => Some(letter),
        _ => None,
    });
    model.writing.queue(letter.clone().expect("it is sent"));
    let refused = Message::Posted(letter.expect("it is sent"), Posted::Changed);
    model.notice = None;
    tell(&mut model, refused);
    said.take("two texts wait, and its turn goes on", &mut model);
}

fn marks(said: &mut Said) {
    let asks = |number, target| {
        row(number, "claude", State::WaitingApproval, target, 9).asks("Bash", "ls")
    };
    let two = || {
        vec![
            asks(1, "shop:1.1"),
            asks(2, "api:2.0"),
            row(3, "codex", State::Idle, "notes:0.0", 5),
        ]
    };
    let mut model = model_with(two(), 100, 30);
    keys(&mut model, "VGa");
    said.take("`a`, and several marked ones want approval", &mut model);
    let mut model = model_with(two(), 100, 30);
    keys(&mut model, "vGa");
    said.take("`a`, and one that is marked wants approval", &mut model);
    let mut model = model_with(two(), 100, 30);
    keys(&mut model, "GVm");
    keys(&mut model, "go on");
    press(&mut model, KeyCode::Enter);
    said.take("`m` and Enter for marked ones", &mut model);
    let rows = (0..2).map(|n| row(n, "claude", State::Idle, &format!("a{n}:0.0"), 5));
    let mut idle = model_with(rows.collect(), 100, 30);
    keys(&mut idle, "V");
    posted(&mut idle, Posted::Done(None));
    said.take("`m` and Enter for marked ones, and all have it", &mut idle);
    let rows = (0..60).map(|n| row(n, "claude", State::Idle, &format!("a{n}:0.0"), 5));
    let mut many = model_with(rows.collect(), 100, 30);
    keys(&mut many, "Vx");
    said.take(
        "`m`, `x` or `z`, and more are marked than may be",
        &mut many,
    );
    let mut model = model_with(two(), 100, 30);
    keys(&mut model, "Vx");
    let effects = press(&mut model, KeyCode::Char('x'));
    let rows: Vec<Box<Row>> = effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Stop(row) => Some(row),
            _ => None,
        })
        .collect();
    for row in &rows {
        let outcome = if row.target.to_string() == "shop:1.1" {
            Stopped::Failed("its pane is not known".to_owned())
        } else {
            Stopped::Ended
        };
        tell(&mut model, Message::Stopped(row.clone(), outcome));
    }
    said.take("`x` for marked ones, and not all have ended", &mut model);
    let ids = || vec!["a".to_owned(), "b".to_owned()];
    for (until, when) in [
        (
            Some(now().plus(Duration::from_secs(600))),
            "`z` for marked ones",
        ),
        (None, "`z` for marked ones, once more"),
    ] {
        let outcome = Ok(Snoozes::default());
        tell(&mut model, Message::SnoozedAll(ids(), until, outcome));
        said.take(when, &mut model);
    }
    let why = Unchanged::Refused("could not snooze it: could not write …".to_owned());
    tell(&mut model, Message::SnoozedAll(ids(), None, Err(why)));
    said.take(
        "`z` for marked ones, and it cannot be written down",
        &mut model,
    );
}
