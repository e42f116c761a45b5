//! Which option a decision means.

use crate::actor::dialog::{Dialog, Kind};
use crate::actor::stop::Stop;
use crate::state::{Bound, Decision, Pick};

const ASKS: Stop = Stop::Wrong("it asks a question: use answer");
const WANTS_APPROVAL: Stop = Stop::Wrong("it wants approval: use approve or deny");

/// How options begin that open something to write in.
const WRITES: [&str; 5] = [
    "Type something",
    "Chat about this",
    "Type your own answer",
    "Enter a custom value",
    "None of the above",
];

/// How many options dialogs have beside those of the question, at most.
const OWN: usize = 2;

/// Why no way can answer that so, whatever is on the screen.
pub(in crate::actor) fn objection(bound: &Bound, decision: &Decision) -> Option<Stop> {
    match (decision, bound.is_question()) {
        (Decision::Approve, true) => Some(ASKS),
        (Decision::Answer(_), false) => Some(WANTS_APPROVAL),
        (Decision::Answer(Pick::Number(number)), true) => {
            let questions = bound.questions()?;
            let [(_, labels)] = questions.as_slice() else {
                return None;
            };
            let is_there = usize::from(*number) <= labels.len() + OWN;
            let numbered = labels.iter().zip(1..);
            let numbered = numbered.map(|(label, number)| format!("{number} {label}"));
            let others = || numbered.collect::<Vec<_>>().join(", ");
            (!is_there).then(|| Stop::OtherOptions(others()))
        }
        _ => None,
    }
}

/// The digit for a decision. The error says why there is none.
pub(super) fn number_for(decision: &Decision, dialog: &Dialog) -> Result<u8, Stop> {
    match (decision, dialog.kind) {
        (Decision::Approve, Kind::Permission) => {
            dialog.yes().ok_or(Stop::NoSuchOption("plain \"Yes\""))
        }
        (Decision::Deny { .. }, Kind::Permission) => {
            dialog.no().ok_or(Stop::NoSuchOption("\"No\""))
        }
        (Decision::Answer(pick), Kind::Question) => pick_option(pick, dialog),
        (Decision::Answer(_), Kind::Permission) => Err(WANTS_APPROVAL),
        (_, Kind::Question) => Err(ASKS),
    }
}

/// Options that open something to write in, or take more than one, are for the person in the pane.
fn pick_option(pick: &Pick, dialog: &Dialog) -> Result<u8, Stop> {
    let is_plain = |label: &str| {
        !label.starts_with('[') && !WRITES.iter().any(|words| label.starts_with(words))
    };
    if dialog
        .options
        .iter()
        .any(|option| option.label.starts_with('['))
    {
        return Err(Stop::Wrong("several may be chosen; go there"));
    }
    let found = dialog.options.iter().find(|option| match pick {
        Pick::Number(number) => option.number == *number,
        Pick::Label(label) => option.label.eq_ignore_ascii_case(label),
        // It asks one thing.
        Pick::Each(_) => false,
    });
    match found {
        Some(option) if is_plain(&option.label) => Ok(option.number),
        Some(_) => Err(Stop::Wrong("that option wants a text; go there")),
        None => {
            let labels: Vec<String> = dialog
                .options
                .iter()
                .filter(|option| is_plain(&option.label))
                .map(|option| format!("{} {}", option.number, option.label))
                .collect();
            Err(Stop::OtherOptions(labels.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;
    use serde_json::json;

    use super::*;
    use crate::state::fixture::{With as _, row};

    #[test]
    fn what_no_dialog_can_take_is_said_before_any_is_looked_for() {
        let asks = row(1, "claude", State::WaitingInput, "a:0.0", 5).asks("ask", "Which?");
        let options = json!([{"label": "Red"}, {"label": "Blue"}]);
        let question = Bound {
            input: Some(json!({"questions": [{"question": "Which?", "options": options}]})),
            ..Bound::to(&asks).unwrap()
        };
        let asks = row(1, "claude", State::WaitingApproval, "a:0.0", 5).asks("Bash", "ls");
        let permission = Bound::to(&asks).unwrap();
        let number = |number| Decision::Answer(Pick::Number(number));
        let others = Stop::OtherOptions("1 Red, 2 Blue".to_owned());
        for (bound, decision, why) in [
            (&question, number(2), None),
            // An option of the dialog's own: it says itself what that wants.
            (&question, number(4), None),
            (&question, number(7), Some(others)),
            (&question, Decision::Approve, Some(ASKS)),
            (&permission, Decision::Approve, None),
            (&permission, number(1), Some(WANTS_APPROVAL)),
        ] {
            assert_eq!(objection(bound, &decision), why, "{decision:?}");
        }
    }
}
