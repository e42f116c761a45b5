//! The command line tool: one thing is done at once, the next one later.

use super::{Act, Script, Step, Tool};

pub(super) const SCRIPT: Script = Script {
    name: "cli",
    plays: "gemini",
    branch: "main",
    files: &[
        (
            "main.go",
            "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello\")\n}\n",
        ),
        ("go.mod", "module cli\n\ngo 1.24\n"),
    ],
    changed: &[],
    acts: &[
        Act {
            at: 0,
            prompt: "what does this program do?",
            steps: &[
                Step::Uses(Tool::Read("main.go"), 3),
                Step::Finishes("It greets: main.go prints hello and ends."),
            ],
        },
        Act {
            at: 45,
            prompt: "build it for all systems",
            steps: &[
                Step::Uses(Tool::Read("go.mod"), 5),
                Step::Uses(Tool::Command("go build ./...", "Build it"), 35),
                Step::Finishes("Built for Linux, macOS and Windows."),
            ],
        },
        Act {
            at: 115,
            prompt: "and release it",
            steps: &[
                Step::Says("I look at what is released already."),
                Step::Asks(
                    Tool::Command("goreleaser release --clean", "Release every build"),
                    12,
                ),
                Step::Finishes("Version 0.3 is released."),
            ],
        },
    ],
};
