//! The dashboard's whole way over a multiplexer that works, hangs, lies, dies, cannot be reached or lacks
//! something: the real collector, the real hands and the real screens, over a fake of one file.

use std::ffi::OsString;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::event::{Assistant, Event, Kind, State};
use pane_patrol_hooks::target::{PaneId, Target};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use time::UtcOffset;

use super::*;
use crate::collector::{self, Membership};
use crate::mux::fake::{Fake, FakeServer, Mood};
use crate::mux::{Absent, Press};
use crate::state::update::Update;
use crate::tui::{Effect, Message, Model, Setup, Theme, update, view};

const SIZE: (u16, u16) = (160, 24);

/// What each step is called, and its keys.
const STEPS: [(&str, &str); 9] = [
    ("go there", "\n"),
    ("approve", "a"),
    ("split", "s"),
    ("show the other one", "j\n"),
    // Not a key: somebody closes the place behind our back.
    ("close the place", CLOSED),
    ("open it anew", "\n"),
    ("no split", "s"),
    ("start", "n\n"),
    ("stop", "kxx"),
];

/// See [`STEPS`].
const CLOSED: &str = "";

/// A dashboard, a collector, and two assistants on a fake server.
struct Journey {
    // Ends before the folder goes.
    membership: Option<Membership>,
    updates: Receiver<Update>,
    model: Model,
    actions: RealActions,
    fake: Fake,
    assistants: Vec<Child>,
    /// How much later it is than the clock says.
    later: Duration,
    _folder: tempfile::TempDir,
}

impl Journey {
    fn begin() -> Self {
        let (fake, folder) = (Fake::new(), tempfile::tempdir().unwrap());
        let below = |name: &str| folder.path().join(name).into_os_string();
        for name in ["home", "run", "config/pane-patrol"] {
            std::fs::create_dir_all(below(name)).unwrap();
        }
        let settings = "[[launcher]]\nname = \"aider\"\ncommand = \"aider\"\n";
        std::fs::write(below("config/pane-patrol/config.toml"), settings).unwrap();
        let tmux = OsString::from(format!("{},0", fake.server()));
        let context = Context::read(|name| match name {
            "HOME" => Some(below("home")),
            "XDG_RUNTIME_DIR" => Some(below("run")),
            "XDG_CONFIG_HOME" => Some(below("config")),
            "XDG_STATE_HOME" => Some(below("state")),
            "TMUX" => Some(tmux.clone()),
            "TMUX_PANE" => Some("%0".into()),
            _ => None,
        });
        let assistants: Vec<Child> = (1..=2)
            .map(|pane| {
                let sleep = Command::new("sleep").arg("600").spawn().unwrap();
                fake.pane(pane, sleep.id());
                sleep
            })
            .collect();
        let dialog = "tests/fixtures/gemini/screens/permission_command.txt";
        let dialog = Path::new(env!("CARGO_MANIFEST_DIR")).join(dialog);
        let dialog = std::fs::read_to_string(dialog).unwrap();
        fake.with(|server| server.panes.get_mut(&1).unwrap().1 = dialog);
        let setup = context.collector(&[]).unwrap();
        let (updates, membership) = collector::join(setup).unwrap();
        let model = Model::new(Setup {
            columns: crate::config::ListColumns::default(),
            signs: crate::config::Signs::default(),
            in_multiplexer: true,
            offset: UtcOffset::UTC,
            home: None,
            split: false,
            row_lines: 1,
            launchers: vec!["aider".to_owned()],
            listing: Vec::new(),
            wrapping: Vec::new(),
            theme: Theme::Terminal.into(),
            keys: tui::Bindings::default(),
            pulse: None,
            away_after: std::time::Duration::ZERO,
            answers: false,
            kept: Ok(Kept::default()),
            size: SIZE,
        });
        let mut journey = Self {
            membership: Some(membership),
            updates,
            model,
            actions: RealActions::new(context, None, Room::default()),
            fake,
            assistants,
            later: Duration::ZERO,
            _folder: folder,
        };
        journey.actions.ready();
        journey.report();
        journey
    }

    /// Both assistants report, and the dashboard hears of them.
    fn report(&mut self) {
        let places = self.actions.context.places();
        self.until("it collects", |_| places.events_socket.exists());
        let sender = UnixDatagram::unbound().unwrap();
        for (pane, state) in [(1, State::WaitingApproval), (2, State::Running)] {
            let target = Target::Pane(PaneId(pane));
            let mut event = Event::new(Assistant::GEMINI, state, target, Timestamp::now());
            event.pid = Some(self.assistants[pane as usize - 1].id());
            event.pane = Some(PaneId(pane));
            event.server = Some(self.fake.server());
            event.instance_id = Some(format!("session-{pane}"));
            event.tool = Some("run_shell_command".to_owned());
            event.message = Some("touch o1.txt".to_owned());
            event.kind = Some(match state {
                State::WaitingApproval => Kind::ApprovalRequested,
                _ => Kind::ToolStarted,
            });
            let line = event.encode().unwrap();
            sender.send_to(&line, &places.events_socket).unwrap();
        }
        // The addresses are the fake's: no event has told them.
        self.until("both rows are listed", |journey| {
            let screen = journey.screen();
            screen.contains("work:1.0") && screen.contains("work:2.0")
        });
    }

    /// Hears of the collector until that is so.
    fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !is_so(self) {
            assert!(Instant::now() < end, "never: {what}\n{}", self.screen());
            if let Ok(update) = self.updates.recv_timeout(Duration::from_millis(20)) {
                self.take(Message::Update(update));
            }
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::now().plus(self.later)
    }

    /// Tells the model, and carries out what it wants, one thing after the other.
    fn take(&mut self, message: Message) {
        let now = self.now();
        for effect in update(&mut self.model, message, now) {
            if let Some(message) = self.carry_out(effect) {
                self.take(message);
            }
        }
    }

    fn carry_out(&self, effect: Effect) -> Option<Message> {
        let actions = &self.actions;
        Some(match effect {
            Effect::Jump(row) => Message::Jumped(actions.jump(&row)),
            Effect::Split(step @ (tui::Split::Toggle | tui::Split::Show(_))) => {
                Message::Split(actions.split(&step))
            }
            Effect::Split(step) => Message::SplitSeen(actions.split(&step)),
            Effect::Start {
                choice,
                row,
                beside,
            } => Message::Started(actions.start(&choice, row.as_deref(), beside)),
            Effect::Stop(row) => {
                let stopped = actions.stop(&row);
                Message::Stopped(row, stopped)
            }
            Effect::ClosePane(row) => {
                let stopped = actions.close_pane(&row);
                Message::Stopped(row, stopped)
            }
            Effect::Decide(bound, decision, shown) => {
                let outcome = actions.decide(&bound, &decision, &shown);
                Message::Decided(bound, decision, outcome)
            }
            Effect::ReadRequest(bound) => {
                let known = actions.read_request(&bound);
                Message::RequestRead(bound, known)
            }
            _ => return None,
        })
    }

    /// The person looks for a while, then types.
    fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            self.take(Message::Drawn(SIZE.0, SIZE.1));
            self.later += Duration::from_secs(2);
            let code = match key {
                '\n' => KeyCode::Enter,
                key => KeyCode::Char(key),
            };
            self.take(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
    }

    fn screen(&self) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        view::draw(&self.model, self.now(), &mut buffer);
        let line = |y| {
            let cells = (0..SIZE.0).map(|x| buffer[(x, y)].symbol());
            cells.collect::<String>().trim_end().to_owned() + "\n"
        };
        (0..SIZE.1).map(line).collect()
    }

    /// What is said in the last line; of mere hints the first one.
    fn words(&self) -> String {
        let screen = self.screen();
        let last = screen.lines().next_back().unwrap_or_default().trim();
        match last.split(" · ").collect::<Vec<_>>()[..] {
            // What was done or not, and what to do next.
            [_] | [_, _] => last.to_owned(),
            [first, ..] => format!("[{first}]"),
            [] => String::new(),
        }
    }

    /// All the steps, each with the words that the dashboard has for what came of it.
    fn walk(&mut self) -> String {
        let mut told = Vec::new();
        for (name, keys) in STEPS {
            if keys == CLOSED {
                self.close_the_place();
            }
            self.press(keys);
            told.push(format!("{name}: {}", self.words()));
            // Whatever is open still, the next step begins at the list.
            self.take(Message::Key(KeyEvent::new(
                KeyCode::Esc,
                KeyModifiers::NONE,
            )));
        }
        let mut row = Box::new(self.fake.row(2, "gemini", State::Running));
        row.instance_id = Some("session-2".to_owned());
        let stopped = self.actions.close_pane(&row);
        self.take(Message::Stopped(row, stopped));
        told.push(format!("close its pane: {}", self.words()));
        told.join("\n")
    }

    /// Somebody closes the place otherwise than in the dashboard, which becomes wider by that.
    fn close_the_place(&mut self) {
        self.fake.with(|server| {
            server.has_place = false;
            server.beside = None;
        });
        self.take(Message::Resize(SIZE.0, SIZE.1));
    }

    /// The same where the server does all that in that way.
    fn walk_with(change: impl FnOnce(&mut FakeServer)) -> String {
        let mut journey = Self::begin();
        journey.fake.with(change);
        journey.walk()
    }
}

impl Drop for Journey {
    fn drop(&mut self) {
        if let Some(membership) = self.membership.take() {
            membership.leave();
        }
        for assistant in &mut self.assistants {
            let _ = assistant.kill();
            let _ = assistant.wait();
        }
    }
}

#[test]
fn over_one_that_works_everything_is_done() {
    let mut journey = Journey::begin();
    let told = journey.walk();
    insta::assert_snapshot!(told);
    journey.fake.with(|server| {
        assert_eq!(server.front, 1);
        assert_eq!(server.typed, [(1, Press::Text("1".to_owned()))]);
        assert_eq!(server.panes.keys().collect::<Vec<_>>(), [&0, &1, &3]);
    });
    let end = journey.assistants[0].try_wait().unwrap();
    assert!(end.is_some(), "the first one was stopped");
}

#[test]
fn what_is_started_is_selected_and_shown_and_when_it_is_stopped_the_place_says_so() {
    let mut journey = Journey::begin();
    journey.press("sn\n");
    journey.fake.with(|server| {
        assert_eq!(server.beside, Some(3));
        server.panes.insert(3, (1, String::new()));
    });
    let awaited = journey.model.awaited.clone();
    assert_eq!(awaited, Some((journey.fake.server().socket, PaneId(3))));
    let row = journey.fake.row(3, "aider", State::Idle);
    let id = row.id.clone();
    journey.take(Message::Update(Update::Row(Arc::new(row.clone()))));
    assert_eq!(journey.model.selected, Some(id));
    journey.take(Message::Stopped(Box::new(row), Stopped::Ended));
    journey.fake.with(|server| {
        assert_eq!((server.has_place, server.beside), (true, None));
        assert_eq!(server.place_says, "aider in work:3.0 was stopped");
    });
}

#[test]
fn one_that_hangs_is_waited_for_no_longer_and_said_to() {
    insta::assert_snapshot!(Journey::walk_with(|server| server.mood = Mood::Hangs));
}

#[test]
fn one_that_lies_is_not_taken_at_its_word() {
    insta::assert_snapshot!(Journey::walk_with(|server| server.mood = Mood::Lies));
}

#[test]
fn a_key_of_which_nobody_knows_whether_it_was_pressed_is_told_as_such() {
    let mut journey = Journey::begin();
    journey.fake.with(|server| server.swallows_keys = true);
    journey.press("a");
    insta::assert_snapshot!(
        journey.words(),
        @"work:1.0: look there, an answer was sent, but fake does not answer · Enter goes there"
    );
}

#[test]
fn one_that_has_died_is_said_to_be_gone() {
    insta::assert_snapshot!(Journey::walk_with(|server| server.mood = Mood::Dead));
}

#[test]
fn one_that_cannot_be_reached_is_named_with_what_brings_it_back() {
    insta::assert_snapshot!(Journey::walk_with(|server| server.mood = Mood::Lost));
}

#[test]
fn what_one_cannot_do_is_said_in_its_own_words() {
    insta::assert_snapshot!(Journey::walk_with(|server| {
        server.absent = Absent {
            jump: Some("fake moves nobody; go there yourself"),
            open: Some("fake opens nothing; start it yourself"),
            close: Some("fake closes nothing; close it yourself"),
            guarded_keys: Some("fake cannot compare and press in one step; answer there"),
            split: Some("fake lends no pane; Enter goes there"),
            message: None,
            stirs: None,
            restore: None,
            pipe: None,
            sidebar: None,
        };
    }));
}

#[test]
fn where_it_was_started_is_said_when_nobody_knows_the_folder_of_the_row() {
    let journey = Journey::begin();
    let ours = std::env::current_dir().unwrap();
    let here = format!(", but in {}: the folder of this row", ours.display());
    let start = |row: Option<&Row>| {
        let started = journey.actions.start(&Choice::default(), row, false);
        started.unwrap().said
    };
    let mut row = journey.fake.row(2, "gemini", State::Running);
    row.pid = Some(journey.assistants[1].id());
    assert!(
        !start(Some(&row)).contains("but in"),
        "its process shows it"
    );
    row.pid = None;
    assert!(start(Some(&row)).contains(&here), "{}", start(Some(&row)));
    row.cwd = Some("/nothing/of/that/name".to_owned());
    assert!(start(Some(&row)).contains(&here), "it is gone");
    row.cwd = Some("/".to_owned());
    assert!(!start(Some(&row)).contains("but in"), "it was told");
    let without = start(None);
    assert!(!without.contains("but in"), "{without}");
}

#[test]
fn panes_that_cannot_be_listed_are_a_line_of_the_dashboard_and_no_end_of_rows() {
    let mut journey = Journey::begin();
    journey.fake.with(|server| server.lists = Mood::Hangs);
    journey.until("it is told", |journey| {
        journey.screen().contains("does not answer")
    });
    let screen = journey.screen();
    let line = screen.lines().find(|line| line.contains("does not answer"));
    let line = line
        .unwrap()
        .replace(&journey.fake.server().socket, "SOCKET");
    insta::assert_snapshot!(line.trim(), @"× fake does not answer");
    assert!(screen.contains("work:1.0"), "{screen}");
    journey.fake.with(|server| server.lists = Mood::Dead);
    journey.until("its rows go with it", |journey| {
        !journey.screen().contains("work:1.0")
    });
}
