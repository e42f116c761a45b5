//! OpenCode, by Chat Completions.

use super::super::common::TestEnv;
use super::super::model::Model;
use super::super::packages;
use super::super::race;
use super::super::sent;
use super::{Manners, write};

pub(super) const OPENCODE: Manners = Manners {
    name: "opencode",
    also: &[],
    assistant: "opencode",
    install: &[],
    packages: &["opencode-ai"],
    program: "opencode",
    prepare,
    variables,
    ready: "ctrl+p commands",
    first_hook: None,
    always_greets: false,
    greetings: &[],
    working: "esc interrupt",
    dialog: "Permission required",
    approve: &["Enter"],
    deny: &["Escape"],
    ask: "ask",
    question: "enter submit",
    answer: &["Enter"],
    dismiss: &["Escape"],
    goes_on: false,
    before_question: &[],
    after_question: &[],
    tells_its_terminal: false,
    interrupt: &["Escape", "Escape"],
    clear: &[],
    failed: "refused by script",
    part_dialog: None,
    part_request: None,
    part_over: None,
    quit: "/exit",
    by_title: &[],
    unknowable: &[],
    without: &[],
    foreseen: &[],
    plays_common: true,
    scenes: &[sent::SCENE],
};

/// With a server of its own, by which it is answered and sent to.
pub(super) const SERVING: Manners = Manners {
    name: "opencode serving",
    program: "opencode --port 41893",
    plays_common: false,
    scenes: &[sent::SCENE, race::SCENE],
    ..OPENCODE
};

fn prepare(env: &TestEnv, model: &Model) {
    let address = model.address();
    let settings = format!(
        r#"{{
  // The scripted model.
  "autoupdate": false,
  "share": "disabled",
  "model": "scripted/scripted",
  "small_model": "scripted/scripted",
  "provider": {{"scripted": {{
    "npm": "@ai-sdk/openai-compatible",
    "name": "scripted",
    "options": {{"baseURL": "{address}/v1", "apiKey": "none"}},
    "models": {{"scripted": {{"name": "scripted"}}}},
  }}}},
  "permission": {{"bash": "ask", "edit": "ask"}},
}}
"#
    );
    write(env, "config/opencode/opencode.json", &settings);
}

/// It has npm fetch its plugin's types when it starts with a plugin for the first time.
fn variables(_: &Model) -> Vec<(&'static str, String)> {
    let mut variables = vec![("npm_config_registry", packages::registry().to_owned())];
    let switches = [
        "OPENCODE_DISABLE_AUTOUPDATE",
        "OPENCODE_DISABLE_MODELS_FETCH",
        "OPENCODE_DISABLE_LSP_DOWNLOAD",
    ];
    variables.extend(switches.map(|name| (name, "1".to_owned())));
    variables
}
