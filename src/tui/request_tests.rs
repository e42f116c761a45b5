//! Reading the selected request, and answering it from what is shown.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::actor::{Bound, Decision, Digest, Shown};
use crate::assistants::request::Known;
use crate::state::Row;
use crate::state::update::Update;
use crate::tui::effect::Effect;
use crate::tui::fixture::{day, draw, look, model_with, now, screen};
use crate::tui::message::Message;
use crate::tui::model::{Model, Panel};
use crate::tui::update::update;

/// What is asked for beside the reading of what is shown.
fn tell(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = update(model, message, now());
    effects.retain(|effect| !matches!(effect, Effect::ReadRequest(_) | Effect::ReadRest(_)));
    effects
}

fn press(model: &mut Model, code: KeyCode) -> Vec<Effect> {
    tell(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

/// The selected row's request is known.
fn read(model: &mut Model, known: Known) {
    let bound = Bound::to(model.selected_row().unwrap()).unwrap();
    tell(model, Message::RequestRead(Box::new(bound), known));
}

#[test]
fn the_selected_request_is_read_once_and_again_when_another_takes_its_place() {
    let mut model = model_with(vec![], 100, 30);
    let reads = |effects: Vec<Effect>| {
        let is_read = |effect: &&Effect| matches!(effect, Effect::ReadRequest(_));
        effects.iter().filter(is_read).count()
    };
    let mut hear = |rows: Vec<Row>| {
        reads(update(
            &mut model,
            Message::Update(Update::Snapshot(rows)),
            now(),
        ))
    };
    assert_eq!(hear(day()), 1);
    assert_eq!(hear(day()), 0, "nothing has changed");
    let mut rows = day();
    rows[6].generation += 1;
    assert_eq!(hear(rows.clone()), 0, "the request is the same");
    rows[6].waiting[0].request_id = Some("t2".to_owned());
    assert_eq!(hear(rows), 1);
}

#[test]
fn a_cut_request_is_approved_only_by_a_second_key() {
    let mut rows = day();
    rows[6].waiting[0].message = Some("cat <<E …".to_owned());
    let mut model = model_with(rows.clone(), 100, 30);
    assert_eq!(press(&mut model, KeyCode::Char('a')), []);
    assert!(screen(&model).contains("still being read"));
    let known = Known::Beginning("it is nowhere".to_owned());
    read(&mut model, known.clone());
    let bound = Bound::to(model.selected_row().unwrap()).unwrap();
    look(&mut model, now());
    assert_eq!(press(&mut model, KeyCode::Char('a')), []);
    assert_eq!(
        press(&mut model, KeyCode::Char('a')),
        [],
        "pressed twice is not yes"
    );
    assert_eq!(press(&mut model, KeyCode::Enter), []);
    assert!(matches!(model.panel, Panel::Confirm(_)));
    assert_eq!(
        press(&mut model, KeyCode::Char('y')),
        [],
        "the question was not on the screen yet"
    );
    draw(&mut model, now());
    assert_eq!(
        press(&mut model, KeyCode::Char('y')),
        [],
        "nobody has read the question in no time"
    );
    let later = look(&mut model, now());
    let key = Message::Key(KeyEvent::new(KeyCode::Char('y'), KeyModifiers::NONE));
    let effects = update(&mut model, key, later);
    let [Effect::Decide(_, Decision::Approve, shown)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert!(shown.partly);
    assert_eq!(shown.digest, Some(Digest::of(&bound, &known)));
    assert_eq!(press(&mut model, KeyCode::Char('y')), []);
    let effects = press(&mut model, KeyCode::Char('d'));
    assert_eq!(effects, [], "it is being answered");
}

#[test]
fn a_question_about_a_request_that_has_gone_closes_by_itself() {
    let mut rows = day();
    rows[6].waiting[0].message = Some("cat <<E …".to_owned());
    let mut model = model_with(rows.clone(), 100, 30);
    read(&mut model, Known::Beginning("it is nowhere".to_owned()));
    press(&mut model, KeyCode::Char('a'));
    rows[6].waiting[0].message = Some("rm …".to_owned());
    tell(&mut model, Message::Update(Update::Snapshot(rows)));
    assert_eq!(model.panel, Panel::Detail);
    assert!(screen(&model).contains("nothing was sent"));
    assert_eq!(press(&mut model, KeyCode::Char('y')), []);
}

#[test]
fn a_key_that_was_meant_for_the_request_before_is_not_taken_for_this_one() {
    let mut rows = day();
    let mut model = model_with(rows.clone(), 100, 30);
    rows[6].waiting[0].message = Some("rm -rf target".to_owned());
    tell(&mut model, Message::Update(Update::Snapshot(rows)));
    read(&mut model, Known::Said);
    draw(&mut model, now());
    assert_eq!(press(&mut model, KeyCode::Char('a')), []);
    let key = Message::Key(KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE));
    let later = now().plus(Duration::from_secs(1));
    assert_eq!(update(&mut model, key, later).len(), 1);
}

#[test]
fn a_denial_takes_a_message_of_the_request_it_was_opened_for() {
    let mut model = model_with(day(), 100, 30);
    let bound = Bound::to(model.selected_row().unwrap()).unwrap();
    press(&mut model, KeyCode::Char('D'));
    for key in "use make, q".chars() {
        assert_eq!(press(&mut model, KeyCode::Char(key)), []);
    }
    tell(&mut model, Message::Paste("uietly\nplease".to_owned()));
    assert!(screen(&model).contains("use make, quietly please"));
    let mut rows = day();
    rows.truncate(5);
    tell(&mut model, Message::Update(Update::Snapshot(rows)));
    let message = Some("use make, quietly please".to_owned());
    let shown = Shown {
        digest: None,
        partly: false,
    };
    let denial = Effect::Decide(Box::new(bound), Decision::Deny { message }, shown);
    assert_eq!(press(&mut model, KeyCode::Enter), [denial]);
    assert_eq!(model.denying, None);
}

#[test]
fn an_empty_message_is_not_sent_and_esc_forgets_it() {
    let mut model = model_with(day(), 100, 30);
    press(&mut model, KeyCode::Char('D'));
    press(&mut model, KeyCode::Char(' '));
    assert_eq!(press(&mut model, KeyCode::Enter), []);
    assert!(model.denying.is_some());
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.denying, None);
    assert_eq!(
        press(&mut model, KeyCode::Enter).len(),
        1,
        "the key goes there again"
    );
}
