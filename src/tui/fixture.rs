//! Rows and models for tests of this module.

use std::sync::Arc;

use pane_patrol_hooks::event::{Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use time::UtcOffset;

use crate::assistants;
use crate::assistants::request::{Full, Given};
use crate::config::{ListColumns, Signs};
use crate::state::update::Update;
use crate::state::{Evidence, Row};
use crate::tui::message::Message;
use crate::tui::model::{Model, Setup};
use crate::tui::theme::Theme;
use crate::tui::update::update;
use crate::tui::view;

pub(super) use crate::state::fixture::{With, now, row};

pub(super) fn model(width: u16, height: u16) -> Model {
    Model::new(Setup {
        columns: ListColumns::default(),
        signs: Signs::default(),
        in_multiplexer: true,
        offset: UtcOffset::UTC,
        home: Some("/home/ada".to_owned()),
        split: false,
        row_lines: 1,
        launchers: vec!["claude".to_owned(), "claude --continue".to_owned()],
        listing: Vec::new(),
        wrapping: Vec::new(),
        theme: Theme::Terminal.into(),
        keys: crate::keymap::Bindings::default(),
        pulse: None,
        away_after: std::time::Duration::from_secs(900),
        answers: false,
        kept: Ok(crate::tui::kept::Kept::default()),
        size: (width, height),
    })
}

/// A call of the usual assistant's tool, in full.
pub(super) fn in_full(tool: &str, input: &serde_json::Value) -> Full {
    let usual = assistants::named(assistants::usual_name());
    let given = usual.map_or(Given::Command, |known| known.given(tool));
    Full::of(tool, given, input.clone())
}

/// A usual day: something in every section.
pub(super) fn day() -> Vec<Row> {
    let src = |name: &str| format!("/home/ada/src/{name}");
    let mut approve = row(1, "claude", State::WaitingApproval, "shop:1.1", 252)
        .asks("Bash", "cargo publish --no-verify")
        .in_folder(&src("shop"), Some("fix-tax"));
    approve.evidence = [
        Evidence {
            at: approve.since,
            source: Source::Witness,
            what: "session file says waiting (permission prompt)".to_owned(),
            before: Some(State::Running),
            after: State::WaitingApproval,
            reason: Some("it names no command, so the newest unfinished tool was taken".to_owned()),
        },
        Evidence {
            at: approve.since.minus(std::time::Duration::from_secs(1)),
            source: Source::Hook,
            what: "PreToolUse Bash: cargo publish --no-verify".to_owned(),
            before: Some(State::Running),
            after: State::Running,
            reason: None,
        },
    ]
    .map(Arc::new)
    .to_vec();
    let ask = row(2, "codex", State::WaitingInput, "api:2.0", 31)
        .asks("AskUserQuestion", "Which port should it use?")
        .in_folder(&src("api"), Some("main"));
    let failed = row(3, "gemini", State::Error, "docs:0.1", 130)
        .says(None, "the model answered 500 five times")
        .in_folder(&src("docs"), None);
    let done = row(4, "claude", State::Completed, "web:3.0", 500)
        .says(None, "All tests pass; the menu works by keyboard")
        .in_folder(&src("web"), Some("nav"));
    let edit = row(5, "opencode", State::Running, "infra:0.2", 12)
        .says(Some("Edit"), "modules/vpc.tf")
        .in_folder(&src("infra"), Some("tf"));
    let mut tests = row(6, "claude", State::Running, "shop:1.2", 65)
        .says(Some("Bash"), "cargo nextest run")
        .in_folder(&src("shop"), Some("tests"));
    tests.sub_agents = 2;
    let idle = row(7, "claude", State::Idle, "notes:0.0", 7_300).in_folder(&src("notes"), None);
    vec![idle, tests, edit, done, failed, ask, approve]
}

/// A model that was told `rows`.
pub(super) fn model_with(rows: Vec<Row>, width: u16, height: u16) -> Model {
    let mut model = model(width, height);
    update(&mut model, Message::Update(Update::Snapshot(rows)), now());
    model
}

/// The model is drawn, as the loop does it.
pub(super) fn draw(model: &mut Model, now: Timestamp) {
    let (width, height) = model.setup.size;
    update(model, Message::Drawn(width, height), now);
}

/// The person looks at the screen for a while; the time after that.
pub(super) fn look(model: &mut Model, from: Timestamp) -> Timestamp {
    draw(model, from);
    from.plus(std::time::Duration::from_secs(1))
}

/// Waits for the next prompt since a while.
pub(super) fn prompt_idle(mut row: Row) -> Row {
    row.kind = Some(Kind::PromptIdle);
    row
}

/// The text on the screen.
pub(super) fn screen(model: &Model) -> String {
    text_of(&drawn(model))
}

/// What the model looks like.
pub(super) fn drawn(model: &Model) -> Buffer {
    let (width, height) = model.setup.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    view::draw(model, now(), &mut buffer);
    buffer
}

pub(super) fn text_of(buffer: &Buffer) -> String {
    let line = |y: u16| {
        let mut text = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                text.push_str(symbol);
            }
            skip = super::text::width(symbol).max(skip).saturating_sub(1);
        }
        text.trim_end().to_owned() + "\n"
    };
    (0..buffer.area.height).map(line).collect()
}
