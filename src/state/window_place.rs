//! Where a pane stands among the others of its window.

use pane_patrol_hooks::text::has_control;
use serde::{Deserialize, Serialize};

/// What its multiplexer has told of that, in its own words: texts of anybody. The window's session and number are those
/// of the pane's address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WindowPlace {
    /// The window's name, if somebody has named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// So many panes of the window stand before it.
    pub before: u32,
    /// So many it has altogether.
    pub panes: u32,
    /// How they divide the window.
    pub layout: String,
}

impl WindowPlace {
    /// Whether no text of it holds a control character.
    pub(super) fn is_plain(&self) -> bool {
        let texts = [self.name.as_deref(), Some(&*self.layout)];
        !texts.into_iter().flatten().any(has_control)
    }
}
