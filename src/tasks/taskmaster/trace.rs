//! What became of a change in a later text, which others have written.

use pane_patrol_installer::{Value, Values};

use super::finding::{Tasks, Unfit, find, tasks, text_of, titled};

/// The key of the current tag.
pub(super) const CURRENT: &str = "currentTag";

/// Where Taskmaster says when it has switched the tag last.
const SWITCHED: &str = "lastSwitched";

/// Where Taskmaster says when it has changed a task last.
const UPDATED: &str = "updatedAt";

/// By what a change is known in a later text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    /// The tag whose list it is in, or that is the current one now; `None` where there are no tags.
    pub(super) tag: Option<String>,
    /// The task that was changed, or that is new; `None`: the tag was switched.
    pub(super) id: Option<String>,
    mark: Mark,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    /// A value is another.
    Changed(Change),
    /// There is one more task of that title than so many.
    Added(String, usize),
}

/// One value of a task, or of the file that names the current tag.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    key: &'static str,
    before: Option<String>,
    after: String,
    /// The key that says when Taskmaster has changed it last, and what stood there.
    stamp: (&'static str, Option<String>),
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

impl Trace {
    /// That a task's text of that key becomes `after`.
    pub(super) fn of_task(
        values: &Values,
        (tag, id): (Option<String>, &str),
        task: Value,
        (key, after): (&'static str, &str),
    ) -> Self {
        Self {
            tag,
            id: Some(id.to_owned()),
            mark: Mark::Changed(Change::of(values, task, (key, after), UPDATED)),
        }
    }

    /// That a task is new in a list.
    pub(super) fn of_new(values: &Values, (tag, list): Tasks, id: String, title: &str) -> Self {
        Self {
            tag,
            id: Some(id),
            mark: Mark::Added(title.to_owned(), titled(values, list, title)),
        }
    }

    /// That this tag becomes the current one.
    pub(super) fn of_tag(values: &Values, name: &str) -> Self {
        let change = Change::of(values, Values::ROOT, (CURRENT, name), SWITCHED);
        Self {
            tag: Some(name.to_owned()),
            id: None,
            mark: Mark::Changed(change),
        }
    }

    /// What the value was that is another.
    pub(super) fn before(&self) -> Option<&str> {
        match &self.mark {
            Mark::Changed(change) => change.before.as_deref(),
            Mark::Added(..) => None,
        }
    }

    /// What became of it in `text`.
    pub(super) fn fate(&self, text: &str) -> Result<Fate, Unfit> {
        let values = Values::read(text).map_err(Unfit::Malformed)?;
        let list = || tasks(&values, self.tag.as_deref()).map(|(_, list)| list);
        let fate = match (&self.mark, &self.id) {
            (Mark::Changed(change), None) => Some(change.fate(&values, Values::ROOT)),
            (Mark::Changed(change), Some(id)) => list().ok().and_then(|list| {
                let task = find(&values, list, id)?;
                Some(change.fate(&values, task))
            }),
            // By its title: whoever had not seen it may have given another one the same number.
            (Mark::Added(title, before), _) => list().ok().map(|list| {
                if titled(&values, list, title) > *before {
                    Fate::Holds
                } else {
                    Fate::Undone
                }
            }),
        };
        // Its list or its task is gone, and not because somebody had not seen the change.
        Ok(fate.unwrap_or(Fate::Changed))
    }
}

impl Change {
    fn of(
        values: &Values,
        object: Value,
        (key, after): (&'static str, &str),
        stamped: &'static str,
    ) -> Self {
        Self {
            key,
            before: text_of(values, object, key),
            after: after.to_owned(),
            stamp: (stamped, text_of(values, object, stamped)),
        }
    }

    fn fate(&self, values: &Values, object: Value) -> Fate {
        let now = text_of(values, object, self.key);
        let (stamped, stamp) = &self.stamp;
        if now.as_deref() == Some(&*self.after) {
            Fate::Holds
        } else if now == self.before && text_of(values, object, stamped) == *stamp {
            Fate::Undone
        } else {
            Fate::Changed
        }
    }
}
