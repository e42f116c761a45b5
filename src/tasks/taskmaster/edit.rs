//! What a list, or the file that names its current tag, is after a change. Pure: texts in, texts out; only the
//! bytes of the value that changes are others.

use pane_patrol_installer::{Field, Values};

use super::finding::{Tasks, Unfit, find, id, tasks};
use super::trace::{CURRENT, Trace};
use super::{Mark, TaskChange, current_tag_of};

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
    let values = Values::read(list).map_err(Unfit::Malformed)?;
    let current = setting.and_then(current_tag_of);
    let of_tag = |tag: &Option<String>| tasks(&values, tag.as_deref().or(current.as_deref()));
    match change {
        TaskChange::Set { id, status, tag } => set(&values, of_tag(tag)?, id, *status),
        TaskChange::Edit { id, title, tag } => rename(&values, of_tag(tag)?, id, title.trim()),
        TaskChange::Add { title, tag } => Ok(add(&values, of_tag(tag)?, title.trim())),
        TaskChange::Tag { name } => match tasks(&values, Some(name))? {
            (None, _) => Err(Unfit::NoList("there are no tags in it".to_owned())),
            _ => switch(setting, name),
        },
    }
}

fn set(values: &Values, (tag, list): Tasks, id: &str, mark: Mark) -> Result<Edited, Unfit> {
    let task = find(values, list, id).ok_or_else(|| Unfit::NoTask(id.to_owned()))?;
    let trace = Trace::of_task(values, (tag, id), task, ("status", mark.word()));
    let is_so = trace.before().and_then(Mark::parse) == Some(mark);
    let text = match values.member(task, "status") {
        _ if is_so => None,
        Some(status) => Some(values.with_text(status, mark.word())),
        None => Some(values.with_member(task, "status", Field::Text(mark.word()))),
    };
    Ok(Edited { text, trace })
}

fn rename(values: &Values, (tag, list): Tasks, id: &str, title: &str) -> Result<Edited, Unfit> {
    let task = find(values, list, id).ok_or_else(|| Unfit::NoTask(id.to_owned()))?;
    let known = values.member(task, "title");
    let known = known.ok_or_else(|| Unfit::Odd(id.to_owned(), "title"))?;
    let trace = Trace::of_task(values, (tag, id), task, ("title", title));
    let is_so = trace.before() == Some(title);
    let text = (!is_so).then(|| values.with_text(known, title));
    Ok(Edited { text, trace })
}

/// All that Taskmaster gives a task that was added by hand, in its order. Its id follows on the greatest one. Where
/// one task has no description Taskmaster lists none of them, so it has its title there, too.
fn add(values: &Values, (tag, tasks): Tasks, title: &str) -> Edited {
    let ids = values.children(tasks).filter_map(|task| id(values, task));
    let greatest = ids.filter_map(|id| id.parse::<u64>().ok()).max();
    let number = greatest.unwrap_or(0).saturating_add(1);
    let id = number.to_string();
    let last = values.children(tasks).next_back();
    let last = last.and_then(|task| values.member(task, "id"));
    let is_text = last.is_some_and(|id| values.text(id).is_some());
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
        text: Some(values.with_element(tasks, &fields)),
        trace: Trace::of_new(values, (tag, tasks), id.clone(), title),
    }
}

/// The file that names the current tag, with another one; it is made where there is none.
fn switch(setting: Option<&str>, name: &str) -> Result<Edited, Unfit> {
    let values = Values::read(setting.unwrap_or("{}")).map_err(Unfit::Malformed)?;
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
