//! Marked ones that want approval, one after another.

use super::*;
use crate::state::Row;
use crate::tui::keymap::{Action, key_for};

fn asking(number: u32, target: &str, what: &str) -> Row {
    let since = u64::from(20 - number);
    row(number, "claude", State::WaitingApproval, target, since).asks("Bash", what)
}

fn three() -> Vec<Row> {
    vec![
        asking(1, "shop:1.1", "ls"),
        asking(2, "shop:1.2", "pwd"),
        asking(3, "shop:1.3", "id"),
        row(4, "claude", State::Running, "api:2.0", 5),
    ]
}

/// All of `three` are marked, and the one that works is selected.
fn begun() -> Model {
    let mut model = model_with(three(), 100, 30);
    keys(&mut model, "VG");
    assert_eq!(target(&model), "api:2.0");
    model
}

fn at(
    model: &mut Model,
    key: char,
    now: pane_patrol_hooks::timestamp::Timestamp,
) -> Vec<(String, bool)> {
    let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
    let effects = update(model, Message::Key(key), now);
    let decided = |effect| match effect {
        Effect::Decide(bound, decision, _) => {
            Some((bound.target.to_string(), decision == Decision::Approve))
        }
        _ => None,
    };
    effects.into_iter().filter_map(decided).collect()
}

/// Reads what is shown, and looks at it for long enough.
fn reads(
    model: &mut Model,
    now: pane_patrol_hooks::timestamp::Timestamp,
) -> pane_patrol_hooks::timestamp::Timestamp {
    read(model, Known::Said);
    look(model, now).plus(Duration::from_secs(1))
}

fn notice(model: &Model) -> String {
    model
        .notice
        .as_ref()
        .map_or_else(String::new, |it| it.text.clone())
}

fn decided(model: &mut Model, target: &str, approves: bool) {
    let row = model.rows.find(|row| row.target.to_string() == target);
    let bound = Box::new(Bound::to(row.unwrap()).unwrap());
    let decision = if approves {
        Decision::Approve
    } else {
        Decision::Deny { message: None }
    };
    tell(model, Message::Decided(bound, decision, Outcome::Done));
}

#[test]
fn each_is_shown_and_none_is_answered_by_a_key_that_was_meant_for_another() {
    let mut model = begun();
    assert_eq!(at(&mut model, 'a', now()), []);
    assert_eq!(
        (target(&model), model.panel.clone()),
        ("shop:1.1".to_owned(), Panel::Request)
    );
    assert!(
        notice(&model).contains("this is shop:1.1; 2 after it"),
        "{}",
        notice(&model)
    );
    let later = reads(&mut model, now());
    assert_eq!(at(&mut model, 'a', later), [("shop:1.1".to_owned(), true)]);
    assert_eq!(
        (target(&model), model.panel.clone()),
        ("shop:1.2".to_owned(), Panel::Request)
    );
    // Keys that come at once, by habit or because they repeat.
    for key in ['a', 'd', 'a', 'd', 'y', '1', '\n'] {
        assert_eq!(at(&mut model, key, later), [], "{key}");
    }
    assert_eq!(target(&model), "shop:1.2");
    decided(&mut model, "shop:1.1", true);
    let said = notice(&model);
    assert!(
        said.starts_with("shop:1.1: approved · this is shop:1.2; 1 after it"),
        "{said}"
    );
    let later = reads(&mut model, later);
    assert_eq!(at(&mut model, 'd', later), [("shop:1.2".to_owned(), false)]);
    let later = reads(&mut model, later);
    assert_eq!(at(&mut model, 'a', later), [("shop:1.3".to_owned(), true)]);
    decided(&mut model, "shop:1.2", false);
    assert!(model.round.is_some());
    decided(&mut model, "shop:1.3", true);
    assert!(
        notice(&model).ends_with("of the marked ones 2 approved, 1 denied"),
        "{}",
        notice(&model)
    );
    assert!(model.round.is_none());
}

#[test]
fn what_is_asked_by_then_is_asked_anew_and_who_asks_nothing_is_left_out() {
    let mut model = begun();
    at(&mut model, 'a', now());
    let mut changed = asking(2, "shop:1.2", "rm -r /");
    changed.generation = 9;
    tell(&mut model, Message::Update(Update::Row(Arc::new(changed))));
    let idle = row(3, "claude", State::Idle, "shop:1.3", 1);
    let later = reads(&mut model, now());
    at(&mut model, 'a', later);
    let said = notice(&model);
    assert!(
        said.contains("shop:1.1: approving …") && said.contains("which asks something else now"),
        "{said}"
    );
    tell(&mut model, Message::Update(Update::Row(Arc::new(idle))));
    let later = reads(&mut model, later);
    assert_eq!(at(&mut model, 'a', later), [("shop:1.2".to_owned(), true)]);
    decided(&mut model, "shop:1.1", true);
    decided(&mut model, "shop:1.2", true);
    let said = notice(&model);
    assert!(
        said.contains("2 approved, 0 denied, left out shop:1.3: it asks nothing any more"),
        "{said}"
    );
}

#[test]
fn one_that_was_answered_elsewhere_makes_room_for_the_next_one() {
    let mut model = begun();
    at(&mut model, 'a', now());
    let works = row(1, "claude", State::Running, "shop:1.1", 1);
    tell(&mut model, Message::Update(Update::Row(Arc::new(works))));
    assert_eq!(
        (target(&model), model.panel.clone()),
        ("shop:1.2".to_owned(), Panel::Request)
    );
    assert!(
        notice(&model).starts_with("shop:1.1: it asks nothing any more"),
        "{}",
        notice(&model)
    );
    for id in [2, 3] {
        let gone = three()[id - 1].id.clone();
        tell(&mut model, Message::Update(Update::Gone(gone)));
    }
    assert!(
        notice(&model).contains("left out shop:1.3: it is gone"),
        "{}",
        notice(&model)
    );
    assert!(model.round.is_none());
}

#[test]
fn esc_or_another_row_ends_it_and_what_is_marked_stays_so() {
    for leaves in [KeyCode::Esc, KeyCode::Tab] {
        let mut model = begun();
        at(&mut model, 'd', now());
        assert_eq!(target(&model), "shop:1.1");
        press(&mut model, leaves);
        assert!(model.round.is_none(), "{leaves:?}");
        assert!(
            notice(&model).contains("0 approved, 0 denied, 3 left as they are"),
            "{}",
            notice(&model)
        );
        assert!(notice(&model).contains(&key_for(Action::Approve)));
        assert_eq!(model.marked_rows().len(), 4);
    }
}

#[test]
fn what_fails_is_told_with_what_became_of_the_others() {
    let mut model = model_with(three(), 100, 30);
    keys(&mut model, "vjvG");
    let mut later = now();
    at(&mut model, 'a', later);
    for _ in 0..2 {
        later = reads(&mut model, later);
        at(&mut model, 'a', later);
    }
    decided(&mut model, "shop:1.1", true);
    let second = model
        .rows
        .find(|row| row.target.to_string() == "shop:1.2")
        .unwrap();
    let bound = Box::new(Bound::to(second).unwrap());
    let failed = Outcome::Nothing("its dialog is not there".to_owned());
    tell(
        &mut model,
        Message::Decided(bound, Decision::Approve, failed),
    );
    let said = notice(&model);
    assert!(
        said.contains("nothing was sent: its dialog is not there"),
        "{said}"
    );
    assert!(
        said.contains("1 approved, 0 denied, left out shop:1.2: see there"),
        "{said}"
    );
}
