//! The shop publishes its new version: a list of tasks, and a command that nobody should run unasked.

use super::{Act, Progress, Script, Step, Tool};
use Progress::{Done, Later, Now};

pub(super) const SCRIPT: Script = Script {
    name: "shop",
    plays: "claude",
    branch: "fix-tax",
    files: &[
        (
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"1.3.9\"\nedition = \"2024\"\n",
        ),
        (
            "src/tax.rs",
            "/// The tax of a price, both in cents.\npub fn tax(price: u64) -> u64 {\n    price * 19 / 100\n}\n",
        ),
        (
            "CHANGELOG.md",
            "# Changelog\n\n## 1.3.9\n\n- The basket keeps its order.\n",
        ),
    ],
    changed: &[
        (
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"1.4.0\"\nedition = \"2024\"\n",
        ),
        (
            "src/tax.rs",
            "/// The tax of a price, both in cents, rounded as the law says.\npub fn tax(price: u64) -> u64 {\n    (price * 19 + 50) / 100\n}\n\n#[test]\nfn half_a_cent_is_rounded_up() {\n    assert_eq!(tax(50), 10);\n}\n",
        ),
    ],
    acts: &[
        Act {
            at: 0,
            prompt: "publish the crate when the tests pass",
            steps: &[
                Step::Notes(&[
                    ("Run the tests", Now),
                    ("Raise the version to 1.4.0", Done),
                    ("Publish the crate", Later),
                    ("Tag the release", Later),
                ]),
                Step::Uses(Tool::Command("cargo test --workspace", "Run all tests"), 3),
                Step::Notes(&[
                    ("Run the tests", Done),
                    ("Raise the version to 1.4.0", Done),
                    ("Publish the crate", Now),
                    ("Tag the release", Later),
                ]),
                Step::Says("All 212 tests pass. Publishing."),
                Step::Asks(
                    Tool::Command("cargo publish --no-verify", "Publish shop 1.4.0"),
                    6,
                ),
                Step::Notes(&[
                    ("Run the tests", Done),
                    ("Raise the version to 1.4.0", Done),
                    ("Publish the crate", Done),
                    ("Tag the release", Now),
                ]),
                Step::Asks(Tool::Command("git tag v1.4.0", "Tag the release"), 1),
                Step::Notes(&[
                    ("Run the tests", Done),
                    ("Raise the version to 1.4.0", Done),
                    ("Publish the crate", Done),
                    ("Tag the release", Done),
                ]),
                Step::Finishes("Published shop 1.4.0 and tagged it."),
            ],
        },
        Act {
            at: 110,
            prompt: "tell the changelog about it",
            steps: &[
                Step::Uses(Tool::Read("CHANGELOG.md"), 2),
                Step::Uses(
                    Tool::Edit(
                        "CHANGELOG.md",
                        "# Changelog\n",
                        "# Changelog\n\n## 1.4.0\n\n- Tax is rounded as the law says.\n",
                    ),
                    8,
                ),
                Step::Finishes("The changelog has a section for 1.4.0."),
            ],
        },
    ],
};
