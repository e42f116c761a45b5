//! A sentence for a line that was not opened is no row of keys.

use pane_patrol_hooks::timestamp::Timestamp;

use super::*;

/// The same a little later each.
fn types(model: &mut Model, text: &str, from: Timestamp) -> (Vec<Effect>, Timestamp) {
    let mut at = from;
    let mut effects = Vec::new();
    for letter in text.chars() {
        at = at.plus(Duration::from_millis(110));
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
        effects.extend(update(model, Message::Key(key), at));
    }
    (effects, at)
}

fn model() -> Model {
    let working = row(1, "claude", State::Running, "shop:1.1", 9);
    let asking = row(2, "claude", State::WaitingApproval, "web:1.0", 9);
    let mut model = model_with(vec![working, asking], 100, 30);
    press(&mut model, KeyCode::Char('G'));
    model
}

#[test]
fn what_is_typed_after_a_denial_that_cannot_be_is_left_out_until_a_pause() {
    let mut model = model();
    let selected = model.selected.clone();
    let sentence = "Dok but keep back off a bit, 2 xx q";
    let (effects, at) = types(&mut model, sentence, now());
    assert!(effects.is_empty(), "{effects:?}");
    assert_eq!(model.selected, selected, "k and j are letters of it");
    assert!(
        model.notice.is_some(),
        "why there is no line stays to be read"
    );
    let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    let effects = update(&mut model, Message::Key(enter), at);
    assert!(effects.is_empty(), "Enter ends it: {effects:?}");
    types(&mut model, "k", at);
    assert_ne!(model.selected, selected, "keys are keys again");
}

#[test]
fn keys_are_keys_again_after_a_pause() {
    let mut model = model();
    let selected = model.selected.clone();
    let (_, at) = types(&mut model, "Dj", now());
    types(&mut model, "k", at.plus(Duration::from_secs(1)));
    assert_ne!(model.selected, selected);
}
