//! What a list, or the file that names its current tag, is after a change. Pure: texts in, texts out; only the
//! bytes of the value that changes are others.

use pane_patrol_installer::{Field, Values};

use super::list::{List, Unfit};
use super::setting::{CURRENT, current_tag};
use super::trace::Trace;
use super::{Mark, TaskChange};

/// A text after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edited {
    /// All of it; `None` where it was so already.
    pub(super) text: Option<String>,
    pub(super) trace: Trace,
}

/// The list after `change`, or, when that switches the tag, `setting`, which names the current one, after it.
/// `setting` is `None` where there is no such file.
pub(super) fn edit(
    list: &str,
    setting: Option<&str>,
    change: &TaskChange,
) -> Result<Edited, Unfit> {
    let values = Values::read(list)?;
    // One that cannot be understood names no tag, for whoever reads the list, too.
    let current = setting.and_then(|setting| current_tag(&Values::read(setting).ok()?).ok()?);
    let of_tag = |tag: &Option<String>| List::read(&values, tag.as_deref().or(current.as_deref()));
    match change {
        TaskChange::Set { id, status, tag } => set(&values, &of_tag(tag)?, id, *status),
        TaskChange::Edit { id, title, tag } => rename(&values, &of_tag(tag)?, id, title.trim()),
        TaskChange::Add { title, tag } => Ok(add(&values, &of_tag(tag)?, title.trim())),
        TaskChange::Tag { name } => match List::read(&values, Some(name))?.tag {
            None => Err(Unfit::NoList("there are no tags in it".to_owned())),
            Some(_) => switch(setting, name),
        },
    }
}

fn set(values: &Values, list: &List, id: &str, mark: Mark) -> Result<Edited, Unfit> {
    let task = list.find_whole(id)?;
    let trace = Trace::of_task(values, list, (task, id), ("status", mark.word()));
    let is_so = trace.before().and_then(Mark::parse) == Some(mark);
    let text = match values.member(task.at, "status") {
        _ if is_so => None,
        Some(status) => Some(values.with_text(status, mark.word())),
        None => Some(values.with_member(task.at, "status", Field::Text(mark.word()))),
    };
    Ok(Edited { text, trace })
}

fn rename(values: &Values, list: &List, id: &str, title: &str) -> Result<Edited, Unfit> {
    let task = list.find_whole(id)?;
    let trace = Trace::of_task(values, list, (task, id), ("title", title));
    let text = match values.member(task.at, "title") {
        _ if task.title.as_deref() == Some(title) => None,
        Some(known) => Some(values.with_text(known, title)),
        None => Some(values.with_member(task.at, "title", Field::Text(title))),
    };
    Ok(Edited { text, trace })
}

/// All that Taskmaster gives a task that was added by hand, in its order. Its id follows on the greatest one. Where
/// one task has no description Taskmaster lists none of them, so it has its title there, too.
fn add(values: &Values, list: &List, title: &str) -> Edited {
    let ids = list.tasks.iter().filter_map(|task| task.id.parse().ok());
    let number = ids.max().unwrap_or(0_u64).saturating_add(1);
    let id = number.to_string();
    let before = list.tasks.last();
    let before = before.and_then(|task| values.member(task.at, "id"));
    let is_text = before.is_some_and(|id| values.text(id).is_some());
    let (nothing, text) = (Field::Nothing, Field::Text);
    let spelt = if is_text {
        text(&id)
    } else {
        Field::Number(number)
    };
    let fields = [
        ("id", spelt),
        ("title", text(title)),
        ("description", text(title)),
        ("details", text("")),
        ("testStrategy", text("")),
        ("status", text(Mark::Pending.word())),
        ("dependencies", nothing),
        ("priority", text("medium")),
        ("subtasks", nothing),
    ];
    Edited {
        text: Some(values.with_element(list.at, &fields)),
        trace: Trace::of_new(list, id.clone(), title),
    }
}

/// The file that names the current tag, with another one; it is made where there is none.
fn switch(setting: Option<&str>, name: &str) -> Result<Edited, Unfit> {
    let values = Values::read(setting.unwrap_or("{}"))?;
    current_tag(&values)?;
    let trace = Trace::of_tag(&values, name);
    let text = match values.member(Values::ROOT, CURRENT) {
        _ if trace.before() == Some(name) => None,
        Some(tag) => Some(values.with_text(tag, name)),
        None => Some(values.with_member(Values::ROOT, CURRENT, Field::Text(name))),
    };
    Ok(Edited { text, trace })
}

#[cfg(test)]
mod tests;
