//! The web page gets a menu for keyboards: an edit to look at, and a sub-agent that asks meanwhile.

use super::{Act, Errand, Script, Step, Tool};

const READER: Errand = Errand {
    task: "try the menu with a screen reader",
    works: 14,
    asks: Tool::Command("npx pa11y menu.html", "Check the menu for screen readers"),
    takes: 5,
    reports: "A screen reader finds every entry.",
};

pub(super) const SCRIPT: Script = Script {
    name: "web",
    plays: "claude",
    branch: "nav",
    files: &[
        (
            "menu.html",
            "<nav>\n  <a href=\"/\">Home</a>\n  <a href=\"/help\">Help</a>\n</nav>\n",
        ),
        (
            "menu.js",
            "const menu = document.body;\n\nfunction open(entry) {\n  entry.hidden = false;\n}\n\nmenu.onclick = open;\n",
        ),
    ],
    changed: &[(
        "menu.html",
        "<nav role=\"menu\">\n  <a href=\"/\">Home</a>\n  <a href=\"/shop\">Shop</a>\n  <a href=\"/help\">Help</a>\n</nav>\n",
    )],
    acts: &[
        Act {
            at: 0,
            prompt: "make the menu work by keyboard",
            steps: &[
                Step::Sends(&READER),
                Step::Uses(Tool::Search("onclick"), 2),
                Step::Uses(Tool::Read("menu.js"), 2),
                Step::Asks(
                    Tool::Edit(
                        "menu.js",
                        "menu.onclick = open;\n",
                        "menu.onclick = open;\nmenu.onkeydown = keys;\n",
                    ),
                    2,
                ),
                Step::Uses(Tool::Command("npm test -- menu", "Test the menu"), 8),
                Step::Joins,
                Step::Finishes("The menu works by keyboard, and all tests pass."),
            ],
        },
        Act {
            at: 100,
            prompt: "does it work on a phone, too?",
            steps: &[
                Step::Uses(Tool::Read("menu.html"), 3),
                Step::Uses(Tool::Command("npm test -- phone", "Test small screens"), 20),
                Step::Finishes("It does: every entry is a finger wide."),
            ],
        },
    ],
};
