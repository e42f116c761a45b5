//! The documentation: its model's server fails at first; later it works through its steps.

use super::{Act, Progress, Script, Step, Tool};
use Progress::{Done, Later, Now};

pub(super) const SCRIPT: Script = Script {
    name: "docs",
    plays: "codex",
    branch: "start-page",
    files: &[
        ("book/start.md", "# Start\n\nInstall it, then run it.\n"),
        ("book/tour.md", "# Tour\n\nThere is much to see.\n"),
    ],
    changed: &[(
        "book/start.md",
        "# Start\n\n1. Install it.\n2. Run it.\n3. Read the tour.\n",
    )],
    acts: &[
        Act {
            at: 0,
            prompt: "rewrite the getting-started page",
            steps: &[
                Step::Notes(&[
                    ("Read the old page", Now),
                    ("Write the new one", Later),
                    ("Check every link", Later),
                ]),
                Step::Uses(Tool::Command("cat book/start.md", ""), 2),
                Step::Notes(&[
                    ("Read the old page", Done),
                    ("Write the new one", Now),
                    ("Check every link", Later),
                ]),
                Step::Fails("the model's server answered 500 five times"),
            ],
        },
        Act {
            at: 50,
            prompt: "go on where you were",
            steps: &[
                Step::Uses(Tool::Command("sed -n 1,40p book/tour.md", ""), 15),
                Step::Notes(&[
                    ("Read the old page", Done),
                    ("Write the new one", Done),
                    ("Check every link", Now),
                ]),
                Step::Asks(
                    Tool::Command("lychee --timeout 20 book", "the links lead to the network"),
                    8,
                ),
                Step::Notes(&[
                    ("Read the old page", Done),
                    ("Write the new one", Done),
                    ("Check every link", Done),
                ]),
                Step::Finishes("The page is new, and all 14 links lead somewhere."),
            ],
        },
    ],
};
