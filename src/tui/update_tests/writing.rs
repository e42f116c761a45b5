//! Prompts that are written in the dashboard.

use super::*;
use crate::tui::effect::Letter;
use crate::tui::message::Posted;

fn control(model: &mut Model, letter: char) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    tell(model, Message::Key(key))
}

fn letters(effects: Vec<Effect>) -> Vec<Letter> {
    let letter = |effect| match effect {
        Effect::Send(letter) => Some(letter),
        _ => None,
    };
    effects.into_iter().filter_map(letter).collect()
}

fn one(state: State) -> Model {
    model_with(vec![row(1, "claude", state, "shop:1.1", 5)], 100, 30)
}

/// The only row as it is from now on.
fn becomes(model: &mut Model, change: impl Fn(&mut crate::state::Row)) -> Vec<Letter> {
    let mut row = model.rows.in_order()[0].row.as_ref().clone();
    row.generation += 1;
    change(&mut row);
    letters(tell(model, Message::Update(Update::Row(Arc::new(row)))))
}

fn notice(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| &notice.text)
}

fn typed(model: &Model) -> &str {
    let editor = model.writing.editor.as_ref().expect("it is open");
    editor.text.text()
}

/// Has the only row get a text once its turn is over.
fn queued(model: &mut Model) {
    keys(model, "mthen");
    let sent = letters(control(model, 'q'));
    assert_eq!(sent, []);
    assert!(notice(model).contains("waits until the turn ends"));
}

#[test]
fn lines_come_whole_and_once_to_the_row_that_was_selected() {
    let mut model = one(State::Idle);
    keys(&mut model, "mq1?");
    control(&mut model, 'j');
    let twenty: Vec<String> = (1..=20)
        .map(|n| format!("{n} grün 漢字 👩\u{200d}💻"))
        .collect();
    tell(&mut model, Message::Paste(twenty.join("\r")));
    let sent = letters(press(&mut model, KeyCode::Enter));
    let [letter] = &*sent else {
        panic!("{sent:?}");
    };
    assert_eq!(&*letter.text, format!("q1?\n{}", twenty.join("\n")));
    assert_eq!(letter.row.target.to_string(), "shop:1.1");
    assert_eq!(letter.generation, None);
    assert_eq!(model.panel, Panel::Detail);
    assert_eq!(letters(press(&mut model, KeyCode::F(9))), []);
    tell(
        &mut model,
        Message::Posted(letter.clone(), Posted::Done(None)),
    );
    assert_eq!(notice(&model), "shop:1.1: sent");
}

#[test]
fn a_row_that_asks_gets_nothing_and_the_text_stays_where_it_is() {
    let mut model = usual();
    keys(&mut model, "mand then");
    assert_eq!(press(&mut model, KeyCode::Enter), []);
    assert!(notice(&model).contains("it asks something"));
    assert_eq!(typed(&model), "and then");
}

#[test]
fn each_row_has_its_draft() {
    let mut model = usual();
    keys(&mut model, "mfirst");
    press(&mut model, KeyCode::Esc);
    keys(&mut model, "jmsecond");
    press(&mut model, KeyCode::Esc);
    keys(&mut model, "km");
    assert_eq!(typed(&model), "first");
}

#[test]
fn what_is_refused_is_told_and_is_a_draft_again() {
    let mut model = one(State::Idle);
    keys(&mut model, "m/clear");
    let sent = letters(press(&mut model, KeyCode::Enter));
    let why = "`/clear` is an order to the program".to_owned();
    tell(
        &mut model,
        Message::Posted(sent[0].clone(), Posted::Nothing(why)),
    );
    assert!(notice(&model).contains("nothing was sent: `/clear` is an order"));
    keys(&mut model, "m");
    assert_eq!(typed(&model), "/clear");
    // What may have come is not there to be sent again by habit.
    let sent = letters(press(&mut model, KeyCode::Enter));
    tell(
        &mut model,
        Message::Posted(sent[0].clone(), Posted::Unknown("no answer".to_owned())),
    );
    assert!(notice(&model).contains("it may have come, but no answer"));
    keys(&mut model, "m");
    assert_eq!(typed(&model), "");
    press(&mut model, KeyCode::Up);
    assert_eq!(typed(&model), "/clear");
}

#[test]
fn two_texts_for_one_row_go_one_after_the_other() {
    let mut model = one(State::Idle);
    keys(&mut model, "mone");
    let first = letters(press(&mut model, KeyCode::Enter));
    keys(&mut model, "mtwo");
    assert_eq!(letters(press(&mut model, KeyCode::Enter)), []);
    let done = Message::Posted(first[0].clone(), Posted::Done(None));
    let second = letters(tell(&mut model, done));
    assert_eq!(&*second[0].text, "two");
}

#[test]
fn what_waits_is_sent_once_when_the_turn_is_over() {
    let mut model = one(State::Running);
    queued(&mut model);
    assert!(screen(&model).contains("text waits"), "{}", screen(&model));
    assert!(screen(&model).contains("sent when its turn ends"));
    assert_eq!(
        becomes(&mut model, |row| row.message = Some("works".to_owned())),
        []
    );
    let asks = |row: &mut crate::state::Row| {
        *row = row.clone().asks("Bash", "ls");
        row.state = State::WaitingApproval;
    };
    assert_eq!(becomes(&mut model, asks), []);
    let over = |row: &mut crate::state::Row| {
        row.waiting.clear();
        row.state = State::Completed;
    };
    let sent = becomes(&mut model, over);
    let generation = model.rows.in_order()[0].row.generation;
    assert_eq!(sent[0].generation, Some(generation));
    assert_eq!(&*sent[0].text, "then");
    assert_eq!(becomes(&mut model, |row| row.state = State::Idle), []);
    tell(
        &mut model,
        Message::Posted(sent[0].clone(), Posted::Done(None)),
    );
    assert_eq!(becomes(&mut model, |row| row.state = State::Running), []);
    assert_eq!(becomes(&mut model, |row| row.state = State::Idle), []);
}

#[test]
fn a_turn_that_somebody_else_has_begun_meanwhile_is_waited_for_as_well() {
    let mut model = one(State::Running);
    queued(&mut model);
    let sent = becomes(&mut model, |row| row.state = State::Completed);
    let changed = Message::Posted(sent[0].clone(), Posted::Changed);
    assert_eq!(letters(tell(&mut model, changed)), []);
    assert_eq!(becomes(&mut model, |row| row.state = State::Running), []);
    let again = becomes(&mut model, |row| row.state = State::Completed);
    assert_eq!(&*again[0].text, "then");
    assert!(again[0].generation > sent[0].generation);
}

#[test]
fn what_waits_goes_to_no_other_session_and_behind_no_error() {
    type Change = fn(&mut crate::state::Row);
    let changes: [(Change, &str); 2] = [
        (
            |row| {
                row.state = State::Idle;
                row.instance_id = Some("another".to_owned());
            },
            "another session has taken its place",
        ),
        (
            |row| row.state = State::Error,
            "its turn has ended with an error",
        ),
    ];
    for (change, why) in changes {
        let mut model = one(State::Running);
        queued(&mut model);
        assert_eq!(becomes(&mut model, change), []);
        assert!(notice(&model).contains(why), "{}", notice(&model));
        keys(&mut model, "m");
        assert_eq!(typed(&model), "then");
    }
    let mut model = one(State::Running);
    queued(&mut model);
    let id = model.rows.in_order()[0].row.id.clone();
    assert_eq!(
        letters(tell(&mut model, Message::Update(Update::Gone(id)))),
        []
    );
    assert!(notice(&model).contains("its session has ended"));
}

#[test]
fn what_waits_is_taken_back_by_the_key_that_writes() {
    let mut model = one(State::Running);
    queued(&mut model);
    keys(&mut model, "m");
    assert_eq!(typed(&model), "then");
    assert_eq!(becomes(&mut model, |row| row.state = State::Completed), []);
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.writing.unsent(), 0);
}

#[test]
fn where_no_turn_runs_nothing_waits() {
    let mut model = one(State::Completed);
    keys(&mut model, "mnow");
    assert_eq!(letters(control(&mut model, 'q')).len(), 1);
}

#[test]
fn what_would_be_lost_is_told_before_the_end() {
    let mut model = one(State::Running);
    queued(&mut model);
    assert_eq!(press(&mut model, KeyCode::Char('q')), []);
    assert!(notice(&model).contains("1 text not sent yet"));
    press(&mut model, KeyCode::Char('g'));
    assert_eq!(press(&mut model, KeyCode::Char('q')), []);
    assert_eq!(press(&mut model, KeyCode::Char('q')), [Effect::Quit]);
}

#[test]
fn enter_that_was_typed_before_the_terminal_was_ours_is_a_line_in_the_editor_only() {
    let mut model = one(State::Idle);
    keys(&mut model, "ma");
    control(&mut model, 'j');
    assert_eq!(typed(&model), "a\n");
    press(&mut model, KeyCode::Esc);
    let jumps = control(&mut model, 'j');
    assert!(matches!(*jumps, [Effect::Jump(_)]), "{jumps:?}");
}

#[test]
fn the_line_with_the_cursor_is_in_view() {
    let mut model = one(State::Idle);
    keys(&mut model, "m");
    let lines: Vec<String> = (1..=60).map(|n| format!("line {n}.")).collect();
    tell(&mut model, Message::Paste(lines.join("\n")));
    assert!(screen(&model).contains("line 60."), "{}", screen(&model));
    for _ in 0..59 {
        press(&mut model, KeyCode::Up);
    }
    let shown = screen(&model);
    assert!(
        shown.contains("line 1.") && shown.contains("To claude"),
        "{shown}"
    );
}
