//! Random worlds against the procedure: requests come and go, people answer in the pane, begin to
//! write, scroll back, panes vanish, at every moment between two of its steps; permissions and questions
//! of every assistant. The only claim: no key reaches a pane that does not show the bound request.

mod fake;
mod happenings;
mod sceneries;
mod screens;
mod telling;
mod words;

use std::cell::RefCell;

use pane_patrol_hooks::timestamp::Timestamp;

use self::fake::id_of;
use self::sceneries::{beside_a_twin, calm, calmly, play};
use self::words::honest;
use super::dialog;
use super::keys::{Outcome, carry_out};
use crate::state::{Bound, Decision, Row};

const ASSISTANTS: [&str; 6] = ["claude", "codex", "opencode", "gemini", "qwen", "copilot"];

/// The cells of the pane.
const WIDTHS: [usize; 5] = [40, 60, 80, 120, 200];

/// So many worlds; a million with `PANE_PATROL_STRESS`.
const RUNS: u64 = 20_000;

/// A small generator of its own, so that a failing run can be named by its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        let sides = u64::try_from(all.len()).unwrap_or(1);
        all[usize::try_from(self.roll(sides)).unwrap_or(0)]
    }
}

#[derive(Clone, Debug)]
struct OpenRequest {
    id: u64,
    /// The command, or the question.
    words: &'static str,
    description: &'static str,
    /// The sub-agent that asks.
    agent: Option<u64>,
    is_question: bool,
    /// No hook has told of it.
    is_unheard: bool,
    /// When the transcript holds its call.
    written: Timestamp,
}

impl OpenRequest {
    /// What Claude's transcript holds of it.
    fn input(&self) -> serde_json::Value {
        serde_json::json!({"command": self.words, "description": self.description})
    }
}

#[allow(clippy::struct_excessive_bools, reason = "each may happen for itself")]
struct Scenery {
    dice: Dice,
    assistant: &'static str,
    now: Timestamp,
    width: usize,
    /// Nothing happens but what the procedure does.
    is_calm: bool,
    /// A newer dialog comes in the very moment of the next key, which is lost.
    swallows: bool,
    /// Claude Code 2.1.197.
    is_old: bool,
    /// What the pane asks now.
    asked: Option<OpenRequest>,
    /// What another sub-agent asks; its dialog follows, or was covered by the one that is shown.
    queued: Option<OpenRequest>,
    /// What was answered or withdrawn, by whomever, and what of it runs.
    closed: Vec<u64>,
    running: Vec<u64>,
    /// When the assistant wrote last about itself: also when another agent goes on.
    written: i64,
    /// Everything that was ever asked.
    all: Vec<OpenRequest>,
    /// The assistant is suspended, and a file that looks like its dialog is shown.
    forged: Option<OpenRequest>,
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

#[test]
fn no_key_reaches_a_pane_that_does_not_show_the_bound_request() {
    let mut done = [[0; 2]; ASSISTANTS.len()];
    let (mut nothing, mut twins) = (0, 0);
    let is_long = std::env::var_os("PANE_PATROL_STRESS").is_some();
    let runs = if is_long { 1_000_000 } else { RUNS };
    for seed in 1..=runs {
        let (outcome, state, bound) = play(seed);
        assert!(state.wrong.is_empty(), "run {seed}: {:?}", state.wrong);
        let other = |(id, _): &&(u64, String)| bound.request.request_id != Some(id.to_string());
        let strays: Vec<_> = state.answers.iter().filter(other).collect();
        // The same words asked again within the same few milliseconds look the same to anybody.
        assert!(strays.len() <= 1, "run {seed}: {strays:?}");
        assert!(state.answers.len() <= 2, "run {seed}: {:?}", state.answers);
        match outcome {
            Outcome::Done | Outcome::Beside(_) => {
                let is_over = id_of(&bound).is_some_and(|id| state.closed.contains(&id));
                assert!(is_over, "run {seed}: it waits still, but is called done");
                let assistant = usize::try_from(seed).unwrap_or(0) % ASSISTANTS.len();
                done[assistant][usize::from(bound.is_question())] += 1;
            }
            Outcome::Nothing(why) | Outcome::Late(why) => {
                nothing += 1;
                twins += u64::from(why.contains("cannot be told apart"));
                assert!(state.answers.is_empty(), "run {seed}: {why}, but answered");
            }
            Outcome::Equal(equal) => {
                let over = equal.answered().and_then(id_of);
                assert!(
                    over.is_none_or(|id| state.closed.contains(&id)),
                    "run {seed}"
                );
            }
            Outcome::Unknown(_) => {}
        }
    }
    // A procedure that never dared to press would pass everything above.
    assert!(nothing > 1_000, "{nothing} nothing");
    assert!(twins > 30, "{twins} twins");
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
        let read = dialog::read(&assistant, &state.screen(), state.width);
        assert!(read.is_some(), "{}:\n{}", state.assistant, state.screen());
    }
}

/// The dialog on the screen is the other's, and its text is drawn like this one's.
#[test]
fn a_dialog_that_is_drawn_alike_gets_no_key() {
    let mut twins = 0;
    for seed in 1..=1_000 {
        let (outcome, state) = beside_a_twin(seed);
        assert!(state.wrong.is_empty(), "run {seed}: {:?}", state.wrong);
        assert!(state.answers.is_empty(), "run {seed}: {outcome:?}");
        let is_twin = |why: &String| why.contains("cannot be told apart");
        twins += u64::from(matches!(outcome, Outcome::Nothing(why) if is_twin(&why)));
    }
    assert!(twins > 300, "{twins}");
}

/// Guarding by refusing is none: whatever stands whole on the screen and is known is answered.
#[test]
fn every_honest_dialog_is_answered() {
    let mut answered = 0;
    for (seed, assistant) in (1..).zip(ASSISTANTS) {
        for width in WIDTHS {
            for words in honest(assistant) {
                // OpenCode draws half cells within words of wide characters, Qwen Code cuts long rows.
                let is_cut = match assistant {
                    "opencode" => !words.is_ascii(),
                    "qwen" => words.len() + 12 > width,
                    _ => false,
                };
                for is_old in [false, true] {
                    if is_cut || is_old && assistant != "claude" {
                        continue;
                    }
                    let outcome = calmly(seed, assistant, width, words, is_old);
                    let about = format!("{assistant} {width} {is_old}: {words}");
                    assert_eq!(outcome, Outcome::Done, "{about}");
                    answered += 1;
                }
            }
        }
    }
    assert!(answered >= 200, "{answered}");
}

/// 2.1.197 drops a key that comes while a newer dialog takes the screen, and writes its session file anew:
/// the request waits still.
#[test]
fn a_key_that_a_newer_dialog_swallows_is_never_called_done() {
    let mut swallowed = 0;
    for seed in 1..=300 {
        let (mut state, bound) = calm(seed, "claude", 80, "touch a", true);
        state.swallows = true;
        let fake = Fake(RefCell::new(state));
        let outcome = carry_out(&bound, &Decision::Approve, &fake);
        let state = fake.0.into_inner();
        assert!(state.wrong.is_empty(), "{seed}: {:?}", state.wrong);
        assert!(!state.closed.contains(&1), "{seed}: it waits");
        assert_ne!(outcome, Outcome::Done, "{seed}");
        // Its witness comes and goes: some never press.
        swallowed += usize::from(matches!(outcome, Outcome::Unknown(_)));
    }
    assert!(swallowed > 50, "{swallowed}");
}

/// What the fuzz draws for Claude is what the real one has drawn, row by row.
#[test]
fn commands_are_drawn_as_they_were_recorded() {
    let mut drawn = [0; 2];
    let mut others = Vec::new();
    for line in crate::assistants::claude::dialog::tests::recorded() {
        let text = |name: &str| line.input[name].as_str().unwrap_or_default().to_owned();
        let (words, description) = (text("command"), text("description"));
        let is_drawn_otherwise =
            |text: &str| text.is_empty() || text.contains(['\t', '\r', '─', '│', '╌']);
        if [&words, &description]
            .into_iter()
            .any(|text| is_drawn_otherwise(text))
        {
            continue;
        }
        let is_old = line.name.contains("2.1.197");
        let (mut state, _) = calm(1, "claude", line.width, "touch a", is_old);
        let asked = OpenRequest {
            words: words.leak(),
            description: description.leak(),
            ..state.asked.take().expect("it asks")
        };
        let middle = screens::claude_middle(&asked, state.width, is_old);
        if line.screen.contains(middle.trim_end_matches('\n')) {
            drawn[usize::from(is_old)] += 1;
        } else {
            others.push(line.name);
        }
    }
    assert!(
        drawn[0] >= 60 && drawn[1] >= 60,
        "{drawn:?}, not: {others:?}"
    );
}
