//! The settings file: every key is optional, and a key that means nothing is an error that names it,
//! because a misspelt setting that is silently ignored is one the person believes in.
//!
//! May import: what has settings: `assistants`, `keymap`, `notify`, `rules`, `launch`, `mux`'s words; `log`'s times,
//! `messages`' nearest word, and the hooks' words.

mod check;
mod colours;
mod columns;
mod fault;
mod idle;
mod keys;
mod known;
mod later;
mod order;
mod sidebar;
mod signs;
mod split;
mod template;
mod theme;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pane_patrol_hooks::event_log::Limits;
use pane_patrol_sys::open::read_text;
use serde::Deserialize;
use thiserror::Error;

use crate::assistants::witness::Witness;
use crate::launch::Launcher;
use crate::log::when::parse_span;
use crate::notify;
use crate::rules::Rules;

pub(crate) use check::faults;
pub use colours::{Colour, Colours, Role};
pub(crate) use columns::{COUNT, SHOW};
pub use columns::{Column, ListColumns};
pub(crate) use fault::Fault;
pub use keys::Keys;
pub(crate) use known::{Group, groups};
#[cfg(test)]
pub(crate) use known::{Takes, Unset};
pub(crate) use later::later;
pub use order::{Grouping, Sorting};
pub use sidebar::Sidebar;
pub use signs::Signs;
pub use split::Split;
pub(crate) use template::{commented, manual};
pub use theme::Theme;

/// The file is no longer, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// How long a row without any proof of life is kept, unless said otherwise.
const DEFAULT_TTL: Duration = Duration::from_secs(300);

/// How much of the end of the mirror is read at the start, unless said otherwise: some four thousand
/// events, which take less than a frame of a dashboard.
const DEFAULT_REBUILD_BYTES: u64 = 3 << 19;

/// How old what is read at the start may be, unless said otherwise: a question of Friday still
/// waits on Monday.
const DEFAULT_REBUILD_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long a session that is over can be taken up again, unless said otherwise.
const DEFAULT_KEEP: Duration = Duration::from_secs(30 * 60);

/// Who has done nothing for so long was away, unless said otherwise.
pub(crate) const DEFAULT_AWAY: Duration = Duration::from_secs(15 * 60);

/// Nor for longer than a year.
const LONGEST_KEEP: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What the person has set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[dashboard]`: how it looks.
    pub(crate) dashboard: Dashboard,
    /// `[keys]`: which key of the dashboard does what: the names of actions, each with a key, a list of some, or
    /// an empty text for none.
    #[cfg_attr(
        test,
        schemars(with = "std::collections::BTreeMap<String, Vec<String>>")
    )]
    pub(crate) keys: Keys,
    /// `[colours]`: what the dashboard is drawn in, whichever theme it has but `none`: a name such as `red` or
    /// `bright-red`, `default`, `"#rrggbb"`, or a number to 255.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, String>"))]
    pub(crate) colours: Colours,
    /// `[columns]`: what the list tells of each assistant. What it does or asks has at least half of the list: where
    /// others would leave it less, they shrink and go.
    #[cfg_attr(
        test,
        schemars(with = "std::collections::BTreeMap<String, Vec<String>>")
    )]
    pub(crate) columns: ListColumns,
    /// `[table]`: which rows there are, and for how long.
    pub(crate) table: Table,
    /// `[mirror]`: the event log.
    pub(crate) mirror: Mirror,
    /// `[ended]`: sessions that are over.
    pub(crate) ended: Ended,
    /// `[away]`: what you are told of when you come back.
    pub(crate) away: Away,
    /// `[notice]`: how you are told of what needs you.
    pub(crate) notice: notify::Settings,
    /// `[icons]`: how states and branches are marked.
    pub(crate) icons: Icons,
    /// `[split]`: the dashboard with an assistant's pane beside it.
    pub(crate) split: Split,
    /// `[sidebar]`: the dashboard at a side of a window.
    pub(crate) sidebar: Sidebar,
    /// `[pulse]`: the dashboard that only follows.
    pub(crate) pulse: Pulse,
    /// `[tmux]`: servers that are believed although nothing proves that they are tmux, and signs for panes.
    pub(crate) tmux: Tmux,
    /// `[zellij]`: what may be done there that cannot be done safely, and what it is told.
    pub(crate) zellij: Zellij,
    /// `[witness]`: what assistants tell of themselves beside their hooks, where it has to be asked for.
    pub(crate) witness: Witness,
    /// `[listen]`: who may come over WebSocket.
    pub(crate) listen: Listen,
    /// `[[launcher]]`: one way to start an assistant, for `n` and `start`; without any, those on PATH.
    pub(crate) launcher: Vec<Launcher>,
    /// `[[rules]]`: what is answered for you. Each condition is one text or a list of some.
    pub(crate) rules: Rules,
}

/// `[dashboard]`: how it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Dashboard {
    /// `theme`: which colours it uses; `--theme` comes before it.
    pub(crate) theme: Option<Theme>,
    /// `sort`: by what the rows are ordered; what you choose by its key is remembered, and comes before it.
    pub(crate) sort: Sorting,
    /// `group`: what the rows of one group have in common; likewise.
    pub(crate) group: Grouping,
}

/// `[icons]`: how states and branches are marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Icons {
    /// `plain`: letters and signs that every font has and every screen reader says; panes have them from the next
    /// start on.
    plain: bool,
}

impl Icons {
    /// Which signs are drawn.
    pub fn signs(self) -> Signs {
        if self.plain {
            Signs::Plain
        } else {
            Signs::Drawn
        }
    }
}

/// `[pulse]`: the dashboard that only follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Pulse {
    /// `overview`: whether it shows assistants at all, and not only tasks, changes and health of the folder
    /// it runs in; without it `AOC_PULSE_OVERVIEW_ENABLED`, else `true`.
    pub(crate) overview: Option<bool>,
}

/// `[tmux]`: servers that are believed although nothing proves that they are tmux, and signs for panes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Tmux {
    /// `sockets`: their paths from the root, for example `["/srv/tmux/team.sock"]`.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    sockets: Vec<Absolute>,
    /// `signs`: whether the pane of each assistant has the sign of its state as `#{@pane_patrol}`, for your own
    /// borders and names of windows, as long as somebody collects.
    pub(crate) signs: bool,
}

/// `[zellij]`: what may be done there that cannot be done safely, and what it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Zellij {
    /// `answer_by_keys`: whether keys are pressed for you in its panes. It cannot look at the screen and press in
    /// one step: what you press yourself between the two may be answered instead.
    pub(crate) answer_by_keys: bool,
    /// `inbox`: whether Zellij, from 0.46 on, is told the state of each assistant that does not tell it by itself, for
    /// its own list of what waits (OSC 7501).
    pub(crate) inbox: bool,
}

impl Tmux {
    /// Their absolute paths.
    pub fn sockets(&self) -> Vec<PathBuf> {
        self.sockets.iter().map(|path| path.0.clone()).collect()
    }
}

/// A path from the root.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Absolute(PathBuf);

impl TryFrom<String> for Absolute {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let path = PathBuf::from(&text);
        let is_absolute = path.is_absolute();
        let wrong = || format!("`{text}` is no path from the root such as `/srv/tmux/team.sock`");
        is_absolute.then_some(Self(path)).ok_or_else(wrong)
    }
}

/// `[listen]`: who may come over WebSocket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// `always`: whether whoever collects listens, as with `--listen`: also a dashboard that takes over from
    /// one that was killed.
    pub(crate) always: bool,
    /// `origins`: pages that may connect, for example `["http://localhost:3000"]`; they need the
    /// token too.
    pub(crate) origins: Vec<String>,
    /// `aoc_session`: by which name Mission Control's own programs may call the hub; without it
    /// `ZELLIJ_SESSION_NAME`, else `AOC_SESSION_ID`. Empty: by none.
    pub(crate) aoc_session: Option<String>,
}

/// `[table]`: what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Table {
    /// `ttl_seconds`: how long a row without any proof of life is kept.
    ttl_seconds: Option<u32>,
    /// `silent`: whether assistants have a row that run in a pane and have not reported.
    silent: Option<bool>,
    /// `background`: whether sessions have a row that their assistant runs in the background and no pane shows.
    background: Option<bool>,
}

impl Table {
    /// How long a row without any proof of life is kept.
    pub fn ttl(&self) -> Duration {
        self.ttl_seconds
            .map_or(DEFAULT_TTL, |seconds| Duration::from_secs(seconds.into()))
    }

    /// Whether assistants have a row that run in a pane and have not reported.
    pub fn silent(&self) -> bool {
        self.silent.unwrap_or(true)
    }

    /// Whether sessions have a row that no pane shows.
    pub fn background(&self) -> bool {
        self.background.unwrap_or(true)
    }
}

/// `[mirror]`: the event log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Mirror {
    /// `max_bytes`: a file that has as many is rotated; bytes.
    max_bytes: Option<u64>,
    /// `max_files`: how many files there are, the one that is written included.
    max_files: Option<u32>,
    /// `messages`: whether prompts, commands and last words are written into it; `pane-patrol mirror on` and each
    /// dashboard that starts tell it to the hooks.
    messages: Option<bool>,
    /// `rebuild_bytes`: how much of its end is read when a dashboard starts; bytes.
    rebuild_bytes: Option<u64>,
    /// `rebuild_window`: how old that may be, for example `12h` or `7d`.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    rebuild_window: Option<Span>,
}

/// `[ended]`: sessions that are over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Ended {
    /// `keep`: how long they can be taken up again, for example `8h`; `0`: not at all.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    keep: Option<Keep>,
}

/// `[away]`: what you are told of when you come back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Away {
    /// `after`: how long you have done nothing before the dashboard says at your next key what happened meanwhile, for
    /// example `1h`; `0`: it never does by itself.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    after: Option<Keep>,
}

impl Away {
    /// How long a person does nothing who is away; zero: nothing is told unasked.
    pub fn after(&self) -> Duration {
        self.after.map_or(DEFAULT_AWAY, |after| after.0)
    }
}

/// A span of time as text, or `0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Keep(Duration);

impl TryFrom<String> for Keep {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.trim() {
            "0" => Ok(Self(Duration::ZERO)),
            _ => Span::try_from(text).map(|span| Self(span.0.min(LONGEST_KEEP))),
        }
    }
}

impl Ended {
    /// How long they stay within reach; zero: not at all.
    pub fn keep(&self) -> Duration {
        self.keep.map_or(DEFAULT_KEEP, |keep| keep.0)
    }
}

/// A span of time as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Span(Duration);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let span = parse_span(&text).map(Self);
        span.ok_or_else(|| format!("`{text}` is no span of time such as `90m`, `12h` or `7d`"))
    }
}

impl Mirror {
    /// When it is rotated, and how many files are kept.
    pub fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            max_bytes: self.max_bytes.unwrap_or(default.max_bytes),
            max_files: self.max_files.unwrap_or(default.max_files),
            messages: self.messages.unwrap_or(default.messages),
        }
        .within_reason()
    }

    /// How much of its end is read at the start, in bytes.
    pub fn rebuild_bytes(&self) -> u64 {
        self.rebuild_bytes.unwrap_or(DEFAULT_REBUILD_BYTES)
    }

    /// How old that may be.
    pub fn rebuild_window(&self) -> Duration {
        self.rebuild_window
            .map_or(DEFAULT_REBUILD_WINDOW, |span| span.0)
    }
}

/// Why the settings could not be taken.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file is there but cannot be read.
    #[error("could not read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not TOML, or a key or value is not ours.
    #[error("{}, line {line}: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl ConfigError {
    /// The first thing that is wrong with `text`.
    fn of(text: &str, path: &Path) -> Self {
        let fault = faults(text).into_iter().find(|fault| fault.is_error);
        Self::Invalid {
            path: path.to_owned(),
            line: fault.as_ref().map_or(1, |fault| fault.line),
            reason: fault.map_or_else(String::new, |fault| fault.sentence()),
        }
    }
}

impl Config {
    /// The text of the settings file `path`; nothing where there is none.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`].
    pub(crate) fn text(path: &Path) -> Result<Option<String>, ConfigError> {
        match read_text(path, MAX_BYTES).map_err(io::Error::from) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Reads `path`; without a path or a file everything is as it is by default.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or holds a key or a value that means nothing.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        match Self::text(path)? {
            Some(text) => Self::parse(&text, path),
            None => Ok(Self::default()),
        }
    }

    /// Reads the text of a settings file; `path` only names it in errors.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = toml::from_str::<Self>(text).ok();
        let parsed = parsed.filter(|parsed| parsed.keys.bindings().is_ok());
        let mut config = parsed.ok_or_else(|| ConfigError::of(text, path))?;
        config.rules.count_lines(text);
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("config.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_is_optional() {
        let nothing = parse("").unwrap();
        assert_eq!(nothing, Config::default());
        assert_eq!(nothing.table.ttl(), Duration::from_secs(300));
        assert_eq!(nothing.mirror.limits(), Limits::default());
        let mirror = "[mirror]\nmax_bytes = 1000000\nmax_files = 9\nmessages = false\nrebuild_bytes = 5\nrebuild_window = '12h'";
        let mirror = parse(mirror).unwrap().mirror;
        assert_eq!(
            (mirror.limits().max_bytes, mirror.limits().max_files),
            (1_000_000, 9)
        );
        assert_eq!(mirror.rebuild_bytes(), 5);
        assert_eq!(mirror.rebuild_window(), Duration::from_secs(12 * 60 * 60));
        let tmux = parse("[tmux]\nsockets = ['/srv/a', '/srv/b']")
            .unwrap()
            .tmux;
        assert_eq!(tmux.sockets(), [Path::new("/srv/a"), Path::new("/srv/b")]);
        let all = parse("[dashboard]\ntheme = 'light'\n[table]\nttl_seconds = 60\n").unwrap();
        assert_eq!(all.dashboard.theme, Some(Theme::Light));
        assert_eq!(all.table.ttl(), Duration::from_secs(60));
    }

    #[test]
    fn what_means_nothing_is_named_with_its_line() {
        let unknown = parse("[dashboard]\n\nthem = 'dark'\n").unwrap_err();
        assert_eq!(
            unknown,
            "config.toml, line 3: unknown key `them` in `[dashboard]`: is `theme` meant?"
        );
        let value = parse("\n[dashboard]\ntheme = 'pink'").unwrap_err();
        assert!(
            value.starts_with("config.toml, line 3: `pink` is no value of `theme`"),
            "{value}"
        );
        let span = parse("[mirror]\nrebuild_window = 'long'").unwrap_err();
        assert!(
            span.starts_with("config.toml, line 2: `long` is no span"),
            "{span}"
        );
        let relative = parse("[tmux]\nsockets = ['a']").unwrap_err();
        assert!(
            relative.starts_with("config.toml, line 2: `a` is no path from the root"),
            "{relative}"
        );
        assert!(
            parse("[dashboard\n")
                .unwrap_err()
                .starts_with("config.toml, line 1: ")
        );
        assert!(
            parse("[table]\nttl_seconds = -1")
                .unwrap_err()
                .contains("line 2")
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_no_error_but_a_folder_is() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("config.toml");
        assert_eq!(Config::read(Some(&absent)).unwrap(), Config::default());
        let error = Config::read(Some(folder.path())).unwrap_err();
        assert!(error.to_string().starts_with("could not read "), "{error}");
    }
}
