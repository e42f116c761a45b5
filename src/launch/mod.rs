//! Starting and stopping assistants: which launchers there are, and what the multiplexer and the system
//! are asked to do ([`stop`]: their polite end; [`resume`]: how an ended session is taken up again). Pure but for what is asked through what is handed in.
//!
//! May import: `assistants`, `mux`, `state`, `sys`.

mod items;
mod list;
mod resume;
mod stop;
#[cfg(test)]
pub(crate) mod tried;

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pane_patrol_hooks::event::Assistant;
use serde::Deserialize;

use crate::assistants;
use crate::mux::{Multiplexer, Opened, Opening, Outcome, PATIENCE_FOR_SEVERAL, Spot, Undone};
use crate::sys::shell::{self, HoldsNul};

pub(crate) use items::{Item, Panes, Running, listed};
pub(crate) use list::NotListed;
use list::Words;
pub(crate) use resume::{Resumption, stopping};
pub(crate) use stop::{NotAsked, Stopped, System, close_pane, stop};

/// Said of what was started and is not there.
pub(crate) const ENDED: &str = ", which is gone already";

/// A multiplexer may quietly start a program at home where it finds no folder. If this one is there at
/// all, the program is in it, whatever was made of the folder's name.
const GO_THERE: &str = "case $1 in /*) cd -- \"$1\" 2>/dev/null;; esac; shift\n";

/// What a new window says when its command has failed, before it goes: without it nobody would see why.
/// An end by a signal was wanted by somebody.
const HOLD: &str = "\nstatus=$?; [ \"$status\" -eq 0 ] || [ \"$status\" -gt 128 ] || { \
    printf '\\n[pane-patrol] it ended with status %s; Enter closes this pane ' \"$status\"; read -r _; }";

/// It tells the same to whoever has started it and still looks, in the file that is named behind this.
const TELL: &str = "\nstatus=$?; [ \"$status\" -eq 0 ] || [ \"$status\" -gt 128 ] || { set -- ";
const TELL_END: &str = "; [ -e \"$1\" ] && printf %s \"$status\" > \"$1\"; }; (exit \"$status\")";

/// What is run in a new pane, and runs the command.
pub(crate) const SHELL: &str = "sh";

/// `[[launcher]]`: one way to start an assistant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Launcher {
    /// What it is called, here and as the name of its window.
    pub name: String,
    /// A shell command; `{cwd}` and `{name}` stand for the folder and the name, quoted.
    pub command: String,
    /// Where it starts: a path from the root, or one below home with `~/`; otherwise where the selected
    /// assistant works, or where you are.
    pub folder: Option<String>,
    /// The assistant that it starts, by its name in events; without this one of the launcher's own name.
    pub assistant: Option<String>,
    /// A shell command that takes up an ended session of that assistant, in the folder where it worked;
    /// `{session}` stands for its id, quoted. Without it the assistant's own way is taken.
    pub resume: Option<String>,
    /// A program that prints names, one a line, for example `docker ps --format {{.Names}}`: each of them can be
    /// started, and `{item}` in the command stands for its name. A text without quotes, or a list of words.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub list: Option<Words>,
    /// Whether it runs as by `pane-patrol wrap`, in a terminal of its own, where what it says of its state is heard
    /// at once.
    #[serde(default)]
    pub wrap: bool,
}

/// The launchers of the settings, else one for each known assistant that is on `path`.
pub(crate) fn launchers(configured: &[Launcher], path: &OsStr) -> Vec<Launcher> {
    if !configured.is_empty() {
        return configured.to_vec();
    }
    let programs = assistants::ALL.iter().map(|known| known.row().program);
    let found = programs.filter(|name| is_on(path, name));
    found
        .map(|name| Launcher {
            name: name.to_owned(),
            command: name.to_owned(),
            folder: None,
            assistant: None,
            resume: None,
            list: None,
            wrap: false,
        })
        .collect()
}

/// Whether a program of that name is in one of the folders of `path`.
fn is_on(path: &OsStr, name: &str) -> bool {
    let mut folders = std::env::split_paths(path);
    folders.any(|folder| is_program(&folder.join(name)))
}

fn is_program(path: &Path) -> bool {
    let metadata = path.metadata();
    metadata.is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// Where a new window is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Site {
    /// The session it belongs to, for example `$0`; `None`: whichever the server has, or a new one.
    pub session: Option<String>,
    /// Whether it comes to the front of its session at once.
    pub in_front: bool,
    /// Where it was before, if it is to be there again.
    pub spot: Option<Spot>,
    /// The person's home.
    pub home: Option<OsString>,
    /// The folder, unless the launcher names one.
    pub cwd: OsString,
    /// `PATH`: the server may have been started with another one.
    pub path: Option<OsString>,
    /// This program, by which some are wrapped.
    pub program: OsString,
}

impl Launcher {
    fn folder(&self, site: &Site) -> OsString {
        match (&self.folder, &site.home) {
            (Some(folder), Some(home)) if folder == "~" => home.clone(),
            (Some(folder), Some(home)) if folder.starts_with("~/") => {
                Path::new(home).join(&folder[2..]).into()
            }
            (Some(folder), _) => folder.into(),
            (None, _) => site.cwd.clone(),
        }
    }

    /// What a multiplexer is to open for the one of what it lists, if it lists anything.
    fn opening(
        &self,
        item: Option<&str>,
        site: &Site,
        note: Option<&Path>,
    ) -> Result<Opening, HoldsNul> {
        let folder = self.folder(site);
        let command = filled(&self.command, &blanks(&self.name, &folder, item))?;
        let command = self.as_it_runs(command, site)?;
        let name = item.unwrap_or(&self.name);
        opening((name, &command), item, folder.clone(), site, note)
    }

    /// The command as it is run, wrapped or not.
    fn as_it_runs(&self, command: OsString, site: &Site) -> Result<OsString, HoldsNul> {
        if !self.wrap {
            return Ok(command);
        }
        let mut words = vec![site.program.clone(), "wrap".into()];
        let assistant = self.assistant.as_ref().unwrap_or(&self.name);
        // By any other name nobody is called.
        if assistant.parse::<Assistant>().is_ok() {
            words.extend(["--assistant".into(), assistant.into()]);
        }
        words.extend(wrapped(command));
        in_words(&words)
    }
}

/// What the words of a shell hold that runs the command, and of no other one: as it stands, or wrapped by
/// whichever version of this program.
fn marks(command: &OsStr) -> Result<[OsString; 2], HoldsNul> {
    let mut in_wrap = OsString::from(" ");
    in_wrap.push(in_words(&wrapped(command.to_owned()))?);
    in_wrap.push("\n)");
    Ok([in_a_shell(command), in_wrap])
}

/// What `wrap` is told to run.
fn wrapped(command: OsString) -> [OsString; 4] {
    ["--".into(), SHELL.into(), "-c".into(), command]
}

/// Each as one word of a shell.
fn in_words(words: &[OsString]) -> Result<OsString, HoldsNul> {
    let words: Result<Vec<OsString>, _> = words.iter().map(shell::word).collect();
    Ok(words?.join(OsStr::new(" ")))
}

/// What stands for what in a command.
type Blanks<'a> = &'a [(&'a str, &'a OsStr)];

/// Those of a launcher's command.
fn blanks<'a>(
    name: &'a str,
    folder: &'a OsStr,
    item: Option<&'a str>,
) -> Vec<(&'static str, &'a OsStr)> {
    let mut blanks = vec![("{cwd}", folder), ("{name}", OsStr::new(name))];
    blanks.extend(item.map(|item| ("{item}", OsStr::new(item))));
    blanks
}

/// The command with everything filled in, each as one word.
fn filled(command: &str, blanks: Blanks<'_>) -> Result<OsString, HoldsNul> {
    let mut filled = OsString::new();
    let mut rest = command;
    // From left to right, so that a folder that holds `{name}` is left as it is.
    while let Some(at) = rest.find('{') {
        filled.push(&rest[..at]);
        rest = &rest[at..];
        let mut all = blanks.iter();
        let blank = all.find_map(|(blank, text)| Some((rest.strip_prefix(blank)?, text)));
        if let Some((after, text)) = blank {
            filled.push(shell::word(text)?);
            rest = after;
        } else {
            filled.push("{");
            rest = &rest[1..];
        }
    }
    filled.push(rest);
    Ok(filled)
}

/// The command for a shell that has the folder as its first argument, with `path` as its `PATH`: what a multiplexer
/// is told of that may count less than what its own client has.
/// `note`: the file in which it is told how it ended, if badly, as long as that file is there.
fn script(
    command: &OsStr,
    path: Option<&OsStr>,
    note: Option<&Path>,
) -> Result<OsString, HoldsNul> {
    let mut script = OsString::from(GO_THERE);
    if let Some(path) = path {
        script.push("PATH=");
        script.push(shell::word(path)?);
        script.push("; export PATH\n");
    }
    script.push(in_a_shell(command));
    if let Some(note) = note {
        script.push(TELL);
        script.push(shell::word(note)?);
        script.push(TELL_END);
    }
    script.push(HOLD);
    Ok(script)
}

/// In a shell of its own, so that an `exit` in it is not the end of what follows.
fn in_a_shell(command: &OsStr) -> OsString {
    let mut shell = OsString::from("(");
    shell.push(command);
    shell.push("\n)");
    shell
}

/// What a multiplexer is to open for a command of that name; `item`: of what is listed the one that it is.
fn opening(
    (name, command): (&str, &OsStr),
    item: Option<&str>,
    folder: OsString,
    site: &Site,
    note: Option<&Path>,
) -> Result<Opening, HoldsNul> {
    let mut words = [SHELL, "-c"].map(OsString::from).to_vec();
    let script = script(command, site.path.as_deref(), note)?;
    words.extend([script, SHELL.into(), folder.clone()]);
    // The command may not say it: so it is known which of them runs there.
    words.extend(item.map(OsString::from));
    Ok(Opening {
        name: name.to_owned(),
        words,
        folder,
        session: site.session.clone(),
        in_front: site.in_front,
        path: site.path.clone(),
        spot: site.spot.clone(),
    })
}

/// Starts an assistant in a pane of its own; `item`: in which of what the launcher lists; `note` is an empty file in which it is told how it ended.
///
/// # Errors
/// Says why it was not started.
pub(crate) fn start(
    launcher: &Launcher,
    item: Option<&str>,
    site: &Site,
    note: Option<&Path>,
    mux: &dyn Multiplexer,
) -> Outcome<Opened> {
    open(launcher.opening(item, site, note), mux)
}

fn open(opening: Result<Opening, HoldsNul>, mux: &dyn Multiplexer) -> Outcome<Opened> {
    let opening = opening.map_err(|error| Undone::Refused(error.to_string()))?;
    mux.open(&opening, PATIENCE_FOR_SEVERAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launcher(command: &str, folder: Option<&str>) -> Launcher {
        Launcher {
            name: "it's".to_owned(),
            command: command.to_owned(),
            folder: folder.map(str::to_owned),
            assistant: None,
            resume: None,
            list: None,
            wrap: false,
        }
    }

    fn site() -> Site {
        Site {
            session: Some("$2".to_owned()),
            in_front: true,
            spot: None,
            home: Some("/home/ada/".into()),
            cwd: "/here".into(),
            path: None,
            program: "/bin/pane-patrol".into(),
        }
    }

    #[test]
    fn what_is_filled_in_is_quoted_and_everything_else_is_left_to_the_shell() {
        let folder = "/a {name} 'b'";
        let launcher = launcher("cd {cwd} && X={x} run --as {name} {", Some(folder));
        let script = |note| launcher.opening(None, &site(), note).unwrap().words[2].clone();
        let expected = r"cd '/a {name} '\''b'\''' && X={x} run --as 'it'\''s' {";
        assert_eq!(script(None), *format!("{GO_THERE}({expected}\n){HOLD}"));
        let told = format!("{TELL}'/n {{cwd}}'{TELL_END}");
        let script = script(Some(Path::new("/n {cwd}")));
        assert_eq!(script, *format!("{GO_THERE}({expected}\n){told}{HOLD}"));
        let site = Site {
            path: Some("/it's/bin".into()),
            ..site()
        };
        let script = &launcher.opening(None, &site, None).unwrap().words[2];
        let path = r"PATH='/it'\''s/bin'; export PATH";
        assert_eq!(script, &*format!("{GO_THERE}{path}\n({expected}\n){HOLD}"));
    }

    #[test]
    fn a_wrapped_command_is_one_word_of_a_shell_below_us() {
        let mut launcher = launcher("cd {cwd} && run", None);
        let run = |launcher: &Launcher| {
            let script = launcher.opening(None, &site(), None).unwrap().words[2].clone();
            script.into_string().unwrap().replace(HOLD, "")
        };
        assert!(run(&launcher).ends_with("\n(cd '/here' && run\n)"));
        launcher.wrap = true;
        let command = r"'cd '\''/here'\'' && run'";
        let wrapped = |named: &str| {
            let us = "'/bin/pane-patrol' 'wrap'";
            format!("\n({us} {named}'--' 'sh' '-c' {command}\n)")
        };
        assert!(run(&launcher).ends_with(&wrapped("")), "{}", run(&launcher));
        launcher.assistant = Some("claude".to_owned());
        assert!(run(&launcher).ends_with(&wrapped("'--assistant' 'claude' ")));
    }

    #[test]
    fn the_settings_replace_what_is_found_on_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("codex");
        std::fs::write(&program, "").unwrap();
        let path = folder.path().as_os_str();
        assert_eq!(launchers(&[], path), [], "it cannot be run");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let found = launchers(&[], path);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name.as_str(), found[0].command.as_str()),
            ("codex", "codex")
        );
        let own = [launcher("x", None)];
        assert_eq!(launchers(&own, path), own);
    }

    #[test]
    fn a_launcher_starts_in_its_own_folder_else_where_the_person_is() {
        let folder = |folder| launcher("x", folder).folder(&site());
        assert_eq!(folder(None), "/here");
        assert_eq!(folder(Some("/src")), "/src");
        assert_eq!(folder(Some("~")), "/home/ada/");
        assert_eq!(folder(Some("~/src")), "/home/ada/src");
        assert_eq!(folder(Some("~bob")), "~bob");
    }
}
