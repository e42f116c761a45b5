//! What stands above the list and in the panels where something is not as it should be.

use std::collections::BTreeMap;

use crossterm::event::KeyCode;

use super::{Said, press, tell, usual};
use crate::git::{GitError, Patch};
use crate::state::update::{Health, Role, Update};
use crate::tui::fixture::{day, model_with, screen};
use crate::tui::message::{Hooks, Message, Reread};
use crate::tui::model::Model;
use crate::tui::model::alerts::{self, Line};
use crate::tui::setup::Pulse;
use crate::tui::undone::{NoOffer, NoPatch};

pub(super) fn bring_about(said: &mut Said) {
    above(said);
    settings(said);
    empty(said);
    patches(said);
}

/// The settings file was changed while the dashboard runs.
fn settings(said: &mut Said) {
    let mut line = |read: Result<Vec<String>, &str>, when: &str, next: &str| {
        let mut model = model_with(day(), 100, 30);
        let setup = model.setup.clone();
        let read = read.map(|later| Box::new(Reread { setup, later }));
        tell(&mut model, Message::Settings(read.map_err(str::to_owned)));
        for one in alerts::lines(&model) {
            let (Line::Trouble(text) | Line::Remark(text)) = one;
            said.row(when, &text, next);
        }
    };
    line(
        Err("line 3: unknown key `them` in `[dashboard]`: is `theme` meant?"),
        "the settings file was changed while the dashboard runs, and cannot be used; it says where and why",
        "`pane-patrol config check` names all that is wrong with it",
    );
    line(
        Ok(vec!["[table] silent".to_owned()]),
        "the settings file was changed, and not all of it can hold at once",
        "start whoever collects again",
    );
}

fn above(said: &mut Said) {
    let mut line = |change: &dyn Fn(&mut Model), when: &str, next: &str| {
        let mut model = model_with(day(), 100, 30);
        change(&mut model);
        for one in alerts::lines(&model) {
            let (Line::Trouble(text) | Line::Remark(text)) = one;
            said.row(when, &text, next);
        }
    };
    let health = |health: Health| {
        move |model: &mut Model| {
            tell(model, Message::Update(Update::Health(health.clone())));
        }
    };
    let one = |reason: &str| BTreeMap::from([(reason.to_owned(), 2)]);
    line(
        &|model: &mut Model| drop(tell(model, Message::FeedEnded)),
        "the part of it that collects has ended",
        "start `pane-patrol` again",
    );
    line(
        &|model: &mut Model| {
            let why = "another pane-patrol has ended".to_owned();
            tell(model, Message::Update(Update::Role(Role::Nobody(why))));
        },
        "whoever collected has ended, and this one cannot; it says why",
        "`pane-patrol doctor` tells what mends it",
    );
    line(
        &|model: &mut Model| drop(tell(model, Message::Update(Update::Role(Role::Subscriber)))),
        "another dashboard or `collect` was there before",
        "nothing is to be done",
    );
    line(
        &|model: &mut Model| {
            let role = Role::Alone("session files and processes");
            tell(model, Message::Update(Update::Role(role)));
        },
        "nobody collects, and `pulse` looks at this machine alone; with the event log on it counts, too",
        "`pane-patrol` or `pane-patrol collect` in another pane collects",
    );
    line(
        &|model: &mut Model| {
            model.setup.pulse = Some(Pulse {
                overview: true,
                remark: Some(
                    "AOC_PULSE_THEME is none of terminal, auto, dark, light: WORD".to_owned(),
                ),
                ..Pulse::default()
            });
        },
        "a variable of Mission Control names no colours that there are",
        "one of these words, or `theme` of the settings",
    );
    line(
        &health(Health {
            rejected: one("malformed"),
            ..Health::default()
        }),
        "something sends what is no event",
        "*Health* tells why; `pane-patrol man emit` tells how an event is written",
    );
    line(
        &health(Health {
            unreadable: one("malformed"),
            ..Health::default()
        }),
        "the event log holds lines that are none",
        "`pane-patrol log` names them",
    );
    line(
        &health(Health {
            foreign: 2,
            ..Health::default()
        }),
        "another user sends events",
        "none of them counts; *Health* counts them",
    );
    line(
        &health(Health {
            troubles: vec!["the rules cannot be read, so nothing is allowed: WHY".to_owned()],
            ..Health::default()
        }),
        "a part of it has trouble, and says which",
        "correct what it names; `pane-patrol doctor` tells more",
    );
    line(
        &|model: &mut Model| super::keys(model, "/shop"),
        "`/` hides rows",
        "`Esc` shows all again",
    );
    line(
        &|model: &mut Model| super::keys(model, "f"),
        "`f` hides rows",
        "`f` again, or `Esc`",
    );
}

/// Where no row is there.
fn empty(said: &mut Said) {
    for (hooks, when, next) in [
        (
            Hooks::Missing,
            "no hook is registered",
            "`i` shows what would be registered",
        ),
        (
            Hooks::Installed,
            "nobody has reported yet",
            "start an assistant in a pane",
        ),
    ] {
        let mut model = model_with(Vec::new(), 100, 30);
        tell(&mut model, Message::Hooks(hooks));
        let shown = screen(&model);
        let first = shown
            .lines()
            .map(str::trim)
            .find(|line| line.ends_with('.'));
        said.row(when, first.expect("it is said"), next);
    }
    let mut model = model_with(Vec::new(), 100, 30);
    tell(&mut model, Message::Hooks(Hooks::Missing));
    press(&mut model, KeyCode::Char('i'));
    tell(
        &mut model,
        Message::InstallPlanned(Err(NoOffer::NoAssistant)),
    );
    let shown = screen(&model);
    assert!(shown.contains("No assistant was found on PATH"), "{shown}");
    let mut model = usual();
    super::keys(&mut model, "/nosuchword");
    let shown = screen(&model);
    let line = shown.lines().find(|line| line.contains("no row to show"));
    let line = line.expect("it is said").trim();
    let (says, next) = line.split_once(": ").expect("it says what next");
    said.row("the filter lets no row through", says, next);
}

/// In the tab of changes.
fn patches(said: &mut Said) {
    for (why, when, next) in [
        (
            NoPatch::NoFolder,
            "it has told of no folder",
            "its first event names it",
        ),
        (
            NoPatch::Elsewhere(
                "the collector refused: its publisher is not there (no_patch)".to_owned(),
            ),
            "only a client of the hub sees its folder, and does not answer",
            "open the tab again, when it is back",
        ),
        (GitError::Missing.into(), "there is no git", "install it"),
        (
            GitError::NotRepository.into(),
            "its folder is in no repository",
            "`git init`, where changes are to be seen",
        ),
        (
            GitError::TimedOut.into(),
            "the repository or its disk is slow",
            "open the tab again",
        ),
        (
            GitError::TooLong.into(),
            "git tells more than can be shown",
            "look at it with git itself",
        ),
        (
            GitError::NotChanged("FILE".to_owned()).into(),
            "the file is as it was committed by now",
            "`Esc` goes back to the files",
        ),
    ] {
        let mut model = usual();
        let folder = model.selected_row().expect("a row is selected").id.clone();
        super::keys(&mut model, "ll");
        let shown: Result<Patch, NoPatch> = Err(why.clone());
        model.work.patch = Some(crate::tui::model::work::OpenPatch {
            row: folder.clone(),
            path: "FILE".to_owned(),
            lines: None,
            of: None,
        });
        tell(
            &mut model,
            Message::PatchRead(folder, "FILE".to_owned(), shown),
        );
        said.row(when, &why.to_string(), next);
    }
}
