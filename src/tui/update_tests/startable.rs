//! What launchers list: where it stands, when it is asked for anew, and when Enter starts it.

use pane_patrol_hooks::timestamp::Timestamp;

use super::*;
use crate::launch::Running;
use crate::state::EndedSession;
use crate::state::fixture::ended;
use crate::tui::message::Started;
use crate::tui::undone::NotStarted;
use crate::tui::update::startable;

const NAMES: [&str; 2] = ["one", "two"];

fn hear(model: &mut Model, listed: Result<Vec<Item>, String>, at: Timestamp) -> Vec<Effect> {
    model.setup.listing = vec![1];
    update(model, Message::Listed(vec![(1, listed)]), at)
}

/// The usual day with two that can be started; the time when that was seen.
fn with_two() -> (Model, Timestamp) {
    let mut model = usual();
    model.setup.launchers[1] = "box".to_owned();
    hear(&mut model, Ok(items(&NAMES)), now());
    (model, now().plus(Duration::from_secs(5)))
}

/// What a key does beside asking what there is.
fn press_at(model: &mut Model, code: KeyCode, at: Timestamp) -> Vec<Effect> {
    let mut effects = all_of(model, code, at);
    effects.retain(|effect| matches!(effect, Effect::Start { .. } | Effect::Jump(_)));
    effects
}

fn all_of(model: &mut Model, code: KeyCode, at: Timestamp) -> Vec<Effect> {
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    update(model, Message::Key(key), at)
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| &notice.text)
}

fn started(name: &str) -> Effect {
    Effect::Start {
        choice: Choice {
            launcher: 1,
            item: Some(name.to_owned()),
            wrap: None,
        },
        row: None,
        beside: false,
    }
}

#[test]
fn they_stand_below_what_has_ended_and_no_row_counts_them() {
    let (mut model, later) = with_two();
    let over: Vec<EndedSession> = vec![ended("codex", "s-2")];
    let told = Message::Update(Update::Ended(over.into()));
    update(&mut model, told, now());
    assert_eq!(model.list.rows(), day().len());
    let shown = |model: &Model, text: &str| {
        let screen = screen(model);
        screen.lines().position(|line| line.contains(text))
    };
    press_at(&mut model, KeyCode::Char('G'), later);
    assert_eq!(model.selected.as_deref(), Some("start/1/two"));
    assert!(shown(&model, "ENDED") < shown(&model, "CAN BE STARTED"));
    press_at(&mut model, KeyCode::Char('k'), later);
    assert_eq!(model.selected.as_deref(), Some("start/1/one"));
    press_at(&mut model, KeyCode::Char('k'), later);
    assert_eq!(model.selected.as_deref(), Some("ended/codex/s-2"));
    for _ in 0..9 {
        press_at(&mut model, KeyCode::Tab, later);
        assert!(model.selected_row().is_some(), "only rows need anybody");
    }
    press_at(&mut model, KeyCode::Char('E'), later);
    assert_eq!(
        said(&model),
        "ended sessions and startable ones are hidden · E shows them"
    );
    assert_eq!(model.list.choices(), day().len());
}

#[test]
fn enter_starts_one_once_until_it_has_a_row_of_its_own() {
    let (mut model, later) = with_two();
    press_at(&mut model, KeyCode::Char('G'), later);
    assert_eq!(
        press_at(&mut model, KeyCode::Enter, later),
        [started("two")]
    );
    // What was asked before it was started does not know of it.
    hear(&mut model, Ok(items(&NAMES)), later);
    assert!(screen(&model).contains("is being started"));
    assert_eq!(press_at(&mut model, KeyCode::Enter, later), []);
    assert_eq!(said(&model), "box two is being started already");
    let place = row(70, "claude", State::Running, "work:1.0", 0);
    let server = place.server.as_ref().map(|server| server.socket.clone());
    let is_there = Started {
        said: "started two in work:1.0".to_owned(),
        pane: server.zip(place.pane),
    };
    let effects = update(&mut model, Message::Started(Ok(is_there)), later);
    assert!(effects.contains(&Effect::ListItems), "{effects:?}");
    assert_eq!(press_at(&mut model, KeyCode::Enter, later), []);
    let mut listed = items(&NAMES);
    listed[1].runs = Some(Running {
        row: place.id.clone(),
        target: place.target.clone(),
    });
    hear(&mut model, Ok(listed.clone()), later);
    assert!(!screen(&model).contains("Enter starts it"));
    assert_eq!(press_at(&mut model, KeyCode::Enter, later), []);
    assert_eq!(hear(&mut model, Ok(listed), later), []);
    assert_eq!(
        said(&model),
        "box two runs in work:1.0 and has not reported · n starts another one"
    );
    let id = place.id.clone();
    update(
        &mut model,
        Message::Update(Update::Row(Arc::new(place))),
        later,
    );
    let names = |model: &Model| {
        let shown = model.list.startable().iter();
        shown.map(|one| one.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&model), ["one"], "it is a row now");
    update(&mut model, Message::Update(Update::Gone(id)), later);
    assert_eq!(names(&model), NAMES);
}

#[test]
fn enter_looks_again_at_one_that_is_said_to_run_and_starts_it_if_that_is_over() {
    let (mut model, later) = with_two();
    let mut listed = items(&NAMES);
    listed[1].runs = Some(Running {
        row: "/tmp/tmux-1000/default,77::%70".to_owned(),
        target: "work:1.0".parse().expect("it is one"),
    });
    hear(&mut model, Ok(listed.clone()), later);
    press_at(&mut model, KeyCode::Char('G'), later);
    let looks = |model: &mut Model| all_of(model, KeyCode::Enter, later);
    assert_eq!(looks(&mut model), [Effect::ListItems]);
    assert_eq!(
        said(&model),
        "looking again whether box two runs in work:1.0"
    );
    assert_eq!(hear(&mut model, Ok(items(&NAMES)), later), [started("two")]);
    // One answer decides once, and not for whoever has gone to something else.
    assert_eq!(hear(&mut model, Ok(items(&NAMES)), later), []);
    let refused = Err(NotStarted::Refused("no room".to_owned()));
    update(&mut model, Message::Started(refused), later);
    hear(&mut model, Ok(listed), later);
    looks(&mut model);
    press_at(&mut model, KeyCode::Char('k'), later);
    assert_eq!(hear(&mut model, Ok(items(&NAMES)), later), []);
}

#[test]
fn what_was_not_started_can_be_tried_again() {
    let (mut model, later) = with_two();
    press_at(&mut model, KeyCode::Char('G'), later);
    press_at(&mut model, KeyCode::Enter, later);
    let refused = Err(NotStarted::Refused("no room".to_owned()));
    update(&mut model, Message::Started(refused), later);
    assert_eq!(
        press_at(&mut model, KeyCode::Enter, later),
        [started("two")]
    );
}

#[test]
fn enter_that_was_meant_for_a_row_starts_nothing() {
    let shop = row(1, "claude", State::Running, "shop:1.1", 9);
    let mut model = model_with(vec![shop.clone()], 100, 30);
    hear(&mut model, Ok(items(&NAMES)), now());
    let gone = now().plus(Duration::from_secs(20));
    update(&mut model, Message::Update(Update::Gone(shop.id)), gone);
    assert!(model.selected_startable().is_some());
    let soon = gone.plus(Duration::from_millis(300));
    assert_eq!(press_at(&mut model, KeyCode::Enter, soon), []);
    let later = gone.plus(Duration::from_secs(1));
    assert_eq!(press_at(&mut model, KeyCode::Enter, later).len(), 1);
}

#[test]
fn it_is_asked_for_anew_by_a_key_and_not_more_than_once_a_minute() {
    let (mut model, _) = with_two();
    let at = |seconds| now().plus(Duration::from_secs(seconds));
    let asks =
        |model: &mut Model, message, at| update(model, message, at).contains(&Effect::ListItems);
    let key = || Message::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE));
    assert!(!asks(&mut model, key(), at(59)));
    assert!(
        !asks(&mut model, Message::Tick, at(90)),
        "nobody does anything"
    );
    assert!(asks(&mut model, key(), at(90)));
    assert!(!asks(&mut model, key(), at(91)), "it is asked for already");
    press_at(&mut model, KeyCode::Char('E'), at(92));
    assert!(!asks(&mut model, key(), at(200)), "nobody sees it");
}

#[test]
fn launchers_are_asked_once_at_a_time_and_once_more_where_the_answer_may_be_old() {
    let mut model = usual();
    model.setup.launchers[1] = "box".to_owned();
    assert_eq!(
        startable::ask(&mut model, now()),
        None,
        "none lists anything"
    );
    model.setup.listing = vec![1];
    let first = startable::ask(&mut model, now());
    assert_eq!(first, Some(Effect::ListItems), "the first, at the start");
    let later = now().plus(Duration::from_secs(90));
    assert_eq!(all_of(&mut model, KeyCode::Char('n'), later), []);
    all_of(&mut model, KeyCode::Esc, later);
    assert_eq!(hear(&mut model, Ok(items(&NAMES)), later), []);
    assert!(model.selected_startable().is_none() && !model.list.startable().is_empty());

    let asked = all_of(&mut model, KeyCode::Char('n'), later);
    assert_eq!(asked, [Effect::ListItems]);
    let none = Started {
        said: "started two".to_owned(),
        pane: None,
    };
    // What is being answered was asked before that.
    let started = update(&mut model, Message::Started(Ok(none)), later);
    assert_eq!(started, []);
    let again = hear(&mut model, Ok(items(&["old"])), later);
    assert_eq!(again, [Effect::ListItems]);
    let shown = |model: &Model| model.list.startable().len();
    assert_eq!(shown(&model), NAMES.len());
    assert_eq!(hear(&mut model, Ok(items(&["new"])), later), []);
    assert_eq!(shown(&model), 1);
}

#[test]
fn why_it_is_not_known_what_there_is_stands_in_its_place() {
    let (mut model, later) = with_two();
    let why = "`docker ps` has failed: no engine runs";
    hear(&mut model, Err(why.to_owned()), now());
    press_at(&mut model, KeyCode::Char('G'), later);
    assert!(screen(&model).contains(why), "{}", screen(&model));
    let again = all_of(&mut model, KeyCode::Enter, later);
    assert!(again.contains(&Effect::ListItems), "{again:?}");
}

#[test]
fn of_more_than_are_shown_the_rest_is_said_and_can_be_named() {
    let (mut model, later) = with_two();
    let many: Vec<String> = (0..200).map(|number| format!("x{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    hear(&mut model, Ok(items(&many)), now());
    assert_eq!(model.list.startable().len(), 101);
    press_at(&mut model, KeyCode::Char('G'), later);
    let words = "and 100 more, which `pane-patrol start box NAME` starts";
    assert!(screen(&model).contains(words), "{}", screen(&model));
    assert_eq!(press_at(&mut model, KeyCode::Enter, later), []);
    all_of(&mut model, KeyCode::Char('n'), later);
    hear(&mut model, Ok(items(&many)), later);
    for _ in 0..150 {
        all_of(&mut model, KeyCode::Char('j'), later);
    }
    let shown = screen(&model);
    assert!(shown.contains("▌ box: and 100 more"), "{shown}");
}

#[test]
fn a_menu_that_is_longer_than_its_room_says_so_and_keeps_what_is_chosen_in_view() {
    let (mut model, later) = with_two();
    let many: Vec<String> = (0..100).map(|number| format!("x{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    all_of(&mut model, KeyCode::Char('n'), later);
    hear(&mut model, Ok(items(&many)), later);
    assert!(screen(&model).contains("lines more"), "{}", screen(&model));
    for _ in 0..60 {
        all_of(&mut model, KeyCode::Char('j'), later);
    }
    let shown = screen(&model);
    assert!(
        shown.contains("▌ box x59") && shown.contains("more"),
        "{shown}"
    );
}
