//! Records that something else has to bear out: the title of the pane, or what the assistant writes down of its
//! session. Both are looked at again as long as a record waits for them.

use pane_patrol_hooks::timestamp::Timestamp;

use crate::assistants::facets::turns::Turn;
use crate::assistants::{self, title};
use crate::collector::recorded::{Claim, News, Spoken};
use crate::collector::sources::panes::Order as ListOrder;
use crate::collector::sources::turns::Look;
use crate::collector::writer::Writer;
use crate::state::{Level, Listing, Row, RowKey};

impl Writer {
    /// Has a record wait where somebody can bear it out; else gives it back.
    pub(super) fn doubt(
        &mut self,
        spoken: Spoken,
        key: RowKey,
        level: Option<Level>,
        row: &Row,
    ) -> Option<Spoken> {
        let new = level.and_then(|level| Some((level, Claim::of(level, row.state)?)));
        let Some((level, claim)) = new else {
            return Some(spoken);
        };
        let look = self.look_for(&key, row);
        let is_written = look.is_some();
        let is_doubted = if claim.opens() {
            is_written
        } else {
            row.pane.is_some() && title::is_shown_by(&row.assistant)
        };
        if !is_doubted {
            return Some(spoken);
        }
        let now = self.clock.now();
        self.recorded
            .doubt(spoken, key, (level, claim), is_written, now);
        if let Some(look) = look {
            // Without the thread nothing is looked up.
            let _ = self.sources.turns.send(look);
        }
        if !is_written || matches!(claim, Claim::AsksLeave | Claim::GoesOn) {
            self.look_at_title(row);
        }
        None
    }

    /// Takes what the titles in this listing say to records that wait.
    pub(in crate::collector::writer) fn take_titled_records(&mut self, listing: &Listing) {
        let wanted: Vec<RowKey> = self.recorded.rows().cloned().collect();
        for key in wanted {
            let Some(row) = self.table.row(&key) else {
                continue;
            };
            let is_its = |server| server == &listing.server;
            let mut panes = listing.panes.iter();
            let pane = panes.find(|pane| {
                row.pane == Some(pane.pane) && row.server.as_ref().is_some_and(is_its)
            });
            let Some(pane) = pane else { continue };
            let title = News::Title(title::level(&row.assistant, &pane.title));
            self.hear(&key, &row, listing.asked, title);
            if self.recorded.wants_title(&key) {
                self.look_at_title(&row);
            }
        }
    }

    /// Takes where the session of a row is, for records that wait.
    pub(in crate::collector::writer) fn take_turn(
        &mut self,
        key: &RowKey,
        asked: Timestamp,
        turn: Option<Turn>,
    ) {
        let Some(row) = self.table.row(key) else {
            return;
        };
        self.hear(key, &row, asked, News::Turn(turn));
        if self.recorded.wants_turn(key)
            && let Some(look) = self.look_for(key, &row)
        {
            let _ = self.sources.turns.send(look);
        }
        if turn.is_none() && self.recorded.wants_title(key) {
            self.look_at_title(&row);
        }
    }

    fn hear(&mut self, key: &RowKey, row: &Row, asked: Timestamp, news: News) {
        for spoken in self.recorded.hear(key, asked, row.state, news) {
            self.apply_record(&spoken);
        }
    }

    fn look_at_title(&self, row: &Row) {
        // Without the thread nobody lists anything.
        let _ = self
            .sources
            .lister
            .send(ListOrder::Now(self.socket_of(row)));
    }

    /// Where its assistant writes down what the row's session does, if that is known. A folder that only a client
    /// has named which may do nothing but publish is not looked into.
    fn look_for(&self, key: &RowKey, row: &Row) -> Option<Look> {
        let by = assistants::of(&row.assistant)?.turns()?;
        let home = self.homes.of(&row.assistant, row.home.as_deref())?;
        let session = row.instance_id.clone().filter(|_| !row.hearsay)?;
        Some(Look {
            row: key.clone(),
            by,
            home,
            session,
        })
    }
}
