//! Every setting there is, each with another value than its own, and what the program makes of that: never what was
//! read, always what came of it. A setting that nothing heeds makes no difference here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::listening::Follower as Listening;
use super::{collecting, in_sidebar, pulse};
use crate::assistants;
use crate::commands::{Context, listen, sidebar};
use crate::config::{Config, later};
use crate::git::{DiffState, DiffSummary};
use crate::keymap;
use crate::launch::{self, Site};
use crate::notify;
use crate::rules::{Ask, Ground, judge};
use crate::state::fixture::{With, row};
use crate::state::update::{Health, Update};
use crate::state::{Facts, Row};
use crate::tui::{Effect, Message, Model, Reread, Setup, update, view};

/// Columns and lines of what is looked at.
const SIZE: (u16, u16) = (158, 40);

/// Lines of the same table without which a key means nothing.
const COMPANY: [(&str, &str, &str); 12] = [
    ("columns", "model", "show = ['model']\n"),
    ("columns", "context", "show = ['context']\n"),
    ("columns", "mode", "show = ['mode']\n"),
    ("columns", "tokens", "show = ['tokens']\n"),
    ("split", "height", "direction = 'below'\n"),
    ("notice", "ntfy", "error = ['ntfy']\n"),
    (
        "notice",
        "link",
        "error = ['ntfy']\nntfy = 'https://ntfy.example.org/topic'\n",
    ),
    (
        "notice",
        "content",
        "error = ['ntfy']\nntfy = 'https://ntfy.example.org/topic'\n",
    ),
    ("notice", "command", "error = ['command']\n"),
    ("launcher", "assistant", "resume = 'again {session}'\n"),
    ("launcher", "resume", "assistant = 'my-assistant'\n"),
    ("rules", "message", "then = 'deny'\n"),
];

/// A world of its own.
struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        let world = Self(tempfile::tempdir().expect("a folder"));
        for name in ["home", "run", "config/pane-patrol", "bin"] {
            std::fs::create_dir_all(world.path(name)).expect("it is ours");
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self) -> PathBuf {
        self.path("config/pane-patrol/config.toml")
    }

    /// What is known here with these settings.
    fn with(&self, settings: &str) -> (Context, Config) {
        std::fs::write(self.file(), settings).expect("it is ours");
        let at = |name: &str| Some(self.path(name).into_os_string());
        let context = Context::read(|name| match name {
            "HOME" => at("home"),
            "XDG_RUNTIME_DIR" => at("run"),
            "XDG_CONFIG_HOME" => at("config"),
            "XDG_STATE_HOME" => at("state"),
            "PATH" => at("bin"),
            _ => None,
        });
        let config = context.config();
        (
            context,
            config.unwrap_or_else(|error| panic!("{error:?}: {settings}")),
        )
    }
}

/// What a dashboard is told of it at its start.
fn told(context: &Context, config: &Config) -> Setup {
    Setup {
        size: SIZE,
        ..collecting(context, config, None, false)
    }
}

/// The same of one in a sidebar.
fn told_in_sidebar(context: &Context, config: &Config) -> Setup {
    Setup {
        size: SIZE,
        ..in_sidebar(context, config)
    }
}

fn now() -> Timestamp {
    crate::state::fixture::now()
}

/// Somebody in every state, with all that a row may have.
fn rows() -> Vec<Row> {
    use pane_patrol_hooks::event::State::{
        Completed, Error, Idle, Running, WaitingApproval, WaitingInput,
    };
    let states = [
        WaitingApproval,
        WaitingInput,
        Error,
        Completed,
        Running,
        Idle,
    ];
    let of = |(state, pane)| {
        let target = format!("shop:1.{pane}");
        let mut row = row(pane, "opencode", state, &target, 5_000)
            .asks("Bash", "make all")
            .in_folder("/home/ada/src/shop", Some("fix-tax"));
        row.diff = Some(
            DiffSummary {
                additions: 12,
                deletions: 3,
                file_count: 4,
                state: DiffState::Ok,
                ..DiffSummary::default()
            }
            .into(),
        );
        let facts = Facts {
            model: Some("gpt-5.2-codex".to_owned()),
            mode: Some("on-request".to_owned()),
            context_tokens: Some(60_414),
            tokens: Some(1_234_567_890_123),
            ..Facts::default()
        };
        row.facts = Some(facts.into());
        row
    };
    states.into_iter().zip(1..).map(of).collect()
}

/// A dashboard in which all this stands, and where something does not work.
fn model(setup: Setup) -> Model {
    let mut model = Model::new(setup);
    let health = Health {
        troubles: vec!["something does not work".to_owned()],
        ..Health::default()
    };
    for told in [Update::Snapshot(rows()), Update::Health(health)] {
        update(&mut model, Message::Update(told), now());
    }
    model
}

/// All that a person sees of it, with colours; what the key of all examples does; and whether they were away.
fn seen(mut model: Model) -> Vec<String> {
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    // What was said of the settings themselves passes.
    let later = now().plus(Duration::from_secs(60));
    update(&mut model, Message::Tick, later);
    view::draw(&model, later, &mut buffer);
    let key = KeyEvent::new(KeyCode::F(9), KeyModifiers::NONE);
    let action = keymap::action(key);
    update(&mut model, Message::Paste(String::new()), later);
    let back = later.plus(Duration::from_secs(20 * 60));
    let effects = update(&mut model, Message::Paste(String::new()), back);
    let was_away = effects
        .iter()
        .any(|effect| matches!(effect, Effect::ReadAway(_)));
    vec![
        format!("{buffer:?}"),
        format!("{action:?}"),
        was_away.to_string(),
    ]
}

/// What the program makes of a table of the settings.
fn made_of(group: &str, context: &Context, config: &Config, home: &Path) -> Vec<String> {
    match group {
        "dashboard" | "icons" | "colours" | "columns" | "keys" | "away" => {
            seen(model(told(context, config)))
        }
        "split" => {
            let (setup, room) = (told(context, config), config.split.room());
            let lacking = room.lacking((60, 20));
            vec![format!("{} {} {lacking:?}", setup.split, room.share(200))]
        }
        "sidebar" => {
            let sidebar = sidebar::wanted(config, Path::new("pane-patrol"));
            let place = format!("{:?} {:?}", sidebar.side, sidebar.width_in(200));
            let mut seen = seen(model(told_in_sidebar(context, config)));
            seen.push(place);
            seen
        }
        "pulse" => vec![pulse::has_overview(config, &context.told.aoc).to_string()],
        "notice" => notify::tried::told(&config.notice),
        "launcher" => {
            let path = context.path.clone().unwrap_or_default();
            let launchers = launch::launchers(&config.launcher, &path);
            let site = Site {
                cwd: "/work".into(),
                home: Some(home.into()),
                path: Some(path),
                program: "pane-patrol".into(),
                ..Site::default()
            };
            launch::tried::told(&launchers, &site, &context.homes())
        }
        "rules" => judged(config),
        "witness" => {
            let piped = assistants::ALL.iter();
            let piped = piped.filter_map(|known| known.piped(config.witness));
            piped
                .map(|piped| format!("{} {}", piped.key, piped.is_wanted))
                .collect()
        }
        "listen" => {
            let mut listening = Listening::new(context, None, config.listen.always);
            let trouble = listening.listen().is_some();
            let is_there = listening.is_listening() || trouble;
            let wanted = listen::wanted(context, Some("")).expect("it has a place");
            let wanted = wanted.expect("it was asked for");
            vec![format!(
                "{is_there} {} {:?} {:?}",
                wanted.address, wanted.origins, wanted.sessions
            )]
        }
        // What a collector does with each of these is tried where that is.
        "table" | "mirror" | "ended" | "tmux" | "zellij" => {
            let setup = context.collector(&[]).expect("it can collect");
            vec![format!("{setup:?}")]
        }
        other => panic!("nobody looks at what becomes of `[{other}]`"),
    }
}

fn judged(config: &Config) -> Vec<String> {
    let of = |tool: &str, input| Ask {
        assistant: "claude".to_owned(),
        tool: tool.to_owned(),
        input,
        cwd: Some("/work".into()),
        project: Some("/work".into()),
        is_elsewhere: false,
    };
    let asks = [
        of("Bash", serde_json::json!({"command": "ls"})),
        of(
            "Write",
            serde_json::json!({"file_path": "/elsewhere/a.rs", "content": ""}),
        ),
    ];
    let judged = asks.iter().map(|ask| {
        let judgement = judge(&config.rules, ask, &Ground::default(), false);
        format!("{:?} {:?}", judgement.then, judgement.why)
    });
    let says = config
        .rules
        .iter()
        .map(|rule| format!("{} {:?}", rule.title(), rule.message));
    judged.chain(says).collect()
}

/// Every key: its table, itself, and a file without it and one with another value of it.
fn walk() -> Vec<(String, String, String, String)> {
    let mut all = Vec::new();
    for group in crate::config::groups() {
        for setting in &group.keys {
            let is_it =
                |(table, key, _): &&(&str, &str, &str)| (*table, *key) == (group.name, setting.key);
            let company = COMPANY.iter().find(is_it).map_or("", |(.., lines)| lines);
            let needed = |key: &str| key != setting.key && !company.contains(&format!("{key} = "));
            let must = group
                .keys
                .iter()
                .filter(|other| other.unset == crate::config::Unset::Missing && needed(other.key));
            let must = must.fold(String::new(), |lines, other| {
                lines + &format!("{} = {}\n", other.key, other.example)
            });
            let table = format!("{}\n{must}{company}", group.title());
            // One that has to be there has a third value, which is its own here.
            let own = match (group.name, setting.key) {
                ("rules", "then") => "then = 'deny'\n",
                ("launcher", "name") => "name = 'other'\n",
                ("launcher", "command") => "command = 'other'\n",
                _ => "",
            };
            let with = format!("{table}{} = {}\n", setting.key, setting.example);
            all.push((
                group.name.to_owned(),
                setting.key.to_owned(),
                table + own,
                with,
            ));
        }
    }
    all
}

#[test]
fn every_setting_makes_the_program_do_otherwise() {
    let world = World::new();
    let home = world.path("home");
    for (group, key, without, with) in walk() {
        let (context, config) = world.with(&without);
        let before = made_of(&group, &context, &config, &home);
        assert_eq!(
            before,
            made_of(&group, &context, &config, &home),
            "[{group}] {key}"
        );
        let (context, config) = world.with(&with);
        let after = made_of(&group, &context, &config, &home);
        assert_ne!(before, after, "nothing heeds `[{group}] {key}`:\n{with}");
    }
}

#[test]
fn every_setting_of_a_dashboard_that_runs_holds_at_once_or_is_named_as_one_that_waits() {
    let world = World::new();
    let home = world.path("home");
    let shown = ["dashboard", "icons", "colours", "columns", "keys", "away"];
    for (group, key, without, with) in walk() {
        let waits = later(&without, &with);
        let takes = crate::config::groups()
            .into_iter()
            .find(|known| known.name == group);
        let takes = takes.and_then(|known| known.setting(&key).map(|setting| setting.takes));
        if takes == Some(crate::config::Takes::AtStart) {
            assert_eq!(waits, [format!("[{group}] {key}")]);
            continue;
        }
        assert_eq!(waits, [""; 0], "[{group}] {key}");
        let told = match &*group {
            "sidebar" => told_in_sidebar,
            _ => told,
        };
        if group != "sidebar" && !shown.contains(&group.as_str()) {
            // Whoever starts and judges reads the file each time.
            assert!(["launcher", "rules"].contains(&group.as_str()), "{group}");
            continue;
        }
        let (context, config) = world.with(&without);
        let mut running = model(told(&context, &config));
        let (context, config) = world.with(&with);
        let mut at_start = made_of(&group, &context, &config, &home);
        at_start.truncate(3);
        let setup = told(&context, &config);
        let read = Reread {
            setup,
            later: waits,
        };
        update(&mut running, Message::Settings(Ok(Box::new(read))), now());
        assert_eq!(seen(running), at_start, "[{group}] {key}");
    }
}
