//! GitHub's Copilot CLI, by Chat Completions of a provider of one's own.

use super::super::model::Model;
use super::super::sent;
use super::super::situation::Situation as S;
use super::super::watch::SILENT;
use super::Manners;

pub(super) const COPILOT: Manners = Manners {
    name: "copilot",
    also: &[],
    assistant: "copilot",
    install: &[],
    packages: &["@github/copilot"],
    program: "copilot",
    prepare: |_, _| (),
    variables,
    ready: "/ commands",
    first_hook: None,
    always_greets: false,
    greetings: &[("Do you trust", &["Enter"])],
    working: "Working",
    dialog: "Do you want to run this command?",
    approve: &["1"],
    deny: &["Escape"],
    ask: "ask",
    question: "Copilot needs information",
    answer: &["Enter"],
    dismiss: &["Escape"],
    goes_on: true,
    before_question: &[],
    after_question: &[],
    tells_its_terminal: false,
    interrupt: &["Escape", "Escape"],
    clear: &["C-u"],
    failed: "refused by script",
    part_dialog: None,
    part_request: None,
    part_over: None,
    quit: "/exit",
    by_title: &[],
    unknowable: &[(
        S::Started,
        &[SILENT],
        "it says nothing before its first prompt",
    )],
    without: &[],
    foreseen: &[],
    plays_common: true,
    scenes: &[sent::SCENE],
};

fn variables(model: &Model) -> Vec<(&'static str, String)> {
    vec![
        ("COPILOT_AUTO_UPDATE", "false".to_owned()),
        ("COPILOT_OFFLINE", "true".to_owned()),
        (
            "COPILOT_PROVIDER_BASE_URL",
            format!("{}/v1", model.address()),
        ),
        ("COPILOT_PROVIDER_API_KEY", "none".to_owned()),
        ("COPILOT_MODEL", "scripted".to_owned()),
    ]
}
