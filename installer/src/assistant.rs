//! What the installer has to know about an assistant, as a table. One row an assistant; the rest of
//! the crate reads the table and knows no names.

mod claude;
#[cfg(feature = "assistant-for-tests")]
#[path = "../../src/assistants/fixture/row.rs"]
mod fixture;
mod kimi;

use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::{self, Adapter, Panes, Registration, Version};

#[cfg(feature = "assistant-for-tests")]
use pane_patrol_hooks::adapter::fixture::ADAPTER;

use crate::error::PlanError;
use crate::schema::{COMMENTED, GROUPS, Nesting, Schema, Tables};
use crate::toml::Setting;
use claude::fields;
pub use claude::parse_version;

/// An assistant whose settings can be edited.
#[derive(Debug)]
pub struct Assistant {
    /// Its name in commands, events and folders.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its program, as it is found on PATH.
    pub program: &'static str,
    /// What it sends: the hook events that may be registered, and how.
    pub adapter: &'static Adapter,
    /// What the person has to know after an install, sentences: from when on it reports, and what it
    /// may ask or cost.
    pub after_install: &'static [&'static str],
    /// What has to be done until it reports, in few words that follow its name.
    pub until_heard: &'static str,
    /// Whether sessions that run already take up what is written.
    pub rereads: bool,
    /// What to do about a session in a pane that says nothing: the end of a sentence.
    pub when_silent: &'static str,
    /// Where its own folder is, and the file in it.
    pub folders: Folders,
    /// What is written.
    pub format: Format,
}

/// Where an assistant's own folder is, and the file in it.
#[derive(Debug)]
pub struct Folders {
    /// The variable that names the folder.
    pub variable: Option<&'static str>,
    /// The variable that names another home, for the assistant alone.
    pub other_home: Option<&'static str>,
    /// The folder below `XDG_CONFIG_HOME`, where the assistant heeds that.
    pub in_config: Option<&'static str>,
    /// The folder below the home.
    pub in_home: &'static str,
    /// The file inside.
    pub file: &'static str,
}

/// What is written.
#[derive(Debug)]
pub enum Format {
    /// Entries among others in a JSON file.
    Json(Schema),
    /// A file of ours, a plugin that the assistant loads.
    Plugin,
    /// Single settings in a TOML file.
    Toml,
    /// Tables among others in a TOML file, which the assistant leaves out for what this finds.
    Tables(Tables),
}

/// Claude Code.
pub static CLAUDE: Assistant = Assistant {
    name: "claude",
    title: "Claude Code",
    program: "claude",
    adapter: &adapter::claude::ADAPTER,
    after_install: &[
        "Claude Code reports from now on, sessions that are running already included.",
    ],
    until_heard: "running sessions report within a second",
    rereads: true,
    when_silent: "answer its first dialog: it runs no hooks before the folder is trusted",
    folders: Folders {
        variable: Some("CLAUDE_CONFIG_DIR"),
        other_home: None,
        in_config: None,
        in_home: ".claude",
        file: "settings.json",
    },
    format: Format::Json(Schema {
        null_is_nothing: true,
        fields: Some(fields::first_wrong),
        ..GROUPS
    }),
};

/// Codex CLI. It leaves a file out that has other keys than these.
pub static CODEX: Assistant = Assistant {
    name: "codex",
    title: "Codex",
    program: "codex",
    adapter: &adapter::codex::ADAPTER,
    after_install: &[
        "Codex asks once whether the new hooks are to be trusted, and runs none of them before: start it and choose `Trust all and continue`.",
        "Codex sessions that are running keep the hooks they started with, and so does its background server: end it with `codex app-server daemon stop`.",
    ],
    until_heard: "start it and choose `Trust all and continue`, once",
    rereads: false,
    when_silent: "type a prompt there: Codex says nothing before the first one",
    folders: Folders {
        variable: Some("CODEX_HOME"),
        other_home: None,
        in_config: None,
        in_home: ".codex",
        file: "hooks.json",
    },
    format: Format::Json(Schema {
        only: &["hooks", "description"],
        ..GROUPS
    }),
};

/// Codex CLI's other file, for settings that the person asks for.
pub static CODEX_CONFIG: Assistant = Assistant {
    name: "codex",
    title: "Codex",
    program: "codex",
    adapter: &adapter::codex::ADAPTER,
    after_install: &[
        "Codex sessions that are running keep the settings they started with: restart them.",
    ],
    until_heard: "restart it",
    rereads: false,
    when_silent: "",
    folders: Folders {
        variable: Some("CODEX_HOME"),
        other_home: None,
        in_config: None,
        in_home: ".codex",
        file: "config.toml",
    },
    format: Format::Toml,
};

/// The title of Codex's window: what it does, where, and which session it is. By the session's id a
/// pane is found whose hooks run in the server that all panes share.
pub const CODEX_TERMINAL_TITLE: Setting = Setting {
    table: "tui",
    key: "terminal_title",
    value: r#"["activity", "project-name", "thread-id"]"#,
};

/// No shared server: the hooks of each Codex run in its own pane.
pub const CODEX_NO_DAEMON: Setting = Setting {
    table: "features",
    key: "daemon_auto_start",
    value: "false",
};

/// OpenCode.
pub static OPENCODE: Assistant = Assistant {
    name: "opencode",
    title: "OpenCode",
    program: "opencode",
    adapter: &adapter::opencode::ADAPTER,
    after_install: &[
        "OpenCode reports when it is started anew.",
        "With any plugin OpenCode fetches a package of its own at its next start, which takes up to half a minute; without a network each start takes more than a minute until it has succeeded once.",
    ],
    until_heard: "restart it; the next start takes up to half a minute",
    rereads: false,
    when_silent: "start it anew without `--pure`, which leaves plugins out",
    folders: Folders {
        variable: Some("OPENCODE_CONFIG_DIR"),
        other_home: None,
        in_config: Some("opencode"),
        in_home: ".config/opencode",
        file: "plugin/pane-patrol.js",
    },
    format: Format::Plugin,
};

/// Gemini CLI.
pub static GEMINI: Assistant = Assistant {
    name: "gemini",
    title: "Gemini CLI",
    program: "gemini",
    adapter: &adapter::gemini::ADAPTER,
    after_install: &["Gemini CLI reports when it is started anew, in folders that you trust."],
    until_heard: "restart it",
    rereads: false,
    when_silent: "trust the folder it runs in: Gemini CLI runs no hooks in any other",
    folders: Folders {
        variable: None,
        other_home: Some("GEMINI_CLI_HOME"),
        in_config: None,
        in_home: ".gemini",
        file: "settings.json",
    },
    format: Format::Json(COMMENTED),
};

/// Copilot CLI. It reads every file in its folder of hooks; this one is ours. One comment in it, and
/// the whole file is left out.
pub static COPILOT: Assistant = Assistant {
    name: "copilot",
    title: "Copilot CLI",
    program: "copilot",
    adapter: &adapter::copilot::ADAPTER,
    after_install: &["Copilot CLI reports when it is started anew, from the first prompt on."],
    until_heard: "restart it",
    rereads: false,
    when_silent: "type a prompt there: Copilot CLI says nothing before the first one, also after `/clear`",
    folders: Folders {
        variable: Some("COPILOT_HOME"),
        other_home: None,
        in_config: None,
        in_home: ".copilot",
        file: "hooks/pane-patrol.json",
    },
    format: Format::Json(Schema {
        nesting: Nesting::Flat,
        command: "bash",
        timeout: "timeoutSec",
        blank: "{\n  \"version\": 1\n}",
        ..GROUPS
    }),
};

/// Qwen Code.
pub static QWEN: Assistant = Assistant {
    name: "qwen",
    title: "Qwen Code",
    program: "qwen",
    adapter: &adapter::qwen::ADAPTER,
    after_install: &["Qwen Code reports when it is started anew."],
    until_heard: "restart it",
    rereads: false,
    when_silent: "start it anew without `--bare` or `--safe-mode`, which switch hooks off",
    folders: Folders {
        variable: Some("QWEN_HOME"),
        other_home: None,
        in_config: None,
        in_home: ".qwen",
        file: "settings.json",
    },
    format: Format::Json(COMMENTED),
};

/// Kimi Code. One field or event that it does not know, and it leaves all hooks out.
pub static KIMI: Assistant = Assistant {
    name: "kimi",
    title: "Kimi Code",
    program: "kimi",
    adapter: &adapter::kimi::ADAPTER,
    after_install: &[
        "Kimi Code reports when it is started anew, or after `/reload` there, from the first prompt on.",
    ],
    until_heard: "restart it, or type `/reload` there",
    rereads: false,
    when_silent: "type a prompt there: Kimi Code says nothing before the first one",
    folders: Folders {
        variable: Some("KIMI_CODE_HOME"),
        other_home: None,
        in_config: None,
        in_home: ".kimi-code",
        file: "config.toml",
    },
    format: Format::Tables(Tables(kimi::first_wrong)),
};

impl Assistant {
    /// All of them, in the order in which they are installed.
    pub const ALL: &'static [&'static Self] = &[
        &CLAUDE,
        &CODEX,
        &OPENCODE,
        &GEMINI,
        &COPILOT,
        &QWEN,
        &KIMI,
        #[cfg(feature = "assistant-for-tests")]
        &fixture::ROW,
    ];

    /// The one called `name`.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|row| row.name == name)
    }

    /// The row that says how `file` of this assistant is edited.
    pub fn for_file(&'static self, file: &Path) -> &'static Self {
        let is_config = self.name == CODEX_CONFIG.name && file.ends_with("config.toml");
        if is_config { &CODEX_CONFIG } else { self }
    }

    /// The names of all variables that [`Assistant::locate`] asks for.
    pub fn variables() -> impl Iterator<Item = &'static str> {
        let folders = Self::ALL.iter().map(|row| &row.folders);
        let own = folders.flat_map(|folders| [folders.variable, folders.other_home]);
        own.flatten().chain(["XDG_CONFIG_HOME", "HOME"])
    }

    /// The variable that names its own folder, where it has one.
    pub fn variable(&self) -> Option<&'static str> {
        self.folders.variable
    }

    /// All variables that it alone heeds of those that [`Assistant::locate`] asks for.
    pub fn own_variables(&self) -> impl Iterator<Item = &'static str> {
        let folders = &self.folders;
        [folders.variable, folders.other_home].into_iter().flatten()
    }

    /// The events to register with `version` (`None`: unknown, only those that all versions know).
    pub fn events(
        &self,
        version: Option<Version>,
        approvals: bool,
    ) -> impl Iterator<Item = &'static Registration> {
        self.adapter
            .registrations
            .iter()
            .filter(move |registration| registration.fits(version, approvals))
    }

    /// Whether the command asks for a pane before it starts anything. Not for an assistant whose
    /// hooks may run in a server that was started outside of any.
    pub(crate) fn asks_for_a_pane(&self) -> bool {
        self.adapter.panes == Panes::Own
    }

    /// Where its file is, by what `get` says of the environment: in the folder that a variable
    /// names, else below `XDG_CONFIG_HOME` where it heeds that, else below its home. An empty value
    /// counts as not set; a relative folder is refused, because it means another one in every project.
    ///
    /// Whether anything exists there is not looked at.
    pub fn locate(&self, get: &dyn Fn(&str) -> Option<PathBuf>) -> Result<Location, PlanError> {
        let get = |name: &str| get(name).filter(|path| !path.as_os_str().is_empty());
        let folders = &self.folders;
        if let Some(folder) = folders.variable.and_then(get) {
            return self.named(folder);
        }
        let config = get("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
        if let (Some(below), Some(config)) = (folders.in_config, config) {
            return self.named(config.join(below));
        }
        let other_home = folders.other_home.and_then(get);
        let home = other_home.or_else(|| get("HOME"));
        let home = home.filter(|home| home.is_absolute());
        let home = home.ok_or(PlanError::NoHome {
            title: self.title,
            variable: folders.variable.or(folders.other_home),
        })?;
        Ok(Location {
            settings: home.join(folders.in_home).join(folders.file),
            home: Some(home),
        })
    }

    fn named(&self, folder: PathBuf) -> Result<Location, PlanError> {
        if !folder.is_absolute() {
            return Err(PlanError::RelativeFolder { path: folder });
        }
        Ok(Location {
            settings: folder.join(self.folders.file),
            home: None,
        })
    }

    /// The assistant's own folder around its file.
    pub fn folder<'a>(&self, location: &'a Location) -> &'a Path {
        let steps = Path::new(self.folders.file).components().count();
        let above = location.settings.ancestors().nth(steps);
        above.unwrap_or(&location.settings)
    }

    /// How a person names the folder of `file` for an uninstall: the variable and its value.
    pub fn variable_for(&self, file: &Path) -> Option<(&'static str, PathBuf)> {
        let steps = Path::new(self.folders.file).components().count();
        let folder = file.ancestors().nth(steps)?;
        Some((self.folders.variable?, folder.to_owned()))
    }
}

/// Where an assistant keeps the settings that are edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The settings file, by the path that the assistant uses.
    pub settings: PathBuf,
    /// The home it was found below, which must be the user's own; `None` when the person named the
    /// config folder.
    pub home: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locate(assistant: &Assistant, variables: &[(&str, &str)]) -> Option<String> {
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name)?;
            Some(PathBuf::from(found.1))
        };
        let found = assistant.locate(&get).ok()?;
        Some(found.settings.display().to_string())
    }

    #[test]
    fn the_folder_that_a_variable_names_wins_over_the_home() {
        const HOME: (&str, &str) = ("HOME", "/home/you");
        for (assistant, variable, named, at_home) in [
            (
                &CLAUDE,
                "CLAUDE_CONFIG_DIR",
                "/c/settings.json",
                ".claude/settings.json",
            ),
            (&CODEX, "CODEX_HOME", "/c/hooks.json", ".codex/hooks.json"),
            (
                &QWEN,
                "QWEN_HOME",
                "/c/settings.json",
                ".qwen/settings.json",
            ),
            (
                &COPILOT,
                "COPILOT_HOME",
                "/c/hooks/pane-patrol.json",
                ".copilot/hooks/pane-patrol.json",
            ),
            (
                &OPENCODE,
                "OPENCODE_CONFIG_DIR",
                "/c/plugin/pane-patrol.js",
                ".config/opencode/plugin/pane-patrol.js",
            ),
        ] {
            let at_home = Some(format!("/home/you/{at_home}"));
            let both = locate(assistant, &[HOME, (variable, "/c")]);
            assert_eq!(both.as_deref(), Some(named));
            assert_eq!(locate(assistant, &[HOME]), at_home);
            assert_eq!(locate(assistant, &[HOME, (variable, "")]), at_home);
            assert_eq!(locate(assistant, &[HOME, (variable, "x")]), None);
        }
        assert_eq!(locate(&CLAUDE, &[]), None);
        assert_eq!(locate(&CLAUDE, &[("HOME", "x")]), None);
        let below_config = locate(&OPENCODE, &[HOME, ("XDG_CONFIG_HOME", "/x")]);
        assert_eq!(
            below_config.as_deref(),
            Some("/x/opencode/plugin/pane-patrol.js")
        );
        let elsewhere = locate(&GEMINI, &[HOME, ("GEMINI_CLI_HOME", "/g")]);
        assert_eq!(elsewhere.as_deref(), Some("/g/.gemini/settings.json"));
        let ignored = locate(&GEMINI, &[HOME, ("XDG_CONFIG_HOME", "/x")]);
        assert_eq!(ignored.as_deref(), Some("/home/you/.gemini/settings.json"));
    }

    #[test]
    fn the_folder_around_a_file_is_the_assistants_own() {
        for assistant in Assistant::ALL {
            let location = Location {
                settings: Path::new("/c").join(assistant.folders.file),
                home: None,
            };
            assert_eq!(assistant.folder(&location), Path::new("/c"));
        }
    }

    #[test]
    fn every_row_is_the_one_of_its_adapter() {
        for assistant in Assistant::ALL {
            assert_eq!(assistant.adapter.assistant.as_str(), assistant.name);
        }
    }
}
