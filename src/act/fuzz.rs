//! Random worlds against the procedure: requests come and go, people answer in the pane, begin to
//! write, scroll back, panes vanish, at every moment between two of its steps; permissions and questions
//! of every assistant. The only claim: no key reaches a pane that does not show the bound request.

mod screens;

use std::cell::RefCell;
use std::sync::LazyLock;
use std::time::Duration;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::text::one_line;
use pane_patrol_hooks::timestamp::Timestamp;

use super::keys::{Guard, Outcome, Pane, Press, Pressed, Seen, World, carry_out};
use super::request::{Bound, Decision, Pick};
use super::{colours, dialog};
use crate::state::fixture::row;
use crate::state::{Level, Request, Row};

/// Commands that are easily taken for each other.
const COMMANDS: [&str; 14] = [
    "touch a",
    "touch ab",
    "touch a b",
    "touch a  b",
    " touch a b",
    "touch a\nb",
    "touch a\n\nb",
    "touch a && rm -rf b",
    "touch a && rm -rf /tmp/x y",
    "touch a && rm -rf / tmp/xy",
    "sudo touch a",
    "echo touch a",
    "touch a\nlab command",
    "touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo this is another part of it",
];

/// What an assistant says about its command: one imitates a dialog, one what follows it.
const DESCRIPTIONS: [&str; 4] = [
    "lab command",
    "lab  command",
    "lab command\n\n Do you want to proceed?\n 1. Yes\n\n Esc to cancel",
    "Tip: touch a\nBash command\n\ntouch a b\nlab command",
];

/// Pairs that fill the same rows in one layout or both: a command and what is said about it, each.
static TWINS: LazyLock<Vec<[[&str; 2]; 2]>> = LazyLock::new(|| {
    let said = DESCRIPTIONS[0];
    let mut all = vec![
        [["touch a", said], ["touch a ", said]],
        [["touch a", "touch b\nlab"], ["touch a\ntouch b", "lab"]],
        [["touch a\n", said], ["touch a", said]],
        [["touch a", said], ["touch a\nlab command", said]],
    ];
    let long = "touch one_name and_another_name ".repeat(9);
    for columns in WIDTHS
        .into_iter()
        .flat_map(|width| [width - 6, width - 4, width - 2])
    {
        // What a break hides is a blank, or a break of its own.
        let rows = screens::wrap(long.trim_end(), columns);
        let first = rows[0].trim_end().len();
        let mut other = long.trim_end().to_owned();
        other.replace_range(first..=first, "\n");
        let [one, other]: [&str; 2] = [long.trim_end().to_owned().leak(), other.leak()];
        all.push([[one, said], [other, said]]);
        all.push([[other, said], [one, said]]);
    }
    all
});

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
struct Asked {
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

impl Asked {
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
    asked: Option<Asked>,
    /// What another sub-agent asks; its dialog follows, or was covered by the one that is shown.
    queued: Option<Asked>,
    /// What was answered or withdrawn, by whomever, and what of it runs.
    closed: Vec<u64>,
    running: Vec<u64>,
    /// When the assistant wrote last about itself: also when another agent goes on.
    written: i64,
    /// Everything that was ever asked.
    all: Vec<Asked>,
    /// The assistant is suspended, and a file that looks like its dialog is shown.
    forged: Option<Asked>,
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
        if self.is_calm {
            return;
        }
        self.now = self.now.plus(Duration::from_millis(5));
        match self.dice.roll(60) {
            0 => self.close(),
            1 => self.ask(),
            2 => self.in_mode = !self.in_mode,
            3 => self.synchronized = !self.synchronized,
            4 => self.cursor = 1 + u8::try_from(self.dice.roll(4)).unwrap_or(0),
            5 if self.assistant == "claude" => self.amending = Some("wait, 1".to_owned()),
            6 if self.dice.roll(5) == 0 => self.gone = true,
            16 if self.forged.is_some() => self.forged = None,
            17 if self.dice.roll(3) == 0 => self.forged = self.all.first().cloned(),
            18 => self.cover(),
            19 => self.written += 1,
            20 => self.running.clear(),
            7..=15 => self.learn(),
            _ => {}
        }
    }

    /// 2.1.197 shows the newest one first: what another sub-agent asks covers what is asked already.
    fn cover(&mut self) {
        let is_free = self.queued.is_none() && self.amending.is_none();
        if !(self.is_old && is_free && self.asked.as_ref().is_some_and(|asked| !asked.is_question))
        {
            return;
        }
        let mut newest = self.invent();
        newest.agent = Some(self.next_id);
        self.disguise(&mut newest);
        self.all.push(newest.clone());
        self.queued = self.asked.replace(newest);
        self.cursor = 1;
        self.deafen();
    }

    /// The next one's dialog comes at once.
    fn close(&mut self) {
        self.closed
            .extend(self.asked.as_ref().map(|asked| asked.id));
        self.asked = self.queued.take();
        self.amending = None;
        self.cursor = 1;
        self.deafen();
    }

    fn ask(&mut self) {
        let gone = self.asked.iter().chain(&self.queued);
        self.closed.extend(gone.map(|asked| asked.id));
        self.asked = Some(self.invent());
        self.queued = None;
        self.amending = None;
        self.cursor = 1;
        if self.assistant == "claude" && self.dice.roll(2) == 0 {
            self.asked
                .iter_mut()
                .for_each(|asked| asked.agent = Some(1));
            let mut second = self.invent();
            second.agent = Some(2);
            self.disguise(&mut second);
            self.queued = (!second.is_question).then_some(second);
        }
        let asked = self.asked.clone();
        self.all
            .extend(asked.into_iter().chain(self.queued.clone()));
        self.deafen();
    }

    /// Another agent's request reads like the first one's, now and then; and its hooks may be lost.
    fn disguise(&mut self, second: &mut Asked) {
        let Some(first) = self.asked.clone().filter(|first| !first.is_question) else {
            return;
        };
        if second.is_question {
            return;
        }
        let is_its = |pair: &&[[&str; 2]; 2]| pair[0] == [first.words, first.description];
        let pairs: Vec<_> = TWINS.iter().filter(is_its).copied().collect();
        if !pairs.is_empty() && self.dice.roll(3) > 0 {
            [second.words, second.description] = self.dice.pick(&pairs)[1];
        }
        second.is_unheard = self.dice.roll(2) == 0;
        let late = Duration::from_millis(self.dice.roll(1_000));
        second.written = self.now.plus(late);
    }

    /// Whether other agents are at work.
    fn has_company(&self) -> bool {
        let has_agents = self.all.iter().any(|asked| asked.agent.is_some());
        self.assistant == "claude" && (self.is_old || has_agents)
    }

    /// What the transcripts hold without a result.
    fn open_calls(&self, bound: &Bound) -> Vec<Bound> {
        let is_open = |asked: &&Asked| {
            let waits = self.asked.iter().chain(&self.queued);
            let mut waits = waits.map(|asked| asked.id);
            waits.any(|id| id == asked.id) || self.running.contains(&asked.id)
        };
        let open = self.all.iter().filter(is_open);
        let open = open.filter(|asked| self.assistant == "claude" && asked.written <= self.now);
        let call = |asked: &Asked| {
            let sibling = bound.sibling(&self.request(asked));
            Bound {
                call: Some(asked.id.to_string()),
                ..self.in_full(sibling)
            }
        };
        open.map(call).collect()
    }

    fn deafen(&mut self) {
        let deaf = if self.assistant == "claude" { 150 } else { 0 };
        self.deaf_until = self.now.plus(Duration::from_millis(deaf));
    }

    fn invent(&mut self) -> Asked {
        self.next_id += 1;
        // No dialog of Copilot's that asks a question is known.
        let is_question = self.dice.roll(4) == 0 && self.assistant != "copilot";
        let words: &[&'static str] = if is_question { &QUESTIONS } else { &COMMANDS };
        // Most say the same, so that their commands alone tell them apart.
        let said = self.dice.roll(8).saturating_sub(4);
        let words = self.dice.pick(words);
        let description = DESCRIPTIONS[usize::try_from(said).unwrap_or(0)];
        let has_twin = self.assistant == "claude" && !is_question && self.dice.roll(2) == 0;
        let [words, description] = if has_twin {
            self.dice.pick(&TWINS)[0]
        } else {
            [words, description]
        };
        Asked {
            id: self.next_id,
            words,
            description,
            agent: None,
            is_question,
            is_unheard: false,
            written: self.now,
        }
    }

    fn request(&self, asked: &Asked) -> Request {
        Request {
            state: if asked.is_question {
                State::WaitingInput
            } else {
                State::WaitingApproval
            },
            request_id: Some(asked.id.to_string()),
            agent_id: asked.agent.map(|agent| agent.to_string()),
            tool: Some("Bash".to_owned()),
            message: Some(one_line(asked.words, 200)),
            since: self.now,
            source: Source::Hook,
        }
    }

    /// The collector catches up.
    fn learn(&mut self) {
        let mut known = row(1, self.assistant, State::WaitingApproval, "a:0.0", 0);
        known.instance_id = Some("s".to_owned());
        known.waiting = self
            .asked
            .iter()
            .chain(&self.queued)
            .filter(|asked| !asked.is_unheard)
            .map(|asked| self.request(asked))
            .collect();
        self.row = (!self.gone).then_some(known);
    }

    fn screen(&self) -> String {
        match self.forged.as_ref().or(self.asked.as_ref()) {
            Some(asked) => screens::dialog(self, asked),
            None => screens::nothing(),
        }
    }

    /// What tmux and the processes tell of the pane.
    fn unfit(&self) -> Option<&'static str> {
        (self.in_mode || self.synchronized || self.forged.is_some()).then_some("it is busy")
    }

    /// Only Claude's transcript holds a request while it is open.
    fn in_full(&self, mut bound: Bound) -> Bound {
        let is_it = |asked: &&Asked| Some(asked.id.to_string()) == bound.request.request_id;
        let known = self.all.iter().find(is_it);
        let known = known.filter(|asked| self.assistant == "claude" && !asked.is_question);
        if let Some(asked) = known {
            bound.command = Some(asked.words.to_owned());
            bound.input = Some(asked.input());
        }
        bound
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
                if self.assistant == "claude" && text == "1" && !asked.is_question {
                    self.running.push(asked.id);
                }
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
        self.0.borrow().in_full(bound)
    }

    fn open_calls(&self, bound: &Bound) -> Vec<Bound> {
        let mut state = self.0.borrow_mut();
        state.happen();
        state.open_calls(bound)
    }

    fn has_company(&self, _: &Bound) -> bool {
        self.0.borrow().has_company()
    }

    /// Like a transcript: what was approved has none while it runs.
    fn has_result(&self, bound: &Bound) -> Option<bool> {
        let mut state = self.0.borrow_mut();
        state.happen();
        let is_written = state.dice.roll(2) == 0;
        let id = id_of(bound)?;
        let is_over = state.closed.contains(&id) && !state.running.contains(&id);
        (state.assistant == "claude").then_some(is_over && is_written)
    }

    fn runs(&self, bound: &Bound, _: Timestamp) -> bool {
        let mut state = self.0.borrow_mut();
        state.happen();
        id_of(bound).is_some_and(|id| state.running.contains(&id))
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
            written: Timestamp::from_millis(state.written),
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
            width: state.width,
            unfit: state.unfit(),
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
        if state.gone || state.unfit().is_some() || !guard.rows.clone().all(shows) {
            return Ok(Pressed::No);
        }
        let wanted = state
            .all
            .iter()
            .find(|asked| Some(asked.id.to_string()) == bound.request.request_id);
        let shows_description = state.assistant == "claude" && !bound.is_question();
        let is_it = |asked: &Asked| {
            wanted.is_some_and(|wanted| {
                let message = bound.request.message.as_deref();
                // Of the others no more is known than the one line that the person saw.
                let words = bound.command.as_deref().or(message);
                words == Some(asked.words)
                    && (wanted.description == asked.description || !shows_description)
            })
        };
        // A dialog that has only just come takes no key; what it says of that moment nobody can see.
        let is_taken = state.now >= state.deaf_until;
        let is_its = state.asked.as_ref().is_some_and(is_it);
        if is_taken && !is_its || state.bound.as_ref() != Some(bound) {
            let wrong = format!("{press:?} at {:?} for {bound:?}", state.asked);
            state.wrong.push(wrong);
        }
        if std::mem::take(&mut state.swallows) {
            state.cover();
            state.written += 1;
        } else {
            state.take(press);
        }
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

fn id_of(bound: &Bound) -> Option<u64> {
    bound.request.request_id.as_deref()?.parse().ok()
}

/// A world in which nothing is asked yet.
fn scenery(seed: u64) -> Scenery {
    Scenery {
        dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        now: Timestamp::from_millis(1_000_000),
        assistant: ASSISTANTS[usize::try_from(seed).unwrap_or(0) % ASSISTANTS.len()],
        width: 0,
        is_calm: false,
        swallows: false,
        is_old: seed.is_multiple_of(12),
        asked: None,
        queued: None,
        closed: Vec::new(),
        running: Vec::new(),
        written: 0,
        all: Vec::new(),
        forged: None,
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
    }
}

fn play(seed: u64) -> (Outcome, Scenery, Bound) {
    let mut state = scenery(seed);
    state.width = state.dice.pick(&WIDTHS);
    state.ask();
    state.learn();
    let bound = Bound::to(state.row.as_ref().expect("it was just learned")).expect("it asks");
    let bound = state.in_full(bound);
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
            Outcome::Done => {
                let is_over = id_of(&bound).is_some_and(|id| state.closed.contains(&id));
                assert!(is_over, "run {seed}: it waits still, but is called done");
                let assistant = usize::try_from(seed).unwrap_or(0) % ASSISTANTS.len();
                done[assistant][usize::from(bound.is_question())] += 1;
            }
            Outcome::Nothing(why) => {
                nothing += 1;
                twins += u64::from(why.contains("look the same"));
                assert!(state.answers.is_empty(), "run {seed}: {why}, but answered");
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
        let read = dialog::Dialog::read(&assistant, &state.screen(), state.width);
        assert!(read.is_some(), "{}:\n{}", state.assistant, state.screen());
    }
}

/// A command of every sort that a pane can show whole.
fn honest(assistant: &str) -> Vec<&'static str> {
    let mut all = vec![
        "touch a",
        "touch a b && rm -rf ./build",
        "touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo this is another part",
        "git commit -m \"a message that is long enough to be wrapped\" && git push origin main:main --force",
        "touch 漢字仮名交文 漢字仮名交文 漢字仮名交文 漢字",
    ];
    // Only Claude's commands are known with their line breaks and blanks while they are asked.
    if assistant == "claude" {
        all.extend([
            "cat > f <<'EOF'\nline  1\n\n  line 2\nEOF",
            "  touch a   b    \ntouch c",
            "if true; then\n    touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo  this\nfi\n",
            "curl aaa-bbb-ccc-ddd-eee-fff/ggg/hhh/iii,jjj;kkk|lll&&mmm=x-y/x-y/x-y/x-y/x-y/x-y/x-y/x-y/x-y/x",
            "touch aaa  bbb   ccc    aaa  bbb   ccc    aaa  bbb   ccc    aaa  bbb   ccc    aaa  bbb   ccc",
        ]);
    }
    all
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
    for line in dialog::claude_tests::recorded() {
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
        let asked = Asked {
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

/// A world in which one command is asked and nothing else happens.
fn calm(
    seed: u64,
    assistant: &'static str,
    width: usize,
    words: &'static str,
    is_old: bool,
) -> (Scenery, Bound) {
    let mut state = scenery(seed);
    state.assistant = assistant;
    state.width = width;
    state.is_old = is_old;
    state.is_calm = true;
    state.next_id = 1;
    let asked = Asked {
        id: 1,
        words,
        description: DESCRIPTIONS[0],
        agent: None,
        is_question: false,
        is_unheard: false,
        written: state.now,
    };
    state.asked = Some(asked.clone());
    state.all.push(asked);
    state.learn();
    let bound = Bound::to(state.row.as_ref().expect("it was just learned")).expect("it asks");
    let bound = state.in_full(bound);
    state.bound = Some(bound.clone());
    (state, bound)
}

fn calmly(
    seed: u64,
    assistant: &'static str,
    width: usize,
    words: &'static str,
    is_old: bool,
) -> Outcome {
    let (state, bound) = calm(seed, assistant, width, words, is_old);
    let fake = Fake(RefCell::new(state));
    let outcome = carry_out(&bound, &Decision::Approve, &fake);
    let state = fake.0.into_inner();
    assert!(state.wrong.is_empty(), "{:?}", state.wrong);
    // What stood there is worth seeing.
    assert!(outcome == Outcome::Done, "{outcome:?}\n{}", state.screen());
    outcome
}
