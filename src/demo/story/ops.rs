//! Operations: a while of work, then the command that makes it count.

use super::{Act, Script, Step, Tool};

pub(super) const SCRIPT: Script = Script {
    name: "ops",
    plays: "copilot",
    branch: "bigger-disk",
    files: &[("disk.tf", "resource \"disk\" \"data\" {\n  size = 100\n}\n")],
    changed: &[
        ("disk.tf", "resource \"disk\" \"data\" {\n  size = 250\n}\n"),
        ("plan.txt", "1 to change, 0 to destroy\n"),
    ],
    acts: &[
        Act {
            at: 0,
            prompt: "give the database a bigger disk",
            steps: &[
                Step::Says("I plan the change first."),
                Step::Uses(Tool::Command("terraform plan", "Plan the change"), 35),
                Step::Says("One disk grows, nothing is destroyed."),
                Step::Asks(Tool::Command("terraform apply", "Make the disk bigger"), 10),
                Step::Finishes("The disk has 250 GB now."),
            ],
        },
        Act {
            at: 130,
            prompt: "and how full is it?",
            steps: &[
                Step::Uses(Tool::Command("df -h /data", "Look at the disk"), 5),
                Step::Finishes("37 % of 250 GB."),
            ],
        },
    ],
};
