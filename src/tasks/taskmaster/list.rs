//! The one judgement of a list, by which it is read and written: what is malformed is neither shown nor changed,
//! and whatever Taskmaster itself goes on with is both. Of a key that stands twice the last one counts, as in
//! every program that reads JSON; what nobody here knows may be anything.

use std::collections::BTreeMap;

use pane_patrol_installer::{Fault, Value, Values};
use thiserror::Error;

use super::USUAL_TAG;

/// So deep parts of tasks have parts; Taskmaster's own have none.
const MAX_DEPTH: usize = 32;

/// Why a text is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unfit {
    /// It is no JSON, or its list is none.
    #[error("it cannot be understood: {0}")]
    Malformed(Fault),
    /// There is no list of that tag; says which there are.
    #[error("{0}")]
    NoList(String),
    /// Nothing in the list has that id.
    #[error("there is no task {0} in it")]
    NoTask(String),
    /// More than one has it.
    #[error("there is more than one task {0} in it")]
    Twice(String),
}

impl From<Fault> for Unfit {
    fn from(fault: Fault) -> Self {
        Self::Malformed(fault)
    }
}

/// The list of one tag, or the only one where there are no tags.
#[derive(Debug)]
pub(super) struct List {
    pub(super) tag: Option<String>,
    /// The array itself.
    pub(super) at: Value,
    pub(super) tasks: Vec<Kept>,
}

/// A task, or a part of one, as it stands there.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) at: Value,
    /// Taskmaster writes it as a number or as a text, and changes its mind.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) status: Option<String>,
    pub(super) priority: Option<String>,
    /// By their ids.
    pub(super) dependencies: Vec<String>,
    pub(super) parts: Vec<Kept>,
}

impl List {
    /// The list of that tag, else of the one that counts where none is named.
    pub(super) fn read(values: &Values, wanted: Option<&str>) -> Result<Self, Unfit> {
        if !values.is_object(Values::ROOT) {
            let reason = "no object with `tasks` or with tags";
            return Err(values.fault(Values::ROOT, reason).into());
        }
        if let Some(tasks) = tasks_of(values, Values::ROOT) {
            return Self::judged(values, None, tasks);
        }
        let tags = tags(values);
        let names: Vec<&str> = tags.keys().map(String::as_str).collect();
        match chosen(&names, wanted) {
            Ok(name) => Self::judged(values, Some(name.to_owned()), tags[name]),
            Err(why) => Err(no_list(values, wanted).map_or(Unfit::NoList(why), Unfit::from)),
        }
    }

    fn judged(values: &Values, tag: Option<String>, at: Value) -> Result<Self, Unfit> {
        let tasks = values.children(at);
        let tasks = tasks.map(|task| Kept::judged(values, task, MAX_DEPTH));
        Ok(Self {
            tag,
            at,
            tasks: tasks.collect::<Result<_, _>>()?,
        })
    }

    /// A task, or a part of one, by its id as it is shown.
    pub(super) fn find(&self, id: &str) -> Result<&Kept, Unfit> {
        let mut found = found_in(&self.tasks, id).into_iter();
        match (found.next(), found.next()) {
            (Some(task), None) => Ok(task),
            (None, _) => Err(Unfit::NoTask(id.to_owned())),
            (Some(_), Some(_)) => Err(Unfit::Twice(id.to_owned())),
        }
    }

    /// How many tasks have that title.
    pub(super) fn titled(&self, title: &str) -> usize {
        let titles = self.tasks.iter().map(|task| &task.title);
        titles.filter(|known| *known == title).count()
    }
}

fn found_in<'a>(tasks: &'a [Kept], id: &str) -> Vec<&'a Kept> {
    let below = |task: &'a Kept| {
        let part = id.strip_prefix(&task.id)?.strip_prefix('.')?;
        Some(found_in(&task.parts, part))
    };
    let own = tasks.iter().filter(|task| task.id == id);
    own.chain(tasks.iter().filter_map(below).flatten())
        .collect()
}

impl Kept {
    /// What no list of Taskmaster's own is without has to be there.
    fn judged(values: &Values, at: Value, depth: usize) -> Result<Self, Fault> {
        if !values.is_object(at) {
            return Err(values.fault(at, "a task is an object"));
        }
        if depth == 0 {
            return Err(values.fault(at, "parts of parts, too deep"));
        }
        let id = given(values, at, "id");
        let id = id.ok_or_else(|| values.fault(at, "a task without `id`"))?;
        let optional = |key| {
            let value = given(values, at, key);
            let text = value.map(|value| (value, values.text(value)));
            let no_text = |value| values.fault(value, format!("`{key}` is no text"));
            text.map(|(value, text)| text.ok_or_else(|| no_text(value)))
                .transpose()
        };
        let title = match optional("title")? {
            Some(title) => title,
            // Of a part Taskmaster wants none.
            None if depth < MAX_DEPTH => String::new(),
            None => return Err(values.fault(at, "a task without `title`")),
        };
        let parts = elements(values, at, "subtasks")?.into_iter();
        let before = elements(values, at, "dependencies")?.into_iter();
        Ok(Self {
            at,
            id: name(values, id, "id")?,
            title,
            status: optional("status")?,
            priority: optional("priority")?,
            dependencies: before
                .map(|id| name(values, id, "dependencies"))
                .collect::<Result<_, _>>()?,
            parts: parts
                .map(|part| Self::judged(values, part, depth - 1))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The lists of all tags. Whatever else stands beside them is none, and of no concern.
pub(super) fn tags(values: &Values) -> BTreeMap<String, Value> {
    let tags = values.children(Values::ROOT);
    tags.filter_map(|tag| Some((values.key(tag)?, tasks_of(values, tag)?)))
        .collect()
}

/// The tag that counts where `current` is named as the current one; the error says why there is none.
fn chosen<'a>(tags: &[&'a str], current: Option<&str>) -> Result<&'a str, String> {
    let wanted = current.unwrap_or(USUAL_TAG);
    if let Some(tag) = tags.iter().find(|tag| **tag == wanted) {
        return Ok(tag);
    }
    match (tags, current) {
        ([only], None) => Ok(only),
        ([], _) => Err("there is no list of tasks in it".to_owned()),
        (known, _) => Err(format!(
            "there is no tag `{wanted}`, only {}",
            known.join(", ")
        )),
    }
}

/// What stands where the list of that tag should be.
fn no_list(values: &Values, wanted: Option<&str>) -> Option<Fault> {
    let tag = values.member(Values::ROOT, wanted.unwrap_or(USUAL_TAG));
    let tasks = |object| given(values, object, "tasks");
    let instead = tag.and_then(tasks).or_else(|| tasks(Values::ROOT))?;
    Some(values.fault(instead, "`tasks` is no list"))
}

fn tasks_of(values: &Values, object: Value) -> Option<Value> {
    let tasks = values.member(object, "tasks");
    tasks.filter(|tasks| values.is_array(*tasks))
}

/// The value of a key that may be left out, and may be null.
fn given(values: &Values, object: Value, key: &str) -> Option<Value> {
    let value = values.member(object, key);
    value.filter(|value| values.raw(*value) != "null")
}

/// The elements of a list that may be left out.
fn elements(values: &Values, object: Value, key: &str) -> Result<Vec<Value>, Fault> {
    match given(values, object, key) {
        None => Ok(Vec::new()),
        Some(list) if values.is_array(list) => Ok(values.children(list).collect()),
        Some(other) => Err(values.fault(other, format!("`{key}` is no list"))),
    }
}

/// An id, also one in `key`.
fn name(values: &Values, id: Value, key: &str) -> Result<String, Fault> {
    let raw = values.raw(id);
    let is_number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let number = is_number.then(|| raw.to_owned());
    let reason = || format!("an id in `{key}` that is neither a number nor a text");
    let id_is_one = values.text(id).or(number);
    id_is_one.ok_or_else(|| values.fault(id, reason()))
}

#[cfg(test)]
mod tests;
