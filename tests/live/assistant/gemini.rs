//! Google's Gemini CLI, by `generateContent`.

use serde_json::json;

use super::super::common::TestEnv;
use super::super::model::Model;
use super::super::scene::Scene;
use super::super::script;
use super::super::sent;
use super::super::situation::Situation as S;
use super::codex::again::own_command;
use super::{Manners, write};

pub(super) const GEMINI: Manners = Manners {
    name: "gemini",
    also: &[],
    assistant: "gemini",
    install: &[],
    packages: &["@google/gemini-cli"],
    program: "gemini",
    prepare,
    variables,
    ready: "Type your message",
    first_hook: Some("Executing Hook"),
    always_greets: false,
    greetings: &[],
    working: "esc to cancel",
    dialog: "Allow execution of",
    approve: &["1"],
    deny: &["Escape"],
    ask: "ask choice",
    question: "Answer Questions",
    answer: &["Enter"],
    dismiss: &["Escape"],
    goes_on: false,
    before_question: &[],
    after_question: &[],
    tells_its_terminal: false,
    interrupt: &["Escape"],
    clear: &["C-u"],
    failed: "API Error",
    part_dialog: None,
    part_request: None,
    part_over: None,
    quit: "/quit",
    by_title: &[
        S::Approved,
        S::Denied,
        S::Dismissed,
        S::Interrupted,
        S::Stopped,
    ],
    unknowable: &[
        (
            S::Interrupted,
            &["completed"],
            "what was said before the stop is handed to its hook as a whole answer",
        ),
        (
            S::OwnCommand,
            &["completed"],
            "no hook tells of a command that the person types with `!`",
        ),
    ],
    without: &[],
    foreseen: &[],
    plays_common: true,
    scenes: &[Scene::new(&[S::OwnCommand], own_command), sent::SCENE],
};

/// With the switch that its settings have for all hooks, turned on.
pub(super) const SWITCHED: Manners = Manners {
    name: "gemini switched",
    prepare: |env, model| {
        prepare(env, model);
        let settings = std::fs::read_to_string(env.path("home/.gemini/settings.json"));
        let settings = settings.expect("they were written");
        let settings = settings.replacen('{', "{\n  \"hooks\": {\"enabled\": true},", 1);
        write(env, "home/.gemini/settings.json", &settings);
    },
    plays_common: false,
    scenes: &[
        Scene::new(&[S::Running, S::Finished], script::answer),
        Scene::new(&[S::Approval, S::Approved], script::approve),
    ],
    ..GEMINI
};

fn prepare(env: &TestEnv, _: &Model) {
    let settings = r#"{
  // The scripted model.
  "security": {"auth": {"selectedType": "gemini-api-key"}},
  "general": {"enableAutoUpdate": false, "disableAutoUpdate": true},
  "privacy": {"usageStatisticsEnabled": false},
  "telemetry": {"enabled": false}
}
"#;
    write(env, "home/.gemini/settings.json", settings);
    // Its question about the folder stays on the screen when it starts again with the answer.
    let folder = env.path("proj").to_string_lossy().into_owned();
    let trusted = json!({folder: "TRUST_FOLDER"});
    write(
        env,
        "home/.gemini/trustedFolders.json",
        &trusted.to_string(),
    );
}

fn variables(model: &Model) -> Vec<(&'static str, String)> {
    vec![
        ("GEMINI_API_KEY", "none".to_owned()),
        ("GOOGLE_GEMINI_BASE_URL", model.address()),
        ("GEMINI_TELEMETRY_ENABLED", "false".to_owned()),
    ]
}
