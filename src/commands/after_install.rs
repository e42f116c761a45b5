//! What a person has to know after an install, an assistant each: from when on it reports, and what
//! it may ask or cost.

use pane_patrol_installer::Assistant;

/// Sentences to be said after an install for `assistant`.
pub(super) fn notes(assistant: &Assistant) -> impl Iterator<Item = &'static str> {
    let notes: &'static [&'static str] = match assistant.name {
        "claude" => {
            &["Claude Code reports from now on, sessions that are running already included."]
        }
        "codex" => &[
            "Codex asks once whether the new hooks are to be trusted, and runs none of them before: start it and choose `Trust all and continue`.",
            "Codex sessions that are running keep the hooks they started with, and so does its background server: end it with `codex app-server daemon stop`.",
        ],
        "opencode" => &[
            "OpenCode reports when it is started anew.",
            "With any plugin OpenCode fetches a package of its own at its next start, which takes up to half a minute; without a network each start takes more than a minute until it has succeeded once.",
        ],
        "gemini" => &["Gemini CLI reports when it is started anew, in folders that you trust."],
        "copilot" => &["Copilot CLI reports when it is started anew, from the first prompt on."],
        "qwen" => &["Qwen Code reports when it is started anew."],
        _ => &[],
    };
    notes.iter().copied()
}
