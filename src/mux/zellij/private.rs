//! A session of Zellij of our own, apart from the person's: started on a terminal, and ended by us.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pane_patrol_sys::private;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::call::{is_too_old, judged, version_of};
use super::kdl::string;
use crate::mux::PATIENCE_FOR_SEVERAL;
use crate::sys::child::{self, Kept};
use crate::sys::own_socket::connect_if;

/// What the session is called: nobody sees it but in Zellij's own bar.
const NAME: &str = "demo";

/// Below the folder of it all: its sockets, its settings, and what is to be in its tabs.
const SOCKETS: &str = "z";
const SETTINGS: &str = "config/zellij";
const LAYOUT: &str = "tabs.kdl";

/// How long what was asked to end may take.
const ENDS_WITHIN: Duration = Duration::from_secs(2);

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The session below a folder.
#[derive(Debug)]
pub(crate) struct PrivateSession {
    folder: PathBuf,
    environment: Vec<(&'static str, OsString)>,
}

/// What is in a tab.
pub(crate) struct Tab<'a> {
    pub(crate) name: &'a str,
    /// Where its program starts.
    pub(crate) folder: &'a Path,
    /// The program and its arguments.
    pub(crate) words: Vec<OsString>,
}

/// The person's way about in the session.
pub(crate) struct Ways {
    /// The key that leads to the first tab.
    pub(crate) back: &'static str,
    /// The key that ends it all.
    pub(crate) leave: &'static str,
}

impl PrivateSession {
    /// That below the folder, whose programs get these variables; nothing is begun yet.
    pub(crate) fn new(folder: &Path, environment: Vec<(&'static str, OsString)>) -> Self {
        let mut all = environment;
        all.push(("ZELLIJ_SOCKET_DIR", folder.join(SOCKETS).into_os_string()));
        all.push(("ZELLIJ_CONFIG_DIR", folder.join(SETTINGS).into_os_string()));
        Self {
            folder: folder.to_owned(),
            environment: all,
        }
    }

    /// What its programs get.
    pub(crate) fn environment(&self) -> &[(&'static str, OsString)] {
        &self.environment
    }

    /// Says what keys do there, and what is in its tabs, the first one in front.
    ///
    /// # Errors
    /// There is no Zellij, or one that is too old; or the files cannot be written.
    pub(crate) fn furnish(&self, ways: &Ways, tabs: &[Tab<'_>]) -> io::Result<()> {
        // It writes a log of its own wherever it is asked.
        let zellij = self.with(child::ours("zellij", Kept::NOTHING));
        let Some(version) = version_of(zellij, PATIENCE_FOR_SEVERAL) else {
            let why = "Zellij is not installed (no `zellij` on PATH)";
            return Err(io::Error::new(io::ErrorKind::NotFound, why));
        };
        if is_too_old(&version) {
            return Err(io::Error::other(judged(&version)));
        }
        let settings = self.folder.join(SETTINGS);
        private::make_folders(&settings)?;
        private::make_folders(&self.folder.join(SOCKETS))?;
        std::fs::write(settings.join("config.kdl"), settings_text(ways))?;
        std::fs::write(self.folder.join(LAYOUT), layout(tabs)?)
    }

    /// Shows it on the terminal of this process until the person leaves or it ends.
    pub(crate) fn attach(&self) -> io::Result<()> {
        // A client that outlives this process would share the terminal with the person's shell.
        let mut client = self.with(child::tied("zellij", Kept::TERMINAL));
        client.args(["--session", NAME, "--new-session-with-layout"]);
        client.arg(self.folder.join(LAYOUT));
        let output = client
            .stdin(Stdio::inherit())
            .stdout(Stdio::inherit())
            .stderr(Stdio::piped())
            .output()?;
        let words = String::from_utf8_lossy(&output.stderr);
        match words.trim() {
            _ if output.status.success() => Ok(()),
            "" => Err(io::Error::other(format!("zellij: {}", output.status))),
            words => Err(io::Error::other(format!("zellij: {words}"))),
        }
    }

    /// Ends everything in it; whoever is attached is let go.
    pub(crate) fn end(&self) {
        let servers = self.servers();
        if servers.is_empty() {
            return;
        }
        let mut kill = self.with(child::ours("zellij", Kept::NOTHING));
        kill.args(["kill-session", NAME]);
        // Whoever does not do so is ended all the same.
        let _ = child::feed(&mut kill, b"", Instant::now() + ENDS_WITHIN);
        let until = Instant::now() + ENDS_WITHIN;
        for server in servers {
            while test_kill_process(server).is_ok() && Instant::now() < until {
                std::thread::sleep(LOOK_EVERY);
            }
            let _ = kill_process(server, Signal::KILL);
        }
    }

    /// The processes that listen below the folder.
    fn servers(&self) -> Vec<Pid> {
        let inside = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
        let versions = inside(self.folder.join(SOCKETS)).map(|entry| entry.path());
        let sockets = versions.flat_map(inside).map(|entry| entry.path());
        sockets.filter_map(|socket| listener(&socket)).collect()
    }

    fn with(&self, mut command: Command) -> Command {
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn listener(socket: &Path) -> Option<Pid> {
    let listens = std::cell::Cell::new(None);
    let is_it = |pid: u32| {
        listens.set(Some(pid));
        true
    };
    let _ = connect_if(socket, &is_it);
    Pid::from_raw(listens.get()?.try_into().ok()?)
}

/// No page of its own that lies over ours, nothing that is kept, and keys of the demo.
fn settings_text(ways: &Ways) -> String {
    let (back, leave) = (string(ways.back), string(ways.leave));
    format!(
        "show_startup_tips false\nshow_release_notes false\nsession_serialization false\n\
         pane_frames true\non_force_close \"quit\"\n\
         keybinds {{\n    shared {{\n        bind {back} {{ GoToTab 1; }}\n        bind {leave} {{ Quit; }}\n    }}\n}}\n"
    )
}

/// A tab each, the first one in front.
fn layout(tabs: &[Tab<'_>]) -> io::Result<String> {
    let bars = "    default_tab_template {\n        children\n        pane size=1 borderless=true {\n            \
                plugin location=\"compact-bar\"\n        }\n    }\n";
    let mut text = format!("layout {{\n{bars}");
    for (tab, is_first) in tabs
        .iter()
        .zip(std::iter::once(true).chain(std::iter::repeat(false)))
    {
        let word = |word: &OsString| {
            let word = word.to_str();
            word.map(string)
                .ok_or_else(|| io::Error::other("a path is not UTF-8"))
        };
        let words: Vec<String> = tab.words.iter().map(word).collect::<io::Result<_>>()?;
        let (name, focus) = (string(tab.name), if is_first { " focus=true" } else { "" });
        let folder = word(&tab.folder.as_os_str().to_owned())?;
        let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("            args {}\n", arguments.join(" "))
        };
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "    tab name={name}{focus} {{\n        pane command={program} cwd={folder} close_on_exit=true {{\n\
             {arguments}        }}\n    }}\n"
        );
    }
    text += "}\n";
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_path_holds_is_a_word_of_the_layout() {
        let tab = Tab {
            name: "shop",
            folder: Path::new("/a \"b\"\\c"),
            words: vec!["/x y".into(), "demo".into(), "--play".into()],
        };
        let text = layout(&[tab]).unwrap();
        let pane = r#"pane command="/x y" cwd="/a \"b\"\\c" close_on_exit=true {"#;
        assert!(text.contains(pane), "{text}");
        assert!(text.contains(r#"args "demo" "--play""#), "{text}");
        assert!(text.contains(r#"tab name="shop" focus=true {"#), "{text}");
    }
}
