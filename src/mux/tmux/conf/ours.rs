//! The file of ours that tmux is to read, and the line of the person's file that has it read.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pane_patrol_hooks::text::printable_line;
use thiserror::Error;

use super::pattern_of;
use crate::mux::tmux::{Call, Format};
use crate::sys::shell;

/// The first line of the file, by which it is known again.
pub(crate) const HEAD: &str = "# pane-patrol's part of tmux. `pane-patrol setup` writes this file whole, `pane-patrol uninstall` takes it away.";

/// What the command of a key says that opens the dashboard.
pub(crate) const OPENS_POPUP: &str = "display-popup";

/// What the command of a key says that goes to the one that waits longest.
pub(crate) const GOES_TO_NEXT: &str = "jump --next";

/// What the command of a key says that shows the sidebar of a window and takes it away.
pub(crate) const SWITCHES_SIDEBAR: &str = "sidebar --toggle";

/// What a command says that shows the count.
pub(crate) const COUNTS: &str = "status --format tmux";

/// What stands in our file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ours<'a> {
    /// This program, as it is to be called.
    pub(crate) program: &'a Path,
    /// The key for the dashboard in a popup; `None`: none.
    pub(crate) popup: Option<&'a str>,
    /// The key that goes to the one that waits longest; `None`: none.
    pub(crate) next: Option<&'a str>,
    /// The key that shows the sidebar of a window and takes it away; `None`: none.
    pub(crate) sidebar: Option<&'a str>,
    /// Whether the status line counts.
    pub(crate) status: bool,
}

/// Why a path cannot stand in a file of commands.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{path}` cannot stand in a file of tmux's: {why}")]
pub(crate) struct Unfit {
    path: String,
    why: &'static str,
}

fn unfit<T>(path: &Path, why: &'static str) -> Result<T, Unfit> {
    let path = printable_line(&path.to_string_lossy());
    Err(Unfit { path, why })
}

impl Ours<'_> {
    /// The text of the file.
    ///
    /// # Errors
    /// The program's path has a character that cannot stand there.
    pub(crate) fn text(&self) -> Result<String, Unfit> {
        let mut text = format!("{HEAD}\n");
        if let Some(key) = self.popup {
            text += "\n# The dashboard in a popup.\n";
            text += &self.popup(key)?;
        }
        if let Some(key) = self.next {
            text += "\n# Straight to the assistant that waits for you longest.\n";
            text += &self.next(key)?;
        }
        if let Some(key) = self.sidebar {
            text += "\n# The sidebar of this window: there, or gone.\n";
            text += &self.sidebar(key)?;
        }
        if self.status {
            text += "\n# A short count at the left of the status line's right part: 2! 1? 3…\n";
            text += &self.count()?;
        }
        Ok(text)
    }

    fn popup(&self, key: &str) -> Result<String, Unfit> {
        let call = Call::new("bind-key").option("-N", "pane-patrol: the dashboard");
        let call = call.key(key).operand(OPENS_POPUP);
        let call = ["-E", "-w", "90%", "-h", "80%"]
            .iter()
            .fold(call, Call::operand);
        self.line(&call.operand(self.program_word()?))
    }

    fn next(&self, key: &str) -> Result<String, Unfit> {
        let call = Call::new("bind-key").option("-N", "pane-patrol: the next one that waits");
        let mut run = Format::text(self.program_word()?).as_os_str().to_owned();
        run.push(format!(" {GOES_TO_NEXT} --client '#{{client_name}}'"));
        self.line(&call.key(key).operand("run-shell").operand(run))
    }

    fn sidebar(&self, key: &str) -> Result<String, Unfit> {
        let call = Call::new("bind-key").option("-N", "pane-patrol: the sidebar");
        let mut run = Format::text(self.program_word()?).as_os_str().to_owned();
        // What it has to say is shown.
        run.push(format!(
            " {SWITCHES_SIDEBAR} --window '#{{window_id}}' 2>&1"
        ));
        self.line(&call.key(key).operand("run-shell").operand(run))
    }

    fn count(&self) -> Result<String, Unfit> {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(byte);
        if !self.program.as_os_str().as_bytes().iter().all(is_plain) {
            return unfit(self.program, "the status line takes only plain letters");
        }
        let count = format!("{} {COUNTS}", self.program.display());
        let set = format!("##({count}) #{{status-right}}");
        let set = Call::new("set-option")
            .flag("-g")
            .flag("-F")
            .operand("status-right")
            .operand(set);
        let is_absent =
            Format::own("#{==:#{m:*pane-patrol* status --format tmux*,#{status-right}},0}");
        let once = Call::new("if-shell")
            .flag("-F")
            .format_operand(&is_absent)
            .operand(set.as_line());
        let often = Call::new("set-option")
            .flag("-g")
            .operand("status-interval")
            .operand("5");
        let is_seldom = Format::own("#{e|>|:#{status-interval},5}");
        let often = Call::new("if-shell")
            .flag("-F")
            .format_operand(&is_seldom)
            .operand(often.as_line());
        Ok(self.line(&once)? + &self.line(&often)?)
    }

    fn program_word(&self) -> Result<String, Unfit> {
        match self.program.to_str() {
            Some(program) => Ok(shell::shown(program)),
            None => unfit(self.program, "it is not UTF-8"),
        }
    }

    fn line(&self, call: &Call) -> Result<String, Unfit> {
        match call.as_line().into_string() {
            Ok(line) if !line.contains(char::is_control) => Ok(line + "\n"),
            Ok(_) => unfit(self.program, "it holds a control character"),
            Err(_) => unfit(self.program, "it is not UTF-8"),
        }
    }
}

/// The line that has `file` read, as it is in every home where it lies below the home.
///
/// # Errors
/// The path has a character that cannot stand there.
pub(crate) fn line_for(file: &Path, home: &Path) -> Result<String, Unfit> {
    let pattern = |path: &Path| match pattern_of(path).into_string() {
        Ok(text) if !text.contains(char::is_control) => Ok(text),
        Ok(_) => unfit(path, "it holds a control character"),
        Err(_) => unfit(path, "it is not UTF-8"),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    let quoted = |text: String| {
        if text.chars().all(is_plain) {
            return text;
        }
        Call::quoted_in_line(&text)
    };
    let place = match file.strip_prefix(home) {
        Ok(below) => format!("~/{}", quoted(pattern(below)?)),
        Err(_) => quoted(pattern(file)?),
    };
    Ok(format!("source-file -q {place}"))
}
