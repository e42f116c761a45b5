//! Anthropic's Claude Code, by Messages.

use serde_json::json;

use super::super::common::TestEnv;
use super::super::model::Model;
use super::{Manners, write};

/// It wants one that looks like one, and remembers by its end that the person agreed to it.
const KEY: &str = "sk-ant-scripted-0000000000000000000000000";

pub(super) const CLAUDE: Manners = Manners {
    name: "claude",
    assistant: "claude",
    install: &[],
    package: "@anthropic-ai/claude-code@latest",
    program: "claude --permission-mode default",
    prepare,
    variables,
    ready: "? for shortcuts",
    first_hook: None,
    always_greets: false,
    greetings: &[],
    working: "esc to interrupt",
    dialog: "Do you want to proceed?",
    approve: &["1"],
    deny: &["Escape"],
    ask: "ask",
    question: "Enter to select",
    answer: &["1"],
    dismiss: &["Escape"],
    goes_on: false,
    before_question: &[],
    after_question: &[],
    interrupt: &["Escape"],
    clear: &["C-u", "C-u"],
    failed: "API Error",
    part_dialog: None,
    part_request: None,
    part_over: Some("finished"),
    quit: "/exit",
    by_title: &[],
    unknowable: &[],
    without: &[],
    special: None,
};

fn prepare(env: &TestEnv, _: &Model) {
    let trusted = json!({
        "hasTrustDialogAccepted": true,
        "hasCompletedProjectOnboarding": true,
        "projectOnboardingSeenCount": 9,
        "allowedTools": [],
    });
    let mut settings = json!({
        "hasCompletedOnboarding": true,
        "lastOnboardingVersion": "99.0.0",
        "theme": "dark",
        "numStartups": 5,
        "customApiKeyResponses": {"approved": [&KEY[KEY.len() - 20..]], "rejected": []},
        "projects": {},
    });
    for name in ["proj", "proj2"] {
        let folder = env.path(name).to_string_lossy().into_owned();
        settings["projects"][folder] = trusted.clone();
    }
    write(env, "home/.claude.json", &settings.to_string());
}

fn variables(model: &Model) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("ANTHROPIC_BASE_URL", model.address()),
        ("ANTHROPIC_API_KEY", KEY.to_owned()),
        ("CLAUDE_CODE_MAX_RETRIES", "0".to_owned()),
        ("NO_PROXY", "*".to_owned()),
    ];
    let switches = [
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "DISABLE_AUTOUPDATER",
        "DISABLE_TELEMETRY",
        "DISABLE_ERROR_REPORTING",
        "IS_SANDBOX",
    ];
    variables.extend(switches.map(|name| (name, "1".to_owned())));
    variables
}
