//! What is answered by a key was on the screen to its last line first, at every size, and no habit
//! shortens that.

mod begun_anew;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::actor::{Bound, Decision, Digest, Outcome};
use crate::assistants::request::Known;
use crate::state::update::Update;
use crate::state::{Request, Row};
use crate::tui::effect::Effect;
use crate::tui::fixture::{With, day, draw, in_full, look, model_with, now, row, screen};
use crate::tui::message::Message;
use crate::tui::model::Model;
use crate::tui::update::update;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 50)];

fn known(tool: &str, input: &Value) -> Known {
    Known::Whole(Box::new(in_full(tool, input)))
}

/// A command of so many lines, the last one not to be missed.
fn command(lines: usize) -> Value {
    let mut lines: Vec<String> = (1..lines).map(|n| format!("echo step {n}")).collect();
    lines.push("rm -rf ~/everything".to_owned());
    json!({"command": lines.join("\n"), "description": "Tidy up"})
}

fn asking(tool: &str) -> Row {
    let state = match tool {
        "AskUserQuestion" => State::WaitingInput,
        _ => State::WaitingApproval,
    };
    let mut row = row(1, "claude", state, "shop:1.1", 252)
        .asks(tool, "echo step 1 …")
        .in_folder("/home/ada/src/shop", Some("fix-tax"));
    row.instance_id = Some("s".to_owned());
    row
}

/// A dashboard on which a request has just come and been read.
struct Desk {
    model: Model,
    now: Timestamp,
}

impl Desk {
    fn new(tool: &str, input: &Value, (width, height): (u16, u16)) -> Self {
        Self::with(vec![asking(tool)], &known(tool, input), (width, height))
    }

    fn with(rows: Vec<Row>, known: &Known, (width, height): (u16, u16)) -> Self {
        let mut desk = Self {
            model: model_with(rows, width, height),
            now: now(),
        };
        desk.read(known);
        desk.look();
        desk
    }

    fn read(&mut self, known: &Known) {
        let asked = self.model.asked.clone().expect("something is asked");
        let message = Message::RequestRead(Box::new(asked.bound), known.clone());
        update(&mut self.model, message, self.now);
    }

    fn look(&mut self) {
        self.now = look(&mut self.model, self.now);
    }

    /// What is sent by a key, without a frame before it or after it.
    fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        let key = Message::Key(KeyEvent::new(code, KeyModifiers::NONE));
        let mut effects = update(&mut self.model, key, self.now);
        let is_reading =
            |effect: &Effect| matches!(effect, Effect::ReadRequest(_) | Effect::ReadRest(_));
        effects.retain(|effect| !is_reading(effect));
        effects
    }

    fn type_at_once(&mut self, keys: &[KeyCode]) -> Vec<Effect> {
        keys.iter().flat_map(|key| self.press(*key)).collect()
    }

    fn screen(&self) -> String {
        screen(&self.model)
    }

    /// Presses the key, with time to read after each, until something is sent; how often, and every
    /// screen on the way.
    fn press_until_sent(&mut self, key: KeyCode) -> (usize, String, Vec<Effect>) {
        let mut screens = self.screen();
        for presses in 1..200 {
            let effects = self.press(key);
            if !effects.is_empty() {
                return (presses, screens, effects);
            }
            screens.push_str(&self.screen());
            self.look();
        }
        panic!("nothing was ever sent:\n{screens}");
    }
}

const A: KeyCode = KeyCode::Char('a');

fn approves(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Decide(_, Decision::Approve, _)])
}

#[test]
fn a_description_of_several_lines_keeps_its_lines() {
    let said: Vec<String> = (1..=61).map(|n| format!("word {n}  of it")).collect();
    let input = json!({"command": "touch a", "description": said.join("\n")});
    let mut desk = Desk::new("Bash", &input, (120, 40));
    let (_, screens, _) = desk.press_until_sent(KeyCode::Char('a'));
    for line in &said {
        let is_it = |row: &str| row.trim_end_matches(['│', ' ']).ends_with(&**line);
        assert!(screens.lines().any(is_it), "{line}\n{screens}");
    }
}

#[test]
fn one_key_answers_just_where_the_last_line_is_on_the_screen() {
    for (lines, at_once) in [
        (1, [true; 4]),
        (5, [false, true, true, true]),
        (15, [false, false, true, true]),
        (91, [false; 4]),
    ] {
        for (size, is_whole) in SIZES.into_iter().zip(at_once) {
            let mut desk = Desk::new("Bash", &command(lines), size);
            let shows_it = desk.screen().contains("rm -rf ~/everything");
            assert_eq!(
                shows_it,
                is_whole,
                "{lines} lines at {size:?}:\n{}",
                desk.screen()
            );
            let effects = desk.press(A);
            assert_eq!(approves(&effects), is_whole, "{lines} lines at {size:?}");
            assert_eq!(effects.is_empty(), !is_whole);
        }
    }
}

#[test]
fn a_key_shows_what_was_not_seen_and_answers_after_the_last_line() {
    for size in SIZES {
        for lines in [5, 15, 91] {
            let mut desk = Desk::new("Bash", &command(lines), size);
            let (presses, screens, effects) = desk.press_until_sent(A);
            assert!(approves(&effects), "{effects:?}");
            for n in 1..lines {
                let shown = screens
                    .lines()
                    .any(|line| line.trim_end().ends_with(&format!("echo step {n}")));
                assert!(shown, "line {n} of {lines} at {size:?}:\n{screens}");
            }
            assert!(screens.contains("rm -rf ~/everything"), "{screens}");
            assert!(
                presses < 2 + lines,
                "{presses} presses for {lines} lines at {size:?}"
            );
        }
    }
}

#[test]
fn what_is_typed_at_once_sends_nothing_before_the_last_line_was_on_the_screen() {
    use KeyCode::{Char, Enter};
    let habits: [&[KeyCode]; 6] = [
        &[A],
        &[A, A],
        &[A, Enter],
        &[A, Char('y')],
        &[A, A, A, A, A, A, A, A],
        &[A, Char('t'), A, Enter, Char('1'), Char('y')],
    ];
    for (lines, sizes) in [(15, &SIZES[..2]), (91, &SIZES[..])] {
        for (size, habit) in sizes
            .iter()
            .flat_map(|size| habits.map(|habit| (*size, habit)))
        {
            let mut desk = Desk::new("Bash", &command(lines), size);
            assert_eq!(desk.type_at_once(habit), [], "{habit:?} at {size:?}");
            // The same once more, the last line now on its way to the screen.
            for _ in 0..lines / 3 {
                let before = desk.now;
                draw(&mut desk.model, before);
                assert_eq!(desk.type_at_once(habit), [], "{habit:?} at {size:?}");
            }
        }
    }
}

#[test]
fn a_key_that_is_held_down_pages_to_the_end_and_answers_nothing() {
    for size in SIZES {
        let mut desk = Desk::new("Bash", &command(91), size);
        for _ in 0..300 {
            assert_eq!(desk.press(A), [], "at {size:?}");
            draw(&mut desk.model, desk.now);
            desk.now = desk.now.plus(Duration::from_millis(33));
        }
        assert!(
            desk.screen().contains("rm -rf ~/everything"),
            "{}",
            desk.screen()
        );
        desk.look();
        assert!(approves(&desk.press(A)), "at {size:?}");
    }
}

#[test]
fn scrolling_by_hand_counts_and_leaving_out_the_middle_does_not() {
    let mut desk = Desk::new("Bash", &command(40), (80, 24));
    desk.press(KeyCode::Char(' '));
    desk.look();
    for _ in 0..60 {
        desk.press(KeyCode::Char('j'));
        desk.look();
    }
    assert!(approves(&desk.press(A)));

    let mut desk = Desk::new("Bash", &command(40), (80, 24));
    desk.press(KeyCode::Char(' '));
    desk.look();
    desk.type_at_once(&[KeyCode::PageDown; 9]);
    desk.look();
    assert!(
        desk.screen().contains("rm -rf ~/everything"),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("not seen yet"), "{}", desk.screen());
    assert_eq!(desk.press(A), [], "the middle was never on the screen");
    desk.look();
    assert!(desk.screen().contains("echo step 13"), "{}", desk.screen());
}

#[test]
fn a_line_that_is_wider_than_the_panel_is_seen_to_its_end() {
    let long = format!("echo {} && rm -rf ~/everything", "x".repeat(4_000));
    for size in SIZES {
        let mut desk = Desk::new("Bash", &json!({"command": long}), size);
        assert_eq!(desk.press(A), [], "at {size:?}");
        desk.look();
        let (_, screens, effects) = desk.press_until_sent(A);
        assert!(approves(&effects));
        let shown: usize = screens.matches('x').count();
        assert!(shown >= 4_000, "{shown} at {size:?}");
    }
}

#[test]
fn edits_plans_and_questions_are_read_to_their_end_like_commands() {
    let lines = |word: &str| {
        let lines: Vec<String> = (1..=50).map(|n| format!("{word} {n}")).collect();
        lines.join("\n")
    };
    let edit = json!({"file_path": "/home/ada/src/shop/a.rs", "old_string": "", "new_string": lines("code")});
    let plan = json!({"plan": lines("step")});
    for (tool, input, last) in [("Edit", edit, "code 50"), ("ExitPlanMode", plan, "step 50")] {
        let mut desk = Desk::new(tool, &input, (80, 24));
        assert_eq!(desk.type_at_once(&[A, A]), [], "{tool}");
        let (_, screens, effects) = desk.press_until_sent(A);
        assert!(
            approves(&effects) && screens.contains(last),
            "{tool}: {screens}"
        );
    }
    let options: Vec<Value> = (1..=30)
        .map(|n| json!({"label": format!("option {n}"), "description": "what it does"}))
        .collect();
    let questions = json!({"questions": [{"question": "Which?", "options": options}]});
    let mut desk = Desk::new("AskUserQuestion", &questions, (80, 24));
    let one = KeyCode::Char('1');
    assert_eq!(desk.type_at_once(&[one, one, KeyCode::Char('2')]), []);
    let (presses, screens, effects) = desk.press_until_sent(one);
    assert!(presses > 1 && screens.contains("option 30"), "{screens}");
    assert!(matches!(
        &effects[..],
        [Effect::Decide(_, Decision::Answer(_), _)]
    ));
}

#[test]
fn a_denial_stays_one_key() {
    let mut desk = Desk::new("Bash", &command(91), (40, 12));
    let effects = desk.press(KeyCode::Char('d'));
    assert!(matches!(
        &effects[..],
        [Effect::Decide(_, Decision::Deny { .. }, _)]
    ));
}

#[test]
fn an_answer_carries_the_digest_of_what_was_shown() {
    let mut desk = Desk::new("Bash", &command(3), (120, 40));
    let bound = Bound::to(desk.model.selected_row().unwrap()).unwrap();
    let effects = desk.press(A);
    let [Effect::Decide(_, Decision::Approve, shown)] = &effects[..] else {
        panic!("{effects:?}");
    };
    let digest = Digest::of(&bound, &known("Bash", &command(3)));
    assert_eq!(shown.digest, Some(digest));
    assert!(!shown.partly);
}

#[test]
fn a_field_without_a_value_is_shown_too() {
    let input = json!({"command": "ls", "sandbox": ""});
    let desk = Desk::new("Bash", &input, (80, 24));
    assert!(desk.screen().contains("sandbox"), "{}", desk.screen());
}

/// The dashboard at every size, step by step.
fn steps(desk: impl Fn((u16, u16)) -> Desk, keys: &[KeyCode]) -> String {
    let one = |size: (u16, u16)| {
        let mut desk = desk(size);
        let first = format!("── {} x {} ──\n{}", size.0, size.1, desk.screen());
        let step = |key: &KeyCode| {
            desk.press(*key);
            let shown = format!("── {key} ──\n{}", desk.screen());
            desk.look();
            shown
        };
        std::iter::once(first)
            .chain(keys.iter().map(step))
            .collect::<String>()
    };
    SIZES.map(one).concat()
}

#[test]
fn a_request_that_is_read_on_by_the_key_that_answers_it() {
    insta::assert_snapshot!(steps(
        |size| Desk::new("Bash", &command(91), size),
        &[A, A, A]
    ));
}

#[test]
fn a_question_that_is_read_on_by_a_number() {
    let options: Vec<Value> = (1..=30)
        .map(|n| json!({"label": format!("option {n}"), "description": "what it does"}))
        .collect();
    let input = json!({"questions": [{"question": "Which?", "options": options}]});
    let desk = |size| Desk::new("AskUserQuestion", &input, size);
    insta::assert_snapshot!(steps(desk, &[KeyCode::Char('1')]));
}

#[test]
fn a_second_word_where_nobody_knows_the_whole() {
    let known = Known::Beginning("its transcript does not hold it".to_owned());
    let desk = |size| Desk::with(vec![asking("Bash")], &known, size);
    insta::assert_snapshot!(steps(desk, &[A, KeyCode::Char('y')]));
}

#[test]
fn a_request_in_a_busy_list() {
    let rows = || {
        let mut rows = day();
        rows.retain(|row| row.target.to_string() != "shop:1.1");
        rows.push(asking("Bash"));
        rows
    };
    let known = known("Bash", &command(15));
    insta::assert_snapshot!(steps(|size| Desk::with(rows(), &known, size), &[A]));
}
