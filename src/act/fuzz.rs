//! Random worlds against the procedure: requests come and go, people answer in the pane, begin to
//! write, scroll back, panes vanish, at every moment between two of its steps; permissions and questions
//! of every assistant. The only claim: no key reaches a pane that does not show the bound request.

mod screens;

use std::cell::RefCell;
use std::time::Duration;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::keys::{Guard, Outcome, Pane, Press, Pressed, Seen, World, carry_out};
use super::request::{Bound, Decision, Pick};
use super::{colours, dialog};
use crate::state::{Level, Request, Row};
use crate::tui::fixture::row;

/// Commands that are easily taken for each other.
const COMMANDS: [&str; 5] = [
    "touch a",
    "touch ab",
    "touch a && rm -rf b",
    "sudo touch a",
    "echo touch a",
];

/// Questions of the same kind.
const QUESTIONS: [&str; 5] = [
    "Which colour?",
    "Which colour do you want?",
    "And which colour?",
    "colour?",
    "Which?",
];

const ASSISTANTS: [&str; 6] = ["claude", "codex", "opencode", "gemini", "qwen", "copilot"];

/// The cells of the pane.
const WIDTH: usize = 40;

const RUNS: u64 = 10_000;

/// A small generator of its own, so that a failing run can be named by its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

#[derive(Clone, Debug)]
struct Asked {
    id: u64,
    /// The command, or the question.
    words: &'static str,
    is_question: bool,
}

struct Scenery {
    dice: Dice,
    assistant: &'static str,
    now: Timestamp,
    /// What the pane asks now.
    asked: Option<Asked>,
    cursor: u8,
    amending: Option<String>,
    in_mode: bool,
    synchronized: bool,
    gone: bool,
    /// What the collector knows; it may lag behind.
    row: Option<Row>,
    next_id: u64,
    /// Keys that Claude drops still.
    deaf_until: Timestamp,
    answers: Vec<(u64, String)>,
    wrong: Vec<String>,
    bound: Option<Bound>,
}

struct Fake(RefCell<Scenery>);

impl Scenery {
    /// Whatever may happen in a moment.
    fn happen(&mut self) {
        self.now = self.now.plus(Duration::from_millis(5));
        match self.dice.roll(60) {
            0 => self.close(),
            1 => self.ask(),
            2 => self.in_mode = !self.in_mode,
            3 => self.synchronized = !self.synchronized,
            4 => self.cursor = 1 + u8::try_from(self.dice.roll(4)).unwrap_or(0),
            5 if self.assistant == "claude" => self.amending = Some("wait, 1".to_owned()),
            6 if self.dice.roll(5) == 0 => self.gone = true,
            7..=15 => self.learn(),
            _ => {}
        }
    }

    fn close(&mut self) {
        self.asked = None;
        self.amending = None;
        self.cursor = 1;
    }

    fn ask(&mut self) {
        self.close();
        self.next_id += 1;
        // No dialog of Copilot's that asks a question is known.
        let is_question = self.dice.roll(4) == 0 && self.assistant != "copilot";
        let words = if is_question { QUESTIONS } else { COMMANDS };
        self.asked = Some(Asked {
            id: self.next_id,
            words: words[usize::try_from(self.dice.roll(5)).unwrap_or(0)],
            is_question,
        });
        let deaf = if self.assistant == "claude" { 150 } else { 0 };
        self.deaf_until = self.now.plus(Duration::from_millis(deaf));
    }

    /// The collector catches up.
    fn learn(&mut self) {
        let state = |asked: &Asked| {
            if asked.is_question {
                State::WaitingInput
            } else {
                State::WaitingApproval
            }
        };
        let mut known = row(1, self.assistant, State::WaitingApproval, "a:0.0", 0);
        known.instance_id = Some("s".to_owned());
        known.waiting = self
            .asked
            .iter()
            .map(|asked| Request {
                state: state(asked),
                request_id: Some(asked.id.to_string()),
                agent_id: None,
                tool: Some("Bash".to_owned()),
                message: Some(asked.words.to_owned()),
                since: self.now,
                source: Source::Hook,
            })
            .collect();
        self.row = (!self.gone).then_some(known);
    }

    fn screen(&self) -> String {
        match &self.asked {
            Some(asked) => screens::dialog(self, asked),
            None => screens::nothing(),
        }
    }

    /// What the assistant does with a key.
    fn take(&mut self, press: &Press) {
        let Some(asked) = self.asked.clone() else {
            return;
        };
        if self.now < self.deaf_until {
            return;
        }
        let buttons = self.assistant == "opencode" && !asked.is_question;
        match press {
            Press::Text(text) if self.amending.is_none() && !buttons => {
                self.answers.push((asked.id, text.clone()));
                self.close();
            }
            Press::Text(text) if self.assistant == "claude" => {
                self.amending.get_or_insert_default().push_str(text);
            }
            Press::Key("Up") => self.cursor = if self.cursor == 1 { 4 } else { self.cursor - 1 },
            Press::Key("Tab") if self.cursor == 4 => self.amending = Some(String::new()),
            Press::Key("Enter") => {
                self.answers
                    .push((asked.id, format!("enter on {}", self.cursor)));
                self.close();
            }
            Press::Key("Escape") => {
                self.answers.push((asked.id, "escape".to_owned()));
                self.close();
            }
            Press::Key(_) | Press::Text(_) => {}
        }
    }
}

impl World for Fake {
    fn row(&self, _: &str) -> Result<Option<Row>, String> {
        let mut state = self.0.borrow_mut();
        state.happen();
        Ok(state.row.clone())
    }

    fn in_full(&self, bound: Bound) -> Bound {
        bound
    }

    fn has_result(&self, bound: &Bound) -> Option<bool> {
        let state = self.0.borrow();
        let asked = state.asked.as_ref().map(|asked| asked.id.to_string());
        Some(asked != bound.request.request_id)
    }

    fn witness(&self, _: &Bound) -> Option<Seen> {
        let mut state = self.0.borrow_mut();
        state.happen();
        if state.assistant != "claude" {
            return None;
        }
        (state.dice.roll(4) > 0).then(|| Seen {
            level: if state.asked.is_some() {
                Level::WaitingApproval
            } else {
                Level::Busy
            },
            instance_id: Some("s".to_owned()),
            written: Timestamp::from_millis(i64::try_from(state.next_id).unwrap_or(0)),
        })
    }

    fn look(&self, _: &Bound) -> Result<Pane, String> {
        let mut state = self.0.borrow_mut();
        state.happen();
        if state.gone {
            return Err("the pane is gone".to_owned());
        }
        Ok(Pane {
            screen: state.screen(),
            width: WIDTH,
            unfit: (state.in_mode || state.synchronized).then_some("it is busy"),
            stamp: Vec::new(),
        })
    }

    /// As tmux does it: the guard and the keys in one moment.
    fn press(&self, bound: &Bound, press: &Press, guard: &Guard) -> Result<Pressed, String> {
        let mut state = self.0.borrow_mut();
        state.happen();
        let screen = colours::without(&state.screen());
        let lines: Vec<&str> = screen
            .lines()
            .map(|line| line.trim_end_matches(' '))
            .collect();
        let shows = |row: usize| {
            lines
                .get(row)
                .is_some_and(|line| *line == guard.screen[row])
        };
        if state.gone || state.in_mode || state.synchronized || !guard.rows.clone().all(shows) {
            return Ok(Pressed::No);
        }
        let command = state.asked.as_ref().map(|asked| asked.words);
        if command != bound.request.message.as_deref() || state.bound.as_ref() != Some(bound) {
            state.wrong.push(format!("{press:?} at {command:?}"));
        }
        state.take(press);
        Ok(Pressed::Yes)
    }

    fn now(&self) -> Timestamp {
        self.0.borrow().now
    }

    fn wait(&self, time: Duration) {
        let mut state = self.0.borrow_mut();
        state.now = state.now.plus(time);
        state.happen();
    }
}

fn play(seed: u64) -> (Outcome, Scenery, Bound) {
    let mut state = Scenery {
        dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        now: Timestamp::from_millis(1_000_000),
        assistant: ASSISTANTS[usize::try_from(seed).unwrap_or(0) % ASSISTANTS.len()],
        asked: None,
        cursor: 1,
        amending: None,
        in_mode: false,
        synchronized: false,
        gone: false,
        row: None,
        next_id: 0,
        deaf_until: Timestamp::default(),
        answers: Vec::new(),
        wrong: Vec::new(),
        bound: None,
    };
    state.ask();
    state.learn();
    let bound = Bound::to(state.row.as_ref().expect("it was just learned")).expect("it asks");
    state.bound = Some(bound.clone());
    let decision = match state.dice.roll(3) {
        _ if bound.is_question() => Decision::Answer(Pick::Number(2)),
        0 => Decision::Approve,
        1 => Decision::Deny { message: None },
        _ => Decision::Deny {
            message: Some("1 use make".to_owned()),
        },
    };
    let fake = Fake(RefCell::new(state));
    let outcome = carry_out(&bound, &decision, &fake);
    (outcome, fake.0.into_inner(), bound)
}

#[test]
fn no_key_reaches_a_pane_that_does_not_show_the_bound_request() {
    let mut done = [[0; 2]; ASSISTANTS.len()];
    let mut nothing = 0;
    for seed in 1..=RUNS {
        let (outcome, state, bound) = play(seed);
        assert!(state.wrong.is_empty(), "run {seed}: {:?}", state.wrong);
        let other = |(id, _): &&(u64, String)| bound.request.request_id != Some(id.to_string());
        let strays: Vec<_> = state.answers.iter().filter(other).collect();
        // The same words asked again within the same few milliseconds look the same to anybody.
        assert!(strays.len() <= 1, "run {seed}: {strays:?}");
        assert!(state.answers.len() <= 2, "run {seed}: {:?}", state.answers);
        match outcome {
            Outcome::Done => {
                let assistant = usize::try_from(seed).unwrap_or(0) % ASSISTANTS.len();
                done[assistant][usize::from(bound.is_question())] += 1;
            }
            Outcome::Nothing(why) => {
                nothing += 1;
                assert!(state.answers.is_empty(), "run {seed}: {why}, but answered");
            }
            Outcome::Unknown(_) => {}
        }
    }
    // A procedure that never dared to press would pass everything above.
    assert!(nothing > 1_000, "{nothing} nothing");
    for (assistant, [permissions, questions]) in ASSISTANTS.iter().zip(done) {
        let known = *assistant != "copilot";
        assert!(
            permissions > 100 && (questions > 20 || !known),
            "{assistant}: {permissions} permissions and {questions} questions answered"
        );
    }
}

#[test]
fn every_screen_of_the_fuzz_is_a_dialog_that_is_known() {
    for seed in 1..=200 {
        let (_, mut state, _) = play(seed);
        state.ask();
        let assistant = state.assistant.parse().unwrap();
        let read = dialog::Dialog::read(&assistant, &state.screen(), WIDTH);
        assert!(read.is_some(), "{}:\n{}", state.assistant, state.screen());
    }
}
