//! Whether a denial can say what to do instead.

use super::dialog;
use crate::assistants::homes::Homes;
use crate::assistants::{self, Facets};
use crate::state::Bound;

/// Whether words can go with a denial of it: typed into its dialog, or by its id where somebody may listen. The dialog of
/// a plan takes none.
pub(super) fn takes_words(bound: &Bound, homes: &Homes) -> bool {
    let plans = |tool: &String| bound.assistant.plans_by(tool);
    if bound.is_question() || bound.request.tool.as_ref().is_some_and(plans) {
        return false;
    }
    dialog::takes_words(&bound.assistant) || {
        let answers = assistants::of(&bound.assistant).and_then(Facets::answers);
        let home = homes.of(&bound.assistant, bound.home.as_deref());
        answers.is_some_and(|by_id| by_id.may_listen(bound, home.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::{With as _, row};

    #[test]
    fn words_go_where_a_dialog_or_a_server_takes_them_and_with_no_plan_and_no_question() {
        let folder = tempfile::tempdir().unwrap();
        let control = folder.path().join("app-server-control");
        std::fs::create_dir_all(&control).unwrap();
        let homes = Homes::all_in(folder.path());
        let takes = |assistant, tool, state| {
            let row = row(1, assistant, state, "a:0.0", 5).asks(tool, "x");
            takes_words(&Bound::to_request(&row, &row.waiting[0]).unwrap(), &homes)
        };
        for (assistant, tool, state, wanted) in [
            ("claude", "Bash", State::WaitingApproval, true),
            ("claude", "ExitPlanMode", State::WaitingApproval, false),
            ("claude", "AskUserQuestion", State::WaitingInput, false),
            ("codex", "exec_command", State::WaitingApproval, false),
            ("opencode", "bash", State::WaitingApproval, false),
            ("gemini", "run_shell_command", State::WaitingApproval, false),
        ] {
            assert_eq!(takes(assistant, tool, state), wanted, "{assistant} {tool}");
        }
        std::fs::write(control.join("app-server-control.sock"), "").unwrap();
        assert!(takes("codex", "exec_command", State::WaitingApproval));
    }
}
