//! What a person may say of witnesses that somebody has to ask for. Each key names its assistant; which one is
//! meant by which key, the assistants' own folders say (`Facets::piped`).

use serde::Deserialize;

/// `[witness]`: what assistants tell of themselves beside their hooks, where it has to be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Witness {
    /// `codex_pipe`: whether Codex's own word for what it does is read from the pipe of its pane, in tmux on Linux:
    /// at once, and also what no hook tells. A pane has only one pipe; yours always comes first.
    pub(super) codex_pipe: bool,
}

impl Witness {
    /// Each key, and what is said of it to a person.
    pub(crate) const KEYS: [(&str, &str); 1] = [(
        "codex_pipe",
        "whether Codex's own word for what it does is read from the pipe of its pane, in tmux on Linux: at once, \
         and also what no hook tells. A pane has only one pipe; yours always comes first.",
    )];
}

/// Status records of an assistant that it writes to its terminal unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piped {
    /// The person's word for reading them from the pane's pipe, a key of `[witness]`.
    pub(crate) key: &'static str,
    /// Whether she wants that.
    pub(crate) is_wanted: bool,
}
