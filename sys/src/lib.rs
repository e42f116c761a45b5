//! What pane-patrol asks of the system and is dangerous to get wrong, once each.
//!
//! Every other part may use this one, the hook too, and it uses none of them: so it depends on next to
//! nothing, and what is not called is not in the hook's way.
//!
//! May import: no crate of ours.

pub mod child;
pub mod open;
pub mod private;
pub mod process;
pub mod replace;
