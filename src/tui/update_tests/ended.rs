//! Sessions that are over: where they stand, that they count for nothing, and when Enter takes one up again.

use std::sync::Arc;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;

use super::*;
use crate::state::fixture::ended;
use crate::state::{Attention, EndedSession};
use crate::tui::message::Started;
use crate::tui::undone::NotStarted;

fn sessions() -> Vec<EndedSession> {
    [("claude", "s-1", "shop"), ("codex", "s-2", "api")]
        .map(|(assistant, id, folder)| EndedSession {
            cwd: Some(format!("/home/ada/src/{folder}")),
            message: Some(format!("the last words of {folder}")),
            ..ended(assistant, id)
        })
        .to_vec()
}

fn hear(model: &mut Model, sessions: &[EndedSession], now: Timestamp) {
    let told = Update::Ended(sessions.to_vec().into());
    update(model, Message::Update(told), now);
}

/// The usual day with two sessions that are over; the time when that was seen.
fn with_ended() -> (Model, Timestamp) {
    let mut model = usual();
    hear(&mut model, &sessions(), now());
    (model, now().plus(Duration::from_secs(5)))
}

fn press_at(model: &mut Model, code: KeyCode, at: Timestamp) -> Vec<Effect> {
    let mut effects = update(
        model,
        Message::Key(KeyEvent::new(code, KeyModifiers::NONE)),
        at,
    );
    effects.retain(|effect| {
        matches!(
            effect,
            Effect::Resume(..) | Effect::Jump(_) | Effect::Stop(_)
        )
    });
    effects
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn they_stand_below_all_rows_and_nothing_counts_them() {
    let (before, (mut model, later)) = (usual(), with_ended());
    let counts = |model: &Model| {
        let all = [Attention::NeedsYou, Attention::Done, Attention::Quiet];
        all.map(|attention| model.rows.count(attention))
    };
    assert_eq!(counts(&model), counts(&before));
    assert_eq!(model.list.rows(), before.list.rows());
    let header = |model: &Model| screen(model).lines().next().map(str::to_owned);
    assert_eq!(header(&model), header(&before));
    press_at(&mut model, KeyCode::Char('G'), later);
    assert_eq!(model.selected.as_deref(), Some("ended/codex/s-2"));
    assert!(screen(&model).contains("the last words of api"));
    for _ in 0..9 {
        press_at(&mut model, KeyCode::Tab, later);
        assert!(model.selected_row().is_some(), "only rows need anybody");
    }
}

#[test]
fn no_key_of_a_row_does_anything_to_one_that_is_over() {
    let (mut model, later) = with_ended();
    press_at(&mut model, KeyCode::Char('G'), later);
    for key in "adD1tzx ersy".chars() {
        let effects = press_at(&mut model, KeyCode::Char(key), later);
        assert_eq!(effects, [], "{key}");
        press_at(&mut model, KeyCode::Esc, later);
        assert_eq!(model.selected.as_deref(), Some("ended/codex/s-2"), "{key}");
    }
}

#[test]
fn enter_takes_one_up_once_however_often_it_is_pressed() {
    let (mut model, later) = with_ended();
    press_at(&mut model, KeyCode::Char('G'), later);
    let session = sessions().swap_remove(1);
    let resume = Effect::Resume(Box::new(session.clone()), false);
    let begun = press_at(&mut model, KeyCode::Enter, later);
    assert_eq!(begun, std::slice::from_ref(&resume));
    assert!(screen(&model).contains("is being started"));
    assert_eq!(press_at(&mut model, KeyCode::Enter, later), []);
    assert_eq!(said(&model), "codex of api is being started already");
    let failed = Err(NotStarted::Refused("its folder /x is gone".to_owned()));
    update(
        &mut model,
        Message::Resumed(Box::new(session), failed),
        later,
    );
    assert_eq!(
        said(&model),
        "codex of api not resumed: its folder /x is gone · Enter tries again"
    );
    assert_eq!(press_at(&mut model, KeyCode::Enter, later), [resume]);
}

#[test]
fn what_is_taken_up_again_is_selected_as_soon_as_it_has_a_row() {
    let (mut model, later) = with_ended();
    press_at(&mut model, KeyCode::Char('G'), later);
    let session = sessions().swap_remove(1);
    let row = row(7, "codex", State::Running, "api:1.0", 0);
    let server = row.server.as_ref().map(|server| server.socket.clone());
    let started = Started {
        said: "resumed codex of api in api:1.0".to_owned(),
        pane: server.zip(row.pane),
    };
    let resumed = Message::Resumed(Box::new(session), Ok(started));
    update(&mut model, resumed, later);
    // Another session than the one that ended: not every assistant keeps its name.
    let id = row.id.clone();
    let feed = Message::Update(Update::Row(Arc::new(row)));
    update(&mut model, feed, later);
    assert_eq!(model.selected_row().map(|row| &*row.id), Some(&*id));
}

#[test]
fn enter_that_was_meant_for_the_row_that_it_was_starts_nothing() {
    let mut shop = row(1, "claude", State::Running, "shop:1.1", 9);
    shop.instance_id = Some("s-1".to_owned());
    let mut model = model_with(vec![shop.clone()], 100, 30);
    let gone = now().plus(Duration::from_secs(10));
    update(&mut model, Message::Update(Update::Gone(shop.id)), gone);
    hear(&mut model, &sessions()[..1], gone);
    assert_eq!(model.selected.as_deref(), Some("ended/claude/s-1"));
    let soon = gone.plus(Duration::from_millis(300));
    assert_eq!(press_at(&mut model, KeyCode::Enter, soon), []);
    assert_eq!(said(&model), "claude of shop has ended · Enter resumes it");
    let later = gone.plus(Duration::from_secs(1));
    assert_eq!(press_at(&mut model, KeyCode::Enter, later).len(), 1);
}

#[test]
fn enter_that_was_meant_for_another_row_starts_none_that_was_over_long_before() {
    let shop = row(1, "claude", State::Running, "shop:1.1", 9);
    let mut model = model_with(vec![shop.clone()], 100, 30);
    hear(&mut model, &sessions(), now());
    let gone = now().plus(Duration::from_secs(60));
    update(&mut model, Message::Update(Update::Gone(shop.id)), gone);
    assert!(model.selected_past().is_some());
    let soon = gone.plus(Duration::from_millis(300));
    assert_eq!(press_at(&mut model, KeyCode::Enter, soon), []);
}

#[test]
fn who_has_chosen_one_that_lives_again_goes_on_with_its_row() {
    let (mut model, later) = with_ended();
    press_at(&mut model, KeyCode::Char('G'), later);
    let mut lives = row(9, "codex", State::Idle, "new:0.0", 0);
    lives.instance_id = Some("s-2".to_owned());
    let id = lives.id.clone();
    update(
        &mut model,
        Message::Update(Update::Row(Arc::new(lives))),
        later,
    );
    hear(&mut model, &sessions()[..1], later);
    assert_eq!(model.selected, Some(id));
}

#[test]
fn a_key_hides_them_and_shows_them_again_and_the_filter_finds_them() {
    let (mut model, later) = with_ended();
    let shown = |model: &Model| model.list.ended().len();
    press_at(&mut model, KeyCode::Char('E'), later);
    assert_eq!((shown(&model), model.list.rows()), (0, day().len()));
    hear(&mut model, &sessions(), later);
    assert_eq!(shown(&model), 0, "what ends now is hidden, too");
    press_at(&mut model, KeyCode::Char('E'), later);
    assert_eq!(shown(&model), 2);
    keys(&mut model, "/ended");
    assert_eq!((shown(&model), model.list.rows()), (2, 0));
    keys(&mut model, " api");
    assert_eq!(shown(&model), 1);
    press(&mut model, KeyCode::Esc);
    keys(&mut model, "f");
    assert_eq!(shown(&model), 0, "none of them wants attention");
    let mut none = usual();
    press(&mut none, KeyCode::Char('E'));
    assert_eq!(said(&none), "no session has ended lately");
}

#[test]
fn one_is_chosen_by_the_mouse_and_stays_chosen_while_others_end() {
    let (mut model, _) = with_ended();
    let line = screen(&model);
    let place = line.lines().position(|line| line.contains("words of shop"));
    let place = u16::try_from(place.expect("it is on the list")).unwrap();
    mouse(&mut model, MouseEventKind::Down(MouseButton::Left), place);
    assert_eq!(model.selected.as_deref(), Some("ended/claude/s-1"));
    let mut more = sessions();
    more.insert(0, ended("gemini", "s-3"));
    hear(&mut model, &more, now());
    assert_eq!(model.selected.as_deref(), Some("ended/claude/s-1"));
}
