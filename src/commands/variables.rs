//! The variables that mean something to us, in one table: ours, and those of Mission Control that count where ours
//! are not set. It is read by it, and the page about it is made from it.

use std::ffi::OsString;
use std::path::PathBuf;

use pane_patrol_hooks::target::Target;

/// What a person says by the first of these variables that is set and not empty.
#[derive(Debug)]
struct Variable {
    names: &'static [&'static str],
    /// What it is, for the page.
    #[cfg_attr(not(test), allow(dead_code, reason = "the page is made by a test"))]
    is: &'static str,
}

#[cfg(test)]
const SESSION: Variable = Variable {
    names: &["PANE_PATROL_SESSION"],
    is: "the hub's name; `default` without it. Each name has rows, sockets and clients of its own",
};

const AOC_SESSION: Variable = Variable {
    names: &["ZELLIJ_SESSION_NAME", "AOC_SESSION_ID"],
    is: "by which name Mission Control's programs call the hub: `--listen` answers to it and takes its port, `wrap` \
         looks there",
};

const TARGET: Variable = Variable {
    names: &["PANE_PATROL_TARGET"],
    is: "where an assistant is that cannot say it by itself: for hooks, `emit` and `wrap`",
};

const AOC_PANE: Variable = Variable {
    names: &["AOC_PANE_ID"],
    is: "the same for `emit` and `wrap` where that is not set and this is a place here (`%3`, `work:1.0`); a bare \
         number is no pane of tmux",
};

const LABEL: Variable = Variable {
    names: &["PANE_PATROL_LABEL"],
    is: "what `wrap` and `emit` call an assistant beside its name, where `--label` does not say it",
};

const AOC_LABEL: Variable = Variable {
    names: &["AOC_AGENT_LABEL", "AOC_AGENT_ID"],
    is: "the same where that is not set; never a row's id",
};

const AOC_TAB: Variable = Variable {
    names: &["AOC_TAB_SCOPE"],
    is: "the tab that it stands in: `TAB/LABEL`",
};

const PROJECT: Variable = Variable {
    names: &["PANE_PATROL_PROJECT", "AOC_PROJECT_ROOT"],
    is: "the folder whose changes and tasks `wrap` means; without it the one that it runs in",
};

const HUB: Variable = Variable {
    names: &["PANE_PATROL_HUB"],
    is: "where the hub is that `wrap` tells, `127.0.0.1:PORT` or `ws://127.0.0.1:PORT/ws`, and no other, see \
         [Containers](containers.md#only-the-hubs-address)",
};

const AOC_URL: Variable = Variable {
    names: &["AOC_HUB_URL"],
    is: "the same where no hub is on this machine; a token may stand in it (`?token=`)",
};

const AOC_ADDRESS: Variable = Variable {
    names: &["AOC_HUB_ADDR"],
    is: "the same as `HOST:PORT`, and where `--listen` listens",
};

const AOC_THEME: Variable = Variable {
    names: &["AOC_PULSE_THEME"],
    is: "the colours of `pulse` where `--theme` and the settings name none: `terminal`, `auto`, `dark`, `light`",
};

const AOC_OVERVIEW: Variable = Variable {
    names: &["AOC_PULSE_OVERVIEW_ENABLED"],
    is: "`0` or `false`: `pulse` shows no rows, where the settings do not say it",
};

const TOKEN: Variable = Variable {
    names: &["PANE_PATROL_TOKEN_FILE"],
    is: "the file with the token that the hub wants of `wrap`",
};

const LOG: Variable = Variable {
    names: &["PANE_PATROL_LOG"],
    is: "the file of the [maintainer's log](maintainers-log.md), where `--log` does not say it",
};

const AOC_LOG: Variable = Variable {
    names: &["AOC_LOG_DIR"],
    is: "a folder for it where that is not set: `pane-patrol.log` in there",
};

const LEVEL: Variable = Variable {
    names: &["PANE_PATROL_LOG_LEVEL", "AOC_LOG_LEVEL"],
    is: "how much it says: `error`, `warn`, `info` (without it) or `debug`",
};

#[cfg(test)]
const SOCKET: Variable = Variable {
    names: &["PANE_PATROL_EVENT_SOCKET"],
    is: "the socket that a hook reports to, where it is not the runtime folder's, see [Containers](containers.md)",
};

/// All of them, in the order of the page. The first and the last are read by the hooks' crate, for hooks need them.
#[cfg(test)]
const ALL: [&Variable; 18] = [
    &SESSION,
    &AOC_SESSION,
    &TARGET,
    &AOC_PANE,
    &LABEL,
    &AOC_LABEL,
    &AOC_TAB,
    &PROJECT,
    &HUB,
    &AOC_URL,
    &AOC_ADDRESS,
    &AOC_THEME,
    &AOC_OVERVIEW,
    &TOKEN,
    &LOG,
    &AOC_LOG,
    &LEVEL,
    &SOCKET,
];

/// What Mission Control's programs find the hub by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Aoc {
    /// `ZELLIJ_SESSION_NAME`, else `AOC_SESSION_ID`: by which name they call it.
    pub(crate) session: Option<String>,
    /// `AOC_HUB_ADDR`: where it listens for them.
    pub(crate) address: Option<String>,
    /// `AOC_PULSE_THEME`: the colours of `pulse`.
    pub(crate) pulse_theme: Option<String>,
    /// `AOC_PULSE_OVERVIEW_ENABLED`: whether it shows rows.
    pub(crate) pulse_overview: Option<String>,
    /// `AOC_HUB_URL`: the same as an address of WebSocket.
    pub(crate) url: Option<String>,
}

/// What they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Where this runs, in the person's own words.
    pub(crate) target: Option<String>,
    /// What it is called beside its assistant's name.
    pub(crate) label: Option<String>,
    /// The folder whose changes and tasks are meant.
    pub(crate) project: Option<PathBuf>,
    /// Where the hub is that is meant, and no other.
    pub(crate) hub: Option<String>,
    /// Where the token is that it wants.
    pub(crate) token_file: Option<PathBuf>,
    /// The file of the maintainer's log.
    pub(crate) log: Option<PathBuf>,
    /// A folder for it.
    pub(crate) log_folder: Option<PathBuf>,
    /// How much it says.
    pub(crate) log_level: Option<String>,
    /// What Mission Control's programs find the hub by.
    pub(crate) aoc: Aoc,
}

impl Told {
    /// Reads them through `get`.
    pub(crate) fn read(get: impl Fn(&str) -> Option<OsString>) -> Self {
        let first = |variable: &Variable| {
            let mut names = variable.names.iter();
            names.find_map(|name| get(name).filter(|value| !value.is_empty()))
        };
        let text = |variable| first(variable).map(|value| value.to_string_lossy().into_owned());
        let path = |variable| first(variable).map(PathBuf::from);
        let aoc_label = match (text(&AOC_TAB), text(&AOC_LABEL)) {
            (Some(tab), Some(label)) => Some(format!("{tab}/{label}")),
            (tab, label) => label.or(tab),
        };
        Self {
            target: text(&TARGET).or_else(|| text(&AOC_PANE).filter(|text| is_place(text))),
            label: text(&LABEL).or(aoc_label),
            // One that is not named from the root would be another one wherever we are started.
            project: path(&PROJECT).filter(|folder| folder.is_absolute()),
            hub: text(&HUB),
            token_file: path(&TOKEN),
            log: path(&LOG),
            log_folder: path(&AOC_LOG),
            log_level: text(&LEVEL),
            aoc: Aoc {
                session: text(&AOC_SESSION),
                url: text(&AOC_URL),
                address: text(&AOC_ADDRESS),
                pulse_theme: text(&AOC_THEME),
                pulse_overview: text(&AOC_OVERVIEW),
            },
        }
    }
}

fn is_place(text: &str) -> bool {
    text.parse::<Target>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_book::{hold, table};

    fn told(variables: &[(&str, &str)]) -> Told {
        Told::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name)?;
            Some(OsString::from(found.1))
        })
    }

    #[test]
    fn those_of_mission_control_count_where_ours_are_not_set() {
        let theirs = [
            ("AOC_PANE_ID", "%3"),
            ("AOC_AGENT_ID", "shop"),
            ("AOC_AGENT_LABEL", "reviewer"),
            ("AOC_TAB_SCOPE", "api"),
            ("AOC_PROJECT_ROOT", "/src/shop"),
            ("AOC_LOG_LEVEL", "debug"),
            ("AOC_LOG_DIR", ".aoc/logs"),
            ("AOC_HUB_ADDR", "127.0.0.1:1"),
            ("PANE_PATROL_LOG", ""),
        ];
        let found = told(&theirs);
        assert_eq!(found.target.as_deref(), Some("%3"));
        assert_eq!(found.label.as_deref(), Some("api/reviewer"));
        assert_eq!(found.project, Some("/src/shop".into()));
        assert_eq!(found.log_level.as_deref(), Some("debug"));
        assert_eq!(
            (found.log, found.log_folder),
            (None, Some(".aoc/logs".into()))
        );
        let ours = [
            ("PANE_PATROL_TARGET", "work:1.0"),
            ("PANE_PATROL_LABEL", "mine"),
            ("PANE_PATROL_PROJECT", "/src/other"),
            ("PANE_PATROL_LOG_LEVEL", "warn"),
        ];
        let found = told(&[&ours[..], &theirs].concat());
        assert_eq!(found.target.as_deref(), Some("work:1.0"));
        assert_eq!(found.label.as_deref(), Some("mine"));
        assert_eq!(found.project, Some("/src/other".into()));
        assert_eq!(found.log_level.as_deref(), Some("warn"));
    }

    #[test]
    fn a_label_is_what_there_is_of_tab_and_name() {
        let label = |variables: &[(&str, &str)]| told(variables).label;
        assert_eq!(label(&[]), None);
        assert_eq!(label(&[("AOC_TAB_SCOPE", "api")]).as_deref(), Some("api"));
        assert_eq!(label(&[("AOC_AGENT_ID", "shop")]).as_deref(), Some("shop"));
        assert_eq!(told(&[("AOC_PROJECT_ROOT", "src")]).project, None);
        for none in ["3", "pid-7", ""] {
            assert_eq!(told(&[("AOC_PANE_ID", none)]).target, None);
        }
    }

    #[test]
    fn the_page_of_the_book_tells_of_each_variable() {
        let rows = ALL.map(|variable| {
            let names = variable.names.iter().map(|name| format!("`{name}`"));
            [
                names.collect::<Vec<_>>().join(", else "),
                variable.is.to_owned(),
            ]
        });
        hold(
            "commands.md",
            "the variables",
            &table(["variable", "is"], rows.to_vec()),
        );
    }
}
