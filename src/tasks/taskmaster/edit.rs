//! What a list, or the file that names its current tag, is after a change, and what became of that change in a
//! later text. Pure: texts in, texts out; only the bytes of the value that changes are others.

use std::collections::BTreeMap;

use pane_patrol_installer::{Fault, Field, Value, Values};
use thiserror::Error;

use super::{Mark, TaskChange, chosen, current_tag_of};

/// Why a text is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unfit {
    /// It is no JSON.
    #[error("it cannot be understood: {0}")]
    Malformed(Fault),
    /// There is no list of that tag; says which there are.
    #[error("{0}")]
    NoList(String),
    /// Nothing in the list has that id.
    #[error("there is no task {0} in it")]
    NoTask(String),
    /// It is an object without what belongs there.
    #[error("task {0} is none of Taskmaster's: it has no {1}")]
    Odd(String, &'static str),
}

/// A text after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edited {
    /// All of it; `None` where it was so already.
    pub(super) text: Option<String>,
    pub(super) trace: Trace,
}

/// By what a change is known in a later text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    /// The tag whose list it is in; `None` where there are no tags.
    pub(super) tag: Option<String>,
    /// The task that was changed, or that is new.
    pub(super) id: String,
    /// The key of the value that it has.
    key: &'static str,
    /// What it is now.
    after: String,
    /// What it was; `None` where there was nothing.
    before: Option<String>,
    /// When Taskmaster had changed it last, in its own words.
    stamp: Option<String>,
    /// Of a task that is new: how many had its title before.
    namesakes: Option<usize>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is there.
    Holds,
    /// It is as it was before, and nobody says that this is a change: who wrote it had read it before ours.
    Undone,
    /// Somebody has changed it since.
    Changed,
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

/// The tag that counts, if there are any, and its tasks.
type Tasks = (Option<String>, Value);

fn tasks(values: &Values, wanted: Option<&str>) -> Result<Tasks, Unfit> {
    let tasks_of = |object| {
        let tasks = values.member(object, "tasks");
        tasks.filter(|tasks| values.is_array(*tasks))
    };
    if let Some(tasks) = tasks_of(Values::ROOT) {
        return Ok((None, tasks));
    }
    let tags = values.children(Values::ROOT);
    let tags: BTreeMap<String, Value> = tags
        .filter_map(|tag| Some((values.key(tag)?, tasks_of(tag)?)))
        .collect();
    let names: Vec<&str> = tags.keys().map(String::as_str).collect();
    let name = chosen(&names, wanted).map_err(Unfit::NoList)?;
    Ok((Some(name.to_owned()), tags[name]))
}

/// A task, or a part of one, by its id as it is shown.
fn find(values: &Values, list: Value, id: &str) -> Option<Value> {
    let in_list = |list: Value, id: &str| {
        let mut tasks = values.children(list);
        tasks.find(|task| self::id(values, *task).as_deref() == Some(id))
    };
    in_list(list, id).or_else(|| {
        let (above, part) = id.rsplit_once('.')?;
        let parts = values.member(find(values, list, above)?, "subtasks")?;
        in_list(parts, part)
    })
}

fn id(values: &Values, task: Value) -> Option<String> {
    let id = values.member(task, "id")?;
    let number = || values.raw(id).to_owned();
    Some(values.text(id).unwrap_or_else(number))
}

fn set(values: &Values, (tag, list): Tasks, id: &str, mark: Mark) -> Result<Edited, Unfit> {
    let task = find(values, list, id).ok_or_else(|| Unfit::NoTask(id.to_owned()))?;
    let trace = Trace::of(values, (tag, id), task, "status", mark.word());
    let is_so = trace.before.as_deref().and_then(Mark::parse) == Some(mark);
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
    let trace = Trace::of(values, (tag, id), task, "title", title);
    let is_so = trace.before.as_deref() == Some(title);
    let text = (!is_so).then(|| values.with_text(known, title));
    Ok(Edited { text, trace })
}

/// All that Taskmaster gives a task that was added by hand, in its order. Its id follows on the greatest one.
fn add(values: &Values, (tag, list): Tasks, title: &str) -> Edited {
    let ids = values.children(list).filter_map(|task| id(values, task));
    let greatest = ids.filter_map(|id| id.parse::<u64>().ok()).max();
    let number = greatest.unwrap_or(0).saturating_add(1);
    let id = number.to_string();
    let last = values.children(list).next_back();
    let last = last.and_then(|task| values.member(task, "id"));
    let is_text = last.is_some_and(|id| values.text(id).is_some());
    let (nothing, text) = (Field::Nothing, Field::Text);
    let fields = [
        (
            "id",
            if is_text {
                text(&id)
            } else {
                Field::Number(number)
            },
        ),
        ("title", text(title)),
        ("description", text("")),
        ("details", text("")),
        ("testStrategy", text("")),
        ("status", text(Mark::Pending.word())),
        ("dependencies", nothing),
        ("priority", text("medium")),
        ("subtasks", nothing),
    ];
    Edited {
        text: Some(values.with_element(list, &fields)),
        trace: Trace {
            tag,
            id: id.clone(),
            key: "title",
            after: title.to_owned(),
            before: None,
            stamp: None,
            namesakes: Some(titled(values, list, title)),
        },
    }
}

/// How many tasks of a list have that title.
fn titled(values: &Values, list: Value, title: &str) -> usize {
    let titles = values.children(list).filter_map(|task| {
        let known = values.member(task, "title")?;
        values.text(known)
    });
    titles.filter(|known| known == title).count()
}

/// The file that names the current tag, with another one.
fn switch(text: Option<&str>, name: &str) -> Result<Edited, Unfit> {
    const TAG: &str = "currentTag";
    let Some(text) = text else {
        let name_as_json = serde_json::Value::from(name);
        return Ok(Edited {
            text: Some(format!("{{\n  \"{TAG}\": {name_as_json}\n}}\n")),
            trace: Trace::of_setting(name, None, None),
        });
    };
    let values = Values::read(text).map_err(Unfit::Malformed)?;
    let known = values.member(Values::ROOT, TAG);
    let before = known.and_then(|tag| values.text(tag));
    let text = match known {
        _ if before.as_deref() == Some(name) => None,
        Some(tag) => Some(values.with_text(tag, name)),
        None => Some(values.with_member(Values::ROOT, TAG, Field::Text(name))),
    };
    let stamp = values.member(Values::ROOT, SWITCHED);
    let stamp = stamp.map(|stamp| values.raw(stamp).to_owned());
    Ok(Edited {
        text,
        trace: Trace::of_setting(name, before, stamp),
    })
}

/// When Taskmaster has switched the tag last.
const SWITCHED: &str = "lastSwitched";

/// When Taskmaster has changed a task last.
const UPDATED: &str = "updatedAt";

impl Trace {
    fn of(
        values: &Values,
        (tag, id): (Option<String>, &str),
        task: Value,
        key: &'static str,
        after: &str,
    ) -> Self {
        let before = values.member(task, key);
        Self {
            tag,
            id: id.to_owned(),
            key,
            after: after.to_owned(),
            before: before.and_then(|before| values.text(before)),
            stamp: stamp(values, task, UPDATED),
            namesakes: None,
        }
    }

    fn of_setting(name: &str, before: Option<String>, stamp: Option<String>) -> Self {
        Self {
            tag: Some(name.to_owned()),
            id: String::new(),
            key: "currentTag",
            after: name.to_owned(),
            before,
            stamp,
            namesakes: None,
        }
    }

    /// What became of it in `text`.
    pub(super) fn fate(&self, text: &str) -> Result<Fate, Unfit> {
        let values = Values::read(text).map_err(Unfit::Malformed)?;
        if self.id.is_empty() {
            return Ok(self.fate_at(&values, Values::ROOT, SWITCHED));
        }
        let Ok((_, list)) = tasks(&values, self.tag.as_deref()) else {
            // Its tag is gone, and not because somebody had not seen a task.
            return Ok(Fate::Changed);
        };
        if let Some(namesakes) = self.namesakes {
            // By its title: whoever had not seen it may have given another one the same number.
            let is_there = titled(&values, list, &self.after) > namesakes;
            return Ok(if is_there { Fate::Holds } else { Fate::Undone });
        }
        let task = find(&values, list, &self.id);
        Ok(task.map_or(Fate::Changed, |task| self.fate_at(&values, task, UPDATED)))
    }

    fn fate_at(&self, values: &Values, object: Value, stamped: &str) -> Fate {
        let now = values.member(object, self.key);
        let now = now.and_then(|now| values.text(now));
        if now.as_deref() == Some(&*self.after) {
            return Fate::Holds;
        }
        let is_as_before = now == self.before && stamp(values, object, stamped) == self.stamp;
        if is_as_before {
            Fate::Undone
        } else {
            Fate::Changed
        }
    }
}

fn stamp(values: &Values, object: Value, key: &str) -> Option<String> {
    let stamp = values.member(object, key)?;
    Some(values.raw(stamp).to_owned())
}

#[cfg(test)]
mod tests;
