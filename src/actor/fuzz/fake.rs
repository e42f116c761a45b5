//! A world as the procedure sees it; whatever it looks at, something may happen before.

use std::time::Duration;

use pane_patrol_hooks::text::told_line;
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Fake, OpenRequest};
use crate::actor::colours;
use crate::actor::keys::{Access, Guard, Pane, Press, Pressed, Seen};
use crate::assistants::facets::Verdict;
use crate::hub::client::HubError;
use crate::mux::{Gone, Outcome, Undone};
use crate::state::{Bound, Level, Row};

impl Access for Fake {
    fn row(&self, _: &str) -> Result<Option<Row>, HubError> {
        let mut state = self.0.borrow_mut();
        state.happen();
        Ok(state.row.clone())
    }

    fn in_full(&self, bound: Bound) -> Bound {
        self.0.borrow().in_full(bound)
    }

    fn open_calls(&self, bound: &Bound) -> Vec<Bound> {
        let mut state = self.0.borrow_mut();
        state.happen();
        state.open_calls(bound)
    }

    fn has_company(&self, _: &Bound) -> bool {
        self.0.borrow().has_company()
    }

    fn is_at_rest(&self, _: &Bound) -> Option<bool> {
        Some(true)
    }

    /// Like a transcript: what was approved has none while it runs.
    fn has_result(&self, bound: &Bound) -> Option<bool> {
        let mut state = self.0.borrow_mut();
        state.happen();
        let is_written = state.dice.roll(2) == 0;
        let id = id_of(bound)?;
        let is_over = state.closed.contains(&id) && !state.running.contains(&id);
        (state.assistant == "claude").then_some(is_over && is_written)
    }

    fn verdict(&self, _: &Bound) -> Option<Verdict> {
        None
    }

    fn runs(&self, bound: &Bound, _: Timestamp) -> bool {
        let mut state = self.0.borrow_mut();
        state.happen();
        id_of(bound).is_some_and(|id| state.running.contains(&id))
    }

    fn witness(&self, _: &Bound) -> Option<Seen> {
        let mut state = self.0.borrow_mut();
        state.happen();
        if state.assistant != "claude" {
            return None;
        }
        (state.dice.roll(4) > 0).then(|| Seen {
            level: if state.asked.is_some() {
                Level::WaitingApproval
            } else {
                Level::Busy
            },
            instance_id: Some("s".to_owned()),
            written: Timestamp::from_millis(state.written),
        })
    }

    fn look(&self, _: &Bound) -> Outcome<Pane> {
        let mut state = self.0.borrow_mut();
        state.happen();
        if state.gone {
            return Err(Undone::Gone(Gone::Pane));
        }
        Ok(Pane {
            screen: state.screen(),
            width: state.width,
            unfit: state.unfit(),
            stamp: Vec::new(),
        })
    }

    /// As tmux does it: the guard and the keys in one moment.
    fn press(&self, bound: &Bound, press: &Press, guard: &Guard) -> Outcome<Pressed> {
        let mut state = self.0.borrow_mut();
        state.happen();
        let screen = colours::without(&state.screen());
        let lines: Vec<&str> = screen
            .lines()
            .map(|line| line.trim_end_matches(' '))
            .collect();
        let shows = |row: usize| {
            lines
                .get(row)
                .is_some_and(|line| *line == guard.screen[row])
        };
        if state.gone || state.unfit().is_some() || !guard.rows.clone().all(shows) {
            return Ok(Pressed::No);
        }
        let wanted = state
            .all
            .iter()
            .find(|asked| Some(asked.id.to_string()) == bound.request.request_id);
        let shows_description = state.assistant == "claude" && !bound.is_question();
        let is_it = |asked: &OpenRequest| {
            wanted.is_some_and(|wanted| {
                // Of the others no more is known than the one line that the person saw.
                let is_read = match &bound.command {
                    Some(command) => command == asked.words,
                    None => bound.request.message == Some(told_line(asked.words, 200)),
                };
                is_read && (wanted.description == asked.description || !shows_description)
            })
        };
        // A dialog that has only just come takes no key; what it says of that moment nobody can see.
        let is_taken = state.now >= state.deaf_until;
        let is_its = state.asked.as_ref().is_some_and(is_it);
        if is_taken && !is_its || state.bound.as_ref() != Some(bound) {
            let wrong = format!("{press:?} at {:?} for {bound:?}", state.asked);
            state.wrong.push(wrong);
        }
        if std::mem::take(&mut state.swallows) {
            state.cover();
            state.written += 1;
        } else {
            state.take(press);
        }
        Ok(Pressed::Yes)
    }

    fn now(&self) -> Timestamp {
        self.0.borrow().now
    }

    fn wait(&self, time: Duration) {
        let mut state = self.0.borrow_mut();
        state.now = state.now.plus(time);
        state.happen();
    }
}

pub(super) fn id_of(bound: &Bound) -> Option<u64> {
    bound.request.request_id.as_deref()?.parse().ok()
}
