//! Who is waited for: the row that the name meant at the start, or the place that it names.

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::commands::follow::{On, is_place};
use crate::commands::lookup::{self, By, Unknown};
use crate::error::CommandError;
use crate::state::Row;

/// Who is meant, and how it is with them.
pub(super) struct Meant<'a> {
    name: &'a str,
    /// The socket of the server that is meant where several have the same place.
    own: String,
    /// Where the place is that is meant.
    on: On,
    /// Who was found at last.
    held: Option<Held>,
    /// Its state, by the last that was heard; `None`: it is not there.
    seen: Option<State>,
}

/// The row that was found.
struct Held {
    id: String,
    exact: String,
    by: By,
    target: Target,
    /// It has told no server, and may come to be known by one.
    is_unplaced: bool,
}

impl<'a> Meant<'a> {
    pub(super) fn new(name: &'a str, own: String, on: On) -> Self {
        Self {
            name,
            own,
            on,
            held: None,
            seen: None,
        }
    }

    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    pub(super) fn seen(&self) -> Option<State> {
        self.seen
    }

    /// What means the one row beside which nobody else can be meant any more.
    pub(super) fn only(&self) -> Option<&str> {
        let held = self.held.as_ref().filter(|held| !is_place(held.by));
        held.map(|held| &*held.exact)
    }

    /// Looks through all rows there are.
    ///
    /// # Errors
    /// Nobody is meant just now, or, where nobody was found before, several may be.
    pub(super) fn find<'r>(&mut self, rows: &'r [Row]) -> Result<(), Unknown<'r>> {
        self.seen = None;
        if self.held.is_none() {
            let row = lookup::pick(rows, self.name, &self.own)?;
            let by = lookup::meaning(row, self.name).unwrap_or(By::Word);
            self.hold(row, by);
            return Ok(());
        }
        for row in rows {
            self.hear(row);
        }
        self.seen.map(|_| ()).ok_or(Unknown::Nobody)
    }

    /// Takes in how it is with a row.
    pub(super) fn hear(&mut self, row: &Row) {
        let by = lookup::meaning(row, self.name);
        if self.is_meant(row, by) {
            let by = self.held.as_ref().map(|held| held.by).or(by);
            self.hold(row, by.unwrap_or(By::Word));
        } else if self.is_held(row) {
            // Its pane was moved elsewhere: the place is empty.
            self.seen = None;
        }
    }

    /// Takes in that a row is no more.
    pub(super) fn lose(&mut self, id: &str) {
        if self.held.as_ref().is_some_and(|held| held.id == id) {
            self.seen = None;
        }
    }

    pub(super) fn explain(&self, unknown: &Unknown<'_>, rows: &[Row]) -> CommandError {
        lookup::explain(unknown, self.name, rows, &[], Timestamp::now())
    }

    fn is_meant(&self, row: &Row, by: Option<By>) -> bool {
        let Some(held) = &self.held else {
            return by.is_some_and(|by| by != By::Word) && self.on.holds(row);
        };
        if is_place(held.by) && lookup::only_says_where(row) && !self.is_held(row) {
            return false;
        }
        if !is_place(held.by) {
            return self.is_held(row) || held.is_now(row, &self.own);
        }
        match by {
            Some(By::Target) => self.on.holds(row),
            // Where a dashboard shows another one just now it is in nobody's place.
            Some(By::Pane) => self.is_held(row) || self.seen.is_none() && self.on.holds(row),
            Some(By::Id | By::Word) | None => false,
        }
    }

    fn is_held(&self, row: &Row) -> bool {
        self.held.as_ref().is_some_and(|held| held.id == row.id)
    }

    fn hold(&mut self, row: &Row, by: By) {
        let before = std::mem::replace(&mut self.on, On::Any);
        self.on = On::of(row, before);
        self.seen = Some(row.state);
        self.held = Some(Held {
            id: row.id.clone(),
            exact: lookup::exact(row),
            by,
            target: row.target.clone(),
            is_unplaced: row.server.is_none() && row.may_be_in_a_pane(),
        });
    }
}

impl Held {
    /// Whether that is the same one, known by its pane since.
    fn is_now(&self, row: &Row, own: &str) -> bool {
        let is_ours = row
            .server
            .as_ref()
            .is_some_and(|server| server.socket == own);
        self.is_unplaced && is_ours && row.target == self.target
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::target::{PaneId, Server};

    use super::*;
    use crate::state::fixture;

    const A: &str = "/tmp/a";
    const B: &str = "/tmp/b";

    fn row(socket: &str, pane: u32, target: &str, folder: &str, state: State) -> Row {
        let server = Server {
            socket: socket.to_owned(),
            pid: 7,
        };
        Row {
            id: format!("{server}::%{pane}"),
            pane: Some(PaneId(pane)),
            server: Some(server),
            cwd: Some(folder.to_owned()),
            ..fixture::row(pane, "claude", state, target, 5)
        }
    }

    fn meant(name: &str, on: On) -> Meant<'_> {
        Meant::new(name, A.to_owned(), on)
    }

    fn ours() -> On {
        On::Socket(A.to_owned())
    }

    #[test]
    fn a_place_is_that_of_the_own_server_and_no_other_ones() {
        for name in ["work:0.0", "%0"] {
            let mut meant = meant(name, ours());
            let a = row(A, 0, "work:0.0", "/x", State::Running);
            let b = row(B, 0, "work:0.0", "/y", State::Running);
            assert!(meant.find(&[a.clone(), b]).is_ok());
            meant.hear(&row(B, 0, "work:0.0", "/y", State::Completed));
            assert_eq!(meant.seen(), Some(State::Running), "{name}");
            meant.lose(&a.id);
            meant.hear(&row(B, 0, "work:0.0", "/y", State::Completed));
            assert_eq!(meant.seen(), None, "{name}");
            let next = Server {
                socket: A.to_owned(),
                pid: 8,
            };
            let id = format!("{next}::%0");
            let server = Some(next);
            meant.hear(&Row {
                id,
                server,
                ..row(A, 0, "work:0.0", "/x", State::Error)
            });
            assert_eq!(
                meant.seen(),
                Some(State::Error),
                "{name}: of a later server there"
            );
        }
    }

    #[test]
    fn an_empty_place_is_taken_by_who_comes_to_our_server() {
        let mut inside = meant("work:0.0", ours());
        assert!(inside.find(&[]).is_err());
        inside.hear(&row(B, 0, "work:0.0", "/y", State::Completed));
        assert_eq!(inside.seen(), None);
        inside.hear(&row(A, 3, "work:0.0", "/x", State::Idle));
        assert_eq!(inside.seen(), Some(State::Idle));

        let mut outside = meant("work:0.0", On::Any);
        assert!(outside.find(&[]).is_err());
        outside.hear(&row(B, 0, "work:0.0", "/y", State::Running));
        outside.hear(&row(A, 3, "work:0.0", "/x", State::Idle));
        assert_eq!(outside.seen(), Some(State::Running), "who came first");
    }

    #[test]
    fn a_word_stays_with_its_row_whoever_gets_it_later() {
        let mut meant = meant("shop", ours());
        let shop = row(A, 0, "work:0.0", "/src/shop", State::Running);
        assert!(meant.find(std::slice::from_ref(&shop)).is_ok());
        let other = row(A, 1, "work:0.1", "/old/shop", State::Completed);
        meant.hear(&other);
        assert_eq!(meant.seen(), Some(State::Running));
        meant.lose(&shop.id);
        meant.hear(&other);
        assert_eq!(meant.seen(), None, "gone is not handed on");
        assert!(meant.find(std::slice::from_ref(&other)).is_err());
        // It works elsewhere now and is who it was.
        meant.hear(&row(A, 0, "work:9.0", "/src/blog", State::Error));
        assert_eq!(meant.seen(), Some(State::Error));
    }

    #[test]
    fn one_that_told_no_server_is_the_same_when_its_pane_is_known() {
        let mut meant = meant("shop", ours());
        let told = Row {
            id: "::work:0.0".to_owned(),
            server: None,
            pane: None,
            ..row(A, 0, "work:0.0", "/src/shop", State::Running)
        };
        assert!(meant.find(std::slice::from_ref(&told)).is_ok());
        meant.lose(&told.id);
        meant.hear(&row(B, 0, "work:0.0", "/src/shop", State::Completed));
        assert_eq!(meant.seen(), None);
        meant.hear(&row(A, 0, "work:0.0", "/src/shop", State::Idle));
        assert_eq!(meant.seen(), Some(State::Idle));
    }

    #[test]
    fn nobody_takes_the_place_of_a_pane_who_only_says_that_it_is_there() {
        for on in [ours(), On::Any] {
            let mut meant = meant("work:0.0", on);
            let real = row(A, 0, "work:0.0", "/x", State::WaitingApproval);
            let fake = Row {
                id: "::work:0.0".to_owned(),
                server: None,
                pane: None,
                publisher: Some("evil".to_owned()),
                ..row(A, 0, "work:0.0", "/x", State::Completed)
            };
            assert!(meant.find(&[fake.clone(), real.clone()]).is_ok());
            assert_eq!(meant.seen(), Some(State::WaitingApproval));
            meant.hear(&fake);
            assert_eq!(meant.seen(), Some(State::WaitingApproval));
            meant.lose(&real.id);
            meant.hear(&fake);
            assert_eq!(meant.seen(), None, "the place is empty");
            meant.hear(&real);
            assert_eq!(meant.seen(), Some(State::WaitingApproval));
        }
    }

    #[test]
    fn a_pane_that_moves_away_leaves_its_place_empty() {
        let mut meant = meant("work:0.0", ours());
        assert!(
            meant
                .find(&[row(A, 0, "work:0.0", "/x", State::Running)])
                .is_ok()
        );
        meant.hear(&row(A, 0, "play:0.0", "/x", State::Completed));
        assert_eq!(meant.seen(), None);
        meant.hear(&row(A, 1, "work:0.0", "/x", State::Idle));
        assert_eq!(meant.seen(), Some(State::Idle));
    }
}
