//! Which keys are bound: those of the table, or what the person has set.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::OnceLock;

use super::Action;
use super::key::{Key, ctrl};
use super::table::TABLE;

/// Whatever is bound, this ends the dashboard.
const ALWAYS_QUITS: Key = ctrl('c');

thread_local! {
    /// Those of this thread's dashboard: whatever it says names a key, and says so in a hundred places.
    static IN_FORCE: RefCell<Rc<Bindings>> = RefCell::new(Rc::new(Bindings::default()));
}

/// The keys of every action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bindings(Vec<Bound>);

/// The keys of one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) action: Action,
    /// As they are shown; the first one is the hints'.
    pub(crate) keys: Vec<Key>,
    /// They work, and are not shown.
    pub(crate) habits: Vec<Key>,
}

/// One key that would mean two things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    /// What it was set to mean, by its name.
    pub(crate) action: &'static str,
    pub(crate) key: Key,
    /// What it means already.
    pub(crate) other: &'static str,
}

impl Default for Bindings {
    fn default() -> Self {
        let of = |row: &super::table::Binding| Bound {
            action: row.action,
            keys: row.keys.to_vec(),
            habits: row.habits.to_vec(),
        };
        Self(TABLE.iter().map(of).collect())
    }
}

impl Bindings {
    /// The table's, but for the actions that are named in `set`: these have its keys and no other. A habit
    /// gives way to what was set.
    ///
    /// # Errors
    /// The first key that would mean two things.
    pub(crate) fn with(set: &BTreeMap<&'static str, Vec<Key>>) -> Result<Self, Conflict> {
        let mut bindings = Self::default();
        for bound in &mut bindings.0 {
            let Some(keys) = set.get(name(bound.action)) else {
                continue;
            };
            bound.keys.clone_from(keys);
            bound.habits.clear();
            if bound.action == Action::Quit && !bound.keys.contains(&ALWAYS_QUITS) {
                bound.keys.push(ALWAYS_QUITS);
            }
        }
        let chosen: Vec<Key> = set.values().flatten().copied().collect();
        for bound in &mut bindings.0 {
            bound.habits.retain(|key| !chosen.contains(key));
        }
        match bindings.conflict(set) {
            Some(conflict) => Err(conflict),
            None => Ok(bindings),
        }
    }

    fn conflict(&self, set: &BTreeMap<&'static str, Vec<Key>>) -> Option<Conflict> {
        set.iter().find_map(|(action, keys)| {
            keys.iter().find_map(|key| {
                let others = self.0.iter().filter(|bound| name(bound.action) != *action);
                let other = others.into_iter().find(|bound| bound.keys.contains(key))?;
                Some(Conflict {
                    action,
                    key: *key,
                    other: name(other.action),
                })
            })
        })
    }

    pub(super) fn of(&self, action: Action) -> Option<&Bound> {
        self.0.iter().find(|bound| bound.action == action)
    }

    pub(super) fn action(&self, key: &Key) -> Option<Action> {
        let is_it = |bound: &&Bound| bound.keys.contains(key) || bound.habits.contains(key);
        self.0.iter().find(is_it).map(|bound| bound.action)
    }

    /// The keys that are shown, without habits.
    #[cfg(test)]
    pub(crate) fn shown(&self) -> Vec<&[Key]> {
        self.0.iter().map(|bound| &*bound.keys).collect()
    }

    /// Every action in the order of the table.
    pub(crate) fn all(&self) -> &[Bound] {
        &self.0
    }
}

/// From now on these keys are in force in this thread.
pub(crate) fn bind(bindings: Bindings) {
    IN_FORCE.with(|in_force| *in_force.borrow_mut() = Rc::new(bindings));
}

/// Those that are in force in this thread.
pub(super) fn in_force() -> Rc<Bindings> {
    IN_FORCE.with(|in_force| Rc::clone(&in_force.borrow()))
}

/// What the action is called in the settings.
pub(crate) fn name(action: Action) -> &'static str {
    static NAMES: OnceLock<Vec<(Action, String)>> = OnceLock::new();
    let made = || TABLE.iter().map(|row| (row.action, made_name(row.action)));
    let names = NAMES.get_or_init(|| made().collect());
    let found = names.iter().find(|(known, _)| *known == action);
    found.map_or("", |(_, name)| name)
}

/// The name, if an action is called so.
pub(crate) fn named(text: &str) -> Option<&'static str> {
    let names = TABLE.iter().map(|row| name(row.action));
    names.into_iter().find(|name| *name == text)
}

/// The words of its own name, with a way or a number.
fn made_name(action: Action) -> String {
    let said = format!("{action:?}");
    let variant = said.split('(').next().unwrap_or_default();
    let mut name = String::new();
    for letter in variant.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    match action {
        Action::Tab(by) => name + if by > 0 { "-right" } else { "-left" },
        Action::Move(by) | Action::Page(by) | Action::Scroll(by) => {
            name + if by > 0 { "-down" } else { "-up" }
        }
        Action::Answer(number) => format!("{name}-{number}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(action: &'static str, keys: &[&str]) -> (&'static str, Vec<Key>) {
        (
            action,
            keys.iter().map(|key| key.parse().unwrap()).collect(),
        )
    }

    #[test]
    fn every_action_has_a_name_of_its_own() {
        let names: Vec<&str> = TABLE.iter().map(|row| name(row.action)).collect();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
        for expected in [
            "go",
            "next-waiting",
            "move-down",
            "page-up",
            "tab-left",
            "answer-9",
        ] {
            assert!(names.contains(&expected), "{expected}: {names:?}");
        }
    }

    #[test]
    fn what_is_set_replaces_the_keys_of_its_action_and_habits_give_way() {
        let set = BTreeMap::from([
            set("deny", &["X", "Ctrl-N"]),
            set("quit", &["Q"]),
            set("help", &[]),
        ]);
        let bindings = Bindings::with(&set).unwrap();
        let means = |key: &str| bindings.action(&key.parse().unwrap());
        assert_eq!(means("X"), Some(Action::Deny));
        assert_eq!(means("Ctrl-N"), Some(Action::Deny));
        assert_eq!(means("d"), None);
        assert_eq!(means("?"), None);
        assert_eq!(means("j"), Some(Action::Move(1)));
        assert_eq!((means("q"), means("Q")), (None, Some(Action::Quit)));
        assert_eq!(means("Ctrl-C"), Some(Action::Quit));
    }

    #[test]
    fn a_key_that_would_mean_two_things_is_named_with_both() {
        let conflict = Bindings::with(&BTreeMap::from([set("deny", &["x"])])).unwrap_err();
        assert_eq!((conflict.action, conflict.other), ("deny", "stop"));
        assert_eq!(conflict.key.to_string(), "x");
        let given = BTreeMap::from([set("deny", &["x"]), set("stop", &["X"])]);
        assert!(Bindings::with(&given).is_ok());
        let ends = Bindings::with(&BTreeMap::from([set("go", &["Ctrl-C"])])).unwrap_err();
        assert_eq!(ends.other, "quit");
    }
}
