//! The API wants to know which port, then shows its plan, then makes the edit.

use super::{Act, Script, Step, Tool};

pub(super) const SCRIPT: Script = Script {
    name: "api",
    plays: "claude",
    branch: "main",
    files: &[
        (
            "server.py",
            "import http.server\n\nPORT = 80\n\n\ndef serve():\n    address = (\"\", PORT)\n    http.server.HTTPServer(address, None)\n",
        ),
        ("README.md", "# api\n\nRun it with `python3 server.py`.\n"),
    ],
    changed: &[(
        "README.md",
        "# api\n\nRun it with `python3 server.py`. The port comes from `PORT`.\n",
    )],
    acts: &[
        Act {
            at: 0,
            prompt: "make the port configurable",
            steps: &[
                Step::Uses(Tool::Read("server.py"), 1),
                Step::Asks(
                    Tool::Question(
                        "Port",
                        "Which port should it use when none is given?",
                        &[
                            ("8080", "what most services here use"),
                            ("3000", "what the old one had"),
                        ],
                    ),
                    1,
                ),
                Step::Says("Then I know all I need."),
                Step::Asks(
                    Tool::Plan("1. Read `PORT`, with a default\n2. Run the tests\n"),
                    1,
                ),
                Step::Uses(
                    Tool::Edit(
                        "server.py",
                        "PORT = 80\n",
                        "import os\n\nPORT = int(os.environ.get(\"PORT\", {answer}))\n",
                    ),
                    4,
                ),
                Step::Uses(Tool::Command("python3 -m unittest", "Run the tests"), 6),
                Step::Finishes("The port comes from PORT, else it is {answer}."),
            ],
        },
        Act {
            at: 120,
            prompt: "is anything left to do?",
            steps: &[
                Step::Uses(Tool::Search("TODO"), 4),
                Step::Finishes("Nothing is left."),
            ],
        },
    ],
};
