//! What the commands know of the world they were started in, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::paths::{Environment, Places};
use pane_patrol_hooks::send::Listener;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::Assistant;
use pane_patrol_installer::status::{Status, status};
use time::UtcOffset;

use super::colours::Colours;
use super::logged::RecentLog;
use super::program::executable;
use super::variables::Told;
use crate::assistants::homes::Homes;
use crate::collector;
use crate::config::Config;
use crate::error::{CommandError, EXIT_USAGE};
use crate::hub::client::Hub;
use crate::log::condition::trouble;
use crate::mux::{self, Here, Reach};
use crate::notify;
use crate::rules::Ground;
use crate::state::Settings;

/// The environment, as far as it means anything to us.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The variables that decide about places.
    pub(crate) environment: Environment,
    /// The variables by which multiplexers are found.
    pub(crate) multiplexers: mux::Variables,
    /// What they say of the pane that this runs in.
    pub(crate) around: Here,
    /// The variables by which assistants' own folders are found, those that are set.
    pub(crate) assistant_folders: BTreeMap<&'static str, PathBuf>,
    /// What a person says to us alone.
    pub(crate) told: Told,
    /// `NO_COLOR`: the person wants none.
    pub(crate) no_color: bool,
    /// What is said of the terminal's colours.
    pub(crate) colours: Colours,
    /// `TERM`: the terminal shows whatever it is sent, also what is meant for itself.
    pub(crate) is_dumb: bool,
    /// `PATH`.
    pub(crate) path: Option<OsString>,
    /// The difference between local time and UTC.
    pub(crate) offset: UtcOffset,
}

impl Context {
    /// Where this process runs, with the client as the person named it.
    pub(super) fn here(&self, named: Option<String>) -> Here {
        let tty = rustix::termios::ttyname(std::io::stdin(), Vec::new()).ok();
        Here {
            tty: tty.map(|name| name.to_string_lossy().into_owned()),
            named,
            ..self.around.clone()
        }
    }

    /// Reads everything through `get`.
    pub(crate) fn read(get: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| {
            get(name)
                .map(|value| value.to_string_lossy().into_owned())
                .filter(|value| !value.is_empty())
        };
        let multiplexers = mux::variables(&get);
        Self {
            around: mux::around(&multiplexers),
            multiplexers,
            assistant_folders: Assistant::variables()
                .filter_map(|name| Some((name, PathBuf::from(get(name)?))))
                .collect(),
            told: Told::read(&get),
            no_color: text("NO_COLOR").is_some(),
            colours: Colours {
                term: text("TERM"),
                said: text("COLORFGBG"),
            },
            is_dumb: text("TERM").is_none_or(|term| term == "dumb"),
            path: get("PATH"),
            // Before any thread is started: reading the time zone is not safe beside others.
            offset: UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC),
            environment: Environment::read(&get, rustix::process::geteuid().as_raw()),
        }
    }

    /// Where everything lives. Where nobody listens in the own one of the two standard runtime folders
    /// but somebody does in the other, that is meant: it was started with another environment.
    pub(crate) fn places(&self) -> Places {
        let own = Places::of(&self.environment);
        let listens = |places: &Places| Listener::stands(places, self.environment.uid);
        let other = self.environment.other_places();
        let other = other.filter(|other| !listens(&own) && listens(other));
        other.unwrap_or(own)
    }

    /// Where whoever collects is asked.
    pub(super) fn hub(&self) -> Hub {
        Hub {
            places: self.places(),
            uid: self.environment.uid,
        }
    }

    /// Where the event log is, or would be.
    pub(super) fn event_log(&self) -> Result<PathBuf, CommandError> {
        self.places().event_log().ok_or_else(|| {
            CommandError::new("there is no place for the event log")
                .hint("set HOME or XDG_STATE_HOME")
        })
    }

    /// The event log as far back as a collector that starts reads it; `None` when it is off.
    pub(super) fn recent_log(&self) -> Result<Option<RecentLog>, CommandError> {
        let log = self.event_log()?;
        let Ok(trouble) = trouble(&log) else {
            return Ok(None);
        };
        let config = self.config()?;
        Ok(Some(RecentLog {
            log,
            trouble,
            bytes: config.mirror.rebuild_bytes(),
            window: config.mirror.rebuild_window(),
            rows: Settings {
                ttl: config.table.ttl(),
                own_server: self.around.server.clone(),
            },
            homes: self.homes(),
            reach: self.reach(),
        }))
    }

    /// The other standard places than those where a collector of this environment listens; `None` where
    /// the person has chosen a world of her own.
    fn elsewhere(&self, places: &Places) -> Option<Places> {
        let other = self.environment.other_places()?;
        if other.runtime == places.runtime {
            return Some(Places::of(&self.environment));
        }
        Some(other)
    }

    /// The server of panes that are not named with one, by its socket: that of our pane, else the default one.
    pub(crate) fn own_socket(&self) -> PathBuf {
        match &self.around.server {
            Some(server) => PathBuf::from(&server.socket),
            None => mux::default_socket(&self.multiplexers, self.environment.uid),
        }
    }

    /// The same, as rows name it.
    pub(super) fn own_socket_text(&self) -> String {
        self.own_socket().to_string_lossy().into_owned()
    }

    /// Which multiplexers are asked, and with what: also what the settings say, as far as these can be read.
    pub(crate) fn reach(&self) -> Reach {
        let places = self.places();
        let own = self.around.server.as_ref();
        let own = own.map(|own| PathBuf::from(&own.socket));
        let config = self.config().unwrap_or_default();
        Reach {
            uid: self.environment.uid,
            named: own.into_iter().chain(config.tmux.sockets()).collect(),
            runtime: places
                .runtime_folders()
                .first()
                .map(|folder| folder.to_path_buf()),
            path: self.path.clone(),
            variables: self.multiplexers.clone(),
            own_socket: self.own_socket(),
            unguarded_keys: config.zellij.answer_by_keys,
            feeds: config.zellij.inbox,
        }
    }

    /// All that a collector in this process has to know; `containers` as they were typed.
    pub(crate) fn collector(
        &self,
        containers: &[String],
    ) -> Result<collector::Setup, CommandError> {
        let containers = collector::Container::all(containers).map_err(|error| {
            CommandError::new("could not make out `--container`")
                .caused_by(&error)
                .hint("nothing was started; name it as `NAME` or `NAME=TARGET`")
                .exit(EXIT_USAGE)
        })?;
        let (places, config) = (self.places(), self.config()?);
        Ok(collector::Setup {
            notice: Some(notify::Setup {
                settings: config.notice,
                offset: self.offset,
                snoozes: notify::Snoozes::place(&places),
                reach: self.reach(),
                clock: Timestamp::now,
            }),
            signs: config.tmux.signs.then(|| config.icons.signs()),
            taps: collector::TapsSetup {
                witness: config.witness,
                program: executable(),
            },
            rules: collector::RulesSetup {
                config: places.config.clone(),
                ground: self.ground(&places),
                record: places.decisions(),
            },
            journal: collector::JournalSetup {
                writes: true,
                log: places.event_log(),
                limits: config.mirror.limits(),
                rebuild_bytes: config.mirror.rebuild_bytes(),
                rebuild_window: config.mirror.rebuild_window(),
                ttl: config.table.ttl(),
                ended: collector::EndedSetup {
                    file: places.sessions(),
                    keep: config.ended.keep(),
                    with_words: config.mirror.limits().messages,
                },
                unseen: places.unseen(),
            },
            sources: collector::SourcesSetup {
                own_server: self.around.server.clone(),
                reach: self.reach(),
                homes: self.homes(),
                silent: config.table.silent(),
                background: config.table.background(),
                everywhere: heard_everywhere(self),
            },
            doors: collector::Doors {
                elsewhere: self.elsewhere(&places),
                places,
                containers,
                uid: self.environment.uid,
            },
            clock: Timestamp::now,
        })
    }

    /// What the person's rules stand on.
    pub(crate) fn ground(&self, places: &Places) -> Ground {
        let config = places.config.as_deref().and_then(Path::parent);
        let own = [config, places.state.as_deref(), Some(&places.runtime)];
        Ground {
            home: self.environment.home.clone(),
            own: own.into_iter().flatten().map(Path::to_owned).collect(),
        }
    }

    /// Where assistants keep their files.
    pub(crate) fn homes(&self) -> Homes {
        Homes::read(
            &|name| self.assistant_folders.get(name).cloned(),
            Some(&self.places()),
        )
    }

    /// What the person has set.
    pub(crate) fn config(&self) -> Result<Config, CommandError> {
        Config::read(self.places().config.as_deref()).map_err(|error| {
            CommandError::new("the settings cannot be used")
                .caused_by(&error)
                .hint("nothing was changed; `pane-patrol config check` says what to write instead")
        })
    }
}
/// The assistants whose hooks report from outside of any multiplexer, too, by their settings.
fn heard_everywhere(context: &Context) -> BTreeSet<pane_patrol_hooks::event::Assistant> {
    let is_heard = |row: &&'static Assistant| {
        let folder = |name: &str| context.assistant_folders.get(name).cloned();
        let Ok(location) = row.locate(&folder) else {
            return false;
        };
        match status(row, &location, None) {
            Status::Installed(found) | Status::Partly(found) => found.hears.beyond_panes(),
            Status::NotInstalled | Status::Unreadable(_) => false,
        }
    };
    let heard = Assistant::ALL.iter().copied().filter(is_heard);
    heard.map(|row| row.adapter.assistant.clone()).collect()
}
