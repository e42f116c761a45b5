//! Whether a denial can say what to do instead.

use super::dialog;
use crate::assistants;
use crate::state::Bound;

/// Whether words can go with a denial of it: typed into its dialog, or by its id. The dialog of a plan takes none, and
/// whether the way by id is open is seen when it is gone.
pub(super) fn takes_words(bound: &Bound) -> bool {
    let plans = |tool: &String| bound.assistant.plans_by(tool);
    if bound.is_question() || bound.request.tool.as_ref().is_some_and(plans) {
        return false;
    }
    let by_id = assistants::of(&bound.assistant).is_some_and(|one| one.answers().is_some());
    by_id || dialog::takes_words(&bound.assistant)
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::{With as _, row};

    #[test]
    fn words_go_where_a_dialog_or_a_server_takes_them_and_with_no_plan_and_no_question() {
        for (assistant, tool, state, takes) in [
            ("claude", "Bash", State::WaitingApproval, true),
            ("claude", "ExitPlanMode", State::WaitingApproval, false),
            ("claude", "AskUserQuestion", State::WaitingInput, false),
            ("codex", "exec_command", State::WaitingApproval, true),
            ("opencode", "bash", State::WaitingApproval, true),
            ("gemini", "run_shell_command", State::WaitingApproval, false),
        ] {
            let row = row(1, assistant, state, "a:0.0", 5).asks(tool, "x");
            let bound = Bound::to_request(&row, &row.waiting[0]).unwrap();
            assert_eq!(takes_words(&bound), takes, "{assistant} {tool}");
        }
    }
}
