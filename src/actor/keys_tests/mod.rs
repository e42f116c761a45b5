//! What keeps a key from being pressed, one thing after the other: each of these fails when its check is
//! taken out of [`super::keys`].

mod each_step;
mod equals;
mod held_back;
mod messages;
mod pressed_again;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::json;

use super::keys::{Access, Guard, Outcome, Pane, Press, Pressed, Seen, carry_out, carry_out_until};
use crate::assistants::facets::Verdict;
use crate::hub::client::HubError;
use crate::mux;
use crate::state::fixture::row;
use crate::state::{Bound, Decision, Level, Pick, Request, Row};

const WIDTH: usize = 80;
const PLAIN: &str = "❯ 1. Red\n  2. Blue\n  3. Type something.\n";
const SEVERAL: &str = "❯ 1. [ ] Red\n  2. [ ] Blue\n";
const DESCRIPTION: &str = "lab command";

/// One request of Claude's, and all that happens around it.
struct Stage {
    row: RefCell<Option<Row>>,
    /// What it is once a key was pressed; `None`: as before.
    later: Option<Row>,
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
    /// Once a key was pressed these have a result and no others; `None`: as `result` says.
    results: Option<Vec<&'static str>>,
    /// What the results that come after a key say.
    verdicts: Vec<(&'static str, Verdict)>,
    /// These have a result from the beginning.
    over: Vec<&'static str>,
    /// The command runs once a key was pressed.
    runs: bool,
    seen: Option<Seen>,
    /// For so many looks it works.
    works: Cell<usize>,
    /// It writes about itself all the time, and never that it works.
    writes: bool,
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
    /// With what the last one was handed over.
    guard: RefCell<Option<Guard>>,
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
        let (Outcome::Nothing(why) | Outcome::Late(why)) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(why.contains(words), "{why}");
    }
}

impl Access for Stage {
    fn row(&self, _: &str) -> Result<Option<Row>, HubError> {
        let later = self.later.clone().filter(|_| self.keys() > 0);
        Ok(later.or_else(|| self.row.borrow().clone()))
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

    fn is_at_rest(&self, _: &Bound) -> Option<bool> {
        let works = self.works.get();
        self.works.set(works.saturating_sub(1));
        Some(works == 0)
    }

    fn has_company(&self, _: &Bound) -> bool {
        self.company
    }

    fn verdict(&self, bound: &Bound) -> Option<Verdict> {
        let id = bound.request.request_id.as_deref()?;
        let (_, verdict) = self.verdicts.iter().find(|(known, _)| *known == id)?;
        (self.keys() > 0).then(|| verdict.clone())
    }

    fn has_result(&self, bound: &Bound) -> Option<bool> {
        let id = bound.request.request_id.as_deref();
        if id.is_some_and(|id| self.over.contains(&id)) {
            return Some(true);
        }
        if let Some(answered) = &self.results {
            let has_one = id.is_some_and(|id| answered.contains(&id));
            return Some(has_one && self.keys() > 0);
        }
        (self.keys() >= self.answered_from)
            .then_some(true)
            .or(self.result)
    }

    fn runs(&self, _: &Bound, _: Timestamp) -> bool {
        self.runs && self.keys() > 0
    }

    fn witness(&self, _: &Bound) -> Option<Seen> {
        let mut seen = self.seen.clone();
        if self.writes {
            let now = self.now.get();
            return seen.map(|seen| Seen {
                written: now,
                ..seen
            });
        }
        let is_early = self.now.get() < start().plus(self.waits_after);
        if let Some(seen) = seen.as_mut().filter(|_| is_early || self.keys() > 0) {
            seen.level = Level::Busy;
        }
        seen
    }

    fn look(&self, _: &Bound) -> mux::Outcome<Pane> {
        self.looks.set(self.looks.get() + 1);
        Ok(Pane {
            screen: (self.screen)(self.looks.get(), self.keys()),
            width: self.width,
            unfit: self.unfit,
            stamp: vec![("size", "80x24".to_owned())],
        })
    }

    fn press(&self, _: &Bound, press: &Press, guard: &Guard) -> mux::Outcome<Pressed> {
        assert!(guard.rows.len() > 4 && guard.rows.end <= guard.screen.len());
        self.guard.replace(Some(guard.clone()));
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
        message: Some(pane_patrol_hooks::text::told_line(command, 200)),
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
        later: None,
        full: vec![bound.clone()],
        open: vec![bound.clone()],
        open_from: 0,
        answered_from: usize::MAX,
        company: false,
        result: Some(false),
        results: None,
        verdicts: Vec::new(),
        over: Vec::new(),
        runs: false,
        seen: Some(seen(Level::WaitingApproval, "s")),
        works: Cell::new(0),
        writes: false,
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
        guard: RefCell::new(None),
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
    // So long it is looked at whether it would take the key.
    let one = (Press::Text("1".to_owned()), Duration::from_millis(24));
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
    let all = crate::assistants::claude::dialog::tools_tests::honest();
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
