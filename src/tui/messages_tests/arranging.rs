//! What is said about how the list is arranged, and about marked ones that are gone through.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::event::State;

use super::{Said, bound, keys, press, tell, usual};
use crate::actor::{Decision, Outcome};
use crate::assistants::request::Known;
use crate::state::Row;
use crate::state::fixture::ended;
use crate::state::update::Update;
use crate::tui::fixture::{With, look, model_with, now, row};
use crate::tui::message::Message;
use crate::tui::model::Model;
use crate::tui::update::update;

pub(super) fn bring_about(said: &mut Said) {
    let mut model = usual();
    keys(&mut model, "gc");
    said.take(
        "`c`, and its group is that of those that need you",
        &mut model,
    );
    keys(&mut model, "/claude");
    press(&mut model, KeyCode::Enter);
    keys(&mut model, "Gc");
    said.take(
        "`c`, or a click on a heading, and a filter is in force",
        &mut model,
    );
    press(&mut model, KeyCode::Esc);
    keys(&mut model, "GH");
    said.take("`H`", &mut model);
    keys(&mut model, "ffH");
    said.take("`H`, and it was hidden", &mut model);
    let mut model = model_with(Vec::new(), 100, 30);
    let over = Update::Ended([ended("claude", "0199f0c4-7b1e-7c3a")].into());
    tell(&mut model, Message::Update(over));
    press(&mut model, KeyCode::Char('c'));
    said.take("`c`, and no assistant is selected", &mut model);
    press(&mut model, KeyCode::Char('P'));
    said.take("`P` or `H`, and no assistant is selected", &mut model);
    tell(&mut model, Message::NotKept("REASON".to_owned()));
    said.take(
        "something was pinned, folded or ordered, and it cannot be written down",
        &mut model,
    );
    tell(
        &mut model,
        Message::Mislaid("REASON; what there was is in FILE".to_owned()),
    );
    said.take(
        "a dashboard starts, and what the one before has remembered makes no sense",
        &mut model,
    );
    round(said);
}

fn asks(number: u32, target: &str, what: &str) -> Row {
    let since = u64::from(10 - number);
    row(number, "claude", State::WaitingApproval, target, since).asks("Bash", what)
}

/// Two that ask are marked, and the first is shown.
fn begun() -> Model {
    let works = row(3, "claude", State::Running, "notes:0.0", 5);
    let rows = vec![asks(1, "shop:1.1", "ls"), asks(2, "api:2.0", "pwd"), works];
    let mut model = model_with(rows, 100, 30);
    keys(&mut model, "VGa");
    model
}

fn put(model: &mut Model, row: Row) {
    tell(model, Message::Update(Update::Row(Arc::new(row))));
}

fn round(said: &mut Said) {
    let mut model = begun();
    said.take("`a` or `d`, and several are marked", &mut model);
    press(&mut model, KeyCode::Esc);
    said.take(
        "`Esc`, or another row, before all marked ones were answered",
        &mut model,
    );

    let mut model = begun();
    let mut other = asks(1, "shop:1.1", "rm");
    other.generation = 9;
    put(&mut model, other);
    let first = bound(&model);
    tell(
        &mut model,
        Message::RequestRead(Box::new(first.clone()), Known::Said),
    );
    let later = look(&mut model, now()).plus(Duration::from_secs(2));
    let mut changed = asks(2, "api:2.0", "rm");
    changed.generation = 9;
    update(
        &mut model,
        Message::Update(Update::Row(Arc::new(changed))),
        later,
    );
    let key = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
    update(&mut model, Message::Key(key), later);
    said.take(
        "one is being answered, and the next one is shown",
        &mut model,
    );
    put(&mut model, row(2, "claude", State::Idle, "api:2.0", 1));
    tell(
        &mut model,
        Message::Decided(Box::new(first), Decision::Approve, Outcome::Done),
    );
    said.take("the last of the marked ones was answered", &mut model);

    for (state, when) in [
        (State::Idle, "the one that is shown asks nothing any more"),
        (State::WaitingInput, "it asks a question now"),
    ] {
        let mut model = begun();
        let now = row(1, "claude", state, "shop:1.1", 1);
        put(
            &mut model,
            if state == State::Idle {
                now
            } else {
                now.asks("AskUserQuestion", "Which?")
            },
        );
        said.take(when, &mut model);
    }
    let mut model = begun();
    let ids: Vec<String> = model
        .rows
        .in_order()
        .iter()
        .map(|it| it.row.id.clone())
        .collect();
    for id in ids {
        tell(&mut model, Message::Update(Update::Gone(id)));
    }
    said.take("all of them are gone", &mut model);
    let mut model = begun();
    let first = bound(&model);
    tell(
        &mut model,
        Message::RequestRead(Box::new(first.clone()), Known::Said),
    );
    let later = look(&mut model, now()).plus(Duration::from_secs(2));
    update(&mut model, Message::Key(key), later);
    put(&mut model, row(2, "claude", State::Idle, "api:2.0", 1));
    let refused = Outcome::Nothing("its dialog is not there".to_owned());
    tell(
        &mut model,
        Message::Decided(Box::new(first), Decision::Approve, refused),
    );
    said.take("one of them could not be answered", &mut model);
}
