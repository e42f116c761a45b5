//! Which option a decision means.

use crate::actor::dialog::{Dialog, Kind};
use crate::actor::stop::Stop;
use crate::state::{Decision, Pick};

/// How options begin that open something to write in.
const WRITES: [&str; 5] = [
    "Type something",
    "Chat about this",
    "Type your own answer",
    "Enter a custom value",
    "None of the above",
];

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
        (Decision::Answer(_), Kind::Permission) => {
            Err(Stop::Wrong("it wants approval: use approve or deny"))
        }
        (_, Kind::Question) => Err(Stop::Wrong("it asks a question: use answer")),
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
