//! The command line of a tap: of whose collectors, of which server, of which pane. By it a tap is known again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::{PaneId, Server};

/// The command.
pub const TAP: &str = "tap";

/// What tells collectors that take each other's place from those of another world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct World {
    /// The folder of their sockets.
    pub(crate) runtime: PathBuf,
    /// What their hub is called.
    pub(crate) session: String,
}

impl World {
    /// The one of these places.
    pub(crate) fn of(places: &Places) -> Self {
        Self {
            runtime: places.runtime.clone(),
            session: places.session.clone(),
        }
    }

    /// Where its hub is.
    pub(super) fn places(&self) -> Places {
        Places::of_runtime(&self.runtime, &self.session)
    }
}

/// A pane that is read, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tap {
    /// Whose collectors are told.
    pub(crate) world: World,
    /// The server of the pane.
    pub(crate) server: Server,
    /// The pane.
    pub(crate) pane: PaneId,
}

impl Tap {
    /// The command that reads the pane, `program` being this one.
    pub(crate) fn command(&self, program: &Path) -> Vec<OsString> {
        let server = self.server.to_string();
        let pane = self.pane.to_string();
        let runtime = self.world.runtime.as_os_str();
        let session = self.world.session.as_ref();
        let words = [program.as_os_str(), TAP.as_ref(), runtime, session];
        let words = words.into_iter().map(OsString::from);
        words.chain([server.into(), pane.into()]).collect()
    }

    /// What stands behind the command in such a command line; `None` where that is something else.
    pub(crate) fn read(mut arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let runtime = PathBuf::from(arguments.next()?);
        let session = arguments.next()?.into_string().ok()?;
        let server = arguments.next()?.to_str()?.parse().ok()?;
        let pane = arguments.next()?.to_str()?.parse().ok()?;
        let is_whole = runtime.is_absolute() && arguments.next().is_none();
        is_whole.then_some(Self {
            world: World { runtime, session },
            server,
            pane,
        })
    }

    /// The same of a whole command line, whatever the program is called.
    pub(crate) fn of_command(command: Vec<String>) -> Option<Self> {
        let mut words = command.into_iter().skip(1);
        (words.next()? == TAP).then(|| Self::read(words.map(OsString::from)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_is_known_again_by_its_command_line() {
        let tap = Tap {
            world: World {
                runtime: "/run/user/7/pane patrol".into(),
                session: "default".to_owned(),
            },
            server: "/tmp/tmux-7/a,b,77".parse().unwrap(),
            pane: PaneId(5),
        };
        let command = tap.command(Path::new("/opt/pane-patrol"));
        let text = command.iter().map(|word| word.to_str().unwrap().to_owned());
        let text: Vec<String> = text.collect();
        assert_eq!(Tap::of_command(text.clone()), Some(tap));
        for (at, other) in [(1, "tip"), (2, "run"), (4, "/tmp/x"), (5, "5")] {
            let mut changed = text.clone();
            other.clone_into(&mut changed[at]);
            assert_eq!(Tap::of_command(changed), None, "{other}");
        }
        assert_eq!(Tap::of_command(text[..5].to_vec()), None);
        assert_eq!(Tap::of_command([&text[..], &text[..1]].concat()), None);
    }
}
