//! What keeps an assistant's hooks from running although they are registered, as its folder finds it
//! out. Doctor says it to the person.

use std::fmt;
use std::path::Path;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_installer::status::Registered;

use super::running::Running;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    /// The assistant's settings file.
    pub(crate) settings: &'a Path,
    /// What of ours is registered there.
    pub(crate) registered: Option<&'a Registered>,
    /// What runs of it.
    pub(crate) running: &'a Running,
    /// Its version, where that matters; `None` when it does not say it.
    pub(crate) version: Option<Version>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// What keeps hooks from running.
    pub(crate) obstacles: Vec<Obstacle>,
    /// Where what its own settings say of its hooks does not count.
    pub(crate) overruled: Overruled,
    /// Sessions of one server that cannot be told apart.
    pub(crate) alike: Alike,
}

/// Where nearer settings say otherwise than its own, of whether hooks run at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Overruled {
    Everywhere,
    /// Which pane, by which file.
    In(Vec<String>),
}

impl Default for Overruled {
    fn default() -> Self {
        Self::In(Vec::new())
    }
}

/// As the end of what is seen.
impl fmt::Display for Overruled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In(panes) if !panes.is_empty() => {
                write!(formatter, "; switched on again in {}", panes.join(", in "))
            }
            Self::Everywhere | Self::In(_) => Ok(()),
        }
    }
}

/// Something that keeps hooks from running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// What it is about, in one word: `hooks`, `trust`.
    pub(crate) check: &'static str,
    /// Of which kind it is.
    pub(crate) why: Why,
    /// What was seen; lower case, no full stop.
    pub(crate) seen: String,
    /// What to do.
    pub(crate) fix: String,
    /// Where it does not keep them from running.
    pub(crate) except: Overruled,
}

impl Obstacle {
    /// Whether no hook runs because of it in any session that was looked at: of one, in that.
    pub(crate) fn stops_all(&self) -> bool {
        let is_everywhere = self.except == Overruled::default();
        is_everywhere && self.why != Why::LeftOut
    }
}

impl Found {
    /// All that keeps the hooks from running which are `registered` in `settings`, also what these say
    /// themselves.
    pub(crate) fn all_obstacles(&self, registered: &Registered, settings: &Path) -> Vec<Obstacle> {
        let mut all = Vec::new();
        let overruled = &self.overruled;
        if registered.switched_off && *overruled != Overruled::Everywhere {
            let settings = settings.display();
            all.push(Obstacle {
                check: "hooks",
                why: Why::SwitchedOff,
                seen: format!("the hooks are switched off in the same file{overruled}"),
                fix: format!(
                    "take `disableAllHooks`, or our part of `hooksConfig`, out of {settings}"
                ),
                except: overruled.clone(),
            });
        }
        all.extend(self.obstacles.iter().cloned());
        all
    }
}

/// Why hooks do not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Settings cannot be read, and nothing runs.
    Unreadable,
    /// Settings cannot be read and are left out: hooks run nevertheless.
    LeftOut,
    /// The person, or who manages the machine, has switched them off.
    SwitchedOff,
    /// The person has not confirmed them.
    NotTrusted,
}

/// Sessions of one server that cannot be told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alike {
    /// Folders in which there are several.
    pub(crate) folders: Vec<String>,
    /// What to do about them.
    pub(crate) fix: &'static str,
}
