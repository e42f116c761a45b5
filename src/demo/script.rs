//! What the scripted assistants of the demo do, as data.

/// One thing a scripted assistant does. Times are in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The person gave a prompt.
    Prompt(&'static str),
    /// It thinks aloud.
    Say(&'static str),
    /// It runs a tool that needs no permission: name, input's key and value, how long it takes.
    Tool(&'static str, &'static str, &'static str, u64),
    /// It asks for permission first; see [`Step::Tool`].
    Ask(&'static str, &'static str, &'static str, u64),
    /// It asks a question with two answers.
    Question(&'static str, [&'static str; 2]),
    /// A sub-agent with this task works in the background for as long as this.
    SubAgent(&'static str, u64),
    /// The turn ends with these last words.
    Finish(&'static str),
    /// The turn fails: error and details.
    Fail(&'static str, &'static str),
    /// It waits for a key, or goes on by itself after this long.
    Rest(u64),
}

/// One scripted assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Script {
    /// The name of its project, and of its tmux session.
    pub name: &'static str,
    /// The branch of its project.
    pub branch: &'static str,
    /// What it does, from the start again at the end.
    pub steps: &'static [Step],
}

/// The four assistants of the demo: one asks for permission, one asks a question, one fails, one works and finishes.
pub const SCRIPTS: &[Script] = &[
    Script {
        name: "shop",
        branch: "fix-tax",
        steps: &[
            Step::Prompt("publish the crate when the tests pass"),
            Step::Tool("Bash", "command", "cargo test --workspace", 2),
            Step::Say("All tests pass. Publishing."),
            Step::Ask("Bash", "command", "cargo publish --no-verify", 6),
            Step::Finish("Published shop 1.4.0."),
            Step::Rest(25),
        ],
    },
    Script {
        name: "api",
        branch: "main",
        steps: &[
            Step::Prompt("make the port configurable"),
            Step::Tool("Read", "file_path", "src/server.rs", 1),
            Step::Question(
                "Which port should it use when none is given?",
                ["8080", "3000"],
            ),
            Step::Tool("Edit", "file_path", "src/server.rs", 4),
            Step::Finish("The port comes from PORT, else from your answer."),
            Step::Rest(30),
        ],
    },
    Script {
        name: "docs",
        branch: "main",
        steps: &[
            Step::Prompt("rewrite the getting-started page"),
            Step::Tool("Read", "file_path", "book/start.md", 2),
            Step::Fail("server_error", "the model answered 500 five times"),
            Step::Rest(40),
        ],
    },
    Script {
        name: "web",
        branch: "nav",
        steps: &[
            Step::Prompt("make the menu work by keyboard"),
            Step::SubAgent("check the menu with a screen reader", 14),
            Step::Tool("Grep", "pattern", "onKeyDown", 2),
            Step::Tool("Edit", "file_path", "src/menu.tsx", 3),
            Step::Tool("Bash", "command", "npm test -- menu", 6),
            Step::Finish("All tests pass; the menu works by keyboard."),
            Step::Rest(20),
        ],
    },
];

/// The script of that name.
pub fn find(name: &str) -> Option<&'static Script> {
    SCRIPTS.iter().find(|script| script.name == name)
}
