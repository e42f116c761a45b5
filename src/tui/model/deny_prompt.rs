//! What the person says while they deny a request.

use crate::actor::Bound;
use crate::tui::text_input::EditLine;

/// A message that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DenyPrompt {
    pub(crate) bound: Bound,
    pub(crate) line: EditLine,
}
