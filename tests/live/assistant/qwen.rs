//! Qwen Code, by Chat Completions.

use super::super::common::TestEnv;
use super::super::model::Model;
use super::super::sent;
use super::{Manners, write};

pub(super) const QWEN: Manners = Manners {
    name: "qwen",
    also: &[],
    assistant: "qwen",
    install: &[],
    packages: &["@qwen-code/qwen-code@latest"],
    program: "qwen --approval-mode default",
    prepare,
    variables,
    ready: "Type your message",
    first_hook: None,
    always_greets: false,
    greetings: &[],
    working: "esc to cancel",
    dialog: "Allow execution of",
    approve: &["1"],
    deny: &["Escape"],
    ask: "ask",
    question: "Which colour has",
    answer: &["Enter"],
    dismiss: &["Escape"],
    goes_on: false,
    before_question: &[],
    after_question: &[],
    tells_its_terminal: false,
    interrupt: &["Escape"],
    clear: &["C-u"],
    failed: "refused by script",
    part_dialog: Some("Always allow use agent"),
    part_request: Some("Approval requested by"),
    part_over: None,
    quit: "/quit",
    by_title: &[],
    unknowable: &[],
    without: &[],
    foreseen: &[],
    plays_common: true,
    scenes: &[sent::SCENE],
};

fn prepare(env: &TestEnv, _: &Model) {
    let settings = r#"{
  // The scripted model.
  "security": {"auth": {"selectedType": "openai"}},
  "general": {"enableAutoUpdate": false, "disableAutoUpdate": true},
  "privacy": {"usageStatisticsEnabled": false},
  "telemetry": {"enabled": false}
}
"#;
    write(env, "home/.qwen/settings.json", settings);
}

fn variables(model: &Model) -> Vec<(&'static str, String)> {
    vec![
        ("OPENAI_API_KEY", "none".to_owned()),
        ("OPENAI_BASE_URL", format!("{}/v1", model.address())),
        ("OPENAI_MODEL", "scripted".to_owned()),
    ]
}
