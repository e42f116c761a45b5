//! Kimi Code, by Chat Completions. It says nothing before the first prompt.

use super::super::common::TestEnv;
use super::super::model::Model;
use super::super::sent;
use super::super::situation::Situation as S;
use super::super::watch::SILENT;
use super::{Manners, write};

pub(super) const KIMI: Manners = Manners {
    name: "kimi",
    also: &[],
    assistant: "kimi",
    install: &[],
    packages: &["@moonshot-ai/kimi-code@latest"],
    program: "kimi",
    prepare,
    variables,
    ready: "context: ",
    first_hook: Some("session_"),
    always_greets: true,
    greetings: &[("Trust this folder?", &["Enter"])],
    working: "Working…",
    dialog: "Approve once",
    approve: &["1"],
    deny: &["3"],
    ask: "ask",
    question: "esc cancel",
    answer: &["1", "Enter"],
    dismiss: &["Escape"],
    goes_on: true,
    before_question: &[],
    after_question: &[],
    tells_its_terminal: false,
    interrupt: &["Escape"],
    clear: &["C-u"],
    failed: "refused by script",
    part_dialog: None,
    part_request: None,
    part_over: None,
    quit: "/exit",
    by_title: &[],
    unknowable: &[
        (
            S::Started,
            &[SILENT],
            "it says nothing before its first prompt",
        ),
        (
            S::Denied,
            &["completed"],
            "its model is told of a refusal, and goes on to the end of its turn",
        ),
    ],
    without: &[],
    foreseen: &[],
    plays_common: true,
    scenes: &[sent::SCENE],
};

fn prepare(env: &TestEnv, model: &Model) {
    let address = model.address();
    let settings = format!(
        r#"# The scripted model.
default_model = "scripted"
telemetry = false

[providers.scripted]
type = "openai"
base_url = "{address}/v1"
api_key = "none"

[models.scripted]
provider = "scripted"
model = "scripted"
max_context_size = 128000
"#
    );
    write(env, "home/.kimi-code/config.toml", &settings);
}

fn variables(_: &Model) -> Vec<(&'static str, String)> {
    vec![("KIMI_CODE_NO_AUTO_UPDATE", "1".to_owned())]
}
