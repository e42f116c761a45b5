//! What keeps a key from being pressed, one thing after the other: each of these fails when its check is
//! taken out of [`super::keys`].

use std::cell::{Cell, RefCell};
use std::time::Duration;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::json;

use super::dialog;
use super::keys::{Guard, Outcome, Pane, Press, Pressed, Seen, World, carry_out};
use super::request::{Bound, Decision, Pick};
use crate::state::fixture::row;
use crate::state::{Level, Request, Row};

const WIDTH: usize = 80;
const PLAIN: &str = "❯ 1. Red\n  2. Blue\n  3. Type something.\n";
const SEVERAL: &str = "❯ 1. [ ] Red\n  2. [ ] Blue\n";
const DESCRIPTION: &str = "lab command";

/// One request of Claude's, and all that happens around it.
struct Stage {
    row: RefCell<Option<Row>>,
    /// What the transcript holds of the requests, by their ids.
    full: Vec<Bound>,
    /// What it holds without a result.
    open: Vec<Bound>,
    /// After so many keys all of that is there, before only the first of it.
    open_from: usize,
    /// After so many keys it has a result.
    answered_from: usize,
    company: bool,
    result: Option<bool>,
    seen: Option<Seen>,
    /// Until then it says that it works.
    waits_after: Duration,
    width: usize,
    unfit: Option<&'static str>,
    /// The screen at the so-many-th look and after so many keys.
    screen: Box<dyn Fn(usize, usize) -> String>,
    /// Whether tmux presses the so-many-th time.
    takes: Box<dyn Fn(usize) -> Pressed>,
    looks: Cell<usize>,
    tried: Cell<usize>,
    now: Cell<Timestamp>,
    /// Keys, and when each was pressed.
    pressed: RefCell<Vec<(Press, Duration)>>,
}

impl Stage {
    fn keys(&self) -> usize {
        self.pressed.borrow().len()
    }

    fn approve(&self, bound: &Bound) -> Outcome {
        carry_out(bound, &Decision::Approve, self)
    }

    /// That no key is pressed for `decision`, with these words.
    fn refuses(&self, bound: &Bound, decision: &Decision, words: &str) {
        let outcome = carry_out(bound, decision, self);
        assert_eq!(self.keys(), 0, "{outcome:?}");
        let Outcome::Nothing(why) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(why.contains(words), "{why}");
    }
}

impl World for Stage {
    fn row(&self, _: &str) -> Result<Option<Row>, String> {
        Ok(self.row.borrow().clone())
    }

    fn in_full(&self, bound: Bound) -> Bound {
        let is_it = |full: &&Bound| full.request.request_id == bound.request.request_id;
        self.full.iter().find(is_it).cloned().unwrap_or(bound)
    }

    fn open_calls(&self, _: &Bound) -> Vec<Bound> {
        let is_early = self.keys() < self.open_from;
        let shown = if is_early { 1 } else { self.open.len() };
        self.open.iter().take(shown).cloned().collect()
    }

    fn has_company(&self, _: &Bound) -> bool {
        self.company
    }

    fn has_result(&self, _: &Bound) -> Option<bool> {
        (self.keys() >= self.answered_from)
            .then_some(true)
            .or(self.result)
    }

    fn runs(&self, _: &Bound, _: Timestamp) -> bool {
        false
    }

    fn witness(&self, _: &Bound) -> Option<Seen> {
        let mut seen = self.seen.clone();
        let is_early = self.now.get() < start().plus(self.waits_after);
        if let Some(seen) = seen.as_mut().filter(|_| is_early || self.keys() > 0) {
            seen.level = Level::Busy;
        }
        seen
    }

    fn look(&self, _: &Bound) -> Result<Pane, String> {
        self.looks.set(self.looks.get() + 1);
        Ok(Pane {
            screen: (self.screen)(self.looks.get(), self.keys()),
            width: self.width,
            unfit: self.unfit,
            stamp: Vec::new(),
        })
    }

    fn press(&self, _: &Bound, press: &Press, guard: &Guard) -> Result<Pressed, String> {
        assert!(guard.rows.len() > 4 && guard.rows.end <= guard.screen.len());
        self.tried.set(self.tried.get() + 1);
        let pressed = (self.takes)(self.tried.get());
        if pressed == Pressed::Yes {
            let at = self.now.get().since(start());
            self.pressed.borrow_mut().push((press.clone(), at));
        }
        Ok(pressed)
    }

    fn now(&self) -> Timestamp {
        self.now.get()
    }

    fn wait(&self, time: Duration) {
        self.now.set(self.now.get().plus(time));
    }
}

fn start() -> Timestamp {
    Timestamp::from_millis(1_000_000)
}

/// As the newest Claude draws it.
fn asks(command: &str) -> String {
    dialog_with(command, "4. No", " · Tab to amend", '1')
}

fn dialog_with(command: &str, no: &str, foot: &str, cursor: char) -> String {
    let (rule, dots) = ("─".repeat(WIDTH), "╌".repeat(WIDTH));
    let options = ["1. Yes", "2. Yes, always", "3. Yes, auto", no].map(|option| {
        let mark = if option.starts_with(cursor) {
            '❯'
        } else {
            ' '
        };
        format!(" {mark} {option}\n")
    });
    format!(
        "{rule}\n Bash command\n {DESCRIPTION}\n{dots}\n{command}\n{dots}\n Do you want to proceed?\n{}\n Esc to cancel{foot}\n",
        options.concat()
    )
}

fn request(id: &str, command: &str) -> Request {
    Request {
        state: State::WaitingApproval,
        request_id: Some(id.to_owned()),
        agent_id: None,
        tool: Some("Bash".to_owned()),
        message: Some(pane_patrol_hooks::text::one_line(command, 200)),
        since: start().minus(Duration::from_secs(60)),
        source: Source::Hook,
    }
}

fn asking(requests: Vec<Request>) -> Row {
    let mut row = row(1, "claude", State::WaitingApproval, "a:0.0", 60);
    row.instance_id = Some("s".to_owned());
    row.waiting = requests;
    row
}

/// The request `id` with all that the transcript holds of it.
fn full(id: &str, command: &str) -> Bound {
    let bound = Bound::to(&asking(vec![request(id, command)])).unwrap();
    Bound {
        command: Some(command.to_owned()),
        input: Some(json!({"command": command, "description": DESCRIPTION})),
        call: Some(id.to_owned()),
        ..bound
    }
}

fn seen(level: Level, instance: &str) -> Seen {
    Seen {
        level,
        instance_id: Some(instance.to_owned()),
        written: start(),
    }
}

/// Everything is in order: `touch a` is asked, and its dialog goes with the first key.
fn stage() -> (Stage, Bound) {
    let bound = full("t1", "touch a");
    let stage = Stage {
        row: RefCell::new(Some(asking(vec![request("t1", "touch a")]))),
        full: vec![bound.clone()],
        open: vec![bound.clone()],
        open_from: 0,
        answered_from: usize::MAX,
        company: false,
        result: Some(false),
        seen: Some(seen(Level::WaitingApproval, "s")),
        waits_after: Duration::ZERO,
        width: WIDTH,
        unfit: None,
        screen: Box::new(|_, keys| {
            if keys == 0 {
                asks(" touch a")
            } else {
                "● done\n".to_owned()
            }
        }),
        takes: Box::new(|_| Pressed::Yes),
        looks: Cell::new(0),
        tried: Cell::new(0),
        now: Cell::new(start()),
        pressed: RefCell::new(Vec::new()),
    };
    (stage, bound)
}

fn deny(message: &str) -> Decision {
    Decision::Deny {
        message: Some(message.to_owned()),
    }
}

#[test]
fn a_dialog_in_order_is_answered_with_one_key_at_once() {
    let (stage, bound) = stage();
    let stage = Stage {
        seen: None,
        ..stage
    };
    assert_eq!(stage.approve(&bound), Outcome::Done);
    let one = (Press::Text("1".to_owned()), Duration::ZERO);
    assert_eq!(*stage.pressed.borrow(), [one]);
}

/// A dialog as the real one drew it, and its request.
fn shown(recorded: Bound, screen: &str, width: usize) -> (Stage, Bound) {
    let (_, mut bound) = stage();
    let agent_id = recorded.request.agent_id.clone();
    bound.request = Request {
        agent_id,
        ..bound.request
    };
    bound.request.tool = recorded.request.tool;
    bound.request.message = recorded.request.message;
    bound.cwd = recorded.cwd;
    bound.command = recorded.command;
    bound.input = recorded.input;
    let screen = screen.to_owned();
    let stage = Stage {
        row: RefCell::new(Some(asking(vec![bound.request.clone()]))),
        full: vec![bound.clone()],
        open: vec![bound.clone()],
        width,
        screen: Box::new(move |_, keys| {
            if keys == 0 {
                screen.clone()
            } else {
                String::new()
            }
        }),
        ..stage().0
    };
    (stage, bound)
}

/// Guarding by refusing is none: all that the real ones have drawn whole is answered.
#[test]
fn every_recorded_permission_is_approved_and_denied() {
    let all = dialog::tools_tests::honest();
    let mut answered = 0;
    for (name, recorded, screen, width) in all {
        for decision in [Decision::Approve, Decision::Deny { message: None }] {
            let (stage, bound) = shown(recorded.clone(), &screen, width);
            let outcome = carry_out(&bound, &decision, &stage);
            assert_eq!(outcome, Outcome::Done, "{name} {decision:?}\n{screen}");
            assert_eq!(stage.keys(), 1);
            answered += 1;
        }
    }
    assert!(answered > 1_000, "{answered}");
}

#[test]
fn what_the_row_or_the_assistant_says_otherwise_keeps_every_key_back() {
    let approve = Decision::Approve;
    let (stage, bound) = stage();
    let refuses = |stage: Stage, words: &str| stage.refuses(&bound, &approve, words);
    *stage.row.borrow_mut() = Some(asking(vec![request("t2", "touch a")]));
    refuses(stage, "another request has taken its place");
    let with = |seen| Stage {
        seen: Some(seen),
        ..self::stage().0
    };
    refuses(with(seen(Level::Busy, "s")), "answered or withdrawn");
    refuses(with(seen(Level::WaitingApproval, "u")), "another session");
    let answered = Stage {
        result: Some(true),
        ..self::stage().0
    };
    refuses(answered, "answered or withdrawn");
    let unfit = Some("the pane is in copy mode");
    let stage = Stage {
        unfit,
        ..self::stage().0
    };
    refuses(stage, "copy mode");
    let mut other = bound.clone();
    other.assistant = "droid".parse().unwrap();
    self::stage().0.refuses(&other, &approve, "not known");
    let mut several = bound.clone();
    several.request.state = State::WaitingInput;
    several.request.message = Some("Which? (+1 more)".to_owned());
    self::stage()
        .0
        .refuses(&several, &approve, "several questions");
}

#[test]
fn another_dialog_a_moved_cursor_or_words_in_it_keep_every_key_back() {
    let (_, bound) = stage();
    let shows = |screen: &'static dyn Fn() -> String| Stage {
        screen: Box::new(move |_, _| screen()),
        ..stage().0
    };
    let refuses = |stage: Stage, words: &str| stage.refuses(&bound, &Decision::Approve, words);
    refuses(shows(&|| asks(" touch b")), "its command is not");
    refuses(shows(&String::new), "no dialog");
    refuses(
        shows(&|| dialog_with(" touch a", "4. No", " · Tab to amend", '2')),
        "answering in the pane",
    );
    refuses(
        shows(&|| dialog_with(" touch a", "4. No", "", '1')),
        "answering in the pane",
    );
    let answer = Decision::Answer(Pick::Number(1));
    stage().0.refuses(&bound, &answer, "use approve");
}

#[test]
fn a_request_that_may_look_the_same_keeps_every_key_back() {
    let approve = Decision::Approve;
    let (own, twin) = ("touch a", "touch a ");
    let is_told = || {
        let (stage, _) = stage();
        let row = asking(vec![request("t1", own), request("t2", twin)]);
        *stage.row.borrow_mut() = Some(row);
        stage
    };
    let told = Stage {
        full: vec![full("t1", own), full("t2", twin)],
        ..is_told()
    };
    told.refuses(&full("t1", own), &approve, "look the same");
    // One of which no more is known than its line.
    is_told().refuses(&full("t1", own), &approve, "look the same");
    // Nor does it matter whether its line as it is known would fill these rows.
    let blanks = Stage {
        screen: Box::new(|_, _| asks(" touch a  b")),
        ..stage().0
    };
    let row = asking(vec![request("t1", "touch a b"), request("t2", "touch a b")]);
    *blanks.row.borrow_mut() = Some(row);
    let mut spaced = full("t1", "touch a  b");
    spaced.request = request("t1", "touch a b");
    blanks.refuses(&spaced, &approve, "look the same");
    // Of two that could be it nobody knows which one is.
    let nameless = Stage {
        open: vec![full("t1", own), full("t2", twin)],
        ..stage().0
    };
    let mut asked = request("t1", own);
    asked.request_id = None;
    *nameless.row.borrow_mut() = Some(asking(vec![asked.clone()]));
    let mut bound = full("t1", own);
    (bound.request, bound.call) = (asked, None);
    nameless.refuses(&bound, &approve, "look the same");
    // One that nobody has told of.
    let unheard = Stage {
        open: vec![full("t1", own), full("t2", twin)],
        ..stage().0
    };
    unheard.refuses(&full("t1", own), &approve, "look the same");
    let apart = Stage {
        open: vec![full("t1", own), full("t2", "touch b")],
        ..stage().0
    };
    assert_eq!(apart.approve(&full("t1", own)), Outcome::Done);
    let same = Stage {
        open: vec![full("t1", own), full("t2", own)],
        ..stage().0
    };
    assert_eq!(same.approve(&full("t1", own)), Outcome::Done);
    let mut elsewhere = full("t2", own);
    elsewhere.folder = Some("/another/folder".to_owned());
    let elsewhere = Stage {
        open: vec![full("t1", own), elsewhere],
        ..stage().0
    };
    elsewhere.refuses(&full("t1", own), &approve, "look the same");
}

#[test]
fn another_request_on_the_screen_is_named_whether_anybody_has_told_of_it_or_not() {
    let shows_other = || Stage {
        screen: Box::new(|_, _| asks(" touch b")),
        full: vec![full("t1", "touch a"), full("t2", "touch b")],
        open: vec![full("t1", "touch a"), full("t2", "touch b")],
        ..stage().0
    };
    let unheard = "dialog is on its screen (Bash: touch b): answer that first";
    shows_other().refuses(&full("t1", "touch a"), &Decision::Approve, unheard);
    let told = shows_other();
    let row = asking(vec![request("t1", "touch a"), request("t2", "touch b")]);
    *told.row.borrow_mut() = Some(row);
    told.refuses(&full("t1", "touch a"), &Decision::Approve, "`--request t2`");
}

#[test]
fn a_new_dialog_and_one_beside_others_have_to_stand_for_a_while() {
    let pressed_at = |stage: &Stage| stage.pressed.borrow().first().map(|(_, at)| *at);
    let (stage, mut bound) = stage();
    bound.request.since = start();
    stage.row.borrow_mut().as_mut().unwrap().waiting[0].since = start();
    assert_eq!(stage.approve(&bound), Outcome::Done);
    assert!(pressed_at(&stage) >= Some(Duration::from_millis(300)));
    // A hook tells of it before the assistant says that it waits.
    let (early, mut bound) = self::stage();
    bound.request.since = start();
    early.row.borrow_mut().as_mut().unwrap().waiting[0].since = start();
    let early = Stage {
        waits_after: Duration::from_millis(400),
        ..early
    };
    assert_eq!(early.approve(&bound), Outcome::Done);
    let beside = Stage {
        company: true,
        ..self::stage().0
    };
    assert_eq!(beside.approve(&full("t1", "touch a")), Outcome::Done);
    assert!(pressed_at(&beside) >= Some(Duration::from_secs(1)));
    let moving = Stage {
        company: true,
        screen: Box::new(|look, _| "\n".repeat(look % 2) + &asks(" touch a")),
        ..self::stage().0
    };
    moving.refuses(&full("t1", "touch a"), &Decision::Approve, "keeps changing");
}

#[test]
fn what_tmux_has_not_pressed_is_tried_a_few_times_and_no_more() {
    let (stage, bound) = stage();
    let late = Stage {
        takes: Box::new(|tried| if tried < 3 { Pressed::No } else { Pressed::Yes }),
        ..stage
    };
    assert_eq!(late.approve(&bound), Outcome::Done);
    assert_eq!(late.keys(), 1);
    let never = Stage {
        takes: Box::new(|_| Pressed::No),
        ..self::stage().0
    };
    never.refuses(&bound, &Decision::Approve, "in the last moment");
    assert_eq!(never.tried.get(), 4);
}

/// A dialog that is as it was after the first key, and gone after the second.
fn deaf() -> Stage {
    Stage {
        screen: Box::new(|_, keys| {
            if keys < 2 {
                asks(" touch a")
            } else {
                "● done\n".to_owned()
            }
        }),
        seen: None,
        ..stage().0
    }
}

#[test]
fn a_second_key_is_pressed_only_on_what_is_surely_the_same_request() {
    let bound = full("t1", "touch a");
    let stays = deaf();
    assert_eq!(stays.approve(&bound), Outcome::Done);
    assert_eq!(stays.keys(), 2);
    let pressed_once = |stage: Stage, words: &str| {
        let outcome = stage.approve(&bound);
        assert_eq!(stage.keys(), 1, "{outcome:?}");
        let Outcome::Unknown(why) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(why.contains(words), "{why}");
    };
    let unsure = Stage {
        result: None,
        ..deaf()
    };
    pressed_once(unsure, "still there");
    let alike = Stage {
        open: vec![full("t1", "touch a"), full("t2", "touch a")],
        ..deaf()
    };
    pressed_once(alike, "still there");
    let other = Stage {
        screen: Box::new(|_, keys| asks(if keys == 0 { " touch a" } else { " touch b" })),
        ..deaf()
    };
    pressed_once(other, "another dialog");
    let changed = Stage {
        screen: Box::new(|_, keys| {
            let no = if keys == 0 {
                "4. No"
            } else {
                "4. No, and tell Claude"
            };
            dialog_with(" touch a", no, " · Tab to amend", '1')
        }),
        ..deaf()
    };
    pressed_once(changed, "has changed since");
}

#[test]
fn assistants_that_drop_no_key_get_a_second_one_never() {
    let mut bound = full("t1", "touch a");
    bound.assistant = "codex".parse().unwrap();
    let stays = Stage {
        screen: Box::new(|_, _| {
            let (no, foot) = (
                "3. No, and tell Codex what to do differently (esc)",
                "Press enter to confirm or esc to cancel",
            );
            format!(
                "  Would you like to run the following command?\n\n  $ touch a\n\n › 1. Yes, proceed (y)\n   2. Yes, and always (p)\n   {no}\n\n  {foot}\n"
            )
        }),
        ..deaf()
    };
    stays.row.borrow_mut().as_mut().unwrap().assistant = bound.assistant.clone();
    let outcome = stays.approve(&bound);
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!(stays.keys(), 1);
}

/// What is on the screen while a message is written, and stays there from the so-many-th key on.
fn writing(stuck: usize) -> Stage {
    Stage {
        screen: Box::new(move |_, keys| match keys.min(stuck) {
            0 => asks(" touch a"),
            1 => dialog_with(" touch a", "4. No", " · Tab to amend", '4'),
            2 => dialog_with(" touch a", "4. No, and tell Claude what to do", "", '4'),
            3 => dialog_with(" touch a", "4. No, use make", "", '4'),
            _ => "● done\n".to_owned(),
        }),
        seen: None,
        ..stage().0
    }
}

#[test]
fn each_step_of_a_message_waits_for_what_the_one_before_has_done() {
    let bound = full("t1", "touch a");
    let whole = writing(usize::MAX);
    assert_eq!(carry_out(&bound, &deny("use make"), &whole), Outcome::Done);
    let keys: Vec<Press> = whole
        .pressed
        .borrow()
        .iter()
        .map(|(key, _)| key.clone())
        .collect();
    let text = Press::Text("use make".to_owned());
    assert_eq!(
        keys,
        [
            Press::Key("Up"),
            Press::Key("Tab"),
            text,
            Press::Key("Enter")
        ]
    );
    for (stuck, words) in [
        (0, "cursor did not go"),
        (1, "did not take a message"),
        (2, "did not appear"),
    ] {
        let stage = writing(stuck);
        let outcome = carry_out(&bound, &deny("use make"), &stage);
        let Outcome::Unknown(why) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(why.contains(words), "{why}");
        assert_eq!(stage.keys(), stuck + 1, "{why}");
    }
}

#[test]
fn a_message_goes_no_further_once_another_request_may_have_taken_the_screen() {
    let bound = full("t1", "touch a");
    let beside = Stage {
        company: true,
        open_from: 1,
        open: vec![full("t1", "touch a"), full("t2", "touch a ")],
        ..writing(usize::MAX)
    };
    let outcome = carry_out(&bound, &deny("use make"), &beside);
    assert_eq!(beside.keys(), 1, "{outcome:?}");
    assert!(matches!(outcome, Outcome::Unknown(why) if why.contains("look the same")));
    let answered = Stage {
        answered_from: 1,
        ..writing(usize::MAX)
    };
    let outcome = carry_out(&bound, &deny("use make"), &answered);
    assert_eq!(answered.keys(), 1, "{outcome:?}");
}

#[test]
fn only_a_plain_option_of_a_question_is_picked() {
    let bound = {
        let mut bound = full("t1", "x");
        bound.request.state = State::WaitingInput;
        bound.request.tool = Some("AskUserQuestion".to_owned());
        bound.request.message = Some("Which colour?".to_owned());
        bound.command = None;
        bound.input = None;
        bound
    };
    let question = |options: &'static str| {
        let stage = Stage {
            screen: Box::new(move |_, keys| {
                let rule = "─".repeat(WIDTH);
                let foot = "Enter to select · Esc to cancel";
                if keys == 0 {
                    format!("{rule}\n ☐ Colour\n\nWhich colour?\n\n{options}\n{foot}\n")
                } else {
                    String::new()
                }
            }),
            open: Vec::new(),
            ..stage().0
        };
        *stage.row.borrow_mut() = Some(asking(vec![bound.request.clone()]));
        stage
    };
    let pick = |text: &str| Decision::Answer(Pick::parse(text));
    assert_eq!(
        carry_out(&bound, &pick("blue"), &question(PLAIN)),
        Outcome::Done
    );
    question(PLAIN).refuses(&bound, &pick("3"), "wants a text");
    question(PLAIN).refuses(&bound, &pick("4"), "there is no such option");
    question(SEVERAL).refuses(&bound, &pick("1"), "several may be chosen");
    question(PLAIN).refuses(&bound, &Decision::Approve, "use answer");
}

#[test]
fn a_message_is_written_only_into_a_no_that_takes_one() {
    let bound = full("t1", "touch a");
    let says = |message: &str, words: &str| stage().0.refuses(&bound, &deny(message), words);
    says("a\nb", "one line");
    says("  ", "one line");
    let bare = Stage {
        screen: Box::new(|_, _| {
            let (rule, dots) = ("─".repeat(WIDTH), "╌".repeat(WIDTH));
            format!(
                "{rule}\n Fetch\n Claude wants to fetch content from a.org\n{dots}\n url: https://a.org/\n prompt: b\n{dots}\n Do you want to allow Claude to fetch this content?\n ❯ 1. Yes\n   2. Yes, and don't ask again for a.org\n   3. No, and tell Claude what to do differently (esc)\n"
            )
        }),
        ..stage().0
    };
    let mut fetch = request("t1", "https://a.org/");
    fetch.tool = Some("WebFetch".to_owned());
    *bare.row.borrow_mut() = Some(asking(vec![fetch.clone()]));
    let mut bound = bound.clone();
    bound.request = fetch;
    bound.command = None;
    bound.input = Some(json!({"url": "https://a.org/", "prompt": "b"}));
    bare.refuses(&bound, &deny("use make"), "go there");
    // Without one it is denied by the key that its last option names.
    let denied = carry_out(&bound, &Decision::Deny { message: None }, &bare);
    assert!(
        matches!(denied, Outcome::Unknown(_)),
        "its screen stays: {denied:?}"
    );
    assert_eq!(bare.pressed.borrow()[0].0, Press::Key("Escape"));
}
