//! Rows that only a client vouches for which may do nothing but publish: it can name any pane, any process and
//! any folder, so that together with a second token it would have things done that neither of them allows.
//! Nothing is done in such a pane, unless by its owner, or where the machine itself shows that the assistant
//! runs there in front.

use super::executor::Executor;
use crate::assistants::present::{Found, in_front};
use crate::hub::protocol::Right;
use crate::mux::PATIENCE;
use crate::state::Row;

/// Why nothing is done in that pane.
const UNPROVED: &str = "only a client that may do nothing but publish tells of it, and its assistant is not seen to \
                        run in front in that pane: that is for the hub's owner to do";

/// Why its process is not asked to end.
const OTHER_PROCESS: &str = "only a client that may do nothing but publish has named its process, which is not the \
                             assistant that runs in front in that pane: that is for the hub's owner to do";

impl Executor {
    /// Why nobody with that right has anything done in the row's pane, if so.
    pub(super) fn objection_to_hearsay(&self, row: &Row, right: Right) -> Option<&'static str> {
        let is_proved = !row.hearsay || right == Right::Own || self.in_front(row).is_some();
        (!is_proved).then_some(UNPROVED)
    }

    /// The same for the row's process.
    pub(super) fn objection_to_hearsay_of_process(
        &self,
        row: &Row,
        right: Right,
    ) -> Option<&'static str> {
        if !row.hearsay || right == Right::Own {
            return None;
        }
        match self.in_front(row) {
            None => Some(UNPROVED),
            Some(found) => (row.pid != Some(found.pid)).then_some(OTHER_PROCESS),
        }
    }

    /// The row's assistant, as the system shows it in front in its pane.
    pub(super) fn in_front(&self, row: &Row) -> Option<Found> {
        let (place, mux) = self.reach.place_of(row);
        let root = mux.process(&place, PATIENCE).ok()?;
        in_front(root).filter(|found| found.assistant == row.assistant)
    }
}
