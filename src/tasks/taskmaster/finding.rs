//! Where in a text the lists are, and the tasks in them.

use std::collections::BTreeMap;

use pane_patrol_installer::{Fault, Value, Values};
use thiserror::Error;

use super::chosen;

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

/// The tag that counts, if there are any, and its tasks.
pub(super) type Tasks = (Option<String>, Value);

/// The list of that tag, else of the one that counts where none is named.
pub(super) fn tasks(values: &Values, wanted: Option<&str>) -> Result<Tasks, Unfit> {
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
pub(super) fn find(values: &Values, list: Value, id: &str) -> Option<Value> {
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

/// A task's id: Taskmaster writes it as a number or as a text.
pub(super) fn id(values: &Values, task: Value) -> Option<String> {
    let id = values.member(task, "id")?;
    let number = || values.raw(id).to_owned();
    Some(values.text(id).unwrap_or_else(number))
}

/// The text that a key of an object has.
pub(super) fn text_of(values: &Values, object: Value, key: &str) -> Option<String> {
    values.text(values.member(object, key)?)
}

/// How many tasks of a list have that title.
pub(super) fn titled(values: &Values, list: Value, title: &str) -> usize {
    let tasks = values.children(list);
    let titles = tasks.filter_map(|task| text_of(values, task, "title"));
    titles.filter(|known| known == title).count()
}
