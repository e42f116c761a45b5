//! One that the person starts herself, where she likes: it says what it is.

use super::{Act, Script, Step, Tool, played};

/// A guest that plays the assistant with this name, if that is played at all.
pub(crate) fn guest(plays: &str) -> Option<Script> {
    let plays = played().into_iter().find(|name| *name == plays)?;
    Some(Script {
        name: plays,
        plays,
        branch: "",
        files: &[],
        changed: &[],
        acts: &[Act {
            at: 0,
            prompt: "what are you?",
            steps: &[
                Step::Uses(Tool::Command("git status --short", "Look around"), 3),
                Step::Asks(
                    Tool::Command("git stash list", "Look for what was put away"),
                    2,
                ),
                Step::Finishes("A scripted assistant: I play what a real one would do."),
            ],
        }],
    })
}
