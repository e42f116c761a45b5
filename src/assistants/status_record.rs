//! Status records: what some assistants say of themselves to their terminal, and what that means.

use std::time::Duration;

use super::ALL;
use super::facets::Facets;
use super::facets::status_record::StatusRecords;
use crate::state::Level;
use crate::status_record::{Kind, Word};

/// The assistant that calls itself so in its records.
pub(crate) fn of_app(app: &str) -> Option<&'static dyn Facets> {
    let mut known = ALL.iter().copied();
    known.find(|known| known.status_records().is_some_and(|it| it.app == app))
}

/// How long `working` has to last before it is work.
pub(crate) fn blip(app: &str) -> Duration {
    let known = of_app(app).and_then(Facets::status_records);
    known.map_or(Duration::ZERO, |known: &StatusRecords| known.blip)
}

/// The level that a record is; `None`: nothing holds any more of what was said before.
pub(crate) fn level(state: Word, kind: Option<Kind>) -> Option<Level> {
    Some(match (state, kind) {
        (Word::Clear, _) => return None,
        (Word::Idle, _) => Level::Idle,
        (Word::Working, _) => Level::Busy,
        (Word::Blocked, Some(Kind::Permission)) => Level::WaitingApproval,
        (Word::Blocked, _) => Level::WaitingInput,
        (Word::Done, _) => Level::Done,
        (Word::Error, _) => Level::Failed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assistant_is_known_by_what_it_calls_itself_in_its_records() {
        let name = |app| of_app(app).map(|known| known.row().name);
        assert_eq!(name("codex"), Some("codex"));
        assert_eq!(name("claude-code"), Some("claude"));
        assert_eq!((name("claude"), name("pi"), name("")), (None, None, None));
        assert!(blip("codex") > blip("claude-code"));
    }

    #[test]
    fn who_wants_to_know_who_the_person_is_waits_for_input() {
        let blocked = |kind| level(Word::Blocked, kind);
        assert_eq!(
            blocked(Some(Kind::Permission)),
            Some(Level::WaitingApproval)
        );
        for kind in [
            Some(Kind::Question),
            Some(Kind::Auth),
            Some(Kind::Other),
            None,
        ] {
            assert_eq!(blocked(kind), Some(Level::WaitingInput), "{kind:?}");
        }
    }
}
