//! What has to be read again: another request, another size, and what something lay over.

use std::sync::Arc;

use super::*;

#[test]
fn trust_wants_what_is_asked_now_to_be_read_first() {
    let t = KeyCode::Char('t');
    let mut desk = Desk::new("Bash", &command(15), (80, 24));
    assert_eq!(
        desk.type_at_once(&[t, t, KeyCode::Enter, KeyCode::Char('y')]),
        []
    );
    let (_, screens, effects) = desk.press_until_sent(t);
    assert!(screens.contains("rm -rf ~/everything"), "{screens}");
    assert!(
        matches!(&effects[..], [Effect::Trust(_, 10)]),
        "{effects:?}"
    );

    let mut desk = Desk::new("Bash", &command(15), (120, 40));
    assert!(matches!(&desk.press(t)[..], [Effect::Trust(_, 10)]));
}

#[test]
fn another_row_another_request_and_another_size_begin_anew() {
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Desk));
    let changes: [Change<'_>; 4] = [
        ("another width", &|desk: &mut Desk| {
            let now = desk.now;
            update(&mut desk.model, Message::Resize(100, 40), now);
        }),
        ("another request in the same words", &|desk: &mut Desk| {
            let mut row = asking("Bash");
            row.waiting[0].request_id = Some("another".to_owned());
            let now = desk.now;
            update(
                &mut desk.model,
                Message::Update(Update::Row(Arc::new(row))),
                now,
            );
            desk.read(&known("Bash", &command(15)));
        }),
        ("another text", &|desk: &mut Desk| {
            desk.read(&known("Bash", &command(16)));
        }),
        ("another row and back", &|desk: &mut Desk| {
            let mut other = asking("Bash");
            other.id = "other".to_owned();
            let now = desk.now;
            update(
                &mut desk.model,
                Message::Update(Update::Row(Arc::new(other))),
                now,
            );
            desk.press(KeyCode::Char('j'));
            desk.press(KeyCode::Char('k'));
            desk.read(&known("Bash", &command(15)));
        }),
    ];
    for (what, change) in changes {
        let mut desk = Desk::new("Bash", &command(15), (120, 40));
        change(&mut desk);
        assert_eq!(desk.press(A), [], "{what}");
        desk.look();
        desk.look();
        let effects = desk.press(A);
        assert!(approves(&effects), "{what}: {effects:?} {}", desk.screen());
    }
}

#[test]
fn what_a_help_or_a_notice_lies_over_was_not_seen() {
    let mut desk = Desk {
        model: model_with(vec![asking("Bash")], 120, 40),
        now: now(),
    };
    desk.press(KeyCode::Char('?'));
    desk.read(&known("Bash", &command(15)));
    desk.look();
    desk.press(KeyCode::Esc);
    assert_eq!(desk.press(A), [], "the help lay over it");

    // The last line of a panel that is just filled.
    let (width, height) = (60, 22);
    let fits = |lines: usize| {
        let mut desk = Desk::new("Bash", &command(lines), (width, height));
        desk.screen().contains("rm -rf ~/everything") && !desk.press(A).is_empty()
    };
    let lines = (1..40).rev().find(|lines| fits(*lines)).expect("one fits");
    let mut desk = Desk {
        model: model_with(vec![asking("Bash")], width, height),
        now: now(),
    };
    let bound = Box::new(desk.model.asked.clone().unwrap().bound);
    desk.read(&known("Bash", &command(lines)));
    let why = "something went wrong in a way that takes a good many words to tell ".repeat(4);
    let told = Message::Decided(bound, Decision::Approve, Outcome::Nothing(why));
    let at = desk.now;
    update(&mut desk.model, told, at);
    desk.look();
    assert!(!desk.screen().contains("Tidy up"), "{}", desk.screen());
    assert_eq!(desk.press(A), [], "the notice lay over it");
}

#[test]
fn what_is_drawn_at_another_size_than_the_model_knows_is_not_counted() {
    let mut desk = Desk {
        model: model_with(vec![asking("Bash")], 120, 40),
        now: now(),
    };
    desk.read(&known("Bash", &command(15)));
    let at = desk.now;
    update(&mut desk.model, Message::Drawn(80, 24), at);
    desk.now = at.plus(Duration::from_secs(1));
    assert_eq!(desk.press(A), []);
}

#[test]
fn what_proves_to_be_another_request_is_read_again() {
    let mut desk = Desk::new("Bash", &command(3), (120, 40));
    let Some(Effect::Decide(bound, decision, _)) = desk.press(A).pop() else {
        panic!("it is whole");
    };
    let outcome = Outcome::Nothing("it is not what was shown any more".to_owned());
    let told = Message::Decided(bound.clone(), decision, outcome);
    let now = desk.now;
    let effects = update(&mut desk.model, told, now);
    assert_eq!(effects, [Effect::ReadRequest(bound)]);
}

#[test]
fn one_of_several_requests_is_chosen_by_a_key_and_read_on_its_own() {
    let mut row = asking("Bash");
    let second = Request {
        request_id: Some("second".to_owned()),
        message: Some("touch two".to_owned()),
        ..row.waiting[0].clone()
    };
    row.waiting.push(second.clone());
    let mut desk = Desk::with(vec![row], &known("Bash", &command(1)), (80, 24));
    assert!(
        desk.screen().contains("one of 2; r shows the next"),
        "{}",
        desk.screen()
    );
    desk.press(KeyCode::Char('r'));
    assert_eq!(desk.press(A), [], "it has only just come into view");
    desk.read(&known("Bash", &json!({"command": "touch two"})));
    desk.look();
    desk.look();
    let effects = desk.press(A);
    let [Effect::Decide(bound, Decision::Approve, _)] = &effects[..] else {
        panic!("{effects:?}\n{}", desk.screen());
    };
    assert_eq!(bound.request, second);
}
