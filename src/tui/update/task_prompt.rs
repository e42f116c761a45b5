//! The line in which the title of a task is typed, and what became of a change of the list.

use crossterm::event::KeyEvent;
use pane_patrol_hooks::timestamp::Timestamp;

use crate::tasks::TaskChange;
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::model::task_prompt::{TaskPrompt, Title};
use crate::tui::text_input::Typing;
use crate::tui::undone::Unchanged;

/// Takes a key for the line; `None` when no line is open.
pub(crate) fn press(model: &mut Model, key: KeyEvent, now: Timestamp) -> Option<Vec<Effect>> {
    let prompt = model.titling.as_mut()?;
    match prompt.line.ask(key) {
        Typing::Done => return Some(send(model, now)),
        Typing::Left => model.titling = None,
        Typing::On => {}
    }
    model.touch();
    Some(Vec::new())
}

/// Puts pasted text into the line; false when none is open.
pub(crate) fn paste(model: &mut Model, text: &str) -> bool {
    let Some(prompt) = &mut model.titling else {
        return false;
    };
    prompt.line.insert(text);
    model.touch();
    true
}

fn send(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let empty = |prompt: &TaskPrompt| prompt.line.text().trim().is_empty();
    if model.titling.as_ref().is_some_and(empty) {
        model.advise(
            "a task has a title",
            "say what is to be done, or press Esc",
            now,
        );
        return Vec::new();
    }
    let Some(TaskPrompt {
        row,
        tag,
        about,
        line,
    }) = model.titling.take()
    else {
        return Vec::new();
    };
    model.touch();
    let title = line.text().trim().to_owned();
    let wanted = match about {
        Title::New => TaskChange::Add { title, tag },
        Title::Of(id) => TaskChange::Edit { id, title, tag },
    };
    vec![Effect::ChangeTask(row, wanted)]
}

/// Tells what became of a change.
pub(crate) fn changed(model: &mut Model, told: Result<String, Unchanged>, now: Timestamp) {
    match told {
        Ok(told) => model.notify(&told, now),
        Err(why) => model.advise(
            &format!("not changed: {why}"),
            "the list is as others have left it",
            now,
        ),
    }
}
