//! How an ended session is taken up again, and one in the background shown: by its assistant's own way, or by the launcher that the person has for that,
//! in the folder where it worked. Of what an event has told nothing becomes a command: the session is one argument, of
//! a form that no program can take for anything else, and the folder is one to be in.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Assistant;
use thiserror::Error;

use super::{Launcher, Site, filled, is_on, open, opening};
use crate::assistants::facets::background::Background;
use crate::assistants::homes::Homes;
use crate::assistants::{self, Facets};
use crate::mux::{Multiplexer, Opened, Outcome};
use crate::state::{EndedSession, Row};
use crate::sys::shell::{self, HoldsNul};

/// What is to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resumption {
    /// What its window is called.
    name: String,
    /// For a shell, everything filled in.
    command: OsString,
    /// As a person would type it.
    shown: String,
    /// Where it starts.
    folder: PathBuf,
    /// The assistant's own program, where that is what runs.
    program: Option<&'static str>,
    /// The launcher that says how.
    launcher: Option<Launcher>,
}

/// Why a session cannot be taken up again.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum NotResumable {
    /// Its folder was never told.
    #[error("nobody has told in which folder it worked")]
    NoFolder,
    /// Nobody knows where its folder is.
    #[error("its folder was told as {}, which is no path from the root", .0.display())]
    FolderUnknown(PathBuf),
    /// Its folder is there no more.
    #[error("its folder {} is gone", .0.display())]
    FolderGone(PathBuf),
    /// Nobody knows how.
    #[error(
        "nobody knows how {0} takes a session up again; a `[[launcher]]` with `resume` would say it"
    )]
    NoWay(String),
    /// It does not run in the background, or not any more, or nobody knows how to show it.
    #[error("{0} runs no such session in the background that could be shown in a pane")]
    NotBehind(String),
    /// It had other settings than are known here.
    #[error("it had its settings in {}, which is not where they are; start it there by hand", .0.display())]
    OtherHome(PathBuf),
    /// A text cannot be an argument.
    #[error(transparent)]
    HoldsNul(#[from] HoldsNul),
}

impl Resumption {
    /// How `session` is taken up again, by the launchers of the settings and where assistants keep their files.
    ///
    /// # Errors
    /// Says why it cannot be.
    pub(crate) fn of(
        session: &EndedSession,
        launchers: &[Launcher],
        homes: &Homes,
    ) -> Result<Self, NotResumable> {
        let folder = PathBuf::from(session.cwd.as_ref().ok_or(NotResumable::NoFolder)?);
        if !folder.is_absolute() {
            return Err(NotResumable::FolderUnknown(folder));
        }
        if !folder.is_dir() {
            return Err(NotResumable::FolderGone(folder));
        }
        let mut launchers = launchers.iter();
        let own = launchers.find_map(|launcher| Some((launcher, launcher.resumes(session)?)));
        if let Some((launcher, command)) = own {
            let name = launcher.name.clone();
            let blanks: [(&str, &OsStr); 3] = [
                ("{session}", session.instance_id.as_str().as_ref()),
                ("{cwd}", folder.as_ref()),
                ("{name}", name.as_ref()),
            ];
            let command = filled(command, &blanks)?;
            return Ok(Self {
                name,
                shown: command.to_string_lossy().into_owned(),
                command,
                folder,
                program: None,
                launcher: Some(launcher.clone()),
            });
        }
        let words = own_way(session, homes)?;
        Self::of_words(&session.assistant, &words, folder)
    }

    /// How the session of `row`, which runs in the background, is shown in a pane.
    ///
    /// # Errors
    /// Says why it cannot be.
    pub(crate) fn attaching(row: &Row, homes: &Homes) -> Result<Self, NotResumable> {
        let way = background(row, homes);
        let way = way.ok_or_else(|| NotResumable::NotBehind(row.assistant.to_string()))?;
        let words = own_words((&row.assistant, row.home.as_deref()), way.attach, homes)?;
        let folder = row.cwd.as_ref().map(PathBuf::from);
        let folder = folder.filter(|folder| folder.is_absolute() && folder.is_dir());
        Self::of_words(&row.assistant, &words, folder.unwrap_or_else(|| "/".into()))
    }

    /// `words` as the assistant's window, in that folder.
    fn of_words(
        assistant: &Assistant,
        words: &[String],
        folder: PathBuf,
    ) -> Result<Self, NotResumable> {
        let shown: Vec<String> = words.iter().map(|word| shell::shown(word)).collect();
        let words: Result<Vec<OsString>, _> = words.iter().map(shell::word).collect();
        Ok(Self {
            name: assistant.to_string(),
            shown: shown.join(" "),
            command: words?.join(OsStr::new(" ")),
            folder,
            program: assistants::of(assistant).map(|known| known.row().program),
            launcher: None,
        })
    }

    /// As a person would type it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Where it starts.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The program that it needs and that is in no folder of `path`.
    pub(crate) fn lacks(&self, path: &OsStr) -> Option<&'static str> {
        self.program.filter(|program| !is_on(path, program))
    }

    /// Starts it in a pane of its own; `note` as in [`super::start`].
    ///
    /// # Errors
    /// Says why it was not started.
    pub(crate) fn start(
        &self,
        site: &Site,
        note: Option<&Path>,
        mux: &dyn Multiplexer,
    ) -> Outcome<Opened> {
        let folder = self.folder.clone().into_os_string();
        let command = match &self.launcher {
            Some(launcher) => launcher.as_it_runs(self.command.clone(), site),
            None => Ok(self.command.clone()),
        };
        let opening = command.and_then(|it| opening((&*self.name, &*it), None, folder, site, note));
        open(opening, mux)
    }
}

impl Launcher {
    /// The command by which it takes up that session.
    fn resumes(&self, session: &EndedSession) -> Option<&str> {
        let assistant = self.assistant.as_ref().unwrap_or(&self.name);
        let is_its = assistant == session.assistant.as_str();
        self.resume.as_deref().filter(|_| is_its)
    }
}

/// What the person types to end the session of `row`, which runs in the background and whose process must
/// not be asked: it would be started again.
pub(crate) fn stopping(row: &Row, homes: &Homes) -> Option<String> {
    let stop = background(row, homes)?.stop?;
    let words = own_words((&row.assistant, row.home.as_deref()), stop, homes).ok()?;
    let shown: Vec<String> = words.iter().map(|word| shell::shown(word)).collect();
    Some(shown.join(" "))
}

/// What can be done with the session of `row`, if that runs in the background.
fn background(row: &Row, homes: &Homes) -> Option<Background> {
    let known = assistants::of(&row.assistant).filter(|_| row.is_in_background())?;
    let home = homes.of(&row.assistant, row.home.as_deref())?;
    known.background(&home, row.pid?, row.instance_id.as_deref()?)
}

/// The words of the assistant's own way.
fn own_way(session: &EndedSession, homes: &Homes) -> Result<Vec<String>, NotResumable> {
    let known = assistants::of(&session.assistant);
    let way = known.and_then(|known| known.resume(&session.instance_id));
    let arguments = way.ok_or_else(|| NotResumable::NoWay(session.assistant.to_string()))?;
    own_words(
        (&session.assistant, session.home.as_deref()),
        arguments,
        homes,
    )
}

/// The assistant's program with `arguments`, and with the settings that the session had.
fn own_words(
    (assistant, home): (&Assistant, Option<&str>),
    arguments: Vec<String>,
    homes: &Homes,
) -> Result<Vec<String>, NotResumable> {
    let known = assistants::of(assistant);
    let row = known.map(Facets::row);
    let row = row.ok_or_else(|| NotResumable::NoWay(assistant.to_string()))?;
    let mut words = vec![row.program.to_owned()];
    words.extend(arguments);
    let usual = homes.usual(assistant);
    let home = home.map(Path::new);
    let other = home.filter(|home| usual != Some(home));
    if let Some(home) = other {
        // Settings can name commands: only those that the person uses count.
        let is_known = homes.all_of(assistant).contains(home);
        let variable = row.variable().filter(|_| is_known);
        let variable = variable.ok_or_else(|| NotResumable::OtherHome(home.to_owned()))?;
        words.insert(0, format!("{variable}={}", home.display()));
        words.insert(0, "env".to_owned());
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::fixture::ended;

    fn command(session: &EndedSession, launchers: &[Launcher]) -> Result<String, NotResumable> {
        let get = |name: &str| match name {
            "HOME" => Some(PathBuf::from("/home/ada")),
            "CLAUDE_CONFIG_DIR" => Some(PathBuf::from("/srv/it's claude")),
            _ => None,
        };
        let homes = Homes::read(&get, None);
        Resumption::of(session, launchers, &homes).map(|it| it.shown().to_owned())
    }

    #[test]
    fn each_assistant_is_started_in_its_own_way_and_asks_as_it_did() {
        for (assistant, expected) in [
            ("claude", "claude --resume s-1"),
            ("codex", "codex resume s-1"),
            ("opencode", "opencode --session s-1"),
            ("gemini", "gemini --resume s-1"),
            ("copilot", "copilot '--resume=s-1'"),
            ("qwen", "qwen --resume s-1"),
        ] {
            let told = command(&ended(assistant, "s-1"), &[]).unwrap();
            assert_eq!(told, expected);
            for flag in ["skip", "yolo", "bypass", "allow", "auto"] {
                assert!(!told.contains(flag), "{told}");
            }
        }
        let unknown = command(&ended("mybot", "s-1"), &[]);
        assert_eq!(unknown, Err(NotResumable::NoWay("mybot".to_owned())));
    }

    #[test]
    fn a_launcher_of_the_assistant_comes_first_and_is_given_words() {
        let launcher = |name: &str, assistant: Option<&str>| Launcher {
            name: name.to_owned(),
            command: "start".to_owned(),
            folder: None,
            assistant: assistant.map(str::to_owned),
            list: None,
            resume: Some("box {session} {cwd} --as {name}".to_owned()),
            wrap: false,
        };
        let folder = tempfile::Builder::new()
            .prefix("it's {name}")
            .tempdir()
            .unwrap();
        let folder = folder.path().to_str().unwrap();
        let session = EndedSession {
            cwd: Some(folder.to_owned()),
            ..ended("claude", "s-1")
        };
        let others = [launcher("codex", None), launcher("boxed", Some("claude"))];
        let quoted = folder.replace('\'', r"'\''");
        let expected = format!("box 's-1' '{quoted}' --as 'boxed'");
        assert_eq!(command(&session, &others), Ok(expected));
        assert_eq!(
            command(&session, &others[..1]).unwrap(),
            "claude --resume s-1"
        );
    }

    /// A living session in the background, as its own file tells of it, and whose row it is.
    #[cfg(target_os = "linux")]
    fn behind_in(config: &Path, job: &str) -> Row {
        let own = std::process::id();
        let session = serde_json::json!({
            "pid": own, "sessionId": "s-1", "status": "busy", "updatedAt": 1, "kind": "bg", "jobId": job,
        });
        std::fs::create_dir_all(config.join("sessions")).unwrap();
        let file = config.join(format!("sessions/{own}.json"));
        std::fs::write(file, session.to_string()).unwrap();
        let mut row = crate::state::fixture::behind(own, "claude", State::Running, 5);
        row.instance_id = Some("s-1".to_owned());
        row.cwd = Some("/".to_owned());
        row
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_runs_in_the_background_is_attached_to_by_what_its_own_file_says_now() {
        let home = tempfile::tempdir().unwrap();
        let get = |name: &str| (name == "HOME").then(|| home.path().to_owned());
        let homes = Homes::read(&get, None);
        let attaching = |row: &Row| {
            let way = Resumption::attaching(row, &homes);
            way.map(|it| (it.shown().to_owned(), it.folder().to_owned()))
        };
        let row = behind_in(&home.path().join(".claude"), "289e23dc");
        let shown = ("claude attach 289e23dc".to_owned(), PathBuf::from("/"));
        assert_eq!(attaching(&row), Ok(shown));
        assert_eq!(
            stopping(&row, &homes).as_deref(),
            Some("claude stop 289e23dc")
        );
        let none = Err(NotResumable::NotBehind("claude".to_owned()));
        let mut another = row.clone();
        another.instance_id = Some("s-2".to_owned());
        let mut shown = row.clone();
        shown.target = "work:1.0".parse().unwrap();
        behind_in(
            &home.path().join(".claude"),
            "--dangerously-skip-permissions",
        );
        for row in [&row, &another, &shown] {
            assert_eq!(attaching(row), none);
            assert_eq!(stopping(row, &homes), None);
        }
    }

    #[test]
    fn settings_are_only_those_that_the_person_uses_and_a_folder_must_be_there() {
        let mut session = ended("claude", "s-1");
        session.home = Some("/home/ada/.claude".to_owned());
        assert_eq!(command(&session, &[]).unwrap(), "claude --resume s-1");
        session.home = Some("/srv/it's claude".to_owned());
        let expected = r"env 'CLAUDE_CONFIG_DIR=/srv/it'\''s claude' claude --resume s-1";
        assert_eq!(command(&session, &[]).unwrap(), expected);
        session.home = Some("/tmp/planted".to_owned());
        let planted = PathBuf::from("/tmp/planted");
        assert_eq!(
            command(&session, &[]),
            Err(NotResumable::OtherHome(planted))
        );
        session.cwd = Some("/nothing/of/that/name".to_owned());
        let gone = PathBuf::from("/nothing/of/that/name");
        assert_eq!(command(&session, &[]), Err(NotResumable::FolderGone(gone)));
        session.cwd = Some("src/shop".to_owned());
        let why = command(&session, &[]).unwrap_err().to_string();
        assert!(
            why.contains("src/shop, which is no path from the root"),
            "{why}"
        );
        session.cwd = None;
        assert_eq!(command(&session, &[]), Err(NotResumable::NoFolder));
    }
}
