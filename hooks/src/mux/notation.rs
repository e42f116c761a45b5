//! How the id of a pane is written down, in events, in ids of rows and by people: as the multiplexer writes
//! it whose panes report: so far there is one.

pub(crate) use super::tmux::notation::{EXAMPLE, FORM, SERVER, is_like_an_id, number, write};
