//! The one judgement of a list, by which it is read and written: what is malformed is neither shown nor changed.
//! In a list that is one, a task that is not as Taskmaster writes them is shown as what it is and never changed, and
//! all others are both; Taskmaster itself goes on with such a list for some of its commands. Of a key that stands
//! twice the last one counts, as in every program that reads JSON; what nobody here knows may be anything.

use std::borrow::Cow;
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
    /// That one is not as Taskmaster writes them.
    #[error("task {id} is no whole task, and is left to whoever wrote it: {fault}")]
    Odd {
        /// Which.
        id: String,
        /// What is odd, and where.
        fault: Fault,
    },
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
    pub(super) title: Option<String>,
    pub(super) status: Option<String>,
    pub(super) priority: Option<String>,
    /// By their ids.
    pub(super) dependencies: Vec<String>,
    pub(super) parts: Vec<Kept>,
    /// The first of what is not as Taskmaster writes it.
    odd: Option<Fault>,
}

/// What stands for a value that has no words.
const UNKNOWN: &str = "?";

impl List {
    /// The list of that tag, else of the one that counts where none is named.
    pub(super) fn read(values: &Values, wanted: Option<&str>) -> Result<Self, Unfit> {
        if !values.is_object(Values::ROOT) {
            let reason = "no object with `tasks` or with tags";
            return Err(values.fault(Values::ROOT, reason).into());
        }
        if let Some(tasks) = tasks_of(values, Values::ROOT) {
            return Ok(Self::judged(values, None, tasks));
        }
        let tags = tags(values);
        let names: Vec<&str> = tags.keys().map(String::as_str).collect();
        match chosen(&names, wanted) {
            Ok(name) => Ok(Self::judged(values, Some(name.to_owned()), tags[name])),
            Err(why) => Err(no_list(values, wanted).map_or(Unfit::NoList(why), Unfit::from)),
        }
    }

    fn judged(values: &Values, tag: Option<String>, at: Value) -> Self {
        let tasks = values.children(at);
        let tasks = tasks.map(|task| Kept::judged(values, task, MAX_DEPTH));
        Self {
            tag,
            at,
            tasks: tasks.collect(),
        }
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

    /// The same, if it may be written.
    pub(super) fn find_whole(&self, id: &str) -> Result<&Kept, Unfit> {
        let task = self.find(id)?;
        match &task.odd {
            None => Ok(task),
            Some(fault) => Err(Unfit::Odd {
                id: id.to_owned(),
                fault: fault.clone(),
            }),
        }
    }

    /// How many tasks have that title.
    pub(super) fn titled(&self, title: &str) -> usize {
        let titles = self.tasks.iter().filter_map(|task| task.title.as_deref());
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
    fn judged(values: &Values, at: Value, depth: usize) -> Self {
        let mut judge = Judge {
            values,
            at,
            odd: None,
        };
        if !values.is_object(at) {
            judge.doubt(at, "a task is an object");
        }
        let id = judge.id();
        let title = judge.text("title");
        // Of a part Taskmaster wants none.
        if title.is_none() && depth == MAX_DEPTH {
            judge.doubt(at, "a task without `title`");
        }
        let parts = judge.elements("subtasks");
        if depth == 0 && !parts.is_empty() {
            judge.doubt(at, "parts of parts, too deep");
        }
        let parts = parts.into_iter().filter(|_| depth > 0);
        let dependencies = judge.elements("dependencies").into_iter();
        Self {
            at,
            id,
            title,
            status: judge.text("status"),
            priority: judge.text("priority"),
            dependencies: dependencies
                .map(|id| judge.name(id, "dependencies"))
                .collect(),
            parts: parts
                .map(|part| Self::judged(values, part, depth - 1))
                .collect(),
            odd: judge.odd,
        }
    }
}

/// Reads a task as far as it can be understood.
struct Judge<'a> {
    values: &'a Values<'a>,
    at: Value,
    odd: Option<Fault>,
}

impl Judge<'_> {
    fn doubt(&mut self, value: Value, reason: impl Into<Cow<'static, str>>) {
        let fault = self.values.fault(value, reason);
        self.odd.get_or_insert(fault);
    }

    fn id(&mut self) -> String {
        if let Some(id) = given(self.values, self.at, "id") {
            return self.name(id, "id");
        }
        self.doubt(self.at, "a task without `id`");
        UNKNOWN.to_owned()
    }

    /// An id, also one in `key`.
    fn name(&mut self, id: Value, key: &str) -> String {
        let raw = self.values.raw(id);
        let is_number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let number = is_number.then(|| raw.to_owned());
        self.values.text(id).or(number).unwrap_or_else(|| {
            let reason = format!("an id in `{key}` that is neither a number nor a text");
            self.doubt(id, reason);
            UNKNOWN.to_owned()
        })
    }

    /// The text of a key that may be left out; what is none as it stands there, where that is a word.
    fn text(&mut self, key: &str) -> Option<String> {
        let value = given(self.values, self.at, key)?;
        Some(self.values.text(value).unwrap_or_else(|| {
            self.doubt(value, format!("`{key}` is no text"));
            let is_many = self.values.is_object(value) || self.values.is_array(value);
            let raw = self.values.raw(value);
            (if is_many { UNKNOWN } else { raw }).to_owned()
        }))
    }

    /// The elements of a list that may be left out.
    fn elements(&mut self, key: &str) -> Vec<Value> {
        match given(self.values, self.at, key) {
            None => Vec::new(),
            Some(list) if self.values.is_array(list) => self.values.children(list).collect(),
            Some(other) => {
                self.doubt(other, format!("`{key}` is no list"));
                Vec::new()
            }
        }
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

#[cfg(test)]
mod tests;
