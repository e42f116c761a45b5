//! The trials: what is so, and what the dashboard says then.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::KeyCode;
use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::Target;

use super::sources::{literals, source};
use super::{Said, arranging, bound, decided, keys, press, tell, usual, writing};
use crate::actor::{Decision, Equal, Outcome, STARTED_ALREADY};
use crate::assistants::request::Known;
use crate::config::Signs;
use crate::launch::{Item, Running, Stopped};
use crate::mux::{Beside, Drawn, Image, Mirrored, Undone};
use crate::notify::Snoozes;
use crate::state::fixture::{behind, ended};
use crate::state::update::{Role, Update};
use crate::tasks::{TaskSource, TaskState};
use crate::tui::effect::PROJECT;
use crate::tui::fixture::{With, look, model_with, now, row};
use crate::tui::message::{Hooks, Jumped, Message, NotAttached, Reread};
use crate::tui::model::Model;
use crate::tui::setup::Pulse;
use crate::tui::task_tests::{list, with_list};
use crate::tui::undone::{NoPatch, NotStarted, Unchanged};
use crate::tui::update::update;

pub(super) fn bring_about(said: &mut Said) {
    requests(said);
    answers(said);
    rows(said);
    going(said);
    typing(said);
    starting(said);
    resuming(said);
    startable(said);
    attaching(said);
    about_rows(said);
    tasks(said);
    writing::bring_about(said);
    arranging::bring_about(said);
    setting_up(said);
    settings(said);
    replays(said);
    ends(said);
}

fn read(model: &mut Model, known: Known) {
    let bound = Box::new(bound(model));
    tell(model, Message::RequestRead(bound, known));
}

fn requests(said: &mut Said) {
    let mut model = usual();
    press(&mut model, KeyCode::Char('a'));
    said.take("`a` came before it was known what is asked", &mut model);
    read(&mut model, Known::Said);
    press(&mut model, KeyCode::Char('a'));
    // What is not on the screen yet was opened with room to read it; now it is, but only just.
    super::draw(&mut model, now());
    press(&mut model, KeyCode::Char('a'));
    said.take(
        "the last line of it has only just come into view",
        &mut model,
    );
    press(&mut model, KeyCode::Char('1'));
    said.take("a number answers no request for approval", &mut model);
    press(&mut model, KeyCode::Char('r'));
    said.take("`r`, and no other request waits", &mut model);
    press(&mut model, KeyCode::Char('D'));
    press(&mut model, KeyCode::Enter);
    said.take("`D`, and Enter without a word", &mut model);
    let asks = row(1, "codex", State::WaitingApproval, "api:2.0", 9).asks("shell", "ls");
    let mut other = model_with(vec![asks], 100, 30);
    press(&mut other, KeyCode::Char('D'));
    said.take("`D`, and its dialog has no room for words", &mut other);
    let mut model = usual();
    press(&mut model, KeyCode::Char('j'));
    press(&mut model, KeyCode::Char('a'));
    said.take("`a` approves no question", &mut model);

    let mut model = model_with(vec![row(1, "claude", State::Idle, "shop:1.1", 5)], 100, 30);
    for (key, when) in [
        (' ', "`Space`, and nothing is asked"),
        ('r', "`r`, and nothing is asked"),
        ('a', "`a`, and nothing is asked"),
    ] {
        press(&mut model, KeyCode::Char(key));
        said.take(when, &mut model);
    }
    let mut paneless = row(1, "claude", State::WaitingApproval, "shop:1.1", 5).asks("Bash", "ls");
    paneless.pane = None;
    let mut model = model_with(vec![paneless], 100, 30);
    press(&mut model, KeyCode::Char('a'));
    said.take("nobody has told in which pane it runs", &mut model);

    let mut tall = row(1, "claude", State::WaitingApproval, "shop:1.1", 5).asks("Bash", "ls");
    tall.waiting[0].message = Some("cat <<E …".to_owned());
    let sizes = (3..14).flat_map(|height| [3, 5, 8, 12, 20, 40].map(|width| (width, height)));
    let mut has_room = true;
    for (width, height) in sizes {
        let mut model = model_with(vec![tall.clone()], width, height);
        read(&mut model, Known::Said);
        keys(&mut model, "aaaa");
        let notice = model.notice.as_ref();
        if has_room && notice.is_some_and(|notice| notice.text.contains("too little room")) {
            said.take("the window has no line for it", &mut model);
            has_room = false;
        }
    }
    assert!(!has_room, "there is room everywhere");

    let mut model = model_with(vec![tall.clone()], 100, 30);
    read(&mut model, Known::Beginning("it is nowhere".to_owned()));
    press(&mut model, KeyCode::Char('a'));
    tall.waiting[0].message = Some("rm …".to_owned());
    tell(&mut model, Message::Update(Update::Snapshot(vec![tall])));
    said.take("what was asked about is not asked any more", &mut model);
    read(&mut model, Known::Said);
    press(&mut model, KeyCode::Char('d'));
    said.take(
        "another request has taken its place in this moment",
        &mut model,
    );
}

fn answers(said: &mut Said) {
    let mut model = usual();
    read(&mut model, Known::Said);
    for (key, when) in [('d', "`d`"), ('a', "`a`")] {
        let later = look(&mut model, now());
        let event = crossterm::event::KeyEvent::new(
            KeyCode::Char(key),
            crossterm::event::KeyModifiers::NONE,
        );
        let mut effects = update(&mut model, Message::Key(event), later);
        effects.retain(|effect| matches!(effect, crate::tui::effect::Effect::Decide(..)));
        assert_eq!(effects.len(), 1, "{key}");
        said.take(&format!("{when}, and it is being sent"), &mut model);
        let denial = Decision::Deny { message: None };
        let decision = if key == 'd' {
            denial
        } else {
            Decision::Approve
        };
        let asked = Box::new(bound(&model));
        tell(&mut model, Message::Decided(asked, decision, Outcome::Done));
        said.take("the dialog is gone", &mut model);
    }
    let equal = Equal::of(&bound(&model), None, &Decision::Approve);
    decided(&mut model, Outcome::Equal(equal));
    said.take("several asked for just the same", &mut model);
    let beside = "a key may have been taken by another dialog: WHAT was answered meanwhile";
    decided(&mut model, Outcome::Beside(beside.to_owned()));
    said.take(
        "`a`, and another request was answered while the key had no effect on this one",
        &mut model,
    );
    decided(&mut model, Outcome::Nothing("WHY".to_owned()));
    said.take("no key was pressed: see below", &mut model);
    decided(&mut model, Outcome::Late("it was denied before".to_owned()));
    said.take(
        "somebody was quicker, and this answer changed nothing",
        &mut model,
    );
    decided(&mut model, Outcome::Unknown("WHY".to_owned()));
    said.take(
        "a key was pressed, and what came of it is not seen: see below",
        &mut model,
    );

    let mut model = usual();
    press(&mut model, KeyCode::Char('j'));
    let asked = Box::new(bound(&model));
    read(&mut model, Known::Said);
    let answer = Decision::Answer(crate::actor::Pick::Number(1));
    tell(&mut model, Message::Decided(asked, answer, Outcome::Done));
    said.take("the question is answered", &mut model);
    let later = look(&mut model, now());
    let key =
        crossterm::event::KeyEvent::new(KeyCode::Char('1'), crossterm::event::KeyModifiers::NONE);
    update(&mut model, Message::Key(key), later);
    said.take("`1` to `9`, and it is being sent", &mut model);
}

fn rows(said: &mut Said) {
    let mut model = model_with(vec![row(1, "claude", State::Idle, "shop:1.1", 5)], 100, 30);
    press(&mut model, KeyCode::Tab);
    said.take("`Tab`, and no row waits", &mut model);
    let mut model = usual();
    keys(&mut model, "/notes");
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Tab);
    said.take(
        "`Tab`, and the filter lets no row through that waits",
        &mut model,
    );
}

fn going(said: &mut Said) {
    let mut model = usual();
    let jumped = Jumped::There {
        covered: false,
        remark: Some("That pane is hidden behind another one; Zellij shows it as a floating pane"),
    };
    tell(&mut model, Message::Jumped(jumped));
    said.take(
        "`Enter`, and Zellij had another pane in the place of that one",
        &mut model,
    );
    let mut model = usual();
    tell(&mut model, Message::Jumped(Jumped::Gone));
    said.take("`Enter`, and the pane was closed", &mut model);
    let why = "tmux does not answer".to_owned();
    tell(&mut model, Message::Jumped(Jumped::Failed(why)));
    said.take(
        "`Enter`, and tmux has not taken you there; it says why",
        &mut model,
    );
    for (why, when) in [
        (
            NotAttached::Undone(Undone::Refused("its server is gone".to_owned())),
            "`Enter` outside tmux, and the server is not there, or is none",
        ),
        (
            NotAttached::NotStarted {
                program: "tmux".to_owned(),
                why: "No such file or directory".to_owned(),
            },
            "`Enter` outside tmux, and tmux does not start",
        ),
        (
            NotAttached::Ended("open terminal failed".to_owned()),
            "`Enter` outside tmux, and tmux says no",
        ),
    ] {
        tell(&mut model, Message::AttachEnded(Err(why)));
        said.take(when, &mut model);
    }
    for (file, when) in [
        ("plan", "`s`, or `Enter` in the split"),
        (
            "words",
            "the split, and something ended there or was closed",
        ),
    ] {
        let path = format!("src/mux/tmux/split/{file}.rs");
        for text in literals(&source(&path)) {
            let is_said = text.contains(" · ");
            let filled = [
                ("{is}", "60"),
                ("{needed}", "80"),
                ("{name}", "claude in shop:1.1"),
                ("{how}", "has ended"),
            ];
            let text = filled
                .iter()
                .fold(text, |text, (name, value)| text.replace(name, value));
            let beside = Beside {
                note: Some(text),
                ..Beside::default()
            };
            if is_said {
                tell(&mut model, Message::Split(beside));
                said.take(when, &mut model);
            }
        }
    }
}

fn typing(said: &mut Said) {
    let mut model = usual();
    press(&mut model, KeyCode::Char('l'));
    press(&mut model, KeyCode::Char('l'));
    press(&mut model, KeyCode::Char('d'));
    said.take(
        "`a`, `d`, `D` or a number in a tab where nothing is asked",
        &mut model,
    );
    let mut model = usual();
    press(&mut model, KeyCode::Char('I'));
    said.take("`I`, and the split draws nothing", &mut model);
    let row = model.selected_row().expect("one is selected");
    let pane = row.server.clone().zip(row.pane).expect("it has a pane");
    let drawn = Beside {
        is_open: true,
        shows: Some(pane.clone()),
        drawn: Some(Drawn::default()),
        ..Beside::default()
    };
    let image = Image::Lines(vec!["hello".to_owned()]);
    model.setup.size = (120, 30);
    tell(&mut model, Message::Mirrored(Mirrored { pane, image }));
    for (end, when) in [
        (
            Message::Typed(2, Err("what ran in its pane has ended".to_owned())),
            "typing into the split, and the pane takes nothing",
        ),
        (
            Message::Resize(60, 30),
            "typing into the split, and the pane is not drawn there any more",
        ),
    ] {
        model.unheard_until = None;
        tell(&mut model, Message::SplitSeen(drawn.clone()));
        press(&mut model, KeyCode::Char('I'));
        tell(&mut model, end);
        said.take(when, &mut model);
    }
}

fn starting(said: &mut Said) {
    let mut model = usual();
    model.setup.launchers.clear();
    press(&mut model, KeyCode::Char('n'));
    said.take("`n`, and there is nothing to start", &mut model);
    for (why, when) in [
        (
            NotStarted::OtherList,
            "`n`, and config.toml was changed since",
        ),
        (
            NotStarted::Settings("the settings cannot be used: …".to_owned()),
            "`n`, and config.toml cannot be read",
        ),
        (
            NotStarted::Refused("tmux: no space for new pane".to_owned()),
            "`n`, and tmux has not started it; it says why",
        ),
        (
            NotStarted::NotBeside("too narrow to split: 60 columns, 80 are needed".to_owned()),
            "`n`, and there is no place beside the dashboard",
        ),
    ] {
        tell(&mut model, Message::Started(Err(why)));
        said.take(when, &mut model);
    }
    let stopped = |model: &mut Model, outcome| {
        let row = model.selected_row().cloned().expect("a row is selected");
        tell(model, Message::Stopped(Box::new(row), outcome));
    };
    stopped(&mut model, Stopped::Ended);
    said.take("`x`, and it has ended", &mut model);
    let mut left = model.selected_row().cloned().expect("a row is selected");
    left.target = Target::agent("build@host").expect("a name");
    (left.state, left.pane, left.pid) = (State::Error, None, None);
    tell(&mut model, Message::Stopped(Box::new(left), Stopped::Ended));
    said.take("`x` on a row of which nothing runs any more", &mut model);
    let why = "its pane is not known".to_owned();
    stopped(&mut model, Stopped::Failed(why));
    said.take(
        "`x`, and it could not be asked to end, or did not",
        &mut model,
    );
}

fn resuming(said: &mut Said) {
    let mut model = usual();
    press(&mut model, KeyCode::Char('E'));
    said.take("`E`, and there is nothing to hide", &mut model);
    let sessions = vec![ended("claude", "0199f0c4")];
    tell(
        &mut model,
        Message::Update(Update::Ended(sessions.clone().into())),
    );
    press(&mut model, KeyCode::Char('E'));
    said.take("`E`", &mut model);
    keys(&mut model, "EG");
    press(&mut model, KeyCode::Enter);
    said.take("Enter, and it has ended within the last second", &mut model);
    let later = now().plus(Duration::from_secs(2));
    for _ in 0..2 {
        let enter =
            crossterm::event::KeyEvent::new(KeyCode::Enter, crossterm::event::KeyModifiers::NONE);
        update(&mut model, Message::Key(enter), later);
    }
    said.take("Enter twice", &mut model);
    for (why, when) in [
        (
            NotStarted::Refused("its folder /home/ada/src/shop is gone".to_owned()),
            "Enter on an ended session, and it was not started; it says why",
        ),
        (
            NotStarted::Refused(STARTED_ALREADY.to_owned()),
            "Enter on an ended session that somebody else takes up",
        ),
        (
            NotStarted::NotBeside("too narrow to split: 60 columns, 80 are needed".to_owned()),
            "Enter on an ended session, and there is no place beside the dashboard",
        ),
    ] {
        let session = Box::new(sessions[0].clone());
        tell(&mut model, Message::Resumed(session, Err(why)));
        said.take(when, &mut model);
    }
}

fn startable(said: &mut Said) {
    let mut model = usual();
    model.setup.launchers = vec!["box".to_owned()];
    let listed = |runs| {
        let name = "one".to_owned();
        Message::Listed(vec![(0, Ok(vec![Item { name, runs }]))])
    };
    tell(&mut model, listed(None));
    press(&mut model, KeyCode::Char('E'));
    said.take("`E`, and nothing has ended", &mut model);
    let sessions = vec![ended("claude", "0199f0c4")];
    tell(&mut model, Message::Update(Update::Ended(sessions.into())));
    keys(&mut model, "EE");
    said.take("`E`, and both is there", &mut model);
    keys(&mut model, "EG");
    press(&mut model, KeyCode::Enter);
    said.take(
        "Enter on what a launcher lists, and another row stood there within the last second",
        &mut model,
    );
    let later = now().plus(Duration::from_secs(2));
    let enter = || {
        let (key, none) = (KeyCode::Enter, crossterm::event::KeyModifiers::NONE);
        Message::Key(crossterm::event::KeyEvent::new(key, none))
    };
    for _ in 0..2 {
        update(&mut model, enter(), later);
    }
    said.take("Enter on what a launcher lists, twice", &mut model);
    tell(&mut model, Message::Started(Err(NotStarted::OnlyAReplay)));
    let running = Running {
        row: "/tmp/tmux-1000/default,77::%70".to_owned(),
        target: "work:1.0".parse().expect("it is one"),
    };
    update(&mut model, listed(Some(running.clone())), later);
    update(&mut model, enter(), later);
    said.take(
        "Enter on what a launcher lists, and it is said to run",
        &mut model,
    );
    update(&mut model, listed(Some(running)), later);
    said.take(
        "Enter on what a launcher lists, and it runs still",
        &mut model,
    );
}

fn attaching(said: &mut Said) {
    let behind = behind(900, "claude", State::Running, 5).in_folder("/home/ada/src/shop", None);
    let mut model = model_with(vec![behind.clone()], 100, 30);
    for _ in 0..2 {
        press(&mut model, KeyCode::Enter);
    }
    said.take("Enter twice on a session in the background", &mut model);
    for (why, when) in [
        (
            NotStarted::Refused("tmux does not answer".to_owned()),
            "Enter on a session in the background, and no pane shows it; it says why",
        ),
        (
            NotStarted::NotBeside("too narrow to split: 60 columns, 80 are needed".to_owned()),
            "Enter on a session in the background, and there is no place beside the dashboard",
        ),
    ] {
        let row = Box::new(behind.clone());
        tell(&mut model, Message::Brought(row, Err(why)));
        said.take(when, &mut model);
    }
}

fn about_rows(said: &mut Said) {
    let mut model = usual();
    let urgent = row(90, "claude", State::WaitingApproval, "late:0.0", 9_000);
    tell(&mut model, Message::Update(Update::Row(Arc::new(urgent))));
    press(&mut model, KeyCode::Char('d'));
    said.take(
        "`d`, `D` or `t`, and another row was selected half a second before",
        &mut model,
    );
    let mut model = usual();
    press(&mut model, KeyCode::Char('.'));
    said.take("`.` outside of `pulse`", &mut model);
    model.setup.pulse = Some(Pulse::default());
    press(&mut model, KeyCode::Enter);
    said.take(
        "`pulse` without its overview, and a key that is about assistants",
        &mut model,
    );
    let mut model = usual();
    let id = model.selected_row().expect("a row is selected").id.clone();
    for (minutes, when) in [(10, "`z`"), (60, "`z` again"), (0, "`z` once more")] {
        let until = (minutes > 0).then(|| now().plus(Duration::from_secs(minutes * 60)));
        let snoozes = Snoozes::default().with(&id, until, now());
        tell(&mut model, Message::Snoozed(id.clone(), Ok(snoozes)));
        said.take(when, &mut model);
    }
    let why =
        "could not snooze it: could not write …: nothing was changed: notices are given as before";
    let why = Unchanged::Refused(why.to_owned());
    tell(&mut model, Message::Snoozed(id, Err(why)));
    said.take("`z`, and it cannot be written down", &mut model);
    let none = Snoozes::default();
    tell(&mut model, Message::Snoozed("nobody".to_owned(), Ok(none)));
    said.take("`z`, and it has ended meanwhile", &mut model);
    let told = "For 10 minutes claude in shop:1.1 may do what no rule forbids. What it asks now still waits for you.";
    tell(&mut model, Message::Trusted(Ok(told.to_owned())));
    said.take("`t` while it asks something", &mut model);
    for (why, when) in [
        (
            "its session is not known",
            "`t`, and it has told nothing of its session",
        ),
        (
            "only Claude Code asks us before it asks you",
            "`t` on a row of another assistant",
        ),
        (
            "Claude Code asks only you there; `pane-patrol install --assistant claude --approvals` changes that",
            "`t`, and its hook does not ask pane-patrol",
        ),
    ] {
        let why = Unchanged::Refused(why.to_owned());
        tell(&mut model, Message::Trusted(Err(why)));
        said.take(when, &mut model);
    }
}

fn tasks(said: &mut Said) {
    let mut model = with_list(list(), 100, 30);
    keys(&mut model, " n");
    press(&mut model, KeyCode::Enter);
    said.take(
        "`n` in the list of tasks, and Enter without a word",
        &mut model,
    );
    press(&mut model, KeyCode::Esc);
    let mut one = list();
    one.tags.truncate(1);
    let mut model = with_list(one.clone(), 100, 30);
    keys(&mut model, " t");
    said.take(
        "`t` in the list of tasks, and Taskmaster has one list",
        &mut model,
    );
    one.tasks.clear();
    let mut model = with_list(one, 100, 30);
    keys(&mut model, " 3");
    said.take("`3` in an empty list of tasks", &mut model);
    let mut malformed = list();
    malformed.state = TaskState::TasksMalformed;
    let mut model = with_list(malformed, 100, 30);
    keys(&mut model, " 3");
    said.take("`3` in a list that cannot be understood", &mut model);
    let mut own = list();
    own.source = Some(TaskSource::Assistant);
    let mut model = with_list(own, 100, 30);
    keys(&mut model, " 3");
    said.take("`3` in a list that the assistant keeps", &mut model);
    let mut model = with_list(list(), 100, 30);
    model.setup.pulse = Some(Pulse {
        overview: true,
        ..Pulse::default()
    });
    let feed = Update::Tasks(PROJECT.to_owned(), Arc::new(list()));
    tell(&mut model, Message::Update(feed));
    keys(&mut model, ". 3");
    said.take(
        "`3` in `pulse`, in the list of the folder it runs in",
        &mut model,
    );
    let mut model = with_list(list(), 100, 30);
    keys(&mut model, " 3");
    let why = "other programs write …/tasks.json over and over, and take the change back each time";
    let refused = Unchanged::Refused(why.to_owned());
    tell(&mut model, Message::TaskChanged(Err(refused)));
    said.take(
        "`3` in the list of tasks, and it cannot be written",
        &mut model,
    );
    tell(
        &mut model,
        Message::TaskChanged(Ok("task 3 is done".to_owned())),
    );
    said.take("`3` in the list of tasks", &mut model);
}

fn setting_up(said: &mut Said) {
    let mut model = usual();
    press(&mut model, KeyCode::Char('i'));
    said.take("`i`, and somebody reports already", &mut model);
    let mut model = model_with(Vec::new(), 100, 30);
    press(&mut model, KeyCode::Char('i'));
    said.take("`i` in the first moment", &mut model);
    tell(&mut model, Message::Hooks(Hooks::Installed));
    press(&mut model, KeyCode::Char('i'));
    said.take("`i`, and nothing is missing", &mut model);
}

fn settings(said: &mut Said) {
    let mut model = usual();
    let mut setup = model.setup.clone();
    setup.signs = Signs::Plain;
    let later = Vec::new();
    let read = Reread { setup, later };
    tell(&mut model, Message::Settings(Ok(Box::new(read))));
    said.take("the settings file was changed, and is right", &mut model);
}

/// In `pane-patrol log replay` nothing is done.
fn replays(said: &mut Said) {
    let mut model = usual();
    let when = "in a replay of the log";
    tell(&mut model, Message::Started(Err(NotStarted::OnlyAReplay)));
    said.take(when, &mut model);
    tell(&mut model, Message::Trusted(Err(Unchanged::OnlyAReplay)));
    said.take(when, &mut model);
    said.text(when, &NoPatch::OnlyAReplay.to_string());
}

fn ends(said: &mut Said) {
    let mut model = usual();
    tell(&mut model, Message::FeedEnded);
    let Some(Role::Nobody(why)) = &model.role else {
        panic!("nobody collects");
    };
    let next = "start `pane-patrol` again";
    said.row("the part of it that collects has ended", why, next);
    let no_folder = NoPatch::NoFolder.to_string();
    said.row(
        "a patch, and its folder was never told",
        &no_folder,
        "its first event names it",
    );
    let nobody = crate::tui::undone::NoOffer::NoAssistant.to_string();
    said.row(
        "`i`, and nobody is there to install for",
        &nobody,
        "install an assistant first",
    );
    patch_lines(said);
}

/// Of a patch that is too long a part is shown.
fn patch_lines(said: &mut Said) {
    use crate::git::Patch;
    use crate::tui::work_tests::patch;
    let long = "+x\n".repeat(5002);
    for (text, truncated, when) in [
        ("+x\n", true, "a patch is longer than anybody reads"),
        (&*long, false, "a patch has more than 5000 lines"),
        (&*long, true, "both"),
    ] {
        let patch = Patch {
            text: text.to_owned(),
            truncated,
            ..patch()
        };
        let lines = crate::tui::update::work::lines(&patch);
        let last = lines.last().expect("there is one");
        said.row(
            when,
            last,
            "`pane-patrol diff TARGET --patch FILE` prints more of it",
        );
    }
}

/// Where the part that presses keys says why it does not, and after which words.
const REASONS: &[(&str, &[&str])] = &[
    ("src/actor/stop.rs", &["#[error("]),
    ("src/actor/digest.rs", &["#[error("]),
    ("src/actor/decide.rs", &["#[error("]),
    ("src/actor/turn.rs", &["#[error("]),
    ("src/actor/keys/choice.rs", &["Stop::Wrong("]),
    ("src/assistants/facets/dialog/refusal.rs", &["#[error("]),
    (
        "src/state/decision.rs",
        &["return Some(", "is_empty() {", "} else {"],
    ),
];

/// Every reason that it gives.
pub(super) fn refusals(said: &mut Said) {
    let mut model = usual();
    for (place, begins) in REASONS {
        let text = source(place);
        for why in begins.iter().flat_map(|begin| first_literals(&text, begin)) {
            decided(&mut model, Outcome::Nothing(named(&why)));
            let notice = model.notice.take().expect("it is said").text;
            let (_, why) = notice.split_once("nothing was sent: ").expect("it is why");
            said.text("", why);
        }
    }
    assert!(said.0.len() > 40, "only {} were found", said.0.len());
}

/// The sentences that stand right after `begin`. What cannot be typed here is no reason there.
fn first_literals(text: &str, begin: &str) -> Vec<String> {
    let right_after = |part: &&str| part.trim_start().starts_with('"');
    let parts = text.split(begin).skip(1).filter(right_after);
    let sentences = parts.filter_map(|part| {
        let end = part.find([';', '}']).map_or(part.len(), |end| end.max(400));
        literals(part.get(..end).unwrap_or(part)).into_iter().next()
    });
    let sentences = sentences.filter(|why| why.contains(' ') && !why.starts_with("a digest has"));
    sentences.collect()
}

/// With words in capitals for values.
fn named(text: &str) -> String {
    [
        ("{about}", "REQUEST"),
        ("{how}", ", `--request ID`"),
        ("no {0}", "no OPTION"),
        ("but {0}", "but OPTIONS"),
        ("most {0}", "most N"),
        ("its {0} is not", "its PART is not"),
        ("its {0} is too", "its PART is too"),
        ("its {0} holds", "its PART holds"),
        ("of its {0},", "of its PART,"),
        ("{} is not known", "its PART is not known"),
        ("{0}, in", "it was denied before, in"),
        ("lock {}", "lock FILE"),
        ("{source}", "WHY"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (value, name)| {
        text.replace(value, name)
    })
}
