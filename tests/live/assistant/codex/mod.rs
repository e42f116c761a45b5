//! OpenAI's Codex, by Responses, in the three ways it can be run: as it comes, with one server for all
//! panes; the same with the session in the title of the window; and each by itself.

pub(super) mod again;
mod by_id;
mod pipe;

pub(super) use pipe::PIPE;

use std::time::Duration;

use super::super::common::TestEnv;
use super::super::drive::{Drive, Step};
use super::super::finding::Finding;
use super::super::model::Model;
use super::super::race;
use super::super::scene::Scene;
use super::super::sent;
use super::super::situation::Situation as S;
use super::super::watch::SILENT;
use super::{Manners, write};

/// As it comes.
pub(super) const SERVER: Manners = Manners {
    name: "codex",
    also: &[],
    assistant: "codex",
    install: &[],
    packages: &["@openai/codex"],
    program: "codex",
    prepare,
    variables: |_| vec![("OPENAI_API_KEY", "none".to_owned())],
    ready: "Ask Codex to do anything",
    first_hook: None,
    always_greets: true,
    greetings: &[("Hooks need review", &["Down", "Enter"])],
    working: "esc to interrupt",
    dialog: "Would you like to run the following command?",
    approve: &["y"],
    deny: &["Escape"],
    ask: "ask",
    question: "enter to submit answer",
    answer: &["Enter"],
    dismiss: &["Escape"],
    goes_on: false,
    before_question: &["BTab"],
    after_question: &["BTab"],
    tells_its_terminal: true,
    interrupt: &["Escape"],
    clear: &["C-u"],
    failed: "refused by script",
    part_dialog: None,
    part_request: None,
    part_over: None,
    quit: "/quit",
    by_title: &[
        S::Approved,
        S::Denied,
        S::Question,
        S::Dismissed,
        S::ById,
        S::Raced,
    ],
    unknowable: &[
        (
            S::Started,
            &[SILENT],
            "it says nothing before its first prompt",
        ),
        (
            S::Plan,
            &["completed"],
            "its hooks tell the end of the turn, and nothing tells what it asks then",
        ),
        (
            S::OwnCommand,
            &["completed"],
            "no hook tells of a command that the person types with `!`",
        ),
    ],
    without: &[],
    foreseen: WITHOUT_WINDOW,
    plays_common: true,
    scenes: &[
        Scene::new(&[S::Plan], again::plan),
        Scene::new(&[S::OwnCommand], again::own_command),
        Scene::new(&[S::ById], by_id::answers),
        race::SCENE,
        sent::SCENE,
        Scene::new(&[S::Resumed], again::in_background).opens_it(),
        Scene::new(&[S::KilledResumed], again::killed).opens_it(),
        Scene::new(&[S::Shared], share_a_server).opens_it(),
    ],
};

/// A turn that goes on without a window that shows it says so to nobody's row, and the end of a session
/// is told a minute after its window has gone.
const WITHOUT_WINDOW: &[&str] = &[
    "its session is over",
    "its process has ended",
    "older than the session in this pane",
];

/// With the session in the title.
pub(super) const TITLE: Manners = Manners {
    name: "codex title",
    install: &["--codex-terminal-title"],
    scenes: &[
        Scene::new(&[S::KilledResumed], again::killed).opens_it(),
        Scene::new(&[S::Shared], share_a_folder).opens_it(),
    ],
    ..SERVER
};

/// Without the server.
pub(super) const ALONE: Manners = Manners {
    name: "codex alone",
    install: &["--codex-no-daemon"],
    scenes: &[
        sent::SCENE,
        Scene::new(&[S::KilledResumed], again::killed).opens_it(),
        Scene::new(&[S::Shared], share_a_folder).opens_it(),
    ],
    ..SERVER
};

fn prepare(env: &TestEnv, model: &Model) {
    let address = model.address();
    let trusted = ["proj", "proj2"].map(|name| {
        let folder = env.path(name);
        format!(
            "\n[projects.\"{}\"]\ntrust_level = \"trusted\"\n",
            folder.display()
        )
    });
    let settings = format!(
        r#"model = "scripted"
model_provider = "scripted"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = "{address}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false
{}"#,
        trusted.concat()
    );
    write(env, "home/.codex/config.toml", &settings);
}

/// Two panes in two folders: each row on its own pane. A third in a folder that another one has: which
/// of the two it is cannot be known, so nothing that it says is shown but whether it works, in its title.
fn share_a_server(drive: &mut Drive<'_>) -> Step {
    let (first, second) = (drive.stage.env.path("proj"), drive.stage.env.path("proj2"));
    drive.open(&first)?;
    let beside = drive.open_neighbour(&second)?;
    both_answer(drive, &beside)?;
    let third = drive.open_neighbour(&first)?;
    third.say(&super::super::model::prompt(902, "slow 4"));
    third
        .wait_for(&["answer 902"], Duration::from_secs(20))
        .map_err(|_| "the third answer")?;
    let shown = drive.shown(third.id());
    if shown != SILENT && shown != "running" {
        let shown = format!("{shown} where two share a folder");
        drive.record(S::Shared, Finding::Wrong(shown));
    }
    third.say(&super::super::model::prompt(903, "shell touch t903"));
    let seen = third.wait_for(&[drive.manners.dialog], Duration::from_secs(20));
    seen.map_err(|_| "the third dialog")?;
    drive.check_title(S::Shared, third.id(), "waiting_approval");
    let first = drive.pane().id().to_owned();
    let shown = drive.shown(&first);
    if shown.starts_with("waiting") {
        let shown = format!("{shown} of the one that does not ask");
        drive.record(S::Shared, Finding::Wrong(shown));
    }
    third.press(drive.manners.deny);
    let at_rest = if drive.tells_all() { "idle" } else { SILENT };
    drive.check_title(S::Shared, third.id(), at_rest);
    Ok(())
}

/// Two panes in one folder: each row on its own pane.
fn share_a_folder(drive: &mut Drive<'_>) -> Step {
    let folder = drive.stage.env.path("proj");
    drive.open(&folder)?;
    let beside = drive.open_neighbour(&folder)?;
    both_answer(drive, &beside)
}

/// One answers while the other waits for permission, and each row says so of its own pane.
fn both_answer(drive: &mut Drive<'_>, beside: &super::super::pane::Pane<'_>) -> Step {
    beside.say(&super::super::model::prompt(901, "slow 12"));
    let seen = beside.wait_for(&["word-901-"], Duration::from_secs(20));
    seen.map_err(|_| "the neighbour's first word")?;
    drive.check_neighbour(S::Shared, beside.id(), "running");
    drive.ask("shell touch s{n}; sleep 1; touch t{n}");
    let seen = drive.see(&[drive.manners.dialog])?;
    drive.check(S::Shared, "waiting_approval", seen);
    drive.check_neighbour(S::Shared, beside.id(), "running");
    drive.pane().press(drive.manners.deny);
    let seen = drive.see_rest(Duration::from_secs(5))?;
    drive.check(S::Shared, "idle", seen);
    let seen = beside.wait_for(&["answer 901"], Duration::from_secs(20));
    seen.map_err(|_| "the neighbour's answer")?;
    drive.check_neighbour(S::Shared, beside.id(), "completed");
    Ok(())
}
