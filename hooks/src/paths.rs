//! Where everything lives. Computed from a given environment, never from the process's own, so that
//! a test or a second session is a matter of arguments.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Longest name of a session, in bytes: socket paths end near 100.
const MAX_SESSION_BYTES: usize = 32;

/// The environment variables that decide about places, read once at the edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_dir: Option<PathBuf>,
    /// `XDG_STATE_HOME`.
    pub state_home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`.
    pub config_home: Option<PathBuf>,
    /// `PANE_PATROL_EVENT_SOCKET`: the event socket, in the user's own words.
    pub event_socket: Option<PathBuf>,
    /// `PANE_PATROL_SESSION`: the name of a separate world of panes, sockets and rows.
    pub session: Option<String>,
    /// The user.
    pub uid: u32,
}

impl Environment {
    /// Reads the variables through `get`. Empty ones and, where a folder is meant, relative ones
    /// count as not set, as the XDG base directory specification says.
    pub fn read(get: impl Fn(&str) -> Option<OsString>, uid: u32) -> Self {
        let folder = |name: &str| {
            get(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        Self {
            home: folder("HOME"),
            runtime_dir: folder("XDG_RUNTIME_DIR"),
            state_home: folder("XDG_STATE_HOME"),
            config_home: folder("XDG_CONFIG_HOME"),
            event_socket: folder("PANE_PATROL_EVENT_SOCKET"),
            session: get("PANE_PATROL_SESSION")
                .map(|name| name.to_string_lossy().into_owned())
                .filter(|name| !name.is_empty()),
            uid,
        }
    }
}

impl Environment {
    /// The same with the other of the two standard runtime folders, for a hook that finds nobody in its
    /// own: whoever started its assistant may not have had the variable that the dashboard has, or the
    /// other way round. `None` where the person has said which world is meant: by any other folder, a
    /// session's name or a socket.
    pub(crate) fn other_standard(&self) -> Option<Self> {
        if self.session.is_some() || self.event_socket.is_some() {
            return None;
        }
        let standard = PathBuf::from(format!("/run/user/{}", self.uid));
        let runtime_dir = match &self.runtime_dir {
            None => Some(standard),
            Some(own) if *own == standard => None,
            Some(_) => return None,
        };
        Some(Self {
            runtime_dir,
            ..self.clone()
        })
    }

    /// The places of the other of the two standard runtime folders; see `Environment::other_standard`.
    pub fn other_places(&self) -> Option<Places> {
        self.other_standard().as_ref().map(Places::of)
    }
}

/// Every place that pane-patrol uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Folder of the sockets, mode 0700.
    pub runtime: PathBuf,
    /// The socket that hooks send to.
    pub events_socket: PathBuf,
    /// Whether [`Places::events_socket`] was named by the user, whose word is not checked.
    pub events_socket_is_explicit: bool,
    /// The socket that clients connect to.
    pub hub_socket: PathBuf,
    /// Held by the collector that owns the sockets.
    pub lock: PathBuf,
    /// Folder of what outlives a run, mode 0700; `None` without a home.
    pub state: Option<PathBuf>,
    /// The settings file; `None` without a home.
    pub config: Option<PathBuf>,
    /// `PANE_PATROL_SESSION` or its mark, else `default`.
    pub session: String,
}

impl Places {
    /// The places of `environment`. A session whose name cannot be a folder's (letters, digits, `_`, `-`
    /// and `.`, not starting with a dot, at most 32 bytes) is called by a mark of that name.
    pub fn of(environment: &Environment) -> Self {
        let base = match &environment.runtime_dir {
            Some(folder) => folder.join("pane-patrol"),
            None => PathBuf::from(format!("/tmp/pane-patrol-{}", environment.uid)),
        };
        let session = match environment.session.as_deref() {
            None => "default".to_owned(),
            Some(name) if is_folder_name(name) => name.to_owned(),
            Some(name) => mark_of(name),
        };
        let runtime = match session.as_str() {
            "default" => base,
            name => base.join("sessions").join(name),
        };
        let below_home = |set: &Option<PathBuf>, fallback: &str| {
            set.clone()
                .or_else(|| environment.home.as_ref().map(|home| home.join(fallback)))
                .map(|folder| folder.join("pane-patrol"))
        };
        Self {
            events_socket: environment
                .event_socket
                .clone()
                .unwrap_or_else(|| runtime.join("events.sock")),
            events_socket_is_explicit: environment.event_socket.is_some(),
            hub_socket: runtime.join("hub.sock"),
            lock: runtime.join("lock"),
            state: below_home(&environment.state_home, ".local/state"),
            config: below_home(&environment.config_home, ".config")
                .map(|folder| folder.join("config.toml")),
            runtime,
            session,
        }
    }

    /// The places in a runtime folder of that session, for who is told of nothing else: it has neither state nor
    /// settings.
    pub fn of_runtime(runtime: &Path, session: &str) -> Self {
        Self {
            events_socket: runtime.join("events.sock"),
            events_socket_is_explicit: false,
            hub_socket: runtime.join("hub.sock"),
            lock: runtime.join("lock"),
            state: None,
            config: None,
            runtime: runtime.to_owned(),
            session: session.to_owned(),
        }
    }

    /// The folders from the base to [`Places::runtime`], outermost first: each must be ours.
    pub fn runtime_folders(&self) -> Vec<&Path> {
        if self.session == "default" {
            return vec![&self.runtime];
        }
        let mut folders: Vec<&Path> = self.runtime.ancestors().take(3).collect();
        folders.reverse();
        folders
    }

    /// Where containers have folders with a socket of their own.
    pub fn containers(&self) -> PathBuf {
        self.runtime.join("containers")
    }

    /// The opt-in event log. A named session has one of its own, in `sessions/<name>` of the state
    /// folder: its panes are another world.
    pub fn event_log(&self) -> Option<PathBuf> {
        let state = self.state.as_ref()?;
        let folder = match self.session.as_str() {
            "default" => state.clone(),
            name => state.join("sessions").join(name),
        };
        Some(folder.join("session-events.jsonl"))
    }

    /// The sessions that can be taken up again, beside the event log of the same world.
    pub fn sessions(&self) -> Option<PathBuf> {
        Some(self.event_log()?.with_file_name("sessions.jsonl"))
    }

    /// The ends of turns that nobody has looked at, beside the event log of the same world.
    pub fn unseen(&self) -> Option<PathBuf> {
        Some(self.event_log()?.with_file_name("unseen.jsonl"))
    }

    /// One line for each decision made in the person's name.
    pub fn decisions(&self) -> Option<PathBuf> {
        self.state
            .as_ref()
            .map(|state| state.join("decisions.jsonl"))
    }

    /// The person's phones and browsers that were paired.
    pub fn devices(&self) -> Option<PathBuf> {
        self.state.as_ref().map(|state| state.join("devices.json"))
    }

    /// Backups and manifests of installs.
    pub fn installs(&self) -> Option<PathBuf> {
        self.state.as_ref().map(|state| state.join("installs"))
    }
}

/// What a name is called that cannot be a folder's: the same for the same name, everywhere (FNV-1a).
fn mark_of(name: &str) -> String {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("session-{hash:016x}")
}

/// Whether a session or a container may have this name, which is also a folder's.
pub fn is_folder_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    name.len() <= MAX_SESSION_BYTES && !name.starts_with('.') && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let get = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        };
        Environment::read(get, 1000)
    }

    #[test]
    fn xdg_folders_are_used_and_else_the_defaults() {
        let xdg = Places::of(&environment(&[
            ("XDG_RUNTIME_DIR", "/run/user/1000"),
            ("HOME", "/h"),
            ("XDG_STATE_HOME", "/s"),
        ]));
        assert_eq!(
            xdg.events_socket,
            Path::new("/run/user/1000/pane-patrol/events.sock")
        );
        assert_eq!(
            xdg.event_log().unwrap(),
            Path::new("/s/pane-patrol/session-events.jsonl")
        );
        assert_eq!(
            xdg.config.unwrap(),
            Path::new("/h/.config/pane-patrol/config.toml")
        );

        let bare = Places::of(&environment(&[("XDG_RUNTIME_DIR", "relative")]));
        assert_eq!(bare.hub_socket, Path::new("/tmp/pane-patrol-1000/hub.sock"));
        assert_eq!(bare.state, None);
    }

    #[test]
    fn a_named_session_has_a_folder_of_its_own() {
        let named = Places::of(&environment(&[("PANE_PATROL_SESSION", "team")]));
        assert_eq!(
            named.runtime,
            Path::new("/tmp/pane-patrol-1000/sessions/team")
        );
        assert_eq!(
            named.runtime_folders(),
            [
                Path::new("/tmp/pane-patrol-1000"),
                Path::new("/tmp/pane-patrol-1000/sessions"),
                &*named.runtime
            ]
        );
        let with_home = [("PANE_PATROL_SESSION", "team"), ("XDG_STATE_HOME", "/s")];
        assert_eq!(
            Places::of(&environment(&with_home)).event_log().unwrap(),
            Path::new("/s/pane-patrol/sessions/team/session-events.jsonl")
        );
        let default = Places::of(&environment(&[("PANE_PATROL_SESSION", "default")]));
        assert_eq!(
            default.runtime_folders(),
            [Path::new("/tmp/pane-patrol-1000")]
        );
    }

    #[test]
    fn only_between_the_two_standard_places_is_crossed() {
        const STANDARD: (&str, &str) = ("XDG_RUNTIME_DIR", "/run/user/1000");
        let other = |pairs: &[(&str, &str)]| {
            let other = environment(pairs).other_standard()?;
            Some(Places::of(&other).events_socket)
        };
        let (run, tmp) = (
            "/run/user/1000/pane-patrol/events.sock",
            "/tmp/pane-patrol-1000/events.sock",
        );
        assert_eq!(other(&[]).as_deref(), Some(Path::new(run)));
        assert_eq!(other(&[STANDARD]).as_deref(), Some(Path::new(tmp)));
        let empty = [("XDG_RUNTIME_DIR", ""), ("PANE_PATROL_SESSION", "")];
        assert_eq!(other(&empty).as_deref(), Some(Path::new(run)));
        for own in [
            ("XDG_RUNTIME_DIR", "/run/user/1001"),
            ("XDG_RUNTIME_DIR", "/run/user/1000/x"),
            ("XDG_RUNTIME_DIR", "/tmp"),
            ("PANE_PATROL_SESSION", "team"),
            ("PANE_PATROL_SESSION", "default"),
            ("PANE_PATROL_EVENT_SOCKET", "/x/events.sock"),
        ] {
            assert_eq!(other(&[own]), None, "{own:?}");
            if own.0 != "XDG_RUNTIME_DIR" {
                assert_eq!(other(&[STANDARD, own]), None, "{own:?}");
            }
        }
    }

    #[test]
    fn a_session_name_that_leaves_its_folder_is_called_by_its_mark() {
        let mut all = std::collections::BTreeSet::new();
        for name in ["../x", "a/b", ".", "..", "a b", "häuser", &"x".repeat(33)] {
            let named = environment(&[("PANE_PATROL_SESSION", name)]);
            let places = Places::of(&named);
            let below = Path::new("/tmp/pane-patrol-1000/sessions");
            assert_eq!(places.runtime.parent(), Some(below), "{name}");
            assert!(is_folder_name(&places.session), "{name}");
            assert!(all.insert(places.session), "{name}: one of its own");
            assert_eq!(Places::of(&named).runtime, places.runtime);
        }
    }

    #[test]
    fn the_event_socket_can_be_named() {
        let places = Places::of(&environment(&[(
            "PANE_PATROL_EVENT_SOCKET",
            "/shared/e.sock",
        )]));
        assert_eq!(places.events_socket, Path::new("/shared/e.sock"));
        assert!(places.events_socket_is_explicit);
    }
}
