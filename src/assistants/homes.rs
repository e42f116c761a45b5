//! Where assistants keep their files: read once, from the variables that the assistants themselves go
//! by, and the same for whoever asks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::paths::Places;

use super::ALL;

/// The assistants' config folders, and where our plugins write lists down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Homes {
    /// By name, the one where a row names none.
    usual: BTreeMap<&'static str, PathBuf>,
    /// By name, another one that is known to be used.
    more: BTreeMap<&'static str, PathBuf>,
    /// Where our plugins in assistants write their lists of tasks down.
    todos: Option<PathBuf>,
    /// Where they write down with which model they work.
    facts: Option<PathBuf>,
}

impl Homes {
    /// By what `get` says of the environment.
    pub fn read(get: &dyn Fn(&str) -> Option<PathBuf>, places: Option<&Places>) -> Self {
        let state = places.and_then(|places| places.state.as_ref());
        let noted = |name: &str| state.map(|state| state.join(name));
        let mut homes = Self {
            todos: noted("todos"),
            facts: noted("facts"),
            ..Self::default()
        };
        for known in ALL {
            let name = known.row().name;
            homes.usual.extend(known.home(get).map(|home| (name, home)));
            homes
                .more
                .extend(known.other_home(get).map(|home| (name, home)));
        }
        homes
    }

    /// Where all of them would keep their files in `folder`.
    #[cfg(test)]
    pub(crate) fn all_in(folder: &Path) -> Self {
        let homes = ALL.iter();
        let homes = homes.map(|known| (known.row().name, folder.to_owned()));
        Self {
            usual: homes.collect(),
            ..Self::default()
        }
    }

    /// The config folder of `assistant` where a row names none.
    pub(crate) fn usual(&self, assistant: &Assistant) -> Option<&Path> {
        self.usual.get(assistant.as_str()).map(PathBuf::as_path)
    }

    /// The config folder of a row of `assistant` that has `named` this one.
    pub(crate) fn of(&self, assistant: &Assistant, named: Option<&str>) -> Option<PathBuf> {
        let usual = || self.usual(assistant);
        named.map(Path::new).or_else(usual).map(Path::to_owned)
    }

    /// All that are known of `assistant`.
    pub(crate) fn all_of(&self, assistant: &Assistant) -> BTreeSet<PathBuf> {
        let usual = self.usual(assistant).map(Path::to_owned);
        let more = self.more.get(assistant.as_str()).cloned();
        usual.into_iter().chain(more).collect()
    }

    /// Where our plugins write lists down.
    pub(crate) fn todos(&self) -> Option<&Path> {
        self.todos.as_deref()
    }

    /// Where they write down with which model they work.
    pub(crate) fn facts(&self) -> Option<&Path> {
        self.facts.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(variables: &[(&str, &str)]) -> Homes {
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name)?;
            Some(PathBuf::from(found.1))
        };
        Homes::read(&get, None)
    }

    #[test]
    fn what_a_hook_names_itself_is_not_taken_from_our_environment() {
        let homes = homes(&[
            ("HOME", "/home/you"),
            ("CLAUDE_CONFIG_DIR", "/other/claude"),
            ("CODEX_HOME", "/other/codex"),
            ("COPILOT_HOME", "/other/copilot"),
            ("OPENCODE_CONFIG_DIR", ""),
        ]);
        for (assistant, usual) in [
            (Assistant::CLAUDE, "/home/you/.claude"),
            (Assistant::CODEX, "/other/codex"),
            (Assistant::COPILOT, "/home/you/.copilot"),
            (Assistant::OPENCODE, "/home/you/.config/opencode"),
        ] {
            assert_eq!(homes.usual(&assistant), Some(Path::new(usual)));
        }
        let named = homes.of(&Assistant::CLAUDE, Some("/third"));
        assert_eq!(named, Some(PathBuf::from("/third")));
        let all = homes.all_of(&Assistant::CLAUDE);
        let both = ["/home/you/.claude", "/other/claude"].map(PathBuf::from);
        assert_eq!(all, BTreeSet::from(both));
        assert_eq!(homes.usual(&Assistant::known("mine")), None);
    }
}
