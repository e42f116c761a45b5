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
            at: 60,
            prompt: "build it for all systems",
            steps: &[
                Step::Uses(Tool::Read("go.mod"), 10),
                Step::Asks(
                    Tool::Command("goreleaser build --snapshot", "Build every target"),
                    12,
                ),
                Step::Finishes("Built for Linux, macOS and Windows."),
            ],
        },
    ],
};
