//! What there is to know of an assistant, one facet each, and what several of them have in common.
//! An assistant says what it has; for all else there is the plain answer: nothing.

pub(crate) mod answers;
pub(crate) mod background;
pub(crate) mod colours;
pub(crate) mod composer;
pub(crate) mod dialog;
pub(crate) mod doctor;
pub(crate) mod facts;
pub(crate) mod log_backwards;
pub(crate) mod log_tail;
pub(crate) mod prompts;
pub(crate) mod request;
pub(crate) mod running;
pub(crate) mod session_file;
pub(crate) mod session_log;
pub(crate) mod status_record;
pub(crate) mod title;
pub(crate) mod todos;
pub(crate) mod turns;

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::Assistant as Row;

use crate::assistants::witness::{Piped, Witness};
use crate::state::{Bound, SessionId};
use crate::tasks::TaskSummary;
use answers::Answers;
use background::Background;
use composer::Composer;
use dialog::Dialog;
use doctor::{Found, Look};
use facts::FactsFile;
use prompts::Prompts;
use request::{Begun, Full, Given, Missing};
use session_file::SessionFiles;
use session_log::SessionLogs;
use status_record::StatusRecords;
use title::Title;
use turns::Turns;

/// What a variable of the environment says.
pub(crate) type Variables<'a> = dyn Fn(&str) -> Option<PathBuf> + 'a;

/// What is known of one assistant.
pub(crate) trait Facets: Debug + Sync {
    /// Its row in the installer's table: its names, its program, its settings, its adapter.
    fn row(&self) -> &'static Row;

    /// Whether its hooks name each config folder that is not the one at home.
    fn names_its_home(&self) -> bool {
        false
    }

    /// Its config folder where a row names none: what our environment says of it, unless its hooks would
    /// have said so, too.
    fn home(&self, get: &Variables<'_>) -> Option<PathBuf> {
        let row = self.row();
        let is_named = |name: &str| self.names_its_home() && Some(name) == row.variable();
        let heeded = |name: &str| get(name).filter(|_| !is_named(name));
        let location = row.locate(&heeded).ok()?;
        Some(row.folder(&location).to_owned())
    }

    /// Another config folder of it that the environment names.
    fn other_home(&self, get: &Variables<'_>) -> Option<PathBuf> {
        let named = self.row().variable().filter(|_| self.names_its_home());
        named.and_then(get).filter(|folder| folder.is_absolute())
    }

    /// What its process calls itself, where that is another name than its program's.
    fn calls_itself(&self) -> Option<&'static str> {
        None
    }

    /// What the title of its pane says.
    fn title(&self) -> Option<&'static Title> {
        None
    }

    /// What it says of itself to its terminal, beside what it draws there.
    fn status_records(&self) -> Option<&'static StatusRecords> {
        None
    }

    /// Whether it says that without being asked, so that the pipe of its pane has it, and what the person has set of
    /// that.
    fn piped(&self, _set: Witness) -> Option<Piped> {
        None
    }

    /// Where it writes down when the turns of a session begin and end.
    fn turns(&self) -> Option<&'static dyn Turns> {
        None
    }

    /// Files in which each session says what it does.
    fn session_files(&self) -> Option<&'static dyn SessionFiles> {
        None
    }

    /// The log of each session that tells what no hook tells.
    fn session_logs(&self) -> Option<&'static dyn SessionLogs> {
        None
    }

    /// A request in full. `home`: its config folder.
    fn request(&self, _bound: &Bound, _home: Option<&Path>) -> Result<Full, Missing> {
        Err(Missing::Never(
            "this assistant writes the rest down only when it is answered",
        ))
    }

    /// What this tool of it is given, as far as that is known.
    fn given(&self, _tool: &str) -> Given {
        Given::Command
    }

    /// Its own record of calls of tools.
    fn calls(&self) -> Option<&'static dyn Calls> {
        None
    }

    /// How a request was answered, by its result in the assistant's own record; `None` where there is none, or it does
    /// not tell. `home`: its config folder.
    fn verdict(&self, _bound: &Bound, _home: Option<&Path>) -> Option<Verdict> {
        None
    }

    /// Its dialogs that can be answered.
    fn dialogs(&self) -> Option<&'static dyn Dialogs> {
        None
    }

    /// Its own way for a person's text to a session; `None`: it can only be typed.
    fn prompts(&self) -> Option<&'static dyn Prompts> {
        None
    }

    /// Its prompt on the screen; `None`: nobody knows how that looks, and nothing is typed into it.
    fn composer(&self) -> Option<&'static dyn Composer> {
        None
    }

    /// Where it takes answers itself, by a request's own id.
    fn answers(&self) -> Option<&'static dyn Answers> {
        None
    }

    /// Its own lists of tasks; `None`: our plugin in it writes them down, if anybody.
    fn tasks(&self) -> Option<&'static dyn TaskLists> {
        None
    }

    /// Whether a process of it with these arguments runs a task without a person before it: such a run
    /// has no row.
    fn is_headless(&self, arguments: &[String]) -> bool {
        running::is_headless(arguments)
    }

    /// Whether a process of it with these arguments is a server that runs the hooks of several
    /// sessions.
    fn is_server(&self, _arguments: &[String]) -> bool {
        false
    }

    /// Variables, and arguments that begin with `--`, by which a session may run without hooks; one that
    /// takes a value ends with `=`.
    fn switches(&self) -> &'static [&'static str] {
        &[]
    }

    /// How that server is started anew.
    fn restart_server(&self) -> &'static str {
        ""
    }

    /// What a `version` of it lacks: as the end of what is seen, and what to do.
    fn lacks(&self, _version: Version) -> Option<(&'static str, &'static str)> {
        None
    }

    /// What it has written down for a person who was away, newer than all else of that session, and when. `home`: its
    /// config folder.
    fn recap(&self, _home: &Path, _session: &str) -> Option<(String, Timestamp)> {
        None
    }

    /// Where it writes down with which model, in which mode and with how many tokens a session works; `None`: our plugin
    /// in it does, if anybody.
    fn facts(&self) -> Option<&'static dyn FactsFile> {
        None
    }

    /// The arguments with which its program takes up an ended session again; `None`: nobody knows of any.
    /// None of them lets it do more without asking than it may anyway.
    fn resume(&self, _session: &SessionId) -> Option<Vec<String>> {
        None
    }

    /// What can be done with `session`, which process `pid` runs in the background; `None`: it does not, or
    /// nobody knows of anything. `home`: its config folder.
    fn background(&self, _home: &Path, _pid: u32, _session: &str) -> Option<Background> {
        None
    }

    /// Whether it runs sessions in the background, and starts one again whose process has ended there.
    fn revives(&self) -> bool {
        false
    }

    /// What keeps its hooks from running, and its sessions from being told apart.
    fn look(&self, _at: &Look<'_>) -> Found {
        Found::default()
    }
}

/// How a request was answered, by its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was denied or dismissed.
    Denied,
    /// It was carried out.
    Approved,
    /// Of a question: with the option of these words.
    Chose(String),
    /// Of several questions: each in its words, with those of the option that was chosen.
    ChoseEach(Vec<[String; 2]>),
    /// With an error, in these words: its own, or that of whoever denied it.
    Failed(String),
    /// Its turn was ended: it was denied, or stopped while it ran.
    Ended,
    /// It was approved, and stopped when it had begun, or was about to.
    Stopped,
}

/// An assistant's own record of calls of tools, which holds them while they are asked about and says
/// when they have a result. `home`: its config folder.
pub(crate) trait Calls: Sync {
    /// The id of the call that is asked about, and where its tool works.
    fn call(&self, bound: &Bound, home: Option<&Path>) -> Option<(String, String)>;

    /// Every call of the session without a result.
    fn open(&self, bound: &Bound, home: Option<&Path>) -> Vec<Bound>;

    /// Whether the record holds a result of the request; `None` where it does not tell.
    fn has_result(&self, bound: &Bound, home: Option<&Path>) -> Option<bool>;

    /// Whether sub-agents of the session have been at work lately.
    fn has_company(&self, bound: &Bound, home: Option<&Path>) -> bool;

    /// The calls of `session` that began after `since` and have no result, else the newest without
    /// one; not those for which a sub-agent works. `None` where there is no record.
    fn begun(&self, home: &Path, session: &str, since: Timestamp) -> Option<Begun>;

    /// Whether process `pid` runs just this command since `since` or later.
    fn is_run_by(&self, pid: u32, command: &str, since: Timestamp) -> bool;
}

/// The dialogs of an assistant.
pub(crate) trait Dialogs: Sync {
    /// Reads the text of a pane of `width` cells. `None` when no dialog of a known shape is its last
    /// word.
    fn read(&self, screen: &str, width: usize) -> Option<Dialog>;

    /// Whether the end of a dialog is on the screen whose beginning is not.
    fn is_cut_off(&self, _screen: &str, _width: usize) -> bool {
        false
    }

    /// Whether they are told by colours too: the screen is read with them.
    fn have_colours(&self) -> bool {
        false
    }

    /// Whether a key that comes too early is dropped, or moves the cursor.
    fn drop_early_keys(&self) -> bool {
        false
    }

    /// Whether "No" takes words about what to do instead.
    fn take_words(&self) -> bool {
        false
    }
}

/// An assistant's own lists of tasks. `home`: its config folder.
pub(crate) trait TaskLists: Sync {
    /// The list of one session; `None` when there is none.
    fn read(&self, home: &Path, session: &str) -> Option<TaskSummary>;

    /// The folder whose files make the list, where looking at it again is worth it when they change.
    fn folder(&self, _home: &Path, _session: &str) -> Option<PathBuf> {
        None
    }
}
