//! Anthropic's Claude Code, by Messages: as it comes, in an older version, with another assistant that
//! its commands run, and answered through its own hook.

mod behind;
mod by_hook;
mod children;
mod ends;
mod parts;
mod view;

use serde_json::json;

use super::super::common::TestEnv;
use super::super::model::Model;
use super::super::places;
use super::super::race;
use super::super::scene::Scene;
use super::super::sent;
use super::super::situation::Situation as S;
use super::codex::again::own_command;
use super::{Manners, gemini, write};

/// It wants one that looks like one, and remembers by its end that the person agreed to it.
const KEY: &str = "sk-ant-scripted-0000000000000000000000000";

pub(super) const CLAUDE: Manners = Manners {
    name: "claude",
    also: &[],
    assistant: "claude",
    install: &[],
    packages: &["@anthropic-ai/claude-code@latest"],
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
    tells_its_terminal: true,
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
    foreseen: &[],
    plays_common: true,
    scenes: &[
        Scene::new(&[S::TwoSubAgents], parts::two),
        Scene::new(&[S::LateCollector], parts::late_collector),
        Scene::new(&[S::Dashboard], parts::dashboard),
        Scene::new(&[S::OwnCommand], own_command),
        Scene::new(&[S::Menus], view::menus),
        Scene::new(&[S::SlowStopHook], ends::slow),
        Scene::new(&[S::RefusingStopHook], ends::refusing),
        sent::SCENE,
        Scene::new(&[S::Unasked], places::unasked).opens_it(),
        Scene::new(&[S::AgentsView], view::agents_view)
            .opens_it()
            .holds_apart(ELSEWHERE),
        Scene::new(&[S::Attached], view::attach)
            .opens_it()
            .holds_apart(ELSEWHERE),
        Scene::new(&[S::Background], behind::through).opens_it(),
    ],
};

/// The end of what the pane began with, when it shows a session of the background; and the beginning of that one, as
/// long as its process is still below the one that it was moved from.
const ELSEWHERE: &[&str] = &[
    "its pane shows another session",
    "its process was started by the assistant of this pane",
];

/// The last version that asks in the older way; it has no list of sessions.
pub(super) const OLD: Manners = Manners {
    name: "claude older",
    packages: &["@anthropic-ai/claude-code@2.1.197"],
    part_over: None,
    scenes: &[
        Scene::new(&[S::TwoSubAgents], parts::two),
        Scene::new(&[S::LateCollector], parts::late_collector),
        Scene::new(&[S::Dashboard], parts::dashboard),
        Scene::new(&[S::SlowStopHook], ends::slow),
        Scene::new(&[S::RefusingStopHook], ends::refusing),
        sent::SCENE,
    ],
    ..CLAUDE
};

/// With Gemini, which its commands run.
pub(super) const PARENT: Manners = Manners {
    name: "claude parent",
    packages: &["@anthropic-ai/claude-code@latest", "@google/gemini-cli"],
    also: &["gemini"],
    prepare: |env, model| {
        prepare(env, model);
        (gemini::GEMINI.prepare)(env, model);
    },
    variables: |model| [variables(model), (gemini::GEMINI.variables)(model)].concat(),
    plays_common: false,
    scenes: &[
        Scene::new(&[S::Child], children::foreground).holds_apart(CHILDREN),
        Scene::new(&[S::BackgroundChild], children::background).holds_apart(CHILDREN),
        Scene::new(&[S::NohupChild], children::nohup).holds_apart(CHILDREN),
    ],
    ..CLAUDE
};

/// Why what a child says is held apart.
const CHILDREN: &[&str] = &[
    "its process was started by the assistant of this pane",
    "its process was started by another assistant",
    "a headless run in the pane of a session",
    "its process is none of that pane",
    "its process has ended",
];

/// Answered through its hook.
pub(super) const ASKED: Manners = Manners {
    name: "claude approvals",
    install: &["--approvals"],
    prepare: |env, model| {
        prepare(env, model);
        write(env, "config/pane-patrol/config.toml", by_hook::RULES);
    },
    plays_common: false,
    scenes: &[
        Scene::new(&[S::HookApproved], by_hook::approve),
        Scene::new(&[S::HookDenied], by_hook::deny),
        Scene::new(&[S::HookDeniedWithWords], by_hook::deny_with_words),
        Scene::new(&[S::AllowRule], by_hook::allow_rule),
        Scene::new(&[S::DenyRule], by_hook::deny_rule),
        Scene::new(&[S::TrustEnds], by_hook::trust_ends),
        race::SCENE,
    ],
    ..CLAUDE
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
    let own = json!({"hooks": {"Stop": [{"hooks": [{"type": "command", "command": ends::HOOK}]}]}});
    write(env, "home/.claude/settings.json", &own.to_string());
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
