//! What is known of each assistant: the one place where assistants are told apart.
//!
//! An assistant is a folder here, or a file, that implements `facets::Facets`: where it lives, its
//! witnesses, its dialogs, its requests in full, its tasks, what doctor looks at. `ALL` lists them;
//! beside it an assistant has one adapter (`hooks/src/adapter/`) and one row in the installer's table,
//! and nothing else names one.
//!
//! | part | does |
//! | --- | --- |
//! | `facets` | what there is to know of an assistant, and what several of them share |
//! | [`homes`] | where each keeps its files |
//! | `options` | what may be asked of `install` for one of them alone |
//! | `request` | a request in full, by its assistant's own record |
//! | `dialogs` | the dialog that a pane shows, and whether it is the request's |
//! | `facts` | what the files of each say of its sessions |
//! | `tasks` | whose tasks are meant, and where they are kept |
//! | [`title`] | what the title of a pane says |
//! | `status_record` | what a program says of itself to its terminal |
//! | `running` | the sessions that run in panes |
//! | `present` | which of them run in front in panes, by their processes |
//! | `witness` | what the person has set of witnesses |
//!
//! May import: the crates `hooks` and `installer`, `sys`, `git`, `tasks`, `state`, `status_record`'s words, `mux`'s words.

pub mod claude;
pub(crate) mod codex;
pub(crate) mod copilot;
pub(crate) mod dialogs;
pub(crate) mod facets;
pub(crate) mod facts;
#[cfg(any(test, feature = "assistant-for-tests"))]
mod fixture;
pub(crate) mod gemini;
pub mod homes;
mod kimi;
pub(crate) mod opencode;
pub(crate) mod options;
pub(crate) mod present;
pub(crate) mod qwen;
pub(crate) mod request;
pub(crate) mod running;
pub(crate) mod status_record;
pub(crate) mod tasks;
pub mod title;
pub(crate) mod witness;

use std::path::Path;

use pane_patrol_hooks::event::Assistant;
use pane_patrol_installer::Assistant as Row;

pub(crate) use facets::Facets;

/// Every assistant, in the order in which they are offered.
pub(crate) const ALL: &[&dyn Facets] = &[
    &claude::Claude,
    &codex::Codex,
    &gemini::Gemini,
    &opencode::OpenCode,
    &copilot::Copilot,
    &qwen::Qwen,
    &kimi::Kimi,
    #[cfg(any(test, feature = "assistant-for-tests"))]
    &fixture::Fixture,
];

/// What is known of `assistant`; `None` where nothing is.
pub(crate) fn of(assistant: &Assistant) -> Option<&'static dyn Facets> {
    named(assistant.as_str())
}

/// The same by its name.
pub(crate) fn named(name: &str) -> Option<&'static dyn Facets> {
    ALL.iter().copied().find(|known| known.row().name == name)
}

/// Those that can be made to ask us before they ask the person, so that rules and trust can answer.
pub(crate) fn answerable() -> impl Iterator<Item = &'static Row> {
    let rows = ALL.iter().map(|known| known.row());
    rows.filter(|row| row.adapter.can_ask_us())
}

/// Their names for people.
pub(crate) fn answerable_titles() -> String {
    let titles: Vec<&str> = answerable().map(|row| row.title).collect();
    titles.join(" and ")
}

/// The name of the one that is meant where none is named.
pub(crate) fn usual_name() -> &'static str {
    ALL.first().map_or("", |known| known.row().name)
}

/// The command that has the assistant of `row` ask us, for the config folder `home` where that is
/// another one than it usually has.
/// `everywhere`: and to go on reporting outside of any multiplexer.
pub(crate) fn asking_install(row: &Row, home: Option<&Path>, everywhere: bool) -> String {
    let everywhere = if everywhere { " --everywhere" } else { "" };
    let command = format!(
        "pane-patrol install --assistant {} --approvals{everywhere}",
        row.name
    );
    match home.zip(row.variable()) {
        Some((home, variable)) => format!("`{variable}='{}' {command}`", home.display()),
        None => format!("`{command}`"),
    }
}
