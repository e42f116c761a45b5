//! The keys that matter now, and the key that answers.

use super::{Asks, empty};
use crate::actor::{Bound, dialog};
use crate::assistants::{self, Facets};
use crate::tui::keymap::{self, Action, Hint, OPTIONS, When};
use crate::tui::model::{Model, request};

/// What the key does that answers as soon as all was seen.
const READ_ON: &str = "read on";

/// A key and what it does here.
pub(crate) struct ShownHint {
    pub(crate) keys: String,
    pub(crate) does: &'static str,
    /// What a click on it does; `None` where it tells of several.
    pub(crate) action: Option<Action>,
    /// Others make room for it: it leads to all of them, or out.
    pub(crate) stays: bool,
}

/// The keys that matter now, the most useful first. `left`: lines of what is asked that have not been seen.
pub(crate) fn told(model: &Model, left: Option<usize>) -> Vec<ShownHint> {
    let panel = super::of(model);
    let hints = match panel.tab {
        Some(_) if model.has_nothing() && panel.over.is_none() => empty::hints(model),
        _ => (panel.hints)(model),
    };
    let front = front(model);
    hints
        .iter()
        .filter(|hint| holds(hint.when(), model, front.as_ref()) && !hint.keys().is_empty())
        .map(|hint| ShownHint {
            keys: hint.keys(),
            does: word(model, hint, left),
            action: match hint.actions {
                [action] => Some(*action),
                _ => None,
            },
            stays: matches!(hint.actions, [Action::Help | Action::Quit]),
        })
        .collect()
}

fn word(model: &Model, hint: &Hint, left: Option<usize>) -> &'static str {
    let action = hint.actions.first();
    let answers = matches!(
        action,
        Some(Action::Approve | Action::Answer(_) | Action::Confirm)
    );
    // Where keys answer nothing they mean something else.
    if answers && left != Some(0) && super::of(model).asks != Asks::Nothing {
        return READ_ON;
    }
    match (action, hint.word()) {
        (Some(Action::Go), "go") if is_kept(model) => "attach",
        (Some(Action::Go), "go") if !model.setup.in_multiplexer => "attach",
        (Some(Action::Go), "go") if model.is_lent() => "show",
        (_, word) => word,
    }
}

fn holds(when: When, model: &Model, front: Option<&Bound>) -> bool {
    let reached = front.filter(|_| !is_kept(model));
    let known = reached.filter(|bound| dialog::knows(&bound.assistant));
    match when {
        When::Always => true,
        When::AtRow => model.selected_row().is_some(),
        When::Stops => model.selected_row().is_some() && !is_kept(model),
        When::Draws => model.drawn_pane().is_some(),
        When::Follows => model.setup.pulse.is_some() && model.has_overview(),
        When::WantsApproval => known.is_some_and(|bound| !bound.is_question()),
        When::TakesWords => {
            known.is_some_and(|bound| !bound.is_question() && dialog::takes_words(&bound.assistant))
        }
        When::AsksQuestion => known.is_some_and(Bound::is_question),
        When::Asks => model.asked.is_some(),
        When::NobodyReports => model.offers_install(),
    }
}

/// The key that answers what is asked once it was seen to its last line.
pub(crate) struct Answering {
    pub(crate) keys: String,
    /// As long as there is more to see.
    pub(crate) shows: &'static str,
    /// After that.
    pub(crate) does: &'static str,
}

/// That key; `None` where no key answers.
pub(crate) fn answering(model: &Model) -> Option<Answering> {
    let (actions, shows, does): (&[Action], _, _) = match front(model) {
        _ if super::of(model).asks == Asks::OfPanel => (&[Action::Confirm], "shows", "answers"),
        Some(bound) if !dialog::knows(&bound.assistant) || is_kept(model) => return None,
        Some(bound) if bound.is_question() => (OPTIONS, "show", "answer"),
        Some(_) => (&[Action::Approve], "shows", "approves"),
        None => return None,
    };
    Some(Answering {
        keys: keymap::keys(actions),
        shows,
        does,
    })
}

/// Whether the selected row is of a session that no pane shows, so that no key reaches it, and that its assistant
/// starts again where it has ended.
fn is_kept(model: &Model) -> bool {
    model.selected_row().is_some_and(|row| {
        let known = assistants::of(&row.assistant);
        row.is_in_background() && known.is_some_and(Facets::revives)
    })
}

fn front(model: &Model) -> Option<Bound> {
    let row = model.selected_row()?;
    request::chosen(model, row).ok()
}
