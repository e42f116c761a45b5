//! What is told of the time in which the person was away, and what no key does while it is.

use super::*;
use crate::log::away::{Counts, Digest, Happened, Told, What};

/// A while ago in which something happened.
#[allow(clippy::unnecessary_box_returns, reason = "a message has it so")]
fn digest() -> Box<Digest> {
    let told = Told {
        assistant: "claude".to_owned(),
        target: "web:3.0".to_owned(),
        instance_id: None,
        home: None,
        state: Some(State::Completed),
        counts: Some(Counts {
            turns: 1,
            finished: 1,
            ..Counts::default()
        }),
        happened: vec![Happened {
            at: now(),
            what: What::Finished,
            words: Some("All tests pass".to_owned()),
        }],
    };
    Box::new(Digest {
        since: now().minus(Duration::from_secs(3600)),
        until: now(),
        unknown: Vec::new(),
        assistants: vec![told],
    })
}

fn press_at(model: &mut Model, letter: char, second: u64) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
    let at = now().plus(Duration::from_secs(second));
    let mut effects = update(model, Message::Key(key), at);
    effects.retain(|effect| !matches!(effect, Effect::ReadRequest(_) | Effect::ListItems));
    effects
}

fn is_told(model: &Model) -> bool {
    screen(model).contains("While you were away")
}

/// A dashboard to which the person comes back, by the key `letter`.
fn back_by(letter: char) -> Model {
    let mut model = usual();
    assert_eq!(press_at(&mut model, 'j', 0), []);
    assert_eq!(press_at(&mut model, 'j', 899), [], "only a pause");
    let left = now().plus(Duration::from_secs(899));
    let read = press_at(&mut model, letter, 899 + 900);
    assert_eq!(read, [Effect::ReadAway(Some(left))]);
    model
}

#[test]
fn who_was_busy_elsewhere_was_not_away() {
    let at = |second| now().plus(Duration::from_secs(second));
    let tick = |model: &mut Model, second| update(model, Message::Tick, at(second));
    let mut model = usual();
    assert_eq!(press_at(&mut model, 'j', 0), []);
    assert_eq!(tick(&mut model, 899), []);
    assert_eq!(tick(&mut model, 900), [Effect::AskLastKey]);
    assert_eq!(tick(&mut model, 901), [], "it is asked once");
    update(&mut model, Message::LastKey(Some(at(800))), at(901));
    assert_eq!(tick(&mut model, 1699), []);
    assert_eq!(press_at(&mut model, 'j', 1699), [], "not away since then");
    // Busy until then, and away after it.
    assert_eq!(tick(&mut model, 1699 + 900), [Effect::AskLastKey]);
    update(&mut model, Message::LastKey(Some(at(2000))), at(2600));
    assert_eq!(tick(&mut model, 2900), [Effect::AskLastKey]);
    update(&mut model, Message::LastKey(Some(at(2000))), at(2900));
    assert_eq!(tick(&mut model, 9000), [], "nothing new is to be expected");
    let told = press_at(&mut model, 'j', 9001);
    assert_eq!(told, [Effect::ReadAway(Some(at(2000)))]);
    // Who tells of a time to come, or of none, changes nothing else.
    assert_eq!(tick(&mut model, 9901), [Effect::AskLastKey]);
    update(&mut model, Message::LastKey(None), at(9901));
    assert_eq!(
        press_at(&mut model, 'j', 9901),
        [Effect::ReadAway(Some(at(9001)))]
    );
    assert_eq!(tick(&mut model, 10_801), [Effect::AskLastKey]);
    update(&mut model, Message::LastKey(Some(at(99_999))), at(10_801));
    assert_eq!(press_at(&mut model, 'j', 10_802), []);
}

#[test]
fn who_comes_back_is_told_what_happened_and_whatever_she_presses_closes_that_and_does_nothing_else()
{
    let letters = ('!'..='~').filter(|letter| !"jkJK".contains(*letter));
    for letter in letters {
        let mut model = back_by('j');
        assert!(!is_told(&model), "it is not known yet");
        tell(&mut model, Message::AwayRead(Ok(digest())));
        assert!(is_told(&model) && screen(&model).contains("All tests pass"));
        let before = (target(&model), model.filter.clone(), model.arranged.view);
        assert_eq!(press_at(&mut model, letter, 1800), [], "{letter}");
        assert_eq!(model.panel, Panel::Detail, "{letter}");
        let after = (target(&model), model.filter.clone(), model.arranged.view);
        assert_eq!(before, after, "{letter}");
        assert!(!model.typing && model.deciding.is_empty() && model.stopping.is_empty());
    }
    let mut model = back_by('j');
    tell(&mut model, Message::AwayRead(Ok(digest())));
    for code in [KeyCode::Enter, KeyCode::Tab, KeyCode::F(3)] {
        tell(&mut model, Message::AwayRead(Ok(digest())));
        assert_eq!(press(&mut model, code), []);
        assert_eq!(model.panel, Panel::Detail, "{code:?}");
        model.came_back = true;
    }
    tell(&mut model, Message::AwayRead(Ok(digest())));
    mouse(&mut model, CLICK, 3);
    assert_eq!(model.panel, Panel::Detail, "a click");
}

#[test]
fn nothing_is_told_by_itself_while_she_does_something_or_where_nothing_happened() {
    let mut model = back_by('j');
    let mut nothing = digest();
    nothing.assistants.clear();
    tell(&mut model, Message::AwayRead(Ok(nothing)));
    assert_eq!(model.panel, Panel::Detail);
    for letter in ['/', '?', 'e'] {
        let mut model = back_by('j');
        press_at(&mut model, letter, 1800);
        let before = model.panel.clone();
        tell(&mut model, Message::AwayRead(Ok(digest())));
        assert_eq!(model.panel, before, "{letter}");
        assert!(!is_told(&model), "{letter}");
    }
    let mut model = back_by('j');
    let why = "nobody can tell".to_owned();
    tell(&mut model, Message::AwayRead(Err(why)));
    assert_eq!(model.panel, Panel::Detail);
    // It comes late, for somebody who does not wait for it any more.
    tell(&mut model, Message::AwayRead(Ok(digest())));
    assert_eq!(model.panel, Panel::Detail);
    let mut never = usual();
    never.setup.away_after = Duration::ZERO;
    press_at(&mut never, 'j', 0);
    assert_eq!(press_at(&mut never, 'j', 1_000_000), []);
}

#[test]
fn who_asks_is_told_also_that_nothing_happened_or_why_nobody_knows() {
    let mut model = usual();
    assert_eq!(press_at(&mut model, 'A', 0), [Effect::ReadAway(None)]);
    assert!(screen(&model).contains("being read"));
    let mut nothing = digest();
    nothing.assistants.clear();
    tell(&mut model, Message::AwayRead(Ok(nothing)));
    assert!(screen(&model).contains("nothing has happened"));
    press_at(&mut model, 'A', 1);
    assert_eq!(model.panel, Panel::Detail, "the same key closes it");
    press_at(&mut model, 'A', 2);
    let why = "cannot tell what assistants do".to_owned();
    tell(&mut model, Message::AwayRead(Err(why)));
    assert!(screen(&model).contains("cannot tell what assistants do"));
}

#[test]
fn what_is_told_is_scrolled_to_its_end() {
    let mut model = model_with(day(), 40, 12);
    press_at(&mut model, 'A', 0);
    let mut many = digest();
    let one = many.assistants[0].clone();
    for number in 0..40 {
        let target = format!("last:{number}.0");
        many.assistants.push(Told {
            target,
            ..one.clone()
        });
    }
    tell(&mut model, Message::AwayRead(Ok(many)));
    assert!(!screen(&model).contains("last:39.0"));
    for _ in 0..200 {
        press(&mut model, KeyCode::Char('j'));
    }
    assert!(screen(&model).contains("last:39.0"), "{}", screen(&model));
}
