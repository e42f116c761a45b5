//! What became of a change in a later text, which others have written.

use pane_patrol_installer::{Value, Values};

use super::list::{Kept, List, Unfit};
use super::setting::CURRENT;

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
        list: &List,
        (task, id): (&Kept, &str),
        after: (&'static str, &str),
    ) -> Self {
        Self {
            tag: list.tag.clone(),
            id: Some(id.to_owned()),
            mark: Mark::Changed(Change::of(values, task.at, after, UPDATED)),
        }
    }

    /// That a task is new in a list.
    pub(super) fn of_new(list: &List, id: String, title: &str) -> Self {
        Self {
            tag: list.tag.clone(),
            id: Some(id),
            mark: Mark::Added(title.to_owned(), list.titled(title)),
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
        let values = Values::read(text)?;
        let list = || match List::read(&values, self.tag.as_deref()) {
            Ok(list) => Ok(Some(list)),
            Err(why @ Unfit::Malformed(_)) => Err(why),
            Err(_) => Ok(None),
        };
        let fate = match (&self.mark, &self.id) {
            (Mark::Changed(change), None) => Some(change.fate(&values, Values::ROOT)),
            (Mark::Changed(change), Some(id)) => list()?.and_then(|list| {
                let task = list.find(id).ok()?;
                Some(change.fate(&values, task.at))
            }),
            // By its title: whoever had not seen it may have given another one the same number.
            (Mark::Added(title, before), _) => list()?.map(|list| {
                if list.titled(title) > *before {
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

/// The text that a key of an object has.
fn text_of(values: &Values, object: Value, key: &str) -> Option<String> {
    values.text(values.member(object, key)?)
}
