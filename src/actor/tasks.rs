//! Changing the list of tasks that a row shows.

use pane_patrol_hooks::text::printable_line;

use super::executor::Executor;
use crate::assistants::tasks::Owner;
use crate::hub::protocol::{ActOutcome, ActResult, ChangedTask};
use crate::state::Row;
use crate::tasks::{TaskChange, taskmaster};

/// Why nothing is done in that folder, whoever wants it.
const TOLD_FROM_ELSEWHERE: &str = "only a client that may do nothing but publish tells of it: the folder that it \
                                   names may be another machine's";

/// Said where there was nothing to do.
const SO_ALREADY: &str = "it was so already";

impl Executor {
    /// Changes the list, or says why it is as it was.
    pub(super) fn change_task(&self, id: &str, row: &Row, wanted: &TaskChange) -> ActResult {
        if row.hearsay {
            return ActResult::refused(id, TOLD_FROM_ELSEWHERE);
        }
        let Some(owner) = Owner::of_row(row) else {
            return ActResult::refused(id, "nobody has told its folder");
        };
        let list = match owner.changeable(&self.homes) {
            Ok(list) => list,
            Err(why) => return ActResult::refused(id, why.to_string()),
        };
        match taskmaster::change(&list, self.uid, wanted) {
            Ok(changed) => {
                let why = changed.was_so.then(|| SO_ALREADY.to_owned());
                let mut result = ActResult::of(id, ActOutcome::Done, why);
                result.task = Some(ChangedTask {
                    id: changed.id,
                    tag: changed.tag,
                });
                result
            }
            // It names what was wanted, which may hold anything.
            Err(why) => ActResult::refused(id, printable_line(&why.to_string())),
        }
    }
}
